"""The state machine of authorisation: every step to execution is a human's, and it takes two.

    (nothing) --first person--> FIRST_AUTHORISED --second person--> AUTHORISED
    AUTHORISED --simulated effector--> EXECUTING --simulated effector--> EXECUTED
    FIRST_AUTHORISED, AUTHORISED --time--> EXPIRED; --hold, policy, track, person--> CANCELLED

There is no other edge. What the system does by itself only ever takes authority away. A completed
authorisation is valid for the site's authorisation_s from the second person's word.
"""

from vedette.base.constants import NS_PER_S
from vedette.decision.notes import digest
from vedette.decision.options import ENGAGEABLE
from vedette.decision.state import DecisionState
from vedette.decision.world import World, option_now
from vedette.model.commands import (
    AuthoriseEngagement,
    CancelEngagement,
    Command,
    SetHold,
    SetWeaponsControl,
    command_name,
)
from vedette.model.enums import EngagementState, Identity, Outcome, Role, WeaponsControl
from vedette.model.events import (
    CommandRefused,
    EngagementAuthorised,
    EngagementCancelled,
    EngagementExpired,
    EngagementFirstAuthorised,
    Event,
    HoldChanged,
    WeaponsControlChanged,
)
from vedette.model.picture import Engagement

PENDING = (EngagementState.FIRST_AUTHORISED, EngagementState.AUTHORISED)
LIVE = (*PENDING, EngagementState.EXECUTING)
# Finished engagements are kept for the display and the outcome; the journal keeps them all.
ENGAGEMENTS_MAX = 256
_RESTRICTION = {WeaponsControl.FREE: 0, WeaponsControl.TIGHT: 1, WeaponsControl.HOLD: 2}
_WATCH = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY, Role.ENGAGEMENT_AUTHORITY)


def refused(command: Command, reason: str, now_ns: int) -> CommandRefused:
    """Refuse a command in plain words."""
    return CommandRefused(
        t_ns=now_ns,
        command_id=command.command_id,
        command=command_name(command),
        person=command.person,
        reason=reason,
    )


def _not_an_authority(command: Command) -> str:
    """Say why this person may not authorise or loosen anything, or nothing."""
    if Role.ADMINISTRATOR in command.roles:
        return "an administrator cannot hold engagement authority"
    if Role.ENGAGEMENT_AUTHORITY not in command.roles:
        return "this needs a person with engagement authority"
    return ""


def authorise(state: DecisionState, world: World, command: AuthoriseEngagement) -> Event:
    """Take one person's authorisation: opens an engagement, completes one, or is refused."""
    obstacle = _not_an_authority(command)
    if not obstacle and not (command.person.strip() and command.session.strip()):
        obstacle = "an authorisation needs a named person in a session of their own"
    if obstacle:
        return refused(command, obstacle, world.now_ns)
    choice = option_now(state, world, command.track_id, command.effector_id)
    if choice is None:
        return refused(command, "the track or the effector is not in the picture", world.now_ns)
    if choice.track_digest != command.track_digest:
        changed = "the track has changed since you looked at it: look again"
        return refused(command, changed, world.now_ns)
    if not choice.available:
        return refused(command, choice.obstacle, world.now_ns)
    held = _live(state, command.track_id, command.effector_id)
    if held is None:
        return _first(state, command, world.now_ns)
    if held.state != EngagementState.FIRST_AUTHORISED:
        return refused(command, f"already {held.state}", world.now_ns)
    if held.first_person == command.person:
        return refused(command, "a second, different person must authorise", world.now_ns)
    if held.first_session == command.session:
        return refused(command, "the second person must use a session of their own", world.now_ns)
    return _second(state, held, command, world.now_ns)


def _live(state: DecisionState, track_id: int, effector_id: str) -> Engagement | None:
    for engagement in state.engagements.values():
        same = engagement.track_id == track_id and engagement.effector_id == effector_id
        if same and engagement.state in LIVE:
            return engagement
    return None


def _first(state: DecisionState, command: AuthoriseEngagement, now_ns: int) -> Event:
    engagement = Engagement(
        engagement_id=state.next_engagement_id,
        track_id=command.track_id,
        effector_id=command.effector_id,
        state=EngagementState.FIRST_AUTHORISED,
        first_person=command.person,
        first_session=command.session,
        opened_ns=now_ns,
        expires_ns=now_ns + round(state.authorisation_s * NS_PER_S),
        track_digest=command.track_digest,
    )
    state.next_engagement_id += 1
    state.engagements[engagement.engagement_id] = engagement
    _forget_oldest(state)
    return EngagementFirstAuthorised(
        t_ns=now_ns,
        engagement_id=engagement.engagement_id,
        track_id=engagement.track_id,
        effector_id=engagement.effector_id,
        person=command.person,
        expires_t_ns=engagement.expires_ns,
    )


def _second(
    state: DecisionState, engagement: Engagement, command: AuthoriseEngagement, now_ns: int
) -> Event:
    engagement.state = EngagementState.AUTHORISED
    engagement.second_person = command.person
    engagement.authorised_ns = now_ns
    engagement.expires_ns = now_ns + round(state.authorisation_s * NS_PER_S)
    return EngagementAuthorised(
        t_ns=now_ns,
        engagement_id=engagement.engagement_id,
        track_id=engagement.track_id,
        effector_id=engagement.effector_id,
        persons=(engagement.first_person, command.person),
        expires_t_ns=engagement.expires_ns,
    )


def _forget_oldest(state: DecisionState) -> None:
    done = [
        key
        for key, engagement in state.engagements.items()
        if engagement.state not in LIVE and key not in state.watches
    ]
    for key in done[: max(0, len(state.engagements) - ENGAGEMENTS_MAX)]:
        del state.engagements[key]


def withdraw(state: DecisionState, command: CancelEngagement, now_ns: int) -> Event:
    """Let a person of the watch withdraw an engagement that is not executing yet."""
    if not set(command.roles) & set(_WATCH):
        return refused(command, "only the watch may withdraw an engagement", now_ns)
    engagement = state.engagements.get(command.engagement_id)
    if engagement is None:
        return refused(command, f"there is no engagement {command.engagement_id}", now_ns)
    if engagement.state not in PENDING:
        return refused(command, f"too late to withdraw: it is {engagement.state}", now_ns)
    return _cancel(engagement, command.person, command.reason or "withdrawn", now_ns)


def _cancel(engagement: Engagement, by: str, reason: str, now_ns: int) -> Event:
    engagement.state = EngagementState.CANCELLED
    return EngagementCancelled(
        t_ns=now_ns, engagement_id=engagement.engagement_id, by=by, reason=reason
    )


def set_hold(state: DecisionState, command: SetHold, now_ns: int) -> list[Event]:
    """Set or lift hold. Anyone of the watch may set it, again and again; lifting needs authority.

    Setting cancels everything that is not executing yet.
    """
    if not command.on and (obstacle := _not_an_authority(command)):
        return [refused(command, obstacle, now_ns)]
    if command.on and not set(command.roles) & set(_WATCH):
        return [refused(command, "only the watch may set hold", now_ns)]
    state.posture.hold = command.on
    events: list[Event] = [
        HoldChanged(t_ns=now_ns, on=command.on, person=command.person, reason=command.reason)
    ]
    if command.on:
        events += [
            _cancel(engagement, "system", f"hold set by {command.person}", now_ns)
            for engagement in state.engagements.values()
            if engagement.state in PENDING
        ]
    return events


def set_weapons_control(
    state: DecisionState, world: World, command: SetWeaponsControl
) -> list[Event]:
    """Change the restricting policy; any of the watch may tighten, loosening needs authority.

    Tightening cancels at once what it no longer allows.
    """
    before, now_ns = state.posture.weapons_control, world.now_ns
    if command.status == before:
        return [refused(command, f"weapons control is {before.upper()} already", now_ns)]
    if not command.reason.strip():
        return [refused(command, "a change of weapons control needs a reason", now_ns)]
    looser = _RESTRICTION[command.status] < _RESTRICTION[before]
    if looser and (obstacle := _not_an_authority(command)):
        return [refused(command, obstacle, now_ns)]
    if not set(command.roles) & set(_WATCH):
        return [refused(command, "only the watch may change weapons control", now_ns)]
    state.posture.weapons_control = command.status
    changed = WeaponsControlChanged(
        t_ns=now_ns,
        before=before,
        after=command.status,
        person=command.person,
        reason=command.reason.strip(),
    )
    return [changed, *void_what_changed(state, world)]


def void_what_changed(state: DecisionState, world: World) -> list[Event]:
    """Cancel each pending engagement that its track or the policy no longer bears out."""
    events = []
    for engagement in state.engagements.values():
        if engagement.state in PENDING and (reason := _void_reason(state, world, engagement)):
            events.append(_cancel(engagement, "system", reason, world.now_ns))
    return events


def _void_reason(state: DecisionState, world: World, engagement: Engagement) -> str:
    note = state.notes.get(engagement.track_id)
    identity = world.identities.get(engagement.track_id)
    if note is None or not note.present or identity is None:
        return "the track is lost"
    control = state.posture.weapons_control
    if identity.identity not in ENGAGEABLE[control]:
        armed = identity.identity in (Identity.SUSPECT, Identity.HOSTILE)
        why = f"weapons control is {control.upper()}" if armed else "it cannot be engaged"
        return f"the track is {identity.identity} and {why}"
    if digest(note, identity, engagement.effector_id) != engagement.track_digest:
        return "the track changed since it was authorised"
    return ""


def void_what_endangers(state: DecisionState, world: World) -> list[Event]:
    """Cancel each pending engagement whose hazard volume a civil or friendly track has entered."""
    events = []
    for engagement in state.engagements.values():
        if engagement.state not in PENDING:
            continue
        choice = option_now(state, world, engagement.track_id, engagement.effector_id)
        if choice is not None and choice.civil_touched:
            events.append(_cancel(engagement, "system", choice.obstacle, world.now_ns))
    return events


def expire(state: DecisionState, now_ns: int) -> list[Event]:
    """End what was not used in time: at the moment it expires, not after."""
    events: list[Event] = []
    for engagement in state.engagements.values():
        if engagement.state in PENDING and now_ns >= engagement.expires_ns:
            engagement.state = EngagementState.EXPIRED
            events.append(EngagementExpired(t_ns=now_ns, engagement_id=engagement.engagement_id))
    return events


def awaits_outcome(engagement: Engagement) -> bool:
    """Say whether nobody and nothing has said yet what became of an executed engagement."""
    executed = engagement.state == EngagementState.EXECUTED
    return executed and engagement.outcome == Outcome.PENDING
