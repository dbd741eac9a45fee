"""Recorded flights as objects: moved, turned, where they really were; refused by name."""

import gzip
import json
import math
from pathlib import Path

import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.geo import SiteFrame
from vedette.simulator.recordings import VARIABLE, moved_place_m, read_recording, true_place_m
from vedette.simulator.scenario import load_scenario
from vedette.simulator.world import create_world

SITE = """schema = 1
name = "Small"
reference = { lat_deg = 46.9, lon_deg = 7.4, hae_m = 600.0 }
"""
SCENARIO = """schema = 1
name = "Small"
description = "For a test."
start = "2022-01-04T00:30:00Z"
duration_s = 60.0
site = "site.toml"
[[objects]]
id = "real"
class = "multirotor"
motion = "recorded"
start_s = 10.0
speed_mps = 5.0
recording = { file = "path.csv", from_s = 2.0, turn_deg = 90.0 }
route = [{ east_m = 1000.0, north_m = 500.0, height_m = 40.0 }]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    rows = [f"{t},0,{10 * t},{5 + t}" for t in range(22)]
    (tmp_path / "path.csv").write_text("t_s,east_m,north_m,height_m\n" + "\n".join(rows) + "\n")
    (tmp_path / "site.toml").write_text(SITE)
    (tmp_path / "scenario.toml").write_text(SCENARIO)
    return tmp_path


def test_a_path_is_moved_turned_and_flown_from_where_it_is_told(folder):
    world = create_world(load_scenario(folder / "scenario.toml"), 1)
    while world.elapsed_s < 15.0:
        world.step()
    # Northward at 10 m/s, turned a quarter to the right: eastward, five seconds after its start.
    assert world.position_m[0] == pytest.approx([1050.0, 500.0, 45.0], abs=1e-6)
    assert world.velocity_mps[0] == pytest.approx([10.0, 0.0, 1.0], abs=1e-6)
    assert world.visible[0]
    while world.elapsed_s < 40.0:
        world.step()
    assert world.ends["real"]["how"] == "left"
    assert not world.visible[0]


def test_adsb_gives_the_longest_unbroken_flight_of_one_aircraft(folder):
    def row(icao24: str, t_s: float, north_deg: float) -> dict:
        place = {"latitude": 46.9 + north_deg, "longitude": 7.4, "altitude": 10_000.0 / 0.3048}
        return {"icao24": icao24, "timestamp": t_s * 1e3, **place}

    rows = [row("abc123", t, 0.001 * t) for t in range(5)]
    rows += [row("abc123", 1000.0 + 10.0 * t, 0.02 * t) for t in range(12)]
    rows += [row("ffffff", t, 1.0) for t in range(50)]
    with gzip.open(folder / "air.json.gz", "wt") as file:
        json.dump(rows[::-1], file)
    found = read_recording("air.json.gz", "abc123")
    assert found.since_s[[0, -1]] == pytest.approx([0.0, 110.0])
    frame = SiteFrame(load_scenario(folder / "scenario.toml").site.reference)
    place = true_place_m(found, frame)
    assert place[0] == pytest.approx([0.0, 0.0, 9_400.0], abs=0.5)
    assert place[-1, 1] == pytest.approx(math.radians(0.22) * 6_377_600.0, rel=2e-3)
    moved = moved_place_m(found, (5.0, 6.0, 7.0), 0.0)
    assert moved[0] == pytest.approx([5.0, 6.0, 7.0], abs=0.5)


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('"path.csv"', '"nowhere.csv"', "no recording nowhere"),
        ('"path.csv"', '"site.toml"', "known kind"),
        ('motion = "recorded"', 'motion = "wander"', "goes with motion recorded"),
        ("from_s = 2.0", "from = 2.0", "unknown key"),
    ],
)
def test_a_wrong_recording_is_refused_by_file_line_and_key(folder, find, put, words):
    path = folder / "scenario.toml"
    path.write_text(SCENARIO.replace(find, put, 1))
    with pytest.raises(RefusedError, match=rf"scenario\.toml:\d+: .*{words}"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("name", "speed_mps"),
    [
        ("fixed_wing/thor_flight75_2012-10-10.mat", (5.0, 30.0)),
        ("fixed_wing/SwissLog1.mat", (3.0, 30.0)),
        ("multirotor/log_25_2022-12-1-15-10-34.ulg", (0.2, 15.0)),
    ],
)
def test_real_logs_fly_as_fast_as_such_aircraft_do(shared_data, monkeypatch, name, speed_mps):
    monkeypatch.setenv(VARIABLE, str(shared_data))
    if not (shared_data / name).is_file():
        pytest.skip(f"absent: {name}")
    found = read_recording(name, None)
    path = moved_place_m(found, (0.0, 0.0, 10.0), 0.3)
    seconds = np.arange(0.0, found.since_s[-1], 1.0)
    places = np.column_stack([np.interp(seconds, found.since_s, path[:, k]) for k in range(3)])
    speeds = np.hypot(*np.diff(places[:, :2], axis=0).T)
    low, high = speed_mps
    assert low < np.percentile(speeds, 75) < high
    assert path[:, 2].min() == pytest.approx(10.0)
