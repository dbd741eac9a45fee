"""ADS-B in files: Beast and AVR, timed by their counter, and SBS-1 lines, timed by themselves."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.adsb import avr, beast, sbs
from vedette.codecs.adsb.aircraft import Receiver, receiver_of
from vedette.codecs.adsb.receive import counter_ns, is_intact, read_frames
from vedette.codecs.lines import numbered_lines, walk_lines
from vedette.codecs.recorded import Fault, Format, Reading, Timed, fault
from vedette.model.reports import Refusal, Report

BEAST_CHUNK_BYTES = 1 << 18
# A counter below a minute belongs to a receiver just switched on: `start_ns` is then its zero.
COUNTER_FRESH = 60 * beast.COUNTER_HZ
COUNTER_SPAN = 1 << 48
COUNTER_LEAP_MAX_NS = 3600 * NS_PER_S  # a counter that leaps further is no time
BROKEN = "frame"
AVR_LINES = 4096  # read together
_AVR = re.compile(rb"\s*[*@<][0-9A-Fa-f]{4,42};")


def _receiver(reading: Reading) -> Receiver:
    return receiver_of(reading.site, reading.sensor)


def begins_beast(head: bytes) -> bool:
    """Say whether a file begins with a Beast frame."""
    return len(head) > 1 and head[0] == 0x1A and head[1] in beast.PAYLOAD_BYTES


def read_beast(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read frames by the progress of their counter from the first one's."""
    hearing = _Hearing(_receiver(reading), reading)
    rest, at = b"", 0
    while at < len(data):
        chunk = rest + data[at : at + BEAST_CHUNK_BYTES]
        at += BEAST_CHUNK_BYTES
        frames, faults, used = beast.split(chunk)
        rest = chunk[used:]
        for found in faults:
            refused = hearing.refuse(found.reason, found.detail, found.missed)
            yield hearing.t_ns, refused, min(at, len(data))
        for report in hearing.take(frames):
            yield report.t_recv_ns, report, min(at, len(data))
    if rest:
        refused = hearing.refuse(reasons.TRUNCATED, "the last frame is cut short")
        yield hearing.t_ns, refused, len(data)


@dataclass(slots=True)
class _Hearing:
    """Frames of a file as they are dated: by the progress of their counter from the first one's.

    A frame without a counter (0 of AVR, the mark of multilateration) is as old as the one before.
    """

    receiver: Receiver
    reading: Reading
    uncounted: int = beast.MLAT_COUNTER
    first: int | None = None
    t_ns: int = 0

    def __post_init__(self) -> None:
        self.t_ns = self.reading.start_ns or 0

    def refuse(self, reason: str, detail: str, count: int = 1) -> Refusal:
        """Refuse what is no frame."""
        refused = reasons.refuse(self.reading.feed, self.t_ns, reason, detail, count)
        self.reading.count(BROKEN, 0, [refused])
        return refused

    def take(self, frames: list[beast.Frame]) -> list[Report]:
        """Read frames; each is counted by its kind."""
        timed = [(frame, self._time_ns(frame.counter)) for frame in frames]
        reports = read_frames(self.receiver, timed, None, self.reading.feed)
        _count_frames(self.reading, frames, reports)
        return reports

    def _time_ns(self, counter: int) -> int:
        begin_ns = self.reading.start_ns or 0
        if counter not in (beast.MLAT_COUNTER, self.uncounted):
            if self.first is None:
                self.first = 0 if counter < COUNTER_FRESH else counter
            ticks = (counter - self.first + COUNTER_SPAN // 2) % COUNTER_SPAN
            counted_ns = begin_ns + counter_ns(ticks - COUNTER_SPAN // 2)
            if abs(counted_ns - self.t_ns) <= COUNTER_LEAP_MAX_NS:
                self.t_ns = counted_ns
        return max(self.t_ns, 0)


def begins_avr(head: bytes) -> bool:
    """Say whether a file begins with a line of AVR."""
    return bool(_AVR.match(head))


def read_avr(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read lines of hexadecimal digits; those without a counter are as old as the line before."""
    hearing, lines, done = _Hearing(_receiver(reading), reading, uncounted=0), 0, 0
    frames: list[beast.Frame] = []
    for done, line in walk_lines(data):
        lines += 1
        try:
            frame = avr.read_line(line)
        except RefusedError as refused:
            reason, detail = refused.args
            yield hearing.t_ns, hearing.refuse(reason, f"line {lines}: {detail}"), done
            continue
        frames += [] if frame is None else [frame]
        if len(frames) >= AVR_LINES:
            for report in hearing.take(frames):
                yield report.t_recv_ns, report, done
            frames = []
    for report in hearing.take(frames):
        yield report.t_recv_ns, report, done


def avr_faults(data: bytes) -> Iterator[Fault]:
    """Say which lines are none, or have not the parity of their downlink format."""
    count = 0
    for number, line in numbered_lines(data):
        try:
            frame = avr.read_line(line)
        except RefusedError as refused:
            yield fault(f"line {number}", *refused.args)
            continue
        count += frame is not None
        if frame is not None and frame.kind != beast.MODE_AC and not is_intact(frame.message):
            yield fault(f"line {number}", reasons.BAD_CHECKSUM, frame.message.hex())
    if not count:
        yield fault("file", reasons.EMPTY, "no message in it")


def _count_frames(reading: Reading, frames: list[beast.Frame], reports: list[Report]) -> None:
    """Count frames by downlink format; a broken one says no format that could be believed."""
    kinds: dict[str, int] = {}
    for frame in frames:
        is_mode_s = frame.kind in (beast.MODE_S_SHORT, beast.MODE_S_LONG)
        kind = "Mode A/C or status"
        if is_mode_s:
            kind = f"DF{frame.message[0] >> 3}" if is_intact(frame.message) else BROKEN
        kinds[kind] = kinds.get(kind, 0) + 1
    kinds.pop(BROKEN, 0)
    for kind in sorted(kinds):
        reading.count(kind, kinds[kind])
    for report in reports:
        if isinstance(report, Refusal):
            is_whole = report.reason not in (reasons.BAD_CHECKSUM, reasons.BAD_VALUE)
            reading.count("DF17" if is_whole else BROKEN, 0, [report])


def beast_faults(data: bytes) -> Iterator[Fault]:
    """Say which frames are broken, or have not the parity of their downlink format."""
    frames, faults, used = beast.split(data)
    for found in faults:
        yield fault(f"offset {found.offset}", found.reason, found.detail)
    if used < len(data):
        yield fault(f"offset {used}", reasons.TRUNCATED, "the last frame is cut short")
    short_or_long = (beast.MODE_S_SHORT, beast.MODE_S_LONG)
    for number, frame in enumerate(frames, 1):
        if frame.kind in short_or_long and not is_intact(frame.message):
            yield fault(f"frame {number}", reasons.BAD_CHECKSUM, frame.message.hex())


def begins_sbs(head: bytes) -> bool:
    """Say whether a file begins with a BaseStation line."""
    return head.startswith(b"MSG,")


def read_sbs(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read lines; what is refused has the time of the line before."""
    receiver, feed, t_ns = _receiver(reading), reading.feed, 0
    for number, (done, line) in enumerate(walk_lines(data), 1):
        report: Report | None
        if len(line) > sbs.LINE_BYTES_MAX:
            report = reasons.refuse(feed, t_ns, reasons.TOO_LONG, f"line {number}")
        else:
            report = sbs.read_line(receiver, line, number, None, feed)
        kind = _sbs_kind(line)
        if report is None:
            if line.strip():
                reading.count(kind, 1)
            continue
        if isinstance(report, Refusal):
            report = reasons.refuse(feed, t_ns, report.reason, report.detail, report.count)
        reading.count(kind, not isinstance(report, Refusal), [report])
        t_ns = max(t_ns, report.t_recv_ns)
        yield t_ns, report, done


def _sbs_kind(line: bytes) -> str:
    """Name a line by its type and, of MSG, its number; anything else is a line."""
    if line.startswith(b"MSG,") and line[4:5].isdigit() and line[5:6] == b",":
        return line[:5].decode("ascii")
    return line[:3].decode("ascii") if line[:4] in _OTHER_LINES else "line"


_OTHER_LINES = (b"SEL,", b"AIR,", b"ID,", b"STA,", b"CLK,")


def sbs_faults(data: bytes) -> Iterator[Fault]:
    """Say which MSG lines are not valid; a file without any is not."""
    count = 0
    for number, line in numbered_lines(data):
        try:
            if len(line) > sbs.LINE_BYTES_MAX:
                raise RefusedError(reasons.TOO_LONG, f"above {sbs.LINE_BYTES_MAX} bytes")
            fields = sbs.fields_of(line)
            if fields is None:
                continue
            count += 1
            sbs.time_of(fields)
            sbs.check_numbers(fields)
        except RefusedError as refused:
            yield fault(f"line {number}", *refused.args)
    if not count:
        yield fault("file", reasons.EMPTY, "no MSG line in it")


BEAST = Format(
    name="beast",
    title="Mode S frames (Beast)",
    endings=(".beast",),
    begins=begins_beast,
    faults=beast_faults,
    read=read_beast,
    needs_start=True,
)
AVR = Format(
    name="avr",
    title="Mode S frames (AVR)",
    endings=(".avr",),
    begins=begins_avr,
    faults=avr_faults,
    read=read_avr,
    needs_start=True,
)
SBS = Format(
    name="sbs",
    title="BaseStation lines (SBS-1)",
    endings=(".sbs",),
    begins=begins_sbs,
    faults=sbs_faults,
    read=read_sbs,
)
