"""Tentative tracks that rest on one plot: kept as that plot, not as a state.

Most plots that no track explains are false and are never seen again. Until a second plot fits, the
plot itself says all that is known, so only it is stored, with its mean place and how far around it
the next plot could lie. Everything here gives what a full Bernoulli would have (Williams 2015,
IEEE TAES 51-3): its existence by the same recursion, its second plot by the same exact gate.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.bernoulli import start_state
from vedette.kernels.compiled import inner
from vedette.kernels.gating import (
    azimuth_of,
    candidates,
    in_sector,
    pair_likelihood,
    seconds_between,
    widest,
)
from vedette.kernels.measure import ENU, HEIGHT, POLAR, local_from_enu
from vedette.kernels.motion import predict_modes
from vedette.kernels.positions import is_position

# The height of something whose height nobody measures: anywhere between the ground and this, where
# the plot says nothing of range; otherwise see `height_prior`.
_UNKNOWN_HEIGHT_M = 2_000.0
_HEIGHT_SIGMA_MIN_M, _HEIGHT_SIGMA_MAX_M = 300.0, 3_000.0
FLAT, UP, FLAT_V, UP_V = 0, 1, 2, 3  # columns of spread


@inner
def height_prior(kind: int, z: Any, variance: Any, prior: Any) -> None:
    """Write mean and sigma (2,) of an unobserved height, metres above the sensor or the site.

    From a slant range alone the ground range is wrong by h^2 / 2 range: the sigma grows with range
    so that this error stays near the sensor's own, sigma_h^2 = 4 range sigma_range.
    """
    sigma = _UNKNOWN_HEIGHT_M
    if kind == POLAR:
        sigma = math.sqrt(4.0 * z[0] * math.sqrt(variance[0]))
        sigma = min(max(sigma, _HEIGHT_SIGMA_MIN_M), _HEIGHT_SIGMA_MAX_M)
    prior[0], prior[1] = 0.5 * sigma, sigma


@njit(cache=True)
def start_from_plot(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    x: Any,
    P: Any,
) -> bool:
    """Write the state x (M, 6), P (M, 6, 6) begun by one plot; False where it fixes no place."""
    prior = np.empty(2)
    height_prior(kind, z, variance, prior)
    return bool(
        start_state(kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, prior, x, P)
    )


@njit(cache=True)
def start_many(
    chosen: Any,
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    x: Any,
    P: Any,
) -> Any:
    """Do `start_from_plot` for the rows chosen (B,) of z, variance (J, 8); returns begun (B,)."""
    begun = np.zeros(chosen.shape[0], np.bool_)
    for b in range(chosen.shape[0]):
        j = chosen[b]
        begun[b] = start_from_plot(
            kind, z[j], variance[j], sensor_enu, enu_from_sensor, velocity_var, x[b], P[b]
        )
    return begun


@inner
def _describe_position(z: Any, variance: Any, velocity_var: Any, mean: Any, spread: Any) -> bool:
    """Do `_describe` for east, north and up alone; False where the plot is anything else."""
    if not is_position(z):
        return False
    mean[:], spread[:] = 0.0, 0.0
    for a in range(3):
        mean[a] = z[a]
    spread[FLAT], spread[UP] = max(variance[0], variance[1]), variance[2]
    for m in range(velocity_var.shape[0]):
        spread[FLAT_V] = max(spread[FLAT_V], velocity_var[m, 0])
        spread[UP_V] = max(spread[UP_V], velocity_var[m, 1])
    return True


@njit(cache=True)
def _describe(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    x: Any,
    P: Any,
    mean: Any,
    spread: Any,
) -> bool:
    """Write a single's mean (6,) and spread (4,): variances of place and velocity, flat and up.

    The spread is that of the widest mode, flat in its widest direction. x (M, 6), P (M, 6, 6):
    scratch.
    """
    if not start_from_plot(kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, x, P):
        return False
    mean[:], spread[:] = x[0], 0.0
    for m in range(x.shape[0]):
        spread[FLAT] = max(spread[FLAT], widest(P[m, 0, 0], P[m, 1, 1], P[m, 0, 1]))
        spread[UP] = max(spread[UP], P[m, 2, 2])
        spread[FLAT_V] = max(spread[FLAT_V], widest(P[m, 3, 3], P[m, 4, 4], P[m, 3, 4]))
        spread[UP_V] = max(spread[UP_V], P[m, 5, 5])
    return True


@njit(cache=True)
def add_singles(
    count: int,
    chosen: Any,
    plot_existence: Any,
    new_serial: Any,
    sensor_index: int,
    look_kind: int,
    look_t_ns: Any,
    look_z: Any,
    look_variance: Any,
    look_key: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    t_ns: Any,
    mean: Any,
    spread: Any,
    z: Any,
    variance: Any,
    existence: Any,
    serial: Any,
    key: Any,
    sensor: Any,
    kind: Any,
    looked_ns: Any,
) -> int:
    """Append the plots chosen (B,) of a look to the table, which has room; returns the new count.

    plot_existence, new_serial (B,): theirs. A plot that fixes
    no place is left out.
    """
    modes = velocity_var.shape[0]
    x, P = np.zeros((modes, 6)), np.zeros((modes, 6, 6))
    n = count
    for b in range(chosen.shape[0]):
        j = chosen[b]
        z_j, var_j = look_z[j], look_variance[j]
        plain = look_kind == ENU and _describe_position(
            z_j, var_j, velocity_var, mean[n], spread[n]
        )
        if not plain and not _describe(
            look_kind, z_j, var_j, sensor_enu, enu_from_sensor, velocity_var, x, P, mean[n],
            spread[n],
        ):  # fmt: skip
            continue
        t_ns[n], serial[n], key[n] = look_t_ns[j], new_serial[b], look_key[j]
        for c in range(z.shape[1]):
            z[n, c], variance[n, c] = look_z[j, c], look_variance[j, c]
        existence[n], sensor[n], kind[n] = plot_existence[b], sensor_index, look_kind
        for s in range(looked_ns.shape[1]):
            looked_ns[n, s] = 0
        looked_ns[n, sensor_index] = look_t_ns[j]
        n += 1
    return n


@njit(cache=True)
def keep_singles(
    count: int,
    keep: Any,
    t_ns: Any,
    mean: Any,
    spread: Any,
    z: Any,
    variance: Any,
    existence: Any,
    serial: Any,
    key: Any,
    sensor: Any,
    kind: Any,
    looked_ns: Any,
) -> int:
    """Drop the rows that are not kept, in place and in order; returns how many are left."""
    n = 0
    for i in range(count):
        if not keep[i]:
            continue
        if n != i:
            t_ns[n], existence[n], serial[n], key[n] = t_ns[i], existence[i], serial[i], key[i]
            sensor[n], kind[n] = sensor[i], kind[i]
            for a in range(6):
                mean[n, a] = mean[i, a]
            for a in range(4):
                spread[n, a] = spread[i, a]
            for c in range(z.shape[1]):
                z[n, c], variance[n, c] = z[i, c], variance[i, c]
            for s in range(looked_ns.shape[1]):
                looked_ns[n, s] = looked_ns[i, s]
        n += 1
    return n


@inner
def _window(
    mean: Any,
    spread: Any,
    t_ns: int,
    t_first_ns: int,
    t_last_ns: int,
    q_max: float,
    reach_sigmas: float,
    place: Any,
    radii: Any,
) -> None:
    """Write where a single's next plot would lie (3,), and the radii (3,) of `candidates`."""
    dt = seconds_between(t_last_ns, t_ns)
    ahead = max(dt, 0.0)
    noise = q_max * ahead * ahead * ahead / 3.0
    flat = spread[FLAT] + ahead * ahead * spread[FLAT_V] + noise
    tall = spread[UP] + ahead * ahead * spread[UP_V] + noise
    speed = 0.0
    for a in range(3):
        place[a] = mean[a] + dt * mean[a + 3]
        speed += abs(mean[a + 3])
    slack = speed * seconds_between(t_last_ns, t_first_ns)
    radii[0] = reach_sigmas * math.sqrt(flat) + slack
    radii[1] = reach_sigmas * math.sqrt(tall) + slack
    radii[2] = reach_sigmas * math.sqrt(flat + tall) + slack


@njit(cache=True)
def _fits(
    x: Any,
    P: Any,
    mode_prob: Any,
    t_ref_ns: int,
    found: Any,
    kind: int,
    t_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    thresholds: Any,
    late_max_s: float,
) -> bool:
    """Say whether any of the plots found (K,) passes the gate of a state at t_ref_ns."""
    for j in found:
        lag = seconds_between(t_ns[j], t_ref_ns)
        if lag >= -late_max_s and pair_likelihood(
            x, P, mode_prob, kind, z[j], variance[j], sensor_enu, enu_from_sensor, lag, motion,
            thresholds,
        ) > -math.inf:  # fmt: skip
            return True
    return False


@njit(cache=True, nogil=True)
def second_plots(
    low: int,
    high: int,
    t_ns: Any,
    mean: Any,
    spread: Any,
    z: Any,
    variance: Any,
    sensor: Any,
    kind: Any,
    looked_ns: Any,
    sensors_enu: Any,
    enu_from_sensors: Any,
    velocity_var: Any,
    mode_prior: Any,
    motion: Any,
    bounds: Any,
    look_sensor: int,
    look_kind: int,
    look_t_ns: Any,
    look_z: Any,
    look_variance: Any,
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
    begins: bool,
    answer: Any,
) -> None:
    """Say for the singles low..high whether a plot of the look could be their second: (N,) bool.

    The window bounds what `gate` would allow the full Bernoulli; within it the very same test
    decides. A sensor that begins no tracks finds none: what it may have seen counts as looked at.
    """
    modes, plots = velocity_var.shape[0], look_z.shape[0]
    found = np.empty(3 * plots, np.int64)
    place, local, radii = np.empty(3), np.empty(3), np.empty(3)
    x, P, p = np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes)
    t_last, t_first, q_max = look_t_ns.max(), look_t_ns.min(), motion[:, 0].max()
    for i in range(low, high):
        _window(mean[i], spread[i], t_ns[i], t_first, t_last, q_max, reach_sigmas, place, radii)
        local_from_enu(place, sensors_enu[look_sensor], enu_from_sensors[look_sensor], local)
        near = candidates(
            strip, look_kind, ordered, order, plane, cells, cell_m, look_z, place, local, radii,
            margins, found,
        )  # fmt: skip
        if near == 0:
            continue
        s, t_ref = sensor[i], t_ns[i]
        for n in range(near):
            t_ref = max(t_ref, look_t_ns[found[n]])
        if not begins:
            looked_ns[i, look_sensor] = t_ref
            continue
        start_from_plot(
            kind[i], z[i], variance[i], sensors_enu[s], enu_from_sensors[s], velocity_var, x, P
        )
        p[:] = mode_prior
        predict_modes(x, P, p, seconds_between(t_ref, t_ns[i]), motion, height_known(z[i]), bounds)
        answer[i] = _fits(
            x, P, p, t_ref, found[:near], look_kind, look_t_ns, look_z, look_variance,
            sensors_enu[look_sensor], enu_from_sensors[look_sensor], motion, thresholds,
            late_max_s,
        )  # fmt: skip


@inner
def height_known(z: Any) -> int:
    """Say (0 or 1) whether a measurement (8,) tells height: elevation, up, or a stated height."""
    return int(not (math.isnan(z[2]) and math.isnan(z[HEIGHT])))


@njit(cache=True)
def full_states(
    rows: Any,
    z: Any,
    variance: Any,
    sensor: Any,
    kind: Any,
    sensors_enu: Any,
    enu_from_sensors: Any,
    velocity_var: Any,
    x: Any,
    P: Any,
    height_seen: Any,
) -> None:
    """Write x (B, M, 6), P (B, M, 6, 6), height_seen (B,) that the singles rows (B,) stand for."""
    for b in range(rows.shape[0]):
        i = rows[b]
        s = sensor[i]
        start_from_plot(
            kind[i], z[i], variance[i], sensors_enu[s], enu_from_sensors[s], velocity_var,
            x[b], P[b],
        )  # fmt: skip
        height_seen[b] = height_known(z[i])


@njit(cache=True, nogil=True)
def penalise_singles(
    low: int,
    high: int,
    t_ns: Any,
    mean: Any,
    existence: Any,
    sensor: Any,
    looked_ns: Any,
    sensor_index: int,
    own_absent: float,
    stranger_absent: float,
    look_ns: int,
    again_ns: int,
    sensor_enu: Any,
    enu_from_sensor: Any,
    coverage: Any,
    sweep_from_rad: float,
    sweep_rad: float,
) -> None:
    """Lower the existence of the singles low..high that a sensor looked at and missed, in place.

    own_absent: 1 - pD for the sensor's own plots; stranger_absent for those of others, which it may
    be unable to see. The rest as in `bernoulli.penalise_unseen`.
    """
    pos = np.empty(3)
    for i in range(low, high):
        if looked_ns[i, sensor_index] > again_ns:
            continue
        dt = seconds_between(look_ns, t_ns[i])
        for a in range(3):
            pos[a] = mean[i, a] + dt * mean[i, a + 3]
        rho, azimuth, elevation = azimuth_of(pos, sensor_enu, enu_from_sensor)
        if not in_sector(azimuth, sweep_from_rad, sweep_rad):
            continue
        looked_ns[i, sensor_index] = look_ns
        if rho < coverage[0] or rho > coverage[1]:
            continue
        if elevation < coverage[4] or elevation > coverage[5]:
            continue
        if in_sector(azimuth, coverage[2], coverage[3]):
            r, absent = existence[i], stranger_absent
            if sensor[i] == sensor_index:
                absent = own_absent
            existence[i] = r * absent / (1.0 - r + r * absent)


@njit(cache=True)
def lasting_singles(
    count: int, t_ns: Any, existence: Any, sensor: Any, now_ns: int, stale_ns: Any, drop_prob: float
) -> Any:
    """Say which singles live on (count,): still likely, and younger than their sensor's stale_ns"""
    keep = np.empty(count, np.bool_)
    for i in range(count):
        keep[i] = existence[i] >= drop_prob and now_ns - t_ns[i] <= stale_ns[sensor[i]]
    return keep
