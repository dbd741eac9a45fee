"""Second plots: which of the tracks that rest on one plot could go on with a plot of a look.

The window of `vedette.kernels.singles` is from above: within it the very test decides that `gating`
makes for a full Bernoulli.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.bernoulli import room_to_start
from vedette.kernels.compiled import inner
from vedette.kernels.gating import candidates, seconds_between
from vedette.kernels.measure import ENU, local_from_enu
from vedette.kernels.motion import predict_in, room_to_mix
from vedette.kernels.pairing import pair_in, room_to_pair
from vedette.kernels.positions import is_position
from vedette.kernels.singles import FLAT, FLAT_V, UP, UP_V, height_known, start_single

_ROUNDING = 1.0 + 1e-9


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


@inner
def _within(
    place: Any,
    radii: Any,
    reach_sigmas: float,
    z: Any,
    variance: Any,
    threshold: float,
    found: Any,
    near: int,
) -> int:
    """Leave out of found the positions that no mode's gate can hold; returns how many are left.

    For singles that are positions themselves: their axes are independent and their spread is from
    above, so a distance measured by it is one from below. Plots with more or less than a position
    are kept.
    """
    flat = (radii[0] / reach_sigmas) ** 2
    tall = (radii[1] / reach_sigmas) ** 2
    n = 0
    for k in range(near):
        j = found[k]
        if is_position(z[j]):
            east, north, up = z[j, 0] - place[0], z[j, 1] - place[1], z[j, 2] - place[2]
            distance2 = east * east / (flat + variance[j, 0])
            distance2 += north * north / (flat + variance[j, 1])
            distance2 += up * up / (tall + variance[j, 2])
            if distance2 > threshold * _ROUNDING:
                continue
        found[n] = j
        n += 1
    return n


@inner
def _fits(
    state: Any,
    t_ref_ns: int,
    found: Any,
    near: int,
    kind: int,
    t_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    thresholds: Any,
    late_max_s: float,
    pairing: Any,
) -> bool:
    """Say whether any of the plots found (near,) passes the gate of a state at t_ref_ns."""
    for k in range(near):
        j = found[k]
        lag = seconds_between(t_ns[j], t_ref_ns)
        if lag >= -late_max_s and pair_in(
            state[0], state[1], state[2], kind, z[j], variance[j], sensor_enu, enu_from_sensor,
            lag, motion, thresholds, pairing,
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
    existence: Any,
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
    found, spare = np.empty(3 * plots, np.int64), (np.empty(3), np.empty(3), np.empty(3))
    moved = (np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes))
    room = (np.empty(2), room_to_start(), room_to_mix(modes), room_to_pair(modes))
    t_last, t_first, q_max = look_t_ns.max(), look_t_ns.min(), motion[:, 0].max()
    for i in range(low, high):
        near = _near(
            i, t_ns, mean, spread, z, existence, kind, t_first, t_last, q_max,
            sensors_enu[look_sensor], enu_from_sensors[look_sensor], look_kind, look_z,
            look_variance, strip, order, ordered, plane, cells, cell_m, margins, thresholds,
            reach_sigmas, spare, found,
        )  # fmt: skip
        if near == 0:
            continue
        t_ref = t_ns[i]
        for n in range(near):
            t_ref = max(t_ref, look_t_ns[found[n]])
        if not begins:
            looked_ns[i, look_sensor] = t_ref
            continue
        _awaken(
            i, t_ref, t_ns, z, variance, sensor, kind, sensors_enu, enu_from_sensors, velocity_var,
            mode_prior, motion, bounds, moved, room,
        )  # fmt: skip
        answer[i] = _fits(
            moved, t_ref, found, near, look_kind, look_t_ns, look_z, look_variance,
            sensors_enu[look_sensor], enu_from_sensors[look_sensor], motion, thresholds,
            late_max_s, room[3],
        )  # fmt: skip


@inner
def _near(
    i: int,
    t_ns: Any,
    mean: Any,
    spread: Any,
    z: Any,
    existence: Any,
    kind: Any,
    t_first_ns: int,
    t_last_ns: int,
    q_max: float,
    sensor_enu: Any,
    enu_from_sensor: Any,
    look_kind: int,
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
    spare: Any,
    found: Any,
) -> int:
    """List the plots that may be the second of single i; spare: three times room (3,)."""
    place, local, radii = spare
    if existence[i] < 0.0:  # gone on as a full track
        return 0
    _window(mean[i], spread[i], t_ns[i], t_first_ns, t_last_ns, q_max, reach_sigmas, place, radii)
    local_from_enu(place, sensor_enu, enu_from_sensor, local)
    near = candidates(
        strip, look_kind, ordered, order, plane, cells, cell_m, look_z, place, local, radii,
        margins, found,
    )  # fmt: skip
    at_once = look_kind == ENU and t_first_ns == t_last_ns
    if near > 0 and at_once and kind[i] == ENU and is_position(z[i]):
        near = _within(
            place, radii, reach_sigmas, look_z, look_variance, thresholds[3], found, near
        )
    return near


@inner
def _awaken(
    i: int,
    t_ref_ns: int,
    t_ns: Any,
    z: Any,
    variance: Any,
    sensor: Any,
    kind: Any,
    sensors_enu: Any,
    enu_from_sensors: Any,
    velocity_var: Any,
    mode_prior: Any,
    motion: Any,
    bounds: Any,
    moved: Any,
    room: Any,
) -> None:
    """Write the full state of single i at t_ref_ns to moved: x (M, 6), P (M, 6, 6), prob (M,)."""
    s = sensor[i]
    start_single(
        kind[i], z[i], variance[i], sensors_enu[s], enu_from_sensors[s], velocity_var, moved[0],
        moved[1], room[0], room[1],
    )  # fmt: skip
    for m in range(mode_prior.shape[0]):
        moved[2][m] = mode_prior[m]
    ahead = seconds_between(t_ref_ns, t_ns[i])
    predict_in(moved[0], moved[1], moved[2], ahead, motion, height_known(z[i]), bounds, room[2])
