"""Where tracks were, and what they threatened: a point a second for the site file's `history_s`.

One snapshot of the whole table a second (32 bytes a track, 17 a threat) instead of one list a
track: 5,000 tracks over ten minutes are 96 MB at most, and a track that ended leaves with the last
snapshot that holds it.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.geo import SiteFrame
from vedette.model.picture import AirPicture, Threat
from vedette.server.public import NS_PER_US
from vedette.server.views import PathPoint

INTERVAL_NS = NS_PER_S
NUMBERED = 128  # assets that have a number in a snapshot
THREATS_MAX = 20_000  # of one snapshot
UNLIKELY = 0.05
SNAPSHOT_BYTES_MAX = 256 * 2**20  # of all snapshots together: what the server may spend on trails


@dataclass(slots=True)
class Snapshot:
    """The table at t_ns: track_id (N,) ascending, state_enu (N, 6), sigma_up_m (N,), NaN where no
    sensor saw the height. Its threats, M rows: whose, to which asset (its number), and how.
    """

    t_ns: int
    track_id: NDArray[np.int32]
    state_enu: NDArray[np.float32]
    sigma_up_m: NDArray[np.float32]
    threat_track_id: NDArray[np.int32]
    threat_asset: NDArray[np.int8]
    threat: NDArray[np.float32]  # (M, 3): range_m, closing_mps, reach_prob


@dataclass(slots=True)
class History:
    """The snapshots of the last `history_s` seconds, oldest first. bytes: their size.

    asset_number: asset id -> index in the site file.
    """

    history_s: float
    asset_number: Mapping[str, int] = field(default_factory=dict)
    bytes: int = 0
    snapshots: deque[Snapshot] = field(default_factory=deque)

    def keep(self, picture: AirPicture) -> None:
        """Take a snapshot when a second has passed since the last; let the oldest go."""
        tracks = picture.tracks
        if self.snapshots and 0 <= tracks.t_ns - self.snapshots[-1].t_ns < INTERVAL_NS:
            return
        if self.snapshots and tracks.t_ns < self.snapshots[-1].t_ns:
            self.snapshots.clear()  # a replay jumped back: its future has not happened
            self.bytes = 0
        n = tracks.count
        sigma_m = np.sqrt(np.maximum(tracks.cov_enu[:n, 2, 2], 0.0))
        threats = self._told(picture.threats)
        kept = Snapshot(
            tracks.t_ns,
            tracks.track_id[:n].astype(np.int32),
            tracks.state_enu[:n].astype(np.float32),
            np.where(tracks.height_observed[:n] > 0, sigma_m, np.nan).astype(np.float32),
            np.fromiter([t.track_id for t in threats], np.int32, len(threats)),
            np.fromiter([self.asset_number[t.asset_id] for t in threats], np.int8, len(threats)),
            _numbers(threats),
        )
        self.snapshots.append(kept)
        self.bytes += _size(kept)
        oldest_ns = tracks.t_ns - int(self.history_s * NS_PER_S)
        while self.snapshots[0].t_ns < oldest_ns or self.bytes > SNAPSHOT_BYTES_MAX:
            self.bytes -= _size(self.snapshots.popleft())
            if not self.snapshots:
                break

    def _told(self, threats: list[Threat]) -> list[Threat]:
        """Leave out what has no number (zones), and of very many what is unlikely."""
        least = 0.0 if len(threats) <= THREATS_MAX else UNLIKELY
        number = self.asset_number
        return [
            threat
            for threat in threats
            if threat.reach_prob >= least
            and not threat.zone_id
            and number.get(threat.asset_id, NUMBERED) < NUMBERED
        ][:THREATS_MAX]

    def refill(self, snapshots: Iterable[Snapshot]) -> None:
        """Hold these instead: a replay went elsewhere. snapshots: oldest first."""
        self.snapshots = deque(snapshots)
        self.bytes = sum(map(_size, self.snapshots))

    def path(self, track_id: int, frame: SiteFrame) -> list[PathPoint]:
        """Give where the track was, oldest first; empty where it is unknown."""
        times: list[int] = []
        states: list[Any] = []
        for snapshot in self.snapshots:
            row = int(np.searchsorted(snapshot.track_id, track_id))
            if row < snapshot.track_id.size and snapshot.track_id[row] == track_id:
                times.append(snapshot.t_ns)
                states.append(snapshot.state_enu[row])
        if not times:
            return []
        return _points(times, np.stack(states).astype(np.float64), frame)


def _numbers(threats: list[Threat]) -> NDArray[np.float32]:
    rows = [(t.range_m, t.closing_mps, t.reach_prob) for t in threats]
    return np.array(rows, np.float32).reshape(len(rows), 3)


def _size(kept: Snapshot) -> int:
    columns = (kept.track_id, kept.state_enu, kept.sigma_up_m)
    threats = (kept.threat_track_id, kept.threat_asset, kept.threat)
    return sum(column.nbytes for column in (*columns, *threats))


def _points(times: list[int], state: NDArray[np.float64], frame: SiteFrame) -> list[PathPoint]:
    lat_deg, lon_deg, hae_m = frame.geo_deg_from_enu(state[:, 0], state[:, 1], state[:, 2])
    return [
        PathPoint(
            t_us=t_ns // NS_PER_US,
            lat_deg=float(lat_deg[i]),
            lon_deg=float(lon_deg[i]),
            hae_m=float(hae_m[i]),
            v_east_mps=float(state[i, 3]),
            v_north_mps=float(state[i, 4]),
            v_up_mps=float(state[i, 5]),
        )
        for i, t_ns in enumerate(times)
    ]
