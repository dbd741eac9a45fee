"""How fast the simulator is by itself: the demonstration's world, and a very large one.

python -m benchmarks.simulator_speed [--quick] [--json]
"""

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.figures import SCENARIO, Figure, run_module, spread, vedette
from vedette.config.site import Coverage, Feed, Sensor
from vedette.model.enums import ObjectClass
from vedette.simulator.files import simulate
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Waypoint, load_scenario
from vedette.simulator.sensor_specs import AcousticSpec, CameraSpec, RadarSpec, SensorModelSpec
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import create_wire
from vedette.simulator.world import create_world

NAME = "simulator_speed"
TITLE = "The simulator alone"
TEXT = """Demonstration: `vedette simulate` of the Ain al-Asad scenario, a process of its own from
its start to its last file, on one core; how many times faster than the scenario's own time, by
the clock and in processor time (which is what it takes on a machine with nothing else to do),
and in processor time once Python and the kernels are loaded.
Large: 10,000 objects within 40 km of a site with 20 sensors (14 radars by the radar equation, half
of them rotating, 2 direction finders, 2 cameras that must be pointed, 2 microphone arrays),
everything up to the bytes on the wire; processor time for a simulated second, of which the parts.
Dense: the same within 15 km, and radars that find a small drone at 40 km, with side lobes."""
COMMAND = "python -m benchmarks.simulator_speed"
NEEDS = ""

RUNS, RUNS_QUICK = 5, 2
SECONDS, SECONDS_QUICK = 20.0, 6.0
WARM_UP_S = 2.0
RADARS, LISTENERS = 14, 6
# 10,000 in all: a sea of birds, and as much else as no site has ever seen.
CROWD = (
    (ObjectClass.BIRD, 8_000, 13.0, 100.0),
    (ObjectClass.MULTIROTOR, 1_000, 14.0, 150.0),
    (ObjectClass.FIXED_WING_UAS, 800, 45.0, 300.0),
    (ObjectClass.AEROPLANE, 200, 150.0, 4_000.0),
)
# How far the objects are spread, and where the radars find a small drone.
SCENES = (("large", 40_000.0, 12_000.0, None), ("dense", 15_000.0, 40_000.0, -40.0))


def figures(quick: bool) -> list[Figure]:
    """Measure both."""
    found = demonstration(RUNS_QUICK if quick else RUNS)
    for name, spread_m, reach_m, side_lobe_db in SCENES:
        loaded = crowded(load_scenario(SCENARIO), spread_m, reach_m, side_lobe_db)
        found += large(name, loaded, SECONDS_QUICK if quick else SECONDS)
    return found


def demonstration(runs: int) -> list[Figure]:
    """Time the command, several times."""
    duration_s = load_scenario(SCENARIO).scenario.duration_s
    by_clock, by_processor, started = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for k in range(runs):
            begun_s, before = time.perf_counter(), os.times()
            vedette("simulate", SCENARIO, "--output", Path(folder) / str(k), "--seed", str(k + 1))
            after = os.times()
            used_s = after.children_user - before.children_user
            used_s += after.children_system - before.children_system
            by_clock.append(duration_s / (time.perf_counter() - begun_s))
            by_processor.append(duration_s / used_s)
            began_s = time.process_time()
            simulate(load_scenario(SCENARIO), k + 1, Path(folder) / str(k))
            started.append(duration_s / (time.process_time() - began_s))
    return [
        Figure("demonstration: times real time, by processor time", times(by_processor), "200"),
        Figure("demonstration: times real time, once started", times(started[1:])),
        Figure("demonstration: times real time, by the clock", times(by_clock)),
    ]


def times(values: list[float]) -> str:
    """Say least, median and greatest factor."""
    return spread(values, 0, "x")


def large(name: str, loaded: LoadedScenario, seconds: float) -> list[Figure]:
    """Time a large world, its parts apart."""
    world, sensors, wire = (
        create_world(loaded, 1),
        create_sensors(loaded, 1),
        create_wire(loaded.site),
    )
    spent, count, size = {"world": 0.0, "sensors": 0.0, "bytes": 0.0}, 0, 0
    while world.elapsed_s < WARM_UP_S + seconds:
        if world.elapsed_s == WARM_UP_S:
            spent, count, size = dict.fromkeys(spent, 0.0), 0, 0
        marks = [time.process_time()]
        world.step()
        marks.append(time.process_time())
        heard = sensors.observe(world)
        marks.append(time.process_time())
        wire.push(heard)
        packets = wire.due(world.t_ns)
        marks.append(time.process_time())
        for part, begin, end in zip(spent, marks, marks[1:], strict=False):
            spent[part] += end - begin
        count += sum(len(item.messages) for item in heard)
        size += sum(len(data) for _, data in packets)
    total = sum(spent.values()) / seconds
    parts = ", ".join(f"{part} {value / seconds:.2f} s" for part, value in spent.items())
    return [
        Figure(f"{name}: objects, sensors", f"{world.fleet.count:,}, {len(sensors.models)}"),
        Figure(f"{name}: processor time for a simulated second", f"{total:.2f} s", "1 s"),
        Figure(f"{name}: of which", parts),
        Figure(f"{name}: reports a simulated second", f"{count / seconds:,.0f}"),
        Figure(f"{name}: bytes a simulated second", f"{size / seconds / 1e6:.2f} MB"),
    ]


def crowded(
    loaded: LoadedScenario, spread_m: float, reach_m: float, side_lobe_db: float | None
) -> LoadedScenario:
    """Give the demonstration's site twenty sensors and ten thousand objects."""
    objects = [
        ObjectSpec(
            id=f"{name}",
            object_class=name,
            count=count,
            motion="wander",
            radius_m=spread_m,
            speed_mps=speed,
            height_spread_m=0.6 * height,
            radio=name == ObjectClass.MULTIROTOR,
            route=[Waypoint(east_m=0.0, north_m=0.0, height_m=height)],
        )
        for name, count, speed, height in CROWD
    ]
    sensors = [radar(loaded, k) for k in range(RADARS)]
    sensors += [listener(loaded, k) for k in range(LISTENERS)]
    feeds = [
        Feed(id=f"feed_{k}", kind="detections_udp", port=0, sensor=s.id)
        for k, s in enumerate(sensors)
    ]
    site = msgspec.structs.replace(loaded.site, sensors=sensors, feeds=feeds)
    truths = [truth_of(sensor, reach_m, side_lobe_db) for sensor in sensors]
    scenario = msgspec.structs.replace(
        loaded.scenario, objects=objects, sensors=truths, duration_s=600.0
    )
    return msgspec.structs.replace(loaded, scenario=scenario, site=site)


def place(loaded: LoadedScenario, k: int) -> dict[str, float]:
    """Put sensor k on a grid about the site, 4 km apart."""
    reference = loaded.site.reference
    return {
        "lat_deg": reference.lat_deg + 0.036 * (k % 4 - 1.5),
        "lon_deg": reference.lon_deg + 0.043 * (k // 4 - 2.0),
        "hae_m": reference.hae_m + 15.0,
    }


def radar(loaded: LoadedScenario, k: int) -> Sensor:
    """Make radar k of the site: rotating in two seconds, or once a second at once."""
    turning: dict[str, Any] = {"scan": "rotating", "scan_period_s": 2.0}
    return Sensor(
        id=f"radar_{k}",
        kind="radar_3d",
        clutter_per_scan=5.0,
        coverage=Coverage(range_min_m=100.0, range_max_m=30_000.0, elevation_max_deg=60.0),
        **(turning if k % 2 else {"scan": "frame", "scan_period_s": 1.0}),
        **place(loaded, k),
    )


def listener(loaded: LoadedScenario, k: int) -> Sensor:
    """Make a direction finder, camera or microphone array, in turn."""
    name = ("finder", "camera", "array")[k % 3]
    return Sensor(
        id=f"{name}_{k}",
        kind="bearing_elevation" if name == "camera" else "bearing",
        azimuth_sigma_deg=0.1 if name == "camera" else 2.0,
        elevation_sigma_deg=0.1,
        cooperative=name == "finder",
        coverage=Coverage(
            range_max_m={"finder": 15_000.0, "camera": 8_000.0, "array": 4_000.0}[name]
        ),
        **place(loaded, RADARS + k),
    )


def truth_of(sensor: Sensor, reach_m: float, side_lobe_db: float | None) -> SensorModelSpec:
    """Say how each sensor really is: radars that find a small drone at reach_m with 0.9."""
    if sensor.kind == "radar_3d":
        radar_spec = RadarSpec(
            detection_range_m=reach_m,
            detection_class=ObjectClass.FIXED_WING_UAS,
            pulses=8,
            blind_rate_mps=2.0,
            side_lobe_db=side_lobe_db,
        )
        return SensorModelSpec(id=sensor.id, radar=radar_spec)
    if sensor.kind == "bearing_elevation":
        return SensorModelSpec(id=sensor.id, range_90_m=4_000.0, camera=CameraSpec(policy="cue"))
    if not sensor.cooperative:
        return SensorModelSpec(id=sensor.id, range_90_m=600.0, acoustic=AcousticSpec())
    return SensorModelSpec(id=sensor.id, range_90_m=10_000.0)


if __name__ == "__main__":
    sys.exit(run_module(sys.modules[__name__]))
