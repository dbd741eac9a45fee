"""Tracks begun by bearings: only where exactly two sensors' unexplained bearings cross well.

A bearing alone begins nothing. Two targets seen by two direction finders have four crossings, two
of them ghosts that stay consistent for ever; so a crossing counts only while it is the one possible
one, and otherwise the bearings are held until radar, time or a third sensor decides.
"""

import math

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.measure import POLAR, update
from vedette.model.measurements import F64, SensorModel
from vedette.tracking.looks import Look
from vedette.tracking.state import HeldBearing, TrackerState, add_rows

_HELD_S = 1.5
_HELD_MAX = 256
_UNCLAIMED_MIN = 0.7
_ANGLE_MIN_SIN = math.sin(math.radians(20.0))  # flatter crossings do not fix a place
_EXISTENCE = 0.02
_PRIOR_SIGMA_M = 20_000.0
_HEIGHT_SIGMA_M = 1_000.0
_SEPARATE_SIGMAS = 4.0


def hold_bearings(state: TrackerState, look: Look, unclaimed: F64) -> None:
    """Keep a look's unexplained bearings; begin a track where they leave one possible crossing."""
    model, now_ns = state.models[look.sensor_index], int(look.t_ns[-1])
    if model.observes_range or not model.observes_azimuth or look.kind != POLAR:
        return
    fresh_ns = now_ns - int(_HELD_S * NS_PER_S)
    state.held = [h for h in state.held if h.t_ns >= fresh_ns]
    for j in np.flatnonzero((unclaimed > _UNCLAIMED_MIN) & ~np.isnan(look.z[:, 1])):
        bearing = HeldBearing(look.sensor_index, int(look.t_ns[j]), look.z[j], look.variance[j])
        # The same direction again is the same object seen again.
        state.held = [h for h in state.held if not _same_direction(h, bearing)]
        state.held.append(bearing)
    state.held = state.held[-_HELD_MAX:]
    _begin_unique(state)


def _same_direction(one: HeldBearing, other: HeldBearing) -> bool:
    if one.sensor_index != other.sensor_index:
        return False
    gap = (one.z[1] - other.z[1] + math.pi) % (2.0 * math.pi) - math.pi
    return bool(abs(gap) < _SEPARATE_SIGMAS * math.sqrt(one.variance[1] + other.variance[1]))


def _begin_unique(state: TrackerState) -> None:
    crossings = []
    for a, one in enumerate(state.held):
        for b in range(a + 1, len(state.held)):
            if state.held[b].sensor_index != one.sensor_index:
                place = _cross(state, one, state.held[b])
                if place is not None:
                    crossings.append((a, b, place))
    if not crossings:
        return
    uses = np.bincount([i for a, b, _ in crossings for i in (a, b)], minlength=len(state.held))
    used = []
    for a, b, place in crossings:
        if uses[a] == 1 and uses[b] == 1:
            _begin(state, state.held[a], state.held[b], place)
            used += [a, b]
    state.held = [h for i, h in enumerate(state.held) if i not in used]


def _direction(model: SensorModel, azimuth_rad: float) -> F64:
    local = np.array([math.sin(azimuth_rad), math.cos(azimuth_rad), 0.0])
    direction: F64 = np.sum(model.enu_from_sensor * local, axis=1)
    return direction


def _cross(state: TrackerState, one: HeldBearing, other: HeldBearing) -> F64 | None:
    """Give the crossing (east, north, up) of two bearings, None where they do not cross well."""
    a, b = state.models[one.sensor_index], state.models[other.sensor_index]
    u, v = _direction(a, one.z[1]), _direction(b, other.z[1])
    sine = u[0] * v[1] - u[1] * v[0]
    if abs(sine) < _ANGLE_MIN_SIN:
        return None
    gap = b.position_enu_m - a.position_enu_m
    along_a = (gap[0] * v[1] - gap[1] * v[0]) / sine
    along_b = (gap[0] * u[1] - gap[1] * u[0]) / sine
    if not (a.range_min_m < along_a < a.range_max_m and b.range_min_m < along_b < b.range_max_m):
        return None
    heights = []
    for model, bearing, along in ((a, one, along_a), (b, other, along_b)):
        if not math.isnan(bearing.z[2]):
            up = float(model.position_enu_m[2]) + along * math.tan(bearing.z[2])
            heights.append((up, along * math.sqrt(bearing.variance[2])))
    if len(heights) == 2:
        apart = abs(heights[0][0] - heights[1][0])
        if apart > _SEPARATE_SIGMAS * math.hypot(heights[0][1], heights[1][1]) + 50.0:
            return None
    place: F64 = a.position_enu_m + along_a * u
    place[2] = heights[0][0] if heights else a.position_enu_m[2] + 0.5 * _HEIGHT_SIGMA_M
    return place


def _begin(state: TrackerState, one: HeldBearing, other: HeldBearing, place: F64) -> None:
    """Begin a tentative track at a crossing, with the uncertainty that both bearings leave."""
    bank, settings = state.bank, state.settings
    row = add_rows(bank, 1).start
    for m in range(settings.motion.shape[0]):
        x, P = bank.x[row, m], bank.P[row, m]
        x[:3] = place
        spread = [_PRIOR_SIGMA_M, _PRIOR_SIGMA_M, _HEIGHT_SIGMA_M]
        np.fill_diagonal(P, np.square([*spread, *settings.speed_sigma[m, [0, 0, 1]]]))
        for bearing in (one, other):
            model = state.models[bearing.sensor_index]
            update(
                POLAR, x, P, bearing.z, bearing.variance, model.position_enu_m,
                model.enu_from_sensor, 0.0, 0.0,
            )  # fmt: skip
    bank.mode_prob[row] = settings.mode_prior
    bank.existence[row] = _EXISTENCE
    bank.serial[row] = state.next_serial
    state.next_serial += 1
    bank.hits[row], bank.crossing[row] = 1, 1
    t_ns = max(one.t_ns, other.t_ns)
    bank.t_ns[row] = bank.updated_ns[row] = t_ns
    bank.started_ns[row] = min(one.t_ns, other.t_ns)
    for bearing in (one, other):
        bank.hit_ns[row, bearing.sensor_index] = bearing.t_ns
        bank.looked_ns[row, bearing.sensor_index] = bearing.t_ns
        bank.height_seen[row] |= not math.isnan(bearing.z[2])
