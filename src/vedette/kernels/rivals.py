"""Which plots of two sensors could be of one object, compared with the bad biases both may have.

In: plots as places on the ground. Out: pairs of rows. All against all, for a prior bias reaches as
far as objects are apart; but a pair costs a few nanoseconds, and plots are bounded.
"""

from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.gating import seconds_between


@njit(cache=True)
def possible_pairs(
    one: Any,
    other: Any,
    t_ns: Any,
    place: Any,
    velocity_mps: Any,
    velocity_var: Any,
    wide2: Any,
    apart_s: float,
    sigmas2: float,
    speed_gap_mps: float,
) -> Any:
    """List pairs (L, 2) of a row in one (K,) and a row in other (M,) that could be one object.

    place, velocity_mps, velocity_var (N, 3) and wide2 (N,), as in `pairs._Placed`. A pair is at most
    apart_s apart in time; moved together, nearer on the ground than sigmas2 of both reaches; and
    its velocities differ by speed_gap_mps and their own doubt at most. In order of row.
    """
    pairs, n = np.empty((64, 2), np.int64), 0
    for i in one:
        for j in other:
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
