"""When it was measured: as the sensor states, or, where its clock is wrong, as it was received.

In: a step's reports. Out: the same, those of a wrong clock dated anew, and a note of how far each
clock is off, a right one too.

Nothing arrives before it was measured: a clock ahead of ours by AHEAD_MAX_NS is wrong. What
comes late by BEHIND_MAX_NS, always by the same, comes of a clock that is behind, or over a line
that is as slow; nothing in the reports tells which, so the site file may (`clock`, `delay_s`), and
a line that was seen to stall does: then the stated times go on from where they were, after a wait.
Delays that differ come of lines alone. A wrong clock still says how far its reports lie apart: they
are all moved by the least delay of late, less the line's own, and the place of an object is the
less certain by as far as it flies in what remains of doubt.
docs/decisions/0024-a-wrong-clock-s-reports-are-dated-by-receipt.md
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

import msgspec

from vedette.base.constants import AIR_M_PER_NS, NS_PER_S
from vedette.config.kinds import UNDATED_FEEDS
from vedette.config.site import Sensor, Site
from vedette.model.reports import (
    ArrivalReport,
    Detection,
    Plot,
    PositionReport,
    Report,
    SensorStatus,
    SourceNote,
)

# What radio and navigation need: as codecs/clock.py, which holds drones and receivers to it.
BEHIND_MAX_NS, AHEAD_MAX_NS = 3 * NS_PER_S, NS_PER_S
LOOK_NS = NS_PER_S // 2  # delays within it are one look, the least of them counts
LOOKS, LOOKS_AHEAD_MIN, LOOKS_BEHIND_MIN = 8, 2, 6
LOOKS_SHOWN_MIN = 3  # before a clock that is right is spoken of
LOOKS_APART_NS = 60 * NS_PER_S  # a look older than this before the next says nothing of now
STEADY_NS = 3 * NS_PER_S // 4  # all looks but one lie as near to their median
OWN_NS = 2 * NS_PER_S  # a report further from it has another story, and keeps its time
STALL_NS, GOING_ON_NS = NS_PER_S, 5 * NS_PER_S  # a wait this long; objects are seen again by then
DOUBT_MIN_S = 0.3  # what a line and a receiver take, where nobody says
SPEED_MPS = 100.0  # of an object that does not say its own
NOTED_EVERY_NS = 5 * NS_PER_S
HEARD_NS = 30 * NS_PER_S  # a clock that is silent for longer is not spoken of
CLOCKS_MAX = 512  # of one sensor: aircraft, tablets, vehicles; the one silent longest is forgotten


@dataclass(slots=True)
class SeenClock:
    """The last looks (t_recv_ns, delay_ns less line_ns), oldest first, of one clock.

    stated_ns: the latest time it has stated; line_ns: of its delay, what is known to be the line's.
    """

    looks: list[tuple[int, int]] = field(default_factory=list)
    stated_ns: int = 0
    line_ns: int = 0


@dataclass(slots=True)
class SensorClocks:
    """A sensor's clocks by who stated the time, "" itself. kind, delay_ns: of the site file.

    sigmas: one standard deviation of range, bearing (rad) and place that the site file gives it.
    is_shown: False where nobody but us dates its reports, or its codec says how its clock is.
    """

    kind: str
    delay_ns: int
    has_many: bool
    sigmas: tuple[float, float, float]
    clocks: dict[str, SeenClock] = field(default_factory=dict)
    noted_ns: int = 0
    is_noted: bool = False
    is_shown: bool = True


@dataclass(slots=True)
class Dating:
    """The clocks of all sensors of the site, by sensor."""

    sensors: dict[str, SensorClocks]


def start(site: Site) -> Dating:
    """Make the memory of a site's clocks."""
    known = {sensor.id: _clocks_of(sensor) for sensor in site.sensors}
    kinds: dict[str, list[str]] = {}
    for feed in site.feeds:
        for name in (feed.sensor, feed.sightings_sensor, feed.tracks_sensor):
            kinds.setdefault(name or "", []).append(feed.kind)
    for name, clocks in known.items():
        if name in kinds and all(kind in UNDATED_FEEDS for kind in kinds[name]):
            clocks.is_shown = False
    return Dating(known)


def _clocks_of(sensor: Sensor) -> SensorClocks:
    sigmas = (
        sensor.range_sigma_m,
        math.radians(sensor.azimuth_sigma_deg),
        sensor.horizontal_sigma_m,
    )
    delay_ns = round(sensor.delay_s * NS_PER_S)
    return SensorClocks(sensor.clock, delay_ns, sensor.kind == "position", sigmas)


def date(dating: Dating, reports: Sequence[Report]) -> list[Report]:
    """Date the reports of wrong clocks anew, in their order, and say which clocks are wrong."""
    out = list(reports)
    timed: list[tuple[int, Detection, SensorClocks, SeenClock]] = []
    heard: dict[str, int] = {}
    for i, report in enumerate(reports):
        known = dating.sensors.get(report.sensor) if isinstance(report, Detection) else None
        if known is not None and isinstance(report, Detection):
            clock = _clock(known, report)
            _look(clock, report.t_meas_ns, report.t_recv_ns)
            timed.append((i, report, known, clock))
            heard[report.sensor] = max(heard.get(report.sensor, 0), report.t_recv_ns)
    for report in reports:  # a codec that knows better: it has the receiver's own stamps
        if isinstance(report, SourceNote) and report.kind == "clock":
            _leave_to_codec(dating, report.source)
    found: dict[int, tuple[int, int] | None] = {}
    for i, report, known, clock in timed:
        if id(clock) not in found:
            found[id(clock)] = error_ns(known, clock)
        line_ns = known.delay_ns + clock.line_ns
        out[i] = _dated(known, found[id(clock)], line_ns, report)
    for i, status in enumerate(reports):
        if isinstance(status, SensorStatus) and status.sensor in dating.sensors:
            out[i] = _dated_mark(dating.sensors[status.sensor], status)
    for sensor, t_recv_ns in heard.items():
        out += _note(dating.sensors[sensor], sensor, t_recv_ns)
    return out


def _leave_to_codec(dating: Dating, sensor: str) -> None:
    """Say no more how a sensor's clock is while it is right: its codec does."""
    if sensor in dating.sensors:
        dating.sensors[sensor].is_shown = False


def _clock(known: SensorClocks, report: Detection) -> SeenClock:
    """Give the clock a report is dated by: own positions each come of one of their own."""
    name = ""
    if known.has_many and report.claims is not None:
        said = report.claims
        name = said.callsign or said.remote_id or said.icao24 or ""
    clock = known.clocks.pop(name, None) or SeenClock()
    known.clocks[name] = clock
    if len(known.clocks) > CLOCKS_MAX:
        del known.clocks[next(iter(known.clocks))]
    return clock


def _look(clock: SeenClock, stated_ns: int, t_recv_ns: int) -> None:
    """Take in how late a report is; changes clock."""
    delay_ns, is_new = t_recv_ns - stated_ns, True
    if clock.looks:
        since_ns = t_recv_ns - clock.looks[-1][0]
        is_new = since_ns >= LOOK_NS
        risen_ns = delay_ns - clock.looks[-1][1] - clock.line_ns
        # Times that go on from where they were, after a wait: the line stood still.
        if is_new and risen_ns > STALL_NS and 0 <= stated_ns - clock.stated_ns <= GOING_ON_NS:
            clock.line_ns += risen_ns
        if since_ns > LOOKS_APART_NS:
            clock.looks = []
    clock.line_ns = max(min(clock.line_ns, delay_ns), 0)
    excess_ns = delay_ns - clock.line_ns
    if is_new or not clock.looks:
        clock.looks = [*clock.looks[1 - LOOKS :], (t_recv_ns, excess_ns)]
    else:
        clock.looks[-1] = (clock.looks[-1][0], min(clock.looks[-1][1], excess_ns))
    clock.stated_ns = max(clock.stated_ns, stated_ns)


def error_ns(known: SensorClocks, clock: SeenClock) -> tuple[int, int] | None:
    """Say by how much a clock is behind (ahead: negative) and within what; None: it is believed."""
    errors_ns = [excess_ns - known.delay_ns for _, excess_ns in clock.looks]
    if not errors_ns:
        return None
    middle_ns = int(median(errors_ns))
    is_ahead = middle_ns < -AHEAD_MAX_NS and len(errors_ns) >= LOOKS_AHEAD_MIN
    is_behind = middle_ns > BEHIND_MAX_NS and len(errors_ns) >= LOOKS_BEHIND_MIN
    alike = [error for error in errors_ns if abs(error - middle_ns) <= STEADY_NS]
    is_steady = len(alike) >= len(errors_ns) - 1
    if not is_steady or not (is_ahead or (is_behind and known.kind != "synchronised")):
        return None
    return min(alike), max(alike) - min(alike)


def _dated(
    known: SensorClocks, found: tuple[int, int] | None, line_ns: int, report: Detection
) -> Detection:
    """Give a report its time: as stated, or of receipt, with the doubt that goes with it."""
    if known.kind == "none":
        t_meas_ns = report.t_recv_ns - known.delay_ns
        return _widened(known, report, t_meas_ns, DOUBT_MIN_S)
    if found is None:
        return report
    off_ns, within_ns = found
    if abs(report.t_recv_ns - report.t_meas_ns - line_ns - off_ns) > OWN_NS:
        return report
    t_meas_ns = min(report.t_meas_ns + off_ns, report.t_recv_ns)
    doubt_s = max(DOUBT_MIN_S, within_ns / math.sqrt(12.0) / NS_PER_S)
    return _widened(known, report, t_meas_ns, doubt_s)


def _dated_mark(known: SensorClocks, mark: SensorStatus) -> SensorStatus:
    """Move an antenna's mark as its plots are moved."""
    if known.kind == "none":
        t_meas_ns = mark.t_recv_ns - known.delay_ns
        return msgspec.structs.replace(mark, t_meas_ns=t_meas_ns)
    clock = known.clocks.get("")
    found = error_ns(known, clock) if clock is not None else None
    line_ns = known.delay_ns + (clock.line_ns if clock is not None else 0)
    if found is None or abs(mark.t_recv_ns - mark.t_meas_ns - line_ns - found[0]) > OWN_NS:
        return mark
    t_meas_ns = min(mark.t_meas_ns + found[0], mark.t_recv_ns)
    return msgspec.structs.replace(mark, t_meas_ns=t_meas_ns)


def _widened(known: SensorClocks, report: Detection, t_meas_ns: int, doubt_s: float) -> Detection:
    """Date a report, and let its place be as uncertain as its time makes it."""
    range_m, azimuth_rad, place_m = known.sigmas
    flown_m = doubt_s * SPEED_MPS
    more: dict[str, Any]
    if isinstance(report, Plot):
        more = {"range_sigma_m": math.hypot(report.range_sigma_m or range_m, flown_m)}
        if report.range_m:
            turned_rad = flown_m / report.range_m
            stated_rad = report.azimuth_sigma_rad or azimuth_rad
            more["azimuth_sigma_rad"] = math.hypot(stated_rad, turned_rad)
    elif isinstance(report, PositionReport):
        if report.v_east_mps is not None and report.v_north_mps is not None:
            flown_m = doubt_s * math.hypot(report.v_east_mps, report.v_north_mps)
        more = {"horizontal_sigma_m": math.hypot(report.horizontal_sigma_m or place_m, flown_m)}
    elif isinstance(report, ArrivalReport):
        stated_ns = report.arrivals_sigma_ns or range_m / AIR_M_PER_NS
        more = {"arrivals_sigma_ns": math.hypot(stated_ns, flown_m / AIR_M_PER_NS)}
    else:
        more = {
            "east_sigma_m": math.hypot(report.east_sigma_m or place_m, flown_m),
            "north_sigma_m": math.hypot(report.north_sigma_m or place_m, flown_m),
        }
    return msgspec.structs.replace(report, t_meas_ns=t_meas_ns, **more)


def _note(known: SensorClocks, sensor: str, t_recv_ns: int) -> list[Report]:
    """Say how far a sensor's clock is off, the worst of several, a wrong one before the others."""
    if t_recv_ns - known.noted_ns < NOTED_EVERY_NS and known.noted_ns:
        return []
    off_ns, of = _worst(known, t_recv_ns, is_wrong=True)
    is_wrong = off_ns is not None
    if not is_wrong and known.is_shown:
        off_ns, of = _worst(known, t_recv_ns, is_wrong=False)
    if off_ns is None and known.is_noted:
        off_ns = 0  # all are right again
    if off_ns is None:
        return []
    known.noted_ns, known.is_noted = t_recv_ns, is_wrong
    offset_s = off_ns / NS_PER_S
    return [
        SourceNote(source=sensor, t_recv_ns=t_recv_ns, kind="clock", detail=of, offset_s=offset_s)
    ]


def _worst(known: SensorClocks, t_recv_ns: int, is_wrong: bool) -> tuple[int | None, str]:
    """Give by how much the clock that is off most of those heard lately is, and whose it is."""
    worst_ns: int | None = None
    of = ""
    for name, clock in known.clocks.items():
        if clock.looks and t_recv_ns - clock.looks[-1][0] <= HEARD_NS:
            found = error_ns(known, clock)
            if is_wrong:
                off_ns = None if found is None else found[0]
            else:
                off_ns = None if found is not None else _within(known, clock)
            if off_ns is not None and (worst_ns is None or abs(off_ns) > abs(worst_ns)):
                worst_ns, of = off_ns, name
    return worst_ns, of


def _within(known: SensorClocks, clock: SeenClock) -> int | None:
    """Say how far a clock that is believed is off; None where nothing can be said of it.

    Its least delay, of which the line's part is unknown. One that states no time is never late, and
    what is later than a clock may be is the line's.
    """
    least_ns = min(excess_ns for _, excess_ns in clock.looks) - known.delay_ns
    is_stated = known.kind != "none" and any(excess_ns for _, excess_ns in clock.looks)
    is_known = is_stated and len(clock.looks) >= LOOKS_SHOWN_MIN
    return least_ns if is_known and -AHEAD_MAX_NS <= least_ns <= BEHIND_MAX_NS else None
