"""A pipeline under fire: steps it, holds every picture against what must always be true."""

import gc
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from hostile_wires import with_wires

from vedette import codecs, measurements, pipeline, tracking
from vedette.base.constants import NS_PER_S
from vedette.config.load import load_site
from vedette.config.site import Feed, Site
from vedette.model.arrivals import Arrival
from vedette.model.events import TrackStarted
from vedette.model.measurements import MeasurementBatch
from vedette.model.reports import (
    ArrivalReport,
    Plot,
    PositionReport,
    Refusal,
    SensorStatus,
    SitePositionReport,
)

SITE = Path(__file__).resolve().parents[2] / "scenarios" / "sites" / "ain_al_asad.toml"
T0_NS = 1_641_254_400_000_000_000  # 2022-01-04T00:00:00Z
STEPS_NS = (50_000_000, 100_000_000, 250_000_000)
STEP_CPU_S = 1.0  # a step takes a millisecond; the rest is for a machine busy with other things
GROWTH_BYTES = 6 << 20  # in a third of a campaign; an allocator is never still
STRANGERS_MAX = 17  # sources that the site file does not name
REASONS_MAX = 33
FIELDS = ("state_enu", "cov_enu", "existence_prob")
DETECTIONS = (Plot, PositionReport, SitePositionReport, ArrivalReport)


def make_site() -> Site:
    """The site of the demonstration, with a feed of every kind."""
    site = load_site(SITE)
    more = [
        Feed(id="adsb_sbs", kind="sbs_tcp", port=30107, sensor="adsb"),
        Feed(id="south_stream", kind="detections_tcp", port=30108, sensor="radar_south"),
    ]
    return with_wires(msgspec.structs.replace(site, feeds=[*site.feeds, *more]))


def resident_bytes() -> int:
    """Give what this process holds in memory; 0 where that is unknown."""
    gc.collect()
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except OSError:
        return 0


@dataclass
class Growth:
    """By how much this process grows in the second and in the last third of a campaign.

    What leaks grows it in both. In one alone other things of a process that has run hundreds of
    tests may, so that the least of the two is held to GROWTH_BYTES.
    """

    count: int
    marks: list[int] = field(default_factory=list)

    def look(self, done: int) -> None:
        """Note what the process holds, if another third is over. done: inputs so far."""
        while len(self.marks) < 3 and done * 3 >= (len(self.marks) + 1) * self.count:
            self.marks.append(resident_bytes())

    def is_bounded(self) -> bool:
        """Say whether it stayed within bounds; needs all three marks."""
        first, second, third = self.marks
        return min(second - first, third - second) < GROWTH_BYTES


@dataclass
class Fire:
    """One campaign: the pipeline, and what has been counted beside it by decoding once more."""

    source: random.Random
    site: Site = field(default_factory=make_site)
    refused: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)  # by sensor, used by the tracker
    started: list[str] = field(default_factory=list)
    sent: int = 0
    slowest_s: float = 0.0
    newest_ns: int = 0  # the newest time that any measurement has had

    def __post_init__(self) -> None:
        self.pipeline = pipeline.assemble(self.site)
        self.state = pipeline.start(self.pipeline)
        self.mirror = codecs.open_decoders(self.site)
        self.clocks = measurements.start_dating(self.site)
        self.now_ns = T0_NS
        self.picture = self._advance([])

    def step(self, inputs: list[tuple[str, bytes]]) -> None:
        """Send (feed, bytes) pairs and do one step of 50 to 250 ms."""
        step_ns = self.source.choice(STEPS_NS)
        self.sent += len(inputs)
        arrivals = [
            Arrival(feed=feed, t_recv_ns=self.now_ns + (k + 1) * step_ns // (len(inputs) + 1),
                    data=data)
            for k, (feed, data) in enumerate(inputs)
        ]  # fmt: skip
        self.now_ns += step_ns
        self._count(arrivals)
        begun_s = time.thread_time()
        self.picture = self._advance(arrivals)
        self.slowest_s = max(self.slowest_s, time.thread_time() - begun_s)
        self._hold()

    def _advance(self, arrivals: list[Arrival]) -> pipeline.AirPicture:
        inputs = pipeline.Inputs(arrivals)
        self.state, picture = pipeline.step(self.pipeline, self.state, inputs, self.now_ns)
        return picture

    def _count(self, arrivals: list[Arrival]) -> None:
        """Decode the same bytes beside the pipeline: what must its sources show?"""
        reports = measurements.date(self.clocks, codecs.decode(self.mirror, arrivals))
        batches, more = measurements.form(self.site, self.pipeline.sensors, reports, self.now_ns)
        oldest_ns = self.newest_ns - int(tracking.Settings().late_max_s * NS_PER_S)
        more = [*more, *self._too_late(batches, oldest_ns)]
        ahead_ns = self.now_ns + int(tracking.Settings().ahead_max_s * NS_PER_S)
        for report in reports:  # the tracker believes no antenna that turns in the future
            if isinstance(report, SensorStatus) and not oldest_ns <= report.t_meas_ns <= ahead_ns:
                self.refused[report.sensor] += 1
        for report in [*reports, *more]:
            if isinstance(report, Refusal):
                self.refused[report.source] += report.count
            elif isinstance(report, DETECTIONS):
                self.accepted[report.sensor] += 1
        for refusal in more:
            self.accepted[refusal.source] -= refusal.count

    def _too_late(self, batches: list[MeasurementBatch], oldest_ns: int) -> list[Refusal]:
        """Say which measurements are so far behind the newest that the tracker gives them up."""
        for batch in batches:
            self.newest_ns = max(self.newest_ns, int(batch.t_meas_ns[-1]))
        return [
            Refusal(
                source=self.pipeline.sensors[batch.sensor_index].sensor_id,
                t_recv_ns=self.now_ns,
                reason="too late for the tracks",
                count=int(np.count_nonzero(batch.t_meas_ns < oldest_ns)),
            )
            for batch in batches
        ]

    def _hold(self) -> None:
        table = self.picture.tracks
        for name in FIELDS:
            assert np.isfinite(getattr(table, name)[: table.count]).all(), name
        for event in self.picture.events:
            if isinstance(event, TrackStarted):
                self.started.append(f"{self.now_ns - T0_NS} {event}")

    def judge(self) -> None:
        """Hold the end of the campaign against what was counted beside it."""
        self.step([])  # what the tracker gave up is shown one step later
        names = {state.source for state in self.picture.sources}
        expected: Counter[str] = Counter()
        for name, count in self.refused.items():
            expected[name if name in names else "unknown-source"] += count
        expected = +expected  # without what was never refused
        shown = {s.source: s.refused for s in self.picture.sources if s.refused}
        assert shown == dict(expected)
        own = {*(s.id for s in self.site.sensors), *(f.id for f in self.site.feeds)}
        assert names >= own
        assert len(names) <= len(own) + 2 + STRANGERS_MAX
        for state in self.picture.sources:
            assert sum(state.refused_by_reason.values()) == state.refused
            assert len(state.refused_by_reason) <= REASONS_MAX
        assert self.slowest_s < STEP_CPU_S
