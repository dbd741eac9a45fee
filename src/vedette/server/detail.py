"""Everything about one track: what GET /api/tracks/{id} answers."""

import math
from typing import Any

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.picture import AirPicture, Threat
from vedette.model.tracks import TrackTable
from vedette.server.columns import target_ids, track_columns, track_rows
from vedette.server.hub import Hub
from vedette.server.public import NS_PER_US, as_public
from vedette.server.views import OperatorView, PredictedPlace, SourceAge, ThreatView
from vedette.threat import arrival_quantile_s

PREDICTED_S = (30.0, 60.0, 120.0)  # as far ahead as a zone's people need to take cover
CHI_95 = math.sqrt(-2.0 * math.log(0.05))  # half axes of 95 % in two dimensions, in sigmas


def detail(hub: Hub, track_id: int) -> dict[str, Any] | None:
    """Make a TrackDetail, None where the track is neither in the picture nor in the history.

    A track that has ended keeps its path for the site's `history_s`, with current false.
    """
    path = hub.history.path(track_id, hub.frame)
    picture = hub.picture
    row = _row(picture.tracks, track_id) if picture is not None else None
    if picture is None or (row is None and not path):
        return None
    record = picture.identities.get(track_id)
    return {
        "t_us": picture.now_ns // NS_PER_US,
        "track_id": track_id,
        "current": row is not None,
        "started_us": _started_us(picture, row, path[0].t_us if path else 0),
        "track": _track(hub, picture, row),
        "identity": as_public(record) if record is not None else None,
        "threats": as_public([threat_view(t) for t in picture.threats if t.track_id == track_id]),
        "options": as_public([o for o in picture.options if o.track_id == track_id]),
        "sources": as_public(_sources(hub, picture.tracks, row)),
        "path": as_public(path),
        "prediction": as_public(_prediction(hub, picture.tracks, row)),
    }


EARLY_PROB, LATE_PROB = 0.1, 0.9  # one in ten is sooner, one in ten later
_SAME = tuple(set(ThreatView.__struct_fields__) & set(Threat.__struct_fields__))


def threat_view(threat: Threat) -> ThreatView:
    """Put a threat into words and its arrival into an interval, for people."""
    return ThreatView(
        **{name: getattr(threat, name) for name in _SAME},
        arrival_early_s=arrival_quantile_s(threat, EARLY_PROB),
        arrival_late_s=arrival_quantile_s(threat, LATE_PROB),
        reason=threat.reason,
    )


def operator_of(hub: Hub, track_id: int) -> OperatorView | None:
    """Say where a track says its operator is; None where it does not. Personal data."""
    picture = hub.picture
    record = picture.identities.get(track_id) if picture is not None else None
    told = picture.operators.get(record.label) if picture is not None and record else None
    if picture is None or told is None:
        return None
    return OperatorView(
        track_id=track_id,
        remote_id=told.remote_id,
        operator_id=told.operator_id,
        lat_deg=math.degrees(told.lat_rad),
        lon_deg=math.degrees(told.lon_rad),
        hae_m=told.hae_m,
        place=told.place,
        age_s=(picture.now_ns - told.t_recv_ns) / NS_PER_S,
    )


def _row(table: TrackTable, track_id: int) -> int | None:
    rows = np.flatnonzero(table.track_id[: table.count] == track_id)
    return int(rows[0]) if rows.size else None


def _started_us(picture: AirPicture, row: int | None, path_us: int) -> int:
    if row is None:
        return path_us
    return int(picture.tracks.started_ns[row]) // NS_PER_US


def _track(hub: Hub, picture: AirPicture, row: int | None) -> dict[str, Any] | None:
    if row is None:
        return None
    columns, labels = track_columns(picture, hub.frame, hub.asset_number, hub.told_prob)
    one = {name: column[row : row + 1] for name, column in columns.items()}
    return next(track_rows(one, labels[row : row + 1], target_ids(hub.asset_ids, picture)))


def _prediction(hub: Hub, table: TrackTable, row: int | None) -> list[PredictedPlace]:
    """Fly the track on as it flies: its covariance grows with that of its velocity."""
    if row is None:
        return []
    state, cov = table.state_enu[row], table.cov_enu[row]
    places = []
    for in_s in PREDICTED_S:
        ahead = np.hstack([np.eye(2), np.zeros((2, 1)), in_s * np.eye(2), np.zeros((2, 1))])
        east_m, north_m = (ahead @ state).tolist()
        values, axes = np.linalg.eigh(ahead @ cov @ ahead.T)
        minor_m, major_m = (CHI_95 * np.sqrt(np.maximum(values, 0.0))).tolist()
        up_m = float(state[2] + in_s * state[5])
        lat_deg, lon_deg, _ = hub.frame.geo_deg_from_enu(east_m, north_m, up_m)
        place = PredictedPlace(
            in_s=in_s,
            lat_deg=float(lat_deg),
            lon_deg=float(lon_deg),
            semi_major_m=major_m,
            semi_minor_m=minor_m,
            orientation_deg=math.degrees(math.atan2(axes[0, 1], axes[1, 1])) % 180.0,
        )
        places.append(place)
    return places


def _sources(hub: Hub, table: TrackTable, row: int | None) -> list[SourceAge]:
    """List the sensors that ever contributed, the latest first."""
    if row is None:
        return []
    ages = [
        SourceAge(sensor=sensor.id, name=sensor.name, age_s=(table.t_ns - updated_ns) / NS_PER_S)
        for sensor, updated_ns in zip(
            hub.site.sensors, table.sensor_updated_ns[row].tolist(), strict=False
        )
        if updated_ns > 0
    ]
    return sorted(ages, key=lambda age: age.age_s)
