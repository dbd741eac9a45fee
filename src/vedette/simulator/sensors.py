"""All sensors of a scenario: each step's reports of each, with the latency it reaches us with.

In: the world after a step. Out: for each sensor what it measured (reports) and, for ADS-B, the
frames it heard. How that becomes bytes is `wire`'s.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor
from vedette.geo import SiteFrame, enu_from_aer
from vedette.model.reports import Plot, PositionReport, Report
from vedette.simulator.acoustics import acoustic_model
from vedette.simulator.arrivals import arrival_model, ears_of
from vedette.simulator.callers import caller_model
from vedette.simulator.cameras import CameraModel, camera_model
from vedette.simulator.clutter import clutter_map
from vedette.simulator.echoes import Strobe, equation
from vedette.simulator.faults import FaultyLine
from vedette.simulator.heard import Heard, Message, measured_ns
from vedette.simulator.listeners import BearingModel, PositionModel, bearing_model, position_model
from vedette.simulator.radars import RadarModel, radar_model
from vedette.simulator.rain import STEERING_M, RainPath, rain_path
from vedette.simulator.receivers import AdsbModel, adsb_model
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.sensor_specs import RANGING, RadarSpec, SensorModelSpec
from vedette.simulator.sight import Station, station
from vedette.simulator.world import STREAM_SENSOR, World, stream, wind_at, wind_by_height

# Beside a sensor's own stream of chance; append only, as the streams themselves.
SUBSTREAM_LOBES, SUBSTREAM_CLUTTER, SUBSTREAM_FAULTS = 1, 2, 3
# Bands by kind, where the scenario states none: X band, the 2.4 GHz of data links, transponders.
RADAR_GHZ, RADIO_GHZ, TRANSPONDER_GHZ = 10.0, 2.4, 1.09
CUE_STEPS = 240  # a minute: no camera turns to anything older
Model = RadarModel | BearingModel | PositionModel | AdsbModel
F64 = NDArray[np.float64]


@dataclass(slots=True)
class Cues:
    """Where radars and position feeds reported something lately, for cameras. wanted: by any."""

    frame: SiteFrame
    stations: dict[str, Station]
    wanted: bool
    recent: deque[tuple[int, F64]] = field(default_factory=lambda: deque(maxlen=CUE_STEPS))

    def note(self, t_ns: int, heard: list[Heard]) -> None:
        """Keep the places of one step's reports; what a fault holds back cues nobody."""
        parts = [self._places(item, t_ns) for item in heard]
        self.recent.append((t_ns, np.concatenate([np.zeros((0, 3)), *parts])))

    def within(self, t_ns: int, span_s: float) -> F64:
        """Give the places (M, 3) reported within span_s before t_ns, in the site's frame."""
        since_ns = t_ns - int(span_s * NS_PER_S)
        parts = [places for when, places in self.recent if when > since_ns]
        return np.concatenate([np.zeros((0, 3)), *parts])

    def _places(self, item: Heard, t_ns: int) -> F64:
        """Turn one sensor's reports that have come by t_ns and have a place into places."""
        at, sensor = self.stations[item.sensor.id], item.sensor
        come = [m.report for m in item.messages if m.due_ns <= t_ns]
        offset = math.radians(sensor.azimuth_offset_deg)
        polar = [
            (r.azimuth_rad + offset, r.elevation_rad or 0.0, r.range_m)
            for r in come
            if isinstance(r, Plot) and r.range_m is not None and r.azimuth_rad is not None
        ]
        told = [
            self.frame.enu_from_geo(r.lat_rad, r.lon_rad, r.hae_m)
            for r in come
            if isinstance(r, PositionReport) and r.hae_m is not None
        ]
        if not polar and not told:
            return np.zeros((0, 3))
        azimuth, tilt, reach = np.array(polar).reshape(-1, 3).T
        own = np.stack(enu_from_aer(azimuth, tilt, reach), axis=1)
        places = own @ at.sensor_from_enu + at.position_enu_m
        return np.concatenate([places, np.array(told).reshape(-1, 3)])


@dataclass(slots=True)
class SensorSet:
    """The models of all sensors, in the order of the site file, with what is wrong with them."""

    models: list[Model]
    latencies_ns: list[int]
    cues: Cues
    faulty: dict[str, FaultyLine]

    def observe(self, world: World) -> list[Heard]:
        """Let every sensor measure the last step; cameras know what others said before it."""
        heard = []
        for model, latency_ns in zip(self.models, self.latencies_ns, strict=True):
            if isinstance(model, CameraModel):
                model.cues_enu_m = self.cues.within(world.t_ns, model.camera.cue_s)
            said = messages(model, model.observe(world), world.t_ns)
            line = self.faulty.get(model.sensor.id)
            if line is not None:
                said = line.pass_on(said, world.t_ns)
            if said:
                heard.append(Heard(model.sensor, latency_ns, said))
        if self.cues.wanted:
            self.cues.note(world.t_ns, heard)
        return heard


def messages(model: Model, reports: list[Report], t_ns: int) -> list[Message]:
    """Make messages of reports; of an ADS-B receiver, of the frames it heard at t_ns."""
    if not isinstance(model, AdsbModel):
        return [Message(measured_ns(report), report) for report in reports]
    meant = dict(zip(model.frame_of, reports, strict=True))
    return [Message(t_ns, meant.get(k), frame) for k, frame in enumerate(model.frames)]


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
    cued = any(isinstance(m, CameraModel) and m.camera.policy == "cue" for m in models)
    stations = {model.sensor.id: model.station for model in models}
    return SensorSet(models, latencies, Cues(frame, stations, cued), _faulty(loaded, seed))


def dies_ns(loaded: LoadedScenario) -> dict[str, int]:
    """Say from when on each sensor that fails says nothing more, int64 ns UTC."""
    return {
        spec.id: loaded.start_ns + int(spec.fails_s * NS_PER_S)
        for spec in loaded.scenario.sensors
        if spec.fails_s is not None
    }


def categories(loaded: LoadedScenario) -> dict[str, int]:
    """Say in which ASTERIX category sensors speak for which the scenario says so."""
    return {
        spec.id: spec.asterix_category
        for spec in loaded.scenario.sensors
        if spec.asterix_category is not None
    }


def _faulty(loaded: LoadedScenario, seed: int) -> dict[str, FaultyLine]:
    """Make the lines of the sensors that have faults, each with a stream of chance of its own."""
    lines = {}
    for number, sensor in enumerate(loaded.site.sensors):
        faults = [f for f in loaded.scenario.faults if f.sensor == sensor.id and f.kind != "noise"]
        if faults:
            rng = stream(seed, STREAM_SENSOR, number, SUBSTREAM_FAULTS)
            lines[sensor.id] = FaultyLine(
                sensor,
                faults,
                rng,
                SiteFrame(loaded.site.reference),
                loaded.start_ns,
                loaded.scenario.pressure_offset_m,
            )
    return lines


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
    if sensor.kind in RANGING:
        if spec.radar is None:
            return radar_model(at, spec, rng)
        return _radar(at, spec, spec.radar, rng, loaded, seed, number)
    if sensor.kind == "adsb":
        return adsb_model(at, spec, rng, loaded.scenario.pressure_offset_m)
    if sensor.kind == "position":
        return position_model(at, spec, rng)
    if sensor.kind == "tdoa":
        ears = ears_of(sensor, frame, loaded.terrain)
        rain = [_rain(ear, spec, loaded) for ear in ears]
        return arrival_model(bearing_model(at, spec, rng), spec, ears, rain, loaded.start_ns)
    return _bearing(bearing_model(at, spec, rng, _rain(at, spec, loaded)), spec, loaded)


def _rain(at: Station, spec: SensorModelSpec, loaded: LoadedScenario) -> RainPath | None:
    """Make what rain takes from a sensor's waves, in its band."""
    band_ghz = RADIO_GHZ
    if at.sensor.kind in RANGING:
        band_ghz = RADAR_GHZ
    elif spec.tdoa is not None and spec.tdoa.hears == "transponder":
        band_ghz = TRANSPONDER_GHZ
    drift = wind_at(wind_by_height(loaded.scenario, loaded.site), STEERING_M)
    return rain_path(at, loaded.scenario.rain, drift, spec.frequency_ghz or band_ghz)


def _bearing(plain: BearingModel, spec: SensorModelSpec, loaded: LoadedScenario) -> Model:
    """Make of a bearing sensor what the scenario says it is."""
    weather = loaded.scenario.weather
    if spec.camera is not None:
        return camera_model(plain, spec, weather)
    if spec.acoustic is not None:
        return acoustic_model(plain, spec, wind_by_height(loaded.scenario, loaded.site))
    if spec.callers is not None:
        return caller_model(plain, spec, weather)
    return plain


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
    rain = _rain(at, spec, loaded)
    figures = equation(radar, at.sensor, lobes, scenario.cross_sections, strobes, rain)
    ground = stream(seed, STREAM_SENSOR, number, SUBSTREAM_CLUTTER)
    wind = partial(wind_at, wind_by_height(scenario, loaded.site))
    clutter = clutter_map(at, radar.clutter, scenario.rain, wind, ground)
    return radar_model(at, spec, rng, figures, clutter)
