"""From the journal to one incident: who was involved, what happened when, how long it took.

Nothing is inferred that is not in an event or a recorded path; what follows from gaps is said as a
limit, in a sentence.
"""

import math
from collections.abc import Sequence

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.config.site import Asset, Site
from vedette.geo import SiteFrame
from vedette.incident.limits import limits
from vedette.incident.story import (
    EngagementStory,
    Incident,
    InvolvedTrack,
    Moment,
    SourceStory,
    Span,
    TrackPoint,
    WarningStory,
)
from vedette.incident.words import moment
from vedette.model import events as past
from vedette.model.enums import EngagementState, Identity, WarningLevel
from vedette.model.events import Event
from vedette.model.measurements import F64

_ARMED = (Identity.SUSPECT, Identity.HOSTILE)


def tell(
    site: Site,
    events: Sequence[Event],
    paths: dict[int, list[TrackPoint]],
    *,
    record: str = "",
    version: str = "",
    verified: str = "",
    changes: Sequence[str] = (),
) -> Incident:
    """Tell the incident that a record holds, from first detection to all-clear.

    events: the journal's, in order. paths: recorded places by track_id, oldest first; tracks that
    are not involved may be left out or in. record, version: what to call the recording and the
    program; verified: in words whether the record re-executes ("re-executed bit for bit",
    "not verified"); changes: where it is not what was written. A record without
    warnings or engagements gives a story without them.
    """
    warnings = _warnings(events)
    engagements = _engagements(events, {e.id: e.name for e in site.effectors})
    ids = _involved(events, warnings, engagements)
    began_ns = _began(events, ids)
    cleared = [w.cleared_t_ns for w in warnings if w.cleared_t_ns is not None]
    closed = bool(warnings) and len(cleared) == len(warnings)
    last_ns = max((event.t_ns for event in events), default=0)
    tracks = [_track(site, track_id, events, paths.get(track_id, [])) for track_id in ids]
    started = {e.track_id for e in events if isinstance(e, past.TrackStarted)}
    sources = _sources(events)
    return Incident(
        site_name=site.name,
        mode=site.mode,
        reference=site.reference,
        assets=site.assets,
        zones=[zone.name for zone in site.zones],
        sensors=site.sensors,
        effectors=site.effectors,
        places=site.map.places,
        lines=site.map.lines,
        began_t_ns=began_ns,
        ended_t_ns=max(cleared) if closed else last_ns,
        closed=closed,
        moments=_moments(site, events, ids, began_ns),
        spans=_spans(events, warnings, engagements),
        tracks=tracks,
        others=len(started - set(ids)),
        warnings=warnings,
        engagements=engagements,
        debris=_last_debris(events),
        exhibits=[e for e in events if isinstance(e, past.ExhibitAttached)],
        sources=sources,
        limits=limits(site, events, tracks, warnings, engagements, sources, closed),
        record=record,
        version=version,
        verified=verified or "not verified",
        changes=tuple(changes),
    )


def _involved(
    events: Sequence[Event], warnings: list[WarningStory], engagements: list[EngagementStory]
) -> list[int]:
    """List the tracks of the incident: warned of, engaged, suspected, or looked at by a person."""
    ids = {track_id for warning in warnings for track_id in warning.track_ids}
    ids |= {engagement.track_id for engagement in engagements}
    for event in events:
        if isinstance(event, past.NoteWritten) and event.track_id is not None:
            ids.add(event.track_id)
        if isinstance(event, past.TrackAssessed | past.TrackDismissed | past.TracksJoined) or (
            isinstance(event, past.IdentityChanged) and event.after in _ARMED
        ):
            ids.add(event.track_id)
    return sorted(ids)


def _began(events: Sequence[Event], ids: list[int]) -> int:
    """Find the first detection of a track involved; else of the first event; else 0."""
    times = [e.t_ns for e in events if isinstance(e, past.TrackStarted) and e.track_id in ids]
    times += [e.t_detect_ns for e in events if isinstance(e, past.WarningRaised)]
    return min(times or [e.t_ns for e in events] or [0])


def _moments(site: Site, events: Sequence[Event], ids: list[int], began_ns: int) -> list[Moment]:
    effectors = {effector.id: effector.name for effector in site.effectors}
    told = []
    for event in events:
        track_id = getattr(event, "track_id", None)
        early = event.t_ns < began_ns and not isinstance(event, past.ZoneSet | past.ZoneRemoved)
        if early or (track_id is not None and track_id not in ids):
            continue
        line = moment(event, effectors)
        if line is not None:
            told.append(line)
    return told


def _warnings(events: Sequence[Event]) -> list[WarningStory]:
    stories: dict[int, WarningStory] = {}
    for event in events:
        if isinstance(event, past.WarningRaised):
            stories[event.warning_id] = WarningStory(
                warning_id=event.warning_id,
                zone_name=event.zone_name,
                level=event.level,
                cause=event.cause,
                reason=event.reason,
                spoken=event.spoken,
                track_ids=event.track_ids,
                detect_t_ns=event.t_detect_ns,
                raised_t_ns=event.t_ns,
                seconds_left_s=event.seconds_left_s,
                imminent_t_ns=event.t_ns if event.level == WarningLevel.IMMINENT else None,
                imminent_left_s=event.seconds_left_s,
            )
            continue
        story = stories.get(getattr(event, "warning_id", 0))
        if story is not None:
            _continue_warning(story, event)
    return list(stories.values())


def _continue_warning(story: WarningStory, event: Event) -> None:
    match event:
        case past.WarningEscalated():
            story.escalations += 1
            story.level, story.track_ids = event.level, event.track_ids
            if event.level == WarningLevel.IMMINENT and story.imminent_t_ns is None:
                story.imminent_t_ns = event.t_ns
                story.imminent_left_s = event.seconds_left_s
        case past.WarningUpdated():
            story.track_ids = event.track_ids
        case past.WarningDelivered():
            story.delivered.setdefault(event.channel, event.latency_s)
            story.failed.pop(event.channel, None)
        case past.WarningDeliveryFailed():
            story.failed[event.channel] = event.detail
        case past.WarningAcknowledged():
            if story.acknowledged_t_ns is None:
                story.acknowledged_by, story.acknowledged_t_ns = event.person, event.t_ns
        case past.WarningCleared():
            story.cleared_by, story.cleared_t_ns = event.person, event.t_ns
            story.cleared_reason = event.reason


def _engagements(events: Sequence[Event], effectors: dict[str, str]) -> list[EngagementStory]:
    stories: dict[int, EngagementStory] = {}
    for event in events:
        if isinstance(event, past.EngagementFirstAuthorised):
            stories[event.engagement_id] = EngagementStory(
                engagement_id=event.engagement_id,
                track_id=event.track_id,
                effector_name=effectors.get(event.effector_id, event.effector_id),
                state=EngagementState.FIRST_AUTHORISED,
                first_person=event.person,
                first_t_ns=event.t_ns,
            )
            continue
        story = stories.get(getattr(event, "engagement_id", None) or 0)
        if story is not None:
            _continue_engagement(story, event)
    return list(stories.values())


def _continue_engagement(story: EngagementStory, event: Event) -> None:
    match event:
        case past.EngagementAuthorised():
            story.state = EngagementState.AUTHORISED
            story.second_person, story.second_t_ns = event.persons[1], event.t_ns
        case past.EngagementExecuting():
            story.state, story.executing_t_ns = EngagementState.EXECUTING, event.t_ns
        case past.EngagementExecuted():
            story.state, story.executed_t_ns = EngagementState.EXECUTED, event.t_ns
        case past.EngagementExpired():
            story.state, story.ended_t_ns = EngagementState.EXPIRED, event.t_ns
            story.end_reason = "not used in time"
        case past.EngagementCancelled():
            story.state, story.ended_t_ns = EngagementState.CANCELLED, event.t_ns
            story.end_reason = f"{event.reason} (by {event.by})"
        case past.OutcomeAssessed():
            story.outcome, story.outcome_by = event.outcome, event.by
            story.outcome_reason, story.outcome_t_ns = event.reason, event.t_ns


def _last_debris(events: Sequence[Event]) -> list[past.DebrisAreaEstimated]:
    areas = {e.engagement_id: e for e in events if isinstance(e, past.DebrisAreaEstimated)}
    return [areas[key] for key in sorted(areas)]


def _sources(events: Sequence[Event]) -> list[SourceStory]:
    return [
        SourceStory(source=e.source, t_ns=e.t_ns, health=e.after, reason=e.reason)
        for e in events
        if isinstance(e, past.SourceHealthChanged)
    ]


def _track(
    site: Site, track_id: int, events: Sequence[Event], path: list[TrackPoint]
) -> InvolvedTrack:
    """Gather what the record says of one track."""
    own = [e for e in events if getattr(e, "track_id", None) == track_id]
    started = next((e for e in own if isinstance(e, past.TrackStarted)), None)
    identities = [e for e in own if isinstance(e, past.IdentityChanged)]
    classes = [e for e in own if isinstance(e, past.ClassChanged)]
    lost = next((e for e in reversed(own) if isinstance(e, past.TrackLost)), None)
    times = [point.t_ns for point in path] + [e.t_ns for e in own] or [0]
    nearest_m, nearest_asset, nearest_ns = _nearest(site, path)
    return InvolvedTrack(
        track_id=track_id,
        first_t_ns=started.t_ns if started else min(times),
        last_t_ns=lost.t_ns if lost else max(times),
        identity=identities[-1].after if identities else Identity.PENDING,
        identity_by=identities[-1].by if identities else "evidence",
        object_class=classes[-1].object_class if classes else "other",
        class_prob=classes[-1].prob if classes else None,
        engageable=any(e.after in _ARMED for e in identities),
        first_range_m=started.range_m if started else None,
        first_bearing_deg=started.bearing_deg if started else None,
        end=lost.reason if lost else "",
        nearest_m=nearest_m,
        nearest_asset=nearest_asset,
        nearest_t_ns=nearest_ns,
        height_observed=all(point.height_observed for point in path),
        path=path,
    )


def _nearest(site: Site, path: list[TrackPoint]) -> tuple[float | None, str, int | None]:
    """Find the closest recorded approach over ground to an asset that does not move."""
    assets = [asset for asset in site.assets if asset.position_feed is None]
    if not path or not assets:
        return None, "", None
    frame = SiteFrame(site.reference)
    east, north = path_enu(frame, path)
    best: tuple[float, Asset, int] | None = None
    for asset in assets:
        a_east, a_north, _ = frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, frame.hae_m)
        away_m = np.hypot(east - a_east, north - a_north)
        i = int(np.argmin(away_m))
        if best is None or float(away_m[i]) < best[0]:
            best = (float(away_m[i]), asset, path[i].t_ns)
    return (best[0], best[1].name, best[2]) if best else (None, "", None)


def path_enu(frame: SiteFrame, path: list[TrackPoint]) -> tuple[F64, F64]:
    """Turn a path into east and north (m) of a site, one array each."""
    columns = np.array([[p.lat_deg, p.lon_deg, p.hae_m] for p in path])
    east, north, _ = frame.enu_from_geo_deg(columns[:, 0], columns[:, 1], columns[:, 2])
    return east, north


def _spans(
    events: Sequence[Event], warnings: list[WarningStory], engagements: list[EngagementStory]
) -> list[Span]:
    """Measure the seconds between the steps that matter, warning by warning, then decisions."""
    spans: list[Span] = []

    def add(what: str, about: str, from_ns: int | None, to_ns: int | None) -> None:
        if from_ns is not None and to_ns is not None and to_ns >= from_ns:
            duration_s = (to_ns - from_ns) / NS_PER_S
            spans.append(Span(what=what, about=about, from_t_ns=from_ns, duration_s=duration_s))

    for w in warnings:
        add("first detection to warning", w.zone_name, w.detect_t_ns, w.raised_t_ns)
        for channel, latency_s in sorted(w.delivered.items()):
            if math.isfinite(latency_s):
                to_ns = w.raised_t_ns + round(latency_s * NS_PER_S)
                add(f"warning to delivery by {channel}", w.zone_name, w.raised_t_ns, to_ns)
        add("warning to acknowledgement", w.zone_name, w.raised_t_ns, w.acknowledged_t_ns)
        add("warning to all-clear", w.zone_name, w.raised_t_ns, w.cleared_t_ns)
    for e in engagements:
        name = f"{track_name(e.track_id)}, engagement {e.engagement_id}"
        seen_ns, looked_ns = _first_looks(events, e.track_id)
        add("first held as a track to a person's assessment", name, seen_ns, looked_ns)
        add("assessment to first authorisation", name, looked_ns, e.first_t_ns)
        add("first to second authorisation", name, e.first_t_ns, e.second_t_ns)
        add("second authorisation to execution", name, e.second_t_ns, e.executing_t_ns)
        add("begin to end of execution", name, e.executing_t_ns, e.executed_t_ns)
        add("execution to outcome", name, e.executed_t_ns, e.outcome_t_ns)
    return spans


def _first_looks(events: Sequence[Event], track_id: int) -> tuple[int | None, int | None]:
    """Find when a track was first held, and when a person first assessed or identified it."""
    seen = looked = None
    for event in events:
        if getattr(event, "track_id", None) != track_id:
            continue
        if isinstance(event, past.TrackStarted) and seen is None:
            seen = event.t_ns
        by_person = isinstance(event, past.IdentityChanged) and event.by != "evidence"
        if looked is None and (isinstance(event, past.TrackAssessed) or by_person):
            looked = event.t_ns
    return seen, looked
