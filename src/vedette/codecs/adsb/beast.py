"""Beast binary framing: 0x1a, a type, six octets of counter, one of signal level, the message.

0x1a inside is doubled. Types "1" Mode A/C (2 octets), "2" short (7) and "3" long (14) Mode S, "4"
receiver status (14). The counter runs at 12 MHz from an unknown start, or, in GPS receivers, holds
the second of the day (18 bits) and nanoseconds (30). Source: Mode-S Beast wiki, data output.
"""

import re
from typing import NamedTuple

from vedette.codecs.reasons import BAD_FRAME, TRUNCATED

ESCAPE = 0x1A
PAYLOAD_BYTES = {0x31: 2, 0x32: 7, 0x33: 14, 0x34: 14}
MODE_AC, MODE_S_SHORT, MODE_S_LONG, STATUS = 0x31, 0x32, 0x33, 0x34
PREFIX_BYTES = 7
COUNTER_HZ = 12_000_000
MLAT_COUNTER = 0xFF004D4C4154  # "no time: this frame was worked out by multilateration"
_ESCAPE = b"\x1a"
_DOUBLED = b"\x1a\x1a"
# Escapes before what is no type, as many as there are: a flood of them is one fault with a count.
_TYPELESS = re.compile(rb"(?:\x1a[^\x31-\x34])++", re.DOTALL)


class Frame(NamedTuple):
    """One message and when the receiver counted it. signal: 0 to 255, a square root of power."""

    kind: int
    counter: int
    signal: int
    message: bytes


class Fault(NamedTuple):
    """Where and why bytes are no frame. missed: how many frames' beginnings were none."""

    offset: int
    reason: str
    detail: str
    missed: int = 1


def split(data: bytes) -> tuple[list[Frame], list[Fault], int]:
    """Cut a stream into frames; give them, the faults, and how many bytes were used up.

    The rest (less than one frame) belongs in front of the next piece. After garbage the search
    goes on at the next single 0x1a, so one bad octet costs at most one frame.
    """
    frames: list[Frame] = []
    faults: list[Fault] = []
    at, size = 0, len(data)
    while at < size:
        if data[at] != ESCAPE:
            found = data.find(_ESCAPE, at)
            after = size if found < 0 else found
            faults.append(Fault(at, BAD_FRAME, f"{after - at} bytes between frames"))
            at = after
            continue
        if at + 1 == size:
            break
        length = PAYLOAD_BYTES.get(data[at + 1], 0) + PREFIX_BYTES
        if length == PREFIX_BYTES:
            run = _TYPELESS.match(data, at)
            assert run is not None
            detail = f"type 0x{data[at + 1]:02x}"
            faults.append(Fault(at, BAD_FRAME, detail, (run.end() - at) // 2))
            at = run.end()
            continue
        body, after = _unescape(data, at + 2, length)
        if len(body) == length:
            kind = data[at + 1]
            frames.append(Frame(kind, int.from_bytes(body[:6], "big"), body[6], body[7:]))
        elif after >= size - 1 and (after == size or data[after] == ESCAPE):
            break  # incomplete: more may come
        else:
            faults.append(Fault(at, TRUNCATED, "a frame is cut short by the next"))
        at = after
    return frames, faults, at


def _unescape(data: bytes, at: int, length: int) -> tuple[bytes, int]:
    """Take `length` octets, doubled escapes counting once; fewer where a single escape or the end
    comes first. Gives them and where reading stopped."""
    body = data[at : at + length]
    if ESCAPE not in body:
        return body, at + len(body)
    taken = bytearray()
    size = len(data)
    while len(taken) < length and at < size:
        octet = data[at]
        if octet == ESCAPE:
            if data[at : at + 2] != _DOUBLED:
                break
            at += 1
        taken.append(octet)
        at += 1
    return bytes(taken), at


def encode(frames: list[Frame]) -> bytes:
    """Write frames as a Beast stream."""
    return b"".join(
        _ESCAPE
        + bytes([frame.kind])
        + (
            (frame.counter & 0xFFFFFFFFFFFF).to_bytes(6, "big")
            + bytes([frame.signal])
            + frame.message
        ).replace(_ESCAPE, _DOUBLED)
        for frame in frames
    )


def frame_of(message: bytes, counter: int, signal: int = 0x80) -> Frame:
    """Make the frame of one Mode S message of 7 or 14 octets."""
    kind = MODE_S_LONG if len(message) == 14 else MODE_S_SHORT
    return Frame(kind, counter, signal, message)
