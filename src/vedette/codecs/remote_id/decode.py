"""Octets of Remote ID to messages; what is impossible is refused by name.

In: one message of 25 octets, or a pack of them. Out: structs of `messages`. All layouts are those
of F3411-22a; what version 0 left reserved reads as "unknown" there, but for the number of pages of
a signature, which version 0 gave as a count and later versions as the last index.
"""

from collections.abc import Callable
from struct import Struct

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs.reasons import (
    BAD_HEADER,
    BAD_LENGTH,
    BAD_TIME,
    BAD_VALUE,
    OUT_OF_RANGE,
    TRUNCATED,
    UNKNOWN_ITEM,
)
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
    PACK_MESSAGES_MAX_V0,
    SELF_ID,
    SPEED_BREAK_MPS,
    SPEED_STEP_MPS,
    SPEED_UNKNOWN,
    SYSTEM,
    TENTHS_MAX,
    TENTHS_UNKNOWN,
    VERSIONS,
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
_AUTH_FIRST = Struct("<BBBBI17s")
_LAT_MAX, _LON_MAX = 90 * LAT_LON_PER_DEG, 180 * LAT_LON_PER_DEG
_PAGE_MAX = 15


def split(data: bytes) -> list[bytes]:
    """Give the single messages of 25 octets in a message or a pack.

    Raises RefusedError(reason, detail) where its frame is broken; a pack may be empty.
    """
    if not data:
        raise RefusedError(TRUNCATED, "no message")
    if data[0] >> 4 != PACK:
        if len(data) < MESSAGE_BYTES:
            raise RefusedError(TRUNCATED, f"a message of {len(data)} bytes")
        return [data[:MESSAGE_BYTES]]
    if len(data) < 3:
        raise RefusedError(TRUNCATED, "a pack is cut short")
    version, size, count = data[0] & 15, data[1], data[2]
    most = PACK_MESSAGES_MAX if version else PACK_MESSAGES_MAX_V0
    if version not in VERSIONS:
        raise RefusedError(BAD_HEADER, f"a pack of protocol version {version}")
    if size != MESSAGE_BYTES or count > most:
        raise RefusedError(BAD_LENGTH, f"a pack of {count} messages of {size} bytes")
    if len(data) < 3 + count * MESSAGE_BYTES:
        raise RefusedError(TRUNCATED, f"a pack of {count} messages in {len(data)} bytes")
    return [data[3 + k * MESSAGE_BYTES : 28 + k * MESSAGE_BYTES] for k in range(count)]


def decode(data: bytes) -> AnyMessage:
    """Decode one message of 25 octets. Raises RefusedError(reason, detail)."""
    if len(data) != MESSAGE_BYTES:
        raise RefusedError(BAD_LENGTH, f"a message of {len(data)} bytes")
    kind, version = data[0] >> 4, data[0] & 15
    reader = _READERS.get(kind)
    if version not in VERSIONS:
        raise RefusedError(BAD_HEADER, f"protocol version {version}")
    if reader is None:
        raise RefusedError(UNKNOWN_ITEM, f"message type {kind}")
    return reader(data, version)


def _basic_id(data: bytes, version: int) -> BasicId:
    octet = data[1]
    uas_id = data[2:22].rstrip(b"\0")
    return BasicId(version=version, id_type=octet >> 4, ua_type=octet & 15, uas_id=uas_id)


def _location(data: bytes, version: int) -> Location:
    (_, bits, direction, speed, climb, lat, lon, baro, geo, height, near, fast, tenths, ts, _) = (
        _LOCATION.unpack(data)
    )
    lat_deg, lon_deg = place_deg(lat, lon)
    direction += 180 * (bits >> 1 & 1)
    if direction > DIRECTION_UNKNOWN_DEG:
        raise RefusedError(BAD_VALUE, f"a direction of {direction} degrees")
    if tenths > TENTHS_MAX and tenths != TENTHS_UNKNOWN:
        raise RefusedError(BAD_TIME, f"{tenths} tenths of seconds in an hour")
    is_coarse = bits & 1
    speed_mps = speed * SPEED_STEP_MPS[is_coarse] + (SPEED_BREAK_MPS if is_coarse else 0.0)
    return Location(
        version=version,
        status=bits >> 4,
        above_ground=bool(bits & 4),
        direction_deg=None if direction == DIRECTION_UNKNOWN_DEG else direction,
        speed_mps=None if is_coarse and speed == SPEED_UNKNOWN else speed_mps,
        climb_mps=None if climb == CLIMB_UNKNOWN else climb * CLIMB_STEP_MPS,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        baro_m=_height_m(baro),
        hae_m=_height_m(geo),
        height_m=_height_m(height),
        horizontal_accuracy=near & 15,
        vertical_accuracy=near >> 4,
        baro_accuracy=fast >> 4,
        speed_accuracy=fast & 15,
        tenths=None if tenths == TENTHS_UNKNOWN else tenths,
        time_accuracy=ts & 15,
    )


def place_deg(lat: int, lon: int) -> tuple[float | None, float | None]:
    """Turn ten-millionths of degrees into degrees; both 0 is "unknown".

    Raises RefusedError where they are on no earth.
    """
    if abs(lat) > _LAT_MAX or abs(lon) > _LON_MAX:
        detail = f"latitude {lat / LAT_LON_PER_DEG:g}, longitude {lon / LAT_LON_PER_DEG:g}"
        raise RefusedError(OUT_OF_RANGE, detail)
    if lat == 0 and lon == 0:
        return None, None
    return lat / LAT_LON_PER_DEG, lon / LAT_LON_PER_DEG


def _height_m(steps: int) -> float | None:
    return steps * HEIGHT_STEP_M + HEIGHT_ZERO_M if steps else None


def _authentication(data: bytes, version: int) -> Authentication:
    auth_type, page = data[1] >> 4, data[1] & 15
    if page:
        return Authentication(version=version, auth_type=auth_type, page=page, data=data[2:])
    _, _, pages, length, seconds, body = _AUTH_FIRST.unpack(data)
    last = pages & 15 if version else max(pages & 15, 1) - 1
    if length > 17 + 23 * last:
        raise RefusedError(BAD_LENGTH, f"a signature of {length} bytes on {last + 1} pages")
    return Authentication(
        version=version,
        auth_type=auth_type,
        page=0,
        data=body,
        last_page=last,
        length=length,
        t_ns=_time_ns(seconds),
    )


def _time_ns(seconds: int) -> int | None:
    return EPOCH_2019_NS + seconds * NS_PER_S if seconds else None


def _self_id(data: bytes, version: int) -> SelfId:
    return SelfId(version=version, kind=data[1], text=data[2:25].rstrip(b"\0"))


def _system(data: bytes, version: int) -> System:
    _, bits, lat, lon, count, radius, ceiling, floor, eu, hae, seconds, _ = _SYSTEM.unpack(data)
    lat_deg, lon_deg = place_deg(lat, lon)
    return System(
        version=version,
        place=bits & 3,
        classification=bits >> 2 & 7,
        operator_lat_deg=lat_deg,
        operator_lon_deg=lon_deg,
        operator_hae_m=_height_m(hae),
        area_count=count,
        area_radius_m=radius * AREA_STEP_M,
        area_ceiling_m=_height_m(ceiling),
        area_floor_m=_height_m(floor),
        category_eu=eu >> 4,
        class_eu=eu & 15,
        t_ns=_time_ns(seconds),
    )


def _operator_id(data: bytes, version: int) -> OperatorId:
    return OperatorId(version=version, kind=data[1], operator_id=data[2:22].rstrip(b"\0"))


_READERS: dict[int, Callable[[bytes, int], AnyMessage]] = {
    BASIC_ID: _basic_id,
    LOCATION: _location,
    AUTHENTICATION: _authentication,
    SELF_ID: _self_id,
    SYSTEM: _system,
    OPERATOR_ID: _operator_id,
}


def signature(pages: list[Authentication]) -> bytes | None:
    """Join the pages of one signature, in any order; None while one is missing or they disagree."""
    by_page = {page.page: page for page in pages}
    first = by_page.get(0)
    if first is None or first.last_page is None or first.length is None:
        return None
    wanted = [by_page.get(number) for number in range(first.last_page + 1)]
    parts = [page.data for page in wanted if page and page.auth_type == first.auth_type]
    if len(parts) != len(wanted):
        return None
    return b"".join(parts)[: first.length]
