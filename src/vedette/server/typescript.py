"""Write the display's TypeScript types from the structs: `python -m vedette.server.typescript`.

One source of truth: what the server sends is what the display compiles against. A test fails when
the written file differs from what this module would write.
"""

import re
import sys
from enum import Enum, IntEnum
from pathlib import Path
from typing import Any

import msgspec
from msgspec import inspect

from vedette.model import enums, events, picture
from vedette.model.enums import Role
from vedette.server import answers, views
from vedette.server.exercise_views import ExerciseScore, ExerciseView, InjectsView
from vedette.server.permissions import COMMANDS, GRANTS, Right
from vedette.server.public import public_name
from vedette.server.whatif_views import WhatIfPicture, WhatIfView, WhatIfWish

HEADER = """\
// Generated from the Python structs by `python -m vedette.server.typescript`. Do not edit.
// Every time here is integer microseconds UTC (`_us`), every other unit stands in the name.
"""

ENUMS: tuple[tuple[type[Enum], str], ...] = (
    (enums.Identity, "IDENTITIES"),
    (enums.ObjectClass, "OBJECT_CLASSES"),
    (enums.Severity, "SEVERITIES"),
    (enums.SourceHealth, "SOURCE_HEALTHS"),
    (enums.WarningLevel, "WARNING_LEVELS"),
    (enums.WeaponsControl, "WEAPONS_CONTROLS"),
    (enums.EngagementState, "ENGAGEMENT_STATES"),
    (enums.Outcome, "OUTCOMES"),
    (enums.Mode, "MODES"),
    (enums.Role, "ROLES"),
    (Right, "RIGHTS"),
)
ANSWERS: tuple[type[msgspec.Struct], ...] = (
    views.ErrorView,
    views.SessionView,
    views.SiteView,
    views.PictureView,
    views.BriefView,
    views.TrackDetail,
    views.TrackCourse,
    views.OperatorView,
    views.EventsView,
    answers.CommandAnswer,
    answers.RefusedLine,
    answers.DetectionsAnswer,
    answers.ExhibitAnswer,
    views.HealthView,
    views.ReportFormats,
    views.AuditView,
    views.ReplayView,
    WhatIfWish,
    WhatIfView,
    WhatIfPicture,
    ExerciseView,
    InjectsView,
    ExerciseScore,
    views.StreamHello,
    views.StreamPicture,
    views.StreamResync,
    views.Shown,
)
ARRAYS = {
    "<i4": "Int32Array",
    "<f4": "Float32Array",
    "<f8": "Float64Array",
    "|u1": "Uint8Array",
    "|i1": "Int8Array",
}
WITH_INFINITIES = (views.ThreatView, picture.EngagementOption, picture.WarningRecord)
PERSON_FIELDS = frozenset({"person", "roles", "session", "t_recv_ns"})


def render() -> str:
    """Give the whole file as text."""
    structs = _structs_used([*ANSWERS, *_members(events.Event)])
    parts = [HEADER]
    parts += [_enum(enum, constant) for enum, constant in ENUMS]
    parts.append(_grants())
    parts.append(_statuses())
    parts += [_interface(struct) for struct in structs if struct is not views.TrackColumns]
    parts.append(_union("VedetteEvent", events.Event, ""))
    parts += [_request(struct) for struct in COMMANDS]
    parts.append(_union("CommandRequest", list(COMMANDS), "Request"))
    parts.append(_columns())
    return "\n".join(parts)


def _members(union: Any) -> list[type[msgspec.Struct]]:
    return union if isinstance(union, list) else list(union.__args__)


def _structs_used(roots: list[type[msgspec.Struct]]) -> list[type[msgspec.Struct]]:
    """List the structs reachable from the roots, each once, those used before their users."""
    found: dict[type[msgspec.Struct], None] = {}

    def visit(kind: inspect.Type) -> None:
        if isinstance(kind, inspect.StructType):
            if kind.cls in found:
                return
            for field in kind.fields:
                visit(field.type)
            found[kind.cls] = None
        for name in ("item_type", "value_type"):
            if hasattr(kind, name):
                visit(getattr(kind, name))
        for name in ("types", "item_types"):
            for inner in getattr(kind, name, ()):
                visit(inner)

    for root in roots:
        visit(inspect.type_info(root))
    return list(found)


def _enum(enum: type[Enum], constant: str) -> str:
    values = ", ".join(f'"{member.value}"' for member in enum)
    return (
        f"{_comment(enum)}export const {constant} = [{values}] as const;\n"
        f"export type {enum.__name__} = (typeof {constant})[number];\n"
    )


def _grants() -> str:
    """Write the table of who may do what, as the page knows it."""
    rows = []
    for right, (_, roles) in GRANTS.items():
        named = ", ".join(f'"{role.value}"' for role in Role if role in roles)
        rows.append(f"  {right.value}: [{named}],\n")
    needs = "".join(
        f'  {command.__struct_config__.tag}: "{right.value}",\n'
        for command, right in COMMANDS.items()
    )
    return (
        "/** Which roles give a right; one of them is enough. */\n"
        f"export const GRANTS: Record<Right, readonly Role[]> = {{\n{''.join(rows)}}};\n"
        "/** The right that a command takes; lifting a hold takes `authorise`. */\n"
        "export const COMMAND_RIGHTS: Record<CommandRequest["
        f'"command"], Right> = {{\n{needs}}};\n'
    )


def _statuses() -> str:
    values = ", ".join(f'"{word}"' for word in views.STATUSES)
    return f"export const STATUSES = [{values}] as const;\n"


def _comment(thing: type) -> str:
    text = (thing.__doc__ or "").strip().split("\n\n", maxsplit=1)[0]
    text = re.sub(r"_ns\b", "_us", " ".join(text.split()))
    return f"/** {text} */\n"


def _interface(struct: type[msgspec.Struct]) -> str:
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    lines = [f'  {info.tag_field}: "{info.tag}";'] if info.tag_field else []
    for field in info.fields:
        maybe = " | null" if _may_be_infinite(struct, field.type) else ""
        lines.append(f"  {public_name(field.encode_name)}: {_type(field.type)}{maybe};")
    body = "\n".join(lines)
    return f"{_comment(struct)}export interface {struct.__name__} {{\n{body}\n}}\n"


def _may_be_infinite(struct: type[msgspec.Struct], kind: inspect.Type) -> bool:
    """Say whether a number may be sent as null: a time to something that never happens."""
    return struct in WITH_INFINITIES and isinstance(kind, inspect.FloatType)


def _request(struct: type[msgspec.Struct]) -> str:
    """Write a command as a browser sends it: the server adds who, in which roles, when."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    lines = [f'  command: "{info.tag}";']
    for field in info.fields:
        if field.name not in PERSON_FIELDS:
            mark = "" if field.required else "?"
            lines.append(f"  {public_name(field.name)}{mark}: {_type(field.type)};")
    body = "\n".join(lines)
    return f"{_comment(struct)}export interface {struct.__name__}Request {{\n{body}\n}}\n"


def _union(name: str, union: Any, suffix: str) -> str:
    members = "\n".join(f"  | {member.__name__}{suffix}" for member in _members(union))
    return f"export type {name} =\n{members};\n"


def _columns() -> str:
    """Write the stream's columns: names, element types, and the typed arrays they decode to."""
    rows = "\n".join(
        f'  ["{name}", {ARRAYS[kind]}, {int(kind[-1])}],' for name, kind in views.COLUMNS
    )
    fields = "\n".join(f"  {name}: Uint8Array;" for name, _ in views.COLUMNS)
    decoded = "\n".join(f"  {name}: {ARRAYS[kind]};" for name, kind in views.COLUMNS)
    return (
        "/** The columns of `tracks`: name, typed array, bytes an element; little-endian. */\n"
        f"export const TRACK_COLUMNS = [\n{rows}\n] as const;\n\n"
        f"export const FLAG_ASSESSED = {views.FLAG_ASSESSED};\n"
        f"export const FLAG_DISMISSED = {views.FLAG_DISMISSED};\n"
        f"export const FLAG_HEIGHT_OBSERVED = {views.FLAG_HEIGHT_OBSERVED};\n\n"
        "/** The tracks as they come: `count` rows, one binary column a quantity. */\n"
        f"export interface TrackColumns {{\n  count: number;\n{fields}\n  labels: string[];\n}}\n\n"
        "/** The tracks as typed arrays. */\n"
        f"export interface TrackArrays {{\n  count: number;\n{decoded}\n  labels: string[];\n}}\n\n"
        "export type StreamMessage = StreamHello | StreamPicture | StreamResync;\n"
    )


def _type(kind: inspect.Type) -> str:
    """Name a msgspec type in TypeScript."""
    match kind:
        case inspect.StructType() | inspect.EnumType():
            return kind.cls.__name__ if not _is_int_enum(kind) else "number"
        case inspect.UnionType():
            return _union_type(kind)
        case inspect.ListType() | inspect.VarTupleType():
            inner = _type(kind.item_type)
            return f"({inner})[]" if " | " in inner else f"{inner}[]"
        case inspect.TupleType():
            return "[" + ", ".join(_type(item) for item in kind.item_types) + "]"
        case inspect.DictType():
            return f"Record<string, {_type(kind.value_type)}>"
        case inspect.LiteralType():
            return " | ".join(f'"{v}"' if isinstance(v, str) else str(v) for v in kind.values)
    return SIMPLE[type(kind)]


def _is_int_enum(kind: inspect.StructType | inspect.EnumType) -> bool:
    return issubclass(kind.cls, IntEnum)


def _union_type(kind: inspect.UnionType) -> str:
    members = set(_members(events.Event))
    structs = {item.cls for item in kind.types if isinstance(item, inspect.StructType)}
    if structs == members:
        return "VedetteEvent"
    return " | ".join(_type(item) for item in kind.types)


SIMPLE: dict[type, str] = {
    inspect.StrType: "string",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
    inspect.BytesType: "Uint8Array",
    inspect.AnyType: "unknown",
}


def main() -> None:
    """Write the file named on the command line."""
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
