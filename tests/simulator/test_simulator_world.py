"""The simulated world: its limits, its determinism, its sensors' statistics."""

import math
from pathlib import Path

import numpy as np
import pytest

from vedette.base.errors import RefusedError
from vedette.model.reports import Plot
from vedette.simulator.limits import BY_CLASS
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import above_horizon, look, station
from vedette.simulator.world import STEP_S, create_world


@pytest.fixture(scope="module")
def loaded(repository: Path) -> LoadedScenario:
    return load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")


def test_one_seed_is_one_world_and_another_seed_another(loaded):
    worlds = [create_world(loaded, seed) for seed in (5, 5, 6)]
    for world in worlds:
        for _ in range(200):
            world.step()
    states = [world.state_enu() for world in worlds]
    assert states[0].tobytes() == states[1].tobytes()
    assert states[0].tobytes() != states[2].tobytes()


def test_what_happens_to_one_object_changes_no_other(loaded):
    free, hit = create_world(loaded, 1), create_world(loaded, 1)
    for k in range(600):
        free.step()
        hit.step()
        if k == 400:
            hit.destroy(hit.fleet.ids.index("drone_1"))
    assert free.state_enu().tobytes() == hit.state_enu().tobytes()
    assert not hit.visible[hit.fleet.ids.index("drone_1")]


def test_no_object_turns_climbs_or_accelerates_beyond_its_class(loaded):
    world = create_world(loaded, 2)
    heading, speed, climb = world.heading_rad.copy(), world.speed_mps.copy(), world.climb_mps.copy()
    limits = [BY_CLASS[spec.object_class] for spec in world.fleet.specs]
    for _ in range(1900):
        world.step()
        turn = np.abs(world.heading_rad - heading) / STEP_S
        gain = np.abs(world.speed_mps - speed) / STEP_S
        assert all(t <= x.turn_max_radps + 1e-9 for t, x in zip(turn, limits, strict=True))
        lateral = turn * np.maximum(speed, 1.0)
        assert all(a <= x.lateral_mps2 + 1e-6 for a, x in zip(lateral, limits, strict=True))
        assert all(g <= x.acceleration_mps2 + 1e-9 for g, x in zip(gain, limits, strict=True))
        assert all(
            c <= x.climb_max_mps + 1e-9 for c, x in zip(world.climb_mps, limits, strict=True)
        )
        heading, speed = world.heading_rad.copy(), world.speed_mps.copy()
        climb = world.climb_mps.copy()
    assert np.all(world.position_m[:, 2] >= 0.5)
    assert np.all(climb >= -25.0)


def test_the_drones_keep_600_m_apart_and_arrive_when_speed_and_way_say(loaded):
    world = create_world(loaded, 3)
    one, two = (world.fleet.ids.index(name) for name in ("drone_1", "drone_2"))
    apart = []
    while world.elapsed_s < 480.0:
        world.step()
        if 60.0 < world.elapsed_s < 300.0:
            apart.append(np.linalg.norm(world.position_m[one, :2] - world.position_m[two, :2]))
    assert min(apart) > 480.0
    assert np.median(apart) == pytest.approx(600.0, abs=60.0)
    arrival_s = (world.would_arrive_ns[one] - world.start_ns) * 1e-9
    assert arrival_s == pytest.approx(30.0 + (15_200.0 + 630.0 - 300.0) / 45.0, abs=8.0)
    assert world.ends["drone_1"]["how"] == "arrived"
    assert world.ends["own_drone"]["how"] == "landed"


def test_a_destroyed_drone_falls_forward_and_its_ghost_still_says_when_it_would_arrive(loaded):
    world = create_world(loaded, 3)
    k = world.fleet.ids.index("drone_1")
    while world.elapsed_s < 250.0:
        world.step()
    place, velocity = world.position_m[k].copy(), world.velocity_mps[k].copy()
    end = world.destroy(k)
    ahead = (end["wreck_east_m"] - place[0]) * velocity[0]
    ahead += (end["wreck_north_m"] - place[1]) * velocity[1]
    assert 0.0 < ahead / np.linalg.norm(velocity) < 45.0 * 10.0
    while world.elapsed_s < 420.0:
        world.step()
    assert world.would_arrive_ns[k] > end["t_ns"]
    assert world.ends["drone_1"]["how"] == "destroyed"


def test_radar_noise_and_detection_are_what_the_radar_equation_and_the_site_say(loaded):
    sensors = create_sensors(loaded, 4)
    radar = next(m for m in sensors.models if m.sensor.id == "radar_south")
    radar.clutter_per_scan = 0.0
    world = create_world(loaded, 4)
    k = world.fleet.ids.index("drone_1")
    errors, rates, found, chances = [], [], 0, []
    while world.elapsed_s < 330.0:
        world.step()
        world.visible &= np.arange(world.fleet.count) == k
        seen = look(radar.station, world.state_enu())
        if not (world.visible[k] and seen.inside[k]) or world.elapsed_s % 1.0:
            radar.observe(world)
            continue
        mean = 10.0 / -math.log(0.9) * 10 ** (-1.0) * (27_000.0 / seen.range_m[k]) ** 4
        chances.append(0.97 * math.exp(-10.0 / mean))
        for plot in radar.observe(world):
            if not isinstance(plot, Plot):
                continue
            azimuth = (plot.azimuth_rad - seen.azimuth_rad[k] + math.pi) % (2 * math.pi) - math.pi
            reach = plot.range_m - seen.range_m[k]
            tilt = plot.elevation_rad - seen.elevation_rad[k]
            found += 1
            errors.append((reach, azimuth, tilt))
            rates.append(plot.range_rate_mps - seen.range_rate_mps[k])
    sigma = np.std(np.array(errors), axis=0)
    sensor = radar.sensor
    assert sigma[0] == pytest.approx(sensor.range_sigma_m, rel=0.15)
    assert sigma[1] == pytest.approx(math.radians(sensor.azimuth_sigma_deg), rel=0.15)
    assert sigma[2] == pytest.approx(math.radians(sensor.elevation_sigma_deg), rel=0.15)
    assert np.std(rates) == pytest.approx(sensor.range_rate_sigma_mps, rel=0.2)
    spread = math.sqrt(sum(p * (1 - p) for p in chances))
    assert abs(found - sum(chances)) < 4.0 * spread


def test_clutter_comes_as_often_as_the_site_says(loaded):
    sensors = create_sensors(loaded, 9)
    radar = next(m for m in sensors.models if m.sensor.id == "radar_north")
    world = create_world(loaded, 9)
    world.visible[:] = False
    world.phase[:] = 2
    count = 0
    for _ in range(1600):
        world.t_ns += 250_000_000
        count += sum(isinstance(r, Plot) for r in radar.observe(world))
    assert count == pytest.approx(6.0 * 200, abs=4.0 * math.sqrt(1200))


def test_a_low_drone_far_away_is_behind_the_horizon():
    # Antenna 10 m, drone 50 m: 4.12 (sqrt 10 + sqrt 50) = 42.2 km on a 4/3 earth.
    ranges = np.array([41_500.0, 43_000.0])
    assert list(above_horizon(ranges, np.array([50.0, 50.0]), 10.0)) == [True, False]


def test_a_sensor_sees_north_as_azimuth_zero_and_east_as_a_quarter_turn(loaded):
    world = create_world(loaded, 1)
    at = station(loaded.site.sensors[0], world.frame)
    state = np.zeros((2, 6))
    state[:, :3] = at.position_enu_m + np.array([[0.0, 5000.0, 100.0], [5000.0, 0.0, 100.0]])
    seen = look(at, state)
    assert seen.azimuth_rad[0] % (2 * math.pi) == pytest.approx(0.0, abs=1e-3) or (
        seen.azimuth_rad[0] == pytest.approx(2 * math.pi, abs=1e-3)
    )
    assert seen.azimuth_rad[1] == pytest.approx(math.pi / 2, abs=1e-3)
    assert seen.range_m[0] == pytest.approx(math.hypot(5000.0, 100.0))


def test_an_independent_decoder_finds_the_airliners_where_they_are(loaded):
    import rs1090

    world, sensors = create_world(loaded, 1), create_sensors(loaded, 1)
    receiver = next(m for m in sensors.models if m.sensor.kind == "adsb")
    messages, times = [], []
    for _ in range(240):
        world.step()
        receiver.observe(world)
        for frame in receiver.frames:
            messages.append(frame.replace(b"\x1a\x1a", b"\x1a")[9:].hex())
            times.append(world.elapsed_s)
    decoded = rs1090.decode(messages, timestamp=times)
    last = [d for d in decoded if d.get("icao24") == "70c0a2" and "latitude" in d][-1]
    k = world.fleet.ids.index("civil_2")
    state = world.state_enu()[k]
    back_s = world.elapsed_s - last["timestamp"]
    lat_deg, lon_deg, hae_m = world.frame.geo_deg_from_enu(*(state[:3] - back_s * state[3:]))
    assert last["latitude"] == pytest.approx(lat_deg, abs=2e-4)
    assert last["longitude"] == pytest.approx(lon_deg, abs=2e-4)
    assert last["altitude"] * 0.3048 == pytest.approx(hae_m + 35.0, abs=8.0)
    assert any(d.get("callsign", "").strip() == "VDT202" for d in decoded)


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('class = "bird"', 'class = "dragon"', "class"),
        ("radius_m = 900.0", "radius_m = -1.0", "radius_m"),
        ('site = "sites/ain_al_asad.toml"', 'site = "sites/nowhere.toml"', "no file"),
        ('attacks = "barracks"', 'attacks = "moon"', "no asset"),
        ("reaction_s = 6.0", "reaction = 6.0", "unknown key"),
        ('id = "drone_2"', 'id = "drone_1"', "twice"),
        ('start = "2022-01-04T03:40:00Z"', 'start = "yesterday"', "start"),
        ("bearing_deg = 285.0, range_m", "bearing_deg = 285.0, east_m", "exactly one"),
        ("duration_s = 480.0", "duration_s = nan", "duration_s"),
    ],
)
def test_a_wrong_scenario_is_refused_by_file_line_and_key(repository, tmp_path, find, put, words):
    text = (repository / "scenarios" / "ain_al_asad_2022.toml").read_text()
    assert find in text
    (tmp_path / "sites").mkdir()
    site = (repository / "scenarios" / "sites" / "ain_al_asad.toml").read_text()
    (tmp_path / "sites" / "ain_al_asad.toml").write_text(site)
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(find, put, 1))
    with pytest.raises(RefusedError, match=rf"wrong\.toml:\d+: .*{words}"):
        load_scenario(path)
