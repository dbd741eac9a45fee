"""Which numbers and sources are one object, where people know better than the tracker.

In: the tracker's table, links and events, commands. Out: the same as people said it is: two tracks
that they joined are one row, under one number; a sensor they took off a track is barred from it in
the tracker. It holds until the track ends or somebody takes it back.
"""

from vedette.correlation.advance import advance, correlations, grouped, shown
from vedette.correlation.state import CorrelationState, start

__all__ = ["CorrelationState", "advance", "correlations", "grouped", "shown", "start"]
