"""What else flies tonight moves the base rate of birds and balloons, and of nothing else."""

import math

import numpy as np

from vedette.identity.classes import (
    AEROPLANE,
    BALLOON,
    BIRD,
    CLASSES,
    HELICOPTER,
    LIGHT_AIRCRAFT,
    MULTIROTOR,
    ONE_WAY,
    OTHER,
    PRIOR,
    SMALL_FIXED_WING,
)
from vedette.identity.company import (
    SHIFT_MAX,
    Company,
    crowd_ratio,
    join,
    leave,
    others_like,
    several_prob,
    shifts,
)


def looks_like(label, prob=0.9):
    share = np.full(len(CLASSES), (1.0 - prob) / (len(CLASSES) - 1))
    share[label] = prob
    return share


def crowd(label, count):
    company = Company()
    for track_id in range(1, count + 1):
        join(company, track_id, looks_like(label))
    return company


def test_a_track_alone_has_the_usual_base_rate():
    company = crowd(BIRD, 1)
    assert not shifts(company, [1]).any()
    assert not shifts(Company(), [7]).any()


def test_among_a_thousand_birds_one_more_is_likelier_a_bird_by_hand():
    (shift,) = shifts(crowd(BIRD, 1000), [1])
    driven = [MULTIROTOR, SMALL_FIXED_WING, ONE_WAY, HELICOPTER, LIGHT_AIRCRAFT, AEROPLANE]
    birds, motors = 30.0 * PRIOR[BIRD] + 9 * 0.9, 30.0 * PRIOR[driven].sum() + 9 * 6 * 0.1 / 9
    expected = math.log(birds / motors / (PRIOR[BIRD] / PRIOR[driven].sum()))
    assert math.isclose(shifts(crowd(BIRD, 10), [1])[0, BIRD], expected)
    assert math.isclose(shift[BIRD], SHIFT_MAX)
    assert shift[MULTIROTOR] == shift[SMALL_FIXED_WING] == shift[AEROPLANE] == 0.0


def test_the_company_never_moves_the_odds_more_than_tenfold():
    shift = shifts(crowd(1, 100_0), [5_000])[0]  # balloons: usually one in twenty-five
    assert np.all(shift <= SHIFT_MAX)
    assert np.all(shift >= 0.0)


def test_what_flies_like_nothing_known_may_be_several_birds_where_birds_fill_the_sky():
    odd = looks_like(OTHER)[None]
    assert several_prob(crowd(BIRD, 1000), [5_000], odd)[0] > 0.75
    assert several_prob(crowd(BIRD, 1000), [5_000], looks_like(SMALL_FIXED_WING)[None])[0] < 0.02
    for company in (Company(), crowd(SMALL_FIXED_WING, 100), crowd(OTHER, 100)):
        assert several_prob(company, [5_000], odd)[0] < 1e-9


def test_a_sky_is_as_full_of_birds_as_its_tracks_say_and_balloons_are_none():
    assert crowd_ratio(crowd(BIRD, 1000), [5_000])[0] > 0.8
    assert crowd_ratio(crowd(BIRD, 10), [5_000])[0] < 0.6
    for company in (Company(), crowd(BALLOON, 1000), crowd(SMALL_FIXED_WING, 100)):
        assert crowd_ratio(company, [5_000])[0] < 1e-9


def test_what_flies_like_nothing_known_has_no_say_in_how_common_birds_are():
    birds = crowd(BIRD, 10)
    before = shifts(birds, [500])[0, BIRD]
    for track_id in range(100, 140):
        join(birds, track_id, looks_like(OTHER, 1.0))
    assert math.isclose(shifts(birds, [500])[0, BIRD], before)


def test_a_raid_of_drones_or_a_sky_of_airliners_moves_nobody():
    for label in (SMALL_FIXED_WING, AEROPLANE):
        assert not shifts(crowd(label, 100), [1, 500]).any()


def test_what_has_ended_has_no_say():
    company = crowd(BIRD, 50)
    for track_id in range(1, 51):
        leave(company, track_id)
    leave(company, 51)
    assert np.allclose(company.total, 0.0)
    assert not shifts(company, [60]).any()
    assert others_like(company, 60, BIRD) == (0, 0.0)


def test_a_track_told_again_counts_once():
    company = crowd(BIRD, 9)
    for _ in range(5):
        join(company, 9, looks_like(BIRD))
    count, share = others_like(company, 1, BIRD)
    assert count == 8
    assert math.isclose(share, 0.9)
