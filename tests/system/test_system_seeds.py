"""The main job, on many seeds: both drones tracked, people warned, two people decide."""

import json
import os
from pathlib import Path

import pytest
from running import SCENARIO, events_of, vedette

SEEDS = int(os.environ.get("VEDETTE_SEEDS", "2"))
FILES = {
    "summary.json",
    "truth.parquet",
    "tracks.parquet",
    "events.jsonl",
    "incident.html",
    "statement.txt",
}


def run_demo(folder: Path, seed: int, *words: str) -> dict:
    done = vedette(
        *("demo", str(SCENARIO), "--headless", "--fast", "--seed", str(seed)),
        *("--report", str(folder), *words),
    )
    assert (folder / "summary.json").is_file(), done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    failed = [e for e in summary["expect"] if not e["passed"]]
    assert not failed
    assert done.returncode == 0, done.stderr
    return summary


@pytest.mark.parametrize("seed", range(1, SEEDS + 1))
def test_two_drones_are_seen_warned_of_and_stopped_by_two_people(seed, tmp_path):
    summary = run_demo(tmp_path, seed)
    assert summary["seed"] == seed
    assert {path.name for path in tmp_path.iterdir()} >= FILES
    names = {e["name"] for e in summary["expect"]}
    assert len(names) >= 7
    events = events_of(tmp_path)
    authorised = [e for e in events if e["event"] == "EngagementAuthorised"]
    assert len(authorised) >= 2  # more where a simulated effector missed
    assert all(len(set(e["persons"])) == 2 for e in authorised)
    assert sum(e["event"] == "OutcomeAssessed" and e["outcome"] == "destroyed" for e in events) >= 2


@pytest.mark.parametrize("seed", [1, 7])
def test_with_nobody_at_the_console_people_are_warned_and_nothing_is_engaged(seed, tmp_path):
    run_demo(tmp_path, seed, "--unattended")
    events = events_of(tmp_path)
    kinds = {e["event"] for e in events}
    assert "WarningRaised" in kinds
    assert not {k for k in kinds if k.startswith("Engagement")}


def test_one_seed_gives_one_recording(tmp_path):
    run_demo(tmp_path / "a", 3)
    run_demo(tmp_path / "b", 3)
    assert events_of(tmp_path / "a") == events_of(tmp_path / "b")


def test_a_recorded_demo_is_re_executed_bit_for_bit(tmp_path):
    run_demo(tmp_path, 2)
    done = vedette("replay", str(tmp_path / "recording"), "--verify", "--json")
    verdict = json.loads(done.stdout)
    assert done.returncode == 0
    assert verdict["identical"] is True
    assert verdict["steps"] > 1000


def test_a_changed_recording_is_found_out(tmp_path):
    run_demo(tmp_path, 2)
    raw = sorted((tmp_path / "recording").glob("raw-*.mcap"))[0]
    data = bytearray(raw.read_bytes())
    data[len(data) // 2] ^= 0x01
    raw.write_bytes(data)
    done = vedette("replay", str(tmp_path / "recording"), "--verify")
    assert done.returncode != 0
