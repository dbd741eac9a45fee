"""Fewer hypotheses that say the same: equal sets joined, near leaves joined, independence found.

In: a cluster's global hypotheses and leaves, as in `vedette.kernels.hypotheses`. Out: fewer of
both, and which of its tracks still depend on each other. The density of a set does not depend on
the order of its members (Williams 2015, "Marginal multi-Bernoulli filters", IEEE TAES 51-3,
section IV.D): hypotheses that hold the same objects in exchanged columns are one.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.motion import merge


@njit(cache=True)
def join_equal(table: Any, log_weight: Any) -> Any:
    """Join hypotheses with the same leaves in the same columns, adding weights; order is kept."""
    total, tracks = table.shape
    rows, n = np.empty(total, np.int64), 0
    joined = log_weight.copy()
    for h in range(total):
        found = -1
        for k in range(n):
            same = True
            for t in range(tracks):
                if table[rows[k], t] != table[h, t]:
                    same = False
                    break
            if same:
                found = k
                break
        if found < 0:
            rows[n] = h
            joined[n] = log_weight[h]
            n += 1
        else:
            big, small = joined[found], log_weight[h]
            if small > big:
                big, small = small, big
            joined[found] = big + math.log1p(math.exp(small - big))
    return table[rows[:n]], joined[:n].copy()


@njit(cache=True)
def leaf_gap(x_a: Any, P_a: Any, x_b: Any, P_b: Any) -> float:
    """Measure how different two densities (6,), (6, 6) are, axis by axis; 0 for equal ones.

    Sum over axes of the Jeffreys divergence of the marginals: d^2 (1/a + 1/b) / 2 + (a - b)^2 /
    (2 a b), correlations left out.
    """
    gap = 0.0
    for a in range(6):
        u, v = P_a[a, a], P_b[a, a]
        d = x_a[a] - x_b[a]
        gap += 0.5 * d * d * (1.0 / u + 1.0 / v) + 0.5 * (u - v) * (u - v) / (u * v)
    return gap


@njit(cache=True)
def marginal(table: Any, log_weight: Any, leaves: int) -> Any:
    """Give the total weight (L,) of the hypotheses that hold each leaf."""
    weight = np.zeros(leaves)
    for h in range(table.shape[0]):
        share = math.exp(log_weight[h])
        for t in range(table.shape[1]):
            if table[h, t] >= 0:
                weight[table[h, t]] += share
    return weight


@njit(cache=True)
def align(table: Any, x: Any, P: Any, absent_gap: float) -> None:
    """Permute the columns of each hypothesis so that its leaves lie near those of the first row.

    The set density does not depend on which column holds which leaf, so equal sets reached in
    another order become equal rows. In place, by exchanging two columns while that helps. table
    (H, T), heaviest first; absent_gap: what a leaf against none counts.
    """
    total, tracks = table.shape
    gap = np.empty((tracks, tracks))
    for h in range(1, total):
        for s in range(tracks):
            for t in range(tracks):
                gap[s, t] = _gap(table[0, s], table[h, t], x, P, absent_gap)
        place = np.arange(tracks)  # place[s]: which of its leaves the row puts into column s
        better = True
        while better:
            better = False
            for s in range(tracks):
                for t in range(s + 1, tracks):
                    now = gap[s, place[s]] + gap[t, place[t]]
                    if gap[s, place[t]] + gap[t, place[s]] < now - 1e-9 * (1.0 + now):
                        place[s], place[t] = place[t], place[s]
                        better = True
        table[h] = table[h][place]


@njit(cache=True)
def _gap(a: int, b: int, x: Any, P: Any, absent_gap: float) -> float:
    """Compare two leaves (their first modes), either of which may be none."""
    if a == b:
        return 0.0
    if a < 0 or b < 0:
        return absent_gap
    return min(leaf_gap(x[a, 0], P[a, 0], x[b, 0], P[b, 0]), 2.0 * absent_gap)


@njit(cache=True)
def join_leaves(
    table: Any, weight: Any, x: Any, P: Any, mode_prob: Any, existence: Any, gap_max: float
) -> None:
    """Join leaves of one column that are nearly the same density, in place.

    weight (L,): marginal weights. A leaf whose every mode differs from a heavier one's by less
    than gap_max, and whose existence by less too, is moment-matched into it.
    """
    total, tracks = table.shape
    for t in range(tracks):
        leaves = np.unique(table[:, t])
        leaves = leaves[leaves >= 0]
        leaves = leaves[np.argsort(-weight[leaves], kind="mergesort")]
        into = leaves.copy()
        for k in range(1, leaves.shape[0]):
            for h in range(k):
                if into[h] != leaves[h]:
                    continue
                if _near(leaves[h], leaves[k], x, P, mode_prob, existence, gap_max):
                    _absorb(leaves[h], leaves[k], weight, x, P, mode_prob, existence)
                    into[k] = leaves[h]
                    break
        for h in range(total):
            for k in range(leaves.shape[0]):
                if table[h, t] == leaves[k]:
                    table[h, t] = into[k]
                    break


@njit(cache=True)
def _near(a: int, b: int, x: Any, P: Any, mode_prob: Any, existence: Any, gap_max: float) -> bool:
    if abs(existence[a] - existence[b]) > gap_max:
        return False
    for m in range(x.shape[1]):
        if abs(mode_prob[a, m] - mode_prob[b, m]) > gap_max:
            return False
        if leaf_gap(x[a, m], P[a, m], x[b, m], P[b, m]) > gap_max:
            return False
    return True


@njit(cache=True)
def _absorb(a: int, b: int, weight: Any, x: Any, P: Any, mode_prob: Any, existence: Any) -> None:
    """Match the moments of leaves a and b into a."""
    share = np.empty(2)
    both_x, both_P = np.empty((2, 6)), np.empty((2, 6, 6))
    total = weight[a] + weight[b]
    for m in range(x.shape[1]):
        share[0] = weight[a] * existence[a] * mode_prob[a, m]
        share[1] = weight[b] * existence[b] * mode_prob[b, m]
        whole = share.sum()
        if whole <= 0.0:
            continue
        both_x[0], both_x[1], both_P[0], both_P[1] = x[a, m], x[b, m], P[a, m], P[b, m]
        merge(both_x, both_P, share / whole, x[a, m], P[a, m])
        mode_prob[a, m] = (weight[a] * mode_prob[a, m] + weight[b] * mode_prob[b, m]) / total
    existence[a] = (weight[a] * existence[a] + weight[b] * existence[b]) / total
    weight[a] = total


@njit(cache=True)
def dependence(table: Any, log_weight: Any) -> Any:
    """Give the mutual information (T, T), in nats, between the leaves of every two columns."""
    total, tracks = table.shape
    share = np.exp(log_weight)
    answer = np.zeros((tracks, tracks))
    for s in range(tracks):
        for t in range(s):
            info = 0.0
            for h in range(total):
                joint, one, other = 0.0, 0.0, 0.0
                for k in range(total):
                    same_s, same_t = table[k, s] == table[h, s], table[k, t] == table[h, t]
                    one += share[k] * same_s
                    other += share[k] * same_t
                    joint += share[k] * (same_s and same_t)
                info += share[h] * math.log(joint / (one * other))
            answer[s, t] = answer[t, s] = info
    return answer


@njit(cache=True)
def heaviest_first(table: Any, log_weight: Any) -> Any:
    """Order hypotheses by weight; equal ones keep their order."""
    order = np.argsort(-log_weight, kind="mergesort")
    return table[order], log_weight[order]


@njit(cache=True)
def simplify(
    table: Any,
    log_weight: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    existence: Any,
    existence_min: float,
    gap_max: float,
    absent_gap: float,
    dependence_max: float,
) -> Any:
    """Drop what is negligible, join what is equal, and say what is independent.

    Leaves and whole tracks whose (marginal) existence is below existence_min become none. Leaves
    may be joined in place (gap_max > 0, see `join_leaves`). Returns table (H, T) of the remaining
    tracks, log_weight (H,), column (T,): which tracks remain, and group (T,): tracks of different
    groups tell less than dependence_max (nats) of each other.
    """
    total, tracks = table.shape
    there, column, n = np.zeros(tracks), np.empty(tracks, np.int64), 0
    cleared = np.full((total, tracks), -1, np.int64)
    for t in range(tracks):
        for h in range(total):
            leaf = table[h, t]
            if leaf >= 0 and existence[leaf] >= existence_min:
                cleared[h, n] = leaf
                there[t] += math.exp(log_weight[h]) * existence[leaf]
        if there[t] >= existence_min and there[t] > 0.0:
            column[n] = t
            n += 1
        else:
            cleared[:, n] = -1
    table, log_weight = join_equal(cleared[:, :n].copy(), log_weight)
    table, log_weight = heaviest_first(table, log_weight)
    if gap_max > 0.0 and table.shape[0] > 1:
        align(table, x, P, absent_gap)
        weight = marginal(table, log_weight, existence.shape[0])
        join_leaves(table, weight, x, P, mode_prob, existence, gap_max)
        table, log_weight = join_equal(table, log_weight)
        table, log_weight = heaviest_first(table, log_weight)
        held = np.empty(n, np.bool_)  # exchanging columns may have emptied one
        for t in range(n):
            held[t] = table[:, t].max() >= 0
        table, column = table[:, held], column[:n][held]
    table = np.ascontiguousarray(table)
    return table, log_weight, column[: table.shape[1]], _groups(table, log_weight, dependence_max)


@njit(cache=True)
def _groups(table: Any, log_weight: Any, dependence_max: float) -> Any:
    """Number the groups of dependent columns from 0, in order of their first column."""
    tracks = table.shape[1]
    group = np.full(tracks, -1, np.int64)
    if table.shape[0] == 1:
        return np.arange(tracks)
    info = dependence(table, log_weight)
    stack, n = np.empty(tracks, np.int64), 0
    for first in range(tracks):
        if group[first] >= 0:
            continue
        stack[0], group[first], depth = first, n, 1
        while depth > 0:
            depth -= 1
            s = stack[depth]
            for t in range(tracks):
                if group[t] < 0 and info[s, t] > dependence_max:
                    group[t] = n
                    stack[depth] = t
                    depth += 1
        n += 1
    return group
