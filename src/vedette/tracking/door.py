"""The tracker's own door: what cannot be is refused by name and counted, and moves no track.

In: batches and statuses from anyone, the pipeline's or a library user's. Out: those rows that a
sensor of this world could have meant. The bounds are far outside what any sensor means: what is
merely wrong is for gates to judge.
"""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.arrivals import RECEIVERS_MAX
from vedette.model.measurements import (
    F64,
    Bools,
    MeasurementBatch,
    MeasurementKind,
    SensorModel,
)
from vedette.model.reports import SensorStatus
from vedette.tracking.state import TrackerState

NO_SENSOR = "unknown"  # whose refusals are counted under this name
_COLUMNS = tuple(f.name for f in fields(MeasurementBatch) if f.name not in ("sensor_index", "kind"))
_LENGTH_MAX_M, _ANGLE_MAX_RAD = 1.0e7, 100.0  # once round the earth's quarter; 16 turns
_SPEED_MAX_MPS, _SIGMA_MAX = 2.0e4, 1.0e7  # faster than what falls from orbit
_T_MAX_NS = 4_102_444_800_000_000_000  # 2100-01-01; differences stay within 64 bits


def admitted(
    state: TrackerState, batches: Sequence[MeasurementBatch], now_ns: int
) -> list[MeasurementBatch]:
    """Give the batches without what is impossible, each sorted by time; counts in state.refused."""
    kept = []
    for batch in batches:
        model = _model_of(state, batch)
        if model is None:
            refuse(state, NO_SENSOR, "unknown sensor", len(batch.t_meas_ns))
        elif not _has_shape(model, batch):
            refuse(state, model.sensor_id, "impossible shape", max(len(batch.t_meas_ns), 1))
        else:
            kept += _possible(state, model, batch, now_ns)
    return kept


def statuses_admitted(
    state: TrackerState, statuses: Sequence[SensorStatus], now_ns: int
) -> list[SensorStatus]:
    """Give the statuses whose time can be; the antenna's place hangs on it."""
    kept, known = [], {model.sensor_id for model in state.models}
    for status in statuses:
        if status.sensor not in known:
            refuse(state, NO_SENSOR, "unknown sensor", 1)
        elif _is_time(state, np.array([status.t_meas_ns]), now_ns)[0]:
            kept.append(status)
        else:
            refuse(state, status.sensor, "impossible time", 1)
    return kept


def refuse(state: TrackerState, sensor_id: str, reason: str, count: int) -> None:
    """Count a refusal: state.refused[reason][sensor]."""
    by_sensor = state.refused.setdefault(reason, {})
    by_sensor[sensor_id] = by_sensor.get(sensor_id, 0) + count


def _model_of(state: TrackerState, batch: MeasurementBatch) -> SensorModel | None:
    index = batch.sensor_index
    return state.models[index] if 0 <= index < len(state.models) else None


def _has_shape(model: SensorModel, batch: MeasurementBatch) -> bool:
    """Say whether a batch's columns belong together and to its sensor."""
    count, width = len(batch.t_meas_ns), 4
    if batch.kind == MeasurementKind.TDOA:
        receivers = model.receivers_enu_m
        width = 0 if receivers is None else len(receivers)
        if not 1 < width <= RECEIVERS_MAX:
            return False
    return (
        batch.z.shape == batch.sigma.shape == (count, width)
        and batch.velocity_enu_mps.shape == (count, 3)
        and all(len(getattr(batch, name)) == count for name in _COLUMNS)
    )


def _possible(
    state: TrackerState, model: SensorModel, batch: MeasurementBatch, now_ns: int
) -> list[MeasurementBatch]:
    """Leave out impossible rows, counted under the first reason that holds."""
    left = np.ones(len(batch.t_meas_ns), np.bool_)
    for reason, good in (
        ("impossible time", _is_time(state, batch.t_meas_ns, now_ns)),
        ("not a number", _is_number(batch)),
        ("impossible sigma", _has_sigmas(batch)),
        ("out of range", _is_in_range(batch)),
    ):
        count = int(np.count_nonzero(left & ~good))
        if count:
            refuse(state, model.sensor_id, reason, count)
        left &= good
    in_order = bool(np.all(batch.t_meas_ns[1:] >= batch.t_meas_ns[:-1]))
    if left.all() and in_order:
        return [batch] if len(left) else []
    rows = np.flatnonzero(left)
    if len(rows) == 0:
        return []
    rows = rows[np.argsort(batch.t_meas_ns[rows], kind="stable")]
    columns = {name: np.ascontiguousarray(getattr(batch, name)[rows]) for name in _COLUMNS}
    return [MeasurementBatch(sensor_index=batch.sensor_index, kind=batch.kind, **columns)]


def _is_time(
    state: TrackerState, t_ns: np.ndarray[tuple[int], np.dtype[np.int64]], now_ns: int
) -> Bools:
    """Say what may have been measured by now: a time far ahead would make all others too late."""
    ahead_ns = int(state.settings.ahead_max_s * NS_PER_S)
    good: Bools = (t_ns > -_T_MAX_NS) & (t_ns < _T_MAX_NS) & (t_ns <= now_ns + ahead_ns)
    return good


def _is_number(batch: MeasurementBatch) -> Bools:
    """Say which rows observe something, and nothing infinite."""
    observed = ~np.isnan(batch.z)
    if batch.kind == MeasurementKind.TDOA:
        something = np.count_nonzero(observed, axis=1) >= 2
    else:
        something = observed.any(axis=1)
    stated = np.column_stack([batch.z, batch.height_m, batch.velocity_enu_mps])
    good: Bools = something & ~np.isinf(stated).any(axis=1)
    return good


def _has_sigmas(batch: MeasurementBatch) -> Bools:
    """Say where every stated component has a finite sigma above zero."""
    good = _is_sigma(batch.sigma, batch.z).all(axis=1)
    good &= _is_sigma(batch.height_sigma_m, batch.height_m)
    for axis in range(3):
        good &= _is_sigma(batch.velocity_sigma_mps, batch.velocity_enu_mps[:, axis])
    return good


def _is_sigma(sigma: F64, value: F64) -> Bools:
    good: Bools = np.isnan(value) | ((sigma > 0.0) & (sigma <= _SIGMA_MAX))
    return good


def _is_in_range(batch: MeasurementBatch) -> Bools:
    """Say where no component is beyond what anything in the air could mean."""
    most = np.full(batch.z.shape[1], _LENGTH_MAX_M)
    least = np.full(batch.z.shape[1], -_LENGTH_MAX_M)
    if batch.kind == MeasurementKind.POLAR:
        most[1:4] = _ANGLE_MAX_RAD, _ANGLE_MAX_RAD, _SPEED_MAX_MPS
        least[:] = 0.0, -_ANGLE_MAX_RAD, -_ANGLE_MAX_RAD, -_SPEED_MAX_MPS
    good = np.isnan(batch.z) | ((batch.z >= least) & (batch.z <= most))
    still = ~(np.abs(batch.velocity_enu_mps) > _SPEED_MAX_MPS)
    both: Bools = good.all(axis=1) & still.all(axis=1) & ~(np.abs(batch.height_m) > _LENGTH_MAX_M)
    return both
