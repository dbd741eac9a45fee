"""Batches cut into looks: what one sensor can have seen of each object at most once.

A step's batch is a part of a scan, a whole scan or many scans. A look is short enough that one
object gives one measurement; it knows how to be gated and how dense false plots are in it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.arrivals import ARRIVALS, STATED_HEIGHT
from vedette.kernels.gating import BY_PLANE
from vedette.kernels.lattice import lay_out
from vedette.kernels.look import lay_look, take_in
from vedette.kernels.measure import COMPONENTS, RANGE_RATE
from vedette.kernels.plots import cuts, unrepeated
from vedette.model.measurements import (
    F64,
    I64,
    Bools,
    MeasurementBatch,
    MeasurementKind,
    SensorModel,
)

# Parts of a scan period. A frame's plots lie close together; a rotating antenna must not come round
# to the same object twice in one look, and shorter looks follow the beam more closely.
_FRAME_SPAN_RATIO, _ROTATING_SPAN_RATIO = 0.5, 0.25
_COOPERATIVE_SPAN_S = 0.4
# An echo or a garbled message is heard as late as its way round some hill or building is long.
_ECHO_SPAN_M = 20_000.0
# The spans over which a false plot's other numbers spread: speeds of everything that reflects, and
# the depth of the air that is watched.
RATE_SPAN_MPS, _HEIGHT_SPAN_M, _SPEED_SPAN_MPS = 150.0, 12_000.0, 600.0
# A track's window is the sensor's reach and its own, which is about as much again.
_CELL_REACHES, _REACH_MIN_M = 2.5, 1.0
_CLUTTER_MIN = 0.1  # no sensor is free of false plots, whatever its site file says


@dataclass(slots=True)
class Look:
    """Measurements of one sensor, each object at most once. J rows, sorted by time.

    z, variance (J, 8), of arrival times (J, 8 + R): see `vedette.kernels.measure`. order (J,): the
    rows sorted along the coordinate `strip` into `ordered`, or the points `plane` (J, 2), in that
    order, into `cells` of side cell_m. margins (4,): what the sensor's own noise adds to a track's
    window; reach_sigmas: how many sigmas of the track it must hold. clutter (J,): density of false
    plots at each measurement, per unit of its components.
    """

    sensor_index: int
    kind: int
    t_ns: I64
    z: F64
    variance: F64
    key: I64
    report_index: I64
    strip: int
    order: I64
    ordered: F64
    plane: F64
    cells: I64
    cell_m: float
    margins: F64
    reach_sigmas: float
    clutter: F64

    def layout(self) -> tuple[Any, Any, Any, Any, Any, Any, Any]:
        """Give what the kernels' search needs, in their order."""
        return (
            self.strip, self.order, self.ordered, self.plane, self.cells, self.cell_m, self.margins
        )  # fmt: skip


def looks_of(
    batch: MeasurementBatch, model: SensorModel, period_s: float, thresholds: F64
) -> Iterator[Look]:
    """Cut a batch into looks, oldest first, leaving out exact repetitions.

    period_s: the sensor's scan period; thresholds (9,): gate by number of components.
    """
    span_ns = _span_ns(model, period_s)
    if batch.kind == MeasurementKind.TDOA:
        z, variance = components(batch)
        kept = unrepeated(batch.t_meas_ns, z.view(np.int64))
        ends = cuts(batch.t_meas_ns, batch.identity_key, kept, span_ns, model.cooperative)
    else:
        z, variance, kept, ends = take_in(
            batch.t_meas_ns, batch.z, batch.sigma, batch.height_m, batch.height_sigma_m,
            batch.velocity_enu_mps, batch.velocity_sigma_mps, batch.identity_key, span_ns,
            model.cooperative,
        )  # fmt: skip
    if len(ends) == 1 and len(kept) == len(z) > 0:
        yield _look(batch, model, z, variance, slice(None), thresholds)
        return
    start = 0
    for end in ends.tolist():
        rows = kept[start:end]
        start = end
        if len(rows):
            yield _look(batch, model, z[rows], variance[rows], rows, thresholds)


def components(batch: MeasurementBatch) -> tuple[F64, F64]:
    """Give z and variance (M, 8 + R) of a batch of arrival times, NaN what cannot be used."""
    nothing = np.full((len(batch.z), STATED_HEIGHT), math.nan)
    speed_sigma = np.repeat(batch.velocity_sigma_mps[:, None], 3, axis=1)
    # Arrivals come last, so that the rest keeps its place.
    z = np.column_stack([nothing, batch.height_m, batch.velocity_enu_mps, batch.z])
    sigma = np.column_stack([nothing, batch.height_sigma_m, speed_sigma, batch.sigma])
    z[~np.isfinite(sigma) | (sigma <= 0.0) | ~np.isfinite(z)] = math.nan
    return np.ascontiguousarray(z), np.ascontiguousarray(sigma * sigma)


def _span_ns(model: SensorModel, period_s: float) -> int:
    """Say how long a look of a sensor may be."""
    if model.cooperative:
        span_s = min(_COOPERATIVE_SPAN_S, period_s)
    else:
        span_s = period_s * (_ROTATING_SPAN_RATIO if model.rotating else _FRAME_SPAN_RATIO)
    return int(span_s * NS_PER_S)


def _look(
    batch: MeasurementBatch,
    model: SensorModel,
    z: F64,
    variance: F64,
    rows: I64 | slice,
    thresholds: F64,
) -> Look:
    kind = int(batch.kind)
    span = _spans(model, kind == MeasurementKind.POLAR, z.shape[1])
    clutter, reach_sigmas, margins, strip, order, ordered, plane, cells, cell_m = lay_look(
        kind, z, variance, span, max(model.clutter_per_scan, _CLUTTER_MIN), thresholds,
        _CELL_REACHES, _REACH_MIN_M,
    )  # fmt: skip
    if kind == MeasurementKind.TDOA:
        clutter = _false_arrivals(model, z)
    return Look(
        sensor_index=batch.sensor_index,
        kind=kind,
        t_ns=_own(batch.t_meas_ns[rows]),
        z=_with_ambiguity(model, kind, z),
        variance=variance,
        key=_own(batch.identity_key[rows]),
        report_index=_own(batch.report_index[rows]),
        strip=strip,
        order=order,
        ordered=ordered,
        plane=plane,
        cells=cells,
        cell_m=cell_m,
        margins=margins,
        reach_sigmas=reach_sigmas,
        clutter=clutter,
    )


def _own(column: I64) -> I64:
    """Give a column of the one layout the kernels are compiled for: whole, and writable."""
    flags = column.flags
    return column if flags.c_contiguous and flags.writeable else np.array(column)


def _with_ambiguity(model: SensorModel, kind: int, z: F64) -> F64:
    """Put the interval of an ambiguous range rate beside each plot; see `kernels.measure.update`"""
    if kind != MeasurementKind.POLAR or not math.isfinite(model.range_rate_ambiguity_mps):
        return z
    return np.column_stack([z, np.full(len(z), model.range_rate_ambiguity_mps)])


def without_plots(look: Look, used: Bools) -> Look:
    """Leave plots out of a look. used (J,): which."""
    keep = ~used
    plane, cells = look.plane, look.cells
    order = (np.cumsum(keep) - 1)[look.order[keep[look.order]]]
    ordered = look.ordered
    if look.strip == BY_PLANE:
        as_came = np.empty_like(plane)
        as_came[look.order] = plane
        cells, order, plane = lay_out(np.ascontiguousarray(as_came[keep]), look.cell_m)
    else:
        ordered = ordered[keep[look.order]]
    return replace(
        look,
        t_ns=look.t_ns[keep],
        z=look.z[keep],
        variance=look.variance[keep],
        key=look.key[keep],
        report_index=look.report_index[keep],
        clutter=look.clutter[keep],
        order=order,
        ordered=ordered,
        plane=plane,
        cells=cells,
    )


def without_rate(look: Look) -> Look:
    """Give a look as it may begin tracks: a folded range rate says nothing of a new object's."""
    if look.kind != MeasurementKind.POLAR or look.z.shape[1] == COMPONENTS:
        return look
    z = np.ascontiguousarray(look.z[:, :COMPONENTS])
    z[:, RANGE_RATE] = math.nan
    return replace(look, z=z)


def sector_width(model: SensorModel) -> float:
    """Give the width of a sensor's coverage in azimuth (rad), 2 pi all round."""
    return (model.azimuth_to_rad - model.azimuth_from_rad) % (2.0 * math.pi) or 2.0 * math.pi


def _false_arrivals(model: SensorModel, z: F64) -> F64:
    """Spread false messages evenly over what differences of arrival the receivers allow.

    Ways to two receivers differ at most by the receivers' distance from each other and by the
    reach of the sensor; an echo's is longer.
    """
    assert model.receivers_enu_m is not None
    apart_m = float(np.sqrt(np.sum(np.ptp(model.receivers_enu_m, axis=0) ** 2)))
    apart_m = 2.0 * min(apart_m, model.range_max_m)
    contrasts = np.maximum(np.count_nonzero(~np.isnan(z[:, ARRIVALS:]), axis=1) - 1, 0)
    stated = np.where(np.isnan(z[:, STATED_HEIGHT]), 1.0, _HEIGHT_SPAN_M)
    volume = stated * (apart_m + _ECHO_SPAN_M) ** contrasts.astype(np.float64)
    density: F64 = max(model.clutter_per_scan, _CLUTTER_MIN) / volume
    return density


def _spans(model: SensorModel, polar: bool, width: int) -> F64:
    """Give the spans (width,) over which false plots spread evenly in what a plot observes.

    Range span, azimuth span and so on, of the components present; for positions the disc of
    coverage.
    """
    span = np.full(width, _SPEED_SPAN_MPS)
    if polar:
        span[0] = max(model.range_max_m - model.range_min_m, 1.0)
        span[1] = sector_width(model)
        span[2] = max(model.elevation_max_rad - model.elevation_min_rad, 0.01)
        span[3] = min(RATE_SPAN_MPS, model.range_rate_ambiguity_mps)
    else:
        span[0] = span[1] = math.sqrt(math.pi) * model.range_max_m
        span[2] = model.watched_depth_m
    span[4] = _HEIGHT_SPAN_M
    return span
