"""Tracks that could be one object: found by place, judged by place and velocity together.

In: the bank's states. Out: pairs of rows, or which of some rows could be one of others. Only tracks
near each other are compared (`lattice`), so cost grows with tracks, not with pairs.
"""

from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.bernoulli import publish
from vedette.kernels.compiled import inner
from vedette.kernels.gating import place, seconds_between
from vedette.kernels.lattice import lay_out, nearby


@njit(cache=True)
def _where(rows: Any, now_ns: int, t_ns: Any, x: Any, P: Any, mode_prob: Any, motion: Any) -> Any:
    """Give where the tracks in rows (K,) are at now: points (K, 2), flat variances from above."""
    points, variance, mean = np.empty((rows.shape[0], 2)), np.empty(rows.shape[0]), np.empty(3)
    q_max = motion[:, 0].max()
    for k in range(rows.shape[0]):
        i = rows[k]
        dt = seconds_between(now_ns, t_ns[i])
        flat, _, apart = place(x[i], P[i], mode_prob[i], dt, q_max, mean)
        points[k, 0], points[k, 1] = mean[0], mean[1]
        variance[k] = (flat + apart) ** 2
    return points, variance


@inner
def _are_two(a: int, b: int, key: Any, hit_ns: Any, recent_ns: int, together_ns: Any) -> bool:
    """Say whether something proves two objects: different keys, or two plots in one scan."""
    if key[a] != 0 and key[b] != 0 and key[a] != key[b]:
        return True
    for s in range(hit_ns.shape[1]):
        one, other = hit_ns[a, s], hit_ns[b, s]
        if one > recent_ns and other > recent_ns and abs(one - other) < together_ns[s]:
            return True
    return False


@inner
def _alike(state: Any, cov: Any, distance_max_m: float, threshold: float) -> bool:
    """Say whether two tracks are statistically in one place with one velocity.

    state (2, 6), cov (2, 6, 6). Axis by axis, the squared differences over the summed variances add
    to less than `threshold` (six degrees of freedom; correlations left out, which makes it
    cautious), and east and north differ by at most distance_max_m.
    """
    distance2 = 0.0
    for a in range(6):
        gap = state[0, a] - state[1, a]
        if a < 2 and abs(gap) > distance_max_m:
            return False
        distance2 += gap * gap / (cov[0, a, a] + cov[1, a, a])
    return distance2 < threshold


@njit(cache=True)
def same_rows(
    rows: Any,
    others: Any,
    now_ns: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    key: Any,
    hit_ns: Any,
    recent_ns: int,
    together_ns: Any,
    distance_max_m: float,
    threshold: float,
    once: bool,
) -> Any:
    """List pairs (L, 2) of a row in rows (K,) and one in others (N,) that could be one object.

    Left out are pairs that are proved to be two: keys that differ, or hits of one sensor within
    together_ns (S,) of each other since recent_ns. With rows and others the same and `once`, each
    pair comes once, the lower row first.
    """
    points, variance = _where(others, now_ns, t_ns, x, P, mode_prob, motion)
    asked, spread = points, variance
    if not once:
        asked, spread = _where(rows, now_ns, t_ns, x, P, mode_prob, motion)
    cells, order, laid = lay_out(points, distance_max_m)
    found = np.empty(points.shape[0], np.int64)
    pairs, n = np.empty((16, 2), np.int64), 0
    two, state, cov = np.empty(2, np.int64), np.empty((2, 6)), np.empty((2, 6, 6))
    modes, turning = np.empty((2, x.shape[1])), np.empty(2)
    for k in range(rows.shape[0]):
        near = nearby(
            cells, order, laid, distance_max_m, asked[k, 0], asked[k, 1], distance_max_m,
            distance_max_m, found,
        )  # fmt: skip
        for f in range(near):
            o = found[f]
            a, b = rows[k], others[o]
            gap2 = (points[o, 0] - asked[k, 0]) ** 2 + (points[o, 1] - asked[k, 1]) ** 2
            # No axis has more variance than the widest direction, so this sum is at most theirs.
            if a == b or (once and a > b) or gap2 > threshold * (variance[o] + spread[k]):
                continue
            if _are_two(a, b, key, hit_ns, recent_ns, together_ns):
                continue
            two[0], two[1] = a, b
            publish(
                two, now_ns, t_ns, x, P, mode_prob, height_seen, motion, bounds, state, cov,
                modes, turning,
            )  # fmt: skip
            if not _alike(state, cov, distance_max_m, threshold):
                continue
            if n == pairs.shape[0]:
                more = np.empty((2 * n, 2), np.int64)
                more[:n] = pairs
                pairs = more
            pairs[n, 0], pairs[n, 1] = a, b
            n += 1
    return pairs[:n].copy()
