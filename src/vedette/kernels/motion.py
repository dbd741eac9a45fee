"""How a target's state moves between two times: nearly constant velocity, in several modes.

State (6,): east, north, up, v_east, v_north, v_up. Modes differ in process noise alone; they are
mixed as in an interacting multiple model (Blom and Bar-Shalom 1988, IEEE TAC 33-8).
"""

import math
from typing import Any

import numpy as np
from numba import njit


@njit(cache=True)
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
    for a in range(3):
        q = q_vertical if a == 2 else q_horizontal
        cross = 0.5 * q * dt_s * dt_s
        P[a, a] += q * dt_s * dt_s * dt_s / 3.0
        P[a, a + 3] += cross
        P[a + 3, a] += cross
        P[a + 3, a + 3] += q * dt_s


@njit(cache=True)
def mix_modes(x: Any, P: Any, mode_prob: Any, dt_s: float, stay_s: Any) -> None:
    """Mix the modes of one target for a passage of dt_s, in place.

    x (M, 6), P (M, 6, 6), mode_prob (M,). stay_s (M,): mean time spent in each mode; the chance to
    leave in dt_s is 1 - exp(-dt/stay), shared evenly among the others. One mode: nothing happens.
    """
    modes = x.shape[0]
    if modes == 1 or dt_s <= 0.0:
        return
    weight = np.empty((modes, modes))  # weight[i, j]: was in i, is now in j
    total = np.zeros(modes)
    for i in range(modes):
        leave = 1.0 - math.exp(-dt_s / stay_s[i])
        for j in range(modes):
            share = 1.0 - leave if i == j else leave / (modes - 1)
            weight[i, j] = mode_prob[i] * share
            total[j] += weight[i, j]
    x_old, P_old = x.copy(), P.copy()
    for j in range(modes):
        for i in range(modes):
            weight[i, j] /= max(total[j], 1e-300)
        merge(x_old, P_old, weight[:, j], x[j], P[j])
        mode_prob[j] = total[j]


@njit(cache=True)
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


@njit(cache=True)
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
