"""A track as one line of text: JSON as the fields of ToldTrack, or a GeoJSON feature (RFC 7946).

A map that is fed GeoJSON replaces the feature of the same `id`; a track that is no more is told
once, as `track_ended`, or as a feature without a geometry and with `status` "ended".
"""

import math
from collections.abc import Callable

import msgspec

from vedette.base.rfc3339 import format_rfc3339
from vedette.model.told import ToldTrack

SCHEMA = 1
_ENCODE = msgspec.json.Encoder().encode


def json_line(track: ToldTrack) -> bytes:
    """Tell a track as JSON, its line's end included."""
    told = {"schema": SCHEMA, "kind": "track", **msgspec.structs.asdict(track)}
    return _ENCODE(told) + b"\n"


def json_end(track_id: int, t_ns: int) -> bytes:
    """Say that a track is no more."""
    told = {"schema": SCHEMA, "kind": "track_ended", "track_id": track_id, "t_ns": t_ns}
    return _ENCODE(told) + b"\n"


def geojson_line(track: ToldTrack) -> bytes:
    """Tell a track as a GeoJSON feature, its line's end included."""
    properties = {
        "track_id": track.track_id,
        "name": f"T{track.track_id:04d}",
        "time": format_rfc3339(track.t_ns),
        "status": track.status.name.lower(),
        "identity": track.identity,
        "class": track.object_class,
        "class_prob": track.class_prob,
        "label": track.label,
        "speed_mps": math.hypot(track.v_east_mps, track.v_north_mps),
        "course_deg": math.degrees(math.atan2(track.v_east_mps, track.v_north_mps)) % 360.0,
        "climb_mps": track.v_up_mps,
        "sigma_m": track.sigma_major_m,
        "height_observed": track.height_observed,
        "mode": track.mode,
    }
    point = {"type": "Point", "coordinates": [track.lon_deg, track.lat_deg, track.hae_m]}
    return _feature(track.track_id, point, properties)


def geojson_end(track_id: int, t_ns: int) -> bytes:
    """Say that a track is no more: its feature loses its geometry."""
    properties = {"track_id": track_id, "time": format_rfc3339(t_ns), "status": "ended"}
    return _feature(track_id, None, properties)


def _feature(track_id: int, geometry: object, properties: dict[str, object]) -> bytes:
    feature = {
        "type": "Feature",
        "id": track_id,
        "geometry": geometry,
        "properties": properties,
    }
    return _ENCODE(feature) + b"\n"


Tell = Callable[[ToldTrack], bytes]
End = Callable[[int, int], bytes]
FORMATS: dict[str, tuple[Tell, End]] = {
    "json": (json_line, json_end),
    "geojson": (geojson_line, geojson_end),
}
