"""An exercise on two consoles: the instructor's injects, the watch's acts, the score of both."""

import contextlib
import shutil
import signal
import subprocess

import argon2
import httpx
import pytest
from axe import findings
from playwright.sync_api import expect, sync_playwright
from replayed import SITE
from replayed_page import FLAGS, PATIENCE_MS, open_page, until
from running import PROGRAM, free_port

pytestmark = pytest.mark.browser

HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("pass words")
PEOPLE = "".join(
    f'[[people]]\nname = "{name}"\nroles = ["{role}"]\npassword = \'{HASH}\'\n'
    for name, role in (("teacher", "instructor"), ("pupil", "operator"))
)


@contextlib.contextmanager
def exercising(folder):
    """Run `vedette run` on a site in mode EXERCISE with one inject of a file; give its address."""
    site, plan, port = folder / "x.site.toml", folder / "night.toml", free_port()
    site.write_text(SITE.replace('mode = "SIMULATED"', 'mode = "EXERCISE"') + PEOPLE)
    plan.write_text('schema = 1\n[[injects]]\nkind = "call"\ntext = "Gate 2 hears <b>an engine"\n')
    command = [*PROGRAM, "run", str(site), "--recordings", str(folder / "recordings")]
    command += ["--port", str(port), "--exercise", str(plan)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: httpx.get(f"{url}/api/health").json()["ok"], url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def log_in(page, name):
    page.get_by_test_id("log-in").click()
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill("pass words")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("me")).to_contain_text(name)


def test_an_instructor_lets_a_drone_come_and_the_watch_is_scored(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    faults = []
    expect.set_options(timeout=PATIENCE_MS)
    with exercising(tmp_path) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        teacher = open_page(browser, url, faults)
        pupil = open_page(browser, url, faults)
        for page in (teacher, pupil):
            expect(page.get_by_test_id("mode")).to_have_text("EXERCISE")
            expect(page.get_by_test_id("exercise-bar")).to_contain_text("nothing outside goes off")
        log_in(teacher, "teacher")
        log_in(pupil, "pupil")

        # The call of the file comes to the watch, as text and nothing else; the pupil takes it.
        call = pupil.get_by_test_id("exercise-call")
        expect(call).to_contain_text("Gate 2 hears <b>an engine")
        for _ in ("night", "day"):
            assert findings(pupil) == []
            pupil.keyboard.press("l")
        pupil.get_by_test_id("exercise-take").click()
        expect(call).to_have_count(0)
        expect(pupil.get_by_test_id("exercise-open")).to_have_count(0)

        # A pupil places nothing; the instructor lets a drone come.
        pupil.keyboard.press("!")
        expect(pupil.get_by_test_id("exercise-dialog")).to_contain_text("Only an instructor")
        pupil.keyboard.press("Escape")
        teacher.keyboard.press("!")
        teacher.get_by_test_id("inject-range_m").fill("6000")
        teacher.get_by_test_id("inject-speed_mps").fill("60")
        teacher.get_by_test_id("inject-name").fill("Wasp")
        teacher.get_by_test_id("inject-submit").click()
        expect(teacher.get_by_test_id("injects")).to_contain_text("drone Wasp at camp from 90°")
        expect(teacher.get_by_test_id("injects")).to_contain_text("running")
        bar = pupil.get_by_test_id("warning-bar")
        expect(bar).to_contain_text("Tents")
        said = httpx.get(f"{url}/api/picture").json()["warnings"][0]["spoken"]
        assert said.startswith("Exercise. ")
        pupil.keyboard.press("a")
        expect(bar).to_contain_text("✓ pupil")

        # The end: the score on both consoles, and as a file.
        teacher.get_by_test_id("exercise-end").click()
        expect(teacher.get_by_test_id("exercise-score")).to_contain_text("1 of 1 drones detected")
        expect(teacher.get_by_test_id("exercise-score")).to_contain_text("Wasp")
        assert findings(teacher) == []
        with teacher.expect_download() as saved:
            teacher.get_by_test_id("exercise-report").click()
        assert saved.value.suggested_filename == "exercise.html"
        assert "EXERCISE - NOT A REAL EVENT" in saved.value.path().read_text()
        expect(pupil.get_by_test_id("exercise-ended")).to_be_visible()
        pupil.get_by_test_id("exercise-open").click()
        expect(pupil.get_by_test_id("exercise-score")).to_contain_text("Wasp")
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
