"""Members of a swarm that a sensor cannot tell apart: held together while their plots are one.

A sensor with a resolution cell shows one plot for all that is in the cell. Counted as usual, one
member would be seen and the others missed until they are lost. Here what a told group's members
within a cell of each other (a lump) cannot have made apart is shared out: every plot first takes
its nearest member; members left over share the plot of their neighbours, as the centroid of which
it moves them all alike, so that they keep their places in the formation and come out of it with
their numbers. Koch and van Keuk 1997, IEEE TAES 33-3 (merged plots as centroids of the unresolved);
the joint update is exact for independent members, whose correlation afterwards is left out.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.measure import AZIMUTH, ELEVATION, POLAR, RANGE, observe, wrap_pi
from vedette.kernels.motion import predict_modes
from vedette.kernels.statistics import chi_square_quantile
from vedette.model.measurements import F64, I64, Bools, SensorModel, merges
from vedette.model.picture import TrackGroup
from vedette.tracking.associate import LinkList, again_ns, height_observed, parameters
from vedette.tracking.barred import rows_barred
from vedette.tracking.looks import Look, without_plots
from vedette.tracking.state import TrackerState

_GATE = chi_square_quantile(0.999, 3)
_JOIN_CELLS = 1.0
_CELL_VAR = 1.0 / 12.0  # of a place known to be within one cell, in cells
_ALONE_VAR = 1.0 / 3.0  # of a place known to be within one cell of a plot
# What fits the held shape within half a cell moves nobody inside it: a centroid of unknown shares
# is no news of places. The variance, in cells, lets a shape that does change be followed.
_SAME_SHAPE_CELLS, _SLOW_VAR = 0.5, 1.0
_SHARES_MAX = 1.5  # of the members a plot: formations are about as dense here as there
_SIGMAS = 2.0
_FAR_CELLS = 3.0  # parts fly apart this far before their first plots are told apart
_ABOUT_M = 3_000.0
_FORMATION_MPS = 2.0  # how differently members of a formation fly, in gusts and small corrections


def take_merged(state: TrackerState, look: Look, links: LinkList) -> tuple[Look, Bools | None]:
    """Take out of a look what lumps of told groups explain, and update their members.

    Returns the look without those plots and spared (count,): the members that have had their share
    of it, and are neither to be paired nor to be counted as missed. Without groups, or for a sensor
    that merges nothing, the same look and None.
    """
    model = state.models[look.sensor_index]
    told = [group for group in state.groups if group.told]
    if not told or not merges(model) or look.kind != POLAR or len(look.t_ns) == 0:
        return look, None
    if np.isnan(look.z[:, :2]).any():
        return look, None
    spared = np.zeros(state.bank.count, np.bool_)
    used = np.zeros(len(look.t_ns), np.bool_)
    for group in told:
        _take_group(state, model, look, group, used, spared, links)
    return (without_plots(look, used) if used.any() else look), spared


def _take_group(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    group: TrackGroup,
    used: Bools,
    spared: Bools,
    links: LinkList,
) -> None:
    bank, n, s = state.bank, state.bank.count, look.sensor_index
    t_ns = int(look.t_ns[-1])
    fresh = np.isin(bank.track_id[:n], group.track_ids)
    fresh &= bank.looked_ns[:n, s] <= again_ns(state, t_ns, s)
    fresh[rows_barred(state, s)] = False
    rows = np.flatnonzero(fresh)
    if len(rows) < 2:
        return
    place, var = _in_cells(state, model, rows, t_ns)
    gap, distance2 = _apart(model, look, place, var, used)
    plots = np.flatnonzero((distance2 <= _GATE).any(axis=0))
    if len(plots) == 0:
        return
    if model.rotating:  # whom the beam has not reached is for the next look
        lit = np.abs(gap[:, plots, 1]).min(axis=1) < _JOIN_CELLS
        rows, place, gap, distance2 = rows[lit], place[lit], gap[lit], distance2[lit]
    few = len(plots) < _expected(model.detection_prob, len(rows))
    if few:  # who shared a plot may be anywhere about it, so a new plot is rather one of them
        near = (np.abs(gap) / _FAR_CELLS).max(axis=2)
        others = _others_explain(state, model, look, rows)
        if np.count_nonzero(others & (near < 1.0).any(axis=0)) >= len(plots):
            return  # among as many strangers nobody knows whose plots these are
        free = ~used & ~others
    group.resolved = not few
    if few:
        claimed = (near < 1.0) & free & (distance2 > _GATE)
        distance2 = np.where(claimed, _GATE * (1.0 + near), distance2)
    for lump in [np.arange(len(rows))] if few else _lumps(place):
        chosen, near = _share_out(gap[lump], distance2[lump], used, few)
        if (chosen < 0).all():
            continue
        plots = np.unique(chosen[chosen >= 0])
        own = gap[lump][np.arange(len(lump)), np.maximum(chosen, 0)]
        common = np.sum(own[chosen >= 0], axis=0) / np.count_nonzero(chosen >= 0)
        if few:
            # Unweighted, for nobody knows how many are in each: as many in one as in another.
            middle = np.sum(gap[lump][:, plots], axis=(0, 1)) / (len(lump) * len(plots))
            if (np.abs(middle) > _FAR_CELLS).any():
                continue  # these plots are not where this formation is
            _shift_all(state, model, look, rows[lump], place[lump] - middle, plots)
        for j in plots.tolist():
            alike = chosen == j
            _widen(state, model, rows[lump], distance2[lump, j], gap[lump, j], alike & near)
            size = max(int(np.sum(alike & near)), 1)
            shape = np.abs(np.sum(own[alike & near], axis=0) / size - common)
            keeps = few and bool((shape[:2] < _SAME_SHAPE_CELLS).all())
            cells2 = (_SLOW_VAR if keeps else _CELL_VAR) * (size > 1)
            _move(state, model, look, rows[lump[alike & near]], j, links, cells2)
            for i in np.flatnonzero(alike & ~near).tolist():
                _move(state, model, look, rows[lump[i : i + 1]], j, links, _ALONE_VAR)
            used[j] = True
        spared[rows[lump]] = True
        bank.looked_ns[rows[lump], s] = t_ns


def _expected(detection_prob: float, members: int) -> float:
    """Give the fewest plots that so many members, all told apart, make but in one scan of forty."""
    return detection_prob * members - _SIGMAS * math.sqrt(
        members * detection_prob * (1.0 - detection_prob)
    )


def _in_cells(state: TrackerState, model: SensorModel, rows: I64, t_ns: int) -> tuple[F64, F64]:
    """Give where members are at a time, and their variance, in cells: range, azimuth, elevation."""
    bank = state.bank
    dt_s = ((t_ns - bank.t_ns[rows]) / NS_PER_S)[:, None, None]
    weight = bank.mode_prob[rows][:, :, None]
    pos = np.sum(weight * (bank.x[rows][:, :, :3] + dt_s * bank.x[rows][:, :, 3:]), axis=1)
    spread = np.empty((len(rows), 3))
    for a in range(3):
        P = bank.P[rows]
        later = P[:, :, a, a] + dt_s[:, :, 0] ** 2 * P[:, :, a + 3, a + 3]
        spread[:, a] = np.sum(bank.mode_prob[rows] * later, axis=1)
    d = pos - model.position_enu_m
    local = np.sum(d[:, :, None] * model.enu_from_sensor[None], axis=1)
    ground = np.hypot(local[:, 0], local[:, 1])
    rho = np.maximum(np.hypot(ground, local[:, 2]), 1.0)
    polar = np.column_stack(
        [rho, np.arctan2(local[:, 0], local[:, 1]), np.arctan2(local[:, 2], ground)]
    )
    polar[:, 1] = polar[0, 1] + _wrapped(polar[:, 1] - polar[0, 1])
    flat = 0.5 * (spread[:, 0] + spread[:, 1])
    var = np.column_stack([flat, flat / rho**2, spread[:, 2] / rho**2])
    cell = _cell(model)
    return polar / cell, var / cell**2


def _cell(model: SensorModel) -> F64:
    """Give the cell's sizes: range (m), azimuth, elevation (rad); infinite where not stated."""
    sizes = (model.range_resolution_m, model.azimuth_resolution_rad, model.elevation_resolution_rad)
    return np.array([size if size > 0.0 else math.inf for size in sizes])


def _wrapped(angle_rad: F64) -> F64:
    answer: F64 = (angle_rad + math.pi) % (2.0 * math.pi) - math.pi
    return answer


def _apart(model: SensorModel, look: Look, place: F64, var: F64, used: Bools) -> tuple[F64, F64]:
    """Give how far members are from plots: in cells (K, J, 3), and squared over the variance."""
    cell, turn = _cell(model), 2.0 * math.pi / model.azimuth_resolution_rad
    gap = place[:, None] - (look.z[:, :3] / cell)[None]
    gap[:, :, 1] -= turn * np.round(gap[:, :, 1] / turn)
    plot_var = np.where(np.isnan(look.z[:, :3]), 0.0, look.variance[:, :3]) / cell**2
    gap[np.isnan(gap)] = 0.0  # no elevation: nothing to compare
    distance2 = np.sum(gap**2 / (var[:, None] + plot_var[None] + _CELL_VAR), axis=2)
    distance2[:, used] = math.inf
    return gap, distance2


def _others_explain(state: TrackerState, model: SensorModel, look: Look, rows: I64) -> Bools:
    """Say which plots (J,) some other confirmed track near the group could have made."""
    bank, n = state.bank, state.bank.count
    other = bank.track_id[:n] > 0
    other[rows] = False
    gap_m = np.abs(bank.x[:n, 0, :2] - bank.x[rows[0], 0, :2]).max(axis=1)
    others = np.flatnonzero(other & (gap_m < _ABOUT_M))
    if len(others) == 0:
        return np.zeros(len(look.t_ns), np.bool_)
    place, var = _in_cells(state, model, others, int(look.t_ns[-1]))
    _, distance2 = _apart(model, look, place, var, np.zeros(len(look.t_ns), np.bool_))
    explained: Bools = np.any(distance2 <= _GATE, axis=0)
    return explained


def _widen(
    state: TrackerState, model: SensorModel, rows: I64, distance2: F64, gap: F64, near: Bools
) -> None:
    """Let a member that takes a plot far from its held place be as unsure of it as it was wrong."""
    across = model.azimuth_resolution_rad
    for i in np.flatnonzero(near & (distance2 > _GATE)).tolist():
        offset = state.bank.x[rows[i], 0, :3] - model.position_enu_m
        rho = float(np.sqrt(np.sum(offset * offset)))
        wrong2 = (gap[i, 0] * model.range_resolution_m) ** 2 + (gap[i, 1] * across * rho) ** 2
        for axis in (0, 1):
            state.bank.P[rows[i], :, axis, axis] += wrong2


def _lumps(place: F64) -> list[I64]:
    """Part members into those that are within a cell of each other, by way of others or not."""
    near: Bools = np.all(np.abs(place[:, None] - place[None]) < 1.0, axis=2)
    left, lumps = np.ones(len(place), np.bool_), []
    for row in range(len(place)):
        if not left[row]:
            continue
        inside = np.zeros(len(place), np.bool_)
        inside[row] = True
        grown = near[row].copy()
        while (grown & ~inside).any():
            inside |= grown
            grown = np.any(near[inside], axis=0)
        left &= ~inside
        if np.count_nonzero(inside) > 1:
            lumps.append(np.flatnonzero(inside))
    return lumps


def _share_out(gap: F64, distance2: F64, used: Bools, few: bool) -> tuple[I64, Bools]:
    """Choose a plot for each member, -1 for none: first each plot its nearest member.

    gap, distance2: see `_apart`. Members left over join the nearest plot taken, where it is near;
    where plots are few, the others as well. Returns the plots and who is near his.
    """
    members, plots = distance2.shape
    chosen = np.full(members, -1, np.int64)
    free_plot = ~used
    for pair in np.argsort(distance2, axis=None, kind="stable").tolist():
        i, j = divmod(pair, plots)
        if distance2[i, j] > _GATE * (1.0 + few):
            break
        if chosen[i] < 0 and free_plot[j]:
            chosen[i], free_plot[j] = j, False
    near = chosen >= 0
    taken = np.flatnonzero(~free_plot & ~used)
    if len(taken) == 0:
        return chosen, near
    # The nearest first; where plots are few, none takes far more than its share.
    left = np.flatnonzero(~near)
    room = math.ceil(_SHARES_MAX * members / len(taken)) if few else members
    for i in left[np.argsort(distance2[left][:, taken].min(axis=1), kind="stable")].tolist():
        open_ = taken[np.bincount(chosen[chosen >= 0], minlength=plots)[taken] < room]
        j = int(open_[np.argmin(distance2[i, open_])])
        farthest = float(np.abs(gap[i, j]).max())
        near[i] = farthest < _JOIN_CELLS
        if near[i] or (few and farthest < _FAR_CELLS):
            chosen[i] = j
    return chosen, near


def _shift_all(
    state: TrackerState, model: SensorModel, look: Look, rows: I64, place: F64, plots: I64
) -> None:
    """Move a whole lump as the mean of its plots says, every member alike.

    place (K, 3): where, in cells, its members would be if they fitted their plots on the average.
    """
    _bring(state, rows, int(look.t_ns[-1]))
    cell = _cell(model)
    z, variance = np.full(3, np.nan), np.full(3, np.nan)
    for c in (RANGE, AZIMUTH):
        z[c] = np.sum(place[:, c]) / len(place) * cell[c]
        noise = float(np.sum(look.variance[plots, c])) / len(plots)
        variance[c] = (noise + _CELL_VAR * cell[c] ** 2) / len(plots)
    for m in range(state.bank.x.shape[1]):
        _update_mean(state, model, rows, m, z, variance)


def _bring(state: TrackerState, rows: I64, t_ns: int) -> None:
    """Predict rows to a time, in place; those that are there or further stay."""
    bank = state.bank
    motion, bounds = parameters(state)
    for i in rows.tolist():
        ahead_s = max((t_ns - int(bank.t_ns[i])) / NS_PER_S, 0.0)
        predict_modes(
            bank.x[i], bank.P[i], bank.mode_prob[i], ahead_s, motion, bank.height_seen[i], bounds
        )
        bank.t_ns[i] = max(t_ns, int(bank.t_ns[i]))


def _move(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    rows: I64,
    j: int,
    links: LinkList,
    cells2: float,
) -> None:
    """Update the members that share plot j, in place; cells2: what the cell adds to its noise."""
    if len(rows) == 0:
        return
    bank, s, share = state.bank, look.sensor_index, 1.0 / len(rows)
    t_ns = int(look.t_ns[j])
    _bring(state, rows, t_ns)
    cell = _cell(model)
    variance = look.variance[j, :3] + cells2 * np.where(np.isfinite(cell), cell, 0.0) ** 2
    modes = range(bank.x.shape[1])
    score = np.array([_update_mean(state, model, rows, m, look.z[j], variance) for m in modes])
    if len(rows) > 1:
        _keep_formation(state, rows)
        _stay_unsure(state, model, rows)
    prob = bank.mode_prob[rows] * np.exp(score - score.max())
    bank.mode_prob[rows] = prob / np.sum(prob, axis=1)[:, None]
    r = bank.existence[rows]
    # One of those who share a plot has made it, whichever; the others were not to be seen.
    bank.existence[rows] = np.minimum(r + share * (1.0 - r), state.settings.existence_max)
    bank.hit_ns[rows, s] = bank.looked_ns[rows, s] = t_ns
    bank.updated_ns[rows] = np.maximum(bank.updated_ns[rows], t_ns)
    bank.hits[rows] += 1
    bank.height_seen[rows] |= height_observed(look)[j]
    if share >= state.settings.link_prob_min:
        report = np.full(len(rows), look.report_index[j])
        links.add(bank.serial[rows].copy(), report, np.full(len(rows), share))


def _update_mean(
    state: TrackerState, model: SensorModel, rows: I64, m: int, z: F64, variance: F64
) -> float:
    """Update one mode of the members as if a plot had measured their mean; returns the score.

    For members i = 1..k, independent: S = sum H P_i H' / k^2 + R, gain_i = P_i H' / k S, one number
    of the plot (range, azimuth, elevation) after the other.
    """
    bank, k = state.bank, len(rows)
    x, P, H = bank.x[rows, m], bank.P[rows, m], np.empty(6)
    prior = np.sum(x, axis=0) / k
    sensor, score = (model.position_enu_m, model.enu_from_sensor), 0.0
    for c in (RANGE, AZIMUTH, ELEVATION):
        if math.isnan(z[c]):
            continue
        innovation = z[c] - observe(POLAR, c, prior, *sensor, H)
        if c == AZIMUTH:
            innovation = wrap_pi(innovation)
        innovation -= float(np.sum(H * (np.sum(x, axis=0) / k - prior)))
        PH = np.sum(P * H, axis=2) / k
        S = float(np.sum(PH * H)) / k + variance[c]
        x += PH * (innovation / S)
        P -= PH[:, :, None] * PH[:, None, :] / S
        score -= 0.5 * (innovation * innovation / S + math.log(S))
    bank.x[rows, m], bank.P[rows, m] = x, P
    return score


def _keep_formation(state: TrackerState, rows: I64) -> None:
    """Draw the velocities of members that share a plot together: else they would have parted.

    A measurement of each horizontal velocity: the members' mean, with what formation allows.
    """
    bank = state.bank
    for axis in (3, 4):
        mean = float(np.sum(bank.mode_prob[rows] * bank.x[rows][:, :, axis]) / len(rows))
        for m in range(bank.x.shape[1]):
            x, P = bank.x[rows, m], bank.P[rows, m]
            PH = P[:, :, axis].copy()
            S = (P[:, axis, axis] + _FORMATION_MPS**2)[:, None]
            x += PH * (mean - x[:, axis : axis + 1]) / S
            P -= PH[:, :, None] * PH[:, None, :] / S[:, :, None]
            bank.x[rows, m], bank.P[rows, m] = x, P


def _stay_unsure(state: TrackerState, model: SensorModel, rows: I64) -> None:
    """Keep each member's place as uncertain as a place within the cell is: nobody sees it there."""
    bank = state.bank
    gap = bank.x[rows[0], 0, :3] - model.position_enu_m
    across_m = float(np.sqrt(np.sum(gap * gap))) * model.azimuth_resolution_rad
    least = _CELL_VAR * max(model.range_resolution_m, across_m) ** 2
    for axis in (0, 1):
        bank.P[rows, :, axis, axis] = np.maximum(bank.P[rows, :, axis, axis], least)
