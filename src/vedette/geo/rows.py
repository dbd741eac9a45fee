"""The point formulas of `ellipsoid`, compiled for arrays of points; loaded where there are many.

In, out: (N, 3) arrays, see `ellipsoid`. Bit for bit what the plain functions give.
"""

from typing import Any

from numba import njit

from vedette.geo import ellipsoid

_ecef_from_geo_point = njit(cache=True)(ellipsoid.ecef_from_geo_point)
_geo_from_ecef_point = njit(cache=True)(ellipsoid.geo_from_ecef_point)


@njit(cache=True)
def enu_from_geo_rows(geo: Any, origin_ecef_m: Any, enu_from_ecef: Any, enu: Any) -> None:
    """Fill enu (N, 3) m from geo (N, 3) lat rad, lon rad, hae m, about one site's origin."""
    for i in range(geo.shape[0]):
        x, y, z = _ecef_from_geo_point(geo[i, 0], geo[i, 1], geo[i, 2])
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
        geo[i, 0], geo[i, 1], geo[i, 2] = _geo_from_ecef_point(x, y, z)
