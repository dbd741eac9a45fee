"""Measurements become tracks: a track-oriented Poisson multi-Bernoulli filter.

In: batches of measurements, any sensors, any times. Out: a table of confirmed tracks at now with
their covariance and existence, links of reports to tracks, and events. Follow `advance.advance`.
Williams 2015, IEEE TAES 51-3 (the filter); Williams and Lau 2014, IEEE TAES 50-4 (association);
Koch and van Keuk 1997, IEEE TAES 33-3 (what a sensor cannot tell apart);
Blom and Bar-Shalom 1988, IEEE TAC 33-8 (modes of motion). For few targets and the least error there
is the whole Poisson multi-Bernoulli mixture beside it: `mixture.py`.
"""

from vedette.model.measurements import SensorModel
from vedette.tracking.advance import advance
from vedette.tracking.arrays import (
    compile_kernels,
    open_tracker,
    polar_batch,
    polar_sensor,
    position_batch,
    position_sensor,
    tdoa_batch,
    tdoa_sensor,
)
from vedette.tracking.barred import bar
from vedette.tracking.fixes import tdoa_fix
from vedette.tracking.hypotheses import EXACT, Caps
from vedette.tracking.least_error import Loss
from vedette.tracking.mixture import Mixture, Population, estimate, observe, open_mixture
from vedette.tracking.neighbours import heed
from vedette.tracking.provenance import Provenance, take_origins
from vedette.tracking.registration import verdicts
from vedette.tracking.settings import Settings
from vedette.tracking.state import TrackerState, start, start_tracker

__all__ = [
    "EXACT",
    "Caps",
    "Loss",
    "Mixture",
    "Population",
    "Provenance",
    "SensorModel",
    "Settings",
    "TrackerState",
    "advance",
    "bar",
    "compile_kernels",
    "estimate",
    "heed",
    "observe",
    "open_mixture",
    "open_tracker",
    "polar_batch",
    "polar_sensor",
    "position_batch",
    "position_sensor",
    "start",
    "start_tracker",
    "take_origins",
    "tdoa_batch",
    "tdoa_fix",
    "tdoa_sensor",
    "verdicts",
]
