"""The ground: files read and refused, and what it hides."""

import math
import random
import struct
import subprocess
import sys
import zlib

import msgspec
import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.geo import SiteFrame
from vedette.simulator.scenario import load_scenario
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import above_horizon, look, station
from vedette.simulator.terrain import Terrain, make_horizon
from vedette.simulator.terrain_files import Grid, read_terrain

NORTH, WEST, STEP = 34.0, 42.0, 1.0 / 60.0


def slanted(lat_deg, lon_deg):
    """Give ground that rises evenly to north and east, so that interpolation is exact."""
    return 200.0 + 100.0 * (lat_deg - 33.0) + 50.0 * (lon_deg - 42.0)


def hgt(side: int) -> bytes:
    lat = 34.0 - np.arange(side)[:, None] / (side - 1)
    lon = 42.0 + np.arange(side)[None] / (side - 1)
    return np.rint(slanted(lat, lon)).astype(">i2").tobytes()


def geotiff(
    height,
    order="<",
    packed=1,
    predictor=1,
    tile=None,
    changes=None,
    keys=(1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 2),
) -> bytes:
    """Write a GeoTIFF as other programs do: header, blocks, values, directory."""
    rows, columns = height.shape
    kind = "i2" if height.dtype.kind == "i" else "f4"
    width, length = tile or (columns, 7)
    blocks = []
    for top in range(0, rows, length):
        for left in range(0, columns, width):
            lines = length if tile else min(length, rows - top)
            block = np.zeros((lines, width), height.dtype)
            part = height[top : top + lines, left : left + width]
            block[: part.shape[0], : part.shape[1]] = part
            if predictor == 3:
                planes = np.frombuffer(block.astype(">f4").tobytes(), np.uint8)
                planes = planes.reshape(lines, width, 4).transpose(0, 2, 1).reshape(lines, -1)
                raw = np.diff(planes, axis=1, prepend=np.uint8(0)).astype(np.uint8).tobytes()
            else:
                if predictor == 2:
                    block = np.diff(block, axis=1, prepend=block.dtype.type(0))
                raw = block.astype(order + kind).tobytes()
            blocks.append(raw if packed == 1 else zlib.compress(raw))
    data, offsets = (
        bytearray(struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 0)),
        [],
    )
    for block in blocks:
        offsets.append(len(data))
        data += block
    counts = [len(block) for block in blocks]
    entries = {
        256: ("H", [columns]),
        257: ("H", [rows]),
        258: ("H", [16 if kind == "i2" else 32]),
        259: ("H", [packed]),
        277: ("H", [1]),
        317: ("H", [predictor]),
        339: ("H", [2 if kind == "i2" else 3]),
        33550: ("d", [STEP, STEP, 0.0]),
        33922: ("d", [0.0, 0.0, 0.0, WEST, NORTH, 0.0]),
        34735: ("H", list(keys)),
    }
    if tile:
        entries |= {322: ("H", [width]), 323: ("H", [length])}
        entries |= {324: ("I", offsets), 325: ("I", counts)}
    else:
        entries |= {278: ("H", [length]), 273: ("I", offsets), 279: ("I", counts)}
    entries |= changes or {}
    types = {"H": 3, "I": 4, "d": 12}
    table = []
    for tag, (code, values) in sorted(entries.items()):
        packed_values = struct.pack(f"{order}{len(values)}{code}", *values)
        if len(packed_values) > 4:
            where = struct.pack(order + "I", len(data))
            data += packed_values
            packed_values = where
        table.append(
            struct.pack(order + "HHI", tag, types[code], len(values))
            + packed_values.ljust(4, b"\0")
        )
    struct.pack_into(order + "I", data, 4, len(data))
    data += struct.pack(order + "H", len(table)) + b"".join(table) + bytes(4)
    return bytes(data)


def heights(dtype):
    lat = NORTH - STEP * np.arange(40)[:, None]
    lon = WEST + STEP * np.arange(50)[None]
    exact = slanted(lat, lon)
    return np.rint(exact).astype(dtype) if dtype == np.int16 else exact.astype(dtype)


@pytest.mark.parametrize("side", [1201, 3601])
def test_an_srtm_tile_says_the_height_between_its_points(tmp_path, side):
    path = tmp_path / "N33E042.hgt"
    path.write_bytes(hgt(side))
    terrain = Terrain([read_terrain(path)], geoid_m=12.0)
    lat, lon = np.array([33.0, 33.5, 34.0, 33.21]), np.array([42.0, 42.9999, 43.0, 42.77])
    assert terrain.height_m(lat, lon, 0.0) == pytest.approx(slanted(lat, lon) + 12.0, abs=0.6)
    outside = terrain.height_m(np.array([34.01, 33.5]), np.array([42.5, 41.99]), 77.0)
    assert outside.tolist() == [77.0, 77.0]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("tile", [None, (16, 16)])
@pytest.mark.parametrize(
    ("dtype", "packed", "predictor"),
    [
        (np.int16, 1, 1),
        (np.int16, 8, 1),
        (np.int16, 32946, 2),
        (np.float32, 1, 1),
        (np.float32, 8, 1),
        (np.float32, 8, 3),
    ],
)
def test_every_plain_kind_of_geotiff_says_the_same(tmp_path, order, tile, dtype, packed, predictor):
    path = tmp_path / "ground.tif"
    path.write_bytes(geotiff(heights(dtype), order, packed, predictor, tile))
    grid = read_terrain(path)
    assert grid.height_m.tolist() == heights(dtype).astype(np.float32).tolist()
    terrain = Terrain([grid])
    lat, lon = np.array([33.7, 33.91]), np.array([42.33, 42.77])
    tolerance = 1.0 if dtype == np.int16 else 1e-3
    assert terrain.height_m(lat, lon, 0.0) == pytest.approx(slanted(lat, lon), abs=tolerance)


def test_a_pixel_that_is_an_area_is_placed_at_its_middle(tmp_path):
    path = tmp_path / "ground.tif"
    path.write_bytes(geotiff(heights(np.float32), keys=(1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 1)))
    grid = read_terrain(path)
    assert grid.north_deg == pytest.approx(NORTH - STEP / 2)
    assert grid.west_deg == pytest.approx(WEST + STEP / 2)


def test_holes_are_filled_along_their_row_and_a_sieve_is_refused(tmp_path):
    path = tmp_path / "N33E042.hgt"
    ground = np.full((1201, 1201), 100, ">i2")
    ground[:, 600:] = 200
    ground[5, 598:602] = -32768
    path.write_bytes(ground.tobytes())
    row = read_terrain(path).height_m[5]
    assert row[597:603].tolist() == pytest.approx([100.0, 120.0, 140.0, 160.0, 180.0, 200.0])
    ground[:200] = -32768
    path.write_bytes(ground.tobytes())
    with pytest.raises(RefusedError, match="holes"):
        read_terrain(path)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("N33E042.hgt", b"\0" * 100, "1201"),
        ("ground.hgt", hgt(1201), "south-west"),
        ("N95E042.hgt", hgt(1201), "not on the earth"),
        ("N33E042.hgt", np.full((1201, 1201), 20_000, ">i2").tobytes(), "not the ground"),
        ("ground.png", b"", ".hgt, .tif"),
        ("ground.tif", b"PK", "classic TIFF"),
        ("ground.tif", b"II+\0" + bytes(20), "classic TIFF"),
        ("ground.tif", geotiff(heights(np.int16))[:200], "damaged|classic"),
        ("ground.tif", geotiff(heights(np.int16), changes={259: ("H", [5])}), "compression 5"),
        ("ground.tif", geotiff(heights(np.int16), changes={277: ("H", [3])}), "one band"),
        ("ground.tif", geotiff(heights(np.int16), changes={317: ("H", [3])}), "predictor 3"),
        ("ground.tif", geotiff(heights(np.int16), changes={339: ("H", [1])}), "one band"),
        ("ground.tif", geotiff(heights(np.int16), changes={257: ("I", [10**9])}), "points"),
        ("ground.tif", geotiff(heights(np.int16), keys=(1, 1, 0, 1, 1024, 0, 1, 1)), "projected"),
        (
            "ground.tif",
            geotiff(heights(np.int16), changes={33550: ("d", [30.0, 30.0, 0.0])}),
            "degree",
        ),
    ],
)
def test_a_wrong_terrain_file_is_refused_with_a_reason(tmp_path, name, data, why):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(RefusedError, match=why):
        read_terrain(path)


def test_a_damaged_geotiff_is_read_or_refused_and_nothing_else(tmp_path):
    whole = geotiff(heights(np.float32), packed=8, predictor=3, tile=(16, 16))
    rng, path = random.Random(3), tmp_path / "ground.tif"
    outcomes = set()
    for _ in range(1500):
        data = bytearray(whole)
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data) - 300, len(data))] = rng.randrange(256)
        path.write_bytes(data[: rng.choice([len(data), rng.randrange(len(data))])])
        try:
            read_terrain(path)
        except RefusedError:
            outcomes.add("refused")
        else:
            outcomes.add("read")
    assert outcomes == {"read", "refused"}


def test_over_flat_ground_the_table_is_the_horizon_itself(base):
    frame = SiteFrame(base.site.reference)
    flat = Terrain([Grid(36.0, 40.0, 5.0, 5.0, np.full((2, 2), frame.hae_m, np.float32))])
    horizon = make_horizon(flat, frame, np.array([0.0, 0.0, 10.0]), np.eye(3), 60_000.0)
    distance = np.arange(1_000.0, 60_000.0, 500.0)
    for height_m in (5.0, 50.0, 200.0):
        height = np.full(len(distance), height_m)
        ours = horizon.sees(0.3 + 0.0 * distance, distance, height)
        law = above_horizon(distance, height, 10.0)
        assert np.sum(ours != law) <= 1


def test_a_drone_behind_a_ridge_is_seen_only_above_the_line_over_it(scene, placed):
    # A ridge of 100 m above the reference, from 2,950 to 3,050 m north of it, of any length.
    loaded = scene(count=1)
    frame = SiteFrame(loaded.site.reference)
    lat = np.linspace(34.0, 33.7, 3000)
    north = (lat - loaded.site.reference.lat_deg) * 110_930.0
    line = np.where(np.abs(north - 3000.0) < 50.0, 283.0, 183.0)
    ground = np.repeat(line[:, None], 3, axis=1).astype(np.float32)
    terrain = Terrain([Grid(34.0, 42.2, 0.3 / 2999, 0.25, ground)])
    sensor = next(s for s in loaded.site.sensors if s.id == "radar_south")
    at = station(sensor, frame, terrain)
    bare = station(sensor, frame)
    gap_m = 3000.0 - at.position_enu_m[1]
    line_m = at.height_m + (100.0 - at.height_m) * (gap_m + 2000.0) / gap_m
    state = np.zeros((3, 6))
    state[:, 0] = at.position_enu_m[0]
    state[:, 1] = (5000.0, 5000.0, 2500.0)
    state[:, 2] = (line_m - 15.0, line_m + 15.0, 20.0)
    assert look(at, state).inside.tolist() == [False, True, True]
    assert look(bare, state).inside.tolist() == [True, True, True]


def test_a_sensor_does_not_see_below_its_mask(base):
    frame = SiteFrame(base.site.reference)
    sensor = next(s for s in base.site.sensors if s.id == "radar_south")
    mask = [(350.0, 4.0), (10.0, 2.0), (180.0, -2.0)]
    coverage = msgspec.structs.replace(sensor.coverage, mask=mask)
    at = station(msgspec.structs.replace(sensor, coverage=coverage), frame)
    azimuth = np.radians([0.0, 0.0, 95.0, 95.0, 355.0, 180.0])
    tilt = np.radians([2.9, 3.1, -0.1, 0.1, 3.4, -1.0])
    ground = 3000.0 * np.cos(tilt)
    own = np.stack([ground * np.sin(azimuth), ground * np.cos(azimuth), 3000 * np.sin(tilt)], 1)
    state = np.zeros((6, 6))
    state[:, :3] = own @ at.sensor_from_enu + at.position_enu_m
    seen = look(at, state)
    assert seen.inside.tolist() == [False, True, False, True, False, True]


def test_a_scenario_with_terrain_sees_less_and_a_wrong_file_is_refused(
    repository, tmp_path, refused
):
    refused(
        "pressure_offset_m = 35.0", 'terrain = { files = ["N1.hgt"] }', "terrain.files", "no file"
    )
    ground = np.full((1201, 1201), 183, ">i2")
    ground[:, :520] = 900  # a mountain west of the base
    (tmp_path / "N33E042.hgt").write_bytes(ground.tobytes())
    text = (repository / "scenarios" / "ain_al_asad_2022.toml").read_text()
    path = tmp_path / "hills.toml"
    words = 'terrain = { files = ["N33E042.hgt"] }'
    path.write_text(text.replace("pressure_offset_m = 35.0", words, 1))
    loaded = load_scenario(path)
    models = create_sensors(loaded, 1).models
    state = np.zeros((2, 6))
    state[:, 0] = (-9000.0, 9000.0)
    state[:, 2] = 150.0
    for model in models:
        if model.sensor.kind == "radar_3d":
            assert look(model.station, state).inside.tolist() == [False, True]
    assert math.isfinite(float(models[0].station.horizon.height_m))


def test_without_terrain_a_scenario_is_read_without_numbers_being_loaded(repository):
    words = """
import sys
from pathlib import Path
import vedette.cli
from vedette.simulator.scenario import load_scenario
load_scenario(Path("scenarios/ain_al_asad_2022.toml"))
sys.exit(any(name in sys.modules for name in ("numpy", "numba", "pyarrow")))
"""
    done = subprocess.run([sys.executable, "-c", words], cwd=repository, check=False)
    assert done.returncode == 0  # every command starts in a tenth of a second, whatever it is
