"""What only says where it is, and who it is: doubt costs time, and a siren, never a warning."""

import math

import numpy as np
import pytest

from vedette.model.enums import Identity, ObjectClass, WarningLevel
from vedette.warning.contacts import down_ratio, is_far_above


def test_what_only_says_where_it_is_and_radar_does_not_see_makes_nobody_take_cover(scene):
    """Anyone may broadcast an aircraft that comes: people are told to be ready, and no more."""
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    scene.identities[7].own_word, scene.identities[7].unseen_by = True, "radar"
    events = scene.run(60.0)
    assert [e.level for e in events] == [WarningLevel.POSSIBLE]


def test_what_only_says_where_it_is_and_no_radar_could_see_warns_all_the_same(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    scene.identities[7].own_word = True
    assert scene.run(60.0)[0].level == WarningLevel.IMMINENT


def test_what_says_who_it_is_has_the_time_a_check_takes_and_no_more(scene):
    scene.put(7, 100.0, identity=Identity.PENDING)
    scene.identities[7].checking = True
    assert scene.run(5.0) == []
    scene.identities[7].checking = False
    assert scene.run(3.0)[0].level == WarningLevel.IMMINENT


def test_what_carries_people_by_all_signs_is_ordered_cover_from_as_late_as_cover_allows(scene):
    """A light aircraft without a transponder is told of at once; the siren waits for a look."""
    scene.put(7, 140.0, identity=Identity.UNKNOWN, object_class=ObjectClass.LIGHT_AIRCRAFT)
    (told,) = scene.run(60.0)
    assert told.level == WarningLevel.POSSIBLE
    (ordered,) = scene.run(60.0)
    assert ordered.level == WarningLevel.IMMINENT
    assert 55.0 <= ordered.seconds_left_s <= 60.0  # twice what these people need


def test_a_look_before_that_spares_them_the_siren(scene):
    scene.put(7, 140.0, identity=Identity.UNKNOWN, object_class=ObjectClass.HELICOPTER)
    scene.run(40.0)
    scene.identities[7].assessed_by = "lieutenant"
    assert scene.run(90.0) == []


def test_people_who_need_longer_to_take_cover_are_not_told_later(make_scene):
    scene = make_scene(take_cover_s=120.0, unassessed_s=140.0, imminent_s=140.0)
    scene.put(7, 135.0, identity=Identity.UNKNOWN, object_class=ObjectClass.AEROPLANE)
    assert scene.run(3.0)[0].level == WarningLevel.IMMINENT


def test_a_small_chance_of_a_drone_is_enough_for_the_siren_at_its_usual_time(scene):
    scene.put(7, 140.0, identity=Identity.UNKNOWN, object_class=ObjectClass.LIGHT_AIRCRAFT)
    scene.identities[7].class_prob = {
        ObjectClass.LIGHT_AIRCRAFT: 0.7,
        ObjectClass.ONE_WAY_UAS: 0.3,
    }
    assert scene.run(3.0)[0].level == WarningLevel.IMMINENT


def test_a_suspect_is_told_of_in_time_whatever_it_looks_like(scene):
    scene.put(7, 140.0, identity=Identity.SUSPECT, object_class=ObjectClass.LIGHT_AIRCRAFT)
    assert scene.run(3.0)[0].level == WarningLevel.IMMINENT


def test_what_may_be_a_bird_and_nobody_can_say_orders_cover_when_it_is_known_for_a_drone(scene):
    """Three plots of different birds, linked for some seconds, had sent people under cover."""
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    guesses = {ObjectClass.BIRD: 0.35, ObjectClass.AEROPLANE: 0.33, ObjectClass.MULTIROTOR: 0.32}
    scene.identities[7].class_prob = guesses
    (told,) = scene.run(20.0)
    assert told.level == WarningLevel.POSSIBLE
    scene.identities[7].class_prob = {ObjectClass.MULTIROTOR: 0.8, ObjectClass.BIRD: 0.2}
    (ordered,) = scene.run(3.0)
    assert ordered.level == WarningLevel.IMMINENT


def test_what_nobody_can_say_but_is_hardly_a_bird_orders_cover_all_the_same(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN)
    guesses = {ObjectClass.BIRD: 0.2, ObjectClass.AEROPLANE: 0.4, ObjectClass.MULTIROTOR: 0.4}
    scene.identities[7].class_prob = guesses
    assert WarningLevel.IMMINENT in [event.level for event in scene.run(20.0)]


STEEPLY = [(-28.0, "possible"), (47.0, "possible"), (-3.0, "imminent")]


@pytest.mark.parametrize(("climb_mps", "level"), STEEPLY)
def test_what_is_on_its_way_into_the_ground_or_far_above_makes_people_ready(
    scene, climb_mps, level
):
    """Plots of several birds, linked, sink at 28 m/s and would be here in 66 s; then they part."""
    put_high(scene, climb_mps)
    assert [str(event.level) for event in scene.run(60.0)] == [level]


def test_what_levels_off_orders_cover(scene):
    put_high(scene, -28.0)
    scene.run(20.0)
    put_high(scene, 0.0, arrival_s=80.0)
    (ordered,) = scene.run(3.0)
    assert ordered.level == WarningLevel.IMMINENT


def test_a_climb_of_which_nothing_is_seen_says_nothing(scene):
    put_high(scene, -28.0)
    scene.tracks.height_observed[:] = 0
    assert [str(event.level) for event in scene.run(20.0)] == ["imminent"]


def put_high(scene, climb_mps, arrival_s=100.0):
    scene.put(7, arrival_s, identity=Identity.UNKNOWN)
    row = int(np.flatnonzero(scene.tracks.track_id == 7)[0])
    scene.tracks.state_enu[row, 2], scene.tracks.state_enu[row, 5] = 324.0, climb_mps
    scene.tracks.height_observed[row] = 1


def test_what_flies_like_nothing_known_orders_cover_when_just_what_people_need_is_left(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN, object_class=ObjectClass.OTHER)
    told = scene.run(95.0)
    assert [str(event.level) for event in told] == ["possible", "imminent"]
    assert 27.0 <= told[1].seconds_left_s <= 31.0


def test_what_flies_like_nothing_known_among_birds_makes_people_ready_until_it_is_plain(scene):
    """A tracker cannot tell all birds of a crowd apart; linked, they fly like nothing."""
    scene.put(7, 100.0, identity=Identity.UNKNOWN, object_class=ObjectClass.OTHER)
    scene.identities[7].several_prob = 0.5
    assert [str(event.level) for event in scene.run(80.0)] == ["possible"]
    scene.identities[7].several_prob = 0.1
    scene.identities[7].class_prob = {ObjectClass.MULTIROTOR: 0.9, ObjectClass.OTHER: 0.1}
    assert [str(event.level) for event in scene.run(3.0)] == ["imminent"]


def test_what_nobody_can_tell_and_that_sooner_passes_than_comes_sends_nobody_under_cover(scene):
    scene.put(7, 40.0, identity=Identity.UNKNOWN, object_class=ObjectClass.OTHER, reach_prob=0.41)
    assert [str(event.level) for event in scene.run(30.0)] == ["possible"]


def test_the_part_of_the_way_after_which_it_is_on_the_ground():
    assert down_ratio(height_m=1_000.0, climb_mps=-50.0, arrival_s=20.0) == 1.0  # a dive at it
    assert down_ratio(height_m=162.0, climb_mps=-29.0, arrival_s=58.0) < 0.1
    assert down_ratio(height_m=20.0, climb_mps=-4.0, arrival_s=66.0) == math.inf  # it trembles
    assert is_far_above(height_m=722.0, climb_mps=47.0, arrival_s=56.0)
    assert not is_far_above(height_m=100.0, climb_mps=8.0, arrival_s=60.0)


@pytest.mark.parametrize("sigma_mps, sooner_s", [(0.0, 0.0), (5.0, 13.3), (11.0, 27.5)])
def test_what_may_come_sooner_than_estimated_is_told_of_sooner(make_scene, sigma_mps, sooner_s):
    """At 45 +- 5 m/s what is 133 s away may be there in 120."""
    scene = make_scene(possible_s=60.0, imminent_s=50.0, unassessed_s=120.0)
    scene.put(7, 121.0 + sooner_s, identity=Identity.UNKNOWN)
    scene.tracks.cov_enu[0, [3, 4], [3, 4]] = sigma_mps**2
    (raised,) = scene.run(10.0)
    assert raised.seconds_left_s == pytest.approx(119.0 + sooner_s, abs=2.5)


def test_how_unsure_a_first_speed_is_counts_no_more_of_a_track_that_is_known(make_scene):
    scene = make_scene(possible_s=60.0, imminent_s=50.0, unassessed_s=120.0)
    scene.put(7, 180.0, identity=Identity.UNKNOWN)
    scene.tracks.cov_enu[0, [3, 4], [3, 4]] = 25.0
    (raised,) = scene.run(80.0)
    assert raised.seconds_left_s == pytest.approx(119.0, abs=0.6)


def test_what_nothing_has_borne_out_for_a_while_has_to_come_for_longer(make_scene):
    """A double that a sick radar left behind, 44 m/s to within 14: people were warned of it."""
    scene = make_scene(possible_s=60.0, imminent_s=50.0, unassessed_s=120.0)
    scene.put(7, 115.0, identity=Identity.UNKNOWN)
    scene.tracks.cov_enu[0, [3, 4], [3, 4]] = 15.0**2
    assert scene.run(9.0) == []
    (raised,) = scene.run(3.0)
    assert raised.cause == "unassessed"


def test_a_bird_known_for_minutes_that_looks_like_a_drone_for_seconds_warns_nobody(make_scene):
    scene = make_scene()
    scene.put(7, 400.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD, class_prob=0.95)
    assert scene.run(130.0) == []
    scene.put(7, 20.0, identity=Identity.UNKNOWN, object_class=ObjectClass.MULTIROTOR)
    scene.identities[7].class_prob = {"multirotor": 0.75, "bird": 0.25}
    assert scene.run(7.0) == []
    (raised,) = scene.run(2.0)
    assert raised.cause == "unassessed"


@pytest.mark.parametrize(("bird_prob", "waits"), [(0.3, True), (0.1, False)])
def test_what_has_just_begun_and_may_be_a_bird_waits_for_ten_looks(make_scene, bird_prob, waits):
    """Plots of two birds, linked, are fast for some seconds; what is hardly a bird is told of."""
    scene = make_scene(possible_s=155.0, unassessed_s=155.0)
    scene.put(7, 130.0, identity=Identity.UNKNOWN, object_class=ObjectClass.MULTIROTOR)
    scene.tracks.started_ns[:] = scene.now_ns
    scene.identities[7].class_prob = {
        ObjectClass.MULTIROTOR: 0.9 - bird_prob,
        ObjectClass.BIRD: bird_prob,
    }
    assert (scene.run(6.0) == []) is waits
    told = scene.run(6.0)
    assert (told[0].level if waits else told) == (WarningLevel.POSSIBLE if waits else [])


def test_among_birds_alone_a_track_has_to_come_for_a_quarter_of_the_time_left(make_scene):
    """A tracker links plots of one bird after another; an empty sky asks for nothing."""
    scenes = [make_scene(possible_s=155.0, unassessed_s=155.0) for _ in range(2)]
    for scene, crowd in zip(scenes, (0.0, 1.0), strict=True):
        scene.put(7, 130.0, identity=Identity.UNKNOWN)
        scene.identities[7].crowd_ratio = crowd
    assert scenes[0].run(3.0)
    assert scenes[1].run(24.0) == []
    assert scenes[1].run(4.0)


def test_a_few_birds_keep_nobody_waiting_for_what_is_far_off(make_scene):
    """A drone across the border, eight minutes away, past eight birds: the town is told at once."""
    scene = make_scene(possible_s=600.0, unassessed_s=600.0)
    scene.put(7, 500.0, identity=Identity.UNKNOWN)
    scene.identities[7].crowd_ratio = 0.25
    assert scene.run(3.0)


def test_several_birds_for_one_track_start_no_clock(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN, object_class=ObjectClass.OTHER, class_prob=0.8)
    scene.identities[7].class_prob[ObjectClass.BIRD] = 0.15
    scene.identities[7].several_prob = 0.7
    assert scene.run(90.0) == []
    scene.identities[7].several_prob = 0.1
    assert scene.run(10.0)


def test_what_is_sooner_a_bird_starts_no_clock_where_birds_fill_the_sky(scene):
    scene.put(7, 100.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD, class_prob=0.65)
    scene.identities[7].class_prob[ObjectClass.MULTIROTOR] = 0.35
    scene.identities[7].crowd_ratio = 0.95
    assert scene.run(40.0) == []
    scene.identities[7].crowd_ratio = 0.6
    assert scene.run(40.0)


@pytest.mark.parametrize(("bird_ratio", "after_s"), [(0.95, 30.0), (0.5, 8.0)])
def test_what_has_been_a_bird_for_its_whole_life_has_to_come_for_longer(
    make_scene, bird_ratio, after_s
):
    scene = make_scene()
    scene.put(7, 700.0, identity=Identity.UNKNOWN, object_class=ObjectClass.BIRD, class_prob=0.95)
    assert scene.run(610.0) == []
    scene.put(7, 80.0, identity=Identity.UNKNOWN, object_class=ObjectClass.MULTIROTOR)
    scene.identities[7].class_prob = {ObjectClass.MULTIROTOR: 0.6, ObjectClass.BIRD: 0.35}
    scene.identities[7].bird_ratio = bird_ratio
    assert scene.run(after_s - 1.0) == []
    assert scene.run(2.0)
