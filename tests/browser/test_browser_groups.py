"""What flies together is one row of the table, which opens, by pointer and by keys."""

import asyncio
import contextlib
import shutil
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from tests.decision.decision_scene import Scene, base

from vedette.model.picture import AirPicture, TrackGroup
from vedette.server import Accounts, Hub, Options, make_app, serve

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 60_000
MEMBERS = (11, 12, 13, 14, 15, 16, 17)


class Watched:
    """A service that is only looked at."""

    def __init__(self):
        self.scene = Scene(base())
        self.scene.put(7)
        for i, number in enumerate(MEMBERS):
            self.scene.put(number, east_m=2_500.0 + 40.0 * i)
        self.group = TrackGroup(
            group_id=3, track_ids=MEMBERS, count=7, told=True, lat_deg=33.8, lon_deg=42.44
        )
        self.hub = Hub(base(), self)

    def publish(self):
        self.scene.step(dt=0.1)
        scene, state = self.scene, self.scene.state
        self.hub.publish(
            AirPicture(
                now_ns=scene.now_ns, tracks=scene.table(), identities=scene.identities, threats=[],
                warnings=[], options=[], engagements=[], posture=state.posture, queue=[],
                sources=[], events=[], groups=[self.group],
            )
        )  # fmt: skip

    def now_ns(self):
        return self.scene.now_ns

    def audit(self, act):
        """Nothing is recorded here."""


@contextlib.contextmanager
def served(watch):
    """Serve it from a thread of its own; give the address."""
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


def test_a_formation_is_one_row_with_its_count_that_opens(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with served(Watched()) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        rows = page.locator(".grid-body .grid-row")
        expect(rows).to_have_count(2)
        expect(page.get_by_test_id("group-row-3")).to_contain_text("7 tracks")
        expect(page.get_by_test_id("open-group-3")).to_have_attribute("aria-expanded", "false")
        page.screenshot(path=tmp_path / "closed.png")
        page.get_by_test_id("open-group-3").click()
        expect(rows).to_have_count(9)
        expect(page.get_by_test_id("track-row-15")).to_be_visible()
        page.get_by_test_id("track-row-15").click()
        page.screenshot(path=tmp_path / "open.png")
        table = page.get_by_role("rowgroup", name="Track rows: arrow keys move")
        table.focus()
        page.keyboard.press("ArrowLeft")  # closes the group of the selected track
        expect(rows).to_have_count(2)
        expect(page.get_by_test_id("group-row-3")).to_have_attribute("aria-selected", "true")
        page.keyboard.press("ArrowRight")
        expect(rows).to_have_count(9)
        page.locator("#find-track").fill("T0015")  # one that is looked for is no group
        expect(rows).to_have_count(1)
        expect(page.get_by_test_id("track-row-15")).to_be_visible()
        browser.close()
    expect.set_options(timeout=5_000)
