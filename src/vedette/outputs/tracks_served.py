"""Output kinds tracks_tcp and tracks_websocket: programs dial in and are told the tracks.

One line a track over TCP, one message a track over WebSocket. A program that has just come is told
every track at once. One that reads too slowly misses updates, never delays another: the next
update is newer; what it missed is counted. A browser's page of another origin is not let in.
"""

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve

from vedette.base.errors import VedetteError
from vedette.config.site import Output
from vedette.model.picture import AirPicture
from vedette.model.told import ToldTrack
from vedette.outputs.pace import Pace
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.track_lines import FORMATS

CLIENTS_MAX = 64
WAITING_BYTES_MAX = 1 << 20  # of one program that does not read: 2,000 tracks
READ_BYTES = 1024  # what a program says is not listened to


class _Served(ABC):
    """What both share: who is there, and what each is told."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        self._output, self._around = output, around
        self._pace = Pace(output.period_s)
        self._tell, self._end = FORMATS[output.format]
        self._clients: set[Any] = set()
        self._fresh: set[Any] = set()  # who has not been told anything yet

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Tell those who are there the tracks that are due; who is new, all of them."""
        ended = [self._end(track_id, picture.now_ns) for track_id in self._pace.ended(told)]
        due = self._pace.due(told)
        if not self._clients:
            return
        lines = ended + [self._tell(track) for track in due]
        everything = [self._tell(track) for track in told] if self._fresh else []
        missed = wrote = 0
        for client in self._clients:
            meant = everything if client in self._fresh else lines
            waiting_bytes = sum(map(len, meant)) + self._waiting_bytes(client)
            # The first telling is the whole picture, however large: it is bounded by the tracks.
            if waiting_bytes <= WAITING_BYTES_MAX or client in self._fresh:
                self._send(client, meant)
                wrote += len(meant)
            else:
                missed += len(meant)
        self._fresh.clear()
        self._around.wrote(self._output, wrote)
        if missed:
            self._around.tell(self._output, "shed", missed)

    def waiting(self) -> tuple[int, int]:
        """Say how many octets the programs there have not read yet."""
        return 0, sum(self._waiting_bytes(client) for client in self._clients)

    def _welcome(self, client: Any) -> bool:
        if len(self._clients) >= CLIENTS_MAX:
            return False
        self._clients.add(client)
        self._fresh.add(client)
        return True

    def _leave(self, client: Any) -> None:
        self._clients.discard(client)
        self._fresh.discard(client)

    def _refused(self, error: OSError) -> VedetteError:
        where = f"{self._output.host}:{self._output.port}"
        return VedetteError(
            f"output {self._output.id}: cannot listen on TCP {where}: {error.strerror or error}; "
            "stop the other program, or give the output another port in the site file"
        )

    def _waiting_bytes(self, client: Any) -> int:
        size: int = client.transport.get_write_buffer_size()
        return size

    @abstractmethod
    def _send(self, client: Any, lines: list[bytes]) -> None:
        """Hand lines to one program, without waiting."""


class TracksTcp(_Served):
    """Use as `async with`. Lines over TCP."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        super().__init__(output, around)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "TracksTcp":
        """Listen. Raises VedetteError where the port is taken."""
        try:
            self._server = await asyncio.start_server(
                self._serve, self._output.host, self._output.port
            )
        except OSError as error:
            raise self._refused(error) from error
        self._around.tell(self._output, "opened")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and hang up."""
        assert self._server is not None
        self._server.close()
        for writer in list(self._clients):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._welcome(writer):
            writer.close()
            return
        try:
            while await reader.read(READ_BYTES):
                continue
        except OSError:
            return  # it is gone
        finally:
            self._leave(writer)
            writer.close()

    def _send(self, client: Any, lines: list[bytes]) -> None:
        if lines and not client.is_closing():
            client.write(b"".join(lines))


class TracksWebSocket(_Served):
    """Use as `async with`. One text message a track."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        super().__init__(output, around)
        self._server: Server | None = None

    async def __aenter__(self) -> "TracksWebSocket":
        """Listen. Raises VedetteError where the port is taken."""
        try:
            self._server = await serve(
                self._serve,
                self._output.host,
                self._output.port,
                origins=[None],  # no page of a browser: those have the live stream and its login
                compression=None,
                max_size=READ_BYTES,
            )
        except OSError as error:
            raise self._refused(error) from error
        self._around.tell(self._output, "opened")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and hang up."""
        assert self._server is not None
        self._server.close()
        for client in list(self._clients):
            client.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, client: ServerConnection) -> None:
        if not self._welcome(client):
            await client.close(1013, "too many programs")
            return
        try:
            async for _ in client:
                continue
        finally:
            self._leave(client)

    def _send(self, client: Any, lines: list[bytes]) -> None:
        for line in lines:
            broadcast([client], line[:-1].decode())
