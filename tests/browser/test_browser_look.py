"""A camera pointed from the page: the watch asks, the sensor answers over its own wire, both are
shown; a viewer is told why not."""

import asyncio
import contextlib
import json
import shutil
import socket
import threading
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from vedette.config.load import parse_site
from vedette.server import hash_password
from vedette.service.live import Place, Service
from vedette.simulator.sapient_nodes import sapient_nodes

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
# Without a map: the panel is tried here, and drawing in software takes most of a slow machine.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = {{ lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }}
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
coverage = {{ range_max_m = 20000.0 }}
[[sensors]]
id = "camera"
name = "Mast camera"
kind = "bearing_elevation"
lat_deg = 33.01
lon_deg = 42.0
hae_m = 110.0
pointable = true
sapient_node = "6f582b41-6c88-481c-bb0f-6021a1739f57"
[[sensors]]
id = "old-camera"
name = "Gate camera"
kind = "radar_2d"
lat_deg = 33.5
lon_deg = 42.0
hae_m = 110.0
pointable = true
sapient_node = "6f582b41-6c88-481c-bb0f-6021a1739f58"
[[feeds]]
id = "plots"
kind = "detections_udp"
port = 0
[[feeds]]
id = "nodes"
kind = "sapient_listen"
port = 0
[[people]]
name = "watch"
roles = ["operator"]
password = '{hashed}'
[[people]]
name = "guest"
roles = ["viewer"]
password = '{hashed}'
"""


async def _cameras(port: int, site) -> None:
    """Speak for both cameras, each over a connection of its own, and answer what they are asked."""

    async def speak(sensor) -> None:
        nodes = sapient_nodes([sensor], {})
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while True:
                writer.write(nodes.signs(time.time_ns()))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.5):
                        heard = await reader.read(65_536)
                    writer.write(nodes.hear(heard, time.time_ns()))
        finally:
            writer.close()

    await asyncio.gather(*(speak(s) for s in site.sensors if s.sapient_node))


async def _radar(port: int) -> None:
    """Report one target that flies east, once a second."""
    begun_s = time.time()
    with socket.socket(type=socket.SOCK_DGRAM) as sender:
        while True:
            azimuth_deg = 90.0 - 0.2 * (time.time() - begun_s)
            line = {"t_ns": time.time_ns(), "sensor": "radar", "range_m": 3000.0,
                    "azimuth_deg": azimuth_deg, "elevation_deg": 5.0}  # fmt: skip
            sender.sendto(json.dumps(line).encode(), ("127.0.0.1", port))
            await asyncio.sleep(0.5)


@contextlib.contextmanager
def running(text: str, folder):
    """Run a service with its sensors in a thread of its own; give its address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        async with Service(text, folder) as service:
            address.append(await service.listen(Place("127.0.0.1", 0)))
            ports = service.feeds.ports
            tasks = [
                asyncio.create_task(service.run_live()),
                asyncio.create_task(_radar(ports["plots"])),
                asyncio.create_task(_cameras(ports["nodes"], service.site)),
            ]
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.2)
            service.stop()
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(120.0)
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)


def test_the_watch_points_a_camera_and_sees_its_answer_and_a_viewer_cannot(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    text = SITE.format(hashed=hash_password(PASSWORD))
    parse_site(text, "site.toml")
    with running(text, tmp_path / "recording") as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url)
        page.locator("[data-testid^=track-row-]").first.dispatch_event("click")
        asked, other = page.get_by_test_id("asked-camera"), page.get_by_test_id("asked-old-camera")
        expect(asked).to_have_text("not asked for anything")
        assert page.get_by_test_id("look-radar").count() == 0
        page.get_by_test_id("look-camera").dispatch_event("click")
        page.get_by_test_id("login-name").fill("watch")
        page.get_by_test_id("login-password").fill(PASSWORD)
        page.get_by_test_id("login-submit").dispatch_event("click")
        expect(asked).to_contain_text("watch: look at T")
        expect(asked).to_contain_text("completed")
        page.get_by_test_id("follow-camera").dispatch_event("click")
        expect(asked).to_contain_text("watch: follow T")
        expect(asked).to_contain_text("accepted")
        page.get_by_test_id("look-old-camera").dispatch_event("click")
        expect(other).to_contain_text("rejected: it cannot be pointed")
        page.keyboard.press("o")  # the nearest
        expect(asked).to_contain_text("watch: look at T")
        page.context.clear_cookies()
        page.reload()
        expect(page.get_by_test_id("look-camera")).to_be_visible()
        page.keyboard.press("o")
        page.get_by_test_id("login-name").fill("guest")
        page.get_by_test_id("login-password").fill(PASSWORD)
        page.get_by_test_id("login-submit").dispatch_event("click")
        expect(page.get_by_text("guest may not point sensors").first).to_be_visible()
        expect(page.get_by_test_id("look-camera")).to_be_disabled()
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
