"""The score of a set of tracks against the truth: what `vedette evaluate` prints.

In: `truth.parquet` and `tracks.parquet` (or their rows). Out: `Scores`. Every figure is an average
over the instants of the tracks, in the site's ENU frame.
"""

import math
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.base.errors import RefusedError
from vedette.evaluation.alignment import Aligned, Covered, align
from vedette.evaluation.assignment import assign
from vedette.evaluation.gospa import Gospa, gospa
from vedette.outputs.parquet import TrackRows, TruthRows, read_tracks, read_truth

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
CUTOFF_DEFAULT_M = 100.0  # three sigma of a radar with 0.2 degrees at 10 km


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """How good the tracks are. None: nothing to average.

    gospa_mean_m: mean over instants; gospa_rms_m: its root mean square, whose square is the sum of
    the squares of localisation_rms_m, missed_rms_m and false_rms_m. missed_mean, false_mean:
    objects an instant. completeness_ratio: share of true objects that have a track; spurious_ratio:
    share of tracks on no object; ambiguity_ratio: tracks an object that has one (1 is best).
    identity_switches: how often an object's track number changed. Position and velocity errors of
    paired tracks: root mean square.
    """

    instants: int
    objects: int
    tracks: int
    cutoff_m: float
    gospa_mean_m: float | None
    gospa_rms_m: float | None
    localisation_rms_m: float | None
    missed_rms_m: float | None
    false_rms_m: float | None
    missed_mean: float | None
    false_mean: float | None
    completeness_ratio: float | None
    spurious_ratio: float | None
    ambiguity_ratio: float | None
    identity_switches: int
    position_rmse_m: float | None
    horizontal_rmse_m: float | None
    vertical_rmse_m: float | None
    velocity_rmse_mps: float | None
    completeness_by_class_ratio: dict[str, float]
    switches_by_class: dict[str, int]


def evaluate(
    truth_path: Path,
    tracks_path: Path,
    c_m: float = CUTOFF_DEFAULT_M,
    covered: Covered | None = None,
    horizontal: bool = False,
) -> Scores:
    """Score a tracks file against a truth file.

    c_m: GOSPA's cut-off, and how near a track must be to count as the object's. covered: see
    `align`; objects outside it need no track. horizontal: measure distance on the ground only, for
    sensors that do not see height. Raises RefusedError where a file is not what it should be, or
    the cut-off is no distance.
    """
    truth, tracks = read_truth(truth_path), read_tracks(tracks_path)
    return score(truth, tracks, c_m, covered, horizontal)


def score(
    truth: TruthRows,
    tracks: TrackRows,
    cutoff_m: float = CUTOFF_DEFAULT_M,
    covered: Covered | None = None,
    horizontal: bool = False,
) -> Scores:
    """Score rows against rows; see `evaluate`."""
    if not 0.0 < cutoff_m < math.inf:
        raise RefusedError(f"a cut-off of {cutoff_m} m: must be more than 0, and finite")
    aligned = align(truth, tracks, covered)
    axes = 2 if horizontal else 3
    tally = _Tally(truth, len(aligned.instants_ns))
    pairing = np.full(len(truth.object_ids), -1, np.int64)
    for k in range(len(aligned.instants_ns)):
        tally.add(k, aligned, tracks, pairing, cutoff_m, axes)
    return tally.scores(truth, tracks, cutoff_m)


def distances(truth_enu: F64, track_enu: F64, axes: int) -> F64:
    """Measure the distance of each true object (n, 6) from each track (m, 6): (n, m), metres."""
    square = np.zeros((len(truth_enu), len(track_enu)))
    for axis in range(axes):  # axis by axis: four times faster than one sum over three
        square += (truth_enu[:, None, axis] - track_enu[None, :, axis]) ** 2
    return np.asarray(np.sqrt(square))


def hold_pairs(distance_m: F64, cutoff_m: float, previous: I64, track_id: I64) -> I64:
    """Pair objects with tracks, keeping each earlier pair that still holds.

    previous (n,): the track number each object had, -1 for none. Returns column_of_row (n,), -1
    for none. K. Bernardin, R. Stiefelhagen (2008), CLEAR MOT, section 2.1.2.
    """
    objects = distance_m.shape[0]
    pairs = np.full(objects, -1, np.int64)
    taken = np.zeros(distance_m.shape[1], np.bool_)
    for row, column in zip(*_still_near(distance_m, cutoff_m, previous, track_id), strict=True):
        if not taken[column]:
            pairs[row], taken[column] = column, True
    rows, columns = np.flatnonzero(pairs < 0), np.flatnonzero(~taken)
    rest = distance_m[np.ix_(rows, columns)]
    rest = np.where(np.isnan(rest), np.inf, rest)
    chosen = assign(np.minimum(rest, cutoff_m) ** 2)
    found = np.flatnonzero(chosen >= 0)
    found = found[rest[found, chosen[found]] < cutoff_m]
    pairs[rows[found]] = columns[chosen[found]]
    return pairs


def _still_near(
    distance_m: F64, cutoff_m: float, previous: I64, track_id: I64
) -> tuple[list[int], list[int]]:
    """List the objects (rows) whose earlier track (columns) is there and still near enough."""
    if not len(track_id):
        return [], []
    order = np.argsort(track_id, kind="stable")
    place = np.minimum(np.searchsorted(track_id[order], previous), len(order) - 1)
    columns = order[place]
    held = (track_id[columns] == previous) & (previous >= 0)
    rows = np.flatnonzero(held)
    rows = rows[distance_m[rows, columns[rows]] < cutoff_m]
    return rows.tolist(), columns[rows].tolist()


class _Tally:
    """Sums over the instants, from which the scores are made."""

    def __init__(self, truth: TruthRows, instants: int) -> None:
        """Begin with nothing counted."""
        self.gospas: list[Gospa] = []
        self.instants = instants
        self.required = self.tracked = self.assigned = self.covered_objects = self.rows = 0
        self.square_sums = np.zeros(4)  # position, horizontal, vertical, velocity
        self.pairs = 0
        self.required_by_object = np.zeros(len(truth.object_ids))
        self.tracked_by_object = np.zeros(len(truth.object_ids))
        self.switches_by_object = np.zeros(len(truth.object_ids), np.int64)

    def add(
        self,
        k: int,
        aligned: Aligned,
        tracks: TrackRows,
        pairing: I64,
        cutoff_m: float,
        axes: int,
    ) -> None:
        """Judge instant k. pairing (O,): each object's track number so far, brought up to date."""
        objects = np.flatnonzero(aligned.present[:, k])
        rows = np.arange(aligned.rows[0, k], aligned.rows[1, k])
        truth_enu, track_enu = aligned.truth_enu[objects, k], tracks.state_enu[rows]
        required = aligned.required[objects, k]
        distance_m = distances(truth_enu, track_enu, axes)
        result = gospa(distance_m, cutoff_m, ~required)
        self.gospas.append(result)
        self._count_siap(distance_m, required, cutoff_m)
        self._count_errors(truth_enu, track_enu, result.column_of_row)
        held = hold_pairs(distance_m, cutoff_m, pairing[objects], tracks.track_id[rows])
        self._count_switches(objects, held, pairing, tracks.track_id[rows])
        self.required_by_object[objects] += required
        self.tracked_by_object[objects] += required & (held >= 0)

    def _count_siap(self, distance_m: F64, required: NDArray[np.bool_], cutoff_m: float) -> None:
        """Count objects with a track, and tracks on an object: SIAP's J, J_T, N and N_A."""
        near = distance_m < cutoff_m
        nearest = np.full(distance_m.shape[1], -1, np.int64)
        if distance_m.size:
            nearest = np.where(near.any(axis=0), np.argmin(distance_m, axis=0), -1)
        has_track = np.zeros(distance_m.shape[0], np.bool_)
        has_track[nearest[nearest >= 0]] = True
        self.required += int(required.sum())
        self.tracked += int((has_track & required).sum())
        self.covered_objects += int(has_track.sum())
        self.assigned += int((nearest >= 0).sum())
        self.rows += distance_m.shape[1]

    def _count_errors(self, truth_enu: F64, track_enu: F64, pairs: I64) -> None:
        """Add the squared errors of the paired tracks."""
        rows = np.flatnonzero(pairs >= 0)
        square = (truth_enu[rows] - track_enu[pairs[rows]]) ** 2
        self.pairs += len(rows)
        self.square_sums += [
            square[:, :3].sum(),
            square[:, :2].sum(),
            square[:, 2].sum(),
            square[:, 3:].sum(),
        ]

    def _count_switches(self, objects: I64, held: I64, pairing: I64, track_id: I64) -> None:
        """Count changed track numbers and remember the present ones."""
        for row in np.flatnonzero(held >= 0):
            number = objects[row]
            now = track_id[held[row]]
            if pairing[number] >= 0 and pairing[number] != now:
                self.switches_by_object[number] += 1
            pairing[number] = now

    def scores(self, truth: TruthRows, tracks: TrackRows, cutoff_m: float) -> Scores:
        """Turn the sums into averages."""
        parts = np.array(
            [
                (g.distance_m, g.distance_m**2, g.localisation_m2, g.missed_m2, g.false_m2)
                for g in self.gospas
            ]
        ).reshape(-1, 5)
        mean = parts.mean(axis=0) if len(parts) else np.full(5, np.nan)
        rms = [_ratio(float(s), self.pairs, root=True) for s in self.square_sums]
        return Scores(
            instants=self.instants,
            objects=len(truth.object_ids),
            tracks=len(np.unique(tracks.track_id)),
            cutoff_m=cutoff_m,
            gospa_mean_m=_finite(mean[0]),
            gospa_rms_m=_finite(np.sqrt(mean[1])),
            localisation_rms_m=_finite(np.sqrt(mean[2])),
            missed_rms_m=_finite(np.sqrt(mean[3])),
            false_rms_m=_finite(np.sqrt(mean[4])),
            missed_mean=_ratio(sum(g.missed for g in self.gospas), self.instants),
            false_mean=_ratio(sum(g.false for g in self.gospas), self.instants),
            completeness_ratio=_ratio(self.tracked, self.required),
            spurious_ratio=_ratio(self.rows - self.assigned, self.rows),
            ambiguity_ratio=_ratio(self.assigned, self.covered_objects),
            identity_switches=int(self.switches_by_object.sum()),
            position_rmse_m=rms[0],
            horizontal_rmse_m=rms[1],
            vertical_rmse_m=rms[2],
            velocity_rmse_mps=rms[3],
            **self._by_class(truth),
        )

    def _by_class(self, truth: TruthRows) -> dict[str, Any]:
        """Split completeness and switches by the objects' class."""
        completeness, switches = {}, {}
        labels = np.array(truth.classes, dtype=object)
        for name in sorted(set(truth.classes)):
            mine = labels == name
            required = float(self.required_by_object[mine].sum())
            if required:
                completeness[name] = float(self.tracked_by_object[mine].sum()) / required
            switches[name] = int(self.switches_by_object[mine].sum())
        return {"completeness_by_class_ratio": completeness, "switches_by_class": switches}


def _finite(value: Any) -> float | None:
    """Give a float, None for NaN."""
    return float(value) if np.isfinite(value) else None


def _ratio(above: float, below: float, root: bool = False) -> float | None:
    """Divide, or give None where there is nothing; root: the square root of it."""
    if not below or not np.isfinite(above):
        return None
    value = above / below
    return float(np.sqrt(value)) if root else float(value)
