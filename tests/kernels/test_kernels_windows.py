"""A track's window holds every plot that the exact gate would let in."""

import numpy as np
import pytest

from vedette.kernels.gating import gate
from vedette.kernels.measure import ENU
from vedette.tracking import position_batch, position_sensor
from vedette.tracking.looks import looks_of
from vedette.tracking.settings import Settings

NS = 1_000_000_000
THRESHOLDS = np.full(9, 16.27)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ahead_s", [0.0, 1.0, 4.0])
def test_modes_that_disagree_and_turn_keep_their_plots_in_the_window(seed, ahead_s):
    """Against a search of all plots: a window of ten times the reach."""
    rng, settings = np.random.default_rng(seed), Settings()
    tracks, modes, plots = 20, settings.motion.shape[0], 400
    x = np.zeros((tracks, modes, 6))
    x[:, :, :3] = rng.uniform(-300, 300, (tracks, 1, 3)) + rng.normal(0, 20, (tracks, modes, 3))
    x[:, :, 3:] = rng.normal(0.0, 30.0, (tracks, modes, 3))
    root = rng.normal(0.0, 4.0, (tracks, modes, 6, 6))
    P = root @ root.transpose(0, 1, 3, 2) + np.eye(6)
    prob = rng.dirichlet(np.ones(modes), tracks)
    seen, t_ns = np.ones(tracks, np.int8), np.full(tracks, 10 * NS)
    z = rng.uniform(-500, 500, (plots, 3))
    batch = position_batch(0, 10.0 + ahead_s, z, 10.0)
    sensor = position_sensor(detection_prob=0.9, clutter_per_scan=1.0, radius_m=1e4)
    (look,) = looks_of(batch, sensor, 1.0, THRESHOLDS)
    assert look.kind == ENU
    bounds = np.array([1e7, 1e4])

    def pairs(wider):
        strip, order, ordered, plane, cells, cell_m, margins = look.layout()
        counts, column, _, _ = gate(
            0, tracks, t_ns, x, P, prob, seen, settings.motion, bounds, look.kind, look.t_ns,
            look.z, look.variance, sensor.position_enu_m, sensor.enu_from_sensor, strip, order,
            ordered, plane, cells, cell_m, wider * margins, THRESHOLDS,
            wider * look.reach_sigmas, 2.5,
        )  # fmt: skip
        rows = np.repeat(np.arange(tracks), counts)
        return set(zip(rows.tolist(), column.tolist(), strict=True))

    found = pairs(1.0)
    assert found == pairs(10.0)
    assert found  # and some there are
