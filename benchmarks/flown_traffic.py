"""Civil, friendly and hostile flights about the site of `flown_site`, drawn by chance.

What each sends of itself is drawn apart: as it should, not at all, broken, or copied by another.
The shares are assumptions, not statistics; the gate holds for each kind by itself as well.
"""

import math
from dataclasses import replace

import numpy as np

from benchmarks.flown import Plan, Word
from benchmarks.flown_site import APPROACH, ASSETS, LANE, SURVEY_M, SURVEY_RADIUS_M
from vedette.config.site import FlightListed

Rng = np.random.Generator
# kind: how many of a hundred.
CIVIL = {
    "airliner": 14,
    "approach": 12,
    "light aircraft": 20,
    "microlight": 6,
    "helicopter": 10,
    "ambulance to the pad": 6,
    "lawful drone": 10,
}
FRIENDLY = {"own drone in its lane": 14, "own multirotor in its lane": 5, "own drone astray": 3}
# What a transponder does: how many of a hundred.
TRANSPONDER = {
    "well": 48,
    "missing": 16,
    "falls silent": 8,
    "offset": 6,
    "wrong height": 3,
    "late": 4,
    "broken off and on": 4,
    "another's address": 4,
    "copied by a ghost": 4,
    "Mode A/C only": 3,
}


def pick(rng: Rng, shares: dict[str, int]) -> str:
    """Draw one of the names by its share."""
    names = list(shares)
    weights = np.array([shares[name] for name in names], dtype=np.float64)
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def across(rng: Rng, miss_m: float, near_m: float, far_m: float, height_m: float) -> tuple:
    """Draw a start and a way straight past the quarters: misses them by about miss_m."""
    bearing, distance = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(near_m, far_m)
    start = (distance * math.sin(bearing), distance * math.cos(bearing), height_m)
    side = rng.normal() * miss_m
    aim = (side * math.cos(bearing), -side * math.sin(bearing), height_m)
    return start, [aim]


def civil(rng: Rng, kind: str) -> Plan:
    """Draw one civil flight without its transponder."""
    if kind == "airliner":
        height = rng.uniform(5000.0, 11_000.0)
        start, way = across(rng, 8000.0, 8000.0, 24_000.0, height)
        return Plan(kind, start, way, rng.uniform(180.0, 250.0), 0.02, rcs_dbsm=rng.normal(16, 5))
    if kind == "approach":
        line = APPROACH if rng.random() < 0.5 else APPROACH[::-1]
        height = rng.uniform(500.0, 2500.0)
        share = rng.uniform(0.0, 0.5)
        start = tuple(line[0][i] + share * (line[1][i] - line[0][i]) for i in (0, 1))
        way = [(*line[1], height), (*line[2], max(height - 300.0, 350.0))]
        speed = rng.uniform(65.0, 110.0)
        return Plan(kind, (*start, height), way, speed, 0.03, rcs_dbsm=rng.normal(12.0, 5.0))
    if kind == "light aircraft":
        miss = 300.0 if rng.random() < 0.3 else 4000.0
        start, way = across(rng, miss, 3000.0, 14_000.0, rng.uniform(120.0, 1500.0))
        return Plan(kind, start, way, rng.uniform(40.0, 75.0), 0.08, rcs_dbsm=rng.normal(4.0, 4.0))
    if kind == "microlight":
        miss = 300.0 if rng.random() < 0.3 else 3000.0
        start, way = across(rng, miss, 2500.0, 8000.0, rng.uniform(80.0, 600.0))
        return Plan(kind, start, way, rng.uniform(20.0, 38.0), 0.1, rcs_dbsm=rng.normal(1.0, 3.0))
    if kind == "helicopter":
        miss = 300.0 if rng.random() < 0.3 else 3000.0
        start, way = across(rng, miss, 2500.0, 10_000.0, rng.uniform(60.0, 500.0))
        return Plan(kind, start, way, rng.uniform(35.0, 75.0), 0.12, rcs_dbsm=rng.normal(7.0, 4.0))
    if kind == "ambulance to the pad":
        east, north, _ = ASSETS["hospital"]
        start, _ = across(rng, 0.0, 3000.0, 9000.0, rng.uniform(80.0, 300.0))
        start = (start[0] + east, start[1] + north, start[2])
        return Plan(
            kind, start, [(east, north, 15.0)], rng.uniform(45.0, 70.0), 0.15,
            rcs_dbsm=rng.normal(7.0, 4.0), at_end="ends",
        )  # fmt: skip
    spots = [
        tuple(SURVEY_M[i] + 0.6 * SURVEY_RADIUS_M * rng.uniform(-1.0, 1.0) for i in (0, 1))
        for _ in range(8)
    ]
    height = rng.uniform(40.0, 120.0)
    return Plan(
        kind, (*spots[0], height), [(*spot, height) for spot in spots[1:]], rng.uniform(6.0, 15.0),
        0.5, rcs_dbsm=rng.normal(-14.0, 3.0),
    )  # fmt: skip


def friendly(rng: Rng, kind: str) -> Plan:
    """Draw one friendly flight without what it sends."""
    height = rng.uniform(120.0, 400.0)
    if kind == "own drone astray":
        start, way = across(rng, 400.0, 4000.0, 9000.0, height)
        return Plan(kind, start, way, rng.uniform(24.0, 33.0), 0.1, rcs_dbsm=rng.normal(-9.0, 2.0))
    fixed = kind == "own drone in its lane"
    share, side = rng.uniform(0.0, 0.9), rng.normal() * 120.0
    start = [LANE[0][i] + share * (LANE[1][i] - LANE[0][i]) for i in (0, 1)]
    way = [(*LANE[1], height), (*LANE[2], 20.0)]
    speed = rng.uniform(22.0, 33.0) if fixed else rng.uniform(8.0, 16.0)
    rcs = rng.normal(-9.0, 2.0) if fixed else rng.normal(-14.0, 3.0)
    return Plan(
        kind, (start[0], start[1] + side, height), way, speed, 0.1 if fixed else 0.5,
        rcs_dbsm=rcs, at_end="ends",
    )  # fmt: skip


def give_words(rng: Rng, plan: Plan, number: int, taken: list[str]) -> str:
    """Give a flight what it sends, sound or not; returns what is the matter with it.

    number: its own, for its address. taken: addresses that others send.
    """
    state = pick(rng, TRANSPONDER)
    small = plan.kind in ("lawful drone", *FRIENDLY)
    feed = "adsb" if not small else "remote_id" if plan.kind == "lawful drone" else "friendly"
    name = f"{0x4B0000 + number:06x}" if feed == "adsb" else f"SERIAL-{number}"
    word = Word(feed, icao24=name) if feed == "adsb" else Word(feed, remote_id=name)
    if state == "missing":
        return state
    if state == "Mode A/C only" and feed == "adsb":
        plan.words = [Word("radar", squawk=f"{rng.integers(0, 8)}{rng.integers(0, 8)}00")]
        return state
    plan.words = [broken(rng, word, state, taken)]
    taken.append(name)
    return state


def broken(rng: Rng, word: Word, state: str, taken: list[str]) -> Word:
    """Break what a flight sends as the state says."""
    if state == "falls silent":
        return replace(word, until_s=float(rng.uniform(15.0, 60.0)))
    if state == "offset":
        east, north = rng.normal(size=2) * 2000.0
        return replace(word, offset_m=(float(east), float(north), 0.0))
    if state == "wrong height":
        return replace(word, offset_m=(0.0, 0.0, float(rng.choice([-600.0, 500.0, 1500.0]))))
    if state == "late":
        return replace(word, late_s=int(rng.integers(2, 9)))
    if state == "broken off and on":
        return replace(word, share=0.25)
    if state == "another's address" and taken:
        other = taken[int(rng.integers(len(taken)))]
        if word.icao24 and other.startswith("4b"):
            return replace(word, icao24=other)
        if word.remote_id and other.startswith("SERIAL"):
            return replace(word, remote_id=other)
    return word


def ghost_of(rng: Rng, plan: Plan) -> Plan:
    """Make the transmission without an aircraft that copies a flight's address elsewhere."""
    east, north = rng.normal(size=2) * 3000.0
    start = (plan.start[0] + east, plan.start[1] + north, plan.start[2])
    way = [(x - east, y - north, z) for x, y, z in plan.way]
    return replace(plan, kind="ghost", start=start, way=way, on_radar=False)


def listed(plan: Plan, number: int) -> FlightListed | None:
    """Put a friendly flight on the list of the day, whatever it sends now."""
    if plan.kind not in FRIENDLY:
        return None
    return FlightListed(
        id=f"own{number}",
        affiliation="friend",
        remote_id=f"SERIAL-{number}",
        corridor="recovery",
        speed_max_mps=35.0,
    )
