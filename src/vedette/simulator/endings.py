"""How each object of a run ended, and when each attacker arrived or would have."""

from typing import Any

import numpy as np

from vedette.simulator.world import World


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
            name: attacks
            for name, attacks in zip(world.fleet.ids, world.fleet.attacks, strict=True)
            if attacks is not None
        },
        "spoofed": [
            name
            for name, spec in zip(world.fleet.ids, world.fleet.specs, strict=True)
            if spec.spoofed
        ],
        "would_arrive_ns": {
            world.fleet.ids[k]: _would_arrive_ns(world, int(k))
            for k in np.flatnonzero(np.isfinite(world.fleet.target_radius_m))
        },
    }


def _would_arrive_ns(world: World, k: int) -> int:
    """Give when object k is, or would be, at the edge of its target: int64 ns UTC."""
    if world.would_arrive_ns[k]:
        return int(world.would_arrive_ns[k])
    offset = world.position_m[k, :2] - world.target_m()[k]
    left_m = max(float(np.hypot(offset[0], offset[1])) - world.fleet.target_radius_m[k], 0.0)
    return int(world.t_ns + left_m / max(float(world.speed_mps[k]), 1.0) * 1e9)
