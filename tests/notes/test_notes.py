"""Notes on tracks and places: they stand, go with their track, and are refused with a reason."""

import pytest

from vedette import notes
from vedette.model.commands import Annotate, RemoveNote
from vedette.model.enums import Role
from vedette.model.events import CommandRefused, NoteRemoved, NoteWritten, TracksJoined
from vedette.model.picture import IdentityRecord
from vedette.notes.advance import NOTES_MAX

NS = 1_000_000_000
LIVE = {n: IdentityRecord(track_id=n) for n in (1, 2)}


def say(kind=Annotate, roles=(Role.OPERATOR,), **fields):
    return kind(command_id="c", person="A. Watch", roles=roles, session="s", t_recv_ns=1, **fields)


def step(state, *commands, live=LIVE, events=()):
    return notes.advance(state, live, events, commands, 5 * NS)


def test_a_note_on_a_place_stands_until_it_is_taken_away():
    state = notes.start()
    (written,) = step(state, say(text=" drone shop <b>here</b> ", lat_deg=33.0, lon_deg=42.0))
    assert isinstance(written, NoteWritten)
    step(state, live={})
    (note,) = state.notes.values()
    assert (note.text, note.person, note.t_ns) == ("drone shop <b>here</b>", "A. Watch", 5 * NS)
    (removed,) = step(state, say(RemoveNote, note_id=1))
    assert isinstance(removed, NoteRemoved)
    assert state.notes == {}
    (again,) = step(state, say(RemoveNote, note_id=1))
    assert again.reason == "there is no note 1"


def test_a_note_on_a_track_ends_with_it_and_goes_with_it_where_it_is_merged():
    state = notes.start()
    step(state, say(text="two rotors", track_id=2))
    joined = TracksJoined(t_ns=1, track_id=1, joined_track_id=2, person="A. Watch", reason="one")
    step(state, live={1: LIVE[1]}, events=[joined])
    assert [note.track_id for note in state.notes.values()] == [1]
    step(state, live={2: LIVE[2]})
    assert state.notes == {}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "  ", "track_id": 1}, "a note needs words"),
        ({"text": "x" * 281, "track_id": 1}, "a note has at most 280 characters"),
        ({"text": "x"}, "a note is on a track or on a place"),
        ({"text": "x", "track_id": 1, "lat_deg": 1.0, "lon_deg": 1.0}, "a note is on a track or"),
        ({"text": "x", "lat_deg": 1.0}, "a note is on a track or on a place"),
        ({"text": "x", "lat_deg": 91.0, "lon_deg": 1.0}, "there is no such place"),
        ({"text": "x", "lat_deg": float("nan"), "lon_deg": 1.0}, "there is no such place"),
        ({"text": "x", "track_id": 9}, "track T0009 is not in the picture"),
        ({"text": "x", "track_id": 1, "roles": (Role.VIEWER,)}, "only somebody who keeps the"),
    ],
)
def test_what_is_no_note_is_refused_with_the_reason(fields, words):
    state = notes.start()
    (refused,) = step(state, say(**fields))
    assert isinstance(refused, CommandRefused)
    assert refused.reason.startswith(words)
    assert state.notes == {}


def test_notes_are_bounded():
    state = notes.start()
    for _ in range(NOTES_MAX):
        step(state, say(text="x", lat_deg=1.0, lon_deg=1.0))
    (refused,) = step(state, say(text="x", lat_deg=1.0, lon_deg=1.0))
    assert refused.reason == "100 notes stand: take one away first"
