"""Compact position reporting: 17-bit latitude and longitude, ambiguous alone, exact in pairs.

Source: ICAO Doc 9871 (Technical Provisions for Mode S Services), C.2.6; RTCA DO-260B, A.1.7.
Degrees inside: the formula is written in them. Surface positions divide 90 degrees, not 360.
"""

import math

STEPS = 1 << 17
LATITUDE_ZONES = 15  # NZ: latitude zones between equator and pole
AIRBORNE_SPAN_DEG = 360.0
SURFACE_SPAN_DEG = 90.0


def longitude_zones(lat_deg: float) -> int:
    """Count the longitude zones NL at a latitude: 59 at the equator, 1 beyond 87 degrees.

    NL = floor(2 pi / acos(1 - (1 - cos(pi / 2 NZ)) / cos2(lat))).
    """
    if abs(lat_deg) >= 87.0:
        return 2 if abs(lat_deg) == 87.0 else 1
    if lat_deg == 0.0:
        return 59
    narrowing = (1.0 - math.cos(math.pi / (2.0 * LATITUDE_ZONES))) / (
        math.cos(math.radians(lat_deg)) ** 2
    )
    return math.floor(2.0 * math.pi / math.acos(1.0 - narrowing))


def encode(lat_deg: float, lon_deg: float, odd: bool, span_deg: float) -> tuple[int, int]:
    """Give the 17-bit latitude and longitude of a position, even or odd format."""
    zone_lat_deg = span_deg / (4 * LATITUDE_ZONES - odd)
    steps = 1 << 17
    y = math.floor(steps * ((lat_deg % zone_lat_deg) / zone_lat_deg) + 0.5)
    # The receiver knows the rounded latitude only, so longitude is coded with that one's zones.
    coded_deg = zone_lat_deg * (y / steps + math.floor(lat_deg / zone_lat_deg))
    zone_lon_deg = span_deg / max(longitude_zones(coded_deg) - odd, 1)
    x = math.floor(steps * ((lon_deg % zone_lon_deg) / zone_lon_deg) + 0.5)
    return y % steps, x % steps


def decode_pair(
    even: tuple[int, int],
    odd: tuple[int, int],
    newest_is_odd: bool,
    span_deg: float,
    near_deg: tuple[float, float],
) -> tuple[float, float] | None:
    """Find latitude and longitude (degrees) from an even and an odd report of one aircraft.

    near_deg settles which of the four (surface) solutions is meant. None if the two straddle a
    change of longitude zones, or give no latitude.
    """
    even_zone_deg, odd_zone_deg = span_deg / 60.0, span_deg / 59.0
    index = math.floor((59 * even[0] - 60 * odd[0]) / STEPS + 0.5)
    lat_even_deg = even_zone_deg * (index % 60 + even[0] / STEPS)
    lat_odd_deg = odd_zone_deg * (index % 59 + odd[0] / STEPS)
    lat_even_deg = _nearest_turn(lat_even_deg, near_deg[0], span_deg)
    lat_odd_deg = _nearest_turn(lat_odd_deg, near_deg[0], span_deg)
    if abs(lat_even_deg) > 90.0 or abs(lat_odd_deg) > 90.0:
        return None
    zones = longitude_zones(lat_even_deg)
    if zones != longitude_zones(lat_odd_deg):
        return None
    count = max(zones - newest_is_odd, 1)
    turn = math.floor((even[1] * (zones - 1) - odd[1] * zones) / STEPS + 0.5)
    x = odd[1] if newest_is_odd else even[1]
    lon_deg = span_deg / count * (turn % count + x / STEPS)
    lon_deg = _nearest_turn(lon_deg, near_deg[1], span_deg)
    return (lat_odd_deg if newest_is_odd else lat_even_deg), (lon_deg + 180.0) % 360.0 - 180.0


def _nearest_turn(angle_deg: float, near_deg: float, span_deg: float) -> float:
    """Add whole spans until nearest to near_deg; for latitude of airborne reports: -90..90."""
    if span_deg == AIRBORNE_SPAN_DEG:
        return angle_deg - 360.0 if angle_deg >= 270.0 else angle_deg
    return angle_deg + span_deg * round((near_deg - angle_deg) / span_deg)


def decode_near(
    lat_cpr: int, lon_cpr: int, odd: bool, span_deg: float, near_deg: tuple[float, float]
) -> tuple[float, float] | None:
    """Find the position nearest to a known one: right within half a zone (180 NM airborne)."""
    zone_lat_deg = span_deg / (4 * LATITUDE_ZONES - odd)
    fraction = lat_cpr / STEPS
    lat_deg = zone_lat_deg * (round(near_deg[0] / zone_lat_deg - fraction) + fraction)
    if abs(lat_deg) > 90.0:
        return None
    zone_lon_deg = span_deg / max(longitude_zones(lat_deg) - odd, 1)
    fraction = lon_cpr / STEPS
    lon_deg = zone_lon_deg * (round(near_deg[1] / zone_lon_deg - fraction) + fraction)
    return lat_deg, (lon_deg + 180.0) % 360.0 - 180.0
