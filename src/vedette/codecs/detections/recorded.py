"""Detections in files: JSON lines, CSV, Parquet, each in any order of time."""

from collections.abc import Callable, Iterable, Iterator

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.detections.read import read_line
from vedette.codecs.detections.tables import TableFault, read_csv, read_parquet
from vedette.codecs.lines import numbered_lines, walk_lines
from vedette.codecs.recorded import Fault, Format, Payload, Reading, Timed, fault
from vedette.model.reports import (
    ArrivalReport,
    Detection,
    Plot,
    PositionReport,
    Refusal,
    Report,
)

BROKEN = "line"
CSV_HEADERS = (b"t_ns", b"time", b"sensor")  # one of them stands in the first line


def kind_of(report: Detection) -> str:
    """Name the group that a detection states its place by."""
    if isinstance(report, Plot):
        return (
            "polar"
            if report.range_m is not None and report.azimuth_rad is not None
            else ("bearing" if report.azimuth_rad is not None else "range")
        )
    if isinstance(report, PositionReport):
        return "geographic"
    return "arrivals" if isinstance(report, ArrivalReport) else "site frame"


def begins_lines(head: bytes) -> bool:
    """Say whether a file begins with an object that states a sensor; other JSON is no detection."""
    first = head.partition(b"\n")[0]
    return first.lstrip().startswith(b"{") and (b'"sensor"' in first or len(first) < 16)


def read_lines(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read JSON lines; what is refused has the time of the line before."""
    t_ns = 0
    for number, (done, line) in enumerate(walk_lines(data), 1):
        report = _line(line, number, reading, t_ns)
        if report is not None:
            t_ns = report.t_recv_ns
            yield t_ns, report, done


def _line(line: bytes, number: int, reading: Reading, t_ns: int) -> Report | None:
    if not line.strip():
        return None
    try:
        report = read_line(line, None)
    except RefusedError as refused:
        reason, detail = refused.args
        return _refused(reading, t_ns, reason, f"line {number}: {detail}")
    reading.count(kind_of(report), 1)
    return report


def _refused(reading: Reading, t_ns: int, reason: str, detail: str) -> Refusal:
    refusal = reasons.refuse(reading.feed, t_ns, reason, detail)
    reading.count(BROKEN, 0, [refusal])
    return refusal


def line_faults(data: bytes) -> Iterator[Fault]:
    """Say which lines are no detections; a file without any is not valid."""
    count = 0
    for number, line in numbered_lines(data):
        if not line.strip():
            continue
        count += 1
        try:
            read_line(line, None)
        except RefusedError as refused:
            yield fault(f"line {number}", *refused.args)
    if not count:
        yield fault("file", reasons.EMPTY, "no detection in it")


def open_datagrams(reading: Reading) -> Callable[[bytes, int], list[Report]]:
    """Begin to read datagrams of detection lines."""

    def take(payload: bytes, t_ns: int) -> list[Report]:
        lines = enumerate(payload.split(b"\n"), 1)
        return [r for number, line in lines if (r := _line(line, number, reading, t_ns))]

    return take


def begins_csv(head: bytes) -> bool:
    """Say whether the first line is a header of ours."""
    names = head.partition(b"\n")[0].removeprefix(b"\xef\xbb\xbf").strip().split(b",")
    return b"sensor" in names and len(names) > 1


def read_csv_file(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read a table of text."""
    done = [0]

    def lines() -> Iterator[bytes]:
        for done[0], line in walk_lines(data):
            yield line

    return _table(read_csv(lines()), reading, "line", done)


def read_parquet_file(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read a Parquet table; how far it has come is told by rows only."""
    return _table(read_parquet(data), reading, "row", [0])


def _table(
    rows: Iterable[tuple[int, Detection | TableFault]],
    reading: Reading,
    word: str,
    done: list[int],
) -> Iterator[Timed]:
    t_ns = 0
    for number, row in rows:
        if isinstance(row, TableFault):
            yield (
                t_ns,
                _refused(reading, t_ns, row.reason, f"{word} {number}: {row.detail}"),
                done[0],
            )
        else:
            reading.count(kind_of(row), 1)
            t_ns = row.t_recv_ns
            yield t_ns, row, done[0]


def csv_faults(data: bytes) -> Iterator[Fault]:
    """Say which lines of a table are no detections."""
    return _table_faults(read_csv(_every_line(data)), "line")


def parquet_faults(data: bytes) -> Iterator[Fault]:
    """Say which rows of a table are no detections."""
    return _table_faults(read_parquet(data), "row")


def _table_faults(rows: Iterable[tuple[int, object]], word: str) -> Iterator[Fault]:
    count = 0
    for number, row in rows:
        count += 1
        if isinstance(row, TableFault):
            yield fault(f"{word} {number}" if number else "file", row.reason, row.detail)
    if not count:
        yield fault("file", reasons.EMPTY, "no detection in it")


def _every_line(data: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        end = len(data) if end < 0 else end
        yield data[at:end].removesuffix(b"\r")
        at = end + 1


LINES = Format(
    name="detections",
    title="detections, one JSON object a line",
    endings=(".jsonl", ".ndjson"),
    begins=begins_lines,
    faults=line_faults,
    read=read_lines,
    in_order=False,
)
CSV = Format(
    name="csv",
    title="detections as CSV",
    endings=(".csv",),
    begins=begins_csv,
    faults=csv_faults,
    read=read_csv_file,
    in_order=False,
)
PARQUET = Format(
    name="parquet",
    title="detections as Parquet",
    endings=(".parquet",),
    begins=lambda head: head.startswith(b"PAR1"),
    faults=parquet_faults,
    read=read_parquet_file,
    is_marked=True,
    in_order=False,
)
PAYLOAD = Payload(
    name="detections",
    is_one=lambda payload: payload.lstrip()[:1] == b"{",
    open=open_datagrams,
    faults=line_faults,
)
