"""What a sensor sees where nothing flies, as one look needs it: cells and fixed places together.

In: a look and the stated density of false plots. Out: how much denser they are at each plot, and
after association what the look has taught.
"""

from dataclasses import dataclass

import numpy as np

from vedette.model.measurements import F64, I64, SensorModel
from vedette.tracking.echoes import claimed, echo_density, learn_echoes
from vedette.tracking.learning import clutter_ratio, learn_clutter
from vedette.tracking.looks import Look
from vedette.tracking.state import TrackerState


@dataclass(slots=True)
class Ground:
    """What a sensor is known to see where nothing flies. J plots.

    cells (J,): of `learning`, ratio (J,): how much denser there than stated. places (J,): of
    `echoes`, None where it keeps none; echoes (J,): the density they add.
    """

    cells: I64
    ratio: F64
    places: I64 | None
    echoes: F64


def ground_of(state: TrackerState, model: SensorModel, look: Look, density: F64) -> Ground:
    """Say what the sensor sees at each plot where nothing flies. density (J,): as stated."""
    cells, ratio = clutter_ratio(state.learning, model, look)
    # Tracks on echoes are missed most of the time: what was learnt from them is too little.
    detection = max(model.detection_prob, float(state.learning.stated_detection[model.index]))
    echoes = echo_density(state.echoes, detection, look)
    if echoes is None:
        return Ground(cells, ratio, None, np.zeros(len(density)))
    return Ground(cells, ratio, *echoes)


def claims_on(
    state: TrackerState, look: Look, places: I64, pairs: tuple[I64, I64, F64]
) -> tuple[F64, F64]:
    """Say how much of each plot (J,) confirmed tracks claim, and those that came from elsewhere.

    pairs: first (N + 1,), column, prob (K,) of the association; asked before any row is dropped.
    """
    bank, n = state.bank, len(pairs[0]) - 1
    period_s = float(state.period_s[look.sensor_index])
    tracks = (bank.track_id[:n], bank.started_ns[:n])
    return claimed(state.echoes, look, places, pairs, tracks, period_s)


def learn_ground(
    state: TrackerState,
    model: SensorModel,
    look: Look,
    ground: Ground,
    density: F64,
    unclaimed: F64,
    claims: tuple[F64, F64],
) -> None:
    """Count the plots of a look that no track explains; those of fixed places in no cell."""
    period_s = float(state.period_s[look.sensor_index])
    spread = unclaimed * (1.0 - ground.echoes / density)
    scans = learn_clutter(state.learning, model, look, ground.cells, spread, period_s)
    if ground.places is not None:
        learn_echoes(state.echoes, look, ground.places, claims, scans)
