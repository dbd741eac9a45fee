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


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Rows of the bar that are cut off at its lower edge, against what the page says of them.
CUT_OFF = """bar => [...bar.children].filter(row =>
    row.getBoundingClientRect().bottom > bar.getBoundingClientRect().bottom + 6).length"""
ROWS_CUT = "list => list.scrollHeight - list.clientHeight"
LONG_AGES = """() => document.querySelectorAll(".chip .num").forEach(age => {
    age.textContent = "failed for 120 min"; })"""


def test_a_phone_is_to_look_at_and_no_warning_hides_below_the_bar(url):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(**PHONE)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url + "#track=1")
        bar = page.get_by_test_id("warning-bar")
        bar.wait_for()
        expect(page.locator(".replay-note")).to_contain_text("On a phone")
        for button in ("Acknowledge", "All-clear…", "Hold", "Zones…", "Identify…", "Assess"):
            assert page.get_by_role("button", name=button, exact=True).count() == 0, button
        assert page.locator("button kbd:visible").count() == 0
        bar.evaluate("bar => { bar.style.maxHeight = '60px'; }")
        bar.evaluate("bar => bar.dispatchEvent(new Event('scroll'))")
        more = page.get_by_test_id("more-warnings")
        expect(more).to_contain_text(f"{bar.evaluate(CUT_OFF)} more warning")
        page.get_by_test_id("mode").first.wait_for()
        for width in (1280, 900):
            desk = browser.new_page(viewport={"width": width, "height": 720})
            desk.goto(url)
            desk.get_by_test_id("ack").wait_for()
            assert desk.locator("button kbd:visible").count() > 0
            desk.evaluate(LONG_AGES)
            assert desk.locator(".sources").evaluate(ROWS_CUT) <= 0
