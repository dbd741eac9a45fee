"""Rate, age, refusals and latency of each source, and what follows from them.

A sensor is STALE after its own `stale_s` without a sign of life, FAILED after ten times that, and
DEGRADED while it says so itself or other sensors contradict it, while more than a fifth of what
came of it last was refused, while its plots come later than `LATENCY_MAX_S`, or while its scans
come at another pace than the site file says. A feed whose connection is gone is FAILED. What the
site file does not name is never healthy: nothing it sends is used. Silence of a cooperative sensor
is no fault: it hears only what transmits.
"""

from collections.abc import Mapping, Sequence
from statistics import median

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor, Site
from vedette.health import arriving, company
from vedette.health.arriving import ArrivingMemory
from vedette.health.company import CompanyMemory
from vedette.health.scans import ScanMemory, scan_words, take_scans
from vedette.model.arrivals import Arrival
from vedette.model.enums import Severity, SourceHealth
from vedette.model.events import (
    Event,
    InputRefused,
    InputShed,
    SourceHealthChanged,
    SourceReported,
)
from vedette.model.measurements import MeasurementBatch, SensorModel
from vedette.model.picture import BiasEstimate, SourceState
from vedette.model.reports import (
    OperatorReport,
    Refusal,
    Report,
    SensorStatus,
    SourceNote,
    SourceWord,
)
from vedette.model.tracks import Links, TrackTable

FAILED_AFTER_STALE_RATIO = 10.0  # a source silent ten times its patience is gone, not late
REFUSED_SHARE_MAX = 0.2
LATENCY_MAX_S = 3.0  # a plot older than this has moved 135 m at 45 m/s: beyond a radar's sigma
# As far as codecs believe a stated time (codecs/clock.py): a place may be a second old when sent.
CLOCK_BEHIND_MAX_S, CLOCK_AHEAD_MAX_S = 3.0, 1.0
AHEAD_MAX_S = 0.5  # a clock that runs ahead: nothing arrives before it was measured
LATENCIES = 9  # the median of the last nine: four of them may be anything
RATE_WINDOW_S = 5.0
# Between two events that tell what a source loses. Each is put on disk before the picture goes out,
# for which the plots of all others wait; the panel of sources counts on meanwhile.
SHED_TOLD_NS = 10 * NS_PER_S
# The same of what is refused: after a second, and while it goes on after twice as long each time.
REFUSED_TOLD_NS, REFUSED_TOLD_MAX_NS = NS_PER_S, 10 * NS_PER_S
WORDS_MAX = 16  # told of one source within RATE_WINDOW_S; a flood of alerts hides the picture
REASONS_MAX = 32  # distinct refusal reasons kept per source; the rest count as "other"
STRANGERS_MAX = 16  # sources that the site file does not name, shown by the name they state
UNNAMED = "unknown-source"  # all other strangers: names are cheap to invent
DOORS = frozenset({"http", "websocket"})  # of the server: known, and shown once used


class SourceMemory(msgspec.Struct, kw_only=True):
    """What is remembered of one source beside what is shown."""

    stale_ns: int = 0  # 0: never stale (a feed, or a cooperative sensor)
    is_stranger: bool = False  # neither in the site file nor one of the open doors
    latencies_s: list[float] = []  # of the last reports, oldest first
    window_start_ns: int = 0
    window_reports: int = 0
    window_words: int = 0
    window_shed: int = 0
    window_lost: int = 0
    shed_hz: float = 0.0  # dropped of a feed above its rate, in the last window
    lost_hz: float = 0.0  # and by the system, before it was read
    fresh_shed: int = 0  # not told yet
    shed_told_ns: int = 0
    window_good: int = 0  # a feed's reports that its codec gave; a sensor's that are used
    window_refused: dict[str, int] = {}
    read: int = 0  # what a feed's codec had given by the last step
    refused_share: float = 0.0  # of the last window in which anything came
    refused_reason: str = ""  # the most frequent in it
    connected: bool = True
    clock_of: str = ""  # who of several states the times that are off
    degraded_reason: str = ""
    bias_reason: str = ""
    scan_reason: str = ""
    scans: ScanMemory = msgspec.field(default_factory=ScanMemory)
    arriving: ArrivingMemory = msgspec.field(default_factory=ArrivingMemory)
    company: CompanyMemory = msgspec.field(default_factory=CompanyMemory)
    fresh_refusals: dict[str, int] = {}
    fresh_detail: dict[str, str] = {}
    refusal_told: dict[str, tuple[int, int]] = {}  # reason: when, and how long to wait


class HealthState(msgspec.Struct, kw_only=True):
    """All sources by name: the site's sensors and feeds, and the open doors."""

    started_ns: int = 0
    age_max_s: float = 0.0  # limits.report_age_max_s and
    ahead_max_s: float = 0.0  # report_ahead_max_s: other times are no latency
    judged_ns: int = 0  # when sensors were last held against the tracks
    site_sources: int = 0  # how many of the sources are the site's own
    sources: dict[str, SourceState] = {}
    memory: dict[str, SourceMemory] = {}


def start(site: Site) -> HealthState:
    """Make the state: every sensor and feed of the site, none heard yet."""
    limits = site.limits
    state = HealthState(age_max_s=limits.report_age_max_s, ahead_max_s=limits.report_ahead_max_s)
    for sensor in site.sensors:
        _add(state, sensor.id, "sensor", _patience_ns(sensor))
    for feed in site.feeds:
        _add(state, feed.id, "feed", 0)
    for output in site.outputs:
        _add(state, output.id, "output", 0)
    state.site_sources = len(state.sources)
    return state


def advance(
    state: HealthState,
    reports: list[Report],
    now_ns: int,
    arrivals: Sequence[Arrival] = (),
    read: Mapping[str, int] | None = None,
) -> list[Event]:
    """Take in a step's reports and arrivals and say which sources changed.

    reports: all of the step that can be used, and a refusal for each that cannot. arrivals: the
    bytes they came in, by feed; read: how many good reports each feed has given since the start.
    now_ns: the step's time. Returns SourceHealthChanged, InputRefused by reason, at once and then
    ever more seldom while it goes on, and InputShed at most once in SHED_TOLD_NS.
    """
    if state.started_ns == 0:
        state.started_ns = now_ns
    events: list[Event] = []
    for arrival in arrivals:
        _take_arrival(state, arrival)
    for name, count in (read or {}).items():
        _take_read(state, name, count)
    for report in reports:
        _take(state, report, now_ns, events)
    for name in state.sources:
        _tell_refusals(state, name, now_ns, events)
        _tell_shed(state, name, now_ns, events)
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


def take_measurements(
    state: HealthState, models: Sequence[SensorModel], batches: Sequence[MeasurementBatch]
) -> None:
    """Hold how often each sensor sees an object again against its site file's scan_period_s."""
    for batch in batches:
        model = models[batch.sensor_index]
        memory = state.memory[model.sensor_id]
        arriving.take_arriving(memory.arriving, model, batch)
        take_scans(memory.scans, model, batch)
        memory.scan_reason = scan_words(memory.scans, model.scan_period_s)


def take_tracks(
    state: HealthState,
    models: list[SensorModel],
    batches: Sequence[MeasurementBatch],
    links: Links,
    tracks: TrackTable,
    now_ns: int,
) -> None:
    """Hold each sensor against the tracks that it and others have made; changes the memories."""
    memories = {model.sensor_id: state.memory[model.sensor_id].company for model in models}
    linked = set(links.report_index.tolist())
    for batch in batches:
        if not models[batch.sensor_index].neighbour:  # what it tells need not touch a track
            company.take_plots(memories[models[batch.sensor_index].sensor_id], batch, linked)
    for model in models:
        company.close_window(memories[model.sensor_id], model, now_ns)
        arriving.close_window(state.memory[model.sensor_id].arriving, now_ns)
    if now_ns - state.judged_ns >= NS_PER_S:
        state.judged_ns = now_ns
        company.judge(memories, models, tracks, now_ns)


def _patience_ns(sensor: Sensor) -> int:
    cooperative = sensor.kind == "adsb" if sensor.cooperative is None else sensor.cooperative
    return 0 if cooperative else int(sensor.stale_s * NS_PER_S)


def _add(
    state: HealthState, name: str, kind: str, stale_ns: int, is_stranger: bool = False
) -> None:
    state.sources[name] = SourceState(source=name, kind=kind)
    state.memory[name] = SourceMemory(stale_ns=stale_ns, is_stranger=is_stranger)


def _known(state: HealthState, name: str) -> str:
    """Give the name under which a source is counted; invented names are bounded."""
    if name not in state.sources:
        if name not in DOORS and len(state.sources) - state.site_sources >= STRANGERS_MAX:
            name = UNNAMED
        if name not in state.sources:
            _add(state, name, "feed", 0, name not in DOORS)
    return name


def _take_arrival(state: HealthState, arrival: Arrival) -> None:
    """Count bytes of a feed: it lives, whatever its sensors say."""
    if arrival.kind == "data":
        name = _known(state, arrival.feed)
        state.sources[name].last_ns = max(state.sources[name].last_ns, arrival.t_recv_ns)
        state.sources[name].reports += 1
        state.memory[name].window_reports += 1


def _take_read(state: HealthState, name: str, count: int) -> None:
    """Count what a feed's codec has given since the last step. Doors unused so far stay unseen."""
    if name in state.memory:
        state.memory[name].window_good += count - state.memory[name].read
        state.memory[name].read = count


def _take(state: HealthState, report: Report, now_ns: int, events: list[Event]) -> None:
    if isinstance(report, Refusal):
        _take_refusal(state, report)
    elif isinstance(report, SourceNote):
        _take_note(state, report)
    elif isinstance(report, SourceWord):
        _take_word(state, report, now_ns, events)
    elif not isinstance(report, OperatorReport):  # which no record holds: it must count for nothing
        _take_sign_of_life(state, report)


def _take_sign_of_life(state: HealthState, report: Report) -> None:
    assert not isinstance(report, Refusal | SourceNote | SourceWord | OperatorReport)
    name = _known(state, report.sensor)
    shown, memory = state.sources[name], state.memory[name]
    shown.reports += 1
    shown.last_ns = max(shown.last_ns, report.t_recv_ns)
    memory.window_reports += 1
    memory.window_good += 1
    latency_s = (report.t_recv_ns - report.t_meas_ns) / NS_PER_S
    if -state.ahead_max_s <= latency_s <= state.age_max_s:
        memory.latencies_s = [*memory.latencies_s[1 - LATENCIES :], latency_s]
    if isinstance(report, SensorStatus):
        memory.degraded_reason = report.degraded_reason or ""


def _take_refusal(state: HealthState, refusal: Refusal) -> None:
    name = _known(state, refusal.source)
    shown, memory = state.sources[name], state.memory[name]
    reason = refusal.reason
    if reason not in shown.refused_by_reason and len(shown.refused_by_reason) >= REASONS_MAX:
        reason = "other"
    shown.last_ns = max(shown.last_ns, refusal.t_recv_ns)
    shown.refused += refusal.count
    shown.refused_by_reason[reason] = shown.refused_by_reason.get(reason, 0) + refusal.count
    memory.window_refused[reason] = memory.window_refused.get(reason, 0) + refusal.count
    if refusal.heard:
        memory.window_good = max(memory.window_good - refusal.count, 0)
    memory.fresh_refusals[reason] = memory.fresh_refusals.get(reason, 0) + refusal.count
    memory.fresh_detail[reason] = refusal.detail


def _take_note(state: HealthState, note: SourceNote) -> None:
    name = _known(state, note.source)
    if note.kind == "shed":
        state.sources[name].shed += note.count
        state.memory[name].window_shed += note.count
        state.memory[name].fresh_shed += note.count
        state.sources[name].last_ns = max(state.sources[name].last_ns, note.t_recv_ns)
    elif note.kind == "lost":
        state.sources[name].lost += note.count
        state.memory[name].window_lost += note.count
        state.memory[name].fresh_shed += note.count
    elif note.kind == "sent":
        state.sources[name].reports += note.count
        state.sources[name].last_ns = max(state.sources[name].last_ns, note.t_recv_ns)
        state.memory[name].window_reports += note.count
    elif note.kind == "passed":
        passed = state.sources[name].passed_by_reason
        passed[note.detail] = passed.get(note.detail, 0) + note.count
    elif note.kind == "clock":
        state.sources[name].clock_offset_s = note.offset_s
        state.memory[name].clock_of = note.detail
    else:
        state.memory[name].connected = note.kind == "opened"
        if note.kind == "opened":
            state.sources[name].last_ns = note.t_recv_ns


def _take_word(state: HealthState, word: SourceWord, now_ns: int, events: list[Event]) -> None:
    """Tell what a source says in words: at most WORDS_MAX a source in a rate window."""
    name = _known(state, word.source)
    shown, memory = state.sources[name], state.memory[name]
    shown.last_ns = max(shown.last_ns, word.t_recv_ns)
    memory.window_words += 1
    if memory.window_words <= WORDS_MAX:
        events.append(
            SourceReported(
                t_ns=now_ns, source=name, kind=word.kind, text=word.text, severity=word.severity
            )
        )
    else:
        shown.shed += 1


def _tell_refusals(state: HealthState, name: str, now_ns: int, events: list[Event]) -> None:
    """Tell what was refused, by reason: at once, and what goes on ever more seldom."""
    memory = state.memory[name]
    for reason in [why for why in memory.fresh_refusals if _is_due(memory, why, now_ns)]:
        events.append(
            InputRefused(
                t_ns=now_ns,
                source=name,
                reason=reason,
                count=memory.fresh_refusals.pop(reason),
                detail=memory.fresh_detail.pop(reason),
                severity=Severity.CAUTION,
            )
        )


def _is_due(memory: SourceMemory, reason: str, now_ns: int) -> bool:
    """Say whether a refusal may be told now; if so, how long the next must wait is noted."""
    told_ns, wait_ns = memory.refusal_told.get(reason, (0, 0))
    quiet_ns = now_ns - told_ns
    if quiet_ns < wait_ns:
        return False
    goes_on = wait_ns and quiet_ns < REFUSED_TOLD_MAX_NS + wait_ns
    wait_ns = min(2 * wait_ns, REFUSED_TOLD_MAX_NS) if goes_on else REFUSED_TOLD_NS
    memory.refusal_told[reason] = (now_ns, wait_ns)
    return True


def _tell_shed(state: HealthState, name: str, now_ns: int, events: list[Event]) -> None:
    """Tell what was dropped: at once, and the rest of a flood together now and then."""
    memory = state.memory[name]
    if not memory.fresh_shed or now_ns - memory.shed_told_ns < SHED_TOLD_NS:
        return
    events.append(InputShed(t_ns=now_ns, source=name, count=memory.fresh_shed))
    memory.fresh_shed, memory.shed_told_ns = 0, now_ns


def _roll_window(shown: SourceState, memory: SourceMemory, now_ns: int) -> None:
    elapsed_s = (now_ns - memory.window_start_ns) / NS_PER_S
    if elapsed_s < RATE_WINDOW_S:
        return
    refused = sum(memory.window_refused.values())
    if memory.window_reports or refused:  # frames that say nothing of a place are no fault
        memory.refused_share = refused / max(memory.window_good + refused, 1)
        reasons = sorted(memory.window_refused, key=lambda why: (-memory.window_refused[why], why))
        memory.refused_reason = reasons[0] if reasons else ""
    shown.rate_hz = memory.window_reports / elapsed_s if memory.window_start_ns else 0.0
    memory.shed_hz = memory.window_shed / elapsed_s if memory.window_start_ns else 0.0
    memory.lost_hz = memory.window_lost / elapsed_s if memory.window_start_ns else 0.0
    memory.window_lost = 0
    memory.window_start_ns = now_ns
    memory.window_reports = memory.window_good = memory.window_words = memory.window_shed = 0
    memory.window_refused = {}


def _judge(state: HealthState, name: str, now_ns: int, events: list[Event]) -> None:
    shown, memory = state.sources[name], state.memory[name]
    shown.latency_s = median(memory.latencies_s) if memory.latencies_s else 0.0
    health, reason = _verdict(shown, memory, state.started_ns, now_ns)
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
    is_output = shown.kind == "output"
    if not memory.connected:
        return SourceHealth.FAILED, "the connection is lost"
    if memory.is_stranger:
        return SourceHealth.DEGRADED, "the site file does not name it: nothing it sends is used"
    silent_ns = now_ns - (shown.last_ns or started_ns)
    if memory.stale_ns and silent_ns > memory.stale_ns * FAILED_AFTER_STALE_RATIO:
        return SourceHealth.FAILED, f"silent for more than {_round_s(silent_ns)} s"
    if shown.last_ns == 0:
        return (
            SourceHealth.NEVER_HEARD,
            "not connected yet" if is_output else "nothing has arrived yet",
        )
    if memory.stale_ns and silent_ns > memory.stale_ns:
        return SourceHealth.STALE, f"silent for more than {memory.stale_ns // NS_PER_S} s"
    if memory.degraded_reason:
        return SourceHealth.DEGRADED, memory.degraded_reason
    if memory.bias_reason:
        return SourceHealth.DEGRADED, memory.bias_reason
    if memory.shed_hz and not is_output:
        dropped = f"{max(memory.shed_hz, 1.0):,.0f} a second are dropped"
        return SourceHealth.DEGRADED, f"it sends too fast: {dropped}"
    if memory.lost_hz:
        lost = f"{max(memory.lost_hz, 1.0):,.0f} datagrams a second are lost before they are read"
        return SourceHealth.DEGRADED, f"{lost}: it sends too fast, or this machine is too busy"
    if memory.refused_share > REFUSED_SHARE_MAX:
        share = f"{memory.refused_share:.0%} of what came last is refused"
        return SourceHealth.DEGRADED, f"{share} ({memory.refused_reason})"
    if memory.scan_reason:
        return SourceHealth.DEGRADED, memory.scan_reason
    if shown.clock_offset_s is not None and _is_off(shown.clock_offset_s):
        side = "behind" if shown.clock_offset_s > 0.0 else "ahead of"
        whose = f"the clock of {memory.clock_of}" if memory.clock_of else "its clock"
        off = f"{whose} is {abs(shown.clock_offset_s):.1f} s {side} ours"
        return SourceHealth.DEGRADED, f"{off}: its times are not believed"
    if shown.latency_s > LATENCY_MAX_S:
        return SourceHealth.DEGRADED, f"its plots come {shown.latency_s:.1f} s late"
    if shown.latency_s < -AHEAD_MAX_S:
        ahead = f"its clock is {-shown.latency_s:.1f} s ahead: nothing is measured after it arrives"
        return SourceHealth.DEGRADED, ahead
    for words in (memory.company.flood_words, memory.company.place_words):
        if words:
            return SourceHealth.DEGRADED, words
    good = "it takes what it is told" if is_output else "heard in time"
    remarks = (memory.company.blind_words, memory.arriving.words)
    return SourceHealth.OK, "; ".join(words for words in (good, *remarks) if words)


def _is_off(offset_s: float) -> bool:
    return not -CLOCK_AHEAD_MAX_S <= offset_s <= CLOCK_BEHIND_MAX_S


def _round_s(duration_ns: int) -> int:
    """Round down to ten seconds, so that the words do not change with every step."""
    return duration_ns // (10 * NS_PER_S) * 10
