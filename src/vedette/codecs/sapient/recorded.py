"""SAPIENT messages in files: as JSON, or as they went over the wire.

A recording may begin after its nodes have registered: they are taken as registered. Of a file of
which no site is known each node is a sensor of its own ("node-6f582b41").
"""

import re
from collections.abc import Iterator
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.recorded import Fault, Format, Reading, Timed, fault
from vedette.codecs.sapient.frames import HEAD_BYTES, MESSAGE_BYTES_MAX, split
from vedette.codecs.sapient.nodes import Conversation, Node, open_conversation
from vedette.codecs.sapient.receive import take_message
from vedette.codecs.sapient.text import parse, parse_json, texts
from vedette.config.site import Feed
from vedette.model.reports import Refusal, SourceWord

PIECE_BYTES = 4 * MESSAGE_BYTES_MAX  # read together: at least some whole messages
NODES_MAX = 256  # in a file of which no site is known
_TIME_FIELD = b"\x0a"  # the first field of every message: its time, a message inside
_KEY = re.compile(r"[a-z0-9][a-z0-9_\-]{0,47}", re.ASCII)
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
    return _text_faults(data) if is_text(data) else _stream_faults(data)


def _text_faults(data: bytes) -> Iterator[Fault]:
    count = 0
    try:
        for line, text, _ in texts(data):
            count += 1
            try:
                parse_json(text)
            except RefusedError as refused:
                yield fault(f"message {count} at line {line}", *refused.args)
    except RefusedError as refused:
        yield fault(f"after message {count}", *refused.args)


def _stream_faults(data: bytes) -> Iterator[Fault]:
    for number, (message, _) in enumerate(_stream_messages(data), 1):
        if isinstance(message, tuple):
            yield fault(f"message {number}", *message)


def read(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read the messages' reports, at the time each message states; what is said in words is not."""
    feed = Feed(id="file", kind="sapient_tcp", port=0)
    conversation, t_ns = open_conversation(reading.site, feed), 0
    conversation.feed = reading.feed
    for message, done in _messages(data):
        if isinstance(message, tuple):
            refused = reasons.refuse(reading.feed, t_ns, *message)
            reading.count("message", 0, [refused])
            yield t_ns, refused, done
            continue
        t_ns = max(message.timestamp.seconds * NS_PER_S + message.timestamp.nanos, 0)
        _introduce(conversation, message, reading.is_anywhere)
        found = take_message(conversation, message, t_ns)
        conversation.answers.clear()
        reports = [report for report in found if not isinstance(report, SourceWord)]
        is_good = not any(isinstance(report, Refusal) for report in reports)
        reading.count(str(message.WhichOneof("content")), int(is_good), reports)
        for report in reports:
            yield t_ns, report, done


def _introduce(conversation: Conversation, message: Any, is_anywhere: bool) -> None:
    """Take a node as registered; where no site is known, as a sensor of its own."""
    node = message.node_id.lower()
    if is_anywhere and node not in conversation.nodes and len(conversation.nodes) < NODES_MAX:
        conversation.nodes[node] = Node(_name(conversation, message, node), 0.0, 0.0)
    if node in conversation.nodes:
        conversation.nodes[node].is_registered = True


def _name(conversation: Conversation, message: Any, node: str) -> str:
    """Name a node as it registers, where that is a key and nobody else's, or by its id."""
    name: str = message.registration.name
    taken = any(known.sensor == name for known in conversation.nodes.values())
    return name if _KEY.fullmatch(name) and not taken else f"node-{node[:8]}"


def _messages(data: bytes) -> Iterator[tuple[Any, int]]:
    """Give each message, or (reason, detail) where it is none, with how far the file is read."""
    if is_text(data):
        yield from _text_messages(data)
    else:
        yield from _stream_messages(data)


def _stream_messages(data: bytes) -> Iterator[tuple[Any, int]]:
    """Read messages as on the wire, some at a time: hours of them are not held in memory."""
    at = 0
    while at < len(data):
        piece = data[at : at + PIECE_BYTES]
        found = split(piece)
        for raw in found.messages:
            at += HEAD_BYTES + len(raw)
            try:
                yield parse(raw), at
            except RefusedError as refused:
                yield refused.args, at
        if found.fault:
            yield (reasons.BAD_LENGTH, f"offset {at}: {found.fault}"), len(data)
            return
        if not found.used:
            yield (reasons.TRUNCATED, f"offset {at}: the last message is cut short"), len(data)
            return


def _text_messages(data: bytes) -> Iterator[tuple[Any, int]]:
    try:
        for line, text, done in texts(data):
            try:
                yield parse_json(text), done
            except RefusedError as refused:
                reason, detail = refused.args
                yield (reason, f"line {line}: {detail}"), done
    except RefusedError as refused:
        yield refused.args, len(data)


FORMAT = Format(
    name="sapient",
    title="SAPIENT messages (BSI Flex 335 v2.0), JSON or as on the wire",
    endings=(".sapient", ".json"),
    begins=begins,
    faults=faults,
    read=read,
    in_order=False,
)
