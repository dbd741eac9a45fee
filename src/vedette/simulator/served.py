"""A receiver's `aircraft.json` over HTTP: the newest document, to whoever asks for its path.

One request a connection, as small web servers do; who asks for anything else gets 404. The demo's
other side of `aircraft_json_http`.
"""

import asyncio
import contextlib
from dataclasses import dataclass

REQUEST_BYTES_MAX = 8_192
PATIENCE_S = 5.0
NOTHING = b'{"now": 1.0, "messages": 0, "aircraft": []}'


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
