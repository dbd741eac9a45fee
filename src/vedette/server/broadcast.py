"""One encoding for all who look: newest picture wins, events are never skipped unsaid.

A client keeps no queue of its own: it has one slot for the newest shared message and the number of
the last event it was sent. So a stalled client costs one reference, and slows nobody. One that is
more than EVENTS_MAX events or EVENTS_BYTES_MAX behind is told to fetch them: {"kind": "resync"}.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vedette.server.event_log import EventLog, Numbered
from vedette.server.public import as_public
from vedette.server.views import StreamResync

EVENTS_MAX = 1000
EVENTS_BYTES_MAX = 1024 * 1024
# A step that comes a little early still counts for the client's rate: 20 Hz clients of a 20 Hz
# service get every picture, not every other.
EARLY_S = 0.01

# Encoding may take this part of the loop's time, the rest is the pipeline's: thousands of tracks
# reach displays a few times a second, hundreds at the full rate. Warnings do not wait.
SHARE_MAX = 0.1

_ENCODER = msgspec.msgpack.Encoder()
_FIXMAP = 0x80  # MessagePack: a map of up to 15 pairs is one byte and the pairs
_MAP16 = b"\xde"  # a map whose number of pairs follows in two bytes


@dataclass(slots=True, eq=False)
class Client:
    """One who looks. slot: the newest shared message not yet sent; seq: the last event sent."""

    rate_hz: float
    seq: int
    due_s: float = 0.0
    slot: bytes | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)

    def is_due(self, now_s: float) -> bool:
        """Say whether the client's rate allows a picture now, and book the next."""
        if now_s < self.due_s - EARLY_S:
            return False
        period_s = 1.0 / self.rate_hz
        self.due_s = self.due_s + period_s if now_s - self.due_s < period_s else now_s + period_s
        return True

    def offer(self, shared: bytes) -> None:
        """Put the newest picture into the slot."""
        self.slot = shared
        self.wake.set()


class Broadcast:
    """All who look at one service."""

    def __init__(
        self,
        events: EventLog,
        shared_message: Callable[[], dict[str, Any] | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """events: the numbered log; shared_message: makes the latest picture's map on demand."""
        self._events = events
        self._shared_message = shared_message
        self._clock = clock
        self._clients: dict[Client, None] = {}
        self._rest_until_s = 0.0

    @property
    def viewers(self) -> int:
        """How many look."""
        return len(self._clients)

    def join(self, rate_hz: float) -> Client:
        """Add a client; the latest picture, if there is one, is its first."""
        client = Client(rate_hz=rate_hz, seq=self._events.last)
        self._clients[client] = None
        shared = self._encode()
        if shared is not None:
            client.offer(shared)
        return client

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self._clients.pop(client, None)

    def publish(self, urgent: bool) -> None:
        """Offer the latest picture to the clients that are due, all if urgent; encode it once."""
        now_s = self._clock()
        if now_s < self._rest_until_s and not urgent:
            return
        due = [client for client in self._clients if client.is_due(now_s) or urgent]
        if not due:
            return
        shared = self._encode()
        if shared is not None:
            for client in due:
                client.offer(shared)

    def _encode(self) -> bytes | None:
        begun_s = self._clock()
        message = self._shared_message()
        encoded = None if message is None else _ENCODER.encode(message)
        end_s = self._clock()
        self._rest_until_s = end_s + (end_s - begun_s) * (1.0 / SHARE_MAX - 1.0)
        return encoded

    def take(self, client: Client) -> bytes | None:
        """Give the client's next message: its slot with the events since the last, or a resync."""
        shared, client.slot = client.slot, None
        client.wake.clear()
        if shared is None:
            return None
        behind = self._events.last - client.seq
        events = self._events.after(client.seq, EVENTS_MAX)
        client.seq = self._events.last
        if behind > len(events) or sum(len(e.packed()) for e in events) > EVENTS_BYTES_MAX:
            client.offer(shared)  # the picture follows the resync
            return _ENCODER.encode(as_public(StreamResync(last_seq=self._events.last)))
        return with_events(shared, events)


def with_events(shared: bytes, events: list[Numbered]) -> bytes:
    """Add the pair "events" to an encoded map, without decoding it.

    MessagePack writes a map of up to 15 pairs as one byte 0x80 + pairs, a larger one as 0xde and
    the pairs in two bytes, then the pairs (specification, "map format family"), so a pair is added
    by raising that number and appending.
    """
    small = shared[0] - _FIXMAP
    pairs = small if 0 <= small <= 15 else int.from_bytes(shared[1:3])
    body = shared[1:] if 0 <= small <= 15 else shared[3:]
    listed = _ENCODER.encode([msgspec.Raw(event.packed()) for event in events])
    head = _MAP16 + (pairs + 1).to_bytes(2)
    return b"".join((head, body, _ENCODER.encode("events"), listed))
