"""What cannot be: refused by name, counted, and every track left exactly as it was."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette import tracking
from vedette.base.constants import NS_PER_S
from vedette.model.measurements import MeasurementBatch, MeasurementKind
from vedette.model.reports import SensorStatus
from vedette.record.state import encode_state
from vedette.tracking import TrackerState, advance

YEAR_S = 365.25 * 86_400.0
CORNERS = [[9_000.0 * e, 9_000.0 * n, 10.0] for e in (-1, 1) for n in (-1, 1)]


def tracker() -> TrackerState:
    """Two tracks, seen by a radar, a position sensor and receivers, at 20 s."""
    radar = tracking.polar_sensor(
        position_enu_m=[0.0, 0.0, 0.0], range_max_m=20_000.0, detection_prob=0.9,
        clutter_per_scan=0.5, sensor_id="radar",
    )  # fmt: skip
    places = tracking.position_sensor(
        detection_prob=0.9, clutter_per_scan=0.5, radius_m=20_000.0, sensor_id="places"
    )
    listeners = tracking.tdoa_sensor(CORNERS, sensor_id="listeners")
    state = tracking.open_tracker([radar, places, listeners])
    for t_s in range(20):
        plots = [[8_000.0 - 45.0 * t_s, 0.3, 0.05], [5_000.0 + 20.0 * t_s, 2.0, 0.1]]
        batch = tracking.polar_batch(0, t_s, plots, [20.0, 0.005, 0.01])
        advance(state, [batch], [], t_s * NS_PER_S)
    assert state.table.count == 2
    return state


def plot(t_s: float = 20.0, sigma: float = 20.0, **changes: object) -> MeasurementBatch:
    values = np.array([[7_100.0, 0.3, 0.05, -45.0]])
    batch = tracking.polar_batch(0, t_s, values, [20.0, 0.005, 0.01, 1.0])
    batch.sigma[0, 0] = sigma
    return replace(batch, **changes)  # type: ignore[arg-type]


def tracks_of(state: TrackerState) -> bytes:
    return encode_state(
        [state.bank, state.table, state.singles, state.newest_ns, state.heard_ns, state.sweep_ns]
    )


def counts(state: TrackerState) -> dict[str, int]:
    return {reason: sum(by.values()) for reason, by in state.refused.items()}


IMPOSSIBLE = [
    ("negative sigma", plot(sigma=-20.0), "impossible sigma"),
    ("zero sigma", plot(sigma=0.0), "impossible sigma"),
    ("infinite sigma", plot(sigma=math.inf), "impossible sigma"),
    ("sigma that is no number", plot(sigma=math.nan), "impossible sigma"),
    ("nothing but NaN", plot(z=np.full((1, 4), np.nan)), "not a number"),
    ("infinite range", plot(z=np.array([[math.inf, 0.3, 0.05, 0.0]])), "not a number"),
    ("range beyond the earth", plot(z=np.array([[1e9, 0.3, 0.05, 0.0]])), "out of range"),
    ("negative range", plot(z=np.array([[-7_100.0, 0.3, 0.05, 0.0]])), "out of range"),
    ("a hundred turns", plot(z=np.array([[7_100.0, 700.0, 0.05, 0.0]])), "out of range"),
    ("faster than a meteor", plot(z=np.array([[7_100.0, 0.3, 0.05, 1e6]])), "out of range"),
    ("years ahead", plot(t_s=5 * YEAR_S), "impossible time"),
    ("the end of time", plot(t_meas_ns=np.array([2**63 - 1])), "impossible time"),
    ("the beginning of time", plot(t_meas_ns=np.array([-(2**63)])), "impossible time"),
    ("a sensor that is not there", plot(sensor_index=3), "unknown sensor"),
    ("a sensor before the first", plot(sensor_index=-1), "unknown sensor"),
    ("arrivals of a radar", plot(kind=MeasurementKind.TDOA), "impossible shape"),
    ("three columns", plot(z=np.zeros((1, 3))), "impossible shape"),
    ("two times, one row", plot(t_meas_ns=np.zeros(2, np.int64)), "impossible shape"),
    ("infinite height", plot(height_m=np.array([math.inf])), "not a number"),
    ("height without sigma", plot(height_m=np.array([300.0])), "impossible sigma"),
    ("one arrival", tracking.tdoa_batch(2, 20, [1.0, np.nan, np.nan, np.nan], 50), "not a number"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("batch", "reason"), [i[1:] for i in IMPOSSIBLE], ids=[i[0] for i in IMPOSSIBLE]
)
def test_what_cannot_be_is_counted_by_name_and_moves_nothing(
    batch: MeasurementBatch, reason: str
) -> None:
    state = tracker()
    before = tracks_of(state)
    links, events = advance(state, [batch], [], state.now_ns)
    assert tracks_of(state) == before
    assert len(links.track_id) == 0
    assert events == []
    assert list(counts(state)) == [reason]


def test_time_that_runs_backwards_by_years_is_too_late_and_moves_nothing() -> None:
    state = tracker()
    before = tracks_of(state)
    advance(state, [plot(t_s=-5 * YEAR_S)], [], state.now_ns - int(5 * YEAR_S) * NS_PER_S)
    assert tracks_of(state) == before
    assert state.late_refused[0] == 1


def test_a_status_from_the_future_or_from_nobody_leaves_the_antenna_where_it_is() -> None:
    state = tracker()
    before = tracks_of(state)
    for sensor, t_ns in (("radar", 2**62), ("nobody", state.now_ns)):
        status = SensorStatus(sensor=sensor, t_meas_ns=t_ns, t_recv_ns=0, kind="north")
        advance(state, [], [status], state.now_ns)
    assert tracks_of(state) == before
    assert counts(state) == {"impossible time": 1, "unknown sensor": 1}


def test_the_good_rows_of_a_batch_are_used_without_the_bad() -> None:
    good, mixed = tracker(), tracker()
    z = [[7_100.0, 0.3, 0.05], [np.nan, np.nan, np.nan], [5_400.0, 2.0, 0.1]]
    sigma = np.array([[20.0, 0.005, 0.01], [20.0, 0.005, 0.01], [20.0, 0.005, 0.01]])
    batch = tracking.polar_batch(0, 20, z, sigma)
    advance(mixed, [batch], [], 20 * NS_PER_S)
    advance(good, [tracking.polar_batch(0, 20, [z[0], z[2]], sigma[0])], [], 20 * NS_PER_S)
    assert encode_state(mixed.bank) == encode_state(good.bank)
    assert mixed.refused == {"not a number": {"radar": 1}}


NUMBER = st.floats(allow_nan=True, allow_infinity=True)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(st.tuples(NUMBER, NUMBER, NUMBER, NUMBER), min_size=1, max_size=4),
    st.lists(NUMBER, min_size=4, max_size=4),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(-2, 4),
    st.sampled_from(list(MeasurementKind)),
)
def test_no_number_whatever_breaks_a_track(
    rows: list[tuple[float, ...]],
    sigma: list[float],
    t_ns: int,
    sensor_index: int,
    kind: MeasurementKind,
) -> None:
    """Whatever arrives is used or refused, and every state stays finite and its P positive."""
    state = _kept()
    count = len(rows)
    empty = np.full(count, np.nan)
    batch = MeasurementBatch(
        sensor_index=sensor_index, kind=kind, t_meas_ns=np.full(count, t_ns), z=np.array(rows),
        sigma=np.tile(sigma, (count, 1)), height_m=empty, height_sigma_m=empty,
        velocity_enu_mps=np.full((count, 3), np.nan), velocity_sigma_mps=empty, snr_db=empty,
        confidence=empty, identity_key=np.zeros(count, np.int64),
        report_index=np.arange(count),
    )  # fmt: skip
    advance(state, [batch], [], state.now_ns)
    n = state.bank.count
    assert np.isfinite(state.bank.x[:n]).all()
    assert np.isfinite(state.bank.P[:n]).all()
    assert (np.diagonal(state.bank.P[:n], axis1=2, axis2=3) > 0.0).all()
    assert np.isfinite(state.table.state_enu[: state.table.count]).all()
    assert ((state.bank.existence[:n] >= 0.0) & (state.bank.existence[:n] <= 1.0)).all()


_KEPT: list[TrackerState] = []


def _kept() -> TrackerState:
    """Give one tracker to all examples: what one of them leaves behind is the next one's world."""
    if not _KEPT:
        _KEPT.append(tracker())
    return _KEPT[0]
