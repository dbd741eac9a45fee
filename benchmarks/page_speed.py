"""How fast the operator's page is, in Debian's Chromium that draws in software.

python -m benchmarks.page_speed [--quick] [--json]
"""

import gzip
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.figures import REPOSITORY, Figure, run_module

NAME = "page-speed"
TITLE = "The operator's page"
TEXT = """Chromium without a graphics card (SwiftShader), 1280 x 720, the real server and an
invented crowd over the site of Ain al-Asad, both on the same two cores. Frames are those the
browser gives the page a second, the middle of one-second counts; *dragged* means that the map is
moved at every frame, so that all of it is drawn anew each time. *Cleared only* is a page of that
size whose canvas is cleared at every frame and which does nothing else: no page can do more here.
Published to drawn is from the picture's leaving the server to the frame that shows it. Heap is what
is left after a collection, once trails have their full length (the pictures' clock runs four times
as fast there); its growth is the slope over the minutes named, and no more is known of an hour.
Where other programs were at work (`~`), frames are lower bounds, and only the ratio to *cleared
only* says something."""
COMMAND = "python -m benchmarks.page_speed"
NEEDS = ""

STATIC = REPOSITORY / "src" / "vedette" / "server" / "static"
SIZE = {"width": 1280, "height": 720}
FLAGS = [
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--enable-precise-memory-info",
]
PATIENCE_MS = 120_000
HEAP_CLOCK_RATIO = 4.0  # a point of every trail a picture: ten minutes of them in two and a half
CLEARED = """<!doctype html><body style="margin:0"><canvas width=1280 height=720></canvas>
<script>const g = document.querySelector("canvas").getContext("webgl2");
let n = 0;
function again() { g.clearColor((n++ % 99) / 99, 0, 0, 1); g.clear(g.COLOR_BUFFER_BIT);
  requestAnimationFrame(again); }
again();</script>"""
# Counts of frames, a second each. The map is moved by the events a hand would make.
FRAMES = """(seconds) => new Promise((done) => {
  const counts = [];
  let n = 0;
  let next = performance.now() + 1000;
  const frame = (now) => {
    n += 1;
    if (now >= next) {
      counts.push(n * 1000 / (now - next + 1000));
      n = 0;
      next = now + 1000;
    }
    if (counts.length < seconds) requestAnimationFrame(frame);
    else done(counts);
  };
  requestAnimationFrame(frame);
})"""
DRAG = """() => {
  const canvas = document.querySelector(".maplibregl-canvas");
  const box = canvas.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const send = (target, type, dx, buttons) => target.dispatchEvent(new MouseEvent(type, {
    bubbles: true, cancelable: true, view: window, button: 0, buttons, clientX: x + dx,
    clientY: y }));
  send(canvas, "mousedown", 0, 1);
  let n = 0;
  const step = () => { n += 1; send(window.document, "mousemove", 60 * Math.sin(n / 9), 1);
    window.dragging = requestAnimationFrame(step); };
  step();
}"""
LATENCY = """(count) => new Promise((done) => {
  const ages = [];
  const note = (event) => requestAnimationFrame(() => setTimeout(() => {
    ages.push(Date.now() - event.detail / 1000);
    if (ages.length === count) { window.removeEventListener("vedette:drawn", note); done(ages); }
  }));
  window.addEventListener("vedette:drawn", note);
})"""
FIRST = """() => { window.addEventListener("vedette:drawn", () => {
  window.firstDrawn ??= performance.now(); }); }"""


@contextmanager
def crowd(tracks: int, rate_hz: float, clock_ratio: float = 1.0) -> Iterator[str]:
    """Serve a crowd in a process of its own; give its address."""
    words = ["--tracks", str(tracks), "--hz", str(rate_hz), "--clock", str(clock_ratio)]
    command = [sys.executable, "-m", "benchmarks.page_scene", *words]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def opened(browser: Browser, url: str) -> Page:
    """Open the page and wait until the crowd is on its map."""
    page = browser.new_page(viewport=SIZE)
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(f"({FIRST})()")
    page.goto(url)
    first_drawn_ms(page)
    page.wait_for_timeout(3_000)
    return page


def first_drawn_ms(page: Page) -> float:
    """Wait for the first picture on the map; give when that was, from the navigation on."""
    ended_s = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < ended_s:
        drawn_ms = page.evaluate("() => window.firstDrawn ?? null")
        if drawn_ms is not None:
            return float(drawn_ms)
        page.wait_for_timeout(50)
    raise RuntimeError("the page drew no picture")


def frames(page: Page, seconds: int) -> float:
    """Give the middle of the frames a second."""
    return statistics.median(page.evaluate(FRAMES, seconds))


def dragged(page: Page, seconds: int) -> float:
    """The same while the map is moved."""
    page.evaluate(DRAG)
    rate = frames(page, seconds)
    page.evaluate("cancelAnimationFrame(window.dragging)")
    return rate


def heap_mb(page: Page) -> float:
    """Give what the page's heap holds after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used: float = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used / 1e6


def heap_slope(page: Page, minutes: float) -> tuple[float, float]:
    """Give the heap now, and its growth an hour over some minutes."""
    times, sizes = [], []
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < minutes * 60:
        page.wait_for_timeout(10_000)
        times.append((time.monotonic() - begun_s) / 3600)
        sizes.append(heap_mb(page))
    slope, _ = statistics.linear_regression(times, sizes)
    return sizes[-1], slope


def usable_ms(browser: Browser, url: str) -> list[float]:
    """Open the page five times from cache; give when its map showed the first picture."""
    context = browser.new_context(viewport=SIZE)
    taken = []
    for _ in range(6):
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.add_init_script(f"({FIRST})()")
        page.goto(url)
        taken.append(first_drawn_ms(page))
        page.close()
    context.close()
    return taken[1:]


def bundle_kb() -> float:
    """Give what a first visit loads, as gzip has it."""
    files = [path for path in STATIC.rglob("*") if path.is_file()]
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in files) / 1000


def quantile(values: list[float], share: float) -> float:
    """Give a quantile of some values: the nearest that is one of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(
    browser: Browser, tracks: int, rate_hz: float, seconds: int, least: str
) -> list[Figure]:
    """Measure frames, and the way to the map, of one crowd."""
    about = f"{tracks:,} tracks at {rate_hz:g} Hz"
    with crowd(tracks, rate_hz) as url:
        page = opened(browser, url)
        rested, moved = frames(page, seconds), dragged(page, seconds)
        ages_ms = page.evaluate(LATENCY, max(10, int(seconds * rate_hz)))
        page.close()
    bound_ms = "under 250 ms" if tracks == 1000 else ""
    return [
        Figure(f"{about}: frames a second", f"{rested:.1f}", least),
        Figure(f"{about}: frames a second, dragged", f"{moved:.1f}"),
        Figure(f"{about}: published to drawn, p50", f"{quantile(ages_ms, 0.5):.0f} ms"),
        Figure(f"{about}: published to drawn, p95", f"{quantile(ages_ms, 0.95):.0f} ms", bound_ms),
    ]


def floor(browser: Browser, seconds: int) -> float:
    """Give the frames a second of a page that only clears the screen."""
    page = browser.new_page(viewport=SIZE)
    page.set_content(CLEARED)
    page.wait_for_timeout(1_000)
    rate = frames(page, seconds)
    page.close()
    return rate


def lasting(browser: Browser, warm_min: float, minutes: float) -> list[Figure]:
    """Measure start and heap with a thousand tracks."""
    with crowd(1000, 4.0) as url:
        start_ms = usable_ms(browser, url)
    with crowd(1000, 4.0, HEAP_CLOCK_RATIO) as url:
        page = opened(browser, url)
        page.wait_for_timeout(warm_min * 60_000)
        size_mb, slope = heap_slope(page, minutes)
        page.close()
    return [
        Figure(
            "usable from cache (map drawn)", f"{statistics.median(start_ms):.0f} ms", "under 1 s"
        ),
        Figure(f"heap after {minutes:g} min", f"{size_mb:.1f} MB"),
        Figure(f"heap's growth, from {minutes:g} min", f"{slope:+.1f} MB/h"),
    ]


def figures(quick: bool) -> list[Figure]:
    """Measure."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise RuntimeError("no chromium: apt-get install chromium")
    seconds, warm_min, minutes = (4, 0.2, 0.7) if quick else (10, 3.5, 4.0)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        cleared = floor(browser, seconds)
        small = measure(browser, 1000, 4.0, seconds, "at least 30")
        large = measure(browser, 20_000, 1.0, seconds, "at least 15")
        rest = lasting(browser, warm_min, minutes)
        again = floor(browser, seconds)
        browser.close()
    best = max(cleared, again)
    ratios = [ratio(figure, best) for figure in (*small, *large) if "frames" in figure.what]
    return [
        Figure("cleared only: frames a second, before and after", f"{cleared:.1f}, {again:.1f}"),
        *small,
        *large,
        *ratios,
        *rest,
        Figure("loaded on a first visit, gzip", f"{bundle_kb():.0f} kB", "under 1 MB"),
    ]


def ratio(figure: Figure, cleared: float) -> Figure:
    """Give a rate as a share of what the empty page reaches."""
    return Figure(
        figure.what.replace(": frames a second", ": of cleared only"),
        f"{float(figure.value) / cleared:.2f}",
    )


def main() -> None:
    """Measure and print."""
    this: Any = sys.modules[__name__]
    run_module(this)


if __name__ == "__main__":
    main()
