"""What counts as an alarm: an event that asks the person on watch for an act.

EEMUA 191 and ISA-18.2 bound how many a person can carry: under one in ten minutes on average in
steady operation, never ten; a flood begins at ten in ten minutes and ends under five. A track that
joins an open warning, or that one names and that comes back into the queue, asks for nothing that
the warning does not ask for.
"""

from collections.abc import Collection, Iterable

# People are told of tracks by these; who joins an open warning is told without an alarm.
ISSUES = ("WarningRaised", "WarningEscalated")
NAMING = (*ISSUES, "WarningUpdated")
# What asks the person on watch for an act, beyond the warnings themselves.
ALARMS = (
    *ISSUES,
    "WarningDeliveryFailed",
    "TrackRecalled",
    "IdentityConflict",
    "UnknownNearFriend",
    "TrackLimitReached",
    "SourceHealthChanged",  # to the worse
)
HEALTHY = ("ok", "never_heard")
WINDOW_NS = 600_000_000_000
MEAN_MAX = 1.0
PEAK_MAX = 10
FLOOD_ENDS = 5


def is_alarm(event: str, after: str, track_id: int, named: Iterable[Collection[int]]) -> bool:
    """Say whether an event is one. event: its name; after, track_id: its fields, where it has them.

    named: the tracks that each open warning names.
    """
    if event == "SourceHealthChanged":
        return after not in HEALTHY
    if event == "TrackRecalled":
        return not any(track_id in ids for ids in named)
    return event in ALARMS
