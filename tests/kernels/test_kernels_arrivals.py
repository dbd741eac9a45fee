"""Times of arrival: contrasts against the joint update, echoes left out, fixes from nothing."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.kernels.arrivals import (
    ARRIVALS,
    arrival_of,
    height_over_ground,
    update_arrivals,
)
from vedette.kernels.fixes import fix_arrivals
from vedette.kernels.measure import TDOA, update
from vedette.kernels.statistics import chi_square_quantile

RECEIVERS = np.array([
    [-60_000.0, -50_000.0, 300.0],
    [70_000.0, -40_000.0, 500.0],
    [65_000.0, 60_000.0, 200.0],
    [-55_000.0, 45_000.0, 700.0],
    [2_000.0, 5_000.0, 100.0],
    [5_000.0, -90_000.0, 50.0],
])  # fmt: skip
LIMITS = np.array([0.0] * 4 + [chi_square_quantile(0.999, n - 3) for n in range(4, 7)])
HEIGHT = np.array([5_000.0, 4_000.0])
SIGMA_M = 30.0


def message(place: np.ndarray, heard: int = 6, late_m: float = 777.0) -> tuple:
    z, variance = np.full(ARRIVALS + 6, np.nan), np.full(ARRIVALS + 6, SIGMA_M**2)
    for r in range(heard):
        z[ARRIVALS + r] = np.linalg.norm(place - RECEIVERS[r]) + late_m
    return z, variance


@settings(deadline=None)
@given(
    st.floats(-1e5, 1e5), st.floats(-1e5, 1e5), st.floats(50.0, 12_000.0), st.integers(0, 5)
)  # fmt: skip
def test_every_gradient_is_the_slope_of_its_distance(e: float, n: float, u: float, r: int) -> None:
    place, slope, unused = np.array([e, n, u]), np.empty(3), np.empty(3)
    for function in (lambda p, g: arrival_of(p, RECEIVERS[r], g), height_over_ground):
        function(place, slope)
        for a in range(3):
            shift = np.zeros(3)
            shift[a] = 0.5
            change = function(place + shift, unused) - function(place - shift, unused)
            assert change == pytest.approx(slope[a], abs=1e-5)


def _joint(x: np.ndarray, P: np.ndarray, z: np.ndarray, R: np.ndarray) -> tuple:
    """Update with the differences to the first arrival and their full covariance."""
    heard = [r for r in range(6) if not math.isnan(z[ARRIVALS + r])]
    units = np.array([(x[:3] - RECEIVERS[r]) / np.linalg.norm(x[:3] - RECEIVERS[r]) for r in heard])
    rest = np.array([z[ARRIVALS + r] - np.linalg.norm(x[:3] - RECEIVERS[r]) for r in heard])
    D = np.column_stack([-np.ones(len(heard) - 1), np.eye(len(heard) - 1)])
    H = np.zeros((len(heard) - 1, 6))
    H[:, :3] = D @ units
    S = H @ P @ H.T + D @ np.diag([R[ARRIVALS + r] for r in heard]) @ D.T
    K, gap = P @ H.T @ np.linalg.inv(S), D @ rest
    d2 = gap @ np.linalg.solve(S, gap)
    likelihood = -0.5 * (d2 + np.linalg.slogdet(2 * math.pi * S)[1])
    return x + K @ gap, (np.eye(6) - K @ H) @ P, likelihood, d2


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_contrasts_one_by_one_equal_the_joint_update_of_correlated_differences(
    seed: int, heard: int
) -> None:
    rng = np.random.default_rng(seed)
    truth = np.array([*rng.uniform(-5e4, 5e4, 2), 8_000.0])
    z, variance = message(truth, heard)
    variance[ARRIVALS:] = rng.uniform(10.0, 60.0, 6) ** 2
    z[ARRIVALS:] += rng.normal(0.0, 5.0, 6)
    x = np.array([*truth + rng.normal(0.0, 0.3, 3), 200.0, -50.0, 0.0])
    P = np.diag([40.0, 50.0, 90.0, 9.0, 9.0, 1.0])
    wanted_x, wanted_P, wanted_score, wanted_d2 = _joint(x, P, z, variance)
    mine_x, mine_P = x.copy(), P.copy()
    score, d2, used = update(
        TDOA, mine_x, mine_P, z, variance, np.zeros(3), RECEIVERS, 0.0, 0.0
    )  # fmt: skip
    assert used == heard - 1
    # The second round linearises where the first led: a metre away, at ranges of tens of km.
    assert mine_x == pytest.approx(wanted_x, abs=1e-2)
    assert mine_P == pytest.approx(wanted_P, abs=1e-2)
    assert score == pytest.approx(wanted_score, abs=1e-3)
    assert d2 == pytest.approx(wanted_d2, abs=1e-2)


def test_the_time_of_sending_is_of_no_account() -> None:
    truth = np.array([10_000.0, 20_000.0, 9_000.0])
    states = []
    for late_m in (0.0, 123_456.0):
        x, P = np.array([*truth + 80.0, 0.0, 0.0, 0.0]), np.diag([1e4, 1e4, 1e4, 1.0, 1.0, 1.0])
        z, variance = message(truth, late_m=late_m)
        update_arrivals(x, P, z, variance, RECEIVERS, 0.0, 0.0, math.inf)
        states.append(x)
    assert states[0] == pytest.approx(states[1], abs=1e-6)
    assert np.hypot(*(states[0][:2] - truth[:2])) < 5.0  # what a prior of 100 m, 110 m off, leaves


def test_an_echo_is_left_out_and_costs_likelihood_alone() -> None:
    truth = np.array([10_000.0, 20_000.0, 9_000.0])
    results = []
    for echo_m in (0.0, 900.0):
        x, P = np.array([*truth + 20.0, 0.0, 0.0, 0.0]), np.diag([900.0] * 3 + [1.0] * 3)
        z, variance = message(truth)
        z[ARRIVALS + 2] += echo_m
        score, _, used = update_arrivals(x, P, z, variance, RECEIVERS, 0.0, 0.0, math.inf)
        results.append((score, used))
    clean, echoed = results
    assert (clean[1], echoed[1]) == (5, 4)
    assert np.hypot(*(x[:2] - truth[:2])) < 20.0
    assert echoed[0] < clean[0] - 5.0


def test_where_no_majority_agrees_nothing_is_compared() -> None:
    truth = np.array([10_000.0, 20_000.0, 9_000.0])
    x, P = np.array([*truth, 0.0, 0.0, 0.0]), np.diag([900.0] * 3 + [1.0] * 3)
    z, variance = message(truth)
    z[ARRIVALS:] += [0.0, 900.0, -1_500.0, 2_100.0, 0.0, -3_000.0]
    _, distance2, used = update_arrivals(x, P, z, variance, RECEIVERS, 0.0, 0.0, math.inf)
    assert (used, distance2) == (0, math.inf)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000))
def test_a_fix_finds_the_sender_within_its_own_covariance(seed: int) -> None:
    rng = np.random.default_rng(seed)
    truth = np.array([*rng.uniform(-8e4, 8e4, 2), rng.uniform(1_000.0, 11_000.0)])
    z, variance = message(truth)
    z[ARRIVALS:] += rng.normal(0.0, SIGMA_M, 6)
    place, cov = np.empty(3), np.empty((3, 3))
    if not fix_arrivals(z, variance, RECEIVERS, HEIGHT, LIMITS, place, cov):
        return
    gap = place - truth
    assert gap @ np.linalg.solve(cov, gap) < chi_square_quantile(0.999_999, 3)


def test_a_fix_says_by_its_covariance_what_flat_geometry_does_not_tell_of_height() -> None:
    """Receivers in a plane, far away: the differences say nothing of height."""
    flat = np.column_stack([RECEIVERS[:, :2], np.zeros(6)])
    truth = np.array([5_000.0, 3_000.0, 2_000.0])
    z, variance = np.full(ARRIVALS + 6, np.nan), np.full(ARRIVALS + 6, SIGMA_M**2)
    for r in range(6):
        if r != 4:  # the one nearly underneath would tell
            z[ARRIVALS + r] = np.linalg.norm(truth - flat[r])
    place, cov = np.empty(3), np.empty((3, 3))
    assert fix_arrivals(z, variance, flat, HEIGHT, LIMITS, place, cov)
    assert np.hypot(*(place - truth)[:2]) < 150.0
    assert math.sqrt(cov[2, 2]) > 300.0
    assert abs(place[2] - truth[2]) < 4.0 * math.sqrt(cov[2, 2])


def test_a_fix_leaves_out_the_one_arrival_that_is_wrong() -> None:
    truth = np.array([20_000.0, -10_000.0, 9_000.0])
    z, variance = message(truth)
    z[ARRIVALS + 1] += 2_000.0
    place, cov = np.empty(3), np.empty((3, 3))
    assert fix_arrivals(z, variance, RECEIVERS, HEIGHT, LIMITS, place, cov)
    assert np.linalg.norm((place - truth)[:2]) < 60.0


def test_contradicting_arrivals_and_three_alone_give_no_fix() -> None:
    truth = np.array([20_000.0, -10_000.0, 9_000.0])
    place, cov = np.empty(3), np.empty((3, 3))
    z, variance = message(truth, heard=3)
    assert not fix_arrivals(z, variance, RECEIVERS, HEIGHT, LIMITS, place, cov)
    z, variance = message(truth)
    z[ARRIVALS:] += [0.0, 4_000.0, -9_000.0, 6_000.0, 0.0, -3_000.0]
    assert not fix_arrivals(z, variance, RECEIVERS, HEIGHT, LIMITS, place, cov)
