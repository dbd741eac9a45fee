"""What other systems tell of their tracks: heeded only where nobody of our own looks.

In: a step's batches, and which reports are another system's tracks. Out: the batches without the
rows that tell of what we hold ourselves. Such a row may rest on the very plots that made our track,
or be our own track come back; nothing in it says which. So it touches no track that a sensor of
ours has seen within HELD_SCANS scans: neither its existence nor its place nor its identity. Where
ours have lost an object the row is used, unless it says what we predict ourselves: that is how our
own coasting track comes back. Where we have nothing it begins a track, like any report.

A neighbour's rows are a filter's output: their errors last for seconds. Each is worth only
interval / (interval + 2 * LASTING_S) of an independent one (the variance of the mean of a
first-order process), so its variances are widened by that. What would fall into the gate of a
track of ours with that width cannot be told from it and is left out: within some 400 m of what we
see ourselves a neighbour at one report a second is not heeded.
"""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import (
    F64,
    I64,
    Bools,
    MeasurementBatch,
    MeasurementKind,
    SensorModel,
)
from vedette.model.tracks import TrackTable
from vedette.tracking.state import TrackerState

HELD_SCANS, HELD_S = 3.0, 3.0  # a track that a sensor of ours saw within so many scans, and seconds
GATE_FLAT, GATE = 13.8, 16.3  # 0.999 of chi-squared with two and three degrees of freedom
BIAS_M = 100.0  # how far two centres' pictures lie apart: a tenth of a degree at 60 km
DELAY_S = 0.3  # and their clocks
TURN_MPS2 = 10.0  # what an object may do between our picture and the report
HEIGHT_M = 150.0  # pressure heights against true ones
ECHO_M, ECHO_SIGMAS = 10.0, 0.25  # nearer to our prediction than chance would have it
LASTING_S = 5.0  # how long a tracking filter's error lasts
PAIRS_MAX = 100_000  # of reports and tracks held against each other at a time: some 30 MB
_COLUMNS = tuple(f.name for f in fields(MeasurementBatch) if f.name not in ("sensor_index", "kind"))


def heed(
    state: TrackerState, batches: Sequence[MeasurementBatch], derived: Bools, now_ns: int
) -> list[MeasurementBatch]:
    """Leave out what neighbours tell of tracks that are our own; widen the rest of their word.

    derived (R,): by report_index, whether a report is another system's track; a sensor that is a
    neighbour (`SensorModel.neighbour`) tells nothing else. now_ns: the step's time.
    """
    kept = []
    for batch in batches:
        model = state.models[batch.sensor_index]
        theirs = derived[batch.report_index] | model.neighbour
        if batch.kind != MeasurementKind.ENU or not theirs.any():
            kept.append(batch)
            continue
        wide = _widened(batch, theirs, float(model.scan_period_s))
        told = np.flatnonzero(theirs)
        known = told[_ours(state, batch, wide.sigma, told, now_ns)]
        rows = np.setdiff1d(np.arange(len(theirs)), known)
        if len(rows):
            kept.append(_rows_of(wide, rows))
    return kept


def _rows_of(batch: MeasurementBatch, rows: I64) -> MeasurementBatch:
    columns = {name: np.ascontiguousarray(getattr(batch, name)[rows]) for name in _COLUMNS}
    return MeasurementBatch(sensor_index=batch.sensor_index, kind=batch.kind, **columns)


def _widened(batch: MeasurementBatch, theirs: Bools, period_s: float) -> MeasurementBatch:
    """Give rows of neighbours no more weight than the new information in them."""
    factor = np.where(theirs, np.sqrt(1.0 + 2.0 * LASTING_S / period_s), 1.0)
    return replace(
        batch,
        sigma=batch.sigma * factor[:, None],
        velocity_sigma_mps=batch.velocity_sigma_mps * factor,
    )


def _ours(
    state: TrackerState, batch: MeasurementBatch, widened_m: F64, rows: I64, now_ns: int
) -> Bools:
    """Say which of some rows (K,) tell of what we hold, or say what we predict ourselves."""
    table = state.table
    held, lost = _standing(table, state.models, state.period_s, now_ns)
    tracks = np.flatnonzero(held | lost)
    if len(tracks) == 0:
        return np.zeros(len(rows), np.bool_)
    stated_m = np.hypot(batch.sigma[rows, :3], [BIAS_M, BIAS_M, HEIGHT_M])
    sigma_m = np.maximum(stated_m, widened_m[rows, :3])
    dt_s = (batch.t_meas_ns[rows] - table.t_ns) / NS_PER_S
    ours = np.zeros(len(rows), np.bool_)
    at_once = max(PAIRS_MAX // len(tracks), 1)
    for low in range(0, len(rows), at_once):
        part = slice(low, low + at_once)
        place = batch.z[rows[part]]
        ratio, apart_m, own_sigma_m = _distances(table, tracks, place, sigma_m[part], dt_s[part])
        echo = apart_m <= np.maximum(ECHO_M, ECHO_SIGMAS * own_sigma_m)
        ours[part] = np.where(held[tracks], ratio <= 1.0, echo).any(axis=1)
    return ours


def _standing(
    table: TrackTable, models: Sequence[SensorModel], period_s: F64, now_ns: int
) -> tuple[Bools, Bools]:
    """Say which tracks (N,) a sensor of ours holds, and which all of ours have lost.

    A track that only neighbours have ever seen is neither, and so is one that a neighbour has told
    of since ours lost it.
    """
    own = np.array([not model.neighbour for model in models], np.bool_)
    seen_ns = table.sensor_updated_ns[: table.count]
    patience_ns = (np.maximum(HELD_SCANS * period_s, HELD_S) * NS_PER_S).astype(np.int64)
    fresh = (seen_ns > 0) & (now_ns - seen_ns <= patience_ns)
    held = np.asarray(fresh[:, own].any(axis=1))
    last_own_ns = np.max(seen_ns[:, own], axis=1, initial=0)
    last_told_ns = np.max(seen_ns[:, ~own], axis=1, initial=0)
    lost = ~held & (last_own_ns > 0) & (last_told_ns <= last_own_ns)
    return held, lost


def _distances(
    table: TrackTable, tracks: I64, place_enu_m: F64, sigma_m: F64, dt_s: F64
) -> tuple[F64, F64, F64]:
    """Hold reports (K,) against tracks (T,) where they were when the reports were measured.

    place_enu_m (K, W), of W the first three; sigma_m (K, 3), a height that is not told NaN; dt_s
    (K,) since the table's time. Returns (K, T) each: the squared distance in units of the gate,
    metres over ground, and the one-axis sigma of the track's own place.
    """
    state, cov = table.state_enu[tracks], table.cov_enu[tracks]
    dt = dt_s[:, None]
    gap = place_enu_m[:, None, :3] - (state[None, :, :3] + state[None, :, 3:] * dt[..., None])
    spread = cov[None, :, :3, :3] + cov[None, :, 3:, 3:] * (dt**2)[..., None, None]
    sigma = sigma_m[:, None]
    late = (DELAY_S * np.hypot(state[:, 3], state[:, 4])) ** 2
    more = (0.5 * TURN_MPS2 * dt**2) ** 2 + late
    ee, nn = (spread[..., k, k] + sigma[..., k] ** 2 + more for k in (0, 1))
    en = spread[..., 0, 1]
    east, north = gap[..., 0], gap[..., 1]
    flat = (nn * east**2 - 2.0 * en * east * north + ee * north**2) / (ee * nn - en**2)
    up = gap[..., 2] ** 2 / (spread[..., 2, 2] + sigma[..., 2] ** 2 + more)
    has_up = np.isfinite(up) & (table.height_observed[tracks] > 0)
    ratio = np.where(has_up, (flat + up) / GATE, flat / GATE_FLAT)
    own_sigma_m = np.sqrt(0.5 * (spread[..., 0, 0] + spread[..., 1, 1]))
    return ratio, np.hypot(east, north), own_sigma_m
