"""The simulated sensors' side of each feed: real sockets on loopback.

Datagrams go to where the service listens; for ADS-B and TAK the service connects to us; detections
over TCP connect to the service; over MQTT both meet at a broker. What was sent is counted, so that
lockstep can wait for it; a table of aircraft, served or written to a file, is looked at by the wall
clock and waited for by nobody.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vedette.config.kinds import COT_FEEDS, FILE_FEED, MQTT_FEEDS, SAPIENT_FEEDS
from vedette.config.site import Feed, Site
from vedette.simulator.published import Publisher
from vedette.simulator.served import NOTHING, Page, TableFile
from vedette.simulator.tak_served import answer_pings

DATAGRAM_KINDS = ("asterix_udp", "detections_udp", "remote_id_udp", "mavlink_udp", "cot_udp")
SERVED_KINDS = ("beast_tcp", "sbs_tcp", "avr_tcp", "sapient_tcp", "cot_tcp")
CONNECT_S = 30.0
FLOW_S = 20.0  # to take what waits to be sent: a service under way does in milliseconds
SEND_BUFFER_BYTES = 1 << 20
READ_BYTES = 1 << 16


@dataclass(slots=True)
class Sender:
    """One feed. sent: datagrams (UDP), bytes (TCP) or events (TAK) since the start."""

    feed: Feed
    address: tuple[str, int]
    datagrams: socket.socket | None = None
    server: asyncio.Server | None = None
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    heard: list[bytes | None] = field(default_factory=list)  # None: the service has connected
    ear: asyncio.Task[None] | None = None
    page: Page | None = None
    file: TableFile | None = None
    publisher: Publisher | None = None
    meeting: asyncio.Task[None] | None = None
    sent: int = 0

    @property
    def missing(self) -> str:
        """Say who has not come, and what to look at."""
        place = f"{self.address[0]}:{self.address[1]}"
        who = f"feed {self.feed.id} ({self.feed.kind})"
        if self.server is not None:
            return f"{who}: the service has not called {place}"
        if self.publisher is not None:
            return f"{who}: the service has not subscribed at the broker {place}"
        return f"{who}: the service does not listen on {place}"


class Transports:
    """The senders of all feeds. Use as an async context manager."""

    def __init__(
        self,
        site: Site,
        ports: Mapping[str, int] | None = None,
        tls: Mapping[str, ssl.SSLContext] | None = None,
    ) -> None:
        """ports: by feed id, where they differ from the site file's.

        tls: by feed id, what to serve with; without it a feed is served in the clear.
        """
        ports, self._tls = ports or {}, tls or {}
        self.senders = {
            feed.id: Sender(feed, (feed.group or feed.host, ports.get(feed.id, feed.port)))
            for feed in site.feeds
        }

    async def __aenter__(self) -> "Transports":
        """Open what can be opened before the service is there."""
        for sender in self.senders.values():
            if sender.feed.kind in DATAGRAM_KINDS:
                sender.datagrams = _datagram_socket()
            elif sender.feed.kind in SERVED_KINDS:
                await self._listen(sender)
            elif sender.feed.kind == "aircraft_json_http":
                sender.page = Page(sender.feed.path or "/data/aircraft.json")
                host, port = sender.address
                sender.address = (host, await sender.page.serve(host, port))
            elif sender.feed.kind == FILE_FEED:
                sender.file = TableFile(sender.feed.id, Path(sender.feed.path or ""))
                sender.file.write(NOTHING)
            elif sender.feed.kind in MQTT_FEEDS:
                sender.publisher = Publisher(sender.feed)
                await sender.publisher.open()
        return self

    async def __aexit__(self, *error: object) -> None:
        """Close every socket."""
        for sender in self.senders.values():
            if sender.meeting is not None:
                sender.meeting.cancel()
            if sender.datagrams is not None:
                sender.datagrams.close()
            for writer in sender.writers:
                writer.close()
            if sender.ear is not None:
                sender.ear.cancel()
            if sender.server is not None:
                sender.server.close()
            if sender.page is not None:
                sender.page.close()
            if sender.publisher is not None:
                sender.publisher.close()

    async def _listen(self, sender: Sender) -> None:
        """Wait for the service as an ADS-B receiver or a TAK server does."""

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for earlier in sender.writers:
                earlier.close()
            sender.writers, sender.sent = [writer], 0
            sender.connected.set()
            _hear(sender, reader, writer)

        host, port = sender.address
        sender.server = await asyncio.start_server(
            accept, host, port, ssl=self._tls.get(sender.feed.id)
        )
        sender.address = (host, int(sender.server.sockets[0].getsockname()[1]))

    async def connect(self, patience_s: float = CONNECT_S) -> list[str]:
        """Meet the service on every feed at once: call it, or wait until it has called us.

        Gives, in words, the feeds on which it has not come within patience_s. They are waited for
        on and hold up no other; what is said over them until then is lost.
        """
        meetings = {asyncio.create_task(_meet(each)): each for each in self.senders.values()}
        for task, sender in meetings.items():
            sender.meeting = task
        if not meetings:
            return []
        done, _ = await asyncio.wait(meetings, timeout=patience_s)
        for task in done:
            task.result()
        return [sender.missing for task, sender in meetings.items() if task not in done]

    async def send(self, packets: list[tuple[str, bytes]]) -> None:
        """Send packets (feed id, bytes) in their order."""
        loop = asyncio.get_running_loop()
        for feed_id, data in packets:
            sender = self.senders[feed_id]
            if sender.datagrams is not None:
                await loop.sock_sendto(sender.datagrams, data, sender.address)
                sender.sent += 1
            elif sender.page is not None:
                sender.page.document = data
            elif sender.file is not None:
                sender.file.write(data)
            elif sender.publisher is not None:
                sender.publisher.publish(data)
                sender.sent += 1
            for writer in sender.writers:
                writer.write(data)
                sender.sent += 1 if sender.feed.kind in COT_FEEDS else len(data)
        full = [(s, w) for s in self.senders.values() for w in s.writers if _is_full(w)]
        if full:
            await asyncio.gather(*(_drain(sender, writer) for sender, writer in full))

    def heard(self) -> list[tuple[str, bytes | None]]:
        """Give what the service has said over each feed since the last call."""
        out = []
        for name, sender in self.senders.items():
            out += [(name, data) for data in sender.heard]
            sender.heard = []
        return out

    def sent(self) -> dict[str, int]:
        """Say how much was sent on each feed since the start."""
        return {name: sender.sent for name, sender in self.senders.items() if sender.sent}


def _datagram_socket() -> socket.socket:
    """Open a socket to send datagrams from."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
    opened.setblocking(False)
    return opened


def _hear(sender: Sender, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Begin to hear what the service says over a connection that has just been made.

    Other feeds than SAPIENT and TAK are spoken to and say nothing.
    """
    if sender.feed.kind not in (*SAPIENT_FEEDS, *COT_FEEDS):
        return
    if sender.ear is not None:
        sender.ear.cancel()
    if sender.feed.kind in COT_FEEDS:

        def count() -> None:
            sender.sent += 1

        sender.ear = asyncio.create_task(answer_pings(reader, writer, count))
        return
    sender.heard = [None]
    sender.ear = asyncio.create_task(_listen_on(sender, reader))


async def _listen_on(sender: Sender, reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(READ_BYTES):
            sender.heard.append(data)


async def _meet(sender: Sender) -> None:
    """Come together with the service over one feed, where that takes two."""
    if sender.server is not None:
        await sender.connected.wait()
    elif sender.feed.kind == "detections_tcp":
        sender.writers = [(await _call(sender.address))[1]]
    elif sender.feed.kind == "sapient_listen":
        reader, writer = await _call(sender.address)
        sender.writers = [writer]
        _hear(sender, reader, writer)
    elif sender.publisher is not None:
        await sender.publisher.heard()
        sender.sent += 1  # the message that was asked with


async def _call(address: tuple[str, int]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect to the service, which may still be starting."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(*address)
        except ConnectionError:
            await asyncio.sleep(0.1)
        else:
            return reader, writer


def _is_full(writer: asyncio.StreamWriter) -> bool:
    """Say whether something waits to be sent, or can no longer be."""
    return writer.is_closing() or writer.transport.get_write_buffer_size() > 0


async def _drain(sender: Sender, writer: asyncio.StreamWriter) -> None:
    """Let a stream flow; a service that has gone away, or takes nothing, is waited for anew."""
    try:
        async with asyncio.timeout(FLOW_S):
            await writer.drain()
    except (ConnectionError, TimeoutError):
        writer.transport.abort()
        if writer in sender.writers:
            sender.writers.remove(writer)
            sender.connected.clear()
