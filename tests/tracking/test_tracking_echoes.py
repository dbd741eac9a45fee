"""Places of the ground that answer now and then: learnt one by one, and told from what hovers."""

import math

import numpy as np
import pytest

from vedette import tracking

NS = 1_000_000_000
REACH_M, POINTS = 20_000.0, 40
SIGMA = np.array([20.0, math.radians(0.3), math.radians(0.5), 0.5])
APART_M = 400.0


class Scene:
    """A radar at the origin over ground with fixed points, each answering by chance."""

    def __init__(self, seed, echo_prob, points=POINTS):
        self.rng = np.random.default_rng(seed)
        reach_m = np.sqrt(self.rng.uniform(2_000.0**2, 15_000.0**2, points))
        azimuth = self.rng.uniform(0.0, 2.0 * math.pi, points)
        tilt = np.full(points, math.radians(0.5))
        self.points = np.column_stack([reach_m, azimuth, tilt, np.zeros(points)])
        self.echo_prob = echo_prob
        radar = tracking.polar_sensor(
            position_enu_m=[0.0, 0.0, 0.0],
            range_max_m=REACH_M,
            detection_prob=0.9,
            clutter_per_scan=2.0,
        )
        self.state = tracking.open_tracker([radar])
        self.second = 0

    def scan(self, objects=(), detection=0.9):
        """Take a second; objects: (place, velocity) in ENU. Gives track numbers and places."""
        self.second += 1
        rows = [self.points[self.rng.random(len(self.points)) < self.echo_prob]]
        for place, velocity in objects:
            if self.rng.random() < detection:
                rows.append([self._seen(place, velocity)])
        for _ in range(self.rng.poisson(2.0)):
            azimuth, tilt = self.rng.uniform(0.0, 2.0 * math.pi), self.rng.uniform(0.0, 0.5)
            rows.append([[REACH_M * self.rng.random(), azimuth, tilt, self.rng.uniform(-60, 60)]])
        plots = np.vstack([np.reshape(row, (-1, 4)) for row in rows])
        plots += self.rng.normal(0.0, 1.0, plots.shape) * SIGMA
        batch = tracking.polar_batch(0, float(self.second), plots, SIGMA)
        tracking.advance(self.state, [batch], [], self.second * NS)
        table = self.state.table
        return table.track_id[: table.count].tolist(), table.state_enu[: table.count, :3].copy()

    @staticmethod
    def _seen(place, velocity):
        reach_m = float(np.linalg.norm(place))
        azimuth = math.atan2(place[0], place[1]) % (2.0 * math.pi)
        return [reach_m, azimuth, math.asin(place[2] / reach_m), float(place @ velocity) / reach_m]


def at(places, truth):
    """Say which of the places (N, 3) are at one true place."""
    return np.hypot(*(places - truth)[:, :2].T) < APART_M


@pytest.mark.parametrize(("echo_prob", "points"), [(0.1, 40), (0.05, 100)])
def test_echoes_of_the_ground_are_no_tracks_once_the_ground_is_known(echo_prob, points):
    scene = Scene(21, echo_prob, points)
    begun = set()
    for _ in range(120):
        begun.update(scene.scan()[0])
    told_s, later = 0, set()
    for _ in range(480):
        numbers = scene.scan()[0]
        told_s += len(numbers)
        later.update(set(numbers) - begun)
    assert len(later) <= 3
    assert told_s <= 200  # of 19,200 and 48,000 place-seconds


def test_a_drone_that_hovers_beside_the_echoes_keeps_its_one_track():
    scene = Scene(22, 0.1)
    place, still = np.array([-4_000.0, 2_500.0, 120.0]), np.zeros(3)
    for _ in range(100):
        scene.scan()
    own, held_s = set(), 0
    for _ in range(400):
        numbers, places = scene.scan([(place, still)], detection=0.6)
        here = at(places, place)
        held_s += bool(here.any())
        own.update(np.array(numbers, int)[here].tolist())
    assert held_s >= 380
    assert len(own) == 1


def test_a_drone_that_flies_in_and_hovers_at_an_echo_is_not_taken_for_ground():
    scene = Scene(23, 0.1)
    place = _first_place(scene)
    for _ in range(100):
        scene.scan()
    start, way = place + np.array([900.0, 900.0, 60.0]), np.array([-15.0, -15.0, -1.0])
    held_s = 0
    for k in range(300):
        moving = k < 60
        here = start + way * min(k, 60)
        _, places = scene.scan([(here, way if moving else np.zeros(3))])
        held_s += bool(at(places, here).any()) and not moving
    assert held_s >= 230


def test_a_drone_that_rises_at_an_echo_is_found_all_the_same():
    scene = Scene(24, 0.1)
    place = _first_place(scene)
    for _ in range(120):
        scene.scan()
    held_s = 0
    for k in range(200):
        _, places = scene.scan([(place, np.zeros(3))])
        held_s += bool(at(places, place).any()) and k >= 60
    assert held_s >= 120


def test_the_ground_goes_back_in_time_with_the_tracks():
    """A plot five seconds late leaves the same places behind as one in time."""
    scenes = [Scene(25, 0.2), Scene(25, 0.2)]
    for _ in range(30):
        for scene in scenes:
            scene.scan()
    late = tracking.polar_batch(0, 26.5, [[5_000.0, 1.0, 0.01, 0.0]], SIGMA)
    tracking.advance(scenes[1].state, [late], [], 30 * NS)
    counted = [float(scene.state.echoes.plots[0, :, 0].sum()) for scene in scenes]
    assert 0.9 < counted[1] - counted[0] < 1.1


def _first_place(scene):
    reach_m, azimuth, tilt, _ = scene.points[0]
    ground_m = reach_m * math.cos(tilt)
    return np.array(
        [ground_m * math.sin(azimuth), ground_m * math.cos(azimuth), reach_m * math.sin(tilt)]
    )
