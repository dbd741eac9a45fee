"""Where each key of a TOML text stands, so that a refusal can name the line.

In: the text. Out: a map from path (`sensors[3].coverage.range_max_m`) to line number. The scan is
one pass in linear time and refuses what would make a TOML parser slow or deep before it sees it.
"""

import re
from bisect import bisect_right

from vedette.base.errors import RefusedError

DEPTH_MAX = 8  # a site file needs five: map, lines, points, point, number
KEY_PARTS_MAX = 8  # dotted keys cost a parser the square of their parts
VALUES_MAX = 100_000  # a map of fifty rivers of 1,000 points: beyond it reading takes seconds
SCALAR_CHARS_MAX = 64  # the longest date-time has 36; Python's int is quadratic in its digits

_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*+")
_SPACE = re.compile(r"[ \t]*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_SCALAR = re.compile(r"[^\s,\]}\[{#=\"']++(?: \d\d:[0-9:.+Zz-]++)?")
_STRING = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}'
    r"|'''(?:[^']|'(?!''))*+'{3,5}"
    r'|"(?:[^"\\\n]|\\[^\n])*+"'
    r"|'[^'\n]*+'",
    re.DOTALL,
)
_INDEX = re.compile(r"\[\d+\]$")


class Lines:
    """The line of every key, and how to refuse by it."""

    def __init__(self, name: str, text: str) -> None:
        """Start with nothing found. name: the file's, as the user gave it."""
        self.name = name
        self.by_path: dict[str, int] = {"": 1}
        self._breaks = [i for i, char in enumerate(text) if char == "\n"]

    def line_at(self, position: int) -> int:
        """Return the line, from 1, that holds the character at `position`."""
        return bisect_right(self._breaks, position - 1) + 1

    def line_of(self, path: str) -> int:
        """Return the line of `path`, or of the nearest table or array around it."""
        while path not in self.by_path:
            shorter = _INDEX.sub("", path)
            path = shorter if shorter != path else path.rpartition(".")[0]
        return self.by_path[path]

    def refusal(self, path: str, reason: str) -> RefusedError:
        """Make the error `file:line: key: reason`."""
        return self.refusal_at(self.line_of(path), f"{path}: {reason}" if path else reason)

    def refusal_at(self, line: int, reason: str) -> RefusedError:
        """Make the error `file:line: reason`."""
        return RefusedError(f"{self.name}:{line}: {reason}")


class _Unreadable(Exception):  # noqa: N818 - a signal of the scan, never seen outside
    """The scan cannot go on at this position; the TOML parser will say why."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def locate(text: str, name: str) -> tuple[Lines, int]:
    """Find the line of every key of a TOML text (line ends are `\\n`).

    Returns the lines and how many characters were understood: fewer than the text's where it is
    not TOML. Raises RefusedError where nesting, dotted keys or numbers exceed the limits above.
    """
    scan = _Scan(Lines(name, text), text)
    try:
        scan.document()
    except _Unreadable as stop:
        return scan.lines, stop.position
    return scan.lines, len(text)


class _Scan:
    """One pass over the text."""

    def __init__(self, lines: Lines, text: str) -> None:
        self.lines = lines
        self.text = text
        self.position = 0
        self.values = 0
        self.counts: dict[str, int] = {}  # arrays of tables: path -> last index

    def document(self) -> None:
        """Read statement after statement to the end."""
        header = ""
        while True:
            self.skip(_BLANK)
            char = self.peek()
            if not char:
                return
            if char == "[":
                header = self.header()
            else:
                self.pair(header, 0)
            self.skip(_SPACE)
            if self.peek() not in ("", "\n", "#"):
                raise _Unreadable(self.position)

    def header(self) -> str:
        """Read `[table]` or `[[array of tables]]`; return its path with indices."""
        self.count()
        start, array = self.position, self.text.startswith("[[", self.position)
        self.position += 2 if array else 1
        parts = self.key()
        self.expect("]]" if array else "]")
        path = ""
        for part in parts[:-1]:
            path = self.indexed(_joined(path, part))
        path = _joined(path, parts[-1])
        if array:
            self.counts[path] = self.counts.get(path, -1) + 1
            self.lines.by_path.setdefault(path, self.lines.line_at(start))
        path = self.indexed(path)
        self.lines.by_path[path] = self.lines.line_at(start)
        return path

    def indexed(self, path: str) -> str:
        """Add the current index where `path` is an array of tables."""
        return f"{path}[{self.counts[path]}]" if path in self.counts else path

    def key(self) -> list[str]:
        """Read a dotted key."""
        parts: list[str] = []
        while True:
            self.skip(_SPACE)
            parts.append(self.key_part())
            if len(parts) > KEY_PARTS_MAX:
                raise self.refusal(f"a key of more than {KEY_PARTS_MAX} parts")
            self.skip(_SPACE)
            if self.peek() != ".":
                return parts
            self.position += 1

    def key_part(self) -> str:
        """Read one bare or quoted part of a key."""
        found = _BARE_KEY.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
            return found.group()
        found = _STRING.match(self.text, self.position)
        if found is None or found.group()[:3] in ('"""', "'''"):
            raise _Unreadable(self.position)
        self.position = found.end()
        return found.group()[1:-1]

    def pair(self, parent: str, depth: int) -> None:
        """Read `key = value`."""
        start = self.position
        path = parent
        for part in self.key():
            path = _joined(path, part)
            self.lines.by_path.setdefault(path, self.lines.line_at(start))
        self.expect("=")
        self.skip(_SPACE)
        self.value(path, depth)

    def value(self, path: str, depth: int) -> None:
        """Read any value, noting the lines of what is in it."""
        if depth > DEPTH_MAX:
            raise self.refusal(f"nested more than {DEPTH_MAX} deep")
        self.count()
        self.lines.by_path[path] = self.lines.line_at(self.position)
        char = self.peek()
        if char == "[":
            self.array(path, depth)
        elif char == "{":
            self.inline_table(path, depth)
        else:
            self.scalar()

    def count(self) -> None:
        """Count one table or value more."""
        self.values += 1
        if self.values > VALUES_MAX:
            raise self.refusal(f"more than {VALUES_MAX} values")

    def scalar(self) -> None:
        """Pass over a string, number, boolean or date."""
        found = _STRING.match(self.text, self.position)
        if found is None:
            found = _SCALAR.match(self.text, self.position)
            if found is None:
                raise _Unreadable(self.position)
            if len(found.group()) > SCALAR_CHARS_MAX:
                raise self.refusal(f"a number of more than {SCALAR_CHARS_MAX} characters")
        self.position = found.end()

    def array(self, path: str, depth: int) -> None:
        """Read `[value, ...]`, a trailing comma allowed."""
        self.position += 1
        index = 0
        while True:
            self.skip(_BLANK)
            if self.peek() == "]":
                break
            self.value(f"{path}[{index}]", depth + 1)
            index += 1
            self.skip(_BLANK)
            if self.peek() != ",":
                break
            self.position += 1
        self.expect("]")

    def inline_table(self, path: str, depth: int) -> None:
        """Read `{key = value, ...}` on one line."""
        self.position += 1
        self.skip(_SPACE)
        while self.peek() != "}":
            self.pair(path, depth + 1)
            self.skip(_SPACE)
            if self.peek() != ",":
                break
            self.position += 1
            self.skip(_SPACE)
        self.expect("}")

    def skip(self, blank: re.Pattern[str]) -> None:
        """Pass over blanks."""
        found = blank.match(self.text, self.position)
        self.position = found.end() if found is not None else self.position

    def peek(self) -> str:
        """Return the next character, empty at the end."""
        return self.text[self.position : self.position + 1]

    def expect(self, word: str) -> None:
        """Pass over `word`."""
        if not self.text.startswith(word, self.position):
            raise _Unreadable(self.position)
        self.position += len(word)

    def refusal(self, reason: str) -> RefusedError:
        """Refuse at the present position."""
        return self.lines.refusal_at(self.lines.line_at(self.position), reason)


def _joined(parent: str, part: str) -> str:
    return f"{parent}.{part}" if parent else part
