"""What the service knows of itself, for its metrics: what waits, and how long each stage took."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

# A step is to take 50 ms; the tails are what an operator feels.
BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(slots=True)
class Histogram:
    """How long something took, counted by bounds; the last count is of everything longer."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_s: float = 0.0

    def add(self, duration_s: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS_S, duration_s)] += 1
        self.total_s += duration_s


@dataclass(slots=True, frozen=True)
class Measures:
    """What the service knows of itself, for whoever watches over it.

    queues: items waiting, queue_bytes: octets waiting, by queue. deliveries: warnings by channel
    and what became of them ("delivered", "failed", "retried"). stages: durations.
    """

    queues: Mapping[str, int] = field(default_factory=dict)
    queue_bytes: Mapping[str, int] = field(default_factory=dict)
    deliveries: Mapping[tuple[str, str], int] = field(default_factory=dict)
    stages: Mapping[str, Histogram] = field(default_factory=dict)
