"""How far the network may be believed after so many looks: its temperature, fitted on strangers.

    python -m studies.class_model.temper [--data FOLDER] [--write]

Recorded flights are judged by networks that have not seen them: each by that of its fold, and all
by one fitted to made flights alone (made.npz), which stands for birds and drones unlike ours. And
flights made anew are judged by the package's own: they are wider than one gull and nine drones.
What the network says is raised to the power top (1 - exp(-looks / pace)), and of a share of
flights, the lapse, it says nothing. The three numbers make the least log loss over all: networks,
radars, ages and kinds weigh alike, and in a kind its flights, for many pieces of one flight are one
flight. --write: into the package's numbers fitted on all flights, into each fold's fitted without
the flights of that fold.
"""

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.optimize
from benchmarks.class_accuracy import BATCH, FOLDS, folds, site
from benchmarks.class_flights import THIN_S, Piece, pieces
from benchmarks.class_runs import fly
from benchmarks.figures import DATA

from studies.class_model.simulated import MAKERS
from vedette import identity
from vedette.identity.flight import KNOWN, NUMBERS, flown, load_network, log_flight
from vedette.model.tracks import empty_links

MADE = FOLDS.with_name("made.npz")
AGES_S = (4, 5, 7, 10, 15, 20, 30, 40, 60)
SIGMAS_M, SEEDS = (5.0, 15.0), (1, 2)
# However well the recorded ones do: of a path of five looks nobody shall be told a certainty.
LAPSE_MIN, PACE_MIN = 0.005, 4.0
ANEW, ANEW_SEED = 60, 20_260
SIDES = (
    ("bird", ("bird",)),
    ("multirotor", ("multirotor",)),
    ("fixed_wing_uas", ("fixed_wing_uas", "one_way_uas")),
    ("aeroplane", ("light_aircraft", "aeroplane")),
)


def judge(flown_pieces, sigma_m, seed, networks):
    """Give log p(class | flight) (networks, ages, P, KNOWN) and looks (ages, P); NaN: no track."""
    state = identity.start(site())
    ends = np.array([piece.length_s for piece in flown_pieces])
    logs = np.full((len(networks), len(AGES_S), len(flown_pieces), len(KNOWN)), np.nan)
    looks = np.zeros((len(AGES_S), len(flown_pieces)))
    for scan in fly(flown_pieces, sigma_m, seed):
        identity.advance(state, scan.table, empty_links(), [], [], {}, [], scan.now_ns)
        if round(scan.since_s) not in AGES_S:
            continue
        age = AGES_S.index(round(scan.since_s))
        good = [
            i
            for i, track_id in enumerate(scan.track.tolist())
            if track_id in state.memories and scan.since_s <= ends[i] + 0.5
        ]
        x, seen, _ = flown([state.memories[int(scan.track[i])].path for i in good])
        looks[age, good] = seen
        for number, network in enumerate(networks):
            parts = log_flight(x, seen, np.ones(len(good)), network)
            logs[number, age, good] = parts.sum(axis=0)
    return logs, looks


def gather(folder):
    """Judge every flight by its fold's network and by the made one.

    Returns rows: logs (R, KNOWN), looks, kind, fold, and of what weighs alike the names.
    """
    own = pieces(folder)
    number = folds(own)
    anew = made_anew()
    rows = []
    for sigma_m in SIGMAS_M:
        for seed in SEEDS:
            for fold in np.unique(number).tolist():
                networks = {0: load_network(MADE)}
                networks |= {1: load_network(FOLDS, fold)} if fold >= 0 else {}
                some = [own[i] for i in np.flatnonzero(number == fold)]
                rows += judged(some, sigma_m, 1000 * seed + 10 * fold, networks, fold)
            rows += judged(anew, sigma_m, 1000 * seed + 500, {2: load_network()}, -1)
            print(f"sigma {sigma_m:g} m, seed {seed}: {len(rows)} answers", flush=True)
    logs, looks, kind, fold, alike = zip(*rows, strict=True)
    return np.array(logs), np.array(looks), np.array(kind), np.array(fold), list(alike)


def judged(some, sigma_m, seed, networks, fold):
    """Judge pieces by networks, by number, in batches: rows as `gather` returns them."""
    rows = []
    for n, part in enumerate(np.array_split(np.arange(len(some)), -(-len(some) // BATCH))):
        batch = [some[i] for i in part]
        logs, looks = judge(batch, sigma_m, seed + n, list(networks.values()))
        for at, net in enumerate(networks):
            for k, piece in enumerate(batch):
                name = piece.kind, piece.flight
                rows += [
                    (logs[at, age, k], looks[age, k], piece.kind, fold, (net, sigma_m, age, *name))
                    for age in range(len(AGES_S))
                    if looks[age, k] > 0
                ]
    return rows


def made_anew():
    """Make flights that no network was fitted to, of each side's first kind, thinned as all are."""
    rng = np.random.default_rng(ANEW_SEED)
    found = []
    for kind, _ in SIDES:
        places = MAKERS[kind](rng, ANEW, 61.0)[:, :: round(THIN_S)]
        times = np.arange(places.shape[1]) * THIN_S
        found += [Piece(kind, "made", f"anew:{kind}:{i}", times, p) for i, p in enumerate(places)]
    return found


def weights(alike):
    """Weigh rows: pieces of one flight alike, flights of one group alike, and the groups alike."""
    pieces_of, flights_of = Counter(alike), Counter(name[:-1] for name in set(alike))
    return np.array([1.0 / (pieces_of[name] * flights_of[name[:-1]]) for name in alike])


def losses(parameters, logs, looks, side):
    """Give -log of what was said of the true side (rows,), the four sides as likely beforehand."""
    z = logs * temper(parameters, looks)[:, None]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p = (1.0 - parameters[2]) * p + parameters[2] / p.shape[1]
    column = {str(kind): i for i, kind in enumerate(KNOWN)}
    said = np.stack([p[:, [column[k] for k in own]].mean(axis=1) for _, own in SIDES], axis=1)
    said /= said.sum(axis=1, keepdims=True)
    return -np.log(np.clip(said[np.arange(len(side)), side], 1e-6, 1.0))


def temper(parameters, looks):
    top, pace = parameters[:2]
    return top * -np.expm1(-looks / pace)


def fit(logs, looks, kind, alike):
    """Find top, pace and lapse of the least loss, rows weighed by `weights`."""
    names = [name for name, _ in SIDES]
    known = np.isin(kind, names)
    logs, looks, side = logs[known], looks[known], np.array([names.index(k) for k in kind[known]])
    weight = weights([name for name, good in zip(alike, known, strict=True) if good])

    def loss(parameters):
        return float((losses(parameters, logs, looks, side) * weight).sum() / weight.sum())

    bounds = ((0.2, 4.0), (PACE_MIN, 40.0), (LAPSE_MIN, 0.2))
    found = scipy.optimize.minimize(loss, (1.5, 8.0, 0.02), bounds=bounds)
    return found.x, loss(found.x), loss((0.8, 1e-3, 0.0))


def write(path, tempers):
    """Put temperatures beside the networks of a file, by number."""
    with np.load(path, allow_pickle=False) as table:
        arrays = {key: table[key] for key in table.files}
    arrays |= {f"temper{n}": np.round(values, 3) for n, values in enumerate(tempers)}
    np.savez_compressed(path, **arrays)


def say(what, parameters, loss):
    top, pace, lapse = parameters
    fitted = f"top {top:.3f}, pace {pace:.2f} looks, lapse {lapse:.3f}"
    print(f"{what}: {fitted}; loss {loss[0]:.3f}, at 0.8 {loss[1]:.3f}")


def main():
    """Fit, say, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    logs, looks, kind, fold, alike = gather(args.data)

    def fit_to(what, own):
        some = [name for name, good in zip(alike, own, strict=True) if good]
        parameters, *loss = fit(logs[own], looks[own], kind[own], some)
        say(what, parameters, loss)
        return parameters

    every = fit_to("all", fold > -9)
    for number, what in ((0, "by made alone"), (1, "by folds alone"), (2, "made anew alone")):
        fit_to(what, np.array([name[0] == number for name in alike]))
    held = [fit_to(f"without fold {n}", fold != n) for n in range(int(fold.max()) + 1)]
    if args.write:
        write(NUMBERS, [every])
        write(FOLDS, held)


if __name__ == "__main__":
    main()
