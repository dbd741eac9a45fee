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
    missed with probability 1; no columns give an empty answer. Clusters settle one by one.
    """
    rows, pairs = first.shape[0] - 1, column.shape[0]
    to_row = np.ones(pairs)  # measurement -> track: nu
    claimed = np.zeros(columns)
    to_column = np.zeros(pairs)  # track -> measurement: mu
    begin, members = clusters(first, column, columns)
    for c in range(begin.shape[0] - 1):
        _settle(members[begin[c] : begin[c + 1]], first, column, weight, to_row, to_column, claimed)
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
def clusters(first: Any, column: Any, columns: int) -> Any:
    """Find the connected components of the table: tracks that share candidates, near or far.

    Returns begin (C + 1,) and members (N,): the rows of cluster c are members[begin[c] :
    begin[c + 1]], in order. Rows without candidates belong to none.
    """
    rows = first.shape[0] - 1
    parent, owner = np.arange(rows), np.full(columns, -1, np.int64)
    for i in range(rows):
        for p in range(first[i], first[i + 1]):
            j = column[p]
            if owner[j] < 0:
                owner[j] = i
            else:
                a, b = _root(parent, owner[j]), _root(parent, i)
                parent[max(a, b)] = min(a, b)
    number, size = np.full(rows, -1, np.int64), 0
    count = np.zeros(rows + 1, np.int64)
    for i in range(rows):
        if first[i] < first[i + 1]:
            root = _root(parent, i)
            if number[root] < 0:
                number[root], size = size, size + 1
            count[number[root] + 1] += 1
    begin = np.cumsum(count[: size + 1])
    at, members = begin.copy(), np.empty(begin[-1], np.int64)
    for i in range(rows):
        if first[i] < first[i + 1]:
            c = number[_root(parent, i)]
            members[at[c]] = i
            at[c] += 1
    return begin, members


@njit(cache=True)
def _root(parent: Any, i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True)
def _settle(
    rows: Any, first: Any, column: Any, weight: Any, to_row: Any, to_column: Any, claimed: Any
) -> None:
    """Pass messages within one cluster until they settle, in place."""
    for _ in range(_ROUNDS_MAX):
        for i in rows:
            _send_to_columns(first[i], first[i + 1], weight, to_row, to_column)
            for p in range(first[i], first[i + 1]):
                claimed[column[p]] = 0.0
        for i in rows:
            for p in range(first[i], first[i + 1]):
                claimed[column[p]] += to_column[p]
        change = 0.0
        for i in rows:
            for p in range(first[i], first[i + 1]):
                fresh = 1.0 / (1.0 + max(claimed[column[p]] - to_column[p], 0.0))
                change = max(change, abs(fresh - to_row[p]))
                to_row[p] = fresh
        if change < _TOLERANCE:
            break


@njit(cache=True)
def _send_to_columns(begin: int, end: int, weight: Any, to_row: Any, to_column: Any) -> None:
    """Do half a round of one track: mu_ij = w_ij / (1 + sum over other j' of w_ij' nu_ij')."""
    total = 1.0
    for p in range(begin, end):
        total += weight[p] * to_row[p]
    for p in range(begin, end):
        # Never below 1: subtracting a dominant term from its sum loses the rest to rounding.
        to_column[p] = weight[p] / max(total - weight[p] * to_row[p], 1.0)
