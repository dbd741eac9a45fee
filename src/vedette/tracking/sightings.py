"""Which plot went to which track, remembered raw for registration to compare sensors by."""

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.model.measurements import I64
from vedette.tracking.looks import Look
from vedette.tracking.state import TrackerState

_KEPT_MAX = 4_096  # a few seconds of a busy sky; beyond, the newest speak for all


def _compared(state: TrackerState, look: Look) -> bool:
    """Say whether there is a second sensor to compare this look's with."""
    kinds = state.registration.kinds
    return bool(kinds[look.sensor_index] == look.kind and np.count_nonzero(kinds >= 0) > 1)


def note(state: TrackerState, look: Look, serial: I64, rows: I64) -> None:
    """Remember which plots (rows of the look) went to which tracks (serial), as they were measured.

    Without a second sensor of the kind there is nothing to compare, and nothing is kept.
    """
    reg, s = state.registration, look.sensor_index
    if len(rows) == 0 or not _compared(state, look):
        return
    t_ns, z, variance = look.t_ns[rows], look.z[rows, :3].copy(), look.variance[rows, :3].copy()
    if reg.applied and not reg.aside[s]:
        z += reg.correction[s, :3]
        variance -= reg.doubt[s, :3]
        t_ns = t_ns + int(reg.correction[s, 3] * NS_PER_S)
    fresh = (serial, np.full(len(rows), s), t_ns, z, variance)
    names = ("serial", "sensor", "t_ns", "z", "variance")
    for name, values in zip(names, fresh, strict=True):
        kept = np.concatenate([getattr(reg.plots, name), values])
        setattr(reg.plots, name, kept[-_KEPT_MAX:])
