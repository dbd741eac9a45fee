"""Our tracker beside Stone Soup and norfair: same data, same run, each in its own process.

    python -m benchmarks.tracker_peers [--json] [--quick] [--targets N ...] [--peers NAME ...]
        [--scenes NAME ...] [--seeds S ...] [--scans K] [--resume FILE] [--tune NAME]

Needs `make peers`. --scans: scans a run at most (default 100; at N = 1000 twenty, for everyone, for
Stone Soup needs a quarter of a minute each). --resume: keep every finished run in FILE and go on
from there; ours is run again. --tune: search one tracker's options on a seed that is never scored,
and print the table from which those in peers_tuned.py were taken.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks import peers_scene
from benchmarks.figures import REPOSITORY, Figure, show
from benchmarks.peers_tuned import GRID, OPTIONS, TUNING
from benchmarks.tracker_scene import distances
from vedette.evaluation.gospa import gospa
from vedette.evaluation.scores import hold_pairs

NAME = "tracker_peers"
TITLE = "The tracker beside Stone Soup and norfair"
TEXT = f"""Scenes of known truth: N targets in a box 500 m deep, 1 km2 of ground each (base) or a
quarter of that (dense), 10-40 m/s, white acceleration of 1 m2/s3; who
leaves is replaced by who enters on the opposite side. One scan a second with detection
0.9 and 10 m of error an axis, three false plots a target. Figures are medians over the seeds of
what the second half of the scans gave: processor time a scan (making each library's own objects of
the arrays included), GOSPA per target (c 30 m, root of the mean square over the number of targets),
completeness (targets with a track), spuriousness (tracks on nothing), track number changes a
hundred targets and a hundred scans, memory grown by. Ratios are theirs over ours, run by run, the
same seed. {TUNING}"""
COMMAND = "python -m benchmarks.tracker_peers"
QUICK = "--quick"
NEEDS = ""
CUTOFF_M = 30.0
US, SOUPS = "vedette", ("stone_soup_gnn", "stone_soup_jpda")
PEERS = (*SOUPS, "norfair")
SCANS, SCANS_MANY, MANY = 100, 20, 1000
PYTHON = REPOSITORY / ".venv-peers" / "bin" / "python"
# Libraries for linear algebra would start a thread a core, and their time would count double.
ALONE = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
Row = dict[str, Any]


def run(tracker: str, scene: str, targets: int, scans: int, seed: int, options: Row) -> Row:
    """Run one tracker through one scene in its own process and score it."""
    python = sys.executable if tracker == US else str(PYTHON)
    words = [tracker, scene, str(targets), str(scans), str(seed), json.dumps(options)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.npz"
        done = subprocess.run(
            [python, "-W", "ignore", "-m", "benchmarks.peers_run", *words, str(out)],
            cwd=REPOSITORY,
            env={**os.environ, **ALONE},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
        with np.load(out) as found:
            answer = score(peers_scene.make(scene, targets, scans, seed), dict(found))
    where = {"tracker": tracker, "scene": scene, "targets": targets, "scans": scans, "seed": seed}
    return {**where, **answer}


def score(scene: peers_scene.Scene, found: dict[str, np.ndarray]) -> Row:
    """Score the second half of the scans; numbers are followed from the first."""
    scans, targets = scene.truth.shape[:2]
    ends = np.cumsum(found["count"])
    previous = np.full(targets, -1, np.int64)
    squares, paired, false, tracks, switches = [], 0, 0, 0, 0
    for k in range(scans):
        rows = slice(ends[k] - found["count"][k], ends[k])
        apart = distances(scene.truth[k], found["position"][rows])
        previous[scene.fresh[k]] = -1
        held = hold_pairs(apart, CUTOFF_M, previous, found["number"][rows])
        on = held >= 0
        now = found["number"][rows][held[on]]
        changed = int(np.sum((previous[on] >= 0) & (previous[on] != now)))
        previous[on] = now
        if k >= scans // 2:
            squares.append(gospa(apart, CUTOFF_M).distance_m ** 2)
            paired, tracks = paired + int(on.sum()), tracks + apart.shape[1]
            false, switches = false + apart.shape[1] - int(on.sum()), switches + changed
    scored = targets * len(squares)
    return {
        "scan_s": float(np.median(found["seconds"][scans // 2 :])),
        "gospa_per_target_m": float(np.sqrt(np.mean(squares) / targets)),
        "completeness": paired / scored,
        "spuriousness": false / max(tracks, 1),
        "switches": 1e4 * switches / scored,
        "grown_mib": float(found["grown_mib"]),
    }


def plan(args: argparse.Namespace) -> list[tuple[str, str, int, int, int]]:
    """List the runs: for each scene, number and seed every tracker, ours first."""
    trackers = [US, *args.peers]
    return [
        (tracker, scene, targets, scans_of(targets, args.scans), seed)
        for scene in args.scenes
        for targets in args.targets
        for seed in args.seeds
        for tracker in trackers
    ]


def scans_of(targets: int, most: int) -> int:
    """Give the window, the same for every tracker: shorter where the slowest cannot keep up."""
    return min(most, SCANS_MANY if targets >= MANY else SCANS)


def measure(args: argparse.Namespace) -> list[Row]:
    """Do the runs that are not in the file of --resume yet."""
    kept: dict[str, Row] = {}
    if args.resume and args.resume.is_file():
        rows = [json.loads(line) for line in args.resume.read_text().splitlines()]
        kept = {row["key"]: row for row in rows}
    answer = []
    for planned in plan(args):
        key = json.dumps([*planned, OPTIONS[planned[0]]])
        if key not in kept or planned[0] == US:  # ours may have changed, and costs little
            kept[key] = {"key": key, **run(*planned, OPTIONS[planned[0]])}
            print("done:", *planned, file=sys.stderr, flush=True)
            if args.resume:
                with args.resume.open("a") as file:
                    file.write(json.dumps(kept[key]) + "\n")
        answer.append(kept[key])
    return answer


def rows_of(rows: list[Row], tracker: str, scene: str, targets: int) -> list[Row]:
    """Choose one tracker's runs in one scene, by seed."""
    which = (tracker, scene, targets)
    mine = [row for row in rows if (row["tracker"], row["scene"], row["targets"]) == which]
    return sorted(mine, key=lambda row: int(row["seed"]))


def table(rows: list[Row]) -> list[Figure]:
    """Make figures: what each tracker did, and ours against each peer."""
    made = []
    cases = sorted({(row["scene"], row["targets"], row["scans"]) for row in rows})
    for scene, targets, scans in cases:
        ours = rows_of(rows, US, scene, targets)
        for tracker in (US, *PEERS):
            mine = rows_of(rows, tracker, scene, targets)
            if mine:
                title = f"{scene}, N = {targets}, {scans} scans, {len(mine)} seeds: {tracker}"
                made.append(Figure(title, told(mine)))
                if tracker != US:
                    made.append(against(title, ours, mine, tracker, targets))
    return made


def told(mine: list[Row]) -> str:
    """Say the medians over the seeds."""
    middle = {key: median(row[key] for row in mine) for key in mine[0] if key in UNITS}
    return ", ".join(UNITS[key].format(middle[key] * SCALE.get(key, 1.0)) for key in UNITS)


UNITS = {
    "scan_s": "{:.3g} ms a scan",
    "gospa_per_target_m": "GOSPA {:.2f} m",
    "completeness": "complete {:.1%}",
    "spuriousness": "spurious {:.1%}",
    "switches": "switches {:.2f}",
    "grown_mib": "{:.0f} MiB",
}
SCALE = {"scan_s": 1e3}


def against(title: str, ours: list[Row], theirs: list[Row], tracker: str, targets: int) -> Figure:
    """Compare seed by seed; the bound is what is demanded of ours."""
    pairs = list(zip(ours, theirs, strict=True))
    faster = [other["scan_s"] / mine["scan_s"] for mine, other in pairs]
    key = "gospa_per_target_m"
    better = sum(mine[key] < other[key] for mine, other in pairs)
    bound = ""
    if tracker in SOUPS and targets >= 100:
        bound = "1,000 times, better on every seed"
    if tracker == "norfair" and targets == 10:
        bound = "faster"
    words = f"ours is {median(faster):,.0f} times faster ({min(faster):,.0f} at least)"
    if median(faster) < 10:
        words = f"ours is {median(faster):.1f} times faster ({min(faster):.1f} at least)"
    gospas = f"GOSPA lower on {better} of {len(pairs)} seeds"
    return Figure(f"{title}, against ours", f"{words}, {gospas}", bound)


def figures(quick: bool) -> list[Figure]:
    """Measure for the page."""
    return table(measure(arguments(["--quick"] if quick else [])))


def tune(tracker: str, args: argparse.Namespace) -> None:
    """Search the tracker's grid, one option at a time from OPTIONS on, until none gets better."""
    tried: dict[str, float] = {}

    def cost(options: Row) -> float:
        key = json.dumps(options, sort_keys=True)
        if key not in tried:
            cases = itertools.product(args.scenes, args.targets, args.seeds)
            try:
                found = [
                    run(tracker, scene, n, scans_of(n, args.scans), seed, options)
                    for scene, n, seed in cases
                ]
            except RuntimeError:  # norfair refuses a delay longer than its counter
                found = [{"gospa_per_target_m": np.inf, "scan_s": np.nan}]
            tried[key] = float(np.sqrt(np.mean([r["gospa_per_target_m"] ** 2 for r in found])))
            spent_ms = 1e3 * float(np.mean([row["scan_s"] for row in found]))
            print(f"{tried[key]:8.3f} m {spent_ms:9.2f} ms  {key}", flush=True)
        return tried[key]

    best, before = dict(OPTIONS[tracker]), np.inf
    while cost(best) < before:
        before = cost(best)
        for name, values in GRID[tracker].items():
            best = min([best, *({**best, name: value} for value in values)], key=cost)
    print(f"best: {before:.3f} m  {json.dumps(best)}")


def arguments(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--quick", action="store_true", help="N = 10, 100, two seeds, 20 scans")
    parser.add_argument("--targets", type=int, nargs="+")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--scenes", nargs="+", choices=sorted(peers_scene.GROUND_M2))
    parser.add_argument("--seeds", type=int, nargs="+")
    parser.add_argument("--scans", type=int)
    parser.add_argument("--resume", type=Path, metavar="FILE")
    parser.add_argument("--tune", choices=[US, *PEERS])
    args = parser.parse_args(words)
    tuning = (16,), (101,), 32
    usual = ((10, 100), (1, 2), 20) if args.quick else ((10, 100, 1000), (1, 2, 3, 4, 5), SCANS)
    numbers, seeds, scans = tuning if args.tune else usual
    args.targets, args.seeds = args.targets or list(numbers), args.seeds or list(seeds)
    args.scans = args.scans or scans
    args.scenes = args.scenes or sorted(peers_scene.GROUND_M2)
    if not PYTHON.is_file():
        raise RuntimeError("Stone Soup and norfair are absent: make peers")
    return args


if __name__ == "__main__":
    given = arguments()
    if given.tune:
        tune(given.tune, given)
    else:
        done = measure(given)
        if given.json:
            told_all = [figure._asdict() for figure in table(done)]
            print(json.dumps({"figures": told_all, "runs": done}))
        else:
            show(table(done), as_json=False)
