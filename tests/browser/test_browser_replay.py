"""A recording on the page: marked as one, gone through by key and pointer, changed by nobody."""

import re
import shutil
import time

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright
from replayed import START_NS, record_attack
from replayed_page import FLAGS, PATIENCE_MS, open_page, replaying, seconds_in, until

pytestmark = pytest.mark.browser


def test_a_recording_is_marked_scrubbed_stepped_through_and_not_acted_on(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    folder = record_attack(tmp_path / "recording")
    faults = []
    expect.set_options(timeout=PATIENCE_MS)
    with replaying(folder) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = open_page(browser, url, faults)
        expect(page.get_by_test_id("mode")).to_have_text("REPLAYSIMULATED")
        expect(page.locator(".mode[data-mode=REPLAY] svg")).to_be_visible()
        expect(page).to_have_title(re.compile("REPLAY"))
        expect(page.get_by_test_id("replay-state")).to_have_text("✓ as recorded, to the bit")

        # To the end and the start by keyboard, five seconds on, then by a press on the timeline.
        slider = page.get_by_test_id("timeline-slider")
        slider.focus()
        page.keyboard.press("Space")
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
        page.keyboard.press("End")
        until(lambda: seconds_in(url) == 100.0, url)
        page.keyboard.press("Home")
        until(lambda: seconds_in(url) == 0.5, url)
        page.keyboard.press("ArrowRight")
        until(lambda: seconds_in(url) == 5.5, url)
        box = slider.bounding_box()
        began_s = time.monotonic()
        slider.click(position={"x": box["width"] * 0.75, "y": box["height"] - 4})
        until(lambda: 70.0 < seconds_in(url) < 80.0, url)
        print(f"a seek by the pointer took {time.monotonic() - began_s:.2f} s")
        expect(slider).to_have_attribute("aria-valuetext", re.compile("^00:01:1"))

        # To the warning by its line in the log, and on to the next event by its key.
        raised = next(
            item
            for item in httpx.get(f"{url}/api/events").json()["events"]
            if item["event"]["event"] == "WarningRaised"
        )
        page.get_by_test_id(f"event-{raised['seq']}").get_by_role("button").click()
        raised_s = raised["event"]["t_us"] / 1e6 - START_NS / 1e9
        until(lambda: seconds_in(url) == pytest.approx(raised_s), url)
        expect(page.get_by_test_id("warning-bar")).to_contain_text("then")
        expect(page.get_by_test_id("warning-bar")).to_contain_text("BE READY")
        expect(page.get_by_test_id("warning-bar")).to_contain_text("not acknowledged")
        page.keyboard.press("]")
        until(lambda: seconds_in(url) > raised_s, url)
        expect(page.get_by_test_id("warning-bar")).to_contain_text("✓ watch")

        # The address gives the same moment and track to whoever opens it.
        expect(page).to_have_url(re.compile(r"track=\d+.*t=2022-01-04T00:00:06.500Z"))
        address = page.url
        slider.focus()
        page.keyboard.press("Home")
        until(lambda: seconds_in(url) == 0.5, url)
        page.close()
        page = open_page(browser, address, faults)
        until(lambda: seconds_in(url) == 6.5, url)
        expect(page.locator("[data-testid^=track-row-]").first).to_be_visible()

        # Nothing that acts is offered, by button or by key, and the service refuses it too.
        for name in ("ack", "all-clear", "hold", "assess", "identify", "dismiss", "authorise"):
            expect(page.get_by_test_id(name)).to_have_count(0)
        page.get_by_role("tab", name="Site").click()
        expect(page.get_by_role("button", name="Order cover…")).to_be_hidden()
        page.keyboard.press("h")
        expect(page.get_by_text("This is a replay: nothing can be changed.").first).to_be_visible()
        refused = page.evaluate(
            "fetch('/api/commands', {method: 'POST', headers: {'content-type':"
            " 'application/json'}, body: '{}'}).then(async (r) => [r.status, await r.text()])"
        )
        assert refused == [403, '{"error":"this is a replay: nothing can be changed"}']
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
