"""Ten thousand civil and friendly flights: is one ever called HOSTILE, or people warned of it?

python -m benchmarks.identity_gate [--quick] [--json]
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from benchmarks.figures import Figure, run_module
from benchmarks.flown import Plan, Sky, fly
from benchmarks.flown_site import BEGUN_NS, FRAME, make_site
from benchmarks.flown_traffic import (
    CIVIL,
    FRIENDLY,
    civil,
    friendly,
    ghost_of,
    give_words,
    listed,
    pick,
)
from benchmarks.seeds import upper_bound
from vedette import pipeline
from vedette.model.enums import Identity, SourceHealth, WarningLevel
from vedette.model.events import IdentityChanged, WarningEscalated, WarningRaised
from vedette.model.picture import AirPicture

NAME = "identity_gate"
TITLE = "Ten thousand civil and friendly flights"
TEXT = """Airliners, approaches, light aircraft, microlights, helicopters, ambulances to the pad,
lawful drones, own drones in their lane and astray, a hundred in the sky at a time for two minutes;
three in ten of those below the airliners fly straight at the quarters. About half the transponders
work; the others are missing, fall silent, are off by kilometres, late, broken or copied by a ghost;
in one sky of five a receiver is sick. From reports on, everything is the real core: tracker,
identity, threat, warning; no bytes, no sockets (`benchmarks/flown.py`). "Because of its identity"
is a warning whose cause is SUSPECT or HOSTILE; "because nobody looked" is the dead-man clock, which
asks for no identity and is counted apart. Bounds are exact (Clopper-Pearson, one-sided 95 %)."""
COMMAND = "python -m benchmarks.identity_gate"
NEEDS = ""

FLIGHTS, FLIGHTS_QUICK = 10_000, 600
PER_SKY, SECONDS = 100, 120
SICK_SHARE = 0.2


@dataclass(slots=True)
class Found:
    """What happened to the flights of one or more skies."""

    flights: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    hostile: int = 0
    suspect: Counter[str] = field(default_factory=Counter)
    by_identity: Counter[str] = field(default_factory=Counter)
    by_clock: Counter[str] = field(default_factory=Counter)
    possible: int = 0
    last: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Found") -> None:
        """Take in what another sky gave."""
        for name in Found.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


def draw(seed: int) -> Sky:
    """Draw one sky of PER_SKY civil and friendly flights, and the ghosts that copy some."""
    rng = np.random.default_rng([seed, 6])
    plans: list[Plan] = []
    ghosts: list[Plan] = []
    flights, taken = [], []
    for number in range(PER_SKY):
        kind = pick(rng, CIVIL | FRIENDLY)
        plan = friendly(rng, kind) if kind in FRIENDLY else civil(rng, kind)
        state = give_words(rng, plan, number, taken)
        plan.group = state
        if state == "copied by a ghost":
            ghosts.append(ghost_of(rng, plan))
        entry = listed(plan, number)
        flights += [entry] if entry is not None else []
        plans.append(plan)
    sick = {}
    if rng.random() < SICK_SHARE:
        source = str(rng.choice(["adsb", "friendly", "remote_id"]))
        sick[source] = SourceHealth.DEGRADED if rng.random() < 0.5 else SourceHealth.FAILED
    plans += ghosts
    paths = fly(plans, SECONDS, rng)
    assembled = pipeline.assemble(make_site(flights))
    return Sky(assembled, FRAME, plans, paths, rng, BEGUN_NS, sick)


def watch(sky: Sky) -> Found:
    """Run one sky and count. Whoever warns or is accused is matched to the flight nearest to it."""
    found = Found(flights=sum(plan.kind != "ghost" for plan in sky.plans))
    found.kinds.update(plan.kind for plan in sky.plans)
    accused: set[int] = set()
    warned: dict[str, set[int]] = {"threat": set(), "unassessed": set()}
    names: dict[int, str] = {}
    picture: AirPicture | None = None
    for step, picture in enumerate(sky.run()):
        matched: dict[int, int] = {}
        for event in picture.events:
            if isinstance(event, IdentityChanged) and event.after in ("SUSPECT", "HOSTILE"):
                matched = matched or sky.nearest(picture, step)
                found.hostile += event.after is Identity.HOSTILE
                accused.add(event.track_id)
                names[event.track_id] = name_of(sky, matched.get(event.track_id))
            if isinstance(event, WarningRaised | WarningEscalated):
                found.possible += event.level is WarningLevel.POSSIBLE
        for zone in sky_contacts(picture):
            warned[zone[0]].add(zone[1])
            if zone[1] not in names:
                matched = matched or sky.nearest(picture, step)
                names[zone[1]] = name_of(sky, matched.get(zone[1]))
    found.suspect.update(names[i] for i in accused)
    found.by_identity.update(names[i] for i in warned["threat"])
    found.by_clock.update(names[i] for i in warned["unassessed"])
    if picture is not None:
        found.last.update(str(record.identity) for record in picture.identities.values())
    return found


def sky_contacts(picture: AirPicture) -> list[tuple[str, int]]:
    """List (cause, track) of what stands in imminent warnings now, by what each track is."""
    pairs = []
    for warning in picture.warnings:
        if warning.level is not WarningLevel.IMMINENT:
            continue
        for track_id in warning.track_ids:
            record = picture.identities.get(track_id)
            armed = record is not None and record.identity in ("SUSPECT", "HOSTILE")
            pairs.append(("threat" if armed else "unassessed", track_id))
    return pairs


def name_of(sky: Sky, flight: int | None) -> str:
    """Say what a track was: kind and what was wrong with its transponder."""
    if flight is None:
        return "no flight"
    plan = sky.plans[flight]
    return f"{plan.kind}, {plan.group}"


def measure(flights: int) -> Found:
    """Run as many skies as hold this many flights."""
    found = Found()
    for seed in range(1, -(-flights // PER_SKY) + 1):
        found.add(watch(draw(seed)))
    return found


def of(counter: Counter[str], most: int = 6) -> str:
    """Say which kinds a count is made of."""
    listing = ", ".join(f"{name} {count}" for name, count in counter.most_common(most))
    return f" ({listing})" if listing else ""


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    found = measure(FLIGHTS_QUICK if quick else FLIGHTS)
    count = found.flights
    suspects, by_identity = sum(found.suspect.values()), sum(found.by_identity.values())
    return [
        Figure("flights", f"{count:,}", "10,000"),
        Figure("ever HOSTILE", f"{found.hostile} of {count:,}", "0"),
        Figure("the same, upper 95 % bound", f"{upper_bound(found.hostile, count):.4%}"),
        Figure("in an imminent warning because of its identity",
               f"{by_identity} of {count:,}{of(found.by_identity)}", "0"),
        Figure("the same, upper 95 % bound", f"{upper_bound(by_identity, count):.4%}"),
        Figure("ever SUSPECT", f"{suspects} of {count:,}{of(found.suspect)}"),
        Figure("the same, upper 95 % bound", f"{upper_bound(suspects, count):.4%}"),
        Figure("in an imminent warning because nobody looked",
               f"{sum(found.by_clock.values())} of {count:,}{of(found.by_clock, 8)}"),
    ]  # fmt: skip


if __name__ == "__main__":
    import sys

    run_module(sys.modules[__name__])
