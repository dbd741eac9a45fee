"""Single plots kept as plots: the same tracks as with full states, and a bounded crowd."""

import numpy as np
import pytest

from vedette import tracking
from vedette.model.events import TrackLimitReached
from vedette.tracking import TrackerState
from vedette.tracking.singles import bound_singles

NS = 1_000_000_000


def _two_sensors(full_prob: float) -> TrackerState:
    radar = tracking.polar_sensor(
        position_enu_m=[0, 0, 0], range_max_m=6_000.0, detection_prob=0.9, clutter_per_scan=20.0,
        scan_period_s=2.0,
    )  # fmt: skip
    places = tracking.position_sensor(detection_prob=0.8, clutter_per_scan=20.0, radius_m=6_000.0)
    return tracking.open_tracker([radar, places], tracking.Settings(full_prob=full_prob))


def _play(state: TrackerState, scans: int) -> list[np.ndarray]:
    rng = np.random.default_rng(5)
    place = rng.uniform([-4e3, -4e3, 200], [4e3, 4e3, 900], (6, 3))
    velocity = rng.uniform(-40, 40, (6, 3)) * [1, 1, 0]
    pictures = []
    for k in range(1, scans):
        now = place + k * velocity
        seen = now[rng.random(6) < 0.85] + rng.normal(0, 15, 3)
        false = rng.uniform([-5e3, -5e3, 0], [5e3, 5e3, 3e3], (20, 3))
        plots = np.vstack([seen, false])
        batch = tracking.position_batch(1, float(k), plots, 15.0)
        if k % 2:
            ground = np.hypot(plots[:, 0], plots[:, 1])
            polar = np.column_stack([
                np.hypot(ground, plots[:, 2]), np.arctan2(plots[:, 0], plots[:, 1]) % (2 * np.pi),
                np.arctan2(plots[:, 2], ground),
            ])  # fmt: skip
            batch = tracking.polar_batch(0, float(k), polar, [20.0, 0.005, 0.005])
        tracking.advance(state, [batch], [], k * NS)
        pictures.append(state.table.state_enu[: state.table.count].copy())
    return pictures


def test_tracks_are_the_same_whether_single_plots_are_kept_as_plots_or_as_full_states() -> None:
    as_plots, as_states = _two_sensors(0.1), _two_sensors(0.0)
    pictures = [_play(state, 25) for state in (as_plots, as_states)]
    assert as_plots.singles.count > 10
    assert as_states.singles.count == 0
    assert as_plots.bank.count < as_states.bank.count - 10
    assert len(pictures[0][-1]) == 6
    for one, other in zip(*pictures, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-6)


def test_existence_of_a_single_plot_is_what_a_full_state_would_have() -> None:
    as_plots, as_states = _two_sensors(0.1), _two_sensors(0.0)
    for state in (as_plots, as_states):
        _play(state, 12)
    singles, bank = as_plots.singles, as_states.bank
    full = dict(zip(bank.serial[: bank.count], bank.existence[: bank.count], strict=True))
    assert singles.count > 10
    for serial, existence in zip(
        singles.serial[: singles.count], singles.existence[: singles.count], strict=True
    ):
        assert existence == pytest.approx(full[serial], rel=1e-9)


def _flood(state: TrackerState, flooding: bool) -> list[int]:
    """Give the single plots of the calm sensor after each scan."""
    rng, kept = np.random.default_rng(3), []
    for k in range(1, 7):
        calm = tracking.position_batch(1, float(k), rng.uniform(-5e3, 5e3, (20, 3)), 15.0)
        batches = [calm]
        if flooding:
            z = np.random.default_rng(k).uniform([100, 0, 0], [6e3, 6.28, 0.5], (900, 3))
            batches.append(tracking.polar_batch(0, float(k), z, [20.0, 0.005, 0.005]))
        tracking.advance(state, batches, [], k * NS)
        singles = state.singles
        kept.append(int(np.count_nonzero(singles.sensor[: singles.count] == 1)))
    return kept


def test_a_flood_from_one_sensor_displaces_no_single_plot_of_another() -> None:
    calm, flooded = _two_sensors(0.1), _two_sensors(0.1)
    flooded.tentative_max = 300
    alone, beside = _flood(calm, flooding=False), _flood(flooded, flooding=True)
    assert flooded.singles.count <= 300
    # What the flood hits by chance becomes a full track; nothing else is gone.
    assert min(np.array(beside) - 0.7 * np.array(alone)) >= 0


def test_the_loudest_sensor_gives_up_its_least_likely_plots_first() -> None:
    state = _two_sensors(0.1)
    state.tentative_max = 50
    rng = np.random.default_rng(1)
    z = rng.uniform([100, 0, 0], [6e3, 6.28, 0.5], (80, 3))
    batches = [
        tracking.polar_batch(0, 1.0, z, [20.0, 0.005, 0.005]),
        tracking.position_batch(1, 1.0, rng.uniform(-5e3, 5e3, (10, 3)), 15.0),
    ]
    _, events = tracking.advance(state, batches, [], NS)
    singles = state.singles
    counts = np.bincount(singles.sensor[: singles.count], minlength=2)
    assert counts[0] + counts[1] <= 50
    assert counts[1] >= 8
    assert sum(isinstance(event, TrackLimitReached) for event in events) == 1
    before = np.sort(singles.existence[: singles.count][singles.sensor[: singles.count] == 0])
    assert bound_singles(singles, 30)
    after = singles.existence[: singles.count][singles.sensor[: singles.count] == 0]
    assert after.min() >= before[len(before) - len(after)]
