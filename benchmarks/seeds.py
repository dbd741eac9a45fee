"""The demo's scenario on many seeds, with and without people at the console.

python -m benchmarks.seeds [--seeds 20] [--quick] [--json]
"""

import argparse
import json
import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import scipy.stats
from msgspec.structs import asdict, replace
from tqdm import tqdm

from benchmarks.figures import SCENARIO, Figure, show, spread, vedette
from vedette.evaluation.expect import judge
from vedette.outputs.parquet import read_truth
from vedette.simulator.expectation import Expect
from vedette.simulator.scenario import load_scenario

NAME = "seeds"
TITLE = "The scenario of 4 January 2022 on many seeds"
TEXT = """Two drones among civil traffic, birds and a friendly drone, run headless: the real service
over real sockets, in lockstep with the simulator. One seed, one world of noise, misses, clutter and
birds; the traffic is the same. Values are least / median / greatest over the seeds. Leads are
counted back from when the first drone would have arrived. The share of civil and friendly objects
that were ever SUSPECT or HOSTILE has the exact (Clopper-Pearson) upper 95 % bound, which takes the
objects of different seeds as independent."""
COMMAND = "python -m benchmarks.seeds"
NEEDS = ""

SEEDS, SEEDS_QUICK = 20, 2
S_PER_NS = 1e-9
WARNED = ("WarningRaised", "WarningEscalated")
INNOCENT = ("NEUTRAL", "FRIEND")


def run(seed: int, attended: bool) -> dict[str, Any]:
    """Run one demo; give what it was judged by and when it warned."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        words = () if attended else ("--unattended",)
        vedette(
            *("demo", SCENARIO, "--headless", "--fast", "--seed", str(seed)),
            *("--report", folder, *words),
            may_fail=True,  # a verdict that is not met is a figure here
        )
        summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
        lines = (folder / "events.jsonl").read_text().splitlines()
        found = everything(folder) | {"seed": seed, "passed": summary["passed"]}
        found |= warning_times([json.loads(line) for line in lines])
        return found | {"innocent": count_innocent(folder / "truth.parquet")}


def everything(folder: Path) -> dict[str, Any]:
    """Find every value that either table of expectations asks for, whichever applied."""
    loaded = load_scenario(SCENARIO)
    asked = asdict(loaded.scenario.expect_unattended)
    asked |= {k: v for k, v in asdict(loaded.scenario.expect).items() if v is not None}
    both = Expect(**asked)
    scenario = replace(loaded.scenario, expect=both)
    verdicts = judge(replace(loaded, scenario=scenario), folder, attended=True)
    return {verdict.name: verdict.value for verdict in verdicts}


def warning_times(events: list[dict[str, Any]]) -> dict[str, float | None]:
    """Measure from the first look at what caused it to the first warning of each level, s."""
    found: dict[str, float | None] = {"detection_to_warning_s": None, "to_imminent_s": None}
    for event in events:
        if event["event"] in WARNED:
            waited_s = round((event["t_ns"] - event["t_detect_ns"]) * S_PER_NS, 3)
            name = "to_imminent_s" if event["level"] == "imminent" else "detection_to_warning_s"
            found[name] = waited_s if found[name] is None else found[name]
    return found


def count_innocent(path: Path) -> int:
    """Count the civil and friendly objects of a truth file, birds apart."""
    truth = read_truth(path)
    pairs = zip(truth.identities, truth.classes, strict=True)
    return sum(identity in INNOCENT and kind != "bird" for identity, kind in pairs)


def upper_bound(events: int, trials: int) -> float:
    """Give the exact one-sided upper 95 % bound of a share. Clopper, Pearson (1934)."""
    if events >= trials:
        return 1.0
    return float(scipy.stats.beta.ppf(0.95, events + 1, trials - events))


def measure(seeds: int) -> dict[str, list[dict[str, Any]]]:
    """Run every seed both ways."""
    plan = [(seed, attended) for attended in (True, False) for seed in range(1, seeds + 1)]
    runs: dict[str, list[dict[str, Any]]] = {"attended": [], "unattended": []}
    # Each run is a process of its own, in lockstep: no figure depends on how fast it goes.
    with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
        done = pool.map(lambda words: run(*words), plan)
        for (_, attended), found in zip(
            plan, tqdm(done, total=len(plan), disable=None), strict=True
        ):
            runs["attended" if attended else "unattended"].append(found)
    return runs


def column(runs: Sequence[dict[str, Any]], name: str) -> list[Any]:
    """Give one value of every run, None where it has none."""
    return [run.get(name) for run in runs]


def table(who: str, runs: list[dict[str, Any]]) -> list[Figure]:
    """Put one way of running into words."""
    accused = sum(value or 0 for value in column(runs, "civil_or_friend_suspect_max"))
    innocent = sum(column(runs, "innocent"))
    switches = sum(value or 0 for value in column(runs, "identity_switches_max"))
    missed = {run["seed"] for run in runs if not run["passed"]}
    failed = f", not {', '.join(map(str, sorted(missed)))}" if missed else ""
    rows = [
        Figure("seeds that meet every expectation", f"{len(runs) - len(missed)} of {len(runs)}"
               + failed, f"{len(runs)}"),
        Figure("coverage to track, the slower drone",
               spread(column(runs, "attackers_tracked_within_s"), 2), "15 s"),
        Figure("lead of the first warning", spread(column(runs, "warning_lead_s_min")), "90 s"),
        Figure("lead of the imminent warning", spread(column(runs, "imminent_lead_s_min")), "60 s"),
        Figure("first look to first warning", spread(column(runs, "detection_to_warning_s"))),
        Figure("first look to first imminent warning", spread(column(runs, "to_imminent_s"))),
        Figure("civil or friendly ever SUSPECT or HOSTILE", f"{accused} of {innocent}", "0"),
        Figure("the same as a share, upper 95 % bound", f"{upper_bound(accused, innocent):.2%}"),
        Figure("identity switches of drones, all seeds", str(switches), "0"),
        Figure("tracks on nothing, a run", spread(column(runs, "phantom_tracks_max"), 0, ""), "2"),
    ]  # fmt: skip
    if who == "attended":
        destroyed = sum(bool(value) for value in column(runs, "attackers_destroyed"))
        rows.append(Figure("both destroyed in simulation before arrival", f"{destroyed} runs"))
    else:
        engaged = sum(value or 0 for value in column(runs, "engagements_max"))
        rows.append(Figure("authorisations and executions, all seeds", str(engaged), "0"))
    return [Figure(f"{who}: {row.what}", row.value, row.bound) for row in rows]


def figures(quick: bool, seeds: int | None = None) -> list[Figure]:
    """Measure and put into words."""
    runs = measure(seeds or (SEEDS_QUICK if quick else SEEDS))
    return [row for who, found in runs.items() for row in table(who, found)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--quick", action="store_true", help=f"{SEEDS_QUICK} seeds")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    seeds = SEEDS_QUICK if args.quick else args.seeds
    if args.json:
        print(json.dumps(measure(seeds)))
    else:
        show(figures(False, seeds), False)


if __name__ == "__main__":
    main()
