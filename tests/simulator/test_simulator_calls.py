"""What people call in, and the channel models that take warnings."""

import asyncio
from pathlib import Path

import httpx
import pytest

from vedette.base.errors import RefusedError
from vedette.config.load import load_site
from vedette.model.reports import Plot, PositionReport
from vedette.simulator.channels import Channels
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.sightings import create_sightings

SITE = """schema = 1
name = "Small"
reference = { lat_deg = 55.6, lon_deg = 12.6, hae_m = 40.0 }
sensors = [
  { id = "police", kind = "position", lat_deg = 55.6, lon_deg = 12.6, hae_m = 40.0 },
  { id = "press", kind = "position", lat_deg = 55.6, lon_deg = 12.6, hae_m = 40.0 },
  { id = "post", kind = "bearing", lat_deg = 55.6, lon_deg = 12.6, hae_m = 40.0 },
]
webhooks = [
  { id = "siren", url = "http://127.0.0.1:30190/warnings" },
  { id = "real", url = "https://warnings.example.org/" },
]
"""
SCENARIO = """schema = 1
name = "Small"
description = "For a test."
start = "2025-09-22T18:30:00Z"
duration_s = 60.0
site = "site.toml"
objects = []
[[sightings]]
t_s = 20.0
sensors = ["post"]
class = "multirotor"
azimuth_deg = 350.0
[[sightings]]
t_s = 10.0
sensors = ["police", "press"]
class = "multirotor"
east_m = 500.0
north_m = -200.0
delay_s = 3.0
"""


def loaded(folder: Path, text: str = SCENARIO) -> LoadedScenario:
    (folder / "site.toml").write_text(SITE)
    (folder / "scenario.toml").write_text(text)
    return load_scenario(folder / "scenario.toml")


def test_one_look_handed_on_twice_is_the_same_report_twice(tmp_path):
    scenario = loaded(tmp_path)
    sightings = create_sightings(scenario)
    start = scenario.start_ns
    assert sightings.due(start + 9_900_000_000) == []
    first, second = sightings.due(start + 10_000_000_000)
    assert (first.sensor.id, second.sensor.id) == ("police", "press")
    assert second.latency_ns - first.latency_ns == 3_000_000_000
    one, copy = first.reports[0], second.reports[0]
    assert isinstance(one, PositionReport) and isinstance(copy, PositionReport)
    assert (one.t_meas_ns, one.lat_rad, one.class_prob) == (
        copy.t_meas_ns,
        copy.lat_rad,
        copy.class_prob,
    )
    (bearing,) = sightings.due(start + 30_000_000_000)
    assert isinstance(bearing.reports[0], Plot)
    assert bearing.reports[0].azimuth_rad == pytest.approx(6.1087, abs=1e-4)
    assert sightings.due(start + 60_000_000_000) == []


@pytest.mark.parametrize(
    ("find", "put", "words"),
    [
        ('sensors = ["post"]', 'sensors = ["police"]', r"sightings\[0\]\.sensors\[0\].*kind bear"),
        ("azimuth_deg = 350.0", "azimuth_deg = 350.0\neast_m = 1.0", "exactly one"),
        ("north_m = -200.0", "", "exactly one"),
        ("t_s = 20.0", "t_s = -1.0", "t_s"),
        ("delay_s = 3.0", "delay = 3.0", "unknown key"),
    ],
)
def test_a_wrong_sighting_is_refused_by_file_line_and_key(tmp_path, find, put, words):
    assert find in SCENARIO
    with pytest.raises(RefusedError, match=rf"scenario\.toml:\d+: .*{words}"):
        loaded(tmp_path, SCENARIO.replace(find, put, 1))


def test_a_channel_on_loopback_is_answered_and_anybody_s_real_one_is_not(tmp_path):
    (tmp_path / "site.toml").write_text(SITE)
    site = load_site(tmp_path / "site.toml")

    async def post() -> tuple[list[int], Channels, str]:
        async with Channels(site) as channels:
            text = channels.readdressed(SITE)
            url = channels.addresses["http://127.0.0.1:30190/warnings"]
            async with httpx.AsyncClient() as client:
                answers = [await client.post(url, json={"n": n}) for n in range(3)]
            return [answer.status_code for answer in answers], channels, text

    statuses, channels, text = asyncio.run(post())
    assert statuses == [204, 204, 204]
    assert channels.taken == {"siren": 3}
    assert "30190" not in text
    assert "https://warnings.example.org/" in text
