"""Objects that drift, hover, fly in formation, part and follow, each within its class."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.model.enums import ObjectClass
from vedette.simulator.limits import BY_CLASS
from vedette.simulator.scenario import load_scenario
from vedette.simulator.world import FLYING, STEP_S, World, create_world

SITE = """schema = 1
name = "Small"
reference = { lat_deg = 33.8, lon_deg = 42.4, hae_m = 180.0 }
wind = { from_deg = 270.0, speed_mps = 5.0 }
sensors = [{ id = "own", kind = "position", lat_deg = 33.8, lon_deg = 42.4, hae_m = 190.0 }]
[[assets]]
id = "camp"
name = "Camp"
lat_deg = 33.8
lon_deg = 42.4
[[assets]]
id = "depot"
name = "Depot"
lat_deg = 33.83
lon_deg = 42.4
[[assets]]
id = "convoy"
name = "Convoy"
lat_deg = 33.8
lon_deg = 42.4
position_feed = "own"
position_id = "LEAD"
"""
HEAD = """schema = 1
name = "Small"
description = "For a test."
start = "2022-01-04T00:30:00Z"
duration_s = 300.0
site = "site.toml"
"""


def world_of(folder: Path, objects: str, seed: int = 1) -> World:
    (folder / "site.toml").write_text(SITE)
    (folder / "scenario.toml").write_text(HEAD + objects)
    return create_world(load_scenario(folder / "scenario.toml"), seed)


def flown(world: World, until_s: float) -> World:
    while world.elapsed_s < until_s:
        world.step()
    return world


def test_the_world_of_the_first_scenario_is_what_it_always_was(repository):
    world = create_world(load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml"), 1)
    flown(world, 250.0)
    rows = [
        world.fleet.ids.index(name) for name in ("drone_1", "civil_7", "river_bird_05", "own_drone")
    ]
    assert world.position_m[rows] == pytest.approx(
        np.array(
            [
                [-5185.9517, 980.643, 122.2459],
                [16817.6683, -20316.4677, 5192.5368],
                [6285.3297, 5540.8845, 152.1147],
                [2277.9705, -1656.8049, 155.5476],
            ]
        ),
        abs=1e-3,
    )


def test_a_balloon_goes_where_the_wind_at_its_height_goes(tmp_path):
    objects = """
wind = [
  { height_m = 0.0, from_deg = 270.0, speed_mps = 2.0 },
  { height_m = 1000.0, from_deg = 180.0, speed_mps = 12.0 }]
[[objects]]
id = "balloon"
class = "balloon"
motion = "drift"
speed_mps = 1.0
climb_mps = 2.5
route = [
  { east_m = 0.0, north_m = 0.0, height_m = 10.0 },
  { east_m = 0.0, north_m = 0.0, height_m = 500.0 }]
"""
    world = flown(world_of(tmp_path, objects), 100.0)
    assert world.position_m[0, 2] == pytest.approx(10.0 + 2.5 * 100.0, abs=15.0)
    flown(world, 280.0)
    start = world.position_m[0].copy()
    assert start[2] == pytest.approx(500.0, abs=10.0)
    flown(world, 300.0)
    # Half way up: half of each wind, 1 m/s eastward and 6 northward.
    assert (world.position_m[0, :2] - start[:2]) / 20.0 == pytest.approx([1.0, 6.0], abs=0.8)


def test_without_a_profile_the_site_s_wind_blows_at_every_height(tmp_path):
    objects = """
[[objects]]
id = "lantern"
class = "balloon"
motion = "drift"
count = 40
radius_m = 800.0
speed_mps = 1.0
route = [{ bearing_deg = 0.0, range_m = 3000.0, height_m = 300.0 }]
"""
    world = world_of(tmp_path, objects)
    begin = world.position_m.copy()
    offset = begin[:, :2] - [0.0, 3000.0]
    assert np.all(np.hypot(offset[:, 0], offset[:, 1]) <= 800.0)
    assert np.hypot(*offset.std(axis=0)) > 300.0
    flown(world, 100.0)
    drift = (world.position_m - begin).mean(axis=0) / 100.0
    assert drift == pytest.approx([5.0, 0.0, 0.0], abs=0.15)


SWARM = """
[[objects]]
id = "swarm"
class = "multirotor"
identity = "HOSTILE"
count = 20
spacing_m = 30.0
speed_mps = 18.0
at_end = "strike"
route = [{ east_m = -3000.0, north_m = 0.0, height_m = 120.0 },
  { east_m = -1500.0, north_m = 0.0, height_m = 120.0 }]
branches = [
  { attacks = "camp", route = [{ asset = "camp", height_m = 5.0 }] },
  { attacks = "depot", route = [{ asset = "depot", height_m = 5.0 }] },
]
"""


def test_a_swarm_keeps_its_formation_and_then_parts_to_its_targets(tmp_path):
    world = flown(world_of(tmp_path, SWARM), 60.0)
    rows = world.position_m.reshape(4, 5, 3)
    assert np.median(np.diff(rows[:, :, 1], axis=1)) == pytest.approx(-30.0, abs=8.0)
    assert np.median(np.diff(rows[:, :, 0], axis=0)) == pytest.approx(-30.0, abs=8.0)
    flown(world, 300.0)
    assert world.fleet.attacks[:4] == ["camp", "depot", "camp", "depot"]
    assert {end["how"] for end in world.ends.values()} == {"arrived"}
    assert len(world.ends) == 20
    assert np.all(world.would_arrive_ns > 0)


def test_what_is_sent_against_a_convoy_arrives_where_the_convoy_is_by_then(tmp_path):
    objects = """
[[objects]]
id = "lead"
class = "other"
identity = "FRIEND"
speed_mps = 12.0
position_feed = { sensor = "own", callsign = "LEAD" }
route = [{ east_m = 0.0, north_m = 0.0, height_m = 1.0 },
  { east_m = 0.0, north_m = 9000.0, height_m = 1.0 }]
[[objects]]
id = "drone"
class = "fixed_wing_uas"
identity = "HOSTILE"
speed_mps = 40.0
attacks = "convoy"
at_end = "strike"
route = [{ east_m = 6000.0, north_m = 0.0, height_m = 100.0 }, { asset = "convoy", height_m = 5.0 }]
"""
    world = flown(world_of(tmp_path, objects), 250.0)
    end_s = (world.ends["drone"]["t_ns"] - world.start_ns) * 1e-9
    # Pure pursuit: t = D / v / (1 - (u / v)^2), with u the convoy's speed.
    assert end_s == pytest.approx(6000.0 / 40.0 / (1.0 - 0.3**2), rel=0.05)
    drone = world.position_m[1, :2] - world.position_m[0, :2]
    assert world.would_arrive_ns[1] <= world.ends["drone"]["t_ns"]
    assert world.position_m[0, 1] > 1500.0
    assert np.isfinite(drone).all()


def test_a_drone_is_launched_hovers_and_comes_back(tmp_path):
    objects = """
[[objects]]
id = "own"
class = "multirotor"
identity = "FRIEND"
speed_mps = 12.0
at_end = "land"
route = [
  { east_m = 0.0, north_m = 0.0, height_m = 1.0 },
  { east_m = 0.0, north_m = 0.0, height_m = 60.0, hold_s = 5.0 },
  { east_m = 0.0, north_m = 600.0, height_m = 60.0, hold_s = 20.0 },
  { east_m = 0.0, north_m = 0.0, height_m = 0.0 },
]
"""
    world = world_of(tmp_path, objects)
    places = []
    while world.elapsed_s < 290.0:
        world.step()
        places.append(world.position_m[0].copy())
    path = np.array(places)
    rising = path[:, 2] < 50.0
    first = int(np.argmin(rising))
    assert np.hypot(path[:first, 0], path[:first, 1]).max() < 15.0
    over = np.hypot(path[:, 0], path[:, 1] - 600.0) < 10.0
    assert 20.0 <= over.sum() * STEP_S < 40.0
    assert world.ends["own"]["how"] == "landed"


def test_a_flock_goes_the_same_way_and_each_bird_its_own(tmp_path):
    objects = """
[[objects]]
id = "goose"
class = "bird"
motion = "flock"
count = 300
radius_m = 3000.0
speed_mps = 14.0
speed_spread_mps = 3.0
height_spread_m = 150.0
route = [{ east_m = -6000.0, north_m = 0.0, height_m = 300.0 },
  { east_m = 9000.0, north_m = 0.0, height_m = 300.0 }]
"""
    world = world_of(tmp_path, objects)
    begin = world.position_m.copy()
    flown(world, 200.0)
    way = world.position_m - begin
    assert way[:, 0].mean() / 200.0 == pytest.approx(14.0 * np.exp(-0.5 * 0.35**2), rel=0.05)
    assert abs(way[:, 1].mean()) < 40.0
    places = []
    for k in range(400):
        world.step()
        if k % 12 == 0:
            places.append(world.position_m.copy())
    leg = np.diff(np.array(places), axis=0)
    course = np.arctan2(leg[..., 0], leg[..., 1])
    # A logged lesser black-backed gull (R package RNCEP, fixes 3 s apart, in flight): its course
    # changes by 0.30 rad (robust sd) from one leg to the next, and scatters by 0.16 to 0.54 rad
    # (tenth to third quartile of its flights) about where it goes.
    change = (np.diff(course, axis=0) + np.pi) % (2.0 * np.pi) - np.pi
    assert 0.15 < 1.4826 * np.median(np.abs(change)) < 0.45
    assert 0.16 < course.std(axis=0).mean() < 0.54


def test_real_birds_fly_as_fast_as_the_class_lets_them(shared_data):
    path = shared_data / "birds" / "oystercatcher_O_ASSEN-gps-2018.csv.gz"
    if not path.is_file():
        pytest.skip(f"absent: {path.name}")
    with gzip.open(path, "rt", newline="") as file:
        speeds = [float(row["ground-speed"] or 0.0) for row in csv.DictReader(file)]
    flying = np.array([speed for speed in speeds if speed > 5.0])
    limit = BY_CLASS[ObjectClass.BIRD]
    assert len(flying) > 100
    assert limit.speed_min_mps < flying.min() and flying.max() < limit.speed_max_mps
    assert 8.0 < np.median(flying) < 15.0  # what flocks of the pack fly


def test_nothing_turns_climbs_or_accelerates_beyond_its_class(tmp_path):
    world = world_of(tmp_path, SWARM)
    limits = [BY_CLASS[spec.object_class] for spec in world.fleet.specs]
    turn_max = np.array([x.turn_max_radps for x in limits])
    lateral_max = np.array([x.lateral_mps2 for x in limits])
    gain_max = np.array([x.acceleration_mps2 for x in limits])
    while world.elapsed_s < 250.0:
        before = (world.heading_rad.copy(), world.speed_mps.copy(), world.climb_mps.copy())
        flying = world.phase == FLYING
        world.step()
        turn = np.abs(world.heading_rad - before[0])[flying] / STEP_S
        assert np.all(turn <= turn_max[flying] + 1e-9)
        assert np.all(turn * np.maximum(before[1][flying], 1.0) <= lateral_max[flying] + 1e-6)
        for now, then in ((world.speed_mps, before[1]), (world.climb_mps, before[2])):
            assert np.all(np.abs(now - then)[flying] / STEP_S <= gain_max[flying] + 1e-9)


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('class = "multirotor"', 'class = "fixed_wing_uas"', r"route\[1\]\.hold_s: .*hover"),
        ("hold_s = 5.0", "hold_s = -5.0", "hold_s"),
        ("hold_s = 5.0", "holds_s = 5.0", "unknown key"),
        ('at_end = "land"', 'at_end = "land"\nspoofed = true', "says nothing"),
        (
            'at_end = "land"',
            'at_end = "land"\nbranches = [{ attacks = "moon", route = [{ asset = "camp" }] }]',
            r"branches\[0\]\.attacks: .*no asset",
        ),
        (
            'at_end = "land"',
            'at_end = "land"\nbranches = [{ route = [{ asset = "moon" }] }]',
            r"branches\[0\]\.route\[0\].*: .*no asset",
        ),
        (
            'at_end = "land"',
            'motion = "wander"\nbranches = [{ route = [{ asset = "camp" }] }]',
            "parts into branches",
        ),
        ("[[objects]]", "wind = [{ height_m = 0.0, from_deg = 1.0 }]\n[[objects]]", "speed_mps"),
    ],
)
def test_a_wrong_object_is_refused_by_file_line_and_key(tmp_path, find, put, words):
    objects = """
[[objects]]
id = "own"
class = "multirotor"
speed_mps = 12.0
at_end = "land"
route = [
  { east_m = 0.0, north_m = 0.0, height_m = 1.0 },
  { east_m = 0.0, north_m = 0.0, height_m = 60.0, hold_s = 5.0 },
]
"""
    world_of(tmp_path, objects)
    assert find in objects
    with pytest.raises(RefusedError, match=rf"scenario\.toml:\d+: .*{words}"):
        world_of(tmp_path, objects.replace(find, put, 1))
