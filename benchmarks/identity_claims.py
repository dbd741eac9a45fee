"""Drones that attack under a friendly name: does the name ever make one of them a friend?

python -m benchmarks.identity_claims [--quick] [--json]
"""

import math
import sys
from collections import Counter

import numpy as np

from benchmarks.figures import Figure, run_module
from benchmarks.flown import Paths, Plan, Sky, Word, fly
from benchmarks.flown_site import BEGUN_NS, FRAME, LANE, make_site
from benchmarks.seeds import upper_bound
from vedette import pipeline
from vedette.config.site import FlightListed
from vedette.model.enums import Identity

NAME = "identity_claims"
TITLE = "Attackers under a friendly name"
TEXT = """Drones fly at the quarters and send the name of a friendly flight that is on the day's
list, by ADS-B, Remote ID, a blue-force network (CoT, "friend"), Mode 3/A or MAVLink: where they
really are, somewhere else, or by day when the flight is listed for the night; forty in a sky, from
reports on through the real core (`benchmarks/flown.py`). Apart from them, the perfect copy: the
listed name, in the listed lane, in its hour, at its speed, and where it says it is. To radar and to
every receiver that is the flight itself; what parts the two is a feed in which nobody else can send
under its name (`authenticated`), the turn out of the lane, or both being in the sky; while one that
proves nothing flies within 100 m of a proven friend, neither is FRIEND. Beside them
fly attackers under an airliner's address, and real friends whose own feed is authenticated. What a
track is called counts for the flight that it is nearest to for three seconds in a row. Bounds are
exact (Clopper-Pearson, one-sided 95 %)."""
COMMAND = "python -m benchmarks.identity_claims"
NEEDS = ""

TRIALS, TRIALS_QUICK, PER_SKY, SECONDS = 2_000, 200, 40, 80
# A friend is told from what is this far off: the stage's own limit, and the errors of two tracks.
APART_M, ALONE_S = 180.0, 15
HELD_S = 3  # two that fly 60 m apart begin as one track: whose it is, shows
CLAIMS = ("ADS-B", "Remote ID", "blue force", "Mode 3/A", "MAVLink")
WAYS = ("true place", "false place", "wrong hour", "perfect copy", "airliner", "friend")
WAY_SHARES = (0.34, 0.24, 0.14, 0.12, 0.08, 0.08)
NIGHT = {"from_time": "2026-09-20T20:00:00Z", "to_time": "2026-09-20T23:00:00Z"}


def word_of(rng: np.random.Generator, claim: str, number: int, lies: bool) -> Word:
    """Make what the attacker sends."""
    offset = (0.0, 0.0, 0.0)
    if lies:
        turn, far = rng.uniform(0.0, 2.0 * np.pi), rng.uniform(300.0, 4000.0)
        offset = (far * math.sin(turn), far * math.cos(turn), 0.0)
    name = f"OWN{number:03d}"
    match claim:
        case "ADS-B":
            return Word("adsb", icao24=f"{0x730000 + number:06x}", callsign=name, offset_m=offset)
        case "Remote ID":
            return Word("remote_id", remote_id=f"SERIAL-{number}", offset_m=offset)
        case "blue force":
            return Word("cot", callsign=name, affiliation="friend", offset_m=offset)
        case "MAVLink":
            return Word("mavlink", callsign=name, offset_m=offset)
    return Word("radar", callsign=name, squawk="4321")


def plan_of(rng: np.random.Generator, claim: str, way: str, number: int) -> Plan:
    """Lay out one attacker. group: its claim and its way."""
    lies = way == "false place" and claim != "Mode 3/A"
    words, group = [word_of(rng, claim, number, lies)], f"{claim}, {way}"
    if way == "airliner":
        words = [Word("adsb", icao24=f"{0x4B0000 + number:06x}", callsign=f"AIR{number}")]
        group = way
    if way == "friend":
        words, group = [Word("friendly", remote_id=f"SERIAL-{number}")], way
    height, rcs = rng.uniform(80.0, 400.0), rng.normal(-10.0, 3.0)
    if way in ("perfect copy", "friend"):
        share = rng.uniform(0.0, 0.6)
        east, north = (LANE[0][i] + share * (LANE[1][i] - LANE[0][i]) for i in (0, 1))
        line = [(*LANE[1], height), (*LANE[2], height)]
        speed = rng.uniform(22.0, 33.0)
        return Plan("copy", (east, north, height), line, speed, 0.1, rcs_dbsm=rcs, words=words,
                    group=group)  # fmt: skip
    # From anywhere but out of the lane, which lies to the east.
    bearing, far = rng.uniform(2.2, 2.0 * np.pi - 0.6), rng.uniform(4000.0, 9000.0)
    start = (far * math.sin(bearing), far * math.cos(bearing), height)
    speed = rng.uniform(24.0, 55.0)
    return Plan("attacker", start, [(0.0, 0.0, 5.0)], speed, 0.1, rcs_dbsm=rcs, words=words,
                group=group, at_end="ends")  # fmt: skip


def listed(number: int, way: str) -> FlightListed:
    """List the friendly flight whose name the attacker sends; it is not in the sky itself."""
    return FlightListed(
        id=f"own{number}",
        affiliation="friend",
        icao24=f"{0x730000 + number:06x}",
        remote_id=f"SERIAL-{number}",
        callsign=f"OWN{number:03d}",
        corridor="recovery",
        speed_max_mps=35.0,
        **(NIGHT if way == "wrong hour" else {}),
    )


def watch(seed: int, trials: Counter[str], became: Counter[tuple[str, str]]) -> None:
    """Fly one sky; counts trials by group, and (group, identity) of those that were ever that."""
    rng = np.random.default_rng([seed, 66])
    plans, flights = [], []
    for number in range(PER_SKY):
        way = str(rng.choice(WAYS, p=WAY_SHARES))
        plans.append(plan_of(rng, CLAIMS[number % len(CLAIMS)], way, number))
        flights.append(listed(number, way))
    trials.update(plan.group for plan in plans)
    paths = fly(plans, SECONDS, rng)
    sky = Sky(pipeline.assemble(make_site(flights)), FRAME, plans, paths, rng, BEGUN_NS)
    ever: set[tuple[int, str]] = set()
    held: dict[tuple[int, int, str], int] = {}
    for step, picture in enumerate(sky.run()):
        now = [
            (track_id, flight, str(picture.identities[track_id].identity))
            for track_id, flight in sky.nearest(picture, step, 400.0).items()
        ]
        held = {key: held.get(key, 0) + 1 for key in now}
        ever |= {(flight, identity) for (_, flight, identity), s in held.items() if s >= HELD_S}
    became.update((plans[flight].group, identity) for flight, identity in ever)
    alone = [
        k for k, plan in enumerate(plans) if plan.group == "friend" and alone_s(paths, k) >= ALONE_S
    ]
    trials["friend alone"] += len(alone)
    became["friend alone", "FRIEND"] += sum((k, "FRIEND") in ever for k in alone)


def alone_s(paths: Paths, flight: int) -> int:
    """Count the longest stretch of seconds in which nobody flew near a flight."""
    longest = now = 0
    for second in range(int(paths.end[flight])):
        flying = np.flatnonzero(paths.end > second)
        off_m = paths.pos_m[second, flying, :2] - paths.pos_m[second, flight, :2]
        others = np.hypot(off_m[:, 0], off_m[:, 1])[flying != flight]
        now = now + 1 if others.min(initial=math.inf) > APART_M else 0
        longest = max(longest, now)
    return longest


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    trials: Counter[str] = Counter()
    became: Counter[tuple[str, str]] = Counter()
    for seed in range(1, (TRIALS_QUICK if quick else TRIALS) // PER_SKY + 1):
        watch(seed, trials, became)
    rows, total, friends, copies, copied = [], 0, 0, 0, 0
    for claim in CLAIMS:
        groups = [f"{claim}, {way}" for way in WAYS[:3]]
        count = sum(trials[group] for group in groups)
        found = {i: sum(became[group, i] for group in groups) for i in Identity}
        total, friends = total + count, friends + found[Identity.FRIEND]
        said = f"{found[Identity.FRIEND]} FRIEND, {found[Identity.ASSUMED_FRIEND]} ASSUMED_FRIEND"
        said += f", {found[Identity.NEUTRAL]} NEUTRAL of {count:,}"
        rows.append(Figure(f"under a name sent by {claim}", said, "0 FRIEND, 0 NEUTRAL"))
    rows.append(Figure("all: ever FRIEND", f"{friends} of {total:,}", "0"))
    rows.append(Figure("the same, upper 95 % bound", f"{upper_bound(friends, total):.3%}"))
    for claim in CLAIMS:
        group = f"{claim}, perfect copy"
        count = trials[group]
        said = f"{became[group, 'FRIEND']} FRIEND, {became[group, 'ASSUMED_FRIEND']} ASSUMED_FRIEND"
        copies, copied = copies + count, copied + became[group, "FRIEND"]
        rows.append(Figure(f"perfect copy by {claim}", f"{said} of {count:,}", "0 FRIEND"))
    rows.append(
        Figure(
            "perfect copies: ever FRIEND, upper 95 % bound", f"{upper_bound(copied, copies):.3%}"
        )
    )
    for group, words, bound in (
        ("friend", "real friends by an authenticated feed: ever FRIEND", ""),
        ("friend alone", f"those that nobody flew beside for {ALONE_S} s: ever FRIEND", "all"),
    ):
        said = f"{became[group, 'FRIEND']} of {trials[group]:,}"
        rows.append(Figure(words, said, bound))
    liners = trials["airliner"]
    said = f"{became['airliner', 'NEUTRAL']} NEUTRAL of {liners:,}"
    return [*rows, Figure("attackers under an airliner's address", said, "0")]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
