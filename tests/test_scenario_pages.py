"""The page of scenarios says what their files say."""

import pytest
from benchmarks.scenario_pages import pages

from vedette.simulator.scenario import (
    Branch,
    EffectorModelSpec,
    ObjectSpec,
    OperatorSpec,
    PositionFeed,
    Recording,
    Scenario,
    SightingSpec,
    Transponder,
    Waypoint,
    WindLayer,
)


@pytest.fixture(scope="module")
def wanted() -> dict[str, str]:
    return pages()


def test_the_generated_pages_are_up_to_date(repository, wanted):
    stale = [
        name
        for name, text in wanted.items()
        if not (repository / name).is_file() or (repository / name).read_text() != text
    ]
    assert not stale, "run: make docs"


def test_no_plan_is_left_of_a_scenario_that_is_gone(repository, wanted):
    folder = repository / "docs" / "images" / "scenarios"
    names = {path.relative_to(repository).as_posix() for path in folder.glob("*")}
    assert names <= set(wanted)


def test_every_name_under_must_follow_is_explained(wanted):
    page = wanted["docs/scenarios.md"]
    body, glossary = page.split("## What must follow")
    used = {line.split("`")[1] for line in body.splitlines() if line.startswith("| `")}
    assert used
    assert all(f"| `{name}` |" in glossary for name in used)


def test_every_key_of_a_scenario_file_is_documented(repository):
    text = (repository / "docs" / "scenario-file.md").read_text()
    tables = (Scenario, ObjectSpec, Waypoint, Branch, Recording, Transponder, PositionFeed)
    tables += (WindLayer, SightingSpec, OperatorSpec, EffectorModelSpec)
    keys = {key for table in tables for key in table.__struct_encode_fields__}
    assert not sorted(key for key in keys if f"`{key}`" not in text)
