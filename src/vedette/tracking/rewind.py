"""Going back: what came late is put where it belongs, and the steps since are taken again.

The tracks are then those of a world in which nothing was late. People were told of the other one,
so its numbers live on: an object keeps the number it was told under, and what is told now is only
how the two worlds differ at present. A delayed horizon as in PX4's EKF2, with the present kept up;
for single measurements the theory is Bar-Shalom, Chen and Mallick 2004, IEEE TAES 40-1.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.statistics import chi_square_quantile
from vedette.model.enums import TrackStatus
from vedette.model.events import (
    Event,
    TrackCoasting,
    TrackRegained,
    TracksMerged,
)
from vedette.model.measurements import F64, I8, I64, Bools, MeasurementBatch
from vedette.model.reports import SensorStatus
from vedette.tracking.associate import LinkList
from vedette.tracking.gather import gather
from vedette.tracking.history import count_late, go_back, keep_past, overdue, rows_of, step_of
from vedette.tracking.lifecycle import lost_event, started_events
from vedette.tracking.state import Past, TrackerState
from vedette.tracking.table import states_at

Take = Callable[
    [TrackerState, list[MeasurementBatch], list[SensorStatus], int, LinkList], list[Event]
]
# Both worlds' estimates of one object rest on mostly the same plots: much nearer than this.
_SAME_QUANTILE = chi_square_quantile(0.999, 6)
# Who is left on both sides after that is most likely one: a young track rests on few plots, and
# another sensor's pair them differently. Beyond twice the sigmas they are two after all.
_CLOSEST_QUANTILES = 4.0
_LIKELY = 0.5  # an unconfirmed track as likely as this keeps a number that people know


@dataclass(slots=True)
class _Told:
    """The tracks as people know them: number, serial, status, key told (K,), state (K, 6)."""

    track_id: I64
    serial: I64
    status: I8
    key_told: I64
    mean: F64
    cov: F64


def catch_up(state: TrackerState, links: LinkList, now_ns: int, take: Take) -> list[Event]:
    """Take what came late, by going back, as soon as its work is affordable; changes state.

    take: does one step. links: gains those of late measurements that arrived in this step.
    Returns what people must know: TrackStarted, TrackLost, TracksMerged, TrackCoasting,
    TrackRegained, as the present changes.
    """
    past = _where_to(state)
    if past is None:
        return []
    told = _as_told(state)
    _put_in_place(state)
    again(state, past, links, take)
    return _reconcile(state, told, past.tracker.next_serial, now_ns)


def _where_to(state: TrackerState) -> Past | None:
    """Choose the past to go back to and pay for it; None where nothing waits, or it must wait."""
    history = state.history
    late = [int(b.t_meas_ns[0]) for b in history.late_batches]
    late += [status.t_meas_ns for status in history.late_statuses]
    steps = step_of(state, np.array(late, np.int64)).tolist() if late else []
    known = [at for at in steps if at >= 0] + overdue(state)
    if not known:
        if late:
            _put_in_place(state)
        return None
    index = max(i for i, past in enumerate(history.pasts) if past.at <= min(known))
    past = history.pasts[index]
    work = sum(step.work for step in history.steps[past.at - history.first :])
    if work > history.credit:
        for k, batch in enumerate(history.late_batches):
            history.late_batches[k] = _unlinked(batch)
        return None
    history.credit -= work
    del history.pasts[index + 1 :]
    return past


def _unlinked(batch: MeasurementBatch) -> MeasurementBatch:
    """Forget which reports a batch came from: they were another step's."""
    if (batch.report_index < 0).all():
        return batch
    return replace(batch, report_index=np.full(len(batch.t_meas_ns), -1))


def _put_in_place(state: TrackerState) -> None:
    """Give what is late to the steps it belongs to; what is forgotten meanwhile is refused."""
    history = state.history
    for batch in history.late_batches:
        at = step_of(state, batch.t_meas_ns)
        state.late_refused[batch.sensor_index] += int(np.count_nonzero(at < 0))
        for number in np.unique(at[at >= 0]):
            step = history.steps[int(number) - history.first]
            step.batches = gather([*step.batches, rows_of(batch, at == number)])
            step.items += int(np.count_nonzero(at == number))
    for status in history.late_statuses:
        number = int(step_of(state, np.array([status.t_meas_ns]))[0])
        if number >= 0:
            step = history.steps[number - history.first]
            step.statuses.append(status)
            step.items += 1
        else:
            count_late(state, status)
    history.late_batches, history.late_statuses = [], []


def again(state: TrackerState, past: Past, links: LinkList, take: Take) -> None:
    """Go back to a past and take the steps since once more, without a word of what happens."""
    go_back(state, past)
    history, known = state.history, LinkList()
    for k in range(past.at - history.first, len(history.steps)):
        step = history.steps[k]
        keep_past(state, history.first + k)
        history.withheld = False
        take(state, step.batches, step.statuses, step.now_ns, known)
        step.withheld = history.withheld
        step.newest_ns = state.newest_ns
        step.batches = [_unlinked(batch) for batch in step.batches]
    for serial, report_index, prob in zip(
        known.serial, known.report_index, known.prob, strict=True
    ):
        fresh = report_index >= 0
        if fresh.any():
            links.add(serial[fresh], report_index[fresh], prob[fresh])


def _as_told(state: TrackerState) -> _Told:
    bank = state.bank
    rows = np.flatnonzero(bank.track_id[: bank.count] > 0)
    mean, cov = states_at(state, rows, state.now_ns)
    return _Told(
        bank.track_id[rows], bank.serial[rows], bank.status[rows], bank.key_told[rows], mean, cov
    )  # fmt: skip


def _reconcile(state: TrackerState, told: _Told, next_serial: int, now_ns: int) -> list[Event]:
    """Give the tracks the numbers that people know them by, and say what has changed for people.

    next_serial: the past's; a row with a smaller serial is the same row in both worlds.
    """
    bank, n = state.bank, state.bank.count
    confirmed = np.flatnonzero(bank.track_id[:n] > 0)
    confirmed = confirmed[np.argsort(bank.track_id[confirmed], kind="stable")]
    row_of = _rows_of_told(state, told, next_serial)
    bank.track_id[:n] = 0
    found = row_of >= 0
    bank.track_id[row_of[found]] = told.track_id[found]
    bank.key_told[row_of[found]] = told.key_told[found]
    state.next_track_id = max(state.next_track_id, int(told.track_id.max(initial=0)) + 1)
    events = _differences(state, told, row_of, now_ns)
    fresh = confirmed[bank.track_id[confirmed] == 0]
    where, _ = states_at(state, fresh, now_ns)
    bank.track_id[fresh] = state.next_track_id + np.arange(len(fresh))
    state.next_track_id += len(fresh)
    events += started_events(state, fresh, where, now_ns)
    return events


def _rows_of_told(state: TrackerState, told: _Told, next_serial: int) -> I64:
    """Find each told track's row (K,) in the bank of now, -1 where there is none.

    By serial where the track is older than the past, else by where it is: rows begun since are
    others in name only. Rows that nobody would call a track are no answer.
    """
    bank, n = state.bank, state.bank.count
    likely = (bank.track_id[:n] > 0) | (bank.existence[:n] > _LIKELY)
    row_of = np.full(len(told.track_id), -1)
    if n == 0:
        return row_of
    order = np.argsort(bank.serial[:n], kind="stable")
    at = np.minimum(np.searchsorted(bank.serial[:n][order], told.serial), n - 1)
    same = (bank.serial[order[at]] == told.serial) & (told.serial < next_serial)
    same &= likely[order[at]]
    row_of[same] = order[at[same]]
    likely[row_of[same]] = False
    for within in (_SAME_QUANTILE, _CLOSEST_QUANTILES * _SAME_QUANTILE):
        rows, left = np.flatnonzero(likely), np.flatnonzero(row_of < 0)
        mean, cov = states_at(state, rows, state.now_ns)
        unconfirmed = bank.track_id[rows] == 0
        for k, j in _nearest(mean, cov, told.mean[left], told.cov[left], unconfirmed, within):
            row_of[left[j]] = rows[k]
            likely[rows[k]] = False
    return row_of


def _nearest(
    mean: F64, cov: F64, told_mean: F64, told_cov: F64, unconfirmed: Bools, within: float
) -> list[tuple[int, int]]:
    """Pair rows (R, 6) and told states (T, 6) that can be one object, as many as can be paired.

    The squared differences over the summed variances are less than `within`. The nearest first, a
    confirmed row before one that is not; then rows are passed on where that gives another told
    track a row too (Berge 1957: a matching is largest when no such chain is left).
    """
    pairs = []
    for j in range(len(told_mean)):
        spread = np.diagonal(cov, axis1=1, axis2=2) + np.diagonal(told_cov[j])
        distance2 = np.sum((mean - told_mean[j]) ** 2 / spread, axis=1)
        pairs += [
            (bool(unconfirmed[k]), float(distance2[k]), k, j)
            for k in np.flatnonzero(distance2 < within).tolist()
        ]
    rows_for: dict[int, list[int]] = {}
    owner: dict[int, int] = {}
    placed: set[int] = set()
    for _, _, k, j in sorted(pairs):
        rows_for.setdefault(j, []).append(k)
        if k not in owner and j not in placed:
            owner[k] = j
            placed.add(j)
    for j in sorted(rows_for.keys() - placed):
        _pass_on(owner, rows_for, j)
    return sorted(owner.items())


def _pass_on(owner: dict[int, int], rows_for: dict[int, list[int]], j: int) -> None:
    """Find the shortest chain of rows passed on that ends in a free one, and give j its first."""
    came_from: dict[int, tuple[int, int | None]] = {}  # row -> who wants it, who gave up what
    waiting: list[tuple[int, int | None]] = [(j, None)]
    for wanting, gave in waiting:
        for k in rows_for[wanting]:
            if k in came_from:
                continue
            came_from[k] = (wanting, gave)
            if k in owner:
                waiting.append((owner[k], k))
                continue
            at: int | None = k
            while at is not None:
                owner[at], at = came_from[at]
            return


def _differences(state: TrackerState, told: _Told, row_of: I64, now_ns: int) -> list[Event]:
    """Say which told tracks are gone, coasting or regained, by what came late."""
    bank = state.bank
    events: list[Event] = []
    for j in np.argsort(told.track_id, kind="stable"):
        track_id, row = int(told.track_id[j]), int(row_of[j])
        if row < 0:
            events.append(_gone(state, told, int(j), now_ns))
            continue
        if bank.status[row] == TrackStatus.TENTATIVE:
            bank.status[row] = TrackStatus.CONFIRMED
        if bank.status[row] == told.status[j]:
            continue
        if bank.status[row] == TrackStatus.COASTING:
            unseen_s = (now_ns - int(bank.updated_ns[row])) / NS_PER_S
            events.append(TrackCoasting(t_ns=now_ns, track_id=track_id, unseen_s=unseen_s))
        else:
            events.append(TrackRegained(t_ns=now_ns, track_id=track_id))
    return events


def _gone(state: TrackerState, told: _Told, j: int, now_ns: int) -> Event:
    """Say what became of a told track: one with another that is in its place, or lost."""
    track_id, bank = int(told.track_id[j]), state.bank
    rows = np.flatnonzero(bank.track_id[: bank.count] > 0)
    mean, cov = states_at(state, rows, state.now_ns)
    alone = np.zeros(len(rows), np.bool_)
    for k, _ in _nearest(
        mean, cov, told.mean[j : j + 1], told.cov[j : j + 1], alone, _SAME_QUANTILE
    ):
        kept = int(bank.track_id[rows[k]])
        return TracksMerged(t_ns=now_ns, track_id=kept, absorbed_track_id=track_id)
    return lost_event(state, track_id, told.mean[j], now_ns, "what came late speaks against it")
