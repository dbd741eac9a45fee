"""Which track of one execution is which of another, and how differently they were identified."""

from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.outputs.parquet import TrackRows

SAME_M = 300.0  # as the warning stage takes a track found again for the lost one
EventRow = dict[str, Any]


class IdentityDifference(msgspec.Struct, frozen=True, kw_only=True):
    """One identity that one track took at another time, or in one of the executions alone.

    before_s, after_s: when it first did, seconds since the record's start.
    """

    track_before: int
    track_after: int
    identity: str
    before_s: float | None
    after_s: float | None


@dataclass(slots=True)
class Pairing:
    """Tracks of two executions. after_of: the number there, by the number here."""

    after_of: dict[int, int]
    before: int
    after: int
    only_before: list[int]
    only_after: list[int]


def paired(before: TrackRows, after: TrackRows) -> Pairing:
    """Pair tracks that were nearest to each other for more instants than to any other.

    Nearest within SAME_M on the ground, at the instants that both have.
    """
    counts: dict[tuple[int, int], int] = {}
    there = _by_instant(after)
    for t_ns, here in _by_instant(before).items():
        for pair in _nearest(before, here, after, there.get(t_ns)):
            counts[pair] = counts.get(pair, 0) + 1
    all_before = set(before.track_id.tolist())
    all_after = set(after.track_id.tolist())
    left, right, pairs = set(all_before), set(all_after), {}
    for a, b in sorted(counts, key=lambda pair: (-counts[pair], pair)):
        if a in left and b in right:
            left.remove(a)
            right.remove(b)
            pairs[a] = b
    return Pairing(pairs, len(all_before), len(all_after), sorted(left), sorted(right))


def _by_instant(rows: TrackRows) -> dict[int, slice]:
    """Give the rows of each instant; rows are in order of time."""
    times, first, counts = np.unique(rows.t_ns, return_index=True, return_counts=True)
    spans = zip(times.tolist(), first.tolist(), counts.tolist(), strict=True)
    return {t: slice(a, a + n) for t, a, n in spans}


def _nearest(
    before: TrackRows, here: slice, after: TrackRows, there: slice | None
) -> list[tuple[int, int]]:
    """List the pairs of one instant that are nearest to each other, and near."""
    if there is None:
        return []
    a, b = before.state_enu[here, :2], after.state_enu[there, :2]
    away_m = np.linalg.norm(a[:, None] - b[None], axis=2)
    best, back = away_m.argmin(axis=1), away_m.argmin(axis=0)
    rows = np.arange(len(a))
    good = (back[best] == rows) & (away_m[rows, best] <= SAME_M)
    ours, theirs = before.track_id[here], after.track_id[there]
    return [(int(ours[k]), int(theirs[best[k]])) for k in np.flatnonzero(good)]


def identities(
    before: list[EventRow], after: list[EventRow], pairing: Pairing, first_ns: int
) -> list[IdentityDifference]:
    """List where paired tracks were identified differently. before, after: IdentityChanged."""
    here, there = _first_s(before, first_ns), _first_s(after, first_ns)
    found = []
    for a, b in sorted(pairing.after_of.items()):
        mine, other = here.get(a, {}), there.get(b, {})
        for identity in dict.fromkeys([*mine, *other]):
            if mine.get(identity) != other.get(identity):
                found.append(
                    IdentityDifference(
                        track_before=a,
                        track_after=b,
                        identity=identity,
                        before_s=mine.get(identity),
                        after_s=other.get(identity),
                    )
                )
    return found


def _first_s(rows: list[EventRow], first_ns: int) -> dict[int, dict[str, float]]:
    """Give when each track first took each identity."""
    found: dict[int, dict[str, float]] = {}
    for row in rows:
        of_track = found.setdefault(row["track_id"], {})
        of_track.setdefault(row["after"], round((row["t_ns"] - first_ns) / NS_PER_S, 3))
    return found
