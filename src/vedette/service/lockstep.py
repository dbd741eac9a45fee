"""Lockstep: the simulator says how far time has come, the service follows over real sockets.

One JSON object a line each way. In: `{"t_ns": T, "sent": {feed: total}}`, the total of datagrams
(UDP) or bytes (TCP) sent on each feed since the start. The service waits until it has received
these, does one step at T, answers `{"t_ns": T, "ok": true}`. `{"finish": true}` ends the session.
What was received is put in a fixed order, so that one seed gives one recording.
"""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec

from vedette.base.errors import VedetteError
from vedette.feeds import Intake
from vedette.model.arrivals import Arrival

RECEIVE_TIMEOUT_S = 20.0  # loopback delivers in microseconds: longer means a datagram is lost
LINE_MAX_BYTES = 1 << 16


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """What the simulator says."""

    t_ns: int = 0
    sent: dict[str, int] = {}
    finish: bool = False


class Answer(msgspec.Struct, omit_defaults=True):
    """What the service answers."""

    ok: bool
    t_ns: int = 0
    error: str = ""


Follow = Callable[[int, list[Arrival]], None]
Settled = Callable[[], Awaitable[None]]
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Lockstep:
    """Listens for the simulator and calls `follow(t_ns, arrivals)` for each of its steps."""

    def __init__(
        self, intake: Intake, streams: frozenset[str], follow: Follow, settled: Settled
    ) -> None:
        """streams: ids of the feeds that are byte streams, whose pieces are joined.

        settled: waits until what a step sent out is delivered, so that the next step is told.
        """
        self._intake = intake
        self._streams = streams
        self._follow = follow
        self._settled = settled
        self._decoder = msgspec.json.Decoder(Advance)
        self._caller: asyncio.Queue[Connection] = asyncio.Queue(maxsize=1)

    async def listen(self, host: str = "127.0.0.1") -> tuple[asyncio.Server, int]:
        """Open the control port; give the server and its port."""
        server = await asyncio.start_server(self._take_call, host, 0, limit=LINE_MAX_BYTES)
        port: int = server.sockets[0].getsockname()[1]
        return server, port

    async def _take_call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._caller.put((reader, writer))

    async def run(self) -> None:
        """Follow one simulator until it says finish or goes away."""
        reader, writer = await self._caller.get()
        try:
            finished = False
            while not finished and (line := await reader.readline()):
                answer, finished = await self._answer(line)
                writer.write(msgspec.json.encode(answer) + b"\n")
                await writer.drain()
        except ConnectionError:
            return  # the simulator is gone: so is the session
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> tuple[Answer, bool]:
        try:
            advance = self._decoder.decode(line)
            if advance.finish:
                return Answer(ok=True), True
            await self._received(advance.sent)
        except (msgspec.DecodeError, VedetteError) as error:
            return Answer(ok=False, error=str(error)), False
        await self._settled()  # what people's commands have sent out since the last step
        self._follow(advance.t_ns, ordered(self._intake.drain(), self._streams, advance.t_ns))
        await self._settled()
        return Answer(ok=True, t_ns=advance.t_ns), False

    async def _received(self, sent: dict[str, int]) -> None:
        try:
            async with asyncio.timeout(RECEIVE_TIMEOUT_S):
                while any(self._intake.units(feed) < total for feed, total in sent.items()):
                    await asyncio.sleep(0)
        except TimeoutError:
            waited = f"not received within {RECEIVE_TIMEOUT_S:.0f} s"
            raise VedetteError(f"{waited}: {self._missing(sent)}") from None

    def _missing(self, sent: dict[str, int]) -> str:
        """Say what has not arrived, feed by feed."""
        came = {feed: self._intake.units(feed) for feed in sent}
        return ", ".join(f"{f}: {came[f]} of {n}" for f, n in sent.items() if came[f] < n)


def ordered(arrivals: list[Arrival], streams: frozenset[str], t_ns: int) -> list[Arrival]:
    """Put a step's arrivals into the one order that does not depend on the network's timing.

    arrivals: as they came. Gives them by feed, each feed in its own order, stamped t_ns; pieces of
    one stream joined, since where a stream is cut depends on the operating system.
    """
    placed: list[Arrival] = []
    for arrival in sorted(arrivals, key=lambda a: a.feed):
        last = placed[-1] if placed else None
        joins = (
            last is not None
            and last.feed == arrival.feed
            and arrival.feed in streams
            and last.kind == arrival.kind == "data"
        )
        if joins and last is not None:
            data = last.data + arrival.data
            placed[-1] = msgspec.structs.replace(last, data=data)
        else:
            placed.append(msgspec.structs.replace(arrival, t_recv_ns=t_ns))
    return placed
