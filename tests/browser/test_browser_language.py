"""The page in Ukrainian and Arabic: chosen by key or press, kept, said to the browser, laid out."""

import shutil
import subprocess
import sys

import pytest
from axe import findings
from playwright.sync_api import expect, sync_playwright

pytestmark = pytest.mark.browser

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 60_000
WARNED_AT_S = "152"
WORDS = {
    "uk": ("ltr", "Потрібні ви зараз", "В УКРИТТЯ", "Оцінити", "Клавіші й символи"),
    "ar": ("rtl", "مطلوب منك الآن", "احتموا", "تقييم", "المفاتيح والرموز"),
}
# What the service writes of a track that would reach something, and of what it asks for.
SAID = {"uk": ("досягне: ", "Підтвердьте: "), "ar": ("قد يصل إلى ", "أكِّد: ")}
# What stands on the wrong side or runs out of the window.
WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def url(repository, tmp_path):
    words = ["--port", "0", "--at", WARNED_AT_S, "--folder", str(tmp_path)]
    command = [sys.executable, str(repository / "web" / "dev" / "synthetic.py"), *words]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as scene:
        yield scene.stdout.readline().strip()
        scene.kill()


def test_the_page_is_ukrainian_then_arabic_then_english_again(url):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        faults = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(url + "#track=1")
        page.get_by_test_id("warning-bar").wait_for()
        for language, (way, queue, warned, assess, keys) in WORDS.items():
            page.keyboard.press("~")
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(page.locator("html")).to_have_attribute("dir", way)
            expect(page.locator("#queue-title")).to_contain_text(queue)
            expect(page.locator(".warning-head").first).to_contain_text(warned)
            expect(page.get_by_role("button", name=assess).first).to_be_visible()
            reach, asked = SAID[language]
            expect(page.locator(".warning-reason").first).to_contain_text(reach)
            expect(page.locator(".item-text").filter(has_text=asked).first).to_be_visible()
            expect(page.get_by_test_id("queue")).not_to_contain_text("Acknowledge:")
            assert page.url.endswith("#track=1")
            assert page.evaluate(WIDER) <= 0
            page.keyboard.press("?")
            expect(page.get_by_role("dialog")).to_contain_text(keys)
            assert findings(page) == []
            page.keyboard.press("Escape")
        left, right = page.locator("aside.left"), page.locator("section.middle")
        assert left.bounding_box()["x"] > right.bounding_box()["x"]
        page.reload()
        expect(page.locator("html")).to_have_attribute("lang", "ar")
        page.keyboard.press("?")
        page.get_by_test_id("language-en").click()
        expect(page.locator("#queue-title")).to_contain_text("Wants you now")
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
