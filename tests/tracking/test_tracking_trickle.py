"""A sensor whose plots come one by one, spread over its scan, and not as frames."""

import numpy as np
import pytest

from vedette import tracking

NS = 1_000_000_000
STEPS_A_SCAN = 20
TARGETS = 40


def test_plots_that_trickle_in_make_a_track_of_every_target() -> None:
    rng = np.random.default_rng(0)
    radar = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=80, radius_m=20_000.0)
    tracker = tracking.open_tracker([radar])
    start = np.column_stack(
        [
            np.repeat(np.arange(8), 5) * 2_000.0 - 7_000.0,
            np.tile(np.arange(5), 8) * 2_000.0 - 4_000.0,
            rng.uniform(100, 2_000, TARGETS),
        ]
    )
    velocity = rng.uniform(-30, 30, (TARGETS, 3)) * [1, 1, 0]
    for step in range(1, 20 * STEPS_A_SCAN + 1):
        t_s = step / STEPS_A_SCAN
        seen = np.arange(TARGETS) % STEPS_A_SCAN == step % STEPS_A_SCAN
        plots = (start + t_s * velocity)[seen] + rng.normal(0, 15, (int(seen.sum()), 3))
        clutter = rng.uniform([-15e3, -15e3, 0], [15e3, 15e3, 2e3], (4, 3))
        times_s = t_s - rng.uniform(0, 1 / STEPS_A_SCAN, len(plots) + 4)
        batch = tracking.position_batch(0, times_s, np.vstack([plots, clutter]), 15.0)
        tracking.advance(tracker, [batch], [], now_ns=round(t_s * NS))
    table = tracker.table
    truth = start + t_s * velocity
    gaps = np.linalg.norm(table.state_enu[: table.count, None, :2] - truth[None, :, :2], axis=2)
    assert int(np.sum(gaps.min(axis=0) < 100.0)) >= TARGETS - 1
    assert int(np.sum(gaps.min(axis=1) > 300.0)) <= 1


@pytest.mark.parametrize("rotating", [False, True])
@pytest.mark.parametrize("rate_hz", [1, 2, 4, 10, 20])
def test_a_radar_that_looks_more_often_than_it_is_said_to_makes_a_track(
    rate_hz: int, rotating: bool
) -> None:
    rng = np.random.default_rng(rate_hz)
    radar = tracking.polar_sensor(
        position_enu_m=np.zeros(3), range_max_m=20_000.0, detection_prob=0.9, clutter_per_scan=1.0,
        scan_period_s=1.0, rotating=rotating,
    )  # fmt: skip
    tracker = tracking.open_tracker([radar])
    confirmed_s = np.inf
    for k in range(1, 15 * rate_hz + 1):
        t_s = k / rate_hz
        east, north, up = 500.0, 8_000.0 - 40.0 * t_s, 300.0
        r = np.sqrt(east**2 + north**2 + up**2)
        z = np.array([r, np.arctan2(east, north), np.arcsin(up / r), np.nan])
        sigma = np.array([20.0, 0.005, 0.009, 1.0])
        batch = tracking.polar_batch(0, t_s, [z + sigma * rng.normal(size=4)], sigma)
        tracking.advance(tracker, [batch], [], now_ns=round(t_s * NS))
        if tracker.table.count:
            confirmed_s = min(confirmed_s, t_s)
    assert confirmed_s <= 6.0
    assert tracker.table.count == 1
