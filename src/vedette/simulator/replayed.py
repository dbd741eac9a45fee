"""A real flight instead of an invented one: recorded truth, moved to the site, for our sensors.

In: times and places of a recorded flight. Out: a world whose one object flies exactly that path,
which every simulated sensor can look at.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vedette.base.rfc3339 import format_rfc3339
from vedette.config.site import Site
from vedette.model.enums import ObjectClass
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Scenario, Waypoint
from vedette.simulator.world import FLYING, STEP_NS, STEP_S, World, create_world

F64 = NDArray[np.float64]


@dataclass(slots=True, frozen=True)
class Flight:
    """A recorded flight: seconds from 0, and (N, 3) metres east, north and height above ground."""

    name: str
    object_class: ObjectClass
    since_s: F64
    position_m: F64
    rcs_dbsm: float


@dataclass(slots=True)
class ReplayedWorld(World):
    """A world whose first object follows recorded places, interpolated linearly."""

    since_s: F64 = field(default_factory=lambda: np.zeros(0))
    recorded_m: F64 = field(default_factory=lambda: np.zeros((0, 3)))

    def step(self) -> None:
        """Move to the next step's place; the velocity is that of the last half second."""
        self.t_ns += STEP_NS
        here, before = self._at(self.elapsed_s), self._at(self.elapsed_s - 2.0 * STEP_S)
        self.position_m[0] = here
        self.velocity_mps[0] = (here - before) / (2.0 * STEP_S)
        self.visible[0] = self.elapsed_s <= float(self.since_s[-1])
        self.phase[0] = FLYING

    def _at(self, elapsed_s: float) -> F64:
        """Interpolate the place at a time."""
        columns = [np.interp(elapsed_s, self.since_s, self.recorded_m[:, k]) for k in range(3)]
        return np.array(columns)


def flight_scenario(flight: Flight, site: Site, site_path: Path, start_ns: int) -> LoadedScenario:
    """Make the scenario that holds nothing but one recorded flight."""
    first, last = flight.position_m[0], flight.position_m[-1]
    places = [
        Waypoint(east_m=float(p[0]), north_m=float(p[1]), height_m=max(float(p[2]), 0.0))
        for p in (first, last)
    ]
    spec = ObjectSpec(
        id=flight.name,
        object_class=flight.object_class,
        speed_mps=20.0,
        route=places,
        rcs_dbsm=flight.rcs_dbsm,
    )
    scenario = Scenario(
        schema=1,
        name=f"real flight {flight.name}",
        description="",
        start=format_rfc3339(start_ns),
        duration_s=float(flight.since_s[-1]),
        site=site_path.name,
        objects=[spec],
    )
    return LoadedScenario(
        scenario=scenario, site=site, path=site_path, site_path=site_path, start_ns=start_ns
    )


def replayed_world(loaded: LoadedScenario, flight: Flight, seed: int) -> ReplayedWorld:
    """Make the world in which the flight flies again."""
    plain = create_world(loaded, seed)
    told = [name for name in World.__dataclass_fields__ if not name.startswith("_")]
    values = {name: getattr(plain, name) for name in told}
    world = ReplayedWorld(**values, since_s=flight.since_s, recorded_m=flight.position_m)
    world.position_m[0] = flight.position_m[0]
    return world


def regular(since_s: F64, position_m: F64, period_s: float = 0.1) -> tuple[F64, F64]:
    """Thin a recording to a regular period, each place the mean of what fell into it.

    since_s (N,) ascending, position_m (N, 3). Periods without a record are left out.
    """
    number = np.floor(since_s / period_s).astype(np.int64)
    _, first, count = np.unique(number, return_index=True, return_counts=True)
    times = np.add.reduceat(since_s, first) / count
    places = np.add.reduceat(position_m, first, axis=0) / count[:, None]
    return times, places
