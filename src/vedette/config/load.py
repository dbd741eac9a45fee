"""Reading a site file: bytes in, a checked Site or one line that says what to mend out.

Every refusal reads `file.toml:LINE: key: reason`. Bounded: a file can be neither large, nor deep,
nor hold what would take long to check.
"""

import difflib
import enum
import math
import re
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from vedette.base.errors import RefusedError
from vedette.config.check import site_faults
from vedette.config.lines import Lines, locate
from vedette.config.site import Site
from vedette.config.tls import files_faults

FILE_MAX_BYTES = 1 << 20  # a large site has some 50 kB
INTEGER_MAX = 2**53  # beyond it a float, and a browser, no longer hold every integer

_T = TypeVar("_T")
_AT_LINE = re.compile(r" ?\(at (?:line (\d+), column \d+|end of document)\)$")
_AT_PATH = re.compile(r"^(.*?)(?: - at `\$\.?(.*)`)?$", re.DOTALL)
_FIELD = re.compile(r"field `(.*)`$", re.DOTALL)
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_WORDS = {
    "`object`": "a table",
    "`array`": "a list",
    "`str`": "a text",
    "`float`": "a number",
    "`int`": "a whole number",
    "`bool`": "true or false",
    "`null`": "nothing",
}
_WORDS |= {f"{name[:-1]} | null`": words for name, words in _WORDS.items() if name != "`null`"}


def load_site(path: Path) -> Site:
    """Read and check the site file at `path`. Raises RefusedError, also where there is none."""
    return parse_site(read_text(path), str(path))


def parse_site(text: str, name: str) -> Site:
    """Read and check a site file's text; `name` stands in front of every refusal.

    Raises RefusedError("name:LINE: key: reason") for the first fault.
    """
    site, lines = parse_toml(text, name, Site)
    for path, reason in site_faults(site):
        raise lines.refusal(path, reason)
    return site


def refuse_missing_files(path: Path) -> None:
    """Look for the TLS and secret files that a valid site file names. Raises RefusedError."""
    site, lines = parse_toml(read_text(path), str(path), Site)
    for where, reason in files_faults(site):
        raise lines.refusal(where, reason)


def check_site(data: bytes, name: str) -> tuple[bool, str]:
    """Say whether `data` is a valid site file, and if not, why."""
    try:
        parse_site(decode_text(data, name), name)
    except RefusedError as refused:
        return False, str(refused)
    return True, ""


def read_text(path: Path) -> str:
    """Read a bounded UTF-8 text file. Raises RefusedError naming it."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise RefusedError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # a NUL byte in the path
        raise RefusedError(f"{str(path)!r}: is not a file name") from None
    return decode_text(data, str(path))


def decode_text(data: bytes, name: str) -> str:
    """Make text of a file's bytes. Raises RefusedError where too long, not UTF-8, or with NULs."""
    if len(data) > FILE_MAX_BYTES:
        raise RefusedError(f"{name}: larger than {FILE_MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RefusedError(f"{name}:{line}: not UTF-8 text") from None
    return text


def parse_toml(text: str, name: str, kind: type[_T]) -> tuple[_T, Lines]:
    """Read TOML into a struct; also return the lines, so that further checks can name them.

    Raises RefusedError for syntax, unknown and missing keys, wrong types, values out of range.
    """
    text = text.replace("\r\n", "\n")
    if len(text) > FILE_MAX_BYTES:
        raise RefusedError(f"{name}: larger than {FILE_MAX_BYTES} bytes")
    if "\0" in text:
        raise RefusedError(f"{name}:{text[: text.index(chr(0))].count(chr(10)) + 1}: a NUL byte")
    lines, understood = locate(text, name)
    data = _parsed(text, lines, understood)
    for path, reason in value_faults(data, ""):
        raise lines.refusal(path, reason)
    try:
        return msgspec.convert(data, kind), lines
    except msgspec.ValidationError as error:
        raise lines.refusal(*fault_of(str(error), data, kind)) from None


def _parsed(text: str, lines: Lines, understood: int) -> dict[str, Any]:
    """Parse the TOML, no further than the end of the line that the scan did not understand."""
    whole = understood == len(text)
    end = len(text) if whole else text.find("\n", understood)
    try:
        data = tomllib.loads(text if end < 0 else text[:end])
    except (ValueError, RecursionError) as error:
        found = _AT_LINE.search(str(error))
        line = int(found[1]) if found and found[1] else lines.line_at(understood)
        reason = _AT_LINE.sub("", str(error))
        raise lines.refusal_at(line, f"not TOML: {_shown(reason)}") from None
    if not whole:
        raise lines.refusal_at(lines.line_at(understood), "not TOML: cannot be read from here")
    return data


def value_faults(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Find what no key may hold: control characters, NaN, infinities, enormous integers."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from value_faults(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from value_faults(inner, f"{path}[{index}]")
    elif isinstance(value, str) and _FORBIDDEN.search(value):
        yield path, "holds a control character"
    elif isinstance(value, float) and not math.isfinite(value):
        yield path, "must be a finite number"
    elif isinstance(value, int) and abs(value) > INTEGER_MAX:
        yield path, f"is beyond {INTEGER_MAX}"


def fault_of(message: str, data: dict[str, Any], kind: type) -> tuple[str, str]:
    """Turn a validation message into the key that is wrong and how to mend it."""
    found = _AT_PATH.match(message)
    reason, path = (found[1], found[2] or "") if found else (message, "")
    path = path.replace("[...]", "")
    field = _FIELD.search(reason)
    if field is not None and reason.startswith("Object contains unknown field"):
        key = f"{path}.{field[1]}" if path else field[1]
        return _shown(key), "unknown key" + suggestion(field[1], _keys(kind, path))
    if field is not None:
        key = f"{path}.{field[1]}" if path else field[1]
        return key, "is missing" + _effector_hint(key)
    return path, _worded(reason, path, data, kind) + _effector_hint(path)


def _worded(reason: str, path: str, data: dict[str, Any], kind: type) -> str:
    """Say a validation reason in the words of the file, with what was found."""
    allowed = _allowed(kind, path) if "Invalid enum value" in reason else []
    if allowed:
        return _shown(_choice(allowed, _value_at(data, path)))
    if "matching regex" in reason:
        reason = "must match " + reason.partition("regex ")[2]
        if path.endswith((".id", ".asset", ".sensor", ".corridor")):
            reason = "must be lower-case letters, digits, '-' and '_', at most 48"
    for word, plain in _WORDS.items():
        reason = reason.replace(word, plain)
    reason = reason.replace("Expected a", "must be a").replace("Expected true", "must be true")
    value = _value_at(data, path)
    if isinstance(value, str | int | float) and "got" not in reason and "Invalid" not in reason:
        reason += f", not {_shown(repr(value))}"
    return _shown(reason)


def _choice(allowed: list[str], found: Any) -> str:
    """Say what may stand where something else was found, and the nearest of it."""
    least = allowed[0] if len(allowed) == 1 else f"one of {', '.join(allowed)}"
    near = difflib.get_close_matches(str(found)[:48], allowed, n=1, cutoff=0.6)
    return f"must be {least}, not {found!r}" + (f" (did you mean {near[0]}?)" if near else "")


def _allowed(kind: Any, path: str) -> list[str]:
    """List the words or numbers that may stand at `path`; empty where any may."""
    found = _kind_at(kind, path)
    values: list[Any] = []
    for member in [found, *typing.get_args(found)]:
        if typing.get_origin(member) is typing.Literal:
            values += typing.get_args(member)
        elif isinstance(member, type) and issubclass(member, enum.Enum):
            values += [each.value for each in member]
    return [str(value) for value in values]


def suggestion(word: str, known: list[str]) -> str:
    """Suggest the known key that is nearest to `word`, or list the few there are."""
    near = difflib.get_close_matches(word[:48], known, n=1, cutoff=0.6)
    return f" (did you mean {near[0]}?)" if near else f" (known: {', '.join(known)})"


def _effector_hint(path: str) -> str:
    if re.fullmatch(r"effectors\[\d+\]\.simulated", path):
        return "; effectors exist only as simulated models: set simulated = true"
    return ""


def _steps(path: str) -> list[str]:
    return [part for part in re.split(r"[.\[\]]", path) if part]


def _keys(kind: Any, path: str) -> list[str]:
    """List the keys of the struct that stands at `path`."""
    return [f.encode_name for f in _fields(_kind_at(kind, path))]


def _kind_at(kind: Any, path: str) -> Any:
    """Find the type of what stands at `path`."""
    for step in _steps(path):
        if step.isdigit():
            arguments = [a for a in typing.get_args(kind) if a is not type(None)]
            kind = arguments[0] if arguments else kind
            continue
        fields = {f.encode_name: f.type for f in _fields(kind)}
        kind = fields.get(step)
    return kind


def _fields(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    members = [kind, *typing.get_args(kind)]
    structs = [m for m in members if isinstance(m, type) and issubclass(m, msgspec.Struct)]
    return msgspec.structs.fields(structs[0]) if structs else ()


def _value_at(data: Any, path: str) -> Any:
    for step in _steps(path):
        if isinstance(data, list) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            data = data.get(step) if isinstance(data, dict) else None
    return data


def _shown(text: str) -> str:
    """Keep what is shown on one line and short."""
    plain = _FORBIDDEN.sub("?", text)
    return plain if len(plain) <= 300 else plain[:297] + "..."
