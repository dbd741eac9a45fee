"""From the picture to what other systems are told: each track with place, doubt, who and what."""

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.enums import TrackStatus
from vedette.model.measurements import F64, Bools
from vedette.model.picture import AirPicture, IdentityRecord
from vedette.model.told import ToldTrack

SEEN_S = 10.0  # a sensor that saw a track this lately is told as one of its sources


def tell_tracks(picture: AirPicture, site: Site, frame: SiteFrame) -> list[ToldTrack]:
    """Write down every track of a picture. frame: the site's. Order: by track_id."""
    table, n = picture.tracks, picture.tracks.count
    if n == 0:
        return []
    state, cov = table.state_enu[:n], table.cov_enu[:n]
    places = np.stack(frame.geo_deg_from_enu(state[:, 0], state[:, 1], state[:, 2]), axis=1)
    ellipses = _ellipses(cov[:, :2, :2])
    sigma_up_m = np.sqrt(np.maximum(cov[:, 2, 2], 0.0)).tolist()
    ids = [sensor.id for sensor in site.sensors]
    seen = table.sensor_updated_ns[:n] > table.t_ns - int(SEEN_S * NS_PER_S)
    second_hand = _second_hand(picture, site)
    unknown = IdentityRecord(track_id=0)
    told = []
    for i, track_id in enumerate(table.track_id[:n].tolist()):
        record = picture.identities.get(track_id, unknown)
        (lat_deg, lon_deg, hae_m), (major_m, minor_m, major_rad) = places[i], ellipses[i]
        v_east_mps, v_north_mps, v_up_mps = state[i, 3:].tolist()
        told.append(
            ToldTrack(
                track_id=track_id,
                t_ns=table.t_ns,
                started_ns=int(table.started_ns[i]),
                updated_ns=int(table.updated_ns[i]),
                status=TrackStatus(int(table.status[i])),
                lat_deg=float(lat_deg),
                lon_deg=float(lon_deg),
                hae_m=float(hae_m),
                v_east_mps=v_east_mps,
                v_north_mps=v_north_mps,
                v_up_mps=v_up_mps,
                sigma_major_m=float(major_m),
                sigma_minor_m=float(minor_m),
                major_rad=float(major_rad),
                sigma_up_m=sigma_up_m[i],
                height_observed=bool(table.height_observed[i]),
                existence_prob=float(table.existence_prob[i]),
                identity=record.identity,
                identity_reason=record.identity_reason,
                object_class=record.object_class,
                class_prob=record.class_prob.get(record.object_class, 0.0),
                label=record.label,
                sensors=tuple(ids[s] for s in np.flatnonzero(seen[i])),
                mode=site.mode,
                is_second_hand=bool(second_hand[i]),
            )
        )
    return told


def first_hand(told: list[ToldTrack]) -> list[ToldTrack]:
    """Leave out what neighbours told us: two centres that tell each other's tracks back would keep
    alive for ever what neither sees."""
    return [track for track in told if not track.is_second_hand]


def _second_hand(picture: AirPicture, site: Site) -> Bools:
    """Say of which tracks (N,) a neighbour told last, and no sensor of ours since."""
    theirs = np.array([sensor.neighbour for sensor in site.sensors], np.bool_)
    seen_ns = picture.tracks.sensor_updated_ns[: picture.tracks.count]
    told_ns = np.max(seen_ns[:, theirs], axis=1, initial=0)
    answer: Bools = told_ns > np.max(seen_ns[:, ~theirs], axis=1, initial=0)
    return answer


def _ellipses(cov_en: F64) -> F64:
    """Give the 1-sigma ellipse of each horizontal covariance (N, 2, 2): major, minor (m), axis.

    The axis (rad) is clockwise from north in [0, pi): half the angle whose tangent is
    2 c_en / (c_nn - c_ee).
    """
    east, north, both = cov_en[:, 0, 0], cov_en[:, 1, 1], cov_en[:, 0, 1]
    middle, half = 0.5 * (east + north), np.hypot(0.5 * (north - east), both)
    axis = 0.5 * np.arctan2(2.0 * both, north - east) % np.pi
    major, minor = np.sqrt(middle + half), np.sqrt(np.maximum(middle - half, 0.0))
    return np.stack((major, minor, axis), axis=1)
