"""Recorded sensor data, read as fast as it can be and in order of time, with progress.

A file becomes parts: the reports of one quarter of a second, the same grid for every file, so that
several files run through the pipeline together. What a format holds out of order is put in order
within REORDER_MAX reports. Formats that carry no date begin at `start_ns`. What formats there are
and how one is added: `codecs/recorded.py`.
"""

import contextlib
import heapq
import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from vedette import codecs
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError
from vedette.codecs import Format, Reading, Timed
from vedette.config.site import Site
from vedette.model.reports import Report

PART_NS = NS_PER_S // 4
PART_REPORTS_MAX = 100_000  # however many fall into one quarter of a second
REORDER_MAX = 50_000


class FilePart(NamedTuple):
    """Reports received up to t_ns and after the part before, oldest first; bytes done of all."""

    t_ns: int
    reports: list[Report]
    done_bytes: int
    total_bytes: int


def format_of(path: Path) -> Format:
    """Say the format of a recorded file, by its first bytes or else its ending.

    Raises RefusedError where neither tells.
    """
    with path.open("rb") as file:
        head = file.read(codecs.HEAD_BYTES)
    found = codecs.told(head, path.suffix.lower())
    if found is not None and found.read is not None:
        return found
    if path.suffix.lower() in codecs.endings():
        raise RefusedError(
            f"{path.name}: does not begin as a {path.suffix} file does: it is damaged, or not one"
        )
    known = " ".join(codecs.endings())
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
    timed = read_reports(path, kind, Reading(path.stem, site, start_ns, sensor))
    yield from _parts(timed if kind.in_order else _in_order(timed), path.stat().st_size)


def read_reports(path: Path, kind: Format, reading: Reading) -> Iterator[Timed]:
    """Read one file of a known format report by report, in the order of the file."""
    assert kind.read is not None
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        # A map is indexed, sliced and searched like bytes.
        yield from kind.read(cast(bytes, mapped), reading)
    finally:
        with contextlib.suppress(BufferError):  # a table still looks into it: it goes with that
            mapped.close()


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
