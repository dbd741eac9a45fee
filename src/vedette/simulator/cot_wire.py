"""What people with TAK send in a scenario: their own positions, and what they have seen.

In: position reports of a sensor. Out: a datagram of XML each. A report that claims a name is its
own; one that claims nothing is what somebody puts on the map, with the class that it most looks
like; of a sensor that is a neighbour, all are its tracks. Bearings have no event of their own and
are left out.
"""

import math
from collections.abc import Iterable

from vedette.base.constants import NS_PER_S
from vedette.codecs import cot
from vedette.config.site import Sensor
from vedette.model.enums import Identity, ObjectClass
from vedette.model.reports import PositionReport, Report

# how: a receiver's fix; put on the map by hand; made of what several sensors see
GPS, MARKED, FUSED = "m-g", "h-g-i-g-o", "m-f"
STALE_S = 30
OPEX = "s-scenario"
OWN = "a-f-A-M-H-Q"


def events(reports: Iterable[Report], sensor: Sensor) -> list[bytes]:
    """Make the datagram of each position report."""
    told = [(number, r) for number, r in enumerate(reports) if isinstance(r, PositionReport)]
    return [cot.write_event(_event(report, sensor, number), "xml") for number, report in told]


def _event(report: PositionReport, sensor: Sensor, number: int) -> cot.CotEvent:
    claims, t_ns = report.claims, report.t_meas_ns
    name = (claims.callsign or claims.remote_id or "") if claims else ""
    if sensor.neighbour:
        name = name or f"{sensor.id}-{number}"
    speed_mps = course_deg = None
    if report.v_east_mps is not None and report.v_north_mps is not None:
        speed_mps = math.hypot(report.v_east_mps, report.v_north_mps)
        course_deg = math.degrees(math.atan2(report.v_east_mps, report.v_north_mps)) % 360.0
    return cot.CotEvent(
        uid=f"scenario-{name}" if name else f"scenario-{sensor.id}-{t_ns}-{number}",
        kind=_kind(report, bool(name) and not sensor.neighbour),
        how=FUSED if sensor.neighbour else GPS if name else MARKED,
        opex=OPEX,
        time_ns=t_ns,
        start_ns=t_ns,
        stale_ns=t_ns + STALE_S * NS_PER_S,
        lat_deg=math.degrees(report.lat_rad),
        lon_deg=math.degrees(report.lon_rad),
        hae_m=report.hae_m,
        ce_m=report.horizontal_sigma_m or sensor.horizontal_sigma_m,
        le_m=report.vertical_sigma_m,
        callsign=name,
        course_deg=course_deg,
        speed_mps=speed_mps,
    )


def _kind(report: PositionReport, is_own: bool) -> str:
    if is_own:
        return OWN
    probs = report.class_prob or {}
    likeliest = max(probs, key=lambda name: probs[name], default=ObjectClass.OTHER.value)
    return cot.kind_of(Identity.UNKNOWN, ObjectClass(likeliest), 1.0)
