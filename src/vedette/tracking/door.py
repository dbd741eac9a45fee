"""The tracker's own door: what cannot be is refused by name and counted, and moves no track.

In: batches and statuses from anyone, the pipeline's or a library user's. Out: those rows that a
sensor of this world could have meant. The bounds are far outside what any sensor means: what is
merely wrong is for gates to judge.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.arrivals import RECEIVERS_MAX
from vedette.kernels.door import NUMBER, POSSIBLE, RANGE, SIGMA, TIME, reasons
from vedette.model.measurements import (
    F64,
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
_WORDS = {
    TIME: "impossible time",
    NUMBER: "not a number",
    SIGMA: "impossible sigma",
    RANGE: "out of range",
}
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
        elif -_T_MAX_NS < status.t_meas_ns <= _latest_ns(state, now_ns):
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
    least, most = _span(batch.kind == MeasurementKind.POLAR, batch.z.shape[1])
    why, in_order = reasons(
        batch.t_meas_ns, batch.z, batch.sigma, batch.height_m, batch.height_sigma_m,
        batch.velocity_enu_mps, batch.velocity_sigma_mps,
        np.array([-_T_MAX_NS, _latest_ns(state, now_ns)]),
        2 if batch.kind == MeasurementKind.TDOA else 1, least, most,
        np.array([_SIGMA_MAX, _SPEED_MAX_MPS, _LENGTH_MAX_M]),
    )  # fmt: skip
    if not why.any():
        if in_order:
            return [batch] if len(why) else []
    else:
        for reason, count in enumerate(np.bincount(why).tolist()):
            if reason != POSSIBLE and count:
                refuse(state, model.sensor_id, _WORDS[reason], count)
    rows = np.flatnonzero(why == POSSIBLE)
    if len(rows) == 0:
        return []
    rows = rows[np.argsort(batch.t_meas_ns[rows], kind="stable")]
    columns = {name: np.ascontiguousarray(getattr(batch, name)[rows]) for name in _COLUMNS}
    return [MeasurementBatch(sensor_index=batch.sensor_index, kind=batch.kind, **columns)]


def _latest_ns(state: TrackerState, now_ns: int) -> int:
    """Give the latest that may have been measured by now: what is far ahead would make all others
    too late."""
    ahead_ns = int(state.settings.ahead_max_s * NS_PER_S)
    return min(now_ns + ahead_ns, _T_MAX_NS - 1)


@lru_cache(maxsize=64)
def _span(polar: bool, width: int) -> tuple[F64, F64]:
    """Give the least and the most (width,) that each component of what flies could mean."""
    most = np.full(width, _LENGTH_MAX_M)
    least = -most
    if polar:
        most[1:4] = _ANGLE_MAX_RAD, _ANGLE_MAX_RAD, _SPEED_MAX_MPS
        least[:] = 0.0, -_ANGLE_MAX_RAD, -_ANGLE_MAX_RAD, -_SPEED_MAX_MPS
    return least, most
