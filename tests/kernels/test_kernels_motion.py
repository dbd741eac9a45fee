"""Motion, mixtures, gates as probabilities."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2

from vedette.kernels.motion import bound_height, merge, mix_modes, predict
from vedette.kernels.statistics import chi_square_cdf, chi_square_quantile


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
    rng = np.random.default_rng(5)
    x, P = rng.normal(size=(2, 6)), np.stack([_covariance(1), _covariance(2)])
    p = np.array([0.8, 0.2])
    before, after = (np.empty(6), np.empty((6, 6))), (np.empty(6), np.empty((6, 6)))
    merge(x, P, p, *before)
    mix_modes(x, P, p, 3.0, np.array([30.0, 10.0]))
    merge(x, P, p, *after)
    assert p.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(before[0], after[0])
    np.testing.assert_allclose(before[1], after[1])


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
