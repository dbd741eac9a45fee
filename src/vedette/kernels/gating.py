"""Which measurements each track could have made: a sorted strip, a window, then the exact gate.

Measurements of one look are sorted along one coordinate (azimuth, range, or east); each track
visits only the window its own uncertainty allows, so cost grows with targets, not with pairs. What
is left is judged by the squared Mahalanobis distance against a chi-square threshold.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.measure import ENU, local_from_enu, update, wrap_pi
from vedette.kernels.motion import predict_modes

# No gate here is wider: eight components at 0.9999 are 32. A mode further off than this adds
# nothing to a likelihood (e^-30), so its update is not finished.
_HOPELESS = 60.0
BY_AZIMUTH, BY_EAST, BY_RANGE, BY_NOTHING = 0, 1, 2, 3
_TWO_PI = 2.0 * math.pi


@njit(cache=True)
def seconds_between(later_ns: int, earlier_ns: int) -> float:
    """Give later - earlier in seconds, subtracting in integers first."""
    return (later_ns - earlier_ns) * 1e-9


@njit(cache=True)
def place(x: Any, P: Any, mode_prob: Any, dt_s: float, q_max: float, mean: Any) -> Any:
    """Write where a target is dt_s later (3,), and return its spreads (horizontal, all), metres.

    A spread is one standard deviation, from above: the root of the summed axis variances of the
    widest mode, plus how far the modes disagree.
    """
    modes = x.shape[0]
    mean[:] = 0.0
    for m in range(modes):
        for a in range(3):
            mean[a] += mode_prob[m] * (x[m, a] + dt_s * x[m, a + 3])
    ahead = max(dt_s, 0.0)
    flat, full, apart = 0.0, 0.0, 0.0
    for m in range(modes):
        var_flat, var_up, gap = 0.0, 0.0, 0.0
        for a in range(3):
            var = P[m, a, a] + 2.0 * ahead * P[m, a, a + 3] + ahead * ahead * P[m, a + 3, a + 3]
            var += q_max * ahead * ahead * ahead / 3.0
            gap += (x[m, a] + dt_s * x[m, a + 3] - mean[a]) ** 2
            if a < 2:
                var_flat += var
            else:
                var_up = var
        flat, full = max(flat, var_flat), max(full, var_flat + var_up)
        apart = max(apart, gap)
    return math.sqrt(flat), math.sqrt(full), math.sqrt(apart)


@njit(cache=True)
def _lower_bound(ordered: Any, value: float) -> int:
    low, high = 0, ordered.shape[0]
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True)
def _window(strip: int, local: Any, mean: Any, radius_m: float, margin: float) -> Any:
    """Give centre and half width of a track's window on the sorted coordinate."""
    if strip == BY_EAST:
        return mean[0], radius_m + margin
    ground = math.sqrt(local[0] * local[0] + local[1] * local[1])
    if strip == BY_RANGE:
        return math.sqrt(ground * ground + local[2] * local[2]), radius_m + margin
    if radius_m >= ground:
        return 0.0, math.pi
    return math.atan2(local[0], local[1]) % _TWO_PI, math.asin(radius_m / ground) + margin


@njit(cache=True)
def candidates(
    strip: int,
    kind: int,
    ordered: Any,
    order: Any,
    z: Any,
    mean: Any,
    local: Any,
    radii: Any,
    margins: Any,
    found: Any,
) -> int:
    """List the measurements inside one track's window into found (J,); returns how many.

    radii (2,): horizontal, full; margins (3,): the sensor's share along azimuth (rad), along range
    or east (m), along north (m).
    """
    total = int(ordered.shape[0])
    if strip == BY_NOTHING:
        for k in range(total):
            found[k] = order[k]
        return total
    margin = margins[0] if strip == BY_AZIMUTH else margins[1]
    radius = radii[1] if strip == BY_RANGE else radii[0]
    centre, half = _window(strip, local, mean, radius, margin)
    rho = math.sqrt(local[0] ** 2 + local[1] ** 2 + local[2] ** 2)
    reach = radii[1] + margins[1] + radii[0] * radii[0] / (2.0 * max(rho, 1.0))
    whole = strip == BY_AZIMUTH and half >= math.pi
    turns = 1 if strip == BY_AZIMUTH and not whole else 0
    n = 0
    for turn in range(-turns, turns + 1):
        at = centre + turn * _TWO_PI
        k = 0 if whole else _lower_bound(ordered, at - half)
        while k < total and (whole or ordered[k] <= at + half):
            j = order[k]
            k += 1
            if kind == ENU:
                if abs(z[j, 1] - mean[1]) > radii[0] + margins[2]:
                    continue
            elif not math.isnan(z[j, 0]) and abs(z[j, 0] - rho) > reach:
                continue
            found[n] = j
            n += 1
    return n


@njit(cache=True)
def _grown(values: Any, needed: int) -> Any:
    """Give room for `needed` values, keeping what is there."""
    if needed <= values.shape[0]:
        return values
    larger = np.empty(max(needed, 2 * values.shape[0]), values.dtype)
    larger[: values.shape[0]] = values
    return larger


@njit(cache=True)
def gate(
    count: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    kind: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    strip: int,
    order: Any,
    ordered: Any,
    margins: Any,
    thresholds: Any,
    reach_sigmas: float,
    late_max_s: float,
) -> Any:
    """Find every pair of track and measurement that could be one object.

    Tracks: the first `count` rows of t_ns, x (C, M, 6), P (C, M, 6, 6), mode_prob (C, M). A look:
    t_meas_ns (J,), z (J, 8), variance (J, 8), with `order` sorting the coordinate `strip` into
    `ordered`. thresholds (9,): gate by number of components. Measurements older than a track's
    state by more than late_max_s are not compared with it.
    Returns first (count + 1,), column (K,), log likelihood (K,) and t_ref_ns (count,): the time to
    which each track with candidates is to be moved.
    """
    modes, looks = x.shape[1], z.shape[0]
    first, t_ref = np.zeros(count + 1, np.int64), t_ns[:count].copy()
    column, score = np.empty(2 * count + 64, np.int64), np.empty(2 * count + 64)
    found, mean, local, radii = np.empty(3 * looks, np.int64), np.empty(3), np.empty(3), np.empty(2)
    x_now, P_now, p_now = np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes)
    t_last, t_first, q_max, pairs = t_meas_ns.max(), t_meas_ns.min(), motion[:, 0].max(), 0
    for i in range(count):
        first[i] = pairs
        dt = seconds_between(t_last, t_ns[i])
        flat, full, apart = place(x[i], P[i], mode_prob[i], dt, q_max, mean)
        speed = math.sqrt(x[i, 0, 3] ** 2 + x[i, 0, 4] ** 2 + x[i, 0, 5] ** 2)
        slack = apart + speed * seconds_between(t_last, t_first)
        radii[0], radii[1] = reach_sigmas * flat + slack, reach_sigmas * full + slack
        local_from_enu(mean, sensor_enu, enu_from_sensor, local)
        near = candidates(strip, kind, ordered, order, z, mean, local, radii, margins, found)
        if near == 0:
            continue
        t_ref[i] = max(t_ns[i], t_meas_ns[found[:near]].max())
        x_now[:], P_now[:], p_now[:] = x[i], P[i], mode_prob[i]
        ahead = seconds_between(t_ref[i], t_ns[i])
        predict_modes(x_now, P_now, p_now, ahead, motion, height_seen[i], bounds)
        column, score = _grown(column, pairs + near), _grown(score, pairs + near)
        for k in range(near):
            j = found[k]
            lag = seconds_between(t_meas_ns[j], t_ref[i])
            if lag < -late_max_s:
                continue
            likelihood = pair_likelihood(
                x_now, P_now, p_now, kind, z[j], variance[j], sensor_enu, enu_from_sensor,
                lag, motion, thresholds,
            )  # fmt: skip
            if likelihood > -math.inf:
                column[pairs], score[pairs] = j, likelihood
                pairs += 1
        if pairs == first[i]:
            t_ref[i] = t_ns[i]
    first[count] = pairs
    return first, column[:pairs].copy(), score[:pairs].copy(), t_ref


@njit(cache=True)
def pair_likelihood(
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
    thresholds: Any,
) -> float:
    """Give the log likelihood of one measurement under one target's modes; -inf outside the gate.

    The pair is kept when any mode's squared Mahalanobis distance is inside its threshold.
    """
    best, total, inside = -math.inf, 0.0, False
    scores = np.empty(x.shape[0])
    for m in range(x.shape[0]):
        x_m, P_m = x[m].copy(), P[m].copy()
        score, distance2, used = update(
            kind,
            x_m,
            P_m,
            z,
            variance,
            sensor_enu,
            enu_from_sensor,
            lag_s,
            motion[m, 0],
            _HOPELESS,
        )
        inside = inside or distance2 <= thresholds[used]
        scores[m] = score
        best = max(best, score)
    if not inside or best == -math.inf:
        return -math.inf
    for m in range(x.shape[0]):
        total += mode_prob[m] * math.exp(scores[m] - best)
    return best + math.log(max(total, 1e-300))


@njit(cache=True)
def azimuth_of(pos: Any, sensor_enu: Any, enu_from_sensor: Any) -> Any:
    """Give range, azimuth [0, 2 pi) and elevation of a site position as a sensor sees it."""
    local = np.empty(3)
    local_from_enu(pos, sensor_enu, enu_from_sensor, local)
    ground = math.sqrt(local[0] ** 2 + local[1] ** 2)
    rho = math.sqrt(ground * ground + local[2] ** 2)
    return rho, math.atan2(local[0], local[1]) % _TWO_PI, math.atan2(local[2], ground)


@njit(cache=True)
def in_sector(azimuth_rad: float, from_rad: float, width_rad: float) -> bool:
    """Say whether an azimuth lies clockwise within width of from; a width of 2 pi is all round."""
    if width_rad >= _TWO_PI:
        return True
    return bool((wrap_pi(azimuth_rad - from_rad) % _TWO_PI) <= width_rad)
