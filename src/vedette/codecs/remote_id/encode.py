"""Messages of Remote ID to octets, held within what the format can say.

In: structs of `messages`. Out: 25 octets each, or a pack. A value finer than the format's step is
rounded to it; one beyond its range is an error of the caller, refused by name.
"""

from collections.abc import Sequence
from struct import Struct

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_LENGTH, OUT_OF_RANGE
from vedette.codecs.remote_id.messages import (
    AREA_STEP_M,
    AUTHENTICATION,
    BASIC_ID,
    CLIMB_STEP_MPS,
    CLIMB_UNKNOWN,
    DIRECTION_UNKNOWN_DEG,
    EPOCH_2019_NS,
    HEIGHT_STEP_M,
    HEIGHT_ZERO_M,
    LAT_LON_PER_DEG,
    LOCATION,
    MESSAGE_BYTES,
    OPERATOR_ID,
    PACK,
    PACK_MESSAGES_MAX,
    SELF_ID,
    SPEED_BREAK_MPS,
    SPEED_STEP_MPS,
    SPEED_UNKNOWN,
    SYSTEM,
    TENTHS_UNKNOWN,
    AnyMessage,
    Authentication,
    BasicId,
    Location,
    OperatorId,
    SelfId,
    System,
)

_LOCATION = Struct("<BBBBbiiHHHBBHBB")
_SYSTEM = Struct("<BBiiHBHHBHIB")


def encode(message: AnyMessage) -> bytes:
    """Encode one message as 25 octets. Raises RefusedError where a value does not fit."""
    if isinstance(message, Location):
        return _location(message)
    if isinstance(message, System):
        return _system(message)
    if isinstance(message, Authentication):
        return _authentication(message)
    if isinstance(message, BasicId):
        kind, octet, text, most = (
            BASIC_ID,
            message.id_type << 4 | message.ua_type,
            message.uas_id,
            20,
        )
    elif isinstance(message, OperatorId):
        kind, octet, text, most = OPERATOR_ID, message.kind, message.operator_id, 20
    else:
        assert isinstance(message, SelfId)
        kind, octet, text, most = SELF_ID, message.kind, message.text, 23
    if len(text) > most:
        raise RefusedError(BAD_LENGTH, f"a text of {len(text)} bytes")
    head = bytes([kind << 4 | message.version, _within(octet, 0, 255)])
    return head + text.ljust(MESSAGE_BYTES - 2, b"\0")


def encode_pack(messages: Sequence[bytes], version: int = 2) -> bytes:
    """Put encoded messages into one pack: at most nine."""
    if len(messages) > PACK_MESSAGES_MAX:
        raise RefusedError(BAD_LENGTH, f"a pack of {len(messages)} messages")
    return bytes([PACK << 4 | version, MESSAGE_BYTES, len(messages)]) + b"".join(messages)


def sign(signature: bytes, auth_type: int, t_ns: int, version: int = 2) -> list[Authentication]:
    """Cut a signature into its pages: 17 octets on the first, 23 on each other."""
    rest = [signature[at : at + 23] for at in range(17, len(signature), 23)]
    first = Authentication(
        version=version,
        auth_type=auth_type,
        page=0,
        data=signature[:17],
        last_page=len(rest),
        length=len(signature),
        t_ns=t_ns,
    )
    others = [
        Authentication(version=version, auth_type=auth_type, page=page, data=data)
        for page, data in enumerate(rest, 1)
    ]
    return [first, *others]


def _location(message: Location) -> bytes:
    direction = message.direction_deg
    direction = DIRECTION_UNKNOWN_DEG if direction is None else _within(direction, 0, 360)
    is_west = direction >= 180
    is_coarse, speed = _speed(message.speed_mps)
    climb = message.climb_mps
    bits = is_coarse | is_west << 1 | message.above_ground << 2 | _nibble(message.status) << 4
    return _LOCATION.pack(
        LOCATION << 4 | message.version,
        bits,
        direction - 180 * is_west,
        speed,
        CLIMB_UNKNOWN if climb is None else _within(round(climb / CLIMB_STEP_MPS), -124, 124),
        *_place(message.lat_deg, message.lon_deg),
        _height(message.baro_m),
        _height(message.hae_m),
        _height(message.height_m),
        _nibble(message.vertical_accuracy) << 4 | _nibble(message.horizontal_accuracy),
        _nibble(message.baro_accuracy) << 4 | _nibble(message.speed_accuracy),
        TENTHS_UNKNOWN if message.tenths is None else _within(message.tenths, 0, 36_000),
        _nibble(message.time_accuracy),
        0,
    )


def _speed(speed_mps: float | None) -> tuple[int, int]:
    """Give the multiplier bit and the value, on the fine scale where it reaches."""
    if speed_mps is None:
        return 1, SPEED_UNKNOWN
    fine = round(speed_mps / SPEED_STEP_MPS[0])
    if fine <= 255:
        return 0, _within(fine, 0, 255)
    return 1, _within(round((speed_mps - SPEED_BREAK_MPS) / SPEED_STEP_MPS[1]), 0, 254)


def _place(lat_deg: float | None, lon_deg: float | None) -> tuple[int, int]:
    if lat_deg is None or lon_deg is None:
        return 0, 0
    lat, lon = round(lat_deg * LAT_LON_PER_DEG), round(lon_deg * LAT_LON_PER_DEG)
    most = 90 * LAT_LON_PER_DEG
    return _within(lat, -most, most), _within(lon, -2 * most, 2 * most)


def _height(height_m: float | None) -> int:
    if height_m is None:
        return 0
    return _within(round((height_m - HEIGHT_ZERO_M) / HEIGHT_STEP_M), 1, 0xFFFF)


def _authentication(message: Authentication) -> bytes:
    head = bytes(
        [
            AUTHENTICATION << 4 | message.version,
            _nibble(message.auth_type) << 4 | _nibble(message.page),
        ]
    )
    if message.page == 0:
        last = message.last_page or 0
        pages = _nibble(last if message.version else last + 1)
        head += bytes([pages, _within(message.length or 0, 0, 255)])
        head += _seconds(message.t_ns).to_bytes(4, "little")
    if len(head) + len(message.data) > MESSAGE_BYTES:
        raise RefusedError(BAD_LENGTH, f"a page of {len(message.data)} bytes")
    return (head + message.data).ljust(MESSAGE_BYTES, b"\0")


def _system(message: System) -> bytes:
    bits = _within(message.place, 0, 3) | _within(message.classification, 0, 7) << 2
    return _SYSTEM.pack(
        SYSTEM << 4 | message.version,
        bits,
        *_place(message.operator_lat_deg, message.operator_lon_deg),
        _within(message.area_count, 0, 0xFFFF),
        _within(round(message.area_radius_m / AREA_STEP_M), 0, 255),
        _height(message.area_ceiling_m),
        _height(message.area_floor_m),
        _nibble(message.category_eu) << 4 | _nibble(message.class_eu),
        _height(message.operator_hae_m),
        _seconds(message.t_ns),
        0,
    )


def _seconds(t_ns: int | None) -> int:
    if t_ns is None:
        return 0
    return _within((t_ns - EPOCH_2019_NS) // NS_PER_S, 0, 0xFFFFFFFF)


def _nibble(value: int) -> int:
    return _within(value, 0, 15)


def _within(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise RefusedError(OUT_OF_RANGE, f"{value} is outside {low}..{high}")
    return value
