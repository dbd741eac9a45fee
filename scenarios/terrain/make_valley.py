"""Invented ground for the scenario `low_behind_terrain`: a winding valley between uplands.

python scenarios/terrain/make_valley.py writes valley.tif beside itself: a GeoTIFF in degrees, one
band of int16 metres over WGS-84, in strips, deflated. The ground is level about the site; north of
it uplands of some 220 m begin, cut by a valley that bends from side to side.
"""

import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

LAT_DEG, LON_DEG, REFERENCE_M = 34.8, 41.2, 250.0  # of sites/valley.toml
STEP_DEG = 1.0 / 1200.0  # 93 m north to south, as the coarser SRTM
SOUTH, NORTH, ASIDE = 60, 150, 90  # points about the site
M_PER_DEG = 111_000.0
UPLAND_M, VALLEY_WIDTH_M, BEND_M, BEND_EVERY_M = 220.0, 800.0, 1_300.0, 8_000.0
STRIP_ROWS = 32


def over_reference_m(east_m: F64, north_m: F64) -> F64:
    """Give the ground's height over the site's reference; any shape."""
    beside = east_m - BEND_M * np.sin(2.0 * np.pi * north_m / BEND_EVERY_M)
    rises = np.clip((north_m - 2_500.0) / 2_000.0, 0.0, 1.0)
    upland = UPLAND_M * rises * rises * (3.0 - 2.0 * rises)
    knolls = 14.0 * np.sin(east_m / 310.0) * np.sin(north_m / 270.0) * rises
    floor = 0.15 * upland
    return floor + (upland - floor + knolls) * (1.0 - np.exp(-((beside / VALLEY_WIDTH_M) ** 2)))


def heights() -> NDArray[np.int16]:
    """Give the grid, from north-west, whole metres over WGS-84."""
    north = np.arange(NORTH, -SOUTH - 1, -1)[:, None] * STEP_DEG * M_PER_DEG
    across = M_PER_DEG * math.cos(math.radians(LAT_DEG))
    east = np.arange(-ASIDE, ASIDE + 1)[None, :] * STEP_DEG * across
    height = REFERENCE_M + over_reference_m(east + 0.0 * north, north + 0.0 * east)
    return np.rint(height).astype(np.int16)


def geotiff(height: NDArray[np.int16], west_deg: float, north_deg: float) -> bytes:
    """Write a grid as TIFF 6.0 with the tags of GeoTIFF 1.1: header, strips, values, directory."""
    rows, columns = height.shape
    strips = [
        zlib.compress(height[top : top + STRIP_ROWS].astype("<i2").tobytes(), 9)
        for top in range(0, rows, STRIP_ROWS)
    ]
    data, offsets = bytearray(struct.pack("<2sHI", b"II", 42, 0)), []
    for strip in strips:
        offsets.append(len(data))
        data += strip
    entries = {
        256: ("H", [columns]),
        257: ("H", [rows]),
        258: ("H", [16]),
        259: ("H", [8]),  # deflate
        262: ("H", [1]),
        273: ("I", offsets),
        277: ("H", [1]),
        278: ("H", [STRIP_ROWS]),
        279: ("I", [len(strip) for strip in strips]),
        339: ("H", [2]),  # signed
        33550: ("d", [STEP_DEG, STEP_DEG, 0.0]),
        33922: ("d", [0.0, 0.0, 0.0, west_deg, north_deg, 0.0]),
        34735: ("H", [1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 2]),  # geographic, points
    }
    table = []
    for tag, (code, values) in sorted(entries.items()):
        packed = struct.pack(f"<{len(values)}{code}", *values)
        if len(packed) > 4:
            packed, where = struct.pack("<I", len(data)), packed
            data += where
        kind = {"H": 3, "I": 4, "d": 12}[code]
        table.append(struct.pack("<HHI", tag, kind, len(values)) + packed.ljust(4, b"\0"))
    struct.pack_into("<I", data, 4, len(data))
    return bytes(data + struct.pack("<H", len(table)) + b"".join(table) + bytes(4))


if __name__ == "__main__":
    image = geotiff(heights(), LON_DEG - ASIDE * STEP_DEG, LAT_DEG + NORTH * STEP_DEG)
    Path(__file__).with_name("valley.tif").write_bytes(image)
