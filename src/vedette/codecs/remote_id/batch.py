"""Many messages of Remote ID at once, as columns: for recordings and for speed.

In: octets, 25 a message. Out: arrays by kind of message. The same numbers as `decode` gives one by
one; what `decode` would refuse has its row in `refused` and in no column.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_LENGTH
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
    SELF_ID,
    SPEED_BREAK_MPS,
    SPEED_STEP_MPS,
    SPEED_UNKNOWN,
    SYSTEM,
    TENTHS_MAX,
    TENTHS_UNKNOWN,
    VERSIONS,
)

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
Small = NDArray[np.integer[Any]]  # codes and counts that fit an octet
Texts = NDArray[np.bytes_]
Bools = NDArray[np.bool_]

_PLACE = (("lat", "<i4"), ("lon", "<i4"))
_MOTION = (("bits", "u1"), ("direction", "u1"), ("speed", "u1"), ("climb", "i1"))
_HEIGHTS = (("baro", "<u2"), ("geo", "<u2"), ("height", "<u2"))
_CODES = (("near", "u1"), ("fast", "u1"), ("tenths", "<u2"), ("ts", "u1"), ("rest", "u1"))
_AREA = (("count", "<u2"), ("radius", "u1"), ("ceiling", "<u2"), ("floor", "<u2"), ("eu", "u1"))
_SECONDS = (("seconds", "<u4"), ("rest", "u1"))
_LOCATION = np.dtype([("head", "u1"), *_MOTION, *_PLACE, *_HEIGHTS, *_CODES])
_SYSTEM = np.dtype([("head", "u1"), ("bits", "u1"), *_PLACE, *_AREA, ("geo", "<u2"), *_SECONDS])
_ID = np.dtype([("head", "u1"), ("kind", "u1"), ("text", "S20"), ("rest", "S3")])
_TEXT = np.dtype([("head", "u1"), ("kind", "u1"), ("text", "S23")])
_PAGE = np.dtype(
    [("head", "u1"), ("bits", "u1"), ("last", "u1"), ("length", "u1"), ("rest", "V21")]
)


@dataclass(slots=True)
class IdColumns:
    """Basic IDs (kind: id_type * 16 + ua_type), self-descriptions or operator ids. row (n,)."""

    row: I64
    kind: Small
    text: Texts


@dataclass(slots=True)
class LocationColumns:
    """Locations, each (n,); NaN and -1 (tenths) where not known. Units in the names."""

    row: I64
    status: Small
    above_ground: Bools
    direction_deg: F64
    speed_mps: F64
    climb_mps: F64
    lat_deg: F64
    lon_deg: F64
    baro_m: F64
    hae_m: F64
    height_m: F64
    horizontal_accuracy: Small
    vertical_accuracy: Small
    baro_accuracy: Small
    speed_accuracy: Small
    tenths: I64
    time_accuracy: Small


@dataclass(slots=True)
class SystemColumns:
    """Systems, each (n,); NaN and 0 (t_ns) where not known. Operator places are personal data."""

    row: I64
    place: Small
    classification: Small
    operator_lat_deg: F64
    operator_lon_deg: F64
    operator_hae_m: F64
    area_count: I64
    area_radius_m: F64
    area_ceiling_m: F64
    area_floor_m: F64
    category_eu: Small
    class_eu: Small
    t_ns: I64


@dataclass(slots=True)
class Batch:
    """Messages by kind; row: their place in the input. version (N,); refused: rows of no use."""

    version: Small
    basic_ids: IdColumns
    locations: LocationColumns
    self_ids: IdColumns
    systems: SystemColumns
    operator_ids: IdColumns
    pages: I64  # rows of authentication pages: `decode` them one by one
    refused: I64


def decode_batch(data: bytes) -> Batch:
    """Decode N messages of 25 octets, one after the other.

    Raises RefusedError where the length is no multiple of 25.
    """
    if len(data) % MESSAGE_BYTES:
        raise RefusedError(BAD_LENGTH, f"{len(data)} bytes are no whole messages")
    raw = np.frombuffer(data, np.uint8).reshape(-1, MESSAGE_BYTES)
    kind, version = raw[:, 0] >> 4, raw[:, 0] & 15
    kind = np.where(version <= max(VERSIONS), kind, np.uint8(255))
    bad = np.flatnonzero(kind > OPERATOR_ID)
    locations, bad_locations = _locations(raw, np.flatnonzero(kind == LOCATION))
    systems, bad_systems = _systems(raw, np.flatnonzero(kind == SYSTEM))
    pages, bad_pages = _pages(raw, np.flatnonzero(kind == AUTHENTICATION))
    return Batch(
        version=version,
        basic_ids=_ids(raw, np.flatnonzero(kind == BASIC_ID), _ID),
        locations=locations,
        self_ids=_ids(raw, np.flatnonzero(kind == SELF_ID), _TEXT),
        systems=systems,
        operator_ids=_ids(raw, np.flatnonzero(kind == OPERATOR_ID), _ID),
        pages=pages,
        refused=np.sort(np.concatenate([bad, bad_locations, bad_systems, bad_pages])),
    )


def _ids(raw: U8, row: I64, layout: np.dtype[np.void]) -> IdColumns:
    fields = raw[row].view(layout)[:, 0] if len(row) else np.empty(0, layout)
    return IdColumns(row, fields["kind"], fields["text"])


def _off_earth(lat: NDArray[np.int32], lon: NDArray[np.int32]) -> Bools:
    wide = np.abs(lat.astype(np.int64)) > 90 * LAT_LON_PER_DEG
    return np.asarray(wide | (np.abs(lon.astype(np.int64)) > 180 * LAT_LON_PER_DEG))


def _degrees(value: NDArray[np.int32], is_known: Bools) -> F64:
    return np.where(is_known, value / LAT_LON_PER_DEG, np.nan)


def _height_m(steps: NDArray[np.uint16]) -> F64:
    return np.where(steps > 0, steps * HEIGHT_STEP_M + HEIGHT_ZERO_M, np.nan)


def _locations(raw: U8, row: I64) -> tuple[LocationColumns, I64]:
    fields = raw[row].view(_LOCATION)[:, 0] if len(row) else np.empty(0, _LOCATION)
    bits = fields["bits"]
    direction = fields["direction"] + 180 * (bits >> 1 & 1).astype(np.int64)
    tenths = fields["tenths"].astype(np.int64)
    is_bad = _off_earth(fields["lat"], fields["lon"]) | (direction > DIRECTION_UNKNOWN_DEG)
    is_bad |= (tenths > TENTHS_MAX) & (tenths != TENTHS_UNKNOWN)
    if is_bad.any():
        good, bad = row[~is_bad], row[is_bad]
        return _locations(raw, good)[0], bad
    is_coarse = bits & 1 > 0
    speed = fields["speed"]
    speed_mps = np.where(
        is_coarse, speed * SPEED_STEP_MPS[1] + SPEED_BREAK_MPS, speed * SPEED_STEP_MPS[0]
    )
    is_known = (fields["lat"] != 0) | (fields["lon"] != 0)
    climb = fields["climb"]
    columns = LocationColumns(
        row=row,
        status=bits >> 4,
        above_ground=bits & 4 > 0,
        direction_deg=np.where(direction == DIRECTION_UNKNOWN_DEG, np.nan, direction),
        speed_mps=np.where(is_coarse & (speed == SPEED_UNKNOWN), np.nan, speed_mps),
        climb_mps=np.where(climb == CLIMB_UNKNOWN, np.nan, climb * CLIMB_STEP_MPS),
        lat_deg=_degrees(fields["lat"], is_known),
        lon_deg=_degrees(fields["lon"], is_known),
        baro_m=_height_m(fields["baro"]),
        hae_m=_height_m(fields["geo"]),
        height_m=_height_m(fields["height"]),
        horizontal_accuracy=fields["near"] & 15,
        vertical_accuracy=fields["near"] >> 4,
        baro_accuracy=fields["fast"] >> 4,
        speed_accuracy=fields["fast"] & 15,
        tenths=np.where(tenths == TENTHS_UNKNOWN, -1, tenths),
        time_accuracy=fields["ts"] & 15,
    )
    return columns, np.empty(0, np.int64)


def _systems(raw: U8, row: I64) -> tuple[SystemColumns, I64]:
    fields = raw[row].view(_SYSTEM)[:, 0] if len(row) else np.empty(0, _SYSTEM)
    is_bad = _off_earth(fields["lat"], fields["lon"])
    if is_bad.any():
        return _systems(raw, row[~is_bad])[0], row[is_bad]
    is_known = (fields["lat"] != 0) | (fields["lon"] != 0)
    seconds = fields["seconds"].astype(np.int64)
    columns = SystemColumns(
        row=row,
        place=fields["bits"] & 3,
        classification=fields["bits"] >> 2 & 7,
        operator_lat_deg=_degrees(fields["lat"], is_known),
        operator_lon_deg=_degrees(fields["lon"], is_known),
        operator_hae_m=_height_m(fields["geo"]),
        area_count=fields["count"].astype(np.int64),
        area_radius_m=fields["radius"] * AREA_STEP_M,
        area_ceiling_m=_height_m(fields["ceiling"]),
        area_floor_m=_height_m(fields["floor"]),
        category_eu=fields["eu"] >> 4,
        class_eu=fields["eu"] & 15,
        t_ns=np.where(seconds > 0, EPOCH_2019_NS + seconds * 1_000_000_000, 0),
    )
    return columns, np.empty(0, np.int64)


def _pages(raw: U8, row: I64) -> tuple[I64, I64]:
    """Give the rows of signature pages, and those whose length is more than their pages hold."""
    fields = raw[row].view(_PAGE)[:, 0] if len(row) else np.empty(0, _PAGE)
    last = (fields["last"] & 15).astype(np.int64)
    last = np.where(fields["head"] & 15, last, np.maximum(last, 1) - 1)
    is_bad = (fields["bits"] & 15 == 0) & (fields["length"] > 17 + 23 * last)
    return row[~is_bad], row[is_bad]
