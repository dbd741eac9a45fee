"""The states of the display that have a golden picture, and how each is brought about.

`python tests/browser/golden_states.py` (`make golden`) makes the pictures anew: look at each then.
"""

import contextlib
import hashlib
import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "system"))

from pixels import decode, encode  # noqa: E402
from replayed import record_attack  # noqa: E402
from running import PROGRAM, free_port  # noqa: E402

GOLDEN = HERE / "golden"
MADE_WITH = GOLDEN / "made-with.json"
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--force-device-scale-factor=1",
    "--font-render-hinting=none",
    "--disable-lcd-text",
]
DESK, PHONE = (1280, 720), (390, 844)
PATIENCE_MS = 120_000
SETTLED_MS = 4_500  # the table's order, the chosen track's detail, the ground of the map
NOTE_DRAWN = """() => { window.addEventListener("vedette:drawn", (event) => {
  window.drawn_us = event.detail; }); }"""
CALM_UNTIL_S = 100.0
T0_US = 1_641_264_060_000_000


class State(NamedTuple):
    """A state: its name, the moment of the scene, the window, the address and what is done."""

    name: str
    at_s: float
    size: tuple[int, int]
    address: str = ""
    act: str = ""
    vision: str = ""
    language: str = ""
    exercise: bool = False


REPLAY = State("replay-night", 60, DESK)
BESIDE = State("two-worlds-night", 20, DESK, "#beside=1")
STATES = [
    State("calm-night", 30, DESK),
    State("calm-day", 30, DESK, "#theme=day"),
    State("warned-night", 152, DESK, "#track=1"),
    State("warned-day", 152, DESK, "#track=1&theme=day"),
    State("warned-deuteranopia", 152, DESK, "#track=1", vision="deuteranopia"),
    State("warned-protanopia-day", 152, DESK, "#track=1&theme=day", vision="protanopia"),
    State("warned-ukrainian", 152, DESK, "#track=1", language="uk"),
    State("warned-arabic-day", 152, DESK, "#track=1&theme=day", language="ar"),
    State("civil-day", 60, DESK, "#track=22&theme=day"),
    State("stale-night", 152, DESK, "#track=1", act="silence"),
    State("keys-night", 30, DESK, act="?"),
    State("reports-day", 30, DESK, "#theme=day", act="|"),
    State("exercise-night", 30, DESK, exercise=True),
    REPLAY,
    BESIDE,
    State("phone-calm", 30, PHONE),
    State("phone-warned-day", 152, PHONE, "#track=1&theme=day"),
]


@contextlib.contextmanager
def still(state: State, folder: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    """Serve the scene of a state; give its address, and what lets it go on to the next thing."""
    words = [sys.executable, str(HERE / "still_scene.py"), "--at", str(state.at_s)]
    words += ["--folder", str(folder), *(["--calm"] if state.at_s < CALM_UNTIL_S else [])]
    words += ["--exercise"] if state.exercise else []
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as scene:
        assert scene.stdin is not None
        assert scene.stdout is not None
        speak = scene.stdin

        def go_on() -> None:
            speak.write("go on\n")
            speak.flush()

        try:
            yield scene.stdout.readline().strip(), go_on
        finally:
            scene.kill()


def opened(browser: Browser, state: State, url: str) -> Page:
    """Open the page of a state, with nothing that moves by itself."""
    width, height = state.size
    page = browser.new_page(
        viewport={"width": width, "height": height}, reduced_motion="reduce", locale="en-GB"
    )
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({NOTE_DRAWN})()")
    if state.language:
        page.add_init_script(f"localStorage.setItem('vedette.language', '{state.language}')")
    if state.vision:
        session = page.context.new_cdp_session(page)
        session.send("Emulation.setEmulatedVisionDeficiency", {"type": state.vision})
    page.goto(url + state.address)
    return page


def photograph(browser: Browser, state: State, folder: Path) -> bytes:
    """Bring the page to a state and take its picture; gives a PNG file."""
    if state in (REPLAY, BESIDE):
        return replayed(browser, folder, state)
    with still(state, folder) as (url, go_on):
        page = opened(browser, state, url)
        page.wait_for_function("() => window.drawn_us")
        go_on()
        moment_us = T0_US + round(state.at_s * 1e6) - 100_000
        page.wait_for_function("(us) => window.drawn_us >= us", arg=moment_us)
        page.wait_for_timeout(SETTLED_MS)
        if state.act == "silence":
            go_on()
            page.get_by_test_id("stale").wait_for()
            page.wait_for_timeout(1_500)
        elif state.act:
            page.keyboard.press(state.act)
            page.get_by_role("dialog").wait_for()
        return taken(page)


def taken(page: Page) -> bytes:
    """Take the picture and close the page."""
    page.mouse.move(1, 1)
    page.wait_for_timeout(500)
    picture = page.screenshot(animations="disabled", caret="hide")
    page.close()
    return picture


@contextlib.contextmanager
def replaying(folder: Path) -> Iterator[str]:
    """Run `vedette replay` over a recorded attack; give its address."""
    port = free_port()
    command = [*PROGRAM, "replay", str(record_attack(folder)), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until_complete(url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)


def until_complete(url: str) -> None:
    """Wait until the replay has done the whole recording again."""
    end_s = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end_s:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/api/replay").json()["complete"]:
                return
        time.sleep(0.1)
    raise RuntimeError(f"{url}: the replay is not ready")


def replayed(browser: Browser, folder: Path, state: State) -> bytes:
    """Take the picture of a recording that rests at a moment of its own."""
    with replaying(folder / state.name) as url:
        if state is BESIDE:
            work_out(url)
        return rested(browser, url, state)


def work_out(url: str) -> None:
    """Have a changed world worked out: people are told to take cover a minute and a half later."""
    wish = {"without": [], "settings": ["zones.tents.imminent_s=60"], "staffing": "as_recorded"}
    asked = httpx.post(f"{url}/api/replay/whatif", json=wish)
    assert asked.status_code == 202, asked.text
    end_s = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end_s:
        if httpx.get(f"{url}/api/replay/whatif").json()["state"] == "done":
            return
        time.sleep(0.2)
    raise RuntimeError(f"{url}: the changed world is not worked out")


def rested(browser: Browser, url: str, state: State) -> bytes:
    """Go to the moment, by keys, five seconds a press."""
    page = opened(browser, state, url)
    page.get_by_test_id("replay-state").wait_for()
    page.get_by_test_id("timeline-slider").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Play", exact=True).wait_for()
    page.keyboard.press("Home")
    for _ in range(round(state.at_s / 5)):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(300)
    page.wait_for_timeout(SETTLED_MS)
    return taken(page)


def made_with() -> dict[str, str]:
    """Name what a picture depends on beside the page: the browser and the fonts."""
    chromium = shutil.which("chromium") or "none"
    fonts = shutil.which("fc-list")
    version = subprocess.run(
        [chromium, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    listed = (
        subprocess.run(
            [fonts, ":", "family", "style", "fontversion"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        if fonts
        else ""
    )
    names = "\n".join(sorted(listed.splitlines()))
    return {"browser": version, "fonts": hashlib.sha256(names.encode()).hexdigest()[:16]}


def main() -> None:
    """Make the golden pictures named on the command line anew, or all."""
    GOLDEN.mkdir(exist_ok=True)
    wanted = sys.argv[1:]
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        blank = browser.new_page()
        for state in STATES:
            if wanted and state.name not in wanted:
                continue
            picture = photograph(browser, state, Path(folder))
            (GOLDEN / f"{state.name}.png").write_bytes(encode(decode(blank, picture)))
            print(GOLDEN / f"{state.name}.png", flush=True)
        browser.close()
    MADE_WITH.write_text(json.dumps(made_with(), indent=2) + "\n")


if __name__ == "__main__":
    main()
