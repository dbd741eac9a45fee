"""One step of the tracker: everything measured since the last one, in order of time.

In: measurement batches and sensors' statuses. Out: the table of tracks at now, which report went to
which track, and what happened to tracks. Each track's state stays at the time of its own last
measurement and is predicted only for publication, so steps may come at any rate.
"""

from collections.abc import Sequence

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.events import Event
from vedette.model.measurements import MeasurementBatch, MeasurementKind
from vedette.model.reports import SensorStatus
from vedette.model.tracks import Links, empty_links
from vedette.tracking.associate import LinkList, take_look
from vedette.tracking.crossing import hold_bearings, raise_from_below
from vedette.tracking.door import admitted, statuses_admitted
from vedette.tracking.gather import gather
from vedette.tracking.groups import find_groups
from vedette.tracking.keys import tell_keys
from vedette.tracking.lifecycle import age, bound_crowd, judge
from vedette.tracking.looks import Look, looks_of
from vedette.tracking.merged import take_merged
from vedette.tracking.state import TrackerState
from vedette.tracking.sweeps import note_look, note_status
from vedette.tracking.table import fill_table
from vedette.tracking.twins import merge_twins

_KINDS = len(MeasurementKind)


def advance(
    state: TrackerState,
    batches: Sequence[MeasurementBatch],
    statuses: Sequence[SensorStatus],
    now_ns: int,
) -> tuple[Links, list[Event]]:
    """Bring the tracks to now_ns with what was measured since; changes state in place.

    batches: any order, a sensor's look in one or in pieces; what is impossible is left out and
    counted in state.refused, see `door`; measurements later than settings.late_max_s behind the
    newest are refused and counted in state.late_refused. now_ns never before the last step's.
    Returns links of reports to confirmed tracks and the events TrackStarted, TrackCoasting,
    TrackRegained, TrackLost, TracksMerged, TrackLimitReached, IdentityKeyShared,
    IdentityKeyChanged and those of groups. A step without time and input changes nothing.
    """
    now_ns = max(now_ns, state.now_ns)
    batches = admitted(state, batches, now_ns)
    statuses = statuses_admitted(state, statuses, now_ns)
    if not batches and not statuses and now_ns == state.now_ns:
        return empty_links(), []
    age(state, now_ns)
    state.now_ns = now_ns
    links, events = LinkList(), []
    for _, _, sensor_index, what in _in_order(state, batches, statuses):
        if isinstance(what, SensorStatus):
            note_status(state, what, sensor_index)
            continue
        rest, spared = take_merged(state, what, links)
        if len(rest.t_ns):
            unclaimed = take_look(state, rest, links, spared)
            raise_from_below(state, state.models[sensor_index])
            hold_bearings(state, rest, unclaimed)
        note_look(state, what)
        t_last_ns = int(what.t_ns[-1])
        state.newest_ns = max(state.newest_ns, t_last_ns)
        state.heard_ns[sensor_index] = max(int(state.heard_ns[sensor_index]), t_last_ns)
        events += bound_crowd(state, now_ns)
    events += judge(state, now_ns)
    events += merge_twins(state, now_ns)
    events += tell_keys(state, now_ns)
    fill_table(state, now_ns)
    events += find_groups(state, now_ns)
    return _numbered(state, links), events


def _in_order(
    state: TrackerState, batches: Sequence[MeasurementBatch], statuses: Sequence[SensorStatus]
) -> list[tuple[int, int, int, Look | SensorStatus]]:
    """Lay looks and statuses on one line of time; ties by sensor, looks first."""
    index_of = {model.sensor_id: model.index for model in state.models}
    line: list[tuple[int, int, int, Look | SensorStatus]] = []
    for batch in gather(batches):
        s = batch.sensor_index
        timely = _timely(state, batch)
        if timely is None:
            continue
        for look in looks_of(timely, state.models[s], float(state.period_s[s]), state.thresholds):
            line.append((int(look.t_ns[-1]), _KINDS * s + look.kind, s, look))
    for status in statuses:
        s = index_of.get(status.sensor, -1)
        if s >= 0:
            line.append((status.t_meas_ns, _KINDS * len(state.models) + s, s, status))
    line.sort(key=lambda item: item[:2])
    return line


def _timely(state: TrackerState, batch: MeasurementBatch) -> MeasurementBatch | None:
    """Leave out, and count, what is too late to be compared with newer states."""
    oldest_ns = state.newest_ns - int(state.settings.late_max_s * NS_PER_S)
    late = batch.t_meas_ns < oldest_ns
    refused = int(np.count_nonzero(late))
    if refused == 0:
        return batch if len(batch.t_meas_ns) else None
    state.late_refused[batch.sensor_index] += refused
    if refused == len(late):
        return None
    kept = {
        name: getattr(batch, name)[~late]
        for name in MeasurementBatch.__slots__
        if name not in ("sensor_index", "kind")
    }
    return MeasurementBatch(sensor_index=batch.sensor_index, kind=batch.kind, **kept)


def _numbered(state: TrackerState, links: LinkList) -> Links:
    """Turn links to Bernoullis into links to confirmed tracks, in order of report."""
    if not links.serial:
        return empty_links()
    serial = np.concatenate(links.serial)
    report_index, prob = np.concatenate(links.report_index), np.concatenate(links.prob)
    bank = state.bank
    rows = np.flatnonzero(bank.track_id[: bank.count] > 0)
    rows = rows[np.argsort(bank.serial[rows], kind="stable")]
    if len(rows) == 0:
        return empty_links()
    at = np.minimum(np.searchsorted(bank.serial[rows], serial), len(rows) - 1)
    known = bank.serial[rows[at]] == serial
    track_id = bank.track_id[rows[at[known]]]
    report_index, prob = report_index[known], prob[known]
    order = np.lexsort((track_id, report_index))
    return Links(track_id[order], report_index[order], prob[order])
