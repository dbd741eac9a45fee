"""What a site file must obey beyond single keys: references, uniqueness, geometry, policy.

In: a Site whose keys and types are already right. Out: faults as (path, reason), first first.
"""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.accounts import HASH_START, role_fault
from vedette.config.check_channels import channel_faults
from vedette.config.check_wires import wire_faults
from vedette.config.faults import Faults, known_key, unique_ids
from vedette.config.site import (
    Asset,
    Corridor,
    FlightListed,
    Point,
    Sensor,
    Site,
    Zone,
)
from vedette.model.enums import Role

CALLBACK = "/api/oidc/callback"
PROGRAMS = frozenset({Role.SENSOR, Role.EFFECTOR_SIMULATOR})
_HTTPS_OR_HERE = re.compile(
    r"(?:https://[^\s/?#@]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:[/?][^\s#]*)?$"
)
LIST_MAX = 200  # tables of one kind: several times the largest sites
RECEIVERS_MIN, RECEIVERS_MAX = 3, 32  # two give one difference; more have no use
MASK_POINTS_MAX = 720  # one every half a degree
POINTS_MAX = 100  # vertices of one polygon; its check costs their square
LINE_POINTS_MAX = 2_000
SITE_RADIUS_MAX_M = 1_000_000.0  # farther than any sensor sees: latitude and longitude swapped
MEAN_RADIUS_M = 6_371_008.8  # IUGG mean radius: a plausibility check needs no ellipsoid

SIMULATED_ONLY = (
    "effectors exist only as simulated models: only simulated = true is accepted; "
    "there is no driver for any real effector"
)


def site_faults(site: Site) -> Faults:
    """Find every fault of a site that no single key shows."""
    yield from _sizes(site)
    yield from _effectors(site)
    yield from _unique(site)
    for i, asset in enumerate(site.assets):
        yield from _asset(site, asset, f"assets[{i}]")
    for i, zone in enumerate(site.zones):
        yield from _zone(site, zone, f"zones[{i}]")
    for i, sensor in enumerate(site.sensors):
        yield from _sensor(site, sensor, f"sensors[{i}]")
    yield from wire_faults(site)
    for i, corridor in enumerate(site.corridors):
        yield from _corridor(corridor, f"corridors[{i}]")
    for i, flight in enumerate(site.flights):
        yield from _flight(site, flight, f"flights[{i}]")
    yield from channel_faults(site)
    yield from _people(site)
    yield from _map(site)
    yield from _service(site)
    yield from _oidc(site)


def _sizes(site: Site) -> Faults:
    """Bound every list, so that checking and running stay bounded."""
    tables = (
        "assets",
        "zones",
        "sensors",
        "feeds",
        "outputs",
        "corridors",
        "flights",
        "effectors",
        "webhooks",
        "channels",
        "people",
    )
    for key in tables:
        if len(getattr(site, key)) > LIST_MAX:
            yield key, f"more than {LIST_MAX} tables"


def _effectors(site: Site) -> Faults:
    """Accept effector models only."""
    for i, effector in enumerate(site.effectors):
        path = f"effectors[{i}]"
        if not effector.simulated:
            yield f"{path}.simulated", SIMULATED_ONLY
        if effector.range_min_m >= effector.range_max_m:
            yield f"{path}.range_min_m", "must be less than range_max_m"
        yield from _near(site, effector.lat_deg, effector.lon_deg, path)


def _unique(site: Site) -> Faults:
    """Refuse the same id twice."""
    yield from unique_ids("assets", site.assets)
    yield from unique_ids("zones", site.zones)
    yield from unique_ids("corridors", site.corridors)
    yield from unique_ids("flights", site.flights)
    yield from unique_ids("effectors", site.effectors)
    yield from unique_ids("sensors", site.sensors)
    yield from _unique_codes(site.sensors)
    yield from _unique_nodes(site.sensors)


# Kinds that ASTERIX has categories of their own for; one station may send them under one SAC/SIC.
ASTERIX_FAMILIES = {
    "adsb": "adsb",
    "position": "position",
    "bearing": "bearing",
    "bearing_elevation": "bearing",
}


def _unique_codes(sensors: Sequence[Sensor]) -> Faults:
    """Refuse two sensors of a family with one SAC/SIC: their plots could not be told apart."""
    owners: dict[tuple[str, int, int], str] = {}
    for i, sensor in enumerate(sensors):
        if (sensor.sac is None) != (sensor.sic is None):
            missing = "sac" if sensor.sac is None else "sic"
            yield f"sensors[{i}]", f"sac and sic go together; {missing} is missing"
        if sensor.sac is None or sensor.sic is None:
            continue
        family = ASTERIX_FAMILIES.get(sensor.kind, "radar")
        owner = owners.setdefault((family, sensor.sac, sensor.sic), sensor.id)
        if owner != sensor.id:
            yield f"sensors[{i}].sic", f"SAC/SIC {sensor.sac}/{sensor.sic} is taken by {owner!r}"


def _unique_nodes(sensors: Sequence[Sensor]) -> Faults:
    """Refuse two sensors with one SAPIENT node."""
    owners: dict[str, str] = {}
    for i, sensor in enumerate(sensors):
        if sensor.sapient_node is not None:
            owner = owners.setdefault(sensor.sapient_node.lower(), sensor.id)
            if owner != sensor.id:
                yield f"sensors[{i}].sapient_node", f"is also that of {owner!r}"
        elif sensor.pointable:
            yield f"sensors[{i}].pointable", "needs a sapient_node: how else would it be asked?"
        if sensor.observer and sensor.kind not in ("bearing", "bearing_elevation"):
            yield f"sensors[{i}].observer", "a person sees a direction: kind bearing"


def _asset(site: Site, asset: Asset, path: str) -> Faults:
    yield from _near(site, asset.lat_deg, asset.lon_deg, path)
    if asset.polygon is not None:
        yield from _polygon(asset.polygon, f"{path}.polygon")
        for i, (lat_deg, lon_deg) in enumerate(asset.polygon[:POINTS_MAX]):
            yield from _near(site, lat_deg, lon_deg, f"{path}.polygon[{i}]")
    if asset.position_feed is not None:
        known = (sensor.id for sensor in site.sensors)
        yield from known_key(f"{path}.position_feed", asset.position_feed, known, "sensor")
    if (asset.position_feed is None) != (asset.position_id is None):
        yield path, "position_feed and position_id go together"


def _zone(site: Site, zone: Zone, path: str) -> Faults:
    yield from known_key(f"{path}.asset", zone.asset, (a.id for a in site.assets), "asset")
    for i, channel in enumerate(zone.channels[:LIST_MAX]):
        known = [w.id for w in site.webhooks] + [c.id for c in site.channels]
        yield from known_key(f"{path}.channels[{i}]", channel, known, "webhook or channel")
    if len(set(zone.channels)) != len(zone.channels):
        yield f"{path}.channels", "names a channel twice"
    if zone.imminent_s > zone.possible_s:
        yield f"{path}.imminent_s", "must not exceed possible_s: imminent comes after possible"
    if zone.take_cover_s > zone.imminent_s:
        yield f"{path}.take_cover_s", "must not exceed imminent_s: nobody would reach cover in time"
    if zone.reach_prob_possible > zone.reach_prob_imminent:
        yield f"{path}.reach_prob_possible", "must not exceed reach_prob_imminent"


def _sensor(site: Site, sensor: Sensor, path: str) -> Faults:
    yield from _near(site, sensor.lat_deg, sensor.lon_deg, path)
    coverage = sensor.coverage
    if coverage.range_min_m >= coverage.range_max_m:
        yield f"{path}.coverage.range_min_m", "must be less than range_max_m"
    if coverage.elevation_min_deg >= coverage.elevation_max_deg:
        yield f"{path}.coverage.elevation_min_deg", "must be less than elevation_max_deg"
    if max(abs(coverage.elevation_min_deg), abs(coverage.elevation_max_deg)) > 90.0:
        yield f"{path}.coverage", "elevations lie within -90 and 90 degrees"
    if sensor.stale_s <= sensor.scan_period_s:
        yield f"{path}.stale_s", "must exceed scan_period_s, or the sensor is always stale"
    yield from _neighbour(sensor, path)
    yield from _authenticated(site, sensor, path)
    yield from _receivers(site, sensor, path)
    yield from _doppler(sensor, path)
    yield from _mask(sensor, f"{path}.coverage.mask")


def _neighbour(sensor: Sensor, path: str) -> Faults:
    """Refuse a neighbour whose silence would be held against what we see ourselves."""
    if sensor.neighbour and sensor.kind != "position":
        yield f"{path}.neighbour", "only a sensor of kind position tells another system's tracks"
    if sensor.neighbour and sensor.cooperative is False:
        yield f"{path}.cooperative", "a neighbour's silence says nothing: leave it out, or true"


def _authenticated(site: Site, sensor: Sensor, path: str) -> Faults:
    """Refuse to take for proved what anybody may broadcast: it alone makes a friend."""
    if not sensor.authenticated:
        return
    if sensor.kind != "position" or not sensor.cooperative:
        what = "only a sensor of kind position with cooperative = true is told who it hears"
        yield f"{path}.authenticated", what
    heard = [f for f in site.feeds if f.sensor == sensor.id and f.kind.startswith("remote_id")]
    if heard or sensor.neighbour:
        yield f"{path}.authenticated", "Remote ID and neighbours prove nothing: leave it out"


def _doppler(sensor: Sensor, path: str) -> Faults:
    """Refuse what only radars have of any other sensor, and an interval within its own noise."""
    ambiguity_mps = sensor.range_rate_ambiguity_mps
    if not sensor.kind.startswith("radar"):
        if ambiguity_mps is not None:
            yield f"{path}.range_rate_ambiguity_mps", "only a radar has one"
        if sensor.blind_speed_mps > 0.0:
            yield f"{path}.blind_speed_mps", "only a radar has one"
        if sensor.amplitude_at_1km_dbm is not None:
            yield f"{path}.amplitude_at_1km_dbm", "only a radar has one"
    elif ambiguity_mps is not None and ambiguity_mps <= 6.0 * sensor.range_rate_sigma_mps:
        yield f"{path}.range_rate_ambiguity_mps", "must exceed six times range_rate_sigma_mps"


def _mask(sensor: Sensor, path: str) -> Faults:
    """Refuse masks that are no function of azimuth."""
    mask = sensor.coverage.mask
    if len(mask) > MASK_POINTS_MAX:
        yield path, f"more than {MASK_POINTS_MAX} points"
    azimuths = [azimuth_deg % 360.0 for azimuth_deg, _ in mask]
    if any(b <= a for a, b in pairwise(azimuths)):
        yield path, "azimuths must increase from 0 to 360, each once"
    if any(abs(elevation_deg) >= 90.0 for _, elevation_deg in mask):
        yield path, "elevations lie within -90 and 90 degrees"


def _receivers(site: Site, sensor: Sensor, path: str) -> Faults:
    """Demand receivers of a sensor that times arrivals, and of no other."""
    receivers, wanted = sensor.receivers, sensor.kind == "tdoa"
    if not wanted and receivers:
        yield f"{path}.receivers", "only a sensor of kind tdoa has receivers"
    if wanted and not RECEIVERS_MIN <= len(receivers) <= RECEIVERS_MAX:
        yield f"{path}.receivers", f"kind tdoa needs {RECEIVERS_MIN} to {RECEIVERS_MAX} receivers"
    yield from unique_ids(f"{path}.receivers", receivers[: RECEIVERS_MAX + 1])
    for i, receiver in enumerate(receivers[:RECEIVERS_MAX]):
        yield from _near(site, receiver.lat_deg, receiver.lon_deg, f"{path}.receivers[{i}]")


def _corridor(corridor: Corridor, path: str) -> Faults:
    yield from _line(corridor.line, f"{path}.line")
    if corridor.floor_hae_m >= corridor.ceiling_hae_m:
        yield f"{path}.floor_hae_m", "must be less than ceiling_hae_m"
    if corridor.speed_min_mps >= corridor.speed_max_mps:
        yield f"{path}.speed_min_mps", "must be less than speed_max_mps"


def _flight(site: Site, flight: FlightListed, path: str) -> Faults:
    if flight.icao24 is None and flight.remote_id is None and flight.callsign is None:
        yield path, "needs icao24, remote_id or callsign: how else would it be known?"
    if flight.corridor is not None:
        known = (c.id for c in site.corridors)
        yield from known_key(f"{path}.corridor", flight.corridor, known, "corridor")
    times: list[int] = []
    for key, text in (("from_time", flight.from_time), ("to_time", flight.to_time)):
        if text is None:
            continue
        try:
            times.append(parse_rfc3339(text))
        except RefusedError as error:
            yield f"{path}.{key}", f"{error}: write 2022-01-04T03:00:00Z"
    if len(times) == 2 and times[0] >= times[1]:
        yield f"{path}.to_time", "must be later than from_time"


def _people(site: Site) -> Faults:
    seen: set[str] = set()
    for i, person in enumerate(site.people):
        path = f"people[{i}]"
        if person.name in seen:
            yield f"{path}.name", f"{person.name!r} is there twice"
        seen.add(person.name)
        if fault := role_fault(person.roles):
            yield f"{path}.roles", fault
        if not person.password.startswith(HASH_START):
            yield f"{path}.password", "must be an argon2id hash, never the password itself"


def _map(site: Site) -> Faults:
    for i, line in enumerate(site.map.lines):
        yield from _line(line.points, f"map.lines[{i}].points")


def _service(site: Site) -> Faults:
    if site.service.idle_step_s < site.service.step_s:
        yield "service.idle_step_s", "must not be less than step_s"


def _oidc(site: Site) -> Faults:
    if site.oidc is None:
        return
    for key, url in (("issuer", site.oidc.issuer), ("redirect_uri", site.oidc.redirect_uri)):
        if not _HTTPS_OR_HERE.match(url):
            yield f"oidc.{key}", "must be an https address (http on this machine alone)"
    if not site.oidc.redirect_uri.endswith(CALLBACK):
        yield "oidc.redirect_uri", f"must end in {CALLBACK}"
    for group, roles in site.oidc.roles.items():
        fault = role_fault(roles)
        if fault:
            yield f"oidc.roles.{group}", fault
        if PROGRAMS & set(roles):
            yield f"oidc.roles.{group}", "programs have accounts of the accounts file"


def _near(site: Site, lat_deg: float, lon_deg: float, path: str) -> Faults:
    """Refuse a place so far off that a number must be wrong."""
    reference = site.reference
    distance_m = _distance_m(reference.lat_deg, reference.lon_deg, lat_deg, lon_deg)
    if distance_m > SITE_RADIUS_MAX_M:
        yield (
            path if path.endswith("]") and "polygon" in path else f"{path}.lat_deg",
            f"lies {distance_m / 1000:,.0f} km from the reference point; "
            "are lat_deg and lon_deg swapped?",
        )


def _distance_m(lat1_deg: float, lon1_deg: float, lat2_deg: float, lon2_deg: float) -> float:
    """Return the great-circle distance on the mean sphere (haversine formula)."""
    lat1, lat2 = math.radians(lat1_deg), math.radians(lat2_deg)
    north = math.sin((lat2 - lat1) / 2.0) ** 2
    east = math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(lon2_deg - lon1_deg) / 2.0) ** 2
    return 2.0 * MEAN_RADIUS_M * math.asin(min(1.0, math.sqrt(north + east)))


def _line(points: Sequence[Point], path: str) -> Faults:
    if len(points) < 2:
        yield path, "a line needs at least 2 points"
    if len(points) > LINE_POINTS_MAX:
        yield path, f"more than {LINE_POINTS_MAX} points"


def _polygon(points: Sequence[Point], path: str) -> Faults:
    """Refuse what encloses no area, or crosses itself so that inside has no meaning."""
    if len(points) < 3:
        yield path, "a polygon needs at least 3 points"
        return
    if len(points) > POINTS_MAX:
        yield path, f"more than {POINTS_MAX} points"
        return
    if points[0] == points[-1]:
        yield path, "the last point repeats the first; a polygon closes by itself"
        return
    flat = _flattened(points)
    if any(a == b for a, b in pairwise(flat)):
        yield path, "holds the same point twice in a row"
    elif crossing := _crossing(flat):
        yield path, f"crosses itself: edges {crossing[0]} and {crossing[1]} (from 0)"
    elif _doubled_area(flat) == 0.0:
        yield path, "encloses no area"


def _flattened(points: Sequence[Point]) -> list[tuple[float, float]]:
    """Lay out lat, lon so that the date line does not cut the polygon."""
    first_deg = points[0][1]
    return [(lat, (lon - first_deg + 180.0) % 360.0) for lat, lon in points]


def _doubled_area(flat: Sequence[tuple[float, float]]) -> float:
    following = [*flat[1:], flat[0]]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, following, strict=True))


def _crossing(flat: Sequence[tuple[float, float]]) -> tuple[int, int] | None:
    """Find two edges, not neighbours, that touch."""
    n = len(flat)
    for i in range(n):
        for j in range(i + 2, n):
            if (j + 1) % n != i and _touch(flat[i], flat[(i + 1) % n], flat[j], flat[(j + 1) % n]):
                return i, j
    return None


def _side(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
    """Return the sign of the turn a, b, p: positive left, negative right, 0 on the line."""
    return math.copysign(1.0, turn) if (turn := _turn(a, b, p)) else 0.0


def _turn(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def _within(a: tuple[float, float], b: tuple[float, float], p: tuple[float, float]) -> bool:
    return min(a[0], b[0]) <= p[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= p[1] <= max(a[1], b[1])


def _touch(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float]
) -> bool:
    """Say whether segments ab and cd share a point."""
    sides = (_side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b))
    if sides[0] * sides[1] < 0 and sides[2] * sides[3] < 0:
        return True
    ends = ((a, b, c), (a, b, d), (c, d, a), (c, d, b))
    return any(s == 0.0 and _within(*end) for s, end in zip(sides, ends, strict=True))
