"""Recorded sensor data, read as fast as it can be and in order of time, with progress.

A file becomes parts: the reports of one quarter of a second, the same grid for every file, so that
several files run through the pipeline together. Detections out of order are put in order within
REORDER_MAX reports. .ast and .beast carry no date: `start_ns` gives it.
"""

import heapq
import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import adsb, asterix, capture, detection_reports, detections, receiver_of
from vedette.codecs.reasons import TOO_LONG, TRUNCATED, refuse
from vedette.config.site import Site
from vedette.model.enums import Mode
from vedette.model.reports import Detection, Plot, Refusal, Report, SensorStatus

PART_NS = NS_PER_S // 4
PART_REPORTS_MAX = 100_000  # however many fall into one quarter of a second
REORDER_MAX = 50_000
PIECE_BYTES_MAX = 1 << 20
NOON_NS = 12 * 3600 * NS_PER_S
BEAST_CHUNK_BYTES = 1 << 18
# A counter below a minute belongs to a receiver just switched on: `start_ns` is then its zero.
COUNTER_FRESH = 60 * adsb.beast.COUNTER_HZ
COUNTER_SPAN = 1 << 48
COUNTER_LEAP_MAX_NS = 3600 * NS_PER_S  # a counter that leaps further is no time

ENDINGS = {
    ".pcap": "pcap",
    ".cap": "pcap",
    ".pcapng": "pcapng",
    ".ast": "ast",
    ".beast": "beast",
    ".sbs": "sbs",
    ".jsonl": "detections",
    ".ndjson": "detections",
    ".csv": "csv",
    ".parquet": "parquet",
}

MARKED = ("pcap", "pcapng", "parquet")  # files that say themselves what they are

_MEASURED = (Plot, SensorStatus)

# One report: when it was received (ns UTC), and how many bytes of the file are done.
Timed = tuple[int, Report, int]


class FilePart(NamedTuple):
    """Reports received up to t_ns and after the part before, oldest first; bytes done of all."""

    t_ns: int
    reports: list[Report]
    done_bytes: int
    total_bytes: int


def format_of(path: Path) -> str:
    """Say the format of a recorded file, by its first bytes or else its ending.

    Raises RefusedError where neither tells.
    """
    with path.open("rb") as file:
        head = file.read(256)
    if capture.is_pcap(head) or capture.is_pcapng(head):
        return "pcapng" if capture.is_pcapng(head) else "pcap"
    if head.startswith(b"PAR1"):
        return "parquet"
    named = ENDINGS.get(path.suffix.lower())
    if named is not None and (named not in MARKED or not head):
        return named
    if head.startswith(b"MSG,"):
        return "sbs"
    if head.startswith(b"{"):
        return "detections"
    if len(head) > 1 and head[0] == 0x1A and head[1] in adsb.beast.PAYLOAD_BYTES:
        return "beast"
    if len(head) > 2 and head[0] in (48, 34):
        return "ast"
    if named is not None:
        raise RefusedError(
            f"{path.name}: does not begin as a {path.suffix} file does: it is damaged, or not one"
        )
    known = " ".join(ENDINGS)
    raise RefusedError(f"{path.name}: no format that is known; its ending may be one of {known}")


def read_file(
    path: Path, site: Site, start_ns: int | None = None, sensor: str | None = None
) -> Iterator[FilePart]:
    """Read one recorded file in parts.

    start_ns: when it begins, for .ast (the day) and .beast (the first frame); without it they
    begin on 1970-01-01. sensor: the ADS-B receiver of .beast and .sbs; without it the site's
    first. What is refused is among the reports. Raises RefusedError for an unknown format.
    """
    kind = format_of(path)
    total = path.stat().st_size
    if total == 0:
        return
    if kind == "parquet":
        yield from _parts(_in_order(_parquet(path)), total)
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        data = cast(bytes, mapped)  # a map is indexed, sliced and searched like bytes
        yield from _parts(_timed(kind, data, path.stem, site, start_ns, sensor), total)


def _timed(
    kind: str, data: bytes, feed: str, site: Site, start_ns: int | None, sensor: str | None
) -> Iterator[Timed]:
    if kind in ("pcap", "pcapng"):
        return _capture(data, feed, site)
    if kind == "ast":
        return _blocks(data, feed, site, start_ns)
    if kind == "beast":
        return _beast(data, feed, receiver_of(site, sensor), start_ns)
    if kind == "sbs":
        return _sbs(data, feed, receiver_of(site, sensor))
    return _in_order(_csv(data, feed) if kind == "csv" else _detections(data, feed))


def read_files(
    paths: Sequence[Path], site: Site, start_ns: int | None = None
) -> Iterator[FilePart]:
    """Read several files together: one part for each quarter of a second any of them has."""
    total = sum(path.stat().st_size for path in paths)
    done = dict.fromkeys(paths, 0)

    def tagged(order: int, path: Path) -> Iterator[tuple[int, int, FilePart]]:
        for part in read_file(path, site, start_ns):
            yield part.t_ns, order, part

    streams = [tagged(order, path) for order, path in enumerate(paths)]
    t_ns, reports = 0, list[Report]()
    for part_t_ns, order, part in heapq.merge(*streams, key=lambda entry: entry[:2]):
        if part_t_ns != t_ns and reports:
            yield FilePart(t_ns, reports, sum(done.values()), total)
            reports = []
        t_ns = part_t_ns
        reports += part.reports
        done[paths[order]] = part.done_bytes
    if reports:
        yield FilePart(t_ns, reports, total, total)


def _parts(timed: Iterable[Timed], total: int) -> Iterator[FilePart]:
    """Cut a file's reports at the grid of PART_NS; time never goes back.

    What is refused before the first time is known goes with the first part.
    """
    t_end_ns, reports, done = 0, list[Report](), 0
    for t_ns, report, offset in timed:
        is_later = t_ns > t_end_ns
        if (is_later and reports and t_end_ns > 0) or len(reports) >= PART_REPORTS_MAX:
            yield FilePart(t_end_ns, reports, done, total)
            reports = []
        if is_later:
            t_end_ns = -(-t_ns // PART_NS) * PART_NS
        reports.append(report)
        done = offset
    if reports:
        yield FilePart(t_end_ns, reports, total, total)


def _in_order(timed: Iterable[Timed]) -> Iterator[Timed]:
    """Sort by time through a window of REORDER_MAX reports."""
    window: list[tuple[int, int, Timed]] = []
    for number, entry in enumerate(timed):
        heapq.heappush(window, (entry[0], number, entry))
        if len(window) > REORDER_MAX:
            yield heapq.heappop(window)[2]
    while window:
        yield heapq.heappop(window)[2]


def _capture(data: bytes, feed: str, site: Site) -> Iterator[Timed]:
    radars, is_live = asterix.radars_of(site), site.mode == Mode.LIVE
    t_ns = 0
    for found in capture.datagrams(data):
        if isinstance(found, capture.CaptureFault):
            detail = f"offset {found.offset}: {found.detail}"
            yield t_ns, refuse(feed, t_ns, found.reason, detail), found.offset
            continue
        t_ns = max(found.t_ns, t_ns)
        for report in asterix.read_datagram(found.payload, feed, found.t_ns, radars, is_live):
            yield t_ns, report, found.offset


def _blocks(data: bytes, feed: str, site: Site, start_ns: int | None) -> Iterator[Timed]:
    """Walk raw ASTERIX: each block's time of day is taken nearest to the one before."""
    radars, is_live = asterix.radars_of(site), site.mode == Mode.LIVE
    near_ns = t_ns = NOON_NS if start_ns is None else start_ns
    has_time = False
    for block in asterix.blocks(data):
        if isinstance(block, asterix.BlockFault):
            detail = f"offset {block.offset}: {block.detail}"
            yield t_ns, refuse(feed, t_ns, block.reason, detail), block.offset
            continue
        piece = bytes(data[block.start - 3 : block.end])
        reports = asterix.read_datagram(piece, feed, near_ns, radars, is_live)
        times = [r.t_meas_ns for r in reports if isinstance(r, _MEASURED)]
        if times:
            near_ns = max(times)
            t_ns = max(t_ns, near_ns) if has_time else near_ns
            has_time = True
        for report in reports:
            if isinstance(report, _MEASURED):
                report = msgspec.structs.replace(report, t_recv_ns=report.t_meas_ns)
            yield t_ns, report, block.end


def _beast(
    data: bytes, feed: str, receiver: adsb.Receiver, start_ns: int | None
) -> Iterator[Timed]:
    """Read frames by the progress of their counter from the first one's."""
    begin_ns = start_ns or 0
    first: int | None = None
    t_ns, rest, at = begin_ns, b"", 0
    while at < len(data):
        chunk = rest + data[at : at + BEAST_CHUNK_BYTES]
        at += BEAST_CHUNK_BYTES
        frames, faults, used = adsb.beast.split(chunk)
        rest = chunk[used:]
        for fault in faults:
            yield t_ns, refuse(feed, t_ns, fault.reason, fault.detail), min(at, len(data))
        timed: list[tuple[adsb.beast.Frame, int]] = []
        for frame in frames:
            if frame.counter != adsb.beast.MLAT_COUNTER:
                if first is None:
                    first = 0 if frame.counter < COUNTER_FRESH else frame.counter
                ticks = (frame.counter - first + COUNTER_SPAN // 2) % COUNTER_SPAN
                counted_ns = begin_ns + adsb.counter_ns(ticks - COUNTER_SPAN // 2)
                if abs(counted_ns - t_ns) <= COUNTER_LEAP_MAX_NS:
                    t_ns = counted_ns
            timed.append((frame, max(t_ns, 0)))
        for report in adsb.read_frames(receiver, timed, None, feed):
            yield report.t_recv_ns, report, min(at, len(data))
    if rest:
        yield t_ns, refuse(feed, t_ns, TRUNCATED, "the last frame is cut short"), len(data)


def _sbs(data: bytes, feed: str, receiver: adsb.Receiver) -> Iterator[Timed]:
    t_ns = 0
    for number, (done, line) in enumerate(_lines(data), 1):
        report: Report | None
        if len(line) > adsb.sbs.LINE_BYTES_MAX:
            report = refuse(feed, t_ns, TOO_LONG, f"line {number}")
        else:
            report = adsb.sbs.read_line(receiver, line, number, None, feed)
        if report is None:
            continue
        if isinstance(report, Refusal):
            report = msgspec.structs.replace(report, t_recv_ns=t_ns)
        t_ns = max(t_ns, report.t_recv_ns)
        yield t_ns, report, done


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give each line without its end, and where the next begins; an endless one in pieces."""
    at, size = 0, len(data)
    while at < size:
        end = data.find(b"\n", at, at + PIECE_BYTES_MAX)
        after = min(at + PIECE_BYTES_MAX, size) if end < 0 else end + 1
        yield after, data[at:after].rstrip(b"\r\n")
        at = after


def _detections(data: bytes, feed: str) -> Iterator[Timed]:
    t_ns = 0
    for number, (done, line) in enumerate(_lines(data), 1):
        whole = line if len(line) <= detections.LINE_BYTES_MAX else None
        for report in detection_reports([(number, whole)], feed, None):
            if isinstance(report, Refusal):
                report = msgspec.structs.replace(report, t_recv_ns=t_ns)
            t_ns = report.t_recv_ns
            yield t_ns, report, done


def _csv(data: bytes, feed: str) -> Iterator[Timed]:
    done = [0]

    def lines() -> Iterator[bytes]:
        for done[0], line in _lines(data):
            yield line

    return _table(detections.read_csv(lines()), feed, "line", done)


def _parquet(path: Path) -> Iterator[Timed]:
    import pyarrow

    with pyarrow.memory_map(str(path)) as mapped:
        yield from _table(detections.read_parquet(mapped.read_buffer()), path.stem, "row", [0])


def _table(
    rows: Iterable[tuple[int, Detection | detections.TableFault]],
    feed: str,
    word: str,
    done: list[int],
) -> Iterator[Timed]:
    t_ns = 0
    for number, row in rows:
        if isinstance(row, detections.TableFault):
            detail = f"{word} {number}: {row.detail}"
            yield t_ns, refuse(feed, t_ns, row.reason, detail), done[0]
        else:
            t_ns = row.t_recv_ns
            yield t_ns, row, done[0]
