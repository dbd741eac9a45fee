"""Defence: raids, what reaches an asset, what each part adds, the same numbers however split."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from vedette.base.errors import VedetteError
from vedette.cli import main
from vedette.evaluation.defence import Outcome, carry_out, do, fates, plan, summed_up
from vedette.evaluation.defence_page import html
from vedette.evaluation.defence_words import lines
from vedette.evaluation.exact import median_bounds, paired_difference
from vedette.evaluation.raid import Spread, parts, raid, without
from vedette.model.enums import Mode
from vedette.simulator.scenario import load_scenario
from vedette.simulator.world import create_world

DRONE = """
[[objects]]
id = "drone"
class = "fixed_wing_uas"
identity = "HOSTILE"
speed_mps = 45.0
attacks = "barracks"
at_end = "strike"
route = [
  { bearing_deg = 285.0, range_m = 8_000.0, height_m = 150.0 },
  { asset = "barracks", height_m = 5.0 },
]
"""
SPREAD = Spread(10.0, 20.0)
SEEDS = range(1, 5)


@pytest.fixture(scope="module")
def short(repository: Path, tmp_path_factory) -> Path:
    """Write a scenario of three minutes: one drone, the base's sensors, people and models."""
    folder = tmp_path_factory.mktemp("defence")
    (folder / "sites").mkdir()
    source = repository / "scenarios"
    site = (source / "sites" / "ain_al_asad.toml").read_text()
    (folder / "sites" / "ain_al_asad.toml").write_text(site)
    text = (source / "ain_al_asad_2022.toml").read_text()
    head = text[: text.index("# --- the attack ---")].replace(
        "duration_s = 480.0", "duration_s = 190.0"
    )
    rest = text[text.index("# --- how the sensors really are ---") : text.index("[expect]")]
    path = folder / "short.toml"
    path.write_text(head + DRONE + rest)
    return path


WEAK = """
[[effectors]]
id = "model_north"
success_prob = 0.45
[[effectors]]
id = "model_south"
success_prob = 0.45
"""


@pytest.fixture(scope="module")
def outcomes(short) -> dict[str, list[Outcome]]:
    """Play raids of three against poor models: with both, and without each."""
    weak = short.with_name("weak.toml")
    weak.write_text(short.read_text() + WEAK)
    found: dict[str, list[Outcome]] = {}
    for task in plan(weak, [3], SEEDS, ["model_north", "model_south"], SPREAD):
        found.setdefault(task.left_out, []).append(do(task))
    return found


def test_attacker_k_of_a_seed_is_the_same_in_every_raid(short):
    loaded = load_scenario(short)
    two, four = raid(loaded, 2, 5, SPREAD), raid(loaded, 4, 5, SPREAD)
    assert four.scenario.objects[:2] == two.scenario.objects[:2]
    starts = [spec.start_s for spec in four.scenario.objects]
    assert len(set(starts)) == 4
    assert all(0.0 <= start <= 10.0 for start in starts)
    assert raid(loaded, 2, 6, SPREAD).scenario.objects != two.scenario.objects


def test_copies_come_from_other_directions_and_as_far_from_the_asset(short):
    loaded = load_scenario(short)
    world = create_world(raid(loaded, 8, 3, SPREAD), 3)
    offset = world.position_m[:, :2] - world.target_m()
    alone = create_world(raid(loaded, 1, 3, Spread(0.0, 0.0)), 3)
    pattern = alone.position_m[0, :2] - alone.target_m()[0]
    assert np.hypot(*offset.T) == pytest.approx(np.full(8, np.hypot(*pattern)), abs=1e-6)
    turn = np.degrees(np.arctan2(offset[:, 0], offset[:, 1]) - np.arctan2(*pattern))
    turn = (turn + 180.0) % 360.0 - 180.0
    assert np.ptp(turn) > 10.0
    assert np.all(np.abs(turn) <= 20.0)


def test_a_formation_that_parts_is_parted_into_its_attackers(repository):
    loaded = load_scenario(repository / "scenarios" / "swarm_of_20.toml")
    many = raid(loaded, 3, 1, SPREAD).scenario.objects
    assert [spec.attacks for spec in many[:3]] == ["depot", "camp", "depot"]
    assert all(spec.count == 1 and not spec.branches for spec in many[:3])
    assert [spec.id for spec in many[3:]] == ["crow"]


def test_a_scenario_without_an_attack_is_refused(repository):
    with pytest.raises(VedetteError, match="nothing in it attacks"):
        plan(repository / "scenarios" / "quiet_stretch.toml", [1], [1])


def test_what_is_left_out_keeps_its_place_and_does_nothing(short):
    loaded = load_scenario(short)
    silent = without(loaded, "radar_north")
    assert parts(silent.site) == parts(loaded.site)
    assert {s.id: s.fails_s for s in silent.scenario.sensors}["radar_north"] == 0.0
    empty = without(loaded, "model_north")
    assert {e.id: e.magazine for e in empty.site.effectors} == {"model_north": 0, "model_south": 8}
    with pytest.raises(VedetteError, match="has no 'radar_x'"):
        without(loaded, "radar_x")


def test_who_is_destroyed_after_it_arrived_has_got_through():
    """Four: destroyed before, destroyed after, arrived, still on its way; one attacks nothing."""
    world = SimpleNamespace(
        fleet=SimpleNamespace(attacks=["a", "a", "a", "a", None], ids=list("pqrst")),
        ends={
            "p": {"t_ns": 50, "how": "destroyed"},
            "q": {"t_ns": 50, "how": "destroyed"},
            "r": {"t_ns": 60, "how": "arrived"},
        },
        would_arrive_ns=np.array([90, 40, 60, 0, 0]),
        phase=np.array([2, 2, 2, 1, 1]),
    )
    assert fates(world) == {"through": 3, "undecided": 1, "destroyed": 1}


def test_every_attacker_of_a_run_ends_somewhere(outcomes):
    for run in [run for runs in outcomes.values() for run in runs]:
        assert not run.error
        assert run.destroyed + run.through == 3
        assert run.undecided == 0
        assert run.warning_s > 30.0


def test_more_effector_models_never_lower_the_estimate_beyond_noise(outcomes):
    stopped = {part: sum(run.destroyed for run in runs) for part, runs in outcomes.items()}
    for part in ("model_north", "model_south"):
        pairs = list(zip(outcomes[""], outcomes[part], strict=True))
        better = sum(one.held and not other.held for one, other in pairs)
        worse = sum(other.held and not one.held for one, other in pairs)
        assert paired_difference(better, worse, len(pairs))[2] >= 0.0
        assert worse <= better + 1
        # A shot more or less moves the times of all that follow: one of a dozen drones is noise.
        assert stopped[""] + 1 >= stopped[part]
    assert stopped[""] > min(stopped.values()), "runs that tell nothing"


def test_a_site_made_blind_holds_no_raid_and_warns_nobody(short):
    """Neither radar adds much while there is the other: without both, everything is lost."""
    loaded = load_scenario(short)
    text = short.read_text()
    blind = short.with_name("blind.toml")
    blind.write_text(text.replace('id = "radar_south"', 'id = "radar_south"\nfails_s = 0.0', 1))
    found = [do(task) for task in plan(blind, [1], [1, 2], ["radar_north"], SPREAD)]
    seeing = [run for run in found if not run.left_out]
    without_both = [run for run in found if run.left_out]
    assert all(run.held for run in seeing)
    assert not any(run.held for run in without_both)
    assert all(
        one.warning_s > other.warning_s + 30.0
        for one, other in zip(seeing, without_both, strict=True)
    )
    added = summed_up(blind, plan(blind, [1], [1, 2], ["radar_north"], SPREAD), found).added[0]
    assert (added.part, added.better, added.worse) == ("radar_north", 2, 0)
    assert added.held_prob == 1.0
    assert loaded.site.name in summed_up(blind, plan(blind, [1], [1, 2]), found).site


def test_runs_in_pieces_give_the_numbers_of_runs_at_once(short, tmp_path):
    tasks = plan(short, [1, 2], [1, 2], [], SPREAD)
    with ThreadPoolExecutor(1) as pool:
        at_once = carry_out(tasks, tmp_path / "whole.jsonl", pool, lambda _: None)
        cut = tmp_path / "cut.jsonl"
        whole = (tmp_path / "whole.jsonl").read_bytes()
        cut.write_bytes(whole[: whole.index(b"\n") + 20])  # one run, and half a line of the next
        told: list[Outcome] = []
        in_pieces = carry_out(list(reversed(tasks)), cut, pool, told.append)
    assert len(told) == 4
    one, other = summed_up(short, tasks, at_once), summed_up(short, tasks, in_pieces)
    assert msgspec.json.encode(one) == msgspec.json.encode(other)


def test_the_difference_of_pairs_has_bounds_that_hold():
    assert paired_difference(0, 0, 0) == (0.0, -1.0, 1.0)
    difference, low, high = paired_difference(10, 0, 20)
    assert difference == 0.5
    assert 0.0 < low < 0.25
    assert high < 0.8
    rng, missed = np.random.default_rng(5), 0
    for _ in range(400):
        kind = rng.choice(3, size=25, p=[0.3, 0.1, 0.6])
        _, low, high = paired_difference(int((kind == 0).sum()), int((kind == 1).sum()), 25)
        missed += not low <= 0.2 <= high
    assert missed <= 20  # 5 %


def test_the_bounds_of_a_median_are_values_by_rank():
    assert median_bounds([3.0, 1.0, 2.0, 5.0, 4.0]) is None
    assert median_bounds([float(k) for k in range(6)]) == (0.0, 5.0)
    assert median_bounds([float(k) for k in range(20)]) == (5.0, 14.0)  # tables: ranks 6 and 15


def test_the_command_tells_it_in_words_json_and_a_page(short, tmp_path, capsys):
    kept, page = tmp_path / "kept.jsonl", tmp_path / "page.html"
    tasks = plan(short, [1], [1], ["model_north"], Spread(10.0, 20.0))
    with ThreadPoolExecutor(1) as pool:
        done = carry_out(tasks, kept, pool, lambda _: None)
    words = ["defence", str(short), "--raid", "1", "--runs", "1", "--leave-out", "model_north"]
    words += ["--spread-s", "10", "--kept", str(kept), "--jobs", "1"]
    assert main([*words, "--html", str(page)]) == 0
    said = capsys.readouterr().out
    assert "raid of 1: nothing gets through in" in said
    assert "Effector model north" in said
    assert main([*words, "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)
    assert told["sizes"][0]["held"]["of"] == 1
    found = summed_up(short, tasks, done)
    assert lines(found) == said.splitlines()
    assert page.read_text() == html(found, Mode.SIMULATED)
    assert not re.search(r"https?://|<script|@import|url\((?!#)", page.read_text())


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--raid", "0"], "must be 1 or more"),
        (["--raid", "1,x"], "no whole number"),
        (["--leave-out", "radar_x"], "has no 'radar_x'"),
    ],
)
def test_wrong_words_are_one_line(short, tmp_path, capsys, words, why):
    arguments = ["defence", str(short), "--kept", str(tmp_path / "kept.jsonl"), *words]
    try:
        code = main(arguments)
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert why in capsys.readouterr().err
