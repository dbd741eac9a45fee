"""A base, tracks set down by hand, and what the threat stage says of them."""

import numpy as np
from identity_world import SENSORS, T0_NS, make_site, place

from vedette import threat
from vedette.config.site import Asset
from vedette.model.enums import Identity, ObjectClass
from vedette.model.picture import IdentityRecord
from vedette.model.tracks import empty_tracks


def asset(**changes) -> Asset:
    lat, lon = place(0.0, 0.0)
    parts = {"id": "base", "name": "Base", "lat_deg": lat, "lon_deg": lon, "radius_m": 400.0}
    return Asset(**{**parts, **changes})


def record(kind="fixed_wing_uas", prob=0.94, identity=Identity.UNKNOWN, track_id=1, label=""):
    share = (1.0 - prob) / 6.0
    probs = {str(c): prob if c == kind else share for c in ObjectClass}
    return IdentityRecord(
        track_id=track_id,
        identity=identity,
        object_class=ObjectClass(kind),
        class_prob=probs,
        label=label,
    )


def table(*states, sigma_m=20.0, sigma_mps=1.0, age_s=60.0):
    tracks = empty_tracks(max(len(states), 1), len(SENSORS))
    tracks.count, tracks.t_ns = len(states), T0_NS
    for row, values in enumerate(states):
        tracks.track_id[row] = row + 1
        tracks.state_enu[row] = values
        tracks.cov_enu[row] = np.diag([sigma_m**2] * 3 + [sigma_mps**2] * 3)
        tracks.height_observed[row] = 1
        tracks.started_ns[row] = T0_NS - round(age_s * 1e9)
    return tracks


def judge(tracks, *records, site=None, state=None, reports=(), now_ns=T0_NS):
    state = state or threat.start(site or make_site(assets=[asset()]))
    known = {r.track_id: r for r in records}
    return threat.advance(state, tracks, known, reports, now_ns)
