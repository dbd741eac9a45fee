"""A sighting entered from the page: a tap on the map gives its direction, or the keyboard alone."""

import asyncio
import contextlib
import json
import shutil
import threading

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from vedette.server import hash_password
from vedette.service.live import Place, Service

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
id = "finder"
name = "Direction finder"
kind = "bearing"
lat_deg = 33.1
lon_deg = 42.0
hae_m = 100.0
[[sensors]]
id = "tower"
name = "Old tower"
kind = "bearing"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 110.0
azimuth_sigma_deg = 5.0
observer = true
[[people]]
name = "watch"
roles = ["operator"]
password = '{hashed}'
"""


@contextlib.contextmanager
def running(folder):
    """Run the service in a thread of its own; give its address."""
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

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(120.0)
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)


def heard(url, name):
    """Say when the service last heard of a source, None for never."""
    picture = httpx.get(f"{url}/api/picture", timeout=PATIENCE_MS / 1000).json()
    (source,) = [s for s in picture["sources"] if s["source"] == name]
    return source["health"]


def test_a_tap_or_the_keys_enter_a_sighting_from_the_observers_place(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with running(tmp_path / "recording") as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        faults, sent = [], []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda r: sent.append(r) if r.url.endswith("/detections") else None)
        page.goto(url)
        page.get_by_role("button", name="Enter a sighting").click()
        # Only places people look from: the direction finder speaks for itself.
        expect(page.get_by_test_id("sighting-observer").locator("option")).to_have_text(
            ["Old tower"]
        )
        page.get_by_test_id("sighting-point").click()
        box = page.locator(".maplibregl-canvas").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2 + 150, box["y"] + box["height"] / 2)
        # The tower stands in the map's middle: right of it is east.
        expect(page.get_by_test_id("sighting-bearing")).to_have_value("90")
        page.get_by_test_id("sighting-kind").select_option("multirotor")
        page.get_by_test_id("sighting-submit").click()
        page.get_by_test_id("login-name").fill("watch")
        page.get_by_test_id("login-password").fill(PASSWORD)
        page.get_by_test_id("login-submit").click()
        expect(
            page.get_by_text("Sighting from Old tower, 090°, is in the picture.")
        ).to_be_visible()
        told = json.loads(sent[0].post_data)
        assert told["sensor"] == "tower"
        assert told["azimuth_deg"] == pytest.approx(90.0, abs=1.0)
        assert told["class"] == {"multirotor": 0.7}
        assert heard(url, "tower") == "ok"
        assert heard(url, "finder") == "never_heard"
        page.keyboard.press("*")  # by keyboard alone
        page.keyboard.type("271.5")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Sighting from Old tower, 272°")).to_be_visible()
        assert json.loads(sent[-1].post_data)["azimuth_deg"] == 271.5
        page.keyboard.press("*")
        page.keyboard.type("400")
        page.keyboard.press("Enter")  # no direction: stays in the form
        expect(page.get_by_test_id("sighting-bearing")).to_be_visible()
        assert len(sent) == 2
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
