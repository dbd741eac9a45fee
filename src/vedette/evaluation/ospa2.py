"""OSPA(2): OSPA between whole tracks and whole paths, so that broken and swapped tracks cost.

In: truth and tracks on one clock. Out: one number, metres.
"""

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import Aligned
from vedette.evaluation.ospa import ospa
from vedette.evaluation.scores import distances
from vedette.outputs.parquet import TrackRows

F64 = NDArray[np.float64]


def ospa2(aligned: Aligned, tracks: TrackRows, cutoff_m: float, axes: int = 3) -> float | None:
    """Measure OSPA(2) of order 1 between the paths of objects and tracks, metres.

    It is `ospa` of order 1 over `path_distances`. None where there are no instants.
    M. Beard, B.-T. Vo, B.-N. Vo (2017), OSPA(2): using the OSPA metric to evaluate multi-target
    tracking performance, eq. 6 to 8, with all weights alike.
    """
    if not len(aligned.instants_ns):
        return None
    return ospa(path_distances(aligned, tracks, cutoff_m, axes), cutoff_m, order=1.0)


def path_distances(aligned: Aligned, tracks: TrackRows, cutoff_m: float, axes: int = 3) -> F64:
    """Measure the mean distance of each object (O) from each track (M): (O, M), metres.

    The mean is over the instants at which either exists: min(distance, cutoff_m) where both do,
    cutoff_m where one does. Only what exists at some instant is listed.
    """
    alive = np.flatnonzero(aligned.present.any(axis=1))
    numbers = np.unique(tracks.track_id[aligned.rows.min(initial=0) : aligned.rows.max(initial=0)])
    near_m = np.zeros((len(alive), len(numbers)))
    both = np.zeros((len(alive), len(numbers)), np.int64)
    rows_of = np.zeros(len(numbers), np.int64)
    for k in range(len(aligned.instants_ns)):
        rows = slice(aligned.rows[0, k], aligned.rows[1, k])
        columns = np.searchsorted(numbers, tracks.track_id[rows])
        rows_of[columns] += 1
        here = np.flatnonzero(aligned.present[alive, k])
        apart = distances(aligned.truth_enu[alive[here], k], tracks.state_enu[rows], axes)
        at = np.ix_(here, columns)
        near_m[at] += np.minimum(np.where(np.isnan(apart), np.inf, apart), cutoff_m)
        both[at] += 1
    mine = aligned.present[alive].sum(axis=1)
    either = mine[:, None] + rows_of[None, :] - both
    seen = rows_of > 0
    total = near_m + cutoff_m * (either - both)
    return np.asarray(total[:, seen] / np.maximum(either[:, seen], 1))
