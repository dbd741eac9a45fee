"""Compiled WGS-84 maths on scalars and on (N, 3) arrays.

In: geodetic latitude and longitude (rad), height above the ellipsoid (m), or earth-centred and
east-north-up coordinates (m). Out: the other. Used through `vedette.geo.frames`, or directly by
other compiled kernels.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.base.constants import WGS84_ECC2, WGS84_FLATTENING, WGS84_SEMI_MAJOR_M

_A = WGS84_SEMI_MAJOR_M
_B = WGS84_SEMI_MAJOR_M * (1.0 - WGS84_FLATTENING)
_E2 = WGS84_ECC2
_EP2 = WGS84_ECC2 / (1.0 - WGS84_ECC2)
# Bowring's step is cubic: two passes reach 1e-9 m from the deepest mine to the Moon.
_BOWRING_PASSES = 3


@njit(cache=True)
def ecef_from_geo_point(lat_rad: float, lon_rad: float, hae_m: float) -> Any:
    """Turn a geodetic point into earth-centred x, y, z (m). NaN in, NaN out.

    x = (nu + h) cos(lat) cos(lon), z = (nu (1 - e2) + h) sin(lat). NIMA TR8350.2, eq. 4-14.
    """
    sin_lat, cos_lat = math.sin(lat_rad), math.cos(lat_rad)
    nu = _A / math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    x = (nu + hae_m) * cos_lat * math.cos(lon_rad)
    y = (nu + hae_m) * cos_lat * math.sin(lon_rad)
    return x, y, (nu * (1.0 - _E2) + hae_m) * sin_lat


@njit(cache=True)
def geo_from_ecef_point(x_m: float, y_m: float, z_m: float) -> Any:
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
        lat = math.atan2(z_m + _EP2 * _B * sin_beta**3, p - _E2 * _A * cos_beta**3)
        beta = math.atan2((1.0 - WGS84_FLATTENING) * math.sin(lat), math.cos(lat))
    sin_lat = math.sin(lat)
    hae = p * math.cos(lat) + z_m * sin_lat - _A * math.sqrt(1.0 - _E2 * sin_lat * sin_lat)
    return lat, math.atan2(y_m, x_m), hae


@njit(cache=True)
def enu_from_geo_rows(geo: Any, origin_ecef_m: Any, enu_from_ecef: Any, enu: Any) -> None:
    """Fill enu (N, 3) m from geo (N, 3) lat rad, lon rad, hae m, about one site's origin."""
    for i in range(geo.shape[0]):
        x, y, z = ecef_from_geo_point(geo[i, 0], geo[i, 1], geo[i, 2])
        dx, dy, dz = x - origin_ecef_m[0], y - origin_ecef_m[1], z - origin_ecef_m[2]
        for k in range(3):
            enu[i, k] = (
                enu_from_ecef[k, 0] * dx + enu_from_ecef[k, 1] * dy + enu_from_ecef[k, 2] * dz
            )


@njit(cache=True)
def geo_from_enu_rows(enu: Any, origin_ecef_m: Any, enu_from_ecef: Any, geo: Any) -> None:
    """Fill geo (N, 3) lat rad, lon rad, hae m from enu (N, 3) m of one site."""
    for i in range(enu.shape[0]):
        e, n, u = enu[i, 0], enu[i, 1], enu[i, 2]
        x = origin_ecef_m[0] + enu_from_ecef[0, 0] * e
        x += enu_from_ecef[1, 0] * n + enu_from_ecef[2, 0] * u
        y = origin_ecef_m[1] + enu_from_ecef[0, 1] * e
        y += enu_from_ecef[1, 1] * n + enu_from_ecef[2, 1] * u
        z = origin_ecef_m[2] + enu_from_ecef[0, 2] * e
        z += enu_from_ecef[1, 2] * n + enu_from_ecef[2, 2] * u
        geo[i, 0], geo[i, 1], geo[i, 2] = geo_from_ecef_point(x, y, z)


@njit(cache=True)
def rotation_enu_from_ecef(lat_rad: float, lon_rad: float) -> Any:
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
