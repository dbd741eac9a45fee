"""What really happened, written down while it happens: `truth.parquet` with its notes.

In: the world, step by step. Out: two rows a second for each object that is in the air, and beside
the table how each object ended and when an attacker would have arrived.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.outputs.parquet import TruthWriter
from vedette.simulator.endings import end_notes
from vedette.simulator.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

TOGETHER = 64  # half a minute: writing a few rows costs as much as writing thousands
TRUTH_STEPS = 2  # every 0.5 s: the error of drawing straight lines between is under 0.2 m


@dataclass(slots=True)
class TruthSteps:
    """Where everything in the air was at the instants that are kept, an item an instant.

    times (M,): int64 ns UTC; rows (M,): rows of the fleet; states (M, 6): in the site's frame.
    """

    steps: int = 0
    times: list[I64] = field(default_factory=list)
    rows: list[I64] = field(default_factory=list)
    states: list[F64] = field(default_factory=list)

    def record(self, world: World) -> bool:
        """Keep the present step, if it is one of those kept; say whether it is."""
        is_kept = self.steps % TRUTH_STEPS == 0
        if is_kept:
            rows = np.flatnonzero(world.visible)
            self.times.append(np.full(len(rows), world.t_ns, np.int64))
            self.rows.append(rows)
            self.states.append(world.state_enu()[rows])
        self.steps += 1
        return is_kept

    def joined(self) -> tuple[I64, I64, F64]:
        """Give what is kept as three arrays: times, rows, states."""
        none = np.zeros(0, np.int64)
        return (
            np.concatenate([none, *self.times]),
            np.concatenate([none, *self.rows]),
            np.concatenate([np.zeros((0, 6)), *self.states]),
        )

    def forget(self) -> None:
        """Keep no more of what has been kept."""
        self.times, self.rows, self.states = [], [], []


class TruthRecorder:
    """Writes the truth of one run."""

    def __init__(self, world: World, path: Path) -> None:
        """Open `path`."""
        specs = world.fleet.specs
        self._writer = TruthWriter(path, world.frame)
        self._classes = [str(spec.object_class) for spec in specs]
        self._identities = [str(spec.identity) for spec in specs]
        self._subclasses = [spec.subclass for spec in specs]
        self._kept = TruthSteps()

    def record(self, world: World) -> None:
        """Write the present step, if it is one of those written; many steps at once."""
        if self._kept.record(world) and len(self._kept.times) >= TOGETHER:
            self._write(world)

    def _write(self, world: World) -> None:
        """Write what has been kept."""
        times, rows, states = self._kept.joined()
        self._kept.forget()
        self._writer.append(
            times,
            [world.fleet.ids[k] for k in rows],
            states,
            [self._classes[k] for k in rows],
            [self._identities[k] for k in rows],
            [self._subclasses[k] for k in rows],
        )

    def close(self, world: World, notes: dict[str, Any]) -> None:
        """Write the notes of the end, and close the file."""
        self._write(world)
        self._writer.close({**notes, **end_notes(world)})
