"""What a track says of itself can be copied: what that makes of it, and what it never makes."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from identity_world import T0_NS, Sky, Thing, make_site, place
from msgspec.structs import replace as with_

from vedette.config.site import Corridor, FlightListed, Site
from vedette.identity.proofs import BESIDE_M, forget, proofs_of, prove
from vedette.identity.state import Claim, Memory
from vedette.model.enums import Identity
from vedette.model.events import IdentityConflict
from vedette.model.reports import Claims

RECOVERING = {"pos_m": (6000.0, 0.0, 120.0), "vel_mps": (-14.0, 0.0, 0.0), "rcs_dbsm": -15.0}
GOOD = {"FRIEND", "ASSUMED_FRIEND", "NEUTRAL"}


def open_site(**changes) -> Site:
    """Make the site with an own-drone feed that anybody may send to."""
    site = make_site(**changes)
    sensors = [with_(sensor, authenticated=False) for sensor in site.sensors]
    return with_(site, sensors=sensors)


def item(sky: Sky, kind: str, about: str, track_id: int = 1):
    """Find one item of a ledger."""
    own = [e for e in sky.record(track_id).ledger if e.kind == kind and e.about == about]
    assert len(own) == 1
    return own[0]


@given(
    speed=st.floats(8.0, 30.0),
    side=st.floats(-300.0, 300.0),
    height=st.floats(60.0, 500.0),
    rcs=st.floats(-20.0, 0.0),
    seed=st.integers(0, 1000),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_perfect_copy_of_a_friend_is_assumed_a_friend_at_most(speed, side, height, rcs, seed):
    copy = Thing(1, (7000.0, side, height), (-speed, 0.0, 0.0), rcs, remote_id="OWL-1")
    sky = Sky(site=open_site(), things=[copy], seed=seed).run(25)
    assert "FRIEND" not in sky.identities_ever()
    assert sky.record().identity is Identity.ASSUMED_FRIEND
    assert "nothing proves it" in sky.record().identity_reason


def test_what_anyone_may_broadcast_does_not_take_a_proved_names_place():
    friend = Thing(1, **RECOVERING, remote_id="OWL-1")

    def shout(reports, links):
        """Send another name from the same place by ADS-B, each time after the own link."""
        own = [r for r in reports if getattr(r, "claims", None)]
        loud = [with_(r, sensor="adsb", claims=Claims(icao24="4b1801")) for r in own]
        loud = [with_(r, t_meas_ns=r.t_meas_ns + 1) for r in loud]
        count = len(reports) + len(loud)
        links.track_id = np.ones(count, np.int64)
        links.report_index, links.prob = np.arange(count), np.ones(count)
        return [*reports, *loud], links

    sky = Sky(things=[friend], doctor=shout).run(20)
    assert sky.record().identity is Identity.FRIEND
    assert sky.record().label == "OWL-1"


def test_of_two_that_send_a_friends_name_the_proved_one_is_the_friend():
    friend = Thing(1, **RECOVERING, remote_id="OWL-1")
    copy = Thing(2, (7500.0, 200.0, 150.0), (-20.0, 0.0, 0.0), -10.0, remote_id="OWL-1")
    site = make_site()
    broadcast = with_(site.sensors[2], id="remote_id", authenticated=False)
    site = with_(site, sensors=[*site.sensors, broadcast])

    def by_broadcast(reports, links):
        owners = dict(zip(links.report_index.tolist(), links.track_id.tolist(), strict=True))
        told = [
            with_(r, sensor="remote_id") if owners[i] == 2 and getattr(r, "claims", None) else r
            for i, r in enumerate(reports)
        ]
        return told, links

    sky = Sky(site=site, things=[friend, copy], doctor=by_broadcast).run(30)
    assert sky.record(1).identity is Identity.FRIEND
    assert not sky.identities_ever(2) & {"FRIEND", "NEUTRAL"}
    assert sky.record(2).identity is Identity.UNKNOWN
    assert "same name" in sky.told(IdentityConflict, 2)[0].reason
    assert not sky.told(IdentityConflict, 1)


def swap(first_s: float, last_s: float):
    """Make a doctor that gives the friend's own reports to track 2 between two times."""

    def by_chance(reports, links):
        age_s = (reports[0].t_meas_ns - T0_NS) / 1e9 if reports else 0.0
        for k, index in enumerate(links.report_index.tolist()):
            if getattr(reports[index], "claims", None) and first_s <= age_s <= last_s:
                links.track_id[k] = 2
        return reports, links

    return by_chance


def beside(side_m: float) -> list[Thing]:
    """A friend on its way home, and something that sends nothing beside it."""
    friend = Thing(1, **RECOVERING, remote_id="OWL-1")
    return [friend, Thing(2, (6000.0, side_m, 120.0), (-14.0, 0.0, 0.0), -12.0)]


@pytest.mark.parametrize("window_s", [(0.0, 4.0), (12.0, 16.0)])
@pytest.mark.parametrize("side_m", [60.0, 150.0])
def test_what_flies_beside_a_friend_is_none_by_a_report_that_went_astray(side_m, window_s):
    """A tracker gives a close neighbour some of a friend's reports: who, not which of two."""
    sky = Sky(things=beside(side_m), doctor=swap(*window_s)).run(30)
    apart = side_m > BESIDE_M
    assert sky.record(1).identity is (Identity.FRIEND if apart else Identity.ASSUMED_FRIEND)
    assert not sky.identities_ever(2) & GOOD


def test_who_comes_alongside_takes_the_proof_from_a_friend_at_once_until_it_leaves():
    sky = Sky(things=[Thing(1, **RECOVERING, remote_id="OWL-1")]).run(20)
    assert sky.record(1).identity is Identity.FRIEND
    east, north, up = sky.things[0].pos_m
    sky.things.append(Thing(2, (east, north + 70.0, up), (*sky.things[0].vel_mps[:2], 0.0), -12.0))
    sky.run(1)
    assert sky.record(1).identity is Identity.ASSUMED_FRIEND
    assert "which of the two sends" in sky.record(1).identity_reason
    sky.run(10)
    assert sky.record(1).identity is Identity.ASSUMED_FRIEND
    assert not sky.identities_ever(2) & GOOD
    del sky.things[1]
    sky.run(10)
    assert sky.record(1).identity is Identity.FRIEND


def test_friends_who_fly_together_and_prove_their_names_are_both_believed():
    lists = [
        FlightListed(id=f"owl {n}", affiliation="friend", remote_id=f"OWL-{n}", corridor="recovery")
        for n in (1, 2)
    ]
    east, north, up = RECOVERING["pos_m"]
    pair = [
        Thing(n, (east, north + 70.0 * n, up), RECOVERING["vel_mps"], remote_id=f"OWL-{n}")
        for n in (1, 2)
    ]
    sky = Sky(site=make_site(flights=lists), things=pair).run(30)
    assert [sky.record(n).identity for n in (1, 2)] == [Identity.FRIEND] * 2


def test_a_proved_name_is_on_one_track_and_has_to_be_borne_anew_by_another():
    sky = Sky(things=beside(5_000.0), doctor=None)
    state, claim = sky.state, claim_of("OWL-1", T0_NS)
    state.memories = {1: Memory(next_ns=0, claim=claim), 2: Memory(next_ns=0)}
    for second in range(4):
        state.memories[1].claim = claim_of("OWL-1", T0_NS + second * 1_000_000_000)
        prove(state, 1, state.memories[1])
    assert proofs_of(state, 1, state.memories[1].claim) == 4
    state.memories[2].claim = claim_of("OWL-1", T0_NS + 4_000_000_000)
    prove(state, 2, state.memories[2])
    assert state.memories[1].claim is None
    assert proofs_of(state, 2, state.memories[2].claim) == 1
    forget(state, 2)
    assert not state.proofs


def claim_of(remote_id: str, t_ns: int) -> Claim:
    """Make a claim that its link proves."""
    nothing = np.full(3, np.nan)
    return Claim("friendly", t_ns, False, 1.0, "", remote_id, "", nothing, nothing, 8.0, 60.0,
                 authenticated=True)  # fmt: skip


def test_of_two_that_send_a_friends_name_alike_neither_is_believed():
    things = [
        Thing(1, **RECOVERING, remote_id="OWL-1"),
        Thing(2, (7500.0, 200.0, 150.0), (-20.0, 0.0, 0.0), -10.0, remote_id="OWL-1"),
    ]
    sky = Sky(site=open_site(), things=things).run(30)
    for track_id in (1, 2):
        assert sky.record(track_id).identity is Identity.UNKNOWN
        assert sky.told(IdentityConflict, track_id)


def test_mere_words_elsewhere_take_no_name_from_the_one_that_radar_finds():
    things = [
        Thing(1, **RECOVERING, remote_id="OWL-1"),
        Thing(2, (-9000.0, 200.0, -30.0), (-20.0, 0.0, 0.0), remote_id="OWL-1", on_radar=False),
    ]
    sky = Sky(site=open_site(), things=things).run(30)
    assert sky.record(1).identity is Identity.ASSUMED_FRIEND


@given(
    speed=st.floats(15.0, 55.0),
    height=st.floats(60.0, 600.0),
    rcs=st.floats(-20.0, -6.0),
    bearing=st.sampled_from([(1.0, 0.0), (0.6, 0.8), (-0.8, 0.6), (0.0, -1.0)]),
    seed=st.integers(0, 1000),
)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_drone_under_an_airliners_address_is_no_civil_aircraft(speed, height, rcs, bearing, seed):
    east, north = bearing
    where, way = (8000.0 * east, 8000.0 * north, height), (-speed * east, -speed * north, 0.0)
    sky = Sky(things=[Thing(1, where, way, rcs, icao24="4b1801")], seed=seed).run(40)
    assert not sky.identities_ever() & GOOD


def test_a_friends_address_makes_no_civil_aircraft_of_an_aeroplane_either():
    site = make_site(flights=[FlightListed(id="owl", affiliation="friend", icao24="4b1801")])
    jet = Thing(1, (-20_000.0, 3000.0, 9000.0), (235.0, 0.0, 0.0), 15.0, icao24="4b1801")
    sky = Sky(site=site, things=[jet]).run(30)
    assert not sky.identities_ever() & GOOD
    assert item(sky, "agrees", "NEUTRAL").weight_log_odds == 0.0


PLAN = {"id": "survey 3", "affiliation": "civil", "remote_id": "SURVEY-3", "corridor": "field"}
FIELD = Corridor(
    id="field",
    name="Survey field",
    kind="civil",
    line=[place(-4000.0, 0.0)],
    half_width_m=1500.0,
    speed_max_mps=20.0,
)
SURVEYOR = Thing(1, (-4500.0, 0.0, 90.0), (12.0, 0.0, 0.0), -14.0, remote_id="SURVEY-3")


def surveyed(**changes) -> Sky:
    """Fly the authorised survey for half a minute, with its list entry changed."""
    entry = FlightListed(**{**PLAN, **changes})
    return Sky(site=make_site(corridors=[FIELD], flights=[entry]), things=[SURVEYOR]).run(30)


def test_an_authorised_flight_in_its_volume_at_its_time_means_less_harm():
    authorised = item(surveyed(), "authorised", "hostile intent")
    assert authorised.weight_log_odds < -2.0
    assert "survey 3" in authorised.text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"to_time": "2022-01-04T03:00:00Z"}, "outside its listed time"),
        ({"speed_max_mps": 5.0}, "than its listed 5 m/s"),
        ({"corridor": "elsewhere"}, "outside Another field"),
    ],
)
def test_a_listed_name_at_another_time_speed_or_place_weighs_nothing(changes, words):
    other = with_(FIELD, id="elsewhere", name="Another field", line=[place(9000.0, 9000.0)])
    entry = FlightListed(**{**PLAN, **changes})
    site = make_site(corridors=[FIELD, other], flights=[entry])
    sky = Sky(site=site, things=[SURVEYOR]).run(30)
    listed = item(sky, "civil list", "NEUTRAL")
    assert listed.weight_log_odds == 0.0
    assert words in listed.text
    assert "authorised" not in {e.kind for e in sky.record().ledger}


def test_who_falls_silent_is_said_to_and_weighs_nothing():
    thing = Thing(1, (-12_000.0, 3000.0, 1500.0), (90.0, 0.0, 0.0), 10.0, icao24="4b1801")
    sky = Sky(things=[thing]).run(20)
    thing.icao24 = None
    sky.run(50)
    silence = item(sky, "silence", "hostile intent")
    assert "is silent since" in silence.text
    assert silence.weight_log_odds == 0.0
    assert sky.record().ledger[0].t_ns <= sky.now_ns


def test_a_drones_serial_on_something_fast_is_not_plausible():
    fast = Thing(1, (-15_000.0, 3000.0, 900.0), (95.0, 0.0, 0.0), 5.0, remote_id="TOY-1")
    assert item(Sky(things=[fast]).run(20), "implausible", "NEUTRAL").weight_log_odds < 0.0


def test_a_false_speed_is_not_plausible():
    liar = Thing(1, (-15_000.0, 3000.0, 900.0), (95.0, 0.0, 0.0), 5.0, icao24="4b1801")

    def slower(reports, links):
        lied = [with_(r, v_east_mps=30.0) if getattr(r, "claims", None) else r for r in reports]
        return lied, links

    sky = Sky(things=[liar], doctor=slower).run(20)
    assert "says it flies 30 m/s" in item(sky, "implausible", "NEUTRAL").text
