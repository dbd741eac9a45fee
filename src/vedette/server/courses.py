"""How a track came to be where it is, for plots: height, range, closing speed and probability.

In: the snapshots of `History`. Out: one number a second and quantity, None where it is not known.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.geo import SiteFrame
from vedette.server.history import Snapshot
from vedette.server.hub import Hub
from vedette.server.public import NS_PER_US
from vedette.server.views import AssetCourse, TrackCourse

ASSETS_MAX = 4  # more lines in one plot cannot be told apart
_UNKNOWN = math.nan


def course(hub: Hub, track_id: int) -> TrackCourse | None:
    """Tell the course of a track as far as the history reaches; None where it is unknown."""
    found = [
        (snapshot, row)
        for snapshot in hub.history.snapshots
        if (row := _row(snapshot, track_id)) is not None
    ]
    if not found:
        return None
    state = np.stack([snapshot.state_enu[row] for snapshot, row in found]).astype(np.float64)
    sigma_up_m = np.array([snapshot.sigma_up_m[row] for snapshot, row in found], np.float64)
    assets = [_asset(hub, number, found, state) for number in _told_assets(hub, found, state)]
    return TrackCourse(
        track_id=track_id,
        t_us=[snapshot.t_ns // NS_PER_US for snapshot, _ in found],
        up_m=_rounded(state[:, 2]),
        sigma_up_m=_rounded(sigma_up_m),
        assets=assets,
    )


def _row(snapshot: Snapshot, track_id: int) -> int | None:
    row = int(np.searchsorted(snapshot.track_id, track_id))
    known = row < snapshot.track_id.size and snapshot.track_id[row] == track_id
    return row if known else None


def _places(hub: Hub) -> NDArray[np.float64]:
    """Place the assets in the site's frame, (A, 2); NaN for those that move."""
    frame: SiteFrame = hub.frame
    rows = []
    for asset in hub.site.assets:
        east_m, north_m, _ = frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, frame.hae_m)
        moves = asset.position_feed is not None
        rows.append((_UNKNOWN, _UNKNOWN) if moves else (float(east_m), float(north_m)))
    return np.array(rows, np.float64).reshape(len(rows), 2)


def _told_assets(
    hub: Hub, found: list[tuple[Snapshot, int]], state: NDArray[np.float64]
) -> list[int]:
    """Choose the assets: those most probably reached at some time, then the nearest now."""
    most = np.zeros(len(hub.site.assets))
    for snapshot, row in found:
        mine = snapshot.threat_track_id == snapshot.track_id[row]
        np.maximum.at(most, snapshot.threat_asset[mine], snapshot.threat[mine, 2])
    away_m = np.nan_to_num(np.linalg.norm(_places(hub) - state[-1, :2], axis=1), nan=np.inf)
    order = sorted(range(len(most)), key=lambda a: (-round(float(most[a]), 2), float(away_m[a])))
    return order[:ASSETS_MAX]


def _asset(
    hub: Hub, number: int, found: list[tuple[Snapshot, int]], state: NDArray[np.float64]
) -> AssetCourse:
    """Tell one asset's part: as the threat stage said, else by the places."""
    to_m = _places(hub)[number] - state[:, :2]
    range_m = np.linalg.norm(to_m, axis=1)
    closing_mps = (to_m * state[:, 3:5]).sum(axis=1) / np.maximum(range_m, 1e-6)
    reach_prob = np.full(len(found), _UNKNOWN)
    for k, (snapshot, row) in enumerate(found):
        mine = snapshot.threat_track_id == snapshot.track_id[row]
        mine &= snapshot.threat_asset == number
        for said in snapshot.threat[mine]:
            range_m[k], closing_mps[k], reach_prob[k] = said
    return AssetCourse(
        asset=hub.site.assets[number].id,
        name=hub.site.assets[number].name,
        range_m=_rounded(range_m),
        closing_mps=_rounded(closing_mps),
        reach_prob=_rounded(reach_prob, 3),
    )


def _rounded(values: NDArray[Any], digits: int = 1) -> list[float | None]:
    return [round(v, digits) if math.isfinite(v) else None for v in values.tolist()]
