"""The reasons for which input is refused: what docs/formats.md lists is what the code says."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import vedette
from vedette.codecs import reasons
from vedette.tracking import door

SOURCE = Path(vedette.__file__).parent
MAKERS = {"_ImpossibleError": 0, "refuse": 2, "count": 2}  # call -> which argument is the reason
STAGES = ("measurements", "tracking", "health", "server", "pipeline.py")


def listed(repository: Path) -> set[str]:
    """Give what the page says in backticks under its heading."""
    page = (repository / "docs/formats.md").read_text("utf-8")
    section = page.partition("## Why something is refused")[2].partition("The closed list")[2]
    return set(re.findall(r"`([a-z ]+)`", section.partition("\n\n")[0]))


def said() -> set[str]:
    """Give every reason that the stages after the codecs write as a text in their code."""
    found = set()
    for stage in STAGES:
        place = SOURCE / stage
        for path in [place] if place.is_file() else sorted(place.glob("*.py")):
            found |= set(reasons_in(ast.parse(path.read_text("utf-8"))))
    return found


def reasons_in(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
        arguments = [k.value for k in call.keywords if k.arg == "reason" and name == "Refusal"]
        if name in MAKERS and len(call.args) > MAKERS[name]:
            arguments.append(call.args[MAKERS[name]])
        for argument in arguments:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def test_the_closed_list_of_reasons_is_complete_and_holds_nothing_else(repository: Path) -> None:
    words = said()
    assert {"too old", "unknown sensor", "too late for the tracks"} <= words  # the search finds
    told = reasons.ALL | words | set(door._WORDS.values()) | {"other"}
    assert listed(repository) == told
