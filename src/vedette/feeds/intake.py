"""Where all transports put what arrives, and the service takes it: bounded, fair, counted.

Each feed has its declared rate and its bound. Above them it loses its own oldest; above the limit
of all queues together the loudest feed loses its oldest. What was dropped is said as an arrival of
kind "shed" in the place where it is missing; what the system lost before it could be read, as one
of kind "lost". A stream that is handed over as it was read has such a note in each of its gaps, or
the halves of two frames would meet over one and give a third.

Many sensors may share a feed. Each that its octets name (`whose`) has a queue of its own there, all
others one together, and each may always use its share, the feed's rate divided by their number;
what others leave unused goes to whoever comes. So the loudest loses, and who keeps within its
share loses nothing. Through the doors of the server each sensor has a whole rate of its own. What
is shed says whose it was.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.config.kinds import FEED_KINDS, FeedKind
from vedette.config.site import Feed, Site
from vedette.feeds.frames import frames_in, newest
from vedette.feeds.whose import LINES_APART_MAX, Whose
from vedette.model.arrivals import Arrival

DOOR_QUEUE_MAX = 10_000
QUEUE_BYTES_MAX = 8 << 20  # of one feed; 10,000 datagrams of 800 bytes
# What one arrival holds above the declared rate is owed, but not for longer than this: a datagram
# of nothing but ends of lines, which anybody may send, must not silence a sensor for a minute.
DEBT_S_MAX = 5.0
FLOOD_S = 1.0  # a source counts as flooding for as long after it was last shed for its rate
FRAMES_MAX = 1 << 62  # no bound of its own on one arrival
TOTAL_UNITS_MAX = 200_000  # of all feeds together: about 400 MB of Arrival objects at worst

_DOOR = FeedKind("detections", "listen_tcp")  # HTTP and WebSocket: a message an arrival


@dataclass(slots=True)
class Bucket:
    """What may come now: a second's worth at most, filled at a rate, in frames."""

    tokens: float
    t_tokens_ns: int

    def is_empty(self, t_ns: int, rate_hz: float) -> bool:
        """Fill it up to t_ns, at rate_hz; say whether there is less than one in it."""
        elapsed_s = max(t_ns - self.t_tokens_ns, 0) / NS_PER_S
        self.t_tokens_ns = max(t_ns, self.t_tokens_ns)
        self.tokens = min(self.tokens + elapsed_s * rate_hz, rate_hz)
        return self.tokens < 1.0

    def wait_s(self, rate_hz: float) -> float:
        """Say how long it takes until there is one in it, if nobody takes any."""
        return max(1.0 - self.tokens, 0.0) / rate_hz

    def take(self, frames: int, rate_hz: float) -> None:
        """Take some out; what is not there is owed."""
        self.tokens = max(self.tokens - frames, -DEBT_S_MAX * rate_hz)


@dataclass(slots=True)
class FeedQueue:
    """One sensor's queue on a feed: (sequence number, frames, arrival, gap), oldest first.

    sensor: whose it is; "" of all that the octets name nobody for. gap: frames lost right before
    it, where that must be said there. shed: lost, and not said there.
    """

    feed: str
    sensor: str
    bucket: Bucket
    waiting: deque[tuple[int, int, Arrival, int]] = field(default_factory=deque)
    frames: int = 0
    size_bytes: int = 0
    shed: int = 0
    shed_sequence: int = 0
    t_flood_ns: int = -(10**18)  # when it was last shed for its rate
    t_room_ns: int = -(10**18)  # until then there is no room for it
    lost: int = 0


@dataclass(slots=True)
class Line:
    """One feed, or one sensor's way through a door: its limits, and the queues on it by sensor.

    bucket: of the whole. frames, size_bytes: that wait on all of them. received: datagrams, or
    bytes of a stream, since the start.
    """

    feed: str
    kind: FeedKind
    rate_max_hz: float
    queue_max: int
    bucket: Bucket
    queues: dict[str, FeedQueue] = field(default_factory=dict)
    frames: int = 0
    size_bytes: int = 0
    received: int = 0

    @property
    def share_hz(self) -> float:
        """Say what each sensor on it may always use."""
        return self.rate_max_hz / max(len(self.queues), 1)

    def queue(self, sensor: str, now_ns: int) -> FeedQueue:
        """Give a sensor's queue; opened with its first, and with a share that is full."""
        found = self.queues.get(sensor)
        if found is None:
            found = FeedQueue(self.feed, sensor, Bucket(0.0, now_ns))
            self.queues[sensor] = found
            found.bucket.tokens = self.share_hz
        return found

    def room(self, queue: FeedQueue, t_ns: int) -> int:
        """Say how many frames a sensor may bring now: 0 above its rate, else at least 1.

        They come out of its share, or else out of what others leave. Who does not flood may bring
        more than there is, and owes it.
        """
        if t_ns < queue.t_room_ns:
            return 0
        share_hz = self.share_hz
        is_above_share = queue.bucket.is_empty(t_ns, share_hz)
        if self.bucket.is_empty(t_ns, self.rate_max_hz) and is_above_share:
            wait_s = min(queue.bucket.wait_s(share_hz), self.bucket.wait_s(self.rate_max_hz))
            queue.t_room_ns = t_ns + int(wait_s * NS_PER_S)
            return 0
        if t_ns - queue.t_flood_ns > FLOOD_S * NS_PER_S:
            return FRAMES_MAX
        return int(max(queue.bucket.tokens, self.bucket.tokens))

    def take(self, queue: FeedQueue, frames: int) -> None:
        """Take frames out of the whole, and out of the sensor's share while there is some."""
        self.bucket.take(frames, self.rate_max_hz)
        if queue.bucket.tokens >= 1.0:
            queue.bucket.take(frames, self.share_hz)

    @property
    def is_full(self) -> bool:
        """Say whether more waits than may; a single arrival may always."""
        is_above = self.frames > self.queue_max or self.size_bytes > QUEUE_BYTES_MAX
        return is_above and sum(len(queue.waiting) for queue in self.queues.values()) > 1

    def loudest(self) -> FeedQueue:
        """Give the queue that holds most of what there may be: of frames or of octets."""
        return max(
            self.queues.values(),
            key=lambda each: max(each.frames / self.queue_max, each.size_bytes / QUEUE_BYTES_MAX),
        )


class Intake:
    """The one bounded queue between the transports and the steps; all on one event loop."""

    def __init__(self, site: Site, clock: Callable[[], int]) -> None:
        """clock gives now, int64 ns UTC; it stamps the shed notes."""
        self._clock = clock
        self._door_rate_max_hz = site.limits.door_rate_max_hz
        self._whose = Whose(site)
        self._lines = {feed.id: self._line_of(feed) for feed in site.feeds}
        self._doors: dict[tuple[str, str], Line] = {}
        self._sequence = 0
        self._frames = 0
        self._callbacks: list[Callable[[], None]] = []

    def _line_of(self, feed: Feed) -> Line:
        bucket, kind = Bucket(feed.rate_max_hz, self._clock()), FEED_KINDS[feed.kind]
        line = Line(feed.id, kind, feed.rate_max_hz, feed.queue_max, bucket)
        line.queue("", self._clock())
        return line

    def _door(self, feed: str, sensor: str) -> Line:
        """Give a sensor's own way through a door; opened with its first."""
        found = self._doors.get((feed, sensor))
        if found is None:
            rate_hz, now_ns = self._door_rate_max_hz, self._clock()
            found = Line(feed, _DOOR, rate_hz, DOOR_QUEUE_MAX, Bucket(rate_hz, now_ns))
            found.queue(sensor, now_ns)
            self._doors[feed, sensor] = found
        return found

    def _all(self) -> list[Line]:
        return [*self._lines.values(), *self._doors.values()]

    def _queues(self) -> list[FeedQueue]:
        return [queue for line in self._all() for queue in line.queues.values()]

    def on_arrival(self, callback: Callable[[], None]) -> None:
        """Have a function called after every arrival, to wake whoever steps."""
        self._callbacks.append(callback)

    @property
    def waiting(self) -> int:
        """Say how many arrivals wait to be taken."""
        queues = self._queues()
        return sum(len(each.waiting) + bool(each.shed) + bool(each.lost) for each in queues)

    def depths(self) -> dict[str, int]:
        """Say how many frames wait in each feed's queue."""
        waiting: dict[str, int] = {}
        for queue in self._queues():
            waiting[queue.feed] = waiting.get(queue.feed, 0) + queue.frames
        return waiting

    def units(self, feed: str) -> int:
        """Say how much a feed has received since the start: datagrams, or bytes of a stream."""
        line = self._lines.get(feed)
        return line.received if line else 0

    def put(self, arrival: Arrival) -> None:
        """Take in an arrival of a feed of the site, or of one of the open doors."""
        line = self._lines.get(arrival.feed)
        if line is not None:
            self._put_in_shares(line, arrival)
        elif arrival.kind == "data":
            self._put_by_sensor(arrival)
        else:
            self._put(self._door(arrival.feed, ""), "", arrival)
        for callback in self._callbacks:
            callback()

    def _put_in_shares(self, line: Line, arrival: Arrival) -> None:
        """Take in what came over a feed of the site: what each sensor sent to its own queue."""
        if arrival.kind != "data":
            self._put(line, "", arrival)
            return
        is_stream = line.kind.mark or line.kind.is_framed
        line.received += len(arrival.data) if is_stream else 1
        parts = self._whose.parts(line.kind, arrival.data)
        if len(parts) == 1:
            self._put(line, parts[0][0], arrival)
            return
        for sensor, data in parts:
            self._put(line, sensor, msgspec.structs.replace(arrival, data=data))

    def _put_by_sensor(self, arrival: Arrival) -> None:
        """Take in what came through a door: the lines of each sensor to its own queue."""
        if arrival.data.count(b"\n") > LINES_APART_MAX:
            sensor = self._whose.first_named(arrival.data)
            self._put(self._door(arrival.feed, sensor), sensor, arrival)
            return
        by_sensor = self._whose.lines_apart(arrival.data)
        if len(by_sensor) < 2:
            sensor = next(iter(by_sensor), "")
            self._put(self._door(arrival.feed, sensor), sensor, arrival)
            return
        for sensor, lines in by_sensor.items():
            part = msgspec.structs.replace(arrival, data=b"\n".join(lines) + b"\n")
            self._put(self._door(arrival.feed, sensor), sensor, part)

    def _put(self, line: Line, sensor: str, arrival: Arrival) -> None:
        self._sequence += 1
        queue = line.queue(sensor, self._clock())
        if arrival.kind == "data":
            self._put_data(line, queue, arrival)
        else:
            self._append(line, queue, 1, arrival)
        self._keep_bounds(line)

    def _put_data(self, line: Line, queue: FeedQueue, arrival: Arrival) -> None:
        """Queue what its sensor may bring of an arrival: all, the newest for older, or none."""
        frames = frames_in(line.kind, arrival.data)
        if room := line.room(queue, arrival.t_recv_ns):
            line.take(queue, min(frames, room))
        else:
            room = self._drop(line, queue)
            queue.t_flood_ns = arrival.t_recv_ns
        if too_many := max(frames - room, 0):
            queue.t_flood_ns = arrival.t_recv_ns
            self._note_shed(queue, self._sequence, too_many)
            if not room:
                return
            data = newest(line.kind, arrival.data, too_many)
            arrival = msgspec.structs.replace(arrival, data=data)
        self._append(line, queue, frames - too_many, arrival)

    def lose(self, feed: str, count: int) -> None:
        """Count what a feed's socket has lost before it could be read."""
        self._lines[feed].queues[""].lost += count

    def admit(self, feed: str, data: bytes) -> tuple[bytes, Sequence[int]]:
        """Leave out of what a door is about to take the lines of sensors above their rate.

        For those who would read the octets before they hand them over. Gives what is left, its
        lines in their places, and the numbers of the lines left out, which count as shed.
        """
        now_ns = self._clock()
        doors = [(sensor, line) for (door, sensor), line in self._doors.items() if door == feed]
        full = {
            sensor: line.queues[sensor]
            for sensor, line in doors
            if line.bucket.is_empty(now_ns, line.rate_max_hz)
        }
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
            queue = full.get(self._whose.first_named(data))
            if queue is None:
                return data, []
            self._sequence += 1
            self._note_shed(queue, self._sequence, count)
            return b"", range(1, count + 1)
        lines, out = data.split(b"\n"), list[int]()
        for number, line in enumerate(lines, 1):
            queue = full.get(self._whose.named(line)) if line.strip() else None
            if queue is not None:
                out.append(number)
                self._sequence += 1
                self._note_shed(queue, self._sequence, 1)
                lines[number - 1] = b""
        left = b"\n".join(lines) if out else data
        return left if left.strip() else b"", out

    def _append(self, line: Line, queue: FeedQueue, frames: int, arrival: Arrival) -> None:
        gap = 0
        if line.kind.is_torn:
            gap, queue.shed = queue.shed, 0
        queue.waiting.append((self._sequence, frames, arrival, gap))
        queue.frames += frames
        queue.size_bytes += len(arrival.data)
        line.frames += frames
        line.size_bytes += len(arrival.data)
        self._frames += frames

    def _keep_bounds(self, line: Line) -> None:
        while line.is_full:
            if not self._drop(line, line.loudest()):
                break
        while self._frames > TOTAL_UNITS_MAX:
            loudest = max(self._all(), key=lambda each: each.frames)
            if not self._drop(loudest, loudest.loudest()):
                break

    def _drop(self, line: Line, queue: FeedQueue) -> int:
        """Drop the oldest arrival of a queue; say how many frames it held, 0 if there was none."""
        if not queue.waiting:
            return 0
        sequence, frames, arrival, gap = queue.waiting.popleft()
        queue.frames -= frames
        queue.size_bytes -= len(arrival.data)
        line.frames -= frames
        line.size_bytes -= len(arrival.data)
        self._frames -= frames
        if line.kind.is_torn and queue.waiting:
            after, held, data, its_gap = queue.waiting[0]
            queue.waiting[0] = (after, held, data, its_gap + gap + frames)
        else:
            self._note_shed(queue, sequence, gap + frames)
        return frames

    @staticmethod
    def _note_shed(queue: FeedQueue, sequence: int, frames: int) -> None:
        queue.shed += frames
        queue.shed_sequence = sequence

    def drain(self) -> list[Arrival]:
        """Take everything, in order of arrival; what was shed stands as a note in its place."""
        taken: list[tuple[int, Arrival]] = []
        now_ns = self._clock()
        for queue in self._queues():
            if queue.shed:
                taken.append((queue.shed_sequence, _shed_note(queue, queue.shed, now_ns)))
            if queue.lost:
                note = Arrival(feed=queue.feed, t_recv_ns=now_ns, kind="lost", count=queue.lost)
                taken.append((self._sequence, note))
            for sequence, _, arrival, gap in queue.waiting:
                if gap:
                    taken.append((sequence, _shed_note(queue, gap, now_ns)))
                taken.append((sequence, arrival))
            queue.waiting.clear()
            queue.frames = queue.size_bytes = queue.shed = queue.lost = 0
        for line in self._all():
            line.frames = line.size_bytes = 0
        self._frames = 0
        taken.sort(key=lambda entry: entry[0])
        return [arrival for _, arrival in taken]


def _shed_note(queue: FeedQueue, count: int, now_ns: int) -> Arrival:
    whose = queue.sensor.encode()
    return Arrival(feed=queue.feed, t_recv_ns=now_ns, kind="shed", count=count, data=whose)
