"""The tracker for someone with arrays; determinism, snapshots, steps without time, lateness."""

import copy

import numpy as np
import pytest
from tracking_scene import NS, T0_NS, World, al_asad, tracker_of

from vedette import tracking
from vedette.record.state import decode_state, encode_state
from vedette.tracking import TrackerState, advance


def test_ten_lines_of_numpy_give_tracks() -> None:
    rng = np.random.default_rng(0)
    radar = tracking.position_sensor(
        detection_prob=0.9, clutter_per_scan=20, radius_m=2_000.0, depth_m=500.0
    )
    tracker = tracking.open_tracker([radar])
    truth = np.array([[0.0, 0.0, 100.0], [400.0, -900.0, 200.0]])
    velocity = np.array([[20.0, 5.0, 0.0], [-15.0, 25.0, 1.0]])
    for k in range(20):
        plots = truth + k * velocity + rng.normal(0, 10, (2, 3))
        clutter = rng.uniform([-2_000, -2_000, 0], [2_000, 2_000, 500], (20, 3))
        batch = tracking.position_batch(0, float(k), np.vstack([plots, clutter]), 10.0)
        tracking.advance(tracker, [batch], [], now_ns=k * NS)
    table = tracker.table
    assert table.count == 2
    found = table.state_enu[:2][np.argsort(table.state_enu[:2, 0])]
    expected = np.hstack([truth + 19 * velocity, velocity])[::-1]
    np.testing.assert_allclose(found[:, :3], expected[:, :3], atol=30.0)
    np.testing.assert_allclose(found[:, 3:5], expected[:, 3:5], atol=8.0)


def _run(world: World, state: TrackerState, steps: range, step_s: float = 0.25) -> list[object]:
    told: list[object] = []
    for k in steps:
        t_s = k * step_s
        links, events = advance(state, world.batches(t_s), [], T0_NS + round(t_s * NS))
        told += [events, links.track_id.tolist(), links.prob.tolist()]
    return told


def test_the_same_input_gives_the_same_output_bit_for_bit() -> None:
    worlds = [al_asad(7), al_asad(7)]
    states = [tracker_of(w) for w in worlds]
    first, second = (_run(w, s, range(1, 50)) for w, s in zip(worlds, states, strict=True))
    assert first == second
    assert encode_state(states[0]) == encode_state(states[1])


def test_a_saved_tracker_goes_on_exactly_as_if_it_had_never_stopped() -> None:
    world = al_asad(8)
    state = tracker_of(world)
    _run(world, state, range(1, 40))
    again = decode_state(encode_state(state), TrackerState)
    other_world = copy.deepcopy(world)
    assert _run(world, state, range(40, 70)) == _run(other_world, again, range(40, 70))
    assert encode_state(state) == encode_state(again)


def test_a_step_without_time_and_input_changes_nothing() -> None:
    world = al_asad(9)
    state = tracker_of(world)
    _run(world, state, range(1, 20))
    before = encode_state(state)
    links, events = advance(state, [], [], state.now_ns)
    assert len(links.track_id) == 0
    assert events == []
    assert encode_state(state) == before


def _two_radars() -> tuple[TrackerState, list[np.ndarray]]:
    radars = [
        tracking.position_sensor(
            detection_prob=0.9, clutter_per_scan=1, radius_m=3_000.0, sensor_id=name
        )
        for name in "ab"
    ]
    rng = np.random.default_rng(2)
    plots = [np.array([[30.0 * k, 100.0, 200.0]]) + rng.normal(0, 10, 3) for k in range(30)]
    return tracking.open_tracker(radars), plots


def _final(step_of: int, repeat: int = 1, shuffle: bool = False) -> np.ndarray:
    state, plots = _two_radars()
    t0 = 1_000
    for k in range(0, 30, step_of):
        batches = []
        for j in range(k, min(k + step_of, 30)):
            z = np.repeat(plots[j], repeat, axis=0)
            batches.append(tracking.position_batch(j % 2, float(t0 + j), z, 10.0))
        if shuffle:
            batches.reverse()
        last = min(k + step_of, 30) - 1
        advance(state, batches, [], (t0 + last) * NS)
    assert state.table.count == 1
    return state.table.state_enu[0].copy()


def test_exact_repetitions_change_nothing() -> None:
    assert (_final(1) == _final(1, repeat=3)).all()


def test_batches_in_any_order_within_a_step_give_the_same_tracks() -> None:
    assert (_final(2) == _final(2, shuffle=True)).all()


def test_long_steps_and_short_steps_agree() -> None:
    np.testing.assert_allclose(_final(1), _final(3), atol=1e-6)


def test_a_measurement_a_second_late_helps_and_a_very_late_one_is_counted() -> None:
    state, plots = _two_radars()
    for k in range(10):
        advance(
            state, [tracking.position_batch(0, 1_000.0 + k, plots[k], 10.0)], [], (1_000 + k) * NS
        )
    before = state.table.cov_enu[0, 0, 0]
    late = tracking.position_batch(1, 1_008.0, plots[8], 10.0)
    advance(state, [late], [], 1_009 * NS)
    assert state.table.count == 1
    assert state.table.cov_enu[0, 0, 0] < before
    saved = state.table.state_enu[0].copy()
    advance(state, [tracking.position_batch(1, 998.9, plots[3], 10.0)], [], 1_009 * NS)
    assert state.late_refused.tolist() == [0, 1]
    assert (state.table.state_enu[0] == saved).all()


def test_a_batch_of_nothing_but_nan_does_no_harm() -> None:
    state, plots = _two_radars()
    advance(state, [tracking.position_batch(0, 1_000.0, plots[0], 10.0)], [], 1_000 * NS)
    nothing = tracking.position_batch(0, 1_001.0, np.full((3, 3), np.nan), 10.0)
    advance(state, [nothing], [], 1_001 * NS)
    assert state.bank.count == 1
    assert np.isfinite(state.bank.x[: state.bank.count]).all()


@pytest.mark.parametrize("shift", [0.0, 40_000.0])
def test_a_scene_moved_elsewhere_gives_the_same_tracks_there(shift: float) -> None:
    polar = tracking.polar_sensor(
        position_enu_m=[shift, shift, 0.0], range_max_m=20_000, detection_prob=0.9,
        clutter_per_scan=2,
    )  # fmt: skip
    state = tracking.open_tracker([polar])
    for k in range(15):
        z = [[5_000.0 - 30.0 * k, 1.0, 0.05, -30.0]]
        batch = tracking.polar_batch(0, 1_000.0 + k, z, [25.0, 0.005, 0.009, 1.0])
        advance(state, [batch], [], (1_000 + k) * NS)
    assert state.table.count == 1
    speed = np.hypot(*state.table.state_enu[0, 3:5])
    assert speed == pytest.approx(30.0, abs=1.0)
    assert state.table.state_enu[0, 0] - shift == pytest.approx(4_580 * np.sin(1.0), abs=15.0)
