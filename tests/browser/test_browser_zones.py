"""Zones drawn and edited on the page: by presses and drags, by keys alone, undone and done again.

What is saved warns a drone that flies at it; the record does it again to the bit.
"""

import asyncio
import contextlib
import json
import math
import re
import shutil
import threading
import time
import tomllib

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from vedette.base.rfc3339 import format_rfc3339
from vedette.config.load import parse_site
from vedette.server import hash_password
from vedette.service.live import Place, Service
from vedette.service.replaying import verify

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--ignore-gpu-blocklist"]
FLAGS += ["--enable-unsafe-swiftshader", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000
M_PER_DEG = 111_195.0
HOSTILE = "<img src=x onerror=alert(1)>"
SITE = """schema = 1
name = "Ward"
mode = "SIMULATED"
reference = {{ lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }}
[[assets]]
id = "ward"
name = "Ward hall"
lat_deg = 33.0
lon_deg = 42.0
[[zones]]
id = "ward"
name = "Ward hall"
asset = "ward"
[[sensors]]
id = "radar"
name = "Radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
scan_period_s = 0.5
[[people]]
name = "watch"
roles = ["operator", "identification_authority"]
password = '{hashed}'
[[people]]
name = "guest"
roles = ["viewer"]
password = '{hashed}'
"""
AXE = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] })).violations
  .filter((found) => ["serious", "critical"].includes(found.impact))
  .map((found) => found.id + ": "
    + found.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)))"""


def site_toml():
    return SITE.format(hashed=hash_password(PASSWORD))


@contextlib.contextmanager
def running(folder):
    """Run the service in a thread of its own, fed twice a second; give its address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        async with Service(site_toml(), folder) as service:
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
                line = json.dumps(drone(time.time() - began))
                client.post(f"{address[0]}/api/detections", content=line)

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


def drone(second):
    """What circles 9 km east of the hall: at any time it flies at something out there."""
    turn = 45.0 * second / 1_500.0
    east_m, north_m, up_m = 9_000.0 + 1_500.0 * math.cos(turn), 1_500.0 * math.sin(turn), 300.0
    range_m = math.hypot(east_m, north_m, up_m)
    return {
        "time": format_rfc3339(time.time_ns()), "sensor": "radar", "range_m": range_m,
        "azimuth_deg": math.degrees(math.atan2(east_m, north_m)) % 360.0,
        "elevation_deg": math.degrees(math.asin(up_m / range_m)),
    }  # fmt: skip


def picture(url):
    return httpx.get(f"{url}/api/picture", timeout=PATIENCE_MS / 1000).json()


def zones(url):
    return {zone["zone_id"]: zone for zone in picture(url)["zones"]}


def log_in(page, name="watch"):
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()


def open_zones(page):
    """Open the list by its key, once what was open before has closed."""
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("@")
    expect(page.get_by_test_id("zone-new")).to_be_visible()


def corners(page):
    """Read what the editor says are the corners."""
    text = page.get_by_test_id("zone-corners").input_value()
    return [tuple(map(float, line.split(","))) for line in text.splitlines()]


@contextlib.contextmanager
def looking(url, **view):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720}, **view)
        page.set_default_timeout(PATIENCE_MS)
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(url + "#map=33.0000,42.0000,11.00")
        page.locator(".maplibregl-canvas").first.wait_for()
        yield page
        assert page.faults == []
        browser.close()
    expect.set_options(timeout=5_000)


def middle(page):
    box = page.locator(".maplibregl-canvas").first.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pressed(page, east_px, north_px):
    x, y = middle(page)
    page.mouse.click(x + east_px, y - north_px)


def test_a_zone_is_drawn_by_presses_undone_dragged_saved_and_removed(tmp_path, repository):
    axe = (repository / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text()
    recording = tmp_path / "recording"
    with running(recording) as url, looking(url) as page:
        page.evaluate(axe + "; () => 0")
        expect(page.get_by_test_id("track-row-1")).to_be_visible()
        expect(page.get_by_test_id("zones-open")).to_be_visible()
        open_zones(page)
        expect(page.get_by_test_id("zone-row-ward")).to_contain_text("as in the site file")
        assert page.evaluate(AXE) == []
        page.get_by_test_id("zone-new").click()
        expect(page.get_by_test_id("zone-editor")).to_contain_text("DRAFT: new zone")
        expect(page.get_by_test_id("zone-save")).to_be_disabled()
        for east_px, north_px in ((60, -60), (160, -60), (160, 60)):
            pressed(page, east_px, north_px)
        expect(page.get_by_test_id("zone-size")).to_contain_text("3 corners")
        pressed(page, 60, 60)
        four = corners(page)
        assert len(four) == 4
        page.keyboard.press("Control+z")
        expect(page.get_by_test_id("zone-size")).to_contain_text("3 corners")
        page.keyboard.press("Control+y")
        assert corners(page) == four
        page.get_by_test_id("zone-undo").click()
        page.get_by_test_id("zone-undo").click()
        assert corners(page) == four[:2]
        page.get_by_test_id("zone-redo").click()
        page.get_by_test_id("zone-redo").click()
        assert corners(page) == four
        x, y = middle(page)
        page.mouse.move(x + 160, y - 60)  # a corner, by hand
        page.mouse.down()
        page.mouse.move(x + 190, y - 90, steps=4)
        page.mouse.up()
        dragged = corners(page)
        assert len(dragged) == 4 and dragged[2] != four[2]
        assert dragged[2][0] > four[2][0] and dragged[2][1] > four[2][1]
        page.mouse.move(x + 60, y)  # the middle of an edge makes a new corner
        page.mouse.down()
        page.mouse.move(x + 30, y, steps=4)
        page.mouse.up()
        expect(page.get_by_test_id("zone-size")).to_contain_text("5 corners")
        page.keyboard.press("Control+z")
        assert corners(page) == dragged
        expect(page.get_by_test_id("zone-fault")).to_contain_text("Give the zone a name")
        page.get_by_test_id("zone-name").fill(HOSTILE)
        page.get_by_test_id("zone-take_cover_s").fill("45")
        page.get_by_test_id("zone-take_cover_s").press("Tab")
        assert page.evaluate(AXE) == []
        assert set(zones(url)) == {"ward"}  # a draft is no zone
        page.get_by_test_id("zone-save").click()
        page.get_by_test_id("reason").fill("a camp")
        page.get_by_test_id("reason-submit").click()
        log_in(page)
        expect(page.get_by_test_id("zone-editor")).to_have_count(0)
        drawn = zones(url)["img-src-x-onerror-alert-1"]
        assert (drawn["name"], drawn["change"], drawn["by"]) == (HOSTILE, "drawn", "watch")
        assert (drawn["take_cover_s"], drawn["reason"]) == (45.0, "a camp")
        assert [[round(x, 6) for x in corner] for corner in drawn["polygon"]] == [
            list(corner) for corner in dragged
        ]
        expect(page.locator(".zone[data-change=drawn]")).to_contain_text("drawn by watch")

        open_zones(page)  # a change, left without being saved
        page.get_by_test_id("zone-edit-ward").click()
        page.get_by_test_id("zone-take_cover_s").fill("99")
        page.get_by_test_id("zone-take_cover_s").press("Tab")
        page.get_by_test_id("zone-leave").click()
        page.get_by_test_id("sure-go").click()
        expect(page.get_by_test_id("zone-editor")).to_have_count(0)
        assert zones(url)["ward"]["change"] == ""

        open_zones(page)
        with page.expect_download() as saved:
            page.get_by_test_id("zones-save").click()
        text = saved.value.path().read_text()
        (filed,) = [z for z in tomllib.loads(text)["zones"] if z["name"] == HOSTILE]
        assert filed["polygon"] == drawn["polygon"]
        head, rest = site_toml().split("[[zones]]")
        whole = f"{head}{text}[[sensors]]{rest.partition('[[sensors]]')[2]}"
        assert [z.name for z in parse_site(whole, "new.toml").zones] == ["Ward hall", HOSTILE]

        page.get_by_test_id("zone-remove-img-src-x-onerror-alert-1").click()
        page.get_by_test_id("reason").fill("gone")
        page.get_by_test_id("reason-submit").click()
        expect(page.locator(".zone")).to_have_count(1)
        open_zones(page)
        page.get_by_test_id("zone-remove-ward").click()
        page.get_by_test_id("reason").fill("empty")
        page.get_by_test_id("reason-submit").click()
        expect(page.locator(".zone[data-change=removed]")).to_contain_text("removed by watch")
        open_zones(page)
        page.get_by_test_id("zone-back-ward").click()
        page.get_by_test_id("reason").fill("they are back")
        page.get_by_test_id("reason-submit").click()
        expect(page.locator(".zone")).to_contain_text("no warning")
        assert zones(url)["ward"]["change"] == ""
        assert not page.evaluate("() => document.querySelector('img[src=x]')")
    assert verify(recording).identical


def test_a_zone_is_drawn_by_keys_alone_and_warns_what_flies_at_it(tmp_path):
    recording = tmp_path / "recording"
    with running(recording) as url, looking(url) as page:
        open_zones(page)
        expect(page.get_by_test_id("zone-new")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("zone-pad")).to_be_focused()
        page.keyboard.press("Enter")  # the map's middle
        for key in ("ArrowRight", "ArrowUp", "ArrowLeft"):
            for _ in range(3):
                page.keyboard.press(f"Shift+{key}")
            page.keyboard.press("Enter")
        expect(page.get_by_test_id("zone-size")).to_contain_text("4 corners")
        four = corners(page)
        assert four[0] == pytest.approx((33.0, 42.0), abs=1e-3)
        assert four[1][1] > four[0][1] and four[2][0] > four[1][0]
        page.keyboard.press("PageUp")
        page.keyboard.press("Control+ArrowUp")
        assert corners(page)[2][0] > four[2][0]
        page.keyboard.press("Delete")
        expect(page.get_by_test_id("zone-size")).to_contain_text("3 corners")
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        assert corners(page) == four
        page.keyboard.press("Tab")  # or typed: where the drone circles, in MGRS and in degrees
        expect(page.get_by_test_id("zone-corners")).to_be_focused()
        page.keyboard.press("Control+a")
        page.keyboard.type("33.02, 42.075\n33.02 42.12\nnowhere")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("corners-fault")).to_contain_text("Line 3 is no place")
        assert "4 corners" in page.get_by_test_id("zone-size").inner_text()
        # The corners of before are not saved in the place of a text that cannot be read.
        page.keyboard.type("Camp")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("zone-fault")).to_contain_text("Line 3 is no place")
        expect(page.get_by_test_id("zone-corners")).to_have_value(re.compile("nowhere"))
        expect(page.get_by_test_id("zone-save")).to_be_disabled()
        page.get_by_test_id("zone-pad").focus()
        page.keyboard.press("Escape")  # asked once, and Esc stays: the draft is as it was
        expect(page.get_by_test_id("sure-stay")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_test_id("zone-corners")).to_have_value(re.compile("nowhere"))
        page.get_by_test_id("zone-name").fill("Camp\u200b")
        expect(page.get_by_test_id("name-hidden")).to_contain_text("cannot be seen (U+200B)")
        page.get_by_test_id("zone-name").fill("")
        page.get_by_test_id("zone-corners").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("33.02, 42.075\n33.02 42.12\n33.04N 42.12E\n38S KB 20000 60000\n")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("zone-fault")).not_to_contain_text("Line")
        page.get_by_test_id("zone-corners").focus()
        page.keyboard.press("Control+a")
        page.keyboard.type("33.02, 42.075\n33.02, 42.12\n33.04, 42.12\n33.04, 42.075\n")
        page.keyboard.press("Tab")
        page.keyboard.type("Camp")
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.get_by_test_id("zone-fault")).to_be_empty()
        page.get_by_test_id("zone-save").focus()
        page.keyboard.press("Enter")
        page.keyboard.type("people moved in")
        page.keyboard.press("Enter")
        page.get_by_test_id("login-name").wait_for()
        page.keyboard.type("watch")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("zone-editor")).to_have_count(0)
        assert zones(url)["camp"]["change"] == "drawn"
        # What circles there is on its way to the camp now and then: its people are warned.
        expect(page.get_by_test_id("warning-bar")).to_contain_text("Camp")
        open_zones(page)
        page.get_by_test_id("zone-remove-camp").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Remove Camp and give the all-clear")
        page.get_by_test_id("reason").fill("nobody there")
        page.get_by_test_id("reason-submit").click()
        expect(page.locator(".zone")).to_have_count(1)
        expect(page.get_by_test_id("warning-bar")).to_have_count(0)
        told = [e["event"]["event"] for e in httpx.get(f"{url}/api/events").json()["events"]]
        assert told.index("ZoneSet") < told.index("WarningRaised") < told.index("WarningCleared")
    assert verify(recording).identical


def test_a_finger_sets_corners_takes_them_in_hand_and_splits_edges(tmp_path):
    with running(tmp_path / "recording") as url, looking(url, has_touch=True) as page:
        page.get_by_role("button", name="Zones", exact=True).tap()
        page.get_by_test_id("zone-new").tap()
        x, y = middle(page)
        for east_px, north_px in ((-80, -60), (80, -60), (80, 60)):
            page.touchscreen.tap(x + east_px, y - north_px)
        expect(page.get_by_test_id("zone-size")).to_contain_text("3 corners")
        page.touchscreen.tap(x - 80, y + 60)  # the first corner: in hand, and no new one
        expect(page.get_by_test_id("zone-drop")).to_have_text("Take corner 1 away")
        page.touchscreen.tap(x, y + 60)  # the middle of the first edge
        expect(page.get_by_test_id("zone-size")).to_contain_text("4 corners")
        expect(page.get_by_test_id("zone-drop")).to_have_text("Take corner 2 away")


def test_who_may_not_is_told_whose_it_is(tmp_path):
    with running(tmp_path / "recording") as url, looking(url) as page:
        page.get_by_role("button", name="Log in").click()
        log_in(page, "guest")
        expect(page.get_by_text("guest is at this console.")).to_be_visible()
        page.keyboard.press("@")
        expect(page.get_by_text("guest may not draw, change or remove zones")).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
