"""What could be done, by when, at what risk to whom; and where wreckage falls."""

import math

import numpy as np
import pytest

from vedette.config.site import Wind
from vedette.decision.debris import fall, normal_points, search_area
from vedette.model.enums import Identity, ObjectClass, WeaponsControl


def test_what_times_and_probability_of_an_option_are_made_of_is_said(scene):
    near = scene.option(7, "near")
    assert near.reason.startswith("5 s to react, then at 600 m/s to where it will be, before it")
    assert "80% of the model" in near.reason
    scene.put(8, north_m=90_000.0)
    scene.step()
    far = scene.option(8, "near")
    assert far.reason.startswith("out of range")


def test_a_meeting_waits_until_the_track_is_in_range(scene):
    near = scene.option(7, "near")
    # 7,978 m out at 45 m/s: 4 km slant range is reached after about 88 s.
    assert near.available
    assert near.time_to_reach_s == pytest.approx((7_977.5 - 3_989.0) / 45.0, abs=0.6)
    # The last meeting is at the asset itself, where the way is as good as nothing.
    assert near.latest_decision_s == pytest.approx(7_977.5 / 45.0 - 5.0 - 0.5, abs=1.0)
    assert near.success_prob == pytest.approx(0.8)


def test_what_is_in_range_now_is_met_after_reaction_and_way(scene):
    far = scene.option(7, "far")
    # reaction 5 s; then range over (600 + 45) m/s
    assert far.time_to_reach_s == pytest.approx(5.0 + (7_977.5 - 225.0) / 645.0, abs=0.8)


def test_a_track_that_never_comes_into_range_is_out_of_range(make_scene):
    scene = make_scene()
    scene.put(7, north_m=20_000.0, v_north_mps=20.0)
    scene.step()
    assert "out of range" in scene.option().obstacle
    assert math.isnan(scene.option().time_to_reach_s)


def test_a_track_about_to_arrive_is_too_late(make_scene):
    scene = make_scene()
    scene.put(7, north_m=150.0)
    scene.step()
    assert "too late" in scene.option().obstacle


@pytest.mark.parametrize(
    ("control", "identity", "available", "words"),
    [
        (WeaponsControl.TIGHT, Identity.HOSTILE, True, ""),
        (WeaponsControl.TIGHT, Identity.SUSPECT, False, "the track must be HOSTILE"),
        (WeaponsControl.FREE, Identity.SUSPECT, True, ""),
        (WeaponsControl.FREE, Identity.UNKNOWN, False, "unknown is not hostile"),
        (WeaponsControl.HOLD, Identity.HOSTILE, False, "weapons control is HOLD"),
    ],
)
def test_the_policy_only_restricts(make_scene, control, identity, available, words):
    scene = make_scene(control)
    scene.put(7, identity=identity)
    scene.step()
    assert scene.option().available is available
    assert words in scene.option().obstacle


def test_civil_and_friendly_tracks_have_no_options(make_scene):
    scene = make_scene(WeaponsControl.FREE)
    scene.put(1, identity=Identity.NEUTRAL)
    scene.put(2, identity=Identity.FRIEND, east_m=500.0)
    scene.step()
    assert scene.state.options == []


@pytest.mark.parametrize(
    ("height_m", "east_m", "touched"),
    [(300.0, 100.0, True), (100.0, 250.0, True), (9_000.0, 100.0, False), (300.0, 2_000.0, False)],
)
def test_civil_aircraft_in_the_hazard_volume_stand_in_the_way(scene, height_m, east_m, touched):
    scene.put(
        3, north_m=3_000.0, east_m=east_m, up_m=height_m, v_north_mps=5.0, identity=Identity.NEUTRAL
    )
    scene.step()
    option = scene.option()
    assert (option.civil_touched == (3,)) is touched
    assert option.available is not touched
    assert ("civil or friendly in the hazard volume: T0003" in option.obstacle) is touched


def test_an_unknown_aeroplane_without_a_transponder_is_kept_clear_too(scene):
    scene.put(
        4,
        north_m=3_000.0,
        identity=Identity.UNKNOWN,
        object_class=ObjectClass.AEROPLANE,
        reach_prob=0.0,
    )
    scene.step()
    assert scene.option().civil_touched == (4,)


def test_debris_of_an_option_is_placed_under_the_meeting_and_names_the_asset_it_would_hit(scene):
    option = scene.option()
    assert 33.8 < option.debris_lat_deg < 33.88
    assert option.debris_radius_m > 50.0
    assert option.debris_on_asset == ""
    scene.flown[7][1] = 550.0
    scene.step()
    assert scene.option().debris_on_asset == "Barracks"


def drop(height_m, v_east, ballistic, wind=(0.0, 0.0)):
    landed = fall(
        np.array([[0.0, 0.0, height_m]]),
        np.array([[v_east, 0.0, 0.0]]),
        np.array([ballistic]),
        np.array([wind], dtype=np.float64),
        0.0,
        0.1,
    )
    return landed[0]


def test_without_drag_a_body_flies_speed_times_the_time_of_fall():
    assert drop(490.0, 45.0, 1e9)[0] == pytest.approx(
        45.0 * math.sqrt(2 * 490.0 / 9.80665), rel=0.01
    )


def test_torn_skin_falls_short_and_drifts_with_the_wind():
    light, dense = drop(300.0, 45.0, 8.0), drop(300.0, 45.0, 200.0)
    assert light[0] < 0.4 * dense[0]
    drift = drop(300.0, 0.0, 8.0, wind=(10.0, 0.0))[0]
    # terminal velocity sqrt(2 b g / rho) = 11.3 m/s, so about 27 s of 10 m/s wind
    assert drift == pytest.approx(10.0 * 300.0 / 11.3, rel=0.1)


def test_the_spread_points_are_normal_and_always_the_same():
    points = normal_points(512, 10)
    assert np.abs(points.mean(axis=0)).max() < 0.06
    assert np.abs(np.cov(points.T) - np.eye(10)).max() < 0.12
    assert np.array_equal(points, normal_points(512, 10))


def test_the_search_area_holds_nine_in_ten_of_independent_random_falls():
    state = np.array([2_000.0, 1_000.0, 300.0, -40.0, -10.0, -2.0])
    cov = np.diag([20.0, 20.0, 40.0, 3.0, 3.0, 2.0]) ** 2
    wind = Wind(from_deg=300.0, speed_mps=6.0, speed_sigma_mps=3.0)
    area = search_area(state, cov, 0.0, 180.0, wind, 0.9)
    rng = np.random.default_rng(1)
    n = 4_000
    body = state + rng.standard_normal((n, 6)) * np.sqrt(np.diag(cov))
    body[:, :3] += body[:, 3:] * 0.5 * rng.standard_normal((n, 1))
    ballistic = 40.0 * np.exp(0.8 * rng.standard_normal(n))
    air = np.array([6.0 * math.sin(math.radians(120.0)), 6.0 * math.cos(math.radians(120.0))])
    air = air + 3.0 * rng.standard_normal((n, 2))
    landed = fall(body[:, :3].copy(), body[:, 3:].copy(), ballistic, air, 180.0, 0.1)
    turn = math.radians(area.orientation_deg)
    off = landed - np.array([area.east_m, area.north_m])
    along = off[:, 0] * math.sin(turn) + off[:, 1] * math.cos(turn)
    across = off[:, 0] * math.cos(turn) - off[:, 1] * math.sin(turn)
    inside = (along / area.semi_major_m) ** 2 + (across / area.semi_minor_m) ** 2 <= 1.0
    assert 0.87 <= inside.mean() <= 0.93
    assert area.semi_minor_m <= area.semi_major_m < 400.0
