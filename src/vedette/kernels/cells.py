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


@njit(cache=True)
def density_ratio(
    plots: Any,
    scans: float,
    cells: Any,
    stated: float,
    stated_pairs: float,
    average_plots: float,
    uncrowded_share: float,
    least: float,
    most: float,
) -> Any:
    """Give for each of the cells (J,) asked how many times denser it is than stated; see `learning`

    plots (C,): unexplained ones by cell, over `scans` scans. The average cell is taken without the
    fullest: all above the uncrowded_share of the filled ones are cut down to that one. Ratios are
    held between least and most.
    """
    filled = plots[plots > 0.0]
    limit = math.inf
    if filled.shape[0] > 0:
        limit = np.sort(filled)[int(uncrowded_share * (filled.shape[0] - 1))]
    pairs = total = 0.0
    for value in filled:
        usual = min(value, limit)
        total += usual
        pairs += max(usual * (usual - 1.0), 0.0)
    average = (stated_pairs + pairs) / (stated_pairs / stated + scans * total)
    answer = np.empty(cells.shape[0])
    for j in range(cells.shape[0]):
        rate = (average_plots + plots[cells[j]]) / (average_plots / average + scans)
        answer[j] = min(max(rate / stated, least), most)
    return answer
