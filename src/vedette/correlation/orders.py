"""What people say: two tracks are one, a track is two, a source is not of a track; or it was wrong.

In: commands, the tracker's table. Out: exactly one reaction to each command that is ours. Refused
is what would hide a danger or what cannot be: see docs/decisions/0028.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from vedette.base.names import distance_words, track_name
from vedette.correlation.state import CorrelationState, leading, members, rows_of, shown_as
from vedette.model.commands import (
    Command,
    CorrelateSource,
    DecorrelateSource,
    MergeTracks,
    SplitTracks,
    command_name,
)
from vedette.model.enums import Identity, Role
from vedette.model.events import (
    CommandRefused,
    Event,
    SourceCorrelated,
    SourceDecorrelated,
    TracksJoined,
    TracksParted,
)
from vedette.model.picture import IdentityRecord
from vedette.model.tracks import TrackTable

OURS = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY)
JOIN_MAX_M = 5_000.0  # two sensors' places of one object differ by biases, never by more than this
# Who is shown under another's number must not be graver than that: nobody would see it.
GRAVITY = {
    Identity.FRIEND: 0,
    Identity.ASSUMED_FRIEND: 1,
    Identity.NEUTRAL: 1,
    Identity.PENDING: 2,
    Identity.UNKNOWN: 2,
    Identity.SUSPECT: 3,
    Identity.HOSTILE: 4,
}

_Ours = MergeTracks | SplitTracks | DecorrelateSource | CorrelateSource


def obey(
    state: CorrelationState,
    tracks: TrackTable,
    identities: Mapping[int, IdentityRecord],
    commands: Sequence[Command],
    now_ns: int,
) -> list[Event]:
    """Carry out our commands. tracks: the tracker's table; identities: of the tracks as shown."""
    rows = rows_of(tracks)
    events: list[Event] = []
    for command in commands:
        if isinstance(command, _Ours):
            why_not = _why_not(state, tracks, rows, identities, command)
            events.append(
                _refused(command, why_not, now_ns) if why_not else _do(state, command, now_ns)
            )
    return events


def _refused(command: _Ours, reason: str, now_ns: int) -> CommandRefused:
    return CommandRefused(
        t_ns=now_ns,
        command_id=command.command_id,
        command=command_name(command),
        person=command.person,
        reason=reason,
    )


def _why_not(
    state: CorrelationState,
    tracks: TrackTable,
    rows: dict[int, int],
    identities: Mapping[int, IdentityRecord],
    command: _Ours,
) -> str:
    """Say why a command cannot be done; empty: it can."""
    if not any(role in OURS for role in command.roles):
        return "only an operator or a person with identification authority may do this"
    if not command.reason.strip():
        return "a reason is needed"
    if isinstance(command, SplitTracks):
        if command.other_track_id not in state.joins.get(command.track_id, []):
            return f"{_names(command)} are not joined"
        return "" if command.other_track_id != command.track_id else "a track is not its own other"
    if not _is_shown(state, rows, command.track_id):
        return f"track {track_name(command.track_id)} is not in the picture"
    if isinstance(command, MergeTracks):
        return _why_not_one(state, tracks, rows, identities, command)
    barred = state.barred.get(members(state, command.track_id)[0], [])
    if isinstance(command, CorrelateSource):
        return (
            ""
            if command.source in barred
            else (f"{command.source} is not kept from {track_name(command.track_id)}")
        )
    return _why_not_barred(state, tracks, rows, barred, command)


def _is_shown(state: CorrelationState, rows: dict[int, int], number: int) -> bool:
    return number in state.joins or (number in rows and number not in shown_as(state))


def _names(command: MergeTracks | SplitTracks) -> str:
    return f"{track_name(command.track_id)} and {track_name(command.other_track_id)}"


def _why_not_one(
    state: CorrelationState,
    tracks: TrackTable,
    rows: dict[int, int],
    identities: Mapping[int, IdentityRecord],
    command: MergeTracks,
) -> str:
    lead, other = command.track_id, command.other_track_id
    if lead == other:
        return "a track is one with itself"
    if not _is_shown(state, rows, other):
        return f"track {track_name(other)} is not in the picture"
    graver = _gravity(identities, other) > _gravity(identities, lead)
    if graver:
        said = identities[other].identity
        return (
            f"{track_name(other)} is {said} and would be hidden under {track_name(lead)}: merge"
            f" {track_name(lead)} into {track_name(other)} instead"
        )
    apart_m = _apart_m(tracks, *(_row_of(state, tracks, rows, n) for n in (lead, other)))
    if apart_m > JOIN_MAX_M:
        return f"{_names(command)} are {distance_words(apart_m)} apart"
    return ""


def _gravity(identities: Mapping[int, IdentityRecord], number: int) -> int:
    record = identities.get(number)
    return GRAVITY[record.identity if record is not None else Identity.PENDING]


def _row_of(state: CorrelationState, tracks: TrackTable, rows: dict[int, int], number: int) -> int:
    return leading([rows[n] for n in members(state, number) if n in rows], tracks)


def _apart_m(tracks: TrackTable, one: int, other: int) -> float:
    away = tracks.state_enu[one, :2] - tracks.state_enu[other, :2]
    return float(np.hypot(away[0], away[1]))


def _why_not_barred(
    state: CorrelationState,
    tracks: TrackTable,
    rows: dict[int, int],
    barred: list[str],
    command: DecorrelateSource,
) -> str:
    name, source = track_name(command.track_id), command.source
    if source not in state.sensors:
        return f"there is no sensor {source}"
    if source in barred:
        return f"{source} is kept from {name} already"
    own = [rows[n] for n in members(state, command.track_id) if n in rows]
    saw = tracks.sensor_updated_ns[own].max(axis=0) > 0
    if not saw[state.sensors.index(source)]:
        return f"{source} has reported nothing of {name}"
    left = [s for i, s in enumerate(state.sensors) if saw[i] and s != source and s not in barred]
    if not left:
        return (
            f"only {source} has seen {name}: without it nothing is left of the track. Where it sees"
            " two objects it shows two plots, and the second becomes a track by itself"
        )
    return ""


def _do(state: CorrelationState, command: _Ours, now_ns: int) -> Event:
    track_id, person, reason = command.track_id, command.person, command.reason
    if isinstance(command, MergeTracks):
        other = command.other_track_id
        state.joins[track_id] = [*members(state, track_id), *members(state, other)]
        if other in state.joins:
            del state.joins[other]
        return TracksJoined(
            t_ns=now_ns, track_id=track_id, joined_track_id=other, person=person, reason=reason
        )
    if isinstance(command, SplitTracks):
        part(state, track_id, command.other_track_id)
        return TracksParted(
            t_ns=now_ns,
            track_id=track_id,
            parted_track_id=command.other_track_id,
            by=person,
            reason=reason,
        )
    _set_barred(state, command)
    kind = SourceDecorrelated if isinstance(command, DecorrelateSource) else SourceCorrelated
    return kind(t_ns=now_ns, track_id=track_id, source=command.source, person=person, reason=reason)


def part(state: CorrelationState, number: int, other: int) -> None:
    """Show one of the numbers of an object on its own again."""
    joined = [n for n in state.joins[number] if n != other]
    if joined == [number]:
        del state.joins[number]
    else:
        state.joins[number] = joined


def _set_barred(state: CorrelationState, command: DecorrelateSource | CorrelateSource) -> None:
    for number in members(state, command.track_id):
        kept = {s for s in state.barred.get(number, []) if s != command.source}
        if isinstance(command, DecorrelateSource):
            kept.add(command.source)
        state.barred.pop(number, None)
        if kept:
            state.barred[number] = sorted(kept)
