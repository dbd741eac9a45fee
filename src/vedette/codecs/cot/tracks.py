"""The picture as CoT events: tracks, deleted tracks, warnings, zones, places of sensors.

Everything that is not LIVE is marked three times: opex (the schema's own place for it), the name on
the map, and the remarks. hae and le are unknown where no sensor has seen the height.
"""

import hashlib
import math

from vedette.base.constants import NS_PER_S
from vedette.base.names import class_words, track_name
from vedette.codecs.cot.event import DELETED, CotEvent
from vedette.codecs.cot.symbols import kind_of
from vedette.config.site import Site
from vedette.model.enums import Mode, TrackStatus
from vedette.model.told import ToldTrack

SITE_UID = "vedette-"  # what the uids of every site of this program begin with
FUSED, PREDICTED, SIMULATED = "m-f", "m-p", "m-s"
STALE_UPDATES = 3  # a track unheard for three of its updates is shown as old
SPEED_MIN_MPS = 1.0  # slower than the filter's own error a course says nothing
_OPEX = {Mode.SIMULATED: "s-vedette", Mode.EXERCISE: "e-vedette", Mode.REPLAY: "s-replay"}
_MARKS = {Mode.SIMULATED: "SIM ", Mode.EXERCISE: "EXER ", Mode.REPLAY: "REPLAY "}


def site_uid(site: Site) -> str:
    """Give what the uids of a site begin with: the same after each start."""
    place = f"{site.name} {site.reference.lat_deg} {site.reference.lon_deg}"
    return f"{SITE_UID}{hashlib.sha256(place.encode()).hexdigest()[:8]}"


def track_uid(prefix: str, track_id: int, started_ns: int) -> str:
    """Name a track for ever: its number begins again with each recording, its start does not."""
    return f"{prefix}-{track_name(track_id)}-{started_ns // NS_PER_S:x}"


def mark_of(mode: Mode) -> str:
    """Give what stands before every name that is not of the live picture."""
    return _MARKS.get(mode, "")


def opex_of(mode: Mode) -> str:
    """Give the opex attribute: exercise, simulation or (nothing said) operation."""
    return _OPEX.get(mode, "")


def track_event(track: ToldTrack, uid: str, period_s: float) -> CotEvent:
    """Write a track as an event, good for STALE_UPDATES of its updates. uid: of `track_uid`."""
    speed_mps = math.hypot(track.v_east_mps, track.v_north_mps)
    course_deg = math.degrees(math.atan2(track.v_east_mps, track.v_north_mps)) % 360.0
    return CotEvent(
        uid=uid,
        kind=kind_of(track.identity, track.object_class, track.class_prob),
        how=_how(track),
        opex=opex_of(track.mode),
        time_ns=track.t_ns,
        start_ns=track.t_ns,
        stale_ns=track.t_ns + round(STALE_UPDATES * period_s * NS_PER_S),
        lat_deg=track.lat_deg,
        lon_deg=track.lon_deg,
        hae_m=track.hae_m if track.height_observed else None,
        ce_m=track.sigma_major_m,
        le_m=track.sigma_up_m if track.height_observed else None,
        callsign=mark_of(track.mode) + track_name(track.track_id),
        course_deg=course_deg if speed_mps >= SPEED_MIN_MPS else 0.0,
        speed_mps=speed_mps,
        remarks=remarks_of(track),
    )


def _how(track: ToldTrack) -> str:
    """Say how a place came about; what nobody sees now is predicted, and no other's measurement."""
    if track.status is TrackStatus.COASTING:
        return PREDICTED
    return FUSED if track.mode is Mode.LIVE else SIMULATED


def remarks_of(track: ToldTrack) -> str:
    """Say in words who and what a track is and why, what it claims, and who sees it."""
    words = [] if track.mode is Mode.LIVE else [track.mode.value]
    words.append(f"{track.identity.value}: {track.identity_reason}")
    words.append(f"{class_words(track.object_class)} ({track.class_prob:.0%})")
    if track.label:
        words.append(f"claims {track.label}")
    if track.sensors:
        words.append(f"seen by {', '.join(track.sensors)}")
    if track.status is TrackStatus.COASTING:
        words.append("not seen now, its place is predicted")
    if not track.height_observed:
        words.append("height not observed")
    return ". ".join(words) + "."


def deleted_event(uid: str, kind: str, mode: Mode, now_ns: int) -> CotEvent:
    """Tell that a track has ended: its uid as a link, as the clients of TAK delete."""
    return CotEvent(
        uid=uid,
        kind=DELETED,
        how="m-g",
        opex=opex_of(mode),
        time_ns=now_ns,
        start_ns=now_ns,
        stale_ns=now_ns + 20 * NS_PER_S,
        lat_deg=0.0,
        lon_deg=0.0,
        detail_xml=f'<link uid="{uid}" relation="none" type="{kind}"/><__forcedelete/>',
    )
