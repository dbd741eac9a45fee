"""Every scenario of the pack over the real chain, judged by its own [expect] tables.

One that lasts longer than QUICK_S runs with the slow campaigns only. VEDETTE_PACK_SEEDS: how many
seeds (2).
"""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from running import REPOSITORY, vedette

from vedette.simulator.limits import BY_CLASS
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.world import FLYING, STEP_S, create_world

SEEDS = int(os.environ.get("VEDETTE_PACK_SEEDS", "2"))
MAIN = "ain_al_asad_2022"  # has tests of its own
QUICK_S = 600.0
PATHS = sorted(path for path in (REPOSITORY / "scenarios").glob("*.toml") if path.stem != MAIN)
RECORDED = sorted((REPOSITORY / "scenarios" / "recorded").glob("*.toml"))
# What is known not to be met yet, with its figure in the scenario's own description, and what it is
# held to meanwhile, so that it grows no worse unnoticed.
OPEN: dict[tuple[str, str], float] = {}


def quick_or_slow() -> list:
    """Mark the long ones as slow."""
    long = [load_scenario(path).scenario.duration_s > QUICK_S for path in PATHS]
    return [
        pytest.param(path, marks=pytest.mark.slow if slow else (), id=path.stem)
        for path, slow in zip(PATHS, long, strict=True)
    ]


def run(path: Path, seed: int, folder: Path, *words: str) -> list[dict]:
    """Run a scenario to its end; give the expectations that were not met."""
    done = vedette(
        *("demo", str(path), "--headless", "--fast", "--seed", str(seed)),
        *("--report", str(folder), *words),
        timeout_s=3600.0,
    )
    assert (folder / "summary.json").is_file(), done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["expect"], "the scenario expects nothing"
    failed = [verdict for verdict in summary["expect"] if not verdict["passed"]]
    return [
        v for v in failed if v["value"] is None or v["value"] > OPEN.get((path.stem, v["name"]), -1)
    ]


@pytest.mark.parametrize("words", [(), ("--unattended",)], ids=["attended", "unattended"])
@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
@pytest.mark.parametrize("path", quick_or_slow())
def test_what_the_scenario_expects_follows(path, seed, words, tmp_path):
    assert not run(path, seed, tmp_path / "out", *words)


@pytest.mark.parametrize("words", [(), ("--unattended",)], ids=["attended", "unattended"])
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_what_is_expected_over_real_flights_follows(path, words, tmp_path, shared_data):
    wanted = set(re.findall(r'file = "([^"]+)"', path.read_text()))
    absent = sorted(name for name in wanted if not (shared_data / name).is_file())
    if absent:
        pytest.skip(f"absent: {', '.join(absent)}")
    assert not run(path, 1, tmp_path / "out", *words)


def test_what_is_open_is_said_where_the_scenario_is_described():
    for stem, name in OPEN:
        scenario = load_scenario(REPOSITORY / "scenarios" / f"{stem}.toml").scenario
        assert f"Open: {name}" in scenario.description


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_scenario_says_what_it_is_and_what_it_stands_on(path):
    scenario = load_scenario(path).scenario
    assert path.read_text().startswith("# ")
    assert len(scenario.description) > 100
    for table in (scenario.expect, scenario.expect_unattended):
        assert any(getattr(table, name) is not None for name in table.__struct_fields__)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_nothing_in_it_turns_climbs_or_accelerates_beyond_its_class(path):
    loaded: LoadedScenario = load_scenario(path)
    world = create_world(loaded, 3)
    names = ("turn_max_radps", "lateral_mps2", "acceleration_mps2", "climb_max_mps")
    specs = world.fleet.specs
    table = np.array([[getattr(BY_CLASS[s.object_class], n) for n in names] for s in specs])
    lowest = np.array([-BY_CLASS[s.object_class].descent_max_mps for s in specs])
    while world.elapsed_s < min(loaded.scenario.duration_s, 300.0):
        heading, speed, climb = (
            world.heading_rad.copy(),
            world.speed_mps.copy(),
            world.climb_mps.copy(),
        )
        on = world.phase == FLYING
        world.step()
        turn = np.abs(world.heading_rad - heading)[on] / STEP_S
        assert np.all(turn <= table[on, 0] + 1e-9)
        assert np.all(turn * np.maximum(speed[on], 1.0) <= table[on, 1] + 1e-6)
        assert np.all(np.abs(world.speed_mps - speed)[on] / STEP_S <= table[on, 2] + 1e-9)
        assert np.all(np.abs(world.climb_mps - climb)[on] / STEP_S <= table[on, 2] + 1e-9)
        assert np.all(world.climb_mps[on] <= table[on, 3] + 1e-9)
        assert np.all(world.climb_mps[on] >= lowest[on] - 1e-9)
