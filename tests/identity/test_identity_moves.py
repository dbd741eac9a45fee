"""What a radar's micro-Doppler finds to move on an object: evidence of its class, by itself."""

import pytest
from identity_world import Sky, Thing

from vedette.identity.classes import LABELS, MICRO_DOPPLER_PROB
from vedette.model.enums import MicroDoppler, SourceHealth

SLOW = {"pos_m": (-3000.0, 0.0, 80.0), "vel_mps": (12.0, 1.0, 0.0), "rcs_dbsm": -18.0}


def prob(kind: str, moves: MicroDoppler | None, **sky) -> float:
    return Sky(things=[Thing(1, **SLOW, moves=moves)], **sky).run(15).record().class_prob[kind]


def test_of_every_class_something_is_found_or_nothing():
    for column, label in enumerate(LABELS):
        total = sum(chance[column] for chance in MICRO_DOPPLER_PROB.values())
        assert total == pytest.approx(1.0), label


def test_blades_make_a_multirotor_and_beating_wings_a_bird():
    assert prob("multirotor", MicroDoppler.ROTOR) > 0.9 > 2.5 * prob("multirotor", None)
    assert prob("multirotor", MicroDoppler.WINGS) < 0.3 * prob("multirotor", None)
    assert prob("bird", MicroDoppler.WINGS) > prob("bird", None)


def test_that_nothing_moves_says_little():
    with_none, without = prob("bird", MicroDoppler.NONE), prob("bird", None)
    assert without < with_none < without + 0.35


def test_a_sick_radar_finds_nothing():
    sick = {"radar": SourceHealth.NEVER_HEARD}
    assert prob("multirotor", MicroDoppler.ROTOR, sick=sick) == pytest.approx(
        prob("multirotor", None, sick=sick)
    )


def test_however_often_it_is_found_it_is_one_radar_that_says_so():
    sky = Sky(things=[Thing(1, **SLOW, moves=MicroDoppler.ROTOR)]).run(60)
    (said,) = [e for e in sky.record().ledger if e.kind == "micro_doppler"]
    assert said.source == "radar" and "sees rotor blades: speaks for multirotor" in said.text
    assert 0.0 < said.weight_log_odds < 5.0
