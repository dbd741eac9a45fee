"""Warnings, zones and places of sensors as CoT events.

A warning is an alert that every client of TAK shows and sounds: "b-a-o-pan" (ring the bell) where
people must take cover now, "b-a-g" (a border is crossed) where they must be ready, "b-a-o-can" for
the all-clear. Zones are drawn on the map, as circles or polygons; sensors stand on it as friendly
ground equipment.
"""

from collections.abc import Iterator

from vedette.base.constants import NS_PER_S
from vedette.codecs.cot.event import CotEvent
from vedette.codecs.cot.tracks import STALE_UPDATES, mark_of, opex_of
from vedette.codecs.xml_text import escaped
from vedette.config.site import Asset, Sensor, Site
from vedette.config.zones import area_of
from vedette.model.enums import Mode, WarningLevel
from vedette.model.picture import WarningRecord

PLACES_S = 60.0  # between two tellings of what does not move
WARNINGS_S = 10.0  # between two of a warning: who joins late hears of it soon
_ALERTS = {
    WarningLevel.IMMINENT: ("b-a-o-pan", "Ring The Bell", "TAKE COVER"),
    WarningLevel.POSSIBLE: ("b-a-g", "Geo-fence Breached", "BE READY"),
}
_CANCEL = "b-a-o-can"
_STROKE_ARGB = -35_072  # orange, opaque, as the signed number that clients write
_FILL_ARGB = 0x30_FF_77_00
_RADARS = frozenset({"radar_2d", "radar_3d"})
_PLACELESS = frozenset({"position", "tdoa"})  # where these stand says nothing


def warning_uid(prefix: str, warning: WarningRecord) -> str:
    """Name a warning for ever, as `track_uid` a track."""
    return f"{prefix}-W{warning.warning_id}-{warning.raised_ns // NS_PER_S:x}"


def warning_event(site: Site, warning: WarningRecord, uid: str, now_ns: int) -> CotEvent:
    """Tell an open warning, at the asset it is about."""
    kind, emergency, words = _ALERTS[warning.level]
    name = f"{mark_of(site.mode)}{words}: {warning.zone_name}"
    return _fixed(
        site,
        uid,
        kind,
        now_ns,
        WARNINGS_S,
        _place(site, _asset_of(site, warning.zone_id)),
        name,
        _marked(site, f"{warning.spoken} {warning.reason}"),
        f'<emergency type="{emergency}">{escaped(name)}</emergency>',
    )


def all_clear_event(site: Site, uid: str, zone_id: str, zone_name: str, now_ns: int) -> CotEvent:
    """Tell that a warning is over: a person has given the all-clear."""
    name = f"{mark_of(site.mode)}ALL CLEAR: {zone_name}"
    return _fixed(
        site,
        uid,
        _CANCEL,
        now_ns,
        WARNINGS_S,
        _place(site, _asset_of(site, zone_id)),
        name,
        _marked(site, f"All clear for {zone_name}."),
        f'<emergency cancel="true">{escaped(name)}</emergency>',
    )


def zone_events(site: Site, prefix: str, now_ns: int) -> Iterator[CotEvent]:
    """Draw each zone that stays in its place."""
    names = {asset.id: asset.name for asset in site.assets}
    for zone in site.zones:
        area = area_of(site, zone)
        if area.position_feed is not None:
            continue
        yield _fixed(
            site,
            *zone_key(prefix, zone.id, area),
            now_ns,
            PLACES_S,
            _place(site, area),
            mark_of(site.mode) + zone.name,
            _marked(site, f"Zone that is warned for {names[zone.asset]}."),
            _outline(area),
        )


def zone_key(prefix: str, zone_id: str, area: Asset) -> tuple[str, str]:
    """Name a zone's drawing for ever, and its type."""
    return f"{prefix}-zone-{zone_id}", "u-d-f" if area.polygon else "u-d-c-c"


def _outline(asset: Asset) -> str:
    style = f'<strokeColor value="{_STROKE_ARGB}"/><strokeWeight value="3.0"/>'
    style += f'<fillColor value="{_FILL_ARGB}"/><labels_on value="true"/>'
    if asset.polygon:
        corners = [*asset.polygon, asset.polygon[0]]
        links = [f'<link point="{lat:.7f},{lon:.7f}"/>' for lat, lon in corners]
        return "".join(links) + style
    radius = f"{asset.radius_m:.1f}"
    return f'<shape><ellipse major="{radius}" minor="{radius}" angle="360"/></shape>{style}'


def sensor_events(site: Site, prefix: str, now_ns: int) -> Iterator[CotEvent]:
    """Tell where each sensor stands, and how far it sees."""
    for sensor in site.sensors:
        if sensor.kind in _PLACELESS:
            continue
        yield _fixed(
            site,
            f"{prefix}-sensor-{sensor.id}",
            "a-f-G-E-S-R" if sensor.kind in _RADARS else "a-f-G-E-S",
            now_ns,
            PLACES_S,
            (sensor.lat_deg, sensor.lon_deg, sensor.hae_m),
            mark_of(site.mode) + (sensor.name if sensor.name != "sensor" else sensor.id),
            _marked(site, _sees(sensor)),
            "",
        )


def _sees(sensor: Sensor) -> str:
    reach_km = sensor.coverage.range_max_m / 1000.0
    return f"Sensor {sensor.id} ({sensor.kind.replace('_', ' ')}), sees to {reach_km:g} km."


def _marked(site: Site, words: str) -> str:
    return words if site.mode is Mode.LIVE else f"{site.mode.value}. {words}"


def _asset_of(site: Site, zone_id: str) -> Asset:
    return area_of(site, next(zone for zone in site.zones if zone.id == zone_id))


def _place(site: Site, asset: Asset) -> tuple[float, float, float]:
    ground_m = asset.ground_hae_m
    return asset.lat_deg, asset.lon_deg, site.reference.hae_m if ground_m is None else ground_m


def _fixed(
    site: Site,
    uid: str,
    kind: str,
    now_ns: int,
    period_s: float,
    place: tuple[float, float, float],
    name: str,
    remarks: str,
    detail_xml: str,
) -> CotEvent:
    """Make an event of something that is where the site file says; place: degrees, metres."""
    return CotEvent(
        uid=uid,
        kind=kind,
        how="h-e" if site.mode is Mode.LIVE else "m-s",
        opex=opex_of(site.mode),
        time_ns=now_ns,
        start_ns=now_ns,
        stale_ns=now_ns + round(STALE_UPDATES * period_s * NS_PER_S),
        lat_deg=place[0],
        lon_deg=place[1],
        hae_m=place[2],
        callsign=name,
        remarks=remarks,
        detail_xml=detail_xml,
    )
