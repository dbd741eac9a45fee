"""What a track can reach: nearer is never less, geometry by hand, friends have no countdown."""

from math import erf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_world import T0_NS, make_site, place
from threat_world import asset, judge, record, table

from vedette import threat
from vedette.base.constants import NS_PER_S
from vedette.kernels.threats import meets, normal_cdf, polygon_view
from vedette.model.enums import Identity, ObjectClass
from vedette.model.picture import Threat
from vedette.model.reports import Claims, SitePositionReport
from vedette.record.state import unfaithful

SLOPE = st.floats(-1.0, 1.0)


def test_a_head_on_drone_arrives_after_distance_to_the_edge_over_speed():
    (one,) = judge(table((-5000.0, 0.0, 20.0, 50.0, 0.0, 0.0)), record())
    assert one.range_m == pytest.approx(5000.0)
    assert one.arrival_s == pytest.approx(4600.0 / 50.0, rel=1e-3)
    assert one.closing_mps == pytest.approx(50.0)
    assert one.cpa_s == pytest.approx(100.0, rel=1e-3)
    assert one.cpa_m < 15.0
    assert one.bearing_rad == pytest.approx(1.5 * np.pi)
    assert one.reach_prob > 0.6
    assert "fixed-wing drone, 5.0 km from Base" in one.reason


def test_the_doubt_in_the_arrival_is_that_of_place_and_speed():
    (one,) = judge(
        table((-5000.0, 0.0, 0.0, 50.0, 0.0, 0.0), sigma_m=50.0, sigma_mps=2.0), record()
    )
    speed_sigma = np.hypot(0.35 * 2.0, 0.02 * 50.0)
    by_hand = np.hypot(np.hypot(0.35 * 50.0, one.arrival_s * speed_sigma) / 50.0, 1.0)
    assert one.straight_sigma_s == pytest.approx(by_hand, rel=1e-6)
    whole = by_hand**2 + 2.0 * one.detour_prob * (0.18 * one.arrival_s) ** 2
    assert one.arrival_sigma_s == pytest.approx(np.sqrt(whole), rel=1e-6)


def test_a_track_that_passes_has_its_closest_approach_by_hand():
    (one,) = judge(table((-3000.0, 1000.0, 10.0, 40.0, 0.0, 0.0)), record())
    assert one.cpa_s == pytest.approx(75.0)
    assert one.cpa_m == pytest.approx(1000.0, rel=1e-3)


def test_a_track_that_flies_away_closes_at_less_than_nothing_or_is_no_threat():
    found = judge(table((-3000.0, 0.0, 10.0, -40.0, 0.0, 0.0)), record())
    assert all(t.closing_mps < 0.0 and t.cpa_s == 0.0 and t.reach_prob < 0.2 for t in found)


@given(
    bearing=st.floats(0.0, 6.28),
    off=st.floats(-1.5, 1.5),
    near_m=st.floats(500.0, 9000.0),
    further_m=st.floats(1.0, 6000.0),
    speed=st.floats(3.0, 90.0),
    height=st.floats(0.0, 3000.0),
    kind=st.sampled_from(list(ObjectClass)),
    polygon=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_more_distance_is_never_more_threat(
    bearing, off, near_m, further_m, speed, height, kind, polygon
):
    corners = [place(-300.0, -200.0), place(300.0, -200.0), place(300.0, 200.0), place(-300, 200)]
    site = make_site(assets=[asset(polygon=corners if polygon else None)])
    east, north = np.sin(bearing), np.cos(bearing)
    heading = bearing + np.pi + off
    velocity = (speed * np.sin(heading), speed * np.cos(heading), 0.0)

    def at(range_m):
        tracks = table((range_m * east, range_m * north, height, *velocity))
        found = judge(tracks, record(kind), site=site)
        return (found[0].reach_prob, found[0].arrival_s) if found else (0.0, np.inf)

    near, far = at(near_m), at(near_m + further_m)
    assert far[0] <= near[0] + 1e-9
    assert far[1] >= near[1] - 1e-6


@given(height=st.floats(0.0, 8000.0), higher=st.floats(0.0, 5000.0))
@settings(max_examples=40, deadline=None)
def test_more_height_is_never_more_threat(height, higher):
    def at(up_m):
        found = judge(table((-4000.0, 300.0, up_m, 50.0, 0.0, 0.0)), record())
        return found[0].reach_prob if found else 0.0

    assert at(height + higher) <= at(height) + 1e-12


@given(off=st.floats(0.0, 3.0), more=st.floats(0.0, 3.0), sigma=st.floats(0.01, 1.8))
@settings(max_examples=100, deadline=None)
def test_a_course_further_off_never_meets_more_probably(off, more, sigma):
    def at(angle):
        return meets(angle - 0.1, angle + 0.1, sigma, 0.05)

    assert at(off + more) <= at(off) + 1e-9


def test_probabilities_lie_between_nought_and_one_and_everything_is_finite():
    rng = np.random.default_rng(2)
    states = np.c_[rng.uniform(-8000, 8000, (200, 2)), rng.uniform(0, 3000, 200)]
    states = np.c_[states, rng.uniform(-80, 80, (200, 3))]
    kinds = list(ObjectClass)
    records = [record(kinds[i % 7], track_id=i + 1) for i in range(200)]
    for one in judge(table(*states), *records):
        values = (one.range_m, one.closing_mps, one.cpa_m, one.cpa_s, one.arrival_s)
        assert np.isfinite([*values, one.arrival_sigma_s]).all()
        assert 0.0 <= one.reach_prob <= 1.0
        assert one.reason


@pytest.mark.parametrize("identity", [Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL])
def test_friends_and_neutrals_have_no_time_to_impact(identity):
    inbound = table((-3000.0, 0.0, 50.0, 45.0, 0.0, 0.0))
    assert judge(inbound, record(identity=identity)) == []
    assert judge(inbound, record()) != []


def test_an_unknown_without_a_record_is_still_coming():
    assert judge(table((-3000.0, 0.0, 50.0, 45.0, 0.0, 0.0)))


@pytest.mark.parametrize("kind", ["bird", "balloon"])
def test_a_confident_bird_or_balloon_is_hardly_a_threat(kind):
    inbound = table((-3000.0, 0.0, 50.0, 12.0, 0.0, 0.0))
    found = judge(inbound, record(kind, prob=0.98))
    assert all(one.reach_prob < 0.1 for one in found)


def test_an_airliner_far_overhead_is_no_threat():
    assert judge(table((-4000.0, 0.0, 10_500.0, 235.0, 0.0, 0.0)), record("aeroplane")) == []


def test_what_hovers_far_off_has_no_arrival_but_what_hovers_over_the_asset_does():
    hover = (0.1, 0.1, 0.0)
    assert judge(table((-3000.0, 0.0, 50.0, *hover)), record("multirotor")) == []
    (over,) = judge(table((100.0, 50.0, 30.0, *hover)), record("multirotor"))
    assert "over Base now" in over.reason
    assert np.isfinite(over.arrival_s)


def test_a_suspect_on_the_same_path_is_no_less_of_a_threat():
    past = table((-4000.0, 900.0, 50.0, 45.0, 0.0, 0.0))
    unknown = judge(past, record())[0].reach_prob
    assert judge(past, record(identity=Identity.SUSPECT))[0].reach_prob > unknown


def test_the_order_of_tracks_changes_no_number():
    rng = np.random.default_rng(4)
    states = np.c_[rng.uniform(-6000, 6000, (20, 2)), np.full(20, 80.0), rng.normal(0, 30, (20, 3))]
    forward = judge(table(*states), *[record(track_id=i + 1) for i in range(20)])
    backward = judge(table(*states[::-1]), *[record(track_id=i + 1) for i in range(20)])
    numbers = {(one.track_id, round(one.reach_prob, 12)) for one in forward}
    assert numbers == {(21 - one.track_id, round(one.reach_prob, 12)) for one in backward}


def test_a_polygon_fills_the_angle_and_distance_its_corners_say():
    square = np.array([[-100.0, -100.0], [100.0, -100.0], [100.0, 100.0], [-100.0, 100.0]])
    edge, low, high = polygon_view(1000.0, 0.0, square, 4, np.pi / 2.0)
    assert edge == pytest.approx(900.0)
    assert high == pytest.approx(np.arctan(100.0 / 900.0))
    assert low == pytest.approx(-high)
    edge, low, high = polygon_view(0.0, 0.0, square, 4, 0.0)
    assert edge == 0.0
    assert high - low == pytest.approx(2.0 * np.pi)


def test_the_normal_distribution_is_near_enough():
    x = np.linspace(-5.0, 5.0, 201)
    exact = np.array([0.5 * (1.0 + erf(v / np.sqrt(2.0))) for v in x])
    near = np.array([normal_cdf(v) for v in x])
    assert np.abs(near - exact).max() < 0.01


def convoy_report(second: int, east_m: float) -> SitePositionReport:
    return SitePositionReport(
        sensor="friendly",
        t_meas_ns=T0_NS + second * NS_PER_S,
        t_recv_ns=T0_NS + second * NS_PER_S,
        east_m=east_m,
        north_m=0.0,
        claims=Claims(remote_id="CONVOY-1"),
    )


def test_a_convoy_is_where_it_last_said_and_moves_on():
    convoy = asset(position_feed="friendly", position_id="CONVOY-1")
    state = threat.start(make_site(assets=[convoy]))
    coming = table((-5000.0, 0.0, 20.0, 50.0, 0.0, 0.0))
    judge(coming, record(), state=state, reports=[convoy_report(0, 1000.0)])
    second = [convoy_report(10, 1100.0)]
    (one,) = judge(coming, record(), state=state, reports=second, now_ns=T0_NS + 12 * NS_PER_S)
    assert one.range_m == pytest.approx(6120.0)
    assert one.closing_mps == pytest.approx(40.0)
    assert one.arrival_s == pytest.approx(5720.0 / 40.0, rel=1e-3)


def test_a_convoy_is_no_threat_to_itself():
    convoy = asset(position_feed="friendly", position_id="CONVOY-1")
    state = threat.start(make_site(assets=[convoy]))
    own = table((1000.0, 0.0, 2.0, 10.0, 0.0, 0.0))
    reports = [convoy_report(0, 1000.0)]
    assert judge(own, record(label="CONVOY-1"), state=state, reports=reports) == []
    assert judge(own, record(label="OTHER"), state=state) != []


def test_the_state_comes_back_exactly_from_what_is_saved():
    state = threat.start(make_site(assets=[asset(position_feed="friendly", position_id="X")]))
    judge(table((0.0, 0.0, 0.0, 1.0, 1.0, 0.0)), state=state, reports=[convoy_report(0, 5.0)])
    assert unfaithful(state, threat.ThreatState) == ""


def test_no_tracks_or_no_assets_is_no_threat():
    assert judge(table()) == []
    assert judge(table((1.0, 1.0, 1.0, 9.0, 9.0, 0.0)), site=make_site(assets=[])) == []


@pytest.mark.parametrize(("off_deg", "words"), [(0.8, " 1 degree off it"), (8.2, " 8 degrees off")])
def test_one_degree_is_not_degrees(off_deg, words):
    off_rad = np.radians(off_deg)
    one = Threat(
        track_id=1, asset_id="base", range_m=5_000.0, closing_mps=40.0, cpa_m=10.0, cpa_s=100.0,
        arrival_s=100.0, arrival_sigma_s=5.0, reach_prob=0.5, straight_sigma_s=3.0, edge_m=4_900.0,
        off_rad=float(off_rad),
    )  # fmt: skip
    assert words in one.reason
