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
from vedette.simulator.scenario import ObjectSpec, Scenario, Waypoint

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
AT_END = ("leave", "land", "hold", "strike")


@dataclass(slots=True)
class Fleet:
    """Everything that will fly, as scenario constants in arrays of N rows.

    route_m (N, W, 3): waypoints as metres east and north of the reference and height above ground.
    route_speed_mps (N, W). route_count (N,). limits (N, 10): the columns of `Limits` up to gust_s.
    target_enu_m (N, 2), target_radius_m (N,): the attacked asset, NaN for none.
    """

    ids: list[str]
    specs: list[ObjectSpec]
    route_m: F64
    route_speed_mps: F64
    route_count: I64
    start_s: F64
    speed_mps: F64
    wander: Bools
    radius_m: F64
    at_end: I64
    limits: F64
    rcs_dbsm: F64
    target_enu_m: F64
    target_radius_m: F64

    @property
    def count(self) -> int:
        """How many objects there are."""
        return len(self.ids)


def assemble_fleet(scenario: Scenario, site: Site, rng: np.random.Generator) -> Fleet:
    """Lay the scenario's objects out as arrays, scattering those that come in numbers."""
    frame = SiteFrame(site.reference)
    specs = [spec for spec in scenario.objects for _ in range(spec.count)]
    ids = [name for spec in scenario.objects for name in _names(spec)]
    routes = [_route(spec, site, frame, rng) for spec in specs]
    width = max((len(route) for route in routes), default=1)
    route_m = np.zeros((len(specs), width, 3))
    speeds = np.zeros((len(specs), width))
    for k, (spec, route) in enumerate(zip(specs, routes, strict=True)):
        route_m[k, : len(route)] = route
        speeds[k] = _speeds(spec, width, rng)
    targets = np.array([_target(spec, site, frame) for spec in specs]).reshape(-1, 3)
    limits = [BY_CLASS[spec.object_class] for spec in specs]
    return Fleet(
        ids=ids,
        specs=specs,
        route_m=route_m,
        route_speed_mps=speeds,
        route_count=np.array([len(route) for route in routes], np.int64),
        start_s=np.array([spec.start_s for spec in specs], np.float64),
        speed_mps=speeds[:, 0].copy(),
        wander=np.array([spec.motion == "wander" for spec in specs], np.bool_),
        radius_m=np.array([spec.radius_m for spec in specs], np.float64),
        at_end=np.array([AT_END.index(spec.at_end) for spec in specs], np.int64),
        limits=np.array([_envelope(limit) for limit in limits], np.float64).reshape(-1, 10),
        rcs_dbsm=np.array(
            [
                limit.rcs_dbsm if spec.rcs_dbsm is None else spec.rcs_dbsm
                for spec, limit in zip(specs, limits, strict=True)
            ],
            np.float64,
        ),
        target_enu_m=targets[:, :2],
        target_radius_m=targets[:, 2],
    )


def _envelope(limit: object) -> list[float]:
    """List the first ten figures of a class's limits, in their order."""
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
    return [float(getattr(limit, name)) for name in names]


def _names(spec: ObjectSpec) -> list[str]:
    """Name the objects of a specification: its id, numbered when there are several."""
    if spec.count == 1:
        return [spec.id]
    return [f"{spec.id}_{k + 1:02d}" for k in range(spec.count)]


def _speeds(spec: ObjectSpec, width: int, rng: np.random.Generator) -> F64:
    """Give the speed on the way to each waypoint, within the class's limits."""
    speed = spec.speed_mps + rng.uniform(-1.0, 1.0) * spec.speed_spread_mps
    speeds = np.empty(width)
    for k in range(width):
        stated = spec.route[k].speed_mps if k < len(spec.route) else None
        speed = speed if stated is None else stated
        speeds[k] = speed
    limit = BY_CLASS[spec.object_class]
    return np.clip(speeds, limit.speed_min_mps, limit.speed_max_mps)


def _route(spec: ObjectSpec, site: Site, frame: SiteFrame, rng: np.random.Generator) -> F64:
    """Place the waypoints (W, 3): east, north, height. A wanderer begins somewhere in its area."""
    places = np.array([place(waypoint, site, frame) for waypoint in spec.route])
    places[:, 2] += rng.uniform(-1.0, 1.0) * spec.height_spread_m
    places[:, 2] = np.maximum(places[:, 2], 1.0)
    if spec.motion == "wander":
        places = np.stack([places[0], places[0]])
        angle, share = rng.uniform(0.0, 2.0 * np.pi), np.sqrt(rng.uniform())
        places[0, 0] += spec.radius_m * share * np.sin(angle)
        places[0, 1] += spec.radius_m * share * np.cos(angle)
    return places


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


def _target(spec: ObjectSpec, site: Site, frame: SiteFrame) -> tuple[float, float, float]:
    """Give the attacked asset's place and radius, NaN where nothing is attacked."""
    if spec.attacks is None:
        return np.nan, np.nan, np.nan
    asset = _asset(site, spec.attacks)
    return (*asset_enu(asset, frame), asset.radius_m)


def ground_drop_m(east_m: F64, north_m: F64) -> F64:
    """Say how far the curved earth lies below the tangent plane: d^2 / 2R, metres."""
    return (east_m * east_m + north_m * north_m) / (2.0 * WGS84_SEMI_MAJOR_M)
