"""The ground between a sensor and what it looks for: who stands behind a hill is not seen.

In: grids of heights. Out: `Horizon`, for each sensor a table of the lowest slope that is not
hidden, by azimuth and range, made once; to ask it costs a look-up an object. Rays bend as on an
earth of 4/3 the radius, so a table over flat ground is the horizon itself. Outside the files the
ground is flat, at the height of the site's reference. Objects keep their heights above that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import WGS84_SEMI_MAJOR_M
from vedette.geo import SiteFrame
from vedette.simulator.terrain_files import Grid

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

EFFECTIVE_RADIUS_M = WGS84_SEMI_MAJOR_M * 4.0 / 3.0
RAYS = 720  # every half degree: 90 m apart at 10 km, as the coarser SRTM's points are
RING_MIN_M, RINGS_MAX = 60.0, 1_000
ANTENNA_MIN_M = 3.0  # nobody puts an antenna on the ground
TWO_PI = 2.0 * np.pi


@dataclass(slots=True, frozen=True)
class Terrain:
    """The ground. geoid_m: what is added to the files' heights to make them heights over WGS-84."""

    grids: Sequence[Grid]
    geoid_m: float = 0.0

    def height_m(self, lat_deg: F64, lon_deg: F64, flat_hae_m: float) -> F64:
        """Give the ground's height over WGS-84 (N,), between points linearly; flat outside."""
        height = np.full(np.shape(lat_deg), float(flat_hae_m))
        for grid in self.grids:
            row = (grid.north_deg - lat_deg) / grid.lat_step_deg
            column = (lon_deg - grid.west_deg) / grid.lon_step_deg
            rows, columns = grid.height_m.shape
            inside = (row >= 0.0) & (row <= rows - 1) & (column >= 0.0) & (column <= columns - 1)
            height[inside] = _between(grid.height_m, row[inside], column[inside]) + self.geoid_m
        return height

    def over_reference_m(self, frame: SiteFrame, east_m: F64, north_m: F64) -> F64:
        """Give the ground's height over the site's reference at places of its frame, any shape."""
        up = -(east_m**2 + north_m**2) / (2.0 * WGS84_SEMI_MAJOR_M)
        places = (east_m.ravel(), north_m.ravel(), up.ravel())
        lat_deg, lon_deg, _ = frame.geo_deg_from_enu(*places)
        height = self.height_m(lat_deg, lon_deg, frame.hae_m)
        return (height - frame.hae_m).reshape(np.shape(east_m))


@dataclass(slots=True, frozen=True)
class Horizon:
    """What a sensor can see over the ground. least (RAYS, K): lowest visible slope by ring.

    height_m: of the antenna over the site's reference.
    """

    least: NDArray[np.float32]
    ring_m: float
    height_m: float

    def sees(self, azimuth_rad: F64, ground_m: F64, height_m: F64) -> Bools:
        """Say what stands above all ground between: azimuth, distance, height over the reference.

        slope = (h - d^2 / 2kR - antenna) / d, k = 4/3.
        """
        ray = np.rint(azimuth_rad / TWO_PI * RAYS).astype(np.int64) % RAYS
        ring = np.minimum((ground_m / self.ring_m).astype(np.int64), self.least.shape[1] - 1)
        slope = _slope(height_m - self.height_m, np.maximum(ground_m, 1.0))
        return np.asarray(slope >= self.least[ray, ring])


def _between(height_m: NDArray[np.float32], row: F64, column: F64) -> F64:
    """Interpolate linearly in both directions."""
    top = np.minimum(row.astype(np.int64), height_m.shape[0] - 2)
    left = np.minimum(column.astype(np.int64), height_m.shape[1] - 2)
    down, right = row - top, column - left
    upper = height_m[top, left] * (1.0 - right) + height_m[top, left + 1] * right
    lower = height_m[top + 1, left] * (1.0 - right) + height_m[top + 1, left + 1] * right
    return np.asarray(upper * (1.0 - down) + lower * down, np.float64)


def _slope(rise_m: F64, distance_m: F64) -> F64:
    """Give the slope of a straight ray on an earth of 4/3 the radius."""
    return np.asarray((rise_m - distance_m**2 / (2.0 * EFFECTIVE_RADIUS_M)) / distance_m)


def make_horizon(
    terrain: Terrain, frame: SiteFrame, position_enu_m: F64, own_from_enu: F64, reach_m: float
) -> Horizon:
    """Look round from a sensor once, up to reach_m, and note what the ground hides.

    position_enu_m (3,), own_from_enu (3, 3): the sensor in the site's frame. An antenna that would
    be in the ground stands ANTENNA_MIN_M above it.
    """
    ring_m = max(RING_MIN_M, reach_m / RINGS_MAX)
    distance: F64 = ring_m * np.arange(1.0, int(reach_m / ring_m) + 2.0)
    angle = TWO_PI * np.arange(RAYS) / RAYS
    own = np.stack([np.sin(angle), np.cos(angle), np.zeros(RAYS)], axis=1) @ own_from_enu
    east = position_enu_m[0] + own[:, :1] * distance
    north = position_enu_m[1] + own[:, 1:2] * distance
    ground = terrain.over_reference_m(frame, east, north)
    here = terrain.over_reference_m(frame, position_enu_m[:1, None], position_enu_m[1:2, None])
    drop = (position_enu_m[0] ** 2 + position_enu_m[1] ** 2) / (2.0 * WGS84_SEMI_MAJOR_M)
    antenna = max(float(position_enu_m[2] + drop), float(here[0, 0]) + ANTENNA_MIN_M)
    highest = np.maximum.accumulate(_slope(ground - antenna, distance), axis=1)
    least = np.empty((RAYS, len(distance) + 1), np.float32)
    least[:, 0] = -np.inf  # nothing stands between within the first ring
    least[:, 1:] = highest
    return Horizon(least, ring_m, antenna)
