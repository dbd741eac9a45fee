"""OPEN_DRONE_ID messages of MAVLink as messages of Remote ID: the same content in other units."""

import math
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs.mavlink.messages import (
    ODID_BASIC_ID,
    ODID_LOCATION,
    ODID_MESSAGE_PACK,
    ODID_OPERATOR_ID,
    ODID_SELF_ID,
    ODID_SYSTEM,
)
from vedette.codecs.reasons import BAD_LENGTH, OUT_OF_RANGE
from vedette.codecs.remote_id import (
    AnyMessage,
    BasicId,
    Location,
    OperatorId,
    SelfId,
    System,
    decode,
)
from vedette.codecs.remote_id.decode import place_deg
from vedette.codecs.remote_id.messages import EPOCH_2019_NS, MESSAGE_BYTES, PACK_MESSAGES_MAX

HEIGHT_MIN_M, HEIGHT_MAX_M = -999.9, 31_767.5  # -1000 is "unknown", as in Remote ID itself
SPEED_UNKNOWN_CMPS, CLIMB_MAX_CMPS = 25_500, 6_200


def drone_messages(number: int, values: tuple[Any, ...]) -> tuple[str, list[AnyMessage]]:
    """Give the drone's address ("" where not stated) and what it says.

    Raises RefusedError where the content is impossible.
    """
    if number == ODID_BASIC_ID:
        _, _, address, id_type, ua_type, uas_id = values
        said: AnyMessage = BasicId(
            id_type=id_type & 15, ua_type=ua_type & 15, uas_id=uas_id.rstrip(b"\0")
        )
        return _address(address), [said]
    if number == ODID_LOCATION:
        return _address(values[11]), [_location(values)]
    if number == ODID_SELF_ID:
        _, _, address, kind, text = values
        return _address(address), [SelfId(kind=kind, text=text.rstrip(b"\0"))]
    if number == ODID_OPERATOR_ID:
        _, _, address, kind, text = values
        return _address(address), [OperatorId(kind=kind, operator_id=text.rstrip(b"\0"))]
    if number == ODID_MESSAGE_PACK:
        return _pack(values)
    if number == ODID_SYSTEM:
        return _address(values[10]), [_system(values)]
    lat_deg, lon_deg = place_deg(values[0], values[1])
    hae_m = _height_m(values[2])
    return "", [
        System(place=1, operator_lat_deg=lat_deg, operator_lon_deg=lon_deg, operator_hae_m=hae_m)
    ]


def _address(octets: bytes) -> str:
    return octets.rstrip(b"\0").hex()


def _pack(values: tuple[Any, ...]) -> tuple[str, list[AnyMessage]]:
    _, _, address, size, count, octets = values
    if size != MESSAGE_BYTES or count > PACK_MESSAGES_MAX:
        raise RefusedError(BAD_LENGTH, f"a pack of {count} messages of {size} bytes")
    pieces = [octets[k * MESSAGE_BYTES : (k + 1) * MESSAGE_BYTES] for k in range(count)]
    return _address(address), [decode(piece) for piece in pieces]


def _height_m(value: float) -> float | None:
    return value if HEIGHT_MIN_M <= value <= HEIGHT_MAX_M else None


def _location(values: tuple[Any, ...]) -> Location:
    lat, lon, baro_m, hae_m, height_m, since_s, direction_cdeg, speed_cmps, climb_cmps = values[:9]
    status, reference, *codes = values[12:]
    lat_deg, lon_deg = place_deg(lat, lon)
    if not math.isfinite(since_s) or since_s < 0.0:
        raise RefusedError(OUT_OF_RANGE, f"{since_s} s since the full hour")
    direction_deg = round(direction_cdeg / 100.0)
    return Location(
        status=status & 15,
        above_ground=reference == 1,
        direction_deg=direction_deg if direction_cdeg <= 36_000 else None,
        speed_mps=speed_cmps / 100.0 if speed_cmps < SPEED_UNKNOWN_CMPS else None,
        climb_mps=climb_cmps / 100.0 if abs(climb_cmps) <= CLIMB_MAX_CMPS else None,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        baro_m=_height_m(baro_m),
        hae_m=_height_m(hae_m),
        height_m=_height_m(height_m),
        horizontal_accuracy=codes[0] & 15,
        vertical_accuracy=codes[1] & 15,
        baro_accuracy=codes[2] & 15,
        speed_accuracy=codes[3] & 15,
        tenths=round(since_s * 10.0) if since_s <= 3600.0 else None,
        time_accuracy=codes[4] & 15,
    )


def _system(values: tuple[Any, ...]) -> System:
    lat, lon, ceiling_m, floor_m, hae_m, seconds, count, radius_m = values[:8]
    place, classification, category, eu = values[11:]
    lat_deg, lon_deg = place_deg(lat, lon)
    return System(
        place=place & 3,
        classification=classification & 7,
        operator_lat_deg=lat_deg,
        operator_lon_deg=lon_deg,
        operator_hae_m=_height_m(hae_m),
        area_count=count,
        area_radius_m=float(radius_m),
        area_ceiling_m=_height_m(ceiling_m),
        area_floor_m=_height_m(floor_m),
        category_eu=category & 15,
        class_eu=eu & 15,
        t_ns=EPOCH_2019_NS + seconds * NS_PER_S if seconds else None,
    )
