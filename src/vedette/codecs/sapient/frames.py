"""SAPIENT messages in a byte stream: four bytes of length, little-endian, then the message.

Nothing in the stream marks where a message begins: after a length that cannot be, all that
follows is lost, until the peer connects again.
"""

import struct
from typing import NamedTuple

# The largest known registration has 7 kB; a megabyte of pictures belongs behind a URL.
MESSAGE_BYTES_MAX = 1 << 18
_LENGTH = struct.Struct("<I")
HEAD_BYTES = _LENGTH.size


class Split(NamedTuple):
    """Whole messages of a piece of a stream, how much of it they used, and what ends it.

    fault: why nothing after `used` can be read; empty where the stream is sound.
    """

    messages: list[bytes]
    used: int
    fault: str


def split(data: bytes, start: int = 0) -> Split:
    """Cut a stream from start into messages; what is left after `used` is not whole yet."""
    messages: list[bytes] = []
    at, end = start, len(data)
    while at + HEAD_BYTES <= end:
        size = _LENGTH.unpack_from(data, at)[0]
        if size > MESSAGE_BYTES_MAX:
            return Split(messages, at, f"a length of {size} bytes, above {MESSAGE_BYTES_MAX}")
        if at + HEAD_BYTES + size > end:
            break
        messages.append(data[at + HEAD_BYTES : at + HEAD_BYTES + size])
        at += HEAD_BYTES + size
    return Split(messages, at, "")


def frame(message: bytes) -> bytes:
    """Put the length before a message. Raises ValueError above MESSAGE_BYTES_MAX."""
    if len(message) > MESSAGE_BYTES_MAX:
        raise ValueError(f"a SAPIENT message of {len(message)} bytes")
    return _LENGTH.pack(len(message)) + message
