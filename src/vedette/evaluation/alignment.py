"""Truth and tracks on one clock: every later measure compares them instant by instant.

In: the rows of `truth.parquet` and `tracks.parquet`. Out: the instants to judge, the truth
interpolated to them, and which track rows belong to each.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.outputs.parquet import TrackRows, TruthRows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
Covered = Callable[[F64], Bools]  # (N, 3) ENU positions -> (N,) is it in some sensor's coverage

GAP_RATIO = 1.5  # a gap in the tracks' instants longer than this many usual steps is filled in
STEP_DEFAULT_NS = 1_000_000_000


@dataclass(slots=True)
class Aligned:
    """Truth at the instants of the tracks.

    instants_ns (T,). truth_enu (O, T, 6): position and velocity of each object, NaN where it is
    not. present (O, T): the object exists then. required (O, T): and a sensor could see it.
    rows (2, T): the track rows of instant k are rows[0, k] : rows[1, k].
    """

    instants_ns: I64
    truth_enu: F64
    present: Bools
    required: Bools
    rows: I64


def align(truth: TruthRows, tracks: TrackRows, covered: Covered | None = None) -> Aligned:
    """Put truth and tracks on one clock.

    The instants are those of the tracks within the time of the truth; where the tracks are silent
    for longer than usual (or altogether) instants are filled in, so that silence counts as missed.
    The truth is interpolated linearly between an object's first and last row, never beyond.
    covered: says which positions a sensor could see; None: all.
    """
    instants = _instants(truth.t_ns, tracks.t_ns)
    count, steps = len(truth.object_ids), len(instants)
    states = np.full((count, steps, 6), np.nan)
    bounds = np.searchsorted(truth.object_index, np.arange(count + 1))
    for k in range(count):
        rows = slice(bounds[k], bounds[k + 1])
        states[k] = interpolate(truth.t_ns[rows], truth.state_enu[rows], instants)
    present = np.isfinite(states[:, :, :3]).all(axis=2)
    required = present.copy()
    if covered is not None and required.any():
        required[present] = covered(states[present][:, :3])
    starts = np.searchsorted(tracks.t_ns, instants, side="left")
    ends = np.searchsorted(tracks.t_ns, instants, side="right")
    return Aligned(instants, states, present, required, np.stack([starts, ends]))


def interpolate(t_ns: I64, state_enu: F64, instants_ns: I64) -> F64:
    """Interpolate the states (N, 6) of one object to the instants (T,): (T, 6), NaN outside."""
    since_s = (t_ns - t_ns[0]) * 1e-9
    wanted_s = (instants_ns - t_ns[0]) * 1e-9
    columns = [np.interp(wanted_s, since_s, state_enu[:, k], np.nan, np.nan) for k in range(6)]
    return np.stack(columns, axis=1)


def _instants(truth_ns: I64, tracks_ns: I64) -> I64:
    """Choose the instants to judge, int64 ns, ascending."""
    if len(truth_ns) == 0:
        return np.zeros(0, np.int64)
    first, last = int(truth_ns.min()), int(truth_ns.max())
    own = np.unique(tracks_ns[(tracks_ns >= first) & (tracks_ns <= last)])
    step = _usual_step_ns(own, np.unique(truth_ns))
    edges = np.concatenate([[first], own, [last]])
    filled = [own if len(own) else edges[:1]]
    for begin, end in itertools.pairwise(edges):
        if end - begin > GAP_RATIO * step:
            filled.append(np.arange(begin + step, end - step // 2, step, dtype=np.int64))
    return np.unique(np.concatenate(filled))


def _usual_step_ns(own: I64, truth: I64) -> int:
    """Find the usual time between the tracks' instants, or the truth's where there are none."""
    times = own if len(own) > 2 else truth
    if len(times) < 2:
        return STEP_DEFAULT_NS
    return max(int(np.median(np.diff(times))), 1_000_000)
