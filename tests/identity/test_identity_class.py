"""What an object is: named soon, named honestly, and not made surer by asking more often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_world import Sky, Thing, make_site

from vedette.config.site import Wind
from vedette.identity.classes import LABELS, Looks, log_likelihoods, normalise
from vedette.identity.hearing import log_vote
from vedette.model.enums import ObjectClass
from vedette.model.events import ClassChanged

DRONE = {"pos_m": (-9000.0, 1000.0, 150.0), "vel_mps": (44.7, -5.0, 0.0), "rcs_dbsm": -10.0}
BIRD = {"pos_m": (-3000.0, 0.0, 80.0), "vel_mps": (12.0, 1.0, 0.0), "rcs_dbsm": -22.0}


@pytest.mark.parametrize("seed", range(5))
def test_a_fixed_wing_drone_is_named_within_ten_seconds_of_radar(seed):
    sky = Sky(things=[Thing(1, **DRONE, speed_sigma_mps=4.0)], seed=seed).run(10)
    assert sky.record().object_class is ObjectClass.FIXED_WING_UAS
    assert sky.record().class_prob["fixed_wing_uas"] > 0.8
    assert sky.told(ClassChanged)[0].reason


def test_a_bird_is_a_bird():
    sky = Sky(things=[Thing(1, **BIRD)]).run(20)
    assert sky.record().class_prob["bird"] > 0.8


def test_a_multirotor_that_flies_like_a_bird_leaves_doubt():
    slow = Thing(1, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), rcs_dbsm=-15.0)
    probs = Sky(things=[slow]).run(30).record().class_prob
    assert 0.1 < probs["multirotor"] < 0.9
    assert 0.1 < probs["bird"] < 0.9


def class_prob(name: str, **seen: float) -> float:
    """Give the probability of a class for one set of means, nothing else being seen."""
    plain = {"speed_mps": 14.0, "air_mps": 14.0, "climb_mps": 0.0, "speed_var": 4.0}
    plain |= {"climb_var": 1.0, "height_m": np.nan, "height_sd_m": 1.0, "turn_radps": np.nan}
    plain |= {"rcs_dbsm": 0.0, "rcs_looks": 0.0, **seen}
    looks = Looks(**{key: np.ones(1) * value for key, value in plain.items()})
    return float(normalise(log_likelihoods(looks, 3.0).sum(axis=0))[0, LABELS.index(name)])


def test_what_leans_to_both_sides_all_the_time_is_rather_a_bird():
    # A gull with a logger turned 0.07 rad/s over the quarters of a minute it flew (median).
    leaning = class_prob("bird", turn_radps=0.07) / class_prob("multirotor", turn_radps=0.07)
    steady = class_prob("bird", turn_radps=0.0) / class_prob("multirotor", turn_radps=0.0)
    unseen = class_prob("bird") / class_prob("multirotor")
    assert leaning > 1.3 * unseen
    assert steady < 0.8 * unseen
    assert leaning < 5.0 * unseen


def test_what_drifts_with_the_wind_is_a_balloon():
    drifting = Thing(1, (-3000.0, 0.0, 400.0), (8.0, 0.0, 0.5), rcs_dbsm=-15.0)
    site = make_site(wind=Wind(from_deg=270.0, speed_mps=8.0))
    assert Sky(site=site, things=[drifting]).run(20).record().object_class is ObjectClass.BALLOON


@pytest.mark.parametrize("speed_mps", [65.0, 120.0, 235.0])
def test_an_aeroplane_is_an_aeroplane_without_a_word_from_it(speed_mps):
    silent = Thing(1, (-20_000.0, 4000.0, 2500.0), (speed_mps, 0.0, 0.0), rcs_dbsm=10.0)
    assert Sky(things=[silent]).run(10).record().object_class is ObjectClass.AEROPLANE


def test_twenty_steps_a_second_prove_no_more_than_one():
    slow = Sky(things=[Thing(1, **BIRD)]).run(12)
    fast = Sky(things=[Thing(1, **BIRD)], tick_ns=50_000_000, doctor=_once_a_second()).run(12)
    assert fast.record().class_prob["bird"] == pytest.approx(
        slow.record().class_prob["bird"], abs=0.1
    )
    assert fast.state.memories[1].looks <= 13.0


@pytest.mark.parametrize(("tracks", "most"), [(8, 8), (100, 50)])
def test_few_tracks_are_looked_at_together_and_many_in_groups(tracks, most):
    things = [Thing(k + 1, (9000.0, 90.0 * k, 200.0), (-20.0, 0.0, 0.0)) for k in range(tracks)]
    sky = Sky(things=things, tick_ns=250_000_000).run(2)
    looked = []
    for _ in range(8):
        before = [memory.evaluations for memory in sky.state.memories.values()]
        sky.step()
        after = [memory.evaluations for memory in sky.state.memories.values()]
        looked.append(sum(after) - sum(before))
    assert sum(looked) == 2 * tracks
    assert max(looked) == most
    assert min(looked) == 0


def _once_a_second():
    """Let reports through in every twentieth step only."""
    count = [0]

    def doctor(reports, links):
        count[0] += 1
        if count[0] % 20 == 1:
            return reports, links
        empty = np.zeros(0, np.int64)
        return [], type(links)(empty, empty, np.zeros(0))

    return doctor


@given(
    speed=st.floats(0.0, 320.0),
    sigma=st.floats(0.0, 30.0),
    height=st.one_of(st.just(float("nan")), st.floats(-50.0, 13_000.0)),
    rcs=st.floats(-60.0, 40.0),
    looks=st.floats(0.0, 30.0),
    turn=st.one_of(st.just(float("nan")), st.floats(0.0, 2.0)),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_finite_and_sum_to_one_whatever_is_seen(
    speed, sigma, height, rcs, looks, turn
):
    one = np.ones(1)
    seen = Looks(
        speed_mps=one * speed,
        air_mps=one * speed,
        climb_mps=one,
        speed_var=one * sigma**2,
        climb_var=one * sigma**2,
        height_m=one * height,
        height_sd_m=one * sigma,
        turn_radps=one * turn,
        rcs_dbsm=one * rcs,
        rcs_looks=one * looks,
    )
    probs = normalise(log_likelihoods(seen, 3.0).sum(axis=0))
    assert np.isfinite(probs).all()
    assert probs.sum() == pytest.approx(1.0)


def test_looks_make_a_mean_sharper_but_never_certain():
    def drone_prob(looks):
        one = np.ones(1)
        nothing = one * np.nan
        seen = Looks(
            speed_mps=one * 45.0,
            air_mps=one * 45.0,
            climb_mps=one * 0.0,
            speed_var=one * 4.0,
            climb_var=one,
            height_m=nothing,
            height_sd_m=one,
            turn_radps=nothing,
            rcs_dbsm=one * -12.5,
            rcs_looks=one * looks,
        )
        logs = log_likelihoods(seen, 3.0).sum(axis=0)
        return float(normalise(logs)[0, LABELS.index("fixed_wing_uas")])

    probs = [drone_prob(looks) for looks in (0, 1, 5, 30, 10_000)]
    assert probs == sorted(probs)
    assert probs[-1] < 0.999
    assert probs[-1] - probs[-2] < 0.01


def test_a_vote_for_unknown_words_says_nothing():
    assert np.allclose(log_vote({"drone-ish": 0.9}), 0.0)


def test_a_classifier_cannot_be_surer_than_fifty_to_one():
    log = log_vote({"bird": 1.0})
    assert log[0] - log[1:].max() <= np.log(50.0) + 1e-9
