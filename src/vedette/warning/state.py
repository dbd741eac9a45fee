"""What the warning stage remembers. Plain data, so that a restart repeats nothing."""

import math
from dataclasses import dataclass, field

from vedette.config.site import Asset, Site, Zone
from vedette.config.zones import area_of
from vedette.geo import SiteFrame
from vedette.model.enums import Mode
from vedette.model.picture import WarningRecord


@dataclass(slots=True)
class Contact:
    """One track as one zone sees it.

    cause: "threat" or "unassessed". possible_since_ns, imminent_since_ns: since when its condition
    holds without a gap, 0 not at all; hold_s: how long it has to, the least asked since. cleared_*:
    a human gave the all-clear with this track in sight; at that level it is quiet until then.
    place_enu: east, north (m), their speeds (m/s), at seen_ns, to know a track again that the
    tracker lost and found under another number. cover: how many times what people need is left when
    the dead man's clock orders cover, at the most; ready_only: it orders none.
    """

    track_id: int
    cause: str = ""
    arrival_s: float = math.inf
    reach_prob: float = 0.0
    bearing_rad: float = math.nan
    possible_since_ns: int = 0
    imminent_since_ns: int = 0
    hold_s: float = 0.0
    cleared_until_ns: int = 0
    cleared_imminent: bool = False
    seen_ns: int = 0
    started_ns: int = 0
    place_enu: list[float] = field(default_factory=list)
    cover: float = math.inf
    ready_only: bool = False


@dataclass(slots=True)
class ZoneState:
    """One zone with its asset: the tracks that concern it, by track_id, and its open warning.

    asset: where the zone lies; of a zone with its own area that area, under the zone's name.
    told_id: the track that the open warning's reason speaks of, 0 none. told_ns: when any track
    that people were told of warned or came last; joined_ns: when tracks last joined the warning.
    """

    zone: Zone
    asset: Asset
    asset_enu_m: list[float]
    contacts: dict[int, Contact] = field(default_factory=dict)
    warning_id: int | None = None
    told_id: int = 0
    told_ns: int = 0
    joined_ns: int = 0


@dataclass(slots=True)
class Issued:
    """When each revision of a warning was issued, and which channels have answered for it.

    revision_ns: one time a revision, the first is revision 1. answered: "2:display" -> "delivered"
    or "failed". told_arrival_ns: the arrival that people were told last, by the last revision.
    """

    revision_ns: list[int] = field(default_factory=list)
    answered: dict[str, str] = field(default_factory=dict)
    told_arrival_ns: int = 0


@dataclass(slots=True)
class WarningState:
    """The stage's memory. `warnings`: the open ones by warning_id. issued: also recent closed.

    languages: those that warnings are spoken in, in this order.
    """

    mode: Mode
    zones: dict[str, ZoneState]
    languages: tuple[str, ...] = ("en",)
    warnings: dict[int, WarningRecord] = field(default_factory=dict)
    issued: dict[int, Issued] = field(default_factory=dict)
    next_warning_id: int = 1
    recent: dict[str, int] = field(default_factory=dict)


def answered(state: WarningState, warning_id: int, revision: int) -> frozenset[str] | None:
    """List the channels that took or refused a revision; None where it is long forgotten."""
    issued = state.issued.get(warning_id)
    if issued is None or not 1 <= revision <= len(issued.revision_ns):
        return None
    keys = (key.partition(":") for key in issued.answered)
    return frozenset(channel for number, _, channel in keys if number == str(revision))


def start(site: Site) -> WarningState:
    """Make the stage's state for a site: no warning is open. Zones keep the site file's order."""
    frame = SiteFrame(site.reference)
    zones = {zone.id: lay_out(frame, site, zone) for zone in site.zones}
    return WarningState(site.mode, zones, site.languages)


def lay_out(frame: SiteFrame, site: Site, zone: Zone) -> ZoneState:
    """Place one zone: nothing concerns it yet."""
    area = area_of(site, zone)
    hae_m = site.reference.hae_m if area.ground_hae_m is None else area.ground_hae_m
    return ZoneState(zone, area, list(frame.enu_from_geo_deg(area.lat_deg, area.lon_deg, hae_m)))
