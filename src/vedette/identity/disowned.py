"""What a source has said is taken back where a person says that it is not of the track.

In: the step's events. Out: memories without that source's claim, its proof, its comparisons and its
vote: they are evidence about another object.
"""

from collections.abc import Sequence

from vedette.identity.proofs import forget
from vedette.identity.state import Agreement, IdentityState
from vedette.model.events import Event, SourceDecorrelated


def forget_sources(state: IdentityState, events: Sequence[Event]) -> None:
    """Forget what decorrelated sources have said of their tracks; changes state."""
    for event in events:
        if not isinstance(event, SourceDecorrelated) or event.track_id not in state.memories:
            continue
        memory, source = state.memories[event.track_id], event.source
        if memory.claim is not None and memory.claim.sensor == source:
            forget(state, event.track_id)
            memory.claim = None
            memory.agreement = Agreement()
            state.records[event.track_id].label = ""
        memory.votes.pop(source, None)
        if memory.rcs_sensor == source:
            memory.rcs_looks = memory.rcs_dbsm = memory.rcs_square_db2 = 0.0
        if memory.emits_sensor == source:
            memory.emits_looks = 0.0
