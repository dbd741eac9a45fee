"""What really happened, written down while it happens: `truth.parquet` with its notes.

In: the world, step by step. Out: two rows a second for each object that is in the air, and beside
the table how each object ended and when an attacker would have arrived.
"""

from pathlib import Path
from typing import Any

import numpy as np

from vedette.outputs.parquet import TruthWriter
from vedette.simulator.world import World

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

    def record(self, world: World) -> None:
        """Write the present step, if it is one of those written."""
        if self._steps % TRUTH_STEPS == 0:
            rows = np.flatnonzero(world.visible)
            self._writer.append(
                world.t_ns,
                [world.fleet.ids[k] for k in rows],
                world.state_enu()[rows],
                [self._classes[k] for k in rows],
                [self._identities[k] for k in rows],
                [self._subclasses[k] for k in rows],
            )
        self._steps += 1

    def close(self, world: World, notes: dict[str, Any]) -> None:
        """Write the notes of the end, and close the file."""
        self._writer.close({**notes, **end_notes(world)})


def end_notes(world: World) -> dict[str, Any]:
    """Say how each object ended, and when each attacker arrived or would have.

    Where an attacker had not come so far by the end, its arrival is reckoned straight ahead at its
    speed.
    """
    return {
        "start_ns": world.start_ns,
        "end_ns": world.t_ns,
        "ends": world.ends,
        "attacks": {
            name: spec.attacks
            for name, spec in zip(world.fleet.ids, world.fleet.specs, strict=True)
            if spec.attacks is not None
        },
        "would_arrive_ns": {
            world.fleet.ids[k]: _would_arrive_ns(world, int(k))
            for k in np.flatnonzero(np.isfinite(world.fleet.target_radius_m))
        },
    }


def _would_arrive_ns(world: World, k: int) -> int:
    """Give when object k is, or would be, at the edge of its target: int64 ns UTC."""
    if world.would_arrive_ns[k]:
        return int(world.would_arrive_ns[k])
    offset = world.position_m[k, :2] - world.fleet.target_enu_m[k]
    left_m = max(float(np.hypot(offset[0], offset[1])) - world.fleet.target_radius_m[k], 0.0)
    return int(world.t_ns + left_m / max(float(world.speed_mps[k]), 1.0) * 1e9)
