"""Who a track is: claims prove nothing, agreement does, doubt never ages into hostility."""

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity_world import Sky, Thing, make_site

from vedette.config.site import FlightListed
from vedette.model.enums import Identity, SourceHealth
from vedette.model.events import IdentityChanged, IdentityConflict
from vedette.model.reports import Claims
from vedette.record.state import unfaithful

DRONE = Thing(1, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), rcs_dbsm=-10.0)
FRIENDLY = {"pos_m": (6000.0, 0.0, 120.0), "vel_mps": (-14.0, 0.0, 0.0), "rcs_dbsm": -15.0}
GOOD = {"FRIEND", "ASSUMED_FRIEND", "NEUTRAL"}
BAD = {"SUSPECT", "HOSTILE"}


def inbound(track_id, speed_mps, height_m, rcs_dbsm, bearing_rad=4.0, range_m=7000.0, **more):
    """Make a thing that flies straight at the base."""
    east, north = np.sin(bearing_rad), np.cos(bearing_rad)
    place_m = (range_m * east, range_m * north, height_m)
    velocity = (-speed_mps * east, -speed_mps * north, 0.0)
    return Thing(track_id, place_m, velocity, rcs_dbsm=rcs_dbsm, **more)


def test_a_new_track_is_pending_then_unknown():
    sky = Sky(things=[inbound(1, 12.0, 60.0, -22.0)])
    sky.step()
    assert sky.record().identity is Identity.PENDING
    sky.run(5)
    assert sky.record().identity is Identity.UNKNOWN
    assert [e.after for e in sky.told(IdentityChanged)] == [Identity.UNKNOWN]


@pytest.mark.parametrize("seed", range(4))
def test_a_low_fast_silent_drone_on_course_is_suspect_within_fifteen_seconds(seed):
    sky = Sky(things=[DRONE], seed=seed).run(15)
    assert sky.record().identity is Identity.SUSPECT
    reason = sky.record().identity_reason
    assert "fixed-wing drone" in reason
    assert "heads for Base" in reason
    assert "low" in reason


def test_where_a_radar_is_mere_words_of_a_drone_on_course_are_not_suspect():
    """An aircraft that is late or wrong with its place puts a track where nobody is."""
    words = inbound(1, 45.0, 120.0, None, icao24="4b1801", on_radar=False)
    assert not Sky(things=[words]).run(40).identities_ever() & BAD


def test_a_drone_that_flies_past_is_not_suspect():
    passing = Thing(1, (-9000.0, 6000.0, 150.0), (45.0, 0.0, 0.0), rcs_dbsm=-10.0)
    assert not Sky(things=[passing]).run(60).identities_ever() & BAD


def test_ads_b_that_radar_bears_out_makes_neutral():
    airliner = Thing(1, (-25_000.0, 3000.0, 9000.0), (235.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(things=[airliner]).run(10)
    assert sky.record().identity is Identity.NEUTRAL
    assert "is where it says it is" in sky.record().identity_reason


def test_ads_b_alone_stays_unknown_and_says_so():
    ghost = Thing(
        1, (-20_000.0, 3000.0, 9000.0), (235.0, 0.0, 0.0), icao24="4b1801", on_radar=False
    )
    sky = Sky(things=[ghost]).run(60)
    assert sky.record().identity is Identity.UNKNOWN
    assert "radar sees nothing there" in sky.record().identity_reason
    assert any(e.kind == "unseen" for e in sky.record().ledger)


@pytest.mark.parametrize("health", [SourceHealth.FAILED, SourceHealth.NEVER_HEARD])
@pytest.mark.parametrize("sick", ["radar", "adsb"])
def test_agreement_with_or_by_a_sick_source_proves_nothing(sick, health):
    airliner = Thing(1, (-20_000.0, -3000.0, 9000.0), (235.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(things=[airliner], sick={sick: health}).run(30)
    assert not sky.identities_ever() & GOOD
    assert not sky.identities_ever() & BAD


def test_a_claim_that_radar_contradicts_is_a_conflict_and_makes_nothing():
    liar = Thing(
        1,
        (-20_000.0, 3000.0, 9000.0),
        (235.0, 0.0, 0.0),
        15.0,
        icao24="4b1801",
        position_lie_m=(0.0, 3000.0, 0.0),
    )
    sky = Sky(things=[liar]).run(30)
    assert not sky.identities_ever() & GOOD
    assert len(sky.told(IdentityConflict)) == 1
    assert "is not where it says it is" in sky.told(IdentityConflict)[0].reason


def test_a_light_aircraft_without_a_transponder_in_a_civil_lane_is_neutral():
    silent = Thing(1, (-9000.0, 6000.0, 900.0), (55.0, 0.0, 0.0), rcs_dbsm=3.0)
    sky = Sky(things=[silent]).run(60)
    assert sky.record().identity is Identity.NEUTRAL
    assert not sky.identities_ever() & BAD


def test_a_listed_friend_in_its_lane_and_where_it_says_is_a_friend():
    sky = Sky(things=[Thing(1, **FRIENDLY, remote_id="OWL-1")]).run(12)
    assert sky.record().identity is Identity.FRIEND


@pytest.mark.parametrize(
    "wrong",
    [
        {"position_lie_m": (0.0, 450.0, 0.0)},
        {"pos_m": (6000.0, 3000.0, 120.0)},
        {"vel_mps": (-45.0, 0.0, 0.0)},
        {"pos_m": (6000.0, 0.0, 2000.0)},
        {"remote_id": "OWL-2"},
    ],
    ids=["place is a lie", "outside the lane", "too fast", "too high", "not on the list"],
)
def test_a_friendly_claim_without_agreement_never_makes_a_friend(wrong):
    thing = Thing(1, **{**FRIENDLY, "remote_id": "OWL-1", **wrong})
    assert not Sky(things=[thing]).run(40).identities_ever() & {"FRIEND", "ASSUMED_FRIEND"}


@pytest.mark.parametrize(
    "window",
    [
        {"from_time": "2022-01-04T05:00:00Z", "to_time": "2022-01-04T06:00:00Z"},
        {"corridor": None},
        {"corridor": "airway"},
    ],
    ids=["another hour", "no lane to check", "a civil lane"],
)
def test_a_listed_flight_that_cannot_be_checked_never_makes_a_friend(window):
    entry = {"id": "owl", "affiliation": "friend", "remote_id": "OWL-1", "corridor": "recovery"}
    site = make_site(flights=[FlightListed(**{**entry, **window})])
    sky = Sky(site=site, things=[Thing(1, **FRIENDLY, remote_id="OWL-1")]).run(30)
    assert not sky.identities_ever() & {"FRIEND", "ASSUMED_FRIEND"}
    assert sky.told(IdentityConflict)


def test_a_friendly_claim_no_radar_can_check_is_at_most_assumed():
    hidden = Thing(1, (6000.0, 0.0, -20.0), (-14.0, 0.0, 0.0), remote_id="OWL-1", on_radar=False)
    assert Sky(things=[hidden]).run(30).identities_ever() == {"ASSUMED_FRIEND"}


def test_a_friend_that_leaves_its_lane_is_unknown_again():
    turning = Thing(1, (2000.0, 0.0, 120.0), (-4.0, 14.0, 0.0), -15.0, remote_id="OWL-1")
    sky = Sky(things=[turning]).run(80)
    assert [e.after for e in sky.told(IdentityChanged)][-2:] == [Identity.FRIEND, Identity.UNKNOWN]
    assert "outside Recovery lane" in sky.told(IdentityConflict)[0].reason


def test_two_tracks_with_one_address_are_a_conflict():
    things = [
        Thing(1, (-20_000.0, 3000.0, 9000.0), (235.0, 0.0, 0.0), icao24="4b1801", on_radar=False),
        Thing(2, (-10_000.0, 9000.0, 9000.0), (235.0, 0.0, 0.0), icao24="4b1801", on_radar=False),
    ]
    sky = Sky(things=things).run(10)
    assert sky.told(IdentityConflict, 1)
    assert sky.told(IdentityConflict, 2)


@given(
    speed=st.floats(2.0, 60.0),
    height=st.floats(20.0, 3000.0),
    lie=st.floats(300.0, 5000.0),
    claim=st.sampled_from(["OWL-1", "OWL-9"]),
    bearing=st.floats(0.0, 6.2),
    rcs=st.floats(-25.0, 5.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_lie_about_its_place_never_makes_a_friend(speed, height, lie, claim, bearing, rcs, seed):
    thing = inbound(1, speed, height, rcs, bearing, 4000.0, remote_id=claim)
    thing.position_lie_m = (lie, lie, 0.0)
    assert not Sky(things=[thing], seed=seed).run(20).identities_ever() & GOOD


@given(
    speeds=st.lists(st.floats(8.0, 20.0), min_size=8, max_size=8),
    rcs=st.lists(st.floats(-32.0, -13.0), min_size=8, max_size=8),
    sigma=st.floats(1.0, 12.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_birds_are_never_suspect(speeds, rcs, sigma, seed):
    things = [
        inbound(i + 1, v, 80.0 + 10.0 * i, r, 0.7 * i, 3000.0, speed_sigma_mps=sigma)
        for i, (v, r) in enumerate(zip(speeds, rcs, strict=True))
    ]
    sky = Sky(things=things, seed=seed).run(25)
    assert not {i for i in range(1, 9) if sky.identities_ever(i) & BAD}


@given(
    speeds=st.lists(st.floats(60.0, 250.0), min_size=8, max_size=8),
    heights=st.lists(st.floats(150.0, 9000.0), min_size=8, max_size=8),
    rcs=st.lists(st.one_of(st.none(), st.floats(0.0, 20.0)), min_size=8, max_size=8),
    seed=st.integers(0, 1000),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_silent_civil_aircraft_straight_at_the_base_are_never_suspect(speeds, heights, rcs, seed):
    things = [
        inbound(i + 1, v, h, r, 0.7 * i, 9000.0)
        for i, (v, h, r) in enumerate(zip(speeds, heights, rcs, strict=True))
    ]
    sky = Sky(things=things, seed=seed).run(25)
    assert not {i for i in range(1, 9) if sky.identities_ever(i) & BAD}


def test_time_alone_makes_nobody_suspect():
    loiterer = Thing(1, (-3000.0, 500.0, 120.0), (0.2, 0.1, 0.0), rcs_dbsm=-15.0)
    assert Sky(things=[loiterer]).run(400).identities_ever() == {"UNKNOWN"}


def test_evidence_never_says_hostile():
    things = [DRONE, inbound(2, 50.0, 60.0, -10.0, remote_id="OWL-1")]
    sky = Sky(things=things).run(120)
    assert "HOSTILE" not in sky.identities_ever(1) | sky.identities_ever(2)


def test_an_identity_does_not_flicker():
    rng = np.random.default_rng(3)
    things = [
        inbound(i, rng.uniform(38.0, 52.0), 150.0, rng.normal(-10.0, 2.0), 0.6 * i, 9000.0)
        for i in range(1, 11)
    ]
    sky = Sky(things=things).run(90)
    assert max(len(sky.told(IdentityChanged, i)) for i in range(1, 11)) <= 3


def test_records_of_tracks_that_ended_are_gone():
    sky = Sky(things=[DRONE, inbound(2, 12.0, 60.0, -22.0)]).run(3)
    del sky.things[0]
    sky.step()
    assert list(sky.state.records) == [2]
    assert list(sky.state.memories) == [2]


def test_a_step_without_time_or_tracks_changes_nothing():
    sky = Sky()
    assert sky.step() == []
    sky.things.append(DRONE)
    sky.run(5)
    sky.now_ns -= sky.tick_ns
    before = sky.record().ledger
    assert sky.step() == []
    assert sky.record().ledger is before


def test_the_state_comes_back_exactly_from_what_is_saved():
    things = [DRONE, Thing(2, **FRIENDLY, remote_id="OWL-1", votes={"multirotor": 0.8})]
    sky = Sky(things=things).run(8)
    assert unfaithful(sky.state, type(sky.state)) == ""


def test_a_lane_far_off_says_nothing():
    far = Thing(1, (0.0, 60_000.0, 900.0), (55.0, 0.0, 0.0), rcs_dbsm=3.0)
    assert "civil lane" not in {e.kind for e in Sky(things=[far]).run(5).record().ledger}


def called(affiliation):
    """Make every claim that of a callsign, with what its network calls it."""

    def say(reports, links):
        claims = Claims(callsign="RAVEN 1", affiliation=affiliation)
        told = [
            msgspec.structs.replace(r, claims=claims) if getattr(r, "claims", None) else r
            for r in reports
        ]
        return told, links

    return say


@pytest.mark.parametrize("affiliation", ["friend", "assumed friend", "neutral"])
def test_what_a_network_calls_a_track_is_shown_and_changes_nothing(affiliation):
    histories = []
    for doctor in (called(None), called(affiliation)):
        drone = inbound(1, 45.0, 150.0, -12.0, remote_id="x")
        sky = Sky(things=[drone], doctor=doctor).run(30)
        histories.append([(e.t_ns, e.after) for e in sky.told(IdentityChanged)])
    assert histories[0] == histories[1]
    assert not sky.identities_ever() & {"FRIEND", "ASSUMED_FRIEND"}
    (item,) = [e for e in sky.record().ledger if f"called {affiliation} " in e.text]
    assert item.weight_log_odds == 0.0
    assert unfaithful(sky.state, type(sky.state)) == ""
