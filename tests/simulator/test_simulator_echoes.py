"""Radars by the radar equation: how often, how exactly and how strongly they see."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from vedette.codecs.detections import read_line
from vedette.model.reports import Plot
from vedette.simulator.cross_sections import BY_CLASS, balance_db
from vedette.simulator.limits import BY_CLASS as LIMITS
from vedette.simulator.radars import RadarModel
from vedette.simulator.sensor_specs import (
    CrossSection,
    RadarSpec,
    SensorModelSpec,
    false_alarms_per_scan,
)
from vedette.simulator.sensors import create_sensors
from vedette.simulator.wire import detection_lines
from vedette.simulator.world import create_world

THRESHOLD = -math.log(1e-6)
RINGS_M = np.array([6_000.0, 9_000.0, 12_000.0, 15_000.0, 18_000.0, 22_000.0])
RCS_DBSM = -10.0


def radar_of(loaded, name: str = "radar_south", seed: int = 4) -> RadarModel:
    models = create_sensors(loaded, seed).models
    return next(m for m in models if m.sensor.id == name)


def plots_of(radar, world, frames: int, step_ns: int = 1_000_000_000) -> list[Plot]:
    plots = []
    for _ in range(frames):
        world.t_ns += step_ns
        plots += [r for r in radar.observe(world) if isinstance(r, Plot)]
    return plots


def ring_places(ranges_m, each: int) -> np.ndarray:
    angle = 2.0 * math.pi * np.arange(each) / each
    return np.concatenate(
        [
            np.stack([r * np.sin(angle), r * np.cos(angle), np.full(each, 0.05 * r)], axis=1)
            for r in ranges_m
        ]
    )


def spec(**words) -> SensorModelSpec:
    return SensorModelSpec(id="radar_south", radar=RadarSpec(**words))


def chance(snr: float, swerling: int) -> float:
    """Integrate the chance to find one pulse over the fluctuation, by an oracle."""
    if swerling == 0:
        return float(stats.ncx2.sf(2 * THRESHOLD, 2, 2 * snr))
    law = stats.gamma(1.0 if swerling <= 2 else 2.0, scale=1.0 if swerling <= 2 else 0.5)
    return float(
        integrate.quad(lambda f: stats.ncx2.sf(2 * THRESHOLD, 2, 2 * snr * f) * law.pdf(f), 0, 40)[
            0
        ]
    )


@pytest.mark.parametrize("swerling", [0, 1, 2, 3, 4])
def test_an_object_is_found_as_often_as_radar_equation_and_fluctuation_say(scene, placed, swerling):
    each, frames = 20, 60
    loaded = scene(
        count=each * len(RINGS_M),
        sensors=[spec(reference_range_m=20_000.0, reference_snr_db=13.0)],
        cross_sections=[CrossSection(object_class="fixed_wing_uas", swerling=swerling)],
    )
    radar = radar_of(loaded)
    radar.clutter_per_scan = 0.0
    world = placed(loaded, radar.station, ring_places(RINGS_M, each))
    plots = plots_of(radar, world, frames)
    slant = RINGS_M * math.hypot(1.0, 0.05)
    ring = np.argmin(np.abs(np.array([p.range_m for p in plots])[:, None] - slant), axis=1)
    for k, count in enumerate(np.bincount(ring, minlength=len(RINGS_M))):
        snr_db = 13.0 + RCS_DBSM + 40.0 * math.log10(20_000.0 / slant[k])
        low, high = stats.binom.interval(
            1.0 - 1e-5, each * frames, chance(10.0 ** (snr_db / 10.0), swerling)
        )
        assert low <= count <= high


def test_a_class_is_found_with_the_stated_chance_at_the_stated_range(scene, placed):
    words = {"detection_range_m": 11_000.0, "detection_class": "fixed_wing_uas"}
    loaded = scene(count=24, sensors=[spec(**words, detection_prob=0.8, pulses=4)])
    radar = radar_of(loaded)
    radar.clutter_per_scan = 0.0
    place = ring_places([11_000.0], 24)
    place *= 11_000.0 / np.linalg.norm(place[0])
    found = len(plots_of(radar, placed(loaded, radar.station, place), 100))
    low, high = stats.binom.interval(1.0 - 1e-5, 2400, 0.8)
    assert low <= found <= high


def test_noise_is_what_the_plots_say_and_falls_with_the_signal(scene, placed):
    loaded = scene(
        count=48,
        sensors=[spec(reference_range_m=30_000.0, states_sigma=True)],
        cross_sections=[CrossSection(object_class="fixed_wing_uas", swerling=0)],
    )
    radar = radar_of(loaded)
    radar.clutter_per_scan = 0.0
    places = ring_places([12_000.0, 20_000.0], 24)
    world = placed(loaded, radar.station, places)
    plots = plots_of(radar, world, 100)
    slant = np.linalg.norm(places, axis=1)
    tilt = math.atan(0.05)
    errors, sigmas = {0: [], 1: []}, {0: [], 1: []}
    for plot in plots:
        ring = int(plot.range_m > 16_000.0)
        step = 2.0 * math.pi / 24
        turn = (plot.azimuth_rad + step / 2) % step - step / 2
        errors[ring].append(
            (plot.range_m - slant[24 * ring], turn, plot.elevation_rad - tilt, plot.range_rate_mps)
        )
        sigmas[ring].append(
            (
                plot.range_sigma_m,
                plot.azimuth_sigma_rad,
                plot.elevation_sigma_rad,
                plot.range_rate_sigma_mps,
            )
        )
    for ring, reach in enumerate((12_000.0, 20_000.0)):
        ratio = np.array(errors[ring]) / np.array(sigmas[ring])
        count = len(ratio)
        assert np.mean(ratio, axis=0) == pytest.approx(0.0, abs=5.0 / math.sqrt(count))
        square = np.sum(ratio**2, axis=0)
        low, high = stats.chi2.interval(1.0 - 1e-5, count)
        assert np.all((square > low) & (square < high))
        snr = 10.0 ** (1.3 - 1.0) * (30_000.0 / (reach * math.hypot(1.0, 0.05))) ** 4
        cell = radar.sensor.range_sigma_m * math.sqrt(40.0)
        assert np.mean(np.array(sigmas[ring])[:, 0]) == pytest.approx(
            cell / math.sqrt(2.0 * snr), rel=1e-6
        )


def test_signal_and_cross_section_are_reckoned_right_on_the_mean(scene, placed):
    loaded = scene(
        count=24,
        sensors=[spec(reference_range_m=60_000.0, pulses=8)],
        cross_sections=[CrossSection(object_class="fixed_wing_uas", swerling=2)],
    )
    radar = radar_of(loaded)
    radar.clutter_per_scan = 0.0
    plots = plots_of(radar, placed(loaded, radar.station, ring_places([10_000.0], 24)), 50)
    rcs = np.array([10.0 ** (p.rcs_dbsm / 10.0) for p in plots])
    snr = np.array([10.0 ** (p.snr_db / 10.0) for p in plots])
    slant = 10_000.0 * math.hypot(1.0, 0.05)
    assert np.mean(rcs) == pytest.approx(0.1, rel=0.06)
    assert np.mean(snr) == pytest.approx(10**1.3 * 0.1 * (60_000 / slant) ** 4, rel=0.06)


def test_broadside_shows_more_than_the_nose_and_the_mean_over_aspects_is_the_class_mean(
    scene, placed
):
    loaded = scene(count=72, sensors=[spec(reference_range_m=60_000.0)])
    radar = radar_of(loaded)
    radar.clutter_per_scan = 0.0
    angle = np.deg2rad(np.arange(72) * 5.0)
    velocity = np.stack([30.0 * np.cos(angle), -30.0 * np.sin(angle), 0.0 * angle], axis=1)
    place = np.stack([8000.0 * np.sin(angle), 8000.0 * np.cos(angle), 0 * angle + 300.0], axis=1)
    world = placed(loaded, radar.station, place, velocity)  # all fly round the radar
    sides = plots_of(radar, world, 60)
    world = placed(loaded, radar.station, place, velocity[:, [1, 0, 2]] * [1.0, -1.0, 1.0])
    noses = plots_of(radar, world, 60)

    def mean_db(plots):
        return 10.0 * math.log10(np.mean([10.0 ** (p.rcs_dbsm / 10.0) for p in plots]))

    pattern = balance_db(BY_CLASS["fixed_wing_uas"].aspect_db)
    mean = LIMITS["fixed_wing_uas"].rcs_dbsm
    assert mean_db(sides) == pytest.approx(mean + pattern[3], abs=0.4)
    assert mean_db(noses) == pytest.approx(mean + pattern[0], abs=0.5)
    fine = np.interp(np.linspace(0, 6, 1000), np.arange(7), pattern)
    assert np.mean(10.0 ** (fine / 10.0)) == pytest.approx(1.0, abs=0.01)


def test_noise_alone_makes_as_many_plots_as_cells_and_threshold_say(scene):
    words = RadarSpec(reference_range_m=20_000.0, false_alarm_prob=1e-5)
    loaded = scene(sensors=[SensorModelSpec(id="radar_south", radar=words)])
    radar = radar_of(loaded)
    mean = false_alarms_per_scan(words, radar.sensor)
    world = create_world(loaded, 1)
    world.visible[:] = False
    count = len(plots_of(radar, world, 300))
    assert 1.0 < mean < 50.0
    low, high = stats.poisson.interval(1.0 - 1e-5, 300 * mean)
    assert low <= count <= high


@pytest.mark.parametrize(
    ("words", "key", "why"),
    [
        ("radar = { pulses = 4 }", "radar", "exactly one of"),
        ("radar = { detection_range_m = 9e3 }", "radar", "belong together"),
        ("radar = { reference_range_m = 9e3, gain = 3.0 }", "radar", "gain"),
        ("radar = { reference_range_m = 9e3, false_alarm_prob = 0.09 }", "radar", "noise alone"),
        ("range_90_m = 9e3\nradar = { reference_range_m = 9e3 }", "range_90_m", "how far"),
    ],
)
def test_a_wrong_radar_table_is_refused_by_file_line_and_key(refused, words, key, why):
    refused("range_90_m = 32_000.0", words, key, why)


@pytest.mark.parametrize(
    "words",
    [
        {"reference_range_m": 1e9, "reference_snr_db": 200.0, "reference_rcs_dbsm": -60.0},
        {"reference_range_m": 1e-3, "reference_snr_db": -200.0, "reference_rcs_dbsm": 60.0},
        {"reference_range_m": 1e4, "range_cell_m": 1e5, "azimuth_cell_deg": 60.0},
        {"reference_range_m": 1e5, "range_cell_m": 0.1, "false_alarm_prob": 1e-12},
        {"reference_range_m": 1e5, "pulses": 100, "side_lobe_db": -10.0},
    ],
)
@pytest.mark.parametrize("name", ["radar_south", "radar_north"])
def test_figures_at_their_bounds_give_plots_that_can_be_told(scene, placed, words, name):
    near = {name: {"range_sigma_m": 1e-9, "azimuth_sigma_deg": 1e-9}}
    for changes in ({}, near):
        radar_spec = SensorModelSpec(id=name, clutter_per_scan=2.0, radar=RadarSpec(**words))
        loaded = scene(count=40, sensors=[radar_spec], changes=changes)
        radar = radar_of(loaded, name)
        world = placed(loaded, radar.station, ring_places([200.0, 20_000.0], 20))
        plots = plots_of(radar, world, 16, 250_000_000)
        for line in detection_lines(plots):
            assert isinstance(read_line(line, None), Plot)
