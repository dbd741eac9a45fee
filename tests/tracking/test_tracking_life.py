"""How tracks begin, coast, end, merge and stay apart."""

import math

import numpy as np
import pytest
from tracking_scene import NS, T0_NS, Sensor, Target, World, make_model, tracker_of

from vedette import tracking
from vedette.model.enums import TrackStatus
from vedette.model.events import (
    Event,
    TrackCoasting,
    TrackLimitReached,
    TrackLost,
    TrackRegained,
    TrackStarted,
)
from vedette.model.measurements import MeasurementBatch
from vedette.model.reports import SensorStatus
from vedette.tracking import TrackerState, advance

DEG = math.radians
RADAR_SIGMA = (25.0, DEG(0.3), DEG(0.5), 1.0)


def radar(name: str = "radar", place: tuple[float, ...] = (0, 0, 0), **changes: object) -> Sensor:
    kind = str(changes.pop("kind", "radar_3d"))
    return Sensor(make_model(name, kind, list(place), **changes), RADAR_SIGMA)


def drone(east: float = 500.0, north: float = 8_000.0, **changes: object) -> Target:
    place, way = np.array([east, north, 300.0]), np.array([0.0, -45.0, 0.0])
    return Target("drone", place, way, **changes)  # type: ignore[arg-type]


def other_traffic() -> Target:
    return Target("other", np.array([-6_000.0, -6_000.0, 900.0]), np.array([70.0, 0.0, 0.0]))


def play(
    state: TrackerState, world: World, until_s: float, step_s: float = 0.1
) -> list[tuple[float, Event]]:
    told = []
    while world.now_s < until_s - 1e-9:
        t_s = round(world.now_s + step_s, 6)
        _, events = advance(state, world.batches(t_s), [], T0_NS + round(t_s * NS))
        told += [(t_s, event) for event in events]
    return told


def of_kind(told: list[tuple[float, Event]], kind: type) -> list[tuple[float, Event]]:
    return [(t_s, event) for t_s, event in told if isinstance(event, kind)]


@pytest.mark.parametrize("rotating", [False, True])
def test_a_drone_destroyed_in_flight_is_lost_within_twelve_seconds(rotating: bool) -> None:
    world = World([drone(ends_s=30.0), other_traffic()], [radar(rotating=rotating)], 1)
    told = play(tracker_of(world), world, 50.0)
    lost = [t_s for t_s, event in of_kind(told, TrackLost)]
    assert len(lost) == 1
    assert 32.0 < lost[0] <= 42.0


def test_a_silent_radar_ends_nothing_at_once_but_tracks_coast_and_end() -> None:
    world = World([drone()], [radar(clutter_per_scan=0.2)], 2)
    world.sensors[0].silent.append((20.0, 100.0))
    told = play(tracker_of(world), world, 60.0)
    (coasting, _), (lost, event) = of_kind(told, TrackCoasting)[0], of_kind(told, TrackLost)[0]
    assert 24.0 < coasting < 27.0
    assert 35.0 < lost < 41.0
    assert "not seen" in event.reason  # type: ignore[union-attr]


def test_a_track_that_comes_back_is_regained_under_its_number() -> None:
    world = World([drone()], [radar(clutter_per_scan=0.2)], 2)
    world.sensors[0].silent.append((20.0, 28.0))
    told = play(tracker_of(world), world, 40.0)
    assert len(of_kind(told, TrackStarted)) == 1
    assert len(of_kind(told, TrackRegained)) == 1


def test_a_cooperative_sensor_s_silence_says_nothing() -> None:
    world = World([drone(icao=0xABC), drone(3_000.0, icao=0xDEF)], [], 3)
    adsb = Sensor(make_model("adsb", "adsb", [0, 0, 0], clutter_per_scan=0.1), RADAR_SIGMA)
    world = World(world.targets, [adsb], 3)
    state = tracker_of(world)
    play(state, world, 20.0)
    before = state.table.existence_prob[:2].copy()
    world.targets[1].icao = 0  # falls silent while the other goes on
    play(state, world, 23.0)
    assert state.table.count == 2
    assert state.table.existence_prob[1] > 0.95 * before[1]


def test_two_radars_in_turn_make_one_track_of_one_drone() -> None:
    sensors = [radar("a"), radar("b", (3_000, 1_000, 0), scan_period_s=1.7, kind="radar_2d")]
    world = World([drone(), other_traffic()], sensors, 4)
    state = tracker_of(world)
    told = play(state, world, 40.0)
    assert state.table.count == 2
    assert len(of_kind(told, TrackStarted)) == 2


def test_two_targets_that_send_one_address_stay_two_tracks() -> None:
    targets = [drone(0.0, icao=0xABC), drone(2_500.0, icao=0xABC)]
    adsb = Sensor(make_model("adsb", "adsb", [0, 0, 0], clutter_per_scan=0.1), RADAR_SIGMA)
    world = World(targets, [adsb], 5)
    state = tracker_of(world)
    play(state, world, 30.0)
    assert state.table.count == 2
    east = np.sort(state.table.state_enu[:2, 0])
    assert east == pytest.approx([0.0, 2_500.0], abs=60.0)


def test_height_stays_wide_until_a_sensor_observes_it() -> None:
    flat = World([drone()], [radar(kind="radar_2d")], 6)
    state = tracker_of(flat)
    play(state, flat, 25.0)
    assert state.table.height_observed[0] == 0
    assert state.table.cov_enu[0, 2, 2] > 150.0**2
    sensors = [radar(kind="radar_2d"), radar("b", (1_000, 0, 0))]
    both = World([drone()], sensors, 6)
    state = tracker_of(both)
    play(state, both, 25.0)
    assert state.table.height_observed[0] == 1
    assert state.table.cov_enu[0, 2, 2] < 60.0**2
    assert state.table.state_enu[0, 2] == pytest.approx(300.0, abs=100.0)


def finders(range_max_m: float = 15_000.0) -> list[Sensor]:
    return [
        Sensor(
            make_model(name, "bearing", [east, 0, 10], range_max_m=range_max_m,
                       clutter_per_scan=0.05),
            (1.0, DEG(0.5), 1.0, 1.0),
        )
        for name, east in (("west", -4_000.0), ("east", 4_000.0))
    ]  # fmt: skip


def test_one_emitter_that_two_direction_finders_hear_becomes_a_track() -> None:
    world = World([drone(emits=True)], finders(), 7)
    state = tracker_of(world)
    play(state, world, 30.0)
    assert state.table.count == 1
    truth = world.targets[0].at(30.0)
    assert np.hypot(*(state.table.state_enu[0, :2] - truth[:2])) < 300.0


def test_two_emitters_heard_by_two_direction_finders_make_no_ghosts() -> None:
    targets = [drone(-1_500.0, emits=True), drone(1_500.0, 7_000.0, emits=True)]
    world = World(targets, finders(), 8)
    state = tracker_of(world)
    play(state, world, 40.0)
    for row in range(state.table.count):
        place = state.table.state_enu[row, :2]
        assert min(np.hypot(*(place - t.at(40.0)[:2])) for t in targets) < 500.0


def test_a_radar_that_looks_there_denies_a_ghost() -> None:
    world = World([drone(emits=True), other_traffic()], finders(), 9)
    blind = radar("radar", detection_prob=0.9)
    world = World([world.targets[0], other_traffic()], [*world.sensors, blind], 9)
    world.targets[0].start = world.targets[0].start + np.array([0.0, 30_000.0, 0.0])
    state = tracker_of(world)
    play(state, world, 20.0)
    assert state.table.count <= 1


def _flood(rng: np.random.Generator, t_s: float, plots: int) -> MeasurementBatch:
    z = rng.uniform([100, 0, 0], [20_000, 2 * math.pi, 0.5], (plots, 3))
    return tracking.polar_batch(0, t_s, z, [25.0, 0.005, 0.009])


def test_the_crowd_of_tentative_tracks_is_bounded_and_said_once() -> None:
    world = World([], [radar(clutter_per_scan=500.0)], 1)
    state = tracker_of(world)
    state.tentative_max = 300
    rng, told = np.random.default_rng(1), []
    for k in range(6):
        now_ns = T0_NS + k * NS
        told += advance(state, [_flood(rng, now_ns / NS, 500)], [], now_ns)[1]
        assert np.count_nonzero(state.bank.track_id[: state.bank.count] == 0) <= 300
    assert sum(isinstance(event, TrackLimitReached) for event in told) == 1


def test_uniform_clutter_alone_confirms_nothing() -> None:
    world = World([], [radar(clutter_per_scan=60.0)], 11)
    state = tracker_of(world)
    told = play(state, world, 60.0, step_s=0.5)
    assert of_kind(told, TrackStarted) == []


def test_numbers_start_at_one_and_are_never_used_again() -> None:
    targets = [drone(500.0 * k, ends_s=12.0) for k in range(2)] + [other_traffic()]
    world = World(targets, [radar()], 12)
    state = tracker_of(world)
    told = play(state, world, 25.0)
    world.targets += [drone(6_000.0)]
    told += play(state, world, 40.0)
    numbers = [event.track_id for _, event in of_kind(told, TrackStarted)]  # type: ignore[union-attr]
    assert numbers == [1, 2, 3, 4]
    assert list(state.table.track_id[: state.table.count]) == [
        n
        for n in numbers
        if n not in [e.track_id for _, e in of_kind(told, TrackLost)]  # type: ignore[union-attr]
    ]


def test_sector_messages_alone_let_a_radar_see_that_nothing_is_there() -> None:
    world = World([drone(ends_s=20.0)], [radar(rotating=True, clutter_per_scan=0.0)], 13)
    state = tracker_of(world)
    play(state, world, 20.0)
    assert state.table.status[0] == TrackStatus.CONFIRMED
    lost_s = math.inf
    for k in range(1, 200):
        t_s = 20.0 + k / 16
        azimuth = 2 * math.pi * (k % 16) / 16
        status = SensorStatus(
            sensor="radar", t_meas_ns=T0_NS + round(t_s * NS), t_recv_ns=0, kind="sector",
            azimuth_rad=azimuth,
        )  # fmt: skip
        _, events = advance(state, [], [status], T0_NS + round(t_s * NS))
        if any(isinstance(event, TrackLost) for event in events):
            lost_s = min(lost_s, t_s)
    assert lost_s <= 32.0
