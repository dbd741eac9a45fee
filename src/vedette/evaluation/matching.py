"""Which track was on which object, over a whole run: what expectations are judged by.

In: truth and tracks. Out: for each object the track number at each instant, and for each track the
object it was on most. Distances on the ground: a 2-D radar sees no height.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import Aligned, align
from vedette.evaluation.scores import distances, hold_pairs
from vedette.outputs.parquet import TrackRows, TruthRows

I64 = NDArray[np.int64]
# Half the distance of two drones in formation: nearer, a track is no other object's.
MATCH_MAX_M = 300.0
# Farther from everything than this all its life, a track was of nothing.
PHANTOM_MIN_M = 500.0


@dataclass(slots=True)
class Matching:
    """track_of (O, T): the track number on each object at each instant, -1 for none.

    object_of: the object each track was on most (index), for tracks that were on one.
    nearest_m: how near each track ever was to any object. nearest_to: the object (index) each track
    was nearest to most: where tracks are more than objects it says of what one is a second.
    """

    aligned: Aligned
    track_of: I64
    object_of: dict[int, int]
    nearest_m: dict[int, float]
    nearest_to: dict[int, int]

    def tracks_on(self, number: int) -> list[int]:
        """List the track numbers an object had, in order of first use."""
        used = self.track_of[number][self.track_of[number] >= 0]
        _, first = np.unique(used, return_index=True)
        return [int(used[k]) for k in np.sort(first)]

    def switches(self, number: int) -> int:
        """Count how often an object's track number changed."""
        used = self.track_of[number][self.track_of[number] >= 0]
        return int(np.sum(used[1:] != used[:-1]))


def match(truth: TruthRows, tracks: TrackRows) -> Matching:
    """Follow each object through the tracks, keeping a pair while it holds."""
    aligned = align(truth, tracks)
    count, instants = len(truth.object_ids), len(aligned.instants_ns)
    track_of = np.full((count, instants), -1, np.int64)
    last = np.full(count, -1, np.int64)
    votes: dict[int, dict[int, int]] = {}
    nearest: dict[int, float] = {}
    beside: dict[int, dict[int, int]] = {}
    for k in range(instants):
        objects = np.flatnonzero(aligned.present[:, k])
        rows = np.arange(aligned.rows[0, k], aligned.rows[1, k])
        ids = tracks.track_id[rows]
        apart = distances(aligned.truth_enu[objects, k], tracks.state_enu[rows], axes=2)
        held = hold_pairs(apart, MATCH_MAX_M, last[objects], ids)
        for number, column in zip(objects, held, strict=True):
            if column >= 0:
                track = int(ids[column])
                track_of[number, k] = last[number] = track
                _vote(votes, track, int(number))
        if len(objects):
            for track, row in zip(ids.tolist(), apart.argmin(axis=0).tolist(), strict=True):
                _vote(beside, track, int(objects[row]))
        least = apart.min(axis=0, initial=np.inf)
        for track, distance in zip(ids.tolist(), least.tolist(), strict=True):
            nearest[track] = min(nearest.get(track, np.inf), distance)
    return Matching(aligned, track_of, _most(votes), nearest, _most(beside))


def _vote(votes: dict[int, dict[int, int]], track: int, number: int) -> None:
    mine = votes.setdefault(track, {})
    mine[number] = mine.get(number, 0) + 1


def _most(votes: dict[int, dict[int, int]]) -> dict[int, int]:
    """Give each track the object it has most votes for."""
    return {t: max(sorted(mine), key=lambda o: mine[o]) for t, mine in votes.items()}
