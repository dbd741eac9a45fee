"""How a target's state moves between two times: straight, turning or stopping, calm or not.

State (6,): east, north, up, v_east, v_north, v_up. Each mode is one row of `motion` (M, 6):
  Q_HORIZONTAL, Q_VERTICAL  density of white acceleration, m2/s3
  STAY                      mean time until the target chooses its mode anew, s
  TURN                      acceleration across the way, m/s2: right (clockwise from above) positive
  SHARE                     how often the mode is chosen, against the others' shares
  BRAKE                     how fast velocity dies away to a hover, 1/s: 0 not at all
They are mixed as in an interacting multiple model (Blom and Bar-Shalom 1988, IEEE TAC 33-8).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner

Q_HORIZONTAL, Q_VERTICAL, STAY, TURN, SHARE, BRAKE = 0, 1, 2, 3, 4, 5
# A turn is a bank angle, so its rate is acceleration over speed; below this speed nothing banks,
# and the rate stays finite down to a hover.
_BANKING_MPS = 8.0
# Further than this a passage is made in steps, so that modes change under way.
_STEP_MAX_S = 5.0


@njit(cache=True)
def predict_modes(
    x: Any, P: Any, mode_prob: Any, dt_s: float, motion: Any, height_seen: int, bounds: Any
) -> None:
    """Mix and move all modes of one target by dt_s >= 0, in place.

    x (M, 6), P (M, 6, 6), mode_prob (M,), motion (M, 6): see the module. bounds (2,): largest
    variance of up and of v_up while height_seen is 0.
    """
    predict_in(x, P, mode_prob, dt_s, motion, height_seen, bounds, room_to_mix(x.shape[0]))


@njit(cache=True)
def room_to_mix(modes: int) -> Any:
    """Give the memory that mixing needs, for a loop to ask for once: (M,), (6,) and (6, 6)."""
    return np.empty(modes), np.empty(6), np.empty((6, 6))


@inner
def predict_in(
    x: Any,
    P: Any,
    mode_prob: Any,
    dt_s: float,
    motion: Any,
    height_seen: int,
    bounds: Any,
    room: Any,
) -> None:
    """Do `predict_modes` within room, from `room_to_mix`."""
    if dt_s == 0.0:
        for m in range(x.shape[0]):
            if height_seen == 0:
                bound_height(P[m], bounds[0], bounds[1])
        return
    if x.shape[0] == 1:
        move_modes(x, P, dt_s, motion, height_seen, bounds)
        return
    steps = max(1, math.ceil(dt_s / _STEP_MAX_S))
    for _ in range(steps):
        _mix(x, P, mode_prob, dt_s / steps, motion, room)
        move_modes(x, P, dt_s / steps, motion, height_seen, bounds)


@inner
def move_modes(x: Any, P: Any, dt_s: float, motion: Any, height_seen: int, bounds: Any) -> None:
    """Move each mode of one target by dt_s >= 0 for itself, in place; see `predict_modes`."""
    for m in range(x.shape[0]):
        if motion[m, TURN] != 0.0:
            turn(x[m], P[m], dt_s, motion[m])
        elif motion[m, BRAKE] > 0.0:
            brake(x[m], P[m], dt_s, motion[m])
        else:
            predict(x[m], P[m], dt_s, motion[m, Q_HORIZONTAL], motion[m, Q_VERTICAL])
        if height_seen == 0:
            bound_height(P[m], bounds[0], bounds[1])


@inner
def copy_state(x: Any, P: Any, x_out: Any, P_out: Any) -> None:
    """Write x (6,) and P (6, 6) to x_out and P_out."""
    for a in range(6):
        x_out[a] = x[a]
        for b in range(6):
            P_out[a, b] = P[a, b]


@inner
def copy_modes(x: Any, P: Any, mode_prob: Any, x_out: Any, P_out: Any, prob_out: Any) -> None:
    """Write x (M, 6), P (M, 6, 6) and mode_prob (M,) to x_out, P_out and prob_out."""
    for m in range(x.shape[0]):
        copy_state(x[m], P[m], x_out[m], P_out[m])
        prob_out[m] = mode_prob[m]


@inner
def speed_scale(x: Any) -> float:
    """Give sqrt(v^2 + v0^2) of state x (6,): its horizontal speed, never below that of banking."""
    return math.sqrt(x[3] * x[3] + x[4] * x[4] + _BANKING_MPS * _BANKING_MPS)


@inner
def turn_rate(x: Any, across_mps2: float) -> float:
    """Give the turn rate (rad/s, clockwise positive) of state x (6,) under a given acceleration.

    w = a / sqrt(v^2 + v0^2) with v the horizontal speed: a / v for anything that flies, and finite
    in a hover, where a turn of the velocity means nothing.
    """
    return float(across_mps2 / speed_scale(x))


@inner
def predict(x: Any, P: Any, dt_s: float, q_horizontal: float, q_vertical: float) -> None:
    """Move state x (6,) and covariance P (6, 6) by dt_s, in place.

    x' = F x, P' = F P F' + Q with F = [I, dt I; 0, I] and, per axis, Q = q [dt^3/3, dt^2/2;
    dt^2/2, dt] (Bar-Shalom, Li, Kirubarajan 2001, eq. 6.2.2-12). q in m2/s3. dt_s >= 0; 0 changes
    nothing.
    """
    for a in range(3):
        x[a] += dt_s * x[a + 3]
    for a in range(3):  # rows: F P
        for k in range(6):
            P[a, k] += dt_s * P[a + 3, k]
    for k in range(6):  # columns: (F P) F'
        for a in range(3):
            P[k, a] += dt_s * P[k, a + 3]
    _shake(P, dt_s, q_horizontal, q_vertical)


@inner
def _shake(P: Any, dt_s: float, q_horizontal: float, q_vertical: float) -> None:
    """Add what white acceleration does in dt_s to P (6, 6)."""
    for a in range(3):
        q = q_vertical if a == 2 else q_horizontal
        cross = 0.5 * q * dt_s * dt_s
        P[a, a] += q * dt_s * dt_s * dt_s / 3.0
        P[a, a + 3] += cross
        P[a + 3, a] += cross
        P[a + 3, a + 3] += q * dt_s


@inner
def turn(x: Any, P: Any, dt_s: float, motion: Any) -> None:
    """Move state x (6,) and covariance P (6, 6) by dt_s along a coordinated turn, in place.

    motion (6,): one mode. The velocity turns by theta = w dt, w = `turn_rate` of the state before:
    x' = x + S v + C Rv, v' = cos(theta) v + sin(theta) Rv, S = sin(theta) / w,
    C = (1 - cos(theta)) / w, R a quarter turn to the right (Bar-Shalom, Li, Kirubarajan 2001,
    section 11.7.1, with clockwise w). P' = F P F' + Q, F the gradient of this with w depending on
    speed; Q as for straight flight. Vertically straight.
    """
    ve, vn = x[3], x[4]
    w = turn_rate(x, motion[TURN])
    sin_t, cos_t = math.sin(w * dt_s), math.cos(w * dt_s)
    along, aside = sin_t / w, (1.0 - cos_t) / w
    x[0] += along * ve + aside * vn
    x[1] += along * vn - aside * ve
    x[2] += dt_s * x[5]
    x[3], x[4] = cos_t * ve + sin_t * vn, cos_t * vn - sin_t * ve
    # How the result changes with w, and w with the velocity.
    d_along, d_aside = (dt_s * cos_t - along) / w, (dt_s * sin_t - aside) / w
    slope = -w / (ve * ve + vn * vn + _BANKING_MPS * _BANKING_MPS)
    # F's blocks of the ground, rows e, n, v_e, v_n by columns v_e, v_n, each with its change.
    change_e, change_n = (
        slope * (d_along * ve + d_aside * vn),
        slope * (d_along * vn - d_aside * ve),
    )
    change_ve, change_vn = slope * dt_s * x[4], -slope * dt_s * x[3]
    f_ee, f_en = along + change_e * ve, aside + change_e * vn
    f_ne, f_nn = -aside + change_n * ve, along + change_n * vn
    g_ee, g_en = cos_t + change_ve * ve, sin_t + change_ve * vn
    g_ne, g_nn = -sin_t + change_vn * ve, cos_t + change_vn * vn
    for k in range(6):  # rows: F P
        pe, pn = P[3, k], P[4, k]
        P[0, k] += f_ee * pe + f_en * pn
        P[1, k] += f_ne * pe + f_nn * pn
        P[2, k] += dt_s * P[5, k]
        P[3, k], P[4, k] = g_ee * pe + g_en * pn, g_ne * pe + g_nn * pn
    for k in range(6):  # columns: (F P) F'
        pe, pn = P[k, 3], P[k, 4]
        P[k, 0] += f_ee * pe + f_en * pn
        P[k, 1] += f_ne * pe + f_nn * pn
        P[k, 2] += dt_s * P[k, 5]
        P[k, 3], P[k, 4] = g_ee * pe + g_en * pn, g_ne * pe + g_nn * pn
    _shake(P, dt_s, motion[Q_HORIZONTAL], motion[Q_VERTICAL])


@inner
def brake(x: Any, P: Any, dt_s: float, motion: Any) -> None:
    """Move state x (6,) and covariance P (6, 6) by dt_s towards a hover, in place.

    motion (6,): one mode. dv = -b v dt + white acceleration, an Ornstein-Uhlenbeck velocity:
    v' = e v, x' = x + l v with e = exp(-b dt), l = (1 - e) / b, and per axis Q = q [(dt - 2 l +
    (1 - e^2) / 2b) / b^2, l^2 / 2; l^2 / 2, (1 - e^2) / 2b] (Gillespie 1996, Physical Review E
    54-2, eqs. 2.14). Velocity stays about zero within sqrt(q / 2b), however long it is.
    """
    b = motion[BRAKE]
    e = math.exp(-b * dt_s)
    reach = (1.0 - e) / b
    spread = (1.0 - e * e) / (2.0 * b)
    for a in range(3):
        x[a] += reach * x[a + 3]
        x[a + 3] *= e
    for a in range(3):  # rows: F P
        for k in range(6):
            P[a, k] += reach * P[a + 3, k]
            P[a + 3, k] *= e
    for k in range(6):  # columns: (F P) F'
        for a in range(3):
            P[k, a] += reach * P[k, a + 3]
            P[k, a + 3] *= e
    for a in range(3):
        q = motion[Q_VERTICAL] if a == 2 else motion[Q_HORIZONTAL]
        cross = 0.5 * q * reach * reach
        P[a, a] += q * (dt_s - 2.0 * reach + spread) / (b * b)
        P[a, a + 3] += cross
        P[a + 3, a] += cross
        P[a + 3, a + 3] += q * spread


@njit(cache=True)
def mix_modes(x: Any, P: Any, mode_prob: Any, dt_s: float, motion: Any) -> None:
    """Mix the modes of one target for a passage of dt_s, in place.

    x (M, 6), P (M, 6, 6), mode_prob (M,), motion (M, 6). In dt_s a target in mode i chooses anew
    with probability 1 - exp(-dt / stay_i), and then mode j with probability share_j, whatever i
    was. So those who choose are one crowd with one mean and covariance, and mixing costs M
    mergers, not M^2. Who flies fast does not stop at once: a mode that brakes is chosen
    v0^2 / (v0^2 + v^2) times as often, v0 the speed below which nothing banks. The mixture's
    overall mean and covariance stay. One mode: nothing happens.
    """
    _mix(x, P, mode_prob, dt_s, motion, room_to_mix(x.shape[0]))


@inner
def _mix(x: Any, P: Any, mode_prob: Any, dt_s: float, motion: Any, room: Any) -> None:
    """Do `mix_modes` within room, from `room_to_mix`."""
    modes = x.shape[0]
    if modes == 1 or dt_s <= 0.0:
        return
    leaving, x_crowd, P_crowd = room
    crowd = 0.0
    for i in range(modes):
        leaving[i] = mode_prob[i] * (1.0 - math.exp(-dt_s / motion[i, STAY]))
        crowd += leaving[i]
    if crowd <= 0.0:
        return
    for i in range(modes):
        leaving[i] /= crowd
    merge(x, P, leaving, x_crowd, P_crowd)
    slow = _BANKING_MPS / speed_scale(x_crowd)
    chosen = 0.0
    for j in range(modes):
        chosen += motion[j, SHARE] * (slow * slow if motion[j, BRAKE] > 0.0 else 1.0)
    for j in range(modes):
        share = motion[j, SHARE] * (slow * slow if motion[j, BRAKE] > 0.0 else 1.0)
        joining = crowd * share / chosen
        total = mode_prob[j] - leaving[j] * crowd + joining
        mode_prob[j] = total
        if joining > 0.0:
            _join(x[j], P[j], x_crowd, P_crowd, joining / total)


@inner
def _join(x: Any, P: Any, x_other: Any, P_other: Any, share: float) -> None:
    """Replace a share of one Gaussian by another, matching moments, in place."""
    for a in range(6):
        apart = x_other[a] - x[a]
        for b in range(a + 1):
            apart_both = apart * (x_other[b] - x[b])
            P[a, b] += share * (P_other[a, b] - P[a, b] + (1.0 - share) * apart_both)
            P[b, a] = P[a, b]
    for a in range(6):
        x[a] += share * (x_other[a] - x[a])


@inner
def merge(x: Any, P: Any, weight: Any, x_out: Any, P_out: Any) -> None:
    """Match the first two moments of a mixture: x (K, 6), P (K, 6, 6), weight (K,) summing to 1.

    mean = sum w x; cov = sum w (P + (x - mean)(x - mean)'). What has no weight is not
    read. Writes x_out (6,), P_out (6, 6).
    """
    x_out[:] = 0.0
    P_out[:, :] = 0.0
    for k in range(weight.shape[0]):
        if weight[k] <= 0.0:  # a component without weight may be unset memory, and 0 * NaN is NaN
            continue
        for a in range(6):
            x_out[a] += weight[k] * x[k, a]
    for k in range(weight.shape[0]):
        if weight[k] <= 0.0:
            continue
        for a in range(6):
            da = x[k, a] - x_out[a]
            for b in range(a + 1):
                P_out[a, b] += weight[k] * (P[k, a, b] + da * (x[k, b] - x_out[b]))
    for a in range(6):
        for b in range(a):
            P_out[b, a] = P_out[a, b]


@inner
def bound_height(P: Any, up_var_max: float, v_up_var_max: float) -> None:
    """Keep the vertical uncertainty of a target whose height nobody measures within bounds.

    Without a height the variance would grow without end, though no object leaves the atmosphere.
    Scales row and column of `up` and `v_up` of P (6, 6), which leaves P positive semi-definite.
    """
    for axis, bound in ((2, up_var_max), (5, v_up_var_max)):
        if P[axis, axis] > bound:
            scale = math.sqrt(bound / P[axis, axis])
            for k in range(6):
                P[axis, k] *= scale
                P[k, axis] *= scale
