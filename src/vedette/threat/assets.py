"""Where the defended assets and zones are now: points, polygons, and what moves with a feed.

In: the site file, zones as people draw them, reports. Out: arrays in the site's ENU frame.
"""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.config.site import Asset, Site
from vedette.config.zones import own_areas
from vedette.geo import SiteFrame
from vedette.model.measurements import F64, I64
from vedette.model.reports import PositionReport, Report, SitePositionReport

REACH_FLOOR_PROB = 0.05  # less is what any passing bird has, unless a zone warns at less
HORIZON_MIN_S = 600.0  # arrivals later than this are no threat yet, unless a zone looks further
HORIZON_RATIO = 1.25  # beyond the longest time any zone warns at, so that nothing appears late
MOVED_MAX_S = 60.0  # a moving asset's last velocity is believed this long, then it stands
SPEED_SPAN_MIN_S = 1.0  # two reports nearer than this give no velocity
ONE_PLACE_M = 300.0  # outlines nearer to each other than this are one place to aim at


@dataclass(slots=True)
class ThreatState:
    """The defended assets, in the order of the site file, then zones with an area of their own.

    zone_ids: "" for assets; asset_ids of a zone is the asset it belongs to, names its own.

    centre_m (A, 3) at the time of the last report, middle of the asset's height; velocity_mps
    (A, 3); reported_ns (A,), 0 never (fixed). radius_m, half_height_m (A,). corners_m (A, V, 2):
    corners relative to the centre, rows of assets with fewer filled with the last; corner_count
    (A,), 0 for circles. horizon_s: arrivals later than this are not told; reach_floor_prob: nor are
    those less probable. feeds, feed_ids: what moves an asset, empty for fixed ones. places: how
    many things there are to aim at; huts side by side are one.
    """

    frame: SiteFrame
    asset_ids: list[str]
    names: list[str]
    zone_ids: list[str]
    feeds: list[str]
    feed_ids: list[str]
    centre_m: F64
    velocity_mps: F64
    reported_ns: I64
    radius_m: F64
    half_height_m: F64
    corners_m: F64
    corner_count: I64
    horizon_s: float
    reach_floor_prob: float
    places: int


def start(site: Site) -> ThreatState:
    """Make the state before the first step. site: a checked site file."""
    frame = SiteFrame(site.reference)
    areas = own_areas(site)
    targets = [*site.assets, *(area for _, area in areas)]
    outlines = [_outline(frame, site, target) for target in targets]
    corners_m, radii = _corners(targets, [corners for _, corners in outlines])
    looks = [max(zone.possible_s, zone.imminent_s, zone.unassessed_s) for zone in site.zones]
    probs = [min(zone.reach_prob_possible, zone.reach_prob_imminent) for zone in site.zones]
    return ThreatState(
        frame=frame,
        asset_ids=[target.id for target in targets],
        names=[target.name for target in targets],
        zone_ids=["" for _ in site.assets] + [zone.id for zone, _ in areas],
        feeds=[target.position_feed or "" for target in targets],
        feed_ids=[target.position_id or "" for target in targets],
        centre_m=np.array([centre for centre, _ in outlines]).reshape(-1, 3),
        velocity_mps=np.zeros((len(targets), 3)),
        reported_ns=np.zeros(len(targets), np.int64),
        radius_m=np.array(radii, dtype=np.float64),
        half_height_m=np.array([0.5 * target.height_m for target in targets]),
        corners_m=corners_m,
        corner_count=np.array([len(corners) for _, corners in outlines], dtype=np.int64),
        horizon_s=max([HORIZON_MIN_S, *[HORIZON_RATIO * looked for looked in looks]]),
        reach_floor_prob=min([REACH_FLOOR_PROB, *[0.5 * prob for prob in probs]]),
        places=_places([centre for centre, _ in outlines], radii),
    )


def with_zones(state: ThreatState, site: Site) -> ThreatState:
    """Give the state for other zones; assets that move stay where they are.

    site: the same assets, with the zones that stand now.
    """
    fresh, fixed = start(site), len(site.assets)
    for name in ("centre_m", "velocity_mps", "reported_ns"):
        getattr(fresh, name)[:fixed] = getattr(state, name)[:fixed]
    return fresh


def _corners(targets: Sequence[Asset], outlines: Sequence[F64]) -> tuple[F64, list[float]]:
    """Lay the outlines out in one array, and give the radius that holds each."""
    corner_max = max([len(corners) for corners in outlines], default=0)
    corners_m = np.zeros((len(outlines), max(corner_max, 1), 2))
    for i, corners in enumerate(outlines):
        if len(corners):
            corners_m[i, : len(corners)], corners_m[i, len(corners) :] = corners, corners[-1]
    radii = [
        float(np.hypot(corners[:, 0], corners[:, 1]).max()) if len(corners) else target.radius_m
        for target, corners in zip(targets, outlines, strict=True)
    ]
    return corners_m, radii


def _places(centres: list[F64], radii: list[float]) -> int:
    """Count the groups of assets that lie together, each within ONE_PLACE_M of another of it."""
    group = list(range(len(centres)))
    for i, j in itertools.combinations(range(len(centres)), 2):
        away_m = math.hypot(*(centres[i] - centres[j])[:2].tolist()) - radii[i] - radii[j]
        if away_m <= ONE_PLACE_M and group[i] != group[j]:
            joined, left = group[i], group[j]
            group = [joined if number == left else number for number in group]
    return len(set(group))


def _outline(frame: SiteFrame, site: Site, asset: Asset) -> tuple[F64, F64]:
    """Give an asset's centre (3,) and its corners about it (V, 2), none for circles."""
    ground_m = site.reference.hae_m if asset.ground_hae_m is None else asset.ground_hae_m
    middle_m = ground_m + 0.5 * asset.height_m
    centre = np.array(frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, middle_m))
    if not asset.polygon:
        return centre, np.zeros((0, 2))
    points = np.array(asset.polygon, dtype=np.float64)
    heights = np.full(len(points), middle_m)
    east, north, _ = frame.enu_from_geo_deg(points[:, 0], points[:, 1], heights)
    corners = np.stack([east, north], axis=-1)
    middle = 0.5 * (corners.min(axis=0) + corners.max(axis=0))
    return np.array([middle[0], middle[1], centre[2]]), corners - middle


def follow(state: ThreatState, reports: Sequence[Report]) -> None:
    """Move the assets that report their own position. Later reports win; older are left out."""
    moving = {feed: True for feed in state.feeds if feed}
    if not moving:
        return
    for report in reports:
        if not isinstance(report, PositionReport | SitePositionReport) or report.claims is None:
            continue
        if report.sensor not in moving:
            continue
        names = (report.claims.remote_id, report.claims.callsign, report.claims.icao24)
        for i, feed in enumerate(state.feeds):
            if feed == report.sensor and state.feed_ids[i] and state.feed_ids[i] in names:
                _move(state, i, report)


def _move(state: ThreatState, i: int, report: PositionReport | SitePositionReport) -> None:
    """Take one report of an asset's own place; without a height it keeps the one it had."""
    if report.t_meas_ns <= state.reported_ns[i]:
        return
    velocity = None
    if isinstance(report, SitePositionReport):
        up_m = state.centre_m[i, 2] if report.up_m is None else report.up_m + state.half_height_m[i]
        place = np.array([report.east_m, report.north_m, up_m])
    else:
        hae_m = state.frame.hae_m if report.hae_m is None else report.hae_m
        place = np.array(state.frame.enu_from_geo(report.lat_rad, report.lon_rad, hae_m))
        place[2] = state.centre_m[i, 2] if report.hae_m is None else place[2]
        if report.v_east_mps is not None and report.v_north_mps is not None:
            velocity = np.array([report.v_east_mps, report.v_north_mps, report.v_up_mps or 0.0])
    span_s = (report.t_meas_ns - int(state.reported_ns[i])) / NS_PER_S
    if velocity is not None:
        state.velocity_mps[i] = velocity
    elif SPEED_SPAN_MIN_S <= span_s <= MOVED_MAX_S:
        state.velocity_mps[i] = (place - state.centre_m[i]) / span_s
    state.centre_m[i], state.reported_ns[i] = place, report.t_meas_ns


def positions(state: ThreatState, now_ns: int) -> tuple[F64, F64]:
    """Say where the assets are at now_ns, and how they move.

    Returns centre_m (A, 3), carried forward by at most MOVED_MAX_S, and velocity_mps (A, 3), zero
    for what is fixed or has not reported for that long.
    """
    age_s = np.maximum(now_ns - state.reported_ns, 0) / NS_PER_S
    moves = (state.reported_ns > 0) & (age_s <= MOVED_MAX_S)
    carried_s = np.where(state.reported_ns > 0, np.minimum(age_s, MOVED_MAX_S), 0.0)
    centre_m = state.centre_m + state.velocity_mps * carried_s[:, None]
    return centre_m, np.where(moves[:, None], state.velocity_mps, 0.0)
