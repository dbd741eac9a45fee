"""Which track is on which object at each instant, by the two rules that metrics use.

In: truth and tracks on one clock (`align`). Out: flat tables of pairs, from which the SIAP
attributes (`links`: each track to its nearest object) and CLEAR-MOT, NEES, calibration (`follow`:
one to one, kept while it holds) are counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import Aligned
from vedette.evaluation.scores import distances, hold_pairs
from vedette.outputs.parquet import TrackRows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(slots=True)
class Pairs:
    """One row a pair: instant (index), object (index), row (of the tracks), how far apart.

    instant, object_index, row (P,) int64, distance_m (P,); ordered by instant.
    """

    instant: I64
    object_index: I64
    row: I64
    distance_m: F64


def links(aligned: Aligned, tracks: TrackRows, cutoff_m: float, axes: int = 3) -> Pairs:
    """Pair each track with its nearest object, if one is nearer than cutoff_m.

    Several tracks may be on one object. axes: 3, or 2 for distances on the ground.
    """
    found = []
    for k, objects, rows, distance_m in _instants(aligned, tracks, axes):
        if not distance_m.size:
            continue
        nearest = np.argmin(distance_m, axis=0)
        columns = np.arange(len(rows))
        near = distance_m[nearest, columns] < cutoff_m
        columns = columns[near]
        found.append((k, objects[nearest[near]], rows[near], distance_m[nearest[near], columns]))
    return _gathered(found)


def follow(aligned: Aligned, tracks: TrackRows, cutoff_m: float, axes: int = 3) -> Pairs:
    """Pair objects and tracks one to one, keeping each earlier pair that still holds.

    The rule is `hold_pairs`. axes: 3, or 2 for distances on the ground.
    """
    found = []
    last = np.full(len(aligned.present), -1, np.int64)
    for k, objects, rows, distance_m in _instants(aligned, tracks, axes):
        held = hold_pairs(distance_m, cutoff_m, last[objects], tracks.track_id[rows])
        paired = np.flatnonzero(held >= 0)
        mine, columns = objects[paired], held[paired]
        last[mine] = tracks.track_id[rows[columns]]
        found.append((k, mine, rows[columns], distance_m[paired, columns]))
    return _gathered(found)


def _instants(
    aligned: Aligned, tracks: TrackRows, axes: int
) -> Iterator[tuple[int, I64, I64, F64]]:
    """Give for each instant: its number, the objects present, the track rows, the distances."""
    for k in range(len(aligned.instants_ns)):
        objects = np.flatnonzero(aligned.present[:, k])
        rows = np.arange(aligned.rows[0, k], aligned.rows[1, k])
        distance_m = distances(aligned.truth_enu[objects, k], tracks.state_enu[rows], axes)
        yield k, objects, rows, np.where(np.isnan(distance_m), np.inf, distance_m)


def _gathered(found: list[tuple[int, I64, I64, F64]]) -> Pairs:
    """Put the pairs of all instants into one table."""
    if not found:
        none = np.zeros(0, np.int64)
        return Pairs(none, none.copy(), none.copy(), np.zeros(0))
    return Pairs(
        np.concatenate([np.full(len(mine), k, np.int64) for k, mine, _, _ in found]),
        np.concatenate([mine for _, mine, _, _ in found]),
        np.concatenate([rows for _, _, rows, _ in found]),
        np.concatenate([apart for _, _, _, apart in found]),
    )
