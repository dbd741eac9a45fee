"""Reports as SAPIENT messages, whoever's they are: what a recording is turned into.

Each sensor is a node, the site file's or one named after it, and registers before its first word.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from vedette.codecs.sapient import sensor_side, write
from vedette.codecs.sapient.ids import is_ulid, node_id
from vedette.codecs.saying import Form, fit, is_address, is_octal
from vedette.config.site import Sensor
from vedette.model.reports import Detection, Plot, PositionReport, SensorStatus

_ABOUT = frozenset({"confidence", "class_prob", "rcs_dbsm", "snr_db", "object_ref"})
_CLAIMS = frozenset({"claims.icao24", "claims.callsign", "claims.remote_id", "claims.squawk"})


def _is_text(text: str) -> bool:
    return 0 < len(text) <= 64 and text.isascii() and text.isprintable() and text == text.strip()


_CHECKS = {
    "claims.icao24": is_address,
    "claims.squawk": is_octal,
    "claims.callsign": _is_text,
    "claims.remote_id": _is_text,
    "object_ref": is_ulid,
}
BEARING = Form(
    "SAPIENT",
    _ABOUT
    | _CLAIMS
    | {"range_m", "azimuth_rad", "elevation_rad", "range_rate_mps", "height_baro_m"}
    | {"micro_doppler"}
    | {"range_sigma_m", "azimuth_sigma_rad", "elevation_sigma_rad", "range_rate_sigma_mps"},
    frozenset({"azimuth_rad"}),
    checks=_CHECKS,
)
LOCATION = Form(
    "SAPIENT",
    _ABOUT
    | _CLAIMS
    | {"lat_rad", "lon_rad", "hae_m", "height_baro_m", "horizontal_sigma_m", "vertical_sigma_m"}
    | {"v_east_mps", "v_north_mps", "v_up_mps"},
    frozenset({"lat_rad", "lon_rad"}),
    # Readers take a greater error of degrees for metres.
    {"horizontal_sigma_m": (0.0, 1_999.0)},
    _CHECKS,
)


@dataclass(slots=True)
class Nodes:
    """The sensors that speak. sensors: of the site, by id. said: messages so far."""

    sensors: Mapping[str, Sensor]
    registered: set[str] = field(default_factory=set)
    said: int = 0


def say(nodes: Nodes, report: Detection | SensorStatus) -> tuple[list[Any], str, list[str]]:
    """Give a report as messages, or why there are none; and what of it they do not say."""
    unsaid: list[str] = []
    form = BEARING if isinstance(report, Plot) else LOCATION
    if isinstance(report, SensorStatus):
        return _signs(nodes, report)
    if not isinstance(report, Plot | PositionReport):
        return [], "SAPIENT has no words for it", unsaid
    sensor = _sensor(nodes, report)
    fitted = fit(report, form)
    if fitted.report is None:
        return [], fitted.why, fitted.unsaid
    nodes.said += 1
    made = sensor_side.detection(fitted.report, sensor, nodes.said)
    if report.object_ref is not None and is_ulid(report.object_ref):
        made.detection_report.object_id = report.object_ref
    return [*_registration(nodes, sensor, report.t_meas_ns), made], "", fitted.unsaid


def _signs(nodes: Nodes, status: SensorStatus) -> tuple[list[Any], str, list[str]]:
    if status.kind != "heartbeat":
        return [], "SAPIENT has no words for north marks and sectors", []
    sensor = _sensor(nodes, status)
    system = write.SYSTEM_WARNING if status.degraded_reason else write.SYSTEM_OK
    nodes.said += 1
    made = write.status(sensor_side.node_of_sensor(sensor), status.t_meas_ns, system)
    unsaid = [] if status.view is None else ["view: left out"]
    unsaid += ["degraded_reason: said as a warning"] if status.degraded_reason else []
    return [*_registration(nodes, sensor, status.t_meas_ns), made], "", unsaid


def _registration(nodes: Nodes, sensor: Sensor, t_ns: int) -> list[Any]:
    if sensor.id in nodes.registered:
        return []
    nodes.registered.add(sensor.id)
    made = sensor_side.registration(sensor, t_ns)
    made.registration.name = sensor.id
    return [made]


def _sensor(nodes: Nodes, report: Detection | SensorStatus) -> Sensor:
    """Give the site's entry as a node, or an entry for who has none."""
    known = nodes.sensors.get(report.sensor)
    if known is not None and known.sapient_node is not None:
        return known
    if known is not None:
        return _entry(report.sensor, known.kind)
    if isinstance(report, PositionReport):
        return _entry(report.sensor, "position")
    return _entry(report.sensor, "bearing" if _is_bearing(report) else "radar_2d")


def _is_bearing(report: Detection | SensorStatus) -> bool:
    return isinstance(report, Plot) and report.range_m is None


@lru_cache(maxsize=1024)
def _entry(name: str, kind: Any) -> Sensor:
    node = node_id("vedette", name)
    return Sensor(id=name, kind=kind, lat_deg=0.0, lon_deg=0.0, hae_m=0.0, sapient_node=node)
