"""One step's reports, checked one by one and gathered into one batch of arrays a sensor.

A plot stays polar: its covariance depends on range, and the tracker's update in polar coordinates
counts that once. Everything impossible is refused by name; nothing is repaired silently.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from vedette.base.angles import wrap_two_pi
from vedette.base.constants import AIR_M_PER_NS, NS_PER_S
from vedette.config.check import RECEIVERS_MIN
from vedette.config.site import Reference, Sensor, Site
from vedette.geo import SiteFrame, rotation_enu_from_ecef
from vedette.measurements.sensors import identity_key
from vedette.model.measurements import Bools, MeasurementBatch, MeasurementKind, SensorModel
from vedette.model.reports import (
    ArrivalReport,
    Detection,
    Plot,
    PositionReport,
    Refusal,
    Report,
    SitePositionReport,
)

_NAN, _HALF_PI = math.nan, 0.5 * math.pi
_EARTH_RADIUS_M = 6.371e6
# Physical bounds of what an air-surveillance sensor can mean; beyond them the number is a fault.
_RANGE_MAX_M = 1.0e6
_AZIMUTH_MAX_RAD = 8.0 * math.pi  # some count on through north; four turns are a fault
_SPEED_MAX_MPS = 3_000.0
_HEIGHT_MIN_M, _HEIGHT_MAX_M = -1_000.0, 60_000.0
_ENU_MAX_M = 2.0e6
_SIGMA_MAX = 1.0e6
# No instrument is better than this; a smaller sigma is a fault or an attack on the filter.
_SIGMA_MIN_M, _SIGMA_MIN_RAD, _SIGMA_MIN_MPS = 0.05, 1e-5, 0.01
# A sensor may see somewhat beyond what its site file says, not by half; three sigmas beside that.
_COVERAGE_RATIO, _COVERAGE_SIGMAS = 1.5, 3.0
_ECHO_MAX_M = 30_000.0  # an arrival later than the way between receivers and this is no echo
# Pressure height against true height: QNH off by 15 hPa, temperature, geoid; one sigma.
_BARO_SIGMA_M = 150.0
_UNKNOWN_HEIGHT_SIGMA_M = 3_000.0
_SPEED_USUAL_MPS = 250.0  # of what flies far away
_VELOCITY_SIGMA_MPS = 3.0  # ADS-B NACv 1-2 claims 10 and 3 m/s at 95 %

# z0 z1 z2 z3 | sigma0..3 | height, sigma | v_east, v_north, v_up, sigma; for arrival times as many
# z and sigmas as the sensor has receivers
Row = tuple[float, ...]


class _ImpossibleError(Exception):
    """A report that cannot be used: (reason, detail). docs/formats.md lists the reasons."""


def form(
    site: Site, models: Sequence[SensorModel], reports: Sequence[Report], now_ns: int
) -> tuple[list[MeasurementBatch], list[Refusal]]:
    """Turn one step's reports into batches, one for each sensor and kind, oldest first.

    site, models: the same sensors in the same order. now_ns: the step's time; a report older than
    limits.report_age_max_s or further ahead than report_ahead_max_s is refused. Returns batches in
    the order of sensors, and a refusal, with its reason, for every report that was not used.
    """
    index_of = {model.sensor_id: model.index for model in models}
    frame = _frame_about(site.reference)
    gathered: dict[int, dict[int, list[tuple[int, int, Row]]]] = {}
    refusals: list[Refusal] = []
    used = 0
    for i, report in enumerate(reports):
        if not isinstance(report, Detection):
            continue
        try:
            if used >= site.limits.reports_per_step_max:
                raise _ImpossibleError("too many reports", "more than limits.reports_per_step_max")
            sensor_index = index_of.get(report.sensor, -1)
            if sensor_index < 0:
                raise _ImpossibleError(
                    "unknown sensor", f"{report.sensor!r} is not in the site file"
                )
            _check_time(site, report.t_meas_ns, now_ns)
            kind, row = _row(site.sensors[sensor_index], models[sensor_index], frame, report)
        except _ImpossibleError as refused:
            reason, detail = refused.args
            refusals.append(
                Refusal(
                    source=report.sensor[:64],
                    t_recv_ns=report.t_recv_ns,
                    reason=reason,
                    detail=detail,
                )
            )
            continue
        used += 1
        rows = gathered.setdefault(sensor_index, {}).setdefault(int(kind), [])
        rows.append((report.t_meas_ns, i, row))
    return [
        _batch(sensor_index, MeasurementKind(kind), gathered[sensor_index][kind], reports)
        for sensor_index in sorted(gathered)
        for kind in sorted(gathered[sensor_index])
    ], refusals


@lru_cache(maxsize=16)
def _frame_about(reference: Reference) -> SiteFrame:
    """Make the site's frame once, not every step."""
    return SiteFrame(reference)


def _check_time(site: Site, t_meas_ns: int, now_ns: int) -> None:
    age_s = (now_ns - t_meas_ns) / NS_PER_S
    if age_s > site.limits.report_age_max_s:
        raise _ImpossibleError("too old", f"measured {age_s:.1f} s ago")
    if -age_s > site.limits.report_ahead_max_s:
        raise _ImpossibleError("ahead of time", f"measured {-age_s:.1f} s in the future")


def derived(reports: Sequence[Report]) -> Bools:
    """Say of each report (R,) whether it is another system's track, by its own word."""
    return np.array([isinstance(r, PositionReport) and r.derived for r in reports], np.bool_)


def _row(
    sensor: Sensor, model: SensorModel, frame: SiteFrame, report: Report
) -> tuple[MeasurementKind, Row]:
    if isinstance(report, Plot):
        row = _polar_row(sensor, model, frame, report)
        _check_coverage(model, row[0], row[4])
        return MeasurementKind.POLAR, row
    if isinstance(report, ArrivalReport):
        return MeasurementKind.TDOA, _arrival_row(sensor, model, frame, report)
    if isinstance(report, PositionReport):
        if report.derived and not model.cooperative:
            what = f"{sensor.id!r} tells another system's tracks: set neighbour = true"
            raise _ImpossibleError("no measurement", what)
        row = _geo_row(sensor, frame, report)
    else:
        assert isinstance(report, SitePositionReport)
        row = _site_row(sensor, report)
    stated = (0, 1) if math.isnan(row[2]) else (0, 1, 2)
    away_m = math.hypot(*(row[i] - model.position_enu_m[i] for i in stated))
    _check_coverage(model, away_m, math.hypot(*(row[4 + i] for i in stated)))
    return MeasurementKind.ENU, row


def _check_coverage(model: SensorModel, away_m: float, sigma_m: float) -> None:
    """Refuse what is far beyond a sensor's reach: a fault, or somebody else's words.

    away_m: from the sensor, NaN where no range is stated. What hears only what transmits is left
    out: it hears as far as others send.
    """
    most_m = _COVERAGE_RATIO * model.range_max_m + _COVERAGE_SIGMAS * sigma_m
    if away_m > most_m and not model.cooperative:
        detail = f"{away_m / 1000.0:.0f} km away; range_max_m is {model.range_max_m:g}"
        raise _ImpossibleError("outside coverage", detail)


def _number(name: str, value: float | None, low: float, high: float) -> float:
    """Give the value, NaN for none; refuse what is not finite or outside [low, high]."""
    if value is None:
        return _NAN
    if low <= value <= high:
        return value
    if not math.isfinite(value):
        raise _ImpossibleError("not a number", f"{name} is {value}")
    raise _ImpossibleError("out of range", f"{name} {value:g} is outside {low:g}..{high:g}")


def _sigma(name: str, stated: float | None, usual: float, least: float) -> float:
    """Give a standard deviation: the report's own, or the site file's."""
    if stated is None:
        return max(usual, least)
    if not 0.0 < stated <= _SIGMA_MAX:
        raise _ImpossibleError("impossible sigma", f"{name} is {stated:g}")
    return max(stated, least)


def _polar_row(sensor: Sensor, model: SensorModel, frame: SiteFrame, plot: Plot) -> Row:
    range_m = _number("range", plot.range_m, 1.0, _RANGE_MAX_M)
    azimuth = _number("azimuth", plot.azimuth_rad, -_AZIMUTH_MAX_RAD, _AZIMUTH_MAX_RAD)
    elevation = _number("elevation", plot.elevation_rad, -_HALF_PI, _HALF_PI)
    rate = _number("range rate", plot.range_rate_mps, -_SPEED_MAX_MPS, _SPEED_MAX_MPS)
    if math.isnan(range_m) and math.isnan(azimuth):
        raise _ImpossibleError("no measurement", "neither range nor azimuth")
    if math.isnan(azimuth) and not math.isnan(elevation):
        raise _ImpossibleError("no measurement", "elevation without azimuth")
    if not math.isnan(azimuth):
        azimuth = wrap_two_pi(azimuth + math.radians(sensor.azimuth_offset_deg))
    sigmas = (
        _sigma("range sigma", plot.range_sigma_m, sensor.range_sigma_m, _SIGMA_MIN_M),
        _sigma("azimuth sigma", plot.azimuth_sigma_rad, _rad(sensor.azimuth_sigma_deg), 1e-5),
        _sigma("elevation sigma", plot.elevation_sigma_rad, _rad(sensor.elevation_sigma_deg), 1e-5),
        _sigma(
            "range rate sigma",
            plot.range_rate_sigma_mps,
            sensor.range_rate_sigma_mps,
            _SIGMA_MIN_MPS,
        ),
    )
    height, height_sigma = _stated_height(model, frame, plot, range_m, azimuth)
    z = (range_m, azimuth, elevation, rate)
    observed = [_NAN if math.isnan(v) else s for v, s in zip(z, sigmas, strict=True)]
    return (*z, *observed, height, height_sigma, _NAN, _NAN, _NAN, _NAN)


def _rad(angle_deg: float) -> float:
    return max(math.radians(angle_deg), _SIGMA_MIN_RAD)


def _stated_height(
    model: SensorModel, frame: SiteFrame, plot: Plot, range_m: float, azimuth_rad: float
) -> tuple[float, float]:
    """Bring a pressure height beside a plot into the site's frame, where the earth curves away.

    up = height - reference - d^2 / 2R at ground distance d from the reference. Without a range the
    place is unknown and so is the fall of the ground: no height then.
    """
    baro = _number("height", plot.height_baro_m, _HEIGHT_MIN_M, _HEIGHT_MAX_M)
    if math.isnan(baro) or math.isnan(range_m) or math.isnan(azimuth_rad):
        return _NAN, _NAN
    east = model.position_enu_m[0] + range_m * math.sin(azimuth_rad)
    north = model.position_enu_m[1] + range_m * math.cos(azimuth_rad)
    fall = (east * east + north * north) / (2.0 * _EARTH_RADIUS_M)
    return float(baro - frame.hae_m - fall), _BARO_SIGMA_M


def _geo_row(sensor: Sensor, frame: SiteFrame, report: PositionReport) -> Row:
    lat = _number("latitude", report.lat_rad, -_HALF_PI, _HALF_PI)
    lon = _number("longitude", report.lon_rad, -2.0 * math.pi, 2.0 * math.pi)
    hae = _number("height", report.hae_m, _HEIGHT_MIN_M, _HEIGHT_MAX_M)
    baro = _number("pressure height", report.height_baro_m, _HEIGHT_MIN_M, _HEIGHT_MAX_M)
    flat = _sigma(
        "horizontal sigma", report.horizontal_sigma_m, sensor.horizontal_sigma_m, _SIGMA_MIN_M
    )
    tall = _sigma("vertical sigma", report.vertical_sigma_m, sensor.vertical_sigma_m, _SIGMA_MIN_M)
    known = True
    if math.isnan(hae):
        known = not math.isnan(baro)
        hae = baro if known else frame.hae_m
        tall = max(_BARO_SIGMA_M, tall)
    east, north, up = frame.enu_from_geo(lat, lon, hae)
    if max(abs(east), abs(north), abs(up)) > _ENU_MAX_M:
        raise _ImpossibleError("out of range", "more than 2000 km from the site")
    if not known:  # far away the plumb line leans: an unknown height moves the place sideways
        lean = math.hypot(east, north) / _EARTH_RADIUS_M
        flat = math.hypot(flat, lean * _UNKNOWN_HEIGHT_SIGMA_M)
        up = _NAN
    velocity, velocity_sigma = _velocity(frame, report)
    sigmas = (flat, flat, tall if known else _NAN, _NAN)
    return (east, north, up, _NAN, *sigmas, _NAN, _NAN, *velocity, velocity_sigma)


def _velocity(frame: SiteFrame, report: PositionReport) -> tuple[tuple[float, float, float], float]:
    """Turn a velocity from the east, north and up of its own place into the site's frame.

    At 300 km the plumb line leans by 2.7 degrees: level flight sinks by 12 m/s there. A climb
    stated without speed over ground leaves that unknown, so its sigma grows with the lean.
    """
    v_east = _number("velocity east", report.v_east_mps, -_SPEED_MAX_MPS, _SPEED_MAX_MPS)
    v_north = _number("velocity north", report.v_north_mps, -_SPEED_MAX_MPS, _SPEED_MAX_MPS)
    v_up = _number("velocity up", report.v_up_mps, -_SPEED_MAX_MPS, _SPEED_MAX_MPS)
    level = not (math.isnan(v_east) or math.isnan(v_north))
    if not level and math.isnan(v_up):
        return (_NAN, _NAN, _NAN), _NAN
    here = rotation_enu_from_ecef(report.lat_rad, report.lon_rad).tolist()
    ours = frame.enu_from_ecef.tolist()
    stated = (
        v_east if level else 0.0,
        v_north if level else 0.0,
        0.0 if math.isnan(v_up) else v_up,
    )
    # Plain sums, not @: BLAS need not give the same bits on every machine.
    ecef = [_dot(stated, axis) for axis in zip(*here, strict=True)]
    east, north, up = (_dot(ecef, axis) for axis in ours)
    if level:
        return (east, north, _NAN if math.isnan(v_up) else up), _VELOCITY_SIGMA_MPS
    lean = math.acos(min(_dot(ours[2], here[2]), 1.0))
    return (_NAN, _NAN, up), math.hypot(_VELOCITY_SIGMA_MPS, lean * _SPEED_USUAL_MPS)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _site_row(sensor: Sensor, report: SitePositionReport) -> Row:
    east = _number("east", report.east_m, -_ENU_MAX_M, _ENU_MAX_M)
    north = _number("north", report.north_m, -_ENU_MAX_M, _ENU_MAX_M)
    up = _number("up", report.up_m, -_ENU_MAX_M, _ENU_MAX_M)
    usual = sensor.horizontal_sigma_m
    sigmas = (
        _sigma("east sigma", report.east_sigma_m, usual, _SIGMA_MIN_M),
        _sigma("north sigma", report.north_sigma_m, usual, _SIGMA_MIN_M),
        _NAN
        if math.isnan(up)
        else _sigma("up sigma", report.up_sigma_m, sensor.vertical_sigma_m, _SIGMA_MIN_M),
    )
    return (east, north, up, _NAN, *sigmas, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN)


def _arrival_row(
    sensor: Sensor, model: SensorModel, frame: SiteFrame, report: ArrivalReport
) -> Row:
    """Check arrival times against the receivers' own distances and turn them into lengths."""
    receivers, arrivals_ns = sensor.receivers, report.arrivals_ns
    unknown = set(arrivals_ns) - {receiver.id for receiver in receivers}
    if unknown or model.receivers_enu_m is None:
        name = min(unknown, default="")
        raise _ImpossibleError("unknown receiver", f"{name[:48]!r} is none of the sensor's")
    if len(arrivals_ns) < RECEIVERS_MIN:
        raise _ImpossibleError("no measurement", f"heard by {len(arrivals_ns)} receivers")
    first_ns = min(arrivals_ns.values())
    late_m = AIR_M_PER_NS * (max(arrivals_ns.values()) - first_ns)
    apart_m = float(np.sqrt(np.sum(np.ptp(model.receivers_enu_m, axis=0) ** 2)))
    if late_m > apart_m + _ECHO_MAX_M:
        raise _ImpossibleError("out of range", f"arrivals differ by {late_m:.0f} m of way")
    stated_ns = report.arrivals_sigma_ns
    stated_m = None if stated_ns is None else stated_ns * AIR_M_PER_NS
    sigma_m = _sigma("arrival sigma", stated_m, sensor.range_sigma_m, _SIGMA_MIN_M)
    z = [
        AIR_M_PER_NS * (arrivals_ns[r.id] - first_ns) if r.id in arrivals_ns else _NAN
        for r in receivers
    ]
    sigmas = [_NAN if math.isnan(value) else sigma_m for value in z]
    baro = _number("height", report.height_baro_m, _HEIGHT_MIN_M, _HEIGHT_MAX_M)
    height = (baro - frame.hae_m, _NAN if math.isnan(baro) else _BARO_SIGMA_M)
    return (*z, *sigmas, *height, _NAN, _NAN, _NAN, _NAN)


def _batch(
    sensor_index: int,
    kind: MeasurementKind,
    rows: list[tuple[int, int, Row]],
    reports: Sequence[Report],
) -> MeasurementBatch:
    rows.sort(key=lambda row: (row[0], row[1]))
    table = np.array([row for _, _, row in rows])
    width = (table.shape[1] - 6) // 2
    detections = [reports[i] for _, i, _ in rows]
    keys = [identity_key(getattr(d, "claims", None)) for d in detections]
    return MeasurementBatch(
        sensor_index=sensor_index,
        kind=kind,
        t_meas_ns=np.array([t for t, _, _ in rows], dtype=np.int64),
        z=np.ascontiguousarray(table[:, :width]),
        sigma=np.ascontiguousarray(table[:, width:-6]),
        height_m=np.ascontiguousarray(table[:, -6]),
        height_sigma_m=np.ascontiguousarray(table[:, -5]),
        velocity_enu_mps=np.ascontiguousarray(table[:, -4:-1]),
        velocity_sigma_mps=np.ascontiguousarray(table[:, -1]),
        snr_db=_optional([getattr(d, "snr_db", None) for d in detections]),
        confidence=_optional([getattr(d, "confidence", None) for d in detections]),
        identity_key=np.array(keys, dtype=np.int64),
        report_index=np.array([i for _, i, _ in rows], dtype=np.int64),
    )


def _optional(values: list[float | None]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Turn optional numbers into an array; what is missing or not finite becomes NaN."""
    return np.array([_NAN if v is None or not math.isfinite(v) else v for v in values])
