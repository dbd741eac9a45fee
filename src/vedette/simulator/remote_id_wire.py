"""What a Remote ID receiver hears of simulated drones: captured beacons, as it would send them on.

In: position reports of a sensor. Out: datagrams of the envelope that `remote_id_udp` takes, a
Wi-Fi beacon in each with identifier and location. The simulated drone states its own GNSS time.
"""

import hashlib
import math
from collections.abc import Iterable, Sequence

from vedette.base.constants import NS_PER_S
from vedette.codecs import remote_id
from vedette.codecs.remote_id.messages import HORIZONTAL_95_M, ID_SERIAL, VERTICAL_95_M
from vedette.config.site import Sensor
from vedette.model.reports import PositionReport, Report

BEACON_LINK = 105  # IEEE 802.11 without a header of the capture
HOUR_NS = 3600 * NS_PER_S
MULTIROTOR = 2
SPEED_MAX_MPS, CLIMB_MAX_MPS = 254.0, 62.0
TO_95_RADIUS, TO_95_INTERVAL = 2.448, 1.960  # Rayleigh in the plane, normal in height


def beacons(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make the datagram of each position report; a drone without an identifier sends none.

    sensor: as the site describes it; what is reported is known within its sigmas.
    """
    return [
        remote_id.wrap(BEACON_LINK, _beacon(report, sensor), report.t_meas_ns)
        for report in reports
        if isinstance(report, PositionReport) and report.claims and report.claims.remote_id
    ]


def _beacon(report: PositionReport, sensor: Sensor) -> bytes:
    name = (report.claims.remote_id if report.claims else None) or ""
    address = b"\x02" + hashlib.sha256(name.encode()).digest()[:5]  # locally administered
    basic = remote_id.BasicId(
        id_type=ID_SERIAL, ua_type=MULTIROTOR, uas_id=name.encode("ascii", "replace")[:20]
    )
    pack = remote_id.encode_pack(
        [remote_id.encode(basic), remote_id.encode(_location(report, sensor))]
    )
    counter = report.t_meas_ns // NS_PER_S & 255
    return remote_id.beacon(address, counter, pack)


def _location(report: PositionReport, sensor: Sensor) -> remote_id.Location:
    speed_mps = direction_deg = None
    if report.v_east_mps is not None and report.v_north_mps is not None:
        speed_mps = min(math.hypot(report.v_east_mps, report.v_north_mps), SPEED_MAX_MPS)
        course_rad = math.atan2(report.v_east_mps, report.v_north_mps)
        direction_deg = round(math.degrees(course_rad)) % 360
    climb_mps = report.v_up_mps
    if climb_mps is not None:
        climb_mps = min(max(climb_mps, -CLIMB_MAX_MPS), CLIMB_MAX_MPS)
    return remote_id.Location(
        status=2,
        direction_deg=direction_deg,
        speed_mps=speed_mps,
        climb_mps=climb_mps,
        lat_deg=math.degrees(report.lat_rad),
        lon_deg=math.degrees(report.lon_rad),
        hae_m=report.hae_m,
        baro_m=report.height_baro_m,
        horizontal_accuracy=_code(HORIZONTAL_95_M, sensor.horizontal_sigma_m * TO_95_RADIUS),
        vertical_accuracy=_code(VERTICAL_95_M, sensor.vertical_sigma_m * TO_95_INTERVAL),
        tenths=round(report.t_meas_ns % HOUR_NS / (NS_PER_S // 10)) % 36_000,
        time_accuracy=1,
    )


def _code(bounds: Sequence[float | None], bound: float) -> int:
    """Give the code of the least bound that is not below `bound`; 0 where there is none."""
    fitting = [code for code, known in enumerate(bounds) if known is not None and known >= bound]
    return max(fitting, default=0)
