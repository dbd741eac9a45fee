"""One step of the tracker: everything measured since the last one, in order of time.

In: measurement batches and sensors' statuses. Out: the table of tracks at now, which report went to
which track, and what happened to tracks. Each track's state stays at the time of its own last
measurement and is predicted only for publication, so steps may come at any rate.
"""

from collections.abc import Sequence

import numpy as np

from vedette.kernels.bank import by_report, tracks_of
from vedette.kernels.look import confirmed
from vedette.model.events import Event
from vedette.model.measurements import MeasurementBatch, MeasurementKind
from vedette.model.reports import SensorStatus
from vedette.model.tracks import Links, empty_links
from vedette.tracking.associate import LinkList, take_look
from vedette.tracking.barred import disown, spare_barred
from vedette.tracking.crossing import hold_bearings, raise_from_below
from vedette.tracking.door import admitted, statuses_admitted
from vedette.tracking.gather import gather
from vedette.tracking.groups import find_groups
from vedette.tracking.history import keep_step, note_withheld, sort_out, withholds
from vedette.tracking.keys import tell_keys
from vedette.tracking.lifecycle import age, bound_crowd, judge
from vedette.tracking.looks import Look, looks_of
from vedette.tracking.merged import take_merged
from vedette.tracking.registration import corrected, learn, watch
from vedette.tracking.rewind import catch_up
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
    counted in state.refused, see `door`. What comes up to settings.late_max_s behind the newest
    gives the tracks it would have given in time (`rewind`); later measurements are refused and
    counted in state.late_refused, exact repetitions left out and counted in state.repeated. now_ns
    never before the last step's.
    Returns links of reports to confirmed tracks and the events TrackStarted, TrackCoasting,
    TrackRegained, TrackLost, TracksMerged, TrackLimitReached, IdentityKeyShared,
    IdentityKeyChanged and those of groups. A step without time and input changes nothing.
    """
    now_ns = max(now_ns, state.now_ns)
    batches = admitted(state, batches, now_ns)
    statuses = statuses_admitted(state, statuses, now_ns)
    if not batches and not statuses and now_ns == state.now_ns:
        return empty_links(), []
    prompt, signs = sort_out(state, batches, statuses)
    links = LinkList()
    events = catch_up(state, links, now_ns, _take_step)
    keep_step(state, prompt, signs, now_ns)
    events += _take_step(state, prompt, signs, now_ns, links)
    note_withheld(state)
    events += tell_keys(state, now_ns)
    fill_table(state, now_ns)
    events += find_groups(state, now_ns)
    return _numbered(state, links), events


def _take_step(
    state: TrackerState,
    batches: list[MeasurementBatch],
    statuses: list[SensorStatus],
    now_ns: int,
    links: LinkList,
) -> list[Event]:
    """Bring the bank to now_ns; the same input on the same bank does the same again."""
    age(state, now_ns)
    state.now_ns = now_ns
    disown(state)
    events: list[Event] = []
    for _, _, sensor_index, what in _in_order(state, batches, statuses):
        if isinstance(what, SensorStatus):
            if not (
                withholds(state, sensor_index, what.t_meas_ns)
                or state.registration.aside[sensor_index]
            ):
                note_status(state, what, sensor_index)
            continue
        if state.registration.aside[sensor_index]:
            watch(state, what)
            state.newest_ns = max(state.newest_ns, int(what.t_ns[-1]))
            continue
        rest, spared = take_merged(state, what, links)
        spared = spare_barred(state, what, spared)
        if len(rest.t_ns):
            unclaimed = take_look(state, rest, links, spared)
            raise_from_below(state, state.models[sensor_index])
            hold_bearings(state, rest, unclaimed)
        t_last_ns = int(what.t_ns[-1])
        if not withholds(state, sensor_index, t_last_ns):
            note_look(state, what)
        state.newest_ns = max(state.newest_ns, t_last_ns)
        state.heard_ns[sensor_index] = max(int(state.heard_ns[sensor_index]), t_last_ns)
        events += bound_crowd(state, now_ns)
    events += judge(state, now_ns)
    events += merge_twins(state, now_ns)
    learn(state, now_ns)
    return events


def _in_order(
    state: TrackerState, batches: Sequence[MeasurementBatch], statuses: Sequence[SensorStatus]
) -> list[tuple[int, int, int, Look | SensorStatus]]:
    """Lay looks and statuses on one line of time; ties by sensor, looks first."""
    index_of = {model.sensor_id: model.index for model in state.models}
    line: list[tuple[int, int, int, Look | SensorStatus]] = []
    for raw in gather(batches):
        batch, s = corrected(state, raw), raw.sensor_index
        for look in looks_of(batch, state.models[s], float(state.period_s[s]), state.thresholds):
            line.append((int(look.t_ns[-1]), _KINDS * s + look.kind, s, look))
    for status in statuses:
        s = index_of.get(status.sensor, -1)
        if s >= 0:
            line.append((status.t_meas_ns, _KINDS * len(state.models) + s, s, status))
    line.sort(key=lambda item: item[:2])
    return line


def _numbered(state: TrackerState, links: LinkList) -> Links:
    """Turn links to Bernoullis into links to confirmed tracks, in order of report."""
    if not links.serial:
        return empty_links()
    bank = state.bank
    rows = confirmed(bank.count, bank.track_id, bank.serial)
    if len(rows) == 0:
        return empty_links()
    kept, track_id = tracks_of(bank.serial[rows], rows, bank.track_id, np.concatenate(links.serial))
    reports = np.concatenate(links.report_index)
    report_index = reports[kept]
    # Reports are numbered from 0 on, unless a caller numbers them as he likes.
    dense = report_index.min(initial=0) >= -1 and report_index.max(initial=0) < 64 * len(reports)
    order = by_report(report_index, track_id) if dense else np.lexsort((track_id, report_index))
    return Links(track_id[order], report_index[order], np.concatenate(links.prob)[kept[order]])
