"""Measurement functions, their gradients, and the update of one state with one measurement.

A measurement is eight optional numbers (NaN: not observed), each with its own variance:
  polar: range, azimuth, elevation, range rate | stated height | stated v_east, v_north, v_up
  enu:   east, north, up, -                    | stated height | stated v_east, v_north, v_up
  tdoa:  -, -, -, -  | stated height | stated v_east, v_north, v_up | arrivals (kernels.arrivals)
Polar means the sensor's own frame; it is never turned into Cartesian before the update, so its
range-dependent covariance is counted once. Independent components are taken one after the other,
which needs no matrix inverse and equals the joint update exactly (Anderson and Moore 1979, 6.4).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.arrivals import update_arrivals
from vedette.kernels.compiled import inner
from vedette.kernels.positions import is_position, update_position

POLAR, ENU, TDOA = 0, 1, 2
RANGE, AZIMUTH, ELEVATION, RANGE_RATE, HEIGHT, V_EAST = 0, 1, 2, 3, 4, 5
COMPONENTS = 8
_TWO_PI = 2.0 * math.pi
_LOG_TWO_PI = math.log(_TWO_PI)
# A rate is unfolded where its prediction is sure to five sigmas on either side: young tracks are
# biased by what was assumed of speeds, by more than their covariance says.
_FOLD_SIGMAS = 10.0
_NEAR_M = 1.0  # nearer than this to the sensor the angles mean nothing


@inner
def wrap_pi(angle_rad: float) -> float:
    """Bring an angle into [-pi, pi)."""
    return (angle_rad + math.pi) % _TWO_PI - math.pi


@inner
def local_from_enu(pos: Any, sensor_enu: Any, enu_from_sensor: Any, local: Any) -> None:
    """Express a site position (3,) in the sensor's own east, north, up; writes local (3,)."""
    for k in range(3):
        local[k] = 0.0
        for a in range(3):
            local[k] += enu_from_sensor[a, k] * (pos[a] - sensor_enu[a])


@inner
def observe(
    kind: int, component: int, x: Any, sensor_enu: Any, enu_from_sensor: Any, gradient: Any
) -> float:
    """Say what one component would read for state x (6,), and write its gradient (6,).

    range = |d|, azimuth = atan2(e, n), elevation = atan2(u, ground), range rate = d.v / |d| with
    d = sensor axes' (x_pos - sensor_enu). NaN where undefined (at the sensor, or no such component)
    """
    gradient[:] = 0.0
    if component >= HEIGHT:
        axis = 2 if component == HEIGHT else component - V_EAST + 3
        gradient[axis] = 1.0
        return float(x[axis])
    if kind == ENU:
        if component > 2:
            return math.nan
        gradient[component] = 1.0
        return float(x[component])
    return _observe_polar(component, x, sensor_enu, enu_from_sensor, gradient)


@inner
def _observe_polar(
    component: int, x: Any, sensor_enu: Any, enu_from_sensor: Any, gradient: Any
) -> float:
    local_from_enu(x, sensor_enu, enu_from_sensor, gradient)
    e, n, u = gradient[0], gradient[1], gradient[2]
    ground2 = e * e + n * n
    ground, rho = math.sqrt(ground2), math.sqrt(ground2 + u * u)
    if rho < _NEAR_M or (ground < _NEAR_M and component in (AZIMUTH, ELEVATION)):
        return math.nan
    if component == AZIMUTH:
        value, slope = math.atan2(e, n), (n / ground2, -e / ground2, 0.0)
    elif component == ELEVATION:
        scale = -u / (rho * rho * ground)
        value, slope = math.atan2(u, ground), (e * scale, n * scale, ground / (rho * rho))
    else:
        value, slope = rho, (e / rho, n / rho, u / rho)
    for a in range(3):
        gradient[a] = 0.0
        for k in range(3):
            gradient[a] += enu_from_sensor[a, k] * slope[k]
    if component == RANGE_RATE:
        value = gradient[0] * x[3] + gradient[1] * x[4] + gradient[2] * x[5]
        for a in range(3):
            gradient[a + 3] = gradient[a]
            gradient[a] = (x[a + 3] - value * gradient[a + 3]) / rho
    return value


@njit(cache=True)
def update(
    kind: int,
    x: Any,
    P: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    dt_s: float,
    q: float,
    stop: float = math.inf,
) -> Any:
    """Update state x (6,) and P (6, 6) in place with one measurement z (8,), variance (8,).

    Of kind tdoa, z and variance are (8 + R,) and enu_from_sensor holds the receivers (R, 3). Of an
    ambiguous range rate z has a ninth number, the interval that it repeats in.
    dt_s: measurement time minus state time, <= 0; the state is moved there by its velocity, and the
    process noise q (m2/s3) of that stretch widens the innovation. Linearised at the prior. Beyond a
    squared distance of `stop` the answer is that of no comparison (the state is half updated).
    Returns log likelihood, squared distance (inf: nothing to compare), number of components.
    """
    return update_in(
        kind, x, P, z, variance, sensor_enu, enu_from_sensor, dt_s, q, stop, np.empty((4, 6))
    )


@njit(cache=True)
def update_in(
    kind: int,
    x: Any,
    P: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    dt_s: float,
    q: float,
    stop: float,
    room: Any,
) -> Any:
    """Do `update` within room (4, 6), so that a loop asks for memory once."""
    if kind == TDOA:
        return update_arrivals(x, P, z, variance, enu_from_sensor, dt_s, q, stop)
    return update_seen(kind, x, P, z, variance, sensor_enu, enu_from_sensor, dt_s, q, stop, room)


@inner
def update_seen(
    kind: int,
    x: Any,
    P: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    dt_s: float,
    q: float,
    stop: float,
    room: Any,
) -> Any:
    """Do `update_in` for all that is no time of arrival."""
    if kind == ENU and dt_s == 0.0 and is_position(z):
        return update_position(x, P, z, variance, stop)
    moved, prior, H, PH = room[0], room[1], room[2], room[3]
    for a in range(3):
        moved[a], moved[a + 3] = x[a] + dt_s * x[a + 3], x[a + 3]
        prior[a], prior[a + 3] = x[a], x[a + 3]
    lag_var = q * abs(dt_s) ** 3 / 3.0
    log_likelihood, distance2, used = 0.0, 0.0, 0
    for c in range(COMPONENTS):
        if math.isnan(z[c]):
            continue
        expected = observe(kind, c, moved, sensor_enu, enu_from_sensor, H)
        innovation = z[c] - expected
        if math.isnan(innovation):
            continue
        if kind == POLAR and c == AZIMUTH:
            innovation = wrap_pi(innovation)
        S = variance[c]
        for a in range(3):
            S += lag_var * H[a] * H[a]
            H[a + 3] += dt_s * H[a]
        for a in range(6):
            innovation -= H[a] * (x[a] - prior[a])
            PH[a] = 0.0
            for b in range(6):
                PH[a] += P[a, b] * H[b]
            S += H[a] * PH[a]
        if kind == POLAR and c == RANGE_RATE and z.shape[0] > COMPONENTS:
            fold = z[COMPONENTS]
            innovation -= fold * math.floor(innovation / fold + 0.5)
            if fold * fold < S * _FOLD_SIGMAS**2:
                # Any multiple could be meant: all rates are equally likely, and nothing is learnt.
                log_likelihood -= math.log(fold)
                continue
        distance2 += innovation * innovation / S
        if distance2 > stop:
            return -math.inf, math.inf, 0
        for a in range(6):
            gain = PH[a] / S
            x[a] += gain * innovation
            for b in range(a + 1):
                P[a, b] -= gain * PH[b]
                P[b, a] = P[a, b]
        log_likelihood -= 0.5 * (innovation * innovation / S + math.log(S) + _LOG_TWO_PI)
        used += 1
    if used == 0 or not math.isfinite(distance2):
        return -math.inf, math.inf, 0
    return log_likelihood, distance2, used
