"""How well one measurement fits one target, over all of its modes of motion."""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.arrivals import update_arrivals
from vedette.kernels.compiled import inner
from vedette.kernels.measure import ENU, TDOA, update_seen
from vedette.kernels.motion import copy_state
from vedette.kernels.positions import is_position, position_likelihood

# No gate here is wider: eight components at 0.9999 are 32. A mode further off than this adds
# nothing to a likelihood (e^-30), so its update is not finished.
_HOPELESS = 60.0


@njit(cache=True)
def room_to_pair(modes: int) -> Any:
    """Give the memory that `pair_in` needs, for a loop to ask for once."""
    return np.empty(modes), np.empty((4, 6)), np.empty(6), np.empty((6, 6))


@njit(cache=True)
def pair_likelihood(
    x: Any,
    P: Any,
    mode_prob: Any,
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    lag_s: float,
    motion: Any,
    thresholds: Any,
) -> float:
    """Give the log likelihood of one measurement under one target's modes; -inf outside the gate.

    The pair is kept when any mode's squared Mahalanobis distance is inside its threshold.
    """
    if kind != TDOA:
        return pair_in(
            x, P, mode_prob, kind, z, variance, sensor_enu, enu_from_sensor, lag_s, motion,
            thresholds, room_to_pair(x.shape[0]),
        )  # fmt: skip
    scores, inside = np.empty(x.shape[0]), False
    for m in range(x.shape[0]):
        scores[m], distance2, used = update_arrivals(
            x[m].copy(), P[m].copy(), z, variance, enu_from_sensor, lag_s, motion[m, 0], _HOPELESS
        )
        inside = inside or distance2 <= thresholds[used]
    return together(scores, mode_prob) if inside else -math.inf


@inner
def pair_in(
    x: Any,
    P: Any,
    mode_prob: Any,
    kind: int,
    z: Any,
    variance: Any,
    sensor_enu: Any,
    enu_from_sensor: Any,
    lag_s: float,
    motion: Any,
    thresholds: Any,
    room: Any,
) -> float:
    """Do `pair_likelihood` within room, from `room_to_pair`, for all but times of arrival."""
    plain = kind == ENU and lag_s == 0.0 and is_position(z)
    if plain and x.shape[0] == 1:
        log, distance2 = position_likelihood(x[0], P[0], z, variance)
        return log if distance2 <= thresholds[3] else -math.inf
    scores, work, x_m, P_m = room
    inside = False
    for m in range(x.shape[0]):
        if plain:
            scores[m], distance2 = position_likelihood(x[m], P[m], z, variance)
            inside = inside or distance2 <= thresholds[3]
            continue
        copy_state(x[m], P[m], x_m, P_m)
        scores[m], distance2, used = update_seen(
            kind, x_m, P_m, z, variance, sensor_enu, enu_from_sensor, lag_s, motion[m, 0],
            _HOPELESS, work,
        )  # fmt: skip
        inside = inside or distance2 <= thresholds[used]
    return together(scores, mode_prob) if inside else -math.inf


@inner
def together(scores: Any, mode_prob: Any) -> float:
    """Give the log likelihood of all modes together: log sum p exp(score), -inf where none has any.

    scores, mode_prob (M,).
    """
    best, total = -math.inf, 0.0
    for m in range(scores.shape[0]):
        best = max(best, scores[m])
    if best == -math.inf:
        return -math.inf
    for m in range(scores.shape[0]):
        total += mode_prob[m] * math.exp(scores[m] - best)
    return best + math.log(max(total, 1e-300))
