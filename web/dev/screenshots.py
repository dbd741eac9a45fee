"""Take pictures of the display in its states, to be looked at: `python web/dev/screenshots.py`.

Each state is the synthetic scene at its moment, seen by Debian's Chromium with software graphics.
Messages of the page's console are printed: a good run prints file names alone.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, SMALL, PHONE = (1600, 950), (1280, 720), (390, 844)
PASSWORD = "vedette-demo"
CALM_UNTIL_S = 100.0


@contextmanager
def scene(at_s: float, port: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve the synthetic scene from a moment on."""
    command = [sys.executable, str(HERE / "synthetic.py"), "--port", str(port), "--at", str(at_s)]
    command += ["--calm"] if at_s < CALM_UNTIL_S else []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        try:
            yield url, process
        finally:
            process.kill()


def log_in(page: Page, name: str = "amal") -> None:
    """Log in by the dialog that is open."""
    page.get_by_test_id("login-name").fill(name)
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id("login-name").wait_for(state="detached")


def acknowledged(page: Page) -> None:
    """Acknowledge every warning by keyboard."""
    page.keyboard.press("a")
    log_in(page)
    page.wait_for_timeout(600)
    for _ in range(3):
        page.keyboard.press("a")
        page.wait_for_timeout(500)


def options(page: Page) -> None:
    """Identify the drone as hostile and open the options."""
    page.keyboard.press("i")
    page.get_by_test_id("identity-HOSTILE").check()
    page.get_by_test_id("reason").fill("seen by eye: explosive payload")
    page.get_by_test_id("identify-submit").click()
    log_in(page)
    page.get_by_test_id("identify-submit").wait_for(state="detached")
    page.wait_for_timeout(900)
    page.keyboard.press("e")
    page.wait_for_timeout(500)
    page.locator("[data-testid^=option-]:enabled").first.click()
    page.wait_for_timeout(400)


def second(page: Page) -> None:
    """Give the first authorisation and come to the second person."""
    options(page)
    page.get_by_test_id("confirm-authorise").click()
    page.get_by_test_id("second-name").wait_for()


def executed(page: Page) -> None:
    """Authorise by two people."""
    second(page)
    page.get_by_test_id("second-name").fill("basim")
    page.get_by_test_id("second-password").fill(PASSWORD)
    page.get_by_test_id("second-submit").click()
    page.get_by_test_id("second-name").wait_for(state="detached")
    page.wait_for_timeout(800)


def keys(page: Page) -> None:
    """Show the keys."""
    page.keyboard.press("?")


def layers(page: Page) -> None:
    """Open the layers and show everything."""
    for key in "v":
        page.keyboard.press(key)
    page.get_by_role("button", name="Layers").click()


def tools(page: Page) -> None:
    """Measure from the selected track to the middle of the map; show what is unseen at 30 m."""
    page.keyboard.press("g")
    page.keyboard.press(";")
    page.get_by_role("button", name="Layers").click()


def views(page: Page) -> None:
    """Keep a view and look at the list of them."""
    page.keyboard.press("p")
    page.get_by_test_id("view-name").fill("western approach")
    page.get_by_test_id("view-keep").click()
    page.keyboard.press("p")


def login(page: Page) -> None:
    """Let an action ask for a login."""
    page.keyboard.press("s")


def nothing(page: Page) -> None:
    """Leave the page as it opens."""


Step = Callable[[Page], None]
State = tuple[str, float, tuple[int, int], str, Step]
# name, seconds into the scene, size, part of the address, what to do
STATES: list[State] = [
    ("calm-night", 4, DESK, "", nothing),
    ("calm-day", 4, DESK, "#theme=day", nothing),
    ("warned-night", 152, DESK, "#track=1", nothing),
    ("warned-day", 152, DESK, "#track=1&theme=day", nothing),
    ("warned-small", 152, SMALL, "#track=1", nothing),
    ("warned-small-day", 152, SMALL, "#track=2&theme=day", nothing),
    ("acknowledged", 152, DESK, "#track=2", acknowledged),
    ("login", 152, SMALL, "#track=2", login),
    ("options", 185, DESK, "#track=1", options),
    ("options-small", 185, SMALL, "#track=1", options),
    ("second-person", 185, SMALL, "#track=1&theme=day", second),
    ("authorised", 185, DESK, "#track=1", executed),
    ("civil", 60, DESK, "#track=22&theme=day", layers),
    ("tools-night", 152, DESK, "#track=1&cover=30", tools),
    ("tools-day", 152, SMALL, "#track=1&cover=100&theme=day", tools),
    ("views", 4, SMALL, "", views),
    ("keys", 4, SMALL, "", keys),
    ("phone-calm", 4, PHONE, "", nothing),
    ("phone-warned", 152, PHONE, "#track=1&theme=day", nothing),
    ("phone-whole", 152, PHONE, "#track=1", nothing),
    ("stale", 152, DESK, "#track=1", nothing),
]


def take(
    page: Page, url: str, name: str, folder: Path, act: Step, stale: Callable[[], None]
) -> None:
    """Open the page, bring it to its state, take the picture."""
    page.goto(url)
    page.get_by_test_id("clock").wait_for()
    page.wait_for_timeout(4_500)
    act(page)
    if name == "stale":
        stale()
        page.get_by_test_id("stale").wait_for()
        page.wait_for_timeout(2_500)
    page.wait_for_timeout(700)
    page.screenshot(path=str(folder / f"{name}.png"), full_page="whole" in name)
    print(folder / f"{name}.png", flush=True)


def main() -> None:
    """Take the pictures named on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--folder", type=Path, default=REPOSITORY / "out" / "screenshots")
    parser.add_argument("--port", type=int, default=8431)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for i, state in enumerate(STATES):
            if not args.names or state[0] in args.names:
                shoot(browser, state, args.folder, args.port + i)
        browser.close()


def shoot(browser: Browser, state: State, folder: Path, port: int) -> None:
    """Serve the scene of a state and take its picture in a fresh profile."""
    name, at_s, (width, height), address, act = state
    with scene(at_s, port) as (url, process):
        context = browser.new_context(viewport={"width": width, "height": height})
        page = context.new_page()
        page.set_default_timeout(180_000)
        page.on("console", lambda m: print(f"  {m.type}: {m.text}", flush=True))
        page.on("pageerror", lambda e: print(f"  error: {e}", flush=True))

        def freeze() -> None:
            assert process.stdin is not None
            process.stdin.write("freeze\n")
            process.stdin.flush()

        take(page, url + address, name, folder, act, freeze)
        context.close()


if __name__ == "__main__":
    main()
