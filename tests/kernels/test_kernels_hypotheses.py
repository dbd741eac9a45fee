"""Global hypotheses: searched as by trying everything, joined where they say the same."""

import itertools
import math

import numpy as np
import pytest

from vedette.kernels.estimation import least_mean_gospa, who_exists
from vedette.kernels.hypotheses import best_children
from vedette.kernels.simplify import align, join_equal, join_leaves, marginal, simplify


def everything(table, log_weight, score, missed):
    """List every child of every parent with its log weight, by trying all of them."""
    found = {}
    looks = score.shape[1]
    for h, row in enumerate(table):
        for choice in itertools.product(range(-1, looks), repeat=len(row)):
            made = [j for j in choice if j >= 0]
            if len(made) != len(set(made)):
                continue
            if any(i < 0 <= j for i, j in zip(row, choice, strict=True)):
                continue
            terms = [
                0.0 if i < 0 else missed[i] if j < 0 else score[i, j]
                for i, j in zip(row, choice, strict=True)
            ]
            found[h, choice] = log_weight[h] + sum(terms)
    whole = math.log(sum(math.exp(v) for v in found.values()))
    return {key: value - whole for key, value in found.items() if value > -math.inf}


@pytest.mark.parametrize("seed", range(5))
def test_the_search_finds_every_child_that_trying_all_of_them_finds(seed):
    rng = np.random.default_rng(seed)
    table = np.array([[0, 1, 2], [3, 1, -1], [0, 4, 2]])
    score, missed = rng.normal(0, 2, (5, 3)), rng.normal(-1, 1, 5)
    score[rng.random((5, 3)) < 0.2] = -math.inf
    log_weight = np.log([0.5, 0.3, 0.2])
    parent, choice, weight = best_children(table, log_weight, score, missed, 10_000, 0.0)
    found = {
        (int(h), tuple(map(int, row))): float(w)
        for h, row, w in zip(parent, choice, weight, strict=True)
    }
    wanted = everything(table, log_weight, score, missed)
    assert found.keys() == wanted.keys()
    assert [found[key] for key in wanted] == pytest.approx(list(wanted.values()), abs=1e-12)
    assert np.all(np.diff(weight) <= 0.0)


def test_two_tracks_and_one_measurement_weigh_as_computed_by_hand():
    # Track 0 explains the plot 3 : 1, track 1 2 : 1, a miss weighs 1: hypotheses 3, 2, 1 of 6.
    score = np.log(np.array([[3.0], [2.0]]))
    parent, choice, weight = best_children(
        np.array([[0, 1]]), np.zeros(1), score, np.zeros(2), 100, 0.0
    )
    assert choice.tolist() == [[0, -1], [-1, 0], [-1, -1]]
    assert np.exp(weight) == pytest.approx([1 / 2, 1 / 3, 1 / 6])
    assert parent.tolist() == [0, 0, 0]


def leaves(*east):
    """Make leaves at places (east), sure to exist, sigma 1 m."""
    x = np.zeros((len(east), 1, 6))
    x[:, 0, 0] = east
    P = np.tile(np.eye(6), (len(east), 1, 1, 1))
    return x, P, np.ones((len(east), 1)), np.ones(len(east))


def test_the_same_set_in_exchanged_columns_becomes_one_hypothesis():
    x, P, mode_prob, existence = leaves(0.0, 100.0, 100.01, 0.01)
    table, log_weight = np.array([[0, 1], [2, 3]]), np.log([0.6, 0.4])
    align(table, x, P, 50.0)
    assert table.tolist() == [[0, 1], [3, 2]]
    weight = marginal(table, log_weight, 4)
    join_leaves(table, weight, x, P, mode_prob, existence, 0.02)
    table, log_weight = join_equal(table, log_weight)
    assert table.tolist() == [[0, 1]]
    assert log_weight == pytest.approx([0.0], abs=1e-12)
    assert x[0, 0, 0] == pytest.approx(0.004)


def test_tracks_that_say_nothing_of_each_other_part_and_others_stay():
    x, P, mode_prob, existence = leaves(0.0, 50.0, 100.0, 150.0, 200.0)
    # Columns 0 and 1 go together; column 2 is 0.3 : 0.7 whatever they are.
    table = np.array([[0, 1, 4], [2, 3, 4], [0, 1, -1], [2, 3, -1]])
    log_weight = np.log([0.18, 0.12, 0.42, 0.28])
    *_, column, group = simplify(
        table, log_weight, x, P, mode_prob, existence, 1e-6, 0.0, 50.0, 1e-3
    )
    assert column.tolist() == [0, 1, 2]
    assert group.tolist() == [0, 0, 1]


def answer(table, weights, pos, existence, false_cost=50.0, cutoff2=100.0):
    """Give the points of least expected GOSPA squared, in order of place."""
    existing = who_exists(np.array(table), np.log(weights), np.array(existence), 1e-6)
    pos = np.array(pos, np.float64)[:, None]
    found, cost = least_mean_gospa(*existing, pos, np.zeros(len(pos)), cutoff2, false_cost)
    return sorted(found[:, 0].tolist()), cost


def test_labels_that_may_be_exchanged_do_not_pull_the_answer_to_the_middle():
    found, cost = answer([[0, 1], [1, 0]], [0.5, 0.5], [0.0, 6.0], [1.0, 1.0])
    assert found == [0.0, 6.0]
    assert cost == pytest.approx(0.0)


def test_between_places_the_answer_is_their_mean():
    # 0.75 at 0 and 0.25 at 4: 1, at an expected square of 0.75 * 1 + 0.25 * 9 = 3.
    found, cost = answer([[0], [1]], [0.75, 0.25], [0.0, 4.0], [1.0, 1.0])
    assert found == pytest.approx([1.0])
    assert cost == pytest.approx(3.0)


def test_how_many_are_told_is_decided_by_what_errors_cost():
    # Surely one at 0; a second at 100 with 0.4: one told costs 0.4 * 50, two 0.6 * false.
    one, cost = answer([[0, 1]], [1.0], [0.0, 100.0], [1.0, 0.4])
    assert (one, cost) == ([0.0], pytest.approx(20.0))
    two, cost = answer([[0, 1]], [1.0], [0.0, 100.0], [1.0, 0.4], false_cost=30.0)
    assert (two, cost) == ([0.0, 100.0], pytest.approx(18.0))


def test_nobody_is_told_where_nobody_is_likely():
    found, cost = answer([[0]], [1.0], [0.0], [0.1])
    assert (found, cost) == ([], pytest.approx(5.0))
