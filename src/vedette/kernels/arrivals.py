"""Times of arrival at synchronised receivers: one message's update of a track, and its first fix.

A measurement is what each receiver's clock read, as a length of light's way in metres (NaN: not
heard). When the message was sent nobody knows, so only differences count. They are taken as
contrasts: each arrival against the weighted mean of those before it. Contrasts have independent
errors (they are the recursive residuals of a mean: Brown, Durbin and Evans 1975, JRSS B 37-2), so
they are taken one after the other as every other component is, without a matrix inverse.
"""

import math
from typing import Any

import numpy as np
from numba import njit

# Where the columns of a look's z stand: a height and a velocity stated beside, then the arrivals.
STATED_HEIGHT, STATED_V_EAST, ARRIVALS = 4, 5, 8
RECEIVERS_MAX = 32
_LOG_TWO_PI = math.log(2.0 * math.pi)
_EARTH_RADIUS_M = 6.371e6
_NEAR_M = 1.0
# Echoes and garbled preambles make about one arrival in fifty wrong, by up to some 30 us.
_OUTLIER_PROB, _OUTLIER_SPAN_M = 0.02, 10_000.0
_OUTLIER_LOG = math.log(_OUTLIER_PROB / _OUTLIER_SPAN_M)
_OUTLIER_SIGMAS = 4.0  # a Gaussian arrival in 16,000 is further off
_SURE_MIN = 3  # arrivals that must agree once one is left out: of two, nobody knows which is wrong
_ROUNDS = 2  # the second linearises where the first led (Bell and Cathey 1993, IEEE TAC 38-2)


@njit(cache=True)
def arrival_of(pos: Any, receiver_enu: Any, slope: Any) -> float:
    """Give the distance (m) from a place to a receiver, and write its gradient slope (3,)."""
    square = 0.0
    for a in range(3):
        slope[a] = pos[a] - receiver_enu[a]
        square += slope[a] * slope[a]
    rho = max(math.sqrt(square), _NEAR_M)
    for a in range(3):
        slope[a] /= rho
    return rho


@njit(cache=True)
def height_over_ground(pos: Any, slope: Any) -> float:
    """Give the height above the curved earth of a place in the site's frame, and its gradient.

    up + d^2 / 2R at ground distance d from the reference: at 200 km the ground has fallen 3 km.
    """
    slope[0], slope[1], slope[2] = pos[0] / _EARTH_RADIUS_M, pos[1] / _EARTH_RADIUS_M, 1.0
    return float(pos[2] + (pos[0] * pos[0] + pos[1] * pos[1]) / (2.0 * _EARTH_RADIUS_M))


@njit(cache=True)
def absorb(x: Any, P: Any, H: Any, innovation: float, variance: float, PH: Any) -> Any:
    """Take one scalar into x (6,), P (6, 6) in place; returns its log likelihood and distance^2.

    H (6,): gradient; variance: the measurement's own; PH (6,): room for the work.
    """
    S = variance
    for a in range(6):
        PH[a] = 0.0
        for b in range(6):
            PH[a] += P[a, b] * H[b]
        S += H[a] * PH[a]
    for a in range(6):
        gain = PH[a] / S
        x[a] += gain * innovation
        for b in range(a + 1):
            P[a, b] -= gain * PH[b]
            P[b, a] = P[a, b]
    distance2 = innovation * innovation / S
    return -0.5 * (distance2 + math.log(S) + _LOG_TWO_PI), distance2


@njit(cache=True)
def update_arrivals(
    x: Any, P: Any, z: Any, variance: Any, receivers: Any, dt_s: float, q: float, stop: float
) -> Any:
    """Update state x (6,) and P (6, 6) in place with one message's arrivals.

    z, variance (8 + R,): stated height over the curved earth (m) and velocity where the columns of
    `vedette.kernels.measure` have them, then the arrivals (m); receivers (R, 3) in the site's
    frame. dt_s, q, stop and what is returned: as for `measure.update`. Arrivals that disagree with
    the others are left out, each at the price of an echo's density; where fewer than three or no
    majority agree, nothing is compared.
    """
    total = receivers.shape[0]
    used = np.zeros(total, np.bool_)
    agreed, outliers = _agreeing(x, P, z, variance, receivers, dt_s, used)
    if agreed == 0:
        return -math.inf, math.inf, 0
    lag_var = q * abs(dt_s) ** 3 / 3.0
    x_at, x_0, P_0 = x.copy(), x.copy(), P.copy()
    likelihood, distance2, taken = 0.0, 0.0, 0
    for _ in range(_ROUNDS):
        x[:], P[:] = x_0, P_0
        likelihood, distance2, taken = _sweep(
            x, P, x_at, z, variance, receivers, used, dt_s, lag_var, stop
        )
        if taken == 0:
            return -math.inf, math.inf, 0
        x_at[:] = x
    return likelihood + outliers * _OUTLIER_LOG, distance2, taken


@njit(cache=True)
def _sweep(
    x: Any, P: Any, x_at: Any, z: Any, variance: Any, receivers: Any, used: Any, dt_s: float,
    lag_var: float, stop: float,
) -> Any:  # fmt: skip
    """Take all components into the prior in x, P, linearised at x_at; see `update_arrivals`."""
    moved, slope, mean_slope = np.empty(3), np.empty(3), np.zeros(3)
    H, PH = np.zeros(6), np.empty(6)
    for a in range(3):
        moved[a] = x_at[a] + dt_s * x_at[a + 3]
    likelihood, distance2, taken, weight, mean = 0.0, 0.0, 0, 0.0, 0.0
    for r in range(receivers.shape[0]):
        if not used[r]:
            continue
        rho = arrival_of(moved, receivers[r], slope)
        rest, precision = z[ARRIVALS + r] - rho, 1.0 / variance[ARRIVALS + r]
        if weight > 0.0:
            innovation, spread = rest - mean, variance[ARRIVALS + r] + 1.0 / weight
            for a in range(3):
                H[a] = slope[a] - mean_slope[a]
                H[a + 3] = dt_s * H[a]
                spread += lag_var * H[a] * H[a]
            for a in range(6):
                innovation -= H[a] * (x[a] - x_at[a])
            score, far2 = absorb(x, P, H, innovation, spread, PH)
            likelihood, distance2, taken = likelihood + score, distance2 + far2, taken + 1
        weight += precision
        mean += (rest - mean) * precision / weight
        for a in range(3):
            mean_slope[a] += (slope[a] - mean_slope[a]) * precision / weight
    for c in range(STATED_HEIGHT, ARRIVALS):
        if math.isnan(z[c]):
            continue
        H[:] = 0.0
        if c == STATED_HEIGHT:
            expected = height_over_ground(moved, slope)
            H[:3], H[3:] = slope, dt_s * slope
        else:
            expected = x_at[c - STATED_V_EAST + 3]
            H[c - STATED_V_EAST + 3] = 1.0
        innovation = z[c] - expected
        for a in range(6):
            innovation -= H[a] * (x[a] - x_at[a])
        score, far2 = absorb(x, P, H, innovation, variance[c], PH)
        likelihood, distance2, taken = likelihood + score, distance2 + far2, taken + 1
    if distance2 > stop or not math.isfinite(distance2):
        return -math.inf, math.inf, 0
    return likelihood, distance2, taken


@njit(cache=True)
def _agreeing(x: Any, P: Any, z: Any, variance: Any, receivers: Any, dt_s: float, used: Any) -> Any:
    """Mark the arrivals that one sending time explains; returns how many, and how many do not.

    Each is judged against the median of all, with its own variance and the track's: a track's
    error moves all arrivals together, and only what the directions differ in counts.
    """
    total, heard = receivers.shape[0], 0
    rest, spread = np.empty(total), np.empty(total)
    slopes, moved, centre = np.empty((total, 3)), np.empty(3), np.zeros(3)
    for a in range(3):
        moved[a] = x[a] + dt_s * x[a + 3]
    for r in range(total):
        if math.isnan(z[ARRIVALS + r]):
            continue
        rest[heard] = z[ARRIVALS + r] - arrival_of(moved, receivers[r], slopes[r])
        centre += slopes[r]
        heard += 1
    if heard < 2:
        return 0, 0
    middle = _median(rest, heard)
    agreed, outliers, n = 0, 0, 0
    for r in range(total):
        if math.isnan(z[ARRIVALS + r]):
            continue
        spread[r] = variance[ARRIVALS + r]
        for a in range(3):
            for b in range(3):
                part = (slopes[r, a] - centre[a] / heard) * (slopes[r, b] - centre[b] / heard)
                spread[r] += part * P[a, b]
        used[r] = (rest[n] - middle) ** 2 <= _OUTLIER_SIGMAS**2 * 2.0 * spread[r]
        if abs(rest[n] - middle) > 0.5 * _OUTLIER_SPAN_M and not used[r]:
            return 0, 0  # no echo is so late: another object sent this
        n += 1
        if used[r]:
            agreed += 1
        else:
            outliers += 1
    if outliers and (agreed < _SURE_MIN or 2 * agreed <= heard):
        return 0, outliers
    return agreed, outliers


@njit(cache=True)
def _median(values: Any, count: int) -> float:
    ordered = np.sort(values[:count])
    half = count // 2
    if count % 2:
        return float(ordered[half])
    return float(0.5 * (ordered[half - 1] + ordered[half]))
