"""The site's lanes, lists, assets and sensors, laid out in its own frame once at the start.

In: the site file. Out: plain arrays and numbers that the evaluation of tracks reads every second.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.site import Asset, Corridor, FlightListed, Sensor, Site
from vedette.config.zones import own_areas
from vedette.geo import SiteFrame, rotation_enu_from_ecef
from vedette.identity.flight import Network, load_network
from vedette.model.measurements import F64, I64, Bools

FINDERS = ("bearing", "tdoa")  # unless the site says that what they hear need not be sent
RADARS = ("radar_3d", "radar_2d")
ALIGNED_COS = math.cos(math.radians(45.0))  # "along the lane": nearer to along than to across
POSITION_SLACK_MAX_M = 200.0  # a lane may be missed by the track's own sigma, and no more
HEIGHT_SLACK_M = 50.0  # pressure height against ellipsoid, beside the track's own sigma
SPEED_SLACK_MPS = 3.0  # the filter's own error in speed
# So far above a mask a sensor must see a place to bear witness: edges are known no better, and the
# air bends what looks along them.
MASK_SLACK_RAD = math.radians(0.5)


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
class LaneTable:
    """All L lanes as arrays (L,), and the S segments of their lines one after another.

    start_m, along_m (S, 2), length2_m2 (S,), unit (S, 2): a line of one point is one segment of no
    length. first (L,): each lane's first segment. floor, ceiling with HEIGHT_SLACK_M, speeds with
    the filter's own error.
    """

    start_m: F64
    along_m: F64
    length2_m2: F64
    unit: F64
    first: I64
    half_width_m: F64
    floor_hae_m: F64
    ceiling_hae_m: F64
    speed_min_mps: F64
    speed_max_mps: F64
    directed: Bools


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
    """A sensor as identity sees it. axes (3, 3): columns are its east, north, up in site ENU.

    finder: it gives directions or times of arrival of what is sent, and no place by itself.
    """

    sensor_id: str
    radar: bool
    finder: bool
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
    neighbour: bool = False  # another system: what it does not tell means nothing at all
    authenticated: bool = False  # nobody else can say what it says in another's name
    mask_rad: F64 = field(default_factory=lambda: np.zeros((0, 2)))  # azimuth, least elevation


@dataclass(slots=True)
class Places:
    """All of it. asset_* (A,): fixed defended assets, then zones with an area of their own.

    wind_mps (2,): where the air goes.
    network: what was learnt of how each class flies.
    """

    frame: SiteFrame
    lanes: list[Lane]
    lane_table: LaneTable
    listed: list[Listed]
    watchers: list[Watcher]
    watcher_index: dict[str, int]
    asset_names: list[str]
    asset_enu_m: F64
    asset_radius_m: F64
    wind_mps: F64
    wind_sigma_mps: float
    network: Network


def lay_out(site: Site) -> Places:
    """Lay out a site for identification. site: a checked site file."""
    frame = SiteFrame(site.reference)
    watchers = [_watcher(frame, sensor) for sensor in site.sensors]
    lanes = [_lane(frame, corridor) for corridor in site.corridors]
    numbers = {lane.lane_id: i for i, lane in enumerate(lanes)}
    aimed_at = _aimed_at(frame, site)
    to_rad = math.radians(site.wind.from_deg + 180.0)
    speed = site.wind.speed_mps
    return Places(
        frame=frame,
        lanes=lanes,
        lane_table=_lane_table(lanes),
        listed=[_listed(flight, numbers) for flight in site.flights],
        watchers=watchers,
        watcher_index={watcher.sensor_id: i for i, watcher in enumerate(watchers)},
        asset_names=aimed_at[0],
        asset_enu_m=aimed_at[1],
        asset_radius_m=aimed_at[2],
        wind_mps=np.array([speed * math.sin(to_rad), speed * math.cos(to_rad)]),
        wind_sigma_mps=site.wind.speed_sigma_mps,
        network=load_network(),
    )


def take_zones(places: Places, site: Site) -> None:
    """Take other zones than before; those with an area of their own are places to fly at.

    site: the same assets, with the zones that stand now.
    """
    names, enu_m, radius_m = _aimed_at(places.frame, site)
    places.asset_names, places.asset_enu_m, places.asset_radius_m = names, enu_m, radius_m


def _aimed_at(frame: SiteFrame, site: Site) -> tuple[list[str], F64, F64]:
    """Give name, place (A, 2) and radius (A,) of fixed assets, then of zones of their own."""
    fixed = [asset for asset in site.assets if asset.position_feed is None]
    fixed += [area for _, area in own_areas(site)]
    discs = [_disc(frame, site, asset) for asset in fixed]
    places = np.array([disc[:2] for disc in discs], dtype=np.float64).reshape(-1, 2)
    return [a.name for a in fixed], places, np.array([disc[2] for disc in discs], dtype=np.float64)


def inside_lanes(
    table: LaneTable, pos_enu_m: F64, vel_enu_mps: F64, hae_m: F64, slack_m: F64, tall_m: F64
) -> Bools:
    """Say which tracks keep to which lanes: place, height, speed and, in civil ones, direction.

    pos_enu_m, vel_enu_mps (N, 3); hae_m (N,), NaN where height is not observed: then it is not
    held against the track. slack_m, tall_m (N,): one sigma of the track's own place, across and
    up. Returns (N, L).
    """
    if len(table.first) == 0:
        return np.zeros((len(hae_m), 0), np.bool_)
    miss_m = _distances_m(table, pos_enu_m)
    speed_mps = np.hypot(vel_enu_mps[:, 0], vel_enu_mps[:, 1])[:, None]
    slack_m, tall_m = (
        np.minimum(sigma, POSITION_SLACK_MAX_M)[:, None] for sigma in (slack_m, tall_m)
    )
    low = hae_m[:, None] < table.floor_hae_m - tall_m
    high = hae_m[:, None] > table.ceiling_hae_m + tall_m
    inside = np.minimum.reduceat(miss_m, table.first, axis=1) <= table.half_width_m + slack_m
    inside &= ~(low | high)
    inside &= (speed_mps >= table.speed_min_mps) & (speed_mps <= table.speed_max_mps)
    for i in np.flatnonzero(table.directed & inside.any(axis=0)).tolist():
        end = table.first[i + 1] if i + 1 < len(table.first) else miss_m.shape[1]
        nearest = table.first[i] + miss_m[:, table.first[i] : end].argmin(axis=1)
        run_mps = np.abs((table.unit[nearest] * vel_enu_mps[:, :2]).sum(axis=1))
        inside[:, i] &= run_mps >= ALIGNED_COS * speed_mps[:, 0]
    return inside


def _distances_m(table: LaneTable, pos_enu_m: F64) -> F64:
    """Measure how far points (N, 3) are from every segment of every lane: (N, S)."""
    to_point = pos_enu_m[:, None, :2] - table.start_m
    share = (to_point * table.along_m).sum(axis=2) / table.length2_m2
    share = np.minimum(np.maximum(share, 0.0), 1.0)
    off = to_point - share[:, :, None] * table.along_m
    return np.asarray(np.hypot(off[..., 0], off[..., 1]))


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
    return np.asarray(in_sector & in_range & in_elevation & ~_hidden(watcher, local))


def _hidden(watcher: Watcher, local_m: F64) -> Bools:
    """Say which places (N, 3) hills and buildings hide from a sensor, or may: it must see them
    MASK_SLACK_RAD above its mask to bear witness."""
    mask = watcher.mask_rad
    if len(mask) == 0:
        return np.zeros(len(local_m), np.bool_)
    azimuth_rad = np.arctan2(local_m[:, 0], local_m[:, 1])
    least_rad = np.interp(azimuth_rad, mask[:, 0], mask[:, 1], period=2.0 * math.pi)
    elevation_rad = np.arctan2(local_m[:, 2], np.hypot(local_m[:, 0], local_m[:, 1]))
    return np.asarray(elevation_rad < least_rad + MASK_SLACK_RAD)


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


def _lane_table(lanes: list[Lane]) -> LaneTable:
    lines = [lane.line_m for lane in lanes]
    starts = [line if len(line) == 1 else line[:-1] for line in lines]
    ends = [line if len(line) == 1 else line[1:] for line in lines]
    start_m = np.concatenate([np.zeros((0, 2)), *starts])
    along_m = np.concatenate([np.zeros((0, 2)), *ends]) - start_m
    length2_m2 = np.maximum((along_m**2).sum(axis=1), 1e-9)
    return LaneTable(
        start_m=start_m,
        along_m=along_m,
        length2_m2=length2_m2,
        unit=along_m / np.sqrt(length2_m2)[:, None],
        first=np.cumsum([0, *[len(start) for start in starts]])[:-1].astype(np.int64),
        half_width_m=np.array([lane.half_width_m for lane in lanes]),
        floor_hae_m=np.array([lane.floor_hae_m - HEIGHT_SLACK_M for lane in lanes]),
        ceiling_hae_m=np.array([lane.ceiling_hae_m + HEIGHT_SLACK_M for lane in lanes]),
        speed_min_mps=np.array([lane.speed_min_mps - SPEED_SLACK_MPS for lane in lanes]),
        speed_max_mps=np.array([lane.speed_max_mps + SPEED_SLACK_MPS for lane in lanes]),
        directed=np.array([lane.civil and len(lane.line_m) > 1 for lane in lanes], np.bool_),
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
    by_kind = sensor.kind == "adsb" or sensor.neighbour
    seen = sensor.coverage
    return Watcher(
        sensor_id=sensor.id,
        radar=sensor.kind in RADARS,
        finder=sensor.kind in FINDERS and sensor.cooperative is not False,
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
        neighbour=sensor.neighbour,
        authenticated=sensor.authenticated,
        mask_rad=np.radians(np.array(seen.mask, dtype=np.float64).reshape(-1, 2)),
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
