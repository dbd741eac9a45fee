"""What CoT events say, as reports: own positions of friends, and sightings of people.

A position that a machine knows (how "m-...") of a friendly or neutral aircraft is what that
aircraft says of itself: a position report with claims, evidence with a trust, never an identity.
Something in the air that a person has put on the map (how "h-...") is a sighting: a place, its
error and what it looked like; whose it is, is that person's opinion, and no report carries it.
What other systems make of the air - fused tracks, and all that a machine knows of somebody who is
neither friend nor neutral - is a neighbour's track (docs/decisions/0021): a place, its error, its
speed, marked derived; whose and what it is, is that system's conclusion from what we may see too.
What it predicts is none. Friends on the ground are no air picture: they move the defended assets
that follow them, nothing else. The rest is passed over, and counted by what it is: pings (a sign of
life of the feed, as everything is), chat, drawings, routes, markers on the ground, what we said
ourselves.
"""

import math
import re
from dataclasses import dataclass

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.cot import passed
from vedette.codecs.cot.event import CotEvent
from vedette.codecs.cot.framing import datagram_frames, read_frame
from vedette.codecs.cot.symbols import SIGHTED_CLASS_PROB, affiliation_of, class_of, is_air
from vedette.codecs.cot.tracks import FUSED, PREDICTED, SITE_UID, site_uid
from vedette.config.site import Feed, Site
from vedette.model.enums import Mode
from vedette.model.reports import Claims, PositionReport, Refusal, Report, SourceNote

# Who reports where it is itself; the rest is what somebody else makes of a thing.
_OWN_WORD = {"f": "friend", "a": "assumed friend", "n": "neutral"}
_ICAO_UID = re.compile(r"ICAO-([0-9A-Fa-f]{6})")  # how ADS-B gateways name an aircraft
CALLSIGN_CHARS_MAX = 64
_NEEDED = {
    "sensor": "friends' positions need a sensor: `sensor` of the feed",
    "sightings": "people's sightings need a sensor: sightings_sensor of the feed",
    "tracks": "other systems' tracks need a neighbour: tracks_sensor of the feed",
}
SIGHTING_SIGMA_MIN_M = 50.0  # a finger on a map, however sure the program is of its own place


@dataclass(slots=True)
class Listener:
    """What a feed's events are read by. Plain data.

    sensor: whose reports own positions are, "" none; its sigma is the least that is believed.
    sightings: the same of people's; tracks: of other systems' tracks. moving: names of assets that
    follow this sensor. own: what our own uids begin with.
    """

    sensor: str
    sigma_m: float
    sightings: str
    sightings_sigma_m: float
    tracks: str
    tracks_sigma_m: float
    moving: tuple[str, ...]
    own: str
    is_live: bool


def listener_of(site: Site, feed: Feed) -> Listener:
    """Make the listener of a CoT feed of a site."""
    sigmas_m = {sensor.id: sensor.horizontal_sigma_m for sensor in site.sensors}
    sensor, sightings = feed.sensor or "", feed.sightings_sensor or ""
    tracks = feed.tracks_sensor or ""
    moving = [a.position_id for a in site.assets if a.position_feed == sensor and a.position_id]
    return Listener(
        sensor=sensor,
        sigma_m=sigmas_m.get(sensor, 0.0),
        sightings=sightings,
        sightings_sigma_m=max(sigmas_m.get(sightings, 0.0), SIGHTING_SIGMA_MIN_M),
        tracks=tracks,
        tracks_sigma_m=sigmas_m.get(tracks, 0.0),
        moving=tuple(moving),
        own=site_uid(site),
        is_live=site.mode is Mode.LIVE,
    )


def read_datagram(data: bytes, listener: Listener, feed: str, t_recv_ns: int) -> list[Report]:
    """Read a datagram, or one frame of a stream; what cannot be read is a refusal."""
    out: list[Report] = []
    for frame in datagram_frames(data):
        try:
            if frame is None:
                raise RefusedError(reasons.TOO_LONG, "an event, or too many in one datagram")
            report = report_of(read_frame(frame), listener, feed, t_recv_ns)
        except RefusedError as refused:
            out.append(reasons.refuse(feed, t_recv_ns, *refused.args))
        else:
            out.append(report)
    return out


def report_of(
    event: CotEvent, listener: Listener, feed: str, t_recv_ns: int
) -> PositionReport | Refusal | SourceNote:
    """Say what an event tells the picture; where it tells it nothing, a note that says why."""
    followed = {event.uid, event.callsign} & set(listener.moving)
    what = _what(event, bool(followed))
    if why := _passed_over(event, listener, what):
        return SourceNote(source=feed, t_recv_ns=t_recv_ns, kind="passed", count=1, detail=why)
    if listener.is_live and (event.opex[:1] in ("s", "e") or event.how == "m-s"):
        detail = f"{event.uid[:40]} is marked as simulation or exercise"
        return reasons.refuse(feed, t_recv_ns, reasons.SIMULATED_TARGET, detail)
    if not getattr(listener, what):
        return reasons.refuse(feed, t_recv_ns, reasons.UNKNOWN_SENSOR, _NEEDED[what])
    if what == "sightings":
        return _sighting(event, listener, t_recv_ns)
    if what == "tracks":
        return _track(event, listener, t_recv_ns)
    return _own_position(event, listener, min(followed, default=""), t_recv_ns)


def _passed_over(event: CotEvent, listener: Listener, what: str) -> str:
    """Say why an event tells the picture nothing, "" where it does."""
    if event.uid.startswith(listener.own):
        return passed.OURS
    if event.how == PREDICTED:
        return passed.PREDICTED
    if not what:
        return passed.passed_over(event)
    if not listener.sensor and not listener.sightings and not listener.tracks:
        return passed.NOT_HEARD  # the connection is there to speak over
    if event.lat_deg == 0.0 == event.lon_deg:  # whatever error it states
        return passed.NO_FIX
    return ""


def _what(event: CotEvent, is_followed: bool) -> str:
    """Say which of a listener's sensors an event is for, "" none."""
    if is_air(event.kind) and event.how.startswith("h"):
        return "sightings"
    is_theirs = event.how == FUSED or event.uid.startswith(SITE_UID)
    is_own_word = event.how.startswith("m") and affiliation_of(event.kind) in _OWN_WORD
    if is_own_word and not is_theirs and (is_air(event.kind) or is_followed):
        return "sensor"
    return "tracks" if is_air(event.kind) and (is_theirs or event.how.startswith("m")) else ""


def _own_position(
    event: CotEvent, listener: Listener, followed: str, t_recv_ns: int
) -> PositionReport:
    """Make a position report of what somebody says of itself; followed: an asset's name for it."""
    east_mps, north_mps = _velocity_mps(event)
    address = _ICAO_UID.fullmatch(event.uid)
    name = followed or event.callsign.strip() or event.uid
    return PositionReport(
        sensor=listener.sensor,
        t_meas_ns=event.time_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(event.lat_deg),
        lon_rad=math.radians(event.lon_deg),
        hae_m=event.hae_m,
        v_east_mps=east_mps,
        v_north_mps=north_mps,
        horizontal_sigma_m=_sigma_m(event.ce_m, listener.sigma_m),
        vertical_sigma_m=event.le_m if event.hae_m is not None else None,
        claims=Claims(
            icao24=address[1].lower() if address else None,
            callsign=name[:CALLSIGN_CHARS_MAX],
            affiliation=_OWN_WORD[affiliation_of(event.kind)],
        ),
    )


def _track(event: CotEvent, listener: Listener, t_recv_ns: int) -> PositionReport:
    """Make a derived report of another system's track; object_ref: its name there."""
    east_mps, north_mps = _velocity_mps(event)
    return PositionReport(
        sensor=listener.tracks,
        t_meas_ns=event.time_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(event.lat_deg),
        lon_rad=math.radians(event.lon_deg),
        hae_m=event.hae_m,
        v_east_mps=east_mps,
        v_north_mps=north_mps,
        horizontal_sigma_m=_sigma_m(event.ce_m, listener.tracks_sigma_m),
        vertical_sigma_m=event.le_m if event.hae_m is not None else None,
        object_ref=event.uid,
        derived=True,
    )


def _velocity_mps(event: CotEvent) -> tuple[float | None, float | None]:
    """Give the velocity over ground to the east and north, None where it is not told."""
    if event.speed_mps is None or event.course_deg is None:
        return None, None
    course_rad = math.radians(event.course_deg)
    return event.speed_mps * math.sin(course_rad), event.speed_mps * math.cos(course_rad)


def _sighting(event: CotEvent, listener: Listener, t_recv_ns: int) -> PositionReport:
    """Make a report of what a person has put on the map; its height is a guess and left out."""
    object_class = class_of(event.kind)
    return PositionReport(
        sensor=listener.sightings,
        t_meas_ns=event.time_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(event.lat_deg),
        lon_rad=math.radians(event.lon_deg),
        horizontal_sigma_m=_sigma_m(event.ce_m, listener.sightings_sigma_m),
        class_prob={object_class.value: SIGHTED_CLASS_PROB} if object_class else None,
    )


def _sigma_m(stated_m: float | None, least_m: float) -> float:
    """Believe a stated error only where it is larger than the site file's."""
    return least_m if stated_m is None else max(stated_m, least_m)
