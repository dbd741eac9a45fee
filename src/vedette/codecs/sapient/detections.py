"""A SAPIENT detection report as a plot or a position of one of the site's sensors.

Range and bearing, or a bearing alone, is a plot in the sensor's own frame; a location is a
position, with its velocity where one is stated. A range rate, a cross-section, and what the target
says of itself come as track or object information (`taxonomy`).
"""

import math
from typing import Any

from vedette.codecs.sapient.nodes import Node
from vedette.codecs.sapient.places import Ground, bearing_of, place_of
from vedette.codecs.sapient.taxonomy import (
    claims_of,
    class_probabilities,
    information,
    number,
)
from vedette.model.enums import MicroDoppler
from vedette.model.reports import Detection, Plot, PositionReport

RATE = ("rangerate", "radialvelocity", "dopplervelocity", "doppler")
SECTION = ("rcs", "radarcrosssection")
MICRO_DOPPLER = "microdoppler"
MOVES = {each.value: each for each in MicroDoppler}
PRESSURE_HEIGHT = ("pressurealtitude", "barometricaltitude")
DECIBELS_MAX = 200.0


def detection_report(said: Any, node: Node, ground: Ground, t_ns: int, t_recv_ns: int) -> Detection:
    """Turn a validated DetectionReport of a registered node into a report of its sensor.

    Raises RefusedError(reason, detail) for places that cannot be.
    """
    info = information(said)
    shared: dict[str, Any] = {
        "sensor": node.sensor,
        "t_meas_ns": t_ns,
        "t_recv_ns": t_recv_ns,
        "confidence": _stated(said, "detection_confidence"),
        "class_prob": class_probabilities(said.classification),
        "claims": claims_of(said, info),
        "rcs_dbsm": _decibels(number(info, node.units, *SECTION)[0]),
        "snr_db": _decibels(number(info, node.units, "snr")[0]),
        "object_ref": said.object_id.upper(),
    }
    if said.WhichOneof("location_oneof") == "location":
        return _position(said, info, node, ground, shared)
    bearing = bearing_of(said.range_bearing, node.lat_rad, node.lon_rad, ground)
    rate_mps = rate_sigma_mps = None
    if bearing.range_m is not None and bearing.azimuth_rad is not None:
        rate_mps, rate_sigma_mps = number(info, node.units, *RATE)
    return Plot(
        **shared,
        **bearing._asdict(),
        range_rate_mps=rate_mps,
        range_rate_sigma_mps=rate_sigma_mps if rate_sigma_mps else None,
        height_baro_m=number(info, node.units, *PRESSURE_HEIGHT)[0],
        micro_doppler=_micro_doppler(info),
    )


def _micro_doppler(info: dict[str, tuple[str, float | None]]) -> MicroDoppler | None:
    """Read what moves on the object, in our words; other words say nothing."""
    word = info.get(MICRO_DOPPLER, ("", None))[0].strip().lower()
    return MOVES.get(word)


def _position(
    said: Any,
    info: dict[str, tuple[str, float | None]],
    node: Node,
    ground: Ground,
    shared: dict[str, Any],
) -> PositionReport:
    place = place_of(said.location, node.zone, ground)
    flat, up_mps = node.rate_unit_mps, None
    velocity = said.enu_velocity if said.HasField("enu_velocity") else None
    if velocity is not None and velocity.HasField("up_rate"):
        up_mps = velocity.up_rate * node.climb_unit_mps
    return PositionReport(
        **shared,
        **place._asdict(),
        height_baro_m=number(info, node.units, *PRESSURE_HEIGHT)[0],
        v_east_mps=velocity.east_rate * flat if velocity is not None else None,
        v_north_mps=velocity.north_rate * flat if velocity is not None else None,
        v_up_mps=up_mps,
    )


def _stated(message: Any, name: str) -> float | None:
    """Give an optional number, None where it is not there."""
    return float(getattr(message, name)) if message.HasField(name) else None


def _decibels(value: float | None) -> float | None:
    """Give decibels that can be, None for others: a sensor's own figure is evidence, no plot."""
    return value if value is not None and math.fabs(value) <= DECIBELS_MAX else None
