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
from stonesoup.dataassociator.tracktotrack import TrackToTruth
from stonesoup.measures import Euclidean, SquaredMahalanobis
from stonesoup.metricgenerator.clearmotmetrics import ClearMotMetrics
from stonesoup.metricgenerator.manager import MultiManager
from stonesoup.metricgenerator.ospametric import GOSPAMetric, OSPAMetric
from stonesoup.metricgenerator.tracktotruthmetrics import SIAPMetrics
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
from stonesoup.types.association import AssociationSet, SingleTimeAssociation
from stonesoup.types.detection import Detection
from stonesoup.types.groundtruth import GroundTruthPath
from stonesoup.types.hypothesis import SingleHypothesis
from stonesoup.types.prediction import GaussianStatePrediction
from stonesoup.types.state import GaussianState, State
from stonesoup.types.track import Track
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


def siap(asked):
    """Paths against tracks: the SIAP attributes over Stone Soup's own associations."""
    truths, tracks = paths(asked["truth"], GroundTruthPath), paths(asked["tracks"], Track)
    associator = TrackToTruth(
        association_threshold=asked["cutoff"],
        consec_pairs_confirm=1,
        consec_misses_end=1,
        measure=Euclidean(mapping=(0, 1, 2)),
    )
    generator = SIAPMetrics(
        position_measure=Euclidean(mapping=(0, 1, 2)),
        velocity_measure=Euclidean(mapping=(3, 4, 5)),
    )
    associations = associator.associate_tracks(set(tracks.values()), set(truths.values()))
    found = generated(generator, truths, tracks, associations)
    return {key: float(found["SIAP " + title]) for key, title in SIAP_TITLES.items()}


SIAP_TITLES = {
    "completeness": "Completeness",
    "ambiguity": "Ambiguity",
    "spurious": "Spuriousness",
    "position": "Position Accuracy",
    "velocity": "Velocity Accuracy",
    "rate": "Rate of Track Number Change",
    "segment": "Longest Track Segment",
}


def mot(asked):
    """Paths against tracks, paired as the question says: CLEAR-MOT."""
    truths, tracks = paths(asked["truth"], GroundTruthPath), paths(asked["tracks"], Track)
    associations = {
        SingleTimeAssociation([truths[name], tracks[number]], timestamp=at(t_s))
        for t_s, name, number in asked["pairs"]
    }
    generator = ClearMotMetrics(distance_measure=Euclidean(mapping=(0, 1, 2)))
    found = generated(generator, truths, tracks, AssociationSet(associations))
    return {"mota": float(found["MOTA"]), "motp": float(found["MOTP"])}


def ospa2(asked):
    """Paths against tracks: OSPA over them, whose distance is the mean OSPA of their instants."""
    truths, tracks = paths(asked["truth"], GroundTruthPath), paths(asked["tracks"], Track)
    single = OSPAMetric(p=1, c=asked["cutoff"], measure=Euclidean(mapping=(0, 1, 2)))

    def apart(one, other):
        paths_at = [{s.timestamp: [s] for s in whole.path} for whole in (one, other)]
        times = paths_at[0].keys() | paths_at[1].keys()
        sets = ([at.get(t, []) for at in paths_at] for t in times)
        return float(np.mean([single.compute_OSPA_distance(*pair).value for pair in sets]))

    metric = OSPAMetric(p=1, c=asked["cutoff"], measure=apart)
    value = metric.compute_OSPA_distance(
        [Whole(path) for path in tracks.values()], [Whole(path) for path in truths.values()]
    )
    return {"distance": float(value.value)}


class Whole:
    """A path in the place of a state, so that sets of paths can be compared like sets of points."""

    timestamp = NOON

    def __init__(self, path):
        self.path = path


def nees(asked):
    """Estimates with their sigmas against what is true: squared Mahalanobis distances."""
    values = [
        SquaredMahalanobis()(
            GaussianState(StateVector(x), np.diag(np.square(sigma)), timestamp=NOON),
            State(StateVector(true), timestamp=NOON),
        )
        for x, sigma, true in zip(asked["x"], asked["sigma"], asked["true"], strict=True)
    ]
    return {"mean": float(np.mean(values))}


def generated(generator, truths, tracks, associations):
    """Run one metric generator over paths, tracks and their associations: value by title."""
    manager = MultiManager([generator])
    manager.add_data({"groundtruth_paths": set(truths.values()), "tracks": set(tracks.values())})
    manager.association_set = associations
    return {metric.title: metric.value for metric in generator.compute_metric(manager)}


def paths(rows, kind):
    """Make one path for each name of {name: [[t_s, six numbers], ...]}."""
    return {
        name: kind([State(StateVector(x), timestamp=at(t_s)) for t_s, x in states])
        for name, states in rows.items()
    }


def at(t_s):
    return NOON + timedelta(seconds=t_s)


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
    "siap": siap,
    "mot": mot,
    "ospa2": ospa2,
    "nees": nees,
}

if __name__ == "__main__":
    json.dump([ANSWERS[asked["what"]](asked) for asked in json.load(sys.stdin)], sys.stdout)
