"""Is a file valid in a wire or file format, and if not, why: strict, any refused part counts."""

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from vedette.base.errors import RefusedError
from vedette.codecs import adsb, asterix, capture, detections, reasons
from vedette.codecs.adsb import sbs


class Verdict(msgspec.Struct, frozen=True):
    """accepted, or the first reason why not, with its place (line, row or offset)."""

    accepted: bool
    reason: str = ""


Fault = str  # "place: reason: detail"
_LINE = re.compile(rb"[^\n]+")


def check(name: str, data: bytes) -> Verdict:
    """Judge a whole file held in memory. name: one of FORMATS; another raises RefusedError.

    "asterix" takes raw data blocks or a capture of them. A file with nothing in it is not valid.
    """
    judge = _JUDGES.get(name)
    if judge is None:
        raise RefusedError(f"unknown format {name!r}: choose from {', '.join(FORMATS)}")
    if not data:
        return Verdict(False, reasons.EMPTY)
    fault = next(judge(data), None)
    return Verdict(fault is None, fault or "")


def _fault(place: str, reason: str, detail: str) -> Fault:
    return f"{place}: {reason}" + (f": {reasons.plain(detail)}" if detail else "")


def _asterix_faults(data: bytes) -> Iterator[Fault]:
    for block in asterix.blocks(data):
        if isinstance(block, asterix.BlockFault):
            yield _fault(f"offset {block.offset}", block.reason, block.detail)
            continue
        decode = asterix.decode_cat048 if block.category == 48 else asterix.decode_cat034
        for record in decode(data, block):
            if isinstance(record, asterix.BlockFault):
                yield _fault(f"offset {record.offset}", record.reason, record.detail)


def _asterix_or_capture(data: bytes) -> Iterator[Fault]:
    if capture.is_pcap(data) or capture.is_pcapng(data):
        return _capture_faults(data)
    return _asterix_faults(data)


def _capture_faults(data: bytes) -> Iterator[Fault]:
    """A capture is valid where its structure is whole and its datagrams are valid ASTERIX."""
    count = 0
    for found in capture.datagrams(data):
        if isinstance(found, capture.CaptureFault):
            yield _fault(f"offset {found.offset}", found.reason, found.detail)
            continue
        count += 1
        for fault in _asterix_faults(found.payload):
            yield f"packet at offset {found.offset}: {fault}"
    if not count:
        yield _fault("file", reasons.EMPTY, "no UDP datagram in it")


def _pcap_faults(data: bytes) -> Iterator[Fault]:
    if not capture.is_pcap(data):
        return iter([_fault("offset 0", reasons.BAD_HEADER, "no pcap header")])
    return _capture_faults(data)


def _pcapng_faults(data: bytes) -> Iterator[Fault]:
    if not capture.is_pcapng(data):
        return iter([_fault("offset 0", reasons.BAD_HEADER, "no pcapng section header")])
    return _capture_faults(data)


def _beast_faults(data: bytes) -> Iterator[Fault]:
    frames, faults, used = adsb.beast.split(data)
    for fault in faults:
        yield _fault(f"offset {fault.offset}", fault.reason, fault.detail)
    if used < len(data):
        yield _fault(f"offset {used}", reasons.TRUNCATED, "the last frame is cut short")
    short_or_long = (adsb.beast.MODE_S_SHORT, adsb.beast.MODE_S_LONG)
    for number, frame in enumerate(frames, 1):
        if frame.kind in short_or_long and not adsb.is_intact(frame.message):
            yield _fault(f"frame {number}", reasons.BAD_CHECKSUM, frame.message.hex())


def _sbs_faults(data: bytes) -> Iterator[Fault]:
    count = 0
    for number, line in _not_empty(data):
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
            yield _fault(f"line {number}", *refused.args)
    if not count:
        yield _fault("file", reasons.EMPTY, "no MSG line in it")


def _detection_faults(data: bytes) -> Iterator[Fault]:
    count = 0
    for number, line in _not_empty(data):
        if not line.strip():
            continue
        count += 1
        try:
            detections.read_line(line, None)
        except RefusedError as refused:
            yield _fault(f"line {number}", *refused.args)
    if not count:
        yield _fault("file", reasons.EMPTY, "no detection in it")


def _csv_faults(data: bytes) -> Iterator[Fault]:
    yield from _table_faults(detections.read_csv(line for _, line in _numbered(data)), "line")


def _parquet_faults(data: bytes) -> Iterator[Fault]:
    yield from _table_faults(detections.read_parquet(data), "row")


def _table_faults(rows: Iterable[tuple[int, object]], word: str) -> Iterator[Fault]:
    count = 0
    for number, row in rows:
        count += 1
        if isinstance(row, detections.TableFault):
            place = f"{word} {number}" if number else "file"
            yield _fault(place, row.reason, row.detail)
    if not count:
        yield _fault("file", reasons.EMPTY, "no detection in it")


def _not_empty(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Number the lines with anything in them; megabytes of line ends cost next to nothing."""
    at, number = 0, 1
    for found in _LINE.finditer(data):
        number += data.count(b"\n", at, found.start())
        at = found.start()
        yield number, found.group().removesuffix(b"\r")


def _numbered(data: bytes) -> Iterator[tuple[int, bytes]]:
    at, number = 0, 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        number += 1
        yield number, data[at:end].removesuffix(b"\r")
        at = end + 1


_JUDGES: dict[str, Callable[[bytes], Iterator[Fault]]] = {
    "asterix": _asterix_or_capture,
    "ast": _asterix_faults,
    "pcap": _pcap_faults,
    "pcapng": _pcapng_faults,
    "beast": _beast_faults,
    "sbs": _sbs_faults,
    "detections": _detection_faults,
    "jsonl": _detection_faults,
    "csv": _csv_faults,
    "parquet": _parquet_faults,
}

FORMATS = tuple(_JUDGES)
