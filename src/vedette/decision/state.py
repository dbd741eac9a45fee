"""What the decision stage remembers. Plain data, so that a restart goes on exactly."""

from dataclasses import dataclass, field

from vedette.config.site import Asset, Effector, Sensor, Site, Wind
from vedette.config.zones import own_areas
from vedette.geo import SiteFrame
from vedette.model.enums import Mode
from vedette.model.measurements import F64
from vedette.model.picture import Engagement, EngagementOption, Posture, QueueItem


@dataclass(slots=True)
class TrackNote:
    """One track that an option or engagement concerns.

    epoch: a number that is new whenever the track jumped (see notes.py); group: coarse class.
    state_enu (6,), cov_enu (6, 6) at t_ns; measured_*: the same when it was last measured.
    looks_ns: when it was last measured, newest last, LOOKS_MAX at most. present: in the table now.
    """

    track_id: int
    epoch: int
    group: str
    t_ns: int
    state_enu: F64
    cov_enu: F64
    measured_ns: int
    measured_enu: F64
    measured_cov: F64
    looks_ns: list[int] = field(default_factory=list)
    present: bool = True


@dataclass(slots=True)
class Watch:
    """What is needed to say afterwards what became of an engaged track.

    before_mps: its speed when the effector was done; climb_mps: its vertical speed then.
    looks: how often it was measured in the LOOK_BACK_S before; revisit_s: the usual time between.
    edge: it was leaving every sensor's coverage. falls: measurements since that show a fall or
    stop; fall_look_ns: the last of them. debris: the area has been told.
    """

    engagement_id: int
    track_id: int
    executed_ns: int
    before_mps: float
    climb_mps: float
    looks: int
    revisit_s: float
    edge: bool
    falls: int = 0
    fall_look_ns: int = 0
    decided_ns: int = 0
    debris: bool = False


@dataclass(slots=True)
class Remembered:
    """One queue item's past: since when it stands, when it was last true, its settled priority.

    place: its row the last time, from 0; a new item comes behind all others.
    """

    item: QueueItem
    first_ns: int
    last_ns: int
    priority: int
    worse_ns: int = 0
    place: int = 1_000_000


@dataclass(slots=True)
class DecisionState:
    """The stage's memory. options: as last computed; engagements by engagement_id.

    *_enu: places of effectors, assets and sensors by their key, east, north, up (m). magazine:
    what each effector model has left. bearings_rad: of each threatening track, from its asset.
    looked: tracks a human had assessed or dismissed. calm_since_ns: by warning_id. zone_discs: of
    zones with an area of their own: name, east, north, radius (m).
    """

    mode: Mode
    frame: SiteFrame
    assets: list[Asset]
    effectors: list[Effector]
    sensors: list[Sensor]
    wind: Wind
    authorisation_s: float
    posture: Posture
    effectors_enu: dict[str, list[float]]
    assets_enu: dict[str, list[float]]
    sensors_enu: dict[str, list[float]]
    magazine: dict[str, int]
    engagements: dict[int, Engagement] = field(default_factory=dict)
    options: list[EngagementOption] = field(default_factory=list)
    options_ns: int = 0
    options_for: list[str] = field(default_factory=list)
    notes: dict[int, TrackNote] = field(default_factory=dict)
    watches: dict[int, Watch] = field(default_factory=dict)
    next_engagement_id: int = 1
    next_epoch: int = 1
    recent: dict[str, int] = field(default_factory=dict)
    bearings_rad: dict[int, float] = field(default_factory=dict)
    remembered: dict[str, Remembered] = field(default_factory=dict)
    looked: dict[int, int] = field(default_factory=dict)
    calm_since_ns: dict[int, int] = field(default_factory=dict)
    started_ns: int = 0
    zone_discs: list[tuple[str, float, float, float]] = field(default_factory=list)


def start(site: Site) -> DecisionState:
    """Make the stage's state for a site: its standing policy, full magazines, nothing open."""
    frame = SiteFrame(site.reference)
    ground_m = site.reference.hae_m

    def place(lat_deg: float, lon_deg: float, hae_m: float) -> list[float]:
        return list(frame.enu_from_geo_deg(lat_deg, lon_deg, hae_m))

    state = DecisionState(
        mode=site.mode,
        frame=frame,
        assets=list(site.assets),
        effectors=list(site.effectors),
        sensors=list(site.sensors),
        wind=site.wind,
        authorisation_s=site.decision.authorisation_s,
        posture=Posture(weapons_control=site.decision.weapons_control),
        effectors_enu={e.id: place(e.lat_deg, e.lon_deg, e.hae_m) for e in site.effectors},
        assets_enu={
            a.id: place(
                a.lat_deg, a.lon_deg, ground_m if a.ground_hae_m is None else a.ground_hae_m
            )
            for a in site.assets
        },
        sensors_enu={s.id: place(s.lat_deg, s.lon_deg, s.hae_m) for s in site.sensors},
        magazine={e.id: e.magazine for e in site.effectors},
    )
    take_zones(state, site)
    return state


def take_zones(state: DecisionState, site: Site) -> None:
    """Take the zones that stand now: debris should not fall on their people either."""
    state.zone_discs = []
    for _, area in own_areas(site):
        at = state.frame.enu_from_geo_deg(area.lat_deg, area.lon_deg, site.reference.hae_m)
        state.zone_discs.append((area.name, float(at[0]), float(at[1]), area.radius_m))
