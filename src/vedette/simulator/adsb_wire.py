"""What a simulated ADS-B receiver says beside its frames: SBS lines, and its table of aircraft.

In: position reports, as the receiver decoded them. Out: lines of BaseStation; `aircraft.json` as
readsb serves it, renewed with each position, an aircraft kept for a minute after its last.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from vedette.base.constants import M_PER_FT, MPS_PER_KT, NS_PER_S
from vedette.codecs.adsb import sbs
from vedette.model.reports import PositionReport, Report

KEPT_NS = 60 * NS_PER_S  # as readsb does


def sbs_lines(reports: Iterable[Report]) -> bytes:
    """Write the reports of aircraft as lines of BaseStation."""
    return b"".join(sbs.encode(report) for report in _aircraft(reports))


@dataclass(slots=True)
class AircraftTable:
    """The last position of each aircraft, by address."""

    known: dict[str, PositionReport] = field(default_factory=dict)
    messages: int = 0

    def document(self, reports: Iterable[Report], t_ns: int) -> bytes:
        """Take reports in and write the document as of t_ns."""
        for report in _aircraft(reports):
            self.messages += 1
            assert report.claims is not None
            self.known[report.claims.icao24 or ""] = report
        self.known = {
            icao24: report
            for icao24, report in self.known.items()
            if t_ns - report.t_meas_ns <= KEPT_NS
        }
        return json.dumps(
            {
                "now": round(t_ns / NS_PER_S, 3),
                "messages": self.messages,
                "aircraft": [_entry(a, r, t_ns) for a, r in sorted(self.known.items())],
            }
        ).encode()


def _aircraft(reports: Iterable[Report]) -> list[PositionReport]:
    return [
        report
        for report in reports
        if isinstance(report, PositionReport) and report.claims and report.claims.icao24
    ]


def _entry(icao24: str, report: PositionReport, t_ns: int) -> dict[str, Any]:
    """Say one aircraft in the names and units of readsb."""
    claims, age_s = report.claims, round((t_ns - report.t_meas_ns) / NS_PER_S, 3)
    entry: dict[str, Any] = {
        "hex": icao24,
        "type": "adsb_icao",
        "lat": round(math.degrees(report.lat_rad), 6),
        "lon": round(math.degrees(report.lon_rad), 6),
        "seen_pos": age_s,
        "seen": age_s,
    }
    if claims is not None and claims.callsign:
        entry["flight"] = f"{claims.callsign:<8}"
    if claims is not None and claims.squawk:
        entry["squawk"] = claims.squawk
    if report.height_baro_m is not None:
        entry["alt_baro"] = round(report.height_baro_m / M_PER_FT / 25.0) * 25
    if report.hae_m is not None:
        entry["alt_geom"] = round(report.hae_m / M_PER_FT / 25.0) * 25
    if report.v_east_mps is not None and report.v_north_mps is not None:
        entry["gs"] = round(math.hypot(report.v_east_mps, report.v_north_mps) / MPS_PER_KT, 1)
        course_deg = math.degrees(math.atan2(report.v_east_mps, report.v_north_mps)) % 360.0
        entry["track"] = round(course_deg, 2)
    if report.v_up_mps is not None:
        entry["geom_rate"] = round(report.v_up_mps * 60.0 / M_PER_FT / 64.0) * 64
    return entry
