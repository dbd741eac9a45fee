"""What is remembered of each aircraft a receiver hears, and the position reports made from it.

A position needs an even and an odd report within ten seconds, afterwards one report near the last
position. Every position is held against the receiver's reach and against the last one: a jump no
aircraft can make is refused, until it is confirmed often enough that the old one must be wrong.
"""

import math
from dataclasses import dataclass, field

from vedette.base.constants import M_PER_FT, NS_PER_S
from vedette.codecs.adsb import cpr
from vedette.codecs.clock import Clock
from vedette.codecs.reasons import IMPLAUSIBLE_POSITION, refuse
from vedette.config.site import Sensor, Site
from vedette.model.reports import Claims, PositionReport, Refusal

AIRCRAFT_MAX = 4096  # heard by one receiver; twice the busiest place on earth
PAIR_AGE_MAX_NS = 10 * NS_PER_S  # DO-260B 2.2.10.3: even and odd at most 10 s apart
NEAR_AGE_MAX_NS = 60 * NS_PER_S  # 60 s at 350 m/s is a ninth of the 180 NM that stay unambiguous
VELOCITY_AGE_MAX_NS = 5 * NS_PER_S  # velocity comes twice a second
SPEED_MAX_MPS = 700.0  # above any aircraft that squits ADS-B
JUMP_SLACK_M = 1_500.0  # position error and time-stamp jitter
JUMPS_MAX = 4  # so many consistent "impossible" positions replace the old one
REACH_MAX_M = 700_000.0  # radio horizon of an aircraft at 20 km seen from a mountain
_BEYOND = "beyond the receiver's reach"
EARTH_RADIUS_M = 6_371_000.0

# 95 % horizontal accuracy by NUCp (DO-260 table 2-11); one axis is that over sqrt(-2 ln 0.05).
_ACCURACY_95_M = {9: 7.5, 8: 10.0, 7: 93.0, 6: 185.0, 5: 463.0, 4: 926.0, 3: 1852.0, 2: 9260.0}
_SIGMA_OF_95 = 1.0 / math.sqrt(-2.0 * math.log(0.05))


def accuracy_category(sigma_m: float | None) -> int:
    """Give the category (NUCp) that claims no less than this sigma; 0: none does, none stated."""
    if sigma_m is None:
        return 0
    known = (code for code, m in _ACCURACY_95_M.items() if m * _SIGMA_OF_95 >= sigma_m)
    return max(known, default=0)


@dataclass(slots=True)
class HalfPosition:
    """The last even or the last odd report; t_ns 0: none."""

    t_ns: int = 0
    lat_cpr: int = 0
    lon_cpr: int = 0
    on_surface: bool = False


@dataclass(slots=True)
class Aircraft:
    """One transponder. Times of 0: never."""

    icao24: str | None
    even: HalfPosition = field(default_factory=HalfPosition)
    odd: HalfPosition = field(default_factory=HalfPosition)
    t_position_ns: int = 0
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    jumps: int = 0
    t_velocity_ns: int = 0
    v_east_mps: float | None = None
    v_north_mps: float | None = None
    v_up_mps: float | None = None
    hae_minus_baro_m: float | None = None
    callsign: str | None = None
    squawk: str | None = None


@dataclass(slots=True)
class Receiver:
    """One ADS-B receiver: its place, and the aircraft it hears, the one heard last at the end."""

    sensor: str
    lat_deg: float
    lon_deg: float
    has_place: bool
    aircraft: dict[str, Aircraft] = field(default_factory=dict)
    clock_offset_ns: int = 0  # receipt minus counter, at its least; 0 with t_clock_ns 0: unknown
    t_clock_ns: int = 0
    clock: Clock = field(default_factory=Clock)  # of a receiver that states the date (JSON)


def receiver_at(sensor: Sensor | None, name: str) -> Receiver:
    """Make a receiver from the site's sensor; without one, any place on earth is within reach."""
    if sensor is None:
        return Receiver(name, 0.0, 0.0, False)
    return Receiver(sensor.id, sensor.lat_deg, sensor.lon_deg, True)


def receiver_of(site: Site, sensor_id: str | None) -> Receiver:
    """Make the receiver of an ADS-B feed: the named sensor, or the site's first ADS-B one."""
    for sensor in site.sensors:
        if sensor.id == sensor_id or (sensor_id is None and sensor.kind == "adsb"):
            return receiver_at(sensor, sensor.id)
    return receiver_at(None, sensor_id or "adsb")


def restart(receiver: Receiver) -> None:
    """Forget the stream's clock: a new connection may be a new counter. Aircraft fly on."""
    receiver.clock_offset_ns = receiver.t_clock_ns = 0


def aircraft_of(receiver: Receiver, key: str) -> Aircraft:
    """Find or begin an aircraft; beyond AIRCRAFT_MAX the one unheard for longest is forgotten."""
    known = receiver.aircraft.pop(key, None)
    if known is None:
        if len(receiver.aircraft) >= AIRCRAFT_MAX:
            del receiver.aircraft[next(iter(receiver.aircraft))]
        known = Aircraft(None if key.startswith("~") else key)
    receiver.aircraft[key] = known
    return known


def take_half(
    receiver: Receiver,
    craft: Aircraft,
    half: HalfPosition,
    is_odd: bool,
) -> tuple[float, float] | None:
    """Take in one CPR report; give latitude and longitude (degrees) if they follow."""
    if is_odd:
        craft.odd = half
    else:
        craft.even = half
    span_deg = cpr.SURFACE_SPAN_DEG if half.on_surface else cpr.AIRBORNE_SPAN_DEG
    if craft.t_position_ns and abs(half.t_ns - craft.t_position_ns) <= NEAR_AGE_MAX_NS:
        near_deg = (craft.lat_deg, craft.lon_deg)
        if not craft.jumps:
            return cpr.decode_near(half.lat_cpr, half.lon_cpr, is_odd, span_deg, near_deg)
    other = craft.even if is_odd else craft.odd
    if not other.t_ns or abs(half.t_ns - other.t_ns) > PAIR_AGE_MAX_NS:
        return None
    if other.on_surface != half.on_surface or (half.on_surface and not receiver.has_place):
        return None
    even, odd = (craft.even.lat_cpr, craft.even.lon_cpr), (craft.odd.lat_cpr, craft.odd.lon_cpr)
    near_deg = (receiver.lat_deg, receiver.lon_deg)
    return cpr.decode_pair(even, odd, is_odd, span_deg, near_deg)


def distance_m(from_deg: tuple[float, float], to_deg: tuple[float, float]) -> float:
    """Give the great-circle distance on a sphere (haversine); good to 0.5 %, for gates only."""
    lat0, lat1 = math.radians(from_deg[0]), math.radians(to_deg[0])
    half_lon = math.radians(to_deg[1] - from_deg[1]) / 2.0
    square = math.sin((lat1 - lat0) / 2.0) ** 2
    square += math.cos(lat0) * math.cos(lat1) * math.sin(half_lon) ** 2
    return 2.0 * EARTH_RADIUS_M * math.asin(math.sqrt(min(square, 1.0)))


def _is_beyond_reach(receiver: Receiver, place_deg: tuple[float, float]) -> bool:
    home_deg = (receiver.lat_deg, receiver.lon_deg)
    return receiver.has_place and distance_m(home_deg, place_deg) > REACH_MAX_M


def refused_place(
    receiver: Receiver, key: str, place_deg: tuple[float, float], t_recv_ns: int, feed: str
) -> Refusal | None:
    """Refuse a place that the receiver cannot hear, before anything else of its message is kept."""
    if not _is_beyond_reach(receiver, place_deg):
        return None
    name = "anonymous" if key.startswith("~") else key
    return refuse(feed, t_recv_ns, IMPLAUSIBLE_POSITION, f"{name}: {_BEYOND}")


def accept_position(
    receiver: Receiver, craft: Aircraft, place_deg: tuple[float, float], t_ns: int
) -> str:
    """Move the aircraft to a position if it can be there; else say why not, in words."""
    if _is_beyond_reach(receiver, place_deg):
        return _BEYOND
    elapsed_ns = abs(t_ns - craft.t_position_ns)
    if craft.t_position_ns and elapsed_ns <= NEAR_AGE_MAX_NS and craft.jumps < JUMPS_MAX:
        way_m = distance_m((craft.lat_deg, craft.lon_deg), place_deg)
        if way_m > JUMP_SLACK_M + SPEED_MAX_MPS * elapsed_ns / NS_PER_S:
            craft.jumps += 1
            return f"a jump of {way_m / 1000.0:.1f} km"
    craft.jumps = 0
    craft.lat_deg, craft.lon_deg = place_deg
    craft.t_position_ns = t_ns
    return ""


def report_position(
    receiver: Receiver,
    craft: Aircraft,
    place_deg: tuple[float, float],
    t_ns: int,
    t_recv_ns: int,
    feed: str,
    height_baro_m: float | None = None,
    hae_m: float | None = None,
    accuracy_category: int | None = None,
) -> PositionReport | Refusal:
    """Make the report of an aircraft's new position, with its latest velocity, or refuse it."""
    why = accept_position(receiver, craft, place_deg, t_ns)
    if why:
        detail = f"{craft.icao24 or 'anonymous'}: {why}"
        return refuse(feed, t_recv_ns, IMPLAUSIBLE_POSITION, detail)
    is_fresh = abs(t_ns - craft.t_velocity_ns) <= VELOCITY_AGE_MAX_NS
    if hae_m is None and is_fresh and None not in (height_baro_m, craft.hae_minus_baro_m):
        hae_m = (height_baro_m or 0.0) + (craft.hae_minus_baro_m or 0.0)
    accuracy_m = _ACCURACY_95_M.get(accuracy_category or 0)
    return PositionReport(
        sensor=receiver.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(place_deg[0]),
        lon_rad=math.radians(place_deg[1]),
        hae_m=hae_m,
        height_baro_m=height_baro_m,
        v_east_mps=craft.v_east_mps if is_fresh else None,
        v_north_mps=craft.v_north_mps if is_fresh else None,
        v_up_mps=craft.v_up_mps if is_fresh else None,
        horizontal_sigma_m=None if accuracy_m is None else accuracy_m * _SIGMA_OF_95,
        claims=Claims(icao24=craft.icao24, callsign=craft.callsign, squawk=craft.squawk),
    )


def height_from_feet_m(feet: float | None) -> float | None:
    """Convert feet, None staying None."""
    return None if feet is None else feet * M_PER_FT
