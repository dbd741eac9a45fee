"""Remote ID as receivers publish it over MQTT (DroneScout's JSON), often compressed.

In: one payload: JSON objects one after the other, plain or LZMA. Out: reports. An object holds
`data` (`UASdata`, base64: the receiver's memory of what a drone has said, or messages as sent),
`status` (a sign of life) or what is passed over. Decompression is bounded in memory and output.
"""

import binascii
import json
import lzma
import math
import re
from collections.abc import Iterator
from struct import Struct
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import (
    BAD_JSON,
    BAD_LENGTH,
    BAD_TEXT,
    BAD_VALUE,
    OUT_OF_RANGE,
    TOO_DEEP,
    TOO_LONG,
    TRUNCATED,
    refuse,
)
from vedette.codecs.remote_id.decode import decode, split
from vedette.codecs.remote_id.messages import (
    AnyMessage,
    BasicId,
    Location,
    OperatorId,
    SelfId,
    System,
)
from vedette.codecs.remote_id.receive import Listener, heard_at, take
from vedette.codecs.times import T_MAX_NS
from vedette.model.reports import Report, SensorStatus

PAYLOAD_BYTES_MAX = 1 << 16  # an object is about 1.5 kB; receivers put some dozens together
TEXT_BYTES_MAX = 1 << 18  # after decompression
LZMA_MEMORY_MAX = 12 << 20  # the receivers' own preset needs 9 MiB
OBJECTS_MAX = 256
DEPTH_MAX = 8
NS_PER_MS = 1_000_000

# The receiver's memory, as its C structure lies there (little-endian, 914 octets used).
MEMORY_BYTES = 914
_BASIC, _LOCATION = Struct("<ii20s"), Struct("<ifffddffifiiiiif")
_SELF, _OPERATOR = Struct("<i23s"), Struct("<i20s")
_SYSTEM = Struct("<iiddHHffiifI")
_BASIC_AT, _LOCATION_AT, _SELF_AT, _SYSTEM_AT, _OPERATOR_AT = (0, 32), 64, 776, 808, 864
_BASIC_VALID_AT, _LOCATION_VALID_AT = (892, 893), 894
_SELF_VALID_AT, _SYSTEM_VALID_AT, _OPERATOR_VALID_AT = 911, 912, 913

_TOKEN = re.compile(rb'["{}]')
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)


class ScoutData(
    msgspec.Struct, frozen=True, rename={"address": "MAC address", "octets": "UASdata"}
):
    """What one drone said. timestamp: ms since 1970, by the receiver's clock."""

    octets: str
    address: Annotated[str, Meta(max_length=40)] = ""
    timestamp: Annotated[int, Meta(ge=0, lt=T_MAX_NS // NS_PER_MS)] | None = None
    sensor_id: Annotated[str, Meta(max_length=64)] = msgspec.field(default="", name="sensor ID")


class ScoutStatus(msgspec.Struct, frozen=True):
    """A receiver's sign of life."""

    timestamp: Annotated[int, Meta(ge=0, lt=T_MAX_NS // NS_PER_MS)] | None = None
    sensor_id: Annotated[str, Meta(max_length=64)] = msgspec.field(default="", name="sensor ID")


class ScoutObject(msgspec.Struct, frozen=True):
    """One object of a payload; further keys are passed over."""

    data: ScoutData | None = None
    status: ScoutStatus | None = None


_DECODER = msgspec.json.Decoder(ScoutObject)


def read_payload(listener: Listener, payload: bytes, t_recv_ns: int, feed: str) -> list[Report]:
    """Read one MQTT payload; what cannot be read is refused, object by object."""
    out: list[Report] = []
    try:
        for data in objects(inflated(payload)):
            out += _object(listener, data, t_recv_ns, feed)
    except RefusedError as refused:
        out.append(refuse(feed, t_recv_ns, *refused.args))
    return out


def is_scouts(payload: bytes) -> bool:
    """Say whether a payload of which `read_payload` refused nothing has a DroneScout's message."""
    read = (_DECODER.decode(data) for data in objects(inflated(payload)))
    return any(said.data is not None or said.status is not None for said in read)


def inflated(payload: bytes) -> bytes:
    """Give the text of a payload. Raises RefusedError where it is too long, or no LZMA either."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        raise RefusedError(TOO_LONG, f"a payload above {PAYLOAD_BYTES_MAX} bytes")
    if payload.lstrip()[:1] == b"{":
        return payload
    try:
        unpacker = lzma.LZMADecompressor(memlimit=LZMA_MEMORY_MAX)
        text = unpacker.decompress(payload, max_length=TEXT_BYTES_MAX + 1)
    except (lzma.LZMAError, EOFError, MemoryError) as error:
        raise RefusedError(BAD_TEXT, f"neither JSON nor LZMA: {error}") from error
    if len(text) > TEXT_BYTES_MAX:
        raise RefusedError(TOO_LONG, f"above {TEXT_BYTES_MAX} bytes when decompressed")
    if not unpacker.eof:
        raise RefusedError(TRUNCATED, "the LZMA is cut short")
    return text


def objects(text: bytes) -> Iterator[bytes]:
    """Cut a text into the JSON objects that follow one another in it.

    Raises RefusedError where something else stands between them, one is not closed, or they are
    too many or too deep.
    """
    at, count, size = 0, 0, len(text)
    while at < size:
        if text[at : at + 1] in b" \t\r\n\0":
            at += 1
            continue
        if text[at : at + 1] != b"{":
            raise RefusedError(BAD_JSON, "no object where one should begin")
        end = _end_of_object(text, at)
        count += 1
        if count > OBJECTS_MAX:
            raise RefusedError(TOO_LONG, f"more than {OBJECTS_MAX} objects")
        yield text[at:end]
        at = end


def _end_of_object(text: bytes, at: int) -> int:
    depth = 0
    while (found := _TOKEN.search(text, at)) is not None:
        at = found.end()
        if found[0] == b'"':
            whole = _STRING.match(text, at - 1)
            if whole is None:
                raise RefusedError(TRUNCATED, "a text is not closed")
            at = whole.end()
            continue
        depth += 1 if found[0] == b"{" else -1
        if depth > DEPTH_MAX:
            raise RefusedError(TOO_DEEP, f"more than {DEPTH_MAX} objects in each other")
        if not depth:
            return at
    raise RefusedError(TRUNCATED, "an object is not closed")


def _object(listener: Listener, data: bytes, t_recv_ns: int, feed: str) -> list[Report]:
    try:
        read = _DECODER.decode(data)
        if read.data is not None:
            return _drone(listener, read.data, t_recv_ns, feed)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        reason = OUT_OF_RANGE if "expected `int`" in str(error).lower() else BAD_JSON
        return [refuse(feed, t_recv_ns, reason, ascii(str(error))[1:-1])]
    except RefusedError as refused:
        return [refuse(feed, t_recv_ns, *refused.args)]
    if read.status is not None:
        return [_sign_of_life(listener, read.status, t_recv_ns)]
    return []


def _sign_of_life(listener: Listener, status: ScoutStatus, t_recv_ns: int) -> SensorStatus:
    return SensorStatus(
        sensor=listener.sensor, t_meas_ns=t_recv_ns, t_recv_ns=t_recv_ns, kind="heartbeat"
    )


def _drone(listener: Listener, said: ScoutData, t_recv_ns: int, feed: str) -> list[Report]:
    try:
        octets = binascii.a2b_base64(said.octets.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise RefusedError(BAD_TEXT, "UASdata is no base64") from error
    stated_ns = None if said.timestamp is None else said.timestamp * NS_PER_MS
    t_ns, out = heard_at(listener, said.sensor_id, stated_ns, t_recv_ns, feed)
    address = re.sub(r"[^0-9a-f]", "", said.address.lower())[:12]
    return out + take(listener, address, messages_of(octets), t_ns, t_recv_ns, feed)


def messages_of(octets: bytes) -> list[AnyMessage]:
    """Read what a receiver remembers of a drone, or messages as sent. Raises RefusedError."""
    if len(octets) >= MEMORY_BYTES:
        return remembered(octets)
    if len(octets) < 25 and octets[:1] and octets[0] >> 4 != 15:
        raise RefusedError(BAD_LENGTH, f"UASdata of {len(octets)} bytes")
    return [decode(piece) for piece in split(octets)]


def remembered(memory: bytes) -> list[AnyMessage]:
    """Read the receiver's structure: only the parts it marks as valid. Raises RefusedError."""
    found: list[AnyMessage] = []
    for at, valid_at in zip(_BASIC_AT, _BASIC_VALID_AT, strict=True):
        if memory[valid_at] == 1:
            ua_type, id_type, text = _BASIC.unpack_from(memory, at)
            uas_id = text.rstrip(b"\0")
            found.append(BasicId(id_type=id_type & 15, ua_type=ua_type & 15, uas_id=uas_id))
    if memory[_OPERATOR_VALID_AT] == 1:
        kind, text = _OPERATOR.unpack_from(memory, _OPERATOR_AT)
        found.append(OperatorId(kind=kind & 255, operator_id=text.rstrip(b"\0")))
    if memory[_LOCATION_VALID_AT] == 1:
        found.append(_location(memory))
    if memory[_SELF_VALID_AT] == 1:
        kind, text = _SELF.unpack_from(memory, _SELF_AT)
        found.append(SelfId(kind=kind & 255, text=text.rstrip(b"\0")))
    if memory[_SYSTEM_VALID_AT] == 1:
        found.append(_system(memory))
    return found


def _location(memory: bytes) -> Location:
    (status, direction, speed, climb, lat, lon, baro, geo, height_type, height, *codes, since_s) = (
        _LOCATION.unpack_from(memory, _LOCATION_AT)
    )
    lat_deg, lon_deg = _place(lat, lon)
    tenths = _within(since_s, 0.0, 3600.0)
    direction_deg = _within(direction, 0.0, 360.0)
    return Location(
        status=status & 15,
        above_ground=height_type == 1,
        direction_deg=None if direction_deg is None else round(direction_deg),
        speed_mps=_within(speed, 0.0, 254.25),
        climb_mps=_within(climb, -62.0, 62.0),
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        baro_m=_within(baro, -999.9, 31_767.5),
        hae_m=_within(geo, -999.9, 31_767.5),
        height_m=_within(height, -999.9, 31_767.5),
        horizontal_accuracy=codes[0] & 15,
        vertical_accuracy=codes[1] & 15,
        baro_accuracy=codes[2] & 15,
        speed_accuracy=codes[3] & 15,
        tenths=None if tenths is None else round(tenths * 10.0),
        time_accuracy=codes[4] & 15,
    )


def _system(memory: bytes) -> System:
    (place, classification, lat, lon, count, radius, ceiling, floor, category, eu, hae, _) = (
        _SYSTEM.unpack_from(memory, _SYSTEM_AT)
    )
    lat_deg, lon_deg = _place(lat, lon)
    return System(
        place=place & 3,
        classification=classification & 7,
        operator_lat_deg=lat_deg,
        operator_lon_deg=lon_deg,
        operator_hae_m=_within(hae, -999.9, 31_767.5),
        area_count=count,
        area_radius_m=float(radius),
        area_ceiling_m=_within(ceiling, -999.9, 31_767.5),
        area_floor_m=_within(floor, -999.9, 31_767.5),
        category_eu=category & 15,
        class_eu=eu & 15,
    )


def _place(lat: float, lon: float) -> tuple[float | None, float | None]:
    """Give a place; both 0 is "unknown". Raises RefusedError where it is on no earth."""
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise RefusedError(BAD_VALUE, "a place that is no number")
    if abs(lat) > 90.0 or abs(lon) > 180.0:
        raise RefusedError(OUT_OF_RANGE, f"latitude {lat:g}, longitude {lon:g}")
    return (None, None) if lat == 0.0 and lon == 0.0 else (lat, lon)


def _within(value: float, low: float, high: float) -> float | None:
    """Give a value the format can say; what lies outside (NaN too) means "unknown" there."""
    return value if low <= value <= high else None


def forget_operator(memory: bytearray) -> None:
    """Overwrite where a receiver remembers the operator: place and height unknown, no text."""
    values = list(_SYSTEM.unpack_from(memory, _SYSTEM_AT))
    values[2], values[3], values[10] = 0.0, 0.0, -1000.0
    _SYSTEM.pack_into(memory, _SYSTEM_AT, *values)
    kind, _ = _OPERATOR.unpack_from(memory, _OPERATOR_AT)
    _OPERATOR.pack_into(memory, _OPERATOR_AT, kind, b"")


def remember(messages: list[AnyMessage]) -> bytes:
    """Lay messages out as a receiver's memory does: the way back of `remembered`."""
    memory, basics = bytearray(920), 0
    for message in messages:
        if isinstance(message, BasicId) and basics < 2:
            values = (message.ua_type, message.id_type, message.uas_id)
            _BASIC.pack_into(memory, _BASIC_AT[basics], *values)
            memory[_BASIC_VALID_AT[basics]] = 1
            basics += 1
        elif isinstance(message, Location):
            _remember_location(memory, message)
        elif isinstance(message, SelfId):
            _SELF.pack_into(memory, _SELF_AT, message.kind, message.text)
            memory[_SELF_VALID_AT] = 1
        elif isinstance(message, System):
            _remember_system(memory, message)
        elif isinstance(message, OperatorId):
            _OPERATOR.pack_into(memory, _OPERATOR_AT, message.kind, message.operator_id)
            memory[_OPERATOR_VALID_AT] = 1
    return bytes(memory)


def _or(value: float | None, unknown: float) -> float:
    return unknown if value is None else value


def _remember_location(memory: bytearray, said: Location) -> None:
    since_s = math.nan if said.tenths is None else said.tenths / 10.0
    values: tuple[Any, ...] = (
        said.status,
        _or(said.direction_deg, 361.0),
        _or(said.speed_mps, 255.0),
        _or(said.climb_mps, 63.0),
        _or(said.lat_deg, 0.0),
        _or(said.lon_deg, 0.0),
        _or(said.baro_m, -1000.0),
        _or(said.hae_m, -1000.0),
        int(said.above_ground),
        _or(said.height_m, -1000.0),
        said.horizontal_accuracy,
        said.vertical_accuracy,
        said.baro_accuracy,
        said.speed_accuracy,
        said.time_accuracy,
        since_s,
    )
    _LOCATION.pack_into(memory, _LOCATION_AT, *values)
    memory[_LOCATION_VALID_AT] = 1


def _remember_system(memory: bytearray, said: System) -> None:
    values: tuple[Any, ...] = (
        said.place,
        said.classification,
        _or(said.operator_lat_deg, 0.0),
        _or(said.operator_lon_deg, 0.0),
        said.area_count,
        round(said.area_radius_m),
        _or(said.area_ceiling_m, -1000.0),
        _or(said.area_floor_m, -1000.0),
        said.category_eu,
        said.class_eu,
        _or(said.operator_hae_m, -1000.0),
        0,
    )
    _SYSTEM.pack_into(memory, _SYSTEM_AT, *values)
    memory[_SYSTEM_VALID_AT] = 1


def publish(address: str, octets: bytes, t_ns: int, sensor_id: str = "scout-1") -> bytes:
    """Make the object that a receiver publishes of one drone. octets: as for `messages_of`."""
    data = {
        "sensor ID": sensor_id,
        "RSSI": -60,
        "channel": 6,
        "timestamp": t_ns // NS_PER_MS,
        "MAC address": address,
        "type": "WLAN",
        "UASdata": binascii.b2a_base64(octets, newline=False).decode("ascii"),
    }
    return json.dumps({"protocol": 1.0, "data": data}).encode("ascii")
