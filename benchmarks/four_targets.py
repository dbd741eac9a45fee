"""Four targets that meet: the hypothesis filter beside the filters the scenario's authors publish.

    python -m benchmarks.four_targets [--json] [--data FILE.npz] [--estimates OUT.npz]

Williams' scenario (Williams 2015, IEEE TAES 51-3, section VI; Garcia-Fernandez, Williams,
Granstrom, Svensson 2018, IEEE TAES 54-4, section VI): four targets born at the first of 81 steps
of 1 s come within a metre of each other half way, where the first dies. White acceleration of
0.02 m2/s3, or as the file says; positions with sigma 1 m; detection 0.9, survival 0.99; ten false
plots a step in 300 m x 300 m; 3 objects expected at first, 0.005 a step later, around (100, 100) m,
sigma 150 m.
Every parameter is the scenario's, the decision threshold 0.4 of its estimator included: it says
that a false object weighs 0.4 / 0.6 of a missed one. GOSPA: p 2, alpha 2, c 10 m.
A FILE holds z (M, 2) and count (runs, steps), X_truth (4 N, steps) or (runs, 4 N, steps) with rows
x, vx, y, vy of each target, t_birth, t_death (N,) or (runs, N): steps from 1, alive while
t_birth <= step < t_death.
"""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.figures import DATA, Figure
from vedette import tracking
from vedette.evaluation.gospa import gospa

NAME = "four_targets"
TITLE = "Four targets that meet: RMS GOSPA beside the reference filters"
TEXT = (
    "Williams' four targets, 17 saved measurement sets, c 10 m: the estimate of least expected "
    "GOSPA over the hypotheses of a Poisson multi-Bernoulli mixture. PMBM, PMB and PHD are their "
    "authors' programs on exactly these sets. Time is processor time of one run of 81 steps."
)
COMMAND = "python -m benchmarks.four_targets"
NEEDS = "tracking"
FILE = DATA / "tracking" / "four_targets_williams.npz"
CUTOFF_M, THRESHOLD = 10.0, 0.4
AREA_M, CLUTTER, DETECTION, SURVIVAL = 300.0, 10.0, 0.9, 0.99
FIRST, BIRTHS = 3.0, 0.005
RMS_BOUND, RUN_S_BOUND = 2.95, 0.15
PARTS = ("gospa", "localisation", "missed", "false")


def scenario(data: Any) -> tuple[tracking.Mixture, tracking.SensorModel]:
    """Make the filter and the sensor from the scenario's own numbers."""
    q = float(data["Q"][1, 1]) if "Q" in data else 0.02
    around = ([100.0, 100.0, 0.0], [150.0, 150.0, 1.0], [1.0, 1.0, 1.0])
    mixture = tracking.open_mixture(
        unseen=tracking.Population.around(*around, expected=FIRST),
        births=tracking.Population.around(*around, expected=BIRTHS),
        motion=[[q, 0.0, 1.0]],
        survival_s=-1.0 / np.log(SURVIVAL),
    )
    sensor = tracking.position_sensor(
        detection_prob=DETECTION, clutter_per_scan=CLUTTER, radius_m=AREA_M / np.sqrt(np.pi)
    )
    return mixture, sensor


def track(data: Any, plots: list[np.ndarray]) -> list[np.ndarray]:
    """Estimate the positions (n, 2) after each step of one run from the plots up to then."""
    mixture, sensor = scenario(data)
    loss = tracking.Loss(cutoff_m=CUTOFF_M, prob_min=THRESHOLD, axes=2)
    answer = []
    for k, z in enumerate(plots):
        batch = tracking.position_batch(0, float(k), z, 1.0) if len(z) else None
        tracking.observe(mixture, float(k), sensor, batch)
        answer.append(tracking.estimate(mixture, loss))
    return answer


def runs_of(data: Any) -> list[list[np.ndarray]]:
    """Cut the measurements into runs and steps."""
    count = data["count"].astype(int)
    pieces = np.split(data["z"], np.cumsum(count.ravel())[:-1])
    steps = count.shape[1]
    return [pieces[k : k + steps] for k in range(0, len(pieces), steps)]


def truth_at(data: Any, run: int, step: int) -> np.ndarray:
    """Give the positions (n, 2) of the targets alive at a step, counted from 0."""
    states, birth, death = data["X_truth"], data["t_birth"], data["t_death"]
    states = states[run] if states.ndim == 3 else states
    birth, death = (v[run] if v.ndim == 2 else v for v in (birth, death))
    place = states[:, step].reshape(-1, 4)[:, [0, 2]]
    alive = (birth <= step + 1) & (step + 1 < death)
    return np.asarray(place[alive])


def measure(path: Path) -> tuple[dict[str, Any], list[list[np.ndarray]]]:
    """Run the filter on every set of a file; gives figures and the estimates of each step."""
    with np.load(path) as file:
        data = {name: file[name] for name in file.files}
    sets = runs_of(data)
    track(data, sets[0][:3])  # compiles, or loads
    squares, spent_s, estimates = [], [], []
    for run, plots in enumerate(sets):
        begun_s = time.process_time()
        found = track(data, plots)
        spent_s.append(time.process_time() - begun_s)
        estimates.append(found)
        squares.append([parts(truth_at(data, run, k), x) for k, x in enumerate(found)])
    table = np.array(squares)
    return figures_of(table, spent_s), estimates


def parts(truth: np.ndarray, found: np.ndarray) -> list[float]:
    """Give GOSPA squared and its parts, m2, of one step."""
    gap = np.sqrt(((truth[:, None] - found[None]) ** 2).sum(axis=2))
    score = gospa(gap, CUTOFF_M)
    return [score.distance_m**2, score.localisation_m2, score.missed_m2, score.false_m2]


def figures_of(table: np.ndarray, spent_s: list[float]) -> dict[str, Any]:
    """Sum up squares (runs, steps, 4): root mean squares, interval over runs, profile of steps."""
    mean, per_run = table.mean(axis=(0, 1)), table[:, :, 0].mean(axis=1)
    answer: dict[str, Any] = {
        f"rms_{name}_m": float(np.sqrt(value)) for name, value in zip(PARTS, mean, strict=True)
    }
    return answer | {
        "rms_gospa_95_m": interval(per_run),
        "run_s_median": float(np.median(spent_s)),
        "run_mean_square_m2": per_run.tolist(),
        "step_rms_m": {
            name: np.sqrt(table[:, :, i].mean(axis=0)).tolist() for i, name in enumerate(PARTS)
        },
    }


def interval(per_run: np.ndarray) -> list[float] | None:
    """Give the 95 % interval of the root of a mean over runs; None for one run."""
    if len(per_run) < 2:
        return None
    half = 1.96 * per_run.std(ddof=1) / np.sqrt(len(per_run))
    ends = per_run.mean() + half * np.array([-1.0, 1.0])
    low, high = np.sqrt(np.maximum(ends, 0.0)).tolist()
    return [low, high]


def reference(path: Path) -> dict[str, Any]:
    """Read what the authors' programs gave on the same sets; empty where nobody recorded it."""
    beside = path.with_name(path.stem + "_reference.json")
    return json.loads(beside.read_text()) if beside.is_file() else {}


def against(ours: dict[str, Any], others: dict[str, Any]) -> dict[str, list[float]]:
    """Give paired differences of mean square, ours minus theirs, with the interval's half width."""
    answer = {}
    for name, theirs in others.items():
        if isinstance(theirs, list) and len(theirs) == len(ours["run_mean_square_m2"]):
            gap = np.array(ours["run_mean_square_m2"]) - theirs
            half = 1.96 * gap.std(ddof=1) / np.sqrt(len(gap))
            answer[name.partition("_per_run")[0]] = [float(gap.mean()), float(half)]
    return answer


def figures(quick: bool) -> list[Figure]:
    """Measure the saved sets for the page of results; quick changes nothing: it takes seconds."""
    ours, others = measure(FILE)[0], reference(FILE)
    low, high = ours["rms_gospa_95_m"]
    rows = [
        Figure("RMS GOSPA, m", f"{ours['rms_gospa_m']:.3f}", f"<= {RMS_BOUND}"),
        Figure("interval over the runs, 95 %", f"{low:.2f} to {high:.2f}"),
        *(Figure(f"of it {name}, m", f"{ours[f'rms_{name}_m']:.3f}") for name in PARTS[1:]),
        Figure("time of a run, s", f"{ours['run_s_median']:.3f}", f"<= {RUN_S_BOUND}"),
    ]
    for name, gap in against(ours, others).items():
        rows.append(Figure(f"mean square less {name}'s, m2", f"{gap[0]:+.2f} +/- {gap[1]:.2f}"))
    for name, values in others.items():
        if isinstance(values, dict):
            rows.append(Figure(f"others, {name}: RMS GOSPA, m", f"{values['rms_gospa']:.3f}"))
    return rows


def save(path: Path, estimates: list[list[np.ndarray]]) -> None:
    """Write the estimates: x (M, 2), run after run and step after step, and count (runs, steps)."""
    count = np.array([[len(x) for x in run] for run in estimates])
    np.savez(path, x=np.concatenate([x for run in estimates for x in run]), count=count)


def tell(ours: dict[str, Any], others: dict[str, Any]) -> None:
    """Print the table and the profile for a person."""
    print("| filter | RMS GOSPA | localisation | missed | false | s a run |")
    print("|---|---|---|---|---|---|")
    values = " | ".join(f"{ours[f'rms_{name}_m']:.3f}" for name in PARTS)
    print(f"| Vedette, least expected GOSPA | {values} | {ours['run_s_median']:.3f} |")
    for name, row in others.items():
        if isinstance(row, dict):
            theirs = " | ".join(
                f"{row[key]:.3f}" for key in ("rms_gospa", "loc", "missed", "false")
            )
            print(f"| {name} | {theirs} | |")
    if ours["rms_gospa_95_m"]:
        low, high = ours["rms_gospa_95_m"]
        runs = len(ours["run_mean_square_m2"])
        print(f"\n95 % interval over {runs} runs: {low:.2f} to {high:.2f} m")
    for name, gap in against(ours, others).items():
        print(f"mean square less {name}'s, paired: {gap[0]:+.2f} +/- {gap[1]:.2f} m2")
    print("\nstep   gospa   localisation missed   false (RMS, m)")
    profile = np.array([ours["step_rms_m"][name] for name in PARTS])
    for k, row in enumerate(profile.T, 1):
        print(f"{k:4}" + "".join(f"{value:9.2f}" for value in row))


def main() -> int:
    """Measure one file and print."""
    parser = argparse.ArgumentParser(prog=NAME, description=TITLE)
    parser.add_argument("--data", type=Path, default=FILE, help="other sets of the same layout")
    parser.add_argument("--estimates", type=Path, help="where to write the estimated positions")
    parser.add_argument("--quick", action="store_true", help="changes nothing")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not args.data.is_file():
        print(f"{args.data}: no such file", file=sys.stderr)
        return 2
    ours, estimates = measure(args.data)
    others = reference(args.data)
    if args.estimates:
        save(args.estimates, estimates)
    if args.json:
        print(json.dumps(ours | {"reference": others, "paired": against(ours, others)}))
    else:
        tell(ours, others)
    return 0


if __name__ == "__main__":
    sys.exit(main())
