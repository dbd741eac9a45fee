"""SAPIENT messages in files: as JSON, or as they went over the wire."""

from collections.abc import Iterator

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.recorded import Fault, Format, fault
from vedette.codecs.sapient.frames import HEAD_BYTES, MESSAGE_BYTES_MAX, split
from vedette.codecs.sapient.text import parse, parse_json, texts

_TIME_FIELD = b"\x0a"  # the first field of every message: its time, a message inside
_JSON_KEYS = (b'"timestamp"', b'"nodeId"', b'"node_id"')


def is_text(data: bytes) -> bool:
    """Say whether a file is JSON, not bytes off the wire."""
    return data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def begins(head: bytes) -> bool:
    """Say whether a file begins with a SAPIENT message, in either form."""
    if is_text(head):
        return all(any(key in head for key in keys) for keys in (_JSON_KEYS[:1], _JSON_KEYS[1:]))
    size = int.from_bytes(head[:HEAD_BYTES], "little")
    return 0 < size <= MESSAGE_BYTES_MAX and head[HEAD_BYTES : HEAD_BYTES + 1] == _TIME_FIELD


def faults(data: bytes) -> Iterator[Fault]:
    """Say which messages are not what the standard demands."""
    return _text_faults(bytes(data)) if is_text(data) else _stream_faults(bytes(data))


def _text_faults(data: bytes) -> Iterator[Fault]:
    count = 0
    try:
        for line, text in texts(data):
            count += 1
            try:
                parse_json(text)
            except RefusedError as refused:
                yield fault(f"message {count} at line {line}", *refused.args)
    except RefusedError as refused:
        yield fault(f"after message {count}", *refused.args)


def _stream_faults(data: bytes) -> Iterator[Fault]:
    found = split(data)
    for number, message in enumerate(found.messages, 1):
        try:
            parse(message)
        except RefusedError as refused:
            yield fault(f"message {number}", *refused.args)
    if found.fault:
        yield fault(f"offset {found.used}", reasons.BAD_LENGTH, found.fault)
    elif found.used < len(data):
        yield fault(f"offset {found.used}", reasons.TRUNCATED, "the last message is cut short")


FORMAT = Format(
    name="sapient",
    title="SAPIENT messages (BSI Flex 335 v2.0), JSON or as on the wire",
    endings=(".sapient", ".json"),
    begins=begins,
    faults=faults,
)
