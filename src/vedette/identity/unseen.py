"""Whether radars that should see a track see it: what only says where it is may not be there.

In: the due tracks, the whole table, the site's radars. Out: changed memories. A radar that is not
healthy, that a hill hides the place from, or that sees an echo so near that it may be this very
object under another track number, bears no witness against anybody.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.identity.hearing import AGREE_SIGMAS, CLAIM_DELAY_S, CLAIM_SIGMA_M
from vedette.identity.places import Places, Watcher, sees
from vedette.identity.state import Memory, health_ratio
from vedette.identity.trust import is_verified
from vedette.model.measurements import I64, Bools
from vedette.model.picture import SourceState
from vedette.model.tracks import TrackTable

UNSEEN_SCANS = 5.0  # a radar that has had this many scans and missed them all does not see it
# However vague both are, an echo farther off than this is another object: aircraft are kept 5 km
# (3 nautical miles) apart, and two numbers of one object lie within hundreds of metres.
SAME_PLACE_MAX_M = 1_000.0


def note_unseen(
    memories: Mapping[int, Memory],
    tracks: TrackTable,
    rows: I64,
    places: Places,
    sources: dict[str, SourceState],
    now_ns: int,
) -> None:
    """Count for how long healthy radars that should see a track have not.

    memories: by track_id, of every live track. rows (N,): the due ones. A track that any radar sees
    is seen. `own_ns`: when a sensor of our own that does not live on what targets say last measured
    it, 0 never. `unseen_by` names the first radar that should.
    """
    count = tracks.count
    ids = tracks.track_id[:count].tolist()
    seen, own_ns, healthy = _looked_at(tracks, places, sources, now_ns)
    expected_by = [""] * count
    unseen = rows[~seen[rows]]
    for watcher in healthy if len(unseen) else ():
        followed_s = (now_ns - tracks.started_ns[unseen]) / NS_PER_S
        had_time = followed_s > UNSEEN_SCANS * watcher.scan_period_s
        for row in unseen[had_time & sees(watcher, tracks.state_enu[unseen, :3])].tolist():
            expected_by[row] = expected_by[row] or watcher.sensor_id
    lonely = [row for row in unseen.tolist() if expected_by[row]]
    for row in _near_echoes(memories, ids, tracks, lonely, np.flatnonzero(seen), now_ns):
        expected_by[row] = ""
    for row in rows.tolist():
        memory = memories[ids[row]]
        memory.unseen = memory.unseen + 1 if expected_by[row] else 0
        memory.unseen_by = expected_by[row]
        memory.own_ns = int(own_ns[row])


def _looked_at(
    tracks: TrackTable, places: Places, sources: dict[str, SourceState], now_ns: int
) -> tuple[Bools, I64, list[Watcher]]:
    """Say of every track whether a radar sees it and when our own last did; list healthy radars."""
    count = tracks.count
    seen = np.zeros(count, np.bool_)
    own_ns = np.zeros(count, np.int64)
    healthy: list[Watcher] = []
    for index, watcher in enumerate(places.watchers):
        if watcher.cooperative or index >= tracks.sensor_updated_ns.shape[1]:
            continue
        updated_ns = tracks.sensor_updated_ns[:count, index]
        own_ns = np.maximum(own_ns, updated_ns)
        if watcher.radar:
            age_s = (now_ns - updated_ns) / NS_PER_S
            seen |= age_s <= UNSEEN_SCANS * watcher.scan_period_s
            if health_ratio(sources, watcher.sensor_id) >= 1.0:
                healthy.append(watcher)
    return seen, own_ns, healthy


def _near_echoes(
    memories: Mapping[int, Memory],
    ids: Sequence[int],
    tracks: TrackTable,
    lonely: Sequence[int],
    seen: I64,
    now_ns: int,
) -> list[int]:
    """List the rows near an echo that may be theirs, because it is nobody else's by proof."""
    found = []
    for row in lonely if len(seen) else ():
        own, near = memories[ids[row]], seen[may_be_one(tracks, row, seen)]
        if any(_may_be(own, memories[ids[other]], now_ns) for other in near.tolist()):
            found.append(row)
    return found


def may_be_one(tracks: TrackTable, row: int, others: I64) -> Bools:
    """Say which other rows are so near on the ground that they may be the same object (K,).

    Within AGREE_SIGMAS of both places, of what a claim is off and of how late it may be;
    SAME_PLACE_MAX_M at most.
    """
    away = tracks.state_enu[others, :2] - tracks.state_enu[row, :2]
    var = np.trace(tracks.cov_enu[others, :2, :2], axis1=1, axis2=2) * 0.5
    own_var = float(np.trace(tracks.cov_enu[row, :2, :2])) * 0.5
    late_m = CLAIM_DELAY_S * math.hypot(*tracks.state_enu[row, 3:5])
    wide_m = AGREE_SIGMAS * np.sqrt(var + own_var + late_m**2 + CLAIM_SIGMA_M**2)
    return np.asarray(np.hypot(away[:, 0], away[:, 1]) <= np.minimum(wide_m, SAME_PLACE_MAX_M))


def _may_be(own: Memory, echo: Memory, now_ns: int) -> bool:
    """Say whether an echo may be what a track tells of: not if radar bears another name out."""
    claim, other = own.claim, echo.claim
    if claim is None or other is None:
        return True
    same = (claim.icao24, claim.remote_id) == (other.icao24, other.remote_id)
    return same or not is_verified(echo.agreement, now_ns, held=True)
