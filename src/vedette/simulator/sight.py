"""What a sensor could see at all: its sector, its range, and the horizon of a round earth.

Rays bend with the standard atmosphere, as on an earth of 4/3 the radius (ITU-R P.453). The ground
is flat around the reference, or what a scenario's terrain files say.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Sensor, Site
from vedette.geo import SiteFrame
from vedette.simulator.objects import ground_drop_m
from vedette.simulator.terrain import (
    ANTENNA_MIN_M,
    EFFECTIVE_RADIUS_M,
    Horizon,
    Terrain,
    make_horizon,
)

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
TWO_PI = 2.0 * math.pi


@dataclass(slots=True, frozen=True)
class Station:
    """A sensor in the site's frame. sensor_from_enu (3, 3): rows are its own east, north, up."""

    sensor: Sensor
    position_enu_m: F64
    sensor_from_enu: F64
    height_m: float  # of the antenna above the ground
    horizon: Horizon | None = None  # over terrain; None: the ground is flat


@dataclass(slots=True)
class Seen:
    """Objects as a sensor would see them: its own azimuth [0, 2 pi), elevation, slant range.

    range_rate_mps positive receding. inside (N,): in coverage and above the horizon.
    """

    azimuth_rad: F64
    elevation_rad: F64
    range_m: F64
    range_rate_mps: F64
    inside: Bools


def station(sensor: Sensor, frame: SiteFrame, terrain: Terrain | None = None) -> Station:
    """Place a sensor in the site's frame, with its own vertical and its view over the terrain."""
    place = np.array(frame.enu_from_geo_deg(sensor.lat_deg, sensor.lon_deg, sensor.hae_m))
    turned = SiteFrame(sensor).enu_from_ecef @ frame.enu_from_ecef.T
    height = max(sensor.hae_m - frame.hae_m, ANTENNA_MIN_M)
    if terrain is None:
        return Station(sensor, place, turned, height)
    horizon = make_horizon(terrain, frame, place, turned, sensor.coverage.range_max_m)
    return Station(sensor, place, turned, height, horizon)


def azimuth(at: Station, state_enu: F64) -> F64:
    """Say in which direction objects (N, 6) are from a sensor: its own azimuth [0, 2 pi)."""
    offset = (state_enu[:, :3] - at.position_enu_m) @ at.sensor_from_enu.T
    return np.asarray(np.arctan2(offset[:, 0], offset[:, 1]) % TWO_PI)


def look(at: Station, state_enu: F64) -> Seen:
    """Say how objects (N, 6) in the site's frame look from a sensor, and which it could see."""
    offset = (state_enu[:, :3] - at.position_enu_m) @ at.sensor_from_enu.T
    speed = state_enu[:, 3:] @ at.sensor_from_enu.T
    ground = np.hypot(offset[:, 0], offset[:, 1])
    reach = np.maximum(np.hypot(ground, offset[:, 2]), 1e-3)
    turned = np.arctan2(offset[:, 0], offset[:, 1]) % TWO_PI
    elevation = np.arctan2(offset[:, 2], ground)
    along = offset * speed
    rate = (along[:, 0] + along[:, 1] + along[:, 2]) / reach
    height = state_enu[:, 2] + ground_drop_m(state_enu[:, 0], state_enu[:, 1])
    inside = in_sector(at.sensor, turned, elevation, reach)
    if at.horizon is None:
        inside &= above_horizon(ground, height, at.height_m)
    else:
        inside &= at.horizon.sees(turned, ground, height)
    return Seen(turned, elevation, reach, rate, inside)


def in_sector(sensor: Sensor, azimuth_rad: F64, elevation_rad: F64, range_m: F64) -> Bools:
    """Say which directions and ranges lie in a sensor's coverage."""
    coverage = sensor.coverage
    inside = (range_m >= coverage.range_min_m) & (range_m <= coverage.range_max_m)
    inside &= elevation_rad >= math.radians(coverage.elevation_min_deg)
    inside &= elevation_rad <= math.radians(coverage.elevation_max_deg)
    width = math.radians(coverage.azimuth_to_deg - coverage.azimuth_from_deg) % TWO_PI
    if width > 0.0:
        start = math.radians(coverage.azimuth_from_deg)
        inside &= (azimuth_rad - start) % TWO_PI <= width
    if coverage.mask:
        points = sorted(
            (azimuth_deg % 360.0, least_deg) for azimuth_deg, least_deg in coverage.mask
        )
        azimuths, leasts = np.radians(points).T
        inside &= elevation_rad >= np.interp(azimuth_rad, azimuths, leasts, period=TWO_PI)
    return np.asarray(inside)


def above_horizon(ground_m: F64, height_m: F64, antenna_m: float) -> Bools:
    """Say which objects are nearer than the horizons of antenna and object together.

    d = sqrt(2 k R h1) + sqrt(2 k R h2), k = 4/3; heights above the ground, metres.
    """
    twice = 2.0 * EFFECTIVE_RADIUS_M
    limit = math.sqrt(twice * antenna_m) + np.sqrt(twice * np.maximum(height_m, 0.0))
    return np.asarray(ground_m <= limit)


def covered_by(
    site: Site, kinds: tuple[str, ...], position_enu_m: F64, terrain: Terrain | None = None
) -> Bools:
    """Say which positions (N, 3) lie in the coverage of some sensor of the given kinds."""
    frame = SiteFrame(site.reference)
    state = np.zeros((len(position_enu_m), 6))
    state[:, :3] = position_enu_m
    inside = np.zeros(len(state), np.bool_)
    for sensor in site.sensors:
        if sensor.kind in kinds:
            inside |= look(station(sensor, frame, terrain), state).inside
    return inside
