"""The night the system exists for: two drones among civil aircraft, birds, a friend, clutter."""

import collections
from dataclasses import dataclass, field

import numpy as np
import pytest
from tracking_scene import NS, T0_NS, World, al_asad, tracker_of

from vedette.model.enums import TrackStatus
from vedette.tracking import TrackerState, advance

STEP_S = 0.1
NEAR_M = 250.0


@dataclass
class Watched:
    """Who was seen as what: truth index -> track numbers in order, and first time."""

    numbers: dict[int, list[int]] = field(default_factory=lambda: collections.defaultdict(list))
    first_s: dict[int, float] = field(default_factory=dict)
    phantoms: dict[int, int] = field(default_factory=collections.Counter)
    seconds: int = 0


def play(world: World, until_s: float) -> Watched:
    state, watched = tracker_of(world), Watched()
    for k in range(1, round(until_s / STEP_S) + 1):
        t_s = round(k * STEP_S, 6)
        advance(state, world.batches(t_s), [], T0_NS + round(t_s * NS))
        if k % round(1 / STEP_S) == 0:
            _compare(state, world, watched, t_s)
    return watched


def _compare(state: TrackerState, world: World, watched: Watched, t_s: float) -> None:
    table = state.table
    alive = [k for k, target in enumerate(world.targets) if target.ends_s >= t_s]
    truth = np.array([world.targets[k].at(t_s)[:3] for k in alive])
    watched.seconds += 1
    if table.count == 0:
        return
    gaps = table.state_enu[: table.count, None, :3] - truth[None]
    distance = np.sqrt((gaps**2).sum(axis=2))
    for row in range(table.count):
        if distance[row].min() > NEAR_M and table.status[row] == TrackStatus.CONFIRMED:
            watched.phantoms[int(table.track_id[row])] += 1
    for column, k in enumerate(alive):
        row = int(distance[:, column].argmin())
        if distance[row, column] < NEAR_M and distance[row].argmin() == column:
            watched.numbers[k].append(int(table.track_id[row]))
            watched.first_s.setdefault(k, t_s)


def check(watched: Watched) -> None:
    for drone in (0, 1):
        assert watched.first_s[drone] <= 15.0
        assert len(set(watched.numbers[drone])) == 1, "an identity switch"
        assert len(watched.numbers[drone]) >= 0.97 * (watched.seconds - watched.first_s[drone])
    assert set(watched.numbers[0]).isdisjoint(watched.numbers[1])


def phantoms(watched: Watched) -> list[int]:
    return [number for number, seconds in watched.phantoms.items() if seconds > 10]


@pytest.mark.parametrize("seed", [9])
def test_two_drones_among_everything_are_two_tracks_to_the_end(seed: int) -> None:
    watched = play(al_asad(seed), 45.0)
    check(watched)
    assert phantoms(watched) == []


def test_drop_outs_of_each_radar_in_turn_break_no_drone_track() -> None:
    world = al_asad(3)
    world.sensors[0].silent.append((20.0, 28.0))
    world.sensors[1].silent.append((35.0, 41.0))
    watched = play(world, 45.0)
    check(watched)
    assert phantoms(watched) == []


@pytest.mark.slow
def test_twenty_nights_each_end_with_two_drone_tracks_and_hardly_a_phantom() -> None:
    """Phantoms are a rate, not never: two of these twenty nights have one (docs/results.md)."""
    found: list[int] = []
    for seed in range(20):
        world = al_asad(seed)
        world.sensors[0].silent.append((40.0, 46.0))
        watched = play(world, 150.0)
        check(watched)
        found += phantoms(watched)
    assert len(found) <= 2
