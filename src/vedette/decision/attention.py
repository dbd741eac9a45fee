"""What wants a human now: at most five items, in words, in an order that does not jump.

In: identities, threats, warnings, sources, the stage's own engagements and options. An alarm load a
person can carry is under ten in ten minutes (EEMUA 191), so this is a list of things to do, not of
things that happened.
"""

import math

from vedette.base.constants import NS_PER_S
from vedette.base.names import bearing_words, class_words, distance_words, track_name
from vedette.decision.authority import LIVE, awaits_outcome
from vedette.decision.options import ENGAGEABLE
from vedette.decision.state import DecisionState, Remembered
from vedette.decision.world import REACH_PROB_MIN, harmless, soonest_threats, worst_threats
from vedette.model.enums import (
    EngagementState,
    Identity,
    Outcome,
    SourceHealth,
    WarningLevel,
)
from vedette.model.picture import (
    Engagement,
    IdentityRecord,
    QueueItem,
    SourceState,
    Threat,
    WarningRecord,
)

ITEMS_MAX = 5
# An item that is no longer true lingers this long before its row goes; one that becomes less
# urgent keeps its place this long: rows must not jump under the pointer.
LINGER_S = 1.5
# What is minutes away is asked about when it has been wanted so long: by then a bird is known.
ENTER_S, PATIENT_PRIORITY = 3.0, 3
SETTLE_S = 5.0
# Deadlines nearer to each other than this, and this share of the time left, are one to a person;
# the arrivals of two tracks side by side tremble by as much from plot to plot.
CLEARLY_S = 2.0
CLEARLY_RATIO = 0.04
CLOSING_MPS_MIN = 2.0
ASSESS_S_MAX = 600.0
URGENT_S = 150.0
SOON_S = 300.0
DECIDE_URGENT_S = 60.0
CALM_S = 30.0
CALM_REACH_PROB = 0.1
NEVER_HEARD_S = 30.0
OUTCOME_OVERDUE_S = 20.0
_OPEN = (Identity.UNKNOWN, Identity.PENDING, Identity.SUSPECT)


def queue(
    state: DecisionState,
    identities: dict[int, IdentityRecord],
    threats: list[Threat],
    warnings: dict[int, WarningRecord],
    sources: dict[str, SourceState],
    now_ns: int,
) -> list[QueueItem]:
    """Say what wants a human now: five items at most, most urgent first, in a settled order.

    Ordered by priority, then by deadline, those without one last. An item rises at once to a higher
    priority and sinks only after SETTLE_S; within one it passes another whose deadline is clearly
    later. One that is over lingers LINGER_S. Changes only the state's memory of what was shown.
    """
    asked = {
        held.item.track_id
        for held in state.remembered.values()
        if held.item.kind in ("assess", "recall") and held.item.track_id is not None
    }
    worst, soonest = worst_threats(threats), soonest_threats(threats, asked)
    wanted = [
        *_warnings(warnings, now_ns),
        *_undelivered(warnings),
        *_second_person(state, now_ns),
        *_decide(state, identities, worst, now_ns),
        *_assess(state, identities, soonest, now_ns),
        *_outcomes(state, now_ns),
        *_sources(state, sources, now_ns),
        *_all_clear(state, warnings, worst, now_ns),
    ]
    return _settled(state, wanted, now_ns)


def _settled(state: DecisionState, wanted: list[QueueItem], now_ns: int) -> list[QueueItem]:
    memory = state.remembered
    for item in wanted:
        held = memory.get(item.key)
        if held is None:
            memory[item.key] = Remembered(item, now_ns, now_ns, item.priority)
            continue
        held.item, held.last_ns = item, now_ns
        if item.priority <= held.priority:
            held.priority, held.worse_ns = item.priority, now_ns
        elif now_ns - held.worse_ns >= SETTLE_S * NS_PER_S:
            held.priority = item.priority
    for key in [k for k, held in memory.items() if now_ns - held.last_ns > LINGER_S * NS_PER_S]:
        del memory[key]
    order = _in_order([held for held in memory.values() if _enters(held, now_ns)], now_ns)
    for place, held in enumerate(order):
        held.place = place
    return [held.item for held in order[:ITEMS_MAX]]


def _enters(held: Remembered, now_ns: int) -> bool:
    patient = held.item.kind == "assess" and held.priority >= PATIENT_PRIORITY
    return not patient or now_ns - held.first_ns >= ENTER_S * NS_PER_S


def _in_order(rows: list[Remembered], now_ns: int) -> list[Remembered]:
    """Take the order of the last time, and let each row pass those that it must come before."""
    order: list[Remembered] = []
    for row in sorted(rows, key=lambda h: (h.place, h.first_ns, h.item.key)):
        at = len(order)
        while at > 0 and _passes(row, order[at - 1], now_ns):
            at -= 1
        order.insert(at, row)
    return order


def _passes(row: Remembered, above: Remembered, now_ns: int) -> bool:
    if row.priority != above.priority:
        return row.priority < above.priority
    mine, other = row.item.deadline_ns, above.item.deadline_ns
    if mine is None or other is None:
        return mine is not None
    equal_s = CLEARLY_S + CLEARLY_RATIO * max(0, other - now_ns) / NS_PER_S
    return mine < other - round(equal_s * NS_PER_S)


def _warnings(warnings: dict[int, WarningRecord], now_ns: int) -> list[QueueItem]:
    return [
        QueueItem(
            key=f"warning:{warning.warning_id}",
            kind="warning",
            priority=1 if warning.level == WarningLevel.IMMINENT else 2,
            text=f"Acknowledge: {warning.zone_name}, {warning.level}",
            reason=warning.reason,
            warning_id=warning.warning_id,
            deadline_ns=warning.arrival_ns,
        )
        for warning in warnings.values()
        if warning.acknowledged_by is None
    ]


def _undelivered(warnings: dict[int, WarningRecord]) -> list[QueueItem]:
    return [
        QueueItem(
            key=f"undelivered:{warning.warning_id}:{channel}",
            kind="source",
            priority=1,
            text=f"{warning.zone_name} was not warned by {channel}: tell them yourself",
            reason=detail or "the channel did not take the warning",
            warning_id=warning.warning_id,
            deadline_ns=warning.arrival_ns,
        )
        for warning in warnings.values()
        for channel, detail in sorted(warning.failed.items())
    ]


def _second_person(state: DecisionState, now_ns: int) -> list[QueueItem]:
    names = {effector.id: effector.name for effector in state.effectors}
    return [
        QueueItem(
            key=f"second:{engagement.engagement_id}",
            kind="second_person",
            priority=1,
            text=(
                f"Second person needed for {track_name(engagement.track_id)},"
                f" {max(0, engagement.expires_ns - now_ns) / NS_PER_S:.0f} s"
            ),
            reason=(
                f"{engagement.first_person} authorised"
                f" {names.get(engagement.effector_id, engagement.effector_id)}"
            ),
            track_id=engagement.track_id,
            engagement_id=engagement.engagement_id,
            deadline_ns=engagement.expires_ns,
        )
        for engagement in state.engagements.values()
        if engagement.state == EngagementState.FIRST_AUTHORISED
    ]


def _where(state: DecisionState, identity: IdentityRecord, threat: Threat) -> str:
    """Say what and where in few words: "fixed-wing drone 12 km north-west"."""
    words = f"{class_words(identity.object_class)} {distance_words(threat.range_m)}"
    bearing_rad = state.bearings_rad.get(identity.track_id, threat.bearing_rad)
    return f"{words} {bearing_words(bearing_rad)}" if bearing_rad is not None else words


def _decide(
    state: DecisionState,
    identities: dict[int, IdentityRecord],
    worst: dict[int, Threat],
    now_ns: int,
) -> list[QueueItem]:
    """Ask for a decision where one is open to a human: something may be done and nothing is."""
    engaged = {e.track_id for e in state.engagements.values() if _occupied(e)}
    latest_s: dict[int, float] = {}
    for option in state.options:
        if option.available and option.track_id not in engaged:
            held = latest_s.get(option.track_id, 0.0)
            latest_s[option.track_id] = max(held, option.latest_decision_s)
    items = []
    for track_id in sorted(latest_s):
        identity, threat = identities.get(track_id), worst.get(track_id)
        if identity is None or threat is None or threat.reach_prob < REACH_PROB_MIN:
            continue
        left_s = latest_s[track_id] - (now_ns - state.options_ns) / NS_PER_S
        items.append(
            QueueItem(
                key=f"decide:{track_id}",
                kind="decide",
                priority=1 if left_s <= DECIDE_URGENT_S else 2,
                text=(
                    f"Decide {track_name(track_id)}: {identity.identity}"
                    f" {_where(state, identity, threat)}, within {max(0.0, left_s):.0f} s"
                ),
                reason=threat.reason,
                track_id=track_id,
                deadline_ns=now_ns + round(max(0.0, left_s) * NS_PER_S),
            )
        )
    return items


def _occupied(engagement: Engagement) -> bool:
    """Say whether a track is being dealt with: authority is open, or its outcome is."""
    return engagement.state in LIVE or awaits_outcome(engagement)


def _assess(
    state: DecisionState,
    identities: dict[int, IdentityRecord],
    soonest: dict[int, Threat],
    now_ns: int,
) -> list[QueueItem]:
    """Ask for a look at what is inbound and unassessed; say so when it came back."""
    for track_id in [key for key in state.looked if key not in identities]:
        del state.looked[track_id]
    items = []
    for track_id in sorted(identities):
        identity, threat = identities[track_id], soonest.get(track_id)
        if identity.assessed_by is not None or identity.dismissed_by is not None:
            state.looked.setdefault(track_id, now_ns)
            continue
        if threat is None or not _wants_a_look(state, identity, threat):
            if identity.near_friend:
                items.append(_behind(identity))
            continue
        back = track_id in state.looked
        name, where = track_name(track_id), _where(state, identity, threat)
        text = (
            f"{name} is back: {where} inbound, worse than when it was looked at"
            if back
            else f"Assess {name}: {where} inbound, nobody has looked"
        )
        if identity.near_friend:
            text += f"; near friendly {identity.near_friend}, which comes home"
        arrival_s = threat.arrival_s
        items.append(
            QueueItem(
                key=f"{'recall' if back else 'assess'}:{track_id}",
                kind="recall" if back else "assess",
                priority=1 if arrival_s <= URGENT_S else 2 if arrival_s <= SOON_S else 3,
                text=text,
                reason=threat.reason,
                track_id=track_id,
                deadline_ns=now_ns + round(arrival_s * NS_PER_S),
            )
        )
    return items


def _behind(identity: IdentityRecord) -> QueueItem:
    """Ask for a look at what flies near a friendly recovery, inbound or not."""
    name = track_name(identity.track_id)
    return QueueItem(
        key=f"assess:{identity.track_id}",
        kind="assess",
        priority=2,
        text=f"Assess {name}: unknown near friendly {identity.near_friend}, which comes home",
        reason=f"it is not {identity.near_friend}, and nobody has looked at it",
        track_id=identity.track_id,
    )


def _wants_a_look(state: DecisionState, identity: IdentityRecord, threat: Threat) -> bool:
    """Say whether an inbound track is to be looked at. threat: of `soonest_threats`, so likely."""
    decided = identity.identity in ENGAGEABLE[state.posture.weapons_control]
    return (
        identity.identity in _OPEN
        and not decided
        and not harmless(identity)
        and (threat.closing_mps >= CLOSING_MPS_MIN or threat.is_over_area)
        and math.isfinite(threat.arrival_s)
        and threat.arrival_s <= ASSESS_S_MAX
    )


def _outcomes(state: DecisionState, now_ns: int) -> list[QueueItem]:
    """Ask what became of an engaged track where the track does not tell."""
    items = []
    for engagement in state.engagements.values():
        if engagement.state != EngagementState.EXECUTED:
            continue
        overdue = now_ns - engagement.executed_ns >= OUTCOME_OVERDUE_S * NS_PER_S
        unsure = engagement.outcome == Outcome.UNSURE and engagement.outcome_by == "track"
        if unsure or (engagement.outcome == Outcome.PENDING and overdue):
            items.append(
                QueueItem(
                    key=f"outcome:{engagement.engagement_id}",
                    kind="outcome",
                    priority=2,
                    text=f"Say what became of {track_name(engagement.track_id)}",
                    reason=engagement.outcome_reason or "the track does not tell",
                    track_id=engagement.track_id,
                    engagement_id=engagement.engagement_id,
                )
            )
    return items


def _sources(state: DecisionState, sources: dict[str, SourceState], now_ns: int) -> list[QueueItem]:
    """Say which sensor cannot be believed now, and what that means."""
    items = []
    for key in sorted(sources):
        source = sources[key]
        waited = now_ns - state.started_ns >= NEVER_HEARD_S * NS_PER_S
        said = {
            SourceHealth.FAILED: (3, "has failed"),
            SourceHealth.STALE: (4, f"is stale {(now_ns - source.last_ns) / NS_PER_S:.0f} s"),
            SourceHealth.DEGRADED: (5, "is degraded"),
        }.get(source.health)
        if source.health == SourceHealth.NEVER_HEARD and waited:
            said = (5, "was never heard")
        if said is None or source.kind != "sensor":
            continue
        items.append(
            QueueItem(
                key=f"source:{key}",
                kind="source",
                priority=said[0],
                text=f"{key.upper()} {said[1]}: what it alone sees is missing",
                reason=source.reason or "its silence is not evidence",
            )
        )
    return items


def _all_clear(
    state: DecisionState,
    warnings: dict[int, WarningRecord],
    worst: dict[int, Threat],
    now_ns: int,
) -> list[QueueItem]:
    """Remind of people still under cover when nothing they were warned of is coming any more."""
    for warning_id in [key for key in state.calm_since_ns if key not in warnings]:
        del state.calm_since_ns[warning_id]
    items = []
    for warning_id, warning in warnings.items():
        if any(_coming(worst.get(track_id)) for track_id in warning.track_ids):
            state.calm_since_ns.pop(warning_id, None)
            continue
        since_ns = state.calm_since_ns.setdefault(warning_id, now_ns)
        calm_s = (now_ns - since_ns) / NS_PER_S
        if calm_s < CALM_S or warning.acknowledged_by is None:
            continue
        items.append(
            QueueItem(
                key=f"all_clear:{warning_id}",
                kind="all_clear",
                priority=4,
                text=f"All-clear due? {warning.zone_name}, nothing inbound for {calm_s:.0f} s",
                reason="people keep cover until a human ends it",
                warning_id=warning_id,
            )
        )
    return items


def _coming(threat: Threat | None) -> bool:
    if threat is None or threat.reach_prob < CALM_REACH_PROB:
        return False
    return threat.closing_mps > 0.0 or threat.is_over_area
