"""Twenty drones that close up under a radar's resolution, fly on as one plot or few, and part.

The radar merges as a real one does: what lies within one cell of the strongest echo becomes one
plot at the mean. Truth, numbers and groups are followed the whole flight.
"""

import copy
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pytest

from vedette import tracking
from vedette.model.events import Event, GroupDissolved, GroupFormed, GroupSplit
from vedette.model.picture import TrackGroup
from vedette.record.state import decode_state, encode_state
from vedette.tracking import TrackerState, advance
from vedette.tracking.merged import _update_mean

NS = 1_000_000_000
DRONES, WIDE_M, CLOSE_M = 20, 220.0, 30.0
RANGE_CELL_M, AZIMUTH_CELL_RAD = 75.0, np.radians(1.2)  # 75 x 100 m at 5 km
SIGMA = np.array([12.0, np.radians(0.15), np.radians(0.4)])
CLOSING_S, TOGETHER_S, PARTING_S = (15.0, 35.0), 65.0, 80.0
OPENED_S, END_S = 100.0, 112.0
PARTS_MPS = 12.0


def place(t_s: float) -> np.ndarray:
    """Positions (20, 3): a grid of five by four that closes, flies on, parts in two, opens."""
    column, row = np.divmod(np.arange(DRONES), 4)
    shape = np.column_stack([column - 2.0, row - 1.5])
    closing = smooth(t_s, *CLOSING_S) - smooth(t_s, PARTING_S, OPENED_S)
    spacing_m = WIDE_M + (CLOSE_M - WIDE_M) * closing
    centre = np.array([-2_000.0 + 25.0 * t_s, 5_000.0 - 5.0 * t_s])
    place_m = centre + spacing_m * shape
    side = np.where(row >= 2, 1.0, -1.0)
    speeding = smooth(t_s, TOGETHER_S, TOGETHER_S + 5.0)
    place_m[:, 1] += side * PARTS_MPS * speeding * max(t_s - TOGETHER_S - 2.5, 0.0)
    return np.column_stack([place_m, np.full(DRONES, 300.0)])


def smooth(t_s: float, start_s: float, end_s: float) -> float:
    """From 0 to 1 with no jump in speed: drones do not stop dead."""
    part = min(max((t_s - start_s) / (end_s - start_s), 0.0), 1.0)
    return part * part * (3.0 - 2.0 * part)


def plots_of(positions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Range, azimuth, elevation of what the radar shows: one plot a cell, 0.9 seen, clutter."""
    ground = np.hypot(positions[:, 0], positions[:, 1])
    polar = np.column_stack(
        [
            np.hypot(ground, positions[:, 2]),
            np.arctan2(positions[:, 0], positions[:, 1]),
            np.arctan2(positions[:, 2], ground),
        ]
    )
    left, plots = list(rng.permutation(len(polar))), []
    while left:
        strongest = left[0]
        gap = np.abs(polar[left] - polar[strongest])
        inside = (gap[:, 0] < RANGE_CELL_M) & (gap[:, 1] < AZIMUTH_CELL_RAD)
        merged = [k for k, here in zip(left, inside, strict=True) if here]
        left = [k for k in left if k not in merged]
        if rng.random() < 0.9:
            plots.append(polar[merged].mean(axis=0) + rng.normal(size=3) * SIGMA)
    clutter = rng.uniform([500, -np.pi, 0], [20_000, np.pi, 0.3], (rng.poisson(6), 3))
    return np.vstack([*plots, clutter])


@dataclass
class Flight:
    state: TrackerState
    events: list[Event] = field(default_factory=list)
    plots: list[int] = field(default_factory=list)
    groups: dict[int, list[TrackGroup]] = field(default_factory=dict)
    numbers: dict[int, np.ndarray] = field(default_factory=dict)


@lru_cache(maxsize=4)
def fly(seed: int, cell: bool = True) -> Flight:
    rng = np.random.default_rng(seed)
    radar = tracking.polar_sensor(
        position_enu_m=[0, 0, 0], range_max_m=20_000.0, detection_prob=0.9, clutter_per_scan=6.0
    )
    radar.elevation_min_rad, radar.elevation_max_rad = 0.0, 0.3
    if cell:
        radar.range_resolution_m, radar.azimuth_resolution_rad = RANGE_CELL_M, AZIMUTH_CELL_RAD
    flight = Flight(tracking.open_tracker([radar]))
    for t in range(1, int(END_S) + 1):
        positions = place(t)
        plots = plots_of(positions, rng)
        flight.plots.append(len(plots))
        batch = tracking.polar_batch(0, t, plots, SIGMA)
        _, events = advance(flight.state, [batch], [], t * NS)
        flight.events += events
        flight.groups[t] = [copy.copy(g) for g in flight.state.groups if g.told]
        flight.numbers[t] = numbers_on(flight.state, positions)
    return flight


def numbers_on(state: TrackerState, positions: np.ndarray) -> np.ndarray:
    """The track number nearest each drone, 0 where none is within half the wide spacing."""
    table = state.table
    if table.count == 0:
        return np.zeros(len(positions), np.int64)
    gap = np.hypot(
        *(table.state_enu[: table.count, None, k] - positions[None, :, k] for k in (0, 1))
    )
    nearest = gap.argmin(axis=0)
    return np.where(gap.min(axis=0) < 0.5 * WIDE_M, table.track_id[nearest], 0)


SEEDS = pytest.mark.parametrize("seed", [2, 4])
CLOSED = range(45, int(TOGETHER_S))


def of_kind(flight: Flight, kind: type) -> list[tuple[int, Event]]:
    return [(e.t_ns // NS, e) for e in flight.events if isinstance(e, kind)]


@SEEDS
def test_twenty_drones_under_the_resolution_are_one_group_of_about_twenty(seed: int) -> None:
    flight = fly(seed)
    assert np.mean([flight.plots[t - 1] for t in CLOSED]) < 0.6 * DRONES  # clutter included
    for t in CLOSED:
        assert len(flight.groups[t]) == 1
        group = flight.groups[t][0]
        assert DRONES - 2 <= group.count <= DRONES + 1
        assert not group.resolved
    assert len(of_kind(flight, GroupFormed)) == 1


@SEEDS
def test_the_group_s_extent_is_right_to_within_a_cell(seed: int) -> None:
    flight, cell_m = fly(seed), 5_000.0 * AZIMUTH_CELL_RAD
    length, width = (
        np.median([getattr(flight.groups[t][0], name) for t in CLOSED])
        for name in ("length_m", "width_m")
    )
    assert length == pytest.approx(4 * CLOSE_M, abs=cell_m)
    assert width == pytest.approx(3 * CLOSE_M, abs=cell_m)


@SEEDS
def test_when_half_of_them_part_the_group_splits_and_both_are_told(seed: int) -> None:
    flight = fly(seed)
    t, split = of_kind(flight, GroupSplit)[0]
    assert isinstance(split, GroupSplit)
    assert TOGETHER_S < t < TOGETHER_S + 30.0  # a cell apart after 5 s, told apart by 500 m
    assert 7 <= len(split.track_ids) <= 13
    last = flight.groups[int(END_S)]
    assert {split.group_id, split.new_group_id} <= {group.group_id for group in last}
    gone = {event.group_id for _, event in of_kind(flight, GroupDissolved)}
    assert gone.isdisjoint({split.group_id, split.new_group_id})


@SEEDS
def test_they_come_out_of_the_formation_with_the_numbers_they_went_in_with(seed: int) -> None:
    flight = fly(seed)
    before, after = flight.numbers[14], flight.numbers[int(END_S)]
    assert np.count_nonzero(before) == np.count_nonzero(after) == DRONES
    assert len(set(before) & set(after)) >= 0.75 * DRONES
    assert flight.state.table.count <= DRONES + 4


def test_without_a_stated_cell_there_are_no_groups_and_the_numbers_are_lost() -> None:
    flight = fly(2, cell=False)
    assert not any(flight.groups.values())
    before, after = flight.numbers[14], flight.numbers[int(END_S)]
    assert len(set(before) & set(after)) <= 0.5 * DRONES


def test_a_tracker_saved_amid_a_swarm_goes_on_as_if_it_had_never_stopped() -> None:
    state = copy.deepcopy(fly(2).state)
    again = decode_state(encode_state(state), TrackerState)
    rng = np.random.default_rng(9)
    for t in range(int(END_S) + 1, int(END_S) + 6):
        batch = tracking.polar_batch(0, t, plots_of(place(t), rng), SIGMA)
        for tracker in (state, again):
            advance(tracker, [copy.deepcopy(batch)], [], t * NS)
    assert state.groups
    assert encode_state(state) == encode_state(again)


def test_three_that_cross_are_no_group() -> None:
    radar = tracking.polar_sensor(
        position_enu_m=[0, 0, 0], range_max_m=20_000, detection_prob=0.9, clutter_per_scan=2
    )
    radar.range_resolution_m, radar.azimuth_resolution_rad = RANGE_CELL_M, AZIMUTH_CELL_RAD
    state, rng, told = tracking.open_tracker([radar]), np.random.default_rng(3), []
    way = np.radians([0.0, 120.0, 240.0])
    velocity = 40.0 * np.column_stack([np.sin(way), np.cos(way)])
    for t in range(60):
        flat = np.array([0.0, 6_000.0]) + velocity * (t - 30)
        plots = plots_of(np.column_stack([flat, np.full(3, 500.0)]), rng)
        told += advance(state, [tracking.polar_batch(0, t, plots, SIGMA)], [], t * NS)[1]
    assert not any(isinstance(event, GroupFormed) for event in told)


def test_a_shared_plot_moves_its_members_as_the_joint_update_of_their_mean_does() -> None:
    radar = tracking.polar_sensor(
        position_enu_m=[0, 0, 0], range_max_m=2e4, detection_prob=0.9, clutter_per_scan=1
    )
    state = tracking.open_tracker([radar], tracking.Settings(
        motion=np.array([[1.0, 1.0, 30.0]]), speed_sigma=np.array([[18.0, 2.0]]),
        mode_prior=np.array([1.0]),
    ))  # fmt: skip
    rng, bank = np.random.default_rng(4), state.bank
    for i in range(2):
        A = rng.normal(size=(6, 6)) * np.array([30, 30, 30, 5, 5, 5])[:, None]
        bank.x[i, 0] = [3_000 + 40 * i, 4_000 - 30 * i, 200, 10, 20, 0]
        bank.P[i, 0] = A @ A.T
    x, P = bank.x[:2, 0].ravel().copy(), np.zeros((12, 12))
    P[:6, :6], P[6:, 6:] = bank.P[0, 0], bank.P[1, 0]
    mean = (x[:6] + x[6:]) / 2.0
    rho = float(np.linalg.norm(mean[:3]))
    H = np.concatenate([mean[:3] / rho, np.zeros(3)]) / 2.0
    H = np.concatenate([H, H])
    S = H @ P @ H + 25.0
    gain = P @ H / S
    z = np.array([rho + 30.0, np.nan, np.nan])
    _update_mean(state, radar, np.arange(2), 0, z, np.array([25.0, 1.0, 1.0]))
    joint = P - np.outer(gain, gain) * S
    np.testing.assert_allclose(bank.x[:2, 0].ravel(), x + gain * 30.0)
    np.testing.assert_allclose(bank.P[0, 0], joint[:6, :6])
    np.testing.assert_allclose(bank.P[1, 0], joint[6:, 6:])
