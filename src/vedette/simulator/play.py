"""A scenario being played: the world, what senses it, and who acts in it; no socket, no clock.

In: a scenario and a seed. Out: step by step the bytes that are due on each feed; once a second
effector models and people look and act, through whatever console they were given.
"""

from dataclasses import dataclass, field

from vedette.simulator.effectors import Effectors
from vedette.simulator.interface import Glance
from vedette.simulator.operators import Operator
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sensors import SensorSet, categories, create_sensors, dies_ns
from vedette.simulator.sightings import Sightings, create_sightings
from vedette.simulator.wire import Wire, create_wire
from vedette.simulator.world import World, create_world

LOOK_STEPS = 4  # people and models look at the picture once a simulated second


@dataclass(slots=True)
class Play:
    """One run of a scenario."""

    loaded: LoadedScenario
    seed: int
    world: World
    sensors: SensorSet
    sightings: Sightings
    wire: Wire
    operators: list[Operator] = field(default_factory=list)
    effectors: Effectors | None = None
    glance: Glance = field(default_factory=Glance)

    @property
    def is_over(self) -> bool:
        """Whether the scenario's time is up."""
        return self.world.elapsed_s >= self.loaded.scenario.duration_s

    def step(self) -> list[tuple[str, bytes]]:
        """Move the world by one step; give what is due on the feeds: (feed id, bytes)."""
        self.world.step()
        self.wire.push(self.sensors.observe(self.world))
        self.wire.push(self.sightings.due(self.world.t_ns))
        return self.wire.due(self.world.t_ns)

    def hear(self, heard: list[tuple[str, bytes | None]]) -> list[tuple[str, bytes]]:
        """Take what the service says over feeds, None where it has connected; give the answers."""
        out = []
        for feed_id, data in heard:
            nodes = self.wire.nodes.get(feed_id)
            if nodes is None:
                continue
            if data is None:
                nodes.called()
            elif answer := nodes.hear(data, self.world.t_ns):
                out.append((feed_id, answer))
        return out

    async def look(self) -> None:
        """Let effector models and people look at the picture and act, one after another."""
        self.glance.over()
        if self.effectors is not None:
            await self.effectors.act(self.world)
        for operator in self.operators:
            await operator.act()


def make_play(loaded: LoadedScenario, seed: int) -> Play:
    """Set a scenario up at its beginning, with nobody at the console yet."""
    return Play(
        loaded=loaded,
        seed=seed,
        world=create_world(loaded, seed),
        sensors=create_sensors(loaded, seed),
        sightings=create_sightings(loaded),
        wire=create_wire(loaded.site, None, dies_ns(loaded), categories(loaded)),
    )
