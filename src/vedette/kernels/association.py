"""Which measurement belongs to which track, as marginal probabilities: loopy belief propagation.

In: for each track its candidate measurements with weights. Out: marginal probabilities, tracks and
measurements each used at most once. Williams and Lau 2014, "Approximate evaluation of marginal
association probabilities with belief propagation", IEEE TAES 50-4, algorithm of figure 2.
"""

from typing import Any

import numpy as np
from numba import njit

# Convergence is geometric; hard cases (many near-equal) need some dozens of rounds.
_ROUNDS_MAX = 200
_TOLERANCE = 1e-5


@njit(cache=True)
def associate(first: Any, column: Any, weight: Any, columns: int) -> Any:
    """Compute association marginals of a sparse table of weights.

    first (N + 1,): rows' starts in column (K,), weight (K,). weight[i, j] = (r pD l_ij / lambda_j)
    / (1 - r + r (1 - pD)): "track i made measurement j" against "track i made none and j is new or
    false". Returns prob (K,), missed (N,) and unclaimed (columns,). Rows with no candidate are
    missed with probability 1; no columns give an empty answer.
    """
    rows, pairs = first.shape[0] - 1, column.shape[0]
    to_row = np.ones(pairs)  # measurement -> track: nu
    claimed = np.zeros(columns)
    to_column = np.zeros(pairs)  # track -> measurement: mu
    for _ in range(_ROUNDS_MAX):
        _send_to_columns(first, weight, to_row, to_column)
        claimed[:] = 0.0
        for p in range(pairs):
            claimed[column[p]] += to_column[p]
        change = 0.0
        for p in range(pairs):
            fresh = 1.0 / (1.0 + max(claimed[column[p]] - to_column[p], 0.0))
            change = max(change, abs(fresh - to_row[p]))
            to_row[p] = fresh
        if change < _TOLERANCE:
            break
    prob, missed, unclaimed = np.zeros(pairs), np.ones(rows), np.ones(columns)
    for i in range(rows):
        total = 1.0
        for p in range(first[i], first[i + 1]):
            total += weight[p] * to_row[p]
        missed[i] = 1.0 / total
        for p in range(first[i], first[i + 1]):
            prob[p] = weight[p] * to_row[p] / total
    for j in range(columns):
        unclaimed[j] = 1.0 / (1.0 + claimed[j])
    return prob, missed, unclaimed


@njit(cache=True)
def _send_to_columns(first: Any, weight: Any, to_row: Any, to_column: Any) -> None:
    """Do half a round: mu_ij = w_ij / (1 + sum over other j' of w_ij' nu_ij')."""
    for i in range(first.shape[0] - 1):
        total = 1.0
        for p in range(first[i], first[i + 1]):
            total += weight[p] * to_row[p]
        for p in range(first[i], first[i + 1]):
            # Never below 1: subtracting a dominant term from its sum loses the rest to rounding.
            to_column[p] = weight[p] / max(total - weight[p] * to_row[p], 1.0)
