"""What Vedette says as a fusion node: fused detections, warnings as alerts, how it does.

In: tracks as they are told, warnings, sources. Out: messages. A track's object keeps one ULID for
its life; where it comes from is named by the sensors' own objects (derived detections), so that
nobody counts one sensor twice. Errors are in the unit of what they are errors of: degrees of
latitude and longitude, metres of height. All that is not live is marked so in each message.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.codecs.sapient import write
from vedette.codecs.sapient.ids import ulid
from vedette.codecs.sapient.taxonomy import add_class
from vedette.config.site import Site
from vedette.config.zones import area_of
from vedette.model.enums import Mode, ObjectClass, TrackStatus, WarningLevel
from vedette.model.picture import Origin, WarningRecord
from vedette.model.told import ToldTrack

M_PER_DEG = math.pi / 180.0 * 6_371_008.8
WARNING, CRITICAL = 2, 3  # AlertType
ACTIVE, CLEAR = 1, 5  # AlertStatus
MEDIUM, HIGH = 2, 3  # DiscretePriority
INTERNAL_FAULT, WARNING_STATUS = 1, 3  # StatusType, StatusLevel
SICK_TOLD = 8  # sources named in one status; the rest are counted
DERIVED_S = 10.0  # a sensor's object seen within this is one that the track is made of


def track_object(node: str, track_id: int, started_ns: int) -> str:
    """Name a track's object: the same for its whole life, after a restart too."""
    return ulid(started_ns, node, "track", track_id)


def fused_detection(
    node: str, track: ToldTrack, t_ns: int, origins: Mapping[str, Origin], nodes: Mapping[str, str]
) -> Any:
    """Say where a track is and what it is. t_ns: the one time of all that this cycle says.

    origins: the sensors' objects that it is made of, by sensor; nodes: the sensors' node ids.
    """
    made = _detection(node, track, t_ns)
    said = made.detection_report
    for sensor, origin in sorted(origins.items()):
        is_fresh = t_ns - origin.t_meas_ns <= DERIVED_S * NS_PER_S
        if sensor in nodes and is_fresh:
            derived = said.derived_detection.add(node_id=nodes[sensor], object_id=origin.object_ref)
            seconds, nanos = divmod(origin.t_meas_ns, NS_PER_S)
            derived.timestamp.seconds, derived.timestamp.nanos = seconds, nanos
    if track.status is TrackStatus.COASTING:
        said.state = "coasting"
    return made


def ended_detection(node: str, track: ToldTrack, t_ns: int) -> Any:
    """Say that a track is no more, where it was told last."""
    made = _detection(node, track, t_ns)
    made.detection_report.state = "lost"
    return made


def _detection(node: str, track: ToldTrack, t_ns: int) -> Any:
    made = write.message(node, t_ns)
    _mark(made, track.mode)
    said = made.detection_report
    said.report_id = ulid(t_ns, node, "report", track.track_id)
    said.object_id = track_object(node, track.track_id, track.started_ns)
    said.detection_confidence = min(max(track.existence_prob, 0.0), 1.0)
    _place(said.location, track)
    velocity = said.enu_velocity
    velocity.east_rate, velocity.north_rate = track.v_east_mps, track.v_north_mps
    velocity.up_rate = track.v_up_mps
    if track.object_class is ObjectClass.OTHER:
        said.classification.add(type="Unknown", confidence=min(track.class_prob, 1.0))
    else:
        add_class(said, track.object_class.value, track.class_prob)
    for name, value in (
        ("track", f"T{track.track_id:04d}"),
        ("identity", track.identity.value),
        ("claims", track.label),
        ("sensors", ", ".join(track.sensors)),
    ):
        if value:
            said.object_info.add(type=name, value=value[: write.TEXT_MAX])
    return made


def _place(place: Any, track: ToldTrack) -> None:
    """Write place and one-axis errors; a height that nobody saw is not told."""
    place.x, place.y = track.lon_deg, track.lat_deg
    place.coordinate_system, place.datum = write.LAT_LNG_DEG_M, write.WGS84_E
    sine, cosine = math.sin(track.major_rad), math.cos(track.major_rad)
    north_m = math.hypot(track.sigma_major_m * cosine, track.sigma_minor_m * sine)
    east_m = math.hypot(track.sigma_major_m * sine, track.sigma_minor_m * cosine)
    place.y_error = north_m / M_PER_DEG
    place.x_error = east_m / (M_PER_DEG * max(math.cos(math.radians(track.lat_deg)), 1e-3))
    if track.height_observed:
        place.z, place.z_error = track.hae_m, track.sigma_up_m


def _mark(made: Any, mode: Mode) -> None:
    """Mark a message that is not of the real world."""
    if mode is not Mode.LIVE:
        made.additional_information = mode.value


def warning_alert(
    node: str, site: Site, warning: WarningRecord, t_ns: int, tracks: Mapping[int, ToldTrack]
) -> Any:
    """Say who must take cover, at which of the two levels, and from what."""
    made = _alert(node, site, warning, t_ns)
    said, is_imminent = made.alert, warning.level is WarningLevel.IMMINENT
    said.status = ACTIVE
    said.alert_type = CRITICAL if is_imminent else WARNING
    said.priority = HIGH if is_imminent else MEDIUM
    for track_id in warning.track_ids:
        track = tracks.get(track_id)
        if track is not None:
            about = said.associated_detection.add(
                node_id=node, object_id=track_object(node, track_id, track.started_ns)
            )
            seconds, nanos = divmod(t_ns, NS_PER_S)
            about.timestamp.seconds, about.timestamp.nanos = seconds, nanos
    return made


def all_clear_alert(node: str, site: Site, warning: WarningRecord, t_ns: int) -> Any:
    """Say that a person has ended a warning."""
    made = _alert(node, site, warning, t_ns)
    made.alert.status, made.alert.alert_type = CLEAR, WARNING
    made.alert.description = f"All-clear: {warning.zone_name}"
    if site.mode is not Mode.LIVE:
        made.alert.description = f"{site.mode.value}. {made.alert.description}"
    return made


def _alert(node: str, site: Site, warning: WarningRecord, t_ns: int) -> Any:
    """Begin an alert: one id for all revisions of a warning, and where its zone lies."""
    made = write.message(node, t_ns)
    _mark(made, site.mode)
    said = made.alert
    said.alert_id = ulid(warning.raised_ns, node, "warning", warning.warning_id)
    said.region_id = ulid(0, node, "zone", warning.zone_id)
    words = warning.spoken
    if site.mode is not Mode.LIVE and site.mode.value not in words:
        words = f"{site.mode.value}. {words}"
    said.description = words
    for zone in site.zones:
        if zone.id == warning.zone_id:
            area = area_of(site, zone)
            said.location.x, said.location.y = area.lon_deg, area.lat_deg
            said.location.coordinate_system = write.LAT_LNG_DEG_M
            said.location.datum = write.WGS84_E
    return made


def goodbye(node: str, t_ns: int) -> Any:
    """Say that we are about to hang up."""
    return write.status(node, t_ns, write.SYSTEM_GOODBYE)


def our_status(node: str, mode: Mode, t_ns: int, sick: Sequence[str]) -> Any:
    """Say that we live, and which sources cannot be believed. sick: each in words."""
    system = write.SYSTEM_WARNING if sick else write.SYSTEM_OK
    made = write.status(node, t_ns, system)
    _mark(made, mode)
    told = list(sick[:SICK_TOLD])
    if len(sick) > SICK_TOLD:
        told.append(f"and {len(sick) - SICK_TOLD} more")
    for words in told:
        made.status_report.status.add(
            status_type=INTERNAL_FAULT,
            status_level=WARNING_STATUS,
            status_value=words[: write.TEXT_MAX],
        )
    return made
