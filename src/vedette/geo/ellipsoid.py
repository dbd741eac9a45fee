"""WGS-84 maths, point by point, in plain Python: what `vedette.geo.rows` compiles for many points.

In: geodetic latitude and longitude (rad), height above the ellipsoid (m), or earth-centred and
east-north-up coordinates (m). Out: the other. Used through `vedette.geo.frames`. Compiled or not
the bits are the same, so what is written here is what both do, operation by operation. Numbers must
be finite or NaN: Python refuses the sine of infinity, which compiled is NaN.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import WGS84_ECC2, WGS84_FLATTENING, WGS84_SEMI_MAJOR_M

Triple = tuple[float, float, float]
_A = WGS84_SEMI_MAJOR_M
_B = WGS84_SEMI_MAJOR_M * (1.0 - WGS84_FLATTENING)
_E2 = WGS84_ECC2
_EP2 = WGS84_ECC2 / (1.0 - WGS84_ECC2)
# Bowring's step is cubic: two passes reach 1e-9 m from the deepest mine to the Moon.
_BOWRING_PASSES = 3


def ecef_from_geo_point(lat_rad: float, lon_rad: float, hae_m: float) -> Triple:
    """Turn a geodetic point into earth-centred x, y, z (m). NaN in, NaN out.

    x = (nu + h) cos(lat) cos(lon), z = (nu (1 - e2) + h) sin(lat). NIMA TR8350.2, eq. 4-14.
    """
    sin_lat, cos_lat = math.sin(lat_rad), math.cos(lat_rad)
    nu = _A / math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    x = (nu + hae_m) * cos_lat * math.cos(lon_rad)
    y = (nu + hae_m) * cos_lat * math.sin(lon_rad)
    return x, y, (nu * (1.0 - _E2) + hae_m) * sin_lat


def geo_from_ecef_point(x_m: float, y_m: float, z_m: float) -> Triple:
    """Turn an earth-centred point into latitude, longitude (rad) and ellipsoidal height (m).

    Bowring (1976), Survey Review 23, iterated on the reduced latitude; the height by
    h = p cos(lat) + z sin(lat) - a sqrt(1 - e2 sin2(lat)), which has no singular place. At the
    poles the longitude is 0. Good to 1e-8 m above the ellipsoid's evolute (40 km from the centre).
    """
    p = math.sqrt(x_m * x_m + y_m * y_m)
    beta = math.atan2(_A * z_m, _B * p)
    lat = 0.0
    for _ in range(_BOWRING_PASSES):
        sin_beta, cos_beta = math.sin(beta), math.cos(beta)
        sin3, cos3 = sin_beta * sin_beta * sin_beta, cos_beta * cos_beta * cos_beta
        lat = math.atan2(z_m + _EP2 * _B * sin3, p - _E2 * _A * cos3)
        beta = math.atan2((1.0 - WGS84_FLATTENING) * math.sin(lat), math.cos(lat))
    sin_lat = math.sin(lat)
    hae = p * math.cos(lat) + z_m * sin_lat - _A * math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    return lat, math.atan2(y_m, x_m), hae


def enu_from_geo_point(
    geo: Triple, origin_ecef_m: Triple, enu_from_ecef: tuple[Triple, Triple, Triple]
) -> Triple:
    """Turn lat rad, lon rad, hae m into east, north, up (m) about one site's origin."""
    x, y, z = ecef_from_geo_point(geo[0], geo[1], geo[2])
    dx, dy, dz = x - origin_ecef_m[0], y - origin_ecef_m[1], z - origin_ecef_m[2]
    east, north, up = enu_from_ecef
    return (
        east[0] * dx + east[1] * dy + east[2] * dz,
        north[0] * dx + north[1] * dy + north[2] * dz,
        up[0] * dx + up[1] * dy + up[2] * dz,
    )


def geo_from_enu_point(
    enu: Triple, origin_ecef_m: Triple, enu_from_ecef: tuple[Triple, Triple, Triple]
) -> Triple:
    """Turn one site's east, north, up (m) into lat rad, lon rad, hae m."""
    e, n, u = enu
    east, north, up = enu_from_ecef
    x = origin_ecef_m[0] + east[0] * e
    x += north[0] * n + up[0] * u
    y = origin_ecef_m[1] + east[1] * e
    y += north[1] * n + up[1] * u
    z = origin_ecef_m[2] + east[2] * e
    z += north[2] * n + up[2] * u
    return geo_from_ecef_point(x, y, z)


def rotation_enu_from_ecef(lat_rad: float, lon_rad: float) -> NDArray[np.float64]:
    """Make the (3, 3) rotation whose rows are east, north and up at a geodetic point.

    pos_enu = rotation @ (pos_ecef - origin_ecef). lat_rad, lon_rad: WGS-84.
    """
    sin_lat, cos_lat = math.sin(lat_rad), math.cos(lat_rad)
    sin_lon, cos_lon = math.sin(lon_rad), math.cos(lon_rad)
    rotation = np.zeros((3, 3))
    rotation[0, 0], rotation[0, 1] = -sin_lon, cos_lon
    rotation[1, 0], rotation[1, 1], rotation[1, 2] = -sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat
    rotation[2, 0], rotation[2, 1], rotation[2, 2] = cos_lat * cos_lon, cos_lat * sin_lon, sin_lat
    return rotation
