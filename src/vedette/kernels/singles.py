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

from vedette.kernels.bernoulli import room_to_start, start_in
from vedette.kernels.compiled import inner
from vedette.kernels.gating import (
    in_view,
    seconds_between,
    widest,
)
from vedette.kernels.measure import ENU, HEIGHT, POLAR
from vedette.kernels.positions import is_position

# The height of something whose height nobody measures: anywhere between the ground and this, where
# the plot says nothing of range; otherwise see `height_prior`.
_UNKNOWN_HEIGHT_M = 2_000.0
_HEIGHT_SIGMA_MIN_M, _HEIGHT_SIGMA_MAX_M = 300.0, 3_000.0
FLAT, UP, FLAT_V, UP_V = 0, 1, 2, 3  # columns of spread
GONE = -1.0  # existence of a row that lives on as a full track, until rows are dropped


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
    return bool(
        start_single(
            kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, x, P, np.empty(2),
            room_to_start(),
        )
    )  # fmt: skip


@inner
def start_single(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    x: Any,
    P: Any,
    prior: Any,
    room: Any,
) -> bool:
    """Do `start_from_plot` with room: prior (2,), and room from `room_to_start`."""
    height_prior(kind, z, variance, prior)
    return start_in(kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, prior, x, P, room)


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
    begun, prior, room = np.zeros(chosen.shape[0], np.bool_), np.empty(2), room_to_start()
    for b in range(chosen.shape[0]):
        j = chosen[b]
        begun[b] = start_single(
            kind, z[j], variance[j], sensor_enu, enu_from_sensor, velocity_var, x[b], P[b], prior,
            room,
        )  # fmt: skip
    return begun


@inner
def _describe(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    room: Any,
    mean: Any,
    spread: Any,
) -> bool:
    """Write a single's mean (6,) and spread (4,): variances of place and velocity, flat and up.

    The spread is that of the widest mode, flat in its widest direction. room: x (M, 6),
    P (M, 6, 6), prior (2,) and what `room_to_start` gives.
    """
    x, P, prior, starting = room
    if not start_single(
        kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, x, P, prior, starting
    ):
        return False
    for a in range(6):
        mean[a] = x[0, a]
    spread[:] = 0.0
    for m in range(x.shape[0]):
        spread[FLAT] = max(spread[FLAT], widest(P[m, 0, 0], P[m, 1, 1], P[m, 0, 1]))
        spread[UP] = max(spread[UP], P[m, 2, 2])
        spread[FLAT_V] = max(spread[FLAT_V], widest(P[m, 3, 3], P[m, 4, 4], P[m, 3, 4]))
        spread[UP_V] = max(spread[UP_V], P[m, 5, 5])
    return True


@njit(cache=True)
def births_of(
    order: Any, unclaimed: Any, births: Any, z: Any, key: Any, least: float, full_prob: float
) -> Any:
    """Choose the plots of a look that begin something: those with a place, and rather unclaimed.

    order (J,): the plots as they lie; unclaimed, births (J,): that each is of no track, and the
    share of new objects there. Returns chosen (B,) as they lie, existence (B,), full (B,): whether
    each is likely enough, or says who it is, to be a full track at once, and rank (B,): its number
    among the chosen as they came.
    """
    plots, n = order.shape[0], 0
    rank_of, total = np.empty(plots, np.int64), 0
    for j in range(plots):
        rank_of[j] = -1
        if unclaimed[j] > least and not (math.isnan(z[j, 0]) or math.isnan(z[j, 1])):
            rank_of[j], total = total, total + 1
    chosen, rank = np.empty(total, np.int64), np.empty(total, np.int64)
    existence, full = np.empty(total), np.empty(total, np.bool_)
    for k in range(plots):
        j = order[k]
        if rank_of[j] < 0:
            continue
        chosen[n], rank[n], existence[n] = j, rank_of[j], unclaimed[j] * births[j]
        full[n] = existence[n] >= full_prob or key[j] != 0
        n += 1
    return chosen, existence, full, rank


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
    room = (np.zeros((modes, 6)), np.zeros((modes, 6, 6)), np.empty(2), room_to_start())
    widest_var = (velocity_var[:, 0].max(), velocity_var[:, 1].max())
    n = count
    for b in range(chosen.shape[0]):
        j = chosen[b]
        if not _add(
            n, j, look_kind, look_z, look_variance, sensor_enu, enu_from_sensor, velocity_var,
            widest_var, room, mean, spread, z, variance,
        ):  # fmt: skip
            continue
        t_ns[n], serial[n], key[n] = look_t_ns[j], new_serial[b], look_key[j]
        existence[n], sensor[n], kind[n] = plot_existence[b], sensor_index, look_kind
        for s in range(looked_ns.shape[1]):
            looked_ns[n, s] = 0
        looked_ns[n, sensor_index] = look_t_ns[j]
        n += 1
    return n


@inner
def _add(
    n: int,
    j: int,
    kind: int,
    look_z: Any,
    look_variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    widest_var: Any,
    room: Any,
    mean: Any,
    spread: Any,
    z: Any,
    variance: Any,
) -> bool:
    """Write plot j and what it means as row n; False where it fixes no place."""
    if kind == ENU and is_position(look_z[j]):
        for a in range(3):
            mean[n, a], mean[n, a + 3] = look_z[j, a], 0.0
        spread[n, FLAT] = max(look_variance[j, 0], look_variance[j, 1])
        spread[n, UP] = look_variance[j, 2]
        spread[n, FLAT_V], spread[n, UP_V] = widest_var
    elif not _describe(
        kind, look_z[j], look_variance[j], sensor_enu, enu_from_sensor, velocity_var, room,
        mean[n], spread[n],
    ):  # fmt: skip
        return False
    for c in range(z.shape[1]):
        z[n, c], variance[n, c] = look_z[j, c], look_variance[j, c]
    return True


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
    prior, room = np.empty(2), room_to_start()
    for b in range(rows.shape[0]):
        i = rows[b]
        s = sensor[i]
        start_single(
            kind[i], z[i], variance[i], sensors_enu[s], enu_from_sensors[s], velocity_var,
            x[b], P[b], prior, room,
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
        if looked_ns[i, sensor_index] > again_ns or existence[i] < 0.0:
            continue
        dt = seconds_between(look_ns, t_ns[i])
        for a in range(3):
            pos[a] = mean[i, a] + dt * mean[i, a + 3]
        swept, covered = in_view(
            pos, sensor_enu, enu_from_sensor, sweep_from_rad, sweep_rad, coverage
        )
        if swept:
            looked_ns[i, sensor_index] = look_ns
        if covered:
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
        keep[i] = existence[i] >= max(drop_prob, 0.0) and now_ns - t_ns[i] <= stale_ns[sensor[i]]
    return keep
