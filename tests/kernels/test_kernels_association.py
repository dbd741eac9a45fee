"""Belief propagation against all hypotheses written out."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.kernels.association import associate


def _exact(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = weight.shape
    prob, missed, total = np.zeros_like(weight), np.zeros(rows), 0.0
    for choice in itertools.product(range(-1, columns), repeat=rows):
        taken = [j for j in choice if j >= 0]
        if len(taken) != len(set(taken)):
            continue
        w = np.prod([weight[i, j] for i, j in enumerate(choice) if j >= 0])
        total += w
        for i, j in enumerate(choice):
            if j < 0:
                missed[i] += w
            else:
                prob[i, j] += w
    return prob / total, missed / total


def _sparse(weight: np.ndarray) -> tuple:
    rows, columns = weight.shape
    first = np.arange(rows + 1, dtype=np.int64) * columns
    column = np.tile(np.arange(columns, dtype=np.int64), rows)
    return associate(first, column, np.ascontiguousarray(weight.ravel()), columns)


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3))
def test_one_track_alone_is_exact(weights: list[float]) -> None:
    weight = np.array([weights])
    prob, missed, unclaimed = _sparse(weight)
    exact, exact_missed = _exact(weight)
    np.testing.assert_allclose(prob.reshape(weight.shape), exact, atol=1e-9)
    np.testing.assert_allclose(missed, exact_missed, atol=1e-9)
    np.testing.assert_allclose(unclaimed, 1.0 - exact.sum(axis=0), atol=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(0.01, 100.0), min_size=6, max_size=6))
def test_two_tracks_that_share_plots_are_near_the_exact_marginals(weights: list[float]) -> None:
    weight = np.array(weights).reshape(2, 3)
    prob, missed, _ = _sparse(weight)
    exact, exact_missed = _exact(weight)
    np.testing.assert_allclose(prob.reshape(weight.shape), exact, atol=0.25)
    np.testing.assert_allclose(missed, exact_missed, atol=0.25)


def test_each_plot_is_shared_out_once_and_order_does_not_matter() -> None:
    weight = np.random.default_rng(1).gamma(1.0, 30.0, size=(5, 6))
    prob, missed, unclaimed = _sparse(weight)
    table = prob.reshape(weight.shape)
    np.testing.assert_allclose(table.sum(axis=1) + missed, 1.0)
    assert (table.sum(axis=0) <= 1.0 + 1e-3).all()
    turned, _, _ = _sparse(weight[::-1, ::-1])
    np.testing.assert_allclose(turned.reshape(weight.shape)[::-1, ::-1], table, atol=1e-6)
    assert (unclaimed > 0).all()


def test_no_candidates_mean_missed_and_enormous_weights_stay_finite() -> None:
    none = np.zeros(0, np.int64)
    prob, missed, unclaimed = associate(np.zeros(4, np.int64), none, np.zeros(0), 2)
    assert len(prob) == 0
    assert missed == pytest.approx([1, 1, 1])
    assert unclaimed == pytest.approx([1, 1])
    prob, missed, _ = _sparse(np.array([[1e17, 1e-10], [1e17, 1e10]]))
    assert np.isfinite(prob).all()
    assert missed.max() < 0.51
