"""What people said does not belong together: a sensor's measurements and a track.

In: sensors by track number, as the correlation stage hands them over before each step. Out: rows
that take nothing from a sensor's look, and pairs that are never merged. What the sensor then
measures begins a track of its own, as any plot that no track explains.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from vedette.model.measurements import F64, I64, Bools
from vedette.tracking.looks import Look
from vedette.tracking.state import TrackerState


def bar(state: TrackerState, barred: Mapping[int, Sequence[str]]) -> None:
    """Take over whose measurements (sensor ids) are not of which track numbers."""
    if not barred and not state.barred:
        return
    index_of = {model.sensor_id: model.index for model in state.models}
    state.barred = {
        track_id: sorted(index_of[sensor] for sensor in sensors)
        for track_id, sensors in barred.items()
    }


def rows_barred(state: TrackerState, sensor_index: int) -> I64:
    """List the bank's rows (K,) that take nothing from a sensor."""
    if not state.barred:
        return np.zeros(0, np.int64)
    ids = [n for n, sensors in state.barred.items() if sensor_index in sensors]
    return np.flatnonzero(np.isin(state.bank.track_id[: state.bank.count], ids))


def spare_barred(state: TrackerState, look: Look, spared: Bools | None) -> Bools | None:
    """Add the rows barred from a look's sensor to those passed over, (count,) or None.

    They count as looked at: what is not theirs to see is no miss.
    """
    rows = rows_barred(state, look.sensor_index)
    if len(rows) == 0:
        return spared
    state.bank.looked_ns[rows, look.sensor_index] = int(look.t_ns[-1])
    passed = np.zeros(state.bank.count, np.bool_) if spared is None else spared.copy()
    passed[rows] = True
    return passed


def keep_first_claims(
    state: TrackerState, first: I64, column: I64, score: F64
) -> tuple[I64, I64, F64]:
    """Leave to a barred track the plots in its gate: what was parted from it does not take them.

    first (N + 1,), column, score (K,): candidates by row. A track born of the barred sensor's
    reports may lie right on it, and would draw the other sensors' plots away from it. Where another
    sensor has seen that track apart from this one, they are weighed like any two.
    """
    bank, keep = state.bank, np.ones(len(column), np.bool_)
    rows = np.repeat(np.arange(len(first) - 1), np.diff(first))
    for track_id, sensors in state.barred.items():
        held = np.flatnonzero(bank.track_id[: bank.count] == track_id)
        if len(held) == 0 or not sensors:
            continue
        others = np.delete(bank.hit_ns[: bank.count], sensors, axis=1)
        seen = bank.hit_ns[: bank.count, sensors]
        parted: Bools = np.any(seen > 0, axis=1) & ~np.any(others > 0, axis=1)
        parted[held] = False
        own = np.isin(column, column[rows == held[0]])
        keep &= ~(own & parted[rows])
    counts = np.bincount(rows[keep], minlength=len(first) - 1)
    left = np.concatenate([[0], np.cumsum(counts)])
    return left, column[keep], score[keep]


def disown(state: TrackerState) -> None:
    """Take the address that a barred sensor heard from its tracks: it is another object's."""
    for model in state.models if state.barred else ():
        if model.cooperative:
            rows = rows_barred(state, model.index)
            state.bank.key[rows] = state.bank.key_told[rows] = 0


def without_kept_apart(state: TrackerState, pairs: I64) -> I64:
    """Leave out of pairs of rows (K, 2) those that a bar keeps apart: one is barred from a sensor
    that has seen the other."""
    if not state.barred or len(pairs) == 0:
        return pairs
    bank = state.bank
    keep = np.ones(len(pairs), np.bool_)
    for near, far in ((0, 1), (1, 0)):
        for k, row in enumerate(pairs[:, near].tolist()):
            sensors = state.barred.get(int(bank.track_id[row]), [])
            if sensors and (bank.hit_ns[pairs[k, far], sensors] > 0).any():
                keep[k] = False
    return pairs[keep]
