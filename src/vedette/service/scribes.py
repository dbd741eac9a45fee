"""Who writes the reports of a conversion down: this process, or one beside it on another core.

Reading is what a conversion cannot do without, and one process reads at its decoder's speed only if
another writes. Between them go batches of reports; the pipe lets the reader be no more than a batch
or two ahead, so that a file of any length needs no memory.
"""

import signal
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol

import msgspec

from vedette import codecs
from vedette.base.errors import VedetteError
from vedette.model.reports import Detection, SensorStatus
from vedette.outputs.files import written_as
from vedette.outputs.writing import NO_SIGN, Around, DetectionWriter

BATCH = 1_000  # reports: some hundred kilobytes, and a hundredth of a second to write
END = b""
ENDED = "the writing ended before its end: this machine may lack the memory for it"

Said = Detection | SensorStatus


class Count(msgspec.Struct, kw_only=True):
    """Reports of one kind: how many were written, how many left out and why, what was not said."""

    written: int = 0
    left_out: dict[str, int] = {}
    not_said: dict[str, int] = {}


class Closed(msgspec.Struct, kw_only=True):
    """What a scribe says at its end.

    kinds: by kind of report; notes: what a person must know of the file; missing: receivers that
    the table has no column for. error: why there is no file, "" where there is one.
    """

    kinds: dict[str, Count] = {}
    notes: list[str] = []
    missing: list[str] = []
    error: str = ""


@dataclass(slots=True)
class Order:
    """What is to be written: where, in which format, of which site."""

    to_name: str
    part: Path
    around: Around


class Scribe(Protocol):
    """Takes reports one by one."""

    def take(self, report: Said) -> None:
        """Write one, or count why it does not fit."""

    def close(self) -> Closed:
        """Finish the file; say what became of all."""

    def give_up(self) -> None:
        """Leave the file as it is; what comes after `close` does nothing."""


@dataclass(slots=True)
class _Kind:
    written: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    not_said: Counter[str] = field(default_factory=Counter)


class Here:
    """Writes in this process."""

    def __init__(self, order: Order) -> None:
        """Open the file. Raises RefusedError where its format holds no detections."""
        to = written_as(order.part, order.to_name)
        assert to.detections is not None
        self._signs = to.signs
        self._writer: DetectionWriter = to.detections(order.part, order.around)
        self._write = self._writer.write
        self._kinds: defaultdict[str, _Kind] = defaultdict(_Kind)
        self._is_open = True

    def take(self, report: Said) -> None:
        """Write one, or count why it does not fit."""
        if isinstance(report, SensorStatus):
            kind = self._kinds["sign of life"]
            if not self._signs:
                kind.left_out[NO_SIGN] += 1
                return
        else:
            kind = self._kinds[codecs.kind_of(report)]
        why = self._write(report)
        if why:
            kind.left_out[why] += 1
            return
        kind.written += 1
        unsaid = self._writer.unsaid
        if unsaid:
            kind.not_said.update(unsaid)

    def close(self) -> Closed:
        """Finish the file; say what became of all."""
        self.give_up()
        missing: set[str] = getattr(self._writer, "missing", set())
        kinds = {
            name: Count(
                written=kind.written, left_out=dict(kind.left_out), not_said=dict(kind.not_said)
            )
            for name, kind in self._kinds.items()
        }
        return Closed(kinds=kinds, notes=list(self._writer.notes), missing=sorted(missing))

    def give_up(self) -> None:
        """Close the file."""
        if self._is_open:
            self._is_open = False
            self._writer.close()


class Beside:
    """Has another process write."""

    def __init__(self, order: Order) -> None:
        """Start it."""
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=write, args=(order, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._batch: list[Said] = []
        self._encoder = msgspec.msgpack.Encoder()

    def take(self, report: Said) -> None:
        """Keep one for the next batch; hand that over when it is full."""
        self._batch.append(report)
        if len(self._batch) >= BATCH:
            self._hand_over()

    def _hand_over(self) -> None:
        data = self._encoder.encode(self._batch)
        self._batch = []
        self._send(data)

    def _send(self, data: bytes) -> None:
        """Send a batch. Raises VedetteError, with its reason, where the other has given up."""
        try:
            self._ours.send_bytes(data)
        except OSError:  # it reads no more
            raise VedetteError(self._heard().error or ENDED) from None

    def _heard(self) -> Closed:
        try:
            return msgspec.msgpack.decode(self._ours.recv_bytes(), type=Closed)
        except (EOFError, OSError):
            return Closed(error=ENDED)

    def close(self) -> Closed:
        """Finish the file; say what became of all. Raises VedetteError where it is not whole."""
        if self._batch:
            self._hand_over()
        self._send(END)
        closed = self._heard()
        self._process.join()
        if closed.error:
            raise VedetteError(closed.error)
        return closed

    def give_up(self) -> None:
        """End the other process."""
        self._process.terminate()
        self._process.join()
        self._ours.close()


def write(order: Order, reader: Connection) -> None:
    """Write what comes until its end, in a process of its own; everything it says goes back."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this
    decoder = msgspec.msgpack.Decoder(list[Said])
    try:
        closed = _written(order, reader, decoder)
    except EOFError:  # who reads is gone: so is the conversion
        return
    except MemoryError:
        closed = Closed(error=ENDED)
    except (OSError, VedetteError) as error:
        closed = Closed(error=str(error))
    reader.send_bytes(msgspec.msgpack.encode(closed))


def _written(
    order: Order, reader: Connection, decoder: "msgspec.msgpack.Decoder[list[Said]]"
) -> Closed:
    scribe = Here(order)
    try:
        while data := reader.recv_bytes():
            for report in decoder.decode(data):
                scribe.take(report)
        return scribe.close()
    finally:
        scribe.give_up()
