"""AVR text: Mode S messages in hexadecimal, one a line, as dump1090 and many receivers give them.

`*8D...;` a message; `@` and 12 digits of a 12 MHz counter before it; `<` counter, two digits of
signal, message. Four digits are Mode A/C, or the heartbeat `*0000;`. Source: the Mode-S Beast wiki.
"""

import re

from vedette.base.errors import RefusedError
from vedette.codecs.adsb.beast import (
    MODE_AC,
    MODE_S_LONG,
    MODE_S_SHORT,
    Frame,
)
from vedette.codecs.reasons import BAD_FRAME, BAD_LENGTH, BAD_TEXT, TOO_LONG

LINE_BYTES_MAX = 64  # the longest line has 44
SIGNAL_UNKNOWN = 0x80
_LINE = re.compile(rb"([*@<:])([0-9A-Fa-f]*);?\s*")
_HEAD_DIGITS = {b"*": 0, b":": 0, b"@": 12, b"<": 14}
_KINDS = {4: MODE_AC, 14: MODE_S_SHORT, 28: MODE_S_LONG}


def read_line(line: bytes) -> Frame | None:
    """Read one line; None for an empty one. Raises RefusedError(reason, detail)."""
    if len(line) > LINE_BYTES_MAX:
        raise RefusedError(TOO_LONG, f"above {LINE_BYTES_MAX} bytes")
    if not line.strip():
        return None
    found = _LINE.fullmatch(line)
    if found is None:
        reason = BAD_FRAME if line.isascii() else BAD_TEXT
        raise RefusedError(reason, "not * and hexadecimal digits and ;")
    digits, head = found[2], _HEAD_DIGITS[found[1]]
    kind = _KINDS.get(len(digits) - head)
    if kind is None:
        raise RefusedError(BAD_LENGTH, f"{len(digits)} digits")
    counter = int(digits[:12], 16) if head else 0
    signal = int(digits[12:14], 16) if head == 14 else SIGNAL_UNKNOWN
    return Frame(kind, counter, signal, bytes.fromhex(digits[head:].decode("ascii")))


def encode(frames: list[Frame]) -> bytes:
    """Write frames as lines with their counter; a counter of 0 is left out."""
    lines = []
    for frame in frames:
        mark = f"@{frame.counter & 0xFFFFFFFFFFFF:012X}" if frame.counter else "*"
        lines.append(f"{mark}{frame.message.hex().upper()};\n")
    return "".join(lines).encode("ascii")
