"""What really happened, written down while it happens: `truth.parquet` with its notes.

In: the world, step by step. Out: two rows a second for each object that is in the air, and beside
the table how each object ended and when an attacker would have arrived.
"""

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


class TruthRecorder:
    """Writes the truth of one run."""

    def __init__(self, world: World, path: Path) -> None:
        """Open `path`."""
        specs = world.fleet.specs
        self._writer = TruthWriter(path, world.frame)
        self._classes = [str(spec.object_class) for spec in specs]
        self._identities = [str(spec.identity) for spec in specs]
        self._subclasses = [spec.subclass for spec in specs]
        self._steps = 0
        self._times: list[I64] = []
        self._rows: list[I64] = []
        self._states: list[F64] = []

    def record(self, world: World) -> None:
        """Write the present step, if it is one of those written; many steps at once."""
        if self._steps % TRUTH_STEPS == 0:
            rows = np.flatnonzero(world.visible)
            self._times.append(np.full(len(rows), world.t_ns, np.int64))
            self._rows.append(rows)
            self._states.append(world.state_enu()[rows])
            if len(self._rows) >= TOGETHER:
                self._write(world)
        self._steps += 1

    def _write(self, world: World) -> None:
        """Write what has been kept."""
        if not self._rows:
            return
        rows = np.concatenate(self._rows)
        self._writer.append(
            np.concatenate(self._times),
            [world.fleet.ids[k] for k in rows],
            np.concatenate(self._states),
            [self._classes[k] for k in rows],
            [self._identities[k] for k in rows],
            [self._subclasses[k] for k in rows],
        )
        self._times, self._rows, self._states = [], [], []

    def close(self, world: World, notes: dict[str, Any]) -> None:
        """Write the notes of the end, and close the file."""
        self._write(world)
        self._writer.close({**notes, **end_notes(world)})
