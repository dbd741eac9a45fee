"""A live site that hears over feeds of every kind: what each source's line says of it."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time

import httpx
import pytest
from all_kinds import DOORS, running, sensor_of
from playwright.sync_api import sync_playwright

from vedette.config.kinds import FEED_KINDS, UNDATED_FEEDS

PATIENCE_S = 120.0
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
SENSORS = [sensor_of(kind) for kind in (*FEED_KINDS, *DOORS.values())]
DATED = [sensor_of(kind) for kind in (*FEED_KINDS, *DOORS.values()) if kind not in UNDATED_FEEDS]


@pytest.fixture(scope="module")
def broker_port(tmp_path_factory):
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    if program is None:
        pytest.skip("mosquitto is absent: apt-get install mosquitto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = tmp_path_factory.mktemp("broker") / "mosquitto.conf"
    file.write_text(f"listener {port} 127.0.0.1\nuser root\nallow_anonymous true\n")
    broker = subprocess.Popen([program, "-c", str(file)], stderr=subprocess.DEVNULL)
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.02)
    yield port
    broker.terminate()
    broker.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def url(broker_port, tmp_path_factory):
    with running(broker_port, tmp_path_factory.mktemp("all_kinds")) as address:
        yield address


def lacking(picture):
    """Say what is missing of the lines: (source, what)."""
    lines = {source["source"]: source for source in picture["sources"]}
    missing = []
    for name in (*FEED_KINDS, *DOORS, *SENSORS):
        line = lines.get(name)
        if line is None:
            missing.append((name, "line"))
            continue
        age_s = (picture["t_us"] - line["last_us"]) / 1e6
        missing += [(name, "rate")] * (not line["rate_hz"] > 0.5)
        missing += [(name, f"age {age_s:.1f}")] * (not -0.1 < age_s < 5.0)
        missing += [(name, "refused")] * (name in (*FEED_KINDS, *DOORS) and not line["refused"])
        missing += [(name, "clock")] * (name in DATED and line["clock_offset_s"] is None)
    return missing


@pytest.fixture(scope="module")
def picture(url):
    """Give the first picture in which nothing is lacking, or the last."""
    end_s, found = time.monotonic() + PATIENCE_S, {}
    while time.monotonic() < end_s:
        time.sleep(1.0)
        found = httpx.get(f"{url}/api/picture", timeout=10.0, trust_env=False).json()
        if not lacking(found):
            break
    return found


def test_each_source_says_rate_age_refused_and_clock(picture):
    assert lacking(picture) == []


def test_the_clocks_of_all_that_state_a_time_are_in_step(picture):
    lines = {source["source"]: source for source in picture["sources"]}
    assert max(abs(lines[name]["clock_offset_s"]) for name in DATED) < 1.0
    undated = [sensor_of(kind) for kind in UNDATED_FEEDS]
    assert {lines[name]["clock_offset_s"] for name in undated} == {None}


def test_what_is_worn_is_counted_by_its_reason_and_nothing_else_is_refused(picture):
    for line in picture["sources"]:
        if line["source"] in SENSORS:
            assert line["refused"] == 0, line
        else:
            assert line["refused"] == sum(line["refused_by_reason"].values()), line


LINE = re.compile(
    r"(?P<rate>\d+\.\d a second) · \d+ in all( · .* late)?"
    r"( · (?P<clock>clock right|clock \d\.\d s (behind|ahead)|states no time of day))?"
    r" · (?P<refused>\d+|none) refused"
)


@pytest.mark.browser
def test_the_page_shows_rate_age_refused_and_clock_of_each(url, picture):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    assert picture
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 3000})
        page.set_default_timeout(PATIENCE_S * 1000)
        page.goto(url)
        page.get_by_role("tab", name="Site").dispatch_event("click")
        page.get_by_test_id("source-websocket").wait_for()
        shown = {
            name: page.get_by_test_id(f"source-{name}").inner_text()
            for name in (*FEED_KINDS, *DOORS, *SENSORS)
        }
        page.screenshot(path=os.environ.get("VEDETTE_SCREENSHOT", os.devnull), type="png")
        browser.close()
    for name, text in shown.items():
        line = LINE.search(text)
        assert line, text
        assert re.search(r"\d\.\d s ago", text), text
        assert (line["refused"] == "none") == (name in SENSORS), text
        assert bool(line["clock"]) == (name in SENSORS), text
        assert (line["clock"] == "states no time of day") == (name in SENSORS and name not in DATED)
