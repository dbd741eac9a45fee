"""The set of positions with the least expected GOSPA squared, over a cluster's whole posterior.

In: global hypotheses and their leaves. Out: points. The posterior is laid out as weighted sets of
points (who exists, where); then, in turn, every set is paired with the points, and every point
moves to the mean of what was paired with it, as in Guerriero, Svensson, Svensson, Willett 2010,
"Shooting two birds with two bullets: how to find minimum mean OSPA estimates", Fusion, section IV,
here for GOSPA, so that the number of points is decided by expected cost too.
"""

import math
from typing import Any

import numpy as np
from numba import njit

_ROUNDS_MAX = 12  # the descent ends by itself, most often after three or four rounds
_GAIN_MIN = 1e-4  # of the cost, squared metres
_CERTAIN = 0.995  # a leaf above it exists, one below 1 - it does not: less than 1 % of one cost


@njit(cache=True)
def who_exists(table: Any, log_weight: Any, existence: Any, share_min: float) -> Any:
    """Split each global hypothesis into who of its doubtful leaves exists.

    table (H, T), heaviest first, log_weight (H,), existence (L,). Sets below share_min of the whole
    are left out. Returns weight (K,) summing to 1, leaf (K, T), size (K,): leaf[k, :size[k]] exist.
    """
    total, tracks = table.shape
    room, n = 64, 0
    weight, chosen = np.empty(room), np.empty((room, tracks), np.int64)
    size = np.zeros(room, np.int64)
    for h in range(total):
        if math.exp(log_weight[h]) < share_min and n > 0:
            break
        first = n
        weight[n], size[n] = math.exp(log_weight[h]), 0
        n += 1
        for t in range(tracks):
            if 2 * n > room:  # each set may become two
                room *= 2
                weight = np.append(weight, np.empty(room - weight.shape[0]))
                size = np.append(size, np.zeros(room - size.shape[0], np.int64))
                chosen = np.concatenate((chosen, np.empty_like(chosen)))
            leaf = table[h, t]
            r = existence[leaf] if leaf >= 0 else 0.0
            if r < 1.0 - _CERTAIN:
                continue
            for k in range(first, n):
                if r < _CERTAIN and weight[k] * (1.0 - r) >= share_min:
                    weight[n], size[n], chosen[n] = weight[k] * (1.0 - r), size[k], chosen[k]
                    n += 1
                chosen[k, size[k]] = leaf
                size[k] += 1
                weight[k] *= r if r < _CERTAIN else 1.0
    return weight[:n] / weight[:n].sum(), chosen[:n].copy(), size[:n].copy()


@njit(cache=True)
def least_mean_gospa(
    weight: Any, leaf: Any, size: Any, pos: Any, spread2: Any, cutoff2: float, false_cost: float
) -> Any:
    """Find points (K, D) whose expected squared GOSPA distance from the posterior is least.

    weight (N,), leaf (N, T), size (N,): of `who_exists`. pos (L, D), spread2 (L,): mean of each
    leaf's position, and the trace of its covariance. A pair costs its expected squared distance, an
    object without a point cutoff2 / 2, a point without an object false_cost. For each number of
    objects that occurs a descent starts from the heaviest set of that size; the least cost wins.
    Returns the points and their expected cost.
    """
    best, answer = 0.0, np.empty((0, pos.shape[1]))
    largest = 0
    for n in range(size.shape[0]):
        best += 0.5 * cutoff2 * weight[n] * size[n]
        largest = max(largest, size[n])
    for number in range(1, largest + 1):
        first = -1
        for n in range(size.shape[0]):
            if size[n] == number and (first < 0 or weight[n] > weight[first]):
                first = n
        if first < 0:
            continue
        found = pos[leaf[first, :number]]
        cost = _descend(weight, leaf, size, pos, spread2, cutoff2, false_cost, found)
        if cost < best:
            best, answer = cost, found
    return answer, best


@njit(cache=True)
def _descend(
    weight: Any,
    leaf: Any,
    size: Any,
    pos: Any,
    spread2: Any,
    cutoff2: float,
    false_cost: float,
    found: Any,
) -> float:
    """Move found (K, D) downhill, in place; returns the expected cost."""
    number, D = found.shape
    N = max(number, leaf.shape[1])
    place = np.empty((size.shape[0], N), np.int64)
    for n in range(size.shape[0]):
        place[n] = np.arange(N)
    cost, total = np.empty((N, N)), np.empty((number, D + 1))
    last = math.inf
    for _ in range(_ROUNDS_MAX):
        value = 0.0
        total[:] = 0.0
        for n in range(size.shape[0]):
            _costs(leaf[n, : size[n]], pos, spread2, cutoff2, false_cost, found, cost)
            value += weight[n] * _pair(max(number, size[n]), cost, place[n])
            for i in range(size[n]):
                j = place[n, i]
                if j < number and cost[i, j] < 0.5 * cutoff2 + false_cost:
                    total[j, D] += weight[n]
                    for a in range(D):
                        total[j, a] += weight[n] * pos[leaf[n, i], a]
        if value > last - _GAIN_MIN:
            return min(value, last)
        last = value
        for j in range(number):
            if total[j, D] > 0.0:
                for a in range(D):
                    found[j, a] = total[j, a] / total[j, D]
    return last


@njit(cache=True)
def _costs(
    leaf: Any,
    pos: Any,
    spread2: Any,
    cutoff2: float,
    false_cost: float,
    found: Any,
    cost: Any,
) -> None:
    """Write what pairing each object of a set with each point costs, padded to a square."""
    size, number = leaf.shape[0], found.shape[0]
    apart = 0.5 * cutoff2 + false_cost
    for i in range(max(size, number)):
        for j in range(max(size, number)):
            if i < size and j < number:
                d2 = spread2[leaf[i]]
                for a in range(found.shape[1]):
                    d2 += (pos[leaf[i], a] - found[j, a]) ** 2
                cost[i, j] = min(d2, apart)
            else:
                cost[i, j] = 0.5 * cutoff2 if i < size else false_cost


@njit(cache=True)
def _pair(N: int, cost: Any, place: Any) -> float:
    """Improve the pairing place (N,) by exchanges until none helps; returns its cost."""
    better = True
    while better:
        better = False
        for i in range(N):
            for k in range(i + 1, N):
                p, q = place[i], place[k]
                if cost[i, q] + cost[k, p] < cost[i, p] + cost[k, q] - 1e-12:
                    place[i], place[k] = q, p
                    better = True
    total = 0.0
    for i in range(N):
        total += cost[i, place[i]]
    return total


@njit(cache=True)
def places(x: Any, P: Any, mode_prob: Any, axes: int) -> Any:
    """Give mean position (L, axes) over the modes x (L, M, 6), P (L, M, 6, 6), mode_prob (L, M) of
    every leaf, and the trace (L,) of its covariance."""
    leaves, modes = mode_prob.shape
    pos, spread2 = np.zeros((leaves, axes)), np.zeros(leaves)
    for i in range(leaves):
        for a in range(axes):
            for m in range(modes):
                pos[i, a] += mode_prob[i, m] * x[i, m, a]
            for m in range(modes):
                gap = x[i, m, a] - pos[i, a]
                spread2[i] += mode_prob[i, m] * (P[i, m, a, a] + gap * gap)
    return pos, spread2
