"""How many alarms the watch has to carry now, as events pass: what /api/health and the page show.

The same alarms and bounds as the scorecard's (`model.alarms`), counted live. After a crash the
events of the recording that goes on are counted again, so that a restart hides no flood.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_S
from vedette.incident.words import moment
from vedette.model.alarms import FLOOD_ENDS, MEAN_MAX, NAMING, PEAK_MAX, WINDOW_NS, is_alarm
from vedette.model.events import Event
from vedette.server.public import NS_PER_US
from vedette.server.views import AlarmLine, AlarmView

TOLD_MAX = 10  # alarms told in words: as many as are a flood


@dataclass(slots=True)
class AlarmCount:
    """Alarms since begun_ns (0: nothing has happened yet), the times of the last ten minutes.

    named: the tracks that each open warning names; flood: it has begun and not ended; peak: the
    most in any ten minutes. newest: the alarms themselves, of which people can be told.
    """

    begun_ns: int = 0
    now_ns: int = 0
    total: int = 0
    peak: int = 0
    floods: int = 0
    flood: bool = False
    times_ns: deque[int] = field(default_factory=deque)
    named: dict[int, frozenset[int]] = field(default_factory=dict)
    newest: deque[AlarmLine] = field(default_factory=lambda: deque(maxlen=TOLD_MAX))


def count(state: AlarmCount, events: Iterable[Event], now_ns: int) -> None:
    """Take in the events of a step and let the time go on to now_ns."""
    for event in events:
        _forget(state, event.t_ns)
        name = type(event).__name__
        if name in NAMING:
            state.named[event.warning_id] = frozenset(event.track_ids)  # type: ignore[union-attr]
        elif name == "WarningCleared":
            state.named.pop(event.warning_id, None)  # type: ignore[union-attr]
        after, track_id = getattr(event, "after", ""), getattr(event, "track_id", 0)
        if is_alarm(name, str(after), track_id, state.named.values()):
            state.total += 1
            state.times_ns.append(event.t_ns)
            if (told := moment(event, {})) is not None:
                text = f"{told.text} ({told.by})" if told.by else told.text
                state.newest.append(AlarmLine(t_us=event.t_ns // NS_PER_US, text=text))
            state.peak = max(state.peak, len(state.times_ns))
            if len(state.times_ns) >= PEAK_MAX and not state.flood:
                state.flood, state.floods = True, state.floods + 1
    _forget(state, now_ns)


def _forget(state: AlarmCount, now_ns: int) -> None:
    """Let what is ten minutes old leave; a flood ends with it. Time does not run backwards."""
    state.now_ns = max(state.now_ns, now_ns)
    state.begun_ns = state.begun_ns or state.now_ns
    while state.times_ns and state.times_ns[0] <= state.now_ns - WINDOW_NS:
        state.times_ns.popleft()
    state.flood = state.flood and len(state.times_ns) >= FLOOD_ENDS


def alarm_view(state: AlarmCount) -> AlarmView:
    """Say how many alarms there are, against what a person can carry."""
    watched_ns = state.now_ns - state.begun_ns
    mean = state.total * WINDOW_NS / watched_ns if watched_ns >= WINDOW_NS else None
    return AlarmView(
        total=state.total,
        last_10_min=len(state.times_ns),
        per_10_min_mean=mean,
        per_10_min_peak=state.peak,
        watched_s=watched_ns / NS_PER_S,
        flood=state.flood,
        floods=state.floods,
        recent=_recent(state),
        within_limits=len(state.times_ns) < PEAK_MAX and (mean is None or mean < MEAN_MAX),
    )


def _recent(state: AlarmCount) -> list[AlarmLine]:
    """Say which alarms the count is made of, newest first."""
    since_us = (state.now_ns - WINDOW_NS) // NS_PER_US
    return [told for told in reversed(state.newest) if told.t_us > since_us]
