"""How events lie in datagrams and streams: XML, TAK mesh framing, TAK stream framing.

Mesh (a datagram): bf 01 bf, then one message to the datagram's end; 01 is the version, a varint.
Stream: bf, the message's length as a varint, the message. Plain XML: one element after another,
ended by </event>. Clients send stream framing over UDP too, so a datagram may hold either.
"""

import re
from dataclasses import dataclass

from msgspec import structs

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.cot.event import EVENT_BYTES_MAX, CotEvent
from vedette.codecs.cot.proto import read_message, read_varint, varint, write_message
from vedette.codecs.cot.xml_read import read_xml
from vedette.codecs.cot.xml_write import xml_datagram

MAGIC = 0xBF
VERSION = 1
FRAMES_MAX = 64  # of one datagram: as many short events as 64 KiB hold
SKIP_OCTETS_MAX = 1 << 24  # a picture within an event; beyond it the announced length is no length
_END = b"</event>"
# What `write_xml` puts first in a detail, because the protobuf has fields for it.
_KNOWN = re.compile(r"(?:<contact [^<>]*/>)?(?:<__group [^<>]*/>)?(?:<track [^<>]*/>)?")
_BLANK = b" \t\r\n\0"


@dataclass(slots=True)
class StreamBuffer:
    """What is left of a stream after its last whole frame.

    skip_octets: of an over-long protobuf frame, still to come. is_skipping: of an over-long XML
    event the rest is thrown away up to its end. is_lost: nothing tells where the next frame begins;
    the connection has to be made anew.
    """

    pending: bytes = b""
    skip_octets: int = 0
    is_skipping: bool = False
    skipped_octets: int = 0
    is_lost: bool = False


def mesh_frame(event: CotEvent) -> bytes:
    """Write an event as a datagram of TAK protocol 1."""
    return bytes((MAGIC, VERSION, MAGIC)) + write_message(event)


def stream_frame(event: CotEvent) -> bytes:
    """Write an event as a frame of a TAK protocol 1 stream."""
    message = write_message(event)
    return bytes((MAGIC,)) + varint(len(message)) + message


def restream(data: bytes) -> bytes:
    """Turn XML as `write_xml` makes it into stream frames, its detail kept as it is."""
    out = []
    for frame in cut(StreamBuffer(), data):
        event = read_xml(frame or b"")
        inner = (frame or b"").decode().partition("<detail>")[2].rpartition("</detail>")[0]
        plain = structs.replace(event, remarks="", links=(), versions=(), answer=None)
        known = _KNOWN.match(inner)
        rest = inner[known.end() :] if known else inner
        out.append(stream_frame(structs.replace(plain, detail_xml=rest)))
    return b"".join(out)


def write_event(event: CotEvent, form: str) -> bytes:
    """Write an event in a form: "xml", "mesh" or "stream"."""
    if form == "xml":
        return xml_datagram(event)
    return mesh_frame(event) if form == "mesh" else stream_frame(event)


def read_frame(frame: bytes) -> CotEvent:
    """Read one whole frame of any form; raises RefusedError(reason, detail)."""
    frame = frame.strip(_BLANK) if frame[:1] != bytes((MAGIC,)) else frame
    if not frame:
        raise RefusedError(reasons.EMPTY)
    if frame[0] != MAGIC:
        return read_xml(frame)
    length, at = read_varint(frame, 1)
    if at < len(frame) and frame[at] == MAGIC and is_mesh(frame):
        if length != VERSION:
            raise RefusedError(reasons.BAD_HEADER, f"TAK protocol version {length}")
        return read_message(frame[at + 1 :])
    if at + length != len(frame):
        raise RefusedError(
            reasons.BAD_LENGTH, f"{length} octets announced, {len(frame) - at} there"
        )
    return read_message(frame[at:])


def is_mesh(data: bytes) -> bool:
    """Say whether bytes begin with a mesh header.

    A stream frame whose message begins with bf would be field 23 of type 7, which there is not.
    """
    try:
        _, at = read_varint(data, 1)
    except RefusedError:
        return False
    return data[0] == MAGIC and at < len(data) and data[at] == MAGIC


def datagram_frames(data: bytes) -> list[bytes | None]:
    """Cut a datagram into frames; None for what is too long or too many.

    What follows the last whole frame is a frame of its own, to be refused with its reason.
    """
    if data[:1] == bytes((MAGIC,)) and is_mesh(data):
        return [data]
    buffer = StreamBuffer()
    frames = cut(buffer, data, FRAMES_MAX)
    rest = buffer.pending.strip(_BLANK)
    if rest or not frames:
        frames.append(rest if len(frames) < FRAMES_MAX else None)
    return frames


def cut(buffer: StreamBuffer, data: bytes, frames_max: int = 1 << 16) -> list[bytes | None]:
    """Give the frames that `data` completes, frames_max at most; None for one above the limit.

    The stream may change from XML to protobuf between two frames. At most EVENT_BYTES_MAX octets
    and what the last call brought are kept.
    """
    pending, at = buffer.pending + data, 0
    frames: list[bytes | None] = []
    while len(frames) < frames_max and not buffer.is_lost:
        at = _skipped(buffer, pending, _after_blanks(pending, at))
        if at >= len(pending) or buffer.is_skipping:
            break
        end = _frame_end(buffer, pending, at)
        if end is None:
            break
        is_whole = not (buffer.skip_octets or buffer.is_skipping or buffer.is_lost)
        frames.append(pending[at:end] if is_whole else None)
        at = end
    buffer.pending = b"" if buffer.is_lost else pending[at:]
    return frames


def _after_blanks(data: bytes, at: int) -> int:
    while at < len(data) and data[at] in _BLANK:
        at += 1
    return at


def _skipped(buffer: StreamBuffer, data: bytes, at: int) -> int:
    """Go over what is thrown away of an over-long frame."""
    if buffer.skip_octets:
        octets = min(buffer.skip_octets, len(data) - at)
        buffer.skip_octets -= octets
        return at + octets
    if not buffer.is_skipping:
        return at
    found = data.find(_END, at)
    end = max(len(data) - len(_END) + 1, at) if found < 0 else found + len(_END)
    buffer.skipped_octets += end - at
    buffer.is_skipping = found < 0
    if buffer.is_skipping and buffer.skipped_octets > SKIP_OCTETS_MAX:
        buffer.is_lost = True
    return end if buffer.is_skipping else _after_blanks(data, end)


def _frame_end(buffer: StreamBuffer, data: bytes, at: int) -> int | None:
    """Say where the frame that begins at a place ends; None where that has not come yet."""
    if data[at] == MAGIC:
        return _message_end(buffer, data, at)
    found = data.find(_END, at, at + EVENT_BYTES_MAX)
    if found >= 0:
        return found + len(_END)
    if len(data) - at < EVENT_BYTES_MAX:
        return None
    buffer.is_skipping, buffer.skipped_octets = True, 0
    return at


def _message_end(buffer: StreamBuffer, data: bytes, at: int) -> int | None:
    try:
        length, start = read_varint(data, at + 1)
    except RefusedError as refused:
        buffer.is_lost = refused.args[0] != reasons.TRUNCATED
        return at if buffer.is_lost else None
    if length > SKIP_OCTETS_MAX:
        buffer.is_lost = True
        return at
    if length > EVENT_BYTES_MAX:
        buffer.skip_octets = length
        return start
    return start + length if start + length <= len(data) else None
