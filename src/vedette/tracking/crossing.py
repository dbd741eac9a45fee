"""Tracks begun together by sensors that alone fix no place: bearings, ranges, or both.

A bearing or a range alone begins nothing. Two targets seen by two direction finders have four
crossings, two of them ghosts that stay consistent for ever; so lines of several sensors are put
together into possible objects, each line used once, and only what every likely way of doing so has
in common becomes a track. Where a third sensor watches the place it must agree. The rest is held
until radar, time or another sensor decides. In the literature: the S-dimensional assignment of
Deb, Yeddanapudi, Pattipati and Bar-Shalom 1997, IEEE TAES 33-2, here small enough to be enumerated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.gating import azimuth_of, in_sector
from vedette.kernels.measure import POLAR, update
from vedette.model.measurements import F64, SensorModel
from vedette.tracking.looks import Look, sector_width
from vedette.tracking.state import HeldBearing, TrackerState, add_rows

# Longer than two scans: a target missed once by one sensor must not leave another's ghost alone.
_HELD_S, _HELD_SCANS = 1.5, 3.2
_HELD_MAX = 48  # pairs grow with the square
_UNCLAIMED_MIN = 0.7
_ANGLE_MIN_SIN = math.sin(math.radians(20.0))  # flatter crossings do not fix a place
_EXISTENCE = 0.02
_PRIOR_SIGMA_M = 20_000.0
_HEIGHT_SIGMA_M = 1_000.0
_SEPARATE_SIGMAS = 4.0
_SPREAD_MAX_M = 3_000.0  # a place less sure than this is none
_RANGES_MIN = 3  # two circles meet twice, and nowhere better than elsewhere
_LIVE_S, _LIVE_SCANS = 3.0, 3.0
_RIVAL_COST = 9.0  # three sigmas: a way of explaining the lines this much worse is none
_CONFLICTING_MAX = 12  # more that hang together are not sorted out but held
_UNDERGROUND_M = 30.0  # below the station: valleys are deeper, but ranges see little of them
_SPEED_USUAL_MPS = 60.0  # how far a line may move while it is held


@dataclass(slots=True)
class _Fit:
    """Lines of different sensors that one object could have caused, and where it would be."""

    members: tuple[int, ...]
    x: F64
    P: F64
    cost: float


def hold_bearings(state: TrackerState, look: Look, unclaimed: F64) -> None:
    """Keep a look's unexplained bearings and ranges; begin tracks where they leave no doubt."""
    model, now_ns = state.models[look.sensor_index], int(look.t_ns[-1])
    if model.starts_tracks or look.kind != POLAR:
        return
    state.held = [h for h in state.held if now_ns - h.t_ns <= _held_ns(state, h)]
    line = np.isnan(look.z[:, 0]) != np.isnan(look.z[:, 1])
    fresh = np.flatnonzero((unclaimed > _UNCLAIMED_MIN) & line)
    for j in fresh:
        held = HeldBearing(look.sensor_index, int(look.t_ns[j]), look.z[j], look.variance[j])
        # The same line again is the same object seen again.
        state.held = [h for h in state.held if not _is_same_line(h, held)]
        state.held.append(held)
    state.held = state.held[-_HELD_MAX:]
    if len(fresh):
        _begin_certain(state, now_ns)


def raise_from_below(state: TrackerState, model: SensorModel) -> None:
    """Turn states that ranges alone have led under the ground into their mirror image above.

    Stations on the ground measure one range to a place and to its mirror image below them; nothing
    but the ground tells which it is.
    """
    if not model.observes_range or model.observes_azimuth:
        return
    bank, n, level_m = state.bank, state.bank.count, float(model.position_enu_m[2])
    below = (bank.x[:n, :, 2] < level_m - _UNDERGROUND_M) & (bank.height_seen[:n, None] == 0)
    row, mode = np.nonzero(below)
    bank.x[row, mode, 2] = 2.0 * level_m - bank.x[row, mode, 2]
    bank.x[row, mode, 5] *= -1.0
    for axis in (2, 5):
        bank.P[row, mode, axis, :] *= -1.0
        bank.P[row, mode, :, axis] *= -1.0


def _held_ns(state: TrackerState, held: HeldBearing) -> int:
    period_s = float(state.period_s[held.sensor_index])
    return int(max(_HELD_S, _HELD_SCANS * period_s) * NS_PER_S)


def _is_same_line(one: HeldBearing, other: HeldBearing) -> bool:
    if one.sensor_index != other.sensor_index:
        return False
    c = 0 if math.isnan(one.z[1]) else 1
    gap = abs(one.z[c] - other.z[c])
    slack = 0.0
    if c == 1:
        gap = abs((gap + math.pi) % (2.0 * math.pi) - math.pi)
    else:
        slack = _SPEED_USUAL_MPS * abs(other.t_ns - one.t_ns) / NS_PER_S
    sigma = math.sqrt(one.variance[c] + other.variance[c])
    return bool(gap < _SEPARATE_SIGMAS * sigma + slack)


def _begin_certain(state: TrackerState, now_ns: int) -> None:
    """Begin a track from every set of lines that all likely explanations have in common."""
    found: dict[tuple[int, ...], _Fit] = {}
    for a, b in combinations(range(len(state.held)), 2):
        for place in _meetings(state, state.held[a], state.held[b]):
            fit = _extended(state, (a, b), place)
            if fit is not None and _is_enough(state, fit, now_ns):
                best = found.get(fit.members)
                if best is None or fit.cost < best.cost:
                    found[fit.members] = fit
    used: set[int] = set()
    for group in _conflicting(list(found.values())):
        for fit in _certain(group):
            _begin(state, fit)
            used.update(fit.members)
    state.held = [h for i, h in enumerate(state.held) if i not in used]


def _meetings(state: TrackerState, one: HeldBearing, other: HeldBearing) -> Iterator[F64]:
    """Give the places (east, north, up) where two lines meet: one crossing, or up to two."""
    if one.sensor_index == other.sensor_index:
        return
    if math.isnan(one.z[1]) and not math.isnan(other.z[1]):
        one, other = other, one
    a, b = state.models[one.sensor_index], state.models[other.sensor_index]
    gap = b.position_enu_m - a.position_enu_m
    if math.isnan(one.z[1]):
        flat = _circles(gap, float(one.z[0]), float(other.z[0]))
    elif math.isnan(other.z[1]):
        flat = _ray_and_circle(_direction(a, float(one.z[1])), gap, float(other.z[0]))
    else:
        flat = _rays(_direction(a, float(one.z[1])), _direction(b, float(other.z[1])), gap)
    for east, north in flat:
        place = a.position_enu_m + np.array([east, north, 0.0])
        if _covers(a, place) and _covers(b, place):
            place[2] = _first_height(state, (one, other), place)
            yield place


def _direction(model: SensorModel, azimuth_rad: float) -> F64:
    local = np.array([math.sin(azimuth_rad), math.cos(azimuth_rad), 0.0])
    direction: F64 = np.sum(model.enu_from_sensor * local, axis=1)
    return direction


def _rays(u: F64, v: F64, gap: F64) -> list[tuple[float, float]]:
    """Cross two rays u, v whose origins are `gap` apart; nothing where they do not cross well."""
    sine = u[0] * v[1] - u[1] * v[0]
    if abs(sine) < _ANGLE_MIN_SIN:
        return []
    along_a = (gap[0] * v[1] - gap[1] * v[0]) / sine
    along_b = (gap[0] * u[1] - gap[1] * u[0]) / sine
    return [(along_a * u[0], along_a * u[1])] if along_a > 0.0 and along_b > 0.0 else []


def _ray_and_circle(u: F64, gap: F64, radius_m: float) -> list[tuple[float, float]]:
    middle = gap[0] * u[0] + gap[1] * u[1]
    rest = radius_m**2 - (gap[0] ** 2 + gap[1] ** 2 - middle**2)
    if rest <= 0.0:
        return []
    ends = (middle - math.sqrt(rest), middle + math.sqrt(rest))
    return [(s * u[0], s * u[1]) for s in ends if s > 0.0]


def _circles(gap: F64, near_m: float, far_m: float) -> list[tuple[float, float]]:
    """Cross two circles about points `gap` apart."""
    apart = math.hypot(gap[0], gap[1])
    if apart < 1.0:
        return []
    along = (apart**2 + near_m**2 - far_m**2) / (2.0 * apart)
    rest = near_m**2 - along**2
    if rest <= 0.0:
        return []
    e, n, side = gap[0] / apart, gap[1] / apart, math.sqrt(rest)
    return [(along * e - k * side * n, along * n + k * side * e) for k in (-1.0, 1.0)]


def _covers(model: SensorModel, place: F64) -> bool:
    rho, azimuth, _ = azimuth_of(place, model.position_enu_m, model.enu_from_sensor)
    inside = model.range_min_m < rho < model.range_max_m
    return bool(inside and in_sector(azimuth, model.azimuth_from_rad, sector_width(model)))


def _first_height(state: TrackerState, lines: tuple[HeldBearing, ...], place: F64) -> float:
    """Give the height that an elevation tells at a place, or the middle of the lowest air."""
    for held in lines:
        model = state.models[held.sensor_index]
        if not math.isnan(held.z[2]):
            gap = place - model.position_enu_m
            up = float(model.position_enu_m[2])
            return up + math.hypot(gap[0], gap[1]) * math.tan(float(held.z[2]))
    return float(place[2]) + 0.5 * _HEIGHT_SIGMA_M


def _fitted(
    state: TrackerState, members: tuple[int, ...], place: F64, speed_sigma: F64
) -> _Fit | None:
    """Fit one object to lines, from a place near it; None where they do not fit one another.

    speed_sigma (2,): prior of horizontal and vertical speed, which lets lines of different times
    differ. Twice, linearised the second time where the first led.
    """
    t_ref_ns = max(state.held[i].t_ns for i in members)
    at = np.array([*place, 0.0, 0.0, 0.0])
    spread = [_PRIOR_SIGMA_M, _PRIOR_SIGMA_M, _HEIGHT_SIGMA_M, *speed_sigma[[0, 0, 1]]]
    for _ in range(2):
        x, P, cost, components = at.copy(), np.diag(np.square(spread)), 0.0, 0
        for i in members:
            held = state.held[i]
            model = state.models[held.sensor_index]
            _, distance2, used = update(
                POLAR, x, P, held.z, held.variance, model.position_enu_m, model.enu_from_sensor,
                (held.t_ns - t_ref_ns) / NS_PER_S, 0.0,
            )  # fmt: skip
            if used == 0:
                return None
            cost, components = cost + distance2, components + used
        at[:2] = x[:2]
    free = max(components - 2, 1)
    if cost > state.thresholds[min(free, len(state.thresholds) - 1)]:
        return None
    return _Fit(members, x, P, cost)


def _extended(state: TrackerState, pair: tuple[int, int], place: F64) -> _Fit | None:
    """Fit a pair, and add of every other sensor the line that fits best, if one does."""
    speed_sigma = state.settings.speed_sigma[0]
    fit = _fitted(state, pair, place, speed_sigma)
    if fit is None:
        return None
    seen = {state.held[i].sensor_index for i in pair}
    others = sorted({h.sensor_index for h in state.held} - seen)
    for sensor_index in others:
        trials = [
            _fitted(state, tuple(sorted((*fit.members, i))), fit.x[:3], speed_sigma)
            for i, h in enumerate(state.held)
            if h.sensor_index == sensor_index
        ]
        known = [trial for trial in trials if trial is not None]
        if known:
            fit = min(known, key=lambda trial: trial.cost)
    return fit


def _is_enough(state: TrackerState, fit: _Fit, now_ns: int) -> bool:
    """Say whether lines fix a place, and every sensor that must have its say has had it.

    Two bearings do where no third sensor watches; ranges, alone or with bearings, from three on.
    """
    if math.sqrt(fit.P[0, 0] + fit.P[1, 1]) > _SPREAD_MAX_M:
        return False
    lines = [state.held[i] for i in fit.members]
    if len(lines) >= _RANGES_MIN:
        return True
    if any(math.isnan(held.z[1]) for held in lines):
        return False
    own = {held.sensor_index for held in lines}
    return not any(
        _is_watching(state, model, fit.x[:3], now_ns)
        for model in state.models
        if model.index not in own
    )


def _is_watching(state: TrackerState, model: SensorModel, place: F64, now_ns: int) -> bool:
    """Say whether a line-giving sensor was lately heard and covers a place."""
    if model.starts_tracks or state.heard_ns[model.index] == 0:
        return False
    silent_s = (now_ns - int(state.heard_ns[model.index])) / NS_PER_S
    live = silent_s < max(_LIVE_S, _LIVE_SCANS * float(state.period_s[model.index]))
    return live and _covers(model, place)


def _conflicting(fits: list[_Fit]) -> list[list[_Fit]]:
    """Group fits that share a line, directly or through others."""
    groups: list[tuple[set[int], list[_Fit]]] = []
    for fit in sorted(fits, key=lambda f: f.members):
        lines, together = set(fit.members), [fit]
        apart = []
        for group in groups:
            if group[0] & lines:
                lines |= group[0]
                together = group[1] + together
            else:
                apart.append(group)
        groups = [*apart, (lines, together)]
    return [group[1] for group in groups]


def _certain(group: list[_Fit]) -> list[_Fit]:
    """Give the fits that all likely ways of explaining a group's lines have in common.

    A way uses each line at most once. The best explains most lines, then costs least.
    """
    if len(group) > _CONFLICTING_MAX:
        return []
    ways = [
        (sum(len(f.members) for f in way), sum(f.cost for f in way), way) for way in _ways(group)
    ]
    most = max(lines for lines, _, _ in ways)
    least = min(cost for lines, cost, _ in ways if lines == most)
    likely = [way for lines, cost, way in ways if lines == most and cost <= least + _RIVAL_COST]
    return [fit for fit in group if all(any(fit is f for f in way) for way in likely)]


def _ways(group: list[_Fit]) -> list[tuple[_Fit, ...]]:
    """List every choice of fits that share no line."""
    ways: list[tuple[_Fit, ...]] = [()]
    for fit in group:
        lines = set(fit.members)
        ways += [(*way, fit) for way in ways if all(lines.isdisjoint(f.members) for f in way)]
    return ways


def _begin(state: TrackerState, fit: _Fit) -> None:
    """Begin a tentative track, with the uncertainty that its lines leave."""
    bank, settings = state.bank, state.settings
    lines = [state.held[i] for i in fit.members]
    row = add_rows(bank, 1).start
    for m in range(settings.motion.shape[0]):
        own = _fitted(state, fit.members, fit.x[:3], settings.speed_sigma[m]) or fit
        bank.x[row, m], bank.P[row, m] = own.x, own.P
    bank.mode_prob[row] = settings.mode_prior
    bank.existence[row] = _EXISTENCE
    bank.serial[row] = state.next_serial
    state.next_serial += 1
    bank.hits[row], bank.crossing[row] = 1, 1
    t_ns = max(held.t_ns for held in lines)
    bank.t_ns[row] = bank.updated_ns[row] = t_ns
    bank.started_ns[row] = min(held.t_ns for held in lines)
    for held in lines:
        bank.hit_ns[row, held.sensor_index] = held.t_ns
        bank.looked_ns[row, held.sensor_index] = held.t_ns
        bank.height_seen[row] |= not math.isnan(held.z[2])
