"""A run to be scored: truth and tracks read, put on one clock and paired once for every metric.

In: two Parquet files, or the folder that a run leaves. Out: `Run`.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vedette import record
from vedette.config.load import parse_site
from vedette.config.site import Site
from vedette.evaluation.alignment import Aligned, Covered, align
from vedette.evaluation.pairs import Pairs, follow
from vedette.evaluation.scores import CUTOFF_DEFAULT_M
from vedette.outputs.parquet import TrackRows, TruthRows, read_tracks, read_truth
from vedette.simulator.sight import covered_by

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
RADARS = ("radar_3d", "radar_2d")


@dataclass(slots=True)
class Detections:
    """Detections that belong to no track, (N,) each. NaN: not said.

    east_m, north_m: place on the ground. azimuth_rad: direction from the run's centre. alarm: it
    alerted people.
    """

    t_ns: I64
    east_m: F64
    north_m: F64
    azimuth_rad: F64
    alarm: Bools


def no_detections() -> Detections:
    """Give none."""
    none = np.zeros(0)
    return Detections(np.zeros(0, np.int64), none, none, none, np.zeros(0, np.bool_))


@dataclass(slots=True)
class Run:
    """What a scorecard is made from. pairs: one to one, nearer than cutoff_m in three dimensions.

    site: as recorded; None where only files were given, and then objects count everywhere. alarm
    (N,): which track rows alerted people, where tracks themselves do not say. centre_enu_m: whence
    ranges are measured.
    """

    truth: TruthRows
    tracks: TrackRows
    cutoff_m: float
    covered: Covered | None = None
    site: Site | None = None
    alarm: Bools | None = None
    centre_enu_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    detections: Detections = field(default_factory=no_detections)
    aligned: Aligned = field(init=False)
    pairs: Pairs = field(init=False)

    def __post_init__(self) -> None:
        """Align and pair."""
        self.aligned = align(self.truth, self.tracks, self.covered)
        self.pairs = follow(self.aligned, self.tracks, self.cutoff_m)


def run_of_files(truth: Path, tracks: Path, cutoff_m: float = CUTOFF_DEFAULT_M) -> Run:
    """Read a run from its two files. Raises RefusedError where a file is not what it should be."""
    return Run(read_truth(truth), read_tracks(tracks), cutoff_m)


def run_of_report(folder: Path, cutoff_m: float = CUTOFF_DEFAULT_M) -> Run:
    """Read a run from the folder that `vedette demo --report` leaves.

    Where it holds the recording, objects that no radar of the recorded site could see need no
    track. Raises RefusedError where a file is missing or not what it should be.
    """
    truth, tracks = read_truth(folder / "truth.parquet"), read_tracks(folder / "tracks.parquet")
    site = _recorded_site(folder / "recording")
    if site is None:
        return Run(truth, tracks, cutoff_m)
    seen = site
    return Run(truth, tracks, cutoff_m, lambda p: covered_by(seen, RADARS, p), site)


def _recorded_site(recording: Path) -> Site | None:
    """Read the site a recording was made with; None where there is no recording."""
    if not record.is_recording(recording):
        return None
    return parse_site(record.site_text(recording), str(recording / "site.toml"))
