"""From the scenario's list of objects to arrays: one row an object, ready to be moved together.

In: the scenario, the site's frame, a generator (birds are scattered by it). Out: `Fleet`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import WGS84_SEMI_MAJOR_M
from vedette.config.site import Asset, Site
from vedette.geo import SiteFrame
from vedette.simulator.limits import BY_CLASS
from vedette.simulator.recordings import Recorded, moved_place_m, read_recording, true_place_m
from vedette.simulator.scenario import Branch, ObjectSpec, Scenario, Waypoint

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
AT_END = ("leave", "land", "hold", "strike")
ABREAST = 5  # how many of a formation fly side by side
NOTHING_DBSM = -np.inf  # the echo of what is not there


@dataclass(slots=True, eq=False)  # one fleet is equal to itself alone: what follows is kept by it
class Fleet:
    """Everything that will fly, as scenario constants in arrays of N rows.

    route_m (N, W, 3): waypoints as metres east and north of the reference and height above ground.
    route_speed_mps, hold_s (N, W). leader (N, W): the row of the object that carries the asset this
    waypoint names, -1 where the waypoint is fixed. route_count (N,). wander, flock, drift (N,): how
    it moves, none: along its route. limits (N, 10): the columns of `Limits` up to gust_s.
    attacks: the asset each is sent against. target_enu_m (N, 2), target_radius_m (N,): that asset,
    NaN for none; target_leader (N,) as leader. recorded: by row, the seconds since its
    start (K,) and the places (K, 3) of what flies a recorded path. radio (N,): it transmits; there
    (N,): it is more than its own word. follows (N,): its heights are above the ground below it.
    carried (N,): its speed is through the air.
    """

    ids: list[str]
    specs: list[ObjectSpec]
    route_m: F64
    route_speed_mps: F64
    hold_s: F64
    leader: I64
    route_count: I64
    start_s: F64
    speed_mps: F64
    wander: Bools
    flock: Bools
    drift: Bools
    radius_m: F64
    at_end: I64
    limits: F64
    rcs_dbsm: F64
    attacks: list[str | None]
    target_enu_m: F64
    target_radius_m: F64
    target_leader: I64
    recorded: dict[int, tuple[F64, F64]]
    radio: Bools
    there: Bools
    follows: Bools
    carried: Bools

    @property
    def count(self) -> int:
        """How many objects there are."""
        return len(self.ids)


@dataclass(slots=True)
class _Member:
    """One object of a specification: its number there, and the branch it will take."""

    spec: ObjectSpec
    number: int

    @property
    def branch(self) -> Branch | None:
        """The part of the formation it belongs to once that has parted."""
        branches = self.spec.branches
        return branches[self.number % len(branches)] if branches else None

    @property
    def waypoints(self) -> list[Waypoint]:
        """Its whole way."""
        return self.spec.route + (self.branch.route if self.branch else [])

    @property
    def attacks(self) -> str | None:
        """The asset it is sent against."""
        return (self.branch.attacks if self.branch else None) or self.spec.attacks


def assemble_fleet(scenario: Scenario, site: Site, rng: np.random.Generator) -> Fleet:
    """Lay the scenario's objects out as arrays, scattering those that come in numbers."""
    frame = SiteFrame(site.reference)
    members = [_Member(spec, k) for spec in scenario.objects for k in range(spec.count)]
    specs = [member.spec for member in members]
    routes = [_route(member, site, frame, rng) for member in members]
    width = max((len(route) for route in routes), default=1)
    route_m = np.zeros((len(specs), width, 3))
    speeds, hold_s = np.zeros((2, len(specs), width))
    leader = np.full((len(specs), width), -1, np.int64)
    carriers = _carriers(specs, site)
    for k, (member, route) in enumerate(zip(members, routes, strict=True)):
        route_m[k, : len(route)] = route
        speeds[k] = _speeds(member, width, rng)
        for j, waypoint in enumerate(member.waypoints):
            hold_s[k, j] = waypoint.hold_s
            leader[k, j] = carriers.get(waypoint.asset or "", -1)
    targets = np.array([_target(member.attacks, site, frame) for member in members]).reshape(-1, 3)
    return Fleet(
        ids=[name for spec in scenario.objects for name in _names(spec)],
        specs=specs,
        route_m=route_m,
        route_speed_mps=speeds,
        hold_s=hold_s,
        leader=leader,
        route_count=np.array([len(route) for route in routes], np.int64),
        start_s=np.array([spec.start_s for spec in specs], np.float64),
        speed_mps=speeds[:, 0].copy(),
        wander=np.array([spec.motion == "wander" for spec in specs], np.bool_),
        flock=np.array([spec.motion == "flock" for spec in specs], np.bool_),
        drift=np.array([spec.motion == "drift" for spec in specs], np.bool_),
        radius_m=np.array([spec.radius_m for spec in specs], np.float64),
        at_end=np.array([AT_END.index(spec.at_end) for spec in specs], np.int64),
        limits=np.array([_envelope(spec) for spec in specs], np.float64).reshape(-1, 10),
        rcs_dbsm=np.array([_rcs_dbsm(spec) for spec in specs], np.float64),
        attacks=[member.attacks for member in members],
        target_enu_m=targets[:, :2],
        target_radius_m=targets[:, 2],
        target_leader=np.array([carriers.get(m.attacks or "", -1) for m in members], np.int64),
        recorded={
            k: _recorded(spec, site, frame) for k, spec in enumerate(specs) if spec.recording
        },
        radio=np.array([spec.radio for spec in specs], np.bool_),
        there=np.array([not spec.spoofed for spec in specs], np.bool_),
        follows=np.array([spec.follows_ground for spec in specs], np.bool_),
        carried=np.array([spec.speed_through_air for spec in specs], np.bool_),
    )


def _recorded(spec: ObjectSpec, site: Site, frame: SiteFrame) -> tuple[F64, F64]:
    """Place a recorded path: seconds from the object's start, metres as in route_m."""
    recording = spec.recording
    assert recording is not None
    found = read_recording(recording.file, recording.icao24)
    begin, turn_rad = place(spec.route[0], site, frame), np.deg2rad(recording.turn_deg)
    first = min(int(np.searchsorted(found.since_s, recording.from_s)), len(found.since_s) - 2)
    later = Recorded(found.since_s[first:], found.place_m[first:], found.geographic)
    if recording.is_moved:
        path = moved_place_m(later, begin, turn_rad)
    else:
        path = true_place_m(later, frame)
    return later.since_s - later.since_s[0], path


def _carriers(specs: list[ObjectSpec], site: Site) -> dict[str, int]:
    """Give for each asset that moves the row of the object whose reports move it."""
    rows: dict[str, int] = {}
    for asset in site.assets:
        for row, spec in enumerate(specs):
            feed = spec.position_feed
            if feed is None or feed.sensor != asset.position_feed:
                continue
            if asset.position_id in (feed.remote_id, feed.callsign):
                rows.setdefault(asset.id, row)
    return rows


def _rcs_dbsm(spec: ObjectSpec) -> float:
    """Give an object's mean echo: as stated, else its class's, none of what is not there."""
    if spec.spoofed:
        return NOTHING_DBSM
    return BY_CLASS[spec.object_class].rcs_dbsm if spec.rcs_dbsm is None else spec.rcs_dbsm


def _envelope(spec: ObjectSpec) -> list[float]:
    """List the first ten figures of a class's limits, in their order; a balloon's own climb."""
    limit = BY_CLASS[spec.object_class]
    names = (
        "speed_min_mps",
        "speed_max_mps",
        "acceleration_mps2",
        "lateral_mps2",
        "turn_max_radps",
        "climb_max_mps",
        "descent_max_mps",
        "capture_m",
        "gust_mps",
        "gust_s",
    )
    figures = [float(getattr(limit, name)) for name in names]
    if spec.motion == "drift":
        figures[5:7] = [min(figure, spec.climb_mps) for figure in figures[5:7]]
    return figures


def _names(spec: ObjectSpec) -> list[str]:
    """Name the objects of a specification: its id, numbered when there are several."""
    if spec.count == 1:
        return [spec.id]
    return [f"{spec.id}_{k + 1:02d}" for k in range(spec.count)]


def _speeds(member: _Member, width: int, rng: np.random.Generator) -> F64:
    """Give the speed on the way to each waypoint, within the class's limits."""
    spec, route = member.spec, member.waypoints
    speed = spec.speed_mps + rng.uniform(-1.0, 1.0) * spec.speed_spread_mps
    speeds = np.empty(width)
    for k in range(width):
        stated = route[k].speed_mps if k < len(route) else None
        speed = speed if stated is None else stated
        speeds[k] = speed
    limit = BY_CLASS[spec.object_class]
    return np.clip(speeds, limit.speed_min_mps, limit.speed_max_mps)


def _route(member: _Member, site: Site, frame: SiteFrame, rng: np.random.Generator) -> F64:
    """Place the waypoints (W, 3): east, north, height, each member of many on its own way.

    A wanderer begins somewhere in its area; so do the many that drift or fly as a flock, which keep
    their place among the others. What is aimed at an asset meets it wherever it flew before.
    """
    spec, waypoints = member.spec, member.waypoints
    places = np.array([place(waypoint, site, frame) for waypoint in waypoints])
    places[:, 2] += rng.uniform(-1.0, 1.0) * spec.height_spread_m
    places[:, 2] = np.maximum(places[:, 2], 1.0)
    if spec.motion == "wander" or len(places) < 2:
        places = np.stack([places[0], places[0]])
    if spec.motion == "wander":
        places[0, :2] += _scattered(spec, rng)
    elif spec.motion in ("flock", "drift") and spec.count > 1:
        places[:, :2] += _scattered(spec, rng)
    elif spec.spacing_m > 0.0:
        leg = places[1, :2] - places[0, :2]
        fixed = np.array([waypoint.asset is not None for waypoint in waypoints])
        places[~fixed, :2] += slot_m(member.number, spec.count, spec.spacing_m, leg)
    return places


def _scattered(spec: ObjectSpec, rng: np.random.Generator) -> F64:
    """Draw a place in the circle of radius_m, evenly over its area: metres east and north."""
    angle, share = rng.uniform(0.0, 2.0 * np.pi), np.sqrt(rng.uniform())
    return np.asarray(spec.radius_m * share * np.array([np.sin(angle), np.cos(angle)]))


def slot_m(number: int, count: int, spacing_m: float, leg_m: F64) -> F64:
    """Place a member of a formation: rows of ABREAST, one behind the other.

    leg_m (2,): the way the formation flies, east and north. Returns metres east and north of where
    the route goes, which is the middle of the first row.
    """
    length = float(np.hypot(leg_m[0], leg_m[1]))
    ahead = leg_m / length if length > 0.0 else np.array([0.0, 1.0])
    right = np.array([ahead[1], -ahead[0]])
    across = number % ABREAST - 0.5 * (min(count, ABREAST) - 1)
    return np.asarray(spacing_m * (across * right - number // ABREAST * ahead))


def place(waypoint: Waypoint, site: Site, frame: SiteFrame) -> tuple[float, float, float]:
    """Turn a waypoint into metres east and north of the reference and metres above the ground."""
    if waypoint.asset is not None:
        east, north = asset_enu(_asset(site, waypoint.asset), frame)
    elif waypoint.lat_deg is not None:
        reference = site.reference
        east, north, _ = frame.enu_from_geo_deg(
            waypoint.lat_deg, waypoint.lon_deg, reference.hae_m + waypoint.height_m
        )
    elif waypoint.east_m is not None and waypoint.north_m is not None:
        east, north = waypoint.east_m, waypoint.north_m
    else:
        bearing = np.deg2rad(waypoint.bearing_deg or 0.0)
        reach = waypoint.range_m or 0.0
        east, north = float(reach * np.sin(bearing)), float(reach * np.cos(bearing))
    return float(east), float(north), waypoint.height_m


def asset_enu(asset: Asset, frame: SiteFrame) -> tuple[float, float]:
    """Place an asset's point in the site's frame: metres east and north."""
    east, north, _ = frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, frame.hae_m)
    return float(east), float(north)


def _asset(site: Site, asset_id: str) -> Asset:
    """Find an asset of the site by its id (checked when the scenario was read)."""
    return next(asset for asset in site.assets if asset.id == asset_id)


def _target(attacks: str | None, site: Site, frame: SiteFrame) -> tuple[float, float, float]:
    """Give the attacked asset's place and radius, NaN where nothing is attacked."""
    if attacks is None:
        return np.nan, np.nan, np.nan
    asset = _asset(site, attacks)
    return (*asset_enu(asset, frame), asset.radius_m)


def ground_drop_m(east_m: F64, north_m: F64) -> F64:
    """Say how far the curved earth lies below the tangent plane: d^2 / 2R, metres."""
    return (east_m * east_m + north_m * north_m) / (2.0 * WGS84_SEMI_MAJOR_M)
