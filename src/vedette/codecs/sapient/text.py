"""SAPIENT messages as files: protobuf's JSON form, or the stream of length and message.

A file of JSON holds one message, or several after one another.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.sapient.frames import MESSAGE_BYTES_MAX
from vedette.codecs.sapient.schema import message_class
from vedette.codecs.sapient.validate import Faults, faults, refuse_for, validate

_NO_FIELD = re.compile(r'has no field named "(?P<key>[^"]*)" at "(?P<path>[^"]*)"')
_BLANK = re.compile(r"[ \t\r\n]*")
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
    message, found = _read_json(data)
    refuse_for(found + (faults(message) if message is not None else []))
    return message


def _read_json(data: bytes | str) -> tuple[Any, Faults]:
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


def texts(data: bytes) -> Iterator[tuple[int, str]]:
    """Give each JSON object of a file with the line it begins on.

    Raises RefusedError where what follows is no JSON.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedError(reasons.BAD_TEXT, f"not UTF-8 at byte {error.start}") from None
    decoder, at, line, counted = json.JSONDecoder(), 0, 1, 0
    while (at := _BLANK.match(text, at).end()) < len(text):  # type: ignore[union-attr]
        line, counted = line + text.count("\n", counted, at), at
        try:
            _, end = decoder.raw_decode(text, at)
        except RecursionError:
            raise RefusedError(reasons.TOO_DEEP, f"line {line}: nested too deep") from None
        except ValueError as error:
            raise RefusedError(reasons.BAD_JSON, f"line {line}: {error}") from None
        yield line, text[at:end]
        at = end
