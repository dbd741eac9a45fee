"""Writes small PMTiles v3 files for tests: header, one root directory, metadata, tiles.

Raster tiles are PNG of one colour; vector tiles have one polygon or line a layer (MVT 2.1).
"""

import gzip
import json
import struct
import zlib
from pathlib import Path

MVT, PNG = 1, 2


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def tile_id(z: int, x: int, y: int) -> int:
    """Give the place of a tile on the Hilbert curve of all zooms."""
    found = (4**z - 1) // 3
    side = 1 << (z - 1) if z else 0
    while side:
        right, lower = (x & side) > 0, (y & side) > 0
        found += side * side * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
        side >>= 1
    return found


def png(red: int, green: int, blue: int, size: int = 8) -> bytes:
    """Draw a square of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checked = kind + data
        return struct.pack(">I", len(data)) + checked + struct.pack(">I", zlib.crc32(checked))

    rows = (b"\0" + bytes((red, green, blue)) * size) * size
    head = struct.pack(">2I5B", size, size, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def field(number: int, wire: int, payload: bytes | int) -> bytes:
    head = varint(number << 3 | wire)
    if isinstance(payload, int):
        return head + varint(payload)
    return head + varint(len(payload)) + payload


def ring(points: list[tuple[int, int]], closed: bool) -> bytes:
    """Write the geometry commands of one line or one ring."""
    numbers, at = [], (0, 0)
    for k, (x, y) in enumerate(points):
        if k == 0:
            numbers.append(1 | 1 << 3)
        elif k == 1:
            numbers.append(2 | (len(points) - 1) << 3)
        numbers += [(d << 1) ^ (d >> 31) for d in (x - at[0], y - at[1])]
        at = (x, y)
    return b"".join(varint(n) for n in [*numbers, *([7 | 1 << 3] if closed else [])])


def mvt(layers: dict[str, list[tuple[int, int]]], closed: bool = True) -> bytes:
    """Write a tile: of each layer one feature, in 4096ths of the tile."""
    out = b""
    for name, points in layers.items():
        feature = field(3, 0, 3 if closed else 2) + field(4, 2, ring(points, closed))
        layer = field(15, 0, 2) + field(1, 2, name.encode()) + field(2, 2, feature)
        out += field(3, 2, layer + field(5, 0, 4096))
    return out


def directory(entries: list[tuple[int, int, int]]) -> bytes:
    """Write (tile id, offset, length), in order of the ids."""
    ids = [entry[0] for entry in entries]
    out = varint(len(entries))
    out += b"".join(varint(b - a) for a, b in zip([0, *ids], ids, strict=False))
    out += b"".join(varint(1) for _ in entries)
    out += b"".join(varint(length) for _, _, length in entries)
    return out + b"".join(varint(offset + 1) for _, offset, _ in entries)


def write(
    path: Path,
    tiles: dict[tuple[int, int, int], bytes],
    kind: int = PNG,
    metadata: object = None,
    packed: bool = True,
    **changed: int,
) -> Path:
    """Write a file. packed: directories, metadata and vector tiles by gzip. changed: bytes of the
    header by name of the field: version, inner, outer, tiles_are, low, high."""
    body, entries = b"", []
    for (z, x, y), data in sorted(tiles.items(), key=lambda item: tile_id(*item[0])):
        piece = gzip.compress(data, mtime=0) if packed and kind == MVT else data
        entries.append((tile_id(z, x, y), len(body), len(piece)))
        body += piece
    root, told = directory(entries), json.dumps({} if metadata is None else metadata).encode()
    if packed:
        root, told = gzip.compress(root, mtime=0), gzip.compress(told, mtime=0)
    zooms = [z for z, _, _ in tiles]
    at_told = 127 + len(root)
    at_body = at_told + len(told)
    places = [127, len(root), at_told, len(told), at_body, 0, at_body, len(body), *[len(tiles)] * 3]
    inner = 2 if packed else 1
    values = {"version": 3, "clustered": 1, "inner": inner, "outer": inner if kind == MVT else 1,
              "tiles_are": kind, "low": min(zooms), "high": max(zooms)} | changed  # fmt: skip
    head = b"PMTiles" + struct.pack("<B11Q", values.pop("version"), *places)
    head += bytes(values.values()) + struct.pack(
        "<4i", -1800000000, -850000000, 1800000000, 850000000
    )
    head += struct.pack("<B2i", min(zooms), 0, 0)
    assert len(head) == 127
    path.write_bytes(head + root + told + body)
    return path


def world(path: Path, high: int, red: int, green: int, blue: int) -> Path:
    """Write a raster map of one colour: every tile of the zooms up to `high`."""
    square = png(red, green, blue)
    tiles = {(z, x, y): square for z in range(high + 1) for x in range(2**z) for y in range(2**z)}
    return write(
        path, tiles, metadata={"attribution": '<a href="https://x.example">Own survey</a>'}
    )
