"""What hears and looks: radio, sound that comes late, cameras that must be pointed, people."""

import math
from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.model.reports import Plot
from vedette.simulator.cameras import Gaze
from vedette.simulator.fault_specs import FaultSpec
from vedette.simulator.scenario import ObjectSpec, Waypoint
from vedette.simulator.sensor_specs import (
    AcousticSpec,
    CallersSpec,
    CameraSpec,
    SensorModelSpec,
    WeatherSpec,
)
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import look
from vedette.simulator.world import create_world

S = 1_000_000_000
ALL_ROUND = {"range_max_m": 6_000.0, "elevation_min_deg": -5.0, "elevation_max_deg": 89.0}


def model_of(loaded, name, seed=4):
    return next(m for m in create_sensors(loaded, seed).models if m.sensor.id == name)


def watch(model, world, seconds: float, velocity=None) -> list[Plot]:
    """Let a placed world stand, or move straight on, and collect what a model reports."""
    plots = []
    for _ in range(int(seconds * 4)):
        world.t_ns += S // 4
        if velocity is not None:
            world.position_m = world.position_m + 0.25 * np.asarray(velocity)
        plots += model.observe(world)
    return plots


def turn_deg(azimuth_rad, from_deg):
    return (math.degrees(azimuth_rad) - from_deg + 180.0) % 360.0 - 180.0


def drone(name, azimuth_deg, **words):
    return ObjectSpec(
        id=name,
        object_class="multirotor",
        speed_mps=10.0,
        at_end="hold",
        route=[
            Waypoint(bearing_deg=azimuth_deg, range_m=r, height_m=100.0) for r in (3000.0, 2500.0)
        ],
        **words,
    )


def test_a_direction_finder_hears_what_transmits_and_not_the_silent_drone_beside_it(scene):
    objects = [drone("talks", 20.0, radio=True), drone("silent", 200.0)]
    sensors = [SensorModelSpec(id="rf_df", clutter_per_scan=0.0)]
    loaded = scene(objects=objects, sensors=sensors, only=("rf_df",))
    model, world, heard = model_of(loaded, "rf_df"), create_world(loaded, 1), []
    for _ in range(400):
        world.step()
        heard += model.observe(world)
    assert len(heard) > 80
    assert all(abs(turn_deg(p.azimuth_rad, 20.0)) < 60.0 for p in heard)


def acoustic(scene, object_class="fixed_wing_uas", count=1, **words):
    spec = SensorModelSpec(
        id="rf_df",
        range_90_m=words.pop("range_90_m", 20_000.0),
        detection_prob=1.0,
        clutter_per_scan=0.0,
        acoustic=AcousticSpec(**words.pop("acoustic", {})),
    )
    changes = {"rf_df": {"cooperative": False, "azimuth_sigma_deg": 0.1, "scan_period_s": 0.5}}
    return scene(object_class, count, sensors=[spec], changes=changes, only=("rf_df",), **words)


def test_a_microphone_array_points_where_the_object_was_when_it_made_the_sound(scene, placed):
    loaded = acoustic(scene)
    model = model_of(loaded, "rf_df")
    velocity = np.array([60.0, 0.0, 0.0])
    world = placed(loaded, model.station, [[-1800.0, 1500.0, 100.0]], velocity)
    watch(model, world, 10.0, velocity)
    errors, lags = [], []
    for _ in range(40):
        plots = watch(model, world, 0.5, velocity)
        seen = look(model.station, world.state_enu())
        # |r - v w| = c w, by hand: (c^2 - v^2) w^2 + 2 (r.v) w - r^2 = 0.
        r = (world.state_enu()[0, :3] - model.station.position_enu_m).tolist()
        a, b, c = 340.0**2 - 3600.0, r[0] * 60.0, -sum(x * x for x in r)
        wait = (-b + math.sqrt(b * b - a * c)) / a
        was = math.degrees(math.atan2(r[0] - 60.0 * wait, r[1]))
        for plot in plots:
            errors.append(turn_deg(plot.azimuth_rad, was))
            lags.append(turn_deg(seen.azimuth_rad[0], was))
    assert len(errors) > 30
    assert min(lags) > 6.0  # it points well behind the object
    assert np.mean(errors) == pytest.approx(0.0, abs=0.1)
    assert np.std(errors) < 0.2


def test_what_is_destroyed_is_heard_until_its_last_sound_has_come(scene, placed):
    loaded = acoustic(scene)
    model = model_of(loaded, "rf_df")
    world = placed(loaded, model.station, [[0.0, 3400.0, 50.0]])
    assert watch(model, world, 9.0) == []  # the first sound is on its way for ten seconds
    assert len(watch(model, world, 10.0)) > 10
    world.visible[:] = False
    assert len(watch(model, world, 10.0)) > 15
    assert watch(model, world, 5.0) == []


def test_it_is_heard_farther_down_the_wind_and_gliders_not_at_all(scene, placed):
    # The base's wind blows at 4 m/s towards 130 degrees: noise takes 4 dB, the path gives or takes
    # 4 dB, so at 1,000 m a multirotor upwind of the array is at 1, one down wind at 8 dB less.
    words = {"range_90_m": 1000.0, "count": 2, "object_class": "multirotor"}
    loaded = acoustic(scene, **words)
    model = model_of(loaded, "rf_df")
    angle = math.radians(310.0)
    way = np.array([math.sin(angle), math.cos(angle), 0.05])
    world = placed(loaded, model.station, [1000.0 * way, -1000.0 * way + [0, 0, 100.0]])
    reach = model.reach_m(world, world.state_enu())
    assert reach == pytest.approx([1000.0, 1000.0 * 10.0 ** (-8.0 / 20.0)], rel=0.01)
    watch(model, world, 4.0)
    heard = Counter(
        "up" if abs(turn_deg(p.azimuth_rad, 310.0)) < 20 else "down"
        for p in watch(model, world, 200.0)
    )
    assert heard["up"] == pytest.approx(400 * 0.9, abs=4 * math.sqrt(400 * 0.09))
    chance = 0.9 ** (10.0**0.8)
    assert heard["down"] == pytest.approx(400 * chance, abs=4 * math.sqrt(400 * chance))
    birds = acoustic(scene, "bird", 3)
    model = model_of(birds, "rf_df")
    world = placed(birds, model.station, np.array([[200.0, 0, 50.0]] * 3))
    assert watch(model, world, 20.0) == []


def camera(scene, count=1, weather=None, object_class="fixed_wing_uas", **words):
    spec = SensorModelSpec(
        id="camera_west",
        range_90_m=words.pop("range_90_m", 50_000.0),
        detection_prob=1.0,
        clutter_per_scan=0.0,
        camera=CameraSpec(**words),
    )
    weather = weather or WeatherSpec()
    return scene(
        object_class, count, sensors=[spec], weather=weather, only=("camera_west", "radar_south")
    )


@settings(deadline=None)
@given(
    st.floats(0.0, 6.2),
    st.floats(0.1, 3.0),
    st.sampled_from([0.0, 0.3, 2.4, 5.0]),
    st.lists(st.one_of(st.none(), st.floats(0.0, 6.28)), max_size=60),
)
def test_a_camera_never_turns_faster_than_it_can_nor_out_of_its_sector(start, slew, width, targets):
    gaze = Gaze((start + 0.5 * width) % (2 * math.pi), slew, start, width)
    for target in targets:
        before = gaze.azimuth_rad
        gaze.turn(0.25, target)
        turned = abs((gaze.azimuth_rad - before + math.pi) % (2 * math.pi) - math.pi)
        if width < math.pi:
            assert turned <= 0.25 * slew + 1e-9
        if width:
            inside = (gaze.azimuth_rad - start) % (2 * math.pi)
            assert inside <= width + 1e-9 or inside > 2 * math.pi - 1e-9


def test_a_scanning_camera_sees_an_object_for_the_share_of_its_scan_that_it_is_in_view(
    scene, placed
):
    loaded = camera(scene, field_of_view_deg=20.0, slew_degps=26.9)
    model = model_of(loaded, "camera_west")
    angle = math.radians(270.0)
    world = placed(loaded, model.station, [[3000 * math.sin(angle), 3000 * math.cos(angle), 100.0]])
    count = len(watch(model, world, 400.0))
    assert count == pytest.approx(800 * 20.0 / 140.0, rel=0.1)  # of a sector of 140 degrees


def test_a_cued_camera_turns_to_what_a_radar_reports_and_stays_on_it(scene, placed):
    loaded = camera(scene, field_of_view_deg=10.0, slew_degps=40.0, policy="cue")
    sensors = create_sensors(loaded, 3)
    radar = next(m for m in sensors.models if m.sensor.id == "radar_south")
    radar.clutter_per_scan = 0.0
    model = next(m for m in sensors.models if m.sensor.id == "camera_west")
    angle = math.radians(220.0)
    place = [[2500 * math.sin(angle), 2500 * math.cos(angle), 150.0]]
    world = placed(loaded, model.station, place)
    looks = 0
    for _ in range(40):
        world.t_ns += S // 4
        sensors.observe(world)
    for _ in range(400):
        world.t_ns += S // 4
        heard = {h.sensor.id: h.reports for h in sensors.observe(world)}
        looks += len(heard.get("camera_west", []))
        assert abs(turn_deg(model.gaze.azimuth_rad, 220.0)) < 8.0
    assert looks > 180  # of 200


def test_what_a_fault_holds_back_cues_no_camera(scene, placed):
    loaded = camera(scene, field_of_view_deg=10.0, policy="cue")
    late = FaultSpec(sensor="radar_south", kind="latency", amount=60.0)
    scenario = msgspec.structs.replace(loaded.scenario, faults=[late])
    sensors = create_sensors(msgspec.structs.replace(loaded, scenario=scenario), 3)
    world = placed(loaded, sensors.models[0].station, [[0.0, 2500.0, 150.0]])
    for _ in range(20):
        world.t_ns += S // 4
        sensors.observe(world)
    assert len(sensors.cues.within(world.t_ns, 10.0)) == 0


@pytest.mark.parametrize(
    ("weather", "share"),
    [
        ({}, 1.0),
        ({"cloud_base_m": 800.0}, 1.0),
        ({"cloud_base_m": 200.0}, 0.0),
        ({"cloud_base_m": 200.0, "cloud_cover_ratio": 0.25}, 0.75),
        ({"visibility_m": 6000.0}, 0.5),
        ({"visibility_m": 2000.0}, 0.0),
        ({"night": True}, 0.9 ** (0.6**2)),
    ],
)
def test_cloud_haze_and_night_hide_as_much_as_they_say(scene, placed, weather, share):
    loaded = camera(scene, weather=WeatherSpec(**weather), field_of_view_deg=360.0)
    model = model_of(loaded, "camera_west")
    angle = math.radians(270.0)
    ground = math.sqrt(3000.0**2 - 500.0**2)
    world = placed(
        loaded, model.station, [[ground * math.sin(angle), ground * math.cos(angle), 500.0]]
    )
    count = len(watch(model, world, 300.0))
    assert count == pytest.approx(600 * share, abs=4.5 * math.sqrt(600 * share * (1 - share)) + 3)


def test_copies_of_a_call_have_its_bearing_and_some_calls_are_wrong(scene, placed):
    spec = SensorModelSpec(
        id="camera_west",
        range_90_m=50_000.0,
        detection_prob=1.0,
        clutter_per_scan=0.0,
        callers=CallersSpec(wrong_prob=0.3, copies=2.0, copy_delay_s=20.0),
    )
    changes = {"camera_west": {"azimuth_sigma_deg": 5.0, "scan_period_s": 10.0}}
    loaded = scene(sensors=[spec], changes=changes, only=("camera_west",))
    model = model_of(loaded, "camera_west")
    angle = math.radians(270.0)
    world = placed(loaded, model.station, [[2000 * math.sin(angle), 2000 * math.cos(angle), 80.0]])
    calls = watch(model, world, 6000.0)
    times = [p.t_meas_ns for p in calls]
    assert times == sorted(times)
    said = Counter(p.azimuth_rad for p in calls)
    assert len(said) == 600
    assert np.mean(list(said.values())) == pytest.approx(3.0, abs=5 * math.sqrt(2.0 / 600) + 0.1)
    first = {}
    waits = []
    for call in calls:
        if call.azimuth_rad in first:
            waits.append((call.t_meas_ns - first[call.azimuth_rad]) / S)
        first.setdefault(call.azimuth_rad, call.t_meas_ns)
    assert np.mean(waits) == pytest.approx(20.0, abs=2.5)
    wrong = sum(abs(turn_deg(azimuth, 270.0)) > 25.0 for azimuth in said)
    assert wrong / 600 == pytest.approx(0.3 * 310.0 / 360.0, abs=0.08)


@pytest.mark.parametrize(
    ("words", "key", "why"),
    [
        ('camera = { policy = "cue" }\nacoustic = {}', "acoustic", "camera already"),
        ('camera = { policy = "stare" }', "camera", "policy"),
        ("acoustic = { sound_speed_mps = 3.0 }", "acoustic", "sound_speed"),
        ("callers = { wrong_prob = 2.0 }", "callers", "wrong_prob"),
    ],
)
def test_a_wrong_listener_is_refused_by_file_line_and_key(refused, words, key, why):
    refused("class_prob = 0.85", words, key, why)


def test_a_radar_is_no_camera_and_what_hears_radio_is_no_microphone(refused):
    refused("range_90_m = 32_000.0", "camera = {}", "camera", "kind radar_3d")
    refused("range_90_m = 16_000.0", "acoustic = {}", "acoustic", "cooperative")


@pytest.mark.parametrize(("spoofed", "seen"), [(False, True), (True, False)])
def test_a_camera_does_not_see_what_is_there_by_its_own_word_alone(scene, placed, spoofed, seen):
    loaded = camera(scene, field_of_view_deg=140.0)
    model = model_of(loaded, "camera_west")
    world = placed(loaded, model.station, [[-3000.0, 0.0, 100.0]])
    world.fleet.there[0] = not spoofed
    assert bool(watch(model, world, 20.0)) == seen
