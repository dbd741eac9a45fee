"""A site's own ground map: one PMTiles v3 file, looked at before anything of it is served.

Its header, its root directory's place and its metadata are read and held against what the page can
draw; what is not so is refused with the reason. Layout: the PMTiles specification, version 3.
"""

import html
import io
import os
import re
import struct
import zlib
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from vedette.base.errors import RefusedError
from vedette.server.strict import DEPTH_MAX, check_depth

URL = "/api/map.pmtiles"
HEADER_BYTES = 127
ROOT_END_BYTES = 16_384  # the header and the root directory lie within these, by the specification
METADATA_MAX_BYTES = 2**20
LAYERS_MAX, NAME_MAX, ATTRIBUTION_MAX = 64, 80, 200
ZOOM_MAX = 22
PLAIN, GZIP = 1, 2
COMPRESSIONS = {0: "an unknown compression", 3: "brotli", 4: "zstd"}
VECTOR, RASTERS = 1, {2: "png", 3: "jpeg", 4: "webp"}
TYPES = {0: "of an unknown type", 5: "AVIF pictures", 6: "MapLibre tiles (MLT)"}
_FIELDS = struct.Struct("<7sB11Q6B4iB2i")
_TAG = re.compile(r"<[^>]{0,500}>")
_LAYER = re.compile(r"^[\w .:/\-]{1,80}\Z")


class GroundView(msgspec.Struct, frozen=True, kw_only=True):
    """The site's own map: how it is drawn, and where pieces of it are had.

    layers: of vector tiles, by name; attribution: who made it, in plain words.
    """

    kind: Literal["vector", "raster"]
    url: str
    min_zoom: int
    max_zoom: int
    west_deg: float
    south_deg: float
    east_deg: float
    north_deg: float
    layers: list[str]
    attribution: str


class Ground(NamedTuple):
    """A file that may be served: where it is, what it was when it was looked at, what it holds."""

    path: Path
    size_bytes: int
    stamp: str
    view: GroundView


class _Header(NamedTuple):
    root: tuple[int, int]
    metadata: tuple[int, int]
    leaves: tuple[int, int]
    tiles: tuple[int, int]
    inner: int
    outer: int
    kind: int
    zooms: tuple[int, int]
    corners_e7: tuple[int, int, int, int]


def read_ground(path: Path) -> Ground:
    """Look at a file. Raises RefusedError where it is none that can be drawn, with the reason."""
    try:
        with path.open("rb") as file:
            told = os.fstat(file.fileno())
            header = _header(file.read(HEADER_BYTES))
            _demand_within(header, told.st_size)
            stamp = stamp_of(told)
            view = _view(header, _metadata(file, header), stamp)
    except OSError as error:
        raise RefusedError(f"map.pmtiles: {path}: {error.strerror}") from None
    except RefusedError as refused:
        raise RefusedError(f"map.pmtiles: {path}: {refused}") from None
    return Ground(path, told.st_size, stamp, view)


def stamp_of(told: os.stat_result) -> str:
    """Name a file's state: another size or another time of change is another file."""
    return f"{told.st_size:x}-{told.st_mtime_ns:x}"


def _header(data: bytes) -> _Header:
    if not data.startswith(b"PMTiles"):
        raise RefusedError("is no PMTiles file: it does not begin with PMTiles")
    if len(data) > 7 and data[7] != 3:
        raise RefusedError(f"is PMTiles version {data[7]}; version 3 is read: pmtiles convert")
    if len(data) < HEADER_BYTES:
        raise RefusedError("is cut off within its header")
    (_, _, *rest) = _FIELDS.unpack(data[: _FIELDS.size])
    offsets, (_, inner, outer, kind, low, high) = rest[:11], rest[11:17]
    root, metadata, leaves, tiles = ((offsets[k], offsets[k + 1]) for k in range(0, 8, 2))
    west, south, east, north = rest[17:21]
    corners = (west, south, east, north)
    header = _Header(root, metadata, leaves, tiles, inner, outer, kind, (low, high), corners)
    _demand_drawable(header)
    return header


def _demand_drawable(header: _Header) -> None:
    if header.kind != VECTOR and header.kind not in RASTERS:
        what = TYPES.get(header.kind, f"of type {header.kind}")
        raise RefusedError(f"its tiles are {what}; vector (MVT), PNG, JPEG and WebP are drawn")
    for compression, whose in ((header.inner, "its directories"), (header.outer, "its tiles")):
        if compression not in (PLAIN, GZIP):
            what = COMPRESSIONS.get(compression, f"compression {compression}")
            raise RefusedError(f"{whose} have {what}; gzip or none is read")
    if not 0 <= header.zooms[0] <= header.zooms[1] <= ZOOM_MAX:
        raise RefusedError(f"its zooms {header.zooms[0]} to {header.zooms[1]} are impossible")


def _demand_within(header: _Header, size_bytes: int) -> None:
    named = {"root directory": header.root, "metadata": header.metadata,
             "leaf directories": header.leaves, "tiles": header.tiles}  # fmt: skip
    for name, (offset, length) in named.items():
        if offset + length > size_bytes:
            raise RefusedError(f"is cut off: its {name} end after the file does")
    offset, length = header.root
    if offset < HEADER_BYTES or length == 0 or offset + length > ROOT_END_BYTES:
        raise RefusedError(f"its root directory does not lie within {ROOT_END_BYTES} bytes")
    if header.metadata[1] > METADATA_MAX_BYTES:
        raise RefusedError(f"its metadata are larger than {METADATA_MAX_BYTES} bytes")


def _metadata(file: io.BufferedReader, header: _Header) -> dict[str, Any]:
    offset, length = header.metadata
    file.seek(offset)
    data = file.read(length)
    if header.inner == GZIP and data:
        data = _unpacked(data)
    if not data:
        return {}
    try:
        check_depth(data)
        found = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, RefusedError):
        raise RefusedError(f"its metadata are no JSON of at most {DEPTH_MAX} levels") from None
    return found if isinstance(found, dict) else {}


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(data, METADATA_MAX_BYTES)
    except zlib.error:
        raise RefusedError("its metadata cannot be unpacked") from None
    if unpacker.unconsumed_tail:
        raise RefusedError(f"its metadata unpack to more than {METADATA_MAX_BYTES} bytes")
    return found


def _view(header: _Header, metadata: dict[str, Any], stamp: str) -> GroundView:
    west, south, east, north = (corner / 1e7 for corner in header.corners_e7)
    if not (-180.0 <= west < east <= 180.0 and -90.0 <= south < north <= 90.0):
        west, south, east, north = -180.0, -85.0, 180.0, 85.0
    kind: Literal["vector", "raster"] = "vector" if header.kind == VECTOR else "raster"
    return GroundView(
        kind=kind,
        url=f"{URL}?v={stamp}",
        min_zoom=header.zooms[0],
        max_zoom=header.zooms[1],
        west_deg=west,
        south_deg=south,
        east_deg=east,
        north_deg=north,
        layers=_layers(metadata) if kind == "vector" else [],
        attribution=_words(metadata.get("attribution")),
    )


def _layers(metadata: dict[str, Any]) -> list[str]:
    """Give the names of the vector layers. Raises RefusedError where none is told, or too many."""
    told = metadata.get("vector_layers")
    rows = told if isinstance(told, list) else []
    names = [row.get("id") for row in rows if isinstance(row, dict)]
    found = list(dict.fromkeys(n for n in names if isinstance(n, str) and _LAYER.match(n)))
    if not found:
        raise RefusedError("its metadata name no vector_layers: nothing of it could be drawn")
    if len(found) > LAYERS_MAX:
        raise RefusedError(f"it has {len(found)} layers; {LAYERS_MAX} at most")
    return found


def _words(told: object) -> str:
    """Give what a file says of its makers as plain words: elements and controls taken out."""
    plain = html.unescape(_TAG.sub("", told[:5_000])) if isinstance(told, str) else ""
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())[:ATTRIBUTION_MAX]
