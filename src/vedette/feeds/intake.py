"""Where all transports put what arrives, and the service takes it: bounded, fair, counted.

Each feed has its own queue. A feed above its declared rate, or whose queue is full, loses its own
oldest; above the limit of all queues together the loudest feed loses its oldest. What was dropped
is said once, as an arrival of kind "shed", in the place where it is missing; what the system lost
before it could be read, as one of kind "lost".
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_S
from vedette.codecs import sapient
from vedette.config.kinds import FEED_KINDS, FeedKind
from vedette.config.site import Feed, Site
from vedette.model.arrivals import Arrival

DOOR_QUEUE_MAX = 10_000
QUEUE_BYTES_MAX = 8 << 20  # of one feed; 10,000 datagrams of 800 bytes
# What one arrival holds above the declared rate is owed, but not for longer than this: a datagram
# of nothing but ends of lines, which anybody may send, must not silence a sensor for a minute.
DEBT_S_MAX = 5.0
TOTAL_UNITS_MAX = 200_000  # of all feeds together: about 400 MB of Arrival objects at worst

_DOOR = FeedKind("detections", "listen_tcp")  # HTTP and WebSocket: a message an arrival


@dataclass(slots=True)
class FeedQueue:
    """One feed's queue: (sequence number, frames, arrival), oldest first."""

    kind: FeedKind
    rate_max_hz: float
    queue_max: int
    tokens: float
    t_tokens_ns: int
    waiting: deque[tuple[int, int, Arrival]] = field(default_factory=deque)
    frames: int = 0
    size_bytes: int = 0
    received: int = 0
    shed: int = 0
    shed_sequence: int = 0
    lost: int = 0


def frames_in(kind: FeedKind, data: bytes) -> int:
    """Count what an arrival holds of what the declared rate counts; at least 1.

    Detections one by one, frames of a stream by their mark, messages of SAPIENT, else datagrams.
    """
    if kind.is_framed:
        return max(len(sapient.split(data).messages), 1)
    if kind.format == "detections":
        return max(data.count(b"\n") + (data[-1:] != b"\n"), 1)
    return max(data.count(kind.mark), 1) if kind.mark else 1


class Intake:
    """The one bounded queue between the transports and the steps; all on one event loop."""

    def __init__(self, site: Site, clock: Callable[[], int]) -> None:
        """clock gives now, int64 ns UTC; it stamps the shed notes."""
        self._clock = clock
        self._door_rate_max_hz = site.limits.door_rate_max_hz
        self._queues = {feed.id: self._queue_of(feed) for feed in site.feeds}
        self._sequence = 0
        self._frames = 0
        self._callbacks: list[Callable[[], None]] = []

    def _queue_of(self, feed: Feed) -> FeedQueue:
        now_ns = self._clock()
        kind = FEED_KINDS[feed.kind]
        return FeedQueue(kind, feed.rate_max_hz, feed.queue_max, feed.rate_max_hz, now_ns)

    def _door(self) -> FeedQueue:
        rate_max_hz = self._door_rate_max_hz
        return FeedQueue(_DOOR, rate_max_hz, DOOR_QUEUE_MAX, rate_max_hz, self._clock())

    def on_arrival(self, callback: Callable[[], None]) -> None:
        """Have a function called after every arrival, to wake whoever steps."""
        self._callbacks.append(callback)

    @property
    def waiting(self) -> int:
        """Say how many arrivals wait to be taken."""
        queues = self._queues.values()
        return sum(len(each.waiting) + bool(each.shed) + bool(each.lost) for each in queues)

    def depths(self) -> dict[str, int]:
        """Say how many frames wait in each feed's queue."""
        return {feed: queue.frames for feed, queue in self._queues.items()}

    def units(self, feed: str) -> int:
        """Say how much a feed has received since the start: datagrams, or bytes of a stream."""
        queue = self._queues.get(feed)
        return queue.received if queue else 0

    def put(self, arrival: Arrival) -> None:
        """Take in an arrival of a feed of the site, or of one of the open doors."""
        queue = self._queues.get(arrival.feed)
        if queue is None:
            queue = self._queues[arrival.feed] = self._door()
        self._sequence += 1
        if arrival.kind == "data":
            kind = queue.kind
            queue.received += len(arrival.data) if kind.mark or kind.is_framed else 1
            frames = frames_in(kind, arrival.data)
            if self._is_too_fast(queue, frames, arrival.t_recv_ns) and not self._drop(queue):
                self._note_shed(queue, self._sequence, frames)
            else:
                self._append(queue, frames, arrival)
        else:
            self._append(queue, 1, arrival)
        self._keep_bounds(queue)
        for callback in self._callbacks:
            callback()

    def lose(self, feed: str, count: int) -> None:
        """Count what a feed's socket has lost before it could be read."""
        self._queues[feed].lost += count

    def is_flooded(self, feed: str, data: bytes) -> bool:
        """Say whether a door is above its rate; what it was about to take counts as shed then.

        For those who would read the octets before they hand them over.
        """
        queue = self._queues.get(feed)
        if queue is None or not self._is_empty(queue, self._clock()):
            return False
        self._sequence += 1
        self._note_shed(queue, self._sequence, frames_in(queue.kind, data))
        for callback in self._callbacks:
            callback()
        return True

    def _is_too_fast(self, queue: FeedQueue, frames: int, t_ns: int) -> bool:
        """Take from the feed's bucket, if there is anything in it."""
        if self._is_empty(queue, t_ns):
            return True
        queue.tokens = max(queue.tokens - frames, -DEBT_S_MAX * queue.rate_max_hz)
        return False

    @staticmethod
    def _is_empty(queue: FeedQueue, t_ns: int) -> bool:
        """Fill the feed's bucket: it holds a second's worth, and fills at the declared rate."""
        elapsed_s = max(t_ns - queue.t_tokens_ns, 0) / NS_PER_S
        queue.t_tokens_ns = max(t_ns, queue.t_tokens_ns)
        queue.tokens = min(queue.tokens + elapsed_s * queue.rate_max_hz, queue.rate_max_hz)
        return queue.tokens < 1.0

    def _append(self, queue: FeedQueue, frames: int, arrival: Arrival) -> None:
        queue.waiting.append((self._sequence, frames, arrival))
        queue.frames += frames
        queue.size_bytes += len(arrival.data)
        self._frames += frames

    def _keep_bounds(self, queue: FeedQueue) -> None:
        while queue.frames > queue.queue_max or queue.size_bytes > QUEUE_BYTES_MAX:
            if len(queue.waiting) < 2 or not self._drop(queue):
                break
        while self._frames > TOTAL_UNITS_MAX:
            loudest = max(self._queues.values(), key=lambda each: each.frames)
            if not self._drop(loudest):
                break

    def _drop(self, queue: FeedQueue) -> bool:
        """Drop a feed's oldest arrival; say whether there was one."""
        if not queue.waiting:
            return False
        sequence, frames, arrival = queue.waiting.popleft()
        queue.frames -= frames
        queue.size_bytes -= len(arrival.data)
        self._frames -= frames
        self._note_shed(queue, sequence, frames)
        return True

    @staticmethod
    def _note_shed(queue: FeedQueue, sequence: int, frames: int) -> None:
        queue.shed += frames
        queue.shed_sequence = sequence

    def drain(self) -> list[Arrival]:
        """Take everything, in order of arrival; what was shed stands as a note in its place."""
        taken: list[tuple[int, Arrival]] = []
        now_ns = self._clock()
        for feed, queue in self._queues.items():
            if queue.shed:
                note = Arrival(feed=feed, t_recv_ns=now_ns, kind="shed", count=queue.shed)
                taken.append((queue.shed_sequence, note))
            if queue.lost:
                note = Arrival(feed=feed, t_recv_ns=now_ns, kind="lost", count=queue.lost)
                taken.append((self._sequence, note))
            taken += [(sequence, arrival) for sequence, _, arrival in queue.waiting]
            queue.waiting.clear()
            queue.frames = queue.size_bytes = queue.shed = queue.lost = 0
        self._frames = 0
        taken.sort(key=lambda entry: entry[0])
        return [arrival for _, arrival in taken]
