"""A radar whose north is wrong, in the whole chain: no object twice, and people are told of it."""

import math

import msgspec
import numpy as np
import pytest
from running import SCENARIO
from scipy.optimize import linear_sum_assignment

from vedette import pipeline
from vedette.model.arrivals import Arrival
from vedette.model.enums import TrackStatus
from vedette.model.picture import AirPicture, BiasEstimate
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import detection_lines
from vedette.simulator.world import World, create_world

OFF_DEG = 1.0
STEPS_A_PICTURE = 5
NEAR_M, FAR_M = 400.0, 1e6


def skewed(off_deg: float) -> LoadedScenario:
    """The demonstration, with radar south turned by off_deg without anybody's knowledge."""
    loaded = load_scenario(SCENARIO)
    sensors = [
        msgspec.structs.replace(sensor, azimuth_offset_deg=-off_deg)
        if sensor.id == "radar_south"
        else sensor
        for sensor in loaded.site.sensors
    ]
    return msgspec.structs.replace(
        loaded, site=msgspec.structs.replace(loaded.site, sensors=sensors)
    )


def doubled(world: World, picture: AirPicture) -> int:
    """Count confirmed tracks near an object which no object is left for, one track an object."""
    table = picture.tracks
    rows = np.flatnonzero(table.status[: table.count] == TrackStatus.CONFIRMED)
    truth = world.state_enu()[world.visible, :2]
    gaps_m = np.linalg.norm(table.state_enu[rows, None, :2] - truth[None], axis=2)
    near = gaps_m < NEAR_M
    pairs = linear_sum_assignment(np.where(near, gaps_m, FAR_M))
    return int(near.any(axis=1).sum() - near[pairs].sum())


@pytest.mark.parametrize("seed", [1, 2])
def test_a_radar_a_degree_off_doubles_nothing_after_a_minute_and_is_told(seed):
    loaded = load_scenario(SCENARIO)
    world, sensors = create_world(loaded, seed), create_sensors(skewed(OFF_DEG), seed)
    line = pipeline.assemble(loaded.site)
    state = pipeline.start(line)
    found = []
    while world.elapsed_s < 100.0:
        arrivals = []
        for _ in range(STEPS_A_PICTURE):
            world.step()
            reports = [r for heard in sensors.observe(world) for r in heard.reports]
            data = b"".join(detection_lines(reports))
            arrivals.append(Arrival(feed="http", t_recv_ns=world.t_ns, data=data))
        state, picture = pipeline.step(line, state, pipeline.Inputs(arrivals), world.t_ns)
        if world.elapsed_s > 60.0:
            found.append(doubled(world, picture))
    assert not any(found)
    (azimuth,) = [b for b in told(picture, "radar_south") if b.of == "azimuth"]
    assert abs(azimuth.value - math.radians(OFF_DEG)) < 2.5 * azimuth.sigma
    assert azimuth.sigma < math.radians(0.2)


def told(picture: AirPicture, source: str) -> tuple[BiasEstimate, ...]:
    return next(s.biases for s in picture.sources if s.source == source)
