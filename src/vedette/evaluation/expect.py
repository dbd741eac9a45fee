"""Whether a run did what its scenario expects: each expectation a value, a bound, and a verdict.

In: the scenario, and the folder a run leaves (truth, tracks, events, statement). Out: verdicts in
the order of the `[expect]` table's fields (explained at `simulator.scenario.Expect`).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from vedette.base.errors import RefusedError
from vedette.evaluation.matching import MATCH_MAX_M, PHANTOM_MIN_M, Matching, match
from vedette.geo import SiteFrame
from vedette.model.kinds import BIRDS
from vedette.outputs.parquet import TrackRows, TruthRows, read_tracks, read_truth
from vedette.simulator.expectation import Expect
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sight import covered_by

RADARS = ("radar_3d", "radar_2d")
WARNINGS = ("WarningRaised", "WarningEscalated")
# Tracks are named to people by these: who joins an open warning is told without an alarm.
NAMING = (*WARNINGS, "WarningUpdated")
ENGAGEMENTS = ("EngagementFirstAuthorised", "EngagementAuthorised", "EngagementExecuting")
ACCUSED = ("SUSPECT", "HOSTILE")
FRIENDLY = ("FRIEND", "ASSUMED_FRIEND")
LOOKED = ("TrackAssessed", "TrackDismissed")
S_PER_NS = 1e-9

EventRow = dict[str, Any]
Value = bool | int | float | None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation: what was found, what was demanded, whether it is met. None: not found."""

    name: str
    value: Value
    bound: Value
    passed: bool


@dataclass(slots=True)
class Evidence:
    """What the verdicts are found from."""

    loaded: LoadedScenario
    truth: TruthRows
    tracks: TrackRows
    events: list[EventRow]
    statement: str
    matching: Matching

    @property
    def attackers(self) -> list[int]:
        """The objects that attack something, by index into the truth's objects."""
        names = self.truth.notes.get("attacks", {})
        return [k for k, name in enumerate(self.truth.object_ids) if name in names]

    def warnings_of(self, number: int) -> list[EventRow]:
        """List the warnings that name a track which was on an object (index), in their order."""
        mine = set(self.matching.tracks_on(number))
        return [row for row in self.named(*NAMING) if mine & set(row["track_ids"])]

    def named(self, *events: str) -> list[EventRow]:
        """List the events of these names, in their order."""
        return [row for row in self.events if row["event"] in events]


def judge(loaded: LoadedScenario, folder: Path, attended: bool) -> list[Verdict]:
    """Judge the run whose files lie in `folder` by the scenario's expectations.

    attended: judged by `[expect]`, else by `[expect_unattended]`. Raises RefusedError where a file
    of the run is missing or unreadable.
    """
    truth = read_truth(folder / "truth.parquet")
    tracks = read_tracks(folder / "tracks.parquet")
    evidence = Evidence(
        loaded=loaded,
        truth=truth,
        tracks=tracks,
        events=read_events(folder / "events.jsonl"),
        statement=_text(folder / "statement.txt"),
        matching=match(truth, tracks),
    )
    return verdicts(evidence, demanded(loaded, attended))


def demanded(loaded: LoadedScenario, attended: bool) -> Expect:
    """Give what a scenario demands, with people at the console or with nobody."""
    scenario = loaded.scenario
    return scenario.expect if attended else scenario.expect_unattended


def verdicts(evidence: Evidence, expect: Expect) -> list[Verdict]:
    """Judge everything that an `[expect]` table demands."""
    found = []
    for name in expect.__struct_fields__:
        bound = getattr(expect, name)
        if bound is not None:
            value = FINDERS[name](evidence)
            passed = value is not None and _holds(name, value, bound)
            found.append(Verdict(name=name, value=value, bound=bound, passed=passed))
    return found


def read_events(path: Path) -> list[EventRow]:
    """Read `events.jsonl`. Raises RefusedError with the line that is not an event."""
    rows = []
    for number, line in enumerate(_text(path).splitlines(), 1):
        try:
            row = json.loads(line)
            rows.append({**row, "t_ns": int(row["t_ns"]), "event": str(row["event"])})
        except (ValueError, KeyError, TypeError) as error:
            raise RefusedError(f"{path}:{number}: not an event ({error})") from error
    return rows


def _text(path: Path) -> str:
    """Read a text file of a run."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{path}: cannot be read ({error})") from error


def _holds(name: str, value: bool | int | float, bound: bool | int | float) -> bool:
    """Compare as the name says: _max and _within_s are upper bounds, _min lower, others equal."""
    if name.endswith(("_max", "_within_s")):
        return value <= bound
    if name.endswith("_min"):
        return value >= bound
    return value == bound


def attackers_tracked_s(evidence: Evidence) -> Value:
    """Measure from entering a radar's coverage to the first track on it, the slowest attacker."""
    waits = []
    for number in evidence.attackers:
        rows = evidence.truth.object_index == number
        times, states = evidence.truth.t_ns[rows], evidence.truth.state_enu[rows]
        inside = covered_by(evidence.loaded.site, RADARS, states[:, :3], evidence.loaded.terrain)
        tracked = np.flatnonzero(evidence.matching.track_of[number] >= 0)
        if not inside.any():
            continue
        if not len(tracked):
            return None
        seen_ns = evidence.matching.aligned.instants_ns[tracked[0]]
        waits.append(float(seen_ns - times[inside][0]) * S_PER_NS)
    return max(waits, default=None)


def attackers_separate(evidence: Evidence) -> Value:
    """Say whether every attacker was tracked and no track number served two of them."""
    used = [evidence.matching.tracks_on(number) for number in evidence.attackers]
    together = [track for tracks in used for track in tracks]
    return bool(used and all(used) and len(set(together)) == len(together))


def identity_switches(evidence: Evidence) -> Value:
    """Count changed track numbers of attackers."""
    return sum(evidence.matching.switches(number) for number in evidence.attackers)


def warning_lead_s(evidence: Evidence, levels: tuple[str, ...] = ("possible", "imminent")) -> Value:
    """Measure from the first warning of an attacked zone to the first arrival there.

    Only warnings that name a track which was on an attacker count.
    """
    notes = evidence.truth.notes
    arrivals = {
        k: notes["would_arrive_ns"][evidence.truth.object_ids[k]] for k in evidence.attackers
    }
    mine = {t for k in evidence.attackers for t in evidence.matching.tracks_on(k)}
    attacked = set(notes.get("attacks", {}).values())
    zones = {zone.id for zone in evidence.loaded.site.zones if zone.asset in attacked}
    times = [
        row["t_ns"]
        for row in evidence.named(*NAMING)
        if row["zone_id"] in zones and row["level"] in levels and mine & set(row["track_ids"])
    ]
    if not times or not arrivals:
        return None
    return float(round((min(arrivals.values()) - min(times)) * S_PER_NS, 3))


def imminent_lead_s(evidence: Evidence) -> Value:
    """Measure `warning_lead_s` for warnings of level imminent."""
    return warning_lead_s(evidence, ("imminent",))


def tracked_ratio(evidence: Evidence) -> Value:
    """Give the share of attackers that ever had a track; None where nobody attacks."""
    found = [bool(evidence.matching.tracks_on(number)) for number in evidence.attackers]
    return sum(found) / len(found) if found else None


def warned_ratio(evidence: Evidence) -> Value:
    """Give the share of attackers that a warning named before they arrived, or would have."""
    arrivals = evidence.truth.notes["would_arrive_ns"]
    found = []
    for number in evidence.attackers:
        arrival_ns = arrivals[evidence.truth.object_ids[number]]
        named = evidence.warnings_of(number)
        found.append(any(row["t_ns"] < arrival_ns for row in named))
    return sum(found) / len(found) if found else None


def warned_unassessed(evidence: Evidence) -> Value:
    """Say whether each attacker was warned of, imminent, before any person looked at its track."""
    looks = evidence.named(*LOOKED)
    looks += [r for r in evidence.named("IdentityChanged") if r.get("by", "evidence") != "evidence"]
    for number in evidence.attackers:
        tracks = set(evidence.matching.tracks_on(number))
        looked_ns = [row["t_ns"] for row in looks if row["track_id"] in tracks]
        first_ns = min(looked_ns, default=None)
        warned = [r for r in evidence.warnings_of(number) if r["level"] == "imminent"]
        if not any(first_ns is None or row["t_ns"] < first_ns for row in warned):
            return False
    return bool(evidence.attackers)


def warned_s(evidence: Evidence) -> Value:
    """Measure from the start of an attacker's track to the first warning that names it."""
    waits = [
        (row["t_ns"] - row["t_detect_ns"]) * S_PER_NS
        for number in evidence.attackers
        for row in evidence.warnings_of(number)[:1]
    ]
    return round(min(waits), 3) if waits else None


def delivered_s(evidence: Evidence) -> Value:
    """Measure from the start of an attacker's track to a channel's word that people have it."""
    delivered = {
        (row["warning_id"], row["revision"]): row["t_ns"]
        for row in reversed(evidence.named("WarningDelivered"))
    }
    waits = [
        (delivered[key] - row["t_detect_ns"]) * S_PER_NS
        for number in evidence.attackers
        for row in evidence.warnings_of(number)
        if (key := (row["warning_id"], row["revision"])) in delivered
    ]
    return round(min(waits), 3) if waits else None


def ever(evidence: Evidence, identities: tuple[str, ...]) -> set[int]:
    """List the tracks (by number) that ever had one of these identities."""
    rows = zip(evidence.tracks.track_id.tolist(), evidence.tracks.identity, strict=True)
    tracks = {track for track, identity in rows if identity in identities}
    changes = evidence.named("IdentityChanged")
    return tracks | {int(row["track_id"]) for row in changes if row["after"] in identities}


def accused(evidence: Evidence, identities: tuple[str, ...]) -> set[int]:
    """List the objects (index) whose track ever had one of these identities."""
    objects = evidence.matching.object_of
    return {objects[track] for track in ever(evidence, identities) if track in objects}


def civil_or_friend_suspect(evidence: Evidence) -> Value:
    """Count civil and friendly objects whose track was ever SUSPECT or HOSTILE."""
    truth = evidence.truth
    return sum(
        truth.identities[k] in ("NEUTRAL", "FRIEND") and truth.classes[k] not in BIRDS
        for k in accused(evidence, ACCUSED)
    )


def birds_suspect(evidence: Evidence) -> Value:
    """Count birds whose track was ever SUSPECT or HOSTILE."""
    return sum(evidence.truth.classes[k] in BIRDS for k in accused(evidence, ACCUSED))


def hostile_tracks(evidence: Evidence) -> Value:
    """Count tracks that were ever HOSTILE."""
    return len(ever(evidence, ("HOSTILE",)))


def friends_known(evidence: Evidence) -> Value:
    """Count friendly objects whose track was ever FRIEND or ASSUMED_FRIEND."""
    return sum(evidence.truth.identities[k] == "FRIEND" for k in accused(evidence, FRIENDLY))


def spoofed_trusted(evidence: Evidence) -> Value:
    """Count spoofed objects whose track was ever taken for a friend or a civil aircraft."""
    names = evidence.truth.notes.get("spoofed", [])
    trusted = accused(evidence, (*FRIENDLY, "NEUTRAL"))
    return sum(evidence.truth.object_ids[k] in names for k in trusted)


def birds_hostile(evidence: Evidence) -> Value:
    """Count birds whose track was ever HOSTILE."""
    return sum(evidence.truth.classes[k] in BIRDS for k in accused(evidence, ("HOSTILE",)))


def two_person(evidence: Evidence) -> Value:
    """Say whether there was an authorisation, and nothing without two different people."""
    authorised = evidence.named("EngagementAuthorised")
    pairs = [set(row["persons"]) for row in authorised]
    allowed = {row["engagement_id"] for row in authorised}
    acted = {
        row["engagement_id"] for row in evidence.named("EngagementExecuting", "EngagementExecuted")
    }
    return bool(pairs) and all(len(pair) == 2 for pair in pairs) and acted <= allowed


def attackers_destroyed(evidence: Evidence) -> Value:
    """Say whether every attacker was destroyed, in simulation, before it arrived."""
    notes = evidence.truth.notes
    names = [evidence.truth.object_ids[k] for k in evidence.attackers]
    ends = [(notes["ends"].get(name, {}), notes["would_arrive_ns"][name]) for name in names]
    return bool(ends) and all(
        end.get("how") == "destroyed" and end["t_ns"] < arrival_ns for end, arrival_ns in ends
    )


def engagements(evidence: Evidence) -> Value:
    """Count authorisations and executions of any kind."""
    return len(evidence.named(*ENGAGEMENTS))


def outcomes_destroyed(evidence: Evidence) -> Value:
    """Count tracks whose engagement was assessed as destroyed."""
    rows = evidence.named("OutcomeAssessed")
    return len({row["track_id"] for row in rows if row["outcome"] == "destroyed"})


def debris_found_ratio(evidence: Evidence) -> Value:
    """Give the share of destroyed attackers whose wreck lies in an estimated debris area."""
    ends = evidence.truth.notes["ends"]
    names = [evidence.truth.object_ids[k] for k in evidence.attackers]
    wrecks = [ends[name] for name in names if ends.get(name, {}).get("how") == "destroyed"]
    if not wrecks:
        return None
    frame = SiteFrame(evidence.loaded.site.reference)
    areas = evidence.named("DebrisAreaEstimated")
    found = sum(any(_holds_wreck(area, wreck, frame) for area in areas) for wreck in wrecks)
    return found / len(wrecks)


def _holds_wreck(area: EventRow, wreck: dict[str, Any], frame: SiteFrame) -> bool:
    """Say whether a wreck lies in an ellipse whose major axis is clockwise from true north."""
    east, north, _ = frame.enu_from_geo_deg(area["lat_deg"], area["lon_deg"], frame.hae_m)
    offset_east, offset_north = wreck["wreck_east_m"] - east, wreck["wreck_north_m"] - north
    angle = np.deg2rad(area["orientation_deg"])
    along = offset_east * np.sin(angle) + offset_north * np.cos(angle)
    across = offset_east * np.cos(angle) - offset_north * np.sin(angle)
    ratio = (along / area["semi_major_m"]) ** 2 + (across / area["semi_minor_m"]) ** 2
    return bool(ratio <= 1.0)


def phantom_tracks(evidence: Evidence) -> Value:
    """Count tracks that never came near any object."""
    return sum(apart > PHANTOM_MIN_M for apart in evidence.matching.nearest_m.values())


def zones_warned(evidence: Evidence) -> Value:
    """Count the zones that were warned."""
    return len({row["zone_id"] for row in evidence.named(*WARNINGS)})


def zones_imminent(evidence: Evidence) -> Value:
    """Count the zones that were warned at level imminent."""
    rows = evidence.named(*WARNINGS)
    return len({row["zone_id"] for row in rows if row["level"] == "imminent"})


def falsely_warned(evidence: Evidence) -> Value:
    """Count the tracks named by warnings that were neither on an attacker nor beside one."""
    attackers, matching = set(evidence.attackers), evidence.matching
    named = {track for row in evidence.named(*NAMING) for track in row["track_ids"]}
    on = {t for k in attackers for t in matching.tracks_on(k)}
    beside = {
        track
        for track in named - on
        if track not in matching.object_of
        and matching.nearest_to.get(track) in attackers
        and matching.nearest_m[track] <= MATCH_MAX_M
    }
    return len(named - on - beside)


def alarms(evidence: Evidence) -> Value:
    """Count warnings and their escalations: how often people heard something."""
    return len(evidence.named(*WARNINGS))


def statement_neutral(evidence: Evidence) -> Value:
    """Say whether the statement is marked as simulated and leaves the authorship open."""
    text = " ".join(evidence.statement.lower().split())
    return "simulated" in text and "attribution is left open" in text


FINDERS: dict[str, Callable[[Evidence], Value]] = {
    "attackers_tracked_within_s": attackers_tracked_s,
    "attackers_separate_tracks": attackers_separate,
    "identity_switches_max": identity_switches,
    "warning_lead_s_min": warning_lead_s,
    "imminent_lead_s_min": imminent_lead_s,
    "civil_or_friend_suspect_max": civil_or_friend_suspect,
    "birds_hostile_max": birds_hostile,
    "two_person_authorisation": two_person,
    "attackers_destroyed": attackers_destroyed,
    "engagements_max": engagements,
    "outcomes_destroyed_min": outcomes_destroyed,
    "debris_found_ratio_min": debris_found_ratio,
    "phantom_tracks_max": phantom_tracks,
    "zones_warned_max": zones_warned,
    "zones_imminent_max": zones_imminent,
    "attackers_tracked_ratio_min": tracked_ratio,
    "attackers_warned_ratio_min": warned_ratio,
    "warned_unassessed": warned_unassessed,
    "warned_within_s": warned_s,
    "delivered_within_s": delivered_s,
    "birds_suspect_max": birds_suspect,
    "hostile_tracks_max": hostile_tracks,
    "friends_known_min": friends_known,
    "spoofed_trusted_max": spoofed_trusted,
    "tracks_warned_falsely_max": falsely_warned,
    "alarms_max": alarms,
    "statement_neutral": statement_neutral,
}
