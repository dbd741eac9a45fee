"""What happened, in the past tense. Every event is journalled, streamed, and told afterwards.

t_ns is the pipeline's now when it happened. Angles and positions here are in degrees: events are
read by people. track_id is the system track's number.
"""

import msgspec

from vedette.model.enums import (
    Identity,
    Outcome,
    Severity,
    SourceHealth,
    WarningLevel,
    WeaponsControl,
)
from vedette.model.happened import EventBase
from vedette.model.happened import NoteRemoved as NoteRemoved
from vedette.model.happened import NoteWritten as NoteWritten
from vedette.model.happened import ServiceRestored as ServiceRestored
from vedette.model.happened import ServiceStarted as ServiceStarted
from vedette.model.happened import SourceCorrelated as SourceCorrelated
from vedette.model.happened import SourceDecorrelated as SourceDecorrelated
from vedette.model.happened import TracksJoined as TracksJoined
from vedette.model.happened import TracksParted as TracksParted
from vedette.model.happened import ZoneRemoved as ZoneRemoved
from vedette.model.happened import ZoneSet as ZoneSet


class TrackStarted(EventBase, frozen=True, kw_only=True):
    """A system track exists: confirmed by its existence probability."""

    track_id: int
    lat_deg: float
    lon_deg: float
    hae_m: float
    range_m: float
    bearing_deg: float
    sensors: tuple[str, ...]


class TrackCoasting(EventBase, frozen=True, kw_only=True):
    """A confirmed track has not been seen for a while; its place is a prediction."""

    track_id: int
    unseen_s: float


class TrackRegained(EventBase, frozen=True, kw_only=True):
    """A coasting track was seen again."""

    track_id: int


class TrackLost(EventBase, frozen=True, kw_only=True):
    """A system track has ended; its last state is kept here."""

    track_id: int
    reason: str
    lat_deg: float
    lon_deg: float
    hae_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float


class TracksMerged(EventBase, frozen=True, kw_only=True):
    """Two tracks proved to be one object; `track_id` lives on."""

    track_id: int
    absorbed_track_id: int


class IdentityKeyShared(EventBase, frozen=True, kw_only=True):
    """Two live tracks send one address or serial: they stay two. Told once for each pair.

    kind: "icao24" or "remote_id". key: the address; of a serial nothing is kept.
    """

    track_id: int
    other_track_id: int
    kind: str
    key: str


class IdentityKeyChanged(EventBase, frozen=True, kw_only=True):
    """A track sends another address or serial than before. Fields as of IdentityKeyShared."""

    track_id: int
    kind: str
    before: str
    after: str


class GroupFormed(EventBase, frozen=True, kw_only=True):
    """Three or more tracks have flown together for some seconds: a swarm, under one number."""

    group_id: int
    track_ids: tuple[int, ...]


class GroupSplit(EventBase, frozen=True, kw_only=True):
    """A part of a group flies its own way, as a group with a number of its own."""

    group_id: int
    new_group_id: int
    track_ids: tuple[int, ...]


class GroupDissolved(EventBase, frozen=True, kw_only=True):
    """The members of a group no longer fly together; their tracks live on."""

    group_id: int


class TrackLimitReached(EventBase, frozen=True, kw_only=True):
    """The table of tracks is full; what has the least existence is given up."""

    capacity: int


class IdentityChanged(EventBase, frozen=True, kw_only=True):
    """Who the track is, before and after, and why in words. by: "evidence" or a person."""

    track_id: int
    before: Identity
    after: Identity
    reason: str
    by: str


class ClassChanged(EventBase, frozen=True, kw_only=True):
    """What the track most probably is."""

    track_id: int
    object_class: str
    prob: float
    reason: str


class IdentityConflict(EventBase, frozen=True, kw_only=True):
    """A claim and the measurements disagree, or two tracks send one address."""

    track_id: int
    reason: str


class UnknownNearFriend(EventBase, frozen=True, kw_only=True):
    """What nobody has identified flies near a listed flight that comes home: told once a pair."""

    track_id: int
    friend_track_id: int
    flight: str
    distance_m: float
    reason: str


class TrackAssessed(EventBase, frozen=True, kw_only=True):
    """A person has assessed the track."""

    track_id: int
    person: str
    remark: str


class TrackDismissed(EventBase, frozen=True, kw_only=True):
    """A person has taken the track out of the queue."""

    track_id: int
    person: str
    reason: str


class TrackRecalled(EventBase, frozen=True, kw_only=True):
    """A dismissed or assessed track got worse and is back in the queue."""

    track_id: int
    reason: str


class WarningRaised(EventBase, frozen=True, kw_only=True):
    """People in a zone are warned. revision counts raise and escalations; each is delivered once a
    channel. t_detect_ns: start of the track that causes it. said: what is spoken, by language."""

    warning_id: int
    revision: int
    zone_id: str
    zone_name: str
    level: WarningLevel
    track_ids: tuple[int, ...]
    seconds_left_s: float
    reason: str
    spoken: str
    cause: str  # "threat", "unassessed", "human"
    t_detect_ns: int
    simulated: bool
    said: dict[str, str] = msgspec.field(default_factory=dict)


class WarningEscalated(EventBase, frozen=True, kw_only=True):
    """People must act anew: from possible to imminent, much sooner than told, or a new raid."""

    warning_id: int
    revision: int
    zone_id: str
    zone_name: str
    level: WarningLevel
    track_ids: tuple[int, ...]
    seconds_left_s: float
    reason: str
    spoken: str
    cause: str
    t_detect_ns: int
    simulated: bool
    said: dict[str, str] = msgspec.field(default_factory=dict)


class WarningUpdated(EventBase, frozen=True, kw_only=True):
    """Tracks have joined an open warning and ask nobody for another act: no new revision, no
    alarm. track_ids: all it now names. t_detect_ns: start of the oldest of those that warn now."""

    warning_id: int
    revision: int
    zone_id: str
    zone_name: str
    level: WarningLevel
    track_ids: tuple[int, ...]
    seconds_left_s: float
    reason: str
    cause: str
    t_detect_ns: int


class WarningDelivered(EventBase, frozen=True, kw_only=True):
    """A channel confirmed delivery."""

    warning_id: int
    revision: int
    channel: str
    latency_s: float


class WarningDeliveryFailed(EventBase, frozen=True, kw_only=True):
    """A channel did not take the warning: itself an alarm."""

    warning_id: int
    revision: int
    channel: str
    detail: str


class WarningAcknowledged(EventBase, frozen=True, kw_only=True):
    """A person has seen the warning."""

    warning_id: int
    person: str


class WarningCleared(EventBase, frozen=True, kw_only=True):
    """A person gave the all-clear, a revision too. grounds: what they saw, of each track."""

    warning_id: int
    zone_id: str
    person: str
    reason: str
    revision: int = 0
    grounds: tuple[str, ...] = ()
    zone_name: str = ""


class WeaponsControlChanged(EventBase, frozen=True, kw_only=True):
    """The restricting policy changed."""

    before: WeaponsControl
    after: WeaponsControl
    person: str
    reason: str


class HoldChanged(EventBase, frozen=True, kw_only=True):
    """Hold was set or lifted."""

    on: bool
    person: str
    reason: str


class EngagementFirstAuthorised(EventBase, frozen=True, kw_only=True):
    """One of two people has authorised (in simulation)."""

    engagement_id: int
    track_id: int
    effector_id: str
    person: str
    expires_t_ns: int


class EngagementAuthorised(EventBase, frozen=True, kw_only=True):
    """Two different people have authorised (in simulation)."""

    engagement_id: int
    track_id: int
    effector_id: str
    persons: tuple[str, str]
    expires_t_ns: int


class EngagementExpired(EventBase, frozen=True, kw_only=True):
    """The authorisation was not used in time."""

    engagement_id: int


class EngagementCancelled(EventBase, frozen=True, kw_only=True):
    """Withdrawn: by a person, by hold, or because the track changed."""

    engagement_id: int
    by: str
    reason: str


class EngagementExecuting(EventBase, frozen=True, kw_only=True):
    """The simulated effector has begun."""

    engagement_id: int
    detail: str


class EngagementExecuted(EventBase, frozen=True, kw_only=True):
    """The simulated effector says it is done."""

    engagement_id: int
    detail: str


class OutcomeAssessed(EventBase, frozen=True, kw_only=True):
    """What became of the engaged track. by: "track" or a person."""

    engagement_id: int
    track_id: int
    outcome: Outcome
    by: str
    reason: str


class DebrisAreaEstimated(EventBase, frozen=True, kw_only=True):
    """Where the wreckage lies: an ellipse on the ground that holds it with `prob`."""

    engagement_id: int
    track_id: int
    lat_deg: float
    lon_deg: float
    semi_major_m: float
    semi_minor_m: float
    orientation_deg: float  # of the major axis, clockwise from true north
    prob: float
    method: str


class ExhibitAttached(EventBase, frozen=True, kw_only=True):
    """An exhibit is in custody: its hash, who, when."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int
    description: str
    person: str
    taken_t_ns: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    engagement_id: int | None = None


class CommandRefused(EventBase, frozen=True, kw_only=True):
    """A command was not carried out, and why."""

    command_id: str
    command: str
    person: str
    reason: str


class SourceHealthChanged(EventBase, frozen=True, kw_only=True):
    """A source became worse or better."""

    source: str
    before: SourceHealth
    after: SourceHealth
    reason: str


class SourceReported(EventBase, frozen=True, kw_only=True):
    """A source says something in words: it has registered, its mode, an alert, a task's end.

    kind: a short word, the same for the same thing ("alert", "task_completed").
    """

    source: str
    kind: str
    text: str
    severity: Severity


class SensorTasked(EventBase, frozen=True, kw_only=True):
    """A person has asked a pointable sensor for something; its answer is told by itself.

    task: "look_at", "follow", "mode" or "stop". Where it is to look stands for look_at and follow,
    and when the track began (of the object's name); mode for "mode".
    """

    sensor: str
    task: str
    person: str
    track_id: int | None = None
    mode: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    hae_m: float | None = None
    started_ns: int = 0


class InputRefused(EventBase, frozen=True, kw_only=True):
    """Input was refused; counted since the last such event, at most one a second per reason."""

    source: str
    reason: str
    count: int
    detail: str
    severity: Severity


class InputShed(EventBase, frozen=True, kw_only=True):
    """A queue was full and the loudest source lost its oldest."""

    source: str
    count: int


Event = (
    TrackStarted
    | TrackCoasting
    | TrackRegained
    | TrackLost
    | TracksMerged
    | IdentityKeyShared
    | IdentityKeyChanged
    | GroupFormed
    | GroupSplit
    | GroupDissolved
    | TrackLimitReached
    | IdentityChanged
    | ClassChanged
    | IdentityConflict
    | UnknownNearFriend
    | TrackAssessed
    | TrackDismissed
    | TrackRecalled
    | TracksJoined
    | TracksParted
    | SourceDecorrelated
    | SourceCorrelated
    | NoteWritten
    | NoteRemoved
    | ZoneSet
    | ZoneRemoved
    | WarningRaised
    | WarningEscalated
    | WarningUpdated
    | WarningDelivered
    | WarningDeliveryFailed
    | WarningAcknowledged
    | WarningCleared
    | WeaponsControlChanged
    | HoldChanged
    | EngagementFirstAuthorised
    | EngagementAuthorised
    | EngagementExpired
    | EngagementCancelled
    | EngagementExecuting
    | EngagementExecuted
    | OutcomeAssessed
    | DebrisAreaEstimated
    | ExhibitAttached
    | CommandRefused
    | SourceHealthChanged
    | InputRefused
    | InputShed
    | SourceReported
    | SensorTasked
    | ServiceStarted
    | ServiceRestored
)
