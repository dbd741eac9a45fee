"""Rain takes from waves what ITU-R P.838-3 says, on the part of the way that lies in it."""

import math

import numpy as np
import pytest

from vedette.model.enums import ObjectClass
from vedette.model.reports import Plot
from vedette.simulator.rain import coefficients, rain_path, specific_db_per_km
from vedette.simulator.scenario import WindLayer
from vedette.simulator.sensor_specs import RadarSpec, RainSpec, SensorModelSpec
from vedette.simulator.sensors import create_sensors

# P.838-3, table 5: frequency in GHz, k and alpha of horizontal, then of vertical polarisation.
PUBLISHED = (
    (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
    (4, 0.0001071, 1.6009, 0.0002461, 1.2476),
    (10, 0.01217, 1.2571, 0.01129, 1.2156),
    (20, 0.09164, 1.0568, 0.09611, 0.9847),
    (30, 0.2403, 0.9485, 0.2291, 0.9129),
    (100, 1.3671, 0.6815, 1.3680, 0.6765),
)


@pytest.mark.parametrize(("ghz", "k_flat", "flat", "k_tall", "tall"), PUBLISHED)
def test_the_coefficients_are_the_published_ones(ghz, k_flat, flat, k_tall, tall):
    for tilt_deg, k, alpha in ((0.0, k_flat, flat), (90.0, k_tall, tall)):
        found = coefficients(ghz, 0.0, tilt_deg)
        assert found[0] == pytest.approx(k, rel=5e-3 if k < 1e-3 else 5e-4)
        assert found[1] == pytest.approx(alpha, abs=1e-4)


def test_circular_waves_lose_something_between_and_the_same_at_every_elevation():
    flat, tall = (
        coefficients(10.0, 0.0, t)[0] * 25.0 ** coefficients(10.0, 0.0, t)[1] for t in (0, 90)
    )
    assert tall < specific_db_per_km(25.0, 10.0) < flat
    assert coefficients(10.0, 0.3) == pytest.approx(coefficients(10.0, 1.2))
    assert specific_db_per_km(0.0, 10.0) == 0.0


@pytest.mark.parametrize("ghz", [0.4, 1_500.0])
def test_a_frequency_for_which_nothing_is_published_is_refused(ghz):
    with pytest.raises(ValueError, match="outside 1 to 1000"):
        coefficients(ghz)


def path_of(scene, **words):
    """Look from the southern radar, whose rain is the areas of `rains`, drifting with no wind."""
    loaded = scene(only=("radar_south",))
    (model,) = create_sensors(loaded, 1).models
    at = model.station
    east, north = (float(v) for v in at.position_enu_m[:2])
    area = RainSpec(
        east_m=east + words.pop("east_m", 0.0),
        north_m=north + words.pop("north_m", 10_000.0),
        radius_m=2_000.0,
        plots_per_scan=0.0,
        **{"rate_mmph": 25.0, **words},
    )
    return rain_path(at, [area], np.zeros(3), 10.0)


def loss_db(path, azimuth_deg, elevation_deg, range_m, elapsed_s=0.0):
    angles = np.radians([azimuth_deg]), np.radians([elevation_deg])
    return float(path.one_way_db(*angles, np.array([float(range_m)]), elapsed_s)[0])


def test_only_the_way_inside_the_area_counts(scene):
    path, per_km = path_of(scene), specific_db_per_km(25.0, 10.0)
    assert loss_db(path, 0.0, 0.0, 7_000.0) == pytest.approx(0.0, abs=0.01 * per_km)
    assert loss_db(path, 0.0, 0.0, 10_000.0) == pytest.approx(2.0 * per_km, rel=0.01)
    assert loss_db(path, 0.0, 0.0, 30_000.0) == pytest.approx(4.0 * per_km, rel=0.01)
    assert loss_db(path, 180.0, 0.0, 30_000.0) == 0.0
    # Past the middle at 1.2 km: the chord is 2 sqrt(2^2 - 1.2^2) km.
    beside = math.degrees(math.asin(0.12))
    assert loss_db(path, beside, 0.0, 30_000.0) == pytest.approx(3.2 * per_km, rel=0.01)


def test_a_ray_that_leaves_by_the_top_loses_no_more_above_it(scene):
    per_km = specific_db_per_km(25.0, 10.0)
    path = path_of(scene, north_m=0.0, top_m=1_000.0)
    assert loss_db(path, 0.0, 0.0, 30_000.0) == pytest.approx(2.0 * per_km, rel=0.01)
    under_m = 1_000.0 - path.station.height_m
    way_km = 1e-3 * under_m / math.sin(math.radians(45.0))
    assert loss_db(path, 0.0, 45.0, 8_000.0) == pytest.approx(way_km * per_km, rel=0.01)


def test_it_takes_something_only_while_it_rains_and_only_where_it_says_how_hard(scene):
    path = path_of(scene, from_s=10.0, to_s=20.0)
    assert [loss_db(path, 0.0, 0.0, 20_000.0, t) > 0.0 for t in (9.9, 10.0, 19.9, 20.0)] == [
        False,
        True,
        True,
        False,
    ]
    assert path_of(scene, rate_mmph=0.0) is None


def radar(scene, rain, ghz=10.0):
    equation = RadarSpec(detection_range_m=12_000.0, detection_class=ObjectClass.FIXED_WING_UAS)
    spec = SensorModelSpec(
        id="radar_south", radar=equation, clutter_per_scan=0.0, frequency_ghz=ghz
    )
    changes = {"radar_south": {"scan": "frame", "scan_period_s": 0.25}}
    calm = [WindLayer(height_m=0.0, from_deg=0.0, speed_mps=0.0)]
    loaded = scene(sensors=[spec], rain=rain, wind=calm, only=("radar_south",), changes=changes)
    return loaded, create_sensors(loaded, 2).models[0]


def test_the_radar_equation_loses_it_twice_and_draws_what_it_says(scene, placed):
    """Behind 4 km of rain, found as often as without rain at the range of the same energy."""
    _, bare = radar(scene, [])
    east, north = (float(v) for v in bare.station.position_enu_m[:2])
    area = RainSpec(
        east_m=east,
        north_m=north + 4_000.0,
        radius_m=2_000.0,
        rate_mmph=60.0,
        plots_per_scan=0.0,
    )
    loaded, wet = radar(scene, [area])
    world = placed(loaded, wet.station, [[0.0, 11_000.0, 300.0]])
    lost_db = 2.0 * 4.0 * specific_db_per_km(60.0, 10.0)
    assert 10.0 < lost_db < 20.0
    farther = placed(loaded, bare.station, [[0.0, 11_000.0 * 10.0 ** (lost_db / 40.0), 300.0]])
    behind = float(wet.look_prob(world, world.state_enu())[0])
    assert float(bare.look_prob(world, world.state_enu())[0]) > behind + 0.3
    assert behind == pytest.approx(float(bare.look_prob(farther, farther.state_enu())[0]), abs=0.01)
    count = 0
    for _ in range(800):
        world.t_ns += 250_000_000
        count += sum(isinstance(r, Plot) for r in wet.observe(world))
    assert count / 800.0 == pytest.approx(behind, abs=0.06)


def test_long_waves_go_through(scene, placed):
    area = RainSpec(east_m=0.0, north_m=0.0, radius_m=30_000.0, rate_mmph=60.0, plots_per_scan=0.0)
    found = []
    for ghz in (1.3, 3.0, 10.0, 24.0):
        loaded, model = radar(scene, [area], ghz)
        world = placed(loaded, model.station, [[0.0, 8_000.0, 300.0]])
        found.append(float(model.look_prob(world, world.state_enu())[0]))
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.9
    assert found[-1] < 0.01


def test_a_direction_finder_hears_less_far_through_rain(scene, placed):
    chances = []
    for rate in (0.0, 100.0):
        area = RainSpec(
            east_m=0.0, north_m=0.0, radius_m=40_000.0, rate_mmph=rate, plots_per_scan=0.0
        )
        spec = SensorModelSpec(id="rf_df", range_90_m=10_000.0, frequency_ghz=5.8)
        loaded = scene(sensors=[spec], rain=[area], only=("rf_df",), object_words={"radio": True})
        (model,) = create_sensors(loaded, 2).models
        world = placed(loaded, model.station, [[0.0, 12_000.0, 300.0]])
        chances.append(float(model.look_prob(world, world.state_enu())[0]))
    lost = 10.0 ** (12.0 * specific_db_per_km(100.0, 5.8) / 20.0)
    best = model.detection_prob
    assert chances[1] == pytest.approx(best * (chances[0] / best) ** (lost**2), rel=0.01)
    assert chances[1] < 0.9 * chances[0]


def test_drops_move_with_the_wind_at_their_own_height(scene):
    """Twenty metres a second more at the top than on the ground, and the Doppler says so."""
    layers = [
        WindLayer(height_m=0.0, from_deg=180.0, speed_mps=0.0),
        WindLayer(height_m=4_000.0, from_deg=180.0, speed_mps=20.0),
    ]
    spec = SensorModelSpec(
        id="radar_south",
        radar=RadarSpec(detection_range_m=12_000.0, detection_class=ObjectClass.FIXED_WING_UAS),
        clutter_per_scan=0.0,
    )
    area = RainSpec(
        east_m=0.0,
        north_m=15_000.0,
        radius_m=3_000.0,
        top_m=4_000.0,
        plots_per_scan=400.0,
        range_rate_sigma_mps=0.0,
    )
    loaded = scene(sensors=[spec], rain=[area], wind=layers, only=("radar_south",))
    (model,) = create_sensors(loaded, 2).models
    aer = model.clutter_map.draw(np.random.default_rng(1), 0.0)
    height = aer[:, 0] * np.sin(aer[:, 2])
    low, high = height < 500.0, height > 3_000.0
    assert min(low.sum(), high.sum()) > 20
    along = aer[:, 3] / np.cos(aer[:, 1]) / np.cos(aer[:, 2])
    assert along[low].max() < 3.5
    assert along[high].min() > 14.0
