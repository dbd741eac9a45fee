"""Each event of substance as one line a reader understands without the program."""

import math
import unicodedata

from vedette.base.constants import NS_PER_S
from vedette.base.names import bearing_words, class_words, distance_words, track_name
from vedette.base.rfc3339 import format_rfc3339
from vedette.incident.story import Moment
from vedette.model import events as past
from vedette.model.events import Event

_TRACK = (
    past.TrackStarted,
    past.TrackCoasting,
    past.TrackRegained,
    past.TrackLost,
    past.TracksMerged,
)


def utc(t_ns: int) -> str:
    """Write a time of day to the tenth of a second, rounded down: "03:41:07.2"."""
    text = format_rfc3339(t_ns - t_ns % (NS_PER_S // 10))
    fraction = text[20:21] if len(text) > 20 else "0"
    return f"{text[11:19]}.{fraction}"


def utc_date(t_ns: int) -> str:
    """Write a date: "2022-01-04"."""
    return format_rfc3339(t_ns)[:10]


def clean(text: str) -> str:
    """Make a text from outside safe to show: no control, format or direction characters.

    Such characters become U+FFFD, so that a name cannot reverse, hide or break the line it is in.
    """
    return "".join("\ufffd" if unicodedata.category(c)[0] == "C" else c for c in text)


def moment(event: Event, effectors: dict[str, str]) -> Moment | None:
    """Tell one event; None for those without substance (counts of refused or dropped input).

    effectors: name by id.
    """
    for tell in (
        _of_track,
        _of_group,
        _of_identity,
        _of_warning,
        _of_decision,
        _of_aftermath,
        _of_service,
    ):
        told = tell(event, effectors)
        if told is not None:
            kind, text, by = told
            return Moment(t_ns=event.t_ns, kind=kind, text=clean(text), by=clean(by))
    return None


_Told = tuple[str, str, str] | None


def _of_track(event: Event, _: dict[str, str]) -> _Told:
    if not isinstance(event, _TRACK):
        return None
    name = track_name(event.track_id)
    match event:
        case past.TrackStarted():
            where = (
                f"{distance_words(event.range_m)} {bearing_words(math.radians(event.bearing_deg))}"
            )
            seen = ", ".join(event.sensors)
            return "track", f"{name} first held as a track, {where}, by {seen or 'no sensor'}", ""
        case past.TrackCoasting():
            return (
                "track",
                f"{name} not seen for {event.unseen_s:.0f} s; its place is predicted",
                "",
            )
        case past.TrackRegained():
            return "track", f"{name} seen again", ""
        case past.TrackLost():
            return "track", f"{name} ended: {event.reason}", ""
        case past.TracksMerged():
            absorbed = track_name(event.absorbed_track_id)
            return "track", f"{name} and {absorbed} proved to be one object", ""


def _key_words(kind: str, key: str) -> str:
    if kind == "icao24":
        return f"address {key}"
    return "serial number"


def _of_group(event: Event, _: dict[str, str]) -> _Told:
    match event:
        case past.GroupFormed():
            return (
                "track",
                f"{len(event.track_ids)} tracks fly together as group {event.group_id}",
                "",
            )
        case past.GroupSplit():
            text = (
                f"group {event.group_id} has split: {len(event.track_ids)} of its tracks fly apart "
                f"as group {event.new_group_id}"
            )
            return "track", text, ""
        case past.GroupDissolved():
            return "track", f"group {event.group_id} has dispersed", ""
    return None


def _of_identity(event: Event, _: dict[str, str]) -> _Told:
    match event:
        case past.IdentityChanged():
            by = "" if event.by == "evidence" else event.by
            name = track_name(event.track_id)
            text = f"{name} is {event.after} (was {event.before}): {event.reason}"
            return "identity", text, by
        case past.ClassChanged():
            words = f"{class_words(event.object_class)} (probability {event.prob:.2f})"
            return "identity", f"{track_name(event.track_id)} is most probably a {words}", ""
        case past.IdentityKeyShared():
            other, sent = track_name(event.other_track_id), _key_words(event.kind, event.key)
            text = f"{track_name(event.track_id)} and {other} send one {sent}"
            return "identity", text, ""
        case past.IdentityKeyChanged():
            sent = _key_words(event.kind, event.after)
            was = f" instead of {event.before}" if event.before else ""
            return "identity", f"{track_name(event.track_id)} now sends {sent}{was}", ""
        case past.IdentityConflict():
            return "identity", f"{track_name(event.track_id)}: {event.reason}", ""
        case past.UnknownNearFriend():
            return "identity", f"{track_name(event.track_id)}: {event.reason}", ""
        case past.TrackAssessed():
            remark = f": {event.remark}" if event.remark else ""
            return "identity", f"{track_name(event.track_id)} assessed{remark}", event.person
        case past.TrackDismissed():
            text = f"{track_name(event.track_id)} dismissed: {event.reason}"
            return "identity", text, event.person
        case past.NoteWritten():
            on = f" on {track_name(event.track_id)}" if event.track_id is not None else ""
            if event.lat_deg is not None and event.lon_deg is not None:
                on = f" at {event.lat_deg:.5f}, {event.lon_deg:.5f}"
            return "identity", f"note{on}: {event.text}", event.person
        case past.NoteRemoved():
            return "identity", f"note taken away: {event.text}", event.person
        case past.TracksJoined():
            pair = f"{track_name(event.joined_track_id)} and {track_name(event.track_id)}"
            return "identity", f"{pair} are one object: {event.reason}", event.person
        case past.TracksParted():
            by = "" if event.by == "evidence" else event.by
            pair = f"{track_name(event.parted_track_id)} and {track_name(event.track_id)}"
            return "identity", f"{pair} are two again: {event.reason}", by
        case past.SourceDecorrelated():
            text = f"{event.source} does not report {track_name(event.track_id)}: {event.reason}"
            return "identity", text, event.person
        case past.SourceCorrelated():
            text = f"{event.source} may report {track_name(event.track_id)}: {event.reason}"
            return "identity", text, event.person
        case past.TrackRecalled():
            return (
                "identity",
                (
                    f"{track_name(event.track_id)} is to be looked at again, it is worse than when"
                    f" a person judged it: {event.reason}"
                ),
                "",
            )
    return None


def _of_warning(event: Event, _: dict[str, str]) -> _Told:
    match event:
        case past.WarningRaised() | past.WarningEscalated():
            again = "" if isinstance(event, past.WarningRaised) else " again"
            text = (
                f"{event.zone_name} warned{again}, {event.level.upper()},"
                f" {event.seconds_left_s:.0f} s left: {event.reason}"
            )
            return "warning", text, ""
        case past.WarningUpdated():
            many = "track" if len(event.track_ids) == 1 else "tracks"
            text = (
                f"{event.zone_name}, warned already ({event.level.upper()}): the warning now names"
                f" {len(event.track_ids)} {many}, {event.seconds_left_s:.0f} s left"
            )
            return "warning", text, ""
        case past.WarningDelivered():
            text = f"warning {event.warning_id} delivered after {event.latency_s:.2f} s"
            return "warning", text, event.channel
        case past.WarningDeliveryFailed():
            text = f"warning {event.warning_id} NOT delivered: {event.detail}"
            return "warning", text, event.channel
        case past.WarningAcknowledged():
            return "warning", f"warning {event.warning_id} acknowledged", event.person
        case past.WarningCleared():
            text = f"all-clear, warning {event.warning_id}: {event.reason}"
            return "warning", text, event.person
        case past.ZoneSet():
            done = {"drawn": "drawn", "changed": "changed"}.get(event.change, "as in the site file")
            cover = f"{event.take_cover_s:.0f} s to take cover"
            text = f"zone {event.zone_name} {done}, {cover}: {event.reason}"
            return "warning", text, event.person
        case past.ZoneRemoved():
            return "warning", f"zone {event.zone_name} removed: {event.reason}", event.person
    return None


def _of_decision(event: Event, effectors: dict[str, str]) -> _Told:
    match event:
        case past.WeaponsControlChanged():
            text = (
                f"weapons control {event.before.upper()} to {event.after.upper()}: {event.reason}"
            )
            return "decision", text, event.person
        case past.HoldChanged():
            because = f": {event.reason}" if event.reason else ""
            return "decision", f"hold {'set' if event.on else 'lifted'}{because}", event.person
        case past.EngagementFirstAuthorised():
            what = f"{_name(effectors, event.effector_id)} against {track_name(event.track_id)}"
            return "decision", f"first authorisation, {what} (simulated)", event.person
        case past.EngagementAuthorised():
            what = f"{_name(effectors, event.effector_id)} against {track_name(event.track_id)}"
            return "decision", f"second authorisation, {what} (simulated)", event.persons[1]
        case past.EngagementExpired():
            return "decision", f"engagement {event.engagement_id} expired unused", ""
        case past.EngagementCancelled():
            by = "" if event.by == "system" else event.by
            text = f"engagement {event.engagement_id} cancelled: {event.reason}"
            return "decision", text, by
        case past.CommandRefused():
            text = f"{event.command.replace('_', ' ')} refused: {event.reason}"
            return "decision", text, event.person
    return None


def _name(effectors: dict[str, str], effector_id: str) -> str:
    return effectors.get(effector_id, effector_id)


def _of_aftermath(event: Event, _: dict[str, str]) -> _Told:
    match event:
        case past.EngagementExecuting():
            text = f"engagement {event.engagement_id}: the simulated effector has begun"
            return "decision", text + _detail(event.detail), ""
        case past.EngagementExecuted():
            text = f"engagement {event.engagement_id}: the simulated effector is done"
            return "decision", text + _detail(event.detail), ""
        case past.OutcomeAssessed():
            by = "" if event.by == "track" else event.by
            name = track_name(event.track_id)
            return "outcome", f"{name} {event.outcome.upper()}: {event.reason}", by
        case past.DebrisAreaEstimated():
            text = (
                f"wreckage of {track_name(event.track_id)} within {event.semi_major_m:.0f} m by"
                f" {event.semi_minor_m:.0f} m of {event.lat_deg:.5f}, {event.lon_deg:.5f}"
                f" (probability {event.prob:.2f})"
            )
            return "outcome", text, ""
        case past.ExhibitAttached():
            text = (
                f"exhibit {event.file_name}: {event.description} (SHA-256 {event.sha256[:16]}...)"
            )
            return "exhibit", text, event.person
    return None


def _detail(detail: str) -> str:
    return f": {detail}" if detail else ""


def _of_service(event: Event, _: dict[str, str]) -> _Told:
    match event:
        case past.SourceHealthChanged():
            text = f"{event.source} is {event.after.replace('_', ' ')} (was {event.before})"
            return "source", text + _detail(event.reason), ""
        case past.SensorTasked():
            about = f" T{event.track_id:04d}" if event.track_id is not None else ""
            text = f"{event.sensor} asked: {event.task}{about}{_detail(event.mode)}"
            return "source", text, event.person
        case past.SourceReported():
            return "source", f"{event.source} reports: {event.text}", ""
        case past.TrackLimitReached():
            return "service", f"the table of {event.capacity} tracks was full", ""
        case past.ServiceStarted():
            return "service", f"recording begun, version {event.version}", ""
        case past.ServiceRestored():
            return "service", f"service restored after a gap of {event.gap_s:.1f} s", ""
    return None


_TELLERS = (
    _of_track,
    _of_group,
    _of_identity,
    _of_warning,
    _of_decision,
    _of_aftermath,
    _of_service,
)
