"""Merge, split, decorrelate and notes from the page, by keys; the live tracker obeys."""

import asyncio
import contextlib
import json
import math
import shutil
import threading
import time

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from vedette.base.rfc3339 import format_rfc3339
from vedette.server import hash_password
from vedette.service.live import Place, Service
from vedette.service.replaying import verify

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--ignore-gpu-blocklist"]
FLAGS += ["--enable-unsafe-swiftshader", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = {{ lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }}
[[sensors]]
id = "radar"
name = "Radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
scan_period_s = 0.5
[[sensors]]
id = "camera"
name = "Camera net"
kind = "position"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
scan_period_s = 0.5
[[people]]
name = "watch"
roles = ["operator"]
password = '{hashed}'
"""


@contextlib.contextmanager
def running(folder):
    """Run the service in a thread of its own, fed twice a second; give its address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        async with Service(SITE.format(hashed=hash_password(PASSWORD)), folder) as service:
            address.append((await service.listen(Place("127.0.0.1", 0))).rstrip("/"))
            live = asyncio.create_task(service.run_live())
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.2)
            service.stop()
            await asyncio.gather(live, return_exceptions=True)

    def feed():
        ready.wait(120.0)
        began = time.time()
        with httpx.Client(timeout=30.0) as client:
            while not stop.wait(0.5):
                lines = map(json.dumps, detections(time.time() - began))
                client.post(f"{address[0]}/api/detections", content="\n".join(lines))

    threads = [threading.Thread(target=lambda: asyncio.run(work())), threading.Thread(target=feed)]
    for thread in threads:
        thread.start()
    try:
        assert ready.wait(120.0)
        yield address[0]
    finally:
        stop.set()
        for thread in threads:
            thread.join(60.0)


def detections(second):
    """Two objects 1.5 km apart; the camera net tells of the first one too."""
    now = format_rfc3339(time.time_ns())
    lines = []
    for north_m in (4000.0, 5500.0):
        east_m, up_m = 3000.0 + 20.0 * second, 500.0
        lines.append({
            "time": now, "sensor": "radar", "range_m": math.hypot(east_m, north_m, up_m),
            "azimuth_deg": math.degrees(math.atan2(east_m, north_m)),
            "elevation_deg": math.degrees(math.asin(up_m / math.hypot(east_m, north_m, up_m))),
        })  # fmt: skip
    lines.append(
        {"time": now, "sensor": "camera", "east_m": east_m, "north_m": 4000.0, "up_m": up_m}
    )
    return lines


def picture(url):
    return httpx.get(f"{url}/api/picture", timeout=PATIENCE_MS / 1000).json()


def tracks(url):
    return [track["track_id"] for track in picture(url)["tracks"]]


def test_the_watch_merges_splits_and_decorrelates_by_keys(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with running(tmp_path / "recording") as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        expect(page.get_by_test_id("track-row-1")).to_be_visible()
        expect(page.get_by_test_id("track-row-2")).to_be_visible()
        page.get_by_test_id("track-row-1").click()

        page.keyboard.press("&")
        page.get_by_test_id("belong-merge-2").check()
        page.get_by_test_id("reason").fill("one drone, <img src=x onerror=alert(1)>")
        page.keyboard.press("Enter")
        page.get_by_test_id("login-name").fill("watch")
        page.get_by_test_id("login-password").fill(PASSWORD)
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_test_id("joined")).to_have_text("merged with T0002")
        expect(page.get_by_test_id("track-row-2")).to_have_count(0)
        time.sleep(3.0)
        assert tracks(url) == [1]  # it sticks through six looks
        expect(page.get_by_text("watch merged T0002 into T0001")).to_be_visible()

        page.keyboard.press("&")
        page.get_by_test_id("belong-split-2").check()
        page.get_by_test_id("reason").fill("two seen by eye")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("track-row-2")).to_be_visible()
        expect(page.get_by_test_id("joined")).to_have_count(0)

        seen = [
            number for number in (1, 2)
            if len(httpx.get(f"{url}/api/tracks/{number}").json()["sources"]) == 2
        ]  # fmt: skip
        page.get_by_test_id(f"track-row-{seen[0]}").click()
        expect(page.get_by_text("Camera net").last).to_be_visible()
        page.keyboard.press("&")
        page.get_by_test_id("belong-off-camera").check()
        page.get_by_test_id("reason").fill("the camera looks at another")
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("decorrelated")).to_have_text("without Camera net")
        expect(page.get_by_test_id("track-row-3")).to_be_visible()  # what it sees, by itself
        (said,) = picture(url)["correlations"]
        assert said["decorrelated"] == ["camera"]
        notes_by_keys(page, url, seen[0])
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
    verdict = verify(tmp_path / "recording")  # what people did is done again to the bit
    assert verdict.steps > 50, verdict.in_words()
    assert verdict.identical, verdict.in_words()


def notes_by_keys(page, url, number):
    """Write a note on the selected track and one on the map's middle; take the second away."""
    page.keyboard.press('"')
    page.get_by_test_id("note-text").fill("two rotors, a box below")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notes")).to_contain_text("two rotors, a box below")
    page.keyboard.press("Escape")  # no track is selected any more
    page.keyboard.press('"')
    page.keyboard.press(";")  # the map's middle
    page.get_by_test_id("note-text").fill("launch place?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("watch notes: launch place?")).to_be_visible()
    first, second = picture(url)["notes"]
    assert (first["track_id"], first["lat_deg"]) == (number, None)
    assert second["track_id"] is None
    assert second["lat_deg"] == pytest.approx(33.0, abs=0.2)
    expect(page.get_by_test_id("notes")).to_contain_text("launch place?")
    page.get_by_test_id("remove-note-2").click()
    expect(page.get_by_text("watch took a note away: launch place?")).to_be_visible()
    report = httpx.get(f"{url}/api/incident.html", timeout=60.0).text
    assert "two rotors, a box below" in report
