"""What a TAK server says besides its events: it answers pings, so that a client stays.

The demo's other side of `cot_tcp`; what else the service sends over the connection (tracks,
warnings) is read and let go.
"""

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from vedette.base.errors import RefusedError
from vedette.codecs import cot

READ_BYTES = 1 << 16


async def answer_pings(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, on_answer: Callable[[], None]
) -> None:
    """Read what the service says until it goes; on_answer is called with every answer."""
    buffer = cot.StreamBuffer()
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(READ_BYTES):
            for frame in cot.cut(buffer, data):
                if frame is not None and cot.PING.encode() in frame and (answer := _pong(frame)):
                    writer.write(answer)
                    on_answer()
            if buffer.is_lost:
                return


def _pong(frame: bytes) -> bytes:
    """Answer a ping; b"" for what is none."""
    try:
        event = cot.read_frame(frame)
    except RefusedError:
        return b""
    if event.kind != cot.PING:
        return b""
    return cot.write_event(msgspec.structs.replace(event, kind=cot.PONG), "xml")
