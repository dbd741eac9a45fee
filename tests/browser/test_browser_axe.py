"""The page under axe-core: no serious finding by day and night, warned, and in every dialog.

The scene is that of web/dev/synthetic.py: invented tracks through the real later stages.
"""

import shutil
import subprocess
import sys

import pytest
from axe import CORE, findings
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 60_000
WARNED_AT_S = "152"
# Of dialogs that open without a login and without an engagement.
KEYS = "?pid&ewx'|!"


@pytest.fixture
def url(repository, tmp_path):
    words = ["--port", "0", "--at", WARNED_AT_S, "--folder", str(tmp_path)]
    command = [sys.executable, str(repository / "web" / "dev" / "synthetic.py"), *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as scene:
        yield scene.stdout.readline().strip()
        scene.kill()


def test_axe_finds_nothing_serious(url):
    chromium = shutil.which("chromium")
    if chromium is None or not CORE.is_file():
        pytest.skip("no chromium or no axe-core: apt-get install chromium; make page")
    found = {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url + "#track=1")
        page.get_by_test_id("warning-bar").wait_for()
        for theme in ("night", "day"):
            found[f"track, {theme}"] = findings(page)
            page.get_by_role("tab", name="Site").dispatch_event("click")
            found[f"site, {theme}"] = findings(page)
            page.get_by_role("tab", name="T0001").dispatch_event("click")
            page.keyboard.press("l")
        page.get_by_role("button", name="Layers").dispatch_event("click")
        found["layers"] = findings(page)
        for key in KEYS:
            page.keyboard.press(key)
            page.get_by_role("dialog").wait_for()
            found[f"dialog {key}"] = findings(page)
            page.keyboard.press("Escape")
            page.get_by_role("dialog").wait_for(state="detached")
        browser.close()
    assert {state: faults for state, faults in found.items() if faults} == {}
