"""A friendly recovery hides nobody: what flies near it and is not it is told of at once."""

from identity_world import Sky, Thing, make_site

from vedette.config.site import FlightListed
from vedette.model.events import UnknownNearFriend

OWN = Thing(1, (5000.0, 0.0, 150.0), (-14.0, 0.0, 0.0), rcs_dbsm=-15.0, remote_id="OWL-1")
BEHIND = Thing(2, (6200.0, 150.0, 200.0), (-28.0, 0.0, 0.0), rcs_dbsm=-10.0)


def test_an_unknown_near_a_friendly_recovery_is_told_once():
    sky = Sky(things=[OWN, BEHIND]).run(40)
    (told,) = sky.told(UnknownNearFriend, 2)
    assert told.friend_track_id == 1
    assert told.flight == "owl"
    assert told.distance_m < 2000.0
    assert "friendly T0001 (owl), which comes home" in told.reason
    assert sky.record(2).near_friend == "T0001"
    assert sky.record(1).near_friend == ""


def test_a_bird_near_a_recovery_rings_for_nobody():
    bird = Thing(2, (4600.0, 200.0, 80.0), (-11.0, 3.0, 0.0), rcs_dbsm=-24.0)
    sky = Sky(things=[OWN, bird]).run(40)
    assert not sky.told(UnknownNearFriend, 2)


def test_an_aircraft_that_is_known_near_a_recovery_is_none_unknown():
    known = Thing(2, (6000.0, 500.0, 900.0), (-40.0, 0.0, 0.0), rcs_dbsm=6.0, icao24="45d1a2")
    sky = Sky(things=[OWN, known]).run(30)
    assert not sky.told(UnknownNearFriend, 2)


def test_of_one_recovery_people_are_told_three_times_and_no_more():
    crowd = [
        Thing(n, (6300.0 + 60.0 * n, 100.0 * n - 400.0, 200.0), (-28.0, 0.0, 0.0), rcs_dbsm=-9.0)
        for n in range(2, 9)
    ]
    sky = Sky(things=[OWN, *crowd]).run(40)
    assert len([e for e in sky.events if isinstance(e, UnknownNearFriend)]) == 3


def test_two_silent_own_drones_are_both_excused_by_two_listed_flights():
    """The first is known; the second fits a flight that nobody flies yet, and is no suspect."""
    lane = {"affiliation": "friend", "corridor": "recovery", "speed_max_mps": 35.0}
    flights = [
        FlightListed(id="owl", remote_id="OWL-1", **lane),
        FlightListed(id="kite", remote_id="KITE-1", **lane),
    ]
    silent = Thing(2, (7600.0, 60.0, 200.0), (-32.0, 0.0, 0.0), rcs_dbsm=-10.0)
    site = make_site(flights=flights, corridors=make_site().corridors)
    sky = Sky(site=site, things=[OWN, silent]).run(60)
    assert "SUSPECT" not in sky.identities_ever(2)
    assert any("may be friendly kite" in item.text for item in sky.record(2).ledger)


def test_a_claim_is_being_checked_for_some_seconds_and_not_for_ever():
    honest = Thing(1, (-9000.0, 3000.0, 900.0), (60.0, 0.0, 0.0), rcs_dbsm=6.0, icao24="45d1a2")
    sky = Sky(things=[honest])
    sky.step()
    assert sky.record().checking
    sky.run(20)
    assert not sky.record().checking


def test_a_claim_that_nothing_checks_buys_no_time():
    ghost = Thing(1, (-9000.0, 3000.0, 900.0), (60.0, 0.0, 0.0), icao24="45d1a2", on_radar=False)
    sky = Sky(things=[ghost]).run(20)
    assert sky.record().own_word
    assert sky.record().unseen_by == "radar"
    assert not sky.record().checking
