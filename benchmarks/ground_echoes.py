"""Fixed echoes of the ground: how many become tracks, and what becomes of a drone among them.

python -m benchmarks.ground_echoes [--quick] [--json]
"""

import math
import sys

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, run_module
from vedette import tracking

NAME = "ground_echoes"
TITLE = "Fixed echoes of the ground"
TEXT = """One radar of 20 km (1 Hz, 20 m, 0.3 degrees, detection 0.9, two false plots a scan) over
ground with points that each answer a scan with the probability given, for ten minutes. A drone
hovers from the third minute on: kept is the share of its time in which it has a track. The bound is
ours: one track a minute is what a watch officer can look at. What answers in more than a third of
the scans stays a track, since it could be something that hovers."""
COMMAND = "python -m benchmarks.ground_echoes"
NEEDS = ""

NS, SCANS, HOVERS_FROM = 1_000_000_000, 600, 200
REACH_M, APART_M = 20_000.0, 500.0
SIGMA = np.array([20.0, math.radians(0.3), math.radians(0.5), 0.5])
DRONE = np.array([-4_000.0, 2_500.0, 120.0])
SEEDS = range(101, 106)  # none of them was looked at while the constants were chosen
F64 = NDArray[np.float64]


def watch(seed: int, points: int, echo_prob: float, detection: float) -> tuple[int, float, float]:
    """Give tracks on nothing, their seconds, and the share of its time that the drone has one."""
    rng = np.random.default_rng(seed)
    radar = tracking.polar_sensor(
        position_enu_m=[0.0] * 3, range_max_m=REACH_M, detection_prob=0.9, clutter_per_scan=2.0
    )
    state = tracking.open_tracker([radar])
    reach, azimuth = (
        np.sqrt(rng.uniform(2e3**2, 15e3**2, points)),
        rng.uniform(0, 2 * np.pi, points),
    )
    ground = np.column_stack([reach, azimuth, np.full(points, 0.009), np.zeros(points)])
    false: set[int] = set()
    false_s = kept_s = 0
    for k in range(1, SCANS + 1):
        hovers = k >= HOVERS_FROM
        plots = _plots(rng, ground[rng.random(points) < echo_prob])
        if hovers and rng.random() < detection:
            plots = np.vstack([plots, _drone(rng)])
        plots = plots + rng.normal(0.0, 1.0, plots.shape) * SIGMA
        tracking.advance(state, [tracking.polar_batch(0, float(k), plots, SIGMA)], [], k * NS)
        table = state.table
        gap = np.hypot(*(table.state_enu[: table.count, :2] - DRONE[:2]).T)
        own = (gap < APART_M) & hovers
        false.update(table.track_id[: table.count][~own].tolist())
        false_s += int(np.count_nonzero(~own))
        kept_s += bool(own.any())
    return len(false), float(false_s), kept_s / (SCANS - HOVERS_FROM + 1)


def _plots(rng: np.random.Generator, echoes: F64) -> F64:
    """Add two plots a scan of nothing, anywhere."""
    count = int(rng.poisson(2.0))
    low, high = [0.0, 0.0, 0.0, -60.0], [REACH_M, 2 * np.pi, 0.5, 60.0]
    return np.vstack([echoes, rng.uniform(low, high, (count, 4))])


def _drone(rng: np.random.Generator) -> F64:
    place = DRONE + rng.normal(0.0, 1.0, 3)
    reach = float(np.sqrt(place @ place))
    azimuth = math.atan2(place[0], place[1]) % (2 * math.pi)
    return np.array([[reach, azimuth, math.asin(place[2] / reach), rng.normal(0.0, 0.3)]])


def figures(quick: bool) -> list[Figure]:
    """Measure each kind of ground."""
    rows = []
    seeds = list(SEEDS)[: 1 if quick else len(SEEDS)]
    for points, echo_prob, detection in ((40, 0.1, 0.9), (100, 0.05, 0.6), (40, 0.3, 0.45)):
        runs = [watch(seed, points, echo_prob, detection) for seed in seeds]
        tracks, seconds, kept = (sorted(column) for column in zip(*runs, strict=True))
        ground = f"{points} points at {echo_prob:g}"
        middle = len(runs) // 2
        rows += [
            Figure(f"{ground}: false tracks in ten minutes, median (most)",
                   f"{tracks[middle]} ({tracks[-1]})", "10"),
            Figure(f"{ground}: their seconds, of {points * SCANS:,} point-seconds",
                   f"{seconds[middle]:.0f} ({seconds[-1]:.0f})"),
            Figure(f"{ground}: a hovering drone seen at {detection:g} has a track, least",
                   f"{kept[0]:.1%}", "90%"),
        ]  # fmt: skip
    return rows


if __name__ == "__main__":
    run_module(sys.modules[__name__])
