"""Low over hills: what follows the ground does as its class can; wind carries what flies."""

import math
import runpy

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.geo import SiteFrame
from vedette.simulator.ground import AHEAD_S, CLIMB_SHARE, lift_m
from vedette.simulator.limits import BY_CLASS
from vedette.simulator.scenario import ObjectSpec, Waypoint, WindLayer, load_scenario
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import look
from vedette.simulator.terrain import Terrain
from vedette.simulator.terrain_files import Grid, read_terrain
from vedette.simulator.world import STEP_S, create_world


def test_the_shipped_valley_is_what_its_script_makes(repository):
    folder = repository / "scenarios" / "terrain"
    made = runpy.run_path(str(folder / "make_valley.py"))
    grid = read_terrain(folder / "valley.tif")
    assert np.array_equal(grid.height_m, made["heights"]().astype(np.float32))
    loaded = load_scenario(repository / "scenarios" / "low_behind_terrain.toml")
    frame = SiteFrame(loaded.site.reference)
    east, north = np.array([0.0, -1_300.0, 2_500.0]), np.array([500.0, 6_000.0, 6_000.0])
    found = loaded.terrain.over_reference_m(frame, east, north)
    assert found == pytest.approx(made["over_reference_m"](east, north), abs=6.0)


def hills(loaded, shape) -> Terrain:
    """Make ground of shape(east, north) over the reference, in metres, about the site."""
    reference = loaded.site.reference
    step = 1.0 / 1200.0
    rows = np.arange(-300, 301)
    north = -rows[:, None] * step * 110_900.0
    east = rows[None, :] * step * 111_320.0 * math.cos(math.radians(reference.lat_deg))
    height = (reference.hae_m + shape(east + 0.0 * north, north + 0.0 * east)).astype(np.float32)
    grid = Grid(
        height_m=height,
        north_deg=reference.lat_deg + 300 * step,
        west_deg=reference.lon_deg - 300 * step,
        lat_step_deg=step,
        lon_step_deg=step,
    )
    return Terrain([grid])


def ridges(east, north):
    """Ridges 250 m high across the way north, 3 km apart: up to 26 in the hundred."""
    return 125.0 * (1.0 + np.sin(2.0 * np.pi * north / 3_000.0))


def flying(scene, shape, object_class="fixed_wing_uas", speed=40.0, height=60.0, **words):
    spec = ObjectSpec(
        id="low",
        object_class=object_class,
        speed_mps=speed,
        follows_ground=words.pop("follows", True),
        route=[
            Waypoint(east_m=0.0, north_m=14_000.0, height_m=height),
            Waypoint(east_m=4_000.0, north_m=2_000.0, height_m=height),
            Waypoint(east_m=-4_000.0, north_m=-12_000.0, height_m=height),
        ],
        **words,
    )
    loaded = scene(objects=[spec], wind=[WindLayer(height_m=0.0, from_deg=0.0, speed_mps=0.0)])
    if shape is None:
        return loaded
    return msgspec.structs.replace(loaded, terrain=hills(loaded, shape))


def fly(world, seconds=2_000.0):
    """Give the height above the ground, the climb and the height over the reference, by step."""
    rows = []
    while world.visible[0] and world.elapsed_s < seconds:
        world.step()
        place = world.position_m[0]
        ground = world.terrain.over_reference_m(world.frame, place[:1], place[1:2])[0]
        rows.append((place[2] - ground, world.climb_mps[0], place[2]))
    return np.array(rows)


@pytest.mark.parametrize(
    ("object_class", "speed", "height"),
    [("fixed_wing_uas", 40.0, 60.0), ("multirotor", 15.0, 40.0), ("helicopter", 50.0, 60.0)],
)
def test_it_follows_the_ground_and_never_hits_it(scene, object_class, speed, height):
    loaded = flying(scene, ridges, object_class, speed, height)
    above, climb, over = fly(create_world(loaded, 2), 450.0).T
    limit = BY_CLASS[object_class]
    assert above.min() > 0.5 * height
    assert np.ptp(over) > 200.0  # up and down with the ridges
    assert climb.max() <= limit.climb_max_mps + 1e-9
    assert climb.min() >= -limit.descent_max_mps - 1e-9
    assert np.abs(np.diff(climb)).max() / STEP_S <= limit.acceleration_mps2 + 1e-9


def test_gentle_ground_is_followed_closely(scene):
    gentle = flying(scene, lambda east, north: 100.0 + 40.0 * np.sin(2.0 * np.pi * north / 6_000.0))
    above = fly(create_world(gentle, 2))[40:, 0]
    assert abs(np.median(above) - 60.0) < 6.0
    assert np.percentile(above, 5) > 45.0
    assert np.percentile(above, 95) < 80.0


def test_a_wall_that_it_cannot_climb_in_time_is_climbed_before_it(scene):
    def wall(east, north):
        return np.where(north < 6_000.0, 300.0, 0.0)

    world = create_world(flying(scene, wall), 2)
    above = []
    while world.position_m[0, 1] > 5_000.0:
        world.step()
        if world.position_m[0, 1] < 6_100.0:
            above.append(world.position_m[0, 2] - 300.0)
    assert min(above) > 20.0


def test_without_terrain_nothing_changes(scene):
    runs = []
    for follows in (True, False):
        world = create_world(flying(scene, None, follows=follows), 3)
        for _ in range(400):
            world.step()
        runs.append((world.position_m.copy(), world.velocity_mps.copy()))
    assert np.array_equal(runs[0][0], runs[1][0])
    assert np.array_equal(runs[0][1], runs[1][1])


def test_what_follows_the_ground_is_hidden_longer_than_what_flies_level_over_it(scene):
    """Level flight must clear the highest ridge of its way; a radar sees it from afar."""
    shares = []
    for follows, height in ((True, 50.0), (False, 300.0)):
        loaded = flying(scene, ridges, follows=follows, height=height)
        (model,) = (m for m in create_sensors(loaded, 1).models if m.sensor.id == "radar_south")
        world, seen, steps = create_world(loaded, 2), 0, 0
        while world.visible[0] and world.position_m[0, 1] > 7_000.0:
            world.step()
            seen += bool(look(model.station, world.state_enu()).inside[0])
            steps += 1
        shares.append(seen / steps)
    assert shares[0] < 0.5 * shares[1]


def test_it_lands_on_the_ground_and_a_wreck_falls_to_it(scene):
    loaded = flying(
        scene, lambda east, north: 200.0 + 0.0 * east, "multirotor", 15.0, 20.0, at_end="land"
    )
    world = create_world(loaded, 2)
    assert world.position_m[0, 2] == pytest.approx(220.0, abs=0.1)
    ended = world.destroy(0)
    high = msgspec.structs.replace(loaded, terrain=None)
    lower = create_world(high, 2)
    lower.position_m[0, 2] = 220.0
    assert ended["fall_s"] < 0.6 * lower.destroy(0)["fall_s"]


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(1.0, 15.0))
def test_a_steady_climb_from_the_lift_clears_all_ground_ahead(seed, climb):
    ground = np.random.default_rng(seed).uniform(-100.0, 900.0, (3, len(AHEAD_S)))
    lift = lift_m(ground, np.full(3, climb))
    way = lift[:, None] + CLIMB_SHARE * climb * AHEAD_S
    assert np.all(way >= ground - 1e-9)
    assert np.all(lift >= ground[:, 0])


def test_what_flies_through_the_air_keeps_its_way_and_gains_or_loses_the_wind(scene):
    """The wind grows with height: what flies high is slowed more."""
    layers = [
        WindLayer(height_m=0.0, from_deg=0.0, speed_mps=0.0),
        WindLayer(height_m=1_000.0, from_deg=300.0, speed_mps=20.0),
    ]
    found = []
    for height in (50.0, 1_000.0):
        route = [Waypoint(east_m=e, north_m=0.0, height_m=height) for e in (9_000.0, -9_000.0)]
        spec = ObjectSpec(
            id="thing",
            object_class="fixed_wing_uas",
            speed_mps=40.0,
            speed_through_air=True,
            route=route,
        )
        world, speeds = create_world(scene(objects=[spec], wind=layers), 2), []
        while world.visible[0]:
            world.step()
            if world.elapsed_s > 20.0 and world.visible[0]:
                speeds.append(-world.velocity_mps[0, 0])
                assert abs(world.position_m[0, 1]) < 60.0  # on its line, nose into the wind
        found.append(np.mean(speeds))
    across, along = 20.0 * math.cos(math.radians(300.0)), -20.0 * math.sin(math.radians(300.0))
    assert found[0] == pytest.approx(
        math.sqrt(40.0**2 - (0.05 * across) ** 2) - 0.05 * along, abs=0.5
    )
    assert found[1] == pytest.approx(math.sqrt(40.0**2 - across**2) - along, abs=0.5)
