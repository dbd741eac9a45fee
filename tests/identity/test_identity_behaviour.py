"""Dives and formations are evidence of intent beside the class; a person's word is in there too."""

import pytest
from identity_world import T0_NS, Sky, Thing

from vedette.identity import weigh
from vedette.model.commands import IdentifyTrack
from vedette.model.enums import Identity, Role

DRONE = {"vel_mps": (44.7, -4.0, 0.0), "rcs_dbsm": -10.0}


def drones(count: int, spacing_m: float = 250.0) -> list[Thing]:
    """Make drones side by side that all head for the base."""
    return [
        Thing(i + 1, (-9000.0, 900.0 + spacing_m * i, 150.0 + 20.0 * i), **DRONE)
        for i in range(count)
    ]


def kinds(sky: Sky, track_id: int = 1) -> dict[str, float]:
    """Give the weights of what speaks of intent, by kind."""
    own = [e for e in sky.record(track_id).ledger if e.about == "hostile intent"]
    return {e.kind: e.weight_log_odds for e in own}


def test_two_that_fly_at_the_base_side_by_side_say_so_of_each_other():
    sky = Sky(things=drones(2)).run(12)
    assert kinds(sky, 1)["formation"] == kinds(sky, 2)["formation"] > 0.0
    assert "formation" not in kinds(Sky(things=drones(1)).run(12))
    assert "formation" not in kinds(Sky(things=drones(2, 4000.0)).run(12))


def test_a_company_of_five_is_one_piece_of_evidence_as_one_of_two_is():
    two, five = (Sky(things=drones(count)).run(12) for count in (2, 5))
    assert kinds(two)["formation"] == kinds(five)["formation"]


@pytest.mark.parametrize(("down_mps", "dives"), [(-3.0, False), (-20.0, True)])
def test_a_dive_on_the_base_is_one_and_an_approach_is_none(down_mps, dives):
    diver = Thing(1, (-2500.0, 0.0, 900.0), (45.0, 0.0, down_mps), -10.0)
    assert ("dive" in kinds(Sky(things=[diver]).run(12))) is dives


def test_a_dive_of_something_civil_makes_no_suspect():
    jet = Thing(1, (-9000.0, 0.0, 6000.0), (150.0, 0.0, -90.0), 12.0)
    sky = Sky(things=[jet]).run(25)
    assert "dive" in kinds(sky)
    assert "SUSPECT" not in sky.identities_ever()


def identify(identity: Identity) -> IdentifyTrack:
    return IdentifyTrack(
        command_id="c1",
        person="amal",
        session="s",
        t_recv_ns=T0_NS,
        roles=(Role.IDENTIFICATION_AUTHORITY,),
        track_id=1,
        identity=identity,
        reason="seen by eye",
    )


def test_a_persons_word_stands_in_the_ledger_and_biases_no_judgement():
    sky = Sky(things=drones(1)).run(2)
    sky.step([identify(Identity.NEUTRAL)])
    sky.run(20)
    (word,) = [e for e in sky.record().ledger if e.kind == "word"]
    assert (word.source, word.about, word.health_ratio) == ("amal", "NEUTRAL", 1.0)
    assert "seen by eye" in word.text
    assert "evidence says SUSPECT" in sky.record().contradicted
    assert weigh([e for e in sky.record().ledger if e is not word], "NEUTRAL") < 0.0


def test_a_contradiction_ends_with_what_contradicted():
    sky = Sky(things=drones(1)).run(2)
    sky.step([identify(Identity.FRIEND)])
    sky.run(20)
    assert sky.record().contradicted
    sky.step([identify(Identity.SUSPECT)])
    sky.run(3)
    assert sky.record().contradicted == ""
