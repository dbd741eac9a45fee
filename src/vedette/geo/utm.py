"""Universal transverse Mercator on WGS-84: zone, easting, northing to latitude and longitude, back.

Scalars, radians, metres. Krüger's series in the third flattening n to n^4, as in Karney,
"Transverse Mercator with an accuracy of a few nanometers" (2011), equations 35 and 36: exact to a
millimetre within a zone and its neighbours.
"""

import math
from typing import NamedTuple

A_M = 6_378_137.0  # WGS-84
F = 1.0 / 298.257223563
N = F / (2.0 - F)
SCALE = 0.9996
EASTING_ORIGIN_M, NORTHING_ORIGIN_SOUTH_M = 500_000.0, 10_000_000.0
RADIUS_M = A_M / (1.0 + N) * (1.0 + N**2 / 4.0 + N**4 / 64.0)
E = math.sqrt(F * (2.0 - F))

ALPHA = (
    N / 2.0 - 2.0 * N**2 / 3.0 + 5.0 * N**3 / 16.0 + 41.0 * N**4 / 180.0,
    13.0 * N**2 / 48.0 - 3.0 * N**3 / 5.0 + 557.0 * N**4 / 1440.0,
    61.0 * N**3 / 240.0 - 103.0 * N**4 / 140.0,
    49561.0 * N**4 / 161280.0,
)
BETA = (
    N / 2.0 - 2.0 * N**2 / 3.0 + 37.0 * N**3 / 96.0 - N**4 / 360.0,
    N**2 / 48.0 + N**3 / 15.0 - 437.0 * N**4 / 1440.0,
    17.0 * N**3 / 480.0 - 37.0 * N**4 / 840.0,
    4397.0 * N**4 / 161280.0,
)
TURNS = 3  # of Newton's method for the latitude: the first leaves 1e-9, the second nothing


class Utm(NamedTuple):
    """A place in a zone (1 to 60), north or south of the equator, metres."""

    zone: int
    is_north: bool
    easting_m: float
    northing_m: float


def geo_from_utm(place: Utm) -> tuple[float, float]:
    """Turn a place in a zone into latitude and longitude (rad)."""
    origin_m = 0.0 if place.is_north else NORTHING_ORIGIN_SOUTH_M
    xi = (place.northing_m - origin_m) / (SCALE * RADIUS_M)
    eta = (place.easting_m - EASTING_ORIGIN_M) / (SCALE * RADIUS_M)
    xi_sphere, eta_sphere = xi, eta
    for k, beta in enumerate(BETA, 1):
        xi_sphere -= beta * math.sin(2 * k * xi) * math.cosh(2 * k * eta)
        eta_sphere -= beta * math.cos(2 * k * xi) * math.sinh(2 * k * eta)
    sine = math.sin(xi_sphere) / math.cosh(eta_sphere)
    east_rad = math.atan2(math.sinh(eta_sphere), math.cos(xi_sphere))
    tangent = sine / math.sqrt(max(1.0 - sine * sine, 1e-300))
    return _latitude(tangent), _wrapped(_meridian(place.zone) + east_rad)


def utm_from_geo(lat_rad: float, lon_rad: float, zone: int | None = None) -> Utm:
    """Turn latitude and longitude (rad) into a place in their zone, or in the zone given.

    The exceptions around Norway are not made: a neighbour's zone is as good.
    """
    if zone is None:
        zone = min(int((math.degrees(lon_rad) + 180.0) // 6.0) % 60 + 1, 60)
    east_rad = _wrapped(lon_rad - _meridian(zone))
    tangent = _conformal(math.tan(lat_rad))
    xi_sphere = math.atan2(tangent, math.cos(east_rad))
    eta_sphere = math.asinh(math.sin(east_rad) / math.hypot(tangent, math.cos(east_rad)))
    xi, eta = xi_sphere, eta_sphere
    for k, alpha in enumerate(ALPHA, 1):
        xi += alpha * math.sin(2 * k * xi_sphere) * math.cosh(2 * k * eta_sphere)
        eta += alpha * math.cos(2 * k * xi_sphere) * math.sinh(2 * k * eta_sphere)
    is_north = lat_rad >= 0.0
    origin_m = 0.0 if is_north else NORTHING_ORIGIN_SOUTH_M
    easting_m = EASTING_ORIGIN_M + SCALE * RADIUS_M * eta
    return Utm(zone, is_north, easting_m, origin_m + SCALE * RADIUS_M * xi)


def convergence(lat_rad: float, lon_rad: float) -> float:
    """Give the azimuth of grid north from true north (rad), in the place's own zone.

    Positive where grid north lies clockwise, east of the central meridian in the north:
    atan(tan(lon - meridian) sin(lat)), the sphere's, which the ellipsoid changes by less than
    0.001 degrees within a zone.
    """
    zone = utm_from_geo(lat_rad, lon_rad).zone
    return math.atan(math.tan(_wrapped(lon_rad - _meridian(zone))) * math.sin(lat_rad))


def _meridian(zone: int) -> float:
    return math.radians(6.0 * zone - 183.0)


def _wrapped(angle_rad: float) -> float:
    return math.remainder(angle_rad, 2.0 * math.pi)


def _conformal(tangent: float) -> float:
    """Give the tangent of the conformal latitude of a latitude's tangent (Karney, eq. 7)."""
    sigma = math.sinh(E * math.atanh(E * tangent / math.hypot(1.0, tangent)))
    return tangent * math.hypot(1.0, sigma) - sigma * math.hypot(1.0, tangent)


def _latitude(conformal: float) -> float:
    """Undo `_conformal` by Newton's method and give the latitude (Karney, eq. 19 to 21)."""
    tangent = conformal / (1.0 - E * E)
    for _ in range(TURNS):
        missing = conformal - _conformal(tangent)
        slope = math.hypot(1.0, _conformal(tangent)) * math.hypot(1.0, tangent)
        shrunk = (1.0 + (1.0 - E * E) * tangent * tangent) / ((1.0 - E * E) * slope)
        tangent += missing * shrunk
    return math.atan(tangent)
