"""Of what is said to reach an asset with 90 %, how much does? And does it when it was said to?

python -m benchmarks.threat_calibration [--quick] [--json]
"""

import sys
import time
from dataclasses import dataclass

import numpy as np

from benchmarks.figures import Figure, run_module
from benchmarks.flown import Plan, Sky, fly
from benchmarks.flown_site import ASSETS, BEGUN_NS, FRAME, make_site
from benchmarks.flown_traffic import across, civil, pick
from vedette import pipeline, threat
from vedette.config.site import Asset
from vedette.model.enums import Identity, ObjectClass
from vedette.model.measurements import F64, Bools
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import empty_tracks

NAME = "threat_calibration"
TITLE = "What threats say, and what then happens"
TEXT = """Attackers that fly at an asset straight, in doglegs or turn to it late, drones that pass,
civil flights without transponders and birds, eighty in a sky, through the real tracker, identity
and threat stages (`benchmarks/flown.py`); the true paths fly on for fifteen minutes. Of each track
two moments are taken, each asset by itself: what was said then against whether the true path came
inside the asset's outline less than 150 m above it. Shares of what aims at an asset are part of
the answer: a site with fewer attackers has fewer arrivals at every probability. Intervals are 95 %
by resampling whole skies. Seeds of this table were never used to choose a constant (those were
1,000 and up). Times of arrival are of what did arrive: when it was at the edge against the mean and
sigma that were told. The last rows time 1,000 tracks against 50 assets."""
COMMAND = "python -m benchmarks.threat_calibration"
NEEDS = ""

SKIES, SKIES_QUICK, FIRST_SEED = 30, 4, 1
PER_SKY, WATCHED_S, FLOWN_S = 80, 100, 900
MOMENTS = (25, 95)
HIT_ABOVE_M = 150.0
KINDS = {
    "attacker": 30,
    "attacker in doglegs": 14,
    "attacker that turns late": 10,
    "passing drone": 16,
    "civil": 14,
    "bird": 16,
}
INTERVALS = ((0.5, 0.674), (0.8, 1.282), (0.95, 1.96))


def draw_plan(rng: np.random.Generator) -> Plan:
    """Draw one object; attackers end at their asset."""
    kind = pick(rng, KINDS)
    if kind == "civil":
        names = ("light aircraft", "helicopter", "microlight")
        plan = civil(rng, str(rng.choice(names)))
        plan.kind = kind
        return plan
    if kind == "bird":
        start, way = across(rng, 1500.0, 800.0, 4000.0, rng.uniform(20.0, 250.0))
        speed, turns = rng.uniform(8.0, 17.0), rng.uniform(0.03, 0.12)
        rcs = rng.normal(-22.0, 4.0)
        return Plan(kind, start, way, speed, 0.06, wander_radps=turns, rcs_dbsm=rcs)
    fast = rng.random() < 0.75
    speed = rng.uniform(28.0, 55.0) if fast else rng.uniform(8.0, 20.0)
    rcs = rng.normal(-10.0, 3.0) if fast else rng.normal(-14.0, 3.0)
    height = rng.uniform(60.0, 500.0)
    near, far = (3500.0, 13_000.0) if fast else (1500.0, 5000.0)
    start, way = across(rng, 3000.0, near, far, height)
    plan = Plan(kind, start, way, speed, 0.15 if fast else 0.4, rcs_dbsm=rcs)
    if kind != "passing drone":
        plan.way = attack(rng, kind, start, height)
        plan.at_end, plan.climb_max_mps = "ends", 40.0
    return plan


def attack(rng: np.random.Generator, kind: str, start: tuple, height: float) -> list[tuple]:
    """Lay the way of an attacker to an asset drawn by chance."""
    names = list(ASSETS)
    east, north, _ = ASSETS[names[int(rng.choice(len(names), p=[0.5, 0.25, 0.25]))]]
    target = (east, north, 5.0)
    away = np.array([east - start[0], north - start[1]])
    side = np.array([-away[1], away[0]]) / np.hypot(*away)

    def point(share: float, offset_m: float) -> tuple[float, float, float]:
        place = np.array(start[:2]) + share * away + offset_m * side
        return float(place[0]), float(place[1]), height

    reach_m = float(np.hypot(*away))
    if kind == "attacker in doglegs":
        wide = 0.18 * reach_m
        return [point(0.35, rng.normal() * wide), point(0.7, rng.normal() * wide), target]
    if kind == "attacker that turns late":
        return [point(rng.uniform(0.5, 0.85), rng.normal() * 0.35 * reach_m), target]
    return [point(0.85, 0.0), target]


@dataclass(slots=True)
class Said:
    """What was said and what happened, one row a moment, track and asset (n,).

    hit: it came; left_s: until it was at the edge, NaN where it did not. kind: number in KINDS.
    """

    sky: F64
    kind: F64
    prob: F64
    arrival_s: F64
    sigma_s: F64
    hit: Bools
    left_s: F64


def watch(seed: int) -> list[tuple[float, ...]]:
    """Fly one sky and list what was said of it."""
    rng = np.random.default_rng([seed, 77])
    plans = [draw_plan(rng) for _ in range(PER_SKY)]
    paths = fly(plans, FLOWN_S, rng)
    sky = Sky(pipeline.assemble(make_site([])), FRAME, plans, paths, rng, BEGUN_NS)
    at = {int(step) for step in rng.uniform(*MOMENTS, 2)}
    first = {name: first_inside(paths.pos_m, paths.end, name) for name in ASSETS}
    kinds = list(KINDS)
    rows: list[tuple[float, ...]] = []
    for step, picture in enumerate(sky.run()):
        if step in at:
            matched = sky.nearest(picture, step)
            taken: set[int] = set()
            for one in picture.threats:
                flight = matched.get(one.track_id)
                if flight is None:
                    continue
                taken.add(flight)
                left_s = first[one.asset_id][flight] - step
                if left_s > 0.0 or np.isnan(left_s):
                    rows.append(row_of(seed, kinds.index(plans[flight].kind), one, float(left_s)))
        if step >= WATCHED_S:
            break
    return rows


def row_of(seed: int, kind: int, one: Threat, left_s: float) -> tuple[float, ...]:
    """Put one threat beside what happened: a row of `Said`."""
    hit = float(not np.isnan(left_s))
    return (seed, kind, one.reach_prob, one.arrival_s, one.arrival_sigma_s, hit, left_s)


def first_inside(pos_m: F64, end: F64, name: str) -> F64:
    """Say in which second each flight is first inside an asset, low; NaN never. (N,)."""
    east, north, radius = ASSETS[name]
    away = np.hypot(pos_m[:, :, 0] - east, pos_m[:, :, 1] - north)
    reach = np.hypot(*np.diff(pos_m[:, :, :2], axis=0, prepend=pos_m[:1, :, :2]).transpose(2, 0, 1))
    inside = (away <= radius + 0.5 * reach) & (pos_m[:, :, 2] <= 20.0 + HIT_ABOVE_M)
    inside &= np.arange(len(pos_m))[:, None] <= end[None, :] + 1
    found = np.where(inside.any(axis=0), inside.argmax(axis=0).astype(np.float64), np.nan)
    return np.asarray(found)


def measure(skies: int, first_seed: int = FIRST_SEED) -> Said:
    """Fly the skies and gather."""
    rows = [row for seed in range(first_seed, first_seed + skies) for row in watch(seed)]
    table = np.array(rows, dtype=np.float64).T
    return Said(*table[:5], table[5] > 0.5, table[6])


def share(said: Said, chosen: Bools, rng: np.random.Generator) -> str:
    """Say what share of the chosen came true, and its interval by resampling skies."""
    if not chosen.any():
        return "none"
    hits, seeds = said.hit[chosen], said.sky[chosen]
    numbers = [np.flatnonzero(seeds == seed) for seed in np.unique(said.sky)]
    drawn = []
    for _ in range(400):
        picked = np.concatenate([numbers[i] for i in rng.integers(0, len(numbers), len(numbers))])
        drawn.append(hits[picked].mean() if len(picked) else np.nan)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return f"{hits.mean():.1%} of {chosen.sum():,} ({low:.0%} to {high:.0%})"


def timed(tracks: int = 1000, assets: int = 50, times: int = 30) -> list[float]:
    """Time threat.advance for inbound drones against assets all over the site, ms."""
    rng = np.random.default_rng(3)
    spots = rng.uniform(-6000.0, 6000.0, (assets, 2))
    listed = []
    for number, spot in enumerate(spots.tolist()):
        lat, lon, _ = FRAME.geo_deg_from_enu(*spot, 0.0)
        listed.append(Asset(id=f"a{number}", name=f"A{number}", lat_deg=lat, lon_deg=lon))
    state = threat.start(make_site([], assets=listed, zones=[]))
    table = empty_tracks(tracks, 6)
    table.count, bearing = tracks, rng.uniform(0.0, 2.0 * np.pi, tracks)
    table.track_id[:] = np.arange(1, tracks + 1)
    away, course = (
        rng.uniform(3000.0, 20_000.0, tracks),
        bearing + np.pi + rng.normal(0, 0.3, tracks),
    )
    table.state_enu[:] = np.stack([
        away * np.sin(bearing), away * np.cos(bearing), rng.uniform(50.0, 800.0, tracks),
        45.0 * np.sin(course), 45.0 * np.cos(course), np.zeros(tracks),
    ], axis=-1)  # fmt: skip
    table.cov_enu[:] = np.diag([400.0, 400.0, 900.0, 4.0, 4.0, 4.0])
    table.height_observed[:] = 1
    chance = {str(kind): 0.02 for kind in ObjectClass} | {"fixed_wing_uas": 0.88}
    records = {
        i: IdentityRecord(track_id=i, identity=Identity.UNKNOWN, class_prob=chance)
        for i in range(1, tracks + 1)
    }
    threat.advance(state, table, records, [], 1)
    found = []
    for number in range(times):
        begun = time.process_time()
        threat.advance(state, table, records, [], 2 + number)
        found.append(1000.0 * (time.process_time() - begun))
    return found


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    said, rng = measure(SKIES_QUICK if quick else SKIES), np.random.default_rng(1)
    rows = [
        Figure("moments, tracks and assets judged", f"{len(said.prob):,}"),
        Figure("arrivals of what was predicted at 85 to 95 %",
               share(said, (said.prob >= 0.85) & (said.prob < 0.95), rng), "85 to 95 %"),
    ]  # fmt: skip
    for low in (0.05, *np.arange(0.1, 1.0, 0.1)):
        high = 0.1 if low == 0.05 else low + 0.1
        chosen = (said.prob >= low) & (said.prob < high + (high > 0.99))
        mean = said.prob[chosen].mean() if chosen.any() else np.nan
        name = f"predicted {low:.0%} to {high:.0%} (mean {mean:.0%})"
        rows.append(Figure(name, share(said, chosen, rng)))
    came = said.hit
    off = np.abs(said.left_s - said.arrival_s) / said.sigma_s
    for stated, sigmas in INTERVALS:
        inside = float((off[came] <= sigmas).mean()) if came.any() else np.nan
        rows.append(
            Figure(f"arrivals inside the {stated:.0%} interval", f"{inside:.1%}", f"{stated:.0%}")
        )
    times = timed()
    rows.append(
        Figure("1,000 tracks, 50 assets: processor time",
               f"{min(times):.1f} / {np.median(times):.1f} / {max(times):.1f} ms", "20 ms")
    )  # fmt: skip
    return rows


if __name__ == "__main__":
    run_module(sys.modules[__name__])
