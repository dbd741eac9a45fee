"""All sensors of a scenario: each step's reports of each, with the latency it reaches us with.

In: the world after a step. Out: for each sensor what it measured (reports) and, for ADS-B, the
frames it heard. How that becomes bytes is `wire`'s.
"""

import math
from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor
from vedette.geo import SiteFrame
from vedette.model.reports import Report
from vedette.simulator.clutter import clutter_map
from vedette.simulator.echoes import Strobe, equation
from vedette.simulator.listeners import BearingModel, PositionModel, bearing_model, position_model
from vedette.simulator.radars import RadarModel, radar_model
from vedette.simulator.receivers import AdsbModel, adsb_model
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sensor_specs import RadarSpec, SensorModelSpec
from vedette.simulator.sight import Station, station
from vedette.simulator.world import STREAM_SENSOR, World, stream, wind_velocity_mps

# Beside a sensor's own stream of chance; append only, as the streams themselves.
SUBSTREAM_LOBES, SUBSTREAM_CLUTTER = 1, 2
Model = RadarModel | BearingModel | PositionModel | AdsbModel


@dataclass(slots=True, frozen=True)
class Heard:
    """What one sensor reports of one step. frames: Beast bytes, for an ADS-B receiver only."""

    sensor: Sensor
    latency_ns: int
    reports: list[Report]
    frames: list[bytes]


@dataclass(slots=True)
class SensorSet:
    """The models of all sensors, in the order of the site file."""

    models: list[Model]
    latencies_ns: list[int]

    def observe(self, world: World) -> list[Heard]:
        """Let every sensor measure the last step."""
        heard = []
        for model, latency_ns in zip(self.models, self.latencies_ns, strict=True):
            reports = model.observe(world)
            frames = model.frames if isinstance(model, AdsbModel) else []
            if reports or frames:
                heard.append(Heard(model.sensor, latency_ns, reports, frames))
        return heard


def create_sensors(loaded: LoadedScenario, seed: int) -> SensorSet:
    """Make the models of the site's sensors, each with its own stream of chance."""
    frame = SiteFrame(loaded.site.reference)
    specs = {spec.id: spec for spec in loaded.scenario.sensors}
    models: list[Model] = []
    latencies = []
    for number, sensor in enumerate(loaded.site.sensors):
        spec = specs.get(sensor.id, SensorModelSpec(id=sensor.id))
        models.append(_model(sensor, spec, frame, loaded, seed, number))
        listens = sensor.kind == "adsb"  # a squitter is heard when it is sent
        latencies.append(0 if listens else int(spec.latency_s * NS_PER_S))
    return SensorSet(models, latencies)


def _model(
    sensor: Sensor,
    spec: SensorModelSpec,
    frame: SiteFrame,
    loaded: LoadedScenario,
    seed: int,
    number: int,
) -> Model:
    """Make the model of one sensor, by its kind."""
    at, rng = station(sensor, frame, loaded.terrain), stream(seed, STREAM_SENSOR, number)
    if sensor.kind in ("radar_3d", "radar_2d"):
        if spec.radar is None:
            return radar_model(at, spec, rng)
        return _radar(at, spec, spec.radar, rng, loaded, seed, number)
    if sensor.kind == "adsb":
        return adsb_model(at, spec, rng, loaded.scenario.pressure_offset_m)
    if sensor.kind == "position":
        return position_model(at, spec, rng)
    return bearing_model(at, spec, rng)


def _radar(
    at: Station,
    spec: SensorModelSpec,
    radar: RadarSpec,
    rng: np.random.Generator,
    loaded: LoadedScenario,
    seed: int,
    number: int,
) -> Model:
    """Make a radar by the radar equation, with its side lobes, its clutter and noise from outside.

    Where its lobes and its fixed clutter lie is drawn from streams of their own.
    """
    scenario = loaded.scenario
    strobes = [
        Strobe(f.from_s, f.to_s, math.radians(f.azimuth_deg or 0.0), 10.0 ** (f.amount / 10.0))
        for f in scenario.faults
        if f.sensor == at.sensor.id and f.kind == "noise"
    ]
    lobes = stream(seed, STREAM_SENSOR, number, SUBSTREAM_LOBES)
    figures = equation(radar, at.sensor, lobes, scenario.cross_sections, strobes)
    ground = stream(seed, STREAM_SENSOR, number, SUBSTREAM_CLUTTER)
    wind_mps = wind_velocity_mps(loaded.site.wind)
    clutter = clutter_map(at, radar.clutter, scenario.rain, wind_mps, ground)
    return radar_model(at, spec, rng, figures, clutter)
