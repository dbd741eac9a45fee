"""Late data and sensors that are off: the same scene in order and late, with biases and without.

python -m benchmarks.registration [--quick] [--json]
"""

import math
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, run_module
from vedette import tracking
from vedette.model.measurements import MeasurementBatch
from vedette.tracking.registration import bias_sigma

NAME = "registration"
TITLE = "Late data, and sensors that are off"
TEXT = """Six aircraft at 30 to 120 m/s around two radars 4.5 km apart (1 Hz, 25 m, 0.3 degrees,
detection 0.9, three false plots a scan), half a minute or a minute long, one seed after the other.
Late: the same plots arrive in order, then late; compared is the root mean square error of the
tracks when everything has come. Bias: the second radar reads 50 m and 1 degree too much;
an interval is the estimate and 1.96 of its own standard deviations, and counts for each component
of both radars. Drift: the second of three radars turns by 0.05 degrees a second from 40 s on."""
COMMAND = "python -m benchmarks.registration"
NEEDS = ""

NS = 1_000_000_000
DEG = math.pi / 180.0
RADARS = ([0.0, 0.0, 10.0], [4_000.0, -2_000.0, 10.0], [-3_000.0, 3_500.0, 10.0])
SIGMA = np.array([25.0, 0.3 * DEG, 0.4 * DEG])
AIRCRAFT = 6
SEEDS, SEEDS_QUICK = 20, 3
F64 = NDArray[np.float64]
Off = Callable[[int, float], F64]
Delay = Callable[[MeasurementBatch, np.random.Generator], F64]


class Scene(NamedTuple):
    """start, velocity (N, 3): straight flights in the radars' common frame."""

    start: F64
    velocity: F64

    def at(self, t_s: float) -> F64:
        """Give all places (N, 3) at a time."""
        return self.start + t_s * self.velocity


class Result(NamedTuple):
    """What a run ended with."""

    tracks: int
    most: int
    error_m: float
    state: tracking.TrackerState
    named_s: float


def make_scene(rng: np.random.Generator) -> Scene:
    """Spread aircraft all round, well apart."""
    where = np.arange(AIRCRAFT) * 2 * math.pi / AIRCRAFT + rng.uniform(0, 0.5, AIRCRAFT)
    far, way = rng.uniform(4e3, 12e3, AIRCRAFT), rng.uniform(0, 2 * math.pi, AIRCRAFT)
    speed, height = rng.uniform(30, 120, AIRCRAFT), rng.uniform(500, 3_000, AIRCRAFT)
    start = np.column_stack([far * np.sin(where), far * np.cos(where), height])
    velocity = np.column_stack([speed * np.sin(way), speed * np.cos(way), np.zeros(AIRCRAFT)])
    return Scene(start, velocity)


def look(
    scene: Scene, radar: int, t_s: float, off: F64, rng: np.random.Generator
) -> MeasurementBatch:
    """Give one scan of a radar that is off by range, azimuth and elevation."""
    gap = (scene.at(t_s) - RADARS[radar])[rng.random(AIRCRAFT) < 0.9]
    flat = np.hypot(gap[:, 0], gap[:, 1])
    polar = np.column_stack(
        [np.hypot(flat, gap[:, 2]), np.arctan2(gap[:, 0], gap[:, 1]), np.arctan2(gap[:, 2], flat)]
    )
    polar += rng.normal(0, 1, polar.shape) * SIGMA + off
    false = rng.uniform([100, 0, -0.1], [30e3, 2 * math.pi, 1.0], (rng.poisson(3.0), 3))
    plots = np.vstack([polar, false])
    plots[:, 1] %= 2 * math.pi
    return tracking.polar_batch(radar, t_s, plots, SIGMA)


def play(seed: int, radars: int, seconds: int, off: Off, delay: Delay | None = None) -> Result:
    """Track one scene; what comes late comes in a later step of one second."""
    rng, waits = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    scene = make_scene(rng)
    sensors = [
        tracking.polar_sensor(
            position_enu_m=place, range_max_m=30e3, detection_prob=0.9, clutter_per_scan=3.0,
            sensor_id=f"radar{k}",
        )
        for k, place in enumerate(RADARS[:radars])
    ]  # fmt: skip
    state, given, most, named_s = tracking.open_tracker(sensors), {}, 0, math.inf
    for t in range(1, seconds + 12):
        if t <= seconds:
            for radar in range(radars):
                batch = look(scene, radar, t - 0.4 * radar, off(radar, t), rng)
                wait = delay(batch, waits) if delay else np.zeros(len(batch.z))
                for step in np.unique(np.ceil(wait)).astype(int):
                    rows = np.ceil(wait) == step
                    part = tracking.polar_batch(
                        radar, batch.t_meas_ns[rows] / NS, batch.z[rows, :3], SIGMA
                    )
                    given.setdefault(t + int(step), []).append(part)
        tracking.advance(state, given.pop(t, []), [], t * NS)
        most = max(most, state.table.count)
        if any(state.registration.reason):
            named_s = min(named_s, float(t))
    gaps = state.table.state_enu[: state.table.count, None, :3] - scene.at(seconds + 11.0)
    error_m = float(np.sqrt((gaps**2).sum(axis=2).min(axis=1).mean()))
    return Result(state.table.count, most, error_m, state, named_s)


def in_order(radar: int, t_s: float) -> F64:
    """Give no bias."""
    return np.zeros(3)


def second_off(radar: int, t_s: float) -> F64:
    """Give the second radar's bias."""
    return np.array([50.0, DEG, 0.0]) * (radar == 1)


def second_drifts(radar: int, t_s: float) -> F64:
    """Give a bias that grows from 40 s on."""
    return np.array([0.0, 0.05 * DEG * max(0.0, t_s - 40.0), 0.0]) * (radar == 1)


CASES: dict[str, Delay] = {
    "one radar constantly 5 s late": lambda b, rng: np.full(len(b.z), 5.0 * b.sensor_index),
    "one radar late by 0 to 10 s": lambda b, rng: rng.uniform(0, 10, len(b.z)) * b.sensor_index,
    "both late by 0 to 10 s": lambda b, rng: rng.uniform(0, 10, len(b.z)),
    "reordered within 2 s": lambda b, rng: rng.uniform(0, 2, len(b.z)),
}


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    seeds = range(SEEDS_QUICK if quick else SEEDS)
    return [*_late(seeds), *_off(seeds), *_drift(seeds)]


def _late(seeds: range) -> list[Figure]:
    told = []
    ordered = [play(seed, 2, 30, in_order) for seed in seeds]
    for name, delay in CASES.items():
        late = [play(seed, 2, 30, in_order, delay) for seed in seeds]
        worst = max(abs(b.error_m / a.error_m - 1.0) for a, b in zip(ordered, late, strict=True))
        same = sum(a.tracks == b.tracks for a, b in zip(ordered, late, strict=True))
        told.append(Figure(f"{name}: RMS error against in order, worst seed", f"{worst:.2%}", "1%"))
        told.append(Figure(f"{name}: as many tracks", f"{same} of {len(late)}", f"{len(late)}"))
    return told


def _off(seeds: range) -> list[Figure]:
    none = [play(seed, 2, 60, in_order) for seed in seeds]
    runs = [play(seed, 2, 60, second_off) for seed in seeds]
    inside = []
    for run in runs:
        error = run.state.registration.bias[:, :3].copy()
        error[1] -= [50.0, DEG, 0.0]
        inside.append(np.abs(error) < 1.96 * bias_sigma(run.state.registration)[:, :3])
    changed = sum(run.state.registration.applied for run in none)
    doubled = sum(run.tracks > AIRCRAFT for run in runs)
    azimuth = [run.state.registration.bias[1, 1] / DEG for run in runs]
    return [
        Figure("no bias: runs in which plots were corrected", f"{changed} of {len(none)}", "0"),
        Figure("1 degree, 50 m: runs with a doubled track at the end", f"{doubled}", "0"),
        Figure("most tracks at any time", f"{max(run.most for run in runs)} of {AIRCRAFT}"),
        Figure("components inside their 95 % interval", f"{np.mean(inside):.1%}", "about 95%"),
        Figure("azimuth bias found", f"{min(azimuth):.2f} to {max(azimuth):.2f} deg", "1.00"),
    ]


def _drift(seeds: range) -> list[Figure]:
    runs = [play(seed, 3, 80, second_drifts) for seed in seeds]
    right = sum(run.state.registration.aside.tolist() == [0, 1, 0] for run in runs)
    after = [run.named_s - 40.0 for run in runs]
    return [
        Figure("drift: the one set aside is the one that drifts", f"{right} of {len(runs)}"),
        Figure("drift named after", f"{min(after):.0f} to {max(after):.0f} s"),
    ]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
