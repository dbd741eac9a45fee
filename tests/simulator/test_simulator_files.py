"""What `vedette simulate` writes, read back by the codecs and against its own truth."""

import math
import subprocess
import sys
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vedette.codecs.asterix import radars_of, read_datagram
from vedette.codecs.detections import read_line
from vedette.model.enums import ObjectClass
from vedette.model.reports import Plot, PositionReport, Refusal, SensorStatus
from vedette.outputs.parquet import read_truth
from vedette.simulator.files import simulate, write_files
from vedette.simulator.replayed import Flight, flight_scenario, regular, replayed_world
from vedette.simulator.scenario import LoadedScenario, load_scenario


@pytest.fixture(scope="module")
def loaded(repository: Path) -> LoadedScenario:
    whole = load_scenario(repository / "scenarios" / "ain_al_asad_2022.toml")
    short = msgspec.structs.replace(whole.scenario, duration_s=60.0)
    return msgspec.structs.replace(whole, scenario=short)


@pytest.fixture(scope="module")
def folder(loaded, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("simulated")
    simulate(loaded, 11, folder)
    return folder


def test_one_seed_writes_one_set_of_files(loaded, folder, tmp_path):
    for path in simulate(loaded, 11, tmp_path):
        if path.suffix != ".parquet":
            assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    again, first = read_truth(tmp_path / "truth.parquet"), read_truth(folder / "truth.parquet")
    assert again.state_enu.tobytes() == first.state_enu.tobytes()
    assert again.notes == first.notes


def test_every_line_of_the_detections_is_a_valid_detection(loaded, folder):
    counts: dict[str, int] = {}
    for line in (folder / "detections.jsonl").read_bytes().splitlines():
        report = read_line(line, None)
        assert isinstance(report, Plot | PositionReport), report
        counts[report.sensor] = counts.get(report.sensor, 0) + 1
    assert set(counts) == {sensor.id for sensor in loaded.site.sensors}


def test_the_asterix_file_says_what_the_detections_say_within_its_steps(loaded, folder):
    data = (folder / "radar_north_asterix.ast").read_bytes()
    end_ns = loaded.start_ns + 60_000_000_000
    reports = read_datagram(data, "file", end_ns, radars_of(loaded.site), is_live=False)
    assert not [r for r in reports if isinstance(r, Refusal)]
    plots = [r for r in reports if isinstance(r, Plot)]
    marks = [r for r in reports if isinstance(r, SensorStatus) and r.kind == "north"]
    lines = (folder / "detections.jsonl").read_bytes().splitlines()
    stated = [r for line in lines if (r := read_line(line, None)).sensor == "radar_north"]
    assert len(marks) == 30
    assert abs(len(plots) - len(stated)) <= 12  # the last tenth of a second is not sent yet
    for plot, said in zip(plots, stated[: len(plots)], strict=True):
        assert abs(plot.t_meas_ns - said.t_meas_ns) < 8_000_000
        assert plot.range_m == pytest.approx(said.range_m, abs=4.0)
        turn = (plot.azimuth_rad - said.azimuth_rad + math.pi) % (2 * math.pi) - math.pi
        assert abs(turn) < 1e-4
        height_step = 8.0 / said.range_m / math.cos(said.elevation_rad)  # 25 ft and 1/256 NM
        assert plot.elevation_rad == pytest.approx(said.elevation_rad, abs=height_step + 1e-4)


def test_the_truth_holds_every_object_in_the_air_and_how_the_attack_would_end(loaded, folder):
    truth = read_truth(folder / "truth.parquet")
    assert len(truth.object_ids) == 39  # three airliners come later
    assert truth.classes.count("bird") == 30
    assert truth.notes["attacks"] == {"drone_1": "barracks", "drone_2": "barracks"}
    arrival_s = (truth.notes["would_arrive_ns"]["drone_1"] - loaded.start_ns) * 1e-9
    assert arrival_s == pytest.approx(375.0, abs=12.0)


def test_a_recorded_flight_is_flown_again_exactly(loaded, tmp_path):
    since_s = np.arange(0.0, 30.0, 0.02)
    place = np.stack([1000.0 + 20.0 * since_s, 500.0 * np.ones_like(since_s), 60.0 + since_s], 1)
    since_s, place = regular(since_s, place)
    flight = Flight("flown", ObjectClass.FIXED_WING_UAS, since_s, place, -10.0)
    again = flight_scenario(flight, loaded.site, loaded.site_path, loaded.start_ns)
    write_files(again, replayed_world(again, flight, 1), 1, tmp_path, None)
    truth = read_truth(tmp_path / "truth.parquet")
    t_s = (truth.t_ns - loaded.start_ns) * 1e-9
    assert truth.state_enu[:, 0] == pytest.approx(1000.0 + 20.0 * t_s, abs=0.5)
    assert truth.state_enu[5:, 3] == pytest.approx(20.0, abs=0.5)


def test_only_the_formats_of_the_sites_feeds_are_loaded(repository, tmp_path):
    """Who simulates does not wait for what it does not use: half of the start was that."""
    scenario = repository / "scenarios" / "terminal_dive.toml"
    script = (
        "import sys; from vedette.cli import main;"
        f"assert main(['simulate', {str(scenario)!r}, '--output', {str(tmp_path)!r}]) == 0;"
        "print(sorted(m for m in ('httpx', 'google.protobuf', 'vedette.codecs.decoders',"
        " 'vedette.codecs.sapient', 'vedette.codecs.cot') if m in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
