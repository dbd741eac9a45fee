"""The live pipeline on recorded data, as fast as it can."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from tqdm import tqdm

from vedette import codecs, feeds, pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError, VedetteError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.config.load import load_site
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.compact import compact
from vedette.model.picture import AirPicture
from vedette.model.reports import Refusal, SensorStatus, SourceNote
from vedette.outputs.parquet import TracksWriter

STEP_MAX_S = 1.0  # silence is stepped through, so that tracks coast and end as they do live
GAP_MAX_S = 60.0  # after which every track has ended: the rest of a silence is skipped


@dataclass(slots=True)
class Job:
    """What `vedette track` was asked to do."""

    site: Path
    inputs: list[Path]
    output: Path
    period_s: float = 1.0
    start: str | None = None
    events: Path | None = None
    quiet: bool = False


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, what was refused, what came of it."""

    reports: int
    refused: int
    refused_by_reason: dict[str, int]
    tracks: int
    rows: int
    recorded_s: float
    wall_s: float
    output: str

    def in_words(self) -> str:
        """Say it to a person."""
        speed = self.recorded_s / self.wall_s if self.wall_s > 0 else 0.0
        lines = [
            f"{self.reports:,} reports, {self.refused:,} refused, {self.tracks} tracks, "
            f"{self.rows:,} rows in {self.output}",
            f"{self.recorded_s:,.1f} s of recording in {self.wall_s:.1f} s ({speed:.0f} x)",
        ]
        lines += [f"refused: {reason}: {n:,}" for reason, n in self.refused_by_reason.items()]
        return "\n".join(lines)


@dataclass(slots=True)
class _Tally:
    """Counts while it runs."""

    reports: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    first_ns: int = 0
    last_ns: int = 0


def track_files(job: Job) -> Summary:
    """Run the pipeline over the inputs in order of time and write the tracks.

    Raises RefusedError for a bad site or an input of unknown format, VedetteError for bad words.
    """
    if job.period_s <= 0.0:
        raise VedetteError(f"--period-s {job.period_s}: must be more than 0")
    begun_s = time.perf_counter()
    site = load_site(job.site)
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    tally = _Tally()
    track_ids: set[int] = set()
    period_ns, next_row_ns = int(job.period_s * NS_PER_S), 0
    with ExitStack() as stack:
        sensors = [sensor.id for sensor in site.sensors]
        frame = SiteFrame(site.reference)
        writer = stack.enter_context(TracksWriter(job.output, frame, sensors))
        log = stack.enter_context(job.events.open("wb")) if job.events else None
        bar = stack.enter_context(
            tqdm(unit="B", unit_scale=True, disable=True if job.quiet else None)
        )
        for part in _parts(job, site, bar):
            for now_ns in _instants(state.now_ns, part.t_ns):
                reports = part.reports if now_ns == part.t_ns else []
                state.now_ns = now_ns
                state, picture = pipeline.advance(line, state, reports, pipeline.Inputs(), now_ns)
                if log is not None:
                    log.writelines(msgspec.json.encode(e) + b"\n" for e in picture.events)
                if now_ns >= next_row_ns:
                    next_row_ns = now_ns - now_ns % period_ns + period_ns
                    _write(writer, picture, tally, track_ids)
            _count(tally, part)
    return Summary(
        reports=tally.reports,
        refused=sum(tally.refused.values()),
        refused_by_reason=dict(tally.refused.most_common()),
        tracks=len(track_ids),
        rows=tally.rows,
        recorded_s=(tally.last_ns - tally.first_ns) / NS_PER_S,
        wall_s=time.perf_counter() - begun_s,
        output=str(job.output),
    )


def _parts(job: Job, site: Site, bar: "tqdm[None]") -> Iterator[feeds.FilePart]:
    """Read the inputs together, moving the bar."""
    start_ns = parse_rfc3339(job.start) if job.start else None
    recordings = [path for path in job.inputs if record.is_recording(path)]
    if recordings:
        if len(job.inputs) > 1:
            raise RefusedError(f"{recordings[0]}: a recording is tracked alone")
        yield from _recorded(recordings[0], site)
        return
    folders = [path for path in job.inputs if path.is_dir()]
    if folders:
        raise RefusedError(f"{folders[0]}: is a folder, and no recording")
    for part in feeds.read_files(job.inputs, site, start_ns):
        bar.total = part.total_bytes
        bar.update(part.done_bytes - bar.n)
        yield part


def _recorded(folder: Path, site: Site) -> Iterator[feeds.FilePart]:
    """Decode the inputs of a recording anew, with this site file."""
    decoders = codecs.open_decoders(site)
    damage: list[str] = []
    for step in record.read(folder, damage=damage):
        arrivals = [arrival for arrival in step.arrivals if arrival.kind != "refused"]
        reports = codecs.decode(decoders, arrivals)
        yield feeds.FilePart(step.now_ns, reports, 0, 0)
    if damage:
        raise RefusedError(f"{folder}: {damage[0]}")


def _instants(before_ns: int, t_ns: int) -> Iterator[int]:
    """Give the times to step to, up to t_ns: a silence is stepped through, a long one skipped."""
    step_ns = int(STEP_MAX_S * NS_PER_S)
    if before_ns:
        end_ns = min(t_ns, before_ns + int(GAP_MAX_S * NS_PER_S))
        yield from range(before_ns + step_ns, end_ns, step_ns)
    yield t_ns


def _write(writer: TracksWriter, picture: AirPicture, tally: _Tally, track_ids: set[int]) -> None:
    rows = compact(picture)
    writer.append(rows)
    tally.rows += len(rows.track_id)
    track_ids.update(rows.track_id.tolist())


def _count(tally: _Tally, part: feeds.FilePart) -> None:
    tally.first_ns = tally.first_ns or part.t_ns
    tally.last_ns = part.t_ns
    for report in part.reports:
        if isinstance(report, Refusal):
            tally.refused[report.reason] += report.count
        elif not isinstance(report, SensorStatus | SourceNote):
            tally.reports += 1
