"""A track aims at one asset or at none: what speaks for one speaks against the others."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_world import make_site, place
from threat_world import asset, judge, record, table

from vedette.config.site import Asset
from vedette.kernels.threats import aims_at, meets


def spot(key: str, east_m: float, north_m: float) -> Asset:
    lat, lon = place(east_m, north_m)
    return Asset(id=key, name=key.capitalize(), lat_deg=lat, lon_deg=lon, radius_m=100.0)


INBOUND = (-6000.0, 0.0, 50.0, 45.0, 0.0, 0.0)


def reach(site) -> dict[str, float]:
    return {t.asset_id: t.reach_prob for t in judge(table(INBOUND), record(), site=site)}


def test_what_flies_at_one_asset_does_not_fly_at_another():
    alone = reach(make_site(assets=[spot("ahead", 0.0, 0.0)]))
    both = reach(make_site(assets=[spot("ahead", 0.0, 0.0), spot("aside", 0.0, 2500.0)]))
    assert both["ahead"] > 0.5
    assert both.get("aside", 0.0) < 0.2
    assert both["ahead"] <= alone["ahead"]


def test_an_asset_beside_another_is_warned_of_no_less():
    """A course cannot tell two huts side by side apart: neither hides the other."""
    alone = reach(make_site(assets=[spot("one", 0.0, 0.0)]))
    beside = reach(make_site(assets=[spot("one", 0.0, 0.0), spot("two", 0.0, 150.0)]))
    assert beside["one"] == pytest.approx(alone["one"], abs=0.02)


def test_what_is_over_an_asset_is_over_it_whatever_lies_ahead():
    over = table((0.0, 0.0, 20.0, 45.0, 0.0, 0.0))
    site = make_site(assets=[asset(), spot("ahead", 4000.0, 0.0)])
    found = {t.asset_id: t.reach_prob for t in judge(over, record(), site=site)}
    assert found["base"] > 0.9


def test_the_order_of_the_assets_changes_no_number():
    spots = [spot(f"a{n}", 300.0 * n, 700.0 * n - 2000.0) for n in range(6)]
    forward, backward = reach(make_site(assets=spots)), reach(make_site(assets=spots[::-1]))
    assert forward.keys() == backward.keys()
    assert all(forward[key] == pytest.approx(backward[key], abs=1e-12) for key in forward)


@given(
    off=st.floats(-3.0, 3.0),
    half=st.floats(0.001, 0.5),
    sigma=st.floats(0.01, 1.8),
    aims=st.floats(0.0, 0.6),
    rival=st.floats(0.0, 20.0),
    more=st.floats(0.0, 20.0),
)
@settings(max_examples=200, deadline=None)
def test_more_that_speaks_for_others_is_never_more_for_this_one(
    off, half, sigma, aims, rival, more
):
    low, high = off - half, off + half
    less, full = (meets(low, high, sigma, aims, r) for r in (rival, rival + more))
    assert 0.0 <= full <= less <= 1.0 + 1e-12
    assert aims_at(low, high, sigma, aims) >= 0.0


def test_courses_chosen_for_an_asset_are_all_the_courses_there_are():
    """The densities of all courses sum to the share that aims, where nothing is cut off at pi."""
    angles = np.linspace(-np.pi, np.pi, 4001)
    total = np.trapezoid([aims_at(a, a, 0.02, 0.2) for a in angles], angles)
    assert total == pytest.approx(0.2, rel=0.02)


def test_a_course_that_has_just_been_seen_says_less_than_one_that_has_held():
    """Three plots of different birds make a track that points somewhere."""
    slow = (-3000.0, 0.0, 50.0, 16.0, 0.0, 0.0)
    found = [
        judge(table(slow, sigma_mps=2.5, age_s=age_s), record())[0].reach_prob
        for age_s in (3.0, 14.0, 30.0)
    ]
    assert found[0] < found[1] < found[2]
    assert found[0] < 0.9 * found[2]
