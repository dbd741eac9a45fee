"""One step: follow the tracker, obey people, and show joined tracks as one.

In: the tracker's table, links and events of the step, commands. Out: table, links and events in
which what people joined is one track.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields

import msgspec
import numpy as np

from vedette.base.names import distance_words
from vedette.correlation.orders import obey, part
from vedette.correlation.state import CorrelationState, leading, rows_of, shown_as
from vedette.model.commands import Command
from vedette.model.enums import TrackStatus
from vedette.model.events import (
    Event,
    GroupFormed,
    GroupSplit,
    IdentityKeyChanged,
    IdentityKeyShared,
    TrackCoasting,
    TrackLost,
    TrackRegained,
    TracksMerged,
    TracksParted,
)
from vedette.model.picture import Correlation, IdentityRecord, TrackGroup
from vedette.model.tracks import Links, TrackTable

PART_M = 10_000.0  # joined tracks this far apart are two, whoever joined them: none may be hidden


def advance(
    state: CorrelationState,
    tracks: TrackTable,
    links: Links,
    events: Sequence[Event],
    identities: Mapping[int, IdentityRecord],
    commands: Sequence[Command],
    now_ns: int,
) -> tuple[TrackTable, Links, list[Event]]:
    """Give the step's table, links and events as people said it is; changes state.

    tracks, links, events: the tracker's. identities: of the tracks as shown in the last step.
    Returns also the reaction to each of our commands. Where people have said nothing, what comes in
    goes out.
    """
    told = _told(state, tracks, events)
    _prune(state, tracks)
    told += _part_what_flies_apart(state, tracks, now_ns)
    told += obey(state, tracks, identities, commands, now_ns)
    return shown(state, tracks), _linked(state, links), told


def correlations(state: CorrelationState) -> list[Correlation]:
    """List what holds, in order of the numbers shown."""
    if not state.joins and not state.barred:
        return []
    as_shown = shown_as(state)
    numbers = {*state.joins, *(as_shown.get(n, n) for n in state.barred)}
    return [
        Correlation(
            track_id=number,
            joined=tuple(n for n in state.joins.get(number, []) if n != number),
            decorrelated=tuple(state.barred.get(state.joins.get(number, [number])[0], [])),
        )
        for number in sorted(numbers)
    ]


def shown(state: CorrelationState, tracks: TrackTable) -> TrackTable:
    """Give the table with one row an object: where it is as the first number that is seen says.

    Times are those of all its numbers: first seen, last measured, last seen by each sensor.
    """
    if not state.joins:
        return tracks
    rows, as_shown = rows_of(tracks), shown_as(state)
    numbered = {n: [row] for n, row in rows.items() if n not in as_shown}
    for number, joined in state.joins.items():
        numbered[number] = [rows[n] for n in joined if n in rows]
    numbers = sorted(number for number, own in numbered.items() if own)
    chosen = np.array([leading(numbered[n], tracks) for n in numbers], np.int64)
    columns = {
        column.name: getattr(tracks, column.name)[chosen]
        for column in fields(TrackTable)
        if column.name not in ("count", "t_ns")
    }
    table = TrackTable(count=len(numbers), t_ns=tracks.t_ns, **columns)
    table.track_id = np.array(numbers, np.int64)
    for at, number in enumerate(numbers):
        own = numbered[number]
        if len(own) > 1:
            table.started_ns[at] = tracks.started_ns[own].min()
            table.updated_ns[at] = tracks.updated_ns[own].max()
            table.existence_prob[at] = tracks.existence_prob[own].max()
            table.sensor_updated_ns[at] = tracks.sensor_updated_ns[own].max(axis=0)
    return table


def grouped(state: CorrelationState, groups: Sequence[TrackGroup]) -> list[TrackGroup]:
    """Give the groups with their members as they are shown."""
    as_shown = shown_as(state)
    if not as_shown:
        return list(groups)
    return [
        msgspec.structs.replace(
            group, track_ids=tuple(dict.fromkeys(as_shown.get(n, n) for n in group.track_ids))
        )
        for group in groups
    ]


def _linked(state: CorrelationState, links: Links) -> Links:
    """Give the links under the numbers shown; of one report the sum."""
    as_shown = shown_as(state)
    if not as_shown or len(links.track_id) == 0:
        return links
    numbers = np.array([as_shown.get(n, n) for n in links.track_id.tolist()], np.int64)
    pairs, place = np.unique(np.stack([links.report_index, numbers]), axis=1, return_inverse=True)
    prob = np.zeros(pairs.shape[1])
    np.add.at(prob, place.ravel(), links.prob)
    return Links(pairs[1].copy(), pairs[0].copy(), np.minimum(prob, 1.0))


def _prune(state: CorrelationState, tracks: TrackTable) -> None:
    """Forget what was said of tracks that have ended."""
    if not state.joins and not state.barred:
        return
    alive = set(tracks.track_id[: tracks.count].tolist())
    for number, joined in list(state.joins.items()):
        left = [n for n in joined if n in alive]
        if left in ([], [number]):
            del state.joins[number]
        else:
            state.joins[number] = left
    for number in [n for n in state.barred if n not in alive]:
        del state.barred[number]


def _part_what_flies_apart(state: CorrelationState, tracks: TrackTable, now_ns: int) -> list[Event]:
    """Show on their own the numbers of an object that are too far apart to be one."""
    events: list[Event] = []
    rows = rows_of(tracks) if state.joins else {}
    for number, joined in list(state.joins.items()):
        first = joined[0]
        for other in joined[1:]:
            away = tracks.state_enu[rows[other], :2] - tracks.state_enu[rows[first], :2]
            apart_m = float(np.hypot(away[0], away[1]))
            if apart_m > PART_M:
                part(state, number, other)
                reason = f"{distance_words(apart_m)} apart: no one object"
                events.append(
                    TracksParted(
                        t_ns=now_ns,
                        track_id=number,
                        parted_track_id=other,
                        by="evidence",
                        reason=reason,
                    )
                )
    return events


def _told(state: CorrelationState, tracks: TrackTable, events: Sequence[Event]) -> list[Event]:
    """Tell the tracker's events of objects as they are shown; the joins follow its own merging."""
    if not state.joins and not state.barred:
        return list(events)
    told: list[Event] = []
    for event in events:
        if isinstance(event, TracksMerged):
            told += _merged(state, event)
        else:
            told += _renumbered(state, tracks, event)
    return told


def _merged(state: CorrelationState, event: TracksMerged) -> list[Event]:
    """Follow the tracker where it finds two numbers to be one itself."""
    kept, gone = event.track_id, event.absorbed_track_id
    bars = {*state.barred.get(kept, []), *state.barred.pop(gone, [])}
    if bars:
        state.barred[kept] = sorted(bars)
    as_shown = shown_as(state)
    shown_kept, shown_gone = as_shown.get(kept, kept), as_shown.get(gone, gone)
    if shown_kept == shown_gone:
        state.joins[shown_kept] = [n for n in state.joins[shown_kept] if n != gone]
        return []
    if gone not in as_shown:
        return [msgspec.structs.replace(event, track_id=shown_kept)]
    rest = [n for n in state.joins.pop(shown_gone) if n != gone]
    number = shown_gone if rest else shown_kept
    joined = state.joins.pop(shown_kept, [kept])
    state.joins[number] = [*rest, *joined]
    absorbed = shown_kept if number == shown_gone else shown_gone
    return [msgspec.structs.replace(event, track_id=number, absorbed_track_id=absorbed)]


def _renumbered(state: CorrelationState, tracks: TrackTable, event: Event) -> list[Event]:
    """Give an event under the numbers shown, or nothing where it is of a part of an object."""
    as_shown = shown_as(state)
    if isinstance(event, GroupFormed | GroupSplit):
        ids = tuple(dict.fromkeys(as_shown.get(n, n) for n in event.track_ids))
        return [msgspec.structs.replace(event, track_ids=ids)]
    if isinstance(event, IdentityKeyShared):
        one, other = (as_shown.get(n, n) for n in (event.track_id, event.other_track_id))
        same = one == other
        return [] if same else [msgspec.structs.replace(event, track_id=one, other_track_id=other)]
    if not isinstance(event, TrackCoasting | TrackRegained | TrackLost | IdentityKeyChanged):
        return [event]
    number = as_shown.get(event.track_id)
    if number is None:
        return [event]
    rows = rows_of(tracks)
    others = [rows[n] for n in state.joins[number] if n in rows and n != event.track_id]
    if isinstance(event, TrackCoasting | TrackRegained):
        others = [row for row in others if tracks.status[row] != TrackStatus.COASTING]
    if others and not isinstance(event, IdentityKeyChanged):
        return []
    return [msgspec.structs.replace(event, track_id=number)]
