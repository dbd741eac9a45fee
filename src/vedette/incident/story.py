"""The nouns of an incident: everything the report and the statement say, and nothing else.

All times are int64 ns UTC, all places degrees and metres above the ellipsoid.
"""

import msgspec

from vedette.config.site import Asset, Effector, MapLine, MapPlace, Reference, Sensor
from vedette.model.enums import EngagementState, Mode, Outcome, WarningLevel
from vedette.model.events import DebrisAreaEstimated, ExhibitAttached


class TrackPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One recorded place of a track. Velocity in the site's east, north, up."""

    t_ns: int
    lat_deg: float
    lon_deg: float
    hae_m: float
    v_east_mps: float = 0.0
    v_north_mps: float = 0.0
    v_up_mps: float = 0.0
    height_observed: bool = True


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline. kind: track, identity, warning, decision, outcome, exhibit,
    source or service. by: the person or channel, empty for the system itself."""

    t_ns: int
    kind: str
    text: str
    by: str = ""


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took: what, about what, from when, s."""

    what: str
    about: str
    from_t_ns: int
    duration_s: float


class InvolvedTrack(msgspec.Struct, frozen=True, kw_only=True):
    """One track of the incident as the record has it.

    nearest_m: closest recorded distance over ground to a defended asset (to its centre), with the
    asset's name; None where no path was recorded. identity and object_class: the last ones.
    engageable: it was SUSPECT or HOSTILE at some time.
    """

    track_id: int
    first_t_ns: int
    last_t_ns: int
    identity: str
    identity_by: str
    object_class: str
    class_prob: float | None
    engageable: bool
    first_range_m: float | None
    first_bearing_deg: float | None
    end: str
    nearest_m: float | None
    nearest_asset: str
    nearest_t_ns: int | None
    height_observed: bool
    path: list[TrackPoint]


class WarningStory(msgspec.Struct, kw_only=True):
    """One warning from raise to all-clear. delivered: channel -> s, of the first revision that
    channel took; escalations: how often it was issued again; imminent: since when, with how many
    seconds left, people were told to take cover."""

    warning_id: int
    zone_name: str
    level: WarningLevel
    cause: str
    reason: str
    spoken: str
    track_ids: tuple[int, ...]
    detect_t_ns: int
    raised_t_ns: int
    seconds_left_s: float
    escalations: int = 0
    imminent_t_ns: int | None = None
    imminent_left_s: float = 0.0
    delivered: dict[str, float] = {}
    failed: dict[str, str] = {}
    acknowledged_by: str = ""
    acknowledged_t_ns: int | None = None
    cleared_by: str = ""
    cleared_t_ns: int | None = None
    cleared_reason: str = ""


class EngagementStory(msgspec.Struct, kw_only=True):
    """One simulated engagement from the first authorisation to its outcome."""

    engagement_id: int
    track_id: int
    effector_name: str
    state: EngagementState
    first_person: str
    first_t_ns: int
    second_person: str = ""
    second_t_ns: int | None = None
    executing_t_ns: int | None = None
    executed_t_ns: int | None = None
    ended_t_ns: int | None = None
    end_reason: str = ""
    outcome: Outcome = Outcome.PENDING
    outcome_by: str = ""
    outcome_reason: str = ""
    outcome_t_ns: int | None = None


class SourceStory(msgspec.Struct, frozen=True, kw_only=True):
    """One time at which a source became worse or better."""

    source: str
    t_ns: int
    health: str
    reason: str


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident, told from the record alone.

    began_t_ns: the first detection of a track involved; ended_t_ns: the last all-clear, or the
    record's end (closed is False). limits: what is not known, in sentences. record, version,
    verified: where it comes from. changes: where the record is not what was written.
    others: tracks in the picture that were not involved.
    """

    site_name: str
    mode: Mode
    reference: Reference
    assets: list[Asset]
    zones: list[str]
    sensors: list[Sensor]
    effectors: list[Effector]
    places: list[MapPlace]
    lines: list[MapLine]
    began_t_ns: int
    ended_t_ns: int
    closed: bool
    moments: list[Moment]
    spans: list[Span]
    tracks: list[InvolvedTrack]
    others: int
    warnings: list[WarningStory]
    engagements: list[EngagementStory]
    debris: list[DebrisAreaEstimated]
    exhibits: list[ExhibitAttached]
    sources: list[SourceStory]
    limits: list[str]
    record: str
    version: str
    verified: str
    changes: tuple[str, ...] = ()
