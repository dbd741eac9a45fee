"""How often a sensor sees the same object again, held against its site file's `scan_period_s`.

In: a step's batches of measurements. Out: words where the two differ by more than a factor of two:
the tracker counts looks by that period, so a wrong one costs tracks. A few plots are followed: when
does the next come near where one was? That is the same for antennas that turn and for frames, and
for plots that each have their own time within a scan. What hears only what transmits is left out:
others decide how often they send.
"""

import math
from statistics import median

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import F64, I64, MeasurementBatch, MeasurementKind, SensorModel

FOLLOWED = 4  # plots at a time: a flock or clutter misleads one of them, not all
SPACINGS = 32  # remembered; nothing is said before there are as many
RATIO = 2.0
SLACK = 1.02  # clocks tremble: exactly twice is not more than twice
NEAR_SIGMAS = 3.0
# How far an object may have moved in a second: a fast drone, or on the sky as a bearing.
MOVES_MPS, TURNS_RADPS = 60.0, 0.05
# Plots of one object within this share of a scan are one look that was split.
SPLIT_RATIO = 0.02
LOST_RATIO = 10.0  # scans after which a plot is no longer waited for
AGAIN_MAX = 8  # times one plot is found again in one step


class ScanMemory(msgspec.Struct, kw_only=True):
    """One sensor's plots that are followed, each (t_ns, first, second), and what was found."""

    followed: list[tuple[int, float, float]] = []
    spacings_s: list[float] = []


def take_scans(memory: ScanMemory, model: SensorModel, batch: MeasurementBatch) -> None:
    """Follow a sensor's plots through one batch, oldest first; changes memory."""
    if batch.kind == MeasurementKind.TDOA or model.cooperative or len(batch.t_meas_ns) == 0:
        return
    first, second, gates = _places(batch)
    moves = TURNS_RADPS if batch.kind == MeasurementKind.POLAR and not first.any() else MOVES_MPS
    is_polar = batch.kind == MeasurementKind.POLAR
    period_s, last_ns = model.scan_period_s, int(batch.t_meas_ns[-1])
    kept = []
    for plot in memory.followed:
        for _ in range(AGAIN_MAX):
            row = _next(plot, batch.t_meas_ns, first, second, gates, moves, is_polar, period_s)
            if row < 0:
                break
            t_ns = int(batch.t_meas_ns[row])
            memory.spacings_s.append((t_ns - plot[0]) / NS_PER_S)
            plot = (t_ns, float(first[row]), float(second[row]))
        if last_ns - plot[0] <= LOST_RATIO * period_s * NS_PER_S:
            kept.append(plot)
    if len(kept) < FOLLOWED:
        kept.append((last_ns, float(first[-1]), float(second[-1])))
    memory.followed = kept
    del memory.spacings_s[:-SPACINGS]


def scan_words(memory: ScanMemory, period_s: float) -> str:
    """Say what is wrong with the stated period; empty where nothing is, or too little is known.

    Faster: half of what was found again came sooner than half a scan. Slower: all but one came
    later than two scans, which looks that missed explain only where most miss.
    """
    if len(memory.spacings_s) < SPACINGS:
        return ""
    found = sorted(memory.spacings_s)
    usual_s, least_s = median(found), found[1]
    if usual_s * RATIO * SLACK < period_s:
        seen_s = usual_s
    elif least_s > RATIO * SLACK * period_s:
        seen_s = least_s
    else:
        return ""
    return f"its scans come every {seen_s:.2g} s; the site file says {period_s:g} s"


def _places(batch: MeasurementBatch) -> tuple[F64, F64, F64]:
    """Give range and azimuth, or east and north, 0 where not measured, and gates (n, 2)."""
    place, sigma = np.nan_to_num(batch.z[:, :2]), np.nan_to_num(batch.sigma[:, :2])
    gates = NEAR_SIGMAS * sigma
    if batch.kind == MeasurementKind.POLAR:
        gates[:, 1] *= np.where(place[:, 0] > 0.0, place[:, 0], 1.0)
    return place[:, 0], place[:, 1], gates


def _next(
    plot: tuple[int, float, float],
    t_ns: I64,
    first: F64,
    second: F64,
    gates: F64,
    moves: float,
    is_polar: bool,
    period_s: float,
) -> int:
    """Find the first row later than a plot and near it, -1 for none."""
    after_s = (t_ns - plot[0]) / NS_PER_S
    slack = moves * after_s
    across = second - plot[2]
    if is_polar:
        across = (across + math.pi) % (2.0 * math.pi) - math.pi
        across = across * np.where(first > 0.0, first, 1.0)
    near = (np.abs(first - plot[1]) <= gates[:, 0] + slack) & (
        np.abs(across) <= gates[:, 1] + slack
    )
    rows = np.flatnonzero(near & (after_s > SPLIT_RATIO * period_s))
    return int(rows[0]) if len(rows) else -1
