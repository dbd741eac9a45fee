"""The last seconds of the tracker, kept so that what comes late can be put in its place.

In: a step's batches and statuses as they arrived. Out: those the present can take; the late ones
wait for `rewind`. Kept are every step's input since the oldest past, and the tracker as it was at
some of these steps. All of it is bounded: in reach by settings.late_max_s, in bytes and in steps by
the constants here, in work by `affordable`.
"""

import operator
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import I64, Bools, MeasurementBatch, SensorModel
from vedette.model.reports import SensorStatus
from vedette.model.tracks import empty_tracks
from vedette.tracking.state import Past, Step, TrackerState, empty_history

# What goes on from past to present as it is: what never changes, what counts what arrived, and
# what is derived. Everything else of the tracker goes back in time.
_LASTING = frozenset({
    "table", "settings", "frame", "tracks_max", "tentative_max", "thresholds",
    "late_refused", "repeated", "history", "sensors_enu", "enu_from_sensors",
    "refused", "keys_shared", "groups", "grouped_ns", "barred",
})  # fmt: skip
_EVERY_S = 2.0  # between pasts: going back costs half of this more than what is late
# The whole state is saved every two seconds, so the past must not make it much larger. Where a past
# alone is over half of this (some 30,000 tracks), nothing is kept and only what the approximate
# update can take is taken.
_BYTES_MAX = 64 << 20
_PLOT_BYTES = 160
_STEPS_MAX, _STEPS_BETWEEN = 2048, 256  # a caller may step a thousand times a second
# Work is counted in visits of a track by a look, some 0.3 us each; a look costs 3000 beside them.
# Going back may cost four times what the present does, and where that is little a tenth of a core.
_LOOK_WORK = 3_000
_WORK_RATIO = 4
_WORK_PER_S = 300_000
_KEPT_S = 2.0  # how long unused credit lasts
_LATE_AGAIN_S = 30.0  # a sensor that was late this long ago is taken to be in time again
_WITHHELD_S = 2.0  # misses withheld are counted in portions of this


def sort_out(
    state: TrackerState, batches: Sequence[MeasurementBatch], statuses: Sequence[SensorStatus]
) -> tuple[list[MeasurementBatch], list[SensorStatus]]:
    """Give what the present can take; keep what is late, count what is too late or a repetition.

    batches: each in order of time.
    """
    _note_times(state, batches)
    timely: list[MeasurementBatch] = []
    taken: list[MeasurementBatch] = []
    for batch in batches:
        fresh = _unheard(state, _recent(state, batch), taken)
        if len(fresh.t_meas_ns) == 0:
            continue
        taken.append(fresh)
        present_ns = _present_ns(state)
        if fresh.t_meas_ns[0] >= present_ns:  # in order of time: so are all
            timely.append(fresh)
            continue
        prompt = _set_aside(state, fresh, fresh.t_meas_ns >= present_ns)
        if prompt.any():
            timely.append(fresh if prompt.all() else rows_of(fresh, prompt))
    return timely, _prompt_statuses(state, statuses)


def keep_step(
    state: TrackerState,
    batches: list[MeasurementBatch],
    statuses: list[SensorStatus],
    now_ns: int,
) -> None:
    """Write down a step that is about to be taken, and the tracker before it where it is time."""
    history = state.history
    work = _work_of(state, batches, statuses)
    passed_s = (now_ns - state.now_ns) / NS_PER_S if state.now_ns else 0.0
    kept = max(sum([step.work for step in history.steps]), int(_KEPT_S * _WORK_PER_S))
    earned = _WORK_RATIO * work + int(min(passed_s, _KEPT_S) * _WORK_PER_S)
    history.credit = min(history.credit + earned, kept)
    keep_past(state, history.first + len(history.steps))
    if not history.pasts:
        return
    newest_ns = max([state.newest_ns, *(int(b.t_meas_ns[-1]) for b in batches)])
    quiet = [_without_reports(b) for b in batches]
    items = sum([len(b.t_meas_ns) for b in batches]) + len(statuses)
    history.steps.append(Step(now_ns, newest_ns, work, quiet, list(statuses), items))
    _forget(state)


def keep_past(state: TrackerState, at: int) -> None:
    """Keep the tracker as it is before step `at`, where the last past is old enough."""
    history = state.history
    if not state.settings.rewinds:
        return
    if history.pasts:
        last = history.pasts[-1]
        every_s = max(_EVERY_S, 2.0 * state.settings.late_max_s * last.size_bytes / _BYTES_MAX)
        near = state.newest_ns - last.tracker.newest_ns < int(every_s * NS_PER_S)
        if near and at - last.at < _STEPS_BETWEEN:
            return
    size_bytes = _size_bytes(state)
    if size_bytes > _BYTES_MAX // 2:
        return
    if not history.pasts:
        history.first, history.steps = at, []
    history.pasts.append(Past(at, size_bytes, as_past(state)))


def step_of(state: TrackerState, t_ns: I64) -> I64:
    """Give the number of the step that each measurement belongs to, -1 where it is forgotten.

    It is the first after which the newest measurement was no older; the last where none is: taken
    again, steps may end sooner, for a sensor's clock is corrected by what is believed of it now.
    """
    history = state.history
    if not history.steps:
        return np.full(len(t_ns), -1, np.int64)
    newest_ns = np.array([step.newest_ns for step in history.steps], np.int64)
    after = np.searchsorted(newest_ns, t_ns).astype(np.int64)
    at = history.first + np.minimum(after, len(history.steps) - 1)
    return np.where(_reachable(state, t_ns), at, -1)


def withholds(state: TrackerState, sensor_index: int, t_ns: int) -> bool:
    """Say whether a sensor's plots of a time may still come: then nobody counts as missed by it.

    A frame of which half is on its way would speak against every object in the other half. What is
    withheld is counted when the step is taken again (`overdue`).
    """
    history = state.history
    waits = bool(t_ns > history.newest_ns - history.late_ns[sensor_index])
    waits &= bool(history.late_ns[sensor_index]) and bool(history.pasts)
    history.withheld |= waits
    return waits


def note_withheld(state: TrackerState) -> None:
    """Write down whether the step just taken, the last one kept, withheld misses."""
    history = state.history
    if history.steps:
        history.steps[-1].withheld = history.withheld
    history.withheld = False


def overdue(state: TrackerState) -> list[int]:
    """Give the oldest step that withheld misses which are now certain, when there are enough."""
    history = state.history
    if not any(step.withheld for step in history.steps):
        return []
    certain_ns = history.newest_ns - int(history.late_ns.max(initial=0))
    held = [k for k, s in enumerate(history.steps) if s.withheld and s.newest_ns <= certain_ns]
    enough_ns = certain_ns - int(_WITHHELD_S * NS_PER_S)
    if not held or history.steps[held[0]].newest_ns > enough_ns:
        return []
    return [history.first + held[0]]


def _note_times(state: TrackerState, batches: Sequence[MeasurementBatch]) -> None:
    """Write down how new the newest is, and who is in time again."""
    history = state.history
    times = [int(b.t_meas_ns[-1]) for b in batches if len(b.t_meas_ns)]
    history.newest_ns = max([state.newest_ns, *times])
    history.late_ns[history.late_until_ns < history.newest_ns] = 0


def go_back(state: TrackerState, past: Past) -> None:
    """Make the tracker what it was, all but what lasts."""
    for name in _going_back():
        setattr(state, name, _copied(getattr(past.tracker, name)))


def rows_of(batch: MeasurementBatch, chosen: Bools) -> MeasurementBatch:
    """Give the chosen rows of a batch. chosen (M,) bool."""
    columns: Any = {name: getattr(batch, name)[chosen] for name in _COLUMNS}
    return replace(batch, **columns)


def _work_of(
    state: TrackerState, batches: list[MeasurementBatch], statuses: list[SensorStatus]
) -> int:
    rows = state.bank.count + state.singles.count
    visits = (1 + len(batches) + len(statuses)) * (rows + _LOOK_WORK)
    return visits + sum(len(b.t_meas_ns) for b in batches)


_COLUMNS = tuple(f.name for f in fields(MeasurementBatch) if f.name not in ("sensor_index", "kind"))
_NUMBERED = operator.attrgetter(
    *(n for n in ("sensor_index", "kind", *_COLUMNS) if n != "report_index")
)


def _without_reports(batch: MeasurementBatch) -> MeasurementBatch:
    """Give a batch whose measurements are of no report."""
    columns: tuple[Any, ...] = (*_NUMBERED(batch), np.full(len(batch.t_meas_ns), -1))
    return MeasurementBatch(*columns)


def _present_ns(state: TrackerState) -> int:
    return state.newest_ns - int(state.settings.rewind_after_s * NS_PER_S)


def _reachable(state: TrackerState, t_ns: I64) -> Bools:
    """Say whether there is a past old enough, or all of the past there ever was."""
    history = state.history
    if not history.pasts:
        return np.zeros(len(t_ns), np.bool_)
    oldest = history.pasts[0]
    reached: Bools = t_ns > (oldest.tracker.newest_ns if oldest.at else -1)
    return reached


def _recent(state: TrackerState, batch: MeasurementBatch) -> MeasurementBatch:
    """Leave out, and count, what is too late for anything."""
    oldest_ns = state.newest_ns - int(state.settings.late_max_s * NS_PER_S)
    if len(batch.t_meas_ns) == 0 or batch.t_meas_ns[0] >= oldest_ns:
        return batch
    recent = batch.t_meas_ns >= oldest_ns
    state.late_refused[batch.sensor_index] += int(np.count_nonzero(~recent))
    return rows_of(batch, recent)


def _set_aside(state: TrackerState, batch: MeasurementBatch, prompt: Bools) -> Bools:
    """Keep a batch's late rows for later; returns which rows (M,) the present takes."""
    s, t_ns = state.settings, batch.t_meas_ns
    waits = ~prompt & _reachable(state, t_ns)
    lags = ~prompt & ~waits & (t_ns >= state.newest_ns - int(s.lag_max_s * NS_PER_S))
    if waits.any():
        state.history.late_batches.append(rows_of(batch, waits))
        _note_lateness(state, batch.sensor_index, int(t_ns[waits][0]))
    prompt = prompt | lags
    state.late_refused[batch.sensor_index] += int(np.count_nonzero(~prompt & ~waits))
    return prompt


def _note_lateness(state: TrackerState, sensor_index: int, t_ns: int) -> None:
    history = state.history
    late_ns = history.newest_ns - t_ns
    history.late_ns[sensor_index] = max(int(history.late_ns[sensor_index]), late_ns)
    history.late_until_ns[sensor_index] = history.newest_ns + int(_LATE_AGAIN_S * NS_PER_S)


def _prompt_statuses(state: TrackerState, statuses: Sequence[SensorStatus]) -> list[SensorStatus]:
    oldest_ns = state.newest_ns - int(state.settings.late_max_s * NS_PER_S)
    prompt = []
    for status in statuses:
        if status.t_meas_ns >= _present_ns(state):
            prompt.append(status)
        elif status.t_meas_ns >= oldest_ns and state.history.pasts:
            state.history.late_statuses.append(status)
        else:
            count_late(state, status)
    return prompt


def count_late(state: TrackerState, status: SensorStatus) -> None:
    """Count a sensor's status as too late."""
    index = next(model.index for model in state.models if model.sensor_id == status.sensor)
    state.late_refused[index] += 1


def _unheard(
    state: TrackerState, batch: MeasurementBatch, taken: list[MeasurementBatch]
) -> MeasurementBatch:
    """Leave out, and count, what the same sensor has said before, to the bit.

    Only what is no newer than the newest of its sensor can be a repetition.
    """
    s, t_ns, heard_ns = batch.sensor_index, batch.t_meas_ns, state.history.heard_ns
    if len(t_ns) == 0:
        return batch
    doubtful = t_ns <= heard_ns[s] if t_ns[0] <= heard_ns[s] else None
    heard_ns[s] = max(int(heard_ns[s]), int(t_ns[-1]))
    if doubtful is None:
        return batch
    known: set[bytes] = set()
    for earlier in [*_kept_batches(state), *taken]:
        if earlier.sensor_index == s and earlier.kind == batch.kind:
            known.update(_marks(earlier, np.isin(earlier.t_meas_ns, t_ns[doubtful])))
    again = np.zeros(len(t_ns), np.bool_)
    again[doubtful] = [mark in known for mark in _marks(batch, doubtful)]
    state.repeated[s] += int(np.count_nonzero(again))
    return rows_of(batch, ~again) if again.any() else batch


def _kept_batches(state: TrackerState) -> Iterator[MeasurementBatch]:
    for step in state.history.steps:
        yield from step.batches
    yield from state.history.late_batches


def _marks(batch: MeasurementBatch, chosen: Bools) -> list[bytes]:
    """Give what a measurement says as bytes, one item for each of the chosen rows."""
    said = (batch.t_meas_ns, batch.z, batch.height_m, batch.velocity_enu_mps, batch.identity_key)
    rows = np.flatnonzero(chosen)
    return [b"".join(column[i].tobytes() for column in said) for i in rows]


def _forget(state: TrackerState) -> None:
    """Drop the oldest pasts and their steps: what nothing can reach, what is over the limits."""
    history = state.history
    needed_ns = state.newest_ns - int(state.settings.late_max_s * NS_PER_S)
    needed_ns = min([needed_ns, *(int(b.t_meas_ns[0]) for b in history.late_batches)])
    needed_ns = min([needed_ns, *[s.newest_ns for s in history.steps if s.withheld]])
    while history.pasts:
        size_bytes = sum([past.size_bytes for past in history.pasts])
        size_bytes += _PLOT_BYTES * sum([step.items for step in history.steps])
        over = size_bytes > _BYTES_MAX or len(history.steps) > _STEPS_MAX
        unused = len(history.pasts) > 1 and history.pasts[1].tracker.newest_ns < needed_ns
        if not (over or unused):
            return
        del history.pasts[0]
        first = history.pasts[0].at if history.pasts else history.first + len(history.steps)
        del history.steps[: first - history.first]
        history.first = first


@cache
def _going_back() -> list[str]:
    return [name for name in _fields_of(TrackerState) if name not in _LASTING]


def _size_bytes(state: TrackerState) -> int:
    """Give how much a past of the tracker holds: its tables and what grows with sensors."""
    reg = state.registration
    arrays = (state.learning.plots, reg.cov, reg.plots.z, reg.plots.variance)
    used = _bytes_in_use(state.bank) + _bytes_in_use(state.singles)
    return used + sum([array.nbytes for array in arrays])


def _bytes_in_use(table: Any) -> int:
    """Give what the rows in use of a table of equally long columns hold."""
    columns = [getattr(table, name) for name in _fields_of(table.__class__) if name != "count"]
    room = len(columns[0])
    return sum([column.nbytes for column in columns]) // room * int(table.count) if room else 0


def as_past(state: TrackerState) -> TrackerState:
    """Copy what goes back in time of a tracker, and nothing of its history."""
    past: TrackerState = _shallow(state)
    for name in _going_back():
        setattr(past, name, _copied(getattr(state, name)))
    past.table = empty_tracks(0, len(state.models))
    past.late_refused, past.repeated = past.late_refused.copy(), past.repeated.copy()
    past.refused, past.keys_shared, past.groups = {}, [], []
    past.history = empty_history(len(state.models))
    return past


def _copied(value: Any) -> Any:
    """Copy plain data; a table of `count` rows is cut to them."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, list):
        return [_copied(item) for item in value]
    kind = value.__class__
    if not _is_record(kind):
        return value
    twin = _shallow(value)
    if kind is SensorModel:  # what is learnt is set in it, and its arrays never change
        return twin
    count = getattr(value, "count", None)
    for name in _fields_of(kind):
        inner = getattr(value, name)
        if isinstance(inner, np.ndarray):
            if count is not None:
                inner = inner[: max(count, 1)]  # never without room: tables grow by doubling
            setattr(twin, name, inner.copy())
        elif not isinstance(inner, int | float | str):
            setattr(twin, name, _copied(inner))
    return twin


def _shallow(value: Any) -> Any:
    """Do `copy.copy` for a dataclass in a fifth of its time: a past has many, every two seconds."""
    kind = value.__class__
    twin = object.__new__(kind)
    for name in _fields_of(kind):
        object.__setattr__(twin, name, getattr(value, name))
    return twin


@cache
def _is_record(kind: type) -> bool:
    """Say whether values of a type are dataclasses."""
    return is_dataclass(kind)


@cache
def _fields_of(kind: type) -> tuple[str, ...]:
    """Name the fields of a dataclass."""
    return tuple(field.name for field in fields(kind))
