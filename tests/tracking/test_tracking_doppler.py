"""Range rates known modulo an interval: folded, never believed at the wrong multiple."""

import math

import numpy as np
import pytest

from vedette import tracking
from vedette.base.constants import NS_PER_S
from vedette.tracking import TrackerState, advance

SIGMAS = [20.0, 0.005, 0.01, 0.5]
PLACE = np.array([0.0, 0.0, 10.0])


def play(
    ambiguity_mps: float, start: np.ndarray, way: np.ndarray, seed: int, doppler: bool = True
) -> tuple[TrackerState, np.ndarray]:
    radar = tracking.polar_sensor(
        position_enu_m=PLACE, range_max_m=40_000.0, detection_prob=0.9, clutter_per_scan=3.0,
        range_rate_ambiguity_mps=ambiguity_mps,
    )  # fmt: skip
    state, rng = tracking.open_tracker([radar]), np.random.default_rng(seed)
    for t_s in range(80):
        gap = start + way * t_s - PLACE
        ground, rho = math.hypot(gap[0], gap[1]), float(np.linalg.norm(gap))
        z = [rho, math.atan2(gap[0], gap[1]), math.atan2(gap[2], ground), gap @ way / rho]
        rows = [np.array(z) + rng.normal(0.0, SIGMAS)] if rng.random() < 0.9 else []
        for _ in range(rng.poisson(3.0)):
            rows.append(rng.uniform([100, 0, 0, -90], [40_000, 2 * math.pi, 1.0, 90]))
        if not rows:
            continue
        plots = np.array(rows)
        plots[:, 1] %= 2 * math.pi
        if math.isfinite(ambiguity_mps):
            half = 0.5 * ambiguity_mps
            plots[:, 3] = (plots[:, 3] + half) % ambiguity_mps - half
        if not doppler:
            plots[:, 3] = np.nan
        advance(state, [tracking.polar_batch(0, t_s, plots, SIGMAS)], [], t_s * NS_PER_S)
    return state, np.array([*(start + way * 79), *way])


@pytest.mark.parametrize(
    ("start", "way"),
    [
        # Range rate from -190 to +190 m/s: through every fold of 30 m/s.
        ([-8_000.0, 2_500.0, 3_000.0], [200.0, 0.0, 0.0]),
        ([-1_500.0, 1_800.0, 400.0], [40.0, -5.0, 0.0]),
    ],
)
@pytest.mark.parametrize("ambiguity_mps", [30.0, 60.0])
def test_a_track_passes_through_every_folding(
    start: list[float], way: list[float], ambiguity_mps: float
) -> None:
    state, truth = play(ambiguity_mps, np.array(start), np.array(way), 1)
    table = state.table
    assert table.count == 1
    assert table.track_id[0] == 1
    error = table.state_enu[0] - truth
    assert np.hypot(*error[3:5]) < 12.0
    assert error @ np.linalg.solve(table.cov_enu[0], error) < 30.0


def test_folded_rates_are_worth_nearly_what_plain_ones_are() -> None:
    start, way = np.array([-4_000.0, 9_000.0, 500.0]), np.array([30.0, -60.0, 0.0])
    sigma = {}
    for name, ambiguity_mps, doppler in (
        ("plain", math.inf, True), ("folded", 40.0, True), ("none", math.inf, False),
    ):  # fmt: skip
        state, _ = play(ambiguity_mps, start, way, 2, doppler)
        assert state.table.count == 1
        sigma[name] = float(np.sqrt(np.trace(state.table.cov_enu[0, 3:5, 3:5])))
    assert sigma["folded"] < 1.3 * sigma["plain"]
    assert sigma["folded"] < 0.9 * sigma["none"]
