"""Rate, age, refusals and latency of each source, and what follows from them.

A sensor is STALE after its own `stale_s` without a sign of life, FAILED after ten times that, and
DEGRADED while it says so itself or other sensors contradict it, while more than a fifth of what it
sends is refused, or while its plots come later than `LATENCY_MAX_S`. A feed whose connection is
gone is FAILED. Silence of a cooperative sensor is no fault: it hears only what transmits.
"""

from collections.abc import Sequence

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor, Site
from vedette.model.arrivals import Arrival
from vedette.model.enums import Severity, SourceHealth
from vedette.model.events import Event, InputRefused, InputShed, SourceHealthChanged
from vedette.model.picture import BiasEstimate, SourceState
from vedette.model.reports import Refusal, Report, SensorStatus, SourceNote

FAILED_AFTER_STALE_RATIO = 10.0  # a source silent ten times its patience is gone, not late
REFUSED_SHARE_MAX = 0.2
LATENCY_MAX_S = 3.0  # a plot older than this has moved 135 m at 45 m/s: beyond a radar's sigma
SMOOTHING = 0.1  # of latency, a time constant of about ten reports
RATE_WINDOW_S = 5.0
REASONS_MAX = 32  # distinct refusal reasons kept per source; the rest count as "other"
STRANGERS_MAX = 16  # sources that the site file does not name, shown by the name they state
UNNAMED = "unknown-source"  # all other strangers: names are cheap to invent
DOORS = frozenset({"http", "websocket"})  # of the server: known, and shown once used


class SourceMemory(msgspec.Struct, kw_only=True):
    """What is remembered of one source beside what is shown."""

    stale_ns: int = 0  # 0: never stale (a feed, or a cooperative sensor)
    window_start_ns: int = 0
    window_reports: int = 0
    window_refused: int = 0
    refused_share: float = 0.0
    connected: bool = True
    degraded_reason: str = ""
    bias_reason: str = ""
    fresh_refusals: dict[str, int] = {}
    fresh_detail: dict[str, str] = {}
    refusal_told_ns: int = 0


class HealthState(msgspec.Struct, kw_only=True):
    """All sources by name: the site's sensors and feeds, and the open doors."""

    started_ns: int = 0
    site_sources: int = 0  # how many of the sources are the site's own
    sources: dict[str, SourceState] = {}
    memory: dict[str, SourceMemory] = {}


def start(site: Site) -> HealthState:
    """Make the state: every sensor and feed of the site, none heard yet."""
    state = HealthState()
    for sensor in site.sensors:
        _add(state, sensor.id, "sensor", _patience_ns(sensor))
    for feed in site.feeds:
        _add(state, feed.id, "feed", 0)
    state.site_sources = len(state.sources)
    return state


def advance(
    state: HealthState, reports: list[Report], now_ns: int, arrivals: Sequence[Arrival] = ()
) -> list[Event]:
    """Take in a step's reports and arrivals and say which sources changed.

    reports: all of the step, refusals among them. arrivals: the bytes they came in, by feed.
    now_ns: the step's time. Returns SourceHealthChanged, InputShed and (at most one a second per
    source and reason) InputRefused.
    """
    if state.started_ns == 0:
        state.started_ns = now_ns
    events: list[Event] = []
    for arrival in arrivals:
        _take_arrival(state, arrival)
    for report in reports:
        _take(state, report, now_ns, events)
    for name in state.sources:
        _tell_refusals(state, name, now_ns, events)
        _roll_window(state.sources[name], state.memory[name], now_ns)
        _judge(state, name, now_ns, events)
    return events


def take_bias(
    state: HealthState, source: str, biases: tuple[BiasEstimate, ...], reason: str, aside: bool
) -> None:
    """Show what comparing a sensor with others has told of it; a reason makes it DEGRADED."""
    shown = state.sources[source]
    shown.biases, shown.set_aside = biases, aside
    state.memory[source].bias_reason = reason


def _patience_ns(sensor: Sensor) -> int:
    cooperative = sensor.kind == "adsb" if sensor.cooperative is None else sensor.cooperative
    return 0 if cooperative else int(sensor.stale_s * NS_PER_S)


def _add(state: HealthState, name: str, kind: str, stale_ns: int) -> None:
    state.sources[name] = SourceState(source=name, kind=kind)
    state.memory[name] = SourceMemory(stale_ns=stale_ns)


def _known(state: HealthState, name: str) -> str:
    """Give the name under which a source is counted; invented names are bounded."""
    if name not in state.sources:
        if name not in DOORS and len(state.sources) - state.site_sources >= STRANGERS_MAX:
            name = UNNAMED
        if name not in state.sources:
            _add(state, name, "feed", 0)
    return name


def _take_arrival(state: HealthState, arrival: Arrival) -> None:
    """Count bytes of a feed: it lives, whatever its sensors say."""
    if arrival.kind == "data":
        name = _known(state, arrival.feed)
        state.sources[name].last_ns = max(state.sources[name].last_ns, arrival.t_recv_ns)
        state.sources[name].reports += 1
        state.memory[name].window_reports += 1


def _take(state: HealthState, report: Report, now_ns: int, events: list[Event]) -> None:
    if isinstance(report, Refusal):
        _take_refusal(state, report)
    elif isinstance(report, SourceNote):
        _take_note(state, report, now_ns, events)
    else:
        _take_sign_of_life(state, report)


def _take_sign_of_life(state: HealthState, report: Report) -> None:
    assert not isinstance(report, Refusal | SourceNote)
    name = _known(state, report.sensor)
    shown, memory = state.sources[name], state.memory[name]
    shown.reports += 1
    shown.last_ns = max(shown.last_ns, report.t_recv_ns)
    memory.window_reports += 1
    latency_s = (report.t_recv_ns - report.t_meas_ns) / NS_PER_S
    first = shown.reports == 1
    shown.latency_s = (
        latency_s if first else shown.latency_s + SMOOTHING * (latency_s - shown.latency_s)
    )
    if isinstance(report, SensorStatus):
        memory.degraded_reason = report.degraded_reason or ""


def _take_refusal(state: HealthState, refusal: Refusal) -> None:
    name = _known(state, refusal.source)
    shown, memory = state.sources[name], state.memory[name]
    reason = refusal.reason
    if reason not in shown.refused_by_reason and len(shown.refused_by_reason) >= REASONS_MAX:
        reason = "other"
    shown.refused += refusal.count
    shown.refused_by_reason[reason] = shown.refused_by_reason.get(reason, 0) + refusal.count
    memory.window_refused += refusal.count
    memory.fresh_refusals[reason] = memory.fresh_refusals.get(reason, 0) + refusal.count
    memory.fresh_detail[reason] = refusal.detail


def _take_note(state: HealthState, note: SourceNote, now_ns: int, events: list[Event]) -> None:
    name = _known(state, note.source)
    if note.kind == "shed":
        state.sources[name].shed += note.count
        events.append(InputShed(t_ns=now_ns, source=name, count=note.count))
    else:
        state.memory[name].connected = note.kind == "opened"
        if note.kind == "opened":
            state.sources[name].last_ns = note.t_recv_ns


def _tell_refusals(state: HealthState, name: str, now_ns: int, events: list[Event]) -> None:
    memory = state.memory[name]
    if not memory.fresh_refusals or now_ns - memory.refusal_told_ns < NS_PER_S:
        return
    for reason, count in memory.fresh_refusals.items():
        events.append(
            InputRefused(
                t_ns=now_ns,
                source=name,
                reason=reason,
                count=count,
                detail=memory.fresh_detail[reason],
                severity=Severity.CAUTION,
            )
        )
    memory.fresh_refusals = {}
    memory.fresh_detail = {}
    memory.refusal_told_ns = now_ns


def _roll_window(shown: SourceState, memory: SourceMemory, now_ns: int) -> None:
    elapsed_s = (now_ns - memory.window_start_ns) / NS_PER_S
    if elapsed_s < RATE_WINDOW_S:
        return
    heard = memory.window_reports + memory.window_refused
    memory.refused_share = memory.window_refused / heard if heard else 0.0
    shown.rate_hz = memory.window_reports / elapsed_s if memory.window_start_ns else 0.0
    memory.window_start_ns = now_ns
    memory.window_reports = 0
    memory.window_refused = 0


def _judge(state: HealthState, name: str, now_ns: int, events: list[Event]) -> None:
    shown = state.sources[name]
    health, reason = _verdict(shown, state.memory[name], state.started_ns, now_ns)
    if health is not shown.health:
        events.append(
            SourceHealthChanged(
                t_ns=now_ns, source=name, before=shown.health, after=health, reason=reason
            )
        )
    shown.health, shown.reason = health, reason


def _verdict(
    shown: SourceState, memory: SourceMemory, started_ns: int, now_ns: int
) -> tuple[SourceHealth, str]:
    if not memory.connected:
        return SourceHealth.FAILED, "the connection is lost"
    silent_ns = now_ns - (shown.last_ns or started_ns)
    if memory.stale_ns and silent_ns > memory.stale_ns * FAILED_AFTER_STALE_RATIO:
        return SourceHealth.FAILED, f"silent for more than {_round_s(silent_ns)} s"
    if shown.last_ns == 0:
        return SourceHealth.NEVER_HEARD, "nothing has arrived yet"
    if memory.stale_ns and silent_ns > memory.stale_ns:
        return SourceHealth.STALE, f"silent for more than {memory.stale_ns // NS_PER_S} s"
    if memory.degraded_reason:
        return SourceHealth.DEGRADED, memory.degraded_reason
    if memory.bias_reason:
        return SourceHealth.DEGRADED, memory.bias_reason
    if memory.refused_share > REFUSED_SHARE_MAX:
        return SourceHealth.DEGRADED, f"{memory.refused_share:.0%} of its input is refused"
    if shown.latency_s > LATENCY_MAX_S:
        return SourceHealth.DEGRADED, f"its plots come {shown.latency_s:.1f} s late"
    return SourceHealth.OK, "heard in time"


def _round_s(duration_ns: int) -> int:
    """Round down to ten seconds, so that the words do not change with every step."""
    return duration_ns // (10 * NS_PER_S) * 10
