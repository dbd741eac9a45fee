"""How the watch did in an exercise, from what happened and what was flown.

In: the flyers with the tracks that were on them, and the events. Out: an `ExerciseScore`. The
clock is the one of the scorecard: detect, assess, decide, deliver, answer.
"""

from collections.abc import Iterable, Sequence

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site, Zone
from vedette.model.enums import Identity, WarningLevel
from vedette.model.events import (
    EngagementAuthorised,
    EngagementFirstAuthorised,
    Event,
    HoldChanged,
    IdentityChanged,
    OutcomeAssessed,
    TrackAssessed,
    TrackDismissed,
    WarningAcknowledged,
    WarningCleared,
    WarningDelivered,
    WarningEscalated,
    WarningRaised,
    WarningUpdated,
)
from vedette.server.exercise_views import ExerciseScore, FlyerScore
from vedette.server.public import NS_PER_US
from vedette.service.exercise.flight import Flyer

Warned = WarningRaised | WarningEscalated | WarningUpdated
ACTS = (
    TrackAssessed,
    TrackDismissed,
    WarningAcknowledged,
    WarningCleared,
    EngagementFirstAuthorised,
    EngagementAuthorised,
    HoldChanged,
    OutcomeAssessed,
)
SCORED = (
    *ACTS,
    IdentityChanged,
    WarningRaised,
    WarningEscalated,
    WarningUpdated,
    WarningDelivered,
)
EVIDENCE = "evidence"  # what IdentityChanged says where no person did it
DANGEROUS = (Identity.SUSPECT, Identity.HOSTILE)
OURS = (Identity.FRIEND, Identity.ASSUMED_FRIEND, Identity.NEUTRAL)


def score_of(
    site: Site, flyers: Sequence[Flyer], events: Sequence[Event], started_ns: int, ended_ns: int
) -> ExerciseScore:
    """Score an exercise that began and ended then."""
    scores = [_flyer_score(site, flying, events, ended_ns) for flying in flyers]
    drones = [s for s in scores if s.kind == "drone"]
    warnings, false_warnings = _false(flyers, events)
    by_hand = [e for e in events if isinstance(e, IdentityChanged) and e.by != EVIDENCE]
    return ExerciseScore(
        site=site.name,
        started_us=started_ns // NS_PER_US,
        ended_us=ended_ns // NS_PER_US,
        flyers=scores,
        drones=len(drones),
        detected=sum(s.detect_s is not None for s in drones),
        arrived=sum(s.arrive_s is not None for s in drones),
        in_time=sum(s.in_time is True for s in drones),
        missed=sum(s.arrive_s is not None and s.cover_s is None for s in drones),
        warnings=warnings,
        false_warnings=false_warnings,
        wrong_identifications=sum(len(s.wrong) for s in scores),
        acts=sum(isinstance(e, ACTS) for e in events) + len(by_hand),
    )


def _flyer_score(site: Site, flying: Flyer, events: Sequence[Event], ended_ns: int) -> FlyerScore:
    mine = set(flying.track_ids)
    told = [e for e in events if isinstance(e, Warned) and mine & set(e.track_ids)]
    ids = {e.warning_id for e in told}
    arrived = flying.arrival_ns <= ended_ns
    cover_s, in_time = _cover(site, flying, events, mine) if arrived else (None, None)

    def since(times_ns: Iterable[int]) -> float | None:
        first_ns = min((t for t in times_ns if t >= flying.appeared_ns), default=None)
        return None if first_ns is None else round((first_ns - flying.appeared_ns) / NS_PER_S, 3)

    return FlyerScore(
        number=flying.number,
        kind=flying.inject.kind,
        name=flying.inject.name,
        asset=flying.inject.asset or "",
        appeared_us=flying.appeared_ns // NS_PER_US,
        track_ids=sorted(mine),
        detect_s=since(flying.track_ids.values()),
        assess_s=since(e.t_ns for e in events if _assesses(e, mine)),
        decide_s=since(e.t_ns for e in told),
        deliver_s=since(
            e.t_ns for e in events if isinstance(e, WarningDelivered) and e.warning_id in ids
        ),
        answer_s=since(
            e.t_ns for e in events if isinstance(e, WarningAcknowledged) and e.warning_id in ids
        ),
        arrive_s=round(flying.flight_s, 3) if arrived else None,
        cover_s=cover_s,
        in_time=in_time,
        wrong=_wrong(flying, events, mine),
    )


def _assesses(event: Event, mine: set[int]) -> bool:
    if isinstance(event, TrackAssessed):
        return event.track_id in mine
    return (
        isinstance(event, IdentityChanged) and event.track_id in mine and event.after in DANGEROUS
    )


def _cover(
    site: Site, flying: Flyer, events: Sequence[Event], mine: set[int]
) -> tuple[float | None, bool | None]:
    """Say how long before the arrival the people of its asset were told to take cover.

    A friend needs no cover; an asset without a zone has nobody to be told.
    """
    zones = [zone for zone in site.zones if zone.asset == flying.inject.asset]
    if flying.inject.kind != "drone" or not zones:
        return None, None
    leads = [_lead_s(zone, flying, events, mine) for zone in zones]
    known = [lead for lead in leads if lead is not None]
    if len(known) < len(leads):
        return None, False
    enough = [lead >= zone.take_cover_s for lead, zone in zip(known, zones, strict=True)]
    return min(known), all(enough)


def _lead_s(zone: Zone, flying: Flyer, events: Sequence[Event], mine: set[int]) -> float | None:
    """Count from the first "take cover" for it, by itself or by order, to its arrival."""
    told_ns = [
        e.t_ns
        for e in events
        if isinstance(e, Warned)
        and e.zone_id == zone.id
        and e.level is WarningLevel.IMMINENT
        and (mine & set(e.track_ids) or e.cause == "human")
        and flying.appeared_ns <= e.t_ns <= flying.arrival_ns
    ]
    return round((flying.arrival_ns - min(told_ns)) / NS_PER_S, 3) if told_ns else None


def _wrong(flying: Flyer, events: Sequence[Event], mine: set[int]) -> list[str]:
    """List identities that were given wrongly, and a friend that would have been engaged."""
    never = OURS if flying.inject.kind == "drone" else (Identity.HOSTILE,)
    found = [
        f"{e.after.value} by {e.by}"
        for e in events
        if isinstance(e, IdentityChanged) and e.track_id in mine and e.after in never
    ]
    if flying.inject.kind == "lost_friend":
        found += [
            f"engagement authorised by {' and '.join(e.persons)}"
            for e in events
            if isinstance(e, EngagementAuthorised) and e.track_id in mine
        ]
    return found


def _false(flyers: Sequence[Flyer], events: Sequence[Event]) -> tuple[int, int]:
    """Count warnings, and those that never named a track on a drone and nobody ordered."""
    drones = {t for f in flyers if f.inject.kind == "drone" for t in f.track_ids}
    right: dict[int, bool] = {}
    for event in events:
        if isinstance(event, Warned):
            good = bool(drones & set(event.track_ids)) or event.cause == "human"
            right[event.warning_id] = right.get(event.warning_id, False) or good
    return len(right), sum(not good for good in right.values())
