"""The OSPA metric: one number for how far two sets of points are apart, a head."""

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.assignment import assign

F64 = NDArray[np.float64]


def ospa(distance_m: F64, cutoff_m: float, order: float = 2.0) -> float:
    """Measure OSPA from the distances between true objects and tracks, metres.

    distance_m (n, m): true objects by tracks; NaN: no pair. cutoff_m: c, what a missed or false
    object costs. order: p >= 1. With n <= m (else the sides change places):
    d = (1/m (min over pairings of sum of min(d_ij, c)^p + c^p (m - n)))^(1/p). Two empty sets are
    0 apart. D. Schuhmacher, B.-T. Vo, B.-N. Vo (2008), IEEE TSP 56-8, eq. 3. Unlike GOSPA it is a
    mean: a false track among a hundred hardly counts.
    """
    larger, smaller = max(distance_m.shape), min(distance_m.shape)
    if larger == 0:
        return 0.0
    cost = np.minimum(np.where(np.isnan(distance_m), np.inf, distance_m), cutoff_m) ** order
    pairs = assign(cost)
    rows = np.flatnonzero(pairs >= 0)
    total = float(np.sum(cost[rows, pairs[rows]])) + cutoff_m**order * (larger - smaller)
    return float((total / larger) ** (1.0 / order))
