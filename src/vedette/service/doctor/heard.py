"""What was heard of one source, counted while it arrives.

The codecs and the measurement stage judge it exactly as the service would; nothing is tracked.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median

from vedette import codecs, feeds, measurements
from vedette.base.constants import NS_PER_S
from vedette.codecs.decoders import Decoders
from vedette.config.kinds import FEED_KINDS
from vedette.config.site import Site
from vedette.model.arrivals import Arrival
from vedette.model.reports import (
    ArrivalReport,
    Detection,
    Plot,
    PositionReport,
    Refusal,
    Report,
    SensorStatus,
    SitePositionReport,
    SourceNote,
)

CLOCK_LINES_MIN = 3  # one line with a false date is no false clock
DELAYS_MAX = 4096  # of the latest reports; more tell no more
_WORDS = {"OperatorReport": "operator's place"}  # what is neither detection nor sign of life
NAMES_MAX = 64  # sensors named under one feed: whoever invents names is not listed without end


@dataclass(slots=True)
class Heard:
    """One source: a feed, a sensor or an output.

    frames: of a feed, what its declared rate counts, as far as it got through. shed: what did not;
    shed_of: the same by whose it was, "" nobody's. kinds: its reports by kind; sensors: of a feed,
    by who they say they are. passed: what was in order and of no use, by what it is.
    delays_s: time of receipt minus time of measurement. last_ns 0: nothing. first: the first bytes
    that came.
    """

    arrivals: int = 0
    size_bytes: int = 0
    reports: int = 0
    frames: int = 0
    shed: int = 0
    lost: int = 0
    opened: int = 0
    closed: int = 0
    last_ns: int = 0
    first: bytes = b""
    by_second: Counter[int] = field(default_factory=Counter)
    shed_of: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    sensors: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    passed: Counter[str] = field(default_factory=Counter)
    details: dict[str, str] = field(default_factory=dict)
    delays_s: list[float] = field(default_factory=list)

    @property
    def delay_s(self) -> float | None:
        """The median of what came; None where fewer than CLOCK_LINES_MIN state a time."""
        return median(self.delays_s) if len(self.delays_s) >= CLOCK_LINES_MIN else None

    @property
    def peak_hz(self) -> int:
        """What came in the busiest second, what was dropped of it counted, as frames are."""
        return max(self.by_second.values(), default=0)

    def came(self, t_recv_ns: int, count: int) -> None:
        """Count frames, or what was dropped, to its second; as many as the doctor listens for."""
        self.by_second[t_recv_ns // NS_PER_S] += count

    def refuse(self, refusal: Refusal) -> None:
        """Count a refusal, its latest detail kept."""
        self.refused[refusal.reason] += refusal.count
        self.details[refusal.reason] = refusal.detail

    def take(self, report: Detection | SensorStatus, kind: str) -> None:
        """Count a report."""
        self.reports += 1
        self.kinds[kind] += 1
        self.last_ns = max(self.last_ns, report.t_recv_ns)
        self.delays_s.append((report.t_recv_ns - report.t_meas_ns) / NS_PER_S)
        if len(self.delays_s) > DELAYS_MAX:
            del self.delays_s[: DELAYS_MAX // 2]


class Ledger:
    """All sources of a site by name, while the doctor listens."""

    def __init__(self, site: Site) -> None:
        """site: whose feeds and sensors these are."""
        names = [sensor.id for sensor in site.sensors]
        names += [feed.id for feed in site.feeds] + [output.id for output in site.outputs]
        self.sources: dict[str, Heard] = {name: Heard() for name in names}
        self._site = site
        self._kinds = {feed.id: FEED_KINDS[feed.kind] for feed in site.feeds}
        self._models = measurements.sensor_models(site)
        self._decoders: Decoders = codecs.open_decoders(site)
        self._dating = measurements.start_dating(site)

    def take(self, arrivals: Iterable[Arrival]) -> None:
        """Count what has arrived."""
        for arrival in arrivals:
            heard = self.sources.get(arrival.feed)
            if heard is None:
                continue
            if arrival.kind == "data":
                heard.arrivals += 1
                heard.size_bytes += len(arrival.data)
                if arrival.feed in self._kinds:
                    frames = feeds.frames_in(self._kinds[arrival.feed], arrival.data)
                    heard.frames += frames
                    heard.came(arrival.t_recv_ns, frames)
                heard.last_ns = max(heard.last_ns, arrival.t_recv_ns)
                heard.first = heard.first or arrival.data[: codecs.HEAD_BYTES]
            elif arrival.kind == "shed":
                self._shed(heard, arrival)
            elif arrival.kind == "lost":
                heard.lost += arrival.count
            elif arrival.kind == "refused":
                heard.refused[arrival.data.decode("utf-8", "replace")] += arrival.count
            else:
                heard.opened += arrival.kind == "opened"
                heard.closed += arrival.kind == "closed"
            self._judge(heard, codecs.decode(self._decoders, [arrival]), arrival.t_recv_ns)

    def _shed(self, feed: Heard, arrival: Arrival) -> None:
        """Count what was dropped: of the feed, and of the sensor whose it was."""
        whose = arrival.data.decode("utf-8", "replace")
        feed.shed += arrival.count
        feed.came(arrival.t_recv_ns, arrival.count)
        feed.shed_of[whose] += arrival.count
        if whose in self.sources and whose != arrival.feed:
            self.sources[whose].shed += arrival.count

    def _judge(self, feed: Heard, reports: list[Report], now_ns: int) -> None:
        for report in reports:
            if isinstance(report, Refusal):
                feed.refuse(report)
            elif isinstance(report, Detection | SensorStatus):
                kind = kind_of(report)
                feed.take(report, kind)
                if report.sensor in feed.sensors or len(feed.sensors) < NAMES_MAX:
                    feed.sensors[report.sensor] += 1
                if report.sensor in self.sources:
                    self.sources[report.sensor].take(report, kind)
            elif isinstance(report, SourceNote) and report.kind == "passed":
                feed.passed[report.detail] += report.count
            elif not isinstance(report, SourceNote):
                feed.kinds[_WORDS.get(type(report).__name__, "word")] += 1
        dated = measurements.date(self._dating, reports)
        _, refusals = measurements.form(self._site, self._models, dated, now_ns)
        for refusal in refusals:
            self.sources.get(refusal.source, feed).refuse(refusal)


def kind_of(report: Detection | SensorStatus) -> str:
    """Name a report as an engineer would."""
    if isinstance(report, SensorStatus):
        return {"north": "north mark", "sector": "sector mark"}.get(report.kind, report.kind)
    if isinstance(report, Plot):
        if report.range_m is None:
            return "bearing"
        return "range" if report.azimuth_rad is None else "plot"
    if isinstance(report, PositionReport | SitePositionReport):
        return "position"
    assert isinstance(report, ArrivalReport)
    return "arrival times"
