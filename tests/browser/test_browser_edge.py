"""A symbol whose middle is just outside the map is drawn as far as it reaches in.

Whether a point with its middle outside is drawn differs between graphics: software graphics draw
it anyway, so that this holds there by itself.
"""

import asyncio
import base64
import contextlib
import shutil
import threading

import numpy as np
import pytest
from playwright.sync_api import expect, sync_playwright
from tests.decision.decision_scene import Scene, base

from vedette.geo import SiteFrame
from vedette.model.picture import AirPicture
from vedette.server import Accounts, Hub, Options, make_app, serve

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--ignore-gpu-blocklist"]
FLAGS += ["--enable-unsafe-swiftshader", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000
ZOOM = 11.0
BEYOND_PX = 7  # half a symbol is some 14


PIXELS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const g = new OffscreenCanvas(image.width, image.height).getContext("2d");
  g.drawImage(image, 0, 0);
  return [...g.getImageData(0, 0, image.width, image.height).data];
}"""


class Watched:
    """A service that is only looked at: one track that stands still."""

    def __init__(self):
        self.scene = Scene(base())
        self.scene.put(7, v_north_mps=0.0)
        self.hub = Hub(base(), self)
        self.scene.step(dt=0.1)

    def publish(self):
        scene = self.scene
        scene.now_ns += 250_000_000  # the clock goes on
        self.hub.publish(
            AirPicture(
                now_ns=scene.now_ns, tracks=scene.table(), identities=scene.identities, threats=[],
                warnings=[], options=[], engagements=[], posture=scene.state.posture, queue=[],
                sources=[], events=[],
            )
        )  # fmt: skip

    def now_ns(self):
        return self.scene.now_ns

    def audit(self, act):
        """Nothing is recorded here."""


@contextlib.contextmanager
def served(watch):
    """Serve a picture from a thread of its own; give the address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        app = make_app(watch.hub, base(), Accounts([]), Options())
        listening = await serve(app, "127.0.0.1", 0)
        address.append(f"http://127.0.0.1:{listening.port}")
        ready.set()
        while not stop.is_set():
            watch.publish()
            await asyncio.sleep(0.25)
        await listening.stop()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(60.0)
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)


def at_left_edge(beyond_px, width_px):
    """Give the map's middle for which the track stands so far beyond the left edge."""
    scene = Watched().scene
    east_m, north_m, up_m = scene.table().state_enu[0, :3].tolist()
    lat_deg, lon_deg, _ = SiteFrame(base().reference).geo_deg_from_enu(east_m, north_m, up_m)
    world_px = 512 * 2**ZOOM
    return lat_deg, lon_deg + (width_px / 2 + beyond_px) / world_px * 360.0


def test_a_symbol_at_the_edge_is_drawn_as_far_as_it_reaches_in():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with served(Watched()) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)

        def strip(beyond_px):
            """Look at the left edge of the map, without labels, rings and trails."""
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(PATIENCE_MS)
            page.goto(url)
            box = page.locator(".map").bounding_box()
            lat_deg, lon_deg = at_left_edge(beyond_px, box["width"])
            page.goto("about:blank")
            page.goto(f"{url}/#at={lat_deg:.6f},{lon_deg:.6f},{ZOOM}&layers=")
            expect(page.get_by_test_id("track-row-7")).to_be_visible()
            page.wait_for_timeout(4_000)
            half = 30
            clip = {"x": box["x"], "y": box["y"] + box["height"] / 2 - half, "width": 24,
                    "height": 2 * half}  # fmt: skip
            shot = base64.b64encode(page.screenshot(clip=clip)).decode()
            page.goto("about:blank")
            pixels = page.evaluate(PIXELS, shot)
            page.close()
            return np.array(pixels).reshape(-1, 4)[:, :3]

        empty = strip(200)
        half_seen = strip(BEYOND_PX)
        assert np.count_nonzero(np.abs(half_seen - empty).max(axis=1) > 40) > 30
        browser.close()
    expect.set_options(timeout=5_000)
