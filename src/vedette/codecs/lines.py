"""A byte stream cut into lines, within bounds, whatever the pieces it arrives in; and a file's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

PIECE_BYTES_MAX = 1 << 20  # of a file's line without an end: it is handed over in pieces
_LINE = re.compile(rb"[^\n]+")


@dataclass(slots=True)
class LineBuffer:
    """What is left of a stream after its last complete line.

    skipping: the rest of an over-long or half-lost line is being thrown away up to its end.
    """

    pending: bytes = b""
    number: int = 0
    skipping: bool = False


def restart(buffer: LineBuffer) -> None:
    """Forget the stream: a new connection begins with line 1."""
    buffer.pending, buffer.number, buffer.skipping = b"", 0, False


def cut(buffer: LineBuffer, data: bytes, size_max: int) -> list[tuple[int, bytes | None]]:
    """Give the lines that `data` completes, as (number, line); None for one above size_max bytes.

    Line ends ("\\n" or "\\r\\n") are removed. At most size_max bytes are kept for the next call.
    """
    pieces = (buffer.pending + data).split(b"\n")
    buffer.pending = pieces.pop()
    lines: list[tuple[int, bytes | None]] = []
    for piece in pieces:
        buffer.number += 1
        if buffer.skipping:
            buffer.skipping = False
            continue
        line = piece.removesuffix(b"\r")
        lines.append((buffer.number, line if len(line) <= size_max else None))
    if buffer.skipping:
        buffer.pending = b""
    elif len(buffer.pending) > size_max:
        buffer.pending, buffer.skipping = b"", True
        lines.append((buffer.number + 1, None))
    return lines


def lost(buffer: LineBuffer) -> None:
    """Note that bytes of the stream were dropped: the rest of the line they hit is no line."""
    buffer.pending, buffer.skipping = b"", True


def walk_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give each line of a file without its end, and where the next begins.

    An endless one comes in pieces of PIECE_BYTES_MAX, so that a hostile file costs little memory.
    """
    at, size = 0, len(data)
    while at < size:
        end = data.find(b"\n", at, at + PIECE_BYTES_MAX)
        after = min(at + PIECE_BYTES_MAX, size) if end < 0 else end + 1
        yield after, data[at:after].rstrip(b"\r\n")
        at = after


def numbered_lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number the lines with anything in them; megabytes of line ends cost next to nothing."""
    at, number = 0, 1
    for found in _LINE.finditer(data):
        number += data.count(b"\n", at, found.start())
        at = found.start()
        yield number, found.group().removesuffix(b"\r")
