"""One site's frame, and the conversions everybody uses, on scalars and on arrays alike.

Angles are radians, lengths metres. Functions take floats or arrays of one shape and give back the
same; `SiteFrame` has degree variants for the edges (files, events, display).
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vedette.geo.ellipsoid import (
    Triple,
    ecef_from_geo_point,
    enu_from_geo_point,
    geo_from_enu_point,
    rotation_enu_from_ecef,
)

__all__ = [
    "GeodeticPoint",
    "SiteFrame",
    "aer_from_enu",
    "ecef_from_geo",
    "enu_from_aer",
    "geo_from_ecef",
    "rotation_enu_from_ecef",
]

F64 = NDArray[np.float64]
_TWO_PI = 2.0 * np.pi
# Loading the compiler takes as long as some 200,000 points one by one in Python: a command that
# turns fewer is done sooner without it. The bits are the same either way.
_PLAIN_POINTS_MAX = 100_000
_plain_points = [0]  # turned so far
# The earth-centred frame is the frame of a site at the centre that is not turned.
_CENTRE = np.zeros(3)
_SAME_AXES = np.eye(3)


class GeodeticPoint(Protocol):
    """Anything with a WGS-84 place in degrees and metres: a site's reference, a sensor."""

    @property
    def lat_deg(self) -> float:
        """Latitude, degrees."""

    @property
    def lon_deg(self) -> float:
        """Longitude, degrees."""

    @property
    def hae_m(self) -> float:
        """Height above the ellipsoid, metres."""


def _rows(*columns: Any) -> tuple[F64, tuple[int, ...]]:
    """Stack broadcast columns into (N, len(columns)) and say their common shape."""
    if all(type(c) is float for c in columns):  # one point, by far the most frequent
        return np.array([columns]), ()
    arrays = [np.asarray(c, dtype=np.float64) for c in columns]
    shape = arrays[0].shape
    if any(a.shape != shape for a in arrays):
        arrays = list(np.broadcast_arrays(*arrays))
        shape = arrays[0].shape
    return np.stack([a.ravel() for a in arrays], axis=-1), shape


def _columns(rows: F64, shape: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """Undo `_rows`: three floats for scalars, three arrays of the shape otherwise."""
    if shape == ():
        return float(rows[0, 0]), float(rows[0, 1]), float(rows[0, 2])
    return rows[:, 0].reshape(shape), rows[:, 1].reshape(shape), rows[:, 2].reshape(shape)


def _is_plain(rows: F64) -> bool:
    """Say whether points are better turned one by one: few so far, and no kernel loaded anyway.

    Infinity is left to the compiled functions, which make NaN of it.
    """
    if "numba" in sys.modules or bool(np.isinf(rows).any()):
        return False
    _plain_points[0] += len(rows)
    return _plain_points[0] <= _PLAIN_POINTS_MAX


def _one_by_one(turn: Callable[..., Triple], rows: F64, origin_ecef_m: F64, axes: F64) -> F64:
    """Turn (N, 3) points by a function of `ellipsoid`."""
    origin, sides = tuple(origin_ecef_m.tolist()), tuple(tuple(row) for row in axes.tolist())
    return np.array([turn(point, origin, sides) for point in rows.tolist()]).reshape(rows.shape)


def _enu_rows(geo: F64, origin_ecef_m: F64, enu_from_ecef: F64) -> F64:
    """Turn lat rad, lon rad, hae m (N, 3) into east, north, up (N, 3) m about an origin."""
    if _is_plain(geo):
        return _one_by_one(enu_from_geo_point, geo, origin_ecef_m, enu_from_ecef)
    from vedette.geo.rows import enu_from_geo_rows

    enu = np.empty_like(geo)
    enu_from_geo_rows(geo, origin_ecef_m, enu_from_ecef, enu)
    return enu


def _geo_rows(enu: F64, origin_ecef_m: F64, enu_from_ecef: F64) -> F64:
    """Turn east, north, up (N, 3) m about an origin into lat rad, lon rad, hae m (N, 3)."""
    if _is_plain(enu):
        return _one_by_one(geo_from_enu_point, enu, origin_ecef_m, enu_from_ecef)
    from vedette.geo.rows import geo_from_enu_rows

    geo = np.empty_like(enu)
    geo_from_enu_rows(enu, origin_ecef_m, enu_from_ecef, geo)
    return geo


def ecef_from_geo(lat_rad: Any, lon_rad: Any, hae_m: Any) -> tuple[Any, Any, Any]:
    """Turn WGS-84 geodetic coordinates into earth-centred x, y, z (m).

    Floats or arrays that broadcast. NaN gives NaN. NIMA TR8350.2, section 4.
    """
    geo, shape = _rows(lat_rad, lon_rad, hae_m)
    return _columns(_enu_rows(geo, _CENTRE, _SAME_AXES), shape)


def geo_from_ecef(x_m: Any, y_m: Any, z_m: Any) -> tuple[Any, Any, Any]:
    """Turn earth-centred x, y, z (m) into latitude, longitude (rad) and ellipsoidal height (m).

    Floats or arrays that broadcast. NaN gives NaN. Bowring (1976), iterated.
    """
    ecef, shape = _rows(x_m, y_m, z_m)
    return _columns(_geo_rows(ecef, _CENTRE, _SAME_AXES), shape)


def aer_from_enu(east_m: Any, north_m: Any, up_m: Any) -> tuple[Any, Any, Any]:
    """Turn east-north-up (m) into azimuth [0, 2 pi) from true north, elevation (rad), slant range.

    Floats or arrays that broadcast. At the origin all three are 0; overhead the azimuth is 0.
    """
    east, north, up = (np.asarray(c, dtype=np.float64) for c in (east_m, north_m, up_m))
    ground = np.hypot(east, north)
    azimuth = np.arctan2(east, north) % _TWO_PI
    azimuth = np.where(azimuth >= _TWO_PI, 0.0, azimuth)
    rows, shape = _rows(azimuth, np.arctan2(up, ground), np.hypot(ground, up))
    return _columns(rows, shape)


def enu_from_aer(azimuth_rad: Any, elevation_rad: Any, range_m: Any) -> tuple[Any, Any, Any]:
    """Turn azimuth (from true north, clockwise), elevation (rad) and slant range into ENU (m).

    Floats or arrays that broadcast. NaN gives NaN.
    """
    ground = range_m * np.cos(elevation_rad)
    rows, shape = _rows(
        ground * np.sin(azimuth_rad), ground * np.cos(azimuth_rad), range_m * np.sin(elevation_rad)
    )
    return _columns(rows, shape)


@dataclass(slots=True, init=False)
class SiteFrame:
    """The east-north-up tangent frame of one site, exact on the ellipsoid. Plain data.

    lat_rad, lon_rad, hae_m: the origin. origin_ecef_m (3,). enu_from_ecef (3, 3): rows are east,
    north, up. Up is metres above the tangent plane: at distance d the ground falls by d^2 / 2R.
    """

    lat_rad: float
    lon_rad: float
    hae_m: float
    origin_ecef_m: F64
    enu_from_ecef: F64

    def __init__(self, reference: GeodeticPoint) -> None:
        """Make the frame about `reference` (degrees, metres above the ellipsoid)."""
        self.lat_rad = float(np.deg2rad(reference.lat_deg))
        self.lon_rad = float(np.deg2rad(reference.lon_deg))
        self.hae_m = float(reference.hae_m)
        origin = ecef_from_geo_point(self.lat_rad, self.lon_rad, self.hae_m)
        self.origin_ecef_m = np.array(origin)
        self.enu_from_ecef = rotation_enu_from_ecef(self.lat_rad, self.lon_rad)

    def enu_from_geo(self, lat_rad: Any, lon_rad: Any, hae_m: Any) -> tuple[Any, Any, Any]:
        """Turn WGS-84 radians and metres into this site's east, north, up (m).

        Floats give floats, arrays (broadcast together) give arrays. NaN gives NaN.
        """
        geo, shape = _rows(lat_rad, lon_rad, hae_m)
        return _columns(_enu_rows(geo, self.origin_ecef_m, self.enu_from_ecef), shape)

    def geo_from_enu(self, east_m: Any, north_m: Any, up_m: Any) -> tuple[Any, Any, Any]:
        """Turn this site's east, north, up (m) into latitude, longitude (rad), height (hae, m).

        Floats give floats, arrays (broadcast together) give arrays. NaN gives NaN.
        """
        enu, shape = _rows(east_m, north_m, up_m)
        return _columns(_geo_rows(enu, self.origin_ecef_m, self.enu_from_ecef), shape)

    def enu_from_geo_deg(self, lat_deg: Any, lon_deg: Any, hae_m: Any) -> tuple[Any, Any, Any]:
        """Do `enu_from_geo` for latitude and longitude in degrees."""
        return self.enu_from_geo(np.deg2rad(lat_deg), np.deg2rad(lon_deg), hae_m)

    def geo_deg_from_enu(self, east_m: Any, north_m: Any, up_m: Any) -> tuple[Any, Any, Any]:
        """Do `geo_from_enu`, giving latitude and longitude in degrees."""
        lat_rad, lon_rad, hae_m = self.geo_from_enu(east_m, north_m, up_m)
        degrees = 180.0 / np.pi
        return lat_rad * degrees, lon_rad * degrees, hae_m
