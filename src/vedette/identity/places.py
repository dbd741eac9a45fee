"""The site's lanes, lists, assets and sensors, laid out in its own frame once at the start.

In: the site file. Out: plain arrays and numbers that the evaluation of tracks reads every second.
"""

import math
from dataclasses import dataclass

import numpy as np

from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.site import Asset, Corridor, FlightListed, Sensor, Site
from vedette.geo import SiteFrame, rotation_enu_from_ecef
from vedette.model.measurements import F64, Bools

RADARS = ("radar_3d", "radar_2d")
ALIGNED_COS = math.cos(math.radians(45.0))  # "along the lane": nearer to along than to across
POSITION_SLACK_MAX_M = 200.0  # a lane may be missed by the track's own sigma, and no more
HEIGHT_SLACK_M = 50.0  # pressure height against ellipsoid, beside the track's own sigma


@dataclass(slots=True)
class Lane:
    """A corridor in site ENU: line_m (K, 2) east, north; limits in height (hae) and speed."""

    lane_id: str
    name: str
    civil: bool
    line_m: F64
    half_width_m: float
    floor_hae_m: float
    ceiling_hae_m: float
    speed_min_mps: float
    speed_max_mps: float


@dataclass(slots=True)
class Listed:
    """A listed flight: what it will claim, where (lane index or -1), when, how fast at most."""

    flight_id: str
    friend: bool
    icao24: str
    remote_id: str
    callsign: str
    lane: int
    from_ns: int
    to_ns: int
    speed_max_mps: float


@dataclass(slots=True)
class Watcher:
    """A sensor as identity sees it. axes (3, 3): columns are its east, north, up in site ENU."""

    sensor_id: str
    radar: bool
    cooperative: bool
    position_enu_m: F64
    axes: F64
    azimuth_offset_rad: float
    range_sigma_m: float
    azimuth_sigma_rad: float
    elevation_sigma_rad: float
    horizontal_sigma_m: float
    range_min_m: float
    range_max_m: float
    azimuth_from_rad: float
    azimuth_to_rad: float
    elevation_min_rad: float
    elevation_max_rad: float
    scan_period_s: float


@dataclass(slots=True)
class Places:
    """All of it. asset_* (A,): fixed defended assets. wind_mps (2,): where the air goes."""

    frame: SiteFrame
    lanes: list[Lane]
    listed: list[Listed]
    watchers: list[Watcher]
    watcher_index: dict[str, int]
    asset_names: list[str]
    asset_enu_m: F64
    asset_radius_m: F64
    wind_mps: F64
    wind_sigma_mps: float


def lay_out(site: Site) -> Places:
    """Lay out a site for identification. site: a checked site file."""
    frame = SiteFrame(site.reference)
    watchers = [_watcher(frame, sensor) for sensor in site.sensors]
    lanes = [_lane(frame, corridor) for corridor in site.corridors]
    numbers = {lane.lane_id: i for i, lane in enumerate(lanes)}
    fixed = [asset for asset in site.assets if asset.position_feed is None]
    discs = [_disc(frame, site, asset) for asset in fixed]
    to_rad = math.radians(site.wind.from_deg + 180.0)
    speed = site.wind.speed_mps
    return Places(
        frame=frame,
        lanes=lanes,
        listed=[_listed(flight, numbers) for flight in site.flights],
        watchers=watchers,
        watcher_index={watcher.sensor_id: i for i, watcher in enumerate(watchers)},
        asset_names=[asset.name for asset in fixed],
        asset_enu_m=np.array([disc[:2] for disc in discs], dtype=np.float64).reshape(-1, 2),
        asset_radius_m=np.array([disc[2] for disc in discs], dtype=np.float64),
        wind_mps=np.array([speed * math.sin(to_rad), speed * math.cos(to_rad)]),
        wind_sigma_mps=site.wind.speed_sigma_mps,
    )


def distance_to_line_m(line_m: F64, east_m: F64, north_m: F64) -> tuple[F64, F64]:
    """Measure how far points are from a polyline, and which way it runs there.

    line_m (K, 2); east_m, north_m (N,). Returns distance_m (N,) and unit directions (N, 2) of the
    nearest segment (zero where that segment has no length or the line is one point).
    """
    starts, ends = (line_m, line_m) if len(line_m) == 1 else (line_m[:-1], line_m[1:])
    along = ends - starts
    length2 = np.maximum((along**2).sum(axis=1), 1e-9)
    to_point = np.stack([east_m, north_m], axis=-1)[:, None, :] - starts[None]
    share = np.clip((to_point * along[None]).sum(axis=2) / length2[None], 0.0, 1.0)
    miss = np.hypot(
        to_point[..., 0] - share * along[None, :, 0], to_point[..., 1] - share * along[None, :, 1]
    )
    nearest = miss.argmin(axis=1)
    direction = along / np.sqrt(length2)[:, None]
    return miss[np.arange(len(east_m)), nearest], direction[nearest]


def inside_lane(
    lane: Lane, pos_enu_m: F64, vel_enu_mps: F64, hae_m: F64, slack_m: F64, height_slack_m: F64
) -> Bools:
    """Say which tracks keep to a lane: place, height, speed and, in civil ones, direction.

    pos_enu_m, vel_enu_mps (N, 3); hae_m (N,), NaN where height is not observed: then it is not
    held against the track. slack_m, height_slack_m (N,): one sigma of the track's own place.
    """
    miss_m, direction = distance_to_line_m(lane.line_m, pos_enu_m[:, 0], pos_enu_m[:, 1])
    speed_mps = np.hypot(vel_enu_mps[:, 0], vel_enu_mps[:, 1])
    height_slack_m = np.minimum(height_slack_m, POSITION_SLACK_MAX_M) + HEIGHT_SLACK_M
    low = hae_m < lane.floor_hae_m - height_slack_m
    high = hae_m > lane.ceiling_hae_m + height_slack_m
    inside = miss_m <= lane.half_width_m + np.minimum(slack_m, POSITION_SLACK_MAX_M)
    inside &= ~(low | high)
    inside &= (speed_mps >= lane.speed_min_mps - 3.0) & (speed_mps <= lane.speed_max_mps + 3.0)
    if lane.civil and len(lane.line_m) > 1:
        run = np.abs((direction * vel_enu_mps[:, :2]).sum(axis=1))
        inside &= run >= ALIGNED_COS * speed_mps
    return inside


def sees(watcher: Watcher, pos_enu_m: F64) -> Bools:
    """Say which places lie in a sensor's coverage. pos_enu_m (N, 3), site ENU."""
    local = (pos_enu_m - watcher.position_enu_m) @ watcher.axes
    ground_m = np.hypot(local[:, 0], local[:, 1])
    slant_m = np.hypot(ground_m, local[:, 2])
    elevation_rad = np.arctan2(local[:, 2], ground_m)
    azimuth_rad = np.arctan2(local[:, 0], local[:, 1])
    width_rad = (watcher.azimuth_to_rad - watcher.azimuth_from_rad) % (2.0 * math.pi)
    turned_rad = (azimuth_rad - watcher.azimuth_from_rad) % (2.0 * math.pi)
    in_sector = turned_rad <= (width_rad if width_rad > 0.0 else 2.0 * math.pi)
    in_range = (slant_m >= watcher.range_min_m) & (slant_m <= watcher.range_max_m)
    in_elevation = (elevation_rad >= watcher.elevation_min_rad) & (
        elevation_rad <= watcher.elevation_max_rad
    )
    return np.asarray(in_sector & in_range & in_elevation)


def _lane(frame: SiteFrame, corridor: Corridor) -> Lane:
    line = np.array(corridor.line, dtype=np.float64).reshape(-1, 2)
    east, north, _ = frame.enu_from_geo_deg(line[:, 0], line[:, 1], np.full(len(line), frame.hae_m))
    return Lane(
        lane_id=corridor.id,
        name=corridor.name,
        civil=corridor.kind == "civil",
        line_m=np.stack([east, north], axis=-1),
        half_width_m=corridor.half_width_m,
        floor_hae_m=corridor.floor_hae_m,
        ceiling_hae_m=corridor.ceiling_hae_m,
        speed_min_mps=corridor.speed_min_mps,
        speed_max_mps=corridor.speed_max_mps,
    )


def _listed(flight: FlightListed, lane_numbers: dict[str, int]) -> Listed:
    return Listed(
        flight_id=flight.id,
        friend=flight.affiliation == "friend",
        icao24=flight.icao24 or "",
        remote_id=flight.remote_id or "",
        callsign=(flight.callsign or "").strip().upper(),
        lane=lane_numbers.get(flight.corridor or "", -1),
        from_ns=parse_rfc3339(flight.from_time) if flight.from_time else -(2**62),
        to_ns=parse_rfc3339(flight.to_time) if flight.to_time else 2**62,
        speed_max_mps=flight.speed_max_mps,
    )


def _watcher(frame: SiteFrame, sensor: Sensor) -> Watcher:
    east, north, up = frame.enu_from_geo_deg(sensor.lat_deg, sensor.lon_deg, sensor.hae_m)
    lat_rad, lon_rad = math.radians(sensor.lat_deg), math.radians(sensor.lon_deg)
    by_kind = sensor.kind == "adsb"
    seen = sensor.coverage
    return Watcher(
        sensor_id=sensor.id,
        radar=sensor.kind in RADARS,
        cooperative=by_kind if sensor.cooperative is None else sensor.cooperative,
        position_enu_m=np.array([east, north, up]),
        axes=frame.enu_from_ecef @ rotation_enu_from_ecef(lat_rad, lon_rad).T,
        azimuth_offset_rad=math.radians(sensor.azimuth_offset_deg),
        range_sigma_m=sensor.range_sigma_m,
        azimuth_sigma_rad=math.radians(sensor.azimuth_sigma_deg),
        elevation_sigma_rad=math.radians(sensor.elevation_sigma_deg),
        horizontal_sigma_m=sensor.horizontal_sigma_m,
        range_min_m=seen.range_min_m,
        range_max_m=seen.range_max_m,
        azimuth_from_rad=math.radians(seen.azimuth_from_deg),
        azimuth_to_rad=math.radians(seen.azimuth_to_deg),
        elevation_min_rad=math.radians(max(seen.elevation_min_deg, 0.0)),
        elevation_max_rad=math.radians(seen.elevation_max_deg),
        scan_period_s=sensor.scan_period_s,
    )


def _disc(frame: SiteFrame, site: Site, asset: Asset) -> tuple[float, float, float]:
    """Give centre east, north and the radius of the circle that holds the asset."""
    ground_m = site.reference.hae_m if asset.ground_hae_m is None else asset.ground_hae_m
    east, north, _ = frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, ground_m)
    if not asset.polygon:
        return float(east), float(north), asset.radius_m
    corners = np.array(asset.polygon, dtype=np.float64)
    east, north, _ = frame.enu_from_geo_deg(
        corners[:, 0], corners[:, 1], np.full(len(corners), ground_m)
    )
    centre = float(np.mean(east)), float(np.mean(north))
    return *centre, float(np.hypot(east - centre[0], north - centre[1]).max())
