"""What a sensor cannot see says nothing when it is not seen: masks, horizon, blind speed."""

import math

import numpy as np
import pytest

from vedette import tracking
from vedette.base.constants import NS_PER_S
from vedette.kernels.visibility import least_up, mask_at
from vedette.model.reports import SensorStatus, View
from vedette.tracking import TrackerState, advance

SIGMAS = [20.0, 0.004, 0.006, 1.0]
OPEN = np.zeros((0, 2))


def test_the_radio_horizon_is_where_the_books_put_it() -> None:
    """4.12 (sqrt h1 + sqrt h2) km: 25 m and 100 m see each other at 61.8 km."""
    ground_m = 4.12e3 * (math.sqrt(25.0) + math.sqrt(100.0))
    over_ground = least_up(ground_m, 0.0, 25.0, OPEN) + 25.0 + ground_m**2 / (2 * 6.371e6)
    assert over_ground == pytest.approx(100.0, rel=0.02)
    assert least_up(10_000.0, 0.0, 25.0, OPEN) == -math.inf


def test_a_mask_is_linear_between_its_points_and_round_north() -> None:
    mask = np.radians([[10.0, 2.0], [90.0, 4.0], [350.0, 0.0]])
    assert mask_at(mask, math.radians(50.0)) == pytest.approx(math.radians(3.0))
    assert mask_at(mask, 0.0) == pytest.approx(math.radians(1.0))
    assert mask_at(mask[:1], 3.0) == pytest.approx(math.radians(2.0))


def play(
    seen_until_s: int,
    until_s: int,
    way: np.ndarray,
    start: np.ndarray,
    view: View | None = None,
    **sensor: object,
) -> tuple[TrackerState, float]:
    """See one target until a time and others for ever; returns its existence at the end.

    view: where the sensor says it looks from that time on.
    """
    radar = tracking.polar_sensor(
        position_enu_m=[0.0, 0.0, 10.0], range_max_m=20_000.0, detection_prob=0.9,
        clutter_per_scan=0.3, **sensor,  # type: ignore[arg-type]
    )  # fmt: skip
    state, rng = tracking.open_tracker([radar]), np.random.default_rng(1)
    for t_s in range(until_s):
        rows = []
        far = np.array([9_000.0, -9_000.0 + 60.0 * t_s, 2_500.0])
        for place, velocity in ((start + way * t_s, way), (far, np.array([0.0, 60.0, 0.0]))):
            if place is not far and t_s >= seen_until_s:
                continue
            gap = place - [0.0, 0.0, 10.0]
            ground, rho = math.hypot(gap[0], gap[1]), float(np.linalg.norm(gap))
            z = [rho, math.atan2(gap[0], gap[1]), math.atan2(gap[2], ground), gap @ velocity / rho]
            rows.append(np.array(z) + rng.normal(0.0, SIGMAS))
        plots = np.array(rows)
        plots[:, 1] %= 2 * math.pi
        said = [] if view is None or t_s < seen_until_s else [looking(state, view, t_s)]
        advance(state, [tracking.polar_batch(0, t_s, plots, SIGMAS)], said, t_s * NS_PER_S)
    bank = state.bank
    near = np.hypot(*(bank.x[: bank.count, 0, :2] - (start + way * seen_until_s)[:2]).T) < 1_500.0
    return state, float(bank.existence[: bank.count][near].max(initial=0.0))


def looking(state: TrackerState, view: View, t_s: int) -> SensorStatus:
    t_ns = t_s * NS_PER_S
    return SensorStatus(
        sensor=state.models[0].sensor_id,
        t_meas_ns=t_ns,
        t_recv_ns=t_ns,
        kind="heartbeat",
        view=view,
    )


@pytest.mark.parametrize(("azimuth_deg", "is_missed"), [(34.0, True), (135.0, False)])
def test_what_a_pointed_sensor_does_not_look_at_is_not_missed(
    azimuth_deg: float, is_missed: bool
) -> None:
    middle = math.radians(azimuth_deg)
    view = View(
        azimuth_from_rad=middle - 0.2,
        azimuth_to_rad=middle + 0.2,
        elevation_min_rad=-0.1,
        elevation_max_rad=0.5,
    )
    _, existence = play(25, 33, *HOVER, view=view)
    assert existence < 0.1 if is_missed else existence > 0.5


HOVER = (np.zeros(3), np.array([2_000.0, 3_000.0, 200.0]))


def test_a_hovering_drone_in_a_radar_s_blind_speed_decays_slower() -> None:
    _, plain = play(25, 33, *HOVER)
    _, blind = play(25, 33, *HOVER, blind_speed_mps=5.0)
    assert plain < 0.1
    assert blind > 0.5


def test_blind_speed_excuses_nothing_that_moves() -> None:
    away = (np.array([20.0, 30.0, 0.0]), np.array([2_000.0, 3_000.0, 200.0]))
    _, plain = play(25, 31, *away)
    _, blind = play(25, 31, *away, blind_speed_mps=5.0)
    assert blind == pytest.approx(plain, abs=0.1)


def test_a_miss_behind_a_hill_or_below_the_horizon_says_nothing() -> None:
    low = (np.array([5.0, -3.0, 0.0]), np.array([4_000.0, 6_000.0, 60.0]))
    _, open_air = play(25, 33, *low)
    _, behind = play(25, 33, *low, mask_rad=np.radians([[0.0, 3.0]]))
    assert open_air < 0.1
    assert behind > 0.5
    far = (np.array([5.0, -3.0, 0.0]), np.array([10_000.0, 15_000.0, 5.0]))
    _, no_horizon = play(25, 33, *far)
    _, horizon = play(25, 33, *far, antenna_agl_m=4.0)
    assert horizon > no_horizon + 0.1
