"""The tracker alone: accuracy and time on scenes of known truth.

    python -m benchmarks.tracker_scene [--json] [--targets 10 100 1000] [--data FILE.npz]

base: N targets at 10-40 m/s in a box 500 m deep whose side grows with N (one target in 1 km2),
white acceleration of 1 m2/s3, one sensor at 1 Hz with sigma 10 m, detection 0.9, three false plots
a target and scan. GOSPA per target (c 30 m) and processor time a scan, later half of 40 scans.
live: 200 tracks and 400 false plots a second from a rotating radar, steps at 20 Hz, processor time.
four: Williams' four targets that meet, 17 saved sets, RMS GOSPA (c 10), where --data is given.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from vedette import tracking
from vedette.evaluation.gospa import gospa

NS = 1_000_000_000
SIGMA_M, DEPTH_M, CUTOFF_M = 10.0, 500.0, 30.0
# A quick PMB in compiled code, in a scene of this kind whose density and noise are not recorded.
PEERS = {10: 12.4, 100: 13.6, 1000: 23.1}
CHOLESKY = np.array([[np.sqrt(1 / 3), 0.0], [np.sqrt(3) / 2, 0.5]])  # of white acceleration, 1 s


def distances(truth: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Give distances (n, m) between true and found positions."""
    return np.sqrt(((truth[:, None] - found[None]) ** 2).sum(axis=2))


def base_settings() -> tracking.Settings:
    """Tell the tracker what the scene is: one mode, speeds to 40 m/s, no bursts of misses."""
    return tracking.Settings(
        motion=np.array([[1.0, 1.0, 30.0]]),
        speed_sigma=np.array([[18.0, 2.0]]),
        mode_prior=np.array([1.0]),
        miss_prob_max=0.9,
        birth_prob_min=0.002,
        confirm_prob=0.9,
    )


def base_scene(targets: int, scans: int, seed: int) -> dict[str, Any]:
    """Run the base scene once; gives time a scan, GOSPA per target, error, missed and false."""
    rng = np.random.default_rng(seed)
    side = 1_000.0 * np.sqrt(targets)
    place = rng.uniform([0, 0, 0], [side, side, DEPTH_M], (targets, 3)) - [side / 2, side / 2, 0]
    way, speed = rng.uniform(0, 2 * np.pi, targets), rng.uniform(10, 40, targets)
    velocity = np.column_stack([speed * np.sin(way), speed * np.cos(way), np.zeros(targets)])
    sensor = tracking.position_sensor(
        detection_prob=0.9,
        clutter_per_scan=3.0 * targets,
        radius_m=side / np.sqrt(np.pi),
        depth_m=DEPTH_M,
    )
    sensor.range_max_m, sensor.clutter_per_scan = side * 4, 3.0 * targets * 16 * np.pi
    state = tracking.open_tracker([sensor], base_settings())
    rows = []
    for k in range(scans):
        shock = rng.normal(size=(2, targets, 3))
        place = place + velocity + CHOLESKY[0, 0] * shock[0]
        velocity = velocity + CHOLESKY[1, 0] * shock[0] + CHOLESKY[1, 1] * shock[1]
        truth = place
        seen = truth[rng.random(targets) < 0.9]
        low, high = truth.min(axis=0), truth.max(axis=0)
        false = rng.uniform(low, high, (rng.poisson(3 * targets), 3))
        z = np.vstack([seen + rng.normal(0, SIGMA_M, seen.shape), false])
        batch = tracking.position_batch(0, float(k), rng.permutation(z), SIGMA_M)
        begun = time.process_time()
        tracking.advance(state, [batch], [], k * NS)
        spent = time.process_time() - begun
        if k >= scans // 2:
            found = state.table.state_enu[: state.table.count, :3]
            score = gospa(distances(truth, found), CUTOFF_M)
            rows.append(
                (spent, score.distance_m**2, score.missed, score.false, score.localisation_m2)
            )
    table = np.array(rows)
    pairs = max(1.0, targets - table[:, 2].mean())
    return {
        "targets": targets,
        "scan_s": float(np.median(table[:, 0])),
        "gospa_per_target_m": float(np.sqrt(table[:, 1].mean() / targets)),
        "error_rms_m": float(np.sqrt(table[:, 4].mean() / pairs)),
        "missed_ratio": float(table[:, 2].mean() / targets),
        "false_ratio": float(table[:, 3].mean() / targets),
        "bank": int(state.bank.count),
    }


def live_scene(tracks: int, clutter_hz: float, seconds: float, seed: int) -> dict[str, Any]:
    """Run a rotating radar (2 s) at 20 Hz steps; gives the time of a step in milliseconds."""
    rng = np.random.default_rng(seed)
    period, step = 2.0, 0.05
    place = rng.uniform([-12e3, -12e3, 100], [12e3, 12e3, 2_000], (tracks, 3))
    way = rng.uniform(0, 2 * np.pi, tracks)
    velocity = 45.0 * np.column_stack([np.sin(way), np.cos(way), np.zeros(tracks)])
    radar = tracking.polar_sensor(
        position_enu_m=[0, 0, 0],
        range_max_m=20e3,
        detection_prob=0.9,
        clutter_per_scan=clutter_hz * period,
        scan_period_s=period,
        rotating=True,
    )
    radar.elevation_min_rad, radar.elevation_max_rad = -0.05, 0.6
    state = tracking.open_tracker([radar])
    times = []
    for k in range(1, round(seconds / step)):
        t = k * step
        now = place + t * velocity
        start = 2 * np.pi * (t / period % 1.0)
        azimuth = np.arctan2(now[:, 0], now[:, 1]) % (2 * np.pi)
        lit = ((azimuth - start) % (2 * np.pi) < 2 * np.pi * step / period) & (
            rng.random(tracks) < 0.9
        )
        ground = np.hypot(now[lit, 0], now[lit, 1])
        z = np.column_stack(
            [np.hypot(ground, now[lit, 2]), azimuth[lit], np.arctan2(now[lit, 2], ground)]
        ) + rng.normal(size=(lit.sum(), 3)) * [25.0, 0.005, 0.009]
        n = rng.poisson(clutter_hz * step)
        false = rng.uniform([500, start, -0.05], [20e3, start + 0.157, 0.6], (n, 3))
        plots = np.vstack([z, false])
        plots[:, 1] %= 2 * np.pi
        batch = [tracking.polar_batch(0, t, plots, [25.0, 0.005, 0.009])] if len(plots) else []
        begun = time.process_time()
        tracking.advance(state, batch, [], round(t * NS))
        times.append(time.process_time() - begun)
    late = 1e3 * np.array(times[len(times) // 2 :])
    return {
        "tracks": int(state.table.count),
        "bank": int(state.bank.count),
        "step_ms_median": float(np.median(late)),
        "step_ms_p99": float(np.percentile(late, 99)),
    }


def four_targets(path: Path) -> dict[str, Any]:
    """Run Williams' four targets on the saved sets with the scenario's own parameters.

    Nothing is learnt: the sensor's disc is a thousand times the area that holds the plots, so that
    births and clutter have one density, and a tracker would learn that the disc is empty.
    """
    data = np.load(path)
    truth, count, scale = data["X_truth"], data["count"], np.pi * 1e8 / 9e4
    offsets = np.concatenate([[0], np.cumsum(count.ravel())]).astype(int)
    alive = [
        (int(b) - 1, int(d) - 1) for b, d in zip(data["t_birth"], data["t_death"], strict=True)
    ]
    squares, begun = [], time.process_time()
    for run in range(count.shape[0]):
        sensor = tracking.position_sensor(
            detection_prob=0.9, clutter_per_scan=10.0 * scale, radius_m=1e4
        )
        settings = tracking.Settings(
            motion=np.array([[0.02, 0.0, 30.0]]), speed_sigma=np.array([[1.0, 0.1]]),
            mode_prior=np.array([1.0]), survival_s=-1.0 / np.log(0.99), miss_prob_max=0.9,
            births_per_scan=3.0 * 0.9 * scale * 0.5, birth_prob_min=0.0, drop_prob=1e-5,
            lost_prob=1e-5, lost_s=1e9, tentative_s=1e9, confirm_prob=2.0, merge_every_s=1e9,
            gate_prob=0.9999, learns=False,
        )  # fmt: skip
        state = tracking.open_tracker([sensor], settings)
        for k in range(count.shape[1]):
            at = run * count.shape[1] + k
            z = data["z"][offsets[at] : offsets[at + 1]]
            batch = tracking.position_batch(0, 10.0 + k, z, 1.0)
            tracking.advance(state, [batch] if len(z) else [], [], (10 + k) * NS)
            settings.births_per_scan = 0.005 * 0.9 * scale * 0.5
            bank = state.bank
            likely = bank.existence[: bank.count] > 0.4
            rows = [i for i, (born, dies) in enumerate(alive) if born <= k < dies]
            here = np.array([truth[4 * i : 4 * i + 4, k][[0, 2]] for i in rows]).reshape(-1, 2)
            squares.append(
                gospa(distances(here, bank.x[: bank.count, 0, :2][likely]), 10.0).distance_m ** 2
            )
    spent = time.process_time() - begun
    return {"rms_gospa": float(np.sqrt(np.mean(squares))), "run_s": spent / count.shape[0]}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--targets", type=int, nargs="*", default=[10, 100, 1000])
    parser.add_argument("--scans", type=int, default=40)
    parser.add_argument("--data", type=Path)
    arguments = parser.parse_args()
    base_scene(10, 5, 0)  # compiles or loads
    base = [base_scene(n, arguments.scans, 1) for n in arguments.targets]
    live_scene(5, 20.0, 1.0, 0)
    answer: dict[str, Any] = {"base": base, "live": live_scene(200, 400.0, 20.0, 1)}
    if arguments.data:
        answer["four"] = four_targets(arguments.data)
    if arguments.json:
        print(json.dumps(answer))
        return
    print("| targets | scan ms | GOSPA per target | quick PMB | error m | missed | false | bank |")
    print("|---|---|---|---|---|---|---|---|")
    for row in base:
        peer = PEERS.get(row["targets"], float("nan"))
        print(
            f"| {row['targets']} | {1e3 * row['scan_s']:.2f} | {row['gospa_per_target_m']:.1f} |"
            f" {peer} | {row['error_rms_m']:.2f} | {row['missed_ratio']:.3f} |"
            f" {row['false_ratio']:.3f} | {row['bank']} |"
        )
    for name in ("live", "four"):
        if name in answer:
            print(name, {key: round(value, 3) for key, value in answer[name].items()})


if __name__ == "__main__":
    main()
