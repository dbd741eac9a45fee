"""Reading a recording back: steps in order with their inputs, pictures, and what is damaged.

Every chunk's checksum is compared, every step's number and count of inputs too: damaged or missing
input is said, never passed over. A segment that just ends was cut off by a crash; the next goes on
where it was valid.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Chunk, Message

from vedette.base.errors import RefusedError
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.compact import RecordedPicture
from vedette.record.raw import (
    CHANNELS,
    Marker,
    SaidByPeople,
    SegmentStarted,
    StepMarker,
    segment_path,
    segments,
)
from vedette.record.session import session
from vedette.record.state import decode_state

RECORD_MAX_BYTES = 256 * 1024 * 1024  # a chunk holds 256 KiB and one message more
CUT_OFF = ("ends in the middle of a record", "cut off at its start")  # what a crash leaves
_MAGIC = b"\x89MCAP0\r\n"
_RECORD = struct.Struct("<BQ")
_CHECKSUM_BYTES = 4
_UNREADABLE = (
    McapError,
    zstandard.ZstdError,
    msgspec.DecodeError,
    struct.error,
    OverflowError,  # a length of 2^63 and more
    ValueError,
    EOFError,
    IndexError,
)
_ARRIVAL = msgspec.msgpack.Decoder(Arrival)
_SAID = msgspec.msgpack.Decoder(SaidByPeople)
_MARKER = msgspec.msgpack.Decoder(Marker)


@dataclass(slots=True)
class Step:
    """One step as it was: what came in, when it ended, and the digest of what it put out.

    first_of: "" or, for the first step of a segment, why it began ("started", "continued",
    "restarted", "gap"). seq, chain: the journal's last event after the step, and its hash.
    offset: where in the segment's file the next step begins, 0 where that is inside a chunk; with
    it `place` gives where to read on.
    """

    number: int
    now_ns: int
    arrivals: list[Arrival]
    commands: list[Command]
    deliveries: list[Delivery]
    digest: bytes
    segment: int
    first_of: str
    seq: int
    chain: bytes
    offset: int = 0

    @property
    def place(self) -> "Place | None":
        """Where to read on after this step; None where no chunk ends with it."""
        return Place(self.number, self.segment, self.offset) if self.offset else None


@dataclass(slots=True)
class Place:
    """Where to begin reading: after step `step`, at `offset` in `segment`."""

    step: int = 0
    segment: int = 1
    offset: int = 0


class _DamagedError(Exception):
    """The segment cannot be read beyond this point."""


@dataclass(slots=True)
class _Assembly:
    """What has been read of the next step."""

    expected: int
    segment: int = 0
    first_of: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    said: list[SaidByPeople] = field(default_factory=list)


def read(
    folder: Path, *, damage: list[str] | None = None, place: Place | None = None
) -> Iterator[Step]:
    """Read the steps of a recording in order, from the first or from `place`.

    Stops before the first step whose inputs are damaged or missing; `damage` then says which and
    why. A tail that a crash cut off is no damage where the next segment goes on from it: nobody
    had been told of what it held. Raises RefusedError where the folder is no recording.
    """
    session(folder)
    begin = place or Place()
    said = damage if damage is not None else []
    assembly = _Assembly(expected=begin.step + 1)
    torn = ""
    for segment in segments(folder):
        if segment < begin.segment:
            continue
        offset = begin.offset if segment == begin.segment else 0
        assembly.segment, assembly.arrivals, assembly.said = segment, [], []
        assembly.first_of = ""
        try:
            for step in _steps(folder, assembly, offset):
                torn = ""
                yield step
        except _DamagedError as error:
            if torn:
                said.append(torn)
            torn = f"raw-{segment:04d}.mcap: {error}; valid to step {assembly.expected - 1}"
    if torn:
        said.append(torn)


def _steps(folder: Path, assembly: _Assembly, offset: int) -> Iterator[Step]:
    """Read the steps of one segment."""
    for channel, data, end in _messages(segment_path(folder, assembly.segment), offset):
        try:
            if channel == CHANNELS["arrivals"]:
                assembly.arrivals.append(_ARRIVAL.decode(data))
            elif channel == CHANNELS["commands"]:
                assembly.said.append(_SAID.decode(data))
            elif channel == CHANNELS["steps"]:
                step = _marked(assembly, _MARKER.decode(data))
                if step is not None:
                    step.offset = end
                    yield step
        except msgspec.DecodeError as error:
            raise _DamagedError(f"a message cannot be decoded: {error}") from None


def _marked(assembly: _Assembly, marker: Marker) -> Step | None:
    """Complete a step, or begin a segment."""
    if isinstance(marker, SegmentStarted):
        if marker.first_step != assembly.expected:
            raise _DamagedError(f"steps {assembly.expected} to {marker.first_step - 1} are missing")
        assembly.first_of = marker.why
        return None
    said, arrivals = assembly.said, assembly.arrivals
    counts = (len(arrivals), len(said))
    if marker.number != assembly.expected or counts != (marker.arrivals, marker.commands):
        raise _DamagedError(f"inputs of step {assembly.expected} are missing")
    step = Step(
        number=marker.number,
        now_ns=marker.now_ns,
        arrivals=arrivals,
        commands=[item for item in said if not isinstance(item, Delivery)],
        deliveries=[item for item in said if isinstance(item, Delivery)],
        digest=marker.digest,
        segment=assembly.segment,
        first_of=assembly.first_of,
        seq=marker.seq,
        chain=marker.chain,
    )
    assembly.expected += 1
    assembly.first_of, assembly.arrivals, assembly.said = "", [], []
    return step


def pictures(folder: Path) -> Iterator[RecordedPicture]:
    """Read the compact pictures of a recording in order; damaged parts are left out."""
    session(folder)
    for segment in segments(folder):
        try:
            for channel, data, _ in _messages(segment_path(folder, segment), 0):
                if channel == CHANNELS["pictures"]:
                    yield decode_state(data, RecordedPicture)
        except (_DamagedError, RefusedError):
            continue


def _messages(path: Path, offset: int) -> Iterator[tuple[int, bytes, int]]:
    """Read channel and data of each message of a segment, checksums compared.

    With the last of a chunk comes where in the file the next one begins, with the others 0.
    """
    try:
        file = path.open("rb")
    except OSError as error:
        raise _DamagedError(str(error.strerror)) from None
    with file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise _DamagedError("not an MCAP file, or cut off at its start")
        file.seek(max(offset, len(_MAGIC)))
        for body in _chunks(file, offset <= len(_MAGIC)):
            try:
                found = list(_chunk_messages(body))
            except _UNREADABLE as error:
                raise _DamagedError(f"a chunk is damaged: {error}") from None
            for k, (channel, data) in enumerate(found, start=1):
                yield channel, data, file.tell() if k == len(found) else 0


def _chunks(file: BinaryIO, whole: bool) -> Iterator[bytes]:
    """Read the bodies of the chunk records up to the end of the data.

    whole: read from the start, so that the checksum over all of it can be compared at the end: it
    covers what lies between the chunks too.
    """
    checksum = zlib.crc32(_MAGIC)
    while True:
        head = file.read(_RECORD.size)
        if not head:
            return  # the writer had no time for a summary: all chunks are whole
        opcode, size = _RECORD.unpack(head) if len(head) == _RECORD.size else (0, 0)
        if opcode == Opcode.DATA_END:
            stated = int.from_bytes(file.read(_CHECKSUM_BYTES), "little")
            if whole and stated not in (0, checksum):
                raise _DamagedError("a byte between its chunks was changed")
            return
        if opcode == 0 or size > RECORD_MAX_BYTES:
            raise _DamagedError("ends in the middle of a record" if opcode == 0 else "a bad length")
        body = file.read(size)
        if len(body) < size:
            raise _DamagedError("ends in the middle of a record: the writer was stopped")
        checksum = zlib.crc32(body, zlib.crc32(head, checksum))
        if opcode == Opcode.CHUNK:
            yield body


def _chunk_messages(body: bytes) -> Iterator[tuple[int, bytes]]:
    """Decompress one chunk, compare its checksum, and give its messages."""
    chunk = Chunk.read(ReadDataStream(BytesIO(body)))
    data = chunk.data
    if chunk.compression == "zstd":
        if not 0 <= zstandard.frame_content_size(data) <= RECORD_MAX_BYTES:
            raise ValueError("a chunk of unknown or unlikely size")
        data = zstandard.decompress(data, max_output_size=RECORD_MAX_BYTES)
    if zlib.crc32(data) != chunk.uncompressed_crc:
        raise ValueError("its checksum differs")
    stream = ReadDataStream(BytesIO(data))
    while stream.count < len(data):
        opcode, size = stream.read1(), stream.read8()
        if opcode == Opcode.MESSAGE:
            message = Message.read(stream, size)
            yield message.channel_id, message.data
        else:
            stream.read(size)


__all__ = ["Place", "Step", "StepMarker", "pictures", "read"]
