"""How far another clock is off ours, from the times it states and when they arrive.

A stated time arrives late, never early: the least of the last few delays is the clock's error, what
is above it is the network's. Within what radio and navigation need, the stated time is believed.
Beyond, the clock is wrong (or stands still): it is named, and the time of arrival is taken.
"""

from dataclasses import dataclass, field

from vedette.base.constants import NS_PER_S
from vedette.model.reports import Report, SourceNote

WINDOW = 8  # stated times the least is taken of: eight seconds of Location messages
NAMED_AFTER = 3  # of them in a row, before a clock is called wrong
# A position is up to a second old when sent and is sent again for a second; another on the way.
BEHIND_MAX_NS = 3 * NS_PER_S
AHEAD_MAX_NS = NS_PER_S
NAMED_EVERY_NS = 30 * NS_PER_S
NOTED_EVERY_NS = 5 * NS_PER_S
GPS_AHEAD_NS = 18 * NS_PER_S  # of UTC since 2017-01-01: leap seconds left out
GPS_SLACK_NS = 2 * NS_PER_S
HOUR_NS = 3600 * NS_PER_S
TENTH_NS = NS_PER_S // 10


@dataclass(slots=True)
class Clock:
    """The last delays (arrival minus stated, ns), when the clock was last named as wrong, and when
    its offset was last noted."""

    delays_ns: list[int] = field(default_factory=list)
    named_ns: int = 0
    noted_ns: int = 0


def take(clock: Clock, t_stated_ns: int, t_arrived_ns: int) -> tuple[int, str]:
    """Give the time to believe, and in words what is wrong with the clock where it is to be told.

    That time is the stated one or else the arrival. The words come at most once in NAMED_EVERY_NS.
    """
    clock.delays_ns = [*clock.delays_ns[1 - WINDOW :], t_arrived_ns - t_stated_ns]
    error_ns = min(clock.delays_ns)
    if -AHEAD_MAX_NS <= error_ns <= BEHIND_MAX_NS:
        return t_stated_ns, ""
    is_due = not clock.named_ns or t_arrived_ns - clock.named_ns >= NAMED_EVERY_NS
    if len(clock.delays_ns) < NAMED_AFTER or not is_due:
        return t_arrived_ns, ""
    clock.named_ns = t_arrived_ns
    return t_arrived_ns, words(error_ns)


def note(clock: Clock, source: str, t_recv_ns: int, of: str = "") -> list[Report]:
    """Note how far a source's clock is off, every NOTED_EVERY_NS, once it has been heard enough.

    of: whose clock it is, of several that one source hears.
    """
    if len(clock.delays_ns) < NAMED_AFTER or t_recv_ns - clock.noted_ns < NOTED_EVERY_NS:
        return []
    clock.noted_ns = t_recv_ns
    offset_s = min(clock.delays_ns) / NS_PER_S
    return [
        SourceNote(source=source, t_recv_ns=t_recv_ns, kind="clock", detail=of, offset_s=offset_s)
    ]


def words(error_ns: int) -> str:
    """Say by how much a clock is off, and the usual reason where the number tells it."""
    side = "behind" if error_ns > 0 else "ahead of"
    said = f"its clock is {abs(error_ns) / NS_PER_S:.1f} s {side} UTC"
    if abs(error_ns + GPS_AHEAD_NS) <= GPS_SLACK_NS:
        return f"{said} (GPS time without leap seconds)"
    return said


def of_hour_ns(tenths: int, near_ns: int) -> int:
    """Date tenths of seconds since the full hour: in the hour that brings them nearest."""
    hour_ns = near_ns // HOUR_NS * HOUR_NS
    within_ns = tenths * TENTH_NS
    gap_ns = within_ns - (near_ns - hour_ns)
    if gap_ns > HOUR_NS // 2:
        hour_ns -= HOUR_NS
    elif gap_ns < -HOUR_NS // 2:
        hour_ns += HOUR_NS
    return hour_ns + within_ns
