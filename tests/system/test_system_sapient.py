"""The demonstration over SAPIENT alone: every sensor a node behind a middleware."""

import json

import msgspec
import pytest
from running import REPOSITORY, SCENARIO, events_of, vedette

from vedette.config.load import load_site

SITES = REPOSITORY / "scenarios" / "sites"
SITE = SITES / "ain_al_asad_sapient.toml"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sapient")
    done = vedette(
        *("demo", str(SCENARIO), "--site", str(SITE), "--headless", "--fast"),
        *("--seed", "1", "--report", str(folder)),
        timeout_s=600.0,
    )
    assert (folder / "summary.json").is_file(), done.stderr
    return folder


def test_over_sapient_alone_all_that_the_scenario_expects_follows(report):
    summary = json.loads((report / "summary.json").read_text())
    assert len(summary["expect"]) >= 7
    assert not [e for e in summary["expect"] if not e["passed"]]


def test_every_sensor_registers_and_nothing_it_says_is_refused(report):
    events = events_of(report)
    said = [e for e in events if e["event"] == "SourceReported"]
    sensors = {sensor.id for sensor in load_site(SITE).sensors}
    assert {e["source"] for e in said if e["kind"] == "registered"} == sensors
    assert not [e for e in events if e["event"] in ("InputRefused", "InputShed")]


def test_what_was_recorded_is_done_again_bit_for_bit(report):
    done = vedette("replay", str(report / "recording"), "--verify", "--json")
    assert json.loads(done.stdout)["identical"] is True, done.stderr


def test_the_two_sites_differ_in_their_wires_alone():
    def rest(path):
        site = load_site(path)
        bare = [
            msgspec.structs.replace(sensor, sapient_node=None, pointable=False, sac=None, sic=None)
            for sensor in site.sensors
        ]
        return msgspec.structs.replace(site, sensors=bare, feeds=[])

    assert rest(SITE) == rest(SITES / "ain_al_asad.toml")
    assert {feed.kind for feed in load_site(SITE).feeds} == {"sapient_tcp"}
