"""The three clocks of the service; the core sees only the number they give."""

import time
from typing import Protocol


class Clock(Protocol):
    """Gives now, int64 ns UTC."""

    def now_ns(self) -> int:
        """Give the time."""


class SystemClock:
    """The system's clock, moved by a fixed offset so that a re-enactment shows its own date."""

    def __init__(self, offset_ns: int = 0) -> None:
        """offset_ns is added to the system's time."""
        self.offset_ns = offset_ns

    def now_ns(self) -> int:
        """Give the system's time plus the offset."""
        return time.time_ns() + self.offset_ns


class SteppedClock:
    """A clock that stands until it is set: the simulator's time in lockstep."""

    def __init__(self, now_ns: int) -> None:
        """now_ns: where it stands at first."""
        self._now_ns = now_ns

    def now_ns(self) -> int:
        """Give where the clock stands."""
        return self._now_ns

    def set(self, now_ns: int) -> None:
        """Move the clock; never back."""
        self._now_ns = max(self._now_ns, now_ns)
