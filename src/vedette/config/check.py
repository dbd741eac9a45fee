"""What a site file must obey beyond single keys: references, uniqueness, geometry, policy.

In: a Site whose keys and types are already right. Out: faults as (path, reason), first first.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.accounts import HASH_START, role_fault
from vedette.config.check_channels import channel_faults
from vedette.config.check_wires import wire_faults
from vedette.config.faults import Faults, known_key, unique_ids
from vedette.config.polygons import POINTS_MAX, near_faults, polygon_faults
from vedette.config.site import (
    Asset,
    Corridor,
    FlightListed,
    Point,
    Sensor,
    Site,
)
from vedette.config.zones import LIST_MAX, zone_faults
from vedette.model.enums import Role

CALLBACK = "/api/oidc/callback"
PROGRAMS = frozenset({Role.SENSOR, Role.EFFECTOR_SIMULATOR})
_HTTPS_OR_HERE = re.compile(
    r"(?:https://[^\s/?#@]+|http://(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?)(?:[/?][^\s#]*)?$"
)
RECEIVERS_MIN, RECEIVERS_MAX = 3, 32  # two give one difference; more have no use
MASK_POINTS_MAX = 720  # one every half a degree
LINE_POINTS_MAX = 2_000

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
        yield from zone_faults(site, zone, f"zones[{i}]")
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
        yield from near_faults(site, effector.lat_deg, effector.lon_deg, path)


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
    yield from near_faults(site, asset.lat_deg, asset.lon_deg, path)
    if asset.polygon is not None:
        yield from polygon_faults(asset.polygon, f"{path}.polygon")
        for i, (lat_deg, lon_deg) in enumerate(asset.polygon[:POINTS_MAX]):
            yield from near_faults(site, lat_deg, lon_deg, f"{path}.polygon[{i}]")
    if asset.position_feed is not None:
        known = (sensor.id for sensor in site.sensors)
        yield from known_key(f"{path}.position_feed", asset.position_feed, known, "sensor")
    if (asset.position_feed is None) != (asset.position_id is None):
        yield path, "position_feed and position_id go together"


def _sensor(site: Site, sensor: Sensor, path: str) -> Faults:
    yield from near_faults(site, sensor.lat_deg, sensor.lon_deg, path)
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
        yield from near_faults(site, receiver.lat_deg, receiver.lon_deg, f"{path}.receivers[{i}]")


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


def _line(points: Sequence[Point], path: str) -> Faults:
    if len(points) < 2:
        yield path, "a line needs at least 2 points"
    if len(points) > LINE_POINTS_MAX:
        yield path, f"more than {LINE_POINTS_MAX} points"
