"""Scores against cases worked out by hand, and against scipy's assignment."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from vedette.base.errors import RefusedError
from vedette.evaluation import assign, evaluate, gospa, ospa, score
from vedette.evaluation.alignment import align
from vedette.evaluation.scores import hold_pairs
from vedette.geo import SiteFrame
from vedette.outputs.parquet import TrackRows, TruthRows, TruthWriter

S = 1_000_000_000


def truth_of(paths: dict[str, list[tuple[float, float, float]]], notes=None) -> TruthRows:
    """paths: object -> (t_s, east_m, v_east_mps) rows."""
    ids = sorted(paths)
    rows = [(t, k, e, v) for k, name in enumerate(ids) for t, e, v in paths[name]]
    state = np.zeros((len(rows), 6))
    state[:, 0], state[:, 3] = [r[2] for r in rows], [r[3] for r in rows]
    return TruthRows(
        t_ns=np.array([int(r[0] * S) for r in rows], np.int64),
        object_index=np.array([r[1] for r in rows], np.int64),
        state_enu=state,
        object_ids=ids,
        classes=["bird"] * len(ids),
        identities=["NEUTRAL"] * len(ids),
        notes=notes or {},
    )


def tracks_of(rows: list[tuple[float, int, float]]) -> TrackRows:
    """rows: (t_s, track number, east_m)."""
    state = np.zeros((len(rows), 6))
    state[:, 0] = [r[2] for r in rows]
    return TrackRows(
        t_ns=np.array([int(r[0] * S) for r in rows], np.int64),
        track_id=np.array([r[1] for r in rows], np.int64),
        state_enu=state,
        identity=["PENDING"] * len(rows),
        object_class=["other"] * len(rows),
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 2**31))
def test_assignment_costs_as_little_as_scipys(rows, columns, seed):
    cost = np.random.Generator(np.random.PCG64(seed)).uniform(0, 100, (rows, columns))
    pairs = assign(cost)
    paired = np.flatnonzero(pairs >= 0)
    assert len(paired) == min(rows, columns) == len(set(pairs[paired]))
    expected = linear_sum_assignment(cost)
    assert cost[paired, pairs[paired]].sum() == pytest.approx(cost[expected].sum())


def test_gospa_of_one_pair_one_missed_one_false_is_what_the_formula_says():
    # One pair 3 m apart; the other object and the other track are far: c = 10.
    result = gospa(np.array([[3.0, 500.0], [700.0, 600.0]]), 10.0)
    assert (result.localisation_m2, result.missed_m2, result.false_m2) == (9.0, 50.0, 50.0)
    assert result.distance_m == pytest.approx(np.sqrt(109.0))
    assert (result.missed, result.false) == (1, 1)


def test_gospa_without_objects_or_tracks_is_zero_and_with_one_side_counts_it():
    assert gospa(np.zeros((0, 0)), 10.0).distance_m == 0.0
    assert gospa(np.zeros((2, 0)), 10.0).missed_m2 == 100.0
    assert gospa(np.zeros((0, 1)), 10.0).false_m2 == 50.0
    assert gospa(np.array([[np.nan]]), 10.0).distance_m == pytest.approx(10.0)


def test_an_object_out_of_coverage_is_not_missed_and_its_track_is_not_false():
    optional = np.array([True])
    assert gospa(np.zeros((1, 0)), 10.0, optional).distance_m == 0.0
    assert gospa(np.array([[4.0]]), 10.0, optional).distance_m == 4.0


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 2**31))
def test_gospa_is_symmetric_and_its_parts_add_up(rows, columns, seed):
    distance = np.random.Generator(np.random.PCG64(seed)).uniform(0, 30, (rows, columns))
    one, other = gospa(distance, 20.0), gospa(distance.T.copy(), 20.0)
    assert one.distance_m == pytest.approx(other.distance_m)
    parts = one.localisation_m2 + one.missed_m2 + one.false_m2
    assert parts == pytest.approx(one.distance_m**2)


def test_truth_is_interpolated_only_between_its_first_and_last_row():
    truth = truth_of({"a": [(1, 0.0, 10.0), (3, 20.0, 10.0)], "b": [(0, 5.0, 0.0), (4, 5.0, 0.0)]})
    tracks = tracks_of([(t, 1, 0.0) for t in (0, 1, 2, 3, 4)])
    aligned = align(truth, tracks)
    assert list(aligned.present[0]) == [False, True, True, True, False]
    assert aligned.truth_enu[0, 2, 0] == pytest.approx(10.0)


def test_silence_of_the_tracks_counts_as_missed():
    truth = truth_of({"a": [(float(t), 0.0, 0.0) for t in range(11)]})
    tracks = tracks_of([(0.0, 1, 0.0), (1.0, 1, 0.0), (2.0, 1, 0.0)])
    scores = score(truth, tracks, 10.0)
    assert scores.instants == 10  # 0 to 9: within half a step of the end none is added
    assert scores.completeness_ratio == pytest.approx(3 / 10)


def test_a_track_that_offsets_the_truth_has_that_error_in_position_and_velocity():
    truth = truth_of({"a": [(float(t), 10.0 * t, 10.0) for t in range(5)]})
    tracks = tracks_of([(float(t), 7, 10.0 * t + 3.0) for t in range(5)])
    scores = score(truth, tracks, 50.0)
    assert scores.position_rmse_m == pytest.approx(3.0)
    assert scores.horizontal_rmse_m == pytest.approx(3.0)
    assert scores.vertical_rmse_m == 0.0
    assert scores.velocity_rmse_mps == pytest.approx(10.0)  # the tracks say they stand still
    assert scores.gospa_mean_m == scores.localisation_rms_m == pytest.approx(3.0)
    assert (scores.completeness_ratio, scores.spurious_ratio, scores.ambiguity_ratio) == (1, 0, 1)


def test_a_second_track_on_an_object_is_ambiguity_and_one_on_nothing_is_spurious():
    truth = truth_of({"a": [(float(t), 0.0, 0.0) for t in range(4)]})
    rows = [(float(t), n, e) for t in range(4) for n, e in ((1, 1.0), (2, -2.0), (3, 900.0))]
    scores = score(truth, tracks_of(rows), 10.0)
    assert scores.ambiguity_ratio == 2.0
    assert scores.spurious_ratio == pytest.approx(1 / 3)
    assert scores.false_mean == 2.0


def test_a_changed_track_number_is_one_switch_and_a_gap_alone_is_none():
    truth = truth_of({"a": [(float(t), 0.0, 0.0) for t in range(8)]})
    numbers = {0: 1, 1: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2}
    scores = score(truth, tracks_of([(float(t), n, 0.0) for t, n in numbers.items()]), 10.0)
    assert scores.identity_switches == 1
    assert scores.switches_by_class == {"bird": 1}


def test_a_pair_that_still_holds_is_kept_though_another_track_is_nearer():
    pairs = hold_pairs(np.array([[4.0, 1.0]]), 10.0, np.array([5]), np.array([5, 6]))
    assert list(pairs) == [0]
    pairs = hold_pairs(np.array([[40.0, 1.0]]), 10.0, np.array([5]), np.array([5, 6]))
    assert list(pairs) == [1]


def test_truth_written_to_parquet_is_scored_perfect_against_itself(tmp_path: Path):
    frame = SiteFrame(SimpleNamespace(lat_deg=33.8, lon_deg=42.4, hae_m=190.0))
    writer = TruthWriter(tmp_path / "truth.parquet", frame)
    for t in range(4):
        state = np.array([[100.0 * t, 2.0, 50.0, 100.0, 0, 0], [5000.0, t, 90.0, 0, 1.0, 0]])
        names, classes = ["a", "b"], ["aeroplane", "bird"]
        writer.append(t * S, names, state, classes, ["NEUTRAL", "NEUTRAL"], ["", ""])
    writer.close({"ends": {"a": 1}})
    tracks = _tracks_file_from(tmp_path / "truth.parquet", tmp_path / "tracks.parquet")
    scores = evaluate(tmp_path / "truth.parquet", tracks)
    assert scores.gospa_rms_m == 0.0
    assert scores.completeness_by_class_ratio == {"aeroplane": 1.0, "bird": 1.0}


def _tracks_file_from(truth: Path, path: Path) -> Path:
    import pyarrow.parquet as pq

    from vedette.outputs.parquet import TRACKS_SCHEMA, Rows

    table = pq.read_table(truth)
    columns = {name: table.column(name).to_pylist() for name in table.schema.names}
    count = len(columns["t_ns"])
    columns["track_id"] = [1 if name == "a" else 2 for name in columns["object_id"]]
    zeros = {f"sigma_{axis}_m": [1.0] * count for axis in ("east", "north", "up")}
    words = {"status": ["confirmed"] * count, "sources": [["radar"]] * count}
    rows = Rows(path, TRACKS_SCHEMA)
    numbers = {"existence_prob": [1.0] * count, "class_prob": [1.0] * count}
    rows.append({**columns, **zeros, **words, **numbers})
    rows.close()
    return path


def test_a_file_that_is_not_parquet_or_lacks_a_column_is_refused(tmp_path: Path):
    bad = tmp_path / "tracks.parquet"
    bad.write_bytes(b"PAR1 nonsense")
    with pytest.raises(RefusedError, match="not a readable Parquet"):
        evaluate(bad, bad)


def test_ospa_of_a_pair_three_metres_apart_and_a_false_track_is_what_the_formula_says():
    # One pair at 3 m, one track too many, c = 10: sqrt((9 + 100) / 2).
    assert ospa(np.array([[3.0, 500.0]]), 10.0) == pytest.approx(np.sqrt(54.5))
    assert ospa(np.array([[3.0, 500.0]]).T, 10.0) == pytest.approx(np.sqrt(54.5))
    assert ospa(np.array([[3.0, 500.0]]), 10.0, order=1.0) == pytest.approx(6.5)


def test_ospa_of_empty_sets_is_zero_and_of_one_empty_set_the_cut_off():
    assert ospa(np.zeros((0, 0)), 10.0) == 0.0
    assert ospa(np.zeros((0, 3)), 10.0) == ospa(np.zeros((2, 0)), 10.0) == 10.0
    assert ospa(np.array([[np.nan]]), 10.0) == 10.0
