"""The scenes in which trackers are compared: truth and plots as arrays, NumPy alone.

N targets in a box 500 m deep with 1 km2 of ground a target (`base`) or a quarter of that (`dense`:
targets and false plots four times as close). They start at 10-40 m/s, level but for 2 m/s, and fly
with white acceleration of 0.5 m2/s3 on each axis (a Kalman filter told which plot is whose then
errs by 10.2 m); outside the box 2 m/s2 more bring them back, so the number of targets and their
density stay. One sensor sees them once a second with probability 0.9 and 10 m of error on each
axis, among three false plots a target, Poisson, uniform over the box.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SIGMA_M, DEPTH_M, DETECTION_PROB, FALSE_A_TARGET = 10.0, 500.0, 0.9, 3.0
ACCELERATION_Q = 0.5  # m2/s3, white acceleration on each axis
SPEED_SIGMA_MPS = 18.7  # on one horizontal axis: root of the mean square of 10-40 m/s, halved
CLIMB_SIGMA_MPS = 5.0  # 2 m/s at the start, 7 m/s after a hundred seconds of white acceleration
GROUND_M2 = {"base": 1.0e6, "dense": 0.25e6}  # a target
_BACK_MPS2 = 2.0
_SHOCK = np.array([[np.sqrt(1 / 3), 0.0], [np.sqrt(3) / 2, 0.5]])  # Cholesky of Q over one second


@dataclass(slots=True)
class Scene:
    """truth (K, N, 3): positions at each scan; plots: K arrays (M, 3); side_m: of the box."""

    truth: F64
    plots: list[F64]
    side_m: float

    @property
    def clutter_density(self) -> float:
        """Give the false plots a cubic metre."""
        return FALSE_A_TARGET * self.truth.shape[1] / (self.side_m**2 * DEPTH_M)


def make(name: str, targets: int, scans: int, seed: int) -> Scene:
    """Play a scene; the same arguments give the same scene."""
    rng = np.random.default_rng([seed, targets, sorted(GROUND_M2).index(name)])
    side = float(np.sqrt(GROUND_M2[name] * targets))
    low, high = np.zeros(3), np.array([side, side, DEPTH_M])
    place = rng.uniform(low, high, (targets, 3))
    way, speed = rng.uniform(0, 2 * np.pi, targets), rng.uniform(10, 40, targets)
    climb = rng.normal(0, 2, targets)
    velocity = np.column_stack([speed * np.sin(way), speed * np.cos(way), climb])
    truth, plots = np.empty((scans, targets, 3)), []
    for k in range(scans):
        shock = np.sqrt(ACCELERATION_Q) * rng.normal(size=(2, targets, 3))
        back = _BACK_MPS2 * ((place < low).astype(float) - (place > high))
        place = place + velocity + _SHOCK[0, 0] * shock[0] + 0.5 * back
        velocity = velocity + _SHOCK[1, 0] * shock[0] + _SHOCK[1, 1] * shock[1] + back
        truth[k] = place
        seen = place[rng.random(targets) < DETECTION_PROB]
        seen = seen + rng.normal(0, SIGMA_M, seen.shape)
        false = rng.uniform(low, high, (rng.poisson(FALSE_A_TARGET * targets), 3))
        plots.append(rng.permutation(np.vstack([seen, false])))
    return Scene(truth, plots, side)
