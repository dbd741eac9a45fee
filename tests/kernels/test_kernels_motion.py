"""Motion, mixtures, gates as probabilities."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from vedette.kernels.motion import (
    BRAKE,
    SHARE,
    STAY,
    TURN,
    bound_height,
    brake,
    merge,
    mix_modes,
    predict,
    predict_modes,
    turn,
    turn_rate,
)
from vedette.kernels.statistics import chi_square_cdf, chi_square_quantile
from vedette.model.enums import MotionMode
from vedette.tracking import Settings


def _covariance(seed: int) -> np.ndarray:
    A = np.random.default_rng(seed).normal(size=(6, 6))
    return np.ascontiguousarray(A @ A.T)


def test_prediction_equals_the_matrix_formula() -> None:
    x, P, dt = np.arange(6.0), _covariance(1), 2.5
    F = np.kron(np.array([[1.0, dt], [0.0, 1.0]]), np.eye(3))
    block = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    expected = F @ P @ F.T + np.kron(block, np.diag([2.0, 2.0, 0.5]))
    expected_x = F @ x
    predict(x, P, dt, 2.0, 0.5)
    np.testing.assert_allclose(x, expected_x)
    np.testing.assert_allclose(P, expected)


def test_two_short_predictions_equal_one_long() -> None:
    x1, P1 = np.arange(6.0), _covariance(2)
    x2, P2 = x1.copy(), P1.copy()
    predict(x1, P1, 3.0, 1.0, 0.3)
    predict(x2, P2, 1.2, 1.0, 0.3)
    predict(x2, P2, 1.8, 1.0, 0.3)
    np.testing.assert_allclose(x1, x2)
    np.testing.assert_allclose(P1, P2)


def test_a_merged_mixture_has_the_mixture_s_mean_and_covariance() -> None:
    rng = np.random.default_rng(4)
    x, w = rng.normal(size=(3, 6)), np.array([0.5, 0.3, 0.2])
    P = np.stack([_covariance(k) for k in range(3)])
    mean, cov = np.empty(6), np.empty((6, 6))
    merge(x, P, w, mean, cov)
    d = x - w @ x
    expected = np.einsum("k,kab->ab", w, P) + np.einsum("k,ka,kb->ab", w, d, d)
    np.testing.assert_allclose(mean, w @ x)
    np.testing.assert_allclose(cov, expected)


def test_a_component_without_weight_is_not_read() -> None:
    x, P = np.full((2, 6), np.nan), np.full((2, 6, 6), np.nan)
    x[0], P[0] = 1.0, np.eye(6)
    mean, cov = np.empty(6), np.empty((6, 6))
    merge(x, P, np.array([1.0, 0.0]), mean, cov)
    assert (mean == 1.0).all()
    assert (cov == np.eye(6)).all()


def test_mixing_keeps_the_overall_mean_and_covariance() -> None:
    motion = Settings().motion
    rng, modes = np.random.default_rng(5), len(motion)
    x, P = rng.normal(size=(modes, 6)), np.stack([_covariance(k) for k in range(modes)])
    p = rng.dirichlet(np.ones(modes))
    before, after = (np.empty(6), np.empty((6, 6))), (np.empty(6), np.empty((6, 6)))
    merge(x, P, p, *before)
    mix_modes(x, P, p, 3.0, motion)
    merge(x, P, p, *after)
    assert p.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(before[0], after[0])
    np.testing.assert_allclose(before[1], after[1])


def _two_modes(stay_s: tuple[float, float], share: tuple[float, float]) -> np.ndarray:
    motion = np.zeros((2, BRAKE + 1))
    motion[:, STAY], motion[:, SHARE] = stay_s, share
    return motion


def test_mixing_two_modes_gives_what_the_hand_computes() -> None:
    # Half of mode 0 and none of mode 1 chooses anew, a quarter of it mode 1: of 0.8 + 0.2, 0.4
    # chooses, 0.1 joins mode 1, which becomes 0.3, a third of it from mode 0.
    motion = _two_modes((1.0 / math.log(2.0), 1e300), (0.75, 0.25))
    x, P = np.zeros((2, 6)), np.stack([np.eye(6), 4.0 * np.eye(6)])
    x[0, 0], x[1, 0] = 3.0, 9.0
    p = np.array([0.8, 0.2])
    mix_modes(x, P, p, 1.0, motion)
    np.testing.assert_allclose(p, [0.7, 0.3])
    np.testing.assert_allclose(x[:, 0], [3.0, 7.0])
    np.testing.assert_allclose(P[0], np.eye(6))
    # 2/3 of 4 + 1/3 of 1, and along the first axis 2/9 of the squared distance 36.
    np.testing.assert_allclose(np.diag(P[1]), [11.0, 3.0, 3.0, 3.0, 3.0, 3.0])


def test_after_a_long_time_modes_are_as_likely_as_they_are_chosen() -> None:
    motion = _two_modes((1.0, 1.0), (0.9, 0.1))
    x, P, p = np.zeros((2, 6)), np.stack([np.eye(6)] * 2), np.array([0.2, 0.8])
    mix_modes(x, P, p, 100.0, motion)
    np.testing.assert_allclose(p, [0.9, 0.1])


def test_who_flies_fast_hardly_chooses_to_hover() -> None:
    motion = Settings().motion
    shares = []
    for speed_mps in (0.0, 200.0):
        modes = len(motion)
        x, P = np.zeros((modes, 6)), np.stack([np.eye(6)] * modes)
        x[:, 4] = speed_mps
        p = np.zeros(modes)
        p[MotionMode.STEADY] = 1.0
        mix_modes(x, P, p, 10.0, motion)
        shares.append(p[MotionMode.HOVER])
    assert shares[0] > 0.02
    assert shares[1] < 1e-3


def _moved(mover: Any, x: np.ndarray, dt_s: float, mode: np.ndarray) -> np.ndarray:
    moved = x.copy()
    mover(moved, np.zeros((6, 6)), dt_s, mode)
    return moved


@pytest.mark.parametrize("speed_mps", [0.0, 0.3, 12.0, 230.0])
@pytest.mark.parametrize("dt_s", [0.05, 1.0, 12.0])
@pytest.mark.parametrize("mode", list(MotionMode))
def test_a_mode_s_covariance_follows_its_numerical_gradient(
    mode: MotionMode, dt_s: float, speed_mps: float
) -> None:
    row = Settings().motion[mode].copy()
    x = np.array([100.0, -50.0, 30.0, 0.6 * speed_mps, -0.8 * speed_mps, 2.0])
    movers = {True: turn, False: brake if row[BRAKE] else _straight}
    mover = movers[bool(row[TURN])]
    F = np.empty((6, 6))
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-4
        ahead, behind = _moved(mover, x + step, dt_s, row), _moved(mover, x - step, dt_s, row)
        F[:, k] = (ahead - behind) / 2e-4
    P, Q = _covariance(3), np.zeros((6, 6))
    expected = F @ P @ F.T
    mover(x.copy(), Q, dt_s, row)  # from certainty only the noise is left
    mover(x, P, dt_s, row)
    np.testing.assert_allclose(P, expected + Q, rtol=1e-5, atol=1e-5 * np.abs(P).max())
    assert np.linalg.eigvalsh(Q).min() > -1e-9 * np.abs(Q).max()


def _straight(x: np.ndarray, P: np.ndarray, dt_s: float, mode: np.ndarray) -> None:
    predict(x, P, dt_s, mode[0], mode[1])


def test_a_right_turn_of_a_quarter_circle_ends_beside_its_centre() -> None:
    # North at v, turning right at w: the circle's radius is v / w, its centre to the east.
    x, P = np.array([0.0, 0.0, 0.0, 0.0, 30.0, 1.0]), np.zeros((6, 6))
    mode = Settings().motion[MotionMode.TURN_RIGHT]
    w = turn_rate(x, mode[TURN])
    assert w == pytest.approx(3.0 / 30.0, rel=0.04)
    turn(x, P, 0.5 * math.pi / w, mode)
    np.testing.assert_allclose(x[:2], [30.0 / w, 30.0 / w])
    np.testing.assert_allclose(x[3:], [30.0, 0.0, 1.0], atol=1e-9)


def test_a_turn_keeps_the_speed_and_left_mirrors_right() -> None:
    start = np.array([0.0, 0.0, 0.0, 0.0, 40.0, 0.0])
    right, left = start.copy(), start.copy()
    motion = Settings().motion
    turn(right, np.zeros((6, 6)), 7.0, motion[MotionMode.TURN_RIGHT])
    turn(left, np.zeros((6, 6)), 7.0, motion[MotionMode.TURN_LEFT])
    assert np.hypot(right[3], right[4]) == pytest.approx(40.0)
    assert right[0] > 0.0
    np.testing.assert_allclose(left, right * [-1, 1, 1, -1, 1, 1], atol=1e-9)


def test_turning_twice_by_half_is_turning_once() -> None:
    mode = Settings().motion[MotionMode.TURN_LEFT].copy()
    mode[:2] = 0.0
    x1, P1 = np.array([0.0, 0.0, 0.0, 9.0, 20.0, 0.5]), _covariance(8)
    x2, P2 = x1.copy(), P1.copy()
    turn(x1, P1, 4.0, mode)
    turn(x2, P2, 1.5, mode)
    turn(x2, P2, 2.5, mode)
    np.testing.assert_allclose(x1, x2)
    np.testing.assert_allclose(P1, P2, rtol=1e-9)


def test_a_long_hover_forgets_its_velocity_and_keeps_it_bounded() -> None:
    mode = Settings().motion[MotionMode.HOVER]
    x, P = np.array([0.0, 0.0, 0.0, 10.0, 0.0, 0.0]), np.zeros((6, 6))
    brake(x, P, 1_000.0, mode)
    np.testing.assert_allclose(x, [10.0 / mode[BRAKE], 0, 0, 0, 0, 0], atol=1e-9)
    assert P[3, 3] == pytest.approx(mode[0] / (2.0 * mode[BRAKE]))


@pytest.mark.parametrize("dt_s", [0.0, 1.0, 60.0])
@pytest.mark.parametrize("speed_mps", [0.0, 1e-12, 250.0])
def test_at_any_speed_and_time_every_mode_stays_finite_and_positive(
    speed_mps: float, dt_s: float
) -> None:
    motion = Settings().motion
    modes = len(motion)
    x, P = np.zeros((modes, 6)), np.stack([_covariance(k) for k in range(modes)])
    x[:, 3] = speed_mps
    p = Settings().mode_prior.copy()
    predict_modes(x, P, p, dt_s, motion, 1, np.array([1e7, 100.0]))
    assert p.sum() == pytest.approx(1.0)
    assert np.isfinite(x).all()
    assert all(np.linalg.eigvalsh(P[m]).min() > 0.0 for m in range(modes))


def test_bounded_height_keeps_a_covariance_positive() -> None:
    P = _covariance(6)
    P[2, 2] += 1e6
    bound_height(P, 100.0, 1.0)
    assert P[2, 2] == pytest.approx(100.0)
    assert P[5, 5] <= 1.0 + 1e-12
    assert np.linalg.eigvalsh(P).min() > 0.0


@given(st.floats(0.001, 0.9999), st.integers(1, 8))
def test_gates_agree_with_scipy(prob: float, dof: int) -> None:
    quantile = chi_square_quantile(prob, dof)
    assert quantile == pytest.approx(chi2.ppf(prob, dof), rel=1e-9, abs=1e-12)
    assert chi_square_cdf(quantile, dof) == pytest.approx(prob)
    assert chi_square_cdf(-1.0, dof) == 0.0
    assert not math.isnan(quantile)
