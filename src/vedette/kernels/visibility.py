"""Whether a sensor could have seen a track at all: masks, the horizon, and a radar's blind speed.

In: tracks, and what a site says of one sensor. Out: for each track the share of its detection
probability that is left. Where a track cannot be seen, a miss says nothing.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.gating import seconds_between
from vedette.kernels.measure import local_from_enu

_EARTH_RADIUS_M = 6.371e6
# Standard refraction bends radio so that over an earth of 4/3 the radius its ways are straight
# (Skolnik 2001, Introduction to Radar Systems, 8.2).
_RADIO_RADIUS_M = 4.0 / 3.0 * _EARTH_RADIUS_M
_SIGMA_MIN_M = 5.0  # edges of hills and buildings are no better known
_SHARE_MIN = 0.02  # glints, multiple ways, other parts of the object: never nothing
_SQRT_HALF = math.sqrt(0.5)


@njit(cache=True)
def normal_cdf(value: float) -> float:
    """Give the probability that a standard normal variable lies below value."""
    return 0.5 * math.erfc(-value * _SQRT_HALF)


@njit(cache=True)
def least_up(ground_m: float, azimuth_rad: float, antenna_agl_m: float, mask: Any) -> float:
    """Give the least height over the sensor's own level (m) at which it sees something.

    ground_m: distance along the ground. antenna_agl_m: height of the antenna above the ground
    around it, NaN: no horizon. mask (K, 2): azimuths in order and least elevations, rad, linear in
    between and round the circle; K may be 0. -inf where nothing limits. Over the flat tangent
    plane the ground has fallen by d^2 / 2R, the radio ray by d^2 / (2 4/3 R).
    """
    fall = ground_m * ground_m / (2.0 * _EARTH_RADIUS_M)
    ray_fall = ground_m * ground_m / (2.0 * _RADIO_RADIUS_M)
    least = -math.inf
    if not math.isnan(antenna_agl_m):
        beyond = ground_m - math.sqrt(2.0 * _RADIO_RADIUS_M * max(antenna_agl_m, 0.0))
        if beyond > 0.0:
            least = beyond * beyond / (2.0 * _RADIO_RADIUS_M) - antenna_agl_m - fall
    if mask.shape[0] > 0:
        least = max(least, ground_m * math.tan(mask_at(mask, azimuth_rad)) - ray_fall)
    return least


@njit(cache=True)
def mask_at(mask: Any, azimuth_rad: float) -> float:
    """Interpolate the least elevation (rad) of a mask (K, 2), K >= 1, round the circle."""
    total = mask.shape[0]
    after = 0
    while after < total and mask[after, 0] <= azimuth_rad:
        after += 1
    before = after - 1 if after > 0 else total - 1
    after = after if after < total else 0
    span = (mask[after, 0] - mask[before, 0]) % (2.0 * math.pi)
    if span == 0.0:
        return float(mask[before, 1])
    part = ((azimuth_rad - mask[before, 0]) % (2.0 * math.pi)) / span
    return float(mask[before, 1] + part * (mask[after, 1] - mask[before, 1]))


@njit(cache=True)
def visible_share(
    count: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    look_ns: int,
    sensor_enu: Any,
    enu_from_sensor: Any,
    antenna_agl_m: float,
    mask: Any,
    blind_mps: float,
) -> Any:
    """Give for each track (count,) the share of the detection probability that its state leaves.

    Tracks as for `gating.gate`. Of every mode: the chance that it is above what hides it, by its
    own height sigma, times the chance that its range rate is at least blind_mps away from zero, by
    its velocity's covariance: 1 - (Phi((b - r') / s) - Phi((-b - r') / s)).
    """
    share = np.ones(count)
    pos, local, way = np.empty(3), np.empty(3), np.empty(3)
    for i in range(count):
        dt, total = seconds_between(look_ns, t_ns[i]), 0.0
        for m in range(x.shape[1]):
            for a in range(3):
                pos[a] = x[i, m, a] + dt * x[i, m, a + 3]
            local_from_enu(pos, sensor_enu, enu_from_sensor, local)
            ground = math.hypot(local[0], local[1])
            rho = max(math.hypot(ground, local[2]), 1.0)
            azimuth = math.atan2(local[0], local[1]) % (2.0 * math.pi)
            seen = 1.0
            least = least_up(ground, azimuth, antenna_agl_m, mask)
            if least > -math.inf:
                ahead = max(dt, 0.0)
                up_var = P[i, m, 2, 2] + ahead * ahead * P[i, m, 5, 5]
                seen *= normal_cdf((local[2] - least) / max(math.sqrt(up_var), _SIGMA_MIN_M))
            if blind_mps > 0.0:
                rate, rate_var = 0.0, 1e-6
                for a in range(3):
                    way[a] = (pos[a] - sensor_enu[a]) / rho
                    rate += way[a] * x[i, m, a + 3]
                for a in range(3):
                    for b in range(3):
                        rate_var += way[a] * way[b] * P[i, m, a + 3, b + 3]
                sigma = math.sqrt(rate_var)
                below = normal_cdf((blind_mps - rate) / sigma)
                seen *= 1.0 - below + normal_cdf((-blind_mps - rate) / sigma)
            total += mode_prob[i, m] * seen
        share[i] = max(total, _SHARE_MIN)
    return share
