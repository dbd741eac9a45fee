"""The compact picture: one row a track, about once a second, for history, files and incidents."""

from dataclasses import dataclass

import numpy as np

from vedette.model.measurements import F64, I8, I64
from vedette.model.picture import AirPicture, IdentityRecord


@dataclass(slots=True)
class RecordedPicture:
    """The tracks at t_ns, N rows ordered by track_id, in the site's ENU frame, SI.

    state_enu (N, 6), sigma_enu_m (N, 3) from the covariance's diagonal, existence_prob, status
    (TrackStatus), started_ns, updated_ns (N,), sensor_updated_ns (N, S) by index of the site's
    sensors, 0 never; height_observed (N,) 1 when some sensor did. identity, object_class,
    class_prob (of that class), label: N items each.
    """

    t_ns: int
    track_id: I64
    state_enu: F64
    sigma_enu_m: F64
    existence_prob: F64
    status: I8
    started_ns: I64
    updated_ns: I64
    sensor_updated_ns: I64
    height_observed: I8
    identity: list[str]
    object_class: list[str]
    class_prob: list[float]
    label: list[str]


def compact(picture: AirPicture) -> RecordedPicture:
    """Take the rows of a picture. A track without an identity record is PENDING."""
    tracks, n = picture.tracks, picture.tracks.count
    records = [_record_of(picture, int(track_id)) for track_id in tracks.track_id[:n]]
    variances = np.einsum("nii->ni", tracks.cov_enu[:n])[:, :3]
    return RecordedPicture(
        t_ns=picture.now_ns,
        track_id=tracks.track_id[:n],
        state_enu=tracks.state_enu[:n],
        sigma_enu_m=np.sqrt(np.maximum(variances, 0.0)),
        existence_prob=tracks.existence_prob[:n],
        status=tracks.status[:n],
        started_ns=tracks.started_ns[:n],
        updated_ns=tracks.updated_ns[:n],
        sensor_updated_ns=tracks.sensor_updated_ns[:n],
        height_observed=tracks.height_observed[:n],
        identity=[record.identity.value for record in records],
        object_class=[record.object_class.value for record in records],
        class_prob=[record.class_prob.get(record.object_class.value, 0.0) for record in records],
        label=[record.label for record in records],
    )


def _record_of(picture: AirPicture, track_id: int) -> IdentityRecord:
    return picture.identities.get(track_id) or IdentityRecord(track_id=track_id)
