"""What the watch that takes over must know: what is degraded, open, unassessed, by hand, standing.

In: one picture. Out: a `Brief`, whose parts are said most urgent first, in words. Pure: the same
picture, the same brief. A new watch that did not know what was broken has fired on its own
aircraft; what is broken stands first here.
"""

import math
from collections.abc import Iterator
from itertools import chain

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.base.names import class_words, track_name
from vedette.decision.authority import LIVE
from vedette.decision.world import harmless, soonest_threats, worst_threats
from vedette.model.enums import Identity, SourceHealth
from vedette.model.picture import AirPicture, IdentityRecord, SourceState, Threat, WarningRecord

LINES_MAX = 20  # a part: what is more is counted, for nobody reads it
_OPEN = (Identity.PENDING, Identity.UNKNOWN, Identity.SUSPECT)
_SICK = (
    SourceHealth.FAILED,
    SourceHealth.NEVER_HEARD,
    SourceHealth.STALE,
    SourceHealth.DEGRADED,
)


class BriefLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to know, and why. track_id where it is about one."""

    text: str
    reason: str = ""
    track_id: int | None = None


class BriefPart(msgspec.Struct, frozen=True, kw_only=True):
    """One question, answered. more: how many lines were left out; nothing: said where none."""

    name: str
    title: str
    lines: tuple[BriefLine, ...]
    more: int = 0


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """The hand-over at t_ns, part by part."""

    t_ns: int
    parts: tuple[BriefPart, ...]


def brief(picture: AirPicture) -> Brief:
    """Say what the next watch must know of a picture."""
    parts = (
        ("degraded", "Degraded", _degraded(picture)),
        ("warnings", "Warnings that stand", _warnings(picture)),
        ("contradicted", "Set by hand, and contradicted", _by_hand(picture, True)),
        ("open", "Open", _open(picture)),
        ("unassessed", "Inbound, and nobody has assessed", _unassessed(picture)),
        ("by_hand", "Set by hand", chain(_zones(picture), _by_hand(picture, False))),
        ("dismissed", "Dismissed", _dismissed(picture)),
        ("assumed", "Assumed friends: nothing proves them", _assumed(picture)),
        ("notes", "Notes that people left", _notes(picture)),
    )
    return Brief(t_ns=picture.now_ns, parts=tuple(_part(*part) for part in parts))


def in_words(told: Brief) -> str:
    """Write a brief as plain text, to be read aloud or printed."""
    lines = []
    for part in told.parts:
        lines.append(f"{part.title}:" if part.lines else f"{part.title}: none.")
        for line in part.lines:
            lines.append(f"  - {line.text}" + (f" ({line.reason})" if line.reason else ""))
        if part.more:
            lines.append(f"  - and {part.more} more")
    return "\n".join(lines) + "\n"


def _part(name: str, title: str, lines: Iterator[BriefLine]) -> BriefPart:
    every = tuple(lines)
    more = max(len(every) - LINES_MAX, 0)
    return BriefPart(name=name, title=title, lines=every[:LINES_MAX], more=more)


def _degraded(picture: AirPicture) -> Iterator[BriefLine]:
    """List what cannot be believed now, the worst first: sensors, feeds and outputs alike."""
    sick = [s for s in picture.sources if s.health in _SICK or s.set_aside]
    for source in sorted(sick, key=_by_need):
        words = source.health.value.replace("_", " ")
        what = "set aside" if source.set_aside and source.health is SourceHealth.OK else words
        since_s = (picture.now_ns - source.last_ns) / NS_PER_S
        age = f", last heard {since_s:.0f} s ago" if source.last_ns else ""
        meaning = "its silence says nothing" if source.kind == "sensor" else ""
        reason = "; ".join(text for text in (source.reason, meaning) if text)
        yield BriefLine(text=f"{source.kind} {source.source} is {what}{age}", reason=reason)


def _by_need(source: SourceState) -> tuple[int, str]:
    return (_SICK.index(source.health) if source.health in _SICK else len(_SICK), source.source)


def _warnings(picture: AirPicture) -> Iterator[BriefLine]:
    for warning in sorted(picture.warnings, key=lambda w: (w.seconds_left_s, w.warning_id)):
        seen = f"acknowledged by {warning.acknowledged_by}" if warning.acknowledged_by else ""
        text = f"{warning.zone_name}: {warning.level}, {warning.seconds_left_s:.0f} s left"
        parts = (text, seen or "nobody has acknowledged it", _undelivered(warning))
        yield BriefLine(text="; ".join(part for part in parts if part), reason=warning.reason)


def _undelivered(warning: WarningRecord) -> str:
    channels = sorted(warning.failed)
    return f"NOT delivered by {', '.join(channels)}" if channels else ""


def _by_hand(picture: AirPicture, contradicted: bool) -> Iterator[BriefLine]:
    for record in _records(picture):
        if record.identity_by == "evidence" or bool(record.contradicted) is not contradicted:
            continue
        said = f"{_name(record)}: {record.identity_by} set {record.identity}"
        minutes = (picture.now_ns - record.since_ns) / (60.0 * NS_PER_S)
        text = f"{said} {minutes:.0f} minutes ago"
        reason = record.contradicted or record.identity_reason
        yield BriefLine(text=text, reason=reason, track_id=record.track_id)


def _zones(picture: AirPicture) -> Iterator[BriefLine]:
    """List the zones that are not as the site file has them: a new recording loses these."""
    for zone in picture.zones:
        if zone.change:
            minutes = (picture.now_ns - zone.since_ns) / (60.0 * NS_PER_S)
            text = f"zone {zone.name}: {zone.change} by {zone.by} {minutes:.0f} minutes ago"
            yield BriefLine(text=text, reason=zone.reason)


def _open(picture: AirPicture) -> Iterator[BriefLine]:
    """List what waits for people: standing restrictions, engagements, the queue."""
    posture = picture.posture
    hold = ", HOLD is on" if posture.hold else ""
    yield BriefLine(text=f"weapons control is {posture.weapons_control.upper()}{hold}")
    for engagement in picture.engagements:
        if engagement.state in LIVE:
            name = track_name(engagement.track_id)
            what = engagement.state.value.replace("_", " ")
            text = f"{name} by {engagement.effector_id} (simulated): {what}"
            people = [p for p in (engagement.first_person, engagement.second_person) if p]
            yield BriefLine(text=text, reason=" and ".join(people), track_id=engagement.track_id)
    for item in picture.queue:
        yield BriefLine(text=item.text, reason=item.reason, track_id=item.track_id)


def _unassessed(picture: AirPicture) -> Iterator[BriefLine]:
    """List what may well reach something and nobody has looked at, the soonest first."""
    asked = {
        item.track_id
        for item in picture.queue
        if item.kind in ("assess", "recall") and item.track_id is not None
    }
    soonest = soonest_threats(picture.threats, asked)
    records = [r for r in _records(picture) if r.track_id in soonest and _wants_eyes(r)]
    for record in sorted(records, key=lambda r: (soonest[r.track_id].arrival_s, r.track_id)):
        threat = soonest[record.track_id]
        text = f"{_name(record)}, {record.identity}: {_arrival(threat)}"
        yield BriefLine(text=text, reason=record.identity_reason, track_id=record.track_id)
    others = sum(_wants_eyes(r) and r.track_id not in soonest for r in _records(picture))
    if others:
        worst = worst_threats(picture.threats)
        known = sum(_wants_eyes(r) and r.track_id in worst for r in _records(picture)) > 0
        yield BriefLine(
            text=f"{others} more that nobody has assessed",
            reason="none of them is likely to reach anything" if known else "",
        )


def _arrival(threat: Threat) -> str:
    when = f" in {threat.arrival_s:.0f} s" if math.isfinite(threat.arrival_s) else ""
    what = threat.asset_name or threat.asset_id
    return f"reaches {what}{when} with {threat.reach_prob:.0%}"


def _wants_eyes(record: IdentityRecord) -> bool:
    looked = record.assessed_by is not None or record.dismissed_by is not None
    return record.identity in _OPEN and not looked and not harmless(record)


def _dismissed(picture: AirPicture) -> Iterator[BriefLine]:
    for record in _records(picture):
        if record.dismissed_by is not None:
            text = f"{_name(record)}, {record.identity}: by {record.dismissed_by}"
            reason = record.dismissed_reason
            yield BriefLine(text=text, reason=reason, track_id=record.track_id)


def _assumed(picture: AirPicture) -> Iterator[BriefLine]:
    for record in _records(picture):
        if record.identity is Identity.ASSUMED_FRIEND and record.identity_by == "evidence":
            reason = record.identity_reason
            yield BriefLine(text=_name(record), reason=reason, track_id=record.track_id)


def _notes(picture: AirPicture) -> Iterator[BriefLine]:
    """List what people wrote and nobody has taken away, the newest first."""
    for note in sorted(picture.notes, key=lambda n: (-n.t_ns, n.note_id)):
        minutes = (picture.now_ns - note.t_ns) / (60.0 * NS_PER_S)
        where = "" if note.track_id is None else f"{track_name(note.track_id)}: "
        if note.lat_deg is not None and note.lon_deg is not None:
            where = f"{note.lat_deg:.4f}, {note.lon_deg:.4f}: "
        reason = f"{note.person}, {minutes:.0f} minutes ago"
        text = where + " ".join(note.text.split())  # one line in a brief that is read aloud
        yield BriefLine(text=text, reason=reason, track_id=note.track_id)


def _records(picture: AirPicture) -> list[IdentityRecord]:
    live = set(picture.tracks.track_id[: picture.tracks.count].tolist())
    return [r for track_id, r in sorted(picture.identities.items()) if track_id in live]


def _name(record: IdentityRecord) -> str:
    label = f" ({record.label}, as it says)" if record.label else ""
    return f"{track_name(record.track_id)}{label}, {class_words(record.object_class)}"
