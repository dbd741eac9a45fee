"""What comes late, up to ten seconds, gives the tracks it would have given in time."""

import copy
from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
from benchmarks import registration
from tracking_scene import NS, T0_NS, World, al_asad, tracker_of

from vedette import tracking
from vedette.model.events import Event, TrackLost, TrackStarted
from vedette.model.measurements import MeasurementBatch
from vedette.model.tracks import TrackTable
from vedette.record.state import decode_state, encode_state
from vedette.tracking import TrackerState, advance, history
from vedette.tracking.advance import _take_step
from vedette.tracking.associate import LinkList
from vedette.tracking.history import as_past, rows_of, step_of
from vedette.tracking.rewind import _nearest, again

STEP_S, HEARD_S = 0.5, 24.0
STEPS = round((HEARD_S + 10.5) / STEP_S)  # the last plots are ten seconds late
NAMES = ("drone0", "drone1", "civil0", "civil1", "civil8", "friend")
Arrivals = dict[int, list[MeasurementBatch]]
Delay = Callable[[MeasurementBatch, np.random.Generator], np.ndarray]


def small(seed: int) -> World:
    """Two radars and ADS-B over a few aircraft, so that every case takes a second."""
    world = al_asad(seed)
    world.targets = [t for t in world.targets if t.name in NAMES]
    world.sensors = [world.sensors[0], world.sensors[1], world.sensors[4]]
    for index, sensor in enumerate(world.sensors):
        sensor.model.index = index
        sensor.model.clutter_per_scan *= 0.5
    return world


def in_time(batch: MeasurementBatch, rng: np.random.Generator) -> np.ndarray:
    return np.zeros(len(batch.t_meas_ns))


def one_constantly(batch: MeasurementBatch, rng: np.random.Generator) -> np.ndarray:
    return np.full(len(batch.t_meas_ns), 5.0 if batch.sensor_index == 0 else 0.0)


def one_at_random(batch: MeasurementBatch, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0, 10.0, len(batch.t_meas_ns)) * (batch.sensor_index == 1)


def all_at_random(batch: MeasurementBatch, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0, 10.0, len(batch.t_meas_ns))


def within_a_scan(batch: MeasurementBatch, rng: np.random.Generator) -> np.ndarray:
    return rng.uniform(0, 2.0, len(batch.t_meas_ns))


def arrivals(world: World, delay: Delay) -> Arrivals:
    rng, given = np.random.default_rng(1), Arrivals()
    for k in range(1, round(HEARD_S / STEP_S) + 1):
        for batch in world.batches(k * STEP_S):
            at = k + np.ceil(delay(batch, rng) / STEP_S).astype(int)
            for step in np.unique(at):
                given.setdefault(int(step), []).append(rows_of(batch, at == step))
    return given


def play(
    state: TrackerState, given: Arrivals, steps: range = range(1, STEPS + 1)
) -> tuple[list[Event], list[TrackTable]]:
    told: list[Event] = []
    tables = []
    for k in steps:
        _, events = advance(state, given.get(k, []), [], T0_NS + round(k * STEP_S * NS))
        told += events
        tables.append(copy.deepcopy(state.table))
    return told, tables


def numbers(world: World, tables: list[TrackTable], name: str) -> list[int]:
    """Every number under which a target was shown, first to last."""
    target = next(t for t in world.targets if t.name == name)
    found: list[int] = []
    for table in tables:
        gaps = table.state_enu[: table.count, :3] - target.at((table.t_ns - T0_NS) / NS)[:3]
        near = np.flatnonzero(np.sqrt((gaps**2).sum(axis=1)) < 250.0)
        found += [int(table.track_id[row]) for row in near]
    return list(dict.fromkeys(found))


def error_m(world: World, state: TrackerState, t_s: float) -> float:
    """Root mean square of the tracks' distances to what they follow."""
    truth = np.array([target.at(t_s)[:3] for target in world.targets])
    gaps = state.table.state_enu[: state.table.count, None, :3] - truth
    return float(np.sqrt((gaps**2).sum(axis=2).min(axis=1).mean()))


def values(table: TrackTable) -> bytes:
    columns = [getattr(table, f.name) for f in fields(table) if f.name not in ("count", "t_ns")]
    return b"".join(column[: table.count].tobytes() for column in columns)


@pytest.mark.parametrize("delay", [one_constantly, one_at_random, all_at_random, within_a_scan])
def test_late_reports_end_in_the_tracks_of_reports_in_order(delay: Delay) -> None:
    world = small(9)
    ordered, late = tracker_of(world), tracker_of(world)
    play(ordered, arrivals(small(9), in_time))
    play(late, arrivals(small(9), delay))
    assert late.table.count == ordered.table.count == len(NAMES)
    assert late.late_refused.sum() == 0
    end_s = STEPS * STEP_S
    assert error_m(world, late, end_s) == pytest.approx(error_m(world, ordered, end_s), rel=0.01)


@pytest.mark.parametrize("seed", [3, 9])
@pytest.mark.parametrize("delay", [one_constantly, all_at_random])
def test_a_number_that_was_told_stays_with_its_object_whatever_comes_late(
    delay: Delay, seed: int
) -> None:
    world = small(seed)
    told, tables = play(tracker_of(world), arrivals(small(seed), delay))
    started = [e.track_id for e in told if isinstance(e, TrackStarted)]
    assert len(started) == len(set(started)) == len(NAMES)
    assert not [e for e in told if isinstance(e, TrackLost)]
    for name in ("civil0", "civil1", "civil8", "friend"):  # the drones fly side by side
        assert len(numbers(world, tables, name)) == 1


def test_a_row_that_two_could_be_goes_where_both_find_one() -> None:
    mean, told = np.zeros((2, 6)), np.zeros((2, 6))
    mean[1, 0], told[0, 0], told[1, 0] = 10.0, 4.0, -5.0  # the first is near both rows
    cov = np.broadcast_to(np.eye(6) * 4.0, (2, 6, 6))
    pairs = _nearest(mean, cov, told, cov, np.zeros(2, np.bool_), 6.0)
    assert pairs == [(0, 1), (1, 0)]


def test_the_same_datagrams_three_seconds_later_change_nothing() -> None:
    world = small(4)
    once, twice = tracker_of(world), tracker_of(world)
    given = arrivals(small(4), in_time)
    both = {k: list(batches) for k, batches in given.items()}
    for k, batches in given.items():
        both.setdefault(k + round(3.0 / STEP_S), []).extend(copy.deepcopy(batches))
    told_once, tables_once = play(once, given)
    told_twice, tables_twice = play(twice, both)
    assert [values(t) for t in tables_once] == [values(t) for t in tables_twice]
    assert told_once == told_twice
    assert twice.repeated.sum() == sum(len(b.t_meas_ns) for step in given.values() for b in step)


def test_the_newest_does_not_wait_for_the_late() -> None:
    state = tracker_of(small(9))
    given = arrivals(small(9), one_constantly)
    for k in range(1, round(HEARD_S / STEP_S)):
        advance(state, given.get(k, []), [], T0_NS + round(k * STEP_S * NS))
        newest = max((int(b.t_meas_ns[-1]) for b in given.get(k, [])), default=0)
        assert state.newest_ns >= newest


def test_going_back_with_nothing_late_gives_the_present_again_to_the_bit() -> None:
    state = tracker_of(small(9))
    play(state, arrivals(small(9), in_time), range(1, 41))
    before = encode_state(as_past(state))
    assert len(state.history.pasts) >= 4
    again(state, state.history.pasts[0], LinkList(), _take_step)
    assert encode_state(as_past(state)) == before


def test_a_tracker_saved_while_things_are_late_goes_on_exactly() -> None:
    given = arrivals(small(9), all_at_random)
    state = tracker_of(small(9))
    play(state, given, range(1, 31))
    restarted = decode_state(encode_state(state), TrackerState)
    ahead = range(31, 50)
    assert play(state, given, ahead)[0] == play(restarted, copy.deepcopy(given), ahead)[0]
    assert encode_state(state) == encode_state(restarted)


def test_what_is_remembered_for_the_late_is_bounded() -> None:
    radar = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=1, radius_m=3_000.0)
    state = tracking.open_tracker([radar])
    for k in range(1, 600):
        place = [[10.0 * (k % 100), 0.0, 100.0]]
        batch = tracking.position_batch(0, 0.1 * k - 0.9 * (k % 7), place, 10.0)
        advance(state, [batch], [], k * NS // 10)
        kept = state.history
        assert len(kept.pasts) <= 10
        assert len(kept.steps) <= 200
        assert sum(len(b.t_meas_ns) for b in kept.late_batches) <= 60
        assert kept.credit >= 0


def test_a_picture_too_large_to_remember_takes_what_is_a_little_late_and_counts_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "_BYTES_MAX", 100)
    radar = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=1, radius_m=3_000.0)
    state = tracking.open_tracker([radar])
    for t_s in (100.0, 101.0, 102.0, 103.0, 104.0, 102.5, 99.0):
        batch = tracking.position_batch(0, t_s, [[30.0 * (t_s - 100.0), 0.0, 100.0]], 10.0)
        advance(state, [batch], [], 104 * NS)
    assert state.history.pasts == []
    assert state.late_refused.tolist() == [1]
    assert (state.bank.count, state.singles.count) == (1, 0)


def test_what_is_later_than_every_step_remembered_belongs_to_the_last() -> None:
    """A clock that is corrected anew makes steps, taken again, end before what waits for them."""
    world = small(1)
    state = tracker_of(world)
    for t_s in range(1, 4):
        advance(state, world.batches(float(t_s)), [], T0_NS + t_s * NS)
    last = state.history.first + len(state.history.steps) - 1
    assert step_of(state, np.array([state.newest_ns + 2 * NS])).tolist() == [last]


@pytest.mark.parametrize("seed", [4, 12, 18])
def test_two_radars_reordered_within_two_seconds_end_where_they_would_have_in_order(
    seed: int,
) -> None:
    ordered = registration.play(seed, 2, 30, registration.in_order)
    within = registration.CASES["reordered within 2 s"]
    late = registration.play(seed, 2, 30, registration.in_order, within)
    assert late.tracks == ordered.tracks
    assert late.error_m == pytest.approx(ordered.error_m, rel=0.001)
