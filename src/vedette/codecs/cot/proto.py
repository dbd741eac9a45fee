"""TAK protocol version 1: TakMessage in protocol buffers, read and written by hand.

Nine small messages of scalars and strings need four wire types and no generated code; a reader of
our own refuses what is not bounded and remembers nothing. The package takproto, which brings the
protobuf runtime and parses XML with entities, is what the tests compare this with.

Field numbers: takmessage, takcontrol, cotevent, detail, contact, group, precisionlocation, status,
takv and track .proto of the TAK protocol. Wire format: protobuf.dev, "Encoding".
"""

from collections.abc import Iterator
from struct import pack, unpack_from
from typing import Any

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.cot.event import EVENT_BYTES_MAX, UNKNOWN_FROM_M, CotEvent, checked
from vedette.codecs.cot.xml_read import read_detail
from vedette.codecs.cot.xml_write import NS_PER_MS, other_detail

FIELDS_MAX = 512  # of one message; ours have fifteen
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_TAK_CONTROL, _COT_EVENT = 1, 2
_TEXTS = {1: "kind", 2: "access", 3: "qos", 4: "opex", 5: "uid", 9: "how"}
_TIMES = {6: "time_ns", 7: "start_ns", 8: "stale_ns"}
_POINT = {10: "lat_deg", 11: "lon_deg", 12: "hae_m", 13: "ce_m", 14: "le_m"}
_DETAIL = 15
_XML_DETAIL, _CONTACT, _GROUP, _TRACK = 1, 2, 3, 7
_NAMED = {
    _CONTACT: {1: "endpoint", 2: "callsign"},
    _GROUP: {1: "group", 2: "role"},
    _TRACK: {1: "speed_mps", 2: "course_deg"},
}
# A field left out of a protobuf is 0 or empty; the times of an event are always there.
_DEFAULTS = {"lat_deg": 0.0, "lon_deg": 0.0, "hae_m": 0.0}


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """Read a varint at a place: (value, the place after it); raises RefusedError."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise RefusedError(reasons.TRUNCATED, "a varint is cut short")
        octet = data[at]
        at += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
        if shift > 63:
            raise RefusedError(reasons.BAD_VALUE, "a varint of more than ten octets")


def varint(value: int) -> bytes:
    """Write an unsigned number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def fields(data: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Walk the fields of a message: (number, value); raises RefusedError where it is none.

    Values of fixed size are doubles where they have eight octets; groups are refused.
    """
    at, size, count = 0, len(data), 0
    while at < size:
        count += 1
        if count > FIELDS_MAX:
            raise RefusedError(reasons.TOO_LONG, f"more than {FIELDS_MAX} fields")
        key, at = read_varint(data, at)
        number, wire = key >> 3, key & 7
        value: int | float | bytes
        if wire == _VARINT:
            value, at = read_varint(data, at)
        elif wire == _BYTES:
            length, at = read_varint(data, at)
            value = _piece(data, at, length)
            at += length
        elif wire in (_FIXED64, _FIXED32):
            width = 8 if wire == _FIXED64 else 4
            piece = _piece(data, at, width)
            value = unpack_from("<d" if width == 8 else "<f", piece)[0]
            at += width
        else:
            raise RefusedError(reasons.BAD_VALUE, f"wire type {wire}")
        yield number, value


def _piece(data: bytes, at: int, length: int) -> bytes:
    if at + length > len(data):
        raise RefusedError(reasons.TRUNCATED, f"{length} octets are announced, fewer are there")
    return data[at : at + length]


def read_message(data: bytes) -> CotEvent:
    """Read one TakMessage; raises RefusedError(reason, detail).

    A message of control alone (it says which versions a client of a mesh speaks) is refused as
    empty: it holds no event.
    """
    if len(data) > EVENT_BYTES_MAX:
        raise RefusedError(reasons.TOO_LONG, f"an event above {EVENT_BYTES_MAX} bytes")
    event: bytes | None = None
    for number, value in fields(data):
        if number == _COT_EVENT:
            event = _octets(value)
    if event is None:
        raise RefusedError(reasons.EMPTY, "a message without an event")
    return checked(_event(event))


def _event(data: bytes) -> dict[str, Any]:
    values: dict[str, Any] = dict(_DEFAULTS)
    for number, value in fields(data):
        if number in _TEXTS:
            values[_TEXTS[number]] = _text(value)
        elif number in _TIMES:
            values[_TIMES[number]] = _whole(value) * NS_PER_MS
        elif number in _POINT:
            values[_POINT[number]] = _real(value)
        elif number == _DETAIL:
            values.update(_detail(_octets(value)))
    return values


def _detail(data: bytes) -> dict[str, Any]:
    """Read a detail: what has fields of its own goes before the same in its XML."""
    known: dict[str, Any] = {}
    xml: dict[str, Any] = {}
    for number, value in fields(data):
        if number == _XML_DETAIL:
            xml = read_detail(_text(value))
        elif number in _NAMED:
            names = _NAMED[number]
            for inner, part in fields(_octets(value)):
                if inner in names:
                    known[names[inner]] = _real(part) if number == _TRACK else _text(part)
    return xml | known


def _octets(value: int | float | bytes) -> bytes:
    if not isinstance(value, bytes):
        raise RefusedError(reasons.BAD_VALUE, "a number where a message belongs")
    return value


def _text(value: int | float | bytes) -> str:
    try:
        return _octets(value).decode()
    except UnicodeDecodeError:
        raise RefusedError(reasons.BAD_TEXT, "not UTF-8") from None


def _whole(value: int | float | bytes) -> int:
    if not isinstance(value, int):
        raise RefusedError(reasons.BAD_VALUE, "no whole number where a time belongs")
    return value


def _real(value: int | float | bytes) -> float:
    if not isinstance(value, float):
        raise RefusedError(reasons.BAD_VALUE, "no double where a quantity belongs")
    return value


def write_message(event: CotEvent) -> bytes:
    """Write one TakMessage, times cut to milliseconds."""
    parts = [_string(number, str(getattr(event, name))) for number, name in _TEXTS.items()]
    parts += [_number(number, getattr(event, name) // NS_PER_MS) for number, name in _TIMES.items()]
    for number, name in _POINT.items():
        value = getattr(event, name)
        parts.append(_double(number, UNKNOWN_FROM_M if value is None else value))
    parts.append(_nested(_DETAIL, _detail_of(event)))
    return _nested(_COT_EVENT, b"".join(parts))


def _detail_of(event: CotEvent) -> bytes:
    parts = [_string(_XML_DETAIL, other_detail(event))]
    if event.callsign or event.endpoint:
        contact = _string(1, event.endpoint) + _string(2, event.callsign)
        parts.append(_nested(_CONTACT, contact))
    if event.group or event.role:
        parts.append(_nested(_GROUP, _string(1, event.group) + _string(2, event.role)))
    if event.course_deg is not None and event.speed_mps is not None:
        track = _double(1, event.speed_mps) + _double(2, event.course_deg)
        parts.append(_nested(_TRACK, track))
    return b"".join(parts)


def _string(number: int, text: str) -> bytes:
    return _nested(number, text.encode("utf-8", "replace")) if text else b""


def _nested(number: int, data: bytes) -> bytes:
    return varint(number << 3 | _BYTES) + varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return varint(number << 3 | _VARINT) + varint(value)


def _double(number: int, value: float) -> bytes:
    return varint(number << 3 | _FIXED64) + pack("<d", value)
