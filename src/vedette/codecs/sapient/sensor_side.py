"""What a sensor says as a SAPIENT node: what a simulated sensor sends, and a bridge would.

In: a sensor of the site file, its reports. Out: messages. Angles go out in radians, so that what
is read back is the same to the last bit; what a detection report has no field for (range rate,
cross-section, what the target claims) is track or object information, defined in the registration.
What SAPIENT cannot say at all (times of arrival, the site's own frame) is left out.
"""

import math
from typing import Any

from vedette import __version__
from vedette.codecs.sapient import write
from vedette.codecs.sapient.ids import ulid
from vedette.codecs.sapient.places import M_PER_RAD
from vedette.codecs.sapient.taxonomy import add_class
from vedette.config.site import Sensor
from vedette.model.reports import Claims, Plot, PositionReport, Report

RADIANS_M, TRUE = 2, 1  # RangeBearingCoordinateSystem, RangeBearingDatum
LAT_LNG_RAD_M = 2
TRACK, OBJECT = 2, 3  # DetectionReportCategory
STATUS_S = 5.0
# NodeType and words, by the kind of sensor.
KINDS = {
    "radar_3d": (2, "radar, three-dimensional"),
    "radar_2d": (2, "radar, two-dimensional"),
    "bearing": (8, "direction finder"),
    "bearing_elevation": (4, "camera"),
    "tdoa": (8, "multilateration"),
    "adsb": (8, "ADS-B receiver"),
    "position": (1, "own positions"),
    "range": (1, "range finder"),
}
INFORMATION = (
    (TRACK, "range rate", "m/s"),
    (OBJECT, "rcs", "dBsm"),
    (OBJECT, "snr", "dB"),
    (OBJECT, "pressure altitude", "m"),
    (OBJECT, "icao24", "hexadecimal"),
    (OBJECT, "callsign", "text"),
    (OBJECT, "remote id", "text"),
    (OBJECT, "squawk", "octal"),
)


def registration(sensor: Sensor, t_ns: int) -> Any:
    """Register a sensor of the site file as the node it is there."""
    kinds = [KINDS[sensor.kind]]
    made = write.register(node_of_sensor(sensor), t_ns, sensor.name, kinds, STATUS_S, __version__)
    definition = write.mode(made).detection_definition.add()
    kind = definition.location_type
    if sensor.kind in ("adsb", "position"):
        kind.location_units, kind.location_datum = LAT_LNG_RAD_M, write.WGS84_E
    else:
        kind.range_bearing_units, kind.range_bearing_datum = RADIANS_M, TRUE
    for category, name, units in INFORMATION:
        definition.detection_report.add(category=category, type=name, units=units)
    return made


def node_of_sensor(sensor: Sensor) -> str:
    """Give the node id of a sensor. Raises ValueError where the site file states none."""
    if sensor.sapient_node is None:
        raise ValueError(f"sensor {sensor.id} has no sapient_node")
    return sensor.sapient_node.lower()


def detection(report: Report, sensor: Sensor, number: int) -> Any:
    """Say a detection, None for what SAPIENT cannot say. number: tells it from others so timed."""
    if not isinstance(report, Plot | PositionReport):
        return None
    node, t_ns = node_of_sensor(sensor), report.t_meas_ns
    made = write.message(node, t_ns)
    said = made.detection_report
    said.report_id = ulid(t_ns, node, number, "report")
    said.object_id = ulid(t_ns, node, number, "object")
    if report.confidence is not None:
        said.detection_confidence = report.confidence
    if isinstance(report, Plot):
        _bearing(said, report)
        _information(said.object_info, "micro-Doppler", report.micro_doppler)
    else:
        _location(said, report)
    _information(said.object_info, "rcs", report.rcs_dbsm)
    _information(said.object_info, "snr", report.snr_db)
    _information(said.object_info, "pressure altitude", report.height_baro_m)
    if report.claims is not None:
        _claims(said.object_info, report.claims)
    for ours, prob in (report.class_prob or {}).items():
        add_class(said, ours, prob)
    return made


def _bearing(said: Any, plot: Plot) -> None:
    place = said.range_bearing
    place.coordinate_system, place.datum = RADIANS_M, TRUE
    for name, value in (
        ("range", plot.range_m),
        ("azimuth", plot.azimuth_rad),
        ("elevation", plot.elevation_rad),
        ("range_error", plot.range_sigma_m),
        ("azimuth_error", plot.azimuth_sigma_rad),
        ("elevation_error", plot.elevation_sigma_rad),
    ):
        if value is not None:
            setattr(place, name, value)
    error = plot.range_rate_sigma_mps
    _information(said.track_info, "range rate", plot.range_rate_mps, error)


def _location(said: Any, report: PositionReport) -> None:
    place = said.location
    place.coordinate_system, place.datum = LAT_LNG_RAD_M, write.WGS84_E
    place.x, place.y = report.lon_rad, report.lat_rad
    if report.hae_m is not None:
        place.z = report.hae_m
    if report.vertical_sigma_m is not None:
        place.z_error = report.vertical_sigma_m
    if report.horizontal_sigma_m is not None:
        place.y_error = report.horizontal_sigma_m / M_PER_RAD
        place.x_error = place.y_error / max(math.cos(report.lat_rad), 1e-3)
    if report.v_east_mps is not None and report.v_north_mps is not None:
        said.enu_velocity.east_rate = report.v_east_mps
        said.enu_velocity.north_rate = report.v_north_mps
        if report.v_up_mps is not None:
            said.enu_velocity.up_rate = report.v_up_mps


def _information(
    where: Any, name: str, value: float | str | None, error: float | None = None
) -> None:
    if value is None:
        return
    added = where.add(type=name, value=value if isinstance(value, str) else repr(value))
    if error is not None:
        added.error = error


def _claims(where: Any, claims: Claims) -> None:
    _information(where, "icao24", claims.icao24)
    _information(where, "callsign", claims.callsign)
    _information(where, "remote id", claims.remote_id)
    _information(where, "squawk", claims.squawk)
