"""What is remembered of each Remote ID transmitter, and the reports made of what it says.

In: elements as heard, in order. Out: positions with the claimed identifier, operators' places, and
refusals. Bluetooth 4 sends one message at a time: the identifier of one belongs to the position of
the next from the same radio address. All of it is the drone's own word; a position is measured by
nobody.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import cast

from vedette.base.errors import RefusedError
from vedette.codecs import clock as clocks
from vedette.codecs.clock import Clock
from vedette.codecs.reasons import BAD_CHECKSUM, BAD_TIME, refuse
from vedette.codecs.remote_id.decode import decode, split
from vedette.codecs.remote_id.frames import Element
from vedette.codecs.remote_id.messages import (
    HORIZONTAL_95_M,
    ID_REGISTRATION,
    ID_SERIAL,
    ID_SESSION,
    ID_UTM,
    VERTICAL_95_M,
    AnyMessage,
    BasicId,
    Location,
    OperatorId,
    System,
    words,
)
from vedette.model.reports import Claims, OperatorReport, PositionReport, Report

TRANSMITTERS_MAX = (
    4096  # heard by one receiver: a hundred drones that change their address each day
)
LOCATIONS_MAX = 4096
OPERATOR_TOLD_NS = 5 * 1_000_000_000  # an operator who does not move is told this often
DECODED_MAX = 4096  # messages of 25 octets remembered, five of each of many drones
RECEIVERS_MAX = 64  # behind one feed
REPEATED_NS = 1_000_000_000  # a location is renewed each second, and sent several times until then
ID_LIFE_NS = 300 * 1_000_000_000  # an address may be another drone's after five silent minutes
_BEST_ID = (ID_SERIAL, ID_REGISTRATION, ID_SESSION, ID_UTM, 0)
_OPERATOR_PLACES = ("take-off", "live", "fixed", "unknown")
# 95 % bounds are radii in the plane (Rayleigh) and intervals in height (normal).
_SIGMA_OF_RADIUS_95 = 1.0 / math.sqrt(-2.0 * math.log(0.05))
_SIGMA_OF_INTERVAL_95 = 1.0 / 1.959964


@dataclass(slots=True)
class Transmitter:
    """One radio address: its identifiers by kind, its operator's id, its clock."""

    heard_ns: int = 0
    ids: dict[int, str] = field(default_factory=dict)
    told: tuple[float, float, int] | None = None  # of its operator: latitude, longitude, when
    operator_id: str | None = None
    clock: Clock = field(default_factory=Clock)


@dataclass(slots=True)
class Listener:
    """One receiver: the transmitters it hears, the one heard last at the end.

    said: the last location by identifier, so that one heard twice (by two radios, or sent again)
    counts once. clocks: of the time stamps of each receiver that is behind it, by its own name.
    """

    sensor: str
    transmitters: dict[str, Transmitter] = field(default_factory=dict)
    said: dict[str, tuple[float, float, int]] = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)


def receive(
    listener: Listener,
    elements: Iterable[Element],
    t_heard_ns: int | None,
    t_recv_ns: int,
    feed: str,
) -> list[Report]:
    """Take in the elements of one frame; give what follows.

    t_heard_ns: by the receiver's own clock, None where it states none. A clock that is off is told
    as a refusal, and the time of receipt is taken.
    """
    t_ns, out = heard_at(listener, "", t_heard_ns, t_recv_ns, feed)
    for element in elements:
        if not element.intact:
            detail = f"{element.radio}: damaged in the air"
            out.append(refuse(feed, t_recv_ns, BAD_CHECKSUM, detail))
            continue
        out += _element(listener, element, t_ns, t_recv_ns, feed)
    return out


def heard_at(
    listener: Listener, receiver: str, t_stated_ns: int | None, t_recv_ns: int, feed: str
) -> tuple[int, list[Report]]:
    """Give when something was heard, by the receiver's stamp where its clock can be believed.

    receiver: its own name, where several stand behind one listener.
    """
    if t_stated_ns is None:
        return t_recv_ns, []
    clock = listener.clocks.get(receiver)
    if clock is None:
        if len(listener.clocks) >= RECEIVERS_MAX:
            del listener.clocks[next(iter(listener.clocks))]
        clock = listener.clocks[receiver] = Clock()
    t_ns, wrong = clocks.take(clock, t_stated_ns, t_recv_ns)
    if not wrong:
        return t_ns, _worst_clock(listener, t_recv_ns)
    detail = f"receiver {receiver or listener.sensor}: {wrong}; the time of receipt is taken"
    out: list[Report] = [refuse(feed, t_recv_ns, BAD_TIME, detail)]
    return t_ns, out + _worst_clock(listener, t_recv_ns)


def _worst_clock(listener: Listener, t_recv_ns: int) -> list[Report]:
    """Note how far the clock that is off most is off, of the receivers behind one listener."""
    heard = [clock for clock in listener.clocks.values() if clock.delays_ns]
    worst = max(heard, key=lambda clock: abs(min(clock.delays_ns)))
    return clocks.note(worst, listener.sensor, t_recv_ns)


def _element(
    listener: Listener, element: Element, t_ns: int, t_recv_ns: int, feed: str
) -> list[Report]:
    out: list[Report] = []
    found: list[AnyMessage] = []
    try:
        pieces = split(element.data)
    except RefusedError as refused:
        return [refuse(feed, t_recv_ns, refused.args[0], _named(element, refused))]
    for piece in pieces:
        try:
            found.append(_decoded(piece))
        except RefusedError as refused:
            out.append(refuse(feed, t_recv_ns, refused.args[0], _named(element, refused)))
    if not found:  # nothing was said: nobody is remembered
        return out
    return out + take(listener, element.transmitter, found, t_ns, t_recv_ns, feed)


@lru_cache(maxsize=DECODED_MAX)
def _decoded(piece: bytes) -> AnyMessage:
    """Decode a message once: all but the location is sent again and again, octet by octet."""
    return decode(piece)


def _named(element: Element, refused: RefusedError) -> str:
    return f"{element.transmitter or 'unknown transmitter'}: {refused.args[1]}"


def take(
    listener: Listener,
    address: str,
    messages: Iterable[AnyMessage],
    t_ns: int,
    t_recv_ns: int,
    feed: str,
) -> list[Report]:
    """Take in the messages of one transmitter, heard together at t_ns; give what follows."""
    transmitter = _transmitter(listener, address, t_recv_ns)
    locations: list[Location] = []
    systems: list[System] = []
    for message in messages:
        kind = type(message)  # by far quicker than asking each class in turn
        if kind is Location:
            locations.append(cast(Location, message))
        elif kind is System:
            systems.append(cast(System, message))
        elif kind is BasicId:
            basic = cast(BasicId, message)
            if name := words(basic.uas_id):
                transmitter.ids[basic.id_type] = name
        elif kind is OperatorId:
            transmitter.operator_id = words(cast(OperatorId, message).operator_id) or None
    out: list[Report] = []
    for location in locations:
        out += _position(listener, transmitter, address, location, t_ns, t_recv_ns, feed)
    for system in systems:
        out += _operator(listener, transmitter, system, t_ns, t_recv_ns)
    return out


def _transmitter(listener: Listener, address: str, t_recv_ns: int) -> Transmitter:
    """Find or begin a transmitter; beyond the limit the one unheard for longest is forgotten."""
    known = listener.transmitters.pop(address, None)
    if known is None or t_recv_ns - known.heard_ns > ID_LIFE_NS:
        known = Transmitter()
    if len(listener.transmitters) >= TRANSMITTERS_MAX:
        del listener.transmitters[next(iter(listener.transmitters))]
    known.heard_ns = t_recv_ns
    listener.transmitters[address] = known
    return known


def _identifier(transmitter: Transmitter) -> str | None:
    """Give the identifier that lasts longest of those it has stated."""
    for kind in _BEST_ID:
        if kind in transmitter.ids:
            return transmitter.ids[kind]
    return None


def _position(
    listener: Listener,
    transmitter: Transmitter,
    address: str,
    location: Location,
    t_ns: int,
    t_recv_ns: int,
    feed: str,
) -> list[Report]:
    if location.lat_deg is None or location.lon_deg is None:
        return []
    out: list[Report] = []
    remote_id, is_stated = _identifier(transmitter), False
    if location.tenths is not None:
        stated_ns, t_heard_ns = clocks.of_hour_ns(location.tenths, t_ns), t_ns
        t_ns, wrong = clocks.take(transmitter.clock, stated_ns, t_heard_ns)
        is_stated = t_ns == stated_ns
        if wrong:
            detail = f"{remote_id or address}: {wrong}; the time of receipt is taken"
            out.append(refuse(feed, t_recv_ns, BAD_TIME, detail))
    said = (location.lat_deg, location.lon_deg, t_ns)
    if not _is_repeated(listener, remote_id or address, said, is_stated):
        out.append(_report(listener, location, remote_id, t_ns, t_recv_ns))
    return out


def _is_repeated(
    listener: Listener, name: str, said: tuple[float, float, int], is_stated: bool
) -> bool:
    """Say whether this very location has been taken in; remember it.

    said: latitude, longitude, time. Where the drone states no time that can be believed, the same
    place within a second is the same location, and afterwards the drone still stands there.
    """
    last = listener.said.pop(name, None)
    if len(listener.said) >= LOCATIONS_MAX:
        del listener.said[next(iter(listener.said))]
    is_same = last is not None and last[:2] == said[:2]
    if is_same and last is not None:
        gap_ns = said[2] - last[2]
        is_same = gap_ns == 0 if is_stated else 0 <= gap_ns < REPEATED_NS
    listener.said[name] = last if is_same and last is not None else said
    return is_same


def _report(
    listener: Listener, location: Location, remote_id: str | None, t_ns: int, t_recv_ns: int
) -> PositionReport:
    east_mps = north_mps = None
    if location.speed_mps is not None and location.direction_deg is not None:
        direction_rad = math.radians(location.direction_deg)
        east_mps = location.speed_mps * math.sin(direction_rad)
        north_mps = location.speed_mps * math.cos(direction_rad)
    radius_m = _bound(HORIZONTAL_95_M, location.horizontal_accuracy)
    height_m = _bound(VERTICAL_95_M, location.vertical_accuracy)
    return PositionReport(
        sensor=listener.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(location.lat_deg or 0.0),
        lon_rad=math.radians(location.lon_deg or 0.0),
        hae_m=location.hae_m,
        height_baro_m=location.baro_m,
        v_east_mps=east_mps,
        v_north_mps=north_mps,
        v_up_mps=location.climb_mps,
        horizontal_sigma_m=None if radius_m is None else radius_m * _SIGMA_OF_RADIUS_95,
        vertical_sigma_m=None if height_m is None else height_m * _SIGMA_OF_INTERVAL_95,
        claims=Claims(remote_id=remote_id),
    )


def _bound(bounds: tuple[float | None, ...], code: int) -> float | None:
    return bounds[code] if code < len(bounds) else None


def _operator(
    listener: Listener, transmitter: Transmitter, system: System, t_ns: int, t_recv_ns: int
) -> list[Report]:
    remote_id = _identifier(transmitter)
    lat_deg, lon_deg = system.operator_lat_deg, system.operator_lon_deg
    if remote_id is None or lat_deg is None or lon_deg is None:
        return []
    told = transmitter.told
    stands = told is not None and told[:2] == (lat_deg, lon_deg)
    if told is not None and stands and 0 <= t_recv_ns - told[2] < OPERATOR_TOLD_NS:
        return []
    transmitter.told = (lat_deg, lon_deg, t_recv_ns)
    return [
        OperatorReport(
            sensor=listener.sensor,
            t_meas_ns=t_ns,
            t_recv_ns=t_recv_ns,
            remote_id=remote_id,
            lat_rad=math.radians(lat_deg),
            lon_rad=math.radians(lon_deg),
            hae_m=system.operator_hae_m,
            place=_OPERATOR_PLACES[system.place],
            operator_id=transmitter.operator_id,
        )
    ]
