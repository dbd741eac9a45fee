"""Why bytes are refused: the closed vocabulary of every codec. Detail beside it is for a human."""

from vedette.model.reports import Refusal

TRUNCATED = "truncated"
BAD_LENGTH = "bad length"
BAD_HEADER = "bad header"
BAD_FRAME = "bad frame"
BAD_CHECKSUM = "bad checksum"
BAD_VALUE = "bad value"
BAD_TIME = "bad time"
BAD_TEXT = "bad text"
BAD_JSON = "bad json"
BAD_XML = "bad xml"
TOO_LONG = "too long"
TOO_DEEP = "too deep"
OUT_OF_RANGE = "out of range"
UNKNOWN_KEY = "unknown key"
MISSING_KEY = "missing key"
WRONG_GROUP = "wrong group"
UNKNOWN_ITEM = "unknown item"
MISSING_ITEM = "missing item"
UNKNOWN_SENSOR = "unknown sensor"
UNSUPPORTED_CATEGORY = "unsupported category"
UNSUPPORTED_LINK = "unsupported link type"
FRAGMENT = "fragment"
SIMULATED_TARGET = "simulated target"
IMPLAUSIBLE_POSITION = "implausible position"
EMPTY = "empty"
UNREGISTERED = "not registered"
NO_SENSOR = "no sensor"
ECHO = "our own echo"

ALL = frozenset(
    value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, str)
)


DETAIL_CHARS_MAX = 200  # hostile text must not travel far


def plain(text: str) -> str:
    """Make one short line of a detail: what does not print becomes a blank."""
    text = text[:DETAIL_CHARS_MAX]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text).rstrip()


def refuse(source: str, t_recv_ns: int, reason: str, detail: str = "", count: int = 1) -> Refusal:
    """Make a Refusal; the detail becomes one short line."""
    return Refusal(
        source=source, t_recv_ns=t_recv_ns, reason=reason, detail=plain(detail), count=count
    )
