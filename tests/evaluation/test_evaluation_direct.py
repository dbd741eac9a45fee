"""A run played directly is the run over real sockets, to the bit."""

import json
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from vedette import pipeline, record
from vedette.base.errors import VedetteError
from vedette.evaluation.consoles import finish
from vedette.evaluation.direct import Played, play_directly
from vedette.evaluation.direct_evidence import evidence, judge_played
from vedette.evaluation.expect import read_events
from vedette.evaluation.headless import Summary, run_into
from vedette.model.picture import AirPicture
from vedette.outputs.parquet import read_tracks, read_truth
from vedette.simulator.scenario import load_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SCENARIO = SCENARIOS / "ain_al_asad_2022.toml"
SIREN = """
[[webhooks]]
id = "siren"
url = "http://127.0.0.1:30190/warnings"

[[webhooks]]
id = "radio"
url = "http://127.0.0.1:30191/warnings"
"""
SOON = (("start_s = 30.0", "start_s = 2.0"), ("start_s = 32.0", "start_s = 4.0"))
# Who gave a command is equal; its login and number are chance over the wire, and a site file
# with webhooks gets the ports on which their models listen.
BY_CHANCE = ("command_id", "session", "sessions", "site_sha256")


def written(folder: Path, duration_s: float, *changes: tuple[str, str], site: str = "") -> Path:
    """Write the demonstration, shorter and otherwise changed, with more in its site file."""
    text = SCENARIO.read_text().replace("duration_s = 480.0", f"duration_s = {duration_s}")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "sites").mkdir()
    own = (SCENARIOS / "sites" / "ain_al_asad.toml").read_text()
    (folder / "sites" / "ain_al_asad.toml").write_text(own + site)
    (folder / "changed.toml").write_text(text)
    return folder / "changed.toml"


def rows(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in BY_CHANCE} for row in events]


def hold_equal(folder: Path, summary: Summary, played: Played, attended: bool) -> None:
    """Hold that a run's files and a run played directly say the same, to the bit."""
    own = evidence(played)
    assert rows(own.events) == rows(read_events(folder / "events.jsonl"))
    for name, read in (("truth", read_truth), ("tracks", read_tracks)):
        theirs, ours = read(folder / f"{name}.parquet"), getattr(own, name)
        for field in type(theirs).__slots__:
            before, after = getattr(theirs, field), getattr(ours, field)
            if isinstance(before, np.ndarray):
                assert before.tobytes() == after.tobytes(), field
            else:
                assert before == after or field == "notes", field
    notes = read_truth(folder / "truth.parquet").notes
    assert notes == json.loads(json.dumps(own.truth.notes))
    assert own.statement == (folder / "statement.txt").read_text()
    assert judge_played(played, attended) == summary.expect


def test_every_step_takes_in_and_gives_out_what_it_does_over_sockets(tmp_path):
    loaded = load_scenario(written(tmp_path, 40.0))
    run_into(loaded, 3, tmp_path / "run", True, False, quiet=True)
    seen: list[tuple[Any, bytes]] = []

    def watch(inputs: pipeline.Inputs, picture: AirPicture) -> None:
        seen.append((list(inputs.arrivals), record.digest(picture)))

    play_directly(loaded, 3, attended=False, watch=watch)
    steps = list(record.read(tmp_path / "run" / "recording"))
    assert len(steps) == len(seen) == 160
    for step, (arrivals, digest) in zip(steps, seen, strict=True):
        assert (step.arrivals, step.digest) == (arrivals, digest)


def test_a_core_that_steps_less_often_takes_in_the_same_bytes_at_the_same_times(tmp_path):
    loaded = load_scenario(written(tmp_path, 30.0))
    seen: dict[float, list[pipeline.Inputs]] = {0.25: [], 1.0: []}
    ends = {}
    for step_s, inputs in seen.items():
        played = play_directly(
            loaded, 3, attended=False, watch=lambda i, _, to=inputs: to.append(i), step_s=step_s
        )
        ends[step_s] = evidence(played)
    arrivals = {s: [a for i in inputs for a in i.arrivals] for s, inputs in seen.items()}
    assert (len(seen[0.25]), len(seen[1.0])) == (120, 30)
    assert arrivals[0.25] == arrivals[1.0]
    assert (ends[0.25].truth.state_enu == ends[1.0].truth.state_enu).all()
    assert (ends[1.0].tracks.t_ns % 1_000_000_000 == 0).all()
    both = [e.tracks.track_id[e.tracks.t_ns == e.tracks.t_ns.max()] for e in ends.values()]
    assert len(both[0]) == len(both[1]) > 10


def test_people_channels_and_models_do_what_they_do_over_sockets(tmp_path):
    near = [(f"bearing_deg = {b}, range_m = 15_200.0", f"bearing_deg = {b}, range_m = 7_000.0")
            for b in ("285.0", "282.74")]  # fmt: skip
    nearer = [("range_m = 9_000.0", "range_m = 5_000.0"), *SOON]
    fails = ("[effector_account]", '[[channels]]\nid = "radio"\nfails = true\n\n[effector_account]')
    loaded = load_scenario(written(tmp_path, 150.0, *near, *nearer, fails, site=SIREN))
    summary = run_into(loaded, 1, tmp_path / "run", True, True, quiet=True)
    played = play_directly(loaded, 1)
    hold_equal(tmp_path / "run", summary, played, True)
    names = {type(event).__name__ for event in played.chain.events}
    assert {"WarningDelivered", "WarningDeliveryFailed", "WarningAcknowledged"} <= names
    assert {"EngagementAuthorised", "EngagementExecuted", "ExhibitAttached"} <= names


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
@pytest.mark.parametrize("attended", [True, False])
def test_every_scenario_is_the_same_played_directly(tmp_path, path, attended):
    loaded = load_scenario(path)
    short = msgspec.structs.replace(
        loaded.scenario, duration_s=min(loaded.scenario.duration_s, 480.0)
    )
    loaded = msgspec.structs.replace(loaded, scenario=short)
    summary = run_into(loaded, 2, tmp_path, True, attended, quiet=True)
    hold_equal(tmp_path, summary, play_directly(loaded, 2, attended), attended)


def test_a_channel_answers_after_its_latency(tmp_path):
    slow = (
        "[effector_account]",
        '[[channels]]\nid = "siren"\nlatency_s = 7.0\n\n[effector_account]',
    )
    loaded = load_scenario(written(tmp_path, 100.0, slow, *SOON, site=SIREN))
    played = play_directly(loaded, 1, attended=False)
    waits = {
        event.channel: event.latency_s
        for event in played.chain.events
        if type(event).__name__ == "WarningDelivered"
    }
    assert waits["siren"] == pytest.approx(7.0)
    assert waits["radio"] < 1.0


def test_who_has_a_wrong_password_cannot_log_in_here_either(tmp_path):
    wrong = ('name = "amal"\npassword = "vedette-demo"', 'name = "amal"\npassword = "guessed"')
    loaded = load_scenario(written(tmp_path, 12.0, wrong))
    with pytest.raises(VedetteError, match="amal cannot log in"):
        play_directly(loaded, 1)


def test_work_that_waits_for_something_is_a_programmer_s_error():
    import asyncio

    async def waits() -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="nobody is there"):
        finish(waits())
