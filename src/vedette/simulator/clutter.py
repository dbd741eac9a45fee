"""What echoes and is no object: the ground by rings and patches, and rain that moves with the wind.

In: the scenario's tables, drawn once. Out: where a scan's clutter plots lie. Birds are objects and
none of this; a sea of them is so many objects.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.simulator.rain import STEERING_M
from vedette.simulator.sensor_specs import ClutterPatch, RainSpec
from vedette.simulator.sight import TWO_PI, Station, in_sector

F64 = NDArray[np.float64]
Wind = Callable[[F64], F64]  # heights above the ground (N,): velocity of the air there (N, 3)


@dataclass(slots=True)
class ClutterMap:
    """A radar's clutter. fixed: for each patch its points (P, 2): range, azimuth; none: (0, 2).

    wind: by height. plots (M, 4), of scan `number`: drawn once a scan, told as the beam comes by.
    """

    station: Station
    patches: Sequence[ClutterPatch]
    fixed: list[F64]
    rains: Sequence[RainSpec]
    wind: Wind
    number: int = -1
    plots: F64 = field(default_factory=lambda: np.zeros((0, 4)))

    @property
    def is_there(self) -> bool:
        """Whether there is anything that could echo."""
        return bool(self.patches or self.rains)

    def scan(self, rng: np.random.Generator, number: int, elapsed_s: float) -> F64:
        """Give a scan's plots (M, 4), the same until the next scan begins."""
        if number != self.number:
            self.number, self.plots = number, self.draw(rng, elapsed_s)
        return self.plots

    def draw(self, rng: np.random.Generator, elapsed_s: float) -> F64:
        """Draw one scan's plots (M, 4): range, azimuth, elevation, range rate."""
        parts = [
            _patch(rng, patch, points)
            for patch, points in zip(self.patches, self.fixed, strict=True)
        ]
        parts += [
            self._rain(rng, rain, elapsed_s)
            for rain in self.rains
            if rain.from_s <= elapsed_s < rain.to_s
        ]
        aer = np.concatenate([np.zeros((0, 4)), *parts])
        return aer[in_sector(self.station.sensor, aer[:, 1], aer[:, 2], aer[:, 0])]

    def _rain(self, rng: np.random.Generator, rain: RainSpec, elapsed_s: float) -> F64:
        """Draw plots evenly over the area where it is now, and up to its top.

        Drops move with the wind at their own height, the area with that at STEERING_M.
        """
        count = int(rng.poisson(rain.plots_per_scan))
        angle, reach = rng.uniform(0.0, TWO_PI, count), np.sqrt(rng.uniform(size=count))
        place = np.empty((count, 3))
        place[:, 0] = rain.east_m + rain.radius_m * reach * np.sin(angle)
        place[:, 1] = rain.north_m + rain.radius_m * reach * np.cos(angle)
        place[:, 2] = rng.uniform(0.0, rain.top_m, count)
        wind = self.wind(place[:, 2]) @ self.station.sensor_from_enu.T
        place += self.wind(np.array([STEERING_M])) * elapsed_s
        offset = (place - self.station.position_enu_m) @ self.station.sensor_from_enu.T
        ground = np.hypot(offset[:, 0], offset[:, 1])
        slant = np.maximum(np.hypot(ground, offset[:, 2]), 1.0)
        rate = np.sum(offset * wind, axis=1) / slant
        rate += rain.range_rate_sigma_mps * rng.standard_normal(count)
        azimuth = np.arctan2(offset[:, 0], offset[:, 1]) % TWO_PI
        return np.stack([slant, azimuth, np.arctan2(offset[:, 2], ground), rate], axis=1)


def _patch(rng: np.random.Generator, patch: ClutterPatch, points: F64) -> F64:
    """Draw a scan's plots of one patch of ground."""
    if patch.points:
        prob = patch.plots_per_scan / patch.points
        places = points[rng.uniform(size=len(points)) < prob]
    else:
        places = _places(rng, patch, int(rng.poisson(patch.plots_per_scan)))
    rate = patch.range_rate_sigma_mps * rng.standard_normal(len(places))
    tilt = np.full(len(places), math.radians(patch.elevation_deg))
    return np.column_stack([places, tilt, rate])


def _places(rng: np.random.Generator, patch: ClutterPatch, count: int) -> F64:
    """Draw places (count, 2), range and azimuth, evenly over the ground of a patch."""
    low, high = patch.range_from_m**2, patch.range_to_m**2
    width = math.radians(patch.azimuth_to_deg - patch.azimuth_from_deg) % TWO_PI or TWO_PI
    azimuth = math.radians(patch.azimuth_from_deg) + width * rng.uniform(size=count)
    return np.stack([np.sqrt(rng.uniform(low, high, count)), azimuth % TWO_PI], axis=1)


def clutter_map(
    at: Station,
    patches: Sequence[ClutterPatch],
    rains: Sequence[RainSpec],
    wind: Wind,
    rng: np.random.Generator,
) -> ClutterMap:
    """Draw the fixed points of a radar's clutter, from a stream of their own."""
    fixed = [_places(rng, patch, patch.points) for patch in patches]
    return ClutterMap(at, patches, fixed, rains, wind)
