"""Descriptions of flights: cases by hand, and what must not matter."""

import numpy as np
import pytest

from vedette.kernels.flight import FEATURES, LOOK, describe

NEAR = 8  # where the numbers of the middle scale begin


def looks_of(places: np.ndarray, step_s: float = 1.0) -> np.ndarray:
    """Make looks (1, K, LOOK) at places (K, 3)."""
    looks = np.zeros((1, len(places), LOOK))
    looks[0, :, 0] = step_s * np.arange(len(places))
    looks[0, :, 1:4] = places
    looks[0, :, 4:7] = np.gradient(places, step_s, axis=0)
    looks[0, :, 9] = 1.0
    return looks


def described(looks: np.ndarray, first: int = 0) -> np.ndarray:
    count = looks.shape[1]
    return describe(looks, np.array([first]), np.array([count]))[0]


def straight(count: int = 60, speed_mps: float = 20.0) -> np.ndarray:
    way = speed_mps * np.arange(float(count))
    return np.stack([way, 0.0 * way, 0.0 * way], axis=1)


def circle(radius_m: float = 80.0, rate_radps: float = 0.2, count: int = 60) -> np.ndarray:
    angle = rate_radps * np.arange(float(count))
    return radius_m * np.stack([np.sin(angle), np.cos(angle), 0.0 * angle], axis=1)


def test_a_straight_flight_has_its_speed_and_no_turn():
    out = described(looks_of(straight()))
    assert out[NEAR] == pytest.approx(20.0)
    assert out[NEAR + 1] == pytest.approx(0.0, abs=1e-4)
    assert out[NEAR + 4] == pytest.approx(0.0, abs=1e-6)
    assert out[24] == pytest.approx(1.0)  # as far as it flew
    assert np.allclose(out[29:33], 0.0, atol=1e-6)  # no place off the line


def test_a_circle_turns_at_its_rate_and_pulls_its_acceleration():
    out = described(looks_of(circle()))
    assert out[NEAR + 4] == pytest.approx(0.2, rel=0.05)
    assert out[NEAR + 5] == pytest.approx(0.2, rel=0.05)  # to one side
    assert out[NEAR + 7] == pytest.approx(16.0 * 0.2, rel=0.15)
    assert out[28] > 0.7  # all the way round


def test_the_wind_is_found_from_a_circle_that_drifts():
    places = circle(160.0, 0.1, 60)
    places[:, 0] += 5.0 * np.arange(60.0)
    out = described(looks_of(places))
    assert out[26] == pytest.approx(5.0, abs=1.0)
    assert out[25] == pytest.approx(16.0, abs=1.0)


def test_a_hover_stands_still():
    out = described(looks_of(np.zeros((30, 3))))
    assert out[37] == 1.0
    assert out[NEAR] == 0.0


def test_a_climb_is_a_climb():
    places = straight()
    places[:, 2] = 3.0 * np.arange(60.0)
    out = described(looks_of(places))
    assert out[38] == pytest.approx(3.0)
    assert out[41] == pytest.approx(177.0)


def test_where_the_ring_begins_does_not_matter():
    rng = np.random.default_rng(4)
    looks = looks_of(np.cumsum(rng.normal(size=(60, 3)) * 10.0, axis=0))
    rolled = np.roll(looks, 17, axis=1)
    assert np.allclose(described(looks), described(rolled, first=17))


def test_place_and_direction_do_not_matter():
    rng = np.random.default_rng(5)
    places = np.cumsum(rng.normal(size=(60, 3)) * 10.0, axis=0)
    moved = places[:, [1, 0, 2]] * [1.0, -1.0, 1.0] + [5_000.0, -3_000.0, 200.0]
    assert np.allclose(described(looks_of(places)), described(looks_of(moved)), rtol=1e-4)


def test_two_looks_are_not_described():
    assert np.isnan(describe(looks_of(straight(2)), np.array([0]), np.array([2]))).all()
    assert described(looks_of(straight(3))).shape == (FEATURES,)
