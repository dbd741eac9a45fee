"""A sensor's false plots and its detection probability are learnt from what it says."""

import numpy as np
import pytest

from vedette import tracking
from vedette.evaluation.gospa import gospa
from vedette.tracking.learning import clutter_per_scan

NS = 1_000_000_000
RADIUS_M, DEPTH_M, SIGMA_M, TARGETS, SCANS = 4_000.0, 1_000.0, 10.0, 20, 30


def in_disc(rng, count, radius_m):
    reach, azimuth = radius_m * np.sqrt(rng.random(count)), rng.uniform(0.0, 2.0 * np.pi, count)
    up = rng.uniform(0.0, DEPTH_M, count)
    return np.column_stack([reach * np.sin(azimuth), reach * np.cos(azimuth), up])


def watch(seed, *, clutter, stated_clutter, detection=0.9, stated_detection=0.9, learns=True):
    """Track straight flights for SCANS seconds; give the tracker and the RMS GOSPA (c = 50 m)."""
    rng = np.random.default_rng(seed)
    place, way = in_disc(rng, TARGETS, 0.7 * RADIUS_M), rng.uniform(0.0, 2.0 * np.pi, TARGETS)
    velocity = 20.0 * np.column_stack([np.sin(way), np.cos(way), np.zeros(TARGETS)])
    sensor = tracking.position_sensor(
        detection_prob=stated_detection,
        clutter_per_scan=stated_clutter,
        radius_m=RADIUS_M,
        depth_m=DEPTH_M,
    )
    state = tracking.open_tracker([sensor], tracking.Settings(learns=learns))
    squares = []
    for k in range(1, SCANS + 1):
        place = place + velocity
        seen = place[rng.random(TARGETS) < detection]
        noise, false = rng.normal(0.0, SIGMA_M, seen.shape), rng.poisson(clutter)
        plots = rng.permutation(np.vstack([seen + noise, in_disc(rng, false, RADIUS_M)]))
        batch = tracking.position_batch(0, float(k), plots, SIGMA_M)
        tracking.advance(state, [batch], [], k * NS)
        found = state.table.state_enu[: state.table.count, :3]
        distance = np.sqrt(((place[:, None] - found[None]) ** 2).sum(axis=2))
        squares.append(gospa(distance, 50.0).distance_m ** 2)
    return state, float(np.sqrt(np.mean(squares)))


@pytest.mark.parametrize(
    ("stated_clutter", "stated_detection"), [(30, 0.9), (750, 0.9), (150, 0.18)]
)
def test_a_site_file_wrong_by_a_factor_of_five_costs_less_than_a_tenth(
    stated_clutter, stated_detection
):
    right, wrong = [], []
    for seed in range(2):
        right.append(watch(seed, clutter=150, stated_clutter=150)[1])
        told = {"stated_clutter": stated_clutter, "stated_detection": stated_detection}
        wrong.append(watch(seed, clutter=150, **told)[1])
    assert np.mean(wrong) < 1.1 * np.mean(right)


def test_detection_probability_and_false_plots_are_found():
    state, _ = watch(7, clutter=150, stated_clutter=30, detection=0.75, stated_detection=0.9)
    assert clutter_per_scan(state.learning, state.models[0]) == pytest.approx(150, rel=0.1)
    assert state.models[0].detection_prob == pytest.approx(0.75, abs=0.06)


def test_the_callers_sensor_models_stay_as_they_were():
    sensor = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=5.0, radius_m=1_000.0)
    state = tracking.open_tracker([sensor])
    for k in range(1, 12):
        batch = tracking.position_batch(0, float(k), [[10.0 * k, 0.0, 50.0]], 10.0)
        tracking.advance(state, [batch], [], k * NS)
    assert sensor.detection_prob == 0.9
    assert state.models[0].detection_prob > 0.9


def test_without_learning_the_site_file_holds():
    state, _ = watch(3, clutter=150, stated_clutter=150, detection=0.6, learns=False)
    assert state.models[0].detection_prob == 0.9
    assert not state.learning.scans.any()


def test_a_scan_of_more_tracks_than_memory_holds_teaches_hits_and_misses_alike():
    rng = np.random.default_rng(5)
    east, north = np.meshgrid(np.arange(60) * 400.0, np.arange(60) * 400.0)
    place = np.column_stack([east.ravel(), north.ravel(), np.full(east.size, 500.0)]) - 12_000.0
    sensor = tracking.position_sensor(
        detection_prob=0.5, clutter_per_scan=10.0, radius_m=20_000.0, depth_m=DEPTH_M
    )
    state = tracking.open_tracker([sensor])
    for k in range(1, 15):
        seen = place[rng.random(len(place)) < 0.9]
        plots = seen + rng.normal(0.0, SIGMA_M, seen.shape)
        batch = tracking.position_batch(0, float(k), plots, SIGMA_M)
        tracking.advance(state, [batch], [], k * NS)
    assert state.table.count > 3_500
    assert abs(state.models[0].detection_prob - 0.9) < 0.02
