"""A picture that has just begun, with birds about: drones are warned of, birds are not."""

import numpy as np
import pytest
from running import SCENARIO

from vedette import pipeline
from vedette.model.arrivals import Arrival
from vedette.model.events import WarningEscalated, WarningRaised
from vedette.model.picture import AirPicture
from vedette.simulator.scenario import load_scenario
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import detection_lines
from vedette.simulator.world import World, create_world

RUN_S = 16.0
FIRST_S = 12.5  # both drones are some 14 km off and seen from the first scan on


def kind_of(world: World, picture: AirPicture, track_id: int) -> str:
    """Name the class of the object that a track is nearest to."""
    table = picture.tracks
    (row,) = np.flatnonzero(table.track_id[: table.count] == track_id)
    gaps_m = np.linalg.norm(world.state_enu()[:, :2] - table.state_enu[row, :2], axis=1)
    nearest = int(np.where(world.visible, gaps_m, np.inf).argmin())
    return str(world.fleet.specs[nearest].object_class)


@pytest.mark.parametrize("seed", [1, 2, 4])
def test_a_service_started_among_birds_warns_of_the_drones_alone(seed):
    loaded = load_scenario(SCENARIO)
    world, sensors = create_world(loaded, seed), create_sensors(loaded, seed)
    while world.elapsed_s < 46.0:
        world.step()
    begun_s = world.elapsed_s
    line = pipeline.assemble(loaded.site)
    state = pipeline.start(line)
    told = []
    while world.elapsed_s < begun_s + RUN_S:
        world.step()
        reports = [r for heard in sensors.observe(world) for r in heard.reports]
        data = b"".join(detection_lines(reports))
        arrivals = [Arrival(feed="http", t_recv_ns=world.t_ns, data=data)]
        state, picture = pipeline.step(line, state, pipeline.Inputs(arrivals), world.t_ns)
        for event in picture.events:
            if isinstance(event, WarningRaised | WarningEscalated):
                kinds = {kind_of(world, picture, track_id) for track_id in event.track_ids}
                told.append((world.elapsed_s - begun_s, kinds))
    assert {kind for _, kinds in told for kind in kinds} == {"fixed_wing_uas"}
    assert told[0][0] < FIRST_S
