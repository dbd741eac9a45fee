"""Flights, recorded and made, under radars of many kinds: what the tracker says of how they fly.

    python -m studies.class_model.campaign OUTPUT.npz [--data FOLDER] [--scale X] [--seed N]

Out: a table of descriptions (`kernels.flight`) with kind, flight, whether recorded, and when.
"""

import argparse
from pathlib import Path

import numpy as np
from benchmarks.class_flights import KINDS, Piece, pieces
from benchmarks.class_runs import fly
from benchmarks.figures import DATA

from studies.class_model.simulated import MAKERS
from vedette.identity.flight import BEFORE
from vedette.kernels.flight import LOOK, describe

RING = 60
INSTANTS_S = (3, 4, 5, 8, 12, 16, 20, 30, 40, 50, 60)
SIGMAS_M = (2.0, 5.0, 5.0, 8.0, 12.0, 15.0, 15.0, 25.0, 50.0)
BATCH = 300
MADE = 4500  # flights made of each kind
AGAIN = 40  # how often a recorded piece of a rare kind is flown, changed a little each time
AEROPLANES = 2500
AIRCRAFT = 100_000


def made(rng, scale):
    """Make flights of every kind."""
    found = []
    for kind, maker in MAKERS.items():
        count = round(MADE * scale)
        places = maker(rng, count, 61.0)
        times = np.arange(places.shape[1], dtype=float)
        found += [Piece(kind, "made", f"made:{kind}:{i}", times, p) for i, p in enumerate(places)]
    return found


def changed(rng, piece):
    """Change a recorded piece a little: pace, size, the wind it flew in, the noise of its fixes."""
    pace, size = np.exp(rng.normal(0.0, 0.10, 2))
    t_s = piece.t_s * pace
    place = piece.place_m * [size, size, 1.0]
    if piece.kind in ("bird", "fixed_wing_uas"):
        place = place + t_s[:, None] * np.append(rng.normal(0.0, 2.0, 2), 0.0)
    if piece.kind != "aeroplane":
        place = place + rng.normal(0.0, rng.uniform(0.0, 1.0), place.shape)
    return piece._replace(t_s=t_s, place_m=place)


def recorded(rng, folder, scale):
    """Read recorded flights, thinned as the bird's are and left finer, each changed many times."""
    found = []
    rare = {name: kind for name, kind in KINDS.items() if name != "adsb"}
    for thin_s, kinds in ((3.0, KINDS), (1.0, rare)):
        own = pieces(folder, thin_s, kinds, AIRCRAFT)
        crewed = [p for p in own if p.kind == "aeroplane"]
        some = rng.permutation(len(crewed))[: round(AEROPLANES * scale)]
        found += [changed(rng, crewed[i]) for i in some]
        for piece in own:
            if piece.kind != "aeroplane":
                found += [changed(rng, piece) for _ in range(max(1, round(AGAIN * scale / 2)))]
    return found


def described(part, seed):
    """Fly a batch under one radar and describe what the tracker says, at INSTANTS_S."""
    rng = np.random.default_rng(seed)
    sigma = SIGMAS_M[seed % len(SIGMAS_M)]
    period = float(rng.choice([1.0, 1.0, 1.0, 1.0, 2.0, 4.0]))
    prob = float(rng.choice([0.9, 0.9, 0.99, 0.7]))
    ring = np.zeros((len(part), RING, LOOK))
    count = np.zeros(len(part), np.int64)
    last = np.zeros(len(part), np.int64)
    owner = np.full(len(part), -1)
    rows = []
    ends = np.array([p.length_s for p in part])
    for scan in fly(part, sigma, seed, period_s=period, detection_prob=prob):
        table = scan.table
        row_of = {int(t): r for r, t in enumerate(table.track_id[: table.count])}
        for i, track in enumerate(scan.track.tolist()):
            if track < 0 or scan.since_s > ends[i] + 0.5:
                continue
            row = row_of[track]
            if track != owner[i]:
                owner[i], count[i], last[i] = track, 0, 0
            if table.updated_ns[row] <= last[i]:
                continue
            last[i] = table.updated_ns[row]
            look = look_of(table, row, scan.since_s)
            if count[i] == 0:
                ring[i, :BEFORE], count[i] = before(look), BEFORE
            ring[i, count[i] % RING] = look
            count[i] += 1
        for instant in INSTANTS_S:
            if scan.since_s <= instant < scan.since_s + period:
                good = np.flatnonzero((count >= 3) & (ends >= instant - 4.0))
                first = np.where(count > RING, count % RING, 0)
                feature = describe(ring[good], first[good], np.minimum(count[good], RING))
                rows.append((good, np.full(len(good), instant), count[good], feature))
    index, instant, looks, feature = (np.concatenate(c) for c in zip(*rows, strict=True))
    return index, instant, looks, feature, np.full(len(index), sigma), np.full(len(index), period)


def before(look):
    """Lay out the looks before a track's first, a second apart, as `identity.flight` does."""
    looks = np.repeat(look[None], BEFORE, axis=0)
    back_s = np.arange(BEFORE, 0, -1.0)
    looks[:, 0] -= back_s
    looks[:, 1:4] -= back_s[:, None] * look[4:7]
    return looks


def look_of(table, row, since_s):
    """Put one row of the table into a look."""
    cov = table.cov_enu[row]
    return np.concatenate([
        [since_s],
        table.state_enu[row],
        [0.5 * (cov[0, 0] + cov[1, 1]), 0.5 * (cov[3, 3] + cov[4, 4])],
        [table.mode_prob[row, 0], table.mode_prob[row, 1] + table.mode_prob[row, 2]],
        table.mode_prob[row, 3:5],
    ])  # fmt: skip


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", type=Path)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    flown = recorded(rng, args.data, args.scale) + made(rng, args.scale)
    order = rng.permutation(len(flown))
    flown = [flown[i] for i in order]
    parts, names = [], [p.kind for p in flown]
    for n, at in enumerate(range(0, len(flown), BATCH)):
        index, *rest = described(flown[at : at + BATCH], 7919 * args.seed + n)
        parts.append((index + at, *rest))
        print(n, len(flown) // BATCH, flush=True)
    index, instant, looks, feature, sigma, period = (
        np.concatenate(c) for c in zip(*parts, strict=True)
    )
    np.savez_compressed(
        args.output,
        feature=feature.astype(np.float32),
        instant=instant,
        looks=looks,
        sigma=sigma,
        period=period,
        kind=np.array(names)[index],
        flight=np.array([p.flight for p in flown])[index],
        source=np.array([p.source for p in flown])[index],
    )


if __name__ == "__main__":
    main()
