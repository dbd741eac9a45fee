"""Where tracks were: about one point a second for as long as the site file's `history_s`.

One snapshot of the whole table a second (28 bytes a track) instead of one list a track: 5,000
tracks over ten minutes are 84 MB at most, and a track that ended leaves with the last snapshot
that holds it.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.geo import SiteFrame
from vedette.model.tracks import TrackTable
from vedette.server.public import NS_PER_US
from vedette.server.views import PathPoint

INTERVAL_NS = NS_PER_S
SNAPSHOT_BYTES_MAX = 256 * 2**20  # of all snapshots together: what the server may spend on trails


@dataclass(slots=True)
class Snapshot:
    """The table at t_ns: track_id (N,) ascending, state_enu (N, 6) float32."""

    t_ns: int
    track_id: NDArray[np.int32]
    state_enu: NDArray[np.float32]


@dataclass(slots=True)
class History:
    """The snapshots of the last `history_s` seconds, oldest first. bytes: their size."""

    history_s: float
    bytes: int = 0
    snapshots: deque[Snapshot] = field(default_factory=deque)

    def keep(self, tracks: TrackTable) -> None:
        """Take a snapshot when a second has passed since the last; let the oldest go."""
        if self.snapshots and 0 <= tracks.t_ns - self.snapshots[-1].t_ns < INTERVAL_NS:
            return
        if self.snapshots and tracks.t_ns < self.snapshots[-1].t_ns:
            self.snapshots.clear()  # a replay jumped back: its future has not happened
            self.bytes = 0
        n = tracks.count
        kept = Snapshot(
            tracks.t_ns,
            tracks.track_id[:n].astype(np.int32),
            tracks.state_enu[:n].astype(np.float32),
        )
        self.snapshots.append(kept)
        self.bytes += _size(kept)
        oldest_ns = tracks.t_ns - int(self.history_s * NS_PER_S)
        while self.snapshots[0].t_ns < oldest_ns or self.bytes > SNAPSHOT_BYTES_MAX:
            self.bytes -= _size(self.snapshots.popleft())
            if not self.snapshots:
                break

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


def _size(snapshot: Snapshot) -> int:
    return snapshot.track_id.nbytes + snapshot.state_enu.nbytes


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
