"""Which measurements each track could have made: a window in the plane, then the exact gate.

Measurements of one look lie in the cells of a plane (`lattice`), or, where range or azimuth is
missing, sorted along the other; each track visits only the window its own uncertainty allows, so
cost grows with targets, not with pairs. What is left is judged by the squared Mahalanobis distance
against a chi-square threshold.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner
from vedette.kernels.lattice import nearby
from vedette.kernels.measure import ENU, TDOA, local_from_enu, wrap_pi
from vedette.kernels.motion import TURN, copy_modes, predict_in, room_to_mix
from vedette.kernels.pairing import pair_in, pair_likelihood, room_to_pair

BY_AZIMUTH, BY_EAST, BY_RANGE, BY_NOTHING, BY_PLANE = 0, 1, 2, 3, 4
_TWO_PI, _QUARTER = 2.0 * math.pi, 0.5 * math.pi


@inner
def seconds_between(later_ns: int, earlier_ns: int) -> float:
    """Give later - earlier in seconds, subtracting in integers first."""
    return (later_ns - earlier_ns) * 1e-9


@inner
def _later(P: Any, a: int, b: int, ahead_s: float) -> float:
    """Give the covariance of two axes' positions ahead_s later, without process noise."""
    moved = P[a, b + 3] + P[b, a + 3] + ahead_s * P[a + 3, b + 3]
    return float(P[a, b] + ahead_s * moved)


@inner
def widest(east_var: float, north_var: float, both: float) -> float:
    """Give the variance along the widest direction of the plane: the larger eigenvalue."""
    half = 0.5 * (east_var - north_var)
    return 0.5 * (east_var + north_var) + math.sqrt(half * half + both * both)


@inner
def place(x: Any, P: Any, mode_prob: Any, dt_s: float, q_max: float, mean: Any) -> Any:
    """Write where a target is dt_s later (3,), and return its spreads, metres.

    Spreads (horizontal, vertical, and how far the modes disagree) are standard deviations, from
    above: horizontal that of the widest mode in its widest direction.
    """
    modes = x.shape[0]
    mean[:] = 0.0
    for m in range(modes):
        for a in range(3):
            mean[a] += mode_prob[m] * (x[m, a] + dt_s * x[m, a + 3])
    ahead = max(dt_s, 0.0)
    flat, tall, apart = 0.0, 0.0, 0.0
    noise = q_max * ahead * ahead * ahead / 3.0
    for m in range(modes):
        gap = 0.0
        for a in range(3):
            gap += (x[m, a] + dt_s * x[m, a + 3] - mean[a]) ** 2
        east, north = _later(P[m], 0, 0, ahead), _later(P[m], 1, 1, ahead)
        flat = max(flat, widest(east, north, _later(P[m], 0, 1, ahead)) + noise)
        tall = max(tall, _later(P[m], 2, 2, ahead) + noise)
        apart = max(apart, gap)
    return math.sqrt(flat), math.sqrt(tall), math.sqrt(apart)


@inner
def _lower_bound(ordered: Any, value: float) -> int:
    low, high = 0, ordered.shape[0]
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


@inner
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


@inner
def candidates(
    strip: int,
    kind: int,
    ordered: Any,
    order: Any,
    plane: Any,
    cells: Any,
    cell_m: float,
    z: Any,
    mean: Any,
    local: Any,
    radii: Any,
    margins: Any,
    found: Any,
) -> int:
    """List the measurements inside one track's window into found (3 J,); returns how many.

    radii (3,): horizontal, vertical, full; margins (4,): the sensor's share along azimuth (rad),
    range or east, north, up (m).
    """
    total = int(z.shape[0])
    if strip == BY_NOTHING:
        for k in range(total):
            found[k] = k
        return total
    if strip == BY_PLANE:
        if kind == ENU:
            return _above(order, plane, cells, cell_m, z, mean, radii, margins, found)
        return _seen(order, plane, cells, cell_m, z, local, radii, margins, found)
    margin = margins[0] if strip == BY_AZIMUTH else margins[1]
    radius = radii[2] if strip == BY_RANGE else radii[0]
    centre, half = _window(strip, local, mean, radius, margin)
    whole = strip == BY_AZIMUTH and half >= math.pi
    turns = 1 if strip == BY_AZIMUTH and not whole else 0
    n = 0
    for turn in range(-turns, turns + 1):
        at = centre + turn * _TWO_PI
        k = 0 if whole else _lower_bound(ordered, at - half)
        while k < total and (whole or ordered[k] <= at + half):
            found[n] = order[k]
            n, k = n + 1, k + 1
    return n


@inner
def _above(
    order: Any,
    plane: Any,
    cells: Any,
    cell_m: float,
    z: Any,
    mean: Any,
    radii: Any,
    margins: Any,
    found: Any,
) -> int:
    """List the positions near a track: a box over the ground, and in height where that is known."""
    near = nearby(
        cells, order, plane, cell_m, mean[0], mean[1], radii[0] + margins[1],
        radii[0] + margins[2], found,
    )  # fmt: skip
    n = 0
    for k in range(near):
        if not abs(z[found[k], 2] - mean[2]) > radii[1] + margins[3]:
            found[n] = found[k]
            n += 1
    return n


@inner
def _seen(
    order: Any,
    plane: Any,
    cells: Any,
    cell_m: float,
    z: Any,
    local: Any,
    radii: Any,
    margins: Any,
    found: Any,
) -> int:
    """List the plots near a track as the sensor sees it: a piece of a ring round the sensor.

    The plane has (range sin azimuth, range cos azimuth), which is exact where height is unknown.
    """
    ground = math.sqrt(local[0] * local[0] + local[1] * local[1])
    rho = math.sqrt(ground * ground + local[2] * local[2])
    reach = radii[2] + margins[1] + radii[0] * radii[0] / (2.0 * max(rho, 1.0))
    half, scale, box = math.pi, 0.0, rho + reach
    if radii[0] < ground:
        half = math.asin(radii[0] / ground) + margins[0]
        if half < 1.0:  # radian: a wider piece is as well searched as the whole ring
            scale, box = rho / ground, reach + (rho + reach) * half
    near = nearby(cells, order, plane, cell_m, scale * local[0], scale * local[1], box, box, found)
    azimuth, n = 0.0 if near == 0 else math.atan2(local[0], local[1]), 0
    for k in range(near):
        j = found[k]
        if abs(z[j, 0] - rho) > reach:
            continue
        if half < math.pi and abs(wrap_pi(z[j, 1] - azimuth)) > half:
            continue
        found[n] = j
        n += 1
    return n


@inner
def _near(
    i: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    t_last_ns: int,
    span_s: float,
    q_max: float,
    turn_mps2: float,
    reach_sigmas: float,
    kind: int,
    z: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    strip: int,
    order: Any,
    ordered: Any,
    plane: Any,
    cells: Any,
    cell_m: float,
    margins: Any,
    spare: Any,
    found: Any,
) -> int:
    """List the measurements in the window of track i at t_last_ns; spare: three times room (3,)"""
    mean, local, radii = spare
    dt_s = seconds_between(t_last_ns, t_ns[i])
    flat, tall, apart = place(x[i], P[i], mode_prob[i], dt_s, q_max, mean)
    speed = math.sqrt(x[i, 0, 3] ** 2 + x[i, 0, 4] ** 2 + x[i, 0, 5] ** 2)
    ahead = max(dt_s, 0.0)
    # Modes that disagree are mixed before they are moved, and a turn bends the way they move.
    slack = apart + speed * span_s + 0.5 * turn_mps2 * ahead * ahead
    flat, tall = math.hypot(flat, apart), math.hypot(tall, apart)
    radii[0], radii[1] = reach_sigmas * flat + slack, reach_sigmas * tall + slack
    radii[2] = reach_sigmas * math.sqrt(flat * flat + tall * tall) + slack
    local_from_enu(mean, sensor_enu, enu_from_sensor, local)
    return candidates(
        strip, kind, ordered, order, plane, cells, cell_m, z, mean, local, radii, margins, found
    )


@njit(cache=True, nogil=True)
def gate(
    low: int,
    high: int,
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
    plane: Any,
    cells: Any,
    cell_m: float,
    margins: Any,
    thresholds: Any,
    reach_sigmas: float,
    late_max_s: float,
) -> Any:
    """Find every pair of track and measurement that could be one object; move those tracks.

    Tracks: rows low..high of t_ns, x (C, M, 6), P (C, M, 6, 6), mode_prob (C, M). A look: t_meas_ns
    (J,), z, variance (J, 8) and its layout, see `looks.Look`. thresholds (9,): gate by number of
    components. Measurements older than a track by more than late_max_s are not compared with it.
    Returns counts (high - low,) of pairs, column (K,), log likelihood (K,) and t_ref_ns
    (high - low,): the time to which each track with candidates has been moved.
    """
    modes, found = x.shape[1], np.empty(3 * z.shape[0], np.int64)
    spare = (np.empty(3), np.empty(3), np.empty(3))
    moved = (np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes))
    mixing, pairing = room_to_mix(modes), room_to_pair(modes)
    t_last, t_first, q_max = t_meas_ns.max(), t_meas_ns.min(), motion[:, 0].max()
    span, turn_mps2 = seconds_between(t_last, t_first), np.abs(motion[:, TURN]).max()
    counts, t_ref, n = np.zeros(high - low, np.int64), t_ns[low:high].copy(), 0
    column, score = np.empty(2 * (high - low) + 16, np.int64), np.empty(2 * (high - low) + 16)
    for i in range(low, high):
        near = _near(
            i, t_ns, x, P, mode_prob, t_last, span, q_max, turn_mps2, reach_sigmas, kind, z,
            sensor_enu, enu_from_sensor, strip, order, ordered, plane, cells, cell_m, margins,
            spare, found,
        )  # fmt: skip
        if near == 0:
            continue
        if n + near > column.shape[0]:
            column, score = _longer(column, n + near), _longer(score, n + near)
        t_new = _latest(t_ns[i], t_meas_ns, found, near)
        _move(i, t_new, t_ns, x, P, mode_prob, motion, height_seen, bounds, moved, mixing)
        if kind == TDOA:
            size = _judge_arrivals(
                moved, t_new, t_meas_ns, z, variance, sensor_enu, enu_from_sensor, motion,
                thresholds, late_max_s, found, near, column, score, n,
            )  # fmt: skip
        else:
            size = _judge(
                moved, t_new, kind, t_meas_ns, z, variance, sensor_enu, enu_from_sensor, motion,
                thresholds, late_max_s, found, near, column, score, n, pairing,
            )  # fmt: skip
        if size > n:
            counts[i - low], t_ref[i - low], n = size - n, t_new, size
            t_ns[i] = t_new
            copy_modes(moved[0], moved[1], moved[2], x[i], P[i], mode_prob[i])
    return counts, column[:n].copy(), score[:n].copy(), t_ref


@inner
def _move(
    i: int,
    t_new: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    motion: Any,
    height_seen: Any,
    bounds: Any,
    moved: Any,
    mixing: Any,
) -> None:
    """Write track i as it is at t_new to moved: x (M, 6), P (M, 6, 6), mode_prob (M,)."""
    copy_modes(x[i], P[i], mode_prob[i], moved[0], moved[1], moved[2])
    ahead = seconds_between(t_new, t_ns[i])
    predict_in(moved[0], moved[1], moved[2], ahead, motion, height_seen[i], bounds, mixing)


@inner
def _judge(
    moved: Any,
    t_new: int,
    kind: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    thresholds: Any,
    late_max_s: float,
    found: Any,
    near: int,
    column: Any,
    score: Any,
    n: int,
    pairing: Any,
) -> int:
    """Append the plots found (near,) inside the gate of a track moved to t_new; returns the end."""
    for f in range(near):
        j = found[f]
        lag = seconds_between(t_meas_ns[j], t_new)
        log = pair_in(
            moved[0], moved[1], moved[2], kind, z[j], variance[j], sensor_enu, enu_from_sensor,
            lag, motion, thresholds, pairing,
        )  # fmt: skip
        if log > -math.inf and lag >= -late_max_s:
            column[n], score[n] = j, log
            n += 1
    return n


@njit(cache=True)
def _judge_arrivals(
    moved: Any,
    t_new: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    thresholds: Any,
    late_max_s: float,
    found: Any,
    near: int,
    column: Any,
    score: Any,
    n: int,
) -> int:
    """Do `_judge` for times of arrival."""
    for f in range(near):
        j = found[f]
        lag = seconds_between(t_meas_ns[j], t_new)
        log = pair_likelihood(
            moved[0], moved[1], moved[2], TDOA, z[j], variance[j], sensor_enu, enu_from_sensor,
            lag, motion, thresholds,
        )  # fmt: skip
        if log > -math.inf and lag >= -late_max_s:
            column[n], score[n] = j, log
            n += 1
    return n


@inner
def _latest(t_ns: int, t_meas_ns: Any, found: Any, near: int) -> int:
    """Give the latest of a track's own time and those of the measurements found."""
    for f in range(near):
        t_ns = max(t_ns, t_meas_ns[found[f]])
    return t_ns


@njit(cache=True)
def _longer(row: Any, least: int) -> Any:
    """Give a row with room for `least`, at least twice as long, that begins with the old one."""
    longer = np.empty(max(least, 2 * row.shape[0]), row.dtype)
    longer[: row.shape[0]] = row
    return longer


@inner
def azimuth_of(pos: Any, sensor_enu: Any, enu_from_sensor: Any) -> Any:
    """Give range, azimuth [0, 2 pi) and elevation of a site position as a sensor sees it."""
    e, n, u = 0.0, 0.0, 0.0
    for a in range(3):
        away = pos[a] - sensor_enu[a]
        e += enu_from_sensor[a, 0] * away
        n += enu_from_sensor[a, 1] * away
        u += enu_from_sensor[a, 2] * away
    ground = math.sqrt(e * e + n * n)
    rho = math.sqrt(ground * ground + u * u)
    return rho, math.atan2(e, n) % _TWO_PI, math.atan2(u, ground)


@inner
def in_view(
    pos: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    sweep_from_rad: float,
    sweep_rad: float,
    coverage: Any,
) -> Any:
    """Say whether a site position lies in what a sensor swept, and there in its coverage.

    coverage (6,): range min, max (m), azimuth from, width, elevation min, max (rad). What is all
    round, or from zenith to nadir, needs no angles, which cost more than all else here.
    """
    e, n, u = 0.0, 0.0, 0.0
    for a in range(3):
        away = pos[a] - sensor_enu[a]
        e += enu_from_sensor[a, 0] * away
        n += enu_from_sensor[a, 1] * away
        u += enu_from_sensor[a, 2] * away
    ground2, azimuth = e * e + n * n, 0.0
    if sweep_rad < _TWO_PI or coverage[3] < _TWO_PI:
        azimuth = math.atan2(e, n) % _TWO_PI
    if not in_sector(azimuth, sweep_from_rad, sweep_rad):
        return False, False
    rho = math.sqrt(ground2 + u * u)
    if rho < coverage[0] or rho > coverage[1]:
        return True, False
    if coverage[4] > -_QUARTER or coverage[5] < _QUARTER:
        elevation = math.atan2(u, math.sqrt(ground2))
        if elevation < coverage[4] or elevation > coverage[5]:
            return True, False
    return True, in_sector(azimuth, coverage[2], coverage[3])


@inner
def in_sector(azimuth_rad: float, from_rad: float, width_rad: float) -> bool:
    """Say whether an azimuth lies clockwise within width of from; a width of 2 pi is all round."""
    if width_rad >= _TWO_PI:
        return True
    return bool((wrap_pi(azimuth_rad - from_rad) % _TWO_PI) <= width_rad)
