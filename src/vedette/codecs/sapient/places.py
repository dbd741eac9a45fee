"""Where a SAPIENT message says something is: places and bearings in our units and frames.

In: Location and RangeBearing messages, already validated. Out: latitude, longitude (rad), height
above the ellipsoid; azimuth from true north, elevation (rad), slant range (m), each with a sigma
or None. x is longitude or easting, y latitude or northing. An error is one standard deviation.
"""

import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

from vedette.base.angles import wrap_two_pi
from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.geo.utm import Utm, convergence, geo_from_utm
from vedette.model.reports import View

DEG, RAD, UTM = 1, 2, 5  # LocationCoordinateSystem
ELLIPSOID, GEOID = 1, 2  # LocationDatum
TRUE, MAGNETIC, GRID, PLATFORM = 1, 2, 3, 4  # RangeBearingDatum
M_PER_RAD = 6_371_008.8
# Errors of latitude and longitude are in their own unit; one that would be more on the ground is
# in metres, by someone who did not read that.
ERROR_MAX_M = 2_000.0
GEOID_SIGMA_M = 30.0  # of the geoid about the ellipsoid, where the site file does not say
_ZONE = re.compile(r"0?([1-9]|[1-5][0-9]|60) ?([C-HJ-NP-X])", re.I)
_EASTING_M, _NORTHING_M = (100_000.0, 1_000_000.0), (0.0, 10_000_000.0)
_BAND_S_M = (3_540_000.0, 4_430_000.0)  # northings of band S, 32 to 40 degrees north


@dataclass(slots=True)
class Ground:
    """What the site file says of the place; None: nothing.

    declination_deg: of magnetic north from true north, east positive. geoid_m: of the geoid above
    the ellipsoid.
    """

    declination_deg: float | None = None
    geoid_m: float | None = None


class Place(NamedTuple):
    """A place with one-axis sigmas; None for what is not stated."""

    lat_rad: float
    lon_rad: float
    hae_m: float | None
    horizontal_sigma_m: float | None
    vertical_sigma_m: float | None


class Bearing(NamedTuple):
    """A direction and slant range, each None where not stated, with sigmas."""

    range_m: float | None
    azimuth_rad: float | None
    elevation_rad: float | None
    range_sigma_m: float | None
    azimuth_sigma_rad: float | None
    elevation_sigma_rad: float | None


def place_of(location: Any, zone: str, ground: Ground) -> Place:
    """Read a Location. zone: the node's UTM zone, where the location names none.

    Raises RefusedError(reason, detail) for eastings and northings that lie in no zone.
    """
    system = location.coordinate_system
    if system == UTM:
        lat_rad, lon_rad = geo_from_utm(_utm(location, location.utm_zone or zone))
        flat_m = _root_mean_square(_error(location, "x_error"), _error(location, "y_error"))
    else:
        unit = math.pi / 180.0 if system == DEG else 1.0
        lat_rad, lon_rad = location.y * unit, location.x * unit
        flat_m = _root_mean_square(
            _metres(_error(location, "x_error"), unit, math.cos(lat_rad)),
            _metres(_error(location, "y_error"), unit, 1.0),
        )
    hae_m, tall_m = _height(location, ground)
    return Place(lat_rad, lon_rad, hae_m, flat_m, tall_m)


def _height(location: Any, ground: Ground) -> tuple[float | None, float | None]:
    """Bring a height above the geoid to the ellipsoid: as surely as the site file allows."""
    if not location.HasField("z"):
        return None, None
    sigma_m = _error(location, "z_error")
    if location.datum != GEOID:
        return location.z, sigma_m
    if ground.geoid_m is not None:
        return location.z + ground.geoid_m, sigma_m
    return location.z, math.hypot(sigma_m or 0.0, GEOID_SIGMA_M)


def _utm(location: Any, zone: str) -> Utm:
    found = _ZONE.fullmatch(zone.strip())
    if found is None:
        what = f"zone {zone[:8]!r} is none" if zone else "no zone is stated"
        raise RefusedError(reasons.BAD_VALUE, f"location.utm_zone: {what}: write 38S")
    x_m, y_m = location.x, location.y
    if not (_EASTING_M[0] <= x_m <= _EASTING_M[1] and _NORTHING_M[0] <= y_m <= _NORTHING_M[1]):
        detail = f"location: easting {x_m:g}, northing {y_m:g} lie in no zone"
        raise RefusedError(reasons.OUT_OF_RANGE, detail)
    return Utm(int(found[1]), _is_north(found[2].upper(), y_m), x_m, y_m)


def _is_north(letter: str, northing_m: float) -> bool:
    """Say which half of the earth a zone's letter means.

    It is a band of latitude: from N on north. Some write N and S for the halves: an S whose
    northing is not that of band S (32 to 40 degrees north) is south.
    """
    if letter == "S":
        return _BAND_S_M[0] <= northing_m <= _BAND_S_M[1]
    return letter >= "N"


def bearing_of(said: Any, lat_rad: float, lon_rad: float, ground: Ground) -> Bearing:
    """Read a RangeBearing of a node at lat, lon (rad).

    Magnetic bearings need the declination of the site file, grid bearings are turned by the
    convergence of the meridians; those from a platform's heading are left: the site file's
    azimuth_offset_deg is added to all. Raises RefusedError(reason, detail).
    """
    unit = math.pi / 180.0 if said.coordinate_system in (1, 3) else 1.0
    reach = 1_000.0 if said.coordinate_system in (3, 4) else 1.0
    azimuth_rad = None
    if said.HasField("azimuth"):
        azimuth_rad = wrap_two_pi(
            said.azimuth * unit + _north(said.datum, lat_rad, lon_rad, ground)
        )
    return Bearing(
        said.range * reach if said.HasField("range") else None,
        azimuth_rad,
        said.elevation * unit if said.HasField("elevation") else None,
        _error(said, "range_error", reach),
        _error(said, "azimuth_error", unit),
        _error(said, "elevation_error", unit),
    )


def view_of(area: Any, lat_rad: float, lon_rad: float, ground: Ground) -> View | None:
    """Read a field of view that is a cone: where a node looks. None for one that states no sector.

    Raises RefusedError(reason, detail) where north is not known.
    """
    if area.WhichOneof("fov_oneof") != "range_bearing":
        return None
    cone = area.range_bearing
    if not cone.HasField("azimuth") or cone.horizontal_extent <= 0.0:
        return None
    unit = math.pi / 180.0 if cone.coordinate_system in (1, 3) else 1.0
    middle_rad = cone.azimuth * unit + _north(cone.datum, lat_rad, lon_rad, ground)
    half_rad = 0.5 * cone.horizontal_extent * unit
    low_rad, high_rad = -0.5 * math.pi, 0.5 * math.pi
    if cone.HasField("elevation") and cone.HasField("vertical_extent"):
        low_rad = (cone.elevation - 0.5 * cone.vertical_extent) * unit
        high_rad = (cone.elevation + 0.5 * cone.vertical_extent) * unit
    return View(
        azimuth_from_rad=wrap_two_pi(middle_rad - half_rad),
        azimuth_to_rad=wrap_two_pi(middle_rad + half_rad),
        elevation_min_rad=low_rad,
        elevation_max_rad=high_rad,
    )


def _north(datum: int, lat_rad: float, lon_rad: float, ground: Ground) -> float:
    """Give the azimuth from true north of the north that a datum counts from (rad)."""
    if datum == GRID:
        return convergence(lat_rad, lon_rad)
    if datum != MAGNETIC:
        return 0.0
    if ground.declination_deg is None:
        detail = "range_bearing.datum: magnetic, and the site file states no declination_deg"
        raise RefusedError(reasons.BAD_VALUE, detail)
    return math.radians(ground.declination_deg)


def _error(message: Any, name: str, unit: float = 1.0) -> float | None:
    """Give an error in our unit; none, and 0, which no instrument has, are None."""
    value: float = getattr(message, name)
    return value * unit if value > 0.0 else None


def _metres(error: float | None, unit: float, shrink: float) -> float | None:
    if error is None:
        return None
    ground_m = error * unit * M_PER_RAD * shrink
    return ground_m if ground_m <= ERROR_MAX_M else error


def _root_mean_square(*parts_m: float | None) -> float | None:
    stated = [part_m for part_m in parts_m if part_m is not None]
    if not stated:
        return None
    return math.sqrt(sum(part_m**2 for part_m in stated) / len(stated))
