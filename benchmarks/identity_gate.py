"""Ten thousand civil and friendly flights: is one ever called HOSTILE, or people warned of it?

python -m benchmarks.identity_gate [--quick] [--json]
"""

import hashlib
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from msgspec.structs import replace

from benchmarks.figures import REPOSITORY, Figure, run_module
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
from vedette import pipeline, threat, warning
from vedette.base.constants import NS_PER_S
from vedette.model.enums import Identity
from vedette.model.events import IdentityChanged
from vedette.model.picture import AirPicture, IdentityRecord
from vedette.warning.contacts import HOLD_S

NAME = "identity_gate"
TITLE = "Ten thousand civil and friendly flights"
TEXT = """Airliners, approaches, light aircraft, microlights, helicopters, ambulances to the pad,
lawful drones, own drones in their lane and astray, a hundred in the sky at a time for two minutes;
three in ten of those below the airliners fly straight at the quarters. About half the transponders
work; the others are missing, fall silent, are off by kilometres, late, broken or copied by a ghost;
in one sky of five a receiver hears nothing, from the beginning or after 40 s. Flights begin 2 to
14 km away (airliners 8 to 24), as those that come up over the horizon do. From reports on,
everything is the real core: tracker, identity, threat, warning; no bytes, no sockets
(`benchmarks/flown.py`). "Because of its identity": beside the stages run threat and warning
twice more, once as the evidence says and once told UNKNOWN wherever it says SUSPECT or HOSTILE; by
what orders cover there too, people are warned because nobody has looked (the dead-man clock, which
asks for no identity), and it is counted apart. A track that a warning merely names, because it may
come too, orders nothing. An own drone outside its lane that sends nothing, or what is false, is
to any observer what an attacker is; it has rows of its own. Bounds are exact (Clopper-Pearson,
one-sided 95 %). Skies that the same program has flown before are not flown again: a run that was
cut off goes on where it was."""
COMMAND = "python -m benchmarks.identity_gate"
NEEDS = ""

FLIGHTS, FLIGHTS_QUICK = 10_000, 600
PER_SKY, SECONDS = 100, 120
SICK_SHARE = 0.2
ACCUSED = (Identity.SUSPECT, Identity.HOSTILE)
KEPT = REPOSITORY / ".vedette" / "identity_gate.jsonl"


@dataclass(slots=True)
class Found:
    """What happened to the flights of one or more skies."""

    flights: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    hostile: int = 0
    suspect: Counter[str] = field(default_factory=Counter)
    by_identity: Counter[str] = field(default_factory=Counter)
    by_clock: Counter[str] = field(default_factory=Counter)

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
    deaf = {}
    if rng.random() < SICK_SHARE:
        source = str(rng.choice(["adsb", "friendly", "remote_id"]))
        deaf[source] = int(rng.choice([0, 40]))
    plans += ghosts
    paths = fly(plans, SECONDS, rng)
    assembled = pipeline.assemble(make_site(flights))
    return Sky(assembled, FRAME, plans, paths, rng, BEGUN_NS, deaf)


@dataclass(slots=True)
class Beside:
    """Threat and warning once more. accuses: as the evidence says; else by nobody's word."""

    threat: threat.ThreatState
    warning: warning.WarningState
    accuses: bool

    def ordering(self, picture: AirPicture) -> set[int]:
        """Go one step on and list the tracks by which a zone is told to take cover."""
        records = picture.identities
        if not self.accuses:
            records = {i: _unaccused(record) for i, record in records.items()}
        threats = threat.advance(self.threat, picture.tracks, records, [], picture.now_ns)
        args = (picture.tracks, records, threats, [], [], picture.now_ns)
        warning.advance(self.warning, *args)
        since_ns = picture.now_ns - round(HOLD_S * NS_PER_S)
        contacts = (c for zone in self.warning.zones.values() for c in zone.contacts.values())
        return {c.track_id for c in contacts if 0 < c.imminent_since_ns <= since_ns}


def beside(sky: Sky, accuses: bool) -> Beside:
    """Start threat and warning beside a sky."""
    site = sky.assembled.site
    return Beside(threat.start(site), warning.start(site), accuses)


def _unaccused(record: IdentityRecord) -> IdentityRecord:
    accused = record.identity in ACCUSED and record.identity_by == "evidence"
    return replace(record, identity=Identity.UNKNOWN) if accused else record


def watch(sky: Sky) -> Found:
    """Run one sky and count. Who warns or is accused is matched to the flight nearest to it."""
    found = Found(flights=sum(plan.kind != "ghost" for plan in sky.plans))
    found.kinds.update(plan.kind for plan in sky.plans)
    judged, unjudged = beside(sky, accuses=True), beside(sky, accuses=False)
    accused: set[int] = set()
    warned: set[int] = set()
    without: set[int] = set()
    names: dict[int, str] = {}
    for step, picture in enumerate(sky.run()):
        fresh = {
            event.track_id
            for event in picture.events
            if isinstance(event, IdentityChanged) and event.after in ACCUSED
        }
        found.hostile += sum(picture.identities[i].identity is Identity.HOSTILE for i in fresh)
        named = judged.ordering(picture)
        accused, warned = accused | fresh, warned | named
        without |= unjudged.ordering(picture)
        unnamed = (fresh | named) - names.keys()
        if unnamed:
            matched = sky.nearest(picture, step)
            names.update({i: name_of(sky, matched.get(i)) for i in unnamed})
    found.suspect.update(names[i] for i in accused)
    found.by_identity.update(names[i] for i in warned - without)
    found.by_clock.update(names[i] for i in warned & without)
    return found


def name_of(sky: Sky, flight: int | None) -> str:
    """Say what a track was: kind and what was wrong with its transponder."""
    if flight is None:
        return "no flight"
    plan = sky.plans[flight]
    return f"{plan.kind}, {plan.group}"


class Flown(msgspec.Struct, frozen=True):
    """One line of KEPT: by which program, which sky, and what was counted in it."""

    program: str
    seed: int
    found: dict[str, int | dict[str, int]]


def program() -> str:
    """Name what decides the result: the sources and numbers of the package, and the flights."""
    state = hashlib.sha256()
    package = sorted((REPOSITORY / "src" / "vedette").rglob("*"))
    own = [Path(__file__), *sorted(Path(__file__).parent.glob("flown*.py"))]
    for path in [*(p for p in package if p.suffix in (".py", ".npz")), *own]:
        state.update(path.read_bytes())
    return state.hexdigest()[:16]


def flown_before(kept: Path, name: str) -> dict[int, Found]:
    """Read the skies that this program has flown; a line cut off by a crash is left out."""
    done: dict[int, Found] = {}
    for line in kept.read_bytes().splitlines() if kept.is_file() else ():
        try:
            flown = msgspec.json.decode(line, type=Flown)
        except msgspec.MsgspecError:
            continue
        if flown.program == name:
            counts = flown.found.items()
            done[flown.seed] = Found(
                **{k: Counter(v) if isinstance(v, dict) else v for k, v in counts}  # type: ignore
            )
    return done


def measure(flights: int, kept: Path = KEPT) -> Found:
    """Run as many skies as hold this many flights, but those in `kept`; each is kept at once."""
    found, name = Found(), program()
    done = flown_before(kept, name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(1, -(-flights // PER_SKY) + 1):
        if seed not in done:
            done[seed] = watch(draw(seed))
            with kept.open("ab") as file:
                found_here = msgspec.to_builtins(done[seed])
                file.write(msgspec.json.encode(Flown(name, seed, found_here)) + b"\n")
        found.add(done[seed])
    return found


def of(counter: Counter[str], most: int = 6) -> str:
    """Say which kinds a count is made of."""
    listing = ", ".join(f"{name} {count}" for name, count in counter.most_common(most))
    return f" ({listing})" if listing else ""


def split(counter: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Part a count into flights that an observer could know, and own drones that nobody could."""
    lost = Counter({n: c for n, c in counter.items() if n.startswith("own drone astray")})
    return counter - lost, lost


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    found = measure(FLIGHTS_QUICK if quick else FLIGHTS)
    astray = found.kinds["own drone astray"]
    count = found.flights - astray
    (suspect, suspect_lost), (warned, warned_lost) = split(found.suspect), split(found.by_identity)
    suspects, by_identity = suspect.total(), warned.total()
    return [
        Figure("flights", f"{found.flights:,}", "10,000"),
        Figure("ever HOSTILE", f"{found.hostile} of {found.flights:,}", "0"),
        Figure("the same, upper 95 % bound", f"{upper_bound(found.hostile, found.flights):.4%}"),
        Figure("in an imminent warning because of its identity",
               f"{by_identity} of {count:,}{of(warned)}", "0"),
        Figure("the same, upper 95 % bound", f"{upper_bound(by_identity, count):.4%}"),
        Figure("ever SUSPECT", f"{suspects} of {count:,}{of(suspect)}"),
        Figure("the same, upper 95 % bound", f"{upper_bound(suspects, count):.4%}"),
        Figure("own drones outside their lane: ever SUSPECT",
               f"{suspect_lost.total()} of {astray:,}{of(suspect_lost)}"),
        Figure("own drones outside their lane: in an imminent warning because of identity",
               f"{warned_lost.total()} of {astray:,}{of(warned_lost)}"),
        Figure("in an imminent warning because nobody looked",
               f"{found.by_clock.total()} of {found.flights:,}{of(found.by_clock, 8)}"),
    ]  # fmt: skip


if __name__ == "__main__":
    run_module(sys.modules[__name__])
