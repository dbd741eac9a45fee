"""Polygons and places of a site file: what encloses an area, and what lies too far off.

In: points as latitude and longitude in degrees. Out: faults as (path, reason), and measures.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from vedette.config.faults import Faults
from vedette.config.site import Point, Site

POINTS_MAX = 100  # vertices of one polygon; its check costs their square
SITE_RADIUS_MAX_M = 1_000_000.0  # farther than any sensor sees: latitude and longitude swapped
MEAN_RADIUS_M = 6_371_008.8  # IUGG mean radius: a plausibility check needs no ellipsoid
M_PER_DEG = math.radians(MEAN_RADIUS_M)


def near_faults(site: Site, lat_deg: float, lon_deg: float, path: str) -> Faults:
    """Refuse a place so far off that a number must be wrong."""
    reference = site.reference
    away_m = distance_m(reference.lat_deg, reference.lon_deg, lat_deg, lon_deg)
    if away_m > SITE_RADIUS_MAX_M:
        yield (
            path if path.endswith("]") and "polygon" in path else f"{path}.lat_deg",
            f"lies {away_m / 1000:,.0f} km from the reference point; "
            "are lat_deg and lon_deg swapped?",
        )


def distance_m(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Return the great-circle distance on the mean sphere (haversine formula)."""
    lat1, lat2 = math.radians(lat1_deg), math.radians(lat2_deg)
    north = math.sin((lat2 - lat1) / 2.0) ** 2
    east = math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(lon2_deg - lon1_deg) / 2.0) ** 2
    return 2.0 * MEAN_RADIUS_M * math.asin(min(1.0, math.sqrt(north + east)))


def area_m2(points: Sequence[Point]) -> float:
    """Measure what a simple polygon encloses, m2, on the mean sphere, flat about its middle."""
    flat = flattened(points)
    middle_deg = 0.5 * (min(lat for lat, _ in flat) + max(lat for lat, _ in flat))
    scale_m2 = M_PER_DEG * M_PER_DEG * math.cos(math.radians(middle_deg))
    return abs(0.5 * _doubled_area(flat)) * scale_m2


def middle_of(points: Sequence[Point]) -> Point:
    """Give the middle of the box that holds a polygon, degrees; the date line does not matter."""
    flat = flattened(points)
    lats, lons = [lat for lat, _ in flat], [lon for _, lon in flat]
    lon_deg = 0.5 * (min(lons) + max(lons)) - 180.0 + points[0][1]
    return 0.5 * (min(lats) + max(lats)), (lon_deg + 180.0) % 360.0 - 180.0


def polygon_faults(points: Sequence[Point], path: str, points_max: int = POINTS_MAX) -> Faults:
    """Refuse what encloses no area, or crosses itself so that inside has no meaning."""
    if len(points) < 3:
        yield path, "a polygon needs at least 3 points"
        return
    if len(points) > points_max:
        yield path, f"more than {points_max} points"
        return
    if points[0] == points[-1]:
        yield path, "the last point repeats the first; a polygon closes by itself"
        return
    flat = flattened(points)
    if any(a == b for a, b in pairwise(flat)):
        yield path, "holds the same point twice in a row"
    elif crossing := _crossing(flat):
        yield path, f"crosses itself: edges {crossing[0]} and {crossing[1]} (from 0)"
    elif _doubled_area(flat) == 0.0:
        yield path, "encloses no area"


def flattened(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Lay out lat, lon so that the date line does not cut the polygon."""
    first_deg = points[0][1]
    return [(lat, (lon - first_deg + 180.0) % 360.0) for lat, lon in points]


def _doubled_area(flat: Sequence[tuple[float, float]]) -> float:
    following = [*flat[1:], flat[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, following, strict=True))


def _crossing(flat: Sequence[tuple[float, float]]) -> tuple[int, int] | None:
    """Find two edges, not neighbours, that touch."""
    n = len(flat)
    for i in range(n):
        for j in range(i + 2, n):
            if (j + 1) % n != i and _touch(flat[i], flat[(i + 1) % n], flat[j], flat[(j + 1) % n]):
                return i, j
    return None


def _side(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
    """Return the sign of the turn a, b, p: positive left, negative right, 0 on the line."""
    return math.copysign(1.0, turn) if (turn := _turn(a, b, p)) else 0.0


def _turn(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _within(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def _touch(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Say whether segments ab and cd share a point."""
    sides = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(s == 0.0 and _within(*end) for s, end in zip(sides, ends, strict=True))
