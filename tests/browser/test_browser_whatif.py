"""Two worlds on one page: the recorded one and a changed one, at one moment, marked plainly."""

import re
import shutil

import httpx
import pytest
from axe import findings
from playwright.sync_api import expect, sync_playwright
from replayed import START_NS, record_attack
from replayed_page import FLAGS, PATIENCE_MS, open_page, replaying, until

pytestmark = pytest.mark.browser


def moment(page, second):
    """Go to a second of the recording and rest there."""
    to_us = START_NS // 1000 + int(second * 1e6)
    page.evaluate(
        "to => fetch('/api/replay', {method: 'POST', headers: {'content-type':"
        " 'application/json'}, body: JSON.stringify({playing: false, to_us: to})})",
        to_us,
    )


def test_a_changed_world_is_asked_for_worked_out_and_shown_beside_the_recorded_one(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    folder = record_attack(tmp_path / "recording", 60.0)
    faults = []
    expect.set_options(timeout=PATIENCE_MS)
    with replaying(folder) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = open_page(browser, url, faults)
        expect(page.get_by_test_id("replay-state")).to_have_text("✓ as recorded, to the bit")

        # What cannot be is refused in words; then a nearer threshold and slower people.
        page.keyboard.press("\\")
        expect(page.get_by_test_id("whatif-submit")).to_be_disabled()
        assert findings(page) == []
        settings = page.get_by_test_id("whatif-settings")
        settings.fill("zones.tents.iminent_s=60")
        page.get_by_test_id("whatif-submit").click()
        expect(page.get_by_text("unknown key").first).to_be_visible()
        settings.fill("")
        page.get_by_test_id("whatif-keys").select_option("zones.tents.imminent_s=150")
        expect(settings).to_have_value("zones.tents.imminent_s=150")
        settings.fill("zones.tents.imminent_s=60")
        page.get_by_test_id("whatif-staffing").select_option("later")
        page.get_by_test_id("whatif-delay").fill("5")
        page.get_by_test_id("whatif-submit").click()
        expect(page.get_by_test_id("whatif-progress")).to_be_visible()
        page.keyboard.press("Escape")

        # Both worlds, each by its name, at the moment of the replay.
        panel = page.get_by_test_id("whatif-panel")
        expect(panel).to_contain_text("zones.tents.imminent_s=60")
        expect(panel).to_contain_text("people act 5 s later")
        expect(panel).to_contain_text(re.compile(r"\d+\.\d s later with the change"))
        expect(page.get_by_test_id("two-timelines")).to_contain_text("Tents")
        expect(page.locator(".bars[data-world=recorded] .warning-span")).to_have_count(1)
        expect(page.locator(".bars[data-world=changed] .warning-span")).to_have_count(1)
        moment(page, 20.0)
        recorded = page.get_by_test_id("world-recorded")
        expect(recorded).to_contain_text("RECORDED")
        expect(recorded).to_contain_text("▲ take cover")
        expect(page.get_by_test_id("world-changed")).to_contain_text("WHAT IF")
        expect(page.get_by_test_id("world-changed")).to_contain_text("△ be ready")
        expect(page.get_by_test_id("mode")).to_contain_text("REPLAY")
        expect(page).to_have_url(re.compile("beside=1"))
        for _ in ("night", "day"):
            assert findings(page) == []
            page.keyboard.press("l")
        page.keyboard.press("h")
        expect(page.get_by_text("This is a replay: nothing can be changed.").first).to_be_visible()

        # The address shows both again to whoever opens it; a press on a bar goes there.
        address = page.url
        page.close()
        page = open_page(browser, address, faults)
        expect(page.get_by_test_id("world-changed")).to_contain_text("△ be ready")
        page.locator(".bars[data-world=recorded] .warning-span").click()
        until(lambda: httpx.get(f"{url}/api/replay").json()["target_us"] is None, url)

        # The recorded world alone again, and the key is in the list.
        page.get_by_test_id("whatif-close").click()
        expect(page.get_by_test_id("world-changed")).to_have_count(0)
        expect(page.locator("[data-testid^=track-row-]").first).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_text("what if: the same event with something changed")).to_be_visible()
        page.keyboard.press("Escape")

        # Without the only radar nobody is warned; what takes long can be cancelled.
        page.get_by_test_id("whatif-open").click()
        page.get_by_test_id("whatif-without-radar").check()
        page.get_by_test_id("whatif-submit").click()
        page.get_by_test_id("whatif-cancel").click()
        expect(page.get_by_test_id("whatif-without-radar")).to_be_visible()
        assert httpx.get(f"{url}/api/replay/whatif").json()["state"] == "cancelled"
        page.get_by_test_id("whatif-without-radar").check()
        page.get_by_test_id("whatif-submit").click()
        page.keyboard.press("Escape")
        expect(panel_of(page)).to_contain_text("never, with the change")
        expect(panel_of(page)).to_contain_text("Warned in the recording alone")
        expect(page.get_by_test_id("world-changed")).to_contain_text("0 tracks · no warning")
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)


def panel_of(page):
    return page.get_by_test_id("whatif-panel")
