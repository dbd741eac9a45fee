"""Can a radar's track say what it is? Recorded flights of birds, drones and aircraft, held out.

    python -m benchmarks.class_accuracy [--data FOLDER] [--sigma M ...] [--seeds N] [--thin S]
        [--json]

Every flight is cut into pieces of a minute, resampled alike and flown under a radar that gives a
place a second (see class_flights, class_runs); the tracker follows it, and the identity stage says
after 10, 20, 40 and 60 s what it is, from how it flies alone: no cross-section, no height, no
transponder. --data: other flights, in folders named as in ../shared/data.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.class_flights import F64, THIN_S, Piece, pieces
from benchmarks.class_runs import Scan, fly
from benchmarks.figures import DATA, REPOSITORY, Figure, show
from vedette import identity
from vedette.config.site import Reference, Sensor, Site
from vedette.identity.classes import LABELS, PRIOR
from vedette.identity.company import Company
from vedette.identity.flight import Network, load_network
from vedette.model.tracks import empty_links

NAME = "class_accuracy"
TITLE = "What is it? Class from a radar's track alone, on recorded flights"
TEXT = """Recorded flights (a lesser black-backed gull with a logger, 14 bursts of flight; three
small fixed-wing, six multirotor; 180 flights by ADS-B), cut into pieces of a minute, all thinned to
a place every 3 s, begun at one height (300 m), and flown under a radar that looks once a second,
sees nine times in ten, and errs by sigma on each axis. The tracker follows, the identity stage
judges by flight alone: no cross-section, no transponder. Each flight is judged by numbers that were
fitted without it (studies/class_model), both answers as likely beforehand; pieces shorter than a
minute count with what they have. Intervals (95 %) draw whole flights anew. One gull is not birds,
and nine drones are few: what others do is not shown. Before (hand-made spreads): 59 and 50 % at
5 m, 56 and 50 % at 15 m for the first two questions, 99.9 % for the third. "Said with": how
probable the likelier answer was said to be, in the mean; calibrated, it is as high as the share
that is right. "As far by chance alone": how often perfectly calibrated answers, as many as there
are flights, have a tenth as far off; where that is often, five points in every tenth cannot be
shown, either way. Height above the site (300 m for all) counts as it does in service."""
COMMAND = "python -m benchmarks.class_accuracy"
NEEDS = "birds"

SIGMAS = (5.0, 15.0)
INSTANTS_S = (10, 20, 40, 60)
SEEDS, SEEDS_QUICK = 2, 1
FOLDS = REPOSITORY / "studies" / "class_model" / "folds.npz"
BATCH = 250  # pieces flown at once
SHARE_MIN, DRAWS = 0.02, 1_000  # of answers that a tenth must hold to be looked at
BIRDS = ("bird", "flock")
DRONES = ("multirotor", "fixed_wing_uas", "one_way_uas")
FIXED = ("fixed_wing_uas", "one_way_uas")
CREWED = ("light_aircraft", "aeroplane")
# Which question, which labels are its yes and its no, and the kinds of flight that are.
QUESTIONS = {
    "drone against bird": (DRONES, BIRDS, ("multirotor", "fixed_wing_uas"), ("bird",)),
    "small fixed-wing against bird": (FIXED, BIRDS, ("fixed_wing_uas",), ("bird",)),
    "aeroplane against drone": (CREWED, DRONES, ("aeroplane",), ("multirotor", "fixed_wing_uas")),
}
BARS = {5.0: (0.92, 0.91, 0.97), 15.0: (0.89, 0.86, 0.94)}


def site() -> Site:
    """Make a site with nothing but one radar."""
    radar = Sensor(id="radar", kind="radar_3d", lat_deg=45.0, lon_deg=10.0, hae_m=0.0)
    reference = Reference(lat_deg=45.0, lon_deg=10.0, hae_m=0.0)
    return Site(schema=1, name="class", reference=reference, sensors=[radar])


def folds(flown: list[Piece]) -> np.ndarray:
    """Say which of the networks of the study has not seen each piece: -1 where none has."""
    with np.load(FOLDS, allow_pickle=False) as table:
        known = dict(zip(table["flights"].tolist(), table["folds"].tolist(), strict=True))
    return np.array([known.get(piece.flight, -1) for piece in flown])


def judged_by_strangers(flown: list[Piece], sigma_m: float, seed: int) -> F64:
    """Judge each piece by a network fitted without its flight; see `judged`."""
    found = np.full((len(INSTANTS_S), len(flown), len(LABELS)), np.nan)
    number = folds(flown)
    for fold in np.unique(number).tolist():
        network = load_network() if fold < 0 else load_network(FOLDS, fold)
        own = np.flatnonzero(number == fold)
        for part in np.array_split(own, -(-len(own) // BATCH)):
            seed += 1
            found[:, part] = judged([flown[i] for i in part], sigma_m, seed, network)
    return found


def judged(flown: list[Piece], sigma_m: float, seed: int, network: Network) -> F64:
    """Fly pieces and give class probabilities (len(INSTANTS_S), P, classes), NaN without a track.

    A piece that ends sooner is judged at its end.
    """
    state = identity.start(site())
    state.places.network = network
    found = np.full((len(INSTANTS_S), len(flown), len(LABELS)), np.nan)
    ends = np.array([piece.length_s for piece in flown])
    for scan in fly(flown, sigma_m, seed):
        state.company = Company()  # neighbours must not help
        identity.advance(state, scan.table, empty_links(), [], [], {}, [], scan.now_ns)
        _note(found, scan, state, ends)
    return found


def _note(found: F64, scan: Scan, state: Any, ends: F64) -> None:
    for i, track_id in enumerate(scan.track.tolist()):
        record = state.records.get(track_id)
        if record is None or scan.since_s > ends[i] + 0.5:
            continue
        now = [record.class_prob[label] for label in LABELS]
        for k, instant in enumerate(INSTANTS_S):
            if scan.since_s <= instant:
                found[k, i] = now


def ratio(prob: F64, yes: tuple[str, ...], no: tuple[str, ...]) -> F64:
    """Give P(yes | yes or no) from class probabilities (..., classes), both as likely."""
    one = [i for i, label in enumerate(LABELS) if label in yes]
    other = [i for i, label in enumerate(LABELS) if label in no]
    a = prob[..., one].sum(axis=-1) / PRIOR[one].sum()
    b = prob[..., other].sum(axis=-1) / PRIOR[other].sum()
    return np.asarray(a / (a + b))


def answers(flown: list[Piece], prob: F64, question: str) -> tuple[F64, F64, list[str], F64]:
    """Give, of the pieces a question is about, probability, truth, flight and weight.

    prob (runs, P, classes). Weights: each flight of a side weighs by its pieces, both sides alike.
    """
    yes, no, yes_kinds, no_kinds = QUESTIONS[question]
    rows = [i for i, piece in enumerate(flown) if piece.kind in yes_kinds + no_kinds]
    truth = np.array([flown[i].kind in yes_kinds for i in rows], float)
    names = [flown[i].flight for i in rows]
    said = ratio(prob[:, rows], yes, no)
    said = np.where(np.isnan(said), 0.5, said)
    weight = np.where(truth > 0, 0.5 / max(truth.sum(), 1), 0.5 / max((1 - truth).sum(), 1))
    return said, truth, names, weight


def balanced(said: F64, truth: F64) -> F64:
    """Give the share answered right (P,) of each piece over the runs; a tie counts half."""
    right = np.where(truth > 0, said > 0.5, said < 0.5) + 0.5 * (said == 0.5)
    return np.asarray(right.mean(axis=0))


def interval(right: F64, truth: F64, names: list[str], seed: int = 1) -> tuple[float, float]:
    """Give the 95 % interval of balanced accuracy: whole flights drawn anew (bootstrap)."""
    rng = np.random.default_rng(seed)
    sides = []
    for side in (1.0, 0.0):
        groups: dict[str, list[float]] = defaultdict(list)
        for value, true, name in zip(right, truth, names, strict=True):
            if true == side:
                groups[name].append(value)
        sums = np.array([[sum(g), len(g)] for g in groups.values()])
        draws = rng.integers(0, len(sums), (2000, len(sums)))
        picked = sums[draws].sum(axis=1)
        sides.append(picked[:, 0] / picked[:, 1])
    low, high = np.percentile(0.5 * (sides[0] + sides[1]), [2.5, 97.5])
    return float(low), float(high)


def reliability(said: F64, truth: F64, weight: F64) -> list[dict[str, float]]:
    """Give, of each tenth of probability, what was said, what was so, and the share of weight."""
    number = np.minimum((said * 10).astype(int), 9)
    rows = []
    for tenth in range(10):
        inside = (number == tenth) * weight
        total = float(inside.sum())
        if total > 0:
            mean, so = float((inside * said).sum() / total), float((inside * truth).sum() / total)
            rows.append({"said": mean, "so": so, "share": total / len(said)})
    return rows


def farther_by_chance(said: F64, truth: F64, weight: F64, names: list[str]) -> float:
    """Say how often answers that are perfectly calibrated would have a tenth as far off as these.

    said (runs, P). Few flights make few tenths: as many answers as there are flights are drawn by
    weight, each comes true as often as it says, and the farthest tenth is looked for again.
    """
    rng, flights = np.random.default_rng(1), len(set(names))
    seen = _farthest(reliability(said, truth, weight))
    prob = np.broadcast_to(weight, said.shape) / (weight.sum() * len(said))
    farther = 0
    for _ in range(DRAWS):
        drawn = rng.choice(said.size, flights, p=prob.ravel())
        answers_drawn = said.ravel()[drawn][None]
        true = (rng.random(flights) < answers_drawn[0]).astype(float)
        farther += (
            _farthest(reliability(answers_drawn, true, np.full(flights, 1.0 / flights))) >= seen
        )
    return farther / DRAWS


def _farthest(rows: list[dict[str, float]]) -> float:
    return max(abs(row["said"] - row["so"]) for row in rows if row["share"] >= SHARE_MIN)


def measure(folder: Path, sigmas: list[float], seeds: int, thin_s: float) -> dict[str, Any]:
    """Fly everything and score every question."""
    flown = pieces(folder, thin_s)
    results: dict[str, Any] = {"flights": counted(flown), "sigma": {}}
    for sigma_m in sigmas:
        runs = []
        for seed in range(1, seeds + 1):
            runs.append(judged_by_strangers(flown, sigma_m, 1000 * seed))
        results["sigma"][f"{sigma_m:g}"] = scored(flown, np.stack(runs, axis=1))
    return results


def counted(flown: list[Piece]) -> dict[str, dict[str, int]]:
    """Count pieces, flights and whole minutes by kind."""
    kinds: dict[str, dict[str, int]] = {}
    for kind in sorted({piece.kind for piece in flown}):
        own = [piece for piece in flown if piece.kind == kind]
        whole = sum(piece.length_s >= 59.0 for piece in own)
        flights = len({piece.flight for piece in own})
        kinds[kind] = {"pieces": len(own), "flights": flights, "whole_minutes": whole}
    return kinds


def scored(flown: list[Piece], prob: F64) -> dict[str, Any]:
    """Score every question at every instant. prob (instants, runs, P, classes)."""
    found: dict[str, Any] = {}
    for question in QUESTIONS:
        per_instant = {}
        for k, instant in enumerate(INSTANTS_S):
            said, truth, names, weight = answers(flown, prob[k], question)
            right = balanced(said, truth)
            clipped = np.clip(said, 1e-6, 1 - 1e-6)
            logs = -np.where(truth > 0, np.log(clipped), np.log(1 - clipped))
            per_instant[str(instant)] = {
                "balanced_accuracy": float((right * weight).sum()),
                "interval": interval(right, truth, names),
                "certainty": float((np.maximum(said, 1.0 - said).mean(axis=0) * weight).sum()),
                "brier": float((((said - truth) ** 2).mean(axis=0) * weight).sum()),
                "log_loss": float((logs.mean(axis=0) * weight).sum()),
                "reliability": reliability(said, truth, weight),
                "farther_by_chance": farther_by_chance(said, truth, weight, names),
            }
        found[question] = per_instant
    return found


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    found = measure(DATA, list(SIGMAS), SEEDS_QUICK if quick else SEEDS, THIN_S)
    return in_rows(found)


def in_rows(found: dict[str, Any]) -> list[Figure]:
    """Put what was measured into rows."""
    rows = [
        Figure(f"{kind}: pieces, flights, whole minutes", ", ".join(map(str, n.values())))
        for kind, n in found["flights"].items()
    ]
    for sigma, questions in found["sigma"].items():
        bars = BARS.get(float(sigma), (None,) * 3)
        for (question, scores), bar in zip(questions.items(), bars, strict=True):
            for instant, s in scores.items():
                low, high = s["interval"]
                value = f"{s['balanced_accuracy']:.1%} ({low:.1%} to {high:.1%})"
                value += f", said with {s['certainty']:.0%}"
                bound = f">= {bar:.0%}" if bar and instant == "60" else ""
                rows.append(Figure(f"{question}, sigma {sigma} m, {instant} s", value, bound))
            for instant in ("10", "60"):
                s = scores[instant]
                chance = f"as far by chance alone {s['farther_by_chance']:.0%}"
                value = (
                    f"{s['brier']:.3f}, {s['log_loss']:.3f}, {worst(s['reliability'])}, {chance}"
                )
                what = "Brier, log loss, farthest tenth"
                rows.append(Figure(f"{question}, sigma {sigma} m, {instant} s: {what}", value))
    return rows


def worst(rows: list[dict[str, float]]) -> str:
    """Say which tenth of probability is farthest off, of those that hold 2 % and more."""
    big = [row for row in rows if row["share"] >= SHARE_MIN]
    row = max(big, key=lambda r: abs(r["said"] - r["so"]))
    return f"said {row['said']:.0%}, so {row['so']:.0%} ({row['share']:.0%} of answers)"


def main() -> None:
    """Measure as asked."""
    parser = argparse.ArgumentParser(description=TITLE)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--sigma", type=float, nargs="+", default=list(SIGMAS))
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--thin", type=float, default=THIN_S, help="s between the places kept")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found = measure(args.data, args.sigma, args.seeds, args.thin)
    if args.json:
        print(json.dumps(found))
    else:
        show(in_rows(found), False)


if __name__ == "__main__":
    main()
