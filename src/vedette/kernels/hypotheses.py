"""Global hypotheses of a cluster: scoring its leaves, finding the best children, growing them.

A cluster holds tracks that compete for measurements. A leaf is one single-target hypothesis of one
track: a density and the probability r that the object exists. A global hypothesis picks at most one
leaf for each track: one row of a table (H, T) of leaf numbers, -1 for none, with a log weight.
Garcia-Fernandez, Williams, Granstrom, Svensson 2018, "Poisson multi-Bernoulli mixture filter:
direct derivation and implementation", IEEE TAES 54-4, sections III-IV.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.measure import ENU, update
from vedette.kernels.motion import merge, predict_modes
from vedette.kernels.pairing import pair_likelihood

MEASUREMENTS_MAX = 62  # bits of the mask that says which measurements a hypothesis has used
_OUTSIDE = 60.0  # squared sigmas; no gate is wider (see `vedette.kernels.gating`)
_ROOM_LOG = 30.0  # a partial hypothesis whose best end is e^-30 of the best one's is given up


@njit(cache=True)
def predict_leaves(
    x: Any, P: Any, mode_prob: Any, height_seen: Any, dt_s: float, motion: Any, bounds: Any
) -> None:
    """Move leaves x (L, M, 6), P (L, M, 6, 6), mode_prob (L, M) by dt_s >= 0, in place."""
    for i in range(x.shape[0]):
        predict_modes(x[i], P[i], mode_prob[i], dt_s, motion, height_seen[i], bounds)


@njit(cache=True)
def score_leaves(
    x: Any,
    P: Any,
    mode_prob: Any,
    kind: int,
    z: Any,
    variance: Any,
    lag_s: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    thresholds: Any,
) -> Any:
    """Give the log likelihood (L, J) of every measurement under every leaf, -inf outside the gate.

    z, variance (J, 8), lag_s (J,): measurement time minus the leaves' time, <= 0. thresholds (9,).
    """
    score = np.full((x.shape[0], z.shape[0]), -math.inf)
    for i in range(x.shape[0]):
        for j in range(z.shape[0]):
            if kind == ENU and lag_s[j] == 0.0 and _far(x[i], P[i], z[j], variance[j]):
                continue
            score[i, j] = pair_likelihood(
                x[i], P[i], mode_prob[i], kind, z[j], variance[j], sensor_enu, enu_from_sensor,
                lag_s[j], motion, thresholds,
            )  # fmt: skip
    return score


@njit(cache=True)
def _far(x: Any, P: Any, z: Any, variance: Any) -> bool:
    """Say whether east or north alone puts a position outside every gate, in every mode."""
    for m in range(x.shape[0]):
        outside = False
        for a in range(2):
            d = z[a] - x[m, a]
            outside = outside or d * d > _OUTSIDE * (P[m, a, a] + variance[a])
        if not outside:
            return False
    return True


@njit(cache=True)
def update_leaf(
    x: Any,
    P: Any,
    mode_prob: Any,
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    lag_s: float,
    motion: Any,
) -> None:
    """Update one leaf x (M, 6), P (M, 6, 6), mode_prob (M,) with one measurement, in place."""
    modes, best, total = x.shape[0], -math.inf, 0.0
    score = np.empty(modes)
    for m in range(modes):
        score[m], _, _ = update(
            kind, x[m], P[m], z, variance, sensor_enu, enu_from_sensor, lag_s, motion[m, 0]
        )
        best = max(best, score[m])
    for m in range(modes):
        mode_prob[m] *= math.exp(score[m] - best)
        total += mode_prob[m]
    for m in range(modes):
        mode_prob[m] /= total


@njit(cache=True)
def number_leaves(leaf_of: Any, choice: Any, leaves: int, options: int) -> Any:
    """Number the distinct pairs of parent leaf and choice that occur in a table.

    leaf_of (H, T): parent leaf or -1; choice (H, T): measurement in 0..options - 1, or -1. Returns
    table (H, T) of new numbers, -1 where there is no leaf, and leaf (K,), choice (K,) of each.
    """
    number = np.full((leaves, options + 1), -1, np.int64)
    table = np.full(leaf_of.shape, -1, np.int64)
    leaf = np.empty(leaf_of.size, np.int64)
    chosen = np.empty(leaf_of.size, np.int64)
    n = 0
    for h in range(leaf_of.shape[0]):
        for t in range(leaf_of.shape[1]):
            i, j = leaf_of[h, t], choice[h, t] + 1
            if i < 0:
                continue
            if number[i, j] < 0:
                number[i, j] = n
                leaf[n], chosen[n] = i, j - 1
                n += 1
            table[h, t] = number[i, j]
    return table, leaf[:n].copy(), chosen[:n].copy()


@njit(cache=True)
def grow_leaves(
    x: Any,
    P: Any,
    mode_prob: Any,
    existence: Any,
    absent: Any,
    leaf: Any,
    choice: Any,
    kind: int,
    z: Any,
    variance: Any,
    lag_s: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
) -> Any:
    """Make new leaves: of leaf[k] when it is missed (choice[k] = -1) or made measurement choice[k].

    absent (L,): 1 - detection probability. A miss leaves the density and lowers
    r' = r absent / (1 - r + r absent); a measurement proves existence. Returns x, P, mode_prob, r.
    """
    x_new, P_new, mode_new = x[leaf], P[leaf], mode_prob[leaf]
    r_new = np.ones(leaf.shape[0])
    for k in range(leaf.shape[0]):
        i, j = leaf[k], choice[k]
        if j < 0:
            unseen = existence[i] * absent[i]
            r_new[k] = unseen / (1.0 - existence[i] + unseen)
        else:
            update_leaf(
                x_new[k], P_new[k], mode_new[k], kind, z[j], variance[j], sensor_enu,
                enu_from_sensor, lag_s[j], motion,
            )  # fmt: skip
    return x_new, P_new, mode_new, r_new


@njit(cache=True)
def best_children(
    table: Any, log_weight: Any, score: Any, missed: Any, kept_max: int, share_min: float
) -> Any:
    """Find the heaviest global hypotheses after one look.

    table (H, T) of leaves, log_weight (H,): the parents. score (L, J): log of "made measurement j"
    against "j is new or false"; missed (L,): log of "made none". J <= MEASUREMENTS_MAX. Tracks are
    taken one after the other; of the partial hypotheses the kept_max with the best possible end
    (each remaining track at its best, conflicts forgotten) go on, so the answer is exact whenever
    their number stays below kept_max. Children below share_min of the whole are left out.
    Returns parent (K,), choice (K, T): measurement or -1, log_weight (K,) normalised.
    """
    ends = _best_ends(table, score, missed)
    parents, tracks = table.shape
    parent, value = np.arange(parents), log_weight.copy()
    used, choice = np.zeros(parents, np.int64), np.full((parents, tracks), -1, np.int64)
    best = -math.inf
    for h in range(parents):
        best = max(best, value[h] + ends[h, 0])
    for t in range(tracks):
        origin, option, value = _extend(
            t, table, parent, value, used, score, missed, ends, best - _ROOM_LOG, kept_max
        )
        parent, used, choice = parent[origin], used[origin], choice[origin]
        for k in range(origin.shape[0]):
            choice[k, t] = option[k]
            if option[k] >= 0:
                used[k] |= 1 << option[k]
    return _heaviest(parent, choice, value, share_min)


@njit(cache=True)
def _best_ends(table: Any, score: Any, missed: Any) -> Any:
    """Bound what the tracks t, t + 1, ... can add to each hypothesis: (H, T + 1)."""
    best = missed.copy()
    for i in range(score.shape[0]):
        for j in range(score.shape[1]):
            best[i] = max(best[i], score[i, j])
    parents, tracks = table.shape
    ends = np.zeros((parents, tracks + 1))
    for h in range(parents):
        for t in range(tracks - 1, -1, -1):
            ends[h, t] = ends[h, t + 1]
            if table[h, t] >= 0:
                ends[h, t] += best[table[h, t]]
    return ends


@njit(cache=True)
def _extend(
    t: int,
    table: Any,
    parent: Any,
    value: Any,
    used: Any,
    score: Any,
    missed: Any,
    ends: Any,
    least: float,
    kept_max: int,
) -> Any:
    """Give every partial hypothesis each option of track t; returns origin, option, value."""
    room = parent.shape[0] * (score.shape[1] + 1)
    origin, option = np.empty(room, np.int64), np.empty(room, np.int64)
    grown, bound = np.empty(room), np.empty(room)
    n = 0
    for k in range(parent.shape[0]):
        i, rest = table[parent[k], t], ends[parent[k], t + 1]
        for j in range(-1, score.shape[1]):
            gain = 0.0
            if i < 0:
                if j >= 0:
                    break
            elif j < 0:
                gain = missed[i]
            elif used[k] >> j & 1:
                continue
            else:
                gain = score[i, j]
            if value[k] + gain + rest >= least:
                origin[n], option[n] = k, j
                grown[n], bound[n] = value[k] + gain, value[k] + gain + rest
                n += 1
    if n <= kept_max:
        return origin[:n].copy(), option[:n].copy(), grown[:n].copy()
    chosen = np.argsort(-bound[:n], kind="mergesort")[:kept_max]
    return origin[chosen], option[chosen], grown[chosen]


@njit(cache=True)
def _heaviest(parent: Any, choice: Any, value: Any, share_min: float) -> Any:
    """Normalise log weights, leave out small shares, and order by weight."""
    order = np.argsort(-value, kind="mergesort")
    total = 0.0
    for k in order:
        total += math.exp(value[k] - value[order[0]])
    kept, whole = 0, 0.0
    for k in order:
        share = math.exp(value[k] - value[order[0]]) / total
        if share < share_min:
            break
        whole += share
        kept += 1
    chosen = order[:kept]
    log_weight = value[chosen] - value[order[0]] - math.log(total * whole)
    return parent[chosen], choice[chosen], log_weight


@njit(cache=True)
def start_leaves(
    intensity: Any,
    x: Any,
    P: Any,
    kind: int,
    z: Any,
    variance: Any,
    lag_s: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    q: float,
) -> Any:
    """Give what a Poisson population of undetected objects makes of each measurement.

    intensity (K,): expected objects of each Gaussian x (K, 6), P (K, 6, 6). Returns density (J,) =
    sum of intensity times likelihood (without detection probability), and the moment match x
    (J, 6), P (J, 6, 6) of the objects that could have made it.
    """
    parts, looks = x.shape[0], z.shape[0]
    density, x_out, P_out = np.zeros(looks), np.zeros((looks, 6)), np.zeros((looks, 6, 6))
    share, x_h, P_h = np.empty(parts), np.empty((parts, 6)), np.empty((parts, 6, 6))
    for j in range(looks):
        for k in range(parts):
            x_h[k], P_h[k] = x[k], P[k]
            score, _, _ = update(
                kind, x_h[k], P_h[k], z[j], variance[j], sensor_enu, enu_from_sensor, lag_s[j], q
            )
            share[k] = intensity[k] * math.exp(score)
            density[j] += share[k]
        if density[j] > 0.0:
            merge(x_h, P_h, share / density[j], x_out[j], P_out[j])
    return density, x_out, P_out


@njit(cache=True)
def bayes(
    table: Any,
    log_weight: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    existence: Any,
    height_seen: Any,
    likelihood: Any,
    log_density: Any,
    detection_prob: float,
    absent: Any,
    kind: int,
    z: Any,
    variance: Any,
    lag_s: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    kept_max: int,
    search_max: int,
    share_min: float,
) -> Any:
    """Apply one look to a cluster's hypotheses.

    likelihood (L, J): log, -inf outside the gate; log_density (J,): of false and new objects;
    absent (L,): 1 - detection probability for a miss. A child weighs its parent times, for each
    track, r pD l / rho (it made the measurement) or 1 - r + r absent (it made none). At most
    kept_max children stay, of search_max followed. Returns table, log_weight, x, P, mode_prob,
    existence, height_seen, and free (H, J): whether no track of the hypothesis made measurement j.
    """
    leaves, looks = likelihood.shape
    score, missed = np.empty((leaves, looks)), np.empty(leaves)
    for i in range(leaves):
        missed[i] = math.log(max(1.0 - existence[i] + existence[i] * absent[i], 1e-300))
        made = math.log(max(detection_prob * existence[i], 1e-300))
        for j in range(looks):
            score[i, j] = likelihood[i, j] + made - log_density[j]
    parent, choice, weight = best_children(table, log_weight, score, missed, search_max, share_min)
    kept = min(kept_max, parent.shape[0])
    whole = 0.0
    for h in range(kept):
        whole += math.exp(weight[h])
    choice, weight = choice[:kept].copy(), weight[:kept] - math.log(whole)
    table_new, leaf, chosen = number_leaves(table[parent[:kept]], choice, leaves, looks)
    x, P, mode_prob, existence = grow_leaves(
        x, P, mode_prob, existence, absent, leaf, chosen, kind, z, variance, lag_s, sensor_enu,
        enu_from_sensor, motion,
    )  # fmt: skip
    free = np.ones((kept, looks), np.bool_)
    for h in range(kept):
        for t in range(choice.shape[1]):
            if choice[h, t] >= 0:
                free[h, choice[h, t]] = False
    return table_new, weight, x, P, mode_prob, existence, height_seen[leaf], free
