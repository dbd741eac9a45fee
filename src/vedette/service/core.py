"""The pure core and its record, joined: what goes in is on disk before what comes out is told."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import vedette
from vedette import codecs, pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.base.measures import Histogram
from vedette.config.load import parse_site
from vedette.kernels.loading import load_compiler
from vedette.model.arrivals import Arrival
from vedette.model.commands import AuthoriseEngagement, Command, Delivery
from vedette.model.events import Event, ServiceRestored, ServiceStarted
from vedette.model.picture import AirPicture
from vedette.service.clocks import Clock, SystemClock


@dataclass(slots=True)
class Beginning:
    """How a recording began: its clock, and what is told beside the first picture."""

    clock: str
    offset_ns: int
    events: list[Event]


class Core:
    """One pipeline, its state, and the recording it writes."""

    def __init__(self, site_toml: str, folder: Path, clock: Clock, clock_name: str) -> None:
        """Take up the recording in `folder` where it was cut off, or begin one.

        site_toml: the site file's text. Raises RefusedError for a bad site, VedetteError where the
        folder cannot be recorded in.
        """
        load_compiler()
        self.site = parse_site(site_toml, "site")
        self.pipeline = pipeline.assemble(self.site)
        self.clock = clock
        self.told: list[Event] = []  # events of before a crash, for those who ask
        self.untold: list[Event] = []  # journalled only now: nobody has heard of them
        self.picture: AirPicture | None = None
        self.stages: dict[str, Histogram] = {}  # how long each stage of a step takes
        if record.is_recording(folder):
            self._resume(folder)
        else:
            self._begin(site_toml, folder, clock_name)

    def _begin(self, site_toml: str, folder: Path, clock_name: str) -> None:
        now_ns = self.clock.now_ns()
        offset_ns = self.clock.offset_ns if isinstance(self.clock, SystemClock) else 0
        self.state = pipeline.start(self.pipeline)
        self.recorder = record.Recorder.create(
            folder,
            site_toml,
            self.site,
            version=vedette.__version__,
            started_ns=now_ns,
            clock=clock_name,
            clock_offset_ns=offset_ns,
        )
        started = ServiceStarted(
            t_ns=now_ns,
            version=vedette.__version__,
            site=self.site.name,
            site_sha256=record.site_sha256(site_toml),
        )
        self.recorder.journal([started])
        self.untold.append(started)

    def _resume(self, folder: Path) -> None:
        """Load the last snapshot and do again what came after it."""
        restored = record.restore(folder, pipeline.State, version=vedette.__version__)
        if isinstance(self.clock, SystemClock):
            self.clock.offset_ns = restored.session.clock_offset_ns
        self.state = restored.state or pipeline.start(self.pipeline)
        self.told = [row.event for row in record.events(folder)]
        self.recorder = record.Recorder.resume(
            folder, last_step=restored.last_step, last_ns=restored.last_ns
        )
        for step in restored.steps:
            inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
            self.state, self.picture = pipeline.step(self.pipeline, self.state, inputs, step.now_ns)
            seqs = self.recorder.catch_up(step, self.picture)
            self.untold += self.picture.events[len(self.picture.events) - len(seqs) :]
        if self.picture is None and restored.state is not None:
            # The crash came right after a snapshot: a step of no time, recorded like any other,
            # shows what it holds.
            self.step(restored.last_ns)
        if self.recorder.differences:
            raise RuntimeError(f"{self.recorder.differences} re-executed steps differ: {folder}")
        now_ns = self.clock.now_ns()
        back = ServiceRestored(
            t_ns=now_ns,
            t_last_ns=restored.last_ns,
            gap_s=max(0, now_ns - restored.last_ns) / NS_PER_S,
        )
        self.recorder.journal([back])
        self.untold.append(back)

    def step(
        self,
        now_ns: int,
        arrivals: Sequence[Arrival] = (),
        commands: Sequence[Command] = (),
        deliveries: Sequence[Delivery] = (),
    ) -> AirPicture:
        """Do one step and record it; when this returns its events are on disk."""
        now_ns = max(now_ns, self.state.now_ns)
        inputs = pipeline.Inputs(arrivals, commands, deliveries)
        with self.timed("pipeline"):
            self.state, self.picture = pipeline.step(self.pipeline, self.state, inputs, now_ns)
        with self.timed("record"):
            kept = codecs.without_operators(self.state.decoders, arrivals)
            self.recorder.step(now_ns, kept, commands, deliveries, self.picture)
            if self.recorder.snapshot_due:
                self.recorder.snapshot(pipeline.without_operators(self.state))
        return self.picture

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Count how long a stage of a step takes."""
        begun_s = time.perf_counter()
        yield
        self.stages.setdefault(stage, Histogram()).add(time.perf_counter() - begun_s)

    def demand_a_sound_record(self, command: Command) -> None:
        """Raise VedetteError where an authorisation could not be journalled."""
        fault = self.recorder.fault
        if fault is not None and isinstance(command, AuthoriseEngagement):
            raise VedetteError(f"no authorisation while the journal cannot be written: {fault}")

    def close(self) -> bool:
        """Finish the recording. Returns whether all of it is on disk."""
        return self.recorder.close()
