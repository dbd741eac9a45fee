"""How many alarms a person on watch had to carry, against what a person can carry.

In: the events of a run, when people watched, when the site was attacked. Out: `AlarmLoad`.
EEMUA 191 and ISA-18.2 bound two things: the long-run average of steady operation (under one alarm
in ten minutes), and the peak when something happens (under ten in ten minutes). An attack is the
second; so the average is taken over the quiet time alone, and judged only where that is as long as
the window it is about. A run of eight minutes under attack says nothing of it.
"""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.model.alarms import FLOOD_ENDS, MEAN_MAX, NAMING, PEAK_MAX, WINDOW_NS, is_alarm

I64 = NDArray[np.int64]
EventRow = dict[str, Any]

S_PER_NS = 1e-9


class AlarmLoad(msgspec.Struct, frozen=True, kw_only=True):
    """Alarms a person had to carry: all, on average over the watch, and the most in ten minutes.

    quiet_s: of the watch, without the time from when attackers are in the air until ten minutes
    after; quiet_alarms, quiet_per_10_min: in that time, the average None where it is shorter than
    ten minutes. within_limits: EEMUA 191 and ISA-18.2: the peak, and the quiet average if any.
    """

    alarms: int
    per_10_min_mean: float | None
    per_10_min_peak: int
    quiet_s: float
    quiet_alarms: int
    quiet_per_10_min: float | None
    floods: int
    flood_s: float
    within_limits: bool


def alarm_times_ns(events: list[EventRow]) -> list[int]:
    """List the times of the alarms among the events, in order."""
    named: dict[int, set[int]] = {}
    times = []
    for row in events:
        event = row["event"]
        if event in NAMING:
            named[row["warning_id"]] = set(row["track_ids"])
        elif event == "WarningCleared":
            named.pop(row["warning_id"], None)
        after, track_id = str(row.get("after", "")), row.get("track_id", 0)
        if is_alarm(event, after, track_id, named.values()):
            times.append(row["t_ns"])
    return sorted(times)


def alarm_load(
    times_ns: list[int], from_ns: int, to_ns: int, attacked_ns: tuple[int, int] | None = None
) -> AlarmLoad:
    """Measure a load of alarms against EEMUA 191 and ISA-18.2.

    from_ns, to_ns: when people were on watch. attacked_ns: when attackers were in the air. The
    peak is over any ten minutes, not clock ones.
    """
    times = np.array(times_ns, np.int64)
    in_window = np.arange(1, len(times) + 1) - np.searchsorted(times, times - WINDOW_NS, "right")
    peak = int(in_window.max(initial=0))
    mean = len(times) * WINDOW_NS / (to_ns - from_ns) if to_ns > from_ns else None
    floods, flood_ns = _floods(times, to_ns)
    quiet, quiet_ns = _quiet(times, from_ns, to_ns, attacked_ns)
    calm = quiet * WINDOW_NS / quiet_ns if quiet_ns >= WINDOW_NS else None
    return AlarmLoad(
        alarms=len(times),
        per_10_min_mean=mean,
        per_10_min_peak=peak,
        quiet_s=quiet_ns * S_PER_NS,
        quiet_alarms=quiet,
        quiet_per_10_min=calm,
        floods=floods,
        flood_s=flood_ns * S_PER_NS,
        within_limits=peak < PEAK_MAX and (calm is None or calm < MEAN_MAX),
    )


def _quiet(
    times: I64, from_ns: int, to_ns: int, attacked_ns: tuple[int, int] | None
) -> tuple[int, int]:
    """Count the alarms of the quiet time, and say how long that is (ns)."""
    begin_ns, end_ns = attacked_ns or (to_ns, to_ns)
    begin_ns, end_ns = max(begin_ns, from_ns), min(end_ns + WINDOW_NS, to_ns)
    inside = (times >= from_ns) & (times <= to_ns)
    busy = (times >= begin_ns) & (times <= end_ns) if attacked_ns else np.zeros(len(times), bool)
    return int((inside & ~busy).sum()), max(to_ns - from_ns - max(end_ns - begin_ns, 0), 0)


def _floods(times: I64, to_ns: int) -> tuple[int, int]:
    """Count floods, and how long they lasted (ns): from the tenth alarm until fewer than five.

    One that outlasts the watch is counted to its end at `to_ns`.
    """
    floods, lasted, began_ns = 0, 0, None
    leaves = times + WINDOW_NS  # when each alarm is ten minutes old
    for t_ns in np.sort(np.concatenate([times, leaves])).tolist():
        held = int(np.searchsorted(times, t_ns, "right") - np.searchsorted(leaves, t_ns, "right"))
        if began_ns is None and held >= PEAK_MAX:
            floods, began_ns = floods + 1, t_ns
        elif began_ns is not None and held < FLOOD_ENDS:
            lasted, began_ns = lasted + max(min(t_ns, to_ns) - began_ns, 0), None
    return floods, lasted
