"""One step of the notes: follow the tracks, then do what people say. Text is only ever text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from vedette.base.names import track_name
from vedette.model.commands import Annotate, Command, RemoveNote, command_name
from vedette.model.enums import Role
from vedette.model.events import CommandRefused, Event, NoteRemoved, NoteWritten, TracksJoined
from vedette.model.picture import IdentityRecord, Note

NOTES_MAX = 100  # more than a map can show and a watch can read
TEXT_MAX = 280  # two lines; what is longer is an exhibit
WATCH = (Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY, Role.ENGAGEMENT_AUTHORITY)


@dataclass(slots=True)
class NotesState:
    """The notes that stand, by number, oldest first; numbers are never used again."""

    notes: dict[int, Note] = field(default_factory=dict)
    next_note_id: int = 1


def start() -> NotesState:
    """Make the state before the first step: nobody has written anything."""
    return NotesState()


def advance(
    state: NotesState,
    identities: Mapping[int, IdentityRecord],
    events: Sequence[Event],
    commands: Sequence[Command],
    now_ns: int,
) -> list[Event]:
    """Bring the notes to now_ns; changes state.

    identities: of the tracks in the picture. events: the step's so far: a note on a track that was
    merged into another goes with it. Returns one reaction to each command that is ours.
    """
    if state.notes:
        _follow(state, identities, events)
    return [
        _react(state, identities, command, now_ns)
        for command in commands
        if isinstance(command, Annotate | RemoveNote)
    ]


def _follow(
    state: NotesState, identities: Mapping[int, IdentityRecord], events: Sequence[Event]
) -> None:
    merged = {e.joined_track_id: e.track_id for e in events if isinstance(e, TracksJoined)}
    for number, note in list(state.notes.items()):
        if note.track_id in merged:
            moved = msgspec.structs.replace(note, track_id=merged[note.track_id])
            state.notes[number] = moved
        elif note.track_id is not None and note.track_id not in identities:
            del state.notes[number]


def _react(
    state: NotesState,
    identities: Mapping[int, IdentityRecord],
    command: Annotate | RemoveNote,
    now_ns: int,
) -> Event:
    if isinstance(command, Annotate):
        reason = _why_not(state, identities, command)
    else:
        reason = "" if command.note_id in state.notes else f"there is no note {command.note_id}"
    if not any(role in WATCH for role in command.roles):
        reason = "only somebody who keeps the watch may do this"
    if reason:
        return CommandRefused(
            t_ns=now_ns,
            command_id=command.command_id,
            command=command_name(command),
            person=command.person,
            reason=reason,
        )
    return (
        _write(state, command, now_ns)
        if isinstance(command, Annotate)
        else _remove(state, command, now_ns)
    )


def _why_not(state: NotesState, identities: Mapping[int, IdentityRecord], command: Annotate) -> str:
    """Say why a note cannot be written; empty: it can."""
    lat_deg, lon_deg = command.lat_deg, command.lon_deg
    placed = lat_deg is not None and lon_deg is not None
    if not command.text.strip():
        return "a note needs words"
    if len(command.text) > TEXT_MAX:
        return f"a note has at most {TEXT_MAX} characters: longer words are an exhibit"
    if (command.track_id is None) is not placed or (lat_deg is None) is not (lon_deg is None):
        return "a note is on a track or on a place"
    if lat_deg is not None and lon_deg is not None:
        if not (-90.0 <= lat_deg <= 90.0 and -180.0 <= lon_deg <= 180.0):
            return "there is no such place"
    elif command.track_id not in identities:
        return f"track {track_name(command.track_id or 0)} is not in the picture"
    if len(state.notes) >= NOTES_MAX:
        return f"{NOTES_MAX} notes stand: take one away first"
    return ""


def _write(state: NotesState, command: Annotate, now_ns: int) -> Event:
    said = {
        "note_id": state.next_note_id,
        "text": command.text.strip(),
        "person": command.person,
        "t_ns": now_ns,
        "track_id": command.track_id,
        "lat_deg": command.lat_deg,
        "lon_deg": command.lon_deg,
    }
    state.notes[state.next_note_id] = msgspec.convert(said, Note)
    state.next_note_id += 1
    return msgspec.convert(said | {"event": "NoteWritten"}, NoteWritten)


def _remove(state: NotesState, command: RemoveNote, now_ns: int) -> Event:
    note = state.notes.pop(command.note_id)
    return NoteRemoved(
        t_ns=now_ns,
        note_id=note.note_id,
        text=note.text,
        person=command.person,
        track_id=note.track_id,
    )
