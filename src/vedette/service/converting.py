"""One recorded format into another, report by report, at the speed of the decoder.

In: a file of any format of `codecs/formats.py`, a recording, or tracks. Out: a file of any format
of `outputs/files.py`, put in place only once it is whole; and what was read, refused and left out,
by kind of message.
"""

import contextlib
import os
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

import msgspec
from tqdm import tqdm

from vedette import codecs, feeds, record
from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.codecs import Reading
from vedette.codecs.reasons import UNKNOWN_SENSOR
from vedette.config.load import load_site, parse_site
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.reports import (
    OperatorReport,
    Refusal,
    Report,
    SourceNote,
    SourceWord,
)
from vedette.outputs import track_files
from vedette.outputs.files import Written, written_as
from vedette.outputs.parquet import track_columns
from vedette.outputs.writing import NO_PLACE, Around
from vedette.service.scribes import Beside, Closed, Count, Here, Order, Said, Scribe

RECEIVERS_MAX = 256  # columns of arrivals in one table
DETAILS_MAX = 8  # of the first refusals that differ, told to people
BAR_EVERY_BYTES = 1 << 18
# From here on the writing has a process of its own: to start one takes half a second of a core.
BESIDE_BYTES = 4 << 20
_WRITTEN = frozenset(get_args(Said))
PERSONAL = "an operator's place: personal data, never exported"


@dataclass(slots=True)
class Job:
    """What `vedette convert` was asked to do. tracks: a recording's tracks, not its detections.

    beside: a large file may be written by another process, which imports the program's main module:
    for programs whose main module does nothing when it is imported.
    """

    input: Path
    output: Path
    from_name: str | None = None
    to_name: str | None = None
    site: Path | None = None
    start: str | None = None
    sensor: str | None = None
    tracks: bool = False
    quiet: bool = False
    beside: bool = False


class Kind(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Messages of one kind: how many were read, and refused by reason.

    passed: of those read, what was in order and holds no detection, by what it is.
    """

    read: int
    refused: dict[str, int]
    passed: dict[str, int] = {}


class Conversion(msgspec.Struct, kw_only=True):
    """What was read, refused, written and left out. details: of the first refusals that differ.

    messages: by kind of what was read; reports: by kind of what was to be written; left_out: of all
    kinds together. notes: what would give more; damage: what of a recording cannot be read.
    """

    input: str
    output: str
    from_format: str
    to_format: str
    messages: dict[str, Kind] = {}
    reports: dict[str, Count] = {}
    written: int = 0
    refused: int = 0
    left_out: dict[str, int] = {}
    details: list[str] = []
    notes: list[str] = []
    damage: list[str] = []
    size_bytes: int = 0
    wall_s: float = 0.0

    def in_words(self) -> str:
        """Say it to a person."""
        rate = self.size_bytes / self.wall_s / 1e6 if self.wall_s else 0.0
        passed = sum(sum(kind.passed.values()) for kind in self.messages.values())
        lines = [
            f"{self.written:,} written to {self.output} ({self.to_format}), {self.refused:,} "
            f"refused, {f'{passed:,} passed over, ' if passed else ''}"
            f"from {self.from_format} in {self.wall_s:.1f} s ({rate:.0f} MB/s)"
        ]
        for name, kind in sorted(self.messages.items()):
            why = "".join(f"; refused {n:,}: {reason}" for reason, n in kind.refused.items())
            why += "".join(f"; passed over {n:,}: {what}" for what, n in kind.passed.items())
            lines.append(f"  {name}: {kind.read:,} read{why}")
        for name, told in sorted(self.reports.items()):
            lines.append(f"  {name}: {told.written:,} written")
            lines += [f"    left out {count:,}: {why}" for why, count in told.left_out.items()]
            lines += [
                f"    not said {count:,} times: {what}" for what, count in told.not_said.items()
            ]
        lines += [f"  {detail}" for detail in (*self.details, *self.notes)]
        lines += [f"  damaged: {place}" for place in self.damage]
        return "\n".join(lines)


@dataclass(slots=True)
class _Tally:
    """Counts of one pass, and who writes what can be written."""

    scribe: Scribe
    refused: int = 0
    operators: int = 0
    details: list[str] = field(default_factory=list)

    def take(self, report: Report) -> None:
        """Have a detection or a sign of life written; count anything else."""
        if type(report) in _WRITTEN:  # a tenth of what looking at the classes' union takes
            self.scribe.take(cast(Said, report))
        elif isinstance(report, Refusal):
            self.refused += report.count
            if len(self.details) < DETAILS_MAX:
                said = f"refused: {report.reason}: {report.detail}"
                self.details += [said] if said not in self.details else []
        elif isinstance(report, OperatorReport):
            self.operators += 1

    def close(self) -> Closed:
        """Finish the file; say what became of all."""
        closed = self.scribe.close()
        if self.operators:
            closed.kinds["operator"] = Count(left_out={PERSONAL: self.operators})
        return closed


def convert(job: Job) -> Conversion:
    """Do a job. Raises RefusedError where input or output is of no known format."""
    begun_s = time.perf_counter()
    to = written_as(job.output, job.to_name)
    is_recording = record.is_recording(job.input)
    if job.input.is_dir() and not is_recording:
        raise RefusedError(f"{job.input}: is a folder, and no recording")
    has_tracks = job.tracks if is_recording else _holds_tracks(job)
    if job.tracks and not has_tracks:
        raise RefusedError(
            f"{job.input}: holds no tracks: only a recording's folder and a tracks.parquet do; "
            "vedette track makes them of detections"
        )
    done = Conversion(
        input=str(job.input), output=str(job.output), from_format="", to_format=to.name
    )
    if job.output.exists() and job.output.samefile(job.input):
        raise RefusedError(f"{job.output}: is the input itself: choose another name for OUT")
    part = job.output.with_name(job.output.name + ".part")
    try:
        if has_tracks:
            _convert_tracks(job, to, part, done)
        else:
            _convert_detections(job, to, part, done)
        part.replace(job.output)
    finally:
        part.unlink(missing_ok=True)
    done.wall_s = time.perf_counter() - begun_s
    return done


def _scribe(job: Job, order: Order, size_bytes: int) -> Scribe:
    """Choose who writes: another process where that pays and can be started, else this one."""
    if job.beside and size_bytes >= BESIDE_BYTES and cores() > 1:
        with contextlib.suppress(OSError):  # no process to be had: slower, and all the same
            return Beside(order)
    return Here(order)


def cores() -> int:
    """Say how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _holds_tracks(job: Job) -> bool:
    if job.from_name is not None:
        return job.from_name == "tracks"
    return job.input.is_file() and track_files.is_tracks(job.input)


def _site_of(job: Job) -> Site | None:
    """Give the site that was named, or that a recording was made with."""
    if job.site is not None:
        return load_site(job.site)
    if record.is_recording(job.input):
        return parse_site(record.site_text(job.input), "site.toml")
    return None


def _convert_detections(job: Job, to: Written, part: Path, done: Conversion) -> None:
    """Write detections; a second time where a table turns out to need more columns."""
    if to.detections is None:
        raise RefusedError(f"{to.name} holds no detections: choose another for OUT")
    site = _site_of(job)
    receivers = {r.id for sensor in (site.sensors if site else []) for r in sensor.receivers}
    while True:
        reading, source = _source(job, site, done)
        order = Order(to.name, part, Around(site, job.input.name, sorted(receivers)))
        tally = _Tally(_scribe(job, order, done.size_bytes))
        try:
            with contextlib.closing(source):
                for report in source:
                    tally.take(report)
            closed = tally.close()
        finally:
            tally.scribe.give_up()
        if not closed.missing:
            break
        receivers.update(closed.missing)
        if len(receivers) > RECEIVERS_MAX:
            raise RefusedError(f"more than {RECEIVERS_MAX} receivers of arrivals: use JSON lines")
    done.refused, done.details = tally.refused, tally.details
    done.reports = closed.kinds
    done.written = sum(kind.written for kind in closed.kinds.values())
    left_out = sum((Counter(kind.left_out) for kind in closed.kinds.values()), Counter[str]())
    done.left_out = dict(left_out)
    done.messages = {
        name: Kind(read=count.read, refused=dict(count.refused), passed=dict(count.passed))
        for name, count in reading.messages.items()
    }
    done.notes += closed.notes
    if reading.is_anywhere and NO_PLACE in done.left_out:
        done.notes.append("with --site SITE.toml plots are put where their sensor saw them")
    if not reading.is_anywhere and any(UNKNOWN_SENSOR in k.refused for k in done.messages.values()):
        done.notes.append("unknown sensors are read without --site, or once the site names them")


def _source(
    job: Job, site: Site | None, done: Conversion
) -> tuple[Reading, Generator[Report, None, None]]:
    """Open the input: what is counted while it is read, and its reports."""
    start_ns = parse_rfc3339(job.start) if job.start else None
    if site is None:
        reading = codecs.anywhere(job.input.stem, start_ns, job.sensor)
    else:
        reading = Reading(job.input.stem, site, start_ns, job.sensor)
    if record.is_recording(job.input):
        done.from_format = "recording"
        return reading, _recorded(job, reading, done)
    kind = codecs.named(job.from_name) if job.from_name else feeds.format_of(job.input)
    if kind.read is None:
        raise RefusedError(
            f"{kind.name}: {kind.title} can be checked, and holds nothing to convert"
        )
    done.from_format, done.size_bytes = kind.name, job.input.stat().st_size
    if kind.needs_start and start_ns is None:
        done.notes = [f"{kind.name} carries no date: times begin on 1970-01-01; give --start"]
    return reading, _with_bar(feeds.read_reports(job.input, kind, reading), job, done.size_bytes)


def _with_bar(timed: Iterator[codecs.Timed], job: Job, total: int) -> Generator[Report, None, None]:
    """Give the reports, moving the bar."""
    with tqdm(total=total, unit="B", unit_scale=True, disable=job.quiet or None) as bar:
        shown = 0
        for _, report, done in timed:
            if done - shown >= BAR_EVERY_BYTES:
                bar.update(done - shown)
                shown = done
            yield report
        bar.update(total - shown)


def _recorded(job: Job, reading: Reading, done: Conversion) -> Generator[Report, None, None]:
    """Decode the inputs of a recording anew, feed by feed."""
    decoders = codecs.open_decoders(reading.site)
    damage: list[str] = []
    files = sorted(job.input.glob("raw-*.mcap"))
    done.size_bytes = sum(path.stat().st_size for path in files)
    with tqdm(unit=" steps", disable=job.quiet or None) as bar:
        for step in record.read(job.input, damage=damage):
            bar.update()
            for arrival in step.arrivals:
                if arrival.kind == "refused":
                    continue
                reports = codecs.decode(decoders, [arrival])
                good = [r for r in reports if not isinstance(r, Refusal | SourceNote | SourceWord)]
                if good or any(isinstance(r, Refusal) or _is_passed(r) for r in reports):
                    noted = sum(_is_passed(r) for r in reports)
                    reading.count(arrival.feed, len(good) + noted, reports)
                yield from reports
    done.damage = damage


def _is_passed(report: Report) -> bool:
    return isinstance(report, SourceNote) and report.kind == "passed"


def _convert_tracks(job: Job, to: Written, part: Path, done: Conversion) -> None:
    if to.tracks is None:
        raise RefusedError(f"{to.name} holds no tracks: choose another for OUT")
    site = _site_of(job)
    writer = to.tracks(part, Around(site, job.input.name, []))
    with contextlib.closing(writer):
        for columns in _track_columns(job, done):
            writer.append(columns)
            done.written += len(columns["t_ns"])
    done.messages = {"track": Kind(read=done.written, refused={})}
    done.reports = {"track": Count(written=done.written)}
    if site is None:
        done.notes.append("with --site SITE.toml what is no live picture is marked as such")


def _track_columns(job: Job, done: Conversion) -> Iterator[track_files.Columns]:
    if not record.is_recording(job.input):
        done.from_format, done.size_bytes = "tracks", job.input.stat().st_size
        with tqdm(unit=" rows", unit_scale=True, disable=job.quiet or None) as bar:
            for columns, rows, total in track_files.read_columns(job.input):
                bar.total = total
                bar.update(rows - bar.n)
                yield columns
        return
    done.from_format = "recording"
    done.size_bytes = sum(path.stat().st_size for path in job.input.glob("raw-*.mcap"))
    site = parse_site(record.site_text(job.input), "site.toml")
    frame, sensor_ids = SiteFrame(site.reference), [sensor.id for sensor in site.sensors]
    with tqdm(unit=" pictures", disable=job.quiet or None) as bar:
        for picture in record.pictures(job.input):
            bar.update()
            if len(picture.track_id):
                yield track_columns(picture, frame, sensor_ids)
