"""Transport cot_tcp: we connect to a TAK server, in the clear or by TLS with a client certificate.

One connection for both ways: events come in as whole frames, and outputs speak over it. The server
is called again for ever, with growing pauses. Which protocol is spoken the server offers and we ask
for; until it agrees, and after it has not within a minute, both sides speak XML. A server that once
spoke and no longer answers pings, or does not take what is written, is gone: the connection is made
anew, and no other feed waits for it.
Source: TAK protocol version 1, "Streaming connections".
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, MutableMapping
from typing import Any

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import cot
from vedette.config.site import Feed
from vedette.config.tls import client_context
from vedette.feeds.intake import Intake
from vedette.feeds.keepalive import watch_over
from vedette.model.arrivals import Arrival

READ_BYTES = 1 << 16
CONNECT_TIMEOUT_S = 5.0  # of the connection, and again of its TLS handshake
PAUSE_MIN_S, PAUSE_MAX_S = 0.25, 30.0
PING_S = 15.0  # as clients do: servers hang up on who is silent
SILENT_PINGS = 3  # without a word from a server that has spoken before
AGREE_S = 60.0  # how long a server may take to answer a request, by the protocol
HELD_MAX = 1_000  # events kept while it does; the oldest go
NEGOTIATION = b"t-x-takp-"
VERSION = 1

Clock = Callable[[], int]


def tls_context(feed: Feed) -> ssl.SSLContext | None:
    """Make the TLS context of a feed, None where it speaks in the clear; see `client_context`."""
    return client_context(f"feed {feed.id}", feed.tls_ca, feed.tls_certificate, feed.tls_key)


class TakPeer:
    """One connection while it is open: what outputs write to, and what is agreed on it.

    form: "xml" or, once agreed, "stream" (protobuf). While a request is not answered, what is
    written is held: the protocol forbids to say anything then.
    """

    def __init__(self, writer: asyncio.StreamWriter, uid: str, now_ns: Clock) -> None:
        """uid: ours, for pings and requests."""
        self._writer, self._uid, self._now_ns = writer, uid, now_ns
        self.transport = writer.transport
        self.form = "xml"
        self.asked_s = 0.0  # loop time of a request not answered, 0 none
        self.held: deque[bytes] = deque()  # HELD_MAX at most: see is_closing
        self.heard = 0  # frames since the last look

    def is_closing(self) -> bool:
        """Say whether nothing can be written now: it is on its way out, or holds all it may."""
        return self._writer.is_closing() or len(self.held) >= HELD_MAX

    def write(self, data: bytes) -> None:
        """Send events, given as XML, in the form that is agreed."""
        if not data:
            return
        if self.asked_s:
            self.held.append(data)
        else:
            self._writer.write(cot.restream(data) if self.form == "stream" else data)

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.write(cot.write_event(self._event(cot.PING), "xml"))

    def hear(self, frame: bytes, loop_s: float) -> None:
        """Take note of what a frame says of the connection itself."""
        self.heard += 1
        if self.form != "xml" or NEGOTIATION not in frame:
            return
        try:
            event = cot.read_frame(frame)
        except RefusedError:
            return  # the decoder refuses it too, and counts it
        if event.kind == cot.VERSIONS_OFFERED and VERSION in event.versions:
            self._ask(loop_s)
        elif event.kind == cot.VERSION_ANSWER and self.asked_s:
            self.settle("stream" if event.answer else "xml")

    def _ask(self, loop_s: float) -> None:
        if self.asked_s:
            return
        request = self._event(cot.VERSION_REQUEST, versions=(VERSION,))
        self._writer.write(cot.write_event(request, "xml"))
        self.asked_s = loop_s

    def settle(self, form: str) -> None:
        """Speak in a form from now on, beginning with what was held."""
        self.form, self.asked_s = form, 0.0
        while self.held:
            self.write(self.held.popleft())

    def _event(self, kind: str, versions: tuple[int, ...] = ()) -> cot.CotEvent:
        now_ns = self._now_ns()
        return cot.CotEvent(
            uid=f"{self._uid}-{'ping' if kind == cot.PING else 'protocol'}",
            kind=kind,
            how="m-g",
            time_ns=now_ns,
            start_ns=now_ns,
            stale_ns=now_ns + round(AGREE_S * NS_PER_S),
            lat_deg=0.0,
            lon_deg=0.0,
            versions=versions,
        )


class TakFeed:
    """One cot_tcp feed: its connection, kept up for ever."""

    def __init__(
        self, feed: Feed, intake: Intake, clock: Clock, peers: MutableMapping[str, Any]
    ) -> None:
        """peers: where the open connection is entered, for those who speak over it."""
        self._feed, self._intake, self._clock = feed, intake, clock
        self._peers = peers
        self._tls = tls_context(feed)

    async def stay_connected(self) -> None:
        """Call, read until it ends, call again."""
        pause_s = PAUSE_MIN_S
        while True:
            try:
                async with asyncio.timeout(2.0 * CONNECT_TIMEOUT_S):
                    reader, writer = await self._connect()
            except (ssl.SSLError, ssl.CertificateError) as error:
                self._put("refused", f"TLS: {getattr(error, 'verify_message', '') or error}"[:200])
            except (OSError, TimeoutError):
                pass  # away: called again, and shown as not connected
            else:
                self._put("opened")
                try:
                    if await self._converse(reader, writer):
                        pause_s = PAUSE_MIN_S
                finally:
                    writer.transport.abort()  # no farewell to a peer that may not read
                    self._put("closed")
            await asyncio.sleep(pause_s)
            pause_s = min(2.0 * pause_s, PAUSE_MAX_S)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        feed = self._feed
        if self._tls is None:
            return await asyncio.open_connection(feed.host, feed.port)
        return await asyncio.open_connection(
            feed.host,
            feed.port,
            ssl=self._tls,
            server_hostname=feed.tls_name or feed.host,
            ssl_handshake_timeout=CONNECT_TIMEOUT_S,
        )

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Read and keep alive until the connection ends; say whether anything came."""
        watch_over(writer)
        peer = TakPeer(writer, f"vedette-{self._feed.id}", self._clock)
        name = f"{self._feed.host}:{self._feed.port}"
        self._peers[name] = peer
        watch = asyncio.create_task(self._watch(peer))
        try:
            return await self._read_on(reader, peer)
        finally:
            del self._peers[name]
            watch.cancel()
            await asyncio.wait({watch})  # not `await watch`: our own cancelling must come through
            if not watch.cancelled():
                watch.result()

    async def _read_on(self, reader: asyncio.StreamReader, peer: TakPeer) -> bool:
        buffer, has_data = cot.StreamBuffer(), False
        loop = asyncio.get_running_loop()
        try:
            while data := await reader.read(READ_BYTES):
                has_data = True
                for frame in cot.cut(buffer, data):
                    if frame is None:
                        self._put("refused", "too long")
                        continue
                    self._put("data", data=frame)
                    peer.hear(frame, loop.time())
                if buffer.is_lost:
                    self._put("refused", "bad frame")
                    return False
        except OSError:  # reset, unreachable, TLS ended badly: the connection has ended
            return has_data
        return has_data

    async def _watch(self, peer: TakPeer) -> None:
        """Ping; hang up on a server that is gone; give up waiting for an answer."""
        loop = asyncio.get_running_loop()
        has_heard, silent, unsent_bytes = False, 0, 0
        while True:
            await asyncio.sleep(PING_S)
            if peer.asked_s and loop.time() - peer.asked_s > AGREE_S:
                peer.settle("xml")
            waiting_bytes = peer.transport.get_write_buffer_size()
            is_stuck, unsent_bytes = 0 < unsent_bytes <= waiting_bytes, waiting_bytes
            has_heard = has_heard or peer.heard > 0
            silent = 0 if peer.heard else silent + 1
            peer.heard = 0
            if is_stuck or (has_heard and silent >= SILENT_PINGS):
                peer.transport.abort()
                return
            peer.ping()

    def _put(self, kind: str, reason: str = "", data: bytes = b"") -> None:
        self._intake.put(
            Arrival(
                feed=self._feed.id,
                t_recv_ns=self._clock(),
                kind=kind,
                data=reason.encode() if reason else data,
                count=1 if kind == "refused" else 0,
            )
        )
