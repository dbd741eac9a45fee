"""Batches cut into looks: what one sensor can have seen of each object at most once.

A step's batch is a part of a scan, a whole scan or many scans. A look is short enough that one
object gives one measurement; it knows how to be gated and how dense false plots are in it.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.arrivals import ARRIVALS, STATED_HEIGHT
from vedette.kernels.gating import BY_AZIMUTH, BY_EAST, BY_NOTHING, BY_RANGE
from vedette.kernels.measure import COMPONENTS, RANGE_RATE
from vedette.model.measurements import F64, I64, MeasurementBatch, MeasurementKind, SensorModel

# Parts of a scan period. A frame's plots lie close together; a rotating antenna must not come round
# to the same object twice in one look, and shorter looks follow the beam more closely.
_FRAME_SPAN_RATIO, _ROTATING_SPAN_RATIO = 0.5, 0.25
_COOPERATIVE_SPAN_S = 0.4
# An echo or a garbled message is heard as late as its way round some hill or building is long.
_ECHO_SPAN_M = 20_000.0
# The spans over which a false plot's other numbers spread: speeds of everything that reflects, and
# the depth of the air that is watched.
_RATE_SPAN_MPS, _HEIGHT_SPAN_M, _SPEED_SPAN_MPS = 150.0, 12_000.0, 600.0
_CLUTTER_MIN = 0.1  # no sensor is free of false plots, whatever its site file says


@dataclass(slots=True)
class Look:
    """Measurements of one sensor, each object at most once. J rows, sorted by time.

    z, variance (J, 8), of arrival times (J, 8 + R): see `vedette.kernels.measure`. order, ordered
    (J,): the rows sorted along the coordinate `strip`. margins (3,): what the sensor's own noise
    adds to a track's window; reach_sigmas: how many sigmas of the track it must hold. clutter (J,):
    density of false plots at each measurement, per unit of its components.
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
    margins: F64
    reach_sigmas: float
    clutter: F64


def looks_of(
    batch: MeasurementBatch, model: SensorModel, period_s: float, thresholds: F64
) -> Iterator[Look]:
    """Cut a batch into looks, oldest first, leaving out exact repetitions.

    period_s: the sensor's scan period; thresholds (9,): gate by number of components.
    """
    z, variance = components(batch)
    kept = _unrepeated(batch.t_meas_ns, z)
    start = 0
    for end in _cuts(batch, model, period_s, kept):
        rows = kept[start:end]
        start = end
        if len(rows):
            yield _look(batch, model, z[rows], variance[rows], rows, thresholds)


def components(batch: MeasurementBatch) -> tuple[F64, F64]:
    """Give z and variance (M, 8), of arrival times (M, 8 + R), NaN what cannot be used."""
    z = np.column_stack([batch.z, batch.height_m, batch.velocity_enu_mps])
    speed_sigma = np.repeat(batch.velocity_sigma_mps[:, None], 3, axis=1)
    sigma = np.column_stack([batch.sigma, batch.height_sigma_m, speed_sigma])
    if batch.kind == MeasurementKind.TDOA:  # arrivals come last, so that the rest keeps its place
        nothing = np.full((len(z), STATED_HEIGHT), math.nan)
        width = batch.z.shape[1]
        z = np.column_stack([nothing, z[:, width:], z[:, :width]])
        sigma = np.column_stack([nothing, sigma[:, width:], sigma[:, :width]])
    z[~np.isfinite(sigma) | (sigma <= 0.0) | ~np.isfinite(z)] = math.nan
    return np.ascontiguousarray(z), np.ascontiguousarray(sigma * sigma)


def _unrepeated(t_ns: I64, z: F64) -> I64:
    seen: set[bytes] = set()
    kept = []
    for i in range(len(t_ns)):
        mark = int(t_ns[i]).to_bytes(9, "little", signed=True) + z[i].tobytes()
        if mark not in seen:
            seen.add(mark)
            kept.append(i)
    return np.array(kept, dtype=np.int64)


def _cuts(batch: MeasurementBatch, model: SensorModel, period_s: float, kept: I64) -> Iterator[int]:
    """Say where looks end: when the span is too long, or an address speaks twice."""
    if model.cooperative:
        span_s = min(_COOPERATIVE_SPAN_S, period_s)
    else:
        span_s = period_s * (_ROTATING_SPAN_RATIO if model.rotating else _FRAME_SPAN_RATIO)
    span_ns = int(span_s * NS_PER_S)
    spoken: set[int] = set()
    first_ns = 0
    for n, i in enumerate(kept):
        t_ns, key = int(batch.t_meas_ns[i]), int(batch.identity_key[i])
        if n and (t_ns - first_ns > span_ns or (model.cooperative and key in spoken)):
            yield n
            first_ns, spoken = t_ns, set()
        if n == 0:
            first_ns = t_ns
        if key:
            spoken.add(key)
    yield len(kept)


def _look(
    batch: MeasurementBatch,
    model: SensorModel,
    z: F64,
    variance: F64,
    rows: I64,
    thresholds: F64,
) -> Look:
    polar = batch.kind == MeasurementKind.POLAR
    strip, along = BY_EAST, z[:, 0]  # NaN throughout for arrival times
    if polar:
        strip, along = BY_AZIMUTH, z[:, 1]
        if np.isnan(along).any():
            strip, along = BY_RANGE, z[:, 0]
    if np.isnan(along).any():
        strip, along = BY_NOTHING, np.zeros(len(rows))
    order = np.argsort(along, kind="stable")
    sigma = np.sqrt(np.nanmax(np.where(np.isnan(variance[:, :2]), 0.0, variance[:, :2]), axis=0))
    most = int(np.count_nonzero(~np.isnan(z), axis=1).max())
    if batch.kind == MeasurementKind.TDOA:
        clutter = _false_arrivals(model, z)
    else:
        clutter = _clutter_density(model, polar, z)
    if polar and math.isfinite(model.range_rate_ambiguity_mps):  # see `kernels.measure.update`
        z = np.column_stack([z, np.full(len(z), model.range_rate_ambiguity_mps)])
    reach_sigmas = math.sqrt(float(thresholds[most]))
    margins = np.array([sigma[1], sigma[0], sigma[1]]) * reach_sigmas
    return Look(
        sensor_index=batch.sensor_index,
        kind=int(batch.kind),
        t_ns=batch.t_meas_ns[rows],
        z=z,
        variance=variance,
        key=batch.identity_key[rows],
        report_index=batch.report_index[rows],
        strip=strip,
        order=order,
        ordered=np.ascontiguousarray(along[order]),
        margins=margins,
        reach_sigmas=reach_sigmas,
        clutter=clutter,
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


def _clutter_density(model: SensorModel, polar: bool, z: F64) -> F64:
    """Spread the sensor's false plots evenly over what each measurement observes.

    clutter_per_scan over (range span x azimuth span x ...) for the components present; for
    positions over the disc of coverage.
    """
    span = np.full(8, _SPEED_SPAN_MPS)
    if polar:
        span[0] = max(model.range_max_m - model.range_min_m, 1.0)
        span[1] = sector_width(model)
        span[2] = max(model.elevation_max_rad - model.elevation_min_rad, 0.01)
        span[3] = min(_RATE_SPAN_MPS, model.range_rate_ambiguity_mps)
    else:
        span[0] = span[1] = math.sqrt(math.pi) * model.range_max_m
        span[2] = model.watched_depth_m
    span[4] = _HEIGHT_SPAN_M
    volume = np.prod(np.where(np.isnan(z), 1.0, span), axis=1)
    density: F64 = max(model.clutter_per_scan, _CLUTTER_MIN) / volume
    return density
