"""Transports in: UDP (unicast and multicast), TCP to a receiver, TCP from sensors that dial in.

Each puts what it receives into the intake as it came. A peer that is away is called again for
ever, with growing pauses; a dead peer never holds up another.
"""

import asyncio
import contextlib
import errno
import socket
import struct
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Protocol

from vedette.base.errors import VedetteError
from vedette.config.kinds import JSON_FEEDS, MQTT_FEEDS, STREAM_FEEDS, UDP_FEEDS
from vedette.config.site import Feed, Site
from vedette.feeds import datagrams
from vedette.feeds.intake import Intake
from vedette.feeds.keepalive import watch_over
from vedette.feeds.mqtt import stay_subscribed
from vedette.feeds.polling import keep_asking
from vedette.feeds.sapient import Hearing, SapientDoor
from vedette.feeds.tak import TakFeed
from vedette.model.arrivals import Arrival

RECEIVE_BUFFER_BYTES = 4 << 20  # asked of the kernel: a second of 3,000 full datagrams
READ_BYTES = 1 << 16
CONNECT_TIMEOUT_S = 5.0
PAUSE_MIN_S, PAUSE_MAX_S = 0.25, 30.0
CLIENTS_MAX = 64  # sensors that dial in to one detections_tcp feed
LINE_BYTES_MAX = 1 << 14  # handed over at the latest, whole or not: the codec says "too long"

Clock = Callable[[], int]


SEND_BYTES_MAX = 4 << 20  # of one peer, not yet taken: beyond it the peer is too slow to be told


class Peer(Protocol):
    """Who is connected, as far as those who answer see it; a StreamWriter is one."""

    @property
    def transport(self) -> asyncio.WriteTransport:
        """What tells how much waits to be sent."""

    def is_closing(self) -> bool:
        """Say whether nothing can be written now."""

    def write(self, data: bytes) -> None:
        """Send, or keep to be sent."""


@dataclass(slots=True)
class OpenFeeds:
    """What is open. ports: where each listening feed listens (of use where the site says 0).

    peers: by feed, who is connected, by the name its transport gives it.
    """

    ports: dict[str, int] = field(default_factory=dict)
    peers: dict[str, dict[str, Peer]] = field(default_factory=dict)

    def send(self, feed: str, data: bytes, peer: str | None = None) -> bool:
        """Speak over a feed's own connections: to one peer, or to all. Never blocks.

        A peer that does not read is sent nothing beyond SEND_BYTES_MAX. Returns whether every one
        meant has been sent it; False where nobody is there.
        """
        there = self.peers.get(feed, {})
        meant = list(there.values()) if peer is None else [there[peer]] if peer in there else []
        ready = [writer for writer in meant if _takes(writer, len(data))]
        for writer in ready:
            writer.write(data)
        return bool(meant) and len(ready) == len(meant)


def _takes(writer: Peer, size_bytes: int) -> bool:
    waiting = writer.transport.get_write_buffer_size()
    return not writer.is_closing() and waiting + size_bytes <= SEND_BYTES_MAX


@contextlib.asynccontextmanager
async def open_feeds(site: Site, intake: Intake, clock: Clock) -> AsyncIterator[OpenFeeds]:
    """Open every feed of the site; on leaving, close them all.

    clock gives now, int64 ns UTC, and stamps each arrival. Raises VedetteError where a port cannot
    be listened on; a receiver that cannot be reached is no error, it is tried again.
    """
    opened = OpenFeeds()
    async with contextlib.AsyncExitStack() as stack:
        for feed in site.feeds:
            try:
                await _open_feed(feed, intake, clock, stack, opened)
            except OSError as error:
                raise VedetteError(f"feed {feed.id}: {_advice(feed, error)}") from error
        yield opened


async def _open_feed(
    feed: Feed, intake: Intake, clock: Clock, stack: contextlib.AsyncExitStack, opened: OpenFeeds
) -> None:
    if feed.kind in UDP_FEEDS:
        close, port = await _listen_udp(feed, intake, clock)
        stack.callback(close)
        opened.ports[feed.id] = port
    elif feed.kind == "detections_tcp":
        door = _DetectionDoor(feed, intake, clock)
        server = await asyncio.start_server(door.serve, feed.host, feed.port)
        stack.push_async_callback(door.close, server)
        opened.ports[feed.id] = server.sockets[0].getsockname()[1]
    elif feed.kind == "sapient_listen":
        hall = SapientDoor(feed, intake, clock, opened.peers.setdefault(feed.id, {}))
        server = await asyncio.start_server(hall.serve, feed.host, feed.port)
        stack.push_async_callback(hall.close, server)
        opened.ports[feed.id] = server.sockets[0].getsockname()[1]
    else:
        if feed.kind == "cot_tcp":
            peers = opened.peers.setdefault(feed.id, {})
            call = TakFeed(feed, intake, clock, peers).stay_connected()
        elif feed.kind in JSON_FEEDS:
            call = keep_asking(feed, intake, clock)
        elif feed.kind in MQTT_FEEDS:
            call = stay_subscribed(feed, intake, clock)
        else:
            call = _stay_connected(feed, intake, clock, opened)
        task = asyncio.create_task(call, name=f"feed {feed.id}")
        stack.push_async_callback(_cancelled, task)


def _advice(feed: Feed, error: OSError) -> str:
    """Say where a feed cannot listen, why, and what to do about it."""
    transport = "TCP" if feed.kind in STREAM_FEEDS else "UDP"
    where = f"cannot listen on {transport} {feed.group or feed.host}:{feed.port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where}: another program has it; stop that program, or give the feed another port"
            " in the site file"
        )
    if error.errno in (errno.ENODEV, errno.EADDRNOTAVAIL):
        return f"{where}: {feed.host} is no address of this machine, and host must be one"
    return f"{where}: {error.strerror or error}; mend the feed's host, port or group"


async def _cancelled(task: "asyncio.Task[None]") -> None:
    """Cancel a task and wait for its end; an error of its own comes through."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def _listen_udp(feed: Feed, intake: Intake, clock: Clock) -> tuple[Callable[[], None], int]:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
        if feed.group is None:
            opened.bind((feed.host, feed.port))
        else:
            _join(opened, feed)
        port = int(opened.getsockname()[1])
        name = feed.id

        def take(data: bytes) -> None:
            intake.put(Arrival(feed=name, t_recv_ns=clock(), data=data))

        def lose(count: int) -> None:
            intake.lose(name, count)

        return await datagrams.listen(opened, take, lose), port
    except OSError:
        opened.close()
        raise


def _join(opened: socket.socket, feed: Feed) -> None:
    """Bind to a multicast group and join it on the interface that has the address feed.host."""
    assert feed.group is not None
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # several may listen to a group
    # Bound to the group, other traffic to the port stays out; Windows binds to any address only.
    opened.bind(("" if sys.platform == "win32" else feed.group, feed.port))
    request = struct.pack("4s4s", socket.inet_aton(feed.group), socket.inet_aton(feed.host))
    opened.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, request)


async def _stay_connected(feed: Feed, intake: Intake, clock: Clock, opened: OpenFeeds) -> None:
    """Keep a connection to a receiver: call, read until it ends, call again, for ever."""
    pause_s = PAUSE_MIN_S
    while True:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                reader, writer = await asyncio.open_connection(feed.host, feed.port)
        except (OSError, TimeoutError):
            await asyncio.sleep(pause_s)
            pause_s = min(2.0 * pause_s, PAUSE_MAX_S)
            continue
        intake.put(Arrival(feed=feed.id, t_recv_ns=clock(), kind="opened"))
        opened.peers[feed.id] = {f"{feed.host}:{feed.port}": writer}
        try:
            if await _hear(feed, reader, writer, intake, clock):
                pause_s = PAUSE_MIN_S
        finally:
            del opened.peers[feed.id]
            writer.close()
            intake.put(Arrival(feed=feed.id, t_recv_ns=clock(), kind="closed"))
        await asyncio.sleep(pause_s)
        pause_s = min(2.0 * pause_s, PAUSE_MAX_S)


async def _hear(
    feed: Feed,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    intake: Intake,
    clock: Clock,
) -> bool:
    """Read until the connection ends, as its kind demands; say whether anything came."""
    if feed.kind == "sapient_tcp":
        return await Hearing(feed, intake, clock).listen(reader, writer)
    return await _read_on(feed.id, reader, writer, intake, clock)


async def _read_on(
    feed: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    intake: Intake,
    clock: Clock,
) -> bool:
    """Read until the connection ends; say whether anything came."""
    watch_over(writer)
    has_data = False
    try:
        while data := await reader.read(READ_BYTES):
            has_data = True
            intake.put(Arrival(feed=feed, t_recv_ns=clock(), data=data))
    except OSError:  # reset, unreachable, timed out: the connection has ended
        return has_data
    return has_data


class _DetectionDoor:
    """Takes detection lines from sensors that dial in; hands over whole lines only, so that the
    lines of several sensors do not mix."""

    def __init__(self, feed: Feed, intake: Intake, clock: Clock) -> None:
        self._feed, self._intake, self._clock = feed.id, intake, clock
        self._clients: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one sensor's lines until it goes."""
        if len(self._clients) >= CLIENTS_MAX:
            self._put(b"too many connections", "refused", 1)
            writer.close()
            return
        self._clients.add(writer)
        if len(self._clients) == 1:
            self._put(b"", "opened")
        watch_over(writer)
        try:
            await self._read_lines(reader)
        except OSError:
            return  # the sensor is gone; what it sent whole has been handed over
        finally:
            writer.close()
            self._clients.discard(writer)
            if not self._clients:
                self._put(b"", "closed")

    async def _read_lines(self, reader: asyncio.StreamReader) -> None:
        rest, is_skipping = b"", False
        while data := await reader.read(READ_BYTES):
            whole, end, rest = (rest + data).rpartition(b"\n")
            if end and is_skipping:
                whole, is_skipping = whole.partition(b"\n")[2], False
            if end and whole:
                self._put(whole + b"\n")
            if is_skipping:
                rest = b""
            elif len(rest) > LINE_BYTES_MAX:
                self._put(rest + b"\n")
                rest, is_skipping = b"", True
        if rest and not is_skipping:
            self._put(rest + b"\n")

    def _put(self, data: bytes, kind: str = "data", count: int = 0) -> None:
        t_recv_ns = self._clock()
        self._intake.put(
            Arrival(feed=self._feed, t_recv_ns=t_recv_ns, kind=kind, data=data, count=count)
        )

    async def close(self, server: asyncio.Server) -> None:
        """Stop listening and hang up."""
        server.close()
        for writer in list(self._clients):
            writer.close()
        await asyncio.sleep(0)
