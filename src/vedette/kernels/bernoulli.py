"""The life of Bernoulli tracks: update with association marginals, misses, births, publication.

A track is a density (modes of Gaussians) and the probability r that its object exists. Update and
miss follow the track-oriented Poisson multi-Bernoulli filter: Williams 2015, "Marginal
multi-Bernoulli filters", IEEE TAES 51-3, section IV (TOMB/P).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.arrivals import update_arrivals
from vedette.kernels.compiled import inner
from vedette.kernels.gating import in_view, seconds_between
from vedette.kernels.measure import ENU, HEIGHT, RANGE_RATE, TDOA, update_seen
from vedette.kernels.motion import (
    TURN,
    copy_modes,
    copy_state,
    merge,
    predict_in,
    room_to_mix,
    turn_rate,
)
from vedette.kernels.positions import is_position, update_position

# Hypotheses below this share of a track change it by less than rounding of what is published.
_SHARE_MIN = 1e-4
_WEIGHT_MIN = 1e-12


@njit(cache=True, nogil=True)
def update_tracks(
    low: int,
    high: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    existence: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    kind: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    first: Any,
    column: Any,
    prob: Any,
    missed: Any,
    undetected: Any,
    t_ref_ns: Any,
    existence_max: float,
) -> None:
    """Update the tracks low..high that have candidates, in place, merging hypotheses per mode.

    prob (K,), missed (N,): marginals; undetected (count,): 1 - detection probability of this
    look. r' = sum_j p_ij + p_i0 r (1 - pD) / (1 - r pD). Each mode becomes the moment match of its
    hypotheses, weighted by how well the mode explains each measurement.
    """
    modes, most = x.shape[1], np.diff(first).max()
    x_h, P_h = np.empty((modes, most + 1, 6)), np.empty((modes, most + 1, 6, 6))
    share, likelihood, work = np.empty((modes, most + 1)), np.empty(modes), np.empty((4, 6))
    mixing = room_to_mix(modes)
    for i in range(low, high):
        pairs = first[i + 1] - first[i]
        if pairs == 0:
            continue
        alive = _missed(
            i, pairs, t_ns, x, P, mode_prob, existence, height_seen, motion, bounds, missed,
            undetected, t_ref_ns, x_h, P_h, share, mixing,
        )  # fmt: skip
        if kind == TDOA:
            total = _arrived(
                alive, first[i], pairs, x[i], P[i], mode_prob[i], t_ref_ns[i], t_meas_ns, z,
                variance, enu_from_sensor, motion, column, prob, x_h, P_h, share, likelihood,
            )  # fmt: skip
        else:
            total = _seen(
                alive, i, first[i], pairs, x, P, mode_prob, t_ref_ns[i], kind, t_meas_ns, z,
                variance, sensor_enu, enu_from_sensor, motion, column, prob, x_h, P_h, share,
                likelihood, work,
            )  # fmt: skip
        if total <= _SHARE_MIN:
            existence[i] = total
            continue
        _combine(x_h, P_h, share, pairs + 1, total, x[i], P[i], mode_prob[i])
        existence[i] = min(total, existence_max)


@inner
def _missed(
    i: int,
    pairs: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    existence: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    missed: Any,
    undetected: Any,
    t_ref_ns: Any,
    x_h: Any,
    P_h: Any,
    share: Any,
    mixing: Any,
) -> float:
    """Move track i to its time of reference and write the hypothesis that it was missed.

    It is the first of x_h (M, H, 6), P_h (M, H, 6, 6), share (M, H), of which pairs + 1 are used.
    Returns the probability that the object exists and was missed.
    """
    ahead = seconds_between(t_ref_ns[i], t_ns[i])
    predict_in(x[i], P[i], mode_prob[i], ahead, motion, height_seen[i], bounds, mixing)
    t_ns[i] = t_ref_ns[i]
    r = existence[i]
    alive = missed[i] * r * undetected[i] / (1.0 - r + r * undetected[i])
    for m in range(x.shape[1]):
        copy_state(x[i, m], P[i, m], x_h[m, 0], P_h[m, 0])
        share[m, 0] = alive * mode_prob[i, m]
        for k in range(1, pairs + 1):
            share[m, k] = 0.0
    return float(alive)


@inner
def _seen(
    total: float,
    i: int,
    begin: int,
    pairs: int,
    x: Any,
    P: Any,
    mode_prob: Any,
    t_ref_ns: int,
    kind: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    motion: Any,
    column: Any,
    prob: Any,
    x_h: Any,
    P_h: Any,
    share: Any,
    likelihood: Any,
    work: Any,
) -> float:
    """Write track i's hypotheses that it made a plot each; returns total and their probability."""
    for k in range(1, pairs + 1):
        p = begin + k - 1
        if prob[p] < _SHARE_MIN:
            continue
        j = column[p]
        lag = seconds_between(t_meas_ns[j], t_ref_ns)
        plain = kind == ENU and lag == 0.0 and is_position(z[j])
        for m in range(x.shape[1]):
            copy_state(x[i, m], P[i, m], x_h[m, k], P_h[m, k])
            if plain:
                likelihood[m], _, _ = update_position(
                    x_h[m, k], P_h[m, k], z[j], variance[j], math.inf
                )
            else:
                likelihood[m], _, _ = update_seen(
                    kind, x_h[m, k], P_h[m, k], z[j], variance[j], sensor_enu, enu_from_sensor,
                    lag, motion[m, 0], math.inf, work,
                )  # fmt: skip
        _share_out(mode_prob[i], likelihood, prob[p], k, share)
        total += prob[p]
    return total


@njit(cache=True)
def _arrived(
    total: float,
    begin: int,
    pairs: int,
    x: Any,
    P: Any,
    mode_prob: Any,
    t_ref_ns: int,
    t_meas_ns: Any,
    z: Any,
    variance: Any,
    receivers: Any,
    motion: Any,
    column: Any,
    prob: Any,
    x_h: Any,
    P_h: Any,
    share: Any,
    likelihood: Any,
) -> float:
    """Do `_seen` for times of arrival; x, P, mode_prob: of the one track."""
    for k in range(1, pairs + 1):
        p = begin + k - 1
        if prob[p] < _SHARE_MIN:
            continue
        j = column[p]
        lag = seconds_between(t_meas_ns[j], t_ref_ns)
        for m in range(x.shape[0]):
            copy_state(x[m], P[m], x_h[m, k], P_h[m, k])
            likelihood[m], _, _ = update_arrivals(
                x_h[m, k], P_h[m, k], z[j], variance[j], receivers, lag, motion[m, 0], math.inf
            )
        _share_out(mode_prob, likelihood, prob[p], k, share)
        total += prob[p]
    return total


@inner
def _combine(
    x_h: Any,
    P_h: Any,
    share: Any,
    hypotheses: int,
    total: float,
    x: Any,
    P: Any,
    mode_prob: Any,
) -> None:
    """Merge each mode's first hypotheses of x_h (M, H, 6), P_h (M, H, 6, 6) by shares (M, H)."""
    for m in range(share.shape[0]):
        weight = 0.0
        for k in range(hypotheses):
            weight += share[m, k]
        mode_prob[m] = weight / total
        if weight > _WEIGHT_MIN:
            for k in range(hypotheses):
                share[m, k] /= weight
            merge(x_h[m], P_h[m], share[m, :hypotheses], x[m], P[m])


@inner
def _share_out(mode_prob: Any, likelihood: Any, prob: float, k: int, share: Any) -> None:
    """Write the modes' shares of a plot of probability prob to share (M, H) at k.

    likelihood (M,): logarithms, of which exponentials are left.
    """
    best, total = -math.inf, 0.0
    for m in range(likelihood.shape[0]):
        best = max(best, likelihood[m])
    for m in range(likelihood.shape[0]):
        likelihood[m] = mode_prob[m] * math.exp(likelihood[m] - best)
        total += likelihood[m]
    for m in range(likelihood.shape[0]):
        share[m, k] = likelihood[m] / total * prob


@njit(cache=True)
def penalise_unseen(
    count: int,
    t_ns: Any,
    x: Any,
    mode_prob: Any,
    existence: Any,
    undetected: Any,
    looked_ns: Any,
    look_ns: int,
    again_ns: int,
    sensor_enu: Any,
    enu_from_sensor: Any,
    coverage: Any,
    sweep_from_rad: float,
    sweep_rad: float,
) -> None:
    """Lower the existence of tracks that were looked at and not seen, once a scan, in place.

    looked_ns (count,): when this sensor last looked at each track; one looked at since `again_ns`
    is left alone. undetected (count,): 1 - pD for a miss. coverage (6,): range min, max (m),
    azimuth from, width, elevation min, max (rad). Only azimuths within the sweep were looked at.
    r' = r (1 - pD) / (1 - r pD).
    """
    pos = np.empty(3)
    for i in range(count):
        if looked_ns[i] > again_ns:
            continue
        dt = seconds_between(look_ns, t_ns[i])
        pos[:] = 0.0
        for m in range(x.shape[1]):
            for a in range(3):
                pos[a] += mode_prob[i, m] * (x[i, m, a] + dt * x[i, m, a + 3])
        swept, covered = in_view(
            pos, sensor_enu, enu_from_sensor, sweep_from_rad, sweep_rad, coverage
        )
        if swept:
            looked_ns[i] = look_ns
        if covered:
            r = existence[i]
            existence[i] = r * undetected[i] / (1.0 - r + r * undetected[i])


@njit(cache=True)
def start_state(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    height_prior: Any,
    x: Any,
    P: Any,
) -> bool:
    """Write the state x (M, 6), P (M, 6, 6) of a track begun by one measurement; False: cannot.

    Polar: converted measurement, P = J R J' of position. velocity_var (M, 2): prior variance of
    each horizontal and of the vertical velocity, mean 0; stated velocity and range rate then
    refine it. Without height: height_prior (2,) = mean, sigma (m); it is wide on purpose.
    """
    return bool(
        start_in(
            kind, z, variance, sensor_enu, enu_from_sensor, velocity_var, height_prior, x, P,
            room_to_start(),
        )
    )  # fmt: skip


@njit(cache=True)
def room_to_start() -> Any:
    """Give the memory that `start_in` needs, for a loop to ask for once."""
    return np.empty(8), np.empty((3, 3)), np.empty((3, 3)), np.empty((4, 6))


@inner
def start_in(
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    velocity_var: Any,
    height_prior: Any,
    x: Any,
    P: Any,
    room: Any,
) -> bool:
    """Do `start_state` within room, from `room_to_start`."""
    rest, J, G, work = room
    x[:, :] = 0.0
    P[:, :, :] = 0.0
    for c in range(8):
        rest[c] = z[c] if c > HEIGHT else math.nan
    if kind == ENU:
        begun = _start_enu(z, variance, height_prior, x[0], P[0])
    else:
        begun = _start_polar(
            z, variance, sensor_enu, enu_from_sensor, height_prior, x[0], P[0], J, G
        )
        rest[RANGE_RATE] = z[RANGE_RATE]
    told = False
    for c in range(8):
        told = told or not math.isnan(rest[c])
    for m in range(x.shape[0]):
        if m > 0:
            copy_state(x[0], P[0], x[m], P[m])
    for m in range(x.shape[0]):
        for a in range(3, 6):
            P[m, a, a] = velocity_var[m, 1] if a == 5 else velocity_var[m, 0]
        if told:
            update_seen(
                kind, x[m], P[m], rest, variance, sensor_enu, enu_from_sensor, 0.0, 0.0, math.inf,
                work,
            )  # fmt: skip
    return begun


@inner
def _start_enu(z: Any, variance: Any, height_prior: Any, x: Any, P: Any) -> bool:
    x[0], x[1], P[0, 0], P[1, 1] = z[0], z[1], variance[0], variance[1]
    x[2], P[2, 2] = height_prior[0], height_prior[1] ** 2
    for c in (HEIGHT, 2):
        if not math.isnan(z[c]):
            x[2], P[2, 2] = z[c], variance[c]
    return not (math.isnan(z[0]) or math.isnan(z[1]))


@inner
def _start_polar(
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    height_prior: Any,
    x: Any,
    P: Any,
    J: Any,
    G: Any,
) -> bool:
    rho, azimuth, elevation, elevation_var = z[0], z[1], z[2], variance[2]
    if math.isnan(rho) or math.isnan(azimuth) or rho < 1.0:
        return False
    if math.isnan(elevation):
        up, sigma = height_prior[0], height_prior[1]
        if not math.isnan(z[HEIGHT]):
            up, sigma = z[HEIGHT] - sensor_enu[2], math.sqrt(variance[HEIGHT])
        elevation = math.asin(min(max(up / rho, -0.9), 0.9))
        elevation_var = (sigma / (rho * math.cos(elevation))) ** 2
    sin_a, cos_a = math.sin(azimuth), math.cos(azimuth)
    sin_e, cos_e = math.sin(elevation), math.cos(elevation)
    J[0, 0], J[1, 0], J[2, 0] = cos_e * sin_a, cos_e * cos_a, sin_e
    J[0, 1], J[1, 1], J[2, 1] = rho * cos_e * cos_a, -rho * cos_e * sin_a, 0.0
    J[0, 2], J[1, 2], J[2, 2] = -rho * sin_e * sin_a, -rho * sin_e * cos_a, rho * cos_e
    for a in range(3):
        x[a] = sensor_enu[a]
        for c in range(3):
            G[a, c] = 0.0
        for k in range(3):
            x[a] += enu_from_sensor[a, k] * rho * J[k, 0]
            for c in range(3):
                G[a, c] += enu_from_sensor[a, k] * J[k, c]
    for a in range(3):
        for b in range(3):
            P[a, b] = G[a, 0] * variance[0] * G[b, 0] + G[a, 1] * variance[1] * G[b, 1]
            P[a, b] += G[a, 2] * elevation_var * G[b, 2]
    return True


@njit(cache=True, nogil=True)
def publish(
    rows: Any,
    now_ns: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    state: Any,
    cov: Any,
    modes_now: Any,
    turning: Any,
) -> None:
    """Write the mean (K, 6) and covariance (K, 6, 6) at now_ns of the tracks in rows (K,).

    Also modes_now (K, M), the modes' probabilities, and turning (K,), the turn rate they expect,
    rad/s, clockwise positive (NaN where no mode turns). Tracks are left as they are. A track whose
    last measurement is after now is moved back by its velocity, its covariance unchanged.
    """
    modes, turns = x.shape[1], bool((motion[:, TURN] != 0.0).any())
    moved = (np.empty((modes, 6)), np.empty((modes, 6, 6)), np.empty(modes))
    mixing = room_to_mix(modes)
    for k in range(rows.shape[0]):
        _publish_one(
            rows[k], k, now_ns, t_ns, x, P, mode_prob, height_seen, motion, bounds, turns, state,
            cov, modes_now, turning, moved, mixing,
        )  # fmt: skip


@inner
def _publish_one(
    i: int,
    k: int,
    now_ns: int,
    t_ns: Any,
    x: Any,
    P: Any,
    mode_prob: Any,
    height_seen: Any,
    motion: Any,
    bounds: Any,
    turns: bool,
    state: Any,
    cov: Any,
    modes_now: Any,
    turning: Any,
    moved: Any,
    mixing: Any,
) -> None:
    """Write track i to row k, see `publish`; moved, mixing: room."""
    x_now, P_now, p_now = moved
    copy_modes(x[i], P[i], mode_prob[i], x_now, P_now, p_now)
    dt = seconds_between(now_ns, t_ns[i])
    predict_in(x_now, P_now, p_now, max(dt, 0.0), motion, height_seen[i], bounds, mixing)
    for m in range(x_now.shape[0]):
        for a in range(3):
            x_now[m, a] += min(dt, 0.0) * x_now[m, a + 3]
    if x_now.shape[0] == 1:
        copy_state(x_now[0], P_now[0], state[k], cov[k])
    else:
        merge(x_now, P_now, p_now, state[k], cov[k])
    turning[k] = 0.0 if turns else math.nan
    for m in range(x_now.shape[0]):
        modes_now[k, m] = p_now[m]
        turning[k] += p_now[m] * turn_rate(x_now[m], motion[m, TURN])
