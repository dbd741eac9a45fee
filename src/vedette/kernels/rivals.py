"""Which plots of two sensors could be of one object, and what they say of the sensors' biases.

In: plots as places on the ground. Out: pairs of rows; biases after a pair. All are compared with
all, for a prior bias reaches as far as objects are apart; but a comparison costs a few nanoseconds,
and plots are bounded.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.gating import seconds_between


@njit(cache=True)
def possible_pairs(
    sensor: Any,
    t_ns: Any,
    place: Any,
    velocity_mps: Any,
    velocity_var: Any,
    wide2: Any,
    apart_s: float,
    sigmas2: float,
    speed_gap_mps: float,
) -> Any:
    """List pairs (L, 2) of rows of two sensors that could be one object, the lower sensor's first.

    sensor, t_ns, wide2 (K,), place, velocity_mps, velocity_var (K, 3), as in `pairs._Placed`. A
    pair is at most apart_s apart in time; moved together, nearer on the ground than sigmas2 of both
    reaches; and its velocities differ by speed_gap_mps and their own doubt at most.
    """
    pairs, n = np.empty((64, 2), np.int64), 0
    for i in range(sensor.shape[0]):
        for j in range(sensor.shape[0]):
            if sensor[i] >= sensor[j]:
                continue
            dt = seconds_between(t_ns[i], t_ns[j])
            if abs(dt) > apart_s:
                continue
            gap2 = turned2 = doubt2 = 0.0
            for a in range(2):
                gap2 += (place[i, a] - place[j, a] - velocity_mps[i, a] * dt) ** 2
                turned2 += (velocity_mps[i, a] - velocity_mps[j, a]) ** 2
                doubt2 += velocity_var[i, a] + velocity_var[j, a]
            if gap2 >= sigmas2 * (wide2[i] + wide2[j]):
                continue
            if turned2 >= speed_gap_mps * speed_gap_mps + sigmas2 * doubt2:
                continue
            if n == pairs.shape[0]:
                more = np.empty((2 * n, 2), np.int64)
                more[:n] = pairs
                pairs = more
            pairs[n, 0], pairs[n, 1] = i, j
            n += 1
    return pairs[:n].copy()


@njit(cache=True)
def take_pair(r: Any, H: Any, R: Any, b: Any, P: Any) -> Any:
    """Update biases b (n,) and P (n, n) in place with differences r (m,) = H b + noise.

    H (m, n), R (m, m) are destroyed: made independent by R = L D L', then a Kalman update each
    (Bierman 1977, Factorization Methods, V.2). Returns the squared distance of r and how much
    likelier, in nats, r is than without biases.
    """
    m, n = H.shape
    PH = np.empty(n)
    for k in range(m):
        for j in range(k + 1, m):
            factor = R[j, k] / R[k, k]
            r[j] -= factor * r[k]
            for a in range(n):
                H[j, a] -= factor * H[k, a]
            for a in range(m):
                R[j, a] -= factor * R[k, a]
    distance2 = gain = 0.0
    for k in range(m):
        S, innovation = R[k, k], r[k]
        for a in range(n):
            PH[a] = 0.0
            for c in range(n):
                PH[a] += P[a, c] * H[k, c]
            S += H[k, a] * PH[a]
            innovation -= H[k, a] * b[a]
        for a in range(n):
            b[a] += PH[a] * innovation / S
            for c in range(n):
                P[a, c] -= PH[a] * PH[c] / S
        distance2 += innovation * innovation / S
        gain += 0.5 * (r[k] * r[k] / R[k, k] + math.log(R[k, k]))
        gain -= 0.5 * (innovation * innovation / S + math.log(S))
    return distance2, gain
