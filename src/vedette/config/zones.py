"""Zones: what they must obey, where they lie, and in what they are written down.

A zone lies where its asset does, or has a polygon of its own; the asset it belongs to then gives
its height. In: a checked Site. Out: faults as (path, reason), and the area as an Asset.
"""

import msgspec

from vedette.config.faults import Faults, known_key
from vedette.config.polygons import (
    area_m2,
    distance_m,
    middle_of,
    near_faults,
    polygon_faults,
)
from vedette.config.site import Asset, Site, Zone

LIST_MAX = 200  # tables of one kind: several times the largest sites
ZONE_POINTS_MAX = 64  # a coast line round a town takes forty
ZONE_AREA_MIN_M2 = 100.0  # a shelter ten metres wide; less is a slip of the hand
ZONE_AREA_MAX_M2 = 1e9  # a circle of 18 km: who lives in more is not warned at one moment
# A zone drawn while the site runs lies no farther off than anything here sees, or within this.
REACH_LEAST_M = 20_000.0
TAKE_COVER_S_MIN, TAKE_COVER_S_MAX = 1.0, 1_800.0
LOOK_S_MAX = 3_600.0  # a drone of 50 m/s is 180 km off then
NAME_MAX = 60  # one line of the warning bar


def zone_faults(site: Site, zone: Zone, path: str) -> Faults:
    """Find what is wrong with a zone of a site file."""
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
    if zone.polygon is not None:
        yield from _own_area(site, zone, f"{path}.polygon")


def _own_area(site: Site, zone: Zone, path: str) -> Faults:
    points = zone.polygon or []
    moves = any(a.id == zone.asset and a.position_feed is not None for a in site.assets)
    if moves:
        yield path, f"{zone.asset!r} moves and takes its zone along: leave the polygon out"
    shape = list(polygon_faults(points, path, ZONE_POINTS_MAX))
    yield from shape
    for i, (lat_deg, lon_deg) in enumerate(points[:ZONE_POINTS_MAX]):
        yield from near_faults(site, lat_deg, lon_deg, f"{path}[{i}]")
    if not shape:
        size_m2 = area_m2(points)
        if size_m2 < ZONE_AREA_MIN_M2:
            yield path, f"encloses {size_m2:.0f} m2: at least {ZONE_AREA_MIN_M2:.0f}"
        if size_m2 > ZONE_AREA_MAX_M2:
            most_km2 = ZONE_AREA_MAX_M2 / 1e6
            yield path, f"encloses {size_m2 / 1e6:,.0f} km2: at most {most_km2:,.0f}"


def drawn_faults(site: Site, zone: Zone) -> Faults:
    """Find what is wrong with a zone that is drawn while the site runs: stricter than a file."""
    name = zone.name
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        yield "name", f"1 to {NAME_MAX} characters that can be seen, in one line"
    if not TAKE_COVER_S_MIN <= zone.take_cover_s <= TAKE_COVER_S_MAX:
        yield "take_cover_s", f"must lie within {TAKE_COVER_S_MIN:.0f} and {TAKE_COVER_S_MAX:.0f} s"
    if max(zone.possible_s, zone.imminent_s, zone.unassessed_s) > LOOK_S_MAX:
        yield "possible_s", f"people are told at most {LOOK_S_MAX:.0f} s before"
    yield from ((key.removeprefix("zone."), why) for key, why in zone_faults(site, zone, "zone"))
    far_m = reach_m(site)
    here = site.reference
    for i, (lat_deg, lon_deg) in enumerate((zone.polygon or [])[:ZONE_POINTS_MAX]):
        away_m = distance_m(here.lat_deg, here.lon_deg, lat_deg, lon_deg)
        if away_m > far_m:
            yield f"polygon[{i}]", f"is {away_m / 1e3:.0f} km off: the site sees {far_m / 1e3:.0f}"
            return


def reach_m(site: Site) -> float:
    """Say how far from its reference point anything of a site sees, m."""
    here = site.reference
    seen = [
        distance_m(here.lat_deg, here.lon_deg, s.lat_deg, s.lon_deg) + s.coverage.range_max_m
        for s in site.sensors
    ]
    return max([REACH_LEAST_M, *seen])


def area_of(site: Site, zone: Zone) -> Asset:
    """Give where a zone lies: its asset, or its own polygon as an asset that stays in its place.

    Such an asset bears the zone's name, the asset's id and height, and the least radius (m) about
    the middle that holds its polygon. Raises StopIteration where there is no such asset.
    """
    asset = next(asset for asset in site.assets if asset.id == zone.asset)
    if not zone.polygon:
        return asset
    lat_deg, lon_deg = middle_of(zone.polygon)
    return msgspec.structs.replace(
        asset,
        name=zone.name,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        polygon=zone.polygon,
        radius_m=max(distance_m(lat_deg, lon_deg, *point) for point in zone.polygon),
        position_feed=None,
        position_id=None,
    )


def own_areas(site: Site) -> list[tuple[Zone, Asset]]:
    """List the zones that have a polygon of their own, each with its area."""
    return [(zone, area_of(site, zone)) for zone in site.zones if zone.polygon]
