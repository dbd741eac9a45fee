"""Prometheus metrics: GET /metrics, in the text format 0.0.4 that every collector reads.

Who may see the picture may read them: anybody on loopback, elsewhere a login. A collector without
cookies sends name and password with each request (HTTP Basic); what only a sensor may do is not
enough. Label values are escaped, and bounded by the tables they come from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.constants import NS_PER_S
from vedette.base.measures import BOUNDS_S, Measures
from vedette.model.enums import SourceHealth, TrackStatus, WarningLevel
from vedette.model.picture import AirPicture, SourceState
from vedette.server.access import Access
from vedette.server.hub import Hub
from vedette.server.views import AlarmView

PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Sample = tuple[Labels, float]


class MetricsRoutes:
    """GET /metrics."""

    def __init__(self, access: Access) -> None:
        """access: who asks, and the hub that knows."""
        self._access = access

    def routes(self) -> list[Route]:
        """List them."""
        return [Route(PATH, self.metrics, methods=["GET"])]

    async def metrics(self, request: Request) -> Response:
        """Answer with every metric."""
        return Response(metrics_text(self._access.hub), media_type=CONTENT_TYPE)


def metrics_text(hub: Hub) -> str:
    """Write every metric of the service."""
    health = hub.health_view()
    lines: list[str] = []
    info = {"version": health.version, "site": health.site, "mode": health.mode.value}
    _family(lines, "vedette_info", "gauge", "What runs here.", [(info, 1)])
    age_s = health.picture_age_s
    aged: list[Sample] = [] if age_s is None else [({}, age_s)]
    _family(lines, "vedette_picture_age_seconds", "gauge", "Since the last picture.", aged)
    _family(
        lines, "vedette_viewers", "gauge", "Clients on the live stream.", [({}, health.viewers)]
    )
    _family(
        lines,
        "vedette_server_events_total",
        "counter",
        "What the server counted, such as refused logins.",
        [({"what": what}, count) for what, count in health.counters.items()],
    )
    _alarms(lines, health.alarms)
    if hub.picture is not None:
        _picture(lines, hub.picture)
        _sources(lines, hub.picture.sources, hub.picture.now_ns)
    _own(lines, hub.service.measures())
    return "\n".join(lines) + "\n"


def _alarms(lines: list[str], alarms: AlarmView) -> None:
    """Write the load of alarms: EEMUA 191 and ISA-18.2 hold ten in ten minutes for a flood."""
    words = "What asked the watch for an act."
    _family(lines, "vedette_alarms_total", "counter", words, [({}, alarms.total)])
    words = "Alarms of the last ten minutes; ten are a flood."
    _family(lines, "vedette_alarms_last_ten_minutes", "gauge", words, [({}, alarms.last_10_min)])
    words = "1 from the tenth alarm in ten minutes until fewer than five."
    _family(lines, "vedette_alarm_flood", "gauge", words, [({}, alarms.flood)])


def _picture(lines: list[str], picture: AirPicture) -> None:
    table, n = picture.tracks, picture.tracks.count
    statuses = Counter(TrackStatus(int(s)).name.lower() for s in table.status[:n])
    by_status = [({"status": s.name.lower()}, statuses[s.name.lower()]) for s in TrackStatus]
    _family(lines, "vedette_tracks", "gauge", "Tracks by status.", by_status)
    identities = Counter(
        record.identity.value
        for i in table.track_id[:n].tolist()
        if (record := picture.identities.get(i)) is not None
    )
    by_identity = [({"identity": name}, count) for name, count in sorted(identities.items())]
    _family(lines, "vedette_identities", "gauge", "Tracks by identity.", by_identity)
    levels = Counter(warning.level.value for warning in picture.warnings)
    open_ = [({"level": str(level.value)}, levels[level.value]) for level in WarningLevel]
    _family(lines, "vedette_warnings", "gauge", "Warnings that are not cleared.", open_)
    unseen = sum(warning.acknowledged_by is None for warning in picture.warnings)
    _family(lines, "vedette_warnings_unacknowledged", "gauge", "Of these, unseen.", [({}, unseen)])


def _sources(lines: list[str], sources: list[SourceState], now_ns: int) -> None:
    named = [({"source": s.source, "kind": s.kind}, s) for s in sources]
    _family(
        lines,
        "vedette_source_health",
        "gauge",
        "1 for the state that a source is in.",
        [
            ({**labels, "health": state.value}, s.health is state)
            for labels, s in named
            for state in SourceHealth
        ],
    )
    for name, kind, words, values in (
        (
            "reports_total",
            "counter",
            "What has arrived; of an output, what it has written.",
            [s.reports for s in sources],
        ),
        ("shed_total", "counter", "Dropped: too fast or too many.", [s.shed for s in sources]),
        (
            "lost_total",
            "counter",
            "Datagrams lost before they were read.",
            [s.lost for s in sources],
        ),
        ("rate_hertz", "gauge", "Reports a second.", [s.rate_hz for s in sources]),
        ("latency_seconds", "gauge", "Arrival minus measurement.", [s.latency_s for s in sources]),
    ):
        samples = [(labels, value) for (labels, _), value in zip(named, values, strict=True)]
        _family(lines, f"vedette_source_{name}", kind, words, samples)
    offsets = [(labels, s.clock_offset_s) for labels, s in named if s.clock_offset_s is not None]
    words = "How far its clock is behind ours, negative ahead."
    _family(lines, "vedette_source_clock_offset_seconds", "gauge", words, offsets)
    ages = [(labels, (now_ns - s.last_ns) / NS_PER_S) for labels, s in named if s.last_ns]
    _family(lines, "vedette_source_age_seconds", "gauge", "Since it was last heard.", ages)
    refused = [
        ({**labels, "reason": reason}, count)
        for labels, s in named
        for reason, count in sorted(s.refused_by_reason.items())
    ]
    words = "What was not accepted, by reason."
    _family(lines, "vedette_source_refused_total", "counter", words, refused)
    passed = [
        ({**labels, "reason": reason}, count)
        for labels, s in named
        for reason, count in sorted(s.passed_by_reason.items())
    ]
    words = "What was in order and is nothing the picture is made of, by what it is."
    _family(lines, "vedette_source_passed_over_total", "counter", words, passed)


def _own(lines: list[str], measures: Measures) -> None:
    waiting = [({"queue": name}, count) for name, count in sorted(measures.queues.items())]
    _family(lines, "vedette_queue_items", "gauge", "Items that wait.", waiting)
    octets = [({"queue": name}, size) for name, size in sorted(measures.queue_bytes.items())]
    _family(lines, "vedette_queue_bytes", "gauge", "Octets that wait to be read.", octets)
    told_of = [
        ({"channel": channel, "outcome": outcome}, count)
        for (channel, outcome), count in sorted(measures.deliveries.items())
    ]
    words = "Warnings and all-clears by channel: delivered, failed for good, tries made again."
    _family(lines, "vedette_deliveries_total", "counter", words, told_of)
    name = "vedette_stage_seconds"
    if measures.stages:
        _head(lines, name, "histogram", "What a step spent in each stage.")
    for stage, told in sorted(measures.stages.items()):
        below = 0
        for bound_s, count in zip((*map(repr, BOUNDS_S), "+Inf"), told.counts, strict=True):
            below += count
            lines.append(_sample(f"{name}_bucket", {"stage": stage, "le": bound_s}, below))
        lines.append(_sample(f"{name}_sum", {"stage": stage}, told.total_s))
        lines.append(_sample(f"{name}_count", {"stage": stage}, below))


def _family(lines: list[str], name: str, kind: str, words: str, samples: Iterable[Sample]) -> None:
    written = [_sample(name, labels, value) for labels, value in samples]
    if written:
        _head(lines, name, kind, words)
        lines += written


def _head(lines: list[str], name: str, kind: str, words: str) -> None:
    lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]


def _sample(name: str, labels: Labels, value: float) -> str:
    told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
    number = repr(float(value)) if isinstance(value, float) else str(int(value))
    return f"{name}{{{told}}} {number}" if told else f"{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
