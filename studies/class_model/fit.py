"""Fit the network of sums that says which class flies like that, and test it on flights held out.

    python -m studies.class_model.fit CAMPAIGN.npz ... [--output FILE.npz] [--folds FILE.npz]

The classes weigh alike, recorded flights beside made ones as RECORDED says. Each description is
shown as a whole and without its last parts (climb; climb and steadiness; ...), so that the network
knows what each part alone is worth.
"""

import argparse
import warnings
from pathlib import Path

import numpy as np
from sklearn.neural_network import MLPClassifier

KINDS = (
    *("bird", "balloon", "multirotor", "fixed_wing_uas", "one_way_uas"),
    *("helicopter", "light_aircraft", "aeroplane", "other"),
)
# Share of a class's weight that recordings have; the rest is made. One gull is not birds: at a
# half, what searches to and fro without rest was called a fixed-wing drone.
RECORDED = {
    "bird": 0.3,
    "multirotor": 0.35,
    "fixed_wing_uas": 0.35,
    "aeroplane": 0.6,
    "helicopter": 0.25,
}
FOLDS = 5
ROWS = 12_000  # of each class
HIDDEN = (48, 24)


def inputs(feature, looks, span):
    """Turn descriptions (N, F) into what the network takes (N, F + 2)."""
    x = np.empty((len(feature), feature.shape[1] + 2))
    x[:, :-2] = np.log(np.maximum(feature, 0.0) + EPS)
    x[:, SIGNED] = np.arcsinh(feature[:, SIGNED])
    x[:, -2], x[:, -1] = np.log(looks), np.log(span)
    return x


SIGNED = [38, 41]
EPS = 0.02
GROUPS = (
    (0, 2, 3, 8, 10, 11, 16, 18, 19, 25, 26, 37),
    (4, 5, 7, 12, 13, 15, 20, 21, 23, 24, 28, 34),
    (1, 6, 9, 14, 17, 22, 27, 29, 30, 31, 32, 33, 35, 36),
    (38, 39, 40, 41),
)
ALWAYS = (42, 43, 44, 45)


def load(paths):
    """Put campaigns together."""
    parts = [np.load(path) for path in paths]
    return {key: np.concatenate([p[key] for p in parts]) for key in parts[0].files}


def fold_of(flights):
    """Give each flight a fold, by name, kinds spread evenly. Made flights have none (-1)."""
    names = np.unique(flights)
    real = [n for n in names if not n.startswith("made:")]
    number = {name: i % FOLDS for i, name in enumerate(real)}
    return np.array([number.get(name, -1) for name in flights])


def masked(x, parts):
    """Leave out all but the first parts, and append which are there."""
    keep = np.zeros(x.shape[1], bool)
    keep[list(ALWAYS)] = True
    for group in GROUPS[:parts]:
        keep[list(group)] = True
    flags = np.tile((np.arange(len(GROUPS)) < parts).astype(float), (len(x), 1))
    return np.hstack([np.where(keep, x, 0.0), flags])


def draw(rng, kind, recorded, usable):
    """Draw rows so that classes weigh alike and recordings have their share."""
    rows = []
    for label in KINDS:
        own = usable & (kind == label)
        share = RECORDED.get(label, 0.0)
        for mask, part in ((recorded, share), (~recorded, 1.0 - share)):
            pool = np.flatnonzero(own & mask)
            if len(pool) and part:
                rows.append(rng.choice(pool, round(ROWS * part)))
    return rng.permutation(np.concatenate(rows))


def fit(x, kind, recorded, usable, seed=1, epochs=6):
    """Fit one network: returns its layers and the scaling of its inputs."""
    rng = np.random.default_rng(seed)
    rows = draw(rng, kind, recorded, usable)
    middle, width = x[rows].mean(axis=0), x[rows].std(axis=0) + 1e-3
    z = np.clip((x[rows] - middle) / width, -6.0, 6.0)
    label = np.array([KINDS.index(k) for k in kind[rows]])
    parts = rng.choice([1, 2, 3, 4], len(rows), p=[0.1, 0.15, 0.25, 0.5])
    z = np.vstack([masked(z[parts == p], p) for p in (1, 2, 3, 4)])
    label = np.concatenate([label[parts == p] for p in (1, 2, 3, 4)])
    net = MLPClassifier(
        HIDDEN,
        alpha=1e-3,
        batch_size=512,
        learning_rate_init=2e-3,
        max_iter=epochs,
        random_state=seed,
        n_iter_no_change=100,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(z, label)
    return {"middle": middle, "width": width, "weights": net.coefs_, "biases": net.intercepts_}


def logs(net, x, parts=4):
    """Give log p(class | seen) (N, classes), the classes as likely beforehand."""
    z = masked(np.clip((x - net["middle"]) / net["width"], -6.0, 6.0), parts)
    for w, b in zip(net["weights"][:-1], net["biases"][:-1], strict=False):
        z = np.maximum(z @ w + b, 0.0)
    z = z @ net["weights"][-1] + net["biases"][-1]
    z -= z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


DRONES, FIXED = ("multirotor", "fixed_wing_uas", "one_way_uas"), ("fixed_wing_uas", "one_way_uas")
CREWED = ("light_aircraft", "aeroplane")
QUESTIONS = {
    "drone/bird": (DRONES, ("bird",), ("multirotor", "fixed_wing_uas"), ("bird",)),
    "fixed/bird": (FIXED, ("bird",), ("fixed_wing_uas",), ("bird",)),
    "aero/drone": (CREWED, DRONES, ("aeroplane",), ("multirotor", "fixed_wing_uas")),
}


def report(log, data, real, what):
    """Say balanced accuracy, right of yes and of no, Brier and log loss, by noise and time."""
    for name, question in QUESTIONS.items():
        for sigma in (5.0, 15.0):
            words = [_scores(log, data, real, question, sigma, t) for t in (12, 20, 40, 60)]
            print(what, name, f"sigma {sigma:g} m:", " | ".join(words), flush=True)


def _scores(log, data, real, question, sigma, instant):
    yes, no, yes_kinds, no_kinds = question
    m = real & (data["sigma"] == sigma) & (data["instant"] == instant)
    m &= (data["period"] == 1.0) & np.isin(data["kind"], yes_kinds + no_kinds)
    column = {k: i for i, k in enumerate(KINDS)}
    p = np.exp(log[m])
    a, b = (p[:, [column[k] for k in side]].mean(axis=1) for side in (yes, no))
    said, truth = a / (a + b), np.isin(data["kind"][m], yes_kinds)
    w = np.where(truth, 0.5 / max(truth.sum(), 1), 0.5 / max((~truth).sum(), 1))
    right = (said > 0.5) == truth
    loss = -np.log(np.clip(np.where(truth, said, 1.0 - said), 1e-6, 1.0))
    sides = f"{right[truth].mean():.0%} {right[~truth].mean():.0%}"
    brier = (w * (said - truth) ** 2).sum()
    return f"{instant} s {(right * w).sum():.1%} ({sides}) {brier:.3f} {(w * loss).sum():.2f}"


def prepare(paths):
    data = load(paths)
    data["kind0"] = data["kind"].copy()
    data["feature"][:, 16]
    # Aircraft of ADS-B that fly slowly are light ones by now, whatever they are later.
    recorded = np.array([not f.startswith("made:") for f in data["flight"]])
    span = np.minimum(data["instant"], 60.0)
    x = inputs(np.nan_to_num(data["feature"].astype(float)), np.minimum(data["looks"], 60), span)
    return data, x, recorded


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("campaigns", nargs="+", type=Path)
    parser.add_argument("--output", type=Path)
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--made-only", type=Path, metavar="FILE")
    args = parser.parse_args()
    data, x, recorded = prepare(args.campaigns)
    kind = data["kind"]
    print(len(x), "descriptions")
    if args.made_only:
        net = fit(x, kind, recorded, ~recorded, epochs=args.epochs)
        report(logs(net, x), data, recorded, "made only")
        keep(args.made_only, [net])
    fold = fold_of(data["flight"])
    held = np.zeros((len(x), len(KINDS)))
    nets = []
    for number in range(FOLDS):
        net = fit(x, kind, recorded, fold != number, epochs=args.epochs)
        nets.append(net)
        own = fold == number
        held[own] = logs(net, x[own])
    report(held, data, recorded, "held out")
    if args.folds:
        names = np.unique(data["flight"][recorded])
        keep(args.folds, nets, names, fold_of(names))
    if args.output:
        keep(args.output, [fit(x, kind, recorded, recorded | ~recorded, epochs=args.epochs)])


def keep(path, nets, names=(), folds=()):
    table = {}
    for n, net in enumerate(nets):
        for key in ("middle", "width"):
            table[f"{key}{n}"] = net[key].astype(np.float32)
        for layer, (w, b) in enumerate(zip(net["weights"], net["biases"], strict=False)):
            table[f"weight{n}_{layer}"] = w.astype(np.float32)
            table[f"bias{n}_{layer}"] = b.astype(np.float32)
    np.savez_compressed(
        path, flights=np.array(names, "U64"), folds=np.array(folds, np.int64), **table
    )


if __name__ == "__main__":
    main()
