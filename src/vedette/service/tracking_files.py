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
from vedette.codecs.reasons import UNKNOWN_SENSOR
from vedette.config.load import load_site
from vedette.config.site import Site
from vedette.geo import SiteFrame
from vedette.model.compact import compact
from vedette.model.events import InputRefused
from vedette.model.picture import AirPicture
from vedette.model.reports import Refusal, SensorStatus, SourceNote, SourceWord
from vedette.outputs.parquet import TracksWriter

STEP_MAX_S = 1.0  # silence is stepped through, so that tracks coast and end as they do live
STRANGERS_MAX = 8  # named in a summary; whoever has more has another problem
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
    strangers: list[str] = []  # what refused input calls its sensor, where the site has none

    def in_words(self) -> str:
        """Say it to a person."""
        speed = self.recorded_s / self.wall_s if self.wall_s > 0 else 0.0
        lines = [
            f"{self.reports:,} reports, {self.refused:,} refused, {self.tracks} tracks, "
            f"{self.rows:,} rows in {self.output}",
            f"{self.recorded_s:,.1f} s of recording in {self.wall_s:.1f} s ({speed:.0f} x)",
        ]
        lines += [f"refused: {self._refused(*item)}" for item in self.refused_by_reason.items()]
        if not self.reports:
            why = "everything was refused" if self.refused else "there is nothing in it to read"
            lines.append(f"nothing was tracked: {why}")
        return "\n".join(lines)

    def _refused(self, reason: str, count: int) -> str:
        said = f"{reason}: {count:,}"
        if reason != UNKNOWN_SENSOR or not self.strangers:
            return said
        hint = " (give a [[sensors]] table its sac and sic)" if "SAC" in self.strangers[0] else ""
        return f"{reason}: {'; '.join(self.strangers)}: {count:,}{hint}"


@dataclass(slots=True)
class _Tally:
    """Counts while it runs."""

    decoded: int = 0
    refused_before: int = 0
    strangers: dict[str, None] = field(default_factory=dict)
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
                _note_strangers(tally, picture)
                if log is not None:
                    log.writelines(msgspec.json.encode(e) + b"\n" for e in picture.events)
                if now_ns >= next_row_ns:
                    next_row_ns = now_ns - now_ns % period_ns + period_ns
                    _write(writer, picture, tally, track_ids)
            _count(tally, part)
    refused = Counter[str]()
    for source in state.health.sources.values():
        refused.update(source.refused_by_reason)
    return Summary(
        reports=tally.decoded - (refused.total() - tally.refused_before),
        refused=refused.total(),
        refused_by_reason=dict(refused.most_common()),
        strangers=list(tally.strangers),
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
            tally.refused_before += report.count
            _note_stranger(tally, report.reason, report.detail)
        elif not isinstance(report, SensorStatus | SourceNote | SourceWord):
            tally.decoded += 1


def _note_strangers(tally: _Tally, picture: AirPicture) -> None:
    """Keep what the stages behind the codecs say of sensors that the site does not have."""
    for event in picture.events:
        if isinstance(event, InputRefused):
            _note_stranger(tally, event.reason, event.detail)


def _note_stranger(tally: _Tally, reason: str, detail: str) -> None:
    if reason == UNKNOWN_SENSOR and detail and len(tally.strangers) < STRANGERS_MAX:
        tally.strangers[detail] = None
