"""Coverage: its probabilities against flights of the simulator, its gaps, its page."""

import itertools
import math
import re
import struct
import zlib
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.cli import main
from vedette.evaluation.approach import THREATS, straight_in
from vedette.evaluation.coverage import joined, survey, watching
from vedette.evaluation.coverage_map import picture
from vedette.evaluation.coverage_page import html
from vedette.evaluation.detection import chain
from vedette.evaluation.exact import clopper_pearson
from vedette.evaluation.gap_words import summary_lines
from vedette.evaluation.gaps import sectors
from vedette.geo import SiteFrame
from vedette.model.reports import Plot
from vedette.simulator.probe import create_probe
from vedette.simulator.scenario import LoadedScenario, ObjectSpec, Waypoint, load_scenario
from vedette.simulator.sensor_specs import SensorModelSpec
from vedette.simulator.sensors import create_sensors
from vedette.simulator.terrain import Terrain
from vedette.simulator.terrain_files import Grid
from vedette.simulator.world import create_world

ONE_WAY = THREATS["one_way"]


@pytest.fixture(scope="module")
def base(repository: Path) -> LoadedScenario:
    return load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")


def with_site(base, changes, only=None, **words) -> LoadedScenario:
    """Change keys of the site's sensors, leave others out; words: keys of the scenario."""
    sensors = [
        msgspec.structs.replace(s, **changes.get(s.id, {}))
        for s in base.site.sensors
        if only is None or s.id in only
    ]
    site = msgspec.structs.replace(base.site, sensors=sensors)
    kept = {s.id for s in sensors}
    words.setdefault("sensors", [s for s in base.scenario.sensors if s.id in kept])
    scenario = msgspec.structs.replace(base.scenario, **words)
    return msgspec.structs.replace(base, site=site, scenario=scenario)


def covering(begin_deg: float, end_deg: float, base, name: str) -> dict:
    """Give a sensor's key that lets it see one sector alone."""
    sensor = next(s for s in base.site.sensors if s.id == name)
    seen = {"azimuth_from_deg": begin_deg, "azimuth_to_deg": end_deg}
    return {"coverage": msgspec.structs.replace(sensor.coverage, **seen)}


def test_the_chain_agrees_with_all_sequences_of_looks():
    prob = np.array([0.3, 0.8, 0.5, 0.1, 0.6, 0.9, 0.4, 0.7])
    hit, sure = chain(prob[None])
    for count in range(1, len(prob) + 1):
        found = confirmed = 0.0
        for looks in itertools.product([0, 1], repeat=count):
            weight = math.prod(p if x else 1.0 - p for p, x in zip(prob, looks, strict=False))
            found += weight * any(looks)
            confirmed += weight * any(sum(looks[k : k + 5]) >= 3 for k in range(count))
        assert hit[0, count - 1] == pytest.approx(found, abs=1e-12)
        assert sure[0, count - 1] == pytest.approx(confirmed, abs=1e-12)


def test_looks_asked_about_together_count_as_many_as_they_are():
    prob = np.array([[0.2, 0.7, 0.4]])
    assert chain(prob, 2)[1][0] == pytest.approx(chain(prob.repeat(2, 1))[1][0, 1::2])
    assert chain(prob, 2)[0][0] == pytest.approx(chain(prob.repeat(2, 1))[0][0, 1::2])


FLOWN = 24  # at once, every 15 degrees
SEEDS = 5
BEGIN_M = 16_000.0
RINGS_M = np.array([12_000.0, 10_000.0, 8_500.0, 7_500.0, 6_500.0, 5_500.0, 4_500.0])


def inbound(number: int) -> ObjectSpec:
    return ObjectSpec(
        id=f"in_{number}",
        object_class="fixed_wing_uas",
        speed_mps=50.0,
        radio=True,
        route=[
            Waypoint(bearing_deg=360.0 * number / FLOWN, range_m=BEGIN_M, height_m=200.0),
            Waypoint(bearing_deg=0.0, range_m=0.0, height_m=200.0),
        ],
    )


def flown(loaded: LoadedScenario, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Fly all in; give how far out each was first found and confirmed (FLOWN,), NaN never."""
    world, model = create_world(loaded, seed), create_sensors(loaded, seed).models[0]
    at = model.station.position_enu_m
    looks: dict[int, list[int]] = {k: [] for k in range(FLOWN)}
    first, sure = np.full(FLOWN, np.nan), np.full(FLOWN, np.nan)
    while world.elapsed_s < (BEGIN_M - RINGS_M[-1]) / 50.0 + 10.0:
        world.step()
        out_m = np.hypot(world.position_m[:, 0], world.position_m[:, 1])
        offset = world.state_enu()[:, :3] - at
        azimuth = np.arctan2(offset[:, 0], offset[:, 1])
        for report in model.observe(world):
            if not isinstance(report, Plot):
                continue
            gap = (azimuth - report.azimuth_rad + np.pi) % (2.0 * np.pi) - np.pi
            k = int(np.argmin(np.abs(gap)))
            scan = round(report.t_meas_ns / 1e9 / model.sensor.scan_period_s)
            looks[k] = [s for s in looks[k] if s > scan - 5] + [scan]
            if np.isnan(first[k]):
                first[k] = out_m[k]
            if len(looks[k]) >= 3 and np.isnan(sure[k]):
                sure[k] = out_m[k]
    return first, sure


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("radar_south", {"range_90_m": 7_500.0}),  # a frame a second
        ("radar_north", {"range_90_m": 8_500.0}),  # turns in two seconds
        ("radar_north", {"range_90_m": 12_000.0, "detection_prob": 0.1}),
        ("camera_west", {"range_90_m": 4_500.0, "detection_prob": 0.02, "camera": {}}),
    ],
)
def test_the_map_says_how_often_what_is_flown_in_is_found_and_confirmed(base, name, words):
    spec = msgspec.convert({"id": name, "clutter_per_scan": 0.0, **words}, type=SensorModelSpec)
    near = {"azimuth_sigma_deg": 0.05, "cooperative": False}
    objects = [inbound(k) for k in range(FLOWN)]
    loaded = with_site(base, {name: near}, only=(name,), sensors=[spec], objects=objects)
    probe, frame = create_probe(loaded, ONE_WAY.spec()), SiteFrame(loaded.site.reference)
    way = straight_in(np.zeros(2), FLOWN, np.array([200.0]), 50.0, BEGIN_M, frame, None)
    says = joined(watching(loaded), probe, way, RINGS_M)
    # One sensor of bearings alone confirms nothing; what it found is compared all the same.
    both = [(says.found_prob, 0)]
    if name.startswith("radar"):
        both.append((says.confirmed_prob, 1))
    runs = [flown(loaded, seed) for seed in range(SEEDS)]
    for prob, which in both:
        share = prob.mean(axis=0)
        assert ((share > 0.05) & (share < 0.95)).sum() >= 3, "rings that tell nothing"
        reached = np.array([run[which] for run in runs])
        for ring_m, said in zip(RINGS_M, prob.mean(axis=0), strict=True):
            hits = int((reached >= ring_m).sum())
            low, high = clopper_pearson(hits, SEEDS * FLOWN, 1e-3)
            # A find is told where the object is at the end of its step: 13 m nearer at most.
            assert low - 0.01 <= said <= high + 0.01, f"{ring_m:g} m: {said:.3f}, {hits}"


def ridge(base, at_m: float, top_m: float) -> LoadedScenario:
    """Put a wall of a hill north of the base, from west to east."""
    height = np.full((601, 601), 183.0, np.float32)
    north = 34.3 - np.arange(601)[:, None] / 600.0
    height[np.abs((north[:, 0] - 33.7856) * 110_900.0 - at_m) < 250.0] = 183.0 + top_m
    grid = Grid(34.3, 41.95, 1 / 600.0, 1 / 600.0, height)
    return msgspec.structs.replace(base, terrain=Terrain([grid]))


def test_a_hill_hides_what_comes_low_behind_it_and_nothing_else(base):
    loaded = ridge(base, 5_000.0, 90.0)
    found = survey(loaded, ONE_WAY, [30.0, 1_000.0])
    low, high = found.layers
    north, south = 0, 60  # of 120 azimuths
    assert low.sure_range_m[north] < 6_500.0
    assert low.sure_range_m[south] > 15_000.0
    assert high.sure_range_m[north] > 15_000.0
    behind = int(np.searchsorted(found.range_m, 8_000.0))
    assert low.look_permille[north][behind] == 0
    assert low.look_permille[south][behind] > 500
    assert found.over_terrain


def test_terrain_as_flat_as_the_reference_changes_nothing(base):
    plain = survey(base, ONE_WAY, [50.0])
    grid = Grid(34.3, 41.95, 1 / 600.0, 1 / 600.0, np.full((601, 601), 183.0, np.float32))
    plateau = survey(msgspec.structs.replace(base, terrain=Terrain([grid])), ONE_WAY, [50.0])
    assert plateau.layers[0].sure_range_m == pytest.approx(plain.layers[0].sure_range_m, abs=400.0)


def test_a_sensor_removed_leaves_a_gap_that_is_listed(base):
    halves = {
        "radar_north": covering(280.0, 100.0, base, "radar_north"),
        "radar_south": covering(90.0, 290.0, base, "radar_south"),
    }
    whole = with_site(base, halves)
    assert not survey(whole, ONE_WAY, [100.0]).gaps
    found = survey(whole, ONE_WAY, [100.0], without=["radar_north"])
    assert {gap.zone_id for gap in found.gaps} == {"barracks", "command_post", "flight_line"}
    worst = found.gaps[0]
    assert worst.warning_s is None or worst.warning_s < worst.needed_s
    assert not worst.all_round
    assert worst.azimuth_from_deg == pytest.approx(290.0, abs=25.0)
    assert worst.azimuth_to_deg == pytest.approx(90.0, abs=25.0)
    assert "outside its sector" in worst.why
    assert [g.order for g in found.gaps] == sorted(g.order for g in found.gaps)
    words = "\n".join(summary_lines(found))
    assert "gap 1: " in words and "degrees, at 100 m" in words


def test_two_that_give_bearings_confirm_only_where_their_lines_cross(base):
    all_round = {**covering(0.0, 0.0, base, "camera_west"), "cooperative": False}
    loaded = with_site(base, {"camera_west": all_round}, only=("rf_df", "camera_west"))
    loud = survey(loaded, replace(ONE_WAY, radio=True), [200.0]).layers[0].sure_range_m
    silent = survey(loaded, ONE_WAY, [200.0]).layers[0].sure_range_m
    # They stand west and east of the base: what comes from the north crosses, from the west not.
    assert loud[0] is not None
    assert loud[0] > (loud[90] or 0.0) + 1_000.0
    assert set(silent) == {None}


def test_sectors_go_round_through_north():
    late = np.zeros(12, np.bool_)
    late[[11, 0, 1, 5]] = True
    assert [np.flatnonzero(s).tolist() for s in sectors(late)] == [[5], [0, 1, 11]]
    assert len(sectors(np.ones(12, np.bool_))) == 1
    assert sectors(np.zeros(12, np.bool_)) == []


def test_a_layer_is_drawn_north_up_and_clear_outside():
    east = [[1000] * 10 if 15 <= k <= 45 else [0] * 10 for k in range(120)]
    data = picture(east)
    assert data.startswith(b"\x89PNG")
    pixels = unpacked(data)
    side = len(pixels)
    assert pixels[0][0] == 0  # clear
    assert pixels[side // 2][3 * side // 4] == 7  # east: full
    assert pixels[side // 2][side // 4] == 1  # west: nothing
    assert pixels[side // 8][side // 2] == 1  # north is up, and nothing


def unpacked(data: bytes) -> list[bytes]:
    wide, tall = struct.unpack(">II", data[16:24])
    begin = data.index(b"IDAT")
    size = struct.unpack(">I", data[begin - 4 : begin])[0]
    raw = zlib.decompress(data[begin + 4 : begin + 4 + size])
    return [raw[k * (wide + 1) + 1 : (k + 1) * (wide + 1)] for k in range(tall)]


def test_the_page_holds_a_pair_of_maps_for_each_height_and_fetches_nothing(base):
    found = survey(base, ONE_WAY, [30.0, 300.0], without=["radar_north", "radar_south"])
    page = html(base, [found])
    assert page.count("data:image/png;base64,") == 4
    assert not re.search(r"https?://|<script|@import|url\((?!#)", page)
    assert "30 m above the ground" in page and "Gaps, worst first" in page
    assert "SIMULATED" in page


def test_the_command_tells_gaps_by_its_exit_code(base, capsys, tmp_path):
    words = ["coverage", str(base.path), "--heights", "100"]
    assert main(words) == 0
    assert "no gaps" in capsys.readouterr().out
    page = tmp_path / "map.html"
    gone = ["--without", "radar_north", "--without", "radar_south"]
    assert main([*words, *gone, "--json", "--html", str(page)]) == 1
    told = msgspec.json.decode(capsys.readouterr().out)
    assert told[0]["gaps"][0]["warning_s"] is None
    assert page.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--class", "ufo"], "one_way, fixed_wing"),
        (["--without", "radar_x"], "no sensor 'radar_x'"),
    ],
)
def test_wrong_words_are_one_line(base, capsys, words, why):
    assert main(["coverage", str(base.path), *words]) == 2
    assert why in capsys.readouterr().err
