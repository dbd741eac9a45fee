"""Which command does what: every command of this stage gets its events, or a refusal in words."""

import re

from vedette.decision.aftermath import begin_watch, settle
from vedette.decision.authority import (
    authorise,
    refused,
    set_hold,
    set_weapons_control,
    withdraw,
)
from vedette.decision.state import DecisionState
from vedette.decision.tasking import task_sensor
from vedette.decision.world import World
from vedette.model.commands import (
    AssessOutcome,
    AttachExhibit,
    AuthoriseEngagement,
    CancelEngagement,
    Command,
    EffectorReport,
    SetHold,
    SetWeaponsControl,
    TaskSensor,
    received_before,
)
from vedette.model.enums import EngagementState, Outcome, Role
from vedette.model.events import (
    EngagementExecuted,
    EngagementExecuting,
    Event,
    ExhibitAttached,
)

OWN_COMMANDS = (
    AuthoriseEngagement,
    CancelEngagement,
    EffectorReport,
    SetHold,
    SetWeaponsControl,
    AssessOutcome,
    AttachExhibit,
    TaskSensor,
)
_WATCH = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY, Role.ENGAGEMENT_AUTHORITY)
_CUSTODIANS = (*_WATCH, Role.AUDITOR)
_SHA256 = re.compile(r"[0-9a-f]{64}")


def obey(state: DecisionState, world: World, command: Command) -> list[Event]:
    """Carry out one command, or refuse it in words. Commands of other stages give nothing."""
    if not isinstance(command, OWN_COMMANDS):
        return []
    if received_before(state.recent, command):
        return [refused(command, "already received", world.now_ns)]
    match command:
        case AuthoriseEngagement():
            return [authorise(state, world, command)]
        case CancelEngagement():
            return [withdraw(state, command, world.now_ns)]
        case EffectorReport():
            return _effector_says(state, world, command)
        case SetHold():
            return set_hold(state, command, world.now_ns)
        case SetWeaponsControl():
            return set_weapons_control(state, world, command)
        case AssessOutcome():
            return _person_assesses(state, world, command)
        case AttachExhibit():
            return [_attach(state, world, command)]
        case TaskSensor():
            return [task_sensor(state, world, command)]


def _effector_says(state: DecisionState, world: World, command: EffectorReport) -> list[Event]:
    """Take the simulated effector's word; only an authorised engagement may move."""
    now_ns = world.now_ns
    if Role.EFFECTOR_SIMULATOR not in command.roles:
        return [refused(command, "only the simulated effector reports this", now_ns)]
    engagement = state.engagements.get(command.engagement_id)
    if engagement is None:
        return [refused(command, f"there is no engagement {command.engagement_id}", now_ns)]
    begins = engagement.state == EngagementState.AUTHORISED
    begun = engagement.state == EngagementState.EXECUTING
    if command.state not in ("executing", "executed"):
        return [refused(command, "the state must be executing or executed", now_ns)]
    if not (begins or (begun and command.state == "executed")):
        return [refused(command, f"the engagement is {engagement.state}", now_ns)]
    if begins:
        state.magazine[engagement.effector_id] -= 1
    key, detail = command.engagement_id, command.detail
    if command.state == "executing":
        engagement.state = EngagementState.EXECUTING
        return [EngagementExecuting(t_ns=now_ns, engagement_id=key, detail=detail)]
    engagement.state = EngagementState.EXECUTED
    engagement.executed_ns = now_ns
    executed = EngagementExecuted(t_ns=now_ns, engagement_id=key, detail=detail)
    return [executed, *begin_watch(state, world, engagement)]


def _person_assesses(state: DecisionState, world: World, command: AssessOutcome) -> list[Event]:
    """Take a person's word on what became of a track; it overrides the track's own."""
    now_ns = world.now_ns
    if not set(command.roles) & set(_WATCH):
        return [refused(command, "only the watch may assess an outcome", now_ns)]
    engagement = state.engagements.get(command.engagement_id)
    if engagement is None:
        return [refused(command, f"there is no engagement {command.engagement_id}", now_ns)]
    if engagement.state != EngagementState.EXECUTED:
        return [refused(command, f"the engagement is {engagement.state}", now_ns)]
    if command.outcome == Outcome.PENDING:
        return [refused(command, "say destroyed, continued or unsure", now_ns)]
    reason = command.remark.strip() or "as assessed by a person"
    return settle(state, now_ns, engagement, command.outcome, command.person, reason)


def _attach(state: DecisionState, world: World, command: AttachExhibit) -> Event:
    """Note an exhibit that is stored already; custody begins with the person's name and time."""
    now_ns = world.now_ns
    if not set(command.roles) & set(_CUSTODIANS):
        return refused(command, "only the watch or an auditor may attach an exhibit", now_ns)
    if _SHA256.fullmatch(command.sha256) is None:
        return refused(command, "an exhibit is named by its SHA-256: 64 hexadecimal digits", now_ns)
    if command.engagement_id is not None and command.engagement_id not in state.engagements:
        return refused(command, f"there is no engagement {command.engagement_id}", now_ns)
    return ExhibitAttached(
        t_ns=now_ns,
        sha256=command.sha256,
        file_name=command.file_name,
        media_type=command.media_type,
        size_bytes=command.size_bytes,
        description=command.description,
        person=command.person,
        taken_t_ns=command.taken_t_ns,
        lat_deg=command.lat_deg,
        lon_deg=command.lon_deg,
        engagement_id=command.engagement_id,
    )
