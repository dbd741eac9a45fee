"""aircraft.json of readsb, dump1090 and their kin: all aircraft of a receiver, renewed each second.

In: one document. Out: the positions that are new in it, with their claims. Both dialects of names
are read (`alt_baro` and `altitude`, `gs` and `speed`, ...). `now` is the receiver's clock: where it
is off it is named, and the time of receipt is taken. Source: the README-json.md of readsb and of
dump1090.
"""

import math
from typing import Annotated

import msgspec
from msgspec import Meta

from vedette.base.constants import M_PER_FT, MPS_PER_KT, NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs.adsb.aircraft import (
    Aircraft,
    Receiver,
    aircraft_of,
    refused_place,
    report_position,
)
from vedette.codecs.clock import note, take
from vedette.codecs.reasons import BAD_JSON, BAD_TIME, OUT_OF_RANGE, TOO_LONG, refuse
from vedette.codecs.times import T_MAX_NS
from vedette.model.reports import Report

DOCUMENT_BYTES_MAX = 4 << 20  # 4,096 aircraft of 1 kB
AIRCRAFT_MAX = 4096
SEEN_MAX_S = 30.0  # older positions are history: the receiver keeps them for a minute
SAME_NS = NS_PER_S // 4  # ages are given to a tenth of a second, and `now` moves between polls
FT_PER_MIN = M_PER_FT / 60.0

Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Feet = Annotated[float, Meta(ge=-3_000.0, le=200_000.0)]
Knots = Annotated[float, Meta(ge=0.0, le=5_000.0)]
Track = Annotated[float, Meta(ge=-360.0, le=360.0)]
FeetPerMinute = Annotated[float, Meta(ge=-1e5, le=1e5)]
Seconds = Annotated[float, Meta(ge=0.0, le=1e9)]


class _Document(msgspec.Struct, frozen=True):
    now: Annotated[float, Meta(gt=0.0, lt=T_MAX_NS / NS_PER_S)]
    aircraft: list[msgspec.Raw]


class _Entry(msgspec.Struct, frozen=True):
    """What is read of one aircraft; all other keys are passed over."""

    hex: Annotated[str, Meta(pattern=r"\A~?[0-9a-fA-F]{6}\Z")]
    flight: Annotated[str, Meta(max_length=16)] = ""
    squawk: Annotated[str, Meta(pattern=r"\A[0-7]{4}\Z")] | None = None
    lat: Latitude | None = None
    lon: Longitude | None = None
    seen_pos: Seconds = 0.0
    alt_baro: Feet | str | None = None  # "ground" is a word there
    altitude: Feet | str | None = None
    alt_geom: Feet | None = None
    gs: Knots | None = None
    speed: Knots | None = None
    track: Track | None = None
    baro_rate: FeetPerMinute | None = None
    geom_rate: FeetPerMinute | None = None
    vert_rate: FeetPerMinute | None = None


_DOCUMENT, _ENTRY = msgspec.json.Decoder(_Document), msgspec.json.Decoder(_Entry)


def read_document(receiver: Receiver, data: bytes, t_recv_ns: int, feed: str) -> list[Report]:
    """Read one document; an aircraft that cannot be read is refused by itself."""
    try:
        document = _document(data)
    except RefusedError as refused:
        return [refuse(feed, t_recv_ns, *refused.args)]
    out: list[Report] = []
    now_ns, wrong = take(receiver.clock, round(document.now * NS_PER_S), t_recv_ns)
    if wrong:
        detail = f"receiver {receiver.sensor}: {wrong}; the time of receipt is taken"
        out.append(refuse(feed, t_recv_ns, BAD_TIME, detail))
    out += note(receiver.clock, receiver.sensor, t_recv_ns)
    for number, raw in enumerate(document.aircraft, 1):
        try:
            report = _aircraft(receiver, _ENTRY.decode(raw), now_ns, t_recv_ns, feed)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            text = ascii(str(error))[1:-1]
            reason = OUT_OF_RANGE if ">=" in text or "<=" in text else BAD_JSON
            report = refuse(feed, t_recv_ns, reason, f"aircraft {number}: {text}")
        if report is not None:
            out.append(report)
    return out


def _document(data: bytes) -> _Document:
    if len(data) > DOCUMENT_BYTES_MAX:
        raise RefusedError(TOO_LONG, f"a document above {DOCUMENT_BYTES_MAX} bytes")
    try:
        document = _DOCUMENT.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RefusedError(BAD_JSON, ascii(str(error))[1:-1]) from error
    if len(document.aircraft) > AIRCRAFT_MAX:
        raise RefusedError(TOO_LONG, f"more than {AIRCRAFT_MAX} aircraft")
    return document


def _aircraft(
    receiver: Receiver, entry: _Entry, now_ns: int, t_recv_ns: int, feed: str
) -> Report | None:
    """Take in one aircraft; give its position if there is a new one."""
    if entry.lat is None or entry.lon is None or entry.seen_pos > SEEN_MAX_S:
        return None
    place_deg = (entry.lat, entry.lon)
    refused = refused_place(receiver, entry.hex.lower(), place_deg, t_recv_ns, feed)
    if refused:
        return refused
    craft = aircraft_of(receiver, entry.hex.lower())
    craft.callsign = "".join(c for c in entry.flight if c.isascii() and c.isalnum())[:8] or None
    craft.squawk = entry.squawk or craft.squawk
    t_ns = now_ns - round(entry.seen_pos * NS_PER_S)
    if t_ns - craft.t_position_ns < SAME_NS and craft.t_position_ns:
        return None  # the position of the poll before
    _take_velocity(craft, entry, t_ns)
    baro_ft = entry.alt_baro if entry.alt_baro is not None else entry.altitude
    return report_position(
        receiver,
        craft,
        place_deg,
        t_ns,
        t_recv_ns,
        feed,
        height_baro_m=baro_ft * M_PER_FT if isinstance(baro_ft, float) else None,
        hae_m=None if entry.alt_geom is None else entry.alt_geom * M_PER_FT,
    )


def _take_velocity(craft: Aircraft, entry: _Entry, t_ns: int) -> None:
    speed_kt = entry.gs if entry.gs is not None else entry.speed
    if speed_kt is None or entry.track is None:
        return
    track_rad = math.radians(entry.track)
    craft.v_east_mps = speed_kt * MPS_PER_KT * math.sin(track_rad)
    craft.v_north_mps = speed_kt * MPS_PER_KT * math.cos(track_rad)
    rates = (entry.geom_rate, entry.baro_rate, entry.vert_rate)
    rate = next((rate for rate in rates if rate is not None), None)
    craft.v_up_mps = None if rate is None else rate * FT_PER_MIN
    craft.t_velocity_ns = t_ns
