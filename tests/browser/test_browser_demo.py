"""The whole job in a real browser: warned, acknowledged by keyboard, authorised by two, told."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from running import Demo

pytestmark = pytest.mark.browser

STEP_TIMEOUT_MS = 90_000  # drawn in software, on a machine that does other things too

FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield launched
        launched.close()


def open_page(browser: Browser, url: str) -> tuple[Page, list[str], list[str]]:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(STEP_TIMEOUT_MS)
    faults: list[str] = []
    outside: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "request",
        lambda r: None if r.url.startswith((url, "blob:", "data:")) else outside.append(r.url),
    )
    page.goto(url)
    return page, faults, outside


def log_in(page: Page, name: str) -> None:
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill("vedette-demo")
    page.get_by_test_id("login-submit").click()


def test_a_watch_is_warned_acknowledges_by_keyboard_two_authorise_and_the_report_downloads(
    browser, tmp_path
):
    with Demo(tmp_path / "state", "--from-s", "40") as demo:
        demo.wait_for(lambda p: p["tracks"])
        page, faults, outside = open_page(browser, demo.url)
        expect(page.get_by_test_id("mode")).to_contain_text("SIMULATED")
        expect(page.get_by_test_id("warning-bar")).to_be_visible(timeout=150_000)
        page.keyboard.press("a")
        log_in(page, "amal")
        acknowledge_all(page, demo)
        attacker = demo.wait_for(
            lambda p: [t for t in p["tracks"] if t["identity"] == "SUSPECT"], 60
        )
        suspects = [t for t in attacker["tracks"] if t["identity"] == "SUSPECT"]
        track = min(suspects, key=lambda t: t["arrival_s"] or 1e9)["track_id"]
        row = page.get_by_test_id(f"track-row-{track}")
        row.click()
        expect(page.get_by_test_id("authorise")).to_be_disabled()
        expect(page.locator("#authorise-bar")).to_contain_text("must be HOSTILE")
        expect(row.locator(".c-when")).to_have_attribute("title", re.compile(r"^[A-Z].* in \d+:\d"))
        identify(page)
        demo.wait_for(lambda p: any(t["identity"] == "HOSTILE" for t in p["tracks"]), 90)
        expect(page.get_by_test_id("authorise")).to_be_enabled()
        authorise(page)
        demo.wait_for(lambda p: any(e["second_person"] == "basim" for e in p["engagements"]), 90)
        download(page, "report-download", tmp_path / "incident.html", b"<html")
        download(page, "statement-download", tmp_path / "statement.txt", b"SIMULATED")
        assert not faults
        assert not outside


def acknowledge_all(page: Page, demo: Demo) -> None:
    """Press the key until no warning waits: each press acknowledges the most urgent one."""
    for _ in range(40):
        page.wait_for_timeout(1000)
        warnings = demo.wait_for(lambda _: True)["warnings"]
        waiting = [w for w in warnings if w["acknowledged_by"] is None]
        if not waiting:
            return
        page.keyboard.press("a")
    raise AssertionError(f"not acknowledged: {waiting}")


def identify(page: Page) -> None:
    page.keyboard.press("i")
    page.get_by_test_id("identity-HOSTILE").click()
    page.get_by_test_id("reason").fill("Course on the barracks, no answer on any frequency")
    page.get_by_test_id("identify-submit").click()
    # It closes when it is answered, which the picture may be before; until then keys are its own.
    expect(page.get_by_test_id("identify-submit")).to_have_count(0)


def authorise(page: Page) -> None:
    page.keyboard.press("e")
    page.locator('[data-testid^="option-"]:not([disabled])').first.click()
    page.get_by_test_id("confirm-authorise").click()
    page.get_by_test_id("second-name").fill("basim")
    page.get_by_test_id("second-password").fill("vedette-demo")
    page.get_by_test_id("second-submit").click()


def download(page: Page, button: str, target: Path, holds: bytes) -> None:
    with page.expect_download() as started:
        page.get_by_test_id(button).click()
    started.value.save_as(target)
    assert holds in target.read_bytes()
