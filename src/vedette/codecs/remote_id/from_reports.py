"""Positions as Remote ID: the beacon that a drone which says so of itself would have sent.

In: position reports that state a Remote ID. Out: Wi-Fi beacons with identifier and location.
Operators' places are personal data and are never made again from reports.
"""

import hashlib
import math
from collections.abc import Sequence

from vedette.base.constants import NS_PER_S
from vedette.codecs.clock import AHEAD_MAX_NS, BEHIND_MAX_NS
from vedette.codecs.remote_id.encode import encode, encode_pack
from vedette.codecs.remote_id.messages import (
    HORIZONTAL_95_M,
    ID_SERIAL,
    VERTICAL_95_M,
    BasicId,
    Location,
)
from vedette.codecs.remote_id.wifi import beacon
from vedette.codecs.saying import Form, fit, is_nowhere
from vedette.model.reports import PositionReport

BEACON_LINK = 105  # IEEE 802.11 without a header of the capture
HOUR_NS = 3600 * NS_PER_S
MULTIROTOR, NOT_DECLARED = 2, 0
AIRBORNE = 2
SPEED_MAX_MPS, CLIMB_MAX_MPS = 254.0, 62.0
TO_95_RADIUS, TO_95_INTERVAL = 2.448, 1.960  # Rayleigh in the plane, normal in height
_HEIGHT_M = (-999.5, 31_767.0)
TOO_FAST = f"v_east_mps, v_north_mps: faster than {SPEED_MAX_MPS:g} m/s"
NOWHERE = "latitude and longitude 0 mean a place that is not known"
LATE = "t_recv_ns: too long after it was measured for a reader to believe both"


def _is_identifier(text: str) -> bool:
    return 0 < len(text) <= 20 and text.isascii() and text.isprintable() and text == text.strip()


DRONE = Form(
    "Remote ID",
    frozenset(
        {
            *("t_recv_ns", "lat_rad", "lon_rad", "hae_m", "height_baro_m"),
            *("v_east_mps", "v_north_mps", "v_up_mps", "horizontal_sigma_m", "vertical_sigma_m"),
            "claims.remote_id",
        }
    ),
    frozenset({"lat_rad", "lon_rad", "claims.remote_id"}),
    {
        "hae_m": _HEIGHT_M,
        "height_baro_m": _HEIGHT_M,
        "v_up_mps": (-CLIMB_MAX_MPS, CLIMB_MAX_MPS),
        "horizontal_sigma_m": (0.0, 18_520.0 / TO_95_RADIUS),
        "vertical_sigma_m": (0.0, 150.0 / TO_95_INTERVAL),
    },
    {"claims.remote_id": _is_identifier},
)


def beacon_of(report: PositionReport) -> tuple[bytes, int, str, list[str]]:
    """Give a report as a beacon and when it was captured, or why not; and what it does not say."""
    fitted = fit(report, DRONE)
    said, unsaid = fitted.report, fitted.unsaid
    if not isinstance(said, PositionReport) or said.claims is None:
        return b"", 0, fitted.why, unsaid
    if is_nowhere(math.degrees(said.lat_rad), math.degrees(said.lon_rad)):
        return b"", 0, NOWHERE, unsaid
    t_ns = said.t_recv_ns
    if not -AHEAD_MAX_NS < t_ns - said.t_meas_ns < BEHIND_MAX_NS:
        unsaid.append(LATE)
        t_ns = said.t_meas_ns
    if _speed_mps(said) > SPEED_MAX_MPS:
        unsaid.append(TOO_FAST)
    sigmas_m = (said.horizontal_sigma_m, said.vertical_sigma_m)
    location = location_of(said, *sigmas_m)
    return made_beacon(said, location, NOT_DECLARED), t_ns, "", unsaid


def made_beacon(report: PositionReport, location: Location, ua_type: int) -> bytes:
    """Put identifier and location into a beacon from an address that belongs to the identifier."""
    address, pack = made_pack(report, location, ua_type)
    return beacon(address, report.t_meas_ns // NS_PER_S & 255, pack)


def made_pack(report: PositionReport, location: Location, ua_type: int) -> tuple[bytes, bytes]:
    """Give the radio address that belongs to the identifier, and the pack of both messages."""
    name = (report.claims.remote_id if report.claims else None) or ""
    address = b"\x02" + hashlib.sha256(name.encode()).digest()[:5]  # locally administered
    uas_id = name.encode("ascii", "replace")[:20]
    basic = BasicId(id_type=ID_SERIAL, ua_type=ua_type, uas_id=uas_id)
    return address, encode_pack([encode(basic), encode(location)])


def _speed_mps(report: PositionReport) -> float:
    return math.hypot(report.v_east_mps or 0.0, report.v_north_mps or 0.0)


def location_of(
    report: PositionReport, horizontal_sigma_m: float | None, vertical_sigma_m: float | None
) -> Location:
    """Say where a drone is; a speed beyond the format is left out, a climb held at its end."""
    speed_mps = direction_deg = None
    east, north, climb_mps = report.v_east_mps, report.v_north_mps, report.v_up_mps
    if east is not None and north is not None and _speed_mps(report) <= SPEED_MAX_MPS:
        speed_mps = math.hypot(east, north)
        direction_deg = round(math.degrees(math.atan2(east, north))) % 360
    if climb_mps is not None:
        climb_mps = min(max(climb_mps, -CLIMB_MAX_MPS), CLIMB_MAX_MPS)
    return Location(
        status=AIRBORNE,
        direction_deg=direction_deg,
        speed_mps=speed_mps,
        climb_mps=climb_mps,
        lat_deg=math.degrees(report.lat_rad),
        lon_deg=math.degrees(report.lon_rad),
        hae_m=report.hae_m,
        baro_m=report.height_baro_m,
        horizontal_accuracy=_code(HORIZONTAL_95_M, horizontal_sigma_m, TO_95_RADIUS),
        vertical_accuracy=_code(VERTICAL_95_M, vertical_sigma_m, TO_95_INTERVAL),
        tenths=round(report.t_meas_ns % HOUR_NS / (NS_PER_S // 10)) % 36_000,
        time_accuracy=1,
    )


def _code(bounds: Sequence[float | None], sigma_m: float | None, to_95: float) -> int:
    """Give the code of the least bound that is not below a sigma's; 0 where there is none."""
    if sigma_m is None:
        return 0
    wide = sigma_m * to_95
    fitting = [code for code, known in enumerate(bounds) if known is not None and known >= wide]
    return max(fitting, default=0)
