"""A run to be scored: truth and tracks read, put on one clock and paired once for every metric.

In: two Parquet files, or the folder that a run leaves. Out: `Run`.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette import record
from vedette.base.errors import RefusedError
from vedette.config.load import parse_site
from vedette.config.site import Site
from vedette.evaluation.alignment import Aligned, Covered, align
from vedette.evaluation.matching import MATCH_MAX_M
from vedette.evaluation.pairs import Pairs, follow
from vedette.evaluation.scores import CUTOFF_DEFAULT_M
from vedette.model.events import Event
from vedette.outputs.parquet import TrackRows, TruthRows, read_tracks, read_truth
from vedette.simulator.sight import covered_by

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
STATE_MAX = 1e8  # metres, metres a second: a quarter of the way to the moon
EventRow = dict[str, Any]
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


class End(msgspec.Struct, frozen=True, kw_only=True):
    """How an object ended: "destroyed", "landed" and the like."""

    how: str = ""


class Attack(msgspec.Struct, frozen=True, kw_only=True):
    """What the truth's notes say of the attack: which asset each attacker goes for, and arrives."""

    attacks: dict[str, str] = {}
    would_arrive_ns: dict[str, int] = {}
    ends: dict[str, End] = {}


def no_detections() -> Detections:
    """Give none."""
    none = np.zeros(0)
    return Detections(np.zeros(0, np.int64), none, none, none, np.zeros(0, np.bool_))


@dataclass(slots=True)
class Run:
    """What a scorecard is made from.

    pairs: one to one, nearer than cutoff_m in three dimensions; near: within MATCH_MAX_M on the
    ground, for what is told of an object however well it is placed; object_of: the object (index)
    each track was on most, for tracks that were on one.

    site, events: as recorded; None where only files were given, and then objects count everywhere.
    alarm (N,): which track rows alerted people, where tracks themselves do not say. centre_enu_m:
    whence ranges are measured.
    """

    truth: TruthRows
    tracks: TrackRows
    cutoff_m: float
    covered: Covered | None = None
    site: Site | None = None
    events: list[EventRow] | None = None
    alarm: Bools | None = None
    centre_enu_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
    detections: Detections = field(default_factory=no_detections)
    aligned: Aligned = field(init=False)
    pairs: Pairs = field(init=False)
    near: Pairs = field(init=False)
    attack: Attack = field(init=False)
    object_of: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Align and pair. Raises RefusedError where the truth's notes cannot be read."""
        self.truth = replace(self.truth, state_enu=_believed(self.truth.state_enu))
        self.tracks = replace(self.tracks, state_enu=_believed(self.tracks.state_enu))
        try:
            self.attack = msgspec.convert(self.truth.notes, Attack)
        except msgspec.ValidationError as error:
            raise RefusedError(f"the notes of the truth: {error}") from None
        self.aligned = align(self.truth, self.tracks, self.covered)
        self.pairs = follow(self.aligned, self.tracks, self.cutoff_m)
        self.near = follow(self.aligned, self.tracks, MATCH_MAX_M, axes=2)
        self.object_of = _object_of(self.tracks, self.near)


def _believed(state_enu: F64) -> F64:
    """Take what is no place on earth, or no speed, for not known: NaN."""
    sane = np.abs(state_enu) < STATE_MAX  # false for NaN too
    return np.where(sane, state_enu, np.nan)


def _object_of(tracks: TrackRows, near: Pairs) -> dict[int, int]:
    """Give the object (index) each track was on most; of equals the last."""
    both = np.stack([tracks.track_id[near.row], near.object_index], axis=1)
    pairs, counts = np.unique(both, axis=0, return_counts=True)
    order = np.argsort(counts, kind="stable")
    return {int(track): int(number) for track, number in pairs[order].tolist()}


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
    told = folder / "events.jsonl"
    events = _events(told) if told.exists() else None
    seen = None if site is None else _radar_coverage(site)
    return Run(truth, tracks, cutoff_m, seen, site, events)


def _events(path: Path) -> list[EventRow]:
    """Read `events.jsonl`. Raises RefusedError with the line that is not an event."""
    rows = []
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise RefusedError(f"{path}: cannot be read ({error.strerror})") from None
    for number, line in enumerate(lines, 1):
        try:
            event: Any = msgspec.json.decode(line, type=Event)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise RefusedError(f"{path}:{number}: not an event ({error})") from None
        rows.append(msgspec.to_builtins(event))
    return rows


def _radar_coverage(site: Site) -> Covered:
    """Say which places some radar of the site could see."""
    return lambda position_enu_m: covered_by(site, RADARS, position_enu_m)


def _recorded_site(recording: Path) -> Site | None:
    """Read the site a recording was made with; None where there is no recording."""
    if not record.is_recording(recording):
        return None
    return parse_site(record.site_text(recording), str(recording / "site.toml"))
