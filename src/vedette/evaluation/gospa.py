"""The GOSPA metric: how far a set of tracks is from a set of true objects, and why."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.assignment import assign

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
ORDER = 2.0  # p
ALPHA = 2.0  # the only value for which missed and false objects are what is counted


@dataclass(slots=True, frozen=True)
class Gospa:
    """GOSPA of one instant, with its parts to the power p (they add up to distance^p).

    column_of_row (n,): which track each true object is paired with, -1 for none.
    """

    distance_m: float
    localisation_m2: float
    missed_m2: float
    false_m2: float
    missed: int
    false: int
    column_of_row: I64


def gospa(distance_m: F64, cutoff_m: float, optional: NDArray[np.bool_] | None = None) -> Gospa:
    """Measure GOSPA (p = 2, alpha = 2) from the distances between true objects and tracks.

    distance_m (n, m): true objects by tracks. cutoff_m: c, beyond which a pair is no pair.
    optional (n,): objects that need not be tracked (out of every sensor's coverage): a track on
    one is right, none is no fault. NaN: no pair.
    d^2 = sum of d_ij^2 over pairs + c^2/2 (missed + false):
    A. Rahmathullah, A. Garcia-Fernandez, L. Svensson (2017), Fusion, prop. 1.
    """
    tracks = distance_m.shape[1]
    distance_m = np.where(np.isnan(distance_m), np.inf, distance_m)
    cost = np.minimum(distance_m, cutoff_m) ** ORDER
    pairs = assign(cost)
    rows = np.flatnonzero(pairs >= 0)
    near = distance_m[rows, pairs[rows]] < cutoff_m
    pairs[rows[~near]] = -1
    rows = rows[near]
    unpaired = pairs < 0
    missed = int(np.sum(unpaired if optional is None else unpaired & ~optional))
    false = tracks - len(rows)
    localisation_m2 = float(np.sum(distance_m[rows, pairs[rows]] ** ORDER))
    half_m2 = cutoff_m**ORDER / ALPHA
    total_m2 = localisation_m2 + half_m2 * (missed + false)
    return Gospa(
        distance_m=float(np.sqrt(total_m2)),
        localisation_m2=localisation_m2,
        missed_m2=half_m2 * missed,
        false_m2=half_m2 * false,
        missed=missed,
        false=false,
        column_of_row=pairs,
    )
