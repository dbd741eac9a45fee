"""The latest events, numbered: what a client that was away asks for.

Bounded: beyond `capacity` the oldest leave; the journal keeps everything.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import msgspec

from vedette.model.events import Event
from vedette.server.public import as_public

_ENCODER = msgspec.msgpack.Encoder()


@dataclass(slots=True)
class Numbered:
    """One event, its number, and its MessagePack once somebody needed it."""

    seq: int
    event: Event
    _packed: bytes = b""

    def public(self) -> dict[str, Any]:
        """Give {"seq", "event"} as browsers see it."""
        return {"seq": self.seq, "event": as_public(self.event)}

    def packed(self) -> bytes:
        """Give `public` as MessagePack, encoded once."""
        if not self._packed:
            self._packed = _ENCODER.encode(self.public())
        return self._packed


@dataclass(slots=True)
class EventLog:
    """The newest `capacity` events. last: the number of the newest, 0 before the first."""

    capacity: int = 20_000
    last: int = 0
    items: deque[Numbered] = field(default_factory=deque)

    @property
    def first(self) -> int:
        """The number of the oldest event still held."""
        return self.last - len(self.items) + 1

    def append(self, events: Iterable[Event]) -> None:
        """Number the events and keep them."""
        for event in events:
            self.last += 1
            self.items.append(Numbered(self.last, event))
            if len(self.items) > self.capacity:
                self.items.popleft()

    def after(self, seq: int, limit: int) -> list[Numbered]:
        """Give at most `limit` events with a number above `seq`, oldest first."""
        newest = min(max(self.last - seq, 0), len(self.items))
        if newest <= limit:
            return _newest(self.items, newest)
        start = len(self.items) - newest
        return [self.items[i] for i in range(start, start + limit)]


def _newest(items: deque[Numbered], count: int) -> list[Numbered]:
    """Walk back from the end: the usual question is about the last few."""
    found = []
    for _, item in zip(range(count), reversed(items), strict=False):
        found.append(item)
    return found[::-1]
