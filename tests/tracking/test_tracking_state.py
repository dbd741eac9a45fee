"""The bank's rows: dropped one way where few move and another where many do, with one result."""

from dataclasses import fields

import numpy as np
import pytest

from vedette import tracking
from vedette.tracking.history import as_past
from vedette.tracking.state import Bank, TrackerState, keep_rows

ROWS = 40


def _filled() -> TrackerState:
    """Give a tracker whose bank holds a different number everywhere."""
    sensor = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=1.0, radius_m=9e3)
    state = tracking.open_tracker([sensor])
    state.bank.count = ROWS
    for column in fields(Bank):
        array = getattr(state.bank, column.name)
        if isinstance(array, np.ndarray):
            array[:ROWS] = np.arange(array[:ROWS].size).reshape(array[:ROWS].shape) % 120
    return state


def _rows(bank: Bank) -> set[tuple[bytes, ...]]:
    arrays = [a for f in fields(Bank) if isinstance(a := getattr(bank, f.name), np.ndarray)]
    return {tuple(a[i].tobytes() for a in arrays) for i in range(bank.count)}


@pytest.mark.parametrize("gone", [[], [0], [39], [3, 17, 39], [0, 1, 2, 3], [*range(30)]])
def test_what_is_kept_of_the_bank_stays_whole_however_many_rows_go(gone: list[int]) -> None:
    state = _filled()
    keep = np.ones(ROWS, np.bool_)
    keep[gone] = False
    expected = _filled()
    for name in (f.name for f in fields(Bank) if f.name != "count"):
        setattr(expected.bank, name, getattr(expected.bank, name)[:ROWS][keep])
    expected.bank.count = ROWS - len(gone)

    keep_rows(state.bank, keep)

    assert state.bank.count == ROWS - len(gone)
    assert _rows(state.bank) == _rows(expected.bank)


def test_what_happens_to_the_present_does_not_reach_its_past() -> None:
    state = _filled()
    prob, rows = state.models[0].detection_prob, _rows(state.bank)

    past = as_past(state)
    state.bank.x[:], state.models[0].detection_prob, state.newest_ns = -1.0, 0.1, 7
    state.learning.plots[:], state.registration.bias[:] = 5.0, 5.0

    assert _rows(past.bank) == rows
    assert past.models[0].detection_prob == prob
    assert (past.newest_ns, past.learning.plots.max(), past.registration.bias.max()) == (0, 0, 0)


def test_a_batch_of_one_time_is_its_plots_as_they_came() -> None:
    plots = np.arange(12.0).reshape(4, 3)

    at_once = tracking.position_batch(0, 2.5, plots, 10.0)
    each = tracking.position_batch(0, [2.5] * 4, plots, 10.0)
    mixed = tracking.position_batch(0, [3.0, 1.0, 2.0, 1.0], plots, 10.0)

    assert at_once.z.tobytes() == each.z.tobytes()
    assert at_once.t_meas_ns.tolist() == each.t_meas_ns.tolist() == [2_500_000_000] * 4
    assert mixed.report_index.tolist() == [1, 3, 2, 0]
    assert np.array_equal(mixed.z[:, :3], plots[[1, 3, 2, 0]])
