"""What stands first does not alternate: two drones at the base that was really attacked."""

import math
import re
import shutil
from pathlib import Path

import pytest

from vedette import pipeline
from vedette.evaluation.direct import play_directly
from vedette.model.picture import AirPicture
from vedette.simulator.scenario import load_scenario

SCENARIOS = Path(__file__).resolve().parents[2] / "scenarios"
SECONDS = 130  # the drones come over the horizon after half a minute
BACK_S = 10  # what was first, is second and is first again within this has flickered


@pytest.fixture(scope="module")
def seen(tmp_path_factory) -> list[tuple[str, list[str], dict[str, float]]]:
    """Play the beginning and keep, second by second: who is first, why, time left by option."""
    folder = tmp_path_factory.mktemp("ranking")
    shutil.copytree(SCENARIOS / "sites", folder / "sites")
    text = (SCENARIOS / "ain_al_asad_2022.toml").read_text()
    text = re.sub(r"duration_s = [\d.]+", f"duration_s = {SECONDS}.0", text, count=1)
    (folder / "short.toml").write_text(text)
    kept: list[tuple[str, list[str], dict[str, float]]] = []

    def watch(_: pipeline.Inputs, picture: AirPicture) -> None:
        first = picture.queue[0].key if picture.queue else ""
        left = {
            f"{o.track_id}:{o.effector_id}": o.latest_decision_s
            for o in picture.options
            if math.isfinite(o.latest_decision_s)
        }
        kept.append((first, [threat.reason for threat in picture.threats], left))

    play_directly(load_scenario(folder / "short.toml"), 1, attended=False, watch=watch, step_s=1.0)
    return kept


def test_what_stands_first_does_not_alternate(seen):
    firsts = [first for first, _, _ in seen]
    order = [(k, new) for k, new in enumerate(firsts) if k == 0 or new != firsts[k - 1]]
    assert any(first.startswith("warning") for _, first in order)
    flickers = [
        (k, first)
        for (k, first), (before, earlier) in zip(order[2:], order, strict=False)
        if first == earlier and k - before < BACK_S
    ]
    assert flickers == []


def test_every_threat_is_explained_in_one_sentence(seen):
    told = {reason for _, reasons, _ in seen for reason in reasons}
    assert told
    for reason in told:
        assert "\n" not in reason
        assert "likely to" in reason
        assert len(reason) < 160


def test_the_time_left_to_decide_is_given_for_each_option_and_runs_out(seen):
    told: dict[str, list[float]] = {}
    for _, _, left in seen:
        for key, left_s in left.items():
            told.setdefault(key, []).append(left_s)
    long = [times for times in told.values() if len(times) >= 40]
    assert long
    assert all(left_s >= 0.0 for times in long for left_s in times)
    assert all(times[-1] < times[0] - 0.3 * len(times) for times in long)
