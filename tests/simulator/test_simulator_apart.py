"""What is said of one sensor changes no other, and what is not said changes nothing."""

import hashlib

import msgspec
import pytest

from vedette.simulator.fault_specs import FaultSpec
from vedette.simulator.sensor_specs import (
    CameraSpec,
    ClutterPatch,
    RadarSpec,
    RainSpec,
    SensorModelSpec,
)
from vedette.simulator.sensors import create_sensors
from vedette.simulator.world import create_world


def said(loaded, seed=4, duration_s=40.0) -> dict[str, str]:
    """Give a digest of everything each sensor says, and of the world's states."""
    world, sensors = create_world(loaded, seed), create_sensors(loaded, seed)
    digests = {sensor.id: hashlib.sha256() for sensor in loaded.site.sensors}
    truth = hashlib.sha256()
    while world.elapsed_s < duration_s:
        world.step()
        truth.update(world.state_enu().tobytes())
        for heard in sensors.observe(world):
            digests[heard.sensor.id].update(repr(heard.messages).encode())
    return {name: digest.hexdigest() for name, digest in digests.items()} | {
        "world": truth.hexdigest()
    }


def replaced(base, spec=None, **words):
    sensors = [s if spec is None or s.id != spec.id else spec for s in base.scenario.sensors]
    scenario = msgspec.structs.replace(base.scenario, sensors=sensors, **words)
    return msgspec.structs.replace(base, scenario=scenario)


def test_a_seed_says_the_same_twice_with_everything_there_is(base):
    patch = ClutterPatch(range_from_m=500.0, range_to_m=900.0, plots_per_scan=3.0, points=9)
    radar = RadarSpec(reference_range_m=30_000.0, side_lobe_db=-45.0, clutter=[patch])
    rain = RainSpec(east_m=3000.0, north_m=0.0, radius_m=900.0, plots_per_scan=4.0)
    fault = FaultSpec(sensor="radar_south", kind="reordering", amount=2.0)
    loaded = replaced(
        base, SensorModelSpec(id="radar_north", radar=radar), rain=[rain], faults=[fault]
    )
    assert said(loaded) == said(loaded)
    assert said(loaded) != said(loaded, seed=5)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SensorModelSpec(id="radar_north", radar=RadarSpec(reference_range_m=30_000.0)), {}),
        (SensorModelSpec(id="camera_west", camera=CameraSpec()), {}),
        (None, {"faults": [FaultSpec(sensor="rf_df", kind="flood", amount=30.0)]}),
        (None, {"faults": [FaultSpec(sensor="adsb", kind="drop_out", amount=0.5)]}),
    ],
)
def test_one_sensor_that_is_different_changes_no_other_and_not_the_world(base, spec, words):
    plain, other = said(base), said(replaced(base, spec, **words))
    changed = {name for name in plain if plain[name] != other[name]}
    assert changed == {spec.id if spec is not None else words["faults"][0].sensor}


def test_tables_that_say_nothing_of_a_sensor_change_nothing(base):
    rain = RainSpec(east_m=3000.0, north_m=0.0, radius_m=900.0, plots_per_scan=4.0)
    late = FaultSpec(sensor="radar_north", kind="drop_out", amount=1.0, from_s=100.0)
    assert said(replaced(base, rain=[rain], faults=[late])) == said(base)
