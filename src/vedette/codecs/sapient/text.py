"""SAPIENT messages as files: protobuf's JSON form, or the stream of length and message.

A file of JSON holds one message, or several after one another.
"""

import re
from collections.abc import Iterator
from typing import Any

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.sapient.frames import MESSAGE_BYTES_MAX
from vedette.codecs.sapient.schema import message_class
from vedette.codecs.sapient.validate import Faults, faults, refuse_for, validate

_NO_FIELD = re.compile(r'has no field named "(?P<key>[^"]*)" at "(?P<path>[^"]*)"')
_BLANK = re.compile(rb"[ \t\r\n]*+")
_MARK, _TEXT = re.compile(rb'["{}]'), re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
TEXT_BYTES_MAX = 8 * MESSAGE_BYTES_MAX  # a message as indented JSON is a few times as large


def parse(data: bytes) -> Any:
    """Parse and check one message off the wire. Raises RefusedError(reason, detail)."""
    from google.protobuf.message import DecodeError

    try:
        message = message_class().FromString(data)
    except DecodeError as error:
        raise RefusedError(reasons.BAD_FRAME, f"no SAPIENT message: {error}") from None
    validate(message)
    return message


def parse_json(data: bytes | str) -> Any:
    """Parse and check one message in JSON. Raises RefusedError(reason, detail)."""
    if len(data) > TEXT_BYTES_MAX:
        raise RefusedError(reasons.TOO_LONG, f"above {TEXT_BYTES_MAX} bytes")
    if isinstance(data, bytes):
        try:
            data = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise RefusedError(reasons.BAD_TEXT, f"not UTF-8 at byte {error.start}") from None
    message, found = _read_json(data)
    refuse_for(found + (faults(message) if message is not None else []))
    return message


def _read_json(data: str) -> tuple[Any, Faults]:
    """Read JSON; a field that is not known is a fault, and the rest is read all the same."""
    from google.protobuf import json_format

    try:
        return json_format.Parse(data, message_class()()), []
    except RecursionError:
        return None, [(reasons.TOO_DEEP, "nested too deep")]
    except (json_format.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        unknown = _NO_FIELD.search(str(error))
        if unknown is None:
            return None, [(reasons.BAD_JSON, str(error))]
    place = unknown["path"].partition(".")[2]
    found = [(reasons.UNKNOWN_KEY, f"{place}{'.' if place else ''}{unknown['key']}: no such field")]
    try:
        read = json_format.Parse(data, message_class()(), ignore_unknown_fields=True)
    except (json_format.Error, ValueError, TypeError, AttributeError, OverflowError) as error:
        return None, [*found, (reasons.BAD_JSON, str(error))]
    return read, found


def to_json(message: Any) -> bytes:
    """Give a message as JSON on one line, its end included."""
    from google.protobuf import json_format

    text: str = json_format.MessageToJson(message, indent=None)
    return text.encode() + b"\n"


def texts(data: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Give each JSON object of a file: the line it begins on, its octets, where it ends.

    data: octets, or a file mapped into memory, of which one object at a time is read. Of one above
    TEXT_BYTES_MAX the first TEXT_BYTES_MAX + 1 are given, which `parse_json` refuses. Raises
    RefusedError where what follows is no object, or does not end.
    """
    at = 3 if data[:3] == b"\xef\xbb\xbf" else 0
    line, counted = 1, 0
    while (at := _BLANK.match(data, at).end()) < len(data):  # type: ignore[union-attr]
        line, counted = line + _lines(data, counted, at), at
        if data[at : at + 1] != b"{":
            raise RefusedError(reasons.BAD_JSON, f"line {line}: not an object")
        end = _end(data, at)
        if end < 0:
            raise RefusedError(reasons.TRUNCATED, f"line {line}: the object does not end")
        yield line, data[at : min(end, at + TEXT_BYTES_MAX + 1)], end
        at = end


def _end(data: bytes, at: int) -> int:
    """Find where the object ends that begins at `at`; -1: nowhere."""
    depth = 0
    while (found := _MARK.search(data, at)) is not None:
        at = found.end()
        mark = found[0]
        if mark == b'"':
            text = _TEXT.match(data, at)
            if text is None:
                return -1
            at = text.end()
        else:
            depth += 1 if mark == b"{" else -1
            if depth == 0:
                return at
    return -1


def _lines(data: bytes, start: int, end: int) -> int:
    """Count the ends of lines in a part of a file, a piece at a time."""
    pieces = range(start, end, TEXT_BYTES_MAX)
    return sum(data[k : min(k + TEXT_BYTES_MAX, end)].count(b"\n") for k in pieces)
