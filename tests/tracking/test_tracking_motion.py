"""How targets move: consistent on known and on real truth, honest where nobody looks."""

import math
from pathlib import Path

import numpy as np
import pytest
from benchmarks.consistency import DRONES, Flown, Scenario, fly, summary
from benchmarks.recorded import Truth, read, smoothed

from vedette import tracking
from vedette.model.enums import MotionMode

NS = 1_000_000_000
FLIGHTS = (
    "fixed_wing/SwissLog1.mat",
    "fixed_wing/thor_flight75_2012-10-10.mat",
    "fixed_wing/validationDataFC114_1_v2_pc.mat",
    "multirotor/log171.bin",
    "multirotor/log_25_2022-12-1-15-10-34.ulg",
)
CALM = DRONES[1]._replace(clutter=5.0)
AIRPORT = Scenario("airport", (60.0, 0.1, 0.3), 4.0, (20_000.0, 25_000.0), 100_000.0, 5.0)


def flown(name: str, velocity: np.ndarray, step_s: float = 0.1) -> Truth:
    """Make a truth from its velocities (N, 3), one every step."""
    place = np.zeros_like(velocity)
    place[1:] = np.cumsum(velocity[:-1], axis=0) * step_s
    place[:, 2] += 200.0
    return Truth(name, np.arange(len(velocity)) * step_s, np.hstack([place, velocity]))


def turning(speed_mps: float, rate_radps: float, seconds: float) -> np.ndarray:
    way = rate_radps * np.arange(0.0, seconds, 0.1)
    return speed_mps * np.column_stack([np.sin(way), np.cos(way), np.zeros(len(way))])


def legs(speed_mps: float, rate_radps: float) -> Truth:
    """Straight on for 25 s, half a circle to the right, straight on, half a one to the left."""
    half = math.pi / rate_radps
    straight, right = turning(speed_mps, 0.0, 25.0), turning(speed_mps, rate_radps, half)
    left = turning(speed_mps, -rate_radps, half)
    back = straight * [-1.0, -1.0, 1.0]
    return flown("legs", np.vstack([straight, right, back, left * [-1.0, -1.0, 1.0], straight]))


def hovering() -> Truth:
    """Hover for 30 s, go on for 15 s at 8 m/s, hover again, climb for 10 s, hover."""
    still, go, climb = np.zeros((300, 3)), np.zeros((150, 3)), np.zeros((100, 3))
    go[:, 0], climb[:, 2] = 8.0, 3.0
    return flown("hover", np.vstack([still, go, still, climb, still]))


def runs(truth: Truth, scenario: Scenario, count: int = 4) -> list[Flown]:
    return [fly(truth, scenario, seed) for seed in range(1, count + 1)]


@pytest.mark.parametrize(
    ("truth", "scenario"),
    [
        (flown("straight", turning(25.0, 0.0, 80.0)), CALM),
        (legs(20.0, 0.2), CALM),
        (legs(15.0, 0.5), CALM),
        (hovering(), CALM),
        (legs(130.0, 0.03), AIRPORT),
    ],
    ids=["straight", "turns", "tight turns", "hover", "airliner"],
)
def test_on_known_truth_the_track_is_not_overconfident_and_never_lost(
    truth: Truth, scenario: Scenario
) -> None:
    found = summary(runs(truth, scenario))
    assert 1.0 < found["nees"] < found["nees_bounds"][1]
    assert found["nis"] < found["nis_bounds"][1]
    assert found["completeness_ratio"] > 0.99
    assert found["switches"] == 0


@pytest.mark.parametrize("flight", FLIGHTS)
def test_on_real_flights_the_track_is_not_overconfident_and_never_lost(
    flight: str, shared_data: Path
) -> None:
    path = shared_data / flight
    if not path.is_file():
        pytest.skip(f"the recording is absent: {flight}")
    (truth,) = read(path)
    found = summary(runs(truth, DRONES[2], 2))
    assert 1.0 < found["nees"] < found["nees_bounds"][1]
    assert found["nis"] < found["nis_bounds"][1]
    assert found["completeness_ratio"] > 0.99
    assert found["switches"] == 0


def tracked(truth: Truth, sigma_m: float = 5.0) -> tracking.TrackerState:
    """Track a truth to its end, with a plot every second and no doubt about which."""
    sensor = tracking.position_sensor(detection_prob=0.95, clutter_per_scan=0.1, radius_m=9_000.0)
    state, rng = tracking.open_tracker([sensor]), np.random.default_rng(3)
    for t_s in np.arange(0.0, truth.t_s[-1], 1.0):
        z = truth.at(np.array([t_s]))[0, :3] + sigma_m * rng.normal(size=3)
        batch = tracking.position_batch(0, t_s, z, sigma_m)
        tracking.advance(state, [batch], [], round(float(t_s) * NS))
    assert state.table.count == 1
    return state


@pytest.mark.parametrize("rate_radps", [-0.25, 0.25])
def test_the_turn_rate_has_the_sign_and_about_the_size_of_the_turn(rate_radps: float) -> None:
    table = tracked(flown("turn", turning(14.0, rate_radps, 40.0))).table
    assert table.turn_rate_radps[0] / rate_radps == pytest.approx(0.75, abs=0.35)
    likely = MotionMode.TURN_RIGHT if rate_radps > 0.0 else MotionMode.TURN_LEFT
    assert table.mode_prob[0].argmax() == likely
    assert table.mode_prob[0].sum() == pytest.approx(1.0)


def test_a_hover_is_told_from_flight_and_does_not_turn() -> None:
    table = tracked(flown("still", np.zeros((600, 3)))).table
    assert table.mode_prob[0].argmax() == MotionMode.HOVER
    assert abs(table.turn_rate_radps[0]) < 0.05
    table = tracked(flown("straight", turning(30.0, 0.0, 60.0))).table
    assert table.mode_prob[0].argmax() == MotionMode.STEADY
    assert abs(table.turn_rate_radps[0]) < 0.03


@pytest.mark.parametrize("gap_s", [5.0, 9.0, 13.0])
@pytest.mark.parametrize("truth", [legs(20.0, 0.2), hovering()], ids=["turns", "hover"])
def test_after_a_short_gap_the_number_is_kept_and_the_error_was_foreseen(
    truth: Truth, gap_s: float
) -> None:
    inside, after = [], []
    for seed, start_s in enumerate((24.0, 34.0, 44.0)):
        run = fly(truth, CALM, seed, (start_s, start_s + gap_s))
        gap = (run.t_s >= start_s) & (run.t_s < start_s + gap_s)
        spread = run.cov[gap][:, [0, 1], [0, 1]].sum(axis=1)
        assert (np.diff(spread) > 0.0).all()
        assert (np.diff(run.existence[gap]) < 0.0).all()
        before, later = run.t_s < start_s, run.t_s >= start_s + gap_s + 3.0
        assert len(set(run.track_id[later]) | {run.track_id[before][-1]}) == 1
        inside.append(run.nees[gap][-1])
        after.append(run.nees[(run.t_s >= start_s + gap_s) & (run.t_s < start_s + gap_s + 8.0)])
    # 12.6, 22.5: the 95 and 99.9 % points of a chi-square of six. A turn that began unseen may
    # surprise once.
    assert np.mean(inside) < 12.6
    assert np.median(np.concatenate(after)) < 6.0
    assert np.mean(np.concatenate(after) > 22.5) < 0.125


def test_where_nobody_looks_for_a_minute_no_track_stays() -> None:
    run = fly(legs(20.0, 0.2), CALM, 1, (20.0, 80.0))
    silent = (run.t_s > 45.0) & (run.t_s < 80.0)
    assert (run.track_id[silent] == 0).all()
    assert (run.track_id[run.t_s > 90.0] > 0).all()


def test_with_one_camera_left_the_range_grows_uncertain_and_the_direction_stays() -> None:
    places = {"range_max_m": 9_000.0, "detection_prob": 0.9, "clutter_per_scan": 0.1}
    radar = tracking.polar_sensor(position_enu_m=[0.0, 0.0, 0.0], **places)
    camera = tracking.polar_sensor(position_enu_m=[0.0, 0.0, 0.0], bearing_only=True, **places)
    state, rng = tracking.open_tracker([radar, camera]), np.random.default_rng(5)
    spreads, nees = [], []
    for t_s in range(60):
        true = np.array([1_500.0, 2_500.0 - 15.0 * t_s, 150.0, 0.0, -15.0, 0.0])
        ground = math.hypot(true[0], true[1])
        polar = np.array([math.hypot(ground, true[2]), math.atan2(true[0], true[1])])
        polar = np.append(polar, math.atan2(true[2], ground)) + rng.normal(size=3) * [
            10,
            4e-3,
            4e-3,
        ]
        batches = [tracking.polar_batch(1, t_s + 0.5, [[np.nan, *polar[1:]]], 4e-3)]
        if t_s < 25:
            batches.append(tracking.polar_batch(0, t_s + 0.5, polar, [10.0, 4e-3, 4e-3]))
        tracking.advance(state, batches, [], round((t_s + 0.5) * NS))
        if t_s < 25:
            continue
        assert state.table.count == 1
        error, P = state.table.state_enu[0] - true, state.table.cov_enu[0]
        along = true[:3] / np.linalg.norm(true[:3])
        across = np.array([along[1], -along[0], 0.0]) / math.hypot(along[0], along[1])
        spreads.append([math.sqrt(u @ P[:3, :3] @ u) for u in (along, across)])
        nees.append(error @ np.linalg.solve(P, error))
    along_m, across_m = np.array(spreads).T
    assert along_m[-1] > 3.0 * along_m[0]
    assert across_m[-1] < 40.0
    assert np.mean(nees) < 9.0


def test_smoothing_fixes_gives_back_the_way_that_made_them() -> None:
    truth, rng = legs(20.0, 0.1), np.random.default_rng(2)
    place = truth.state[:, :3] + rng.normal(size=(len(truth.t_s), 3))
    unknown = np.full_like(place, np.nan)
    state = smoothed(truth.t_s, place, unknown, (1.0, 1.0), 5.0)
    error = state - truth.state
    assert np.sqrt((error[:, :3] ** 2).mean()) < 0.5
    assert np.sqrt((error[50:-50, 3:] ** 2).mean()) < 1.0
