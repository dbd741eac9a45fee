"""The scenes in which trackers are compared: truth and plots as arrays, NumPy alone.

N targets in a box 500 m deep with 1 km2 of ground a target (`base`) or a quarter of that (`dense`:
targets and false plots four times as close). They start at 10-40 m/s and fly with white
acceleration of 1 m2/s3 on each level axis and 0.05 upwards (a Kalman filter told which plot is
whose then errs by 10 m). Who leaves over one side is gone, and another enters over the opposite
side with the same velocity, so number and density stay. One sensor sees them once a second with
probability 0.9 and 10 m of error on each axis, among three false plots a target, Poisson, uniform
over the box.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SIGMA_M, DEPTH_M, DETECTION_PROB, FALSE_A_TARGET = 10.0, 500.0, 0.9, 3.0
ACCELERATION_Q, CLIMB_Q = 1.0, 0.05  # m2/s3, white acceleration on each level axis, upwards
SPEED_SIGMA_MPS = 18.7  # on one level axis: root of half the mean square of 10-40 m/s
CLIMB_SIGMA_MPS = 2.5  # 1 m/s at the start, and what a hundred seconds add
GROUND_M2 = {"base": 1.0e6, "dense": 0.25e6}  # a target
_SHOCK = np.array([[np.sqrt(1 / 3), 0.0], [np.sqrt(3) / 2, 0.5]])  # Cholesky of Q over one second


@dataclass(slots=True)
class Scene:
    """truth (K, N, 3): positions at each scan; plots: K arrays (M, 3); side_m: of the box.

    fresh (K, N): true where the row is another target than a scan before.
    """

    truth: F64
    fresh: NDArray[np.bool_]
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
    high = np.array([side, side, DEPTH_M])
    spread = np.sqrt([ACCELERATION_Q, ACCELERATION_Q, CLIMB_Q])
    place = rng.uniform(0.0, high, (targets, 3))
    way, speed = rng.uniform(0, 2 * np.pi, targets), rng.uniform(10, 40, targets)
    climb = rng.normal(0, 1, targets)
    velocity = np.column_stack([speed * np.sin(way), speed * np.cos(way), climb])
    truth, plots = np.empty((scans, targets, 3)), []
    fresh = np.zeros((scans, targets), np.bool_)
    for k in range(scans):
        shock = spread * rng.normal(size=(2, targets, 3))
        place = place + velocity + _SHOCK[0, 0] * shock[0]
        velocity = velocity + _SHOCK[1, 0] * shock[0] + _SHOCK[1, 1] * shock[1]
        fresh[k] = ((place[:, :2] < 0.0) | (place[:, :2] > side)).any(axis=1)
        place[:, :2] %= side
        truth[k] = place
        seen = place[rng.random(targets) < DETECTION_PROB]
        seen = seen + rng.normal(0, SIGMA_M, seen.shape)
        false = rng.uniform(0.0, high, (rng.poisson(FALSE_A_TARGET * targets), 3))
        plots.append(rng.permutation(np.vstack([seen, false])))
    return Scene(truth, fresh, plots, side)
