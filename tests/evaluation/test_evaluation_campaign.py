"""Many runs: what is kept is not done again, and the rates are the same however it was split."""

import multiprocessing
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from vedette.base.errors import VedetteError
from vedette.evaluation.campaign import Outcome, carry_out, plan, rates, read
from vedette.evaluation.expect import Verdict

SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "ain_al_asad_2022.toml"


class Counted(Executor):
    """Processes that count what they are given."""

    def __init__(self, processes: int) -> None:
        context = multiprocessing.get_context("spawn")
        self.pool, self.given = ProcessPoolExecutor(processes, mp_context=context), 0

    def submit(self, fn: Any, /, *args: Any, **words: Any) -> Future[Any]:
        self.given += 1
        return self.pool.submit(fn, *args, **words)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.pool.shutdown(wait, cancel_futures=cancel_futures)


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """Give the demonstration's first twelve seconds; nobody is engaged and nothing is a phantom."""
    text = SCENARIO.read_text().partition("[expect]")[0]
    text = text.replace("duration_s = 480.0", "duration_s = 12.0")
    text = text.replace('site = "sites/', f'site = "{SCENARIO.parent}/sites/')
    path = tmp_path / "short.toml"
    path.write_text(text + "[expect]\nengagements_max = 0\nphantom_tracks_max = 0\n")
    return path


def without_times(outcomes: list[Outcome]) -> list[Outcome]:
    return [msgspec.structs.replace(outcome, took_s=0.0) for outcome in outcomes]


def test_a_campaign_goes_on_where_it_was_killed_and_gives_the_same(short, tmp_path):
    tasks = plan([short], None, range(1, 4), [True])
    with Counted(2) as pool:
        at_once = carry_out(tasks, tmp_path / "whole.jsonl", pool, lambda _: None)
        assert pool.given == 3
        # Killed while it wrote its second run, and then in one process.
        lines = (tmp_path / "whole.jsonl").read_bytes().splitlines(keepends=True)
        cut = tmp_path / "cut.jsonl"
        cut.write_bytes(lines[0] + lines[1][: len(lines[1]) // 2])
        told: list[Outcome] = []
        in_pieces = carry_out(tasks, cut, pool, told.append)
        assert pool.given == 3 + 2
        assert len(told) == 3
    assert without_times(in_pieces) == without_times(at_once)
    assert [scene.passed.times for scene in rates(at_once)] == [3]
    assert rates(reversed(in_pieces)) == rates(at_once)
    assert len(read(cut)) == 3


def test_runs_of_another_pace_are_other_runs_and_sockets_have_one_pace(short):
    usual = plan([short], None, [1], [True])
    wider = plan([short], None, [1], [True], step_s=1.0)
    assert wider[0].digest != usual[0].digest
    with pytest.raises(VedetteError, match=r"--step-s 1: over sockets every step is 0\.25 s"):
        plan([short], None, [1], [True], over_sockets=True, step_s=1.0)


def test_another_scenario_is_another_campaign(short, tmp_path):
    before = plan([short], None, [1], [True])
    short.write_text(short.read_text() + "birds_hostile_max = 0\n")
    after = plan([short], None, [1], [True])
    assert before[0].digest != after[0].digest


def outcome(seed: int, value: float | bool | None, passed: bool) -> Outcome:
    verdict = Verdict(name="warning_lead_s_min", value=value, bound=90.0, passed=passed)
    return Outcome(
        scenario="a", seed=seed, attended=True, digest="", passed=passed, expect=[verdict]
    )


def test_rates_have_exact_intervals_and_say_what_was_not_found():
    runs = [outcome(1, 100.0, True), outcome(2, 300.0, True), outcome(3, None, False)]
    runs.append(Outcome(scenario="a", seed=4, attended=True, digest="", passed=False, error="fell"))
    (scene,) = rates(runs)
    assert (scene.passed.times, scene.passed.of, scene.failed) == (2, 4, 1)
    assert scene.passed.low == pytest.approx(0.0676, abs=1e-4)  # Clopper-Pearson for 2 of 4
    assert scene.passed.high == pytest.approx(0.9324, abs=1e-4)
    assert scene.seeds_not_passed == [3, 4]
    (lead,) = scene.expect
    assert (lead.least, lead.median, lead.greatest, lead.not_found) == (100.0, 200.0, 300.0, 1)


def test_a_file_that_is_no_campaign_is_refused_by_its_line(tmp_path):
    kept = tmp_path / "kept.jsonl"
    kept.write_text('{"seed": 1}\n')
    with pytest.raises(VedetteError, match=r"kept\.jsonl:1: is no run of a campaign"):
        read(kept)
