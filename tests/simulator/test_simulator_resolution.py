"""What one radar cannot tell apart, does not see for its speed, or sees where it is not."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.model.reports import Plot
from vedette.simulator.fault_specs import FaultSpec
from vedette.simulator.resolution import leaders, merged
from vedette.simulator.sensor_specs import (
    ClutterPatch,
    CrossSection,
    RadarSpec,
    RainSpec,
    SensorModelSpec,
)
from vedette.simulator.sensors import create_sensors
from vedette.simulator.sight import look
from vedette.simulator.world import create_world

CELL = np.array([150.0, math.radians(2.0), np.inf, np.inf])
STEADY = [CrossSection(object_class="fixed_wing_uas", swerling=0)]
QUIET = {"clutter_per_scan": 0.0}


def spec(name="radar_south", noisy=False, **words) -> SensorModelSpec:
    words = {"reference_range_m": 60_000.0, **words}
    return SensorModelSpec(id=name, radar=RadarSpec(**words), **({} if noisy else QUIET))


def radar_of(loaded, name="radar_south", seed=4):
    models = create_sensors(loaded, seed).models
    return next(m for m in models if m.sensor.id == name)


def plots_of(radar, world, steps: int, step_ns=1_000_000_000) -> list[Plot]:
    plots = []
    for _ in range(steps):
        world.t_ns += step_ns
        plots += [r for r in radar.observe(world) if isinstance(r, Plot)]
    return plots


def polar(reach, azimuth_deg, height=400.0):
    angle = np.radians(azimuth_deg)
    ground = np.sqrt(np.asarray(reach) ** 2 - height**2)
    return np.stack([ground * np.sin(angle), ground * np.cos(angle), height + 0 * angle], axis=-1)


def by_hand(aer, strength, cell):
    """Let the strongest take what is near, one after the other."""
    lead = np.full(len(aer), -1)
    for k in np.argsort(-strength, kind="stable"):
        if lead[k] >= 0:
            continue
        gap = np.abs(aer - aer[k])
        gap[:, 1] = np.minimum(gap[:, 1], 2 * math.pi - gap[:, 1])
        lead[(lead < 0) & np.all(gap < cell, axis=1)] = k
    return lead


@given(st.integers(0, 10**6), st.integers(1, 60), st.sampled_from([2.0, 7.0, 150.0, 400.0]))
def test_the_strongest_takes_its_cell_then_the_next(seed, count, width_deg):
    rng = np.random.default_rng(seed)
    aer = np.stack(
        [
            rng.uniform(1000.0, 2000.0, count),
            rng.uniform(0.0, 2.0 * math.pi, count),
            rng.uniform(0.0, 0.5, count),
            rng.normal(0.0, 20.0, count),
        ],
        axis=1,
    )
    strength = rng.permutation(count).astype(float) + 1.0
    cell = np.array([150.0, math.radians(width_deg), 0.2, np.inf])
    assert leaders(aer, strength, cell).tolist() == by_hand(aer, strength, cell).tolist()


def test_thousands_in_few_cells_are_told_apart_as_few_are():
    rng = np.random.default_rng(2)
    count = 3000
    aer = np.stack(
        [
            rng.uniform(9000.0, 9500.0, count),
            rng.uniform(6.2, 6.4, count) % (2.0 * math.pi),
            rng.uniform(0.0, 0.1, count),
            rng.normal(0.0, 9.0, count),
        ],
        axis=1,
    )
    strength = rng.permutation(count) + 1.0
    lead = leaders(aer, strength, CELL)
    assert lead.tolist() == by_hand(aer, strength, CELL).tolist()
    assert 4 < len(set(lead.tolist())) < 100


def test_two_across_north_are_one_at_the_mean_weighted_by_amplitude():
    aer = np.array([[5000.0, math.radians(359.5), 0.1, 0.0], [5040.0, math.radians(0.7), 0.1, 4.0]])
    lead = leaders(aer, np.array([9.0, 1.0]), CELL)
    heads, place, energy = merged(aer, np.array([9.0, 1.0]), lead)
    assert heads.tolist() == [0]
    assert energy.tolist() == [10.0]
    assert place[0, 0] == pytest.approx(5010.0)
    assert math.degrees(place[0, 1]) == pytest.approx(359.8)
    assert place[0, 3] == pytest.approx(1.0)


@pytest.mark.parametrize("name", ["radar_south", "radar_north"])
def test_two_drones_are_one_plot_below_the_cell_and_two_above_whatever_the_antenna(
    scene, placed, name
):
    words = {"range_cell_m": 150.0, "azimuth_cell_deg": 2.0, "elevation_cell_deg": 20.0}
    loaded = scene(count=2, sensors=[spec(name, **words)], cross_sections=STEADY)
    for gap_m, expected in ((60.0, 1), (400.0, 2)):
        for azimuth_deg in (0.0, 45.2, 100.0, 229.0):
            radar = radar_of(loaded, name, seed=5)
            at = polar([5000.0, 5000.0 + gap_m], [azimuth_deg, azimuth_deg + 0.5])
            world = placed(loaded, radar.station, at)
            plots = plots_of(radar, world, 80, 250_000_000)
            scans = 80 * 0.25 / radar.sensor.scan_period_s
            assert len(plots) == pytest.approx(expected * scans, abs=expected)
            if expected == 1:
                assert np.mean([p.range_m for p in plots]) == pytest.approx(5030.0, abs=8.0)


def test_a_flock_is_seen_where_none_of_its_birds_would_be(scene, placed):
    words = {"range_cell_m": 300.0, "azimuth_cell_deg": 3.0, "elevation_cell_deg": 20.0}
    found = []
    for count in (1, 60):
        loaded = scene("bird", count, sensors=[spec(reference_range_m=15_000.0, **words)])
        radar = radar_of(loaded)
        rng = np.random.default_rng(1)
        at = polar(8000.0 + rng.uniform(-90, 90, count), 40.0 + rng.uniform(-0.8, 0.8, count))
        found.append(len(plots_of(radar, placed(loaded, radar.station, at), 100)))
    assert found[0] < 10
    assert found[1] > 60


def test_doppler_parts_two_in_one_place_only_where_its_cell_is_stated(scene, placed):
    counts = []
    for cell in (None, 5.0):
        sensors = [spec(range_rate_cell_mps=cell, range_cell_m=150.0)]
        loaded = scene(count=2, sensors=sensors, cross_sections=STEADY)
        radar = radar_of(loaded)
        at = polar([5000.0, 5020.0], [0.0, 0.0])
        world = placed(loaded, radar.station, at, [[0.0, 30.0, 0.0], [0.0, -30.0, 0.0]])
        counts.append(len(plots_of(radar, world, 40)))
    assert counts[0] == 40
    assert counts[1] == 80


def test_what_flies_round_the_radar_or_at_a_multiple_is_not_seen(scene, placed):
    words = {"blind_rate_mps": 4.0, "blind_interval_mps": 40.0}
    loaded = scene(count=5, sensors=[spec(**words)], cross_sections=STEADY)
    radar = radar_of(loaded)
    rates = np.array([0.0, 3.0, 8.0, 39.0, 60.0])
    at = polar(np.full(5, 6000.0), np.zeros(5), height=1.0) + np.arange(5)[:, None] * [1500, 0, 0]
    outward = at / np.linalg.norm(at, axis=1, keepdims=True)
    world = placed(loaded, radar.station, at, rates[:, None] * outward)
    frame = look(radar.station, world.state_enu())
    assert frame.range_rate_mps == pytest.approx(rates, abs=0.1)
    plots = plots_of(radar, world, 30)
    seen = {float(rates[np.argmin(np.abs(rates - p.range_rate_mps))]) for p in plots}
    assert seen == {8.0, 60.0}


def test_an_ambiguous_radar_tells_range_rates_modulo_its_interval(scene, placed):
    changes = {"radar_south": {"range_rate_ambiguity_mps": 50.0}}
    loaded = scene(sensors=[spec()], cross_sections=STEADY, changes=changes)
    radar = radar_of(loaded)
    world = placed(loaded, radar.station, polar(6000.0, 0.0, 1.0)[None], [[0.0, 60.0, 0.0]])
    rates = [p.range_rate_mps for p in plots_of(radar, world, 20)]
    assert np.mean(rates) == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize("name", ["radar_south", "radar_north"])
def test_side_lobes_show_a_near_object_at_its_range_elsewhere(scene, placed, name):
    sensors = [spec(name, side_lobe_db=-40.0)]
    loaded = scene(sensors=sensors, cross_sections=STEADY)
    radar = radar_of(loaded, name)
    world = placed(loaded, radar.station, polar(1500.0, 120.0, 50.0)[None])
    plots = plots_of(radar, world, 160, 250_000_000)
    azimuths = np.degrees([p.azimuth_rad for p in plots])
    scans = 40.0 / radar.sensor.scan_period_s
    assert np.std([p.range_m for p in plots]) < 60.0
    assert np.sum(np.abs(azimuths - 120.0) < 2.0) == pytest.approx(scans, abs=1)
    assert len({round(a / 3.0) for a in azimuths if abs(a - 120.0) > 3.0}) >= 6
    far = placed(loaded, radar.station, polar(18_000.0, 120.0)[None])
    assert all(abs(math.degrees(p.azimuth_rad) - 120.0) < 3.0 for p in plots_of(radar, far, 40))


@pytest.mark.parametrize("name", ["radar_south", "radar_north"])
def test_the_ground_echoes_in_its_patches_as_often_as_stated(scene, name):
    patches = [
        ClutterPatch(range_from_m=1000.0, range_to_m=3000.0, plots_per_scan=8.0, points=30),
        ClutterPatch(
            range_from_m=5000.0,
            range_to_m=9000.0,
            azimuth_from_deg=330.0,
            azimuth_to_deg=20.0,
            plots_per_scan=5.0,
        ),
    ]
    loaded = scene(sensors=[spec(name, clutter=patches)], duration_s=1e5)
    radar = radar_of(loaded, name)
    world = create(loaded)
    scans = 300
    steps = int(scans * radar.sensor.scan_period_s * 4)
    plots = plots_of(radar, world, steps, 250_000_000)
    near = [p for p in plots if p.range_m < 4000.0]
    far = [p for p in plots if p.range_m > 4000.0]
    assert len(near) == pytest.approx(8.0 * scans, abs=5.0 * math.sqrt(8.0 * scans))
    assert len(far) == pytest.approx(5.0 * scans, abs=5.0 * math.sqrt(5.0 * scans))
    turns = [(math.degrees(p.azimuth_rad) + 180.0) % 360.0 - 180.0 for p in far]
    assert min(turns) > -33.0
    assert max(turns) < 23.0
    spots = {(round(p.range_m / 400.0), round(p.azimuth_rad / 0.3)) for p in near}
    assert len(spots) < 140  # thirty places with their noise, not 2,400


def create(loaded):
    world = create_world(loaded, 1)
    world.visible[:] = False
    return world


def test_rain_moves_with_the_wind(scene):
    rain = RainSpec(east_m=6000.0, north_m=0.0, radius_m=1500.0, plots_per_scan=10.0)
    loaded = scene(sensors=[spec()], rain=[rain], duration_s=1e5)
    radar = radar_of(loaded)
    world = create(loaded)
    world.t_ns += 1000 * 1_000_000_000
    plots = plots_of(radar, world, 200)
    assert len(plots) == pytest.approx(2000, abs=5.0 * math.sqrt(2000))
    ground = np.array([p.range_m * math.cos(p.elevation_rad) for p in plots])
    azimuth = np.array([p.azimuth_rad for p in plots])
    east, north = ground * np.sin(azimuth), ground * np.cos(azimuth)
    # From 310 degrees at 4 m/s, for 1,000 to 1,200 s: about 3.4 km to the east, 2.8 to the south.
    place = np.array([np.mean(east), np.mean(north)]) + radar.station.position_enu_m[:2]
    assert place == pytest.approx([6000.0 + 1100 * 3.064, -1100 * 2.571], abs=150.0)


def test_noise_from_a_direction_cuts_the_range_there_and_hardly_elsewhere(scene, placed):
    fault = FaultSpec(
        sensor="radar_south", kind="noise", from_s=100.0, to_s=200.0, amount=30.0, azimuth_deg=90.0
    )
    sensors = [spec(reference_range_m=30_000.0)]
    loaded = scene(count=2, sensors=sensors, cross_sections=STEADY, faults=[fault])
    radar = radar_of(loaded)
    at = polar([9000.0, 9000.0], [90.0, 270.0])
    counts = {}
    for begin in (0, 100, 200):
        world = placed(loaded, radar.station, at)
        world.t_ns += begin * 1_000_000_000
        plots = plots_of(radar, world, 90)
        counts[begin] = [
            sum((p.azimuth_rad < math.pi) == east for p in plots) for east in (True, False)
        ]
    assert counts[0][0] > 85
    assert counts[200][0] > 85
    assert counts[100][0] == 0
    assert counts[100][1] > 80
    close = placed(loaded, radar.station, polar([1500.0, 1500.0], [90.0, 270.0], 50.0))
    close.t_ns += 110 * 1_000_000_000
    plots = plots_of(radar, close, 20)
    assert sum(p.azimuth_rad < math.pi for p in plots) == 20  # burnt through


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ('sensor = "moon"\nkind = "noise"\namount = 3.0\nazimuth_deg = 3.0', "no 'moon'"),
        ('sensor = "radar_north"\nkind = "noise"\namount = 3.0\nazimuth_deg = 3.0', "table radar"),
        ('sensor = "radar_north"\nkind = "noise"\namount = 3.0', "direction"),
        ('sensor = "radar_north"\nkind = "gremlin"\namount = 3.0', "kind"),
    ],
)
def test_a_wrong_fault_is_refused_by_file_line_and_key(refused, words, why):
    refused("[[operators]]", f"[[faults]]\n{words}\n\n[[operators]]", "faults", why)
