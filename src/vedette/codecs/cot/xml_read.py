"""CoT XML to events. Hostile bytes: no document type, no entities, bounded size, depth and count.

The parser is expat, as Python ships it: a tokenizer of our own would be slower and less tried. It
never sees what makes XML dangerous: a document type declaration ends the parse before any entity
exists, the encoding is UTF-8 whatever the text says, nothing outside is ever loaded (expat loads
nothing by itself). defusedxml does the same and builds a tree, which nobody here needs.
"""

from typing import Any, NoReturn
from xml.parsers import expat

from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.codecs import reasons
from vedette.codecs.cot.event import EVENT_BYTES_MAX, REMARKS_CHARS_MAX, CotEvent, checked

DEPTH_MAX = 16  # a drawing's style lies six deep
ELEMENTS_MAX = 2_000
LINKS_MAX = 64
NUMBER_CHARS_MAX = 40

Attributes = dict[str, str]

_EVENT = (("uid", "uid"), ("type", "kind"), ("how", "how"), ("access", "access"), ("qos", "qos"),
          ("opex", "opex"))  # fmt: skip
_TIMES = (("time", "time_ns"), ("start", "start_ns"), ("stale", "stale_ns"))
_POINT = (("lat", "lat_deg"), ("lon", "lon_deg"), ("hae", "hae_m"), ("ce", "ce_m"), ("le", "le_m"))
_TEXTS = {
    "contact": (("callsign", "callsign"), ("endpoint", "endpoint")),
    "__group": (("name", "group"), ("role", "role")),
}
_TRACK = (("course", "course_deg"), ("speed", "speed_mps"))


class _Reading:
    """What the parser has met so far."""

    def __init__(self, path: list[str]) -> None:
        self.values: dict[str, Any] = {}
        self.path = path  # of elements that are open, or taken to be
        self.count = 0
        self.links: list[str] = []
        self.versions: list[int] = []
        self.remarks: list[str] = []
        self.remarks_chars = 0

    def start(self, name: str, attributes: Attributes) -> None:
        self.count += 1
        if self.count > ELEMENTS_MAX:
            raise RefusedError(reasons.TOO_LONG, f"more than {ELEMENTS_MAX} elements")
        if len(self.path) >= DEPTH_MAX:
            raise RefusedError(reasons.TOO_DEEP, f"more than {DEPTH_MAX} elements deep")
        depth = len(self.path)
        if depth == 0:
            if name != "event":
                raise RefusedError(reasons.UNKNOWN_ITEM, f"<{name[:40]}>, not <event>")
            self._event(attributes)
        elif depth == 1 and name == "point":
            take_numbers(self.values, attributes, _POINT)
        elif depth == 2 and self.path[1] == "detail":
            self._detail(name, attributes)
        elif depth == 3 and self.path[2] == "TakControl":
            self._control(name, attributes)
        self.path.append(name)

    def end(self, name: str) -> None:
        self.path.pop()

    def text(self, data: str) -> None:
        if len(self.path) == 3 and self.path[2] == "remarks":
            self.remarks_chars += len(data)
            if self.remarks_chars <= REMARKS_CHARS_MAX:
                self.remarks.append(data)

    def _event(self, attributes: Attributes) -> None:
        for there, here in _EVENT:
            if there in attributes:
                self.values[here] = attributes[there]
        for there, here in _TIMES:
            if there in attributes:
                self.values[here] = _time_ns(there, attributes[there])

    def _detail(self, name: str, attributes: Attributes) -> None:
        for there, here in _TEXTS.get(name, ()):
            if there in attributes:
                self.values[here] = attributes[there]
        if name == "track":
            take_numbers(self.values, attributes, _TRACK)
        elif name == "link" and "uid" in attributes and len(self.links) < LINKS_MAX:
            self.links.append(attributes["uid"][:256])

    def _control(self, name: str, attributes: Attributes) -> None:
        version = attributes.get("version", "")
        if name in ("TakProtocolSupport", "TakRequest") and version.isdecimal():
            if len(version) < 10 and len(self.versions) < LINKS_MAX:
                self.versions.append(int(version))
        elif name == "TakResponse":
            self.values["answer"] = attributes.get("status") == "true"

    def found(self) -> dict[str, Any]:
        """Give what was read, as fields of an event."""
        if self.links:
            self.values["links"] = tuple(self.links)
        if self.versions:
            self.values["versions"] = tuple(self.versions)
        if self.remarks:
            self.values["remarks"] = "".join(self.remarks)[:REMARKS_CHARS_MAX]
        return self.values


def _time_ns(name: str, text: str) -> int:
    try:
        return parse_rfc3339(text)
    except RefusedError as error:
        raise RefusedError(reasons.BAD_TIME, f"{name}: {error}") from None


def take_numbers(
    values: dict[str, Any], attributes: Attributes, names: tuple[tuple[str, str], ...]
) -> None:
    """Read numeric attributes into fields; raises RefusedError where one is no number."""
    for there, here in names:
        text = attributes.get(there)
        if text is None:
            continue
        try:
            values[here] = float(text) if len(text) <= NUMBER_CHARS_MAX else float("no number")
        except ValueError:
            raise RefusedError(reasons.BAD_VALUE, f"{there} is {text[:40]!a}") from None


def _no_doctype(*_: object) -> NoReturn:
    raise RefusedError(reasons.BAD_VALUE, "a document type declaration has no place in an event")


def _parsed(data: bytes, path: list[str]) -> _Reading:
    if len(data) > EVENT_BYTES_MAX:
        raise RefusedError(reasons.TOO_LONG, f"an event above {EVENT_BYTES_MAX} bytes")
    reading = _Reading(path)
    parser = expat.ParserCreate("UTF-8")
    parser.buffer_text = True
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.CharacterDataHandler = reading.text
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        raise RefusedError(reasons.BAD_XML, f"{words} at byte {parser.ErrorByteIndex}") from None
    return reading


def read_xml(data: bytes) -> CotEvent:
    """Read one event of at most EVENT_BYTES_MAX bytes; raises RefusedError(reason, detail)."""
    return checked(_parsed(data, []).found())


def read_detail(xml: str) -> dict[str, Any]:
    """Read what a protobuf event's xmlDetail adds, as fields of an event; raises RefusedError."""
    wrapped = f"<detail>{xml}</detail>"  # an end tag within it ends the document, and is refused
    return _parsed(wrapped.encode(), ["event"]).found()
