"""Sensors that are off: found, told with an interval, corrected; or named and set aside."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from tracking_scene import NS, T0_NS, Sensor, Target, World, make_model, tracker_of

from vedette import tracking
from vedette.record.state import encode_state
from vedette.tracking import TrackerState, advance, registration
from vedette.tracking.history import as_past
from vedette.tracking.registration import bias_sigma

DEG = math.pi / 180.0
PLACES = ([0, 0, 10], [4_000, -2_000, 10], [-3_000, 3_500, 10])
NONE = np.zeros(4)
Off = dict[int, Callable[[float], np.ndarray]]


def scene(seed: int, radars: int, adsb: bool, targets: int = 6) -> World:
    """Radars some kilometres apart and aircraft all round, well apart."""
    rng = np.random.default_rng(seed + 500)
    aircraft = []
    for k in range(targets):
        where = 2 * math.pi * k / targets + rng.uniform(0, 0.5)
        way, far, speed = rng.uniform(0, 2 * math.pi), rng.uniform(4e3, 12e3), rng.uniform(30, 120)
        start = [far * math.sin(where), far * math.cos(where), rng.uniform(500, 3_000)]
        velocity = [speed * math.sin(way), speed * math.cos(way), 0.0]
        aircraft.append(
            Target(f"t{k}", np.array(start), np.array(velocity), icao=0xA00000 + k if adsb else 0)
        )
    sensors = [
        Sensor(
            make_model(f"radar{i}", "radar_3d", PLACES[i], clutter_per_scan=3.0,
                       range_max_m=30_000.0),
            (25.0, 0.3 * DEG, 0.4 * DEG, 1.0),
        )
        for i in range(radars)
    ]  # fmt: skip
    if adsb:
        model = make_model("adsb", "adsb", [0, 0, 10], range_max_m=2e5, clutter_per_scan=0.1)
        sensors.append(Sensor(model, (1.0, 1.0, 1.0, 1.0)))
    return World(aircraft, sensors, seed)


def play(world: World, off: Off, seconds: int) -> tuple[TrackerState, list[tuple[float, str]]]:
    """Track the scene with sensors off by off[s](t); also gives when what was said of them."""
    state, said = tracker_of(world), []
    for t_s in range(1, seconds + 1):
        batches = world.batches(float(t_s))
        for batch in batches:
            bias = off.get(batch.sensor_index, lambda _: NONE)(t_s)
            batch.z[:, :3] += bias[:3]
            batch.t_meas_ns += int(bias[3] * NS)
        advance(state, batches, [], T0_NS + t_s * NS)
        said += [(float(t_s), reason) for reason in state.registration.reason if reason]
    return state, said


def constant(*bias: float) -> Callable[[float], np.ndarray]:
    return lambda _: np.array(bias)


def error_m(world: World, state: TrackerState, t_s: float) -> float:
    truth = np.array([target.at(t_s)[:3] for target in world.targets])
    gaps = state.table.state_enu[: state.table.count, None, :3] - truth
    return float(np.sqrt((gaps**2).sum(axis=2).min(axis=1).mean()))


@pytest.mark.parametrize("adsb", [False, True])
def test_a_bias_of_one_of_two_radars_lies_in_its_interval_and_doubles_no_track(adsb: bool) -> None:
    inside, looked = 0, 0
    for seed in range(4):
        world = scene(seed, 2, adsb)
        state, said = play(world, {1: constant(50.0, DEG, 0.0, 0.0)}, 60)
        error = state.registration.bias[:2].copy()
        error[1] -= [50.0, DEG, 0.0, 0.0]
        inside += int((np.abs(error) < 1.96 * bias_sigma(state.registration)[:2]).sum())
        looked += error.size
        assert state.table.count == len(world.targets)
        assert said == []
        assert state.registration.applied
        assert abs(state.registration.bias[1, 1] - DEG) < 0.3 * DEG
    assert inside >= 0.9 * looked


def test_a_bias_that_aircraft_report_themselves_is_taken_off_the_tracks() -> None:
    world = scene(3, 2, True)
    off = {0: constant(50.0, DEG, 0.0, 0.0), 1: constant(50.0, DEG, 0.0, 0.0)}
    state, _ = play(world, off, 60)
    assert np.abs(state.registration.bias[:2, 1] - DEG).max() < 0.2 * DEG
    assert error_m(world, state, 60.0) < 40.0  # the bias alone is 200 m at 12 km


def test_without_a_bias_no_plot_is_changed() -> None:
    for seed in range(2):
        state, said = play(scene(seed, 2, True), {}, 40)
        assert not state.registration.applied
        assert said == []
        assert state.registration.aside.sum() == 0


def test_what_two_radars_have_in_common_keeps_the_width_it_was_assumed_to_have() -> None:
    """Both clocks are off alike: the difference is known, the offset itself is not."""
    state, _ = play(scene(5, 2, False), {}, 40)
    sigma = bias_sigma(state.registration)
    assert (sigma[:, 3] > 0.6 * state.registration.prior[:, 3]).all()
    assert (sigma[:, 1] < 0.3 * state.registration.prior[:, 1]).all()


@pytest.mark.parametrize("seed", [4, 7, 12])
def test_a_radar_that_drifts_on_is_not_let_back_before_it_stands_still(seed: int) -> None:
    """Its estimate follows it: that its pairs fit again says nothing while it moves."""
    off = {1: lambda t_s: np.array([0.0, 0.025 * DEG * min(max(t_s - 40.0, 0.0), 90.0), 0.0, 0.0])}
    _, said = play(scene(seed, 3, adsb=False), off, 200)
    times = [t_s for t_s, reason in said if "set aside" in reason]
    assert times
    first = int(times[0])
    assert sorted({int(t_s) for t_s in times})[: 130 - first] == list(range(first, 130))
    assert times[-1] < 195.0


def test_a_radar_that_drifts_is_named_within_thirty_seconds_and_set_aside() -> None:
    world = scene(1, 3, False)
    drift = {1: lambda t_s: np.array([0.0, 0.05 * DEG * max(0.0, t_s - 40.0), 0.0, 0.0])}
    state, said = play(world, drift, 75)
    assert said[0][0] <= 70.0
    assert "azimuth" in said[0][1]
    assert "set aside" in said[0][1]
    assert state.registration.aside.tolist() == [0, 1, 0]
    assert state.table.count == len(world.targets)
    verdicts = {name: (reason, aside) for name, _, reason, aside in registration.verdicts(state)}
    assert verdicts["radar1"][1]
    assert not verdicts["radar0"][1]


def test_a_clock_five_seconds_off_is_named_and_not_believed() -> None:
    world = scene(1, 2, True)
    state, said = play(world, {1: constant(0.0, 0.0, 0.0, -5.0)}, 40)
    assert said[0][0] <= 20.0
    assert "clock" in said[-1][1]
    assert state.registration.aside.tolist() == [0, 1, 0]
    assert state.registration.bias[1, 3] == pytest.approx(-5.0, abs=1.0)
    assert state.table.count == len(world.targets)


def test_the_only_radar_is_named_for_what_no_bias_explains_but_kept() -> None:
    """Plots that jump by 400 m to either side every second have no bias, and no other radar."""
    world = scene(5, 1, True)
    state, said = play(world, {0: lambda t: np.array([400.0 * (-1) ** int(t), 0, 0, 0])}, 90)
    assert any("the only radar" in reason for _, reason in said)
    assert state.registration.aside[0] == 0


@pytest.mark.parametrize("lie", [[0.0, 0.0, 0.0, 4.0], [2_000.0, 0.0, 0.0, 0.0]])
def test_no_broadcast_sets_the_only_radar_aside(lie: list[float]) -> None:
    """Who may send positions may send false ones: late ones, or all of them two kilometres off."""
    world = scene(5, radars=1, adsb=True)
    state = tracker_of(world)
    for t_s in range(1, 61):
        batches = world.batches(float(t_s))
        for batch in (b for b in batches if b.sensor_index == 1):
            batch.z[:, :3] += lie[:3]
            batch.t_meas_ns -= int(lie[3] * NS)
        advance(state, batches, [], T0_NS + t_s * NS)
        assert not state.registration.aside[0], state.registration.reason[0]


def test_a_radar_that_agrees_again_is_believed_again() -> None:
    world = scene(2, 2, True)
    off = {1: lambda t_s: np.array([0.0, 0.0, 0.0, -5.0 if t_s < 20 else 0.0])}
    state, said = play(world, off, 75)
    assert said
    assert state.registration.aside.tolist() == [0, 0, 0]


def test_the_same_plots_teach_the_same_to_the_bit() -> None:
    off = {1: constant(50.0, DEG, 0.0, 0.0)}
    states = [play(scene(6, 2, True), off, 20)[0] for _ in range(2)]
    assert encode_state(as_past(states[0])) == encode_state(as_past(states[1]))


def test_two_that_one_radar_sees_apart_are_no_double_though_each_speaks_by_a_feed_of_its_own():
    """By what the feeds hear each is the other's only partner: 110 m apart, side by side."""
    rng = np.random.default_rng(3)
    radar = tracking.polar_sensor(
        position_enu_m=[0.0, 0.0, 0.0], detection_prob=0.95, clutter_per_scan=1.0, range_max_m=15e3
    )
    feeds = [
        tracking.position_sensor(detection_prob=0.9, clutter_per_scan=0.1, radius_m=30e3)
        for _ in range(2)
    ]
    for number, feed in enumerate(feeds):
        feed.sensor_id, feed.cooperative = f"feed{number}", True
    state = tracking.open_tracker([radar, *feeds])
    sigma = np.array([10.0, 0.2 * DEG, 0.3 * DEG])
    for t_s in range(80):
        two = np.array([[28.0 * t_s - 1_000.0, 4_000.0 - side, 200.0] for side in (0.0, 110.0)])
        flat = np.hypot(two[:, 0], two[:, 1])
        polar = np.column_stack([
            np.hypot(flat, two[:, 2]), np.arctan2(two[:, 0], two[:, 1]) % (2.0 * math.pi),
            np.arctan2(two[:, 2], flat),
        ])  # fmt: skip
        plots = polar + rng.normal(size=polar.shape) * sigma
        plots[:, 1] %= 2.0 * math.pi
        batches = [tracking.polar_batch(0, float(t_s), plots, sigma)]
        for number in range(2):
            heard = two[number : number + 1] + rng.normal(0.0, 8.0, (1, 3))
            batch = tracking.position_batch(1 + number, t_s + 0.1, heard, 15.0)
            batch.identity_key = np.array([(1 << 61) + 5 + number])
            batches.append(batch)
        advance(state, batches, [], round((t_s + 0.2) * NS))
    assert state.table.count == 2
    assert not state.registration.applied
    assert np.abs(state.registration.bias[1:, :2]).max() < 15.0


def test_a_radar_is_moved_by_nothing_that_people_are_not_told_of() -> None:
    """One aircraft that is late with its place says little; a radar was moved 240 m by it."""
    for seed in range(4):
        world = scene(seed, 1, True, targets=1)
        for seconds in (6, 12, 18):
            state, _ = play(world, {1: constant(120.0, -80.0, 0.0, -1.0)}, seconds)
            moved = state.registration.applied and np.any(state.registration.correction[0])
            told = [name for name, *_ in registration.verdicts(state)]
            assert not moved or "radar0" in told


@pytest.mark.parametrize("targets", [1, 2])
def test_what_one_or_two_say_of_themselves_moves_no_radar_however_long(targets: int) -> None:
    """Who broadcasts a place a little off would pull the only radar's picture after it."""
    for seed in range(2):
        state, _ = play(scene(seed, 1, True, targets), {1: constant(120.0, -80.0, 0.0, -1.0)}, 90)
        assert not state.registration.applied or not np.any(state.registration.correction)


def test_what_three_say_of_themselves_corrects_the_only_radar() -> None:
    state, _ = play(scene(2, 1, True, targets=4), {0: constant(50.0, DEG, 0.0, 0.0)}, 60)
    assert state.registration.applied
    assert state.registration.correction[0, 1] == pytest.approx(DEG, abs=0.2 * DEG)
