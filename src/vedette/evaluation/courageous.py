"""The COURAGEOUS log of a counter-drone test (CEN CWA 18150:2024): JSON bytes <-> `Log`.

In: bytes of a file from outside. Out: records that can be believed, or one line that says where
the first fault is. Bounded in bytes, values, sets and records. The format is schema 0.4.1, the last
that the project published; older and other ways of writing a location are read too. Heights are
above mean sea level. Positions of operators (GCS) are personal data: they are read over, not kept.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vedette.base.errors import RefusedError

FILE_MAX_BYTES = 128 << 20  # three hours of thirty tracks once a second, at 350 bytes a record
RECORDS_MAX = 350_000
VALUES_MAX = 9_000_000  # a record has some 20; what holds more is no log, and would take gigabytes
SETS_MAX = 50_000
SCHEMA = "0.4.1"

Classification = Literal["Unknown", "UAV", "GCS", "Other"]
Latitude = Annotated[float, Meta(ge=-90.0, le=90.0)]
Longitude = Annotated[float, Meta(ge=-180.0, le=180.0)]
Height = Annotated[float, Meta(ge=-1_000.0, le=100_000.0)]
Bearing = Annotated[float, Meta(ge=-360.0, le=360.0)]
Elevation = Annotated[float, Meta(ge=-90.0, le=90.0)]
Distance = Annotated[float, Meta(ge=0.0, le=1_000_000.0)]
Speed = Annotated[float, Meta(ge=-5_000.0, le=5_000.0)]
Words = Annotated[str, Meta(max_length=1_024)]
Number = Annotated[int, Meta(ge=0)]
# 1970 to 2100: beyond it nanoseconds no longer fit into 64 bits.
Milliseconds = Annotated[int, Meta(ge=0, le=4_102_444_800_000)]


class Position3d(msgspec.Struct, frozen=True, kw_only=True):
    """WGS-84 degrees, metres above mean sea level (EGM96)."""

    lat: Latitude
    lon: Longitude
    height_amsl: Height


class Position2d(msgspec.Struct, frozen=True, kw_only=True):
    """WGS-84 degrees."""

    lat: Latitude
    lon: Longitude


class Direction(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees clockwise from true north, degrees above the horizon, metres; from the system."""

    bearing: Bearing
    elevation: Elevation | None = None
    distance: Distance | None = None


class Arc(msgspec.Struct, frozen=True, kw_only=True):
    """A sector from the system, clockwise from one bearing to another, degrees."""

    from_deg: Annotated[float, Meta(ge=-360.0, le=720.0)] = msgspec.field(name="from")
    to_deg: Annotated[float, Meta(ge=-360.0, le=720.0)] = msgspec.field(name="to")


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether people are alerted, and how sure the system is of it."""

    active: bool
    certainty: Annotated[float, Meta(ge=0.0, le=1.0)]


class Velocity(msgspec.Struct, frozen=True, kw_only=True):
    """Metres a second in the object's own east, north, up."""

    east: Speed
    north: Speed
    up: Speed


Place = Position3d | Position2d | Direction | Arc


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a log. location is as written; `place` reads it."""

    time: Milliseconds
    record_number: Number
    classification: Classification
    alarm: Alarm | None = None
    location: dict[str, Any] | None = None
    velocity: Velocity | None = None
    identification: Words | None = None
    cuas_location: Position3d | None = None


class RecordSet(msgspec.Struct, frozen=True, kw_only=True):
    """One continuous track, or detections that belong together. places: of each record."""

    uas_id: int | None
    name: str
    records: list[Record]
    places: list[Place | None]


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """A whole log. Records of operators are left out; operator_records says how many."""

    static_cuas_location: Position3d
    vendor_name: str
    system_name: str
    detection: list[RecordSet]
    tracks: list[RecordSet]
    operator_records: int


class _Set(msgspec.Struct, frozen=True, kw_only=True):
    """A set as written; records are looked at one by one, so that a fault can be placed."""

    records: list[Any]
    uas_id: Number | None = None
    name: Words | None = None


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    """A document as written."""

    static_cuas_location: Position3d
    detection: Annotated[list[Any], Meta(max_length=SETS_MAX)]
    tracks: Annotated[list[Any], Meta(max_length=SETS_MAX)]
    vendor_name: Words = ""
    system_name: Words = ""
    version: Words = ""


def read_log(path: Path) -> Log:
    """Read a log file. Raises RefusedError naming the file and the place of the first fault."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RefusedError(f"{path}: cannot be read ({error})") from None
    return parse_log(data, str(path))


def parse_log(data: bytes, name: str) -> Log:
    """Read the bytes of a log; `name` stands in front of every refusal.

    Keys the format does not have are passed over. Raises RefusedError("name: place: reason").
    """
    if len(data) > FILE_MAX_BYTES:
        raise RefusedError(f"{name}: larger than {FILE_MAX_BYTES} bytes")
    if data.count(b",") + data.count(b"[") + data.count(b"{") > VALUES_MAX:
        raise RefusedError(f"{name}: more than {VALUES_MAX} values")
    document = _converted(_decoded(data, name), _Document, name, "")
    left = RECORDS_MAX
    sets: dict[str, list[RecordSet]] = {}
    operators = 0
    for part in ("detection", "tracks"):
        numbers: set[int] = set()
        sets[part] = []
        for k, written in enumerate(getattr(document, part)):
            at = f"{part}[{k}]"
            found = _converted(written, _Set, name, at)
            left -= len(found.records)
            if left < 0:
                raise RefusedError(f"{name}: {at}: more than {RECORDS_MAX} records")
            if part == "tracks" and found.uas_id is None:
                raise RefusedError(f"{name}: {at}.uas_id: is missing")
            mine = _record_set(found, part, numbers, name, at)
            operators += len(found.records) - len(mine.records)
            sets[part].append(mine)
    return Log(
        static_cuas_location=document.static_cuas_location,
        vendor_name=document.vendor_name,
        system_name=document.system_name,
        detection=sets["detection"],
        tracks=sets["tracks"],
        operator_records=operators,
    )


def _decoded(data: bytes, name: str) -> Any:
    """Decode the JSON, or say at which line and column it is none."""
    try:
        return msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError:
        raise RefusedError(f"{name}: nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = re.search(r" ?\(byte (\d+)\)$", str(error))
        if found is None:
            raise RefusedError(f"{name}: not JSON: {error}") from None
        before = data[: int(found[1])]
        line = before.count(b"\n") + 1
        column = len(before) - (before.rfind(b"\n") + 1) + 1
        reason = str(error)[: found.start()]
        raise RefusedError(f"{name}:{line}: column {column}: not JSON: {reason}") from None


def _converted(value: Any, kind: Any, name: str, at: str) -> Any:
    """Make a struct of decoded JSON, or say which key is wrong."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        place = (at + path.rstrip("`")).removeprefix(".") or "document"
        raise RefusedError(f"{name}: {place}: {reason[:200]}") from None


def _record_set(written: _Set, part: str, numbers: set[int], name: str, at: str) -> RecordSet:
    """Check each record of a set: what its part of the document demands, and its number."""
    records, places = [], []
    for k, raw in enumerate(written.records):
        here = f"{at}.records[{k}]"
        record = _converted(raw, Record, name, here)
        if record.record_number in numbers:
            raise RefusedError(
                f"{name}: {here}.record_number: {record.record_number} is there twice"
            )
        numbers.add(record.record_number)
        if part == "tracks" and (record.alarm is None or record.location is None):
            key = "alarm" if record.alarm is None else "location"
            raise RefusedError(f"{name}: {here}.{key}: is missing")
        where = _place(record.location, name, f"{here}.location")
        if record.classification != "GCS":
            records.append(record)
            places.append(where)
    return RecordSet(uas_id=written.uas_id, name=written.name or "", records=records, places=places)


_QUADRANTS = {"North": 0.0, "East": 90.0, "South": 180.0, "West": 270.0}
_KINDS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "position3d": (Position3d, ()),
    "position2d": (Position2d, ()),
    "bearing": (Direction, ("bearing",)),
    "bearingelevation": (Direction, ("bearing", "elevation")),
    "bearingele": (Direction, ("bearing", "elevation")),
    "bearingelevationdistance": (Direction, ("bearing", "elevation", "distance")),
    "bearingeledist": (Direction, ("bearing", "elevation", "distance")),
    "arc": (Arc, ()),
    "quad": (Arc, ()),
}


def _place(location: dict[str, Any] | None, name: str, at: str) -> Place | None:
    """Read a location in any of the ways it has been written since schema 0.3."""
    if location is None:
        return None
    tag, body = _tagged(location)
    kind, needed = _KINDS.get(tag, (None, ()))
    if kind is None:
        known = "Position3d, Position2d, Bearing, BearingElevation, BearingElevationDistance"
        raise RefusedError(f"{name}: {at}: kind is not known (known: {known}, Arc, Quad)")
    if isinstance(body, str) and tag == "quad":
        if body not in _QUADRANTS:
            raise RefusedError(f"{name}: {at}: must be North, East, South or West")
        body = {"from": _QUADRANTS[body] - 45.0, "to": _QUADRANTS[body] + 45.0}
    if tag == "bearing" and not isinstance(body, dict):
        body = {"bearing": body}
    missing = [key for key in needed if isinstance(body, dict) and key not in body]
    if missing:
        raise RefusedError(f"{name}: {at}.{missing[0]}: is missing")
    place: Place = _converted(body, kind, name, at)
    return place


def _tagged(location: dict[str, Any]) -> tuple[str, Any]:
    """Find the kind of a location and its content: $type inside, t beside c, one key, or bare."""
    if "$type" in location:
        body = {key: value for key, value in location.items() if key != "$type"}
        tag = _plain(location["$type"])
        return tag, next(iter(body.values())) if tag == "quad" and len(body) == 1 else body
    if "t" in location and "c" in location:
        return _plain(location["t"]), location["c"]
    if len(location) == 1:
        key = next(iter(location))
        return _plain(key), location[key]
    if "height_amsl" in location:
        return "position3d", location
    if "lat" in location:
        return "position2d", location
    return "bearingelevationdistance" if "distance" in location else "bearingelevation", location


def _plain(tag: Any) -> str:
    """Write a kind without the case and the underscores in which versions differ."""
    return tag.replace("_", "").lower() if isinstance(tag, str) else ""


def write_log(log: Log) -> bytes:
    """Write a log as JSON of schema 0.4.1, one record a line."""
    head = {
        "version": SCHEMA,
        "vendor_name": log.vendor_name,
        "system_name": log.system_name,
        "static_cuas_location": log.static_cuas_location,
    }
    parts = [msgspec.json.encode(head)[:-1]]
    for part in ("detection", "tracks"):
        sets = [_written_set(found) for found in getattr(log, part)]
        parts.append(f',\n"{part}":[\n'.encode() + b",\n".join(sets) + b"]")
    return b"".join(parts) + b"}\n"


def _written_set(found: RecordSet) -> bytes:
    """Write one set."""
    head = msgspec.json.encode({"uas_id": found.uas_id, "name": found.name})[:-1]
    records = b",\n ".join(
        msgspec.json.encode({key: value for key, value in _keys(record) if value is not None})
        for record in found.records
    )
    return head + b',"records":[\n ' + records + b"]}"


def _keys(record: Record) -> list[tuple[str, Any]]:
    return [(name, getattr(record, name)) for name in record.__struct_fields__]
