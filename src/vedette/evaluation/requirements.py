"""Requirements of a user: which figure of the scorecard must be how good, met or not.

In: a TOML file, and a scorecard. Out: a verdict for each requirement, in the file's order.
"""

import difflib
import operator
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from vedette.config.load import parse_toml, read_text
from vedette.config.site import Table, Text
from vedette.evaluation.scorecard import Scorecard, flattened

Comparison = Literal["<", "<=", "==", ">=", ">"]
HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}


class Requirement(Table, frozen=True, kw_only=True):
    """One demand: the metric's dotted name, and what it is compared with. why: for the reader."""

    metric: Annotated[str, Meta(min_length=1, max_length=120)]
    comparison: Comparison
    threshold: float | bool
    why: Text | None = None


class RequirementSet(Table, frozen=True, kw_only=True):
    """A file of requirements: its name, and one or more demands."""

    name: Text
    requirements: Annotated[list[Requirement], Meta(min_length=1, max_length=500)]


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement, what was found, and whether that meets it. None found: it is not met."""

    metric: str
    comparison: str
    threshold: float | bool
    value: float | bool | None
    passed: bool
    why: str | None


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """A set of requirements and what became of them; passed: all were met."""

    name: str
    passed: bool
    verdicts: list[Met]


def load_requirements(path: Path) -> RequirementSet:
    """Read a file of requirements. A wrong one: RefusedError("file:line: key: reason")."""
    wanted, lines = parse_toml(read_text(path), str(path), RequirementSet)
    known = dict(metrics())
    for k, row in enumerate(wanted.requirements):
        at = f"requirements[{k}]"
        kind = known.get(row.metric) or known.get(row.metric.rpartition(".")[0] + ".*")
        if kind is None:
            near = difflib.get_close_matches(row.metric, known, n=1, cutoff=0.6)
            hint = f" (did you mean {near[0]}?)" if near else " (docs/scorecard.md lists them)"
            raise lines.refusal(f"{at}.metric", f"{row.metric!r} is no figure" + hint)
        if (kind is bool) is not isinstance(row.threshold, bool):
            must = "true or false" if kind is bool else "a number"
            raise lines.refusal(f"{at}.threshold", f"must be {must}, as {row.metric} is")
        if kind is bool and row.comparison != "==":
            reason = f"must be '==', as {row.metric} is true or false"
            raise lines.refusal(f"{at}.comparison", reason)
    return wanted


def judge(wanted: RequirementSet, card: Scorecard) -> Verdicts:
    """Compare a scorecard with what is wanted. What was not measured is not met."""
    found = flattened(card)
    verdicts = [_met(row, found.get(row.metric)) for row in wanted.requirements]
    passed = all(verdict.passed for verdict in verdicts)
    return Verdicts(name=wanted.name, passed=passed, verdicts=verdicts)


def _met(row: Requirement, value: Any) -> Met:
    """Judge one requirement."""
    return Met(
        metric=row.metric,
        comparison=row.comparison,
        threshold=row.threshold,
        value=value,
        passed=value is not None and HOLDS[row.comparison](value, row.threshold),
        why=row.why,
    )


def metrics(kind: Any = Scorecard, name: str = "") -> Iterator[tuple[str, type]]:
    """List every figure that a scorecard can have, by dotted name, as float or bool.

    One for each class ends in `.*`: `completeness_by_class_ratio.*`.
    """
    for field in msgspec.structs.fields(kind):
        path = f"{name}.{field.name}" if name else field.name
        members = [*typing.get_args(field.type), field.type]
        structs = [m for m in members if isinstance(m, type) and issubclass(m, msgspec.Struct)]
        if typing.get_origin(field.type) is dict and members[1] in (int, float):
            yield f"{path}.*", float
        elif structs and typing.get_origin(field.type) is not list:
            yield from metrics(structs[0], path)
        elif bool in members:
            yield path, bool
        elif int in members or float in members:
            yield path, float
