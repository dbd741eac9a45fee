"""How an object flew over the last minute, in numbers: of each track some 60 looks, one row out.

A look is (LOOK,) float64: seconds, east, north, up (m), velocity (m/s), variance of a horizontal
position (m2) and of a velocity (m2/s2), and how probably it flew straight, turned, manoeuvred,
hovered. Speeds and turns are taken at three scales, for noise drowns the finest and the coarsest
does not see a turn: the filter's own velocity, and the slopes of lines through the places within
NEAR_S and FAR_S to either side (least squares).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner

T, EAST, UP, V_EAST, V_UP, VAR_PLACE, VAR_SPEED, MODES = 0, 1, 3, 4, 6, 7, 8, 9
LOOK = 13
NEAR_S, FAR_S = 2.5, 6.0
LOOKS_MIN = 3
FEATURES = 44
_SCALE = 8  # numbers a scale
_SLOW_MPS = 2.0  # slower than this a heading says nothing
_NOISE = 1e-6


@njit(cache=True)
def describe(looks: Any, first: Any, count: Any) -> Any:
    """Describe the flight of N tracks.

    looks (N, L, LOOK): rings of looks; first (N,): where the oldest lies; count (N,): how many.
    Returns (N, FEATURES) float64: per scale mean, spread, least and greatest speed, turn to either
    side, net turn (rad/s), acceleration along and across (rms, m/s2); then what `_whole` gives. NaN
    in the vertical ones where no height is known; all NaN under LOOKS_MIN looks.
    """
    out = np.full((looks.shape[0], FEATURES), np.nan)
    path = np.empty((looks.shape[1], LOOK))
    slopes = np.empty((3, looks.shape[1], 4))
    for i in range(looks.shape[0]):
        n = count[i]
        if n < LOOKS_MIN:
            continue
        for k in range(n):
            path[k] = looks[i, (first[i] + k) % looks.shape[1]]
        for k in range(n):
            slopes[0, k, 0] = path[k, T]
            slopes[0, k, 1:4] = path[k, V_EAST : V_EAST + 3]
        _slopes(path, n, NEAR_S, slopes[1])
        _slopes(path, n, FAR_S, slopes[2])
        for scale in range(3):
            _scale(slopes[scale], n, out[i, scale * _SCALE :])
        _whole(path, slopes[1], n, out[i, 3 * _SCALE :])
    return out


@inner
def _slopes(path: Any, n: int, half_s: float, out: Any) -> None:
    """Lay a line through the places about each look: mean time and velocity into out (n, 4).

    A window of looks slides along; its sums, about the first look, follow.
    """
    low, high = 0, 0
    size, st, stt = 0.0, 0.0, 0.0
    se, sn, su, te, tn, tu = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        while high < n and (path[high, T] <= path[k, T] + half_s or high < min(k + 2, n)):
            t, e = path[high, T] - path[0, T], path[high, EAST] - path[0, EAST]
            m, u = path[high, EAST + 1] - path[0, EAST + 1], path[high, UP] - path[0, UP]
            size, st, stt = size + 1.0, st + t, stt + t * t
            se, sn, su = se + e, sn + m, su + u
            te, tn, tu = te + t * e, tn + t * m, tu + t * u
            high += 1
        while path[low, T] < path[k, T] - half_s and low < k - 1:
            t, e = path[low, T] - path[0, T], path[low, EAST] - path[0, EAST]
            m, u = path[low, EAST + 1] - path[0, EAST + 1], path[low, UP] - path[0, UP]
            size, st, stt = size - 1.0, st - t, stt - t * t
            se, sn, su = se - e, sn - m, su - u
            te, tn, tu = te - t * e, tn - t * m, tu - t * u
            low += 1
        spread = max(stt - st * st / size, _NOISE)
        out[k, 0] = path[0, T] + st / size
        out[k, 1] = (te - st * se / size) / spread
        out[k, 2] = (tn - st * sn / size) / spread
        out[k, 3] = (tu - st * su / size) / spread


@inner
def _scale(v: Any, n: int, out: Any) -> None:
    """Describe one series of velocities (n, 4): speeds, turns, accelerations into out (8,)."""
    total, square, least, greatest = 0.0, 0.0, 1e9, 0.0
    for k in range(n):
        speed = math.hypot(v[k, 1], v[k, 2])
        total += speed
        square += speed * speed
        least = min(least, speed)
        greatest = max(greatest, speed)
    turned, net, along, across, span = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n - 1):
        dt = v[k + 1, 0] - v[k, 0]
        if dt < 0.05:
            continue
        before, after = math.hypot(v[k, 1], v[k, 2]), math.hypot(v[k + 1, 1], v[k + 1, 2])
        cross = v[k, 2] * v[k + 1, 1] - v[k, 1] * v[k + 1, 2]
        dot = v[k, 1] * v[k + 1, 1] + v[k, 2] * v[k + 1, 2]
        energy = before * after
        angle = math.atan2(cross, dot) * energy / (energy + _SLOW_MPS**2)
        turned += abs(angle)
        net += angle
        along += (after - before) ** 2 / dt
        across += energy * angle * angle / dt
        span += dt
    span = max(span, 0.1)
    out[0] = total / n
    out[1] = math.sqrt(max(square / n - (total / n) ** 2, 0.0))
    out[2], out[3] = least, greatest
    out[4], out[5] = turned / span, abs(net) / span
    out[6], out[7] = math.sqrt(along / span), math.sqrt(across / span)


@inner
def _whole(path: Any, near: Any, n: int, out: Any) -> None:
    """Describe the whole: 20 numbers into out.

    0 net way over way flown; 1-4 air: speed, wind, misfit, share of the circle of headings; 5-8
    spread of places about the line between neighbours 1, 2, 4, 8 looks off (m); 9-12 modes; 13
    share of looks that hover; 14-17 climb, its spread, spread of height, height gained; 18, 19
    sigma of place and of velocity.
    """
    way = 0.0
    for k in range(n - 1):
        way += math.hypot(path[k + 1, EAST] - path[k, EAST], path[k + 1, 2] - path[k, 2])
    gap = math.hypot(path[n - 1, EAST] - path[0, EAST], path[n - 1, 2] - path[0, 2])
    out[0] = gap / max(way, 1.0)
    _air(near, n, out[1:5])
    for lag in range(4):
        out[5 + lag] = _bend(path, n, 1 << lag)
    hovering, var_place, var_speed = 0.0, 0.0, 0.0
    for mode in range(4):
        out[9 + mode] = 0.0
    for k in range(n):
        for mode in range(4):
            out[9 + mode] += path[k, MODES + mode] / n
        hovering += math.hypot(near[k, 1], near[k, 2]) < _SLOW_MPS
        var_place += path[k, VAR_PLACE] / n
        var_speed += path[k, VAR_SPEED] / n
    out[13] = hovering / n
    _climb(path, near, n, out[14:18])
    out[18], out[19] = math.sqrt(var_place), math.sqrt(var_speed)


@inner
def _bend(path: Any, n: int, lag: int) -> float:
    """Give the rms distance (m) of a place from the middle of those `lag` looks to either side."""
    total, pairs = 0.0, 0
    for k in range(lag, n - lag):
        span = path[k + lag, T] - path[k - lag, T]
        share = (path[k, T] - path[k - lag, T]) / span
        for c in range(EAST, EAST + 2):
            bend = path[k, c] - path[k - lag, c] - share * (path[k + lag, c] - path[k - lag, c])
            total += bend * bend
        pairs += 1
    return math.sqrt(total / pairs) if pairs else math.nan


@inner
def _air(v: Any, n: int, out: Any) -> None:
    """Fit wind and one speed through the air: velocities on a circle about the wind.

    Kasa's fit, |v|2 = 2 w.v + r, with a weak belief in no wind (ridge); out: r's speed, wind speed,
    rms misfit of the speed (m/s), and how far round the velocities lie (1: all ways alike).
    """
    mean_e, mean_n, mean_s = 0.0, 0.0, 0.0
    unit_e, unit_n = 0.0, 0.0
    for k in range(n):
        speed = math.hypot(v[k, 1], v[k, 2])
        mean_e += v[k, 1] / n
        mean_n += v[k, 2] / n
        mean_s += speed * speed / n
        unit_e += v[k, 1] / max(speed, 0.1) / n
        unit_n += v[k, 2] / max(speed, 0.1) / n
    ee, en, nn, es, ns = 4.0, 0.0, 4.0, 0.0, 0.0
    for k in range(n):
        e, m = v[k, 1] - mean_e, v[k, 2] - mean_n
        s = v[k, 1] ** 2 + v[k, 2] ** 2 - mean_s
        ee += e * e / n
        en += e * m / n
        nn += m * m / n
        es += e * s / n
        ns += m * s / n
    determinant = ee * nn - en * en
    wind_e = 0.5 * (nn * es - en * ns) / determinant
    wind_n = 0.5 * (ee * ns - en * es) / determinant
    total, square = 0.0, 0.0
    for k in range(n):
        air = math.hypot(v[k, 1] - wind_e, v[k, 2] - wind_n)
        total += air / n
        square += air * air / n
    out[0], out[1] = total, math.hypot(wind_e, wind_n)
    out[2] = math.sqrt(max(square - total * total, 0.0))
    out[3] = 1.0 - math.hypot(unit_e, unit_n)


@inner
def _climb(path: Any, near: Any, n: int, out: Any) -> None:
    """Describe the vertical: mean climb, its spread (m/s), spread of height, height gained (m)."""
    climb, climb2, height, height2 = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        up = path[k, UP] - path[0, UP]
        climb += near[k, 3] / n
        climb2 += near[k, 3] ** 2 / n
        height += up / n
        height2 += up * up / n
    out[0], out[1] = climb, math.sqrt(max(climb2 - climb * climb, 0.0))
    out[2] = math.sqrt(max(height2 - height * height, 0.0))
    out[3] = path[n - 1, UP] - path[0, UP]
