"""What people say about tracks: assess, identify, dismiss; and when that no longer holds.

In: commands, the records. Out: exactly one reaction to each command that is ours. A person's word
sticks; what contradicts it, or makes it out of date, brings the track back to people.
"""

from collections.abc import Sequence

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.identity.state import IdentityState, Memory, Reference
from vedette.model.commands import AssessTrack, Command, CommandBase, DismissTrack, IdentifyTrack
from vedette.model.enums import Identity, Role
from vedette.model.events import (
    CommandRefused,
    Event,
    IdentityChanged,
    TrackAssessed,
    TrackDismissed,
    TrackRecalled,
)
from vedette.model.picture import IdentityRecord, Threat

ASSESSORS = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY)
# From least to most to worry about. PENDING and UNKNOWN are alike: nobody knows.
WORRY = {
    Identity.FRIEND: 0,
    Identity.ASSUMED_FRIEND: 1,
    Identity.NEUTRAL: 1,
    Identity.PENDING: 2,
    Identity.UNKNOWN: 2,
    Identity.SUSPECT: 3,
    Identity.HOSTILE: 4,
}
REACH_WORSE_PROB = 0.25  # more likely to reach an asset by this much than when it was judged
REACH_MIN_PROB = 0.2  # and at least this likely at all
EARLIER_RATIO = 0.6  # it would be there in less than 60 % of the time it then had left
EARLIER_MIN_S = 15.0  # and at least this much sooner: a filter's jitter is no news
DISMISSED_NEAR_S = 120.0  # a dismissed track this near, when it was farther, comes back anyway


def obey(
    state: IdentityState, commands: Sequence[Command], threats: list[Threat], now_ns: int
) -> list[Event]:
    """Carry out assess, identify and dismiss commands. Others are left to their own stages.

    threats: the last step's; what a person saw. Returns one event for each command of ours.
    """
    events: list[Event] = []
    for command in commands:
        if isinstance(command, AssessTrack | IdentifyTrack | DismissTrack):
            events.append(_react(state, command, threats, now_ns))
    return events


def _react(
    state: IdentityState,
    command: AssessTrack | IdentifyTrack | DismissTrack,
    threats: list[Threat],
    now_ns: int,
) -> Event:
    record = state.records.get(command.track_id)
    refusal = _why_not(command, record)
    if record is None or refusal:
        return _refused(command, refusal, now_ns)
    memory = state.memories[command.track_id]
    if isinstance(command, IdentifyTrack):
        event: Event = _identify(record, memory, command, now_ns)
    elif isinstance(command, DismissTrack):
        record.dismissed_by, record.dismissed_reason = command.person, command.reason
        event = TrackDismissed(
            t_ns=now_ns, track_id=record.track_id, person=command.person, reason=command.reason
        )
    else:
        event = TrackAssessed(
            t_ns=now_ns, track_id=record.track_id, person=command.person, remark=command.remark
        )
    record.assessed_by, record.assessed_ns = command.person, now_ns
    memory.reference = reference_of(record, threats, now_ns)
    return event


def _why_not(
    command: AssessTrack | IdentifyTrack | DismissTrack, record: IdentityRecord | None
) -> str:
    if record is None:
        return f"track {track_name(command.track_id)} is not in the picture"
    if isinstance(command, IdentifyTrack):
        if Role.IDENTIFICATION_AUTHORITY not in command.roles:
            return "only a person with identification authority sets an identity"
        return ""
    if not any(role in ASSESSORS for role in command.roles):
        return "only an operator or a person with identification authority may do this"
    return ""


def _refused(command: CommandBase, reason: str, now_ns: int) -> CommandRefused:
    name = {
        AssessTrack: "assess_track",
        IdentifyTrack: "identify_track",
        DismissTrack: "dismiss_track",
    }[type(command)]
    return CommandRefused(
        t_ns=now_ns,
        command_id=command.command_id,
        command=name,
        person=command.person,
        reason=reason,
    )


def _identify(
    record: IdentityRecord, memory: Memory, command: IdentifyTrack, now_ns: int
) -> IdentityChanged:
    """Set what a person says; PENDING gives the track back to the evidence."""
    before = record.identity
    back = command.identity is Identity.PENDING
    record.identity = command.identity
    record.identity_by = "evidence" if back else command.person
    record.identity_reason = command.reason
    record.since_ns = now_ns
    memory.candidate, memory.candidate_count = command.identity, 0
    memory.manual_contradicted = False
    if WORRY[command.identity] >= WORRY[Identity.SUSPECT]:
        record.dismissed_by, record.dismissed_reason = None, ""
    return IdentityChanged(
        t_ns=now_ns,
        track_id=record.track_id,
        before=before,
        after=command.identity,
        reason=command.reason,
        by=command.person,
    )


def reference_of(record: IdentityRecord, threats: list[Threat], now_ns: int) -> Reference:
    """Note how bad a track is now, so that "worse" later has a meaning."""
    own = [threat for threat in threats if threat.track_id == record.track_id]
    reach = max((threat.reach_prob for threat in own), default=0.0)
    soonest_s = min((threat.arrival_s for threat in own), default=0.0)
    arrival_ns = now_ns + int(soonest_s * NS_PER_S) if own else 0
    return Reference(record.identity, reach, arrival_ns, now_ns)


def recall(state: IdentityState, threats: list[Threat], now_ns: int) -> list[Event]:
    """Bring back what a person has assessed or dismissed and what has got worse since.

    threats: the last step's. The person's assessment ends with it: the dead-man clock runs again.
    """
    looked = [track_id for track_id, memory in state.memories.items() if memory.reference]
    if not looked:
        return []
    worst: dict[int, Reference] = {}
    for threat in threats:
        arrival_ns = now_ns + int(min(threat.arrival_s, 1e6) * NS_PER_S)
        last = worst.get(threat.track_id)
        reach = max(threat.reach_prob, last.reach_prob if last else 0.0)
        soonest_ns = min(arrival_ns, last.arrival_ns if last else arrival_ns)
        worst[threat.track_id] = Reference(Identity.UNKNOWN, reach, soonest_ns, now_ns)
    events: list[Event] = []
    for track_id in looked:
        record, memory = state.records[track_id], state.memories[track_id]
        assert memory.reference is not None
        reason = _worse(record, memory.reference, worst.get(track_id), now_ns)
        if reason:
            events.append(bring_back(record, memory, reason, now_ns))
    return events


def bring_back(record: IdentityRecord, memory: Memory, reason: str, now_ns: int) -> TrackRecalled:
    """End a person's assessment and dismissal of a track, and say why."""
    record.assessed_by, record.assessed_ns = None, 0
    record.dismissed_by, record.dismissed_reason = None, ""
    memory.reference = None
    return TrackRecalled(t_ns=now_ns, track_id=record.track_id, reason=reason)


def _worse(record: IdentityRecord, then: Reference, now: Reference | None, now_ns: int) -> str:
    """Say in what way a track is worse than when a person judged it; empty: it is not."""
    if WORRY[record.identity] > WORRY[then.identity]:
        return f"was {then.identity} when judged, is {record.identity} now"
    if now is None or now.reach_prob < REACH_MIN_PROB:
        return ""
    if now.reach_prob >= then.reach_prob + REACH_WORSE_PROB:
        return f"likely to reach an asset: {now.reach_prob:.0%}, was {then.reach_prob:.0%}"
    left_s = (now.arrival_ns - now_ns) / NS_PER_S
    if record.dismissed_by is not None and left_s <= DISMISSED_NEAR_S:
        had_s = (then.arrival_ns - then.t_ns) / NS_PER_S if then.arrival_ns else float("inf")
        if left_s <= EARLIER_RATIO * had_s and left_s <= had_s - EARLIER_MIN_S:
            return f"dismissed at {had_s:.0f} s away, now {left_s:.0f} s away"
    if then.arrival_ns == 0:
        return ""
    expected_s = max((then.arrival_ns - now_ns) / NS_PER_S, 0.0)
    if left_s <= EARLIER_RATIO * expected_s and left_s <= expected_s - EARLIER_MIN_S:
        return f"arrives sooner than judged: in {left_s:.0f} s, not {expected_s:.0f} s"
    return ""
