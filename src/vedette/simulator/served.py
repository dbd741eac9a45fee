"""A receiver's `aircraft.json`: the newest document, over HTTP or as a file.

Over HTTP one request a connection, as small web servers do; who asks for anything else gets 404.
The file is there whole or not at all. The demo's other side of `aircraft_json_http` and
`aircraft_json_file`.
"""

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from vedette.base.errors import VedetteError

REQUEST_BYTES_MAX = 8_192
PATIENCE_S = 5.0
NOTHING = b'{"now": 1.0, "messages": 0, "aircraft": []}'


class TableFile:
    """A file that a receiver writes again and again: who reads it never sees half a document."""

    def __init__(self, feed: str, path: Path) -> None:
        """feed: whose it is, for the words of errors."""
        self._feed, self._path = feed, path

    def write(self, document: bytes) -> None:
        """Put a document in the place of the last. Raises VedetteError where that cannot be."""
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            beside.write_bytes(document)
            beside.replace(self._path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise VedetteError(
                f"feed {self._feed}: cannot write {self._path} ({error.strerror or error}): name a"
                " file in a folder that is there and may be written to"
            ) from error


@dataclass(slots=True)
class Page:
    """What is served. asked: how often it was given out."""

    path: str
    document: bytes = NOTHING
    asked: int = 0
    server: asyncio.Server | None = None

    async def serve(self, host: str, port: int) -> int:
        """Begin to serve; give the port."""
        self.server = await asyncio.start_server(self._answer, host, port, limit=REQUEST_BYTES_MAX)
        return int(self.server.sockets[0].getsockname()[1])

    def close(self) -> None:
        """Stop serving."""
        if self.server is not None:
            self.server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._reply(head))
                await writer.drain()
        except (TimeoutError, ConnectionError, asyncio.IncompleteReadError):
            pass  # it went away: nobody waits for the answer
        except asyncio.LimitOverrunError:
            writer.write(b"HTTP/1.1 431 Too Large\r\nConnection: close\r\n\r\n")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _reply(self, head: bytes) -> bytes:
        words = head.split(b" ", 2)
        if words[0] != b"GET" or len(words) < 3 or words[1] != self.path.encode():
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        self.asked += 1
        length = f"Content-Length: {len(self.document)}\r\n".encode()
        kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        return kind + length + b"Connection: close\r\n\r\n" + self.document
