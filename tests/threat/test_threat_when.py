"""When a threat arrives, if it does: an interval that holds for straight flight and for turns."""

import numpy as np
import pytest
from msgspec.structs import replace
from threat_world import judge, record, table

from vedette.kernels.threats import DETOUR_RATIO, least_sure, sure
from vedette.threat import arrival_quantile_s

PROBS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)


def head_on(off_mps=0.0):
    (one,) = judge(table((-5000.0, 0.0, 20.0, 45.0, off_mps, 0.0)), record())
    return one


def drawn(one, count=200_000):
    """Draw arrivals as the docstring says they come: a normal, some with an exponential added."""
    rng = np.random.default_rng(1)
    turns = rng.random(count) < one.detour_prob
    late = rng.exponential(DETOUR_RATIO * one.arrival_s, count) * turns
    return one.arrival_s + one.straight_sigma_s * rng.normal(size=count) + late


@pytest.mark.parametrize("off_mps", [0.0, 6.0, 25.0])
def test_so_many_arrive_before_each_quantile(off_mps):
    one = head_on(off_mps)
    times = drawn(one)
    for prob in PROBS:
        assert (times <= arrival_quantile_s(one, prob)).mean() == pytest.approx(prob, abs=0.005)
    assert np.sqrt(((times - one.arrival_s) ** 2).mean()) == pytest.approx(
        one.arrival_sigma_s, rel=0.05
    )


def test_quantiles_rise_and_never_lie_in_the_past():
    for one in (head_on(), head_on(25.0)):
        found = [arrival_quantile_s(one, prob) for prob in PROBS]
        assert found == sorted(found)
        assert found[0] >= 0.0


def test_what_flies_off_its_course_comes_by_turns_and_may_come_later():
    straight, off = head_on(), head_on(25.0)
    assert straight.detour_prob < 0.2 < off.detour_prob
    late = [arrival_quantile_s(one, 0.9) / one.arrival_s for one in (straight, off)]
    assert late[0] < 1.2 < late[1]


def test_an_arrival_that_is_not_known_has_no_interval():
    hover = judge(table((100.0, 50.0, 30.0, 0.1, 0.1, 0.0)), record("multirotor"))
    assert np.isfinite(arrival_quantile_s(hover[0], 0.9))
    assert np.isnan(arrival_quantile_s(replace(head_on(), arrival_s=np.inf), 0.5))


def test_what_is_drawn_towards_a_half_is_drawn_back_again():
    for prob in (0.0, 0.01, 0.3, 0.5, 0.9, 1.0):
        assert least_sure(sure(prob)) == pytest.approx(prob, abs=1e-12)
    assert sure(0.5) == pytest.approx(0.5)
    assert 0.5 < sure(0.9) < 0.9
