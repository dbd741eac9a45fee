"""Stage warning: who must take cover, how long they have, and when it is over.

In: tracks, identities, threats, commands of people, answers of channels. Out: events, and the open
warnings in the state. The system may warn by itself; only a human gives the all-clear. Civil and
friendly tracks never warn.
"""

from collections.abc import Sequence

from vedette.model.commands import Command, Delivery
from vedette.model.events import Event
from vedette.model.picture import IdentityRecord, Threat
from vedette.model.tracks import TrackTable
from vedette.warning.contacts import refresh
from vedette.warning.issue import issue
from vedette.warning.orders import obey, take_delivery
from vedette.warning.state import WarningState, answered, start
from vedette.warning.zones import take_zones

__all__ = ["WarningState", "advance", "answered", "start", "take_zones"]


def advance(
    state: WarningState,
    tracks: TrackTable,
    identities: dict[int, IdentityRecord],
    threats: list[Threat],
    commands: Sequence[Command],
    deliveries: Sequence[Delivery],
    now_ns: int,
) -> list[Event]:
    """Bring the warnings of every zone up to now_ns and say what was raised, answered, cleared.

    tracks: the table at now_ns; identities, threats: this step's. commands, deliveries: those that
    arrived since the last step, oldest first; commands of other stages are passed over. A step in
    which no time passes carries only commands. Changes state in place.
    """
    refresh(state, tracks, identities, threats, now_ns)
    events: list[Event] = []
    for command in commands:
        events += obey(state, command, now_ns)
    for delivery in deliveries:
        events += take_delivery(state, delivery, now_ns)
    return events + issue(state, identities, now_ns)
