"""However long it runs, the tracker's tables stay as large as the air they watch."""

from dataclasses import fields

import numpy as np
import pytest

from vedette import tracking
from vedette.record.state import encode_state
from vedette.tracking import TrackerState

NS = 1_000_000_000
SCAN_S = 4.0


def _sizes(state: TrackerState) -> list[int]:
    """Give the capacity of every table, in bytes."""
    return [
        sum(c.nbytes for f in fields(t) if isinstance(c := getattr(t, f.name), np.ndarray))
        for t in (state.bank, state.singles, state.table)
    ]


def _watch(hours: float) -> tuple[list[list[int]], list[int]]:
    """Fly four targets to and fro in clutter; gives sizes of tables and of the saved state."""
    rng = np.random.default_rng(4)
    radar = tracking.position_sensor(
        detection_prob=0.9, clutter_per_scan=30.0, radius_m=20_000.0, scan_period_s=SCAN_S
    )
    state = tracking.open_tracker([radar])
    sizes, saved = [], []
    steps = round(hours * 3_600.0 / SCAN_S)
    start = rng.uniform(-8e3, 8e3, (4, 2))
    for k in range(1, steps):
        t_s = k * SCAN_S
        swing = 3e3 * np.sin(t_s / 90.0 + np.arange(4))
        place = np.column_stack([start[:, 0] + swing, start[:, 1], np.full(4, 400.0)])
        seen = place[rng.random(4) < 0.9]
        false = rng.uniform([-15e3, -15e3, 0], [15e3, 15e3, 5e3], (rng.poisson(30), 3))
        z = np.vstack([seen + rng.normal(0, 15, seen.shape), false])
        batch = tracking.position_batch(0, t_s, z, 15.0)
        tracking.advance(state, [batch], [], round(t_s * NS))
        if k % (steps // 4) == 0:
            sizes.append(_sizes(state))
            saved.append(len(encode_state(state)))
    return sizes, saved


def _check(hours: float) -> None:
    sizes, saved = _watch(hours)
    assert sizes[-1] == sizes[0]
    assert saved[-1] < 1.2 * saved[0]


def test_half_an_hour_leaves_the_tables_as_large_as_they_were() -> None:
    _check(0.5)


@pytest.mark.slow
def test_a_day_leaves_the_tables_as_large_as_they_were() -> None:
    _check(24.0)
