"""The tracker for someone with NumPy arrays and no site file.

from vedette import tracking
radar = tracking.position_sensor(detection_prob=0.9, clutter_per_scan=30.0,
                                 radius_m=5_000.0, depth_m=500.0)
tracker = tracking.open_tracker([radar])
for t_s, plots in scans:                        # plots (M, 3): east, north, up in metres
    batch = tracking.position_batch(0, t_s, plots, sigma_m=10.0)
    tracking.advance(tracker, [batch], [], now_ns=int(t_s * 1e9))
    table = tracker.table
    print(table.track_id[: table.count], table.state_enu[: table.count])
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vedette.base.constants import AIR_M_PER_NS, NS_PER_S
from vedette.config.site import Limits
from vedette.geo import SiteFrame
from vedette.kernels.arrivals import RECEIVERS_MAX
from vedette.kernels.gating import azimuth_of, in_sector
from vedette.model.measurements import F64, I64, MeasurementBatch, MeasurementKind, SensorModel
from vedette.tracking.advance import advance
from vedette.tracking.settings import Settings
from vedette.tracking.state import TrackerState, start_tracker


@dataclass(slots=True)
class _Origin:
    """Where the frame lies when nobody says: it matters to latitudes in events alone."""

    lat_deg: float = 0.0
    lon_deg: float = 0.0
    hae_m: float = 0.0


def open_tracker(sensors: list[SensorModel], settings: Settings | None = None) -> TrackerState:
    """Start a tracker for sensors made here; each gets its index from its place in the list."""
    for index, sensor in enumerate(sensors):
        sensor.index = index
    limits = Limits(tracks_max=4_000_000, tentative_max=8_000_000)
    return start_tracker(sensors, SiteFrame(_Origin()), limits, settings)


def compile_kernels() -> None:
    """Compile every kernel, or load it from the cache, by tracking one drone for a few seconds.

    Two minutes of one core the first time, 0.4 s afterwards. For the start of a service, so that
    the first real plot does not wait.
    """
    radar = polar_sensor(
        position_enu_m=np.zeros(3),
        range_max_m=10_000.0,
        detection_prob=0.9,
        clutter_per_scan=1.0,
        rotating=True,
        blind_speed_mps=1.0,
        antenna_agl_m=10.0,
        mask_rad=[[0.0, 0.0], [3.0, 0.01]],
    )
    finders = [
        polar_sensor(
            position_enu_m=[east, 0.0, 0.0],
            range_max_m=10_000.0,
            detection_prob=0.9,
            clutter_per_scan=0.1,
            bearing_only=True,
        )
        for east in (-3_000.0, 3_000.0)
    ]
    places = position_sensor(detection_prob=0.9, clutter_per_scan=1.0, radius_m=10_000.0)
    corners = [[9_000.0 * e, 9_000.0 * n, 50.0 * n] for e in (-1, 1) for n in (-1, 1)]
    listeners = tdoa_sensor(corners)
    state = open_tracker([radar, *finders, places, listeners])
    for k in range(4):
        bearings = [polar_batch(s, k, [[np.nan, 0.6 * (3 - 2 * s), 0.05]], 0.01) for s in (1, 2)]
        plots = [[5_000.0 - 40.0 * k, 1.0, 0.1, -40.0], [2_000.0 + 9.0 * k, 4.0, 0.1, 0.0]]
        position = position_batch(3, k, [[-500.0, 600.0 + 20.0 * k, 100.0]], 10.0)
        batches = [polar_batch(0, k, plots, [20.0, 0.005, 0.01, 1.0]), *bearings, position]
        gaps = np.array(corners) - [2_000.0, 1_000.0, 3_000.0]
        arrivals_ns = np.sqrt(np.sum(gaps**2, axis=1)) / AIR_M_PER_NS
        batches.append(tdoa_batch(4, k, arrivals_ns, 100.0))
        advance(state, batches, [], k * NS_PER_S)
    _one_sensor_in_clutter()
    _, azimuth, _ = azimuth_of(np.ones(3), radar.position_enu_m, radar.enu_from_sensor)
    in_sector(azimuth, 0.0, 1.0)


def _one_sensor_in_clutter() -> None:
    """Take plots that are most likely false, from a sensor alone: its columns lie otherwise."""
    sensor = position_sensor(detection_prob=0.9, clutter_per_scan=100.0, radius_m=10_000.0)
    state = open_tracker([sensor])
    for k in range(5):
        plots = [[1_000.0 + 20.0 * k, 0.0, 100.0], [-3_000.0 + 900.0 * k, 2_000.0, 100.0]]
        advance(state, [position_batch(0, k, plots, 10.0)], [], k * NS_PER_S)


def position_sensor(
    *,
    detection_prob: float,
    clutter_per_scan: float,
    radius_m: float,
    depth_m: float = 12_000.0,
    scan_period_s: float = 1.0,
    sensor_id: str = "sensor",
) -> SensorModel:
    """Describe a sensor that gives positions in east, north, up, watching a disc of radius_m.

    clutter_per_scan: expected false plots over the whole disc, depth_m deep. A frame
    sensor: each batch with one time is everything it saw.
    """
    model = polar_sensor(
        position_enu_m=np.zeros(3),
        range_max_m=radius_m,
        detection_prob=detection_prob,
        clutter_per_scan=clutter_per_scan,
        scan_period_s=scan_period_s,
        sensor_id=sensor_id,
    )
    model.kind = "position"
    model.watched_depth_m = depth_m
    return model


def polar_sensor(
    *,
    position_enu_m: ArrayLike,
    range_max_m: float,
    detection_prob: float,
    clutter_per_scan: float,
    scan_period_s: float = 1.0,
    rotating: bool = False,
    bearing_only: bool = False,
    range_only: bool = False,
    range_resolution_m: float = 0.0,
    azimuth_resolution_rad: float = 0.0,
    range_rate_ambiguity_mps: float = math.inf,
    blind_speed_mps: float = 0.0,
    antenna_agl_m: float = math.nan,
    mask_rad: ArrayLike | None = None,
    sensor_id: str = "sensor",
) -> SensorModel:
    """Describe a radar (or, bearing_only, a camera; or what only ranges), all round.

    range_resolution_m, azimuth_resolution_rad: within these of each other two are one plot; swarms
    are then held together (`tracker.groups`). 0: it tells everything apart.
    range_rate_ambiguity_mps: range rates are known modulo this. blind_speed_mps: slower ones are
    not seen. antenna_agl_m: above the ground around it, NaN: no horizon. mask_rad (K, 2): azimuths
    in order and the least elevations seen there.
    """
    return SensorModel(
        index=0,
        sensor_id=sensor_id,
        kind="range" if range_only else "bearing_elevation" if bearing_only else "radar_3d",
        position_enu_m=np.array(position_enu_m, dtype=np.float64),
        enu_from_sensor=np.eye(3),
        range_min_m=0.0,
        range_max_m=range_max_m,
        azimuth_from_rad=0.0,
        azimuth_to_rad=0.0,
        elevation_min_rad=-0.5 * math.pi,
        elevation_max_rad=0.5 * math.pi,
        detection_prob=detection_prob,
        clutter_per_scan=clutter_per_scan,
        scan_period_s=scan_period_s,
        rotating=rotating,
        cooperative=False,
        observes_range=not bearing_only,
        observes_azimuth=not range_only,
        observes_elevation=not range_only,
        starts_tracks=not (bearing_only or range_only),
        range_resolution_m=range_resolution_m,
        azimuth_resolution_rad=azimuth_resolution_rad,
        range_rate_ambiguity_mps=range_rate_ambiguity_mps,
        blind_speed_mps=blind_speed_mps,
        antenna_agl_m=antenna_agl_m,
        mask_rad=np.zeros((0, 2)) if mask_rad is None else np.array(mask_rad, np.float64),
    )


def tdoa_sensor(
    receivers_enu_m: ArrayLike,
    *,
    range_max_m: float = 400_000.0,
    detection_prob: float = 0.9,
    clutter_per_scan: float = 1.0,
    scan_period_s: float = 1.0,
    cooperative: bool = True,
    sensor_id: str = "sensor",
) -> SensorModel:
    """Describe synchronised receivers of one kind of message. receivers_enu_m (R, 3), R 3 to 32.

    clutter_per_scan: messages that nobody sent (arrivals of different ones taken for one). A
    cooperative sensor (the default) hears only what transmits: its silence says nothing.
    """
    receivers = np.array(receivers_enu_m, dtype=np.float64)
    if receivers.ndim != 2 or receivers.shape[1] != 3 or not 3 <= len(receivers) <= RECEIVERS_MAX:
        raise ValueError(f"receivers_enu_m must be (3 to {RECEIVERS_MAX}, 3)")
    model = polar_sensor(
        position_enu_m=receivers.mean(axis=0),
        range_max_m=range_max_m,
        detection_prob=detection_prob,
        clutter_per_scan=clutter_per_scan,
        scan_period_s=scan_period_s,
        sensor_id=sensor_id,
    )
    model.kind, model.cooperative, model.receivers_enu_m = "tdoa", cooperative, receivers
    model.observes_range = model.observes_azimuth = model.observes_elevation = False
    return model


def tdoa_batch(
    sensor_index: int,
    t_s: ArrayLike,
    arrivals_ns: ArrayLike,
    sigma_ns: ArrayLike,
    *,
    height_m: ArrayLike = np.nan,
    height_sigma_m: float = 150.0,
    identity_key: ArrayLike = 0,
) -> MeasurementBatch:
    """Make a batch of messages by their times of arrival at the sensor's receivers.

    arrivals_ns (M, R) on the receivers' common clock, any origin, NaN: not heard; sigma_ns: one
    number or the same shape. t_s: when, one time or (M,). height_m: one or (M,), a height stated in
    the message, over the site's level and the curved ground; its sigma is a pressure height's.
    identity_key: one or (M,), 0 none.
    """
    given = np.atleast_2d(np.asarray(arrivals_ns, dtype=np.float64))
    heard = ~np.isnan(given)
    first = np.min(np.where(heard, given, np.inf), axis=1, keepdims=True, initial=np.inf)
    metres = AIR_M_PER_NS * (given - np.where(np.isfinite(first), first, 0.0))
    batch = _batch(
        sensor_index, MeasurementKind.TDOA, t_s, metres, AIR_M_PER_NS * np.asarray(sigma_ns)
    )
    count, order = len(given), batch.report_index
    batch.height_m = np.broadcast_to(np.asarray(height_m, np.float64), (count,))[order]
    batch.height_sigma_m = np.where(np.isnan(batch.height_m), np.nan, height_sigma_m)
    batch.identity_key = np.broadcast_to(np.asarray(identity_key, np.int64), (count,))[order]
    return batch


def position_batch(
    sensor_index: int, t_s: ArrayLike, position_m: ArrayLike, sigma_m: ArrayLike
) -> MeasurementBatch:
    """Make a batch of positions. t_s: one time or (M,), seconds; position_m (M, 2) or (M, 3);
    sigma_m: one number or the same shape. NaN: not observed."""
    return _batch(sensor_index, MeasurementKind.ENU, t_s, position_m, sigma_m)


def polar_batch(
    sensor_index: int, t_s: ArrayLike, polar: ArrayLike, sigma: ArrayLike
) -> MeasurementBatch:
    """Make a batch of plots. polar (M, 2..4): range (m), azimuth from north (rad), elevation (rad),
    range rate (m/s); sigma (M, 2..4) or one row for all. NaN: not observed."""
    return _batch(sensor_index, MeasurementKind.POLAR, t_s, polar, sigma)


def _batch(
    sensor_index: int, kind: MeasurementKind, t_s: ArrayLike, values: ArrayLike, sigma: ArrayLike
) -> MeasurementBatch:
    given = np.asarray(values, dtype=np.float64)
    if given.ndim < 2:
        given = np.atleast_2d(given)
    count, width = given.shape
    columns = width if kind == MeasurementKind.TDOA else 4
    z, spread = np.full((count, columns), np.nan), np.full((count, columns), np.nan)
    z[:, :width] = given
    spread[:, :width] = np.where(np.isnan(given), np.nan, sigma)
    seconds = np.asarray(t_s, dtype=np.float64)
    t_ns: I64 = np.empty(count, np.int64)
    t_ns[:] = np.round(seconds * NS_PER_S).astype(np.int64)
    order: I64 = np.arange(count)
    if seconds.size > 1:
        order = np.argsort(t_ns, kind="stable")
        t_ns, z, spread = t_ns[order], z[order], spread[order]
    empty: F64 = np.full(count, np.nan)
    return MeasurementBatch(
        sensor_index=sensor_index,
        kind=kind,
        t_meas_ns=t_ns,
        z=z,
        sigma=spread,
        height_m=empty.copy(),
        height_sigma_m=empty.copy(),
        velocity_enu_mps=np.full((count, 3), np.nan),
        velocity_sigma_mps=empty.copy(),
        snr_db=empty.copy(),
        confidence=empty.copy(),
        identity_key=np.zeros(count, np.int64),
        report_index=order,
    )
