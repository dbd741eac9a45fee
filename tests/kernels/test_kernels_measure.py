"""Measurement functions: gradients by differences, updates against the textbook's matrices."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette.kernels.measure import COMPONENTS, ENU, POLAR, observe, update

SENSOR = np.array([120.0, -40.0, 15.0])
COORDINATE = st.floats(-20_000.0, 20_000.0)
SPEED = st.floats(-300.0, 300.0)


def _turned(angle: float) -> np.ndarray:
    c, s = math.cos(angle), math.sin(angle)
    tilt = np.array([[1, 0, 0], [0, c, -s], [0, s, c]])
    return np.ascontiguousarray(np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]]) @ tilt)


@settings(deadline=None)
@given(COORDINATE, COORDINATE, st.floats(50.0, 9_000.0), SPEED, SPEED, SPEED, st.floats(-0.1, 0.1))
def test_every_gradient_is_the_slope_of_its_measurement(
    e: float, n: float, u: float, ve: float, vn: float, vu: float, angle: float
) -> None:
    if math.hypot(e - SENSOR[0], n - SENSOR[1]) < 200.0:
        return
    x, axes = np.array([e, n, u, ve, vn, vu]), _turned(angle)
    gradient, unused, step = np.zeros(6), np.zeros(6), 1e-2
    for kind in (POLAR, ENU):
        for component in range(COMPONENTS):
            if kind == ENU and component == 3:
                continue
            observe(kind, component, x, SENSOR, axes, gradient)
            for a in range(6):
                shift = np.zeros(6)
                shift[a] = step
                above = observe(kind, component, x + shift, SENSOR, axes, unused)
                below = observe(kind, component, x - shift, SENSOR, axes, unused)
                change = above - below
                if component == 1 and kind == POLAR:
                    change = (change + math.pi) % (2 * math.pi) - math.pi
                assert change / (2 * step) == pytest.approx(gradient[a], abs=2e-6)


def _textbook(kind: int, x: np.ndarray, P: np.ndarray, z: np.ndarray, R: np.ndarray) -> tuple:
    used = [c for c in range(8) if not math.isnan(z[c])]
    H, h = np.zeros((len(used), 6)), np.zeros(len(used))
    for row, c in enumerate(used):
        h[row] = observe(kind, c, x, SENSOR, np.eye(3), H[row])
    innovation = z[used] - h
    for row, c in enumerate(used):
        if kind == POLAR and c == 1:
            innovation[row] = (innovation[row] + math.pi) % (2 * math.pi) - math.pi
    S = H @ P @ H.T + np.diag(R[used])
    K = P @ H.T @ np.linalg.inv(S)
    d2 = innovation @ np.linalg.solve(S, innovation)
    log_likelihood = -0.5 * (d2 + np.linalg.slogdet(2 * math.pi * S)[1])
    return x + K @ innovation, P - K @ S @ K.T, log_likelihood, d2


@pytest.mark.parametrize("present", [[0, 1, 2, 3], [0, 1], [1], [1, 2], [0], [0, 1, 3, 4], [5, 6]])
@pytest.mark.parametrize("kind", [POLAR, ENU])
def test_one_component_after_the_other_equals_the_joint_update(
    kind: int, present: list[int]
) -> None:
    rng = np.random.default_rng(3)
    A = rng.normal(size=(6, 6)) * np.array([30, 30, 30, 5, 5, 5])[:, None]
    x, P = np.array([-4_000.0, 50.0, 300.0, 40.0, -20.0, 1.0]), A @ A.T
    if kind == ENU:
        present = [c for c in present if c != 3]
    z, R = np.full(8, np.nan), np.array([25.0, 0.005, 0.009, 1.0, 80.0, 2.0, 2.0, 2.0]) ** 2
    gradient = np.zeros(6)
    for c in present:
        z[c] = observe(kind, c, x + 3.0, SENSOR, np.eye(3), gradient)
    expected = _textbook(kind, x, P, z, R)
    x_new, P_new = x.copy(), P.copy()
    score, d2, used = update(kind, x_new, P_new, z, R, SENSOR, np.eye(3), 0.0, 0.0)
    np.testing.assert_allclose(x_new, expected[0], rtol=1e-9)
    np.testing.assert_allclose(P_new, expected[1], rtol=1e-6, atol=1e-6)
    assert (score, d2) == (pytest.approx(expected[2]), pytest.approx(expected[3]))
    assert used == len(present)


def test_nothing_to_compare_leaves_the_state_and_never_passes_a_gate() -> None:
    x, P = np.arange(6.0), np.eye(6)
    nothing = np.full(8, np.nan)
    score, d2, used = update(POLAR, x, P, nothing, nothing, SENSOR, np.eye(3), 0.0, 1.0)
    assert (score, d2, used) == (-math.inf, math.inf, 0)
    assert (x == np.arange(6.0)).all()
    assert (np.eye(6) == P).all()


def test_a_late_measurement_is_compared_with_where_the_target_was() -> None:
    x, P = np.array([1_000.0, 2_000.0, 100.0, 50.0, 0.0, 0.0]), np.diag([9.0] * 3 + [1.0] * 3)
    z, R = np.full(8, np.nan), np.full(8, 4.0)
    z[0] = 950.0  # one second ago, at 50 m/s
    _, d2, _ = update(ENU, x, P, z, R, SENSOR, np.eye(3), -1.0, 0.3)
    assert d2 == pytest.approx(0.0)
