"""What MAVLink vehicles say of themselves, as reports; Remote ID that receivers relay.

In: datagrams. Out: positions under the name "MAV-7" of system 7, aircraft and drones that a
vehicle or receiver hears, signs of life, refusals. A position is dated by the vehicle's time since
boot: the least delay of the last few is taken as none. Heights are above mean sea level there; the
vehicle's own GNSS says how far the ellipsoid is from that, and where it does not, the two are taken
as one.
"""

import math
from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import clock as clocks
from vedette.codecs import remote_id
from vedette.codecs.clock import Clock
from vedette.codecs.mavlink.drone_id import drone_messages
from vedette.codecs.mavlink.frames import Packet, split
from vedette.codecs.mavlink.messages import (
    ADSB_VEHICLE,
    GLOBAL_POSITION_INT,
    GPS_RAW_INT,
    HEARTBEAT,
    MESSAGES,
    SYSTEM_TIME,
)
from vedette.codecs.reasons import BAD_TIME, OUT_OF_RANGE, SIMULATED_TARGET, refuse
from vedette.codecs.times import T_MAX_NS
from vedette.model.reports import Claims, PositionReport, Report, SensorStatus

NS_PER_MS, NS_PER_US = 1_000_000, 1_000
WINDOW = 8  # positions whose least delay is taken as none
GNSS_LIFE_NS = 30 * NS_PER_S  # how long a GNSS fix's accuracy and ellipsoid stay valid
POSITION_LIFE_NS = 5 * NS_PER_S  # without a fused position for this long the GNSS fix stands in
SEA_LEVEL_SIGMA_M = 40.0  # the geoid lies within -107..+86 m of the ellipsoid
FIX_3D = 3
_LAT_MAX, _LON_MAX = 900_000_000, 1_800_000_000
_HEADING_UNKNOWN = 36_000  # hundredths of degrees, and above
# Flags of ADSB_VEHICLE.
_PLACE, _HEIGHT, _HEADING, _SPEED, _CALLSIGN, _SQUAWK, _SIMULATED, _CLIMB = (
    *(1, 2, 4, 8),
    *(16, 32, 64, 128),
)


@dataclass(slots=True)
class Vehicle:
    """One system: its boot clock, and what its GNSS says beside its position."""

    delays_ns: list[int] = field(default_factory=list)
    boot_ms: int = 0
    t_position_ns: int = 0
    t_gnss_ns: int = 0
    horizontal_sigma_m: float | None = None
    vertical_sigma_m: float | None = None
    ellipsoid_m: float | None = None  # height above the ellipsoid minus above mean sea level
    clock: Clock = field(default_factory=Clock)


@dataclass(slots=True)
class Hangar:
    """The vehicles of one feed by system number (255 at most), and the drones they relay."""

    sensor: str
    is_live: bool
    vehicles: dict[int, Vehicle] = field(default_factory=dict)
    drones: remote_id.Listener = field(default_factory=lambda: remote_id.Listener(""))


def vehicle_name(system: int) -> str:
    """Name a vehicle as site files do: flights by `callsign`, assets by `position_id`."""
    return f"MAV-{system}"


def read_datagram(hangar: Hangar, data: bytes, t_recv_ns: int, feed: str) -> list[Report]:
    """Read the packets of one datagram, in order; what cannot be read is refused."""
    packets, faults = split(data)
    out: list[Report] = [refuse(feed, t_recv_ns, f.reason, f.detail) for f in faults]
    for packet in packets:
        try:
            out += _take(hangar, packet, t_recv_ns, feed)
        except RefusedError as refused:
            reason, detail = refused.args
            detail = f"{MESSAGES[packet.number].name} of system {packet.system}: {detail}"
            out.append(refuse(feed, t_recv_ns, reason, detail))
    return out


def _take(hangar: Hangar, packet: Packet, t_recv_ns: int, feed: str) -> list[Report]:
    values = MESSAGES[packet.number].layout.unpack(packet.payload)
    if packet.number in (HEARTBEAT, SYSTEM_TIME, GPS_RAW_INT, GLOBAL_POSITION_INT):
        vehicle = hangar.vehicles.setdefault(packet.system, Vehicle())
        if packet.number == HEARTBEAT:
            return [
                SensorStatus(
                    sensor=hangar.sensor, t_meas_ns=t_recv_ns, t_recv_ns=t_recv_ns, kind="heartbeat"
                )
            ]
        if packet.number == SYSTEM_TIME:
            return _check_clock(hangar, packet, values, t_recv_ns, feed)
        if packet.number == GPS_RAW_INT:
            return _gnss(hangar, vehicle, packet, values, t_recv_ns)
        return [_position(hangar, vehicle, packet, values, t_recv_ns)]
    if packet.number == ADSB_VEHICLE:
        return _aircraft(hangar, values, t_recv_ns)
    address, messages = drone_messages(packet.number, values)
    address = address or f"mav-{packet.system}-{packet.component}"
    hangar.drones.sensor = hangar.sensor
    return remote_id.take(hangar.drones, address, messages, t_recv_ns, t_recv_ns, feed)


def _check_clock(
    hangar: Hangar, packet: Packet, values: tuple[int, ...], t_recv_ns: int, feed: str
) -> list[Report]:
    """Hold a vehicle's UTC against ours, and note the worst; its positions do not depend on it."""
    t_ns = values[0] * NS_PER_US
    if not 0 < t_ns < T_MAX_NS:
        return []
    _, wrong = clocks.take(hangar.vehicles[packet.system].clock, t_ns, t_recv_ns)
    heard = {n: v.clock for n, v in hangar.vehicles.items() if v.clock.delays_ns}
    worst = max(heard, key=lambda system: abs(min(heard[system].delays_ns)))
    out = clocks.note(heard[worst], hangar.sensor, t_recv_ns, vehicle_name(worst))
    if not wrong:
        return out
    detail = f"{vehicle_name(packet.system)}: {wrong}; its positions are dated by their receipt"
    return [*out, refuse(feed, t_recv_ns, BAD_TIME, detail)]


def _gnss(
    hangar: Hangar, vehicle: Vehicle, packet: Packet, values: tuple[int, ...], t_recv_ns: int
) -> list[Report]:
    """Remember how good the fix is; give it as a position where no fused one comes."""
    _, lat, lon, msl_mm, _, _, speed_cmps, course_cdeg, fix, _, hae_mm, h_mm, v_mm, *_ = values
    if fix < FIX_3D:
        return []
    vehicle.t_gnss_ns = t_recv_ns
    vehicle.horizontal_sigma_m = h_mm / 1000.0 if h_mm else None
    vehicle.vertical_sigma_m = v_mm / 1000.0 if v_mm else None
    vehicle.ellipsoid_m = (hae_mm - msl_mm) / 1000.0 if hae_mm else None
    if t_recv_ns - vehicle.t_position_ns <= POSITION_LIFE_NS:
        return []
    velocity_mps = None
    if speed_cmps != 0xFFFF and course_cdeg < _HEADING_UNKNOWN:
        velocity_mps = (*_along(speed_cmps / 100.0, course_cdeg), None)
    return [
        _report(hangar, vehicle, packet, (lat, lon, msl_mm), velocity_mps, t_recv_ns, t_recv_ns)
    ]


def _position(
    hangar: Hangar, vehicle: Vehicle, packet: Packet, values: tuple[int, ...], t_recv_ns: int
) -> Report:
    boot_ms, lat, lon, msl_mm, _, north_cmps, east_cmps, down_cmps, _ = values
    vehicle.t_position_ns = t_recv_ns
    t_ns = _since_boot(vehicle, boot_ms, t_recv_ns)
    velocity_mps = (east_cmps / 100.0, north_cmps / 100.0, -down_cmps / 100.0)
    return _report(hangar, vehicle, packet, (lat, lon, msl_mm), velocity_mps, t_ns, t_recv_ns)


def _since_boot(vehicle: Vehicle, boot_ms: int, t_recv_ns: int) -> int:
    """Date a time since boot: the least of the last delays is none. A new boot begins afresh."""
    if boot_ms < vehicle.boot_ms:
        vehicle.delays_ns = []
    vehicle.boot_ms = boot_ms
    delay_ns = t_recv_ns - boot_ms * NS_PER_MS
    if vehicle.delays_ns and abs(delay_ns - vehicle.delays_ns[-1]) > 10 * NS_PER_S:
        vehicle.delays_ns = []
    vehicle.delays_ns = [*vehicle.delays_ns[1 - WINDOW :], delay_ns]
    return boot_ms * NS_PER_MS + min(vehicle.delays_ns)


def _along(speed_mps: float, course_cdeg: int) -> tuple[float, float]:
    course_rad = math.radians(course_cdeg / 100.0)
    return speed_mps * math.sin(course_rad), speed_mps * math.cos(course_rad)


def _report(
    hangar: Hangar,
    vehicle: Vehicle,
    packet: Packet,
    place: tuple[int, int, int],
    velocity_mps: tuple[float, float, float | None] | None,
    t_ns: int,
    t_recv_ns: int,
) -> PositionReport:
    """Make a report of a place: latitude, longitude (1e-7 degrees), height (mm above sea level)."""
    lat, lon, msl_mm = place
    check_place(lat, lon)
    is_fresh = vehicle.t_gnss_ns > 0 and t_recv_ns - vehicle.t_gnss_ns <= GNSS_LIFE_NS
    ellipsoid_m = vehicle.ellipsoid_m if is_fresh else None
    sigma_m = vehicle.vertical_sigma_m if is_fresh else None
    east_mps, north_mps, up_mps = velocity_mps or (None, None, None)
    return PositionReport(
        sensor=hangar.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(lat / 1e7),
        lon_rad=math.radians(lon / 1e7),
        hae_m=msl_mm / 1000.0 + (ellipsoid_m or 0.0),
        v_east_mps=east_mps,
        v_north_mps=north_mps,
        v_up_mps=up_mps,
        horizontal_sigma_m=vehicle.horizontal_sigma_m if is_fresh else None,
        vertical_sigma_m=SEA_LEVEL_SIGMA_M if ellipsoid_m is None else sigma_m,
        claims=Claims(callsign=vehicle_name(packet.system)),
    )


def check_place(lat: int, lon: int) -> None:
    """Refuse a place (1e-7 degrees) on no earth, and 0, 0, which says that there is no fix."""
    if abs(lat) > _LAT_MAX or abs(lon) > _LON_MAX:
        raise RefusedError(OUT_OF_RANGE, f"latitude {lat / 1e7:g}, longitude {lon / 1e7:g}")
    if lat == 0 and lon == 0:
        raise RefusedError(OUT_OF_RANGE, "latitude 0, longitude 0: it has no fix")


def _aircraft(hangar: Hangar, values: tuple[int, ...], t_recv_ns: int) -> list[Report]:
    """Report an aircraft that the vehicle's own receiver hears: its transponder's word."""
    icao, lat, lon, height_mm, course_cdeg, speed_cmps, climb_cmps, flags, squawk, datum = values[
        :10
    ]
    callsign, _, silent_s = values[10:]
    if flags & _SIMULATED and hangar.is_live:
        raise RefusedError(SIMULATED_TARGET, f"{icao:06x}")
    if not flags & _PLACE:
        return []
    check_place(lat, lon)
    east_mps = north_mps = None
    if flags & _HEADING and flags & _SPEED:
        east_mps, north_mps = _along(speed_cmps / 100.0, course_cdeg)
    height_m = height_mm / 1000.0 if flags & _HEIGHT else None
    text = bytes(callsign).split(b"\0")[0].decode("ascii", "replace")
    name = "".join(c for c in text if c.isascii() and c.isalnum()) if flags & _CALLSIGN else ""
    is_octal = flags & _SQUAWK and squawk <= 7777 and not set(f"{squawk:04d}") & set("89")
    return [
        PositionReport(
            sensor=hangar.sensor,
            t_meas_ns=t_recv_ns - silent_s * NS_PER_S,
            t_recv_ns=t_recv_ns,
            lat_rad=math.radians(lat / 1e7),
            lon_rad=math.radians(lon / 1e7),
            height_baro_m=height_m if datum == 0 else None,
            hae_m=height_m if datum == 1 else None,
            v_east_mps=east_mps,
            v_north_mps=north_mps,
            v_up_mps=climb_cmps / 100.0 if flags & _CLIMB else None,
            claims=Claims(
                icao24=f"{icao & 0xFFFFFF:06x}",
                callsign=name or None,
                squawk=f"{squawk:04d}" if is_octal else None,
            ),
        )
    ]
