"""How far the network may be believed after so many looks: its temperature, fitted on strangers.

    python -m studies.class_model.temper [--data FOLDER] [--write]

Recorded flights are judged by networks that have not seen them: each by that of its fold, and all
by one fitted to made flights alone (made.npz), which stands for birds and drones unlike ours. What
the network says is raised to the power top (1 - exp(-looks / pace)), the two numbers that make the
least log loss over both, kinds weighing alike. --write: into the package's numbers fitted on all
flights, into each fold's fitted without the flights of that fold.
"""

import argparse
from pathlib import Path

import numpy as np
import scipy.optimize
from benchmarks.class_accuracy import BATCH, FOLDS, folds, site
from benchmarks.class_flights import pieces
from benchmarks.class_runs import fly
from benchmarks.figures import DATA

from vedette import identity
from vedette.identity.flight import KNOWN, NUMBERS, flown, load_network, log_flight
from vedette.model.tracks import empty_links

MADE = FOLDS.with_name("made.npz")
AGES_S = (4, 5, 7, 10, 15, 20, 30, 40, 60)
SIGMAS_M, SEEDS = (5.0, 15.0), (1, 2)
RIDGE = 0.02  # times log(top)^2: where the loss is flat (17 drones are few), rather believe as is
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
    """Judge every flight by its fold's network and by the made one: rows of logs, looks, kind."""
    flown_pieces = pieces(folder)
    number = folds(flown_pieces)
    rows = []
    for sigma_m in SIGMAS_M:
        for seed in SEEDS:
            for fold in np.unique(number).tolist():
                networks = [load_network(MADE)]
                networks += [load_network(FOLDS, fold)] if fold >= 0 else []
                own = np.flatnonzero(number == fold)
                for n, part in enumerate(np.array_split(own, -(-len(own) // BATCH))):
                    some = [flown_pieces[i] for i in part]
                    logs, looks = judge(some, sigma_m, 1000 * seed + 10 * fold + n, networks)
                    for net in range(len(networks)):
                        for k, piece in enumerate(some):
                            rows += [
                                (logs[net, age, k], looks[age, k], piece.kind, fold, net)
                                for age in range(len(AGES_S))
                                if looks[age, k] > 0
                            ]
            print(f"sigma {sigma_m:g} m, seed {seed}: {len(rows)} answers", flush=True)
    logs, looks, kind, fold, net = zip(*rows, strict=True)
    return np.array(logs), np.array(looks), np.array(kind), np.array(fold), np.array(net)


def losses(parameters, logs, looks, side):
    """Give -log of what was said of the true side (rows,), the four sides as likely beforehand."""
    z = logs * temper(parameters, looks)[:, None]
    p = np.exp(z - z.max(axis=1, keepdims=True))
    column = {str(kind): i for i, kind in enumerate(KNOWN)}
    said = np.stack([p[:, [column[k] for k in own]].mean(axis=1) for _, own in SIDES], axis=1)
    said /= said.sum(axis=1, keepdims=True)
    return -np.log(np.clip(said[np.arange(len(side)), side], 1e-6, 1.0))


def temper(parameters, looks):
    top, pace = parameters
    return top * -np.expm1(-looks / pace)


def fit(logs, looks, kind, net):
    """Find top and pace: the networks weigh alike, in each the kinds, and in each of those ages."""
    names = [name for name, _ in SIDES]
    known = np.isin(kind, names)
    logs, looks, kind, net = logs[known], looks[known], kind[known], net[known]
    side = np.array([names.index(k) for k in kind])
    group = side * 2 + net
    weight = 1.0 / np.bincount(group)[group]

    def loss(parameters):
        own = (losses(parameters, logs, looks, side) * weight).sum() / weight.sum()
        return float(own + RIDGE * np.log(parameters[0]) ** 2)

    found = scipy.optimize.minimize(loss, (1.0, 5.0), bounds=((0.2, 4.0), (0.5, 40.0)))
    return found.x, loss(found.x), loss((0.8, 1e-3))


def write(path, tempers):
    """Put temperatures beside the networks of a file, by number."""
    with np.load(path, allow_pickle=False) as table:
        arrays = {key: table[key] for key in table.files}
    arrays |= {f"temper{n}": np.round(values, 3) for n, values in enumerate(tempers)}
    np.savez_compressed(path, **arrays)


def say(what, parameters, loss):
    top, pace = parameters
    print(f"{what}: top {top:.3f}, pace {pace:.2f} looks; loss {loss[0]:.3f}, at 0.8 {loss[1]:.3f}")


def main():
    """Fit, say, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    logs, looks, kind, fold, net = gather(args.data)
    every, *loss = fit(logs, looks, kind, net)
    say("all", every, loss)
    for number, what in ((0, "made alone"), (1, "folds alone")):
        own = net == number
        alone, *loss = fit(logs[own], looks[own], kind[own], net[own])
        say(what, alone, loss)
    held = []
    for number in range(int(fold.max()) + 1):
        rest = fold != number
        parameters, *loss = fit(logs[rest], looks[rest], kind[rest], net[rest])
        say(f"without fold {number}", parameters, loss)
        held.append(parameters)
    if args.write:
        write(NUMBERS, [every])
        write(FOLDS, held)


if __name__ == "__main__":
    main()
