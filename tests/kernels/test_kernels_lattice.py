"""What is near is found, once each; repetitions are left out; clusters hold together."""

import numpy as np
import pytest

from vedette.kernels.association import clusters
from vedette.kernels.lattice import lay_out, nearby
from vedette.kernels.measure import ENU, update
from vedette.kernels.plots import cuts, unrepeated
from vedette.kernels.positions import position_likelihood

NAN = np.nan


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cell_m", [3.0, 40.0, 5_000.0])
def test_a_window_finds_exactly_the_points_inside_it_and_each_once(
    seed: int, cell_m: float
) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(-500, 500, (60, 2))
    points[:3] = [[1e6, -1e6], [-3e5, 2.0], [0.0, 0.0]]
    cells, order, laid = lay_out(points, cell_m)
    found = np.empty(60, np.int64)
    assert sorted(order) == list(range(60))
    assert np.array_equal(laid, points[order])
    for _ in range(20):
        place, half = rng.uniform(-600, 600, 2), rng.uniform(0, 400, 2)
        n = nearby(cells, order, laid, cell_m, *place, *half, found)
        inside = (np.abs(points - place) <= half).all(axis=1)
        assert sorted(found[:n]) == list(np.flatnonzero(inside))


def test_no_points_are_found_among_none() -> None:
    cells, order, laid = lay_out(np.zeros((0, 2)), 10.0)
    found = np.empty(1, np.int64)
    assert nearby(cells, order, laid, 10.0, 0.0, 0.0, 1e9, 1e9, found) == 0


def test_rows_that_repeat_an_earlier_one_to_the_bit_are_left_out() -> None:
    z = np.array([[1.0, NAN], [2.0, NAN], [1.0, NAN], [1.0, 0.0], [2.0, NAN]])
    t_ns = np.array([5, 5, 5, 5, 6])
    assert unrepeated(t_ns, z.view(np.int64)).tolist() == [0, 1, 3, 4]


def test_a_look_ends_when_its_span_is_over_or_an_address_speaks_twice() -> None:
    t_ns, kept = np.array([0, 4, 9, 12, 30]), np.arange(5)
    key = np.array([7, 0, 7, 0, 0])
    assert cuts(t_ns, key, kept, 10, False).tolist() == [3, 4, 5]
    assert cuts(t_ns, key, kept, 10, True).tolist() == [2, 4, 5]


def test_clusters_hold_the_tracks_that_share_candidates() -> None:
    column = np.array([0, 1, 1, 2, 5, 4, 4])  # rows 0 1 | 2 none | 3 | 4 5
    first = np.array([0, 2, 4, 4, 5, 6, 7])
    begin, members = clusters(first, column, 6)
    assert [members[begin[c] : begin[c + 1]].tolist() for c in range(3)] == [[0, 1], [3], [4, 5]]


def test_a_position_s_likelihood_without_detours_is_that_of_the_update() -> None:
    rng = np.random.default_rng(2)
    root = rng.normal(size=(6, 6))
    x, P = rng.normal(size=6), root @ root.T + np.eye(6)
    z = np.array([0.3, -0.2, 0.9, NAN, NAN, NAN, NAN, NAN])
    variance = np.array([1.0, 2.0, 0.5, NAN, NAN, NAN, NAN, NAN])
    score, distance2 = position_likelihood(x, P, z, variance)
    # A stretch of no time but not quite: the general way.
    other = update(ENU, x.copy(), P.copy(), z, variance, np.zeros(3), np.eye(3), -1e-300, 0.0)
    assert score == pytest.approx(other[0], rel=1e-12)
    assert distance2 == pytest.approx(other[1], rel=1e-12)
    x_one, P_one, x_two, P_two = x.copy(), P.copy(), x.copy(), P.copy()
    update(ENU, x_one, P_one, z, variance, np.zeros(3), np.eye(3), 0.0, 0.0)
    update(ENU, x_two, P_two, z, variance, np.zeros(3), np.eye(3), -1e-300, 0.0)
    np.testing.assert_allclose(x_one, x_two, rtol=1e-12)
    np.testing.assert_allclose(P_one, P_two, rtol=1e-10, atol=1e-12)
