"""Tracks begun by bearings and ranges together: no ghosts, honest heights, no false ranges."""

import math

import numpy as np
import pytest

from vedette import tracking
from vedette.base.constants import NS_PER_S
from vedette.model.measurements import SensorModel
from vedette.tracking import TrackerState, advance

PLACES = [[-5_000.0, -2_000.0, 10.0], [5_000.0, -2_000.0, 20.0], [500.0, 9_500.0, 15.0],
          [-6_000.0, 7_000.0, 5.0]]  # fmt: skip
BEARING_SIGMA_RAD, RANGE_SIGMA_M = math.radians(0.5), 15.0


def finder(place: list[float], detection_prob: float = 0.9) -> SensorModel:
    return tracking.polar_sensor(
        position_enu_m=place, range_max_m=15_000.0, detection_prob=detection_prob,
        clutter_per_scan=0.1, bearing_only=True, sensor_id=f"finder{place[0]:.0f}",
    )  # fmt: skip


def ranger(place: list[float]) -> SensorModel:
    return tracking.polar_sensor(
        position_enu_m=place, range_max_m=20_000.0, detection_prob=0.9, clutter_per_scan=0.1,
        range_only=True, sensor_id=f"ranger{place[0]:.0f}",
    )  # fmt: skip


def watch(
    state: TrackerState, targets: list[tuple[np.ndarray, np.ndarray]], seed: int, until_s: int,
    elevation: bool = False,
) -> np.ndarray:  # fmt: skip
    """Let every sensor see every target once a second, each at its own time; returns truths."""
    rng = np.random.default_rng(seed)
    for t_s in range(until_s):
        batches = []
        for model in state.models:
            at_s = t_s + 0.2 * model.index
            rows = []
            for start, way in targets:
                gap = start + way * at_s - model.position_enu_m
                ground = math.hypot(gap[0], gap[1])
                range_m = math.hypot(ground, gap[2]) + rng.normal(0.0, RANGE_SIGMA_M)
                azimuth = math.atan2(gap[0], gap[1]) + rng.normal(0.0, BEARING_SIGMA_RAD)
                up = math.atan2(gap[2], ground) + rng.normal(0.0, BEARING_SIGMA_RAD)
                if rng.random() < model.detection_prob:
                    line = [range_m, np.nan, np.nan]
                    if model.observes_azimuth:
                        line = [np.nan, azimuth % (2 * math.pi), up if elevation else np.nan]
                    rows.append(line)
            if rows:
                sigma = [RANGE_SIGMA_M, BEARING_SIGMA_RAD, BEARING_SIGMA_RAD]
                order = rng.permutation(len(rows))
                z = np.array(rows)[order]
                batches.append(tracking.polar_batch(model.index, at_s, z, sigma))
        advance(state, batches, [], (t_s + 1) * NS_PER_S - 1)
    return np.array([start + way * until_s for start, way in targets])


WEST = (np.array([-1_500.0, 6_000.0, 300.0]), np.array([10.0, -40.0, 0.0]))
EAST = (np.array([2_000.0, 5_000.0, 250.0]), np.array([-15.0, -30.0, 0.0]))


def offsets(state: TrackerState, truths: np.ndarray) -> list[float]:
    places = state.table.state_enu[: state.table.count, :2]
    return [float(np.hypot(*(truths[:, :2] - place).T).min()) for place in places]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_two_targets_and_two_finders_confirm_no_ghost(seed: int) -> None:
    """Misses too: when each finder misses another target, one crossing alone is left, a ghost."""
    state = tracking.open_tracker([finder(place, 0.8) for place in PLACES[:2]])
    truths = watch(state, [WEST, EAST], seed, 40)
    assert all(off < 500.0 for off in offsets(state, truths))


@pytest.mark.parametrize("seed", [1, 2])
def test_two_targets_and_three_finders_are_two_tracks(seed: int) -> None:
    state = tracking.open_tracker([finder(place) for place in PLACES[:3]])
    truths = watch(state, [WEST, EAST], seed, 40)
    assert state.table.count == 2
    assert max(offsets(state, truths)) < 250.0
    places = state.table.state_enu[:2, :2]
    assert np.hypot(*(places[0] - places[1])) > 1_000.0


def test_three_targets_and_four_finders_are_three_tracks() -> None:
    north = (np.array([-500.0, 8_000.0, 200.0]), np.array([25.0, 5.0, 0.0]))
    state = tracking.open_tracker([finder(place) for place in PLACES])
    truths = watch(state, [WEST, EAST, north], 4, 40)
    assert state.table.count == 3
    assert max(offsets(state, truths)) < 300.0


def test_bearings_without_elevation_leave_height_wide() -> None:
    for elevation in (False, True):
        state = tracking.open_tracker([finder(place) for place in PLACES[:3]])
        truths = watch(state, [WEST], 5, 40, elevation)
        assert state.table.count == 1
        sigma = math.sqrt(state.table.cov_enu[0, 2, 2])
        assert state.table.height_observed[0] == elevation
        assert abs(state.table.state_enu[0, 2] - truths[0, 2]) < 3.5 * sigma
        assert sigma < 80.0 if elevation else sigma > 300.0


def test_one_finder_alone_begins_nothing() -> None:
    state = tracking.open_tracker([finder(PLACES[0], 1.0)])
    watch(state, [WEST], 6, 60, True)
    assert state.bank.count == 0


def test_one_finder_that_is_left_alone_gives_no_confident_wrong_range() -> None:
    """Three finders begin the track; one goes on while the target turns towards it."""
    state = tracking.open_tracker([finder(place, 1.0) for place in PLACES[:3]])
    truths = watch(state, [WEST], 7, 30)
    model, rng = state.models[0], np.random.default_rng(7)
    place, way = truths[0].copy(), np.array([-32.0, -26.0, 0.0])
    for t_s in range(30, 75):
        gap = place - model.position_enu_m
        azimuth = math.atan2(gap[0], gap[1]) + rng.normal(0.0, BEARING_SIGMA_RAD)
        batch = tracking.polar_batch(0, t_s, [[np.nan, azimuth % 6.283185307]], BEARING_SIGMA_RAD)
        advance(state, [batch], [], t_s * NS_PER_S)
        place = place + way
        if state.table.count:
            error = state.table.state_enu[0, :2] - (place - way)[:2]
            cov = state.table.cov_enu[0, :2, :2]
            assert error @ np.linalg.solve(cov, error) < 25.0


@pytest.mark.parametrize("rangers", [3, 4])
def test_ranges_that_agree_begin_a_track_where_the_target_is(rangers: int) -> None:
    state = tracking.open_tracker([ranger(place) for place in PLACES[:rangers]])
    truths = watch(state, [EAST], 8, 40)
    assert state.table.count == 1
    assert max(offsets(state, truths)) < 80.0
    sigma = math.sqrt(state.table.cov_enu[0, 2, 2])
    assert abs(state.table.state_enu[0, 2] - truths[0, 2]) < 3.5 * sigma
    assert sigma > 2.0 * RANGE_SIGMA_M  # stations on the ground see height at a slant


def test_two_ranges_begin_nothing_and_never_guess_between_two_places() -> None:
    state = tracking.open_tracker([ranger(place) for place in PLACES[:2]])
    watch(state, [EAST], 9, 40)
    assert state.table.count == 0


def test_ranges_refine_a_radar_s_track() -> None:
    sigmas = []
    for help_m in (False, True):
        radar = tracking.polar_sensor(
            position_enu_m=[0.0, 0.0, 0.0], range_max_m=20_000.0, detection_prob=0.9,
            clutter_per_scan=0.5,
        )  # fmt: skip
        state = tracking.open_tracker([radar, ranger(PLACES[1])])
        rng = np.random.default_rng(10)
        for t_s in range(30):
            place = EAST[0] + EAST[1] * t_s
            ground = math.hypot(place[0], place[1])
            z = [math.hypot(ground, place[2]), math.atan2(place[0], place[1]),
                 math.atan2(place[2], ground)]  # fmt: skip
            z = z + rng.normal(0.0, 1.0, 3) * [20.0, 0.02, 0.02]
            batches = [tracking.polar_batch(0, t_s, [z], [20.0, 0.02, 0.02])]
            if help_m:
                gap = place - PLACES[1]
                r = float(np.linalg.norm(gap)) + rng.normal(0.0, RANGE_SIGMA_M)
                batches.append(tracking.polar_batch(1, t_s, [[r]], RANGE_SIGMA_M))
            advance(state, batches, [], t_s * NS_PER_S)
        assert state.table.count == 1
        sigmas.append(np.sqrt(state.table.cov_enu[0, 0, 0] + state.table.cov_enu[0, 1, 1]))
    assert sigmas[1] < 0.7 * sigmas[0]
