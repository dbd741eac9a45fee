"""Objects put anywhere, to ask the sensors' models how probably they would be found there.

In: one object of a scenario and states. Out: probabilities of one look, by the models themselves:
nothing is drawn and nothing flies.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.geo import SiteFrame
from vedette.simulator.listeners import BearingModel
from vedette.simulator.objects import Fleet, assemble_fleet
from vedette.simulator.radars import RadarModel
from vedette.simulator.scenario import LoadedScenario, ObjectSpec
from vedette.simulator.world import FLYING, STREAM_SCATTER, World, stream, wind_by_height

F64 = NDArray[np.float64]
TOGETHER = 16_384  # states asked about at once: some 20 MB of working memory

Looking = RadarModel | BearingModel


@dataclass(slots=True)
class Probe:
    """Copies of one object, to be put where somebody asks. world: TOGETHER of them, at rest."""

    world: World

    def look_prob(self, model: Looking, state_enu: F64) -> F64:
        """Say how probably one look of a sensor finds the object in each state (N, 6).

        What is out of the sensor's range costs nothing. State: site's frame, m and m/s.
        """
        prob = np.zeros(len(state_enu))
        offset = state_enu[:, :3] - model.station.position_enu_m
        reach_m = model.sensor.coverage.range_max_m
        near = np.flatnonzero(np.einsum("ij,ij->i", offset, offset) <= reach_m**2)
        for begin in range(0, len(near), TOGETHER):
            rows = near[begin : begin + TOGETHER]
            asked = np.repeat(state_enu[rows[:1]], TOGETHER, axis=0)
            asked[: len(rows)] = state_enu[rows]
            prob[rows] = model.look_prob(self.world, asked)[: len(rows)]
        return prob


def create_probe(loaded: LoadedScenario, spec: ObjectSpec) -> Probe:
    """Make a probe of an object, with the scenario's wind and what it says of cross-sections."""
    alone = msgspec.structs.replace(loaded.scenario, objects=[spec])
    one = assemble_fleet(alone, loaded.site, stream(0, STREAM_SCATTER))
    fleet, zero = _repeated(one, TOGETHER), np.zeros(TOGETHER)
    world = World(
        fleet=fleet,
        frame=SiteFrame(loaded.site.reference),
        start_ns=loaded.start_ns,
        t_ns=loaded.start_ns,
        rng=stream(0, STREAM_SCATTER),
        seed=0,
        wind_m=wind_by_height(loaded.scenario, loaded.site),
        position_m=np.zeros((TOGETHER, 3)),
        velocity_mps=np.zeros((TOGETHER, 3)),
        heading_rad=zero,
        speed_mps=zero,
        climb_mps=zero,
        gust_mps=np.zeros((TOGETHER, 3)),
        lean_rad=zero,
        waypoint=np.zeros(TOGETHER, np.int64),
        phase=np.full(TOGETHER, FLYING),
        visible=np.ones(TOGETHER, np.bool_),
        held_s=zero,
        would_arrive_ns=np.zeros(TOGETHER, np.int64),
        lift_m=zero,
        lift_rate_mps=zero,
        ground_m=zero,
    )
    return Probe(world)


def _repeated(one: Fleet, count: int) -> Fleet:
    """Repeat the one object of a fleet."""
    many: dict[str, Any] = {}
    for column in fields(one):
        value = getattr(one, column.name)
        if isinstance(value, np.ndarray):
            many[column.name] = np.repeat(value, count, axis=0)
        elif isinstance(value, list):
            many[column.name] = value * count
    return replace(one, **many)
