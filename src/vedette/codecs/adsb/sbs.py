"""SBS-1 (BaseStation) lines: comma-separated, 22 fields, one MSG a line.

Fields: 0 "MSG", 1 type, 4 address, 6 and 7 date and time made, 10 callsign, 11 altitude ft, 12
ground speed kt, 13 track deg, 14 latitude, 15 longitude, 16 climb ft/min, 17 squawk, 21 on ground.
Receivers write the time of their own zone: against a time of receipt, whole quarters of an hour of
difference are taken out, what remains is the clock's own error: seconds of it are not believed
(`codecs/clock.py`).
"""

import math
import re
from collections.abc import Sequence

from vedette.base.constants import M_PER_FT, MPS_PER_KT, NS_PER_DAY, NS_PER_S
from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import format_rfc3339, parse_rfc3339
from vedette.codecs import clock
from vedette.codecs.adsb.aircraft import Receiver, aircraft_of, refused_place, report_position
from vedette.codecs.reasons import BAD_FRAME, BAD_TEXT, BAD_TIME, BAD_VALUE, OUT_OF_RANGE, refuse
from vedette.codecs.times import T_MAX_NS, T_MIN_NS
from vedette.model.reports import PositionReport, Report

LINE_BYTES_MAX = 512  # the longest real line is about 130
FIELDS = 22
QUARTER_NS = 15 * 60 * NS_PER_S
ZONE_MAX_NS = NS_PER_DAY  # no time zone is further from UTC than 14 hours

_ADDRESS = re.compile(r"[0-9A-Fa-f]{6}", re.ASCII)
_DATE = re.compile(r"(\d{4})/(\d\d)/(\d\d)", re.ASCII)
_SQUAWK = re.compile(r"[0-7]{1,4}", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,9}(\.\d{1,12})?", re.ASCII)
# Field index: least and greatest value. Altitude ft, speed kt, track, latitude, longitude, climb.
_BOUNDS = {
    11: (-2000.0, 200_000.0),
    12: (0.0, 5000.0),
    13: (-360.0, 360.0),
    14: (-90.0, 90.0),
    15: (-180.0, 180.0),
    16: (-1e5, 1e5),
}
# Lines that BaseStation and dump1090 also send, and that say nothing about a position.
_OTHER_KINDS = frozenset({"SEL", "ID", "AIR", "STA", "CLK"})


def fields_of(line: bytes) -> list[str] | None:
    """Split a line into its fields, checked one by one; None for an empty or a non-MSG line.

    Raises RefusedError(reason, detail).
    """
    if not line.strip():
        return None
    text = line.decode("ascii", "replace")
    if not (line.isascii() and text.isprintable()):
        raise RefusedError(BAD_TEXT, "control or non-ASCII characters")
    fields = [piece.strip() for piece in text.split(",")]
    if fields[0] in _OTHER_KINDS:
        return None
    if fields[0] != "MSG" or len(fields) != FIELDS:
        raise RefusedError(BAD_FRAME, f"not a MSG line of {FIELDS} fields")
    if fields[1] not in ("1", "2", "3", "4", "5", "6", "7", "8"):
        raise RefusedError(BAD_VALUE, "message type is not 1 to 8")
    if not _ADDRESS.fullmatch(fields[4]):
        raise RefusedError(BAD_VALUE, "address is not six hexadecimal digits")
    if fields[17] and not _SQUAWK.fullmatch(fields[17]):
        raise RefusedError(BAD_VALUE, "squawk is not octal")
    return fields


def time_of(fields: Sequence[str]) -> int | None:
    """Read date and time of a line as if UTC; None where it states none."""
    if not fields[6] and not fields[7]:
        return None
    date = _DATE.fullmatch(fields[6])
    if date is None:
        raise RefusedError(BAD_TIME, "date is not yyyy/mm/dd")
    try:
        t_ns = parse_rfc3339(f"{date[1]}-{date[2]}-{date[3]}T{fields[7]}Z")
    except RefusedError as refused:
        raise RefusedError(BAD_TIME, str(refused)) from refused
    if not T_MIN_NS <= t_ns < T_MAX_NS:
        raise RefusedError(BAD_TIME, "date is outside 1970 to 2099")
    return t_ns


def _number(fields: Sequence[str], index: int) -> float | None:
    low, high = _BOUNDS[index]
    text = fields[index]
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise RefusedError(BAD_VALUE, f"field {index + 1} is not a number")
    value = float(text)
    if not low <= value <= high:
        raise RefusedError(OUT_OF_RANGE, f"field {index + 1}: {text} is outside {low:g}..{high:g}")
    return value


def check_numbers(fields: Sequence[str]) -> None:
    """Refuse a line one of whose numbers is no number, or impossible."""
    for index in _BOUNDS:
        _number(fields, index)


def read_line(
    receiver: Receiver, line: bytes, number: int, t_recv_ns: int | None, feed: str
) -> Report | None:
    """Read one line; give a report if it completes a position, or a Refusal.

    t_recv_ns None: a recorded line, received when it was made.
    """
    t_known_ns = t_recv_ns or 0
    try:
        fields = fields_of(line)
        if fields is None:
            return None
        t_ns = time_of(fields)
        if t_ns is None:
            t_ns = t_known_ns
        elif t_recv_ns is not None:
            if abs(t_recv_ns - t_ns) > ZONE_MAX_NS:
                raise RefusedError(BAD_TIME, "more than a day from the time of receipt")
            t_ns += (t_recv_ns - t_ns + QUARTER_NS // 2) // QUARTER_NS * QUARTER_NS
            t_ns, _ = clock.take(receiver.clock, t_ns, t_recv_ns)
        return _take(receiver, fields, t_ns, t_ns if t_recv_ns is None else t_recv_ns, feed)
    except RefusedError as refused:
        reason, detail = refused.args
        return refuse(feed, t_known_ns, reason, f"line {number}: {detail}")


def clock_told(receiver: Receiver, t_recv_ns: int, feed: str) -> list[Report]:
    """Say how far the receiver's clock is off, and that it is wrong, when that is due."""
    out = clock.note(receiver.clock, receiver.sensor, t_recv_ns)
    if receiver.clock.named_ns == t_recv_ns:
        wrong = clock.words(min(receiver.clock.delays_ns))
        detail = f"receiver {receiver.sensor}: {wrong}; the time of receipt is taken"
        out.append(refuse(feed, t_recv_ns, BAD_TIME, detail))
    return out


def _take(
    receiver: Receiver, fields: Sequence[str], t_ns: int, t_recv_ns: int, feed: str
) -> Report | None:
    # All of it is read before any of it is believed: half a line is not.
    speed_kt, track_deg, climb_ftpmin = (_number(fields, k) for k in (12, 13, 16))
    feet, lat_deg, lon_deg = (_number(fields, k) for k in (11, 14, 15))
    if lat_deg is not None and lon_deg is not None:
        place_deg = (lat_deg, lon_deg)
        refused = refused_place(receiver, fields[4].lower(), place_deg, t_recv_ns, feed)
        if refused:
            return refused
    craft = aircraft_of(receiver, fields[4].lower())
    craft.callsign = "".join(c for c in fields[10] if c.isalnum())[:8] or craft.callsign
    if fields[17] and fields[17] != "0":
        craft.squawk = fields[17].zfill(4)
    if speed_kt is not None and track_deg is not None:
        track_rad = math.radians(track_deg)
        craft.v_east_mps = speed_kt * MPS_PER_KT * math.sin(track_rad)
        craft.v_north_mps = speed_kt * MPS_PER_KT * math.cos(track_rad)
        craft.v_up_mps = None if climb_ftpmin is None else climb_ftpmin * M_PER_FT / 60.0
        craft.t_velocity_ns = t_ns
    if lat_deg is None or lon_deg is None:
        return None
    height_m = None if feet is None else feet * M_PER_FT
    return report_position(receiver, craft, (lat_deg, lon_deg), t_ns, t_recv_ns, feed, height_m)


def encode(report: PositionReport) -> bytes:
    """Write a report as SBS lines: MSG,1 with the callsign, MSG,4 velocity, MSG,3 position.

    Needs claims.icao24; what the report does not state is left out.
    """
    claims = report.claims
    if claims is None or claims.icao24 is None:
        raise RefusedError("an SBS line needs claims.icao24")
    v_east_mps, v_north_mps, v_up_mps = report.v_east_mps, report.v_north_mps, report.v_up_mps
    lines = []
    if claims.callsign:
        lines.append(_line(1, claims.icao24, report.t_meas_ns, {10: claims.callsign}))
    if v_east_mps is not None and v_north_mps is not None:
        speed_kt = math.hypot(v_east_mps, v_north_mps) / MPS_PER_KT
        track_deg = math.degrees(math.atan2(v_east_mps, v_north_mps)) % 360.0
        values = {12: f"{speed_kt:.1f}", 13: f"{track_deg:.1f}"}
        if v_up_mps is not None:
            values[16] = f"{v_up_mps * 60.0 / M_PER_FT:.0f}"
        lines.append(_line(4, claims.icao24, report.t_meas_ns, values))
    values = {14: f"{math.degrees(report.lat_rad):.6f}", 15: f"{math.degrees(report.lon_rad):.6f}"}
    if report.height_baro_m is not None:
        values[11] = f"{report.height_baro_m / M_PER_FT:.0f}"
    if claims.squawk:
        values[17] = claims.squawk
    lines.append(_line(3, claims.icao24, report.t_meas_ns, values))
    return b"".join(lines)


def _line(kind: int, icao24: str, t_ns: int, values: dict[int, str]) -> bytes:
    milliseconds = t_ns // 1_000_000
    text = format_rfc3339(milliseconds // 1000 * NS_PER_S)
    clock = f"{text[11:19]}.{milliseconds % 1000:03d}"
    date = text[:10].replace("-", "/")
    fields = ["MSG", str(kind), "1", "1", icao24.upper(), "1", date, clock, date, clock]
    fields += [values.get(index, "") for index in range(10, FIELDS)]
    return (",".join(fields) + "\r\n").encode("ascii")
