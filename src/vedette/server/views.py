"""The nouns of the HTTP API and the live stream that are not already in the model.

The TypeScript types are generated from these. Field names are as browsers see them (`_us`).
"""

from typing import Any

import msgspec

from vedette.decision.brief import BriefPart
from vedette.model.acts import ActRow
from vedette.model.enums import Identity, Mode, ObjectClass, Role
from vedette.model.events import Event
from vedette.model.picture import (
    Correlation,
    Engagement,
    EngagementOption,
    IdentityRecord,
    Note,
    Posture,
    QueueItem,
    SourceState,
    StandingZone,
    TrackGroup,
    WarningRecord,
)
from vedette.server.permissions import Right
from vedette.server.site_view import SiteView as SiteView
from vedette.server.site_view import View as View

STATUSES = ("tentative", "confirmed", "coasting")
FLAG_ASSESSED = 1
FLAG_DISMISSED = 2
FLAG_HEIGHT_OBSERVED = 4

# (name, little-endian numpy type): the columns of "tracks" in a stream picture, in this order.
COLUMNS: tuple[tuple[str, str], ...] = (
    ("track_id", "<i4"),
    ("lat_deg", "<f8"),
    ("lon_deg", "<f8"),
    ("hae_m", "<f4"),
    ("east_m", "<f4"),
    ("north_m", "<f4"),
    ("up_m", "<f4"),
    ("v_east_mps", "<f4"),
    ("v_north_mps", "<f4"),
    ("v_up_mps", "<f4"),
    ("sigma_east_m", "<f4"),
    ("sigma_north_m", "<f4"),
    ("sigma_up_m", "<f4"),
    ("cov_en_m2", "<f4"),
    ("existence_prob", "<f4"),
    ("status", "|u1"),
    ("identity", "|u1"),
    ("object_class", "|u1"),
    ("class_prob", "<f4"),
    ("age_s", "<f4"),
    ("cpa_m", "<f4"),
    ("cpa_s", "<f4"),
    ("arrival_s", "<f4"),
    ("arrival_sigma_s", "<f4"),
    ("reach_prob", "<f4"),
    ("threat_asset", "|i1"),
    ("arrival_asset", "|i1"),
    ("flags", "|u1"),
)


class ErrorView(View, frozen=True, kw_only=True):
    """The body of every answer that is not 2xx: one line that says what was wrong."""

    error: str


class SessionView(View, frozen=True, kw_only=True):
    """Who is logged in at this browser, if anybody; csrf goes into X-Vedette-CSRF.

    locked: nothing may be done until the password is given again, which happens by itself after
    idle_lock_s without a sign of the person. accounts: whether the site has any. encrypted: whether
    the connection is, as the service knows it. provider: the words of an outside login,
    "" for none; outside: this person came by it, and has no password here.
    """

    name: str | None
    roles: tuple[Role, ...]
    rights: tuple[Right, ...]
    csrf: str | None
    locked: bool
    idle_lock_s: float
    login_required: bool
    accounts: bool
    encrypted: bool
    hint: str
    provider: str
    outside: bool


class AuditView(View, frozen=True, kw_only=True):
    """Acts in order. last: ask again after this number; more: whether there may be more now."""

    acts: list[ActRow]
    last: int
    more: bool


class TrackView(View, frozen=True, kw_only=True):
    """One track in words and SI: a row of the stream's columns.

    cpa_*, reach_prob: of threat_asset, the one most probably reached. arrival_*: of arrival_asset,
    the one reached first among those with a probability worth telling. A zone with an area of its
    own stands there as "zone:ID".
    """

    track_id: int
    lat_deg: float
    lon_deg: float
    hae_m: float
    east_m: float
    north_m: float
    up_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float
    sigma_east_m: float
    sigma_north_m: float
    sigma_up_m: float
    cov_en_m2: float
    existence_prob: float
    status: str
    identity: Identity
    object_class: ObjectClass
    class_prob: float
    age_s: float
    cpa_m: float | None
    cpa_s: float | None
    arrival_s: float | None
    arrival_sigma_s: float | None
    reach_prob: float | None
    threat_asset: str | None
    arrival_asset: str | None
    assessed: bool
    dismissed: bool
    height_observed: bool
    label: str


class AlarmLine(View, frozen=True, kw_only=True):
    """One alarm in words, and when it was."""

    t_us: int
    text: str


class AlarmView(View, frozen=True, kw_only=True):
    """How many alarms the watch has to carry, live, against EEMUA 191 and ISA-18.2.

    An alarm asks for an act: a warning raised or escalated, one not delivered, a source gone bad, a
    track come back. last_10_min: now, under 10; per_10_min_mean: over watched_s, under 1, None for
    the first ten minutes; per_10_min_peak: the most ever in ten minutes. flood: ten were reached,
    and there have not been fewer than five since. within_limits: both bounds hold now. recent: the
    newest of those in the last ten minutes, newest first.
    """

    total: int
    last_10_min: int
    per_10_min_mean: float | None
    per_10_min_peak: int
    watched_s: float
    flood: bool
    floods: int
    within_limits: bool
    recent: list[AlarmLine]


class ReplayView(View, frozen=True, kw_only=True):
    """Where a replay stands (GET /api/replay, and in every picture of one).

    first_us, last_us: the recording's ends. speed_ratio: times real time. target_us: the moment
    that is being gone to, None where the picture is it. worked_us: how far the recording has been
    done again; up to there any moment can be gone to at once, and of these steps differing_steps
    are not the recorded ones to the bit. complete: all that can be done again has been. behind:
    this machine cannot keep the speed. remarks: what is damaged or left out, in words.
    """

    recording: str
    first_us: int
    last_us: int
    t_us: int
    target_us: int | None
    playing: bool
    speed_ratio: float
    behind: bool
    worked_us: int
    complete: bool
    steps: int
    differing_steps: int
    first_difference_us: int | None
    remarks: list[str]


class PictureView(View, frozen=True, kw_only=True):
    """The whole air picture at one moment (GET /api/picture)."""

    t_us: int
    mode: Mode
    made_as: Mode
    site: str
    tracks: list[TrackView]
    warnings: list[WarningRecord]
    engagements: list[Engagement]
    options: list[EngagementOption]
    posture: Posture
    queue: list[QueueItem]
    sources: list[SourceState]
    groups: list[TrackGroup]
    correlations: list[Correlation]
    notes: list[Note]
    zones: list[StandingZone]
    alarms: AlarmView


class PathPoint(View, frozen=True, kw_only=True):
    """Where a track was (about once a second)."""

    t_us: int
    lat_deg: float
    lon_deg: float
    hae_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float


class PredictedPlace(View, frozen=True, kw_only=True):
    """Where a track will be in `in_s` seconds if it holds its course: the ellipse of 95 %.

    orientation_deg: of the long half axis, clockwise from true north.
    """

    in_s: float
    lat_deg: float
    lon_deg: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float


class SourceAge(View, frozen=True, kw_only=True):
    """When a sensor last contributed to a track."""

    sensor: str
    name: str
    age_s: float


class ThreatView(View, frozen=True, kw_only=True):
    """What one track can do to one defended asset (`model.picture.Threat`), with its words.

    arrival_s: the earliest; arrival_early_s, arrival_late_s: of those that come, one in ten is
    there before the first, and one in ten after the second.
    """

    track_id: int
    asset_id: str
    asset_name: str
    zone_id: str
    range_m: float
    closing_mps: float
    cpa_m: float
    cpa_s: float
    arrival_s: float
    arrival_sigma_s: float
    arrival_early_s: float
    arrival_late_s: float
    detour_prob: float
    reach_prob: float
    bearing_rad: float | None
    off_rad: float
    speed_mps: float
    reason: str


class TrackDetail(View, frozen=True, kw_only=True):
    """Everything about one track (GET /api/tracks/{id}). current: still in the picture."""

    t_us: int
    track_id: int
    current: bool
    started_us: int
    track: TrackView | None
    identity: IdentityRecord | None
    threats: list[ThreatView]
    options: list[EngagementOption]
    sources: list[SourceAge]
    path: list[PathPoint]
    prediction: list[PredictedPlace]


class AssetCourse(View, frozen=True, kw_only=True):
    """What a track was to one asset, a number a point of time, None where it is not known.

    range_m: over the ground, to its centre; closing_mps: positive where it nears; reach_prob:
    that its path meets it.
    """

    asset: str
    name: str
    range_m: list[float | None]
    closing_mps: list[float | None]
    reach_prob: list[float | None]


class TrackCourse(View, frozen=True, kw_only=True):
    """How a track came to be where it is (GET /api/tracks/{id}/course): about a point a second.

    up_m: height above the site; sigma_up_m: None where no sensor saw the height. assets: at most
    four, those most probably reached first.
    """

    track_id: int
    t_us: list[int]
    up_m: list[float | None]
    sigma_up_m: list[float | None]
    assets: list[AssetCourse]


class OperatorView(View, frozen=True, kw_only=True):
    """Where a track says its operator is (GET /api/tracks/{id}/operator): a claim, personal data.

    place: "take-off", "live", "fixed" or "unknown". age_s: since it was last told.
    """

    track_id: int
    remote_id: str
    operator_id: str | None
    lat_deg: float
    lon_deg: float
    hae_m: float | None
    place: str
    age_s: float


class BriefView(View, frozen=True, kw_only=True):
    """What the watch that takes over must know (GET /api/brief), part by part, in words."""

    t_us: int
    mode: Mode
    made_as: Mode
    site: str
    parts: list[BriefPart]


class NumberedEvent(View, frozen=True, kw_only=True):
    """One event with its number in this run of the service."""

    seq: int
    event: Event


class EventsView(View, frozen=True, kw_only=True):
    """Events after a number (GET /api/events), at most 1000: ask again after `last`.

    first: the oldest still held; newest: the newest there is.
    """

    events: list[NumberedEvent]
    first: int
    last: int
    newest: int


class HealthView(View, frozen=True, kw_only=True):
    """Whether the service lives (GET /api/health): seconds since the last picture, counters."""

    ok: bool
    version: str
    site: str
    mode: Mode
    picture_age_s: float | None
    tracks: int
    viewers: int
    alarms: AlarmView
    counters: dict[str, int]


class ReportFormats(View, frozen=True, kw_only=True):
    """What a report can be had as (GET /api/incident/formats). pdf_bar: why not as PDF, or ""."""

    pdf: bool
    pdf_bar: str


class TrackColumns(View, frozen=True, kw_only=True):
    """The tracks of a stream picture: `count` rows, one little-endian array a column."""

    count: int
    columns: dict[str, bytes]
    labels: list[str]


class StreamHello(View, frozen=True, kw_only=True, tag="hello", tag_field="kind"):
    """The first message of a stream. last_seq: events after it will come; earlier ones by GET.

    made_as: as in SiteView.
    """

    mode: Mode
    made_as: Mode
    site: str
    t_us: int
    identities: list[str]
    classes: list[str]
    statuses: list[str]
    last_seq: int
    version: str


class StreamPicture(View, frozen=True, kw_only=True, tag="picture", tag_field="kind"):
    """The air picture, newest only; events are those since the last message to this client.

    replay: where a replay stands; None where the picture is live.
    """

    t_us: int
    tracks: TrackColumns
    warnings: list[WarningRecord]
    engagements: list[Engagement]
    options: list[EngagementOption]
    posture: Posture
    queue: list[QueueItem]
    sources: list[SourceState]
    groups: list[TrackGroup]
    correlations: list[Correlation]
    notes: list[Note]
    zones: list[StandingZone]
    alarms: AlarmView
    replay: ReplayView | None
    events: list[NumberedEvent]
    viewers: int


class StreamResync(View, frozen=True, kw_only=True, tag="resync", tag_field="kind"):
    """Too many events were missed: fetch them by GET /api/events; the stream goes on after seq."""

    last_seq: int


class Shown(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    tag="shown",
    tag_field="kind",
    forbid_unknown_fields=True,
):
    """A client says that it now displays this revision of a warning."""

    warning_id: int
    revision: int


def words(enum: Any) -> list[str]:
    """List an enum's values in the order that is their number on the stream."""
    return [str(member.value) for member in enum]
