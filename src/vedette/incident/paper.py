"""The report and the statement as blocks of plain text and drawings: what a typesetter is given.

In: the finished page, so that the paper says what the page says and nothing else; or a statement
as people left it. Out: a Paper. Every text in it is data: nothing in it could be run.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import Literal

import msgspec

from vedette.incident.statement import LINE, MARKS
from vedette.incident.story import Incident
from vedette.incident.style import CSS
from vedette.incident.words import clean, utc_date

# A word longer than any of a language may be broken after each so many letters, or it would run
# over the edge of its column: checksums, names without a space.
WORD_MAX, BREAK_EVERY = 20, 8
MAY_BREAK = "\u200b"
Kind = Literal[
    "over", "title", "when", "heading", "para", "soft", "quote", "caption", "alarm", "item",
    "letter", "facts", "table", "drawing", "footer",
]  # fmt: skip
_LEAVES: dict[str, Kind] = {
    "h1": "title", "h2": "heading", "p": "para", "blockquote": "quote", "figcaption": "caption",
    "li": "item", "footer": "footer",
}  # fmt: skip
_DIVISIONS: dict[str, Kind] = {"kind": "over", "when": "when", "changed": "alarm", "fact": "para"}
_LOOKS = {"b": "strong", "soft": "soft", "hash": "mono"}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Some text of one look: "", "strong", "soft", "mono", or "break" for the end of a line."""

    text: str
    look: str = ""


Line = list[Run]


class Row(msgspec.Struct, kw_only=True):
    """One row of a table. look: "" or "warning"."""

    cells: list[Line] = []
    look: str = ""


class Block(msgspec.Struct, kw_only=True):
    """One block. heads, rows, right (numbers of right-aligned columns): of a table; cells: of
    facts; svg, words: of a drawing, and what it shows."""

    kind: Kind
    runs: Line = []
    heads: list[Line] = []
    rows: list[Row] = []
    right: list[int] = []
    cells: list[Line] = []
    svg: str = ""
    words: str = ""


class Paper(msgspec.Struct, kw_only=True):
    """A document. mark: on every page, "" for a real event; t_ns: the date it bears, of its end."""

    title: str
    mark: str
    t_ns: int
    blocks: list[Block]


def report_paper(incident: Incident, page: str) -> Paper:
    """Lay out the report. page: of the same incident, as `html` made it."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    title = f"Incident report, {clean(incident.site_name)}, {utc_date(incident.began_t_ns)}"
    return Paper(
        title=title, mark=MARKS[incident.mode], t_ns=incident.ended_t_ns, blocks=reader.blocks
    )


def statement_paper(incident: Incident, text: str) -> Paper:
    """Lay out a statement as people left it: a blank line ends a paragraph.

    The mark of the incident's mode stands on every page, whatever the text says.
    """
    mark = MARKS[incident.mode]
    parts = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
    blocks = [_said(part) for part in parts if part != mark]
    title = f"Statement, {clean(incident.site_name)}, {utc_date(incident.began_t_ns)}"
    return Paper(title=title, mark=mark, t_ns=incident.ended_t_ns, blocks=blocks)


def _said(part: str) -> Block:
    kind: Kind = "title" if part == "DRAFT STATEMENT" else "para"
    runs: Line = []
    for line in _lines(part):
        runs += [Run(text="", look="break")] * bool(runs) + [Run(text=breakable(line))]
    return Block(kind=kind, runs=runs)


def _lines(part: str) -> list[str]:
    """Join what the draft wrapped; a line that ends where more would have fitted ends there."""
    found: list[str] = []
    before = 0
    for line in part.split("\n"):
        words = clean(line.strip()).split()
        wrapped = bool(words) and before + 1 + len(words[0]) > LINE
        if wrapped and found:
            found[-1] += " " + " ".join(words)
        elif words:
            found.append(" ".join(words))
        before = len(line.strip())
    return found


def breakable(text: str) -> str:
    """Let words longer than WORD_MAX be broken: an empty place after each BREAK_EVERY letters."""

    def broken(match: re.Match[str]) -> str:
        word = match.group()
        return MAY_BREAK.join(word[k : k + BREAK_EVERY] for k in range(0, len(word), BREAK_EVERY))

    return re.sub(rf"\S{{{WORD_MAX + 1},}}", broken, text)


class _Reader(HTMLParser):
    """Reads the report's own page. An element that it does not know is a defect: LookupError."""

    _SILENT = frozenset(
        ("html", "head", "meta", "title", "style", "body", "main", "header", "section", "figure",
         "thead", "tbody", "ul")
    )  # fmt: skip

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self._line: Line | None = None
        self._kind: Kind = "para"
        self._looks: list[str] = []
        self._open: list[tuple[str, str]] = []
        self._svg: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        named = {name: value or "" for name, value in attrs}
        if tag == "svg" or self._svg is not None:
            self._draw(tag, named)
            return
        look = named.get("class", "").split(" ")[0]
        if tag == "br":
            self._say(Run(text="", look="break"))
            return
        if tag == "meta":
            return
        self._open.append((tag, look))
        if tag in ("b", "span"):
            self._looks.append(_LOOKS.get(tag, _LOOKS.get(look, "")))
        elif tag in ("td", "th"):
            self._line = []
            if look == "n":
                table = self.blocks[-1]
                column = len(table.heads) if tag == "th" else len(table.rows[-1].cells)
                table.right = sorted({*table.right, column})
        elif tag == "tr":
            self._row(look)
        elif tag == "table":
            self.blocks.append(Block(kind="table"))
        elif tag in _LEAVES:
            self._leaf(self._kind_of(tag, look))
        elif tag == "div":
            self._division(look)
        elif tag not in self._SILENT:
            raise LookupError(f"the paper knows no <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        """End an element."""
        if self._svg is not None:
            self._svg.append(f"</{tag}>")
            if tag == "svg":
                self.blocks[-1].svg = "".join(self._svg)
                self._svg = None
            return
        _, look = self._open.pop()
        if tag in ("b", "span"):
            self._looks.pop()
        elif tag in ("td", "th") and self._line is not None:
            table, line = self.blocks[-1], self._line
            (table.heads if tag == "th" else table.rows[-1].cells).append(line)
            self._line = None
        elif tag == "div" and look == "fact" and self._line is not None:
            self.blocks[-1].cells.append(self._line)
            self._line = None
        elif tag in _LEAVES or tag == "div":
            self._end()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an element without content: only drawings have such."""
        if self._svg is not None:
            self._svg.append(self.get_starttag_text() or "")
            return
        raise LookupError(f"the paper knows no <{tag}/>")

    def handle_data(self, data: str) -> None:
        """Take text."""
        if self._svg is not None:
            self._svg.append(escape(data, quote=False))
        elif data and self._line is not None:
            look = next((name for name in reversed(self._looks) if name), "")
            self._say(Run(text=breakable(data), look=look))

    def _kind_of(self, tag: str, look: str) -> Kind:
        if look == "soft":
            return "soft"
        return "letter" if ("ul", "letters") in self._open else _LEAVES[tag]

    def _say(self, run: Run) -> None:
        if self._line is not None:
            self._line.append(run)

    def _row(self, look: str) -> None:
        if any(tag == "tbody" for tag, _ in self._open):
            self.blocks[-1].rows.append(Row(look="warning" if look == "warning" else ""))

    def _division(self, look: str) -> None:
        if look == "facts":
            self.blocks.append(Block(kind="facts"))
        elif look == "fact":
            self._line = []
        elif look in _DIVISIONS:
            self._leaf(_DIVISIONS[look])
        elif look != "mark":  # the mark stands on every page of a paper
            raise LookupError(f"the paper knows no <div class={look}>")

    def _leaf(self, kind: Kind) -> None:
        self._end()  # a list within an alarm
        self._line, self._kind = [], kind

    def _end(self) -> None:
        if self._line:
            self.blocks.append(Block(kind=self._kind, runs=self._line))
        self._line = None

    def _draw(self, tag: str, named: dict[str, str]) -> None:
        raw = self.get_starttag_text() or ""
        if tag != "svg":
            assert self._svg is not None
            self._svg.append(raw)
            return
        self.blocks.append(Block(kind="drawing", words=named.get("aria-label", "")))
        _, _, wide, tall = named["viewbox"].split()
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {tall}"'
            f' width="{wide}" height="{tall}"><style>{DRAWING_CSS}</style>'
        )
        self._svg = [head]


def _drawing_css() -> str:
    """Give the rules of the drawings alone, with the values of the names they use."""
    start, end = CSS.index(".sheet {"), CSS.index(".letters {")
    values = dict(re.findall(r"--(\w+):(#[0-9a-fA-F]+)", CSS))
    rules = re.sub(r"var\(--(\w+)\)", lambda match: values[match.group(1)], CSS[start:end])
    return "text { font-family: Liberation Sans, DejaVu Sans; }\n" + rules


DRAWING_CSS = _drawing_css()
