"""Heights of the ground from files: SRTM tiles (.hgt) and plain GeoTIFF (.tif, .tiff).

In: a path. Out: `Grid`, or a refusal in words. SRTM: a square of big-endian int16, 1,201 or 3,601 a
side, named after its south-west corner (N33E042.hgt), rows from the north. GeoTIFF: classic TIFF,
one band of int16 or float32, in degrees, in strips or tiles, plain or deflate, with or without
predictor; anything else is refused by name. Source: NASA SRTM guide 2.1; TIFF 6.0; GeoTIFF 1.1.
"""

import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.errors import RefusedError

F32 = NDArray[np.float32]

HGT_NAME = re.compile(r"^([NS])(\d{2})([EW])(\d{3})\.hgt$", re.IGNORECASE)
HGT_SIDES = (1201, 3601)
HGT_VOID = -32768
HEIGHT_MIN_M, HEIGHT_MAX_M = -500.0, 9_000.0  # the Dead Sea's shore and Everest, with room
VOID_SHARE_MAX = 0.1  # more holes than this are no map of anything
PIXELS_MAX = 40_000_000  # three SRTM tiles of one second
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 11: 4, 12: 8}  # bytes of a TIFF type
CODES = {1: "B", 2: "s", 3: "H", 4: "I", 11: "f", 12: "d"}
PLAIN, DEFLATE, DEFLATE_OLD = 1, 8, 32946
NO_PREDICTOR, DIFFERENCES, FLOAT_DIFFERENCES = 1, 2, 3
GEOGRAPHIC, PIXEL_IS_POINT = 2, 2


@dataclass(slots=True, frozen=True)
class Grid:
    """Heights at points, rows from north to south: height_m (R, C), as the file has them.

    north_deg, west_deg: of the first point; lat_step_deg, lon_step_deg: positive.
    """

    north_deg: float
    west_deg: float
    lat_step_deg: float
    lon_step_deg: float
    height_m: F32


def read_terrain(path: Path) -> Grid:
    """Read a terrain file, by its name's ending. Raises RefusedError with the reason."""
    if not path.is_file():
        raise RefusedError(f"no file {path}")
    suffix = path.suffix.lower()
    if suffix == ".hgt":
        return _with_sense(_hgt(path))
    if suffix in (".tif", ".tiff"):
        return _with_sense(_geotiff(path.read_bytes()))
    raise RefusedError("a terrain file is .hgt, .tif or .tiff")


def _hgt(path: Path) -> Grid:
    """Read an SRTM tile."""
    name = HGT_NAME.match(path.name)
    if name is None:
        raise RefusedError("an SRTM file is named after its south-west corner, as N33E042.hgt")
    sides = {2 * side * side: side for side in HGT_SIDES}
    side = sides.get(path.stat().st_size)
    if side is None:
        raise RefusedError("not an SRTM tile: it must hold 1201 x 1201 or 3601 x 3601 heights")
    south = int(name[2]) * (1 if name[1].upper() == "N" else -1)
    west = int(name[4]) * (1 if name[3].upper() == "E" else -1)
    if not (-90 <= south < 90 and -180 <= west < 180):
        raise RefusedError("the name says a place that is not on the earth")
    height = np.fromfile(path, ">i2").reshape(side, side).astype(np.float32)
    height[height == HGT_VOID] = np.nan
    step = 1.0 / (side - 1)
    return Grid(south + 1.0, float(west), step, step, height)


def _with_sense(grid: Grid) -> Grid:
    """Refuse heights that are none, and fill holes along their rows."""
    holes = np.isnan(grid.height_m)
    if holes.mean() > VOID_SHARE_MAX:
        raise RefusedError(f"{100.0 * holes.mean():.0f} % of it are holes")
    low, high = float(np.nanmin(grid.height_m)), float(np.nanmax(grid.height_m))
    if not (low >= HEIGHT_MIN_M and high <= HEIGHT_MAX_M):
        raise RefusedError(f"heights from {low:.0f} to {high:.0f} m are not the ground's")
    middle = float(np.nanmean(grid.height_m))
    columns = np.arange(grid.height_m.shape[1])
    for row in np.flatnonzero(holes.any(axis=1)):
        line = grid.height_m[row]
        known = ~holes[row]
        line[~known] = (
            np.interp(columns[~known], columns[known], line[known]) if any(known) else middle
        )
    return grid


def _geotiff(data: bytes) -> Grid:
    """Read a GeoTIFF."""
    if data[:4] not in (b"II*\0", b"MM\0*"):
        raise RefusedError("not a classic TIFF file")
    try:
        order = "<" if data[:2] == b"II" else ">"
        tags = _tags(data, order)
        columns, rows = int(tags[256][0]), int(tags[257][0])
        if not (rows >= 2 and columns >= 2 and rows * columns <= PIXELS_MAX):
            raise RefusedError(f"{columns} x {rows} points: 2 x 2 to {PIXELS_MAX:,} in all")
        north, west, lat_step, lon_step = _placed(tags)
        height = _pixels(data, order, tags, rows, columns)
    except (struct.error, zlib.error, LookupError, ValueError, TypeError, OverflowError) as error:
        raise RefusedError(f"a damaged or incomplete TIFF file ({error!r})") from None
    if 42113 in tags:  # GDAL's "no data", as text
        height[height == _number(tags[42113])] = np.nan
    height[~np.isfinite(height)] = np.nan
    return Grid(north, west, lat_step, lon_step, height)


def _number(value: Any) -> float:
    """Read a number that a TIFF keeps as text."""
    text = value[0].split(b"\0")[0].strip()
    try:
        return float(text)
    except ValueError:
        raise RefusedError(f"its no-data value {text!r} is no number") from None


def _tags(data: bytes, order: str) -> dict[int, tuple[Any, ...]]:
    """Read the first directory: tag -> values. Types a terrain does not need are passed over."""
    (offset,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, offset)
    tags = {}
    for k in range(count):
        at = offset + 2 + 12 * k
        tag, kind, many = struct.unpack_from(order + "HHI", data, at)
        if kind not in CODES:
            continue
        size = SIZES[kind] * many
        if size > len(data):
            raise RefusedError("a damaged TIFF file: a tag is longer than the file")
        start = at + 8 if size <= 4 else struct.unpack_from(order + "I", data, at + 8)[0]
        code = f"{many}s" if kind == 2 else f"{many}{CODES[kind]}"
        tags[tag] = struct.unpack_from(order + code, data, start)
    return tags


def _placed(tags: dict[int, tuple[Any, ...]]) -> tuple[float, float, float, float]:
    """Give the first point's latitude and longitude and the steps, in degrees."""
    if 33550 not in tags or 33922 not in tags:
        raise RefusedError("it does not say where it lies (ModelPixelScale, ModelTiepoint)")
    directory = tags.get(34735, ())
    keys = {directory[k]: directory[k + 3] for k in range(4, len(directory) - 3, 4)}
    if keys.get(1024) != GEOGRAPHIC:
        raise RefusedError("it must be in degrees of latitude and longitude, not projected")
    lon_step, lat_step = (float(step) for step in tags[33550][:2])
    column, row, _, lon, lat = (float(value) for value in tags[33922][:5])
    if not (0.0 < lon_step < 1.0 and 0.0 < lat_step < 1.0):
        raise RefusedError("its steps are not a part of a degree")
    half = 0.0 if keys.get(1025) == PIXEL_IS_POINT else 0.5
    north, west = lat - (half - row) * lat_step, lon + (half - column) * lon_step
    if not (-90.0 <= north <= 90.0 and -180.0 <= west <= 180.0):
        raise RefusedError("it lies at a place that is not on the earth")
    return north, west, lat_step, lon_step


def _pixels(
    data: bytes, order: str, tags: dict[int, tuple[Any, ...]], rows: int, columns: int
) -> F32:
    """Put the strips or tiles together: heights (rows, columns)."""
    bits, form = tags.get(258, (1,)), tags.get(339, (1,))[0]
    kind = {(16, 2): "i2", (32, 3): "f4"}.get((bits[0], form))
    if tags.get(277, (1,))[0] != 1 or kind is None:
        raise RefusedError("it must hold one band of int16 or float32")
    packed, predictor = tags.get(259, (PLAIN,))[0], tags.get(317, (NO_PREDICTOR,))[0]
    if packed not in (PLAIN, DEFLATE, DEFLATE_OLD):
        raise RefusedError(f"compression {packed} is not read: plain or deflate is")
    allowed = (NO_PREDICTOR, DIFFERENCES) if kind == "i2" else (NO_PREDICTOR, FLOAT_DIFFERENCES)
    if predictor not in allowed:
        raise RefusedError(f"predictor {predictor} is not read with {kind}")
    tiled = 322 in tags
    width = tags[322][0] if tiled else columns
    length = tags[323][0] if tiled else min(tags.get(278, (rows,))[0], rows)
    if not (0 < width <= PIXELS_MAX and length > 0 and width * length <= PIXELS_MAX):
        raise RefusedError("its strips or tiles have no sensible size")
    offsets, counts = (tags[324], tags[325]) if tiled else (tags[273], tags[279])
    across, down = math.ceil(columns / width), math.ceil(rows / length)
    height = np.empty((rows, columns), np.float32)
    for k in range(across * down):
        top, left = k // across * length, k % across * width
        lines = length if tiled else min(length, rows - top)
        block = data[offsets[k] : offsets[k] + counts[k]]
        size = lines * width * int(kind[1])
        raw = block if packed == PLAIN else zlib.decompressobj().decompress(block, size)
        if len(raw) < size:
            raise RefusedError("a strip or tile is shorter than it should be")
        part = _values(raw[:size], order, kind, predictor, lines, width)
        bottom, right = min(top + lines, rows), min(left + width, columns)
        height[top:bottom, left:right] = part[: bottom - top, : right - left]
    return height


def _values(
    raw: bytes, order: str, kind: str, predictor: int, lines: int, width: int
) -> NDArray[Any]:
    """Turn the bytes of a strip or tile into heights (lines, width), the predictor undone."""
    if predictor == FLOAT_DIFFERENCES:  # bytes by significance, highest first, as differences
        planes = np.cumsum(np.frombuffer(raw, np.uint8).reshape(lines, -1), axis=1, dtype=np.uint8)
        joined = planes.reshape(lines, 4, width).transpose(0, 2, 1)
        return np.ascontiguousarray(joined).view(">f4").reshape(lines, width)
    values = np.frombuffer(raw, order + kind).reshape(lines, width)
    if predictor == DIFFERENCES:
        return np.cumsum(values, axis=1, dtype=np.int16)
    return values
