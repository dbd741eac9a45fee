"""Flying low over hills: how high the ground ahead makes an object fly now.

In: where it is, where it goes, what it can climb. Out: the height over the reference that its
heights above the ground are counted from now. Hills ahead count as far as it could still climb over
them later: an object that can climb 5 m/s begins 20 s before a step of 100 m, and never climbs
faster than its class can. Behind a hill it comes down at once, as fast as it can.
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

AHEAD_S = np.concatenate([np.arange(0.0, 20.0, 1.0), np.arange(20.0, 91.0, 2.5)])
CLIMB_SHARE = 0.8  # of what the class can: the rest is for gusts and for coming up to the rate
SETTLE_S = 3.0  # in which a follower takes out most of an error in height


def places_ahead(place_m: F64, goal_m: F64, after_m: F64, speed_mps: F64) -> tuple[F64, F64]:
    """Give where objects will be in AHEAD_S (N, J), east and north: to the goal, then to the next.

    place_m, goal_m, after_m (N, 2). They stay where the next goal is.
    """
    first, second = goal_m - place_m, after_m - goal_m
    lengths = [np.maximum(np.hypot(leg[:, 0], leg[:, 1]), 1e-6)[:, None] for leg in (first, second)]
    way = np.maximum(speed_mps, 1.0)[:, None] * AHEAD_S
    on_first = np.minimum(way, lengths[0]) / lengths[0]
    on_second = np.clip(way - lengths[0], 0.0, lengths[1]) / lengths[1]
    east, north = (
        place_m[:, k : k + 1] + on_first * first[:, k : k + 1] + on_second * second[:, k : k + 1]
        for k in (0, 1)
    )
    return east, north


def lift_m(ground_m: F64, climb_mps: F64) -> F64:
    """Give what heights above the ground are counted from now (N,).

    ground_m (N, J): of the ground in AHEAD_S, over the reference; climb_mps (N,): the most it can.
    The least height from which a steady climb of CLIMB_SHARE clears all of it.
    """
    reserve = CLIMB_SHARE * climb_mps[:, None] * AHEAD_S
    return np.asarray(np.max(ground_m - reserve, axis=1))
