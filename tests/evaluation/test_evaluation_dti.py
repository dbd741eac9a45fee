"""Detection, tracking, identification against cases worked out by hand."""

import numpy as np
import pytest
from scipy.stats import beta
from scoring import tracks_of, truth_of

from vedette.evaluation.dti import declared, dti, spread
from vedette.evaluation.exact import clopper_pearson
from vedette.evaluation.run import Run


@pytest.mark.parametrize(("hits", "trials"), [(0, 3), (3, 3), (1, 7), (50, 1_000), (999, 1_000)])
@pytest.mark.parametrize("tail", [0.025, 0.05])
def test_exact_bounds_are_the_quantiles_of_the_beta_distribution(hits, trials, tail):
    low, high = clopper_pearson(hits, trials, tail)
    assert low == pytest.approx(beta.ppf(tail, hits, trials - hits + 1) if hits else 0.0)
    upper = beta.ppf(1 - tail, hits + 1, trials - hits) if hits < trials else 1.0
    assert high == pytest.approx(upper)


def test_no_trials_say_nothing():
    assert clopper_pearson(0, 0) == (0.0, 1.0)


def approach(told: list[str], late_s: float = 0.0) -> Run:
    """A drone comes in from 3 km east at 50 m/s; its track begins at 10 s and is told as given."""
    seconds = range(10 + len(told))
    truth = truth_of({"d": [(t, 3_000.0 - 50.0 * t) for t in seconds]})
    truth.state_enu[:, 3] = -50.0
    tracks = tracks_of([(10 + k, 1, 3_000.0 - 50.0 * (10 + k - late_s)) for k in range(len(told))])
    tracks.object_class = told
    return Run(truth, tracks, 400.0)


def test_times_and_the_range_of_the_first_alarm_are_counted_from_appearing():
    found = dti(approach(["other"] * 3 + ["fixed_wing_uas"] * 2 + ["multirotor"] * 5))
    drone = found.by_drone[0]
    assert (drone.detect_s, drone.track_s, drone.identify_s) == pytest.approx((10, 15, 15))
    assert (drone.alarm_s, drone.first_alarm_range_m) == (13.0, 3_000.0 - 13 * 50.0)
    assert found.alarm_prob == 1.0
    assert found.alarm_low_prob == pytest.approx(0.025)
    assert found.class_table == {"multirotor": {"other": 3, "fixed_wing_uas": 2, "multirotor": 5}}
    assert found.class_right_ratio == 0.5
    first = found.by_range[-1]
    assert (first.from_m, first.held_prob) == (2_000.0, pytest.approx(10 / 19))  # from 1 s on


def test_a_picture_that_is_two_seconds_late_is_found_out_to_be():
    found = dti(approach(["multirotor"] * 12, late_s=2.0))
    assert found.latency_s.q50 == pytest.approx(2.0)
    assert found.error_2d_m.q95 == found.error_3d_m.q50 == pytest.approx(100.0)


def test_a_bird_called_a_drone_is_a_false_alarm_an_hour_and_a_broken_track_a_fragment():
    truth = truth_of(
        {"bird": [(t, 9_000.0) for t in range(1801)], "d": [(t, 0.0) for t in range(1801)]}
    )
    truth.classes = ["bird", "multirotor"]
    rows = [(t, 5, 9_000.0) for t in range(1801)]
    rows += [(t, 6 if t < 900 else 7, 0.0) for t in range(1801)]
    tracks = tracks_of(rows)
    tracks.object_class = ["bird"] * len(rows)
    tracks.object_class[0] = "multirotor"  # of track 5, for a second
    found = dti(Run(truth, tracks, 100.0))
    assert tracks.track_id[0] == 5
    assert (found.false_alarms, found.false_alarms_per_h) == (1, pytest.approx(2.0))
    assert found.fragments_mean == 2.0
    assert found.alarm_prob == 0.0
    assert found.first_alarm_range_min_m is None


def test_an_accused_track_is_an_alarm_whatever_its_class():
    tracks = tracks_of([(0, 1, 0.0), (1, 1, 0.0)])
    tracks.identity = ["SUSPECT", "UNKNOWN"]
    assert declared(tracks).tolist() == [True, False]


def test_a_spread_of_nothing_is_nothing():
    assert spread([None, float("nan")]).q50 is None
    assert spread(np.arange(101.0)).q95 == 95.0


def test_a_run_without_drones_has_no_probability_of_alarm():
    truth = truth_of({"b": [(t, 0.0) for t in range(5)]})
    truth.classes = ["bird"]
    found = dti(Run(truth, tracks_of([]), 100.0))
    assert (found.drones, found.alarm_prob, found.by_range) == (0, None, [])
