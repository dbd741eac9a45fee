"""Negative information: which tracks a sensor looked at without seeing them, once a scan.

A frame sensor looks everywhere at once. A rotating antenna's place is known from its plots and from
the sector and north messages of CAT034; a track counts as passed only when the beam is well beyond
it, so that its own plot has had its chance. A silent sensor looks at nothing.
"""

import math

import numpy as np

from vedette.base.angles import TWO_PI, wrap_two_pi
from vedette.base.constants import NS_PER_S
from vedette.kernels.look import miss_unseen
from vedette.model.measurements import F64, SensorModel
from vedette.model.reports import SensorStatus, View
from vedette.tracking.associate import misses
from vedette.tracking.learning import KNOWN_PROB, learn_detection
from vedette.tracking.looks import Look, sector_width
from vedette.tracking.singles import miss_singles
from vedette.tracking.state import TrackerState
from vedette.tracking.visibility import FULLY_VISIBLE_SHARE, visible

_BEYOND_RAD = math.radians(4.0)  # a beam width and the noise of plots and tracks
# Sector messages overtake the plots of the sector they close: by up to 0.1 of a turn.
_STATUS_BEYOND_RAD = 0.1 * TWO_PI
_SILENT_PERIODS = 2.5  # after a longer silence nobody knows what was swept
_FRAME_LIKE_RAD = math.radians(30.0)
_AGAIN_PERIODS = 0.5  # a second frame sooner than this is a part of the same scan
# Plots that come one by one say nothing of who was looked at, until a whole scan and its jitter
# have passed without one's own.
_TRICKLE_PERIODS = 1.5
_EDGE_RATIO = 0.98  # at the very edge of coverage a miss says little


def note_look(state: TrackerState, look: Look) -> None:
    """Take in what a look says about where nothing was seen."""
    model, s, t_ns = state.models[look.sensor_index], look.sensor_index, int(look.t_ns[-1])
    if model.cooperative:
        return
    if model.rotating and look.kind == 0 and not _is_frame(look):
        last = int(np.argmax(look.t_ns))
        if not math.isnan(look.z[last, 1]):
            _sweep(state, s, float(look.z[last, 1]), t_ns, _BEYOND_RAD)
        return
    periods = _AGAIN_PERIODS if _is_one_moment(look) else _TRICKLE_PERIODS
    _penalise(state, s, t_ns, 0.0, TWO_PI, periods)


def note_status(state: TrackerState, status: SensorStatus, sensor_index: int) -> None:
    """Take in a sign of life: the antenna's place and its period, or where a camera looks."""
    if status.view is not None:
        _turn(state, sensor_index, status.view)
    stated = status.scan_period_s
    usual = state.models[sensor_index].scan_period_s
    if stated is not None and 0.2 * usual < stated < 5.0 * usual:
        state.period_s[sensor_index] = stated
    azimuth = 0.0 if status.kind == "north" else status.azimuth_rad
    rotating = state.models[sensor_index].rotating
    if rotating and azimuth is not None and math.isfinite(azimuth):
        _sweep(state, sensor_index, wrap_two_pi(azimuth), status.t_meas_ns, _STATUS_BEYOND_RAD)


def _turn(state: TrackerState, sensor_index: int, view: View) -> None:
    """Expect tracks where a sensor looks now; what it does not look at is not missed."""
    model = state.models[sensor_index]
    model.azimuth_from_rad = wrap_two_pi(view.azimuth_from_rad)
    model.azimuth_to_rad = wrap_two_pi(view.azimuth_to_rad)
    model.elevation_min_rad = view.elevation_min_rad
    model.elevation_max_rad = view.elevation_max_rad


def _is_one_moment(look: Look) -> bool:
    """Say whether several plots carry one time, as those of a frame do."""
    return len(look.t_ns) >= 3 and bool(look.t_ns[0] == look.t_ns[-1])


def _is_frame(look: Look) -> bool:
    """Say whether plots all round carry one time: then it is a frame, whatever the site says."""
    return _is_one_moment(look) and float(np.ptp(look.z[:, 1])) > _FRAME_LIKE_RAD


def _sweep(
    state: TrackerState, sensor_index: int, azimuth_rad: float, t_ns: int, beyond_rad: float
) -> None:
    """Move the antenna to an azimuth and judge the tracks it has passed on the way."""
    period_s = float(state.period_s[sensor_index])
    since_s = (t_ns - int(state.sweep_ns[sensor_index])) / NS_PER_S
    before = float(state.sweep_rad[sensor_index])
    known = state.sweep_ns[sensor_index] > 0 and since_s < _SILENT_PERIODS * period_s
    part = wrap_two_pi(azimuth_rad - before)
    swept = part + TWO_PI * round((since_s / period_s * TWO_PI - part) / TWO_PI)
    if known and (swept <= 0.0 or since_s <= 0.0):
        return
    state.sweep_rad[sensor_index], state.sweep_ns[sensor_index] = azimuth_rad, t_ns
    if known:
        # What lies within `beyond` behind the beam is judged with the next stretch.
        start = wrap_two_pi(before - beyond_rad)
        _penalise(state, sensor_index, t_ns, start, min(swept, TWO_PI))


def _penalise(
    state: TrackerState,
    sensor_index: int,
    t_ns: int,
    start_rad: float,
    width_rad: float,
    periods: float = _AGAIN_PERIODS,
) -> None:
    """Count a miss for what the stretch held and was not looked at for `periods` of the scan."""
    bank, n = state.bank, state.bank.count
    model = state.models[sensor_index]
    since_ns = t_ns - int(periods * state.period_s[sensor_index] * NS_PER_S)
    coverage = _coverage(model)
    miss_singles(state, model, t_ns, since_ns, coverage, start_rad, width_rad)
    if n == 0:
        return
    unseen = miss_unseen(
        n, bank.t_ns, bank.x, bank.mode_prob, bank.existence, bank.track_id, bank.crossing,
        bank.looked_ns, bank.hit_ns, sensor_index, not model.cooperative, t_ns, since_ns,
        *misses(state, sensor_index, t_ns), visible(state, sensor_index, t_ns),
        FULLY_VISIBLE_SHARE, KNOWN_PROB, model.position_enu_m, model.enu_from_sensor, coverage,
        start_rad, width_rad,
    )  # fmt: skip
    if state.settings.learns:
        period_s = float(state.period_s[sensor_index])
        learn_detection(state.learning, model, 0.0, float(unseen), t_ns, period_s)


def _coverage(model: SensorModel) -> F64:
    return np.array([
        model.range_min_m,
        model.range_max_m * _EDGE_RATIO,
        model.azimuth_from_rad,
        sector_width(model),
        model.elevation_min_rad,
        model.elevation_max_rad,
    ])  # fmt: skip
