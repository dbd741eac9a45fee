"""What the watch writes down: notes on tracks and on places of the map.

In: commands, the tracks that live, what was merged. Out: the notes that stand, and events. A note
on a track ends with the track, one on a place when somebody takes it away; the record keeps all.
"""

from vedette.notes.advance import NotesState, advance, start

__all__ = ["NotesState", "advance", "start"]
