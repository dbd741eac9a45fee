"""The site file's sensors as the tracker sees them: placed and turned in the site's frame."""

import math

import numpy as np

from vedette.config.site import Sensor, Site
from vedette.geo import SiteFrame, rotation_enu_from_ecef
from vedette.model.measurements import F64, SensorModel
from vedette.model.reports import Claims

# What hears only what transmits says nothing by its silence: ADS-B, direction finders,
# receivers that compare times.
_COOPERATIVE_KINDS = ("adsb", "bearing", "tdoa")
_STARTING_KINDS = ("radar_3d", "radar_2d", "tdoa", "adsb", "position")
# Which kind of claim made a key, so that an address never equals a serial number.
_ICAO_BIT = 1 << 61
_SERIAL_BIT = 1 << 62
_FNV_OFFSET, _FNV_PRIME = 0xCBF29CE484222325, 0x100000001B3  # FNV-1a, 64 bit


def sensor_models(site: Site) -> list[SensorModel]:
    """Place every sensor of the site in its frame; the index is the position in site.sensors.

    enu_from_sensor (3, 3) turns a sensor's own east, north, up into the site's, so a sensor 50 km
    off has its own vertical.
    """
    frame = SiteFrame(site.reference)
    return [_sensor_model(frame, i, sensor) for i, sensor in enumerate(site.sensors)]


def _sensor_model(frame: SiteFrame, index: int, sensor: Sensor) -> SensorModel:
    coverage, kind = sensor.coverage, sensor.kind
    lat_rad, lon_rad = math.radians(sensor.lat_deg), math.radians(sensor.lon_deg)
    place = frame.enu_from_geo(lat_rad, lon_rad, sensor.hae_m)
    turned = np.sum(
        frame.enu_from_ecef[:, None, :] * rotation_enu_from_ecef(lat_rad, lon_rad)[None, :, :],
        axis=2,
    )
    cooperative = kind in _COOPERATIVE_KINDS if sensor.cooperative is None else sensor.cooperative
    cooperative = cooperative or sensor.neighbour  # it may be silent of what it sees
    polar = kind.startswith("radar")
    return SensorModel(
        index=index,
        sensor_id=sensor.id,
        kind=kind,
        position_enu_m=np.array(place),
        enu_from_sensor=np.ascontiguousarray(turned),
        range_min_m=coverage.range_min_m,
        range_max_m=coverage.range_max_m,
        azimuth_from_rad=math.radians(coverage.azimuth_from_deg) % (2.0 * math.pi),
        azimuth_to_rad=math.radians(coverage.azimuth_to_deg) % (2.0 * math.pi),
        elevation_min_rad=math.radians(coverage.elevation_min_deg),
        elevation_max_rad=math.radians(coverage.elevation_max_deg),
        detection_prob=sensor.detection_prob,
        clutter_per_scan=sensor.clutter_per_scan,
        scan_period_s=sensor.scan_period_s,
        rotating=sensor.scan == "rotating",
        cooperative=cooperative,
        observes_range=polar or kind == "range",
        observes_azimuth=polar or kind.startswith("bearing"),
        observes_elevation=kind in ("radar_3d", "bearing_elevation"),
        starts_tracks=kind in _STARTING_KINDS,
        range_resolution_m=sensor.range_resolution_m,
        azimuth_resolution_rad=math.radians(sensor.azimuth_resolution_deg),
        elevation_resolution_rad=math.radians(sensor.elevation_resolution_deg),
        watched_depth_m=min(12_000.0, coverage.range_max_m),
        range_rate_ambiguity_mps=sensor.range_rate_ambiguity_mps or math.inf,
        blind_speed_mps=sensor.blind_speed_mps,
        antenna_agl_m=math.nan if sensor.antenna_agl_m is None else sensor.antenna_agl_m,
        mask_rad=_mask(sensor),
        receivers_enu_m=_receivers(frame, sensor),
        neighbour=sensor.neighbour,
    )


def _mask(sensor: Sensor) -> F64:
    """Give the mask of a sensor's coverage (K, 2) in radians, azimuths from 0 on."""
    points = [(a % 360.0, e) for a, e in sensor.coverage.mask]
    return np.radians(np.array(points, dtype=np.float64).reshape(-1, 2))


def _receivers(frame: SiteFrame, sensor: Sensor) -> F64 | None:
    """Give the receivers' places (R, 3) in the site's frame, None for other kinds."""
    if not sensor.receivers:
        return None
    places = [
        frame.enu_from_geo(math.radians(r.lat_deg), math.radians(r.lon_deg), r.hae_m)
        for r in sensor.receivers
    ]
    return np.array(places, dtype=np.float64)


def identity_key(claims: Claims | None) -> int:
    """Give a 63-bit key of the address or serial a target claims, 0 for none.

    The address itself for ICAO 24-bit addresses, FNV-1a of the text for Remote ID serials; a bit
    tells the two apart, so keys of different kinds never contradict each other.
    """
    if claims is None:
        return 0
    if claims.icao24 is not None:
        try:
            return _ICAO_BIT | int(claims.icao24, 16) & 0xFFFFFF
        except ValueError:
            return 0
    if claims.remote_id is None:
        return 0
    value = _FNV_OFFSET
    for byte in claims.remote_id.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * _FNV_PRIME) & 0xFFFFFFFFFFFFFFFF
    return _SERIAL_BIT | (value & (_ICAO_BIT - 1))
