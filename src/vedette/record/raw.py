"""Raw segments: every input and every step in order, as MCAP (zstd chunks with checksums).

The MCAP writer fills a buffer in memory and the buffer goes to the file, so that a full disk costs
nothing but time: what could not be written waits and is written when there is room. Only when more
than `WAITING_MAX_BYTES` waits is it given up; the next segment then says that there is a gap.
"""

import os
from collections import deque
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec
from mcap.writer import CompressionType, Writer

from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery

CHUNK_MAX_BYTES = 256 * 1024
CHUNK_MAX_S = 0.5
SEGMENT_MAX_BYTES = 256 * 1024 * 1024  # a new file then, so that no file or index grows for ever
WAITING_MAX_BYTES = 64 * 1024 * 1024  # about half an hour of a busy site
RETRY_S = 1.0

TOPICS = ("arrivals", "commands", "steps", "pictures")
CHANNELS = {topic: number for number, topic in enumerate(TOPICS, start=1)}
SaidByPeople = Command | Delivery


class StepMarker(msgspec.Struct, frozen=True, kw_only=True, tag="step"):
    """The end of one step: what belongs to it lies between the last marker and this one.

    digest: of the picture. seq and chain: the journal's last event and its hash after the step.
    """

    number: int
    now_ns: int
    arrivals: int
    commands: int
    digest: bytes
    seq: int
    chain: bytes


class SegmentStarted(msgspec.Struct, frozen=True, kw_only=True, tag="segment"):
    """The head of a segment. first_step: the number of its first step. why: "started",
    "continued" (the file before was full), "restarted" (the service was), "gap" (inputs before it
    are missing)."""

    segment: int
    first_step: int
    t_ns: int
    why: str
    version: str


Marker = StepMarker | SegmentStarted
_ENCODER = msgspec.msgpack.Encoder()


def segment_path(folder: Path, segment: int) -> Path:
    """Name the file of a segment."""
    return folder / f"raw-{segment:04d}.mcap"


def segments(folder: Path) -> list[int]:
    """List the numbers of a recording's segments."""
    names = (path.stem.removeprefix("raw-") for path in folder.glob("raw-*.mcap"))
    return sorted(int(name) for name in names if name.isdecimal())


class _Waiting:
    """Bytes on their way to a file, in order, counted from the file's start."""

    def __init__(self) -> None:
        self.pieces: deque[bytes] = deque()
        self.waiting = 0
        self.total = 0

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        self.waiting += len(data)
        self.total += len(data)
        return len(data)

    def tell(self) -> int:
        return self.total

    def flush(self) -> None:
        """Leave it to `drain`: the MCAP writer must never meet a full disk."""

    def drain(self, descriptor: int) -> None:
        """Write all that waits. Raises OSError, keeping what is not written."""
        while self.pieces:
            piece = self.pieces[0]
            written = os.write(descriptor, piece)
            self.waiting -= written
            if written == len(piece):
                self.pieces.popleft()
            else:
                self.pieces[0] = piece[written:]

    def forget(self) -> None:
        self.pieces.clear()


class RawWriter:
    """Writes segments; never raises for a full disk: `fault` says so instead."""

    def __init__(self, folder: Path, head: SegmentStarted) -> None:
        """Open the segment; raises OSError where even that is impossible."""
        self.folder = folder
        self.fault: str | None = None
        self.gap = False  # inputs were given up: nothing more goes into this segment
        self._tried_s = monotonic() - RETRY_S
        self._open(head)

    def _open(self, head: SegmentStarted) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
        self._descriptor = os.open(segment_path(self.folder, head.segment), flags, 0o640)
        self.segment = head.segment
        self.gap = False
        self.fault = None
        self._waiting = _Waiting()
        self._writer: Any = Writer(  # its methods carry no types
            self._waiting,  # type: ignore[arg-type]  # it needs write, tell and flush only
            chunk_size=CHUNK_MAX_BYTES,
            compression=CompressionType.ZSTD,
            enable_data_crcs=True,
        )
        self._writer.start(profile="vedette", library="vedette " + head.version)
        for topic in TOPICS:
            self._writer.register_channel(topic, "msgpack", 0)
        self._flushed_s = monotonic()
        self.mark(head, head.t_ns)
        self.flush()

    @property
    def position(self) -> int:
        """Return the offset in the segment's file after the last whole chunk."""
        return self._waiting.tell()

    @property
    def full(self) -> bool:
        """Say whether it is time for another segment."""
        return self._waiting.total > SEGMENT_MAX_BYTES

    def add(self, topic: str, t_ns: int, data: bytes) -> None:
        """Add one message; t_ns: when it happened."""
        when_ns = min(max(t_ns, 0), 2**63 - 1)
        self._writer.add_message(CHANNELS[topic], when_ns, data, when_ns)

    def arrival(self, arrival: Arrival) -> None:
        """Add one input as it came."""
        self.add("arrivals", arrival.t_recv_ns, _ENCODER.encode(arrival))

    def command(self, command: SaidByPeople) -> None:
        """Add one command or delivery."""
        self.add("commands", command.t_recv_ns, _ENCODER.encode(command))

    def mark(self, marker: Marker, t_ns: int) -> None:
        """Add the end of a step, or the head of a segment."""
        self.add("steps", t_ns, _ENCODER.encode(marker))

    def flush_when_due(self) -> None:
        """End the chunk when it is half a second old."""
        if monotonic() - self._flushed_s >= CHUNK_MAX_S:
            self.flush()

    def flush(self, *, durable: bool = False) -> bool:
        """End the chunk and hand it to the operating system, with `durable` to the disk.

        Returns whether all that was ever added is there; if not, `fault` says why.
        """
        if self.gap or (self.fault and monotonic() - self._tried_s < RETRY_S):
            return False
        self._flushed_s = self._tried_s = monotonic()
        try:
            self._writer.flush()
            self._waiting.drain(self._descriptor)
            if durable:
                os.fdatasync(self._descriptor)
        except OSError as error:
            self.fault = f"raw recording: {error.strerror}"
            self._give_up_when_too_much()
            return False
        self.fault = None
        return True

    def _give_up_when_too_much(self) -> None:
        if self._waiting.waiting > WAITING_MAX_BYTES:
            self._waiting.forget()
            self.gap = True

    def continue_in(self, head: SegmentStarted) -> bool:
        """Open the next segment, then close this one. Returns False where it cannot be opened."""
        old = (self._descriptor, self._waiting, self._writer)
        whole, self._tried_s = not self.gap, monotonic()
        try:
            self._open(head)
        except OSError as error:
            self.fault = f"raw recording: {error.strerror}"
            return False
        _finish(*old, whole=whole)
        return True

    @property
    def may_retry(self) -> bool:
        """Say whether enough time has passed since the disk last refused."""
        return monotonic() - self._tried_s >= RETRY_S

    def close(self) -> bool:
        """Write the segment's summary and let go of the file. Returns whether all is on disk."""
        whole = self.flush(durable=True)
        return _finish(self._descriptor, self._waiting, self._writer, whole=whole) and whole


def _finish(descriptor: int, waiting: _Waiting, writer: Any, *, whole: bool) -> bool:
    """Write a segment's summary, which readers can do without, and close its file."""
    try:
        if whole:
            writer.finish()
            waiting.drain(descriptor)
            os.fdatasync(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
