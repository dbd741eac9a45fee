"""Every number of the sensors' and faults' tables, at either bound: reports that can be read."""

from typing import Any, get_args

import msgspec
from msgspec import inspect

from vedette.base.errors import RefusedError
from vedette.codecs.detections import read_line
from vedette.config.lines import Lines
from vedette.simulator.fault_specs import AMOUNTS, FaultKind, FaultSpec, check_sensing
from vedette.simulator.sensor_specs import (
    AcousticSpec,
    CallersSpec,
    CameraSpec,
    ClutterPatch,
    CrossSection,
    RadarSpec,
    RainSpec,
    SensorModelSpec,
    WeatherSpec,
)
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import create_wire, detection_lines
from vedette.simulator.world import create_world

STEPS = 9  # a whole scan of every sensor
RADAR = {"reference_range_m": 3e4}
PATCH = {"range_from_m": 100.0, "range_to_m": 900.0, "plots_per_scan": 3.0, "points": 9}
RAIN = {"east_m": 0.0, "north_m": 0.0, "radius_m": 900.0, "plots_per_scan": 9.0}


def bounds(kind: inspect.Type) -> list[Any]:
    if isinstance(kind, inspect.UnionType):
        return [value for each in kind.types for value in bounds(each)]
    if isinstance(kind, inspect.FloatType | inspect.IntType):
        low = kind.ge if kind.ge is not None else (kind.gt or 0.0) + 1e-9
        return [low, kind.le if kind.le is not None else (kind.lt or 1e9) - 1e-9]
    if isinstance(kind, inspect.LiteralType):
        return list(kind.values)
    return []


def extremes(struct: type, words: dict[str, Any]) -> list[Any]:
    """Make a struct for each key and bound, the other keys as in `words`."""
    made = []
    for field in inspect.type_info(struct).fields:
        for value in bounds(field.type):
            made.append(struct(**{**words, field.name: value}))
    return made


def sensor(name: str, **words: Any) -> dict[str, Any]:
    return {"sensors": [SensorModelSpec(id=name, **words)]}


def cases() -> list[dict[str, Any]]:
    """List the scenario's changed tables."""
    found = [
        sensor(name, radar=radar)
        for name in ("radar_north", "radar_south")
        for radar in extremes(RadarSpec, RADAR)
    ]
    echoes = sensor("radar_north", radar=RadarSpec(**RADAR))
    found += [
        sensor("radar_north", radar=RadarSpec(**RADAR, clutter=[patch]))
        for patch in extremes(ClutterPatch, PATCH)
    ]
    found += [{**echoes, "rain": [rain]} for rain in extremes(RainSpec, RAIN)]
    found += [
        {**echoes, "cross_sections": [entry]}
        for entry in extremes(CrossSection, {"object_class": "bird"})
    ]
    camera = sensor("camera_west", camera=CameraSpec())
    found += [{**camera, "weather": weather} for weather in extremes(WeatherSpec, {})]
    for key, struct in (
        ("camera", CameraSpec),
        ("acoustic", AcousticSpec),
        ("callers", CallersSpec),
    ):
        found += [sensor("camera_west", **{key: each}) for each in extremes(struct, {})]
    for name in ("camera_west", "radar_south"):
        found += [{"sensors": [each]} for each in extremes(SensorModelSpec, {"id": name})]
    found += [
        {"faults": [FaultSpec(sensor=name, kind=kind, amount=amount)]}
        for name in ("radar_north", "radar_south", "rf_df", "camera_west", "adsb", "friendly")
        for kind in get_args(FaultKind)
        for amount in AMOUNTS[kind]
        if kind not in ("noise", "flood")
    ]
    return found


def test_every_number_at_its_bounds_gives_reports_that_can_be_read(base):
    ran = 0
    for words in cases():
        scenario = msgspec.structs.replace(base.scenario, **words)
        loaded = msgspec.structs.replace(base, scenario=scenario)
        try:
            check_sensing(scenario.sensors, scenario.faults, base.site, Lines("file", ""))
        except RefusedError:
            continue
        ran += 1
        world, sensors = create_world(loaded, 1), create_sensors(loaded, 1)
        wire = create_wire(loaded.site)
        for _ in range(STEPS):
            world.step()
            heard = sensors.observe(world)
            wire.push(heard)
            wire.due(world.t_ns)
            for line in detection_lines(r for item in heard for r in item.reports):
                read_line(line, None)
    assert ran > 150
