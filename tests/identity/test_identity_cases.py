"""The cases this system exists for, as far as who and what an object is decides them."""

import numpy as np
from identity_world import Sky, Thing, make_site

from vedette import threat
from vedette.config.site import FlightListed, Wind
from vedette.model.enums import Identity, ObjectClass, SourceHealth
from vedette.model.events import IdentityConflict
from vedette.model.kinds import AEROPLANES

BAD = {"SUSPECT", "HOSTILE"}


def test_gettysburg_the_silence_of_a_sick_interrogator_says_nothing():
    """Own aircraft come home in their lane; the equipment that should hear them is broken."""
    things = [
        Thing(1, (7500.0, 100.0, 300.0), (-28.0, 0.0, 0.0), rcs_dbsm=-10.0),
        Thing(2, (7000.0, -100.0, 150.0), (-15.0, 0.0, 0.0), rcs_dbsm=-14.0),
    ]
    sick = {"friendly": SourceHealth.FAILED, "adsb": SourceHealth.DEGRADED}
    sky = Sky(things=things, sick=sick).run(90)
    assert not (sky.identities_ever(1) | sky.identities_ever(2)) & BAD
    silence = next(e for e in sky.record(1).ledger if e.kind == "silence")
    assert silence.source == "friendly"
    assert silence.weight_log_odds == 0.0
    assert "its silence says nothing" in silence.text


def test_gettysburg_silence_weighs_the_same_whether_the_interrogator_is_sick_or_well():
    thing = Thing(1, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), rcs_dbsm=-10.0)
    well = Sky(things=[thing]).run(30)
    sick = Sky(things=[thing], sick={"friendly": SourceHealth.FAILED}).run(30)
    assert sick.identities_ever() == well.identities_ever()


def test_tower_22_a_friendly_landing_does_not_hide_the_unknown_behind_it():
    things = [
        Thing(1, (5000.0, 0.0, 150.0), (-14.0, 0.0, 0.0), rcs_dbsm=-15.0, remote_id="OWL-1"),
        Thing(2, (7500.0, 150.0, 200.0), (-28.0, 0.0, 0.0), rcs_dbsm=-10.0),
    ]
    sky = Sky(things=things)
    watch = threat.start(sky.site)
    for _ in range(60):
        sky.step()
    threats = threat.advance(watch, sky.table(), sky.state.records, [], sky.now_ns)
    assert sky.record(1).identity is Identity.FRIEND
    assert not sky.identities_ever(2) & {"FRIEND", "ASSUMED_FRIEND", "NEUTRAL"}
    assert {t.track_id for t in threats} == {2}
    assert any(e.kind == "near friend" and "T0001" in e.text for e in sky.record(2).ledger)
    assert any("which another track flies" in e.text for e in sky.record(2).ledger)


def test_copenhagen_one_sighting_repeated_by_many_counts_once():
    """Each sensor repeats the first one's word for word; the track is a bird all along."""
    sighting = {"fixed_wing_uas": 0.8, "bird": 0.1}
    bird = Thing(1, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), rcs_dbsm=-22.0, votes=sighting)

    def first_only(reports, links):
        keep = [i for i, r in enumerate(reports) if not r.class_prob or sky.elapsed_s < 1.0]
        links.track_id, links.prob = links.track_id[keep], links.prob[keep]
        links.report_index = np.arange(len(keep), dtype=np.int64)
        return [reports[i] for i in keep], links

    def repeated(reports, links):
        reports, links = first_only(reports, links)
        again = [r for r in reports if r.class_prob] * 20
        count = len(reports) + len(again)
        links.track_id, links.prob = np.ones(count, np.int64), np.ones(count)
        links.report_index = np.arange(count, dtype=np.int64)
        return [*reports, *again], links

    sky = Sky(things=[bird], doctor=first_only)
    once = sky.run(12).record().class_prob
    sky = Sky(things=[bird], doctor=repeated)
    assert sky.run(12).record().class_prob == once
    assert once["bird"] > 0.5


def test_copenhagen_the_helicopter_sent_to_look_is_no_drone():
    police = Thing(1, (-6000.0, 500.0, 250.0), (50.0, -4.0, 0.0), rcs_dbsm=6.0, icao24="45d1a2")
    site = make_site(
        flights=[FlightListed(id="police", affiliation="civil", icao24="45d1a2", speed_max_mps=90)]
    )
    sky = Sky(site=site, things=[police]).run(30)
    assert sky.record().identity is Identity.NEUTRAL
    assert sky.record().class_prob["helicopter"] > sky.record().class_prob["fixed_wing_uas"]
    assert "is on the list as police" in " ".join(e.text for e in sky.record().ledger)


def test_el_paso_a_balloon_over_the_base_is_a_balloon_and_no_suspect():
    balloon = Thing(1, (-1500.0, 0.0, 450.0), (7.0, 0.5, 0.3), rcs_dbsm=-13.0)
    site = make_site(wind=Wind(from_deg=265.0, speed_mps=7.0, speed_sigma_mps=2.0))
    sky = Sky(site=site, things=[balloon]).run(120)
    assert sky.record().object_class is ObjectClass.BALLOON
    assert sky.identities_ever() == {"UNKNOWN"}


def test_dca_civil_aircraft_stay_neutral_when_their_transponders_break_off():
    thing = Thing(1, (-12_000.0, 3000.0, 1500.0), (90.0, 0.0, 0.0), rcs_dbsm=10.0, icao24="4b1801")
    sky = Sky(things=[thing]).run(20)
    thing.icao24 = None
    sky.run(60)
    assert not sky.identities_ever() & BAD
    assert sky.record().object_class in AEROPLANES


def test_a_hostile_that_broadcasts_a_friendly_identity_gains_nothing():
    claims = [
        Thing(1, (-7000.0, 500.0, 120.0), (45.0, 0.0, 0.0), rcs_dbsm=-10.0, remote_id="OWL-1"),
        Thing(2, (-7000.0, 2500.0, 120.0), (45.0, 0.0, 0.0), rcs_dbsm=-10.0, icao24="4b1801"),
    ]
    sky = Sky(things=claims).run(60)
    for track_id in (1, 2):
        assert not sky.identities_ever(track_id) & {"FRIEND", "ASSUMED_FRIEND", "NEUTRAL"}
    assert "claims friendly flight owl" in sky.told(IdentityConflict)[0].reason
