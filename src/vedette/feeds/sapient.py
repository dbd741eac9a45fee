"""SAPIENT over TCP: sensors that dial in, and a middleware that we call.

Each connection is cut into whole messages here, so that those of several sensors do not mix; a
half message waits, within a bound. A length that cannot be is refused and ends the connection:
nothing after it could be read. A peer is known by the node ids it has used, so that an answer
finds its way back.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

from vedette.codecs import reasons, sapient
from vedette.config.site import Feed
from vedette.feeds.intake import Intake
from vedette.feeds.keepalive import watch_over
from vedette.model.arrivals import Arrival

READ_BYTES = 1 << 16
CLIENTS_MAX = 64  # sensors that dial in to one feed
NODES_MAX = 64  # node ids that one connection may speak for

Peers = MutableMapping[str, Any]


class Hearing:
    """One connection being heard: what is left of its stream, and which nodes speak over it."""

    def __init__(self, feed: Feed, intake: Intake, clock: Callable[[], int]) -> None:
        """feed: whose arrivals these are. clock gives now, int64 ns UTC."""
        self._feed, self._intake, self._clock = feed.id, intake, clock
        self.nodes: set[str] = set()
        self.fresh: list[str] = []  # nodes heard for the first time in the last piece

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Hear a connection to its end; say whether anything whole came."""
        watch_over(writer)
        rest, has_any = b"", False
        try:
            while data := await reader.read(READ_BYTES):
                rest, is_sound = self.take(rest + data)
                has_any = has_any or bool(self.nodes)
                self.on_fresh(writer)
                if not is_sound:
                    return has_any
        except OSError:  # reset, unreachable, timed out: the connection has ended
            return has_any
        if rest:
            self.refuse(reasons.TRUNCATED)
        return has_any

    def on_fresh(self, writer: asyncio.StreamWriter) -> None:
        """Take note of nodes heard for the first time; who dials in is found by them."""

    def take(self, data: bytes) -> tuple[bytes, bool]:
        """Hand over the whole messages; give what is left, and whether the stream is sound."""
        found = sapient.split(data)
        self.fresh = []
        if found.messages:
            self.put(data[: found.used])
            for message in found.messages:
                self._note(sapient.node_of(message))
        if found.fault:
            self.refuse(reasons.BAD_LENGTH)
        return data[found.used :], not found.fault

    def _note(self, node: str) -> None:
        if node and node not in self.nodes and len(self.nodes) < NODES_MAX:
            self.nodes.add(node)
            self.fresh.append(node)

    def put(self, data: bytes, kind: str = "data") -> None:
        """Hand an arrival over."""
        arrival = Arrival(feed=self._feed, t_recv_ns=self._clock(), kind=kind, data=data)
        self._intake.put(arrival)

    def refuse(self, reason: str) -> None:
        """Have something counted that is not handed over."""
        refused = Arrival(
            feed=self._feed, t_recv_ns=self._clock(), kind="refused", data=reason.encode(), count=1
        )
        self._intake.put(refused)


class _Guest(Hearing):
    """A sensor that has dialled in: its node ids lead to it."""

    def __init__(self, feed: Feed, intake: Intake, clock: Callable[[], int], peers: Peers) -> None:
        super().__init__(feed, intake, clock)
        self._peers = peers

    def on_fresh(self, writer: asyncio.StreamWriter) -> None:
        """Take the place of an older connection of the same node: it has dialled in anew."""
        for node in self.fresh:
            self._peers[node] = writer


class SapientDoor:
    """Takes SAPIENT nodes that dial in to one feed."""

    def __init__(self, feed: Feed, intake: Intake, clock: Callable[[], int], peers: Peers) -> None:
        """peers: by node id, where answers find their connection; changed here."""
        self._feed, self._intake, self._clock, self._peers = feed, intake, clock, peers
        self._clients: set[asyncio.StreamWriter] = set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one connection until it goes."""
        guest = _Guest(self._feed, self._intake, self._clock, self._peers)
        if len(self._clients) >= CLIENTS_MAX:
            guest.refuse("too many connections")
            writer.close()
            return
        self._clients.add(writer)
        if len(self._clients) == 1:
            guest.put(b"", "opened")
        try:
            await guest.listen(reader, writer)
        finally:
            writer.close()
            self._clients.discard(writer)
            self._forget(guest, writer)

    def _forget(self, guest: _Guest, writer: asyncio.StreamWriter) -> None:
        for node in sorted(guest.nodes):
            if self._peers.get(node) is writer:
                del self._peers[node]
                guest.put(node.encode(), "left")
        if not self._clients:
            guest.put(b"", "closed")

    async def close(self, server: asyncio.Server) -> None:
        """Stop listening and hang up."""
        server.close()
        for writer in list(self._clients):
            writer.close()
        await asyncio.sleep(0)
