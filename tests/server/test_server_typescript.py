"""The display's types are the structs' types."""

from pathlib import Path

from vedette.server.typescript import render


def test_generated_types_are_those_of_the_structs(repository: Path) -> None:
    written = (repository / "web/src/generated/model.ts").read_text(encoding="utf-8")
    assert written == render(), "run web/generate"


def test_no_nanoseconds_reach_a_browser() -> None:
    assert "_ns:" not in render()
    assert "_ns?:" not in render()
