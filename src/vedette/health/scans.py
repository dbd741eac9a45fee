"""How often a sensor sees the same object again, held against its site file's `scan_period_s`.

In: a step's batches of measurements. Out: words where the two differ by more than a factor of two:
the tracker counts looks by that period, so a wrong one costs tracks. A few plots are followed: when
does the next come near where one was? That is the same for antennas that turn and for frames, and
for plots that each have their own time within a scan. What hears only what transmits is left out:
others decide how often they send.
"""

import math
from dataclasses import dataclass

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


@dataclass(slots=True, frozen=True)
class _Looks:
    """A batch's places (n,) and gates (n,). scale: metres a radian across; None: in metres.

    moves: how far an object may have moved in a second; split_s: sooner is the same look.
    """

    first: F64
    second: F64
    near: F64
    across: F64
    scale: F64 | None
    moves: float
    split_s: float


def take_scans(memory: ScanMemory, model: SensorModel, batch: MeasurementBatch) -> None:
    """Follow a sensor's plots through one batch, oldest first; changes memory."""
    if batch.kind == MeasurementKind.TDOA or model.cooperative or len(batch.t_meas_ns) == 0:
        return
    looks = _looks(batch, model.scan_period_s)
    followed, last_ns = memory.followed, int(batch.t_meas_ns[-1])
    spacings: list[list[float]] = [[] for _ in followed]
    waiting = list(range(len(followed)))
    for _ in range(AGAIN_MAX):
        found = _next([followed[k] for k in waiting], batch.t_meas_ns, looks)
        again = []
        for k, row in zip(waiting, found, strict=True):
            if row >= 0:
                t_ns = int(batch.t_meas_ns[row])
                spacings[k].append((t_ns - followed[k][0]) / NS_PER_S)
                followed[k] = (t_ns, float(looks.first[row]), float(looks.second[row]))
                again.append(k)
        if not again:
            break
        waiting = again
    lost_ns = LOST_RATIO * model.scan_period_s * NS_PER_S
    kept = [plot for plot in followed if last_ns - plot[0] <= lost_ns]
    if len(kept) < FOLLOWED:
        kept.append((last_ns, float(looks.first[-1]), float(looks.second[-1])))
    memory.followed = kept
    memory.spacings_s += [spacing for each in spacings for spacing in each]
    del memory.spacings_s[:-SPACINGS]


def scan_words(memory: ScanMemory, period_s: float) -> str:
    """Say what is wrong with the stated period; empty where nothing is, or too little is known.

    Faster: half of what was found again came sooner than half a scan. Slower: all but one came
    later than two scans, which looks that missed explain only where most miss.
    """
    if len(memory.spacings_s) < SPACINGS:
        return ""
    found = sorted(memory.spacings_s)
    middle = len(found) // 2
    usual_s, least_s = 0.5 * (found[middle - 1] + found[middle]), found[1]
    if usual_s * RATIO * SLACK < period_s:
        seen_s = usual_s
    elif least_s > RATIO * SLACK * period_s:
        seen_s = least_s
    else:
        return ""
    return f"its scans come every {seen_s:.2g} s; the site file says {period_s:g} s"


def _looks(batch: MeasurementBatch, period_s: float) -> _Looks:
    """Give range and azimuth, or east and north, 0 where not measured, and their gates."""
    place, sigma = batch.z[:, :2], batch.sigma[:, :2]
    first, second = np.where(np.isnan(place), 0.0, place).T
    near, across = (NEAR_SIGMAS * np.where(np.isnan(sigma), 0.0, sigma)).T
    scale = None
    moves = MOVES_MPS
    if batch.kind == MeasurementKind.POLAR:
        scale = np.where(first > 0.0, first, 1.0)
        across = across * scale
        moves = MOVES_MPS if first.any() else TURNS_RADPS
    return _Looks(first, second, near, across, scale, moves, SPLIT_RATIO * period_s)


def _next(plots: list[tuple[int, float, float]], t_ns: I64, looks: _Looks) -> list[int]:
    """Find for each plot the first row later than it and near it, -1 for none."""
    if not plots:
        return []
    times, firsts, seconds = (np.array(column)[:, None] for column in zip(*plots, strict=True))
    after_s = (t_ns - times) / NS_PER_S
    slack = looks.moves * after_s
    across = looks.second - seconds
    if looks.scale is not None:
        across = ((across + math.pi) % (2.0 * math.pi) - math.pi) * looks.scale
    near = np.abs(looks.first - firsts) <= looks.near + slack
    near &= np.abs(across) <= looks.across + slack
    near &= after_s > looks.split_s
    rows = near.argmax(axis=1)
    return [row if near[k, row] else -1 for k, row in enumerate(rows.tolist())]
