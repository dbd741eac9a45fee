"""SIAP, CLEAR-MOT, OSPA(2) and NEES against cases worked out by hand, and as a user asks."""

import json

import numpy as np
import pytest
from running import vedette
from scoring import tracks_of, truth_of, written

from vedette.evaluation.run import Run
from vedette.evaluation.scorecard import flattened, scorecard


def still(seconds: range, east_m: float = 0.0) -> list[tuple[int, float]]:
    return [(t, east_m) for t in seconds]


def test_a_track_broken_in_two_changes_its_number_once_and_costs_ospa2_its_other_half():
    truth = truth_of({"a": still(range(11))})
    tracks = tracks_of([(t, 1 if t < 6 else 2, 10.0) for t in range(11)])
    card = scorecard(Run(truth, tracks, 100.0))
    assert card.siap.completeness_ratio == card.siap.ambiguity_ratio == 1.0
    assert card.siap.track_change_rate_hz == pytest.approx(1 / 9)  # 0-5 s and 6-10 s are tracked
    assert card.siap.longest_segment_ratio == pytest.approx(5 / 10)
    assert card.mot.mismatches == 1
    assert card.mot.mota_ratio == pytest.approx(1 - 1 / 11)
    assert card.mot.motp_m == pytest.approx(10.0)
    # The better half is 10 m away for six instants and absent for five, the other is false.
    assert card.ospa2_m == pytest.approx(((6 * 10 + 5 * 100) / 11 + 100) / 2)


def test_a_second_track_on_an_object_is_ambiguous_and_one_on_nothing_is_spurious():
    truth = truth_of({"a": still(range(10))})
    rows = [(t, n, e) for t in range(10) for n, e in ((1, 3.0), (2, -5.0), (3, 5_000.0))]
    card = scorecard(Run(truth, tracks_of(rows), 100.0))
    assert card.siap.ambiguity_ratio == 2.0
    assert card.siap.spurious_ratio == pytest.approx(1 / 3)
    assert card.siap.position_accuracy_m == pytest.approx(4.0)
    assert card.mot.false_positives == 20
    assert card.mot.mota_ratio == pytest.approx(-1.0)


def test_an_object_nobody_could_see_is_no_fault_and_no_life():
    truth = truth_of({"a": still(range(10)), "far": still(range(10), 9e4)})
    tracks = tracks_of([(t, 1, 0.0) for t in range(10)])
    seen = scorecard(Run(truth, tracks, 100.0, covered=lambda p: p[:, 0] < 1e4))
    assert seen.siap.completeness_ratio == seen.siap.longest_segment_ratio == 1.0
    assert seen.mot.mota_ratio == 1.0
    assert scorecard(Run(truth, tracks, 100.0)).mot.mota_ratio == 0.5


def test_nees_is_three_where_errors_are_as_large_as_promised_and_absent_without_sigmas():
    rng = np.random.default_rng(3)
    count, sigma_m = 100, 20.0
    truth = truth_of({f"o{k:04}": still(range(80), 1_000.0 * k) for k in range(count)})
    tracks = tracks_of([(t, k, 1_000.0 * k) for k in range(count) for t in range(80)], sigma_m)
    tracks.state_enu[:, :3] += rng.normal(0, sigma_m, (len(tracks.t_ns), 3))
    found = scorecard(Run(truth, tracks, 400.0)).nees
    assert found.pairs == 80 * count
    assert found.mean == pytest.approx(3.0, abs=5 * np.sqrt(6 / found.pairs))
    assert found.horizontal_mean == pytest.approx(2.0, abs=5 * np.sqrt(4 / found.pairs))
    assert found.within_95_ratio == pytest.approx(0.95, abs=0.013)
    tracks.sigma_enu_m = None
    assert scorecard(Run(truth, tracks, 400.0)).nees.mean is None


def test_nothing_to_score_is_none_and_no_division_by_it():
    empty = scorecard(Run(truth_of({}), tracks_of([]), 100.0))
    assert empty.ospa2_m is None
    assert empty.mot.mota_ratio is None
    assert set(flattened(empty)) >= {"siap.spurious_ratio", "nees.mean", "gospa_mean_m"}
    silent = scorecard(Run(truth_of({"a": still(range(5))}), tracks_of([]), 100.0))
    assert silent.siap.completeness_ratio == 0.0
    assert silent.ospa2_m == 100.0


def test_evaluate_prints_every_score_of_two_files_and_of_the_folder_they_lie_in(tmp_path):
    truth, tracks = written(tmp_path)
    done = vedette("evaluate", "--truth", truth, "--tracks", tracks, "--json")
    assert done.returncode == 0, done.stderr
    card = json.loads(done.stdout)
    assert card["siap"]["completeness_ratio"] == 1.0
    assert card["mot"]["motp_m"] == pytest.approx(5.0, abs=1e-6)
    assert card["nees"]["mean"] == pytest.approx(1.0, abs=1e-6)
    whole = vedette("evaluate", "--report", tmp_path, "--json")
    assert json.loads(whole.stdout)["siap"] == card["siap"]


@pytest.mark.parametrize("words", [(), ("--report", ".", "--truth", "t"), ("--tracks", "t")])
def test_evaluate_says_in_a_line_what_to_give_it(words):
    done = vedette("evaluate", *words)
    assert done.returncode == 2
    assert "--report" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
