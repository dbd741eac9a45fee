"""A recording replayed by the real program, and its page: what tests of a replay share."""

import contextlib
import signal
import subprocess
import time

import httpx
from playwright.sync_api import Page
from replayed import START_NS
from running import PROGRAM, free_port

# Without a map: drawing in software takes most of a slow machine.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 60_000


@contextlib.contextmanager
def replaying(folder):
    """Run `vedette replay` as a user does; give its address."""
    port = free_port()
    command = [*PROGRAM, "replay", str(folder), "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            until(lambda: httpx.get(f"{url}/api/replay").json()["complete"], url)
            yield url
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0


def until(true, url):
    end_s = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < end_s:
        with contextlib.suppress(httpx.TransportError):
            if true():
                return
        time.sleep(0.05)
    raise AssertionError(f"{url}: waited in vain")


def seconds_in(url):
    """Say at which second of the recording the picture is; no number while it is on its way."""
    stands = httpx.get(f"{url}/api/replay").json()
    arrived = stands["target_us"] is None
    return round(stands["t_us"] / 1e6 - START_NS / 1e9, 3) if arrived else float("nan")


def open_page(browser, url, faults) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    return page
