"""Strict decoding of what comes over HTTP: bounded, shallow, typed, or refused with the reason."""

import re
from typing import Any

import msgspec

from vedette.base.errors import RefusedError
from vedette.base.refusals import said_plainly

DEPTH_MAX = 32  # the deepest honest body has 4
# C0 and C1 controls but tab and newline, lone surrogates, and the marks that reorder text: a name
# must read on the display, in the journal and in the report as what it is.
PLAIN_TEXT = "^[^\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]*\\Z"

_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"?|[\[{]|[\]}]', re.DOTALL)
_REFUSED_TEXT_MAX = 300


def check_depth(body: bytes) -> None:
    """Refuse JSON nested deeper than DEPTH_MAX before any decoder walks into it."""
    if body.count(b"[") + body.count(b"{") <= DEPTH_MAX:
        return
    depth = 0
    for match in _STRUCTURE.finditer(body):
        first = match.group()[:1]
        if first in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise RefusedError(f"nested deeper than {DEPTH_MAX} levels")
        elif first in b"]}":
            depth -= 1


def decode_json(body: bytes, kind: Any, bytes_max: int) -> Any:
    """Decode JSON into `kind` (a msgspec type). Raises RefusedError with one line.

    NaN, infinities, unknown keys, numbers out of range and broken UTF-8 are refused.
    """
    if len(body) > bytes_max:
        raise RefusedError(f"the body is larger than {bytes_max} bytes")
    check_depth(body)
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(one_line(said_plainly(str(error)))) from None


def decode_msgpack(body: bytes, kind: Any) -> Any:
    """Decode MessagePack into `kind`. Raises RefusedError with one line."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(one_line(said_plainly(str(error)))) from None


def one_line(text: str) -> str:
    """Make a message of one bounded line without control characters."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain[:_REFUSED_TEXT_MAX]
