"""What may not matter to a tracker: where, which way round, when, in what order, in which process.

A night of every kind of sensor is recorded once as batches and played again in another guise.
"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from tracking_scene import NS, T0_NS, World, al_asad

from vedette.config.site import Limits
from vedette.geo import SiteFrame
from vedette.model.events import Event
from vedette.model.measurements import MeasurementBatch, MeasurementKind, SensorModel
from vedette.tracking import TrackerState, advance, start_tracker

Steps = list[tuple[int, list[MeasurementBatch]]]
Played = tuple[TrackerState, list[tuple[int, str, int]]]
STEP_S, SECONDS = 0.5, 14.0
RELATIVE = 1e-9


def night(seed: int = 5) -> tuple[World, Steps]:
    world = al_asad(seed)
    times_s = np.arange(1, round(SECONDS / STEP_S) + 1) * STEP_S
    return world, [(T0_NS + round(t_s * NS), world.batches(t_s)) for t_s in times_s.tolist()]


def models_and_steps() -> tuple[list[SensorModel], Steps]:
    world, steps = night()
    return world.models, steps


class _Place:
    lat_deg, lon_deg, hae_m = 33.79, 42.44, 188.0


def play(models: list[SensorModel], steps: Steps) -> Played:
    """Play steps; give the tracker and what it told: (step, kind of event, track)."""
    state, told = start_tracker(models, SiteFrame(_Place()), Limits()), []
    for k, (now_ns, batches) in enumerate(steps):
        _, events = advance(state, batches, [], now_ns)
        told += [(k, type(event).__name__, _track(event)) for event in events]
    assert state.table.count >= 10
    return state, told


def _track(event: Event) -> int:
    return int(getattr(event, "track_id", 0))


def each(steps: Steps, change: Callable[[MeasurementBatch], MeasurementBatch]) -> Steps:
    return [(now_ns, [change(batch) for batch in batches]) for now_ns, batches in steps]


def bits(state: TrackerState) -> str:
    """Hash everything published but the times."""
    table, digest = state.table, hashlib.sha256()
    for name in ("track_id", "state_enu", "cov_enu", "existence_prob", "status"):
        digest.update(np.ascontiguousarray(getattr(table, name)[: table.count]).tobytes())
    return digest.hexdigest()


def assert_near(state: TrackerState, expected_enu: np.ndarray, expected_cov: np.ndarray) -> None:
    n = state.table.count
    assert n == len(expected_enu)
    for found, expected in (
        (state.table.state_enu[:n], expected_enu),
        (state.table.cov_enu[:n], expected_cov),
    ):
        gap = np.abs(found - expected).max()
        assert gap <= RELATIVE * np.abs(expected).max(), f"{gap:.3g}"


def test_the_night_played_twice_is_the_same_to_the_bit() -> None:
    models, steps = models_and_steps()
    assert bits(play(models, steps)[0]) == bits(play(models, steps)[0])


def test_reports_of_a_batch_in_another_order_give_the_same_tracks() -> None:
    rng = np.random.default_rng(1)

    def shuffle(batch: MeasurementBatch) -> MeasurementBatch:
        order = rng.permutation(len(batch.t_meas_ns))
        return rows_of(batch, order[np.argsort(batch.t_meas_ns[order], kind="stable")])

    world, steps = night()
    one, other = play(world.models, steps)[0], play(world.models, each(steps, shuffle))[0]
    n = one.table.count
    assert other.table.count == n
    # Two tracks that begin with one scan may have their numbers exchanged; all else is the same.
    gaps = np.abs(one.table.state_enu[:n, None] - other.table.state_enu[None, :n]).max(axis=2)
    at = gaps.argmin(axis=1)
    assert sorted(at) == list(range(n))
    assert_near(one, other.table.state_enu[at], other.table.cov_enu[at])


def rows_of(batch: MeasurementBatch, rows: np.ndarray) -> MeasurementBatch:
    columns = [f.name for f in fields(batch) if f.name not in ("sensor_index", "kind")]
    return replace(batch, **{name: getattr(batch, name)[rows] for name in columns})


def test_a_batch_in_several_pieces_gives_the_same_tracks_to_the_bit() -> None:
    world, steps = night()
    pieces = [
        (now_ns, [part for batch in batches for part in _thirds(batch)])
        for now_ns, batches in steps
    ]
    assert max(len(batches) for _, batches in pieces) > max(len(batches) for _, batches in steps)
    whole, told = play(world.models, steps)
    parted, told_parted = play(world.models, pieces)
    assert bits(whole) == bits(parted)
    assert told == told_parted


def _thirds(batch: MeasurementBatch) -> list[MeasurementBatch]:
    """Cut where it falls: reports of one time end up in different pieces."""
    parts = np.array_split(np.arange(len(batch.t_meas_ns)), 3)
    return [rows_of(batch, part) for part in parts if len(part)]


@pytest.mark.parametrize("shift_s", [1, 86_400 * 365, -37])
def test_another_time_gives_the_same_tracks_to_the_bit(shift_s: int) -> None:
    def later(batch: MeasurementBatch) -> MeasurementBatch:
        return replace(batch, t_meas_ns=batch.t_meas_ns + shift_s * NS)

    world, steps = night()
    shifted = [(now_ns + shift_s * NS, batches) for now_ns, batches in each(steps, later)]
    one, told = play(world.models, steps)
    other, told_later = play(world.models, shifted)
    assert bits(one) == bits(other)
    assert told == told_later
    n = one.table.count
    assert (other.table.updated_ns[:n] - one.table.updated_ns[:n] == shift_s * NS).all()


@pytest.mark.parametrize("shift_m", [(12_000.0, -7_000.0, 150.0), (-0.5, 33.25, -80.0)])
def test_the_whole_scene_moved_gives_the_same_tracks_moved(
    shift_m: tuple[float, float, float],
) -> None:
    shift = np.array(shift_m)

    def moved(batch: MeasurementBatch) -> MeasurementBatch:
        if batch.kind == MeasurementKind.POLAR:
            return batch  # polar is the sensor's own frame, which has moved
        return replace(batch, z=batch.z + np.array([*shift, 0.0]))

    world, steps = night()
    models = [replace(m, position_enu_m=m.position_enu_m + shift) for m in world.models]
    one, told = play(world.models, steps)
    other, told_moved = play(models, each(steps, moved))
    assert told == told_moved
    n = one.table.count
    expected = one.table.state_enu[:n] + np.array([*shift, 0.0, 0.0, 0.0])
    assert_near(other, expected, one.table.cov_enu[:n])


@pytest.mark.parametrize("angle_deg", [90.0, 37.0, 181.0])
def test_the_whole_scene_turned_gives_the_same_tracks_turned(angle_deg: float) -> None:
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])

    def turned(batch: MeasurementBatch) -> MeasurementBatch:
        if batch.kind == MeasurementKind.POLAR:
            return batch
        z = batch.z.copy()
        z[:, :3] = batch.z[:, :3] @ turn.T
        return replace(batch, z=z, velocity_enu_mps=batch.velocity_enu_mps @ turn.T)

    world, steps = night()
    models = [
        replace(
            m,
            position_enu_m=turn @ m.position_enu_m,
            enu_from_sensor=np.ascontiguousarray(turn @ m.enu_from_sensor),
        )
        for m in world.models
    ]
    one, told = play(world.models, steps)
    other, told_turned = play(models, each(steps, turned))
    assert told == told_turned
    n, both = one.table.count, np.kron(np.eye(2), turn)
    expected = one.table.state_enu[:n] @ both.T
    assert_near(other, expected, both @ one.table.cov_enu[:n] @ both.T)


def test_two_processes_give_the_same_tracks_to_the_bit(repository: Path) -> None:
    answers = [_in_another_process(repository, hash_seed) for hash_seed in ("1", "2")]
    assert answers == [bits(play(*models_and_steps())[0])] * 2


def _in_another_process(repository: Path, hash_seed: str) -> str:
    words = "import test_tracking_properties as t; print(t.bits(t.play(*t.models_and_steps())[0]))"
    here = [str(Path(__file__).parent), str(repository / "src")]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(here)}
    done = subprocess.run(
        [sys.executable, "-c", words], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()
