"""Where all transports put what arrives, and the service takes it: bounded, fair, counted.

Each feed has its own queue. A feed above its declared rate, or whose queue is full, loses its own
oldest; above the limit of all queues together the loudest feed loses its oldest. What was dropped
is said once, as an arrival of kind "shed", in the place where it is missing; what the system lost
before it could be read, as one of kind "lost".

Through the doors of the server many sensors come in: there each sensor of the site has a queue and
a rate of its own, and all that names none of them one together. What is shed says whose it was.
"""

import re
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

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
# Larger bodies are whole whose their first line is: to take a megabyte of lines apart would take
# tens of milliseconds, in which nobody else is heard.
LINES_APART_MAX = 1_000
LINE_HEAD_BYTES = 16_384  # of a first line
# Whose a line is, before it is read: a key of a site file. What is written otherwise is nobody's.
_SENSOR = re.compile(rb'"sensor"\s*:\s*"([a-z0-9][a-z0-9_\-]{0,47})"')


@dataclass(slots=True)
class FeedQueue:
    """One feed's queue: (sequence number, frames, arrival), oldest first.

    sensor: whose it is, of a door's.
    """

    feed: str
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
    sensor: str = ""


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
        self._sensors = {sensor.id.encode(): sensor.id for sensor in site.sensors}
        self._queues = {feed.id: self._queue_of(feed) for feed in site.feeds}
        self._doors: dict[tuple[str, str], FeedQueue] = {}
        self._sequence = 0
        self._frames = 0
        self._callbacks: list[Callable[[], None]] = []

    def _queue_of(self, feed: Feed) -> FeedQueue:
        now_ns = self._clock()
        kind = FEED_KINDS[feed.kind]
        return FeedQueue(feed.id, kind, feed.rate_max_hz, feed.queue_max, feed.rate_max_hz, now_ns)

    def _door(self, feed: str, sensor: str) -> FeedQueue:
        """Give the queue of a sensor's detections through a door; opened with its first."""
        found = self._doors.get((feed, sensor))
        if found is None:
            rate_hz, now_ns = self._door_rate_max_hz, self._clock()
            found = FeedQueue(feed, _DOOR, rate_hz, DOOR_QUEUE_MAX, rate_hz, now_ns, sensor=sensor)
            self._doors[feed, sensor] = found
        return found

    def _all(self) -> list[FeedQueue]:
        return [*self._queues.values(), *self._doors.values()]

    def _named(self, line: bytes) -> str:
        """Say which sensor of the site a line names, "" where it names none."""
        found = _SENSOR.search(line)
        return self._sensors.get(found[1], "") if found else ""

    def _first_named(self, data: bytes) -> str:
        """Say which sensor the first line of a body names."""
        return self._named(data.lstrip()[:LINE_HEAD_BYTES].partition(b"\n")[0])

    def on_arrival(self, callback: Callable[[], None]) -> None:
        """Have a function called after every arrival, to wake whoever steps."""
        self._callbacks.append(callback)

    @property
    def waiting(self) -> int:
        """Say how many arrivals wait to be taken."""
        queues = self._all()
        return sum(len(each.waiting) + bool(each.shed) + bool(each.lost) for each in queues)

    def depths(self) -> dict[str, int]:
        """Say how many frames wait in each feed's queue."""
        waiting: dict[str, int] = {}
        for queue in self._all():
            waiting[queue.feed] = waiting.get(queue.feed, 0) + queue.frames
        return waiting

    def units(self, feed: str) -> int:
        """Say how much a feed has received since the start: datagrams, or bytes of a stream."""
        queue = self._queues.get(feed)
        return queue.received if queue else 0

    def put(self, arrival: Arrival) -> None:
        """Take in an arrival of a feed of the site, or of one of the open doors."""
        queue = self._queues.get(arrival.feed)
        if queue is not None:
            self._put(queue, arrival)
        elif arrival.kind == "data":
            self._put_by_sensor(arrival)
        else:
            self._put(self._door(arrival.feed, ""), arrival)
        for callback in self._callbacks:
            callback()

    def _put_by_sensor(self, arrival: Arrival) -> None:
        """Take in what came through a door: the lines of each sensor to its own queue."""
        if arrival.data.count(b"\n") > LINES_APART_MAX:
            self._put(self._door(arrival.feed, self._first_named(arrival.data)), arrival)
            return
        by_sensor: dict[str, list[bytes]] = {}
        for line in arrival.data.split(b"\n"):
            if line.strip():
                by_sensor.setdefault(self._named(line), []).append(line)
        if len(by_sensor) < 2:
            self._put(self._door(arrival.feed, next(iter(by_sensor), "")), arrival)
            return
        for sensor, lines in by_sensor.items():
            part = msgspec.structs.replace(arrival, data=b"\n".join(lines) + b"\n")
            self._put(self._door(arrival.feed, sensor), part)

    def _put(self, queue: FeedQueue, arrival: Arrival) -> None:
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

    def lose(self, feed: str, count: int) -> None:
        """Count what a feed's socket has lost before it could be read."""
        self._queues[feed].lost += count

    def admit(self, feed: str, data: bytes) -> tuple[bytes, Sequence[int]]:
        """Leave out of what a door is about to take the lines of sensors above their rate.

        For those who would read the octets before they hand them over. Gives what is left, its
        lines in their places, and the numbers of the lines left out, which count as shed.
        """
        now_ns = self._clock()
        doors = [queue for (door, _), queue in self._doors.items() if door == feed]
        full = {queue.sensor: queue for queue in doors if self._is_empty(queue, now_ns)}
        if not full:
            return data, []
        left, out = self._without(data, full)
        if out:
            for callback in self._callbacks:
                callback()
        return left, out

    def _without(self, data: bytes, full: Mapping[str, FeedQueue]) -> tuple[bytes, Sequence[int]]:
        """Leave out the lines of some sensors, by their queues, and note them as shed."""
        count = data.count(b"\n") + (data[-1:] != b"\n")
        if count > LINES_APART_MAX:
            queue = full.get(self._first_named(data))
            if queue is None:
                return data, []
            self._sequence += 1
            self._note_shed(queue, self._sequence, count)
            return b"", range(1, count + 1)
        lines, out = data.split(b"\n"), list[int]()
        for number, line in enumerate(lines, 1):
            queue = full.get(self._named(line)) if line.strip() else None
            if queue is not None:
                out.append(number)
                self._sequence += 1
                self._note_shed(queue, self._sequence, 1)
                lines[number - 1] = b""
        left = b"\n".join(lines) if out else data
        return left if left.strip() else b"", out

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
            loudest = max(self._all(), key=lambda each: each.frames)
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
        for queue in self._all():
            feed, whose = queue.feed, queue.sensor.encode()
            if queue.shed:
                note = Arrival(
                    feed=feed, t_recv_ns=now_ns, kind="shed", count=queue.shed, data=whose
                )
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
