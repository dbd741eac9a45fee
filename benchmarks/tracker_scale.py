"""The tracker from a thousand targets to a million: time a scan, its parts, memory.

    python -m benchmarks.tracker_scale [--targets N ...] [--false 1.0] [--modes one all] [--json]

The base scene of `tracker_scene`: one target in a square kilometre of a box 500 m deep, 10-40 m/s,
one sensor at 1 Hz with sigma 10 m and detection 0.9, here with --false false plots a target and
scan. Medians over the scans after all tracks are confirmed.

floor: what no tracker can leave out, measured in the same run with the same kernels: predict, gate,
associate and update the true targets alone, one mode, told no false plot. Its ratio to the whole
scan is what initiation, housekeeping and publication cost.
"""

import argparse
import json
import resource
import sys
import time
from dataclasses import fields
from typing import Any

import numpy as np

from benchmarks.tracker_scene import CHOLESKY, DEPTH_M, NS, SIGMA_M, base_settings
from vedette import tracking
from vedette.kernels.association import associate
from vedette.kernels.bernoulli import update_tracks
from vedette.kernels.gating import gate
from vedette.model.measurements import SensorModel
from vedette.tracking.associate import parameters
from vedette.tracking.looks import looks_of

SETTLED = 6  # scans until every target that is seen three times is confirmed
MEASURED = 5
SIZES = [1_000, 10_000, 100_000, 1_000_000]  # the last, with all modes, takes 6 GiB


class Scene:
    """Targets that fly on, and what one sensor sees of them."""

    def __init__(self, targets: int, false_ratio: float, seed: int) -> None:
        """Place the targets."""
        self.rng, self.targets, self.false_ratio = np.random.default_rng(seed), targets, false_ratio
        self.side_m = 1_000.0 * np.sqrt(targets)
        half = self.side_m / 2
        self.place = self.rng.uniform([-half, -half, 0], [half, half, DEPTH_M], (targets, 3))
        way, speed = self.rng.uniform(0, 2 * np.pi, targets), self.rng.uniform(10, 40, targets)
        level = np.zeros(targets)
        self.velocity = np.column_stack([speed * np.sin(way), speed * np.cos(way), level])

    def sensor(self) -> SensorModel:
        """Describe the sensor: its false plots lie at the scene's density all over its disc."""
        sensor = tracking.position_sensor(
            detection_prob=0.9, clutter_per_scan=1.0, radius_m=self.side_m * 4, depth_m=DEPTH_M
        )
        sensor.clutter_per_scan = self.false_ratio * self.targets * 16 * np.pi
        return sensor

    def scan(self, seen_ratio: float = 0.9) -> tuple[np.ndarray, np.ndarray]:
        """Let a second pass; give the plots of targets, and all plots in no order."""
        shock = self.rng.normal(size=(2, self.targets, 3))
        self.place = self.place + self.velocity + CHOLESKY[0, 0] * shock[0]
        self.velocity = self.velocity + CHOLESKY[1, 0] * shock[0] + CHOLESKY[1, 1] * shock[1]
        true = self.place[self.rng.random(self.targets) < seen_ratio]
        true = true + self.rng.normal(0, SIGMA_M, true.shape)
        number = self.rng.poisson(self.false_ratio * self.targets)
        half = self.side_m / 2
        low, high = [-half, -half, self.place[:, 2].min()], [half, half, self.place[:, 2].max()]
        false = self.rng.uniform(low, high, (number, 3))
        return true, self.rng.permutation(np.vstack([true, false]))


def measure(targets: int, false_ratio: float, modes: str, seed: int = 1) -> dict[str, Any]:
    """Run one size; gives times a scan, the floor, memory."""
    scene = Scene(targets, false_ratio, seed)
    settings = base_settings() if modes == "one" else all_modes()
    sensor = scene.sensor()
    state = tracking.open_tracker([sensor], settings)
    wall, processor, floor = [], [], []
    for k in range(1, SETTLED + MEASURED + 1):
        true, plots = scene.scan()
        batch = tracking.position_batch(0, float(k), plots, SIGMA_M)
        if k > SETTLED and modes == "one":
            floor.append(floor_s(state, sensor, true, float(k)))
        begun, spent = time.perf_counter(), time.process_time()
        tracking.advance(state, [batch], [], k * NS)
        if k > SETTLED:
            wall.append(time.perf_counter() - begun)
            processor.append(time.process_time() - spent)
    answer = {
        "targets": targets,
        "modes": int(settings.motion.shape[0]),
        "false_plots_each": false_ratio,
        "tracks": int(state.table.count),
        "scan_s": float(np.median(wall)),
        "scan_processor_s": float(np.median(processor)),
        "each_us": 1e6 * float(np.median(processor)) / targets,
    }
    if floor:
        least = float(np.median(floor))
        answer["floor_each_us"] = 1e6 * least / targets
        answer["to_floor_ratio"] = float(np.median(processor)) / least
    held = bytes_of(state.bank) + bytes_of(state.singles) + bytes_of(state.table)
    answer["bytes_each"] = held // targets
    answer["peak_memory_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return answer


def all_modes() -> tracking.Settings:
    """Give the scene's assumptions with the default set of motion modes."""
    one, full = base_settings(), tracking.Settings()
    full.miss_prob_max, full.confirm_prob = one.miss_prob_max, one.confirm_prob
    full.birth_prob_min = one.birth_prob_min
    return full


def floor_s(state: Any, sensor: SensorModel, true: np.ndarray, t_s: float) -> float:
    """Time predict, gate, associate and update of the confirmed tracks with the true plots."""
    bank = state.bank
    rows = np.flatnonzero(bank.track_id[: bank.count] > 0)
    x, P, mode_prob, existence = (
        getattr(bank, name)[rows] for name in ("x", "P", "mode_prob", "existence")
    )
    t_ns, seen = bank.t_ns[rows], bank.height_seen[rows]
    batch = tracking.position_batch(0, t_s, true, SIGMA_M)
    look = next(iter(looks_of(batch, sensor, 1.0, state.thresholds)))
    motion, bounds = parameters(state)
    where = (sensor.position_enu_m, sensor.enu_from_sensor)
    n, absent = len(rows), np.full(len(rows), 0.1)
    begun = time.process_time()
    counts, column, score, t_ref = gate(
        0, n, t_ns, x, P, mode_prob, seen, motion, bounds, look.kind, look.t_ns, look.z,
        look.variance, *where, *look.layout(), state.thresholds, look.reach_sigmas, 1.0,
    )  # fmt: skip
    first = np.concatenate([[0], np.cumsum(counts)])
    weight = np.exp(np.minimum(score - np.log(look.clutter[column]), 40.0))
    prob, missed, _ = associate(first, column, weight, len(look.t_ns))
    update_tracks(
        0, n, t_ns, x, P, mode_prob, existence, seen, motion, bounds, look.kind, look.t_ns, look.z,
        look.variance, *where, first, column, prob, missed, absent, t_ref, 0.9999,
    )  # fmt: skip
    return time.process_time() - begun


def bytes_of(table: Any) -> int:
    """Count the bytes of a table's arrays."""
    columns = (getattr(table, f.name) for f in fields(table))
    return sum(column.nbytes for column in columns if isinstance(column, np.ndarray))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, nargs="*", default=SIZES)
    parser.add_argument("--false", type=float, default=1.0, metavar="RATIO")
    parser.add_argument("--modes", nargs="*", choices=["one", "all"], default=["one", "all"])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = []
    for modes in arguments.modes:
        measure(50, arguments.false, modes)  # compiles or loads
        for targets in arguments.targets:
            rows.append(measure(targets, arguments.false, modes))
            if not arguments.json:
                print(rows[-1], file=sys.stderr, flush=True)
    if arguments.json:
        print(json.dumps(rows))
        return
    for row in rows:
        print({key: round(value, 4) for key, value in row.items()})


if __name__ == "__main__":
    main()
