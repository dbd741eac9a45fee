"""One tracker through one scene, in a process of its own: what it held, what it cost.

    python -m benchmarks.peers_run TRACKER SCENE TARGETS SCANS SEED OPTIONS OUT.npz

Runs in the environment that has the tracker: Vedette's, or the peers' (`make peers`). Turning
arrays into the tracker's own objects counts as its time; making the scene and reading the answer do
not. Memory is what the process grew by from just before the first scan.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import peers_scene
from benchmarks.peers_scene import F64, Scene

# A tracker: plots of the next scan in, (positions (K, 3), numbers) of its tracks out.
Step = Callable[[int, F64], Any]
Read = Callable[[], tuple[F64, list[int]]]
NOON = datetime(2026, 1, 1, 12)
PLACES = (0, 2, 4)
LIKELY = 0.5  # a track less probable than this is none, by the mean GOSPA


def main() -> None:
    """Run, and write positions, numbers, counts, seconds and MiB."""
    name, scene_name, targets, scans, seed, options, out = sys.argv[1:]
    scene = peers_scene.make(scene_name, int(targets), int(scans), int(seed))
    step, read = TRACKERS[name](scene, json.loads(options))
    forget_peak()
    before = memory_mib("VmRSS")
    positions, numbers, seconds = [], [], []
    for k, plots in enumerate(scene.plots):
        begun = time.process_time()
        step(k, plots)
        seconds.append(time.process_time() - begun)
        where, who = read()
        positions.append(where)
        numbers += who
    np.savez(
        out,
        position=np.vstack(positions) if positions else np.zeros((0, 3)),
        number=np.array(numbers, np.int64),
        count=np.array([len(where) for where in positions]),
        seconds=np.array(seconds),
        grown_mib=max(memory_mib("VmHWM") - before, 0.0),
    )


def forget_peak() -> None:
    """Let VmHWM count from here on (Linux): importing and compiling are not what is measured."""
    marks = Path("/proc/self/clear_refs")
    if marks.is_file():
        marks.write_text("5")


def memory_mib(what: str) -> float:
    """Give this process's resident memory, now (VmRSS) or at most so far (VmHWM); NaN off Linux."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.is_file() else []
    return next((float(ln.split()[1]) / 1024.0 for ln in lines if ln.startswith(what)), np.nan)


def vedette(scene: Scene, options: dict[str, Any]) -> tuple[Step, Read]:
    """Ours, by its arrays; one mode of motion, since that is what the scene is.

    Told are the tracks that rather exist than not: what has left keeps its number for a while.
    """
    from dataclasses import replace

    from benchmarks.tracker_scene import base_settings
    from vedette import tracking

    tracking.compile_kernels()
    speeds = np.array([[peers_scene.SPEED_SIGMA_MPS, peers_scene.CLIMB_SIGMA_MPS]])
    base = base_settings()
    base.motion[0, :2] = peers_scene.ACCELERATION_Q, peers_scene.CLIMB_Q
    settings = replace(base, speed_sigma=speeds, **options)
    middle = np.array([scene.side_m / 2, scene.side_m / 2, 0.0])
    # The disc that holds the box and what strays beyond it, with the box's density of clutter.
    radius_m = scene.side_m / np.sqrt(2.0) + 100.0
    volume = np.pi * radius_m**2 * peers_scene.DEPTH_M
    sensor = tracking.position_sensor(
        detection_prob=peers_scene.DETECTION_PROB,
        clutter_per_scan=scene.clutter_density * volume,
        radius_m=radius_m,
        depth_m=peers_scene.DEPTH_M,
    )
    tracker = tracking.open_tracker([sensor], settings)

    def step(k: int, plots: F64) -> None:
        batch = tracking.position_batch(0, float(k), plots - middle, peers_scene.SIGMA_M)
        tracking.advance(tracker, [batch], [], k * 1_000_000_000)

    def read() -> tuple[F64, list[int]]:
        table = tracker.table
        likely = np.flatnonzero(table.existence_prob[: table.count] >= LIKELY)
        return table.state_enu[likely, :3] + middle, table.track_id[likely].tolist()

    return step, read


def norfair(scene: Scene, options: dict[str, Any]) -> tuple[Step, Read]:
    """Norfair: greedy nearest pairs, its own Kalman filter told noise and motion of the scene."""
    from norfair import Detection, OptimizedKalmanFilterFactory, Tracker

    tracker = Tracker(
        distance_function="euclidean",
        distance_threshold=options["distance_m"],
        hit_counter_max=options["hits_max"],
        initialization_delay=options["delay"],
        past_detections_length=0,
        filter_factory=OptimizedKalmanFilterFactory(
            R=peers_scene.SIGMA_M**2,
            Q=peers_scene.ACCELERATION_Q * options["q_factor"],
            pos_variance=peers_scene.SIGMA_M**2,
            vel_variance=options["speed_sigma"] ** 2,
        ),
    )
    held: list[Any] = []

    def step(k: int, plots: F64) -> None:
        held[:] = tracker.update([Detection(points=plot[None]) for plot in plots])

    def read() -> tuple[F64, list[int]]:
        where = np.array([track.estimate[0] for track in held]).reshape(-1, 3)
        return where, [track.id for track in held]

    return step, read


def stone_soup_gnn(scene: Scene, options: dict[str, Any]) -> tuple[Step, Read]:
    """Stone Soup: global nearest neighbour by 2-D assignment, candidates from a KD-tree."""
    from stonesoup.tracker.simple import MultiTargetTracker

    return _stone_soup(scene, options, MultiTargetTracker, joint=False)


def stone_soup_jpda(scene: Scene, options: dict[str, Any]) -> tuple[Step, Read]:
    """Stone Soup: joint probabilistic data association by EHM2, candidates from a KD-tree."""
    from stonesoup.tracker.simple import MultiTargetMixtureTracker

    return _stone_soup(scene, options, MultiTargetMixtureTracker, joint=True)


def _stone_soup(
    scene: Scene, options: dict[str, Any], tracker_kind: Any, joint: bool
) -> tuple[Step, Read]:
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.initiator.simple import MultiMeasurementInitiator
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import (
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import KalmanUpdater

    level, sigma = ConstantVelocity(peers_scene.ACCELERATION_Q), peers_scene.SIGMA_M
    sensor = LinearGaussian(6, PLACES, np.eye(3) * sigma**2)
    motion = CombinedLinearGaussianTransitionModel(
        [level, level, ConstantVelocity(peers_scene.CLIMB_Q)]
    )
    predictor = KalmanPredictor(motion)
    updater = KalmanUpdater(sensor)
    flat, climb = peers_scene.SPEED_SIGMA_MPS**2, peers_scene.CLIMB_SIGMA_MPS**2
    prior = GaussianState(np.zeros((6, 1)), np.diag([0, flat, 0, flat, 0, climb]), timestamp=NOON)
    associators = _associators(scene, options, predictor, updater, joint)
    initiator = MultiMeasurementInitiator(
        prior_state=prior,
        deleter=UpdateTimeStepsDeleter(options["holding_steps"]),
        data_associator=associators[1],
        updater=updater,
        measurement_model=sensor,
        min_points=options["min_points"],
    )
    inbox: list[tuple[int, F64]] = []

    def detector() -> Iterator[tuple[datetime, set[Any]]]:
        while True:
            k, plots = inbox.pop()
            now = NOON + timedelta(seconds=k)
            found = {Detection(p[:, None], timestamp=now, measurement_model=sensor) for p in plots}
            yield now, found

    tracker = tracker_kind(
        initiator=initiator,
        deleter=UpdateTimeStepsDeleter(options["steps"]),
        detector=detector(),
        data_associator=associators[0],
        updater=updater,
    )
    going, numbers = iter(tracker), {}  # type: ignore[var-annotated]

    def step(k: int, plots: F64) -> None:
        inbox.append((k, plots))
        next(going)

    def read() -> tuple[F64, list[int]]:
        tracks = list(tracker.tracks)
        where = np.array([t.mean[list(PLACES), 0] for t in tracks], float).reshape(-1, 3)
        return where, [numbers.setdefault(t.id, len(numbers) + 1) for t in tracks]

    return step, read


def _associators(
    scene: Scene, options: dict[str, Any], predictor: Any, updater: Any, joint: bool
) -> tuple[Any, Any]:
    """Make the associator of tracks and that of tracks on trial."""
    from stonesoup.dataassociator.probability import JPDAwithEHM2
    from stonesoup.dataassociator.tree import DetectionKDTreeGNN2D, DetectionKDTreeMixIn
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.hypothesiser.probability import PDAHypothesiser
    from stonesoup.measures import Mahalanobis

    class KDTreeEHM2(DetectionKDTreeMixIn, JPDAwithEHM2):  # type: ignore[misc]
        """As KDTreeJPDA, with the faster enumeration."""

    by_distance = DistanceHypothesiser(predictor, updater, Mahalanobis(), options["gate_sigmas"])
    reach = {"predictor": predictor, "updater": updater, "max_distance": options["reach_m"]}
    trial = DetectionKDTreeGNN2D(by_distance, **reach)
    if not joint:
        return DetectionKDTreeGNN2D(by_distance, **reach), trial
    by_probability = PDAHypothesiser(
        predictor,
        updater,
        clutter_spatial_density=scene.clutter_density,
        prob_detect=peers_scene.DETECTION_PROB,
        prob_gate=options["gate_prob"],
    )
    return KDTreeEHM2(by_probability, **reach), trial


TRACKERS = {
    "vedette": vedette,
    "norfair": norfair,
    "stone_soup_gnn": stone_soup_gnn,
    "stone_soup_jpda": stone_soup_jpda,
}

if __name__ == "__main__":
    main()
