"""What identity remembers between steps: records for people, and beside each its raw evidence.

Plain data throughout, so that a saved state goes on exactly as the one it was saved from.
"""

from dataclasses import dataclass, field

import numpy as np

from vedette.config.site import Site
from vedette.identity.company import Company
from vedette.identity.flight import Path60
from vedette.identity.places import Places, lay_out, take_zones
from vedette.model.enums import Identity, SourceHealth
from vedette.model.measurements import F64
from vedette.model.picture import IdentityRecord, SourceState
from vedette.model.reports import OperatorReport

HEALTH_RATIO = {
    SourceHealth.OK: 1.0,
    SourceHealth.DEGRADED: 0.5,
    SourceHealth.STALE: 0.1,
    SourceHealth.FAILED: 0.0,
    SourceHealth.NEVER_HEARD: 0.0,
}


@dataclass(slots=True)
class Vote:
    """What one sensor says of the class: the mean of its log-votes, over `looks` of them."""

    looks: float
    mean_log: F64
    health_ratio: float
    t_ns: int


@dataclass(slots=True)
class Claim:
    """The last thing a track said of itself, and where it said it was.

    measured: a radar heard it while measuring, so the place is the radar's own. authenticated: it
    came by a link in which nobody can send under another's name. pos_enu_m and
    vel_enu_mps (3,): NaN where not stated. height_sigma_m: how far its height can be trusted.
    """

    sensor: str
    t_ns: int
    measured: bool
    health_ratio: float
    icao24: str
    remote_id: str
    callsign: str
    pos_enu_m: F64
    vel_enu_mps: F64
    sigma_m: float
    height_sigma_m: float
    affiliation: str = ""
    authenticated: bool = False

    @property
    def name(self) -> str:
        """What it calls itself: an address or serial, else a callsign."""
        return self.icao24 or self.remote_id or self.callsign


@dataclass(slots=True)
class Proof:
    """Where a name is that its link proves: on one track, in so many looks a second apart."""

    track_id: int
    t_ns: int
    looks: int = 1


@dataclass(slots=True)
class Agreement:
    """How often own radars found the track where its claim said, less how often they did not.

    score: +1 for each agreeing look, -2 for each other, times the health of both sources, within
    [-4, 6]. miss_m, sensor, t_ns: of the last comparison. compared_ns: per radar.
    """

    score: float = 0.0
    looks: int = 0
    miss_m: float = 0.0
    sensor: str = ""
    health_ratio: float = 0.0
    t_ns: int = 0
    compared_ns: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Reference:
    """How bad a track was when a person last assessed or dismissed it."""

    identity: Identity
    reach_prob: float
    arrival_ns: int  # when it would have arrived; 0: it would not
    t_ns: int


@dataclass(slots=True)
class Memory:
    """The raw evidence about one track.

    path: its last minute. vel_mps (3,), speed_mps, air_mps, height_m: running means over `looks`
    evaluations (at most LOOKS_MAX, so that a change of behaviour is followed). rcs_square_db2: mean
    square of the cross-section. emits_sensor: the finder of emitters that has it, emits_looks how
    often; emits_health, emits_t_ns: of the last time. course_ratio: how steadily it
    has been on course for a defended asset, 0..1. unseen: evaluations in a row in which a healthy
    radar should have seen it and had not. own_ns: last measurement by a sensor that does not live
    on claims. votes, moves: what each sensor says of the class, and finds to move on it.
    candidate, candidate_count: the identity that wants to be next. flight: the listed friendly
    flight it is (index), -1 none.
    """

    next_ns: int
    evaluations: int = 0
    looked_ns: int = 0
    looks: float = 0.0
    vel_mps: F64 = field(default_factory=lambda: np.zeros(3))
    speed_mps: float = 0.0
    air_mps: float = 0.0
    speed_var: float = 0.0
    height_m: float = float("nan")
    height_var: float = 0.0
    path: Path60 = field(default_factory=Path60)
    rcs_dbsm: float = 0.0
    rcs_square_db2: float = 0.0
    rcs_looks: float = 0.0
    rcs_health: float = 0.0
    rcs_sensor: str = ""
    rcs_t_ns: int = 0
    emits_looks: float = 0.0
    emits_health: float = 0.0
    emits_sensor: str = ""
    emits_t_ns: int = 0
    votes: dict[str, Vote] = field(default_factory=dict)
    moves: dict[str, Vote] = field(default_factory=dict)
    used_ns: dict[str, int] = field(default_factory=dict)
    prints: list[str] = field(default_factory=list)
    claim: Claim | None = None
    agreement: Agreement = field(default_factory=Agreement)
    course_ratio: float = 0.0
    course_asset: int = -1
    unseen: int = 0
    unseen_by: str = ""
    own_ns: int = 0
    candidate: Identity = Identity.PENDING
    candidate_count: int = 0
    flight: int = -1
    reference: Reference | None = None
    manual_contradicted: bool = False
    troubles: dict[str, int] = field(default_factory=dict)  # evaluations in a row with a conflict
    troubles_told: list[str] = field(default_factory=list)
    bird_looks: int = 0  # evaluations in which it was a bird with IS_BIRD_PROB, ever
    dive_looks: int = 0  # evaluations in a row in a dive on what it heads for
    near_looks: int = 0  # evaluations in a row near a friendly recovery
    near_told: list[int] = field(default_factory=list)  # friends it has been told to be near


@dataclass(slots=True)
class IdentityState:
    """Who and what every live track is (`records`, by track_id), and why (`memories`).

    operators: where operators say they are, by claimed identifier; personal data.
    company: what all of them look like together. near_told: of how many unknowns near it people
    have been told, by friendly track. proofs: which track each proved name is on.
    """

    places: Places
    records: dict[int, IdentityRecord]
    memories: dict[int, Memory]
    operators: dict[str, OperatorReport] = field(default_factory=dict)
    company: Company = field(default_factory=Company)
    near_told: dict[int, int] = field(default_factory=dict)
    proofs: dict[str, Proof] = field(default_factory=dict)


def start(site: Site) -> IdentityState:
    """Make the state before the first step. site: a checked site file."""
    return IdentityState(places=lay_out(site), records={}, memories={})


def with_zones(state: IdentityState, site: Site) -> None:
    """Take other zones than before. site: the same assets, with the zones that stand now."""
    take_zones(state.places, site)
    fixed = sum(asset.position_feed is None for asset in site.assets)
    for memory in state.memories.values():
        if memory.course_asset >= fixed:
            memory.course_asset = -1  # which zone that was, the next look says


def health_ratio(sources: dict[str, SourceState], source: str) -> float:
    """Say how much a source can be believed now: 1 healthy .. 0 failed or never heard.

    A source that nobody watches over (not in `sources`) is not known to be sick: 1.
    """
    state = sources.get(source)
    return 1.0 if state is None else HEALTH_RATIO[state.health]
