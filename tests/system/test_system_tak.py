"""A convoy whose vehicles and drone report over TAK: the same outcome as over detections."""

import json

import pytest
from running import REPOSITORY, events_of, vedette

SCENARIO = REPOSITORY / "scenarios" / "convoy.toml"
SITE = REPOSITORY / "scenarios" / "sites" / "convoy.toml"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tak")
    text = SITE.read_text()
    plain = 'id = "vehicles_feed"\nkind = "detections_udp"'
    assert plain in text
    site = folder / "convoy_tak.toml"
    site.write_text(text.replace(plain, plain.replace("detections_udp", "cot_udp")))
    done = vedette(
        *("demo", str(SCENARIO), "--site", str(site), "--headless", "--fast"),
        *("--seed", "1", "--report", str(folder / "report")),
        timeout_s=600.0,
    )
    assert (folder / "report" / "summary.json").is_file(), done.stderr
    return folder / "report"


def test_over_tak_all_that_the_scenario_expects_follows(report):
    summary = json.loads((report / "summary.json").read_text())
    assert summary["expect"]
    assert not [e for e in summary["expect"] if not e["passed"]]


def test_nothing_that_is_said_over_tak_is_refused(report):
    assert not [e for e in events_of(report) if e["event"] in ("InputRefused", "InputShed")]
