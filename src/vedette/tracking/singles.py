"""The crowd of tentative tracks that rest on one unlikely plot each, kept as plots.

In: what no track explains. Out: a full Bernoulli in the bank as soon as a second plot fits. Until
then existence follows the same recursion as in the bank. Two things are simpler: bearings (and all
that begins no tracks) do not refine a single plot, and whatever lies in its window was it.
"""

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.seconds import second_plots
from vedette.kernels.singles import (
    GONE,
    add_singles,
    full_states,
    keep_singles,
    lasting_singles,
    penalise_singles,
)
from vedette.model.measurements import F64, I64, Bools, SensorModel
from vedette.tracking.looks import Look
from vedette.tracking.parts import in_parts
from vedette.tracking.state import Singles, TrackerState, add_rows, room_for_singles


def keep_as_plots(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    chosen: I64,
    existence: F64,
    serial: I64,
) -> None:
    """Put the plots chosen (B,) of a look into the crowd; existence, serial (B,) theirs."""
    singles = state.singles
    room_for_singles(singles, len(chosen))
    singles.count = add_singles(
        singles.count, chosen, existence, serial, look.sensor_index, look.kind, look.t_ns, look.z,
        look.variance, look.key, model.position_enu_m, model.enu_from_sensor,
        state.settings.speed_sigma**2, *singles.columns(),
    )  # fmt: skip


def promote(state: TrackerState, model: SensorModel, look: Look) -> None:
    """Turn singles that a plot of the look could continue into full tracks of the bank."""
    singles, s = state.singles, state.settings
    if singles.count == 0:
        return
    velocity_var = s.speed_sigma**2
    places = (state.sensors_enu, state.enu_from_sensors, velocity_var)
    plots = (singles.z, singles.variance, singles.sensor, singles.kind)
    bounds = np.array([s.up_sigma_max_m**2, s.v_up_sigma_max_mps**2])
    found = np.zeros(singles.count, np.bool_)

    def search(low: int, high: int) -> None:
        second_plots(
            low, high, singles.t_ns, singles.mean, singles.spread, singles.z, singles.variance,
            singles.existence, singles.sensor, singles.kind, singles.looked_ns, *places,
            s.mode_prior, s.motion, bounds, look.sensor_index, look.kind, look.t_ns, look.z,
            look.variance, *look.layout(), state.thresholds, look.reach_sigmas, s.lag_max_s,
            model.starts_tracks, found,
        )  # fmt: skip

    in_parts(singles.count, s.threads, search)
    rows = np.flatnonzero(found)
    if len(rows) == 0:
        return
    bank, new = state.bank, add_rows(state.bank, len(rows))
    full_states(rows, *plots, *places, bank.x[new], bank.P[new], bank.height_seen[new])
    bank.mode_prob[new] = s.mode_prior
    for name in ("existence", "serial", "key", "looked_ns"):
        getattr(bank, name)[new] = getattr(singles, name)[rows]
    t_ns = singles.t_ns[rows]
    bank.t_ns[new] = bank.started_ns[new] = bank.updated_ns[new] = t_ns
    bank.hits[new] = 1
    bank.hit_ns[np.arange(new.start, new.stop), singles.sensor[rows]] = t_ns
    singles.existence[rows] = GONE


def miss_singles(
    state: TrackerState,
    model: SensorModel,
    t_ns: int,
    since_ns: int,
    coverage: F64,
    start_rad: float,
    width_rad: float,
) -> None:
    """Count a miss for the singles a sensor looked at and did not see; see `sweeps._penalise`."""
    singles = state.singles
    if singles.count == 0:
        return
    absent = 1.0 - model.detection_prob
    stranger = 1.0 - state.settings.stranger_ratio * model.detection_prob

    def penalise(low: int, high: int) -> None:
        penalise_singles(
            low, high, singles.t_ns, singles.mean, singles.existence, singles.sensor,
            singles.looked_ns, model.index, absent, stranger, t_ns, since_ns,
            model.position_enu_m, model.enu_from_sensor, coverage, start_rad, width_rad,
        )  # fmt: skip

    in_parts(singles.count, state.settings.threads, penalise)


def drop_singles(state: TrackerState, now_ns: int) -> None:
    """Forget singles that are no longer likely, or older than a few of their sensor's scans."""
    singles, s = state.singles, state.settings
    if singles.count == 0:
        return
    stale_ns = np.maximum(s.tentative_s, s.lost_scans * state.period_s) * NS_PER_S
    keep = lasting_singles(
        singles.count, singles.t_ns, singles.existence, singles.sensor, now_ns,
        stale_ns.astype(np.int64), s.drop_prob,
    )  # fmt: skip
    _keep(singles, keep)


def bound_singles(singles: Singles, most: int) -> bool:
    """Keep at most so many singles; says whether some had to go.

    The sensors with most of them lose, down to one common level: of each its least likely, and of
    equals its youngest. So a sensor that floods displaces nothing but its own.
    """
    n = singles.count
    if n <= most:
        return False
    sensor = singles.sensor[:n]
    level = _common_level(np.bincount(sensor), most)
    order = np.lexsort((singles.serial[:n], -singles.existence[:n], sensor))
    rank = np.arange(n) - np.searchsorted(sensor[order], sensor[order])
    keep = np.zeros(n, np.bool_)
    keep[order[rank < level]] = True
    _keep(singles, keep)
    return True


def _common_level(counts: I64, most: int) -> int:
    """Give the largest level such that the sum of min(count, level) is within `most`."""
    left, level = most, 0
    for place, count in enumerate(sorted(int(c) for c in counts)):
        level = left // (len(counts) - place)
        if count > level:
            return level
        left -= count
    return level


def _keep(singles: Singles, keep: Bools) -> None:
    singles.count = keep_singles(singles.count, keep, *singles.columns())
