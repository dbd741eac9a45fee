"""Swarms: tracks that fly together are told as one group, with a count and an extent.

A group is three or more confirmed tracks, each near the next and with one velocity, for some
seconds. It keeps its number while most of its members stay together; what leaves together becomes
a group of its own. Groups are looked for only where some sensor merges what is near
(`range_resolution_m`): while that sensor shows one plot for many, `merged.py` holds the members.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.events import Event, GroupDissolved, GroupFormed, GroupSplit
from vedette.model.measurements import F64, I64, Bools, merges
from vedette.model.picture import TrackGroup
from vedette.tracking.state import TrackerState

_MEMBERS_MIN = 3  # two are a pair, and two symbols say so better than one
_EVERY_S = 1.0
# Nearer than this, or than two cells of the coarsest sensor that sees them, tracks may belong
# together; farther than the limit nobody would call it one swarm.
_LINK_MIN_M, _LINK_MAX_M, _LINK_CELLS = 100.0, 500.0, 2.0
# Members stay members somewhat farther than they became so; while no sensor tells them apart,
# farther still and whatever their velocities, for these are not seen.
_LINK_KEPT_RATIO, _LINK_HELD_RATIO = 1.5, 2.0
_SPEED_APART_MPS, _SPEED_SIGMAS = 5.0, 2.0  # of two that keep formation in gusts and turns
_UP_SIGMAS = 3.0
_SURE_S = 4.0  # crossing traffic is near, but not for so long with one velocity
_GONE_S = 3.0
_SEEN_S = 10.0


def find_groups(state: TrackerState, now_ns: int) -> list[Event]:
    """Bring state.groups up to date from the published table, once a second.

    Returns GroupFormed, GroupSplit and GroupDissolved. Called after the table is filled.
    """
    if now_ns - state.grouped_ns < int(_EVERY_S * NS_PER_S):
        return []
    if not any(merges(model) for model in state.models):
        return []
    state.grouped_ns = now_ns
    clusters = _clusters(state)
    before = {g.group_id: set(g.track_ids) for g in state.groups if g.told}
    kept, taken = _matched(state.groups, clusters)
    events: list[Event] = []
    for group in state.groups:
        if group.group_id not in kept and now_ns - group.seen_ns > int(_GONE_S * NS_PER_S):
            if group.told:
                events.append(GroupDissolved(t_ns=now_ns, group_id=group.group_id))
            group.track_ids = ()
    for group in state.groups:
        if group.group_id in kept:
            group.track_ids = clusters[kept[group.group_id]]
    for index in range(len(clusters)):
        if index not in taken:
            state.groups.append(_new_group(state, clusters[index], before, now_ns))
    state.groups = [group for group in state.groups if group.track_ids]
    for group in state.groups:
        if group.group_id in kept or group.since_ns == now_ns:
            _describe(state, group, now_ns)
            events += _tell(group, now_ns)
    return events


def _clusters(state: TrackerState) -> list[tuple[int, ...]]:
    """List the track numbers of each cluster of three or more, by its least number."""
    table, n = state.table, state.table.count
    if n < _MEMBERS_MIN:
        return []
    first, second = _linked_pairs(state)
    root = np.arange(n)
    for a, b in zip(first.tolist(), second.tolist(), strict=True):
        ra, rb = _root_of(root, a), _root_of(root, b)
        root[max(ra, rb)] = min(ra, rb)
    members: dict[int, list[int]] = {}
    for row in np.unique(np.concatenate([first, second])).tolist():
        members.setdefault(_root_of(root, row), []).append(int(table.track_id[row]))
    return [tuple(ids) for _, ids in sorted(members.items()) if len(ids) >= _MEMBERS_MIN]


def _root_of(root: I64, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = int(root[row])
    return row


def _linked_pairs(state: TrackerState) -> tuple[I64, I64]:
    """List pairs of table rows that are near with one velocity, sweeping along east."""
    table, n = state.table, state.table.count
    link_m, group_of = _link_lengths(state), _group_numbers(state)
    order = np.argsort(table.state_enu[:n, 0], kind="stable")
    east = table.state_enu[order, 0]
    reach_m = _LINK_HELD_RATIO * float(link_m.max())
    found_a, found_b = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for lag in range(1, n):
        near = np.flatnonzero(east[lag:] - east[:-lag] < reach_m)
        if len(near) == 0:
            break
        a, b = order[near], order[near + lag]
        good = _together(state, a, b, np.maximum(link_m[a], link_m[b]), group_of)
        found_a.append(a[good])
        found_b.append(b[good])
    return np.concatenate(found_a), np.concatenate(found_b)


def _together(state: TrackerState, a: I64, b: I64, link_m: F64, group_of: I64) -> Bools:
    x, P = state.table.state_enu, state.table.cov_enu
    apart, total = x[a] - x[b], np.zeros((len(a), 6))
    for axis in range(6):
        total[:, axis] = P[a, axis, axis] + P[b, axis, axis]
    same = (group_of[a] == group_of[b]) & (group_of[a] > 0)
    held = same & np.isin(group_of[a], [g.group_id for g in state.groups if not g.resolved])
    link_m = link_m * np.where(held, _LINK_HELD_RATIO, np.where(same, _LINK_KEPT_RATIO, 1.0))
    near = np.hypot(apart[:, 0], apart[:, 1]) < link_m
    level = np.abs(apart[:, 2]) < link_m + _UP_SIGMAS * np.sqrt(total[:, 2])
    speed_mps = _SPEED_APART_MPS + _SPEED_SIGMAS * np.sqrt(total[:, 3] + total[:, 4])
    alike = np.hypot(apart[:, 3], apart[:, 4]) < speed_mps
    answer: Bools = near & level & (alike | held)
    return answer


def _link_lengths(state: TrackerState) -> F64:
    """Say for each track how near its neighbour must be, from the cells of who sees it."""
    table, n = state.table, state.table.count
    link_m = np.full(n, _LINK_MIN_M)
    for model in state.models:
        if not merges(model):
            continue
        gap = table.state_enu[:n, :3] - model.position_enu_m
        cross_m = np.sqrt(np.sum(gap * gap, axis=1)) * model.azimuth_resolution_rad
        cell_m = np.maximum(model.range_resolution_m, cross_m)
        since_ns = table.t_ns - table.sensor_updated_ns[:n, model.index]
        seen = since_ns < int(_SEEN_S * NS_PER_S)
        link_m = np.where(seen, np.maximum(link_m, _LINK_CELLS * cell_m), link_m)
    answer: F64 = np.minimum(link_m, _LINK_MAX_M)
    return answer


def _group_numbers(state: TrackerState) -> I64:
    number = np.zeros(state.table.count, np.int64)
    ids = state.table.track_id[: state.table.count]
    for group in state.groups:
        number[np.isin(ids, group.track_ids)] = group.group_id
    return number


def _matched(
    groups: list[TrackGroup], clusters: list[tuple[int, ...]]
) -> tuple[dict[int, int], set[int]]:
    """Give each group, oldest first, the free cluster that holds most of its members."""
    kept: dict[int, int] = {}
    taken: set[int] = set()
    for group in groups:
        own = set(group.track_ids)
        shared = [len(own.intersection(ids)) * (i not in taken) for i, ids in enumerate(clusters)]
        best = int(np.argmax(shared)) if shared else -1
        if best >= 0 and shared[best] >= _MEMBERS_MIN - 1:
            kept[group.group_id] = best
            taken.add(best)
    return kept, taken


def _new_group(
    state: TrackerState, ids: tuple[int, ...], before: dict[int, set[int]], now_ns: int
) -> TrackGroup:
    """Begin a group; its parent is the told group that most of its members were in."""
    shared = {number: len(members.intersection(ids)) for number, members in before.items()}
    parent = max(shared, key=lambda number: shared[number], default=0)
    state.next_group_id += 1
    return TrackGroup(
        group_id=state.next_group_id - 1,
        track_ids=ids,
        parent_id=parent if shared.get(parent) else 0,
        since_ns=now_ns,
    )


def _describe(state: TrackerState, group: TrackGroup, now_ns: int) -> None:
    """Write down where the group is, how it moves, how long and how wide it is.

    Length and width: the spans of its members along and across the long axis of their positions.
    """
    table = state.table
    rows = np.flatnonzero(np.isin(table.track_id[: table.count], group.track_ids))
    x = table.state_enu[rows]
    middle = np.sum(x, axis=0) / len(rows)
    d = x[:, :2] - middle[:2]
    east2, north2, both = (
        float(np.sum(v)) for v in (d[:, 0] ** 2, d[:, 1] ** 2, d[:, 0] * d[:, 1])
    )
    axis_rad = 0.5 * math.atan2(2.0 * both, north2 - east2)  # clockwise from north
    along = d[:, 0] * math.sin(axis_rad) + d[:, 1] * math.cos(axis_rad)
    across = d[:, 0] * math.cos(axis_rad) - d[:, 1] * math.sin(axis_rad)
    group.count, group.seen_ns = len(rows), now_ns
    group.length_m, group.width_m = float(np.ptp(along)), float(np.ptp(across))
    group.axis_rad = axis_rad % math.pi
    group.lat_deg, group.lon_deg, group.hae_m = state.frame.geo_deg_from_enu(*middle[:3])
    group.v_east_mps, group.v_north_mps = float(middle[3]), float(middle[4])


def _tell(group: TrackGroup, now_ns: int) -> list[Event]:
    """Tell once of a group that has lasted: as part of another where it came from one."""
    if group.told or now_ns - group.since_ns < int(_SURE_S * NS_PER_S):
        return []
    group.told = True
    if group.parent_id:
        return [
            GroupSplit(
                t_ns=now_ns,
                group_id=group.parent_id,
                new_group_id=group.group_id,
                track_ids=group.track_ids,
            )
        ]
    return [GroupFormed(t_ns=now_ns, group_id=group.group_id, track_ids=group.track_ids)]
