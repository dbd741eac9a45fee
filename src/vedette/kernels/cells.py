"""Cells of a sensor's coverage: range by azimuth, or east by north. See `tracking.learning`."""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.measure import POLAR


@njit(cache=True)
def cells_of_plots(
    kind: int,
    z: Any,
    reach_m: float,
    azimuth_from_rad: float,
    width_rad: float,
    sensor_enu: Any,
    along: int,
    across: int,
) -> Any:
    """Give the cell (J,) of each plot z (J, 8), 0 .. along x across - 1.

    What has no range lies in the middle of its ray, what has no azimuth at the sector's start.
    """
    answer = np.empty(z.shape[0], np.int64)
    for j in range(z.shape[0]):
        if kind == POLAR:
            near, turn = z[j, 0] / reach_m, z[j, 1] - azimuth_from_rad
            near = 0.5 if math.isnan(near) else near
            far = 0.0 if math.isnan(turn) else turn % (2.0 * math.pi) / width_rad
        else:
            east, north = z[j, 0] - sensor_enu[0], z[j, 1] - sensor_enu[1]
            near = 0.5 + (0.0 if math.isnan(east) else east / (2.0 * reach_m))
            far = 0.5 + (0.0 if math.isnan(north) else north / (2.0 * reach_m))
        row = int(min(max(near * along, 0.0), along - 1.0))
        answer[j] = row * across + int(min(max(far * across, 0.0), across - 1.0))
    return answer
