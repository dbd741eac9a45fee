"""An hour in front of the operator's page, in minutes: does its heap stay as large as it is?

python -m benchmarks.page_hour [--quick] [--json]
"""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.figures import REPOSITORY, Figure, run_module
from benchmarks.page_speed import FLAGS, heap_mb, opened

NAME = "page-hour"
TITLE = "An hour in front of the page"
TEXT = """The pictures of an hour at a thousand tracks, shown to a real Chromium in minutes: at each
picture as much time passes as that takes. Tracks live ten minutes in the middle, so that about
six thousand come and go; every four minutes a warning is raised and every other time cleared; the
selected track changes three times a minute of the hour, the map is moved and the theme changed.
Heap is what is left after a collection. The first ten minutes, in which trails grow to their full
length, are left out; of the rest the middle of the first third is held against that of the last."""
COMMAND = "python -m benchmarks.page_hour"
NEEDS = ""

TRACKS = 1000
RATE_HZ = 4.0
HOUR_S = 3600.0
FILLED_S = 600.0
GROWTH_MAX_RATIO = 0.05


@contextmanager
def hour(clock_ratio: float) -> Iterator[str]:
    """Serve a crowd that comes and goes, and is warned of; give its address."""
    words = ["--tracks", str(TRACKS), "--hz", str(RATE_HZ), "--clock", str(clock_ratio)]
    command = [sys.executable, "-m", "benchmarks.page_scene", *words, "--lives", "600"]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def disturb(page: Page, n: int) -> None:
    """Do what a watch does: select, move the map, look by day and by night."""
    row = page.locator("[data-testid^=track-row-]").nth(n % 12)
    row.dispatch_event("click")
    page.keyboard.press("-" if n % 2 else "+")
    if n % 10 == 0:
        page.keyboard.press("l")


def watch(page: Page, seconds: float, clock_ratio: float) -> list[tuple[float, float]]:
    """Give the heap in MB at moments of the hour, in seconds of it."""
    sizes: list[tuple[float, float]] = []
    begun_s = time.monotonic()
    n = 0
    while (passed_s := time.monotonic() - begun_s) < seconds:
        disturb(page, n)
        n += 1
        page.wait_for_timeout(20_000 / clock_ratio)
        if n % 4 == 0:
            sizes.append((passed_s * clock_ratio, heap_mb(page)))
    return sizes


def thirds(sizes: list[tuple[float, float]]) -> tuple[float, float]:
    """Give the middle of the first and the last third, once trails have their length."""
    full = [size for at_s, size in sizes if at_s > FILLED_S]
    share = max(1, len(full) // 3)
    return statistics.median(full[:share]), statistics.median(full[-share:])


def figures(quick: bool) -> list[Figure]:
    """Measure."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("no chromium: apt-get install chromium")
    clock_ratio = 40.0 if quick else 8.0
    with sync_playwright() as play, hour(clock_ratio) as url:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = opened(browser, url)
        sizes = watch(page, HOUR_S / clock_ratio, clock_ratio)
        browser.close()
    first_mb, last_mb = thirds(sizes)
    growth = last_mb / first_mb - 1.0
    return [
        Figure("heap, first third of the hour", f"{first_mb:.1f} MB"),
        Figure("heap, last third", f"{last_mb:.1f} MB"),
        Figure("growth between them", f"{growth:+.1%}", f"at most {GROWTH_MAX_RATIO:.0%}"),
    ]


def main() -> None:
    """Measure and print."""
    this: Any = sys.modules[__name__]
    run_module(this)


if __name__ == "__main__":
    main()
