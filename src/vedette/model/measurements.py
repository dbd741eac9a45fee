"""Measurements as arrays: one sensor, one short interval, ready for the tracker."""

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I8 = NDArray[np.int8]
Bools = NDArray[np.bool_]


class MeasurementKind(IntEnum):
    """What the columns of z mean. Polar: the sensor's own aer frame at sensor_enu_m."""

    POLAR = 0  # z = (range_m, azimuth_rad, elevation_rad, range_rate_mps), any subset observed
    ENU = 1  # z = (east_m, north_m, up_m, unused), site frame, any of up missing
    TDOA = (
        2  # z (M, R) = arrival at each receiver, m of light's way from any origin, NaN: not heard
    )


@dataclass(slots=True)
class MeasurementBatch:
    """Detections of one sensor within one step, oldest first.

    z (M, 4), TDOA (M, R) float64, NaN where a component was not observed; `sigma` likewise: one
    standard deviation of each component. The measurement function is chosen by `kind`; which
    components are present is read from NaN. height_m, height_sigma_m (M,): a height stated
    beside the plot, metres up in the site frame, for TDOA over the curved ground (NaN: none).
    velocity_enu_mps (M, 3) with velocity_sigma_mps (M,): stated velocity (NaN: none). report_index
    (M,): index into the step's list of reports. identity_key (M,): a 64-bit hash of a claimed
    icao24 or remote id, 0 for none.
    """

    sensor_index: int
    kind: MeasurementKind
    t_meas_ns: I64
    z: F64
    sigma: F64
    height_m: F64
    height_sigma_m: F64
    velocity_enu_mps: F64
    velocity_sigma_mps: F64
    snr_db: F64
    confidence: F64
    identity_key: I64
    report_index: I64


@dataclass(slots=True)
class SensorModel:
    """One sensor as the tracker sees it. Position and rotation in the site's ENU frame.

    enu_from_sensor (3, 3): columns are the sensor's local east, north, up expressed in site ENU,
    so a sensor 50 km off has its own vertical. clutter_per_scan is spread over coverage.
    """

    index: int
    sensor_id: str
    kind: str
    position_enu_m: F64
    enu_from_sensor: F64
    range_min_m: float
    range_max_m: float
    azimuth_from_rad: float  # coverage sector, clockwise from..to; equal: all round
    azimuth_to_rad: float
    elevation_min_rad: float
    elevation_max_rad: float
    detection_prob: float
    clutter_per_scan: float
    scan_period_s: float
    rotating: bool
    cooperative: bool  # hears only what transmits: silence says nothing (ADS-B, RF, Remote ID)
    observes_range: bool
    observes_azimuth: bool
    observes_elevation: bool
    starts_tracks: bool
    # What it cannot tell apart: two in one cell are one plot. 0: not stated, it tells all apart.
    range_resolution_m: float = 0.0
    azimuth_resolution_rad: float = 0.0
    elevation_resolution_rad: float = 0.0
    watched_depth_m: float = 12_000.0  # how deep the air is in which false positions spread
    range_rate_ambiguity_mps: float = math.inf  # range rates are known modulo this
    blind_speed_mps: float = 0.0  # slower range rates are not seen
    antenna_agl_m: float = math.nan  # above the ground around; NaN: no horizon
    mask_rad: F64 = field(default_factory=lambda: np.zeros((0, 2)))  # azimuth, least elevation
    receivers_enu_m: F64 | None = None  # (R, 3), site frame: where arrival times are taken
    neighbour: bool = False  # another system: what it says are its tracks


def merges(model: SensorModel) -> bool:
    """Say whether a sensor states a cell, in range and azimuth, within which plots are one."""
    return model.range_resolution_m > 0.0 and model.azimuth_resolution_rad > 0.0
