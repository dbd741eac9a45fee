"""What own drones and vehicles of a scenario send: MAVLink, one datagram a report.

In: position reports of a sensor. Out: packets GLOBAL_POSITION_INT and, once a second, HEARTBEAT. A
drone whose callsign is "MAV-7" is system 7; any other has a number made of its name.
"""

import math
import re
import zlib
from collections.abc import Iterable

from vedette.codecs import mavlink
from vedette.codecs.mavlink.messages import GLOBAL_POSITION_INT, HEARTBEAT
from vedette.config.site import Sensor
from vedette.model.reports import PositionReport, Report

NS_PER_MS = 1_000_000
BOOT_SPAN_MS = 1 << 32
CMPS_MAX = 32_767
HEADING_UNKNOWN = 0xFFFF
QUADROTOR, PX4, ACTIVE, VERSION = 2, 12, 4, 3  # MAV_TYPE, MAV_AUTOPILOT, MAV_STATE, of MAVLink
_NUMBERED = re.compile(r"MAV-(\d{1,3})", re.ASCII)


def packets(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make the datagram of each position report: heartbeat and position."""
    return [_datagram(report) for report in reports if isinstance(report, PositionReport)]


def system_of(report: PositionReport) -> int:
    """Give a vehicle's system number, 1 to 254, by what it calls itself."""
    claims = report.claims
    name = (claims.callsign or claims.remote_id or "") if claims else ""
    numbered = _NUMBERED.fullmatch(name)
    number = int(numbered[1]) if numbered else zlib.crc32(name.encode())
    return (number - 1) % 254 + 1


def _datagram(report: PositionReport) -> bytes:
    system = system_of(report)
    boot_ms = report.t_meas_ns // NS_PER_MS % BOOT_SPAN_MS
    height_mm = round((report.hae_m or 0.0) * 1000.0)
    values = (
        boot_ms,
        round(math.degrees(report.lat_rad) * 1e7),
        round(math.degrees(report.lon_rad) * 1e7),
        height_mm,  # the simulator's earth has its sea level on the ellipsoid
        0,
        _cmps(report.v_north_mps),
        _cmps(report.v_east_mps),
        -_cmps(report.v_up_mps),
        HEADING_UNKNOWN,
    )
    beat = (0, QUADROTOR, PX4, 0, ACTIVE, VERSION)
    sequence = boot_ms // 1000
    return mavlink.encode(HEARTBEAT, beat, system, sequence) + mavlink.encode(
        GLOBAL_POSITION_INT, values, system, sequence + 1
    )


def _cmps(speed_mps: float | None) -> int:
    return min(max(round((speed_mps or 0.0) * 100.0), -CMPS_MAX), CMPS_MAX)
