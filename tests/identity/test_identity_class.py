"""What an object is: named soon, named honestly, and not made surer by asking more often."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from identity_world import T0_NS, Sky, Thing, make_site

from vedette.base.constants import NS_PER_S
from vedette.config.site import Wind
from vedette.identity.classes import (
    LABELS,
    LOG_PRIOR,
    Looks,
    doubted,
    log_likelihoods,
    normalise,
)
from vedette.identity.flight import (
    KNOWN,
    Path60,
    flown,
    load_network,
    log_flight,
    stalls,
    take_look,
)
from vedette.identity.hearing import log_vote
from vedette.kernels.flight import FEATURES as FLIGHT_FEATURES
from vedette.model import kinds
from vedette.model.enums import ObjectClass
from vedette.model.events import ClassChanged

DRONE = {"pos_m": (-9000.0, 1000.0, 150.0), "vel_mps": (44.7, -5.0, 0.0), "rcs_dbsm": -10.0}
BIRD = {"pos_m": (-3000.0, 0.0, 80.0), "vel_mps": (12.0, 1.0, 0.0), "rcs_dbsm": -22.0}


@pytest.mark.parametrize("seed", range(5))
def test_a_fixed_wing_drone_is_named_within_ten_seconds_of_radar(seed):
    sky = Sky(things=[Thing(1, **DRONE, speed_sigma_mps=4.0)], seed=seed).run(10)
    probs = sky.record().class_prob
    assert sky.record().object_class in kinds.FIXED_WING
    assert probs["fixed_wing_uas"] + probs["one_way_uas"] > 0.8
    assert sky.told(ClassChanged)[0].reason


def test_a_bird_is_a_bird():
    sky = Sky(things=[Thing(1, **BIRD)]).run(20)
    assert sky.record().class_prob["bird"] > 0.8


def test_a_multirotor_that_flies_like_a_bird_leaves_doubt():
    slow = Thing(1, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), rcs_dbsm=-15.0)
    probs = Sky(things=[slow]).run(30).record().class_prob
    assert 0.1 < probs["multirotor"] < 0.9
    assert 0.1 < probs["bird"] < 0.9


@pytest.mark.parametrize("rcs_dbsm", [-10.0, -15.0])
@pytest.mark.parametrize("speed_mps", [12.0, 16.0, 20.0])
def test_a_slow_drone_on_a_straight_course_is_not_dismissed_for_a_bird(speed_mps, rcs_dbsm):
    slow = Thing(1, (-3000.0, 0.0, 80.0), (speed_mps, 1.0, 0.0), rcs_dbsm=rcs_dbsm)
    probs = Sky(things=[slow]).run(60).record().class_prob
    assert probs["multirotor"] + probs["fixed_wing_uas"] > 0.25


def test_no_flight_rules_a_class_out():
    sure = np.full((1, len(LABELS)), -80.0)
    sure[0, LABELS.index("aeroplane")] = 0.0
    network = load_network()
    left = np.exp(doubted(sure, network))[0]
    assert left.sum() == pytest.approx(1.0)
    assert left.min() == pytest.approx(network.lapse / len(LABELS), rel=1e-3)


def test_between_one_way_drones_and_light_aircraft_flight_alone_is_seven_to_one_at_most():
    sure = np.full((1, len(LABELS)), -80.0)
    sure[0, LABELS.index("one_way_uas")] = 0.0
    left = np.exp(doubted(sure, load_network()))[0]
    ratio = left[LABELS.index("one_way_uas")] / left[LABELS.index("light_aircraft")]
    assert 6.5 < ratio < 7.1


def path_of(places: np.ndarray) -> Path60:
    """Make a path of places (K, 3) a second apart, followed by a filter that is 5 m off."""
    path, velocity = Path60(), np.gradient(places, axis=0)
    for k, (place, speed) in enumerate(zip(places, velocity, strict=True)):
        look = np.r_[0.0, place, speed, 9.0, 2.0, 0.94, 0.04, 0.02, 0.0]
        take_look(path, look, T0_NS + k * NS_PER_S)
    return path


def meandering(lean_radps: float, speed_mps: float = 13.0) -> np.ndarray:
    """Fly a minute, leaning to one side and the other in turns of seven seconds."""
    t_s = np.arange(60.0)
    heading = np.cumsum(lean_radps * np.sign(np.sin(2.0 * np.pi * t_s / 14.0)))
    step = speed_mps * np.stack([np.sin(heading), np.cos(heading), 0.0 * t_s], axis=1)
    return np.cumsum(step, axis=0)


def by_flight(path: Path60, climb_seen: float = 1.0) -> dict[str, float]:
    """Give what each kind's way of flying adds in all, the kinds as likely beforehand."""
    x, seen, _ = flown([path])
    logs = log_flight(x, seen, np.array([climb_seen]), load_network()).sum(axis=0)
    return dict(zip(map(str, KNOWN), normalise(logs)[0].tolist(), strict=True))


def test_what_leans_to_both_sides_all_the_time_is_sooner_a_bird():
    leaning, steady = by_flight(path_of(meandering(0.15))), by_flight(path_of(meandering(0.0)))
    assert leaning["bird"] / leaning["multirotor"] > 3.0 * steady["bird"] / steady["multirotor"]


def test_what_stands_still_and_then_flies_off_is_a_multirotor():
    way = np.r_[np.zeros(30), 8.0 * np.arange(30)]
    places = np.stack([way, 0.0 * way, 0.0 * way], axis=1)
    assert by_flight(path_of(places))["multirotor"] > 0.7


def test_a_circle_flown_evenly_is_no_airliner_and_not_surely_a_multirotor():
    circle = 80.0 * np.exp(0.25j * np.arange(60.0))
    places = np.stack([circle.real, circle.imag, 0.0 * circle.real], axis=1)
    probs = by_flight(path_of(places))
    assert probs["fixed_wing_uas"] > 0.15 and probs["multirotor"] < 0.5
    assert probs["aeroplane"] < 0.01


def test_the_direction_of_a_flight_says_nothing():
    places = meandering(0.1)
    turned = places[:, [1, 0, 2]] * [-1.0, 1.0, 1.0]
    one, other = by_flight(path_of(places)), by_flight(path_of(turned))
    assert one == pytest.approx(other, abs=1e-6)


def test_the_parts_of_a_flight_add_up_to_the_whole():
    x, seen, _ = flown([path_of(meandering(0.1)), path_of(meandering(0.0, 50.0))])
    parts = log_flight(x, seen, np.ones(2), load_network())
    whole = parts.sum(axis=0) - np.log(len(KNOWN))
    assert np.exp(whole).sum(axis=1) == pytest.approx(1.0)


def test_without_a_height_climb_says_nothing():
    x, seen, _ = flown([path_of(meandering(0.1))])
    parts = log_flight(x, seen, np.zeros(1), load_network())
    assert np.all(parts[3] == 0.0)
    assert np.any(parts[2] != 0.0)


def test_only_the_last_minute_counts():
    hover, straight = np.zeros((80, 3)), meandering(0.0, 50.0)
    long = path_of(np.vstack([hover, straight]))
    short = path_of(straight)
    assert by_flight(long)["multirotor"] == pytest.approx(by_flight(short)["multirotor"], abs=0.02)


def test_the_first_look_says_what_speed_says():
    slow = by_flight(path_of(meandering(0.0, 12.0)[:2]))
    fast = by_flight(path_of(meandering(0.0, 50.0)[:2]))
    assert fast["one_way_uas"] / fast["bird"] > 5.0 * slow["one_way_uas"] / slow["bird"]


def test_what_drifts_with_the_wind_is_a_balloon():
    drifting = Thing(1, (-3000.0, 0.0, 400.0), (8.0, 0.0, 0.5), rcs_dbsm=-15.0)
    site = make_site(wind=Wind(from_deg=270.0, speed_mps=8.0))
    assert Sky(site=site, things=[drifting]).run(20).record().object_class is ObjectClass.BALLOON


@pytest.mark.parametrize("speed_mps", [65.0, 120.0, 235.0])
def test_an_aeroplane_is_an_aeroplane_without_a_word_from_it(speed_mps):
    silent = Thing(1, (-20_000.0, 4000.0, 2500.0), (speed_mps, 0.0, 0.0), rcs_dbsm=10.0)
    assert Sky(things=[silent]).run(10).record().object_class in kinds.AEROPLANES


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


def seen_with(**changes: float) -> Looks:
    """Make what was seen of one track: nothing but what is said."""
    plain = {"drift_mps": 45.0, "ground_mps": 45.0, "speed_var": 4.0, "height_m": np.nan}
    plain |= {"height_sd_m": 1.0, "rcs_dbsm": 0.0, "rcs_looks": 0.0, "rcs_sd_db": 5.0}
    plain |= {"flown_looks": 0.0, "emits": 0.0, **changes}
    arrays = {key: np.ones(1) * value for key, value in plain.items()}
    return Looks(flown=np.zeros((1, FLIGHT_FEATURES + 2)), **arrays)


def probs_with(**changes: float) -> np.ndarray:
    return normalise(
        LOG_PRIOR + log_likelihoods(seen_with(**changes), 3.0, load_network()).sum(axis=0)
    )[0]


@given(
    speed=st.floats(0.0, 320.0),
    sigma=st.floats(0.0, 30.0),
    height=st.one_of(st.just(float("nan")), st.floats(-50.0, 13_000.0)),
    rcs=st.floats(-60.0, 40.0),
    looks=st.floats(0.0, 30.0),
    spread=st.floats(0.0, 40.0),
    inputs=st.lists(st.floats(-1e3, 1e3), min_size=46, max_size=46),
)
@settings(max_examples=60, deadline=None)
def test_probabilities_are_finite_and_sum_to_one_whatever_is_seen(
    speed, sigma, height, rcs, looks, spread, inputs
):
    seen = seen_with(
        drift_mps=speed,
        ground_mps=speed,
        speed_var=sigma**2,
        height_m=height,
        height_sd_m=sigma,
        rcs_dbsm=rcs,
        rcs_looks=looks,
        rcs_sd_db=spread,
        flown_looks=20.0,
        emits=1.0,
    )
    seen.flown[0] = inputs
    probs = normalise(log_likelihoods(seen, 3.0, load_network()).sum(axis=0))
    assert np.isfinite(probs).all()
    assert probs.sum() == pytest.approx(1.0)


def test_looks_make_a_mean_sharper_but_never_certain():
    drone = LABELS.index("fixed_wing_uas")
    probs = [
        float(probs_with(rcs_dbsm=-14.5, rcs_looks=looks)[drone])
        for looks in (0, 1, 3, 5, 30, 10_000)
    ]
    assert probs[:4] == sorted(probs[:4])
    assert probs[-1] < 0.9
    assert abs(probs[-1] - probs[-2]) < 0.03


def test_a_target_that_does_not_flicker_is_rather_a_balloon():
    still = probs_with(rcs_dbsm=-15.0, rcs_looks=20.0, rcs_sd_db=2.0)
    flickering = probs_with(rcs_dbsm=-15.0, rcs_looks=20.0, rcs_sd_db=6.0)
    assert still[LABELS.index("balloon")] > 2.0 * flickering[LABELS.index("balloon")]


def test_what_sends_is_rather_no_bird():
    silent, sending = probs_with(), probs_with(emits=1.0)
    bird, drone = LABELS.index("bird"), LABELS.index("multirotor")
    assert sending[drone] / sending[bird] > 2.0 * silent[drone] / silent[bird]
    assert sending[bird] > 0.05


def test_a_vote_for_a_kind_speaks_for_each_of_its_classes():
    log = log_vote({"fixed_wing_uas": 0.9})
    assert log[LABELS.index("one_way_uas")] == log[LABELS.index("fixed_wing_uas")] > 0.0
    assert log[LABELS.index("bird")] == log[LABELS.index("flock")] < 0.0


def test_a_vote_for_a_finer_class_speaks_for_it_alone():
    log = log_vote({"one_way_uas": 0.9})
    assert log[LABELS.index("one_way_uas")] > log[LABELS.index("fixed_wing_uas")]


def test_a_vote_for_unknown_words_says_nothing():
    assert np.allclose(log_vote({"drone-ish": 0.9}), 0.0)


def test_a_classifier_cannot_be_surer_than_fifty_to_one():
    log = log_vote({"bird": 1.0})
    assert log[0] - log[1:].max() <= np.log(50.0) + 1e-9


def test_what_changes_its_speed_as_no_wing_can_is_no_fixed_wing_craft():
    """Plots of several birds, linked: 12 to 96 m/s within a minute was called a one-way drone."""
    speed = np.where(np.arange(60.0) % 20.0 < 3.0, 95.0, 12.0)
    places = np.stack([np.cumsum(speed), 0.0 * speed, 0.0 * speed], axis=1)
    probs = by_flight(path_of(places))
    assert sum(probs[k] for k in ("one_way_uas", "fixed_wing_uas", "light_aircraft")) < 0.1
    even = np.stack([95.0 * np.arange(60.0), 0.0 * speed, 0.0 * speed], axis=1)
    assert not stalls(flown([path_of(even)])[0])[0]


def test_how_long_it_has_been_a_bird_is_counted_over_its_whole_life():
    bird = Thing(1, (-3000.0, 0.0, 80.0), (12.0, 1.0, 0.0), -22.0, votes={"bird": 0.98})
    drone = Thing(2, (-9000.0, 1000.0, 150.0), (44.7, -5.0, 0.0), -10.0)
    sky = Sky(things=[bird, drone]).run(60)
    before = sky.record(1).bird_ratio
    assert before > 0.6
    assert sky.record(2).bird_ratio < 0.1
    sky.things[0].votes = {"multirotor": 0.98}
    sky.run(20)
    assert 0.5 * before < sky.record(1).bird_ratio <= before
