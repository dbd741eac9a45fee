"""What rain takes from a wave: specific attenuation, and the way through the rain areas.

In: frequency, rain rate, where a station looks. Out: decibels one way. Source: Recommendation
ITU-R P.838-3 (2005), equations 1 to 5 and tables 1 to 4, 1 to 1000 GHz: gamma = k R^alpha dB/km.
A rain area is an upright cylinder with the same rate all through; it drifts with the wind at
STEERING_M, as showers do.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import WGS84_SEMI_MAJOR_M
from vedette.simulator.sensor_specs import RainSpec
from vedette.simulator.sight import Station

F64 = NDArray[np.float64]
Bell = tuple[float, float, float]

FREQUENCY_GHZ = (1.0, 1000.0)  # where the coefficients hold
CIRCULAR_DEG = 45.0  # of polarisation tilt: between horizontal (0) and vertical (90)
STEERING_M = 2_000.0  # height of the wind that carries showers
LEVEL_RATIO = 1e-9  # of a ray's rise to its length: less is level


@dataclass(slots=True, frozen=True)
class Curve:
    """A coefficient over x = log10 of the frequency: bells a exp(-((x - b) / c)^2), and m x + c."""

    bells: tuple[Bell, ...]
    slope: float
    offset: float

    def at(self, frequency_ghz: float) -> float:
        """Give the coefficient (of k: its logarithm)."""
        x = math.log10(frequency_ghz)
        bells = math.fsum(a * math.exp(-(((x - b) / c) ** 2)) for a, b, c in self.bells)
        return bells + self.slope * x + self.offset


LOG_K_FLAT = Curve(
    (
        (-5.33980, -0.10008, 1.13098),
        (-0.35351, 1.26970, 0.45400),
        (-0.23789, 0.86036, 0.15354),
        (-0.94158, 0.64552, 0.16817),
    ),
    -0.18961,
    0.71147,
)
LOG_K_TALL = Curve(
    (
        (-3.80595, 0.56934, 0.81061),
        (-3.44965, -0.22911, 0.51059),
        (-0.39902, 0.73042, 0.11899),
        (0.50167, 1.07319, 0.27195),
    ),
    -0.16398,
    0.63297,
)
ALPHA_FLAT = Curve(
    (
        (-0.14318, 1.82442, -0.55187),
        (0.29591, 0.77564, 0.19822),
        (0.32177, 0.63773, 0.13164),
        (-5.37610, -0.96230, 1.47828),
        (16.1721, -3.29980, 3.43990),
    ),
    0.67849,
    -1.95537,
)
ALPHA_TALL = Curve(
    (
        (-0.07771, 2.33840, -0.76284),
        (0.56727, 0.95545, 0.54039),
        (-0.20238, 1.14520, 0.26809),
        (-48.2991, 0.791669, 0.116226),
        (48.5833, 0.791459, 0.116479),
    ),
    -0.053739,
    0.83433,
)


def coefficients(
    frequency_ghz: float, elevation_rad: float = 0.0, tilt_deg: float = CIRCULAR_DEG
) -> tuple[float, float]:
    """Give k and alpha of gamma = k R^alpha (equations 4 and 5).

    tilt_deg: of the polarisation, 0 horizontal, 45 circular, 90 vertical; where it is circular the
    elevation does not matter. Raises ValueError outside FREQUENCY_GHZ.
    """
    if not FREQUENCY_GHZ[0] <= frequency_ghz <= FREQUENCY_GHZ[1]:
        raise ValueError(f"{frequency_ghz:g} GHz is outside 1 to 1000")
    k_flat, k_tall = 10.0 ** LOG_K_FLAT.at(frequency_ghz), 10.0 ** LOG_K_TALL.at(frequency_ghz)
    flat, tall = k_flat * ALPHA_FLAT.at(frequency_ghz), k_tall * ALPHA_TALL.at(frequency_ghz)
    lean = math.cos(elevation_rad) ** 2 * math.cos(2.0 * math.radians(tilt_deg))
    k = 0.5 * (k_flat + k_tall + (k_flat - k_tall) * lean)
    return k, 0.5 * (flat + tall + (flat - tall) * lean) / k


def specific_db_per_km(rate_mmph: float, frequency_ghz: float) -> float:
    """Give the specific attenuation of rain for circular polarisation, dB/km."""
    k, alpha = coefficients(frequency_ghz)
    return k * rate_mmph**alpha if rate_mmph > 0.0 else 0.0


@dataclass(slots=True, frozen=True)
class RainPath:
    """The rain between one station and what it looks at. areas: those that have a rate.

    drift_mps (3,): of the areas, in the site's frame.
    """

    station: Station
    areas: Sequence[RainSpec]
    drift_mps: F64
    frequency_ghz: float

    def one_way_db(
        self, azimuth_rad: F64, elevation_rad: F64, range_m: F64, elapsed_s: float
    ) -> F64:
        """Give what rain takes once on the way to each place (N,) in the station's own frame."""
        loss_db = np.zeros(len(range_m))
        for area in self.areas:
            if area.from_s <= elapsed_s < area.to_s:
                way_m = self._way_m(area, azimuth_rad, elevation_rad, range_m, elapsed_s)
                loss_db += 1e-3 * way_m * specific_db_per_km(area.rate_mmph, self.frequency_ghz)
        return loss_db

    def _way_m(
        self, area: RainSpec, azimuth_rad: F64, elevation_rad: F64, range_m: F64, elapsed_s: float
    ) -> F64:
        """Give how much of each straight way lies in one area: within its circle, below its top."""
        ground = range_m * np.cos(elevation_rad)
        centre = np.array([area.east_m, area.north_m, 0.0]) + self.drift_mps * elapsed_s
        own = self.station.sensor_from_enu @ (centre - self.station.position_enu_m)
        along = own[0] * np.sin(azimuth_rad) + own[1] * np.cos(azimuth_rad)
        beside2 = own[0] ** 2 + own[1] ** 2 - along**2
        half = np.sqrt(np.maximum(area.radius_m**2 - beside2, 0.0))
        begin, end = np.maximum(along - half, 0.0), np.minimum(along + half, ground)
        rise = np.sin(elevation_rad) * range_m + ground**2 / (2.0 * WGS84_SEMI_MAJOR_M)
        under = np.clip(area.top_m - self.station.height_m, 0.0, None)
        climbs = rise > LEVEL_RATIO * ground
        top = np.where(climbs, ground * under / np.where(climbs, rise, 1.0), ground)
        end = np.minimum(end, top)
        share = np.clip(end - begin, 0.0, None) / np.maximum(ground, 1e-3)
        return np.asarray(share * range_m)


def rain_path(
    at: Station, rains: Sequence[RainSpec], drift_mps: F64, frequency_ghz: float
) -> RainPath | None:
    """Make what rain takes from a station's waves; None: no area takes anything."""
    areas = [area for area in rains if area.rate_mmph > 0.0]
    return RainPath(at, areas, drift_mps, frequency_ghz) if areas else None
