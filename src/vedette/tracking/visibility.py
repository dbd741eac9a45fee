"""How much of a sensor's detection probability is left for each track, by what hides it.

In: tracks and the site's word on masks, the antenna's height and a radar's blind speed. Out: one
share a track, 1 where nothing is stated. Behind a hill, or hovering under a radar that sees only
what moves, a track is not to be expected, and a miss says little.
"""

import math
from functools import lru_cache

import numpy as np

from vedette.kernels.visibility import visible_share
from vedette.model.measurements import F64, SensorModel
from vedette.tracking.state import TrackerState

FULLY_VISIBLE_SHARE = 0.9  # what is more hidden teaches nothing of the sensor


def hides(model: SensorModel) -> bool:
    """Say whether a sensor's word includes anything that hides targets."""
    return (
        model.blind_speed_mps > 0.0 or math.isfinite(model.antenna_agl_m) or len(model.mask_rad) > 0
    )


@lru_cache(maxsize=1)
def _all_seen(room: int) -> F64:
    """Give ones, to be read alone."""
    return np.ones(room)


def visible(state: TrackerState, sensor_index: int, look_ns: int) -> F64:
    """Give for each track (count,) the share of the sensor's detection probability that is left."""
    bank, model = state.bank, state.models[sensor_index]
    if not hides(model):
        return _all_seen(1 << bank.count.bit_length())[: bank.count]
    share: F64 = visible_share(
        bank.count, bank.t_ns, bank.x, bank.P, bank.mode_prob, look_ns, model.position_enu_m,
        model.enu_from_sensor, model.antenna_agl_m, model.mask_rad, model.blind_speed_mps,
    )  # fmt: skip
    return share
