"""The recognised air picture beside the tracks: identity, threat, warnings, decisions, health.

These structs are what the stages hand on and what the display, the record and the incident read.
They are mutable only where a stage owns them; published copies are made by the pipeline.
"""

import math
from dataclasses import dataclass, field

import msgspec

from vedette.base.names import class_words, distance_words
from vedette.model.enums import (
    EngagementState,
    Identity,
    ObjectClass,
    Outcome,
    SourceHealth,
    WarningLevel,
    WeaponsControl,
)
from vedette.model.events import Event
from vedette.model.reports import OperatorReport
from vedette.model.tracks import TrackTable


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One item of a ledger, in words a watch officer reads.

    weight_log_odds: towards `about` (an identity or class, or "hostile intent"), positive for;
    already multiplied by health_ratio of the source (0 sick .. 1 healthy).
    """

    kind: str
    source: str
    about: str
    weight_log_odds: float
    health_ratio: float
    t_ns: int
    text: str


class IdentityRecord(msgspec.Struct, kw_only=True):
    """Who and what one track is. class_prob holds every ObjectClass, summing to 1.

    own_word: no sensor that does not live on what targets say has measured it. unseen_by: then, the
    healthy radar that should see it and does not, empty: none. checking: it says who and where it
    is, and own sensors have just begun to compare. near_friend: the friendly flight on
    its way home that it flies near and is not, by name, empty: none. contradicted: what the
    evidence says now against the identity that a person set, in words, empty: nothing.
    several_prob: how probably it is plots of several birds of a crowd, linked to one track;
    crowd_ratio: how far the tracks beside it are birds, 0 as usual to 1 nothing else.
    bird_ratio: in what share of its evaluations since it began it was plainly a bird.
    """

    track_id: int
    identity: Identity = Identity.PENDING
    identity_by: str = "evidence"
    identity_reason: str = "new track"
    object_class: ObjectClass = ObjectClass.OTHER
    class_prob: dict[str, float] = {}
    ledger: list[Evidence] = []
    label: str = ""  # a claimed callsign or address, shown as a claim
    own_word: bool = False
    unseen_by: str = ""
    checking: bool = False
    near_friend: str = ""
    contradicted: str = ""
    several_prob: float = 0.0
    crowd_ratio: float = 0.0
    bird_ratio: float = 0.0
    since_ns: int = 0
    assessed_by: str | None = None
    assessed_ns: int = 0
    dismissed_by: str | None = None
    dismissed_reason: str = ""


class Threat(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one track can do to one defended asset.

    range_m now; closing_mps (positive: nearing); cpa_m and cpa_s: closest approach if it holds its
    velocity (0 s when receding); arrival_s: time until it is at the asset's edge if it turns to it
    now at its present speed, and so the earliest; arrival_sigma_s: how far from that it comes, if
    it comes (root mean square); straight_sigma_s: the same of straight flight; detour_prob: how
    probably, if it comes, it comes by turns and so later (`threat.arrival_quantile_s`). reach_prob:
    probability that its path meets the asset. bearing_rad: from the asset to the track, clockwise
    from true north; None where not stated (a fixed asset's is then taken from the site file).
    off_rad: of the asset from its course; edge_m: to the asset's edge over the ground, 0 inside.
    zone_id: of a zone with an area of its own, where that is what is threatened; asset_id is then
    the asset it belongs to, asset_name the zone's name.
    """

    track_id: int
    asset_id: str
    range_m: float
    closing_mps: float
    cpa_m: float
    cpa_s: float
    arrival_s: float
    arrival_sigma_s: float
    reach_prob: float
    straight_sigma_s: float
    detour_prob: float = 0.0
    bearing_rad: float | None = None
    off_rad: float = 0.0
    speed_mps: float = 0.0
    edge_m: float = 0.0
    asset_name: str = ""
    object_class: str = "other"
    zone_id: str = ""

    @property
    def is_over_area(self) -> bool:
        """Say whether it flies over a zone's own area: there it need not near the middle."""
        return self.zone_id != "" and self.edge_m <= 0.0

    @property
    def reason(self) -> str:
        """Say in one sentence why it is a threat; made when asked for, for most are never read."""
        kind, share = class_words(self.object_class), round(100.0 * self.reach_prob)
        if self.edge_m <= 0.0:
            return f"{kind} over {self.asset_name} now, {share} % likely to come down on it"
        off_deg = round(math.degrees(self.off_rad))
        off = f"{off_deg} degree{'' if off_deg == 1 else 's'} off it"
        return (
            f"{kind}, {distance_words(self.range_m)} from {self.asset_name},"
            f" {off} at {round(self.speed_mps)} m/s:"
            f" can be there in {round(self.arrival_s)} s, {share} % likely to reach it"
        )


class TrackGroup(msgspec.Struct, kw_only=True):
    """Tracks that fly together, for one symbol: "about 20, 150 m wide".

    count of members; length_m, width_m: their spans along and across axis_rad (clockwise from
    north, [0, pi)). resolved: the last look told most of them apart; where not, the members' places
    are held, not seen. told: it has lasted long enough to be told of. parent_id: the group it came
    from, 0 for none. Place, velocity: the members' mean.
    """

    group_id: int
    track_ids: tuple[int, ...]
    count: int = 0
    lat_deg: float = 0.0
    lon_deg: float = 0.0
    hae_m: float = 0.0
    v_east_mps: float = 0.0
    v_north_mps: float = 0.0
    length_m: float = 0.0
    width_m: float = 0.0
    axis_rad: float = 0.0
    resolved: bool = True
    told: bool = False
    parent_id: int = 0
    since_ns: int = 0
    seen_ns: int = 0


class WarningRecord(msgspec.Struct, kw_only=True):
    """One warning of one zone: latched until a human clears it.

    seconds_left_s counts down to the first arrival. When the tracks are lost it counts on from
    their last prediction and stays 0 there: the time is over or nobody knows; keep under cover
    until the all-clear. Cover ordered by a human without a track starts at 0. raised_ns: of the
    first revision; level_ns: since when the level is what it is. reason says what holds now, but
    not the time left; spoken is what was read out with this revision, in all languages of the site
    one after the other, and said the same by language ("en"). grounds: of each track whether it
    still comes, and if not, why not: what an all-clear would rest on.
    """

    warning_id: int
    revision: int
    zone_id: str
    zone_name: str
    level: WarningLevel
    track_ids: tuple[int, ...]
    raised_ns: int
    arrival_ns: int  # when the first of them would be there
    seconds_left_s: float
    reason: str
    spoken: str
    cause: str
    t_detect_ns: int
    level_ns: int = 0
    said: dict[str, str] = {}
    grounds: tuple[str, ...] = ()
    acknowledged_by: str | None = None
    acknowledged_ns: int = 0
    delivered: dict[str, float] = {}  # channel -> seconds from raise to delivery
    failed: dict[str, str] = {}


class EngagementOption(msgspec.Struct, frozen=True, kw_only=True):
    """What a simulated effector could do about one track, for a human to weigh.

    available is False with `obstacle` in words where policy or physics forbids it. civil_touched:
    ids of civil or friendly tracks inside the hazard volume; debris_*: where it would fall. reason:
    what time and probability are made of, in one sentence.
    """

    track_id: int
    effector_id: str
    effector_name: str
    available: bool
    obstacle: str
    time_to_reach_s: float
    latest_decision_s: float
    success_prob: float
    civil_touched: tuple[int, ...]
    debris_lat_deg: float
    debris_lon_deg: float
    debris_radius_m: float
    debris_on_asset: str
    track_digest: str
    reason: str = ""


class Engagement(msgspec.Struct, kw_only=True):
    """One (simulated) engagement, from the first authorisation to its outcome."""

    engagement_id: int
    track_id: int
    effector_id: str
    state: EngagementState
    first_person: str
    first_session: str
    opened_ns: int
    expires_ns: int
    track_digest: str
    second_person: str | None = None
    authorised_ns: int = 0
    executed_ns: int = 0
    outcome: Outcome = Outcome.PENDING
    outcome_by: str = ""
    outcome_reason: str = ""


class Posture(msgspec.Struct, kw_only=True):
    """The standing restrictions."""

    weapons_control: WeaponsControl = WeaponsControl.TIGHT
    hold: bool = False


class QueueItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that wants a human now, in words. At most five are shown."""

    key: str
    # "warning", "all_clear", "assess", "decide", "second_person", "outcome", "source", "recall"
    kind: str
    priority: int  # 1 is the most urgent
    text: str
    reason: str
    track_id: int | None = None
    warning_id: int | None = None
    engagement_id: int | None = None
    deadline_ns: int | None = None


class Correlation(msgspec.Struct, frozen=True, kw_only=True):
    """What people said of which tracks and sources are one object.

    track_id: as shown. joined: the other numbers that are the same. decorrelated: sensors whose
    reports are not of it.
    """

    track_id: int
    joined: tuple[int, ...] = ()
    decorrelated: tuple[str, ...] = ()


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """What a person wrote on a track, while it lives, or on a place, until somebody removes it."""

    note_id: int
    text: str
    person: str
    t_ns: int
    track_id: int | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


class StandingZone(msgspec.Struct, frozen=True, kw_only=True):
    """A zone as it stands now: of the site file, or as people have drawn it since.

    change: against the site file: "" none, "drawn", "changed", "removed" (it warns no more).
    revision: which of all changes set it, 0: the site file. polygon: degrees; none: where its
    asset lies. by, reason, since_ns: of the last change.
    """

    zone_id: str
    name: str
    asset_id: str
    take_cover_s: float
    possible_s: float
    imminent_s: float
    unassessed_s: float
    reach_prob_possible: float
    reach_prob_imminent: float
    channels: tuple[str, ...] = ()
    polygon: tuple[tuple[float, float], ...] | None = None
    change: str = ""
    revision: int = 0
    by: str = ""
    reason: str = ""
    since_ns: int = 0


class BiasEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a sensor's own bias, measured minus true, with its standard deviation.

    of: "range", "azimuth", "elevation", "east", "north", "height" or "clock"; unit: "m", "rad" or
    "s".
    """

    of: str
    unit: str
    value: float
    sigma: float


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """One sensor's object that a track is made of: its own name for it, and when it saw it."""

    object_ref: str
    t_meas_ns: int


class SourceState(msgspec.Struct, kw_only=True):
    """One feed, sensor or output: what arrives, how old it is, what was refused and why."""

    source: str
    kind: str  # "sensor", "feed" or "output"
    health: SourceHealth = SourceHealth.NEVER_HEARD
    reason: str = ""
    last_ns: int = 0
    reports: int = 0
    rate_hz: float = 0.0
    refused: int = 0
    refused_by_reason: dict[str, int] = {}
    passed_by_reason: dict[str, int] = {}  # in order, and nothing that the picture is made of
    shed: int = 0
    lost: int = 0  # datagrams that the system dropped before they were read
    latency_s: float = 0.0  # arrival minus measurement, median of the last reports
    # By the times it states itself: how far its clock is behind ours, negative ahead; None: it
    # states none. The least of the last few delays, so the network's part is taken out.
    clock_offset_s: float | None = None
    biases: tuple[BiasEstimate, ...] = ()  # empty until other sensors have been compared with it
    set_aside: bool = False  # its plots neither begin nor move tracks; reason says why


@dataclass(slots=True)
class AirPicture:
    """Everything people see after one step: what is published, recorded and compared in replay.

    The pipeline owns the contents and changes them in the next step; who keeps a picture copies it.
    `tracks` is the live table; identities by track_id; provenance by track_id and sensor, of those
    that name their objects; the rest in stable order. operators, by
    claimed identifier, is personal data: shown on demand to roles that act on it, put out nowhere.
    """

    now_ns: int
    tracks: TrackTable
    identities: dict[int, IdentityRecord]
    threats: list[Threat]
    warnings: list[WarningRecord]
    options: list[EngagementOption]
    engagements: list[Engagement]
    posture: Posture
    queue: list[QueueItem]
    sources: list[SourceState]
    events: list[Event]
    groups: list[TrackGroup] = field(default_factory=list)
    correlations: list[Correlation] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    zones: list[StandingZone] = field(default_factory=list)
    provenance: dict[int, dict[str, Origin]] = field(default_factory=dict)
    operators: dict[str, OperatorReport] = field(default_factory=dict)
