"""Tracks from times of arrival alone: begun by a fix, kept by differences, echoes refused."""

import numpy as np
import pytest

from vedette import tracking
from vedette.base.constants import AIR_M_PER_NS, NS_PER_S
from vedette.tracking import TrackerState, advance

CORNERS = np.array([
    [-40_000.0, -35_000.0, 300.0],
    [45_000.0, -30_000.0, 500.0],
    [40_000.0, 42_000.0, 200.0],
    [-38_000.0, 40_000.0, 700.0],
    [1_000.0, 2_000.0, 100.0],
])  # fmt: skip
START, WAY = np.array([-30_000.0, 10_000.0, 9_000.0]), np.array([210.0, 40.0, 0.0])
SIGMA_NS = 100.0


def arrivals_ns(place: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    exact = np.linalg.norm(CORNERS - place, axis=1) / AIR_M_PER_NS
    return exact + rng.normal(0.0, SIGMA_NS, len(CORNERS)) + rng.uniform(0.0, 1e9)


def fly(
    state: TrackerState, seed: int, until_s: int, heard: int = 5, echoes: float = 0.0
) -> np.ndarray:
    rng = np.random.default_rng(seed)
    for t_s in range(until_s):
        times = arrivals_ns(START + WAY * t_s, rng)
        times[rng.random(5) < echoes] += rng.uniform(1_000.0, 10_000.0)
        times[heard:] = np.nan
        advance(state, [tracking.tdoa_batch(0, t_s, times, SIGMA_NS)], [], t_s * NS_PER_S)
    return START + WAY * (until_s - 1)


def test_one_aircraft_heard_by_five_receivers_is_one_track_where_it_is() -> None:
    state = tracking.open_tracker([tracking.tdoa_sensor(CORNERS)])
    truth = fly(state, 1, 40)
    assert state.table.count == 1
    gap = state.table.state_enu[0, :3] - truth
    assert np.hypot(*gap[:2]) < 60.0
    assert state.table.state_enu[0, 3:5] == pytest.approx(WAY[:2], abs=6.0)
    assert gap @ np.linalg.solve(state.table.cov_enu[0, :3, :3], gap) < 16.3  # 99.9 %


def test_two_differences_keep_a_track_that_four_have_begun() -> None:
    state = tracking.open_tracker([tracking.tdoa_sensor(CORNERS)])
    fly(state, 2, 30)
    rng = np.random.default_rng(3)
    for t_s in range(30, 60):
        times = arrivals_ns(START + WAY * t_s, rng)
        times[3:] = np.nan
        advance(state, [tracking.tdoa_batch(0, t_s, times, SIGMA_NS)], [], t_s * NS_PER_S)
    truth = START + WAY * 59
    assert state.table.count == 1
    assert np.hypot(*(state.table.state_enu[0, :2] - truth[:2])) < 100.0


def test_three_receivers_alone_begin_nothing() -> None:
    state = tracking.open_tracker([tracking.tdoa_sensor(CORNERS)])
    fly(state, 4, 20, heard=3)
    assert state.bank.count == 0


def test_echoes_neither_end_nor_move_a_track() -> None:
    state = tracking.open_tracker([tracking.tdoa_sensor(CORNERS)])
    truth = fly(state, 5, 60, echoes=0.1)
    assert state.table.count == 1
    assert np.hypot(*(state.table.state_enu[0, :2] - truth[:2])) < 100.0


def test_height_is_wide_from_flat_receivers_and_narrow_with_a_stated_one() -> None:
    level = CORNERS[:4] * [1.0, 1.0, 0.0]
    sigmas = []
    for height_m in (np.nan, 2_000.0):
        state = tracking.open_tracker([tracking.tdoa_sensor(level)])
        rng, place = np.random.default_rng(6), np.array([2_000.0, -3_000.0, 2_000.0])
        for t_s in range(20):
            exact = np.linalg.norm(level - place, axis=1) / AIR_M_PER_NS
            times = exact + rng.normal(0.0, SIGMA_NS, 4)
            batch = tracking.tdoa_batch(0, t_s, times, SIGMA_NS, height_m=height_m)
            advance(state, [batch], [], t_s * NS_PER_S)
        assert state.table.count == 1
        assert np.hypot(*(state.table.state_enu[0, :2] - place[:2])) < 100.0
        sigmas.append(np.sqrt(state.table.cov_enu[0, 2, 2]))
    assert sigmas[0] > 250.0
    assert sigmas[1] < 160.0


def test_aircraft_together_stay_apart_and_one_sensor_s_fix_stands_alone() -> None:
    sensor = tracking.tdoa_sensor(CORNERS)
    state = tracking.open_tracker([sensor])
    rng, gaps = np.random.default_rng(7), np.array([[0.0, 0.0, 0.0], [3_000.0, 0.0, 0.0]])
    for t_s in range(40):
        times = np.array([arrivals_ns(START + WAY * t_s + gap, rng) for gap in gaps])
        batch = tracking.tdoa_batch(0, t_s, times, SIGMA_NS)
        advance(state, [batch], [], t_s * NS_PER_S)
    assert state.table.count == 2
    place, cov, fixed = tracking.tdoa_fix(sensor, batch)
    assert fixed.all()
    truth = START + WAY * 39 + gaps
    for k in range(2):
        gap = place[k] - truth[k]
        assert gap @ np.linalg.solve(cov[k], gap) < 16.3


def test_too_few_receivers_are_said_in_words() -> None:
    with pytest.raises(ValueError, match="receivers_enu_m"):
        tracking.tdoa_sensor(CORNERS[:2])
