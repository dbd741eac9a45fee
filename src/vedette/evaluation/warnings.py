"""Whether people were warned in time and not too often: what warnings gained, and what they cost.

In: a `Run` with the events and the site of its record, and the truth's notes (who attacks what, and
when it would have arrived). Out: `WarningScores`.
"""

from typing import Any

import msgspec
import numpy as np

from vedette.evaluation.alarms import AlarmLoad, alarm_load, alarm_times_ns
from vedette.evaluation.dti import Spread, spread
from vedette.evaluation.run import EventRow, Run
from vedette.model.alarms import ISSUES, NAMING

S_PER_NS = 1e-9


class ZoneScore(msgspec.Struct, frozen=True, kw_only=True):
    """One zone. lead_s: from its first warning of an attacker to when the first would arrive.

    delivered_lead_s: the same from when a channel had delivered it. needed_s: to take cover. All
    None where the zone was not attacked, or not warned.
    """

    zone_id: str
    name: str
    attacked: bool
    warned: bool
    lead_s: float | None
    delivered_lead_s: float | None
    needed_s: float
    in_time: bool | None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One warning of an attacked zone: the seconds it said were left, and those that were."""

    zone_id: str
    told_s: float
    true_s: float


class Clock(msgspec.Struct, frozen=True, kw_only=True):
    """A warning's way, in seconds since the track that caused it was first seen. None: not done.

    One for each zone and each time it was told of tracks (track_ids) it had not been warned of.
    assess_s: a person assessed it, or its identity became SUSPECT or HOSTILE. decide_s: the zone
    was warned of it. deliver_s: the first channel confirmed. acknowledge_s: a person answered.
    """

    zone_id: str
    track_ids: list[int]
    cause: str
    assess_s: float | None
    decide_s: float
    deliver_s: float | None
    acknowledge_s: float | None


class WarningScores(msgspec.Struct, frozen=True, kw_only=True):
    """Warnings over a run.

    issues: warnings raised and escalated; false_issues: those of which no track was on an attacker;
    false_warnings: warnings that never named a track on an attacker. missed_zones: attacked and not
    warned before the first arrival. arrival_error_s: seconds told less seconds true; its size in
    arrival_error_size_s.
    """

    zones_attacked: int
    zones_warned: int
    missed_zones: int
    late_zones: int
    lead_min_s: float | None
    issues: int
    false_issues: int
    warnings: int
    false_warnings: int
    arrival_error_s: Spread
    arrival_error_size_s: Spread
    detect_to_assess_s: Spread
    detect_to_decide_s: Spread
    detect_to_deliver_s: Spread
    detect_to_acknowledge_s: Spread
    load: AlarmLoad
    zones: list[ZoneScore]
    arrivals: list[Arrival]
    clocks: list[Clock]


def warning_scores(run: Run) -> WarningScores | None:
    """Score the warnings of a run; None where it has no record of events or no site."""
    if run.events is None or run.site is None:
        return None
    attackers = _attackers(run)
    naming = [row for row in run.events if row["event"] in NAMING and row["cause"] != "human"]
    issues = [row for row in naming if row["event"] in ISSUES]
    true_ids = {row["warning_id"] for row in naming if attackers & set(row["track_ids"])}
    warnings = {row["warning_id"] for row in issues}
    zones = [_zone(run, zone, naming) for zone in run.site.zones]
    attacked = [zone for zone in zones if zone.attacked]
    arrivals = [a for row in issues for a in _arrivals(run, row)]
    clocks = [_clock(run, row, fresh) for row, fresh in _news(naming)]
    errors = np.array([a.told_s - a.true_s for a in arrivals])
    return WarningScores(
        zones_attacked=len(attacked),
        zones_warned=sum(zone.warned for zone in zones),
        missed_zones=sum(zone.lead_s is None or zone.lead_s <= 0.0 for zone in attacked),
        late_zones=sum(zone.in_time is False for zone in attacked),
        lead_min_s=min((z.lead_s for z in attacked if z.lead_s is not None), default=None),
        issues=len(issues),
        false_issues=sum(not attackers & set(row["track_ids"]) for row in issues),
        warnings=len(warnings),
        false_warnings=len(warnings - true_ids),
        arrival_error_s=spread(errors),
        arrival_error_size_s=spread(np.abs(errors)),
        detect_to_assess_s=spread([c.assess_s for c in clocks]),
        detect_to_decide_s=spread([c.decide_s for c in clocks]),
        detect_to_deliver_s=spread([c.deliver_s for c in clocks]),
        detect_to_acknowledge_s=spread([c.acknowledge_s for c in clocks]),
        load=alarm_load(alarm_times_ns(run.events), *_watch_ns(run), _attacked_ns(run)),
        zones=zones,
        arrivals=arrivals,
        clocks=clocks,
    )


def _attackers(run: Run, asset: str | None = None) -> set[int]:
    """List the tracks that were on attackers (of one asset, or of any)."""
    attacks = run.attack.attacks
    mine = {
        k
        for k, name in enumerate(run.truth.object_ids)
        if name in attacks and asset in (None, attacks[name])
    }
    return {track for track, number in run.object_of.items() if number in mine}


def _arrival_ns(run: Run, asset: str) -> int | None:
    """Give when the first attacker of an asset arrived or would have; None: nobody attacks it."""
    times, attacks = run.attack.would_arrive_ns, run.attack.attacks.items()
    return min((times[n] for n, what in attacks if what == asset and n in times), default=None)


def _zone(run: Run, zone: Any, naming: list[EventRow]) -> ZoneScore:
    """Measure what warning one zone gained."""
    mine = [row for row in naming if row["zone_id"] == zone.id]
    arrival_ns = _arrival_ns(run, zone.asset)
    attackers = _attackers(run, zone.asset)
    of_attack = [row for row in mine if attackers & set(row["track_ids"])]
    lead_s = delivered_s = None
    if arrival_ns is not None and of_attack:
        lead_s = round((arrival_ns - of_attack[0]["t_ns"]) * S_PER_NS, 3)
        reached = [
            (arrival_ns - row["t_ns"]) * S_PER_NS - wait_s
            for row in of_attack
            if (wait_s := _delivery_s(run, row)) is not None
        ]
        delivered_s = round(max(reached), 3) if reached else None
    return ZoneScore(
        zone_id=zone.id,
        name=zone.name,
        attacked=arrival_ns is not None,
        warned=bool(mine),
        lead_s=lead_s,
        delivered_lead_s=delivered_s,
        needed_s=zone.take_cover_s,
        in_time=None if arrival_ns is None else lead_s is not None and lead_s >= zone.take_cover_s,
    )


def _delivery_s(run: Run, issue: EventRow) -> float | None:
    """Give how long the first channel took to deliver one issue; who joins is not delivered."""
    if issue["event"] not in ISSUES:
        return None
    found = [
        float(row["latency_s"])
        for row in run.events or ()
        if row["event"] == "WarningDelivered"
        and (row["warning_id"], row["revision"]) == (issue["warning_id"], issue["revision"])
    ]
    return min(found, default=None)


def _arrivals(run: Run, issue: EventRow) -> list[Arrival]:
    """Compare the seconds an issue said were left with those that were, where it is known."""
    zones = {zone.id: zone for zone in (run.site.zones if run.site else ())}
    zone = zones.get(issue["zone_id"])
    arrival_ns = _arrival_ns(run, zone.asset) if zone else None
    if zone is None or arrival_ns is None:
        return []
    if not _attackers(run, zone.asset) & set(issue["track_ids"]):
        return []
    true_s = (arrival_ns - issue["t_ns"]) * S_PER_NS
    told_s = float(issue["seconds_left_s"])
    return [Arrival(zone_id=zone.id, told_s=told_s, true_s=round(true_s, 3))]


def _news(naming: list[EventRow]) -> list[tuple[EventRow, set[int]]]:
    """List the rows that told a zone of tracks it had not been warned of, and these tracks."""
    told: dict[str, set[int]] = {}
    news = []
    for row in naming:
        known = told.setdefault(row["zone_id"], set())
        fresh = set(row["track_ids"]) - known
        if fresh:
            news.append((row, fresh))
            known |= fresh
    return news


def _clock(run: Run, issue: EventRow, tracks: set[int]) -> Clock:
    """Time the steps of one warning about tracks that were news to the zone."""
    begin_ns = int(issue["t_detect_ns"])
    delivery_s = _delivery_s(run, issue)
    decide_s = (issue["t_ns"] - begin_ns) * S_PER_NS

    def first_s(chosen: list[int]) -> float | None:
        return round((min(chosen) - begin_ns) * S_PER_NS, 3) if chosen else None

    assessed = [
        row["t_ns"]
        for row in run.events or ()
        if row.get("track_id") in tracks
        and row["t_ns"] >= begin_ns
        and (
            row["event"] == "TrackAssessed"
            or (row["event"] == "IdentityChanged" and row["after"] in ("SUSPECT", "HOSTILE"))
        )
    ]
    answered = [
        row["t_ns"]
        for row in run.events or ()
        if row["event"] == "WarningAcknowledged"
        and row["warning_id"] == issue["warning_id"]
        and row["t_ns"] >= issue["t_ns"]
    ]
    return Clock(
        zone_id=issue["zone_id"],
        track_ids=sorted(tracks),
        cause=issue["cause"],
        assess_s=first_s(assessed),
        decide_s=round(decide_s, 3),
        deliver_s=None if delivery_s is None else round(decide_s + delivery_s, 3),
        acknowledge_s=first_s(answered),
    )


def _attacked_ns(run: Run) -> tuple[int, int] | None:
    """Give from when to when attackers were in the air; None: there were none."""
    names = run.truth.object_ids
    mine = [names.index(name) for name in run.attack.attacks if name in names]
    t_ns = run.truth.t_ns[np.isin(run.truth.object_index, mine)]
    return (int(t_ns.min()), int(t_ns.max())) if len(t_ns) else None


def _watch_ns(run: Run) -> tuple[int, int]:
    """Give the first and the last instant of the truth."""
    t_ns = run.truth.t_ns
    return (int(t_ns.min()), int(t_ns.max())) if len(t_ns) else (0, 0)
