"""Stone Soup answers what our kernels are asked; runs in the peers' environment (`make peers`).

    .venv-peers/bin/python tests/oracles/stone_soup.py < questions.json > answers.json

Questions and answers are lists of objects. States are ours: east, north, up and their rates; a
question says what it wants in `what`. Stone Soup's state is x, vx, y, vy, z, vz with its bearing
counted from x towards y: x is our north, y our east.
"""

import json
import sys
from datetime import datetime, timedelta

import numpy as np
from stonesoup.measures import SquaredMahalanobis
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.models.measurement.linear import LinearGaussian
from stonesoup.models.measurement.nonlinear import (
    CartesianToElevationBearingRange,
    CartesianToElevationBearingRangeRate,
)
from stonesoup.models.transition.linear import (
    CombinedLinearGaussianTransitionModel,
    ConstantVelocity,
)
from stonesoup.predictor.kalman import KalmanPredictor
from stonesoup.types.angle import Bearing, Elevation
from stonesoup.types.array import StateVector
from stonesoup.types.detection import Detection
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.state import GaussianState, State
from stonesoup.updater.kalman import ExtendedKalmanUpdater, KalmanUpdater

NOON = datetime(2026, 1, 1, 12)
OURS = [1, 4, 0, 3, 2, 5]  # north, v_north, east, v_east, up, v_up
BACK = np.argsort(OURS)
PLACES = (0, 2, 4)


class ElevationBearingRange(CartesianToElevationBearingRange):
    """Stone Soup's model with Stone Soup's own gradient.

    Its three-component model differentiates by differences, which is good to 1e-6 alone; the
    four-component one writes the same three rows out.
    """

    def jacobian(self, state, **unused):
        exact = CartesianToElevationBearingRangeRate(
            ndim_state=6,
            mapping=PLACES,
            noise_covar=np.eye(4),
            translation_offset=self.translation_offset,
        )
        return exact.jacobian(state)[:3]


def predict(asked):
    """Nearly constant velocity with its own noise on each axis."""
    flat, tall = asked["q_horizontal"], asked["q_vertical"]
    model = CombinedLinearGaussianTransitionModel([ConstantVelocity(q) for q in (flat, flat, tall)])
    prior = GaussianState(*turned(asked), timestamp=NOON)
    after = KalmanPredictor(model).predict(prior, timestamp=NOON + timedelta(seconds=asked["dt_s"]))
    return ours(after)


def update(asked):
    """One measurement; components are those of our kernel, absent ones are left out."""
    prior = GaussianStatePrediction(*turned(asked), timestamp=NOON)
    z, variance = asked["z"], asked["variance"]
    if asked["what"] == "update position":
        model = LinearGaussian(6, PLACES, np.diag([variance[1], variance[0], variance[2]]))
        seen, updater = StateVector([z[1], z[0], z[2]]), KalmanUpdater(model)
    else:
        model, seen = polar(asked, z, variance)
        updater = ExtendedKalmanUpdater(model)
    expected = updater.predict_measurement(prior)
    plot = Detection(seen, timestamp=NOON, measurement_model=model)
    after = updater.update(SingleHypothesis(prior, plot, expected))
    return {**ours(after), "distance2": float(SquaredMahalanobis()(expected, plot))}


def polar(asked, z, variance):
    """Make a radar's model and plot with or without range rate."""
    with_rate = len(z) == 4
    order = [2, 1, 0, 3] if with_rate else [2, 1, 0]
    east, north, up = asked["sensor"]
    kind = CartesianToElevationBearingRangeRate if with_rate else ElevationBearingRange
    model = kind(
        ndim_state=6,
        mapping=PLACES,
        noise_covar=np.diag([variance[c] for c in order]),
        translation_offset=StateVector([north, east, up]),
    )
    seen = [Elevation(z[2]), Bearing(z[1]), z[0], *z[3:]]
    return model, StateVector(seen)


def gospa(asked):
    """Sets of points against each other: GOSPA and its parts."""
    metric = GOSPAMetric(p=2, c=asked["cutoff"])
    value, _ = metric.compute_gospa_metric(points(asked["tracks"]), points(asked["truth"]))
    return {key: float(value.value[key]) for key in ("distance", "localisation", "missed", "false")}


def ospa(asked):
    """Sets of points against each other: OSPA."""
    metric = OSPAMetric(p=asked["order"], c=asked["cutoff"])
    value = metric.compute_OSPA_distance(points(asked["tracks"]), points(asked["truth"]))
    return {"distance": float(value.value)}


def points(rows):
    return [State(StateVector(row), timestamp=NOON) for row in rows]


def turned(asked):
    x, P = np.array(asked["x"]), np.array(asked["P"])
    return StateVector(x[OURS]), P[np.ix_(OURS, OURS)]


def ours(state):
    x = np.array(state.mean, dtype=float).ravel()[BACK]
    return {"x": x.tolist(), "P": np.array(state.covar)[np.ix_(BACK, BACK)].tolist()}


ANSWERS = {
    "predict": predict,
    "update position": update,
    "update polar": update,
    "gospa": gospa,
    "ospa": ospa,
}

if __name__ == "__main__":
    json.dump([ANSWERS[asked["what"]](asked) for asked in json.load(sys.stdin)], sys.stdout)
