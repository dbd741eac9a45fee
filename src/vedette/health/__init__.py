"""Stage health: whether each source can be believed now.

In: every report of a step (detections, signs of life, refusals, connections). Out: one
`SourceState` a source, and an event when one becomes worse or better.
"""

from vedette.health.sources import (
    HealthState,
    advance,
    start,
    take_bias,
    take_measurements,
    take_tracks,
)

__all__ = ["HealthState", "advance", "start", "take_bias", "take_measurements", "take_tracks"]
