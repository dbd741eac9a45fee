"""What cannot be, found in one pass over a batch: see `vedette.tracking.door` for what it means."""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner

POSSIBLE, TIME, NUMBER, SIGMA, RANGE = 0, 1, 2, 3, 4


@inner
def _is_sigma(sigma: float, value: float, sigma_max: float) -> bool:
    """Say whether a stated value has a finite sigma above zero."""
    return math.isnan(value) or 0.0 < sigma <= sigma_max


@njit(cache=True)
def reasons(
    t_ns: Any,
    z: Any,
    sigma: Any,
    height_m: Any,
    height_sigma_m: Any,
    v_mps: Any,
    v_sigma_mps: Any,
    times_ns: Any,
    needed: int,
    least: Any,
    most: Any,
    bounds: Any,
) -> Any:
    """Give for each measurement (M,) the first reason why it cannot be, POSSIBLE where none holds.

    z, sigma (M, W); height (M,), velocity (M, 3) with their sigmas. times_ns (2,): earliest, latest
    that can be; needed: components that must be observed; least, most (W,): of each component;
    bounds (3,): largest sigma, speed, height. Also whether the times are in order.
    """
    answer, in_order = np.zeros(t_ns.shape[0], np.int8), True
    for i in range(t_ns.shape[0]):
        in_order = in_order and (i == 0 or t_ns[i] >= t_ns[i - 1])
        observed, finite = 0, not math.isinf(height_m[i])
        sure = _is_sigma(height_sigma_m[i], height_m[i], bounds[0])
        near = not abs(height_m[i]) > bounds[2]
        for c in range(z.shape[1]):
            if math.isnan(z[i, c]):
                continue
            observed += 1
            finite = finite and not math.isinf(z[i, c])
            sure = sure and _is_sigma(sigma[i, c], z[i, c], bounds[0])
            near = near and least[c] <= z[i, c] <= most[c]
        for a in range(3):
            finite = finite and not math.isinf(v_mps[i, a])
            sure = sure and _is_sigma(v_sigma_mps[i], v_mps[i, a], bounds[0])
            near = near and not abs(v_mps[i, a]) > bounds[1]
        if not times_ns[0] < t_ns[i] <= times_ns[1]:
            answer[i] = TIME
        elif observed < needed or not finite:
            answer[i] = NUMBER
        elif not sure:
            answer[i] = SIGMA
        elif not near:
            answer[i] = RANGE
    return answer, in_order
