"""Hostile words everywhere on the page: none runs, loads, or moves the layout; all are text.

A real service hears callsigns full of markup, its site's names are markup, and a person types and
hands in more: remarks, reasons, an exhibit's description and file name, what stands in the address.
"""

import asyncio
import contextlib
import json
import shutil
import threading
import time

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from vedette.server import hash_password
from vedette.service.live import Place, Service

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--ignore-gpu-blocklist"]
FLAGS += ["--enable-unsafe-swiftshader", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000
# What a transmitter may claim: printable ASCII, 64 characters. `hit` is what a script would call.
CLAIMS = (
    "<script>hit()</script>",
    "<img src=x onerror=hit()>",
    '"><svg/onload=hit()>',
    "'><details open ontoggle=hit()>",
    "</title><script>hit()</script>",
    "</style><style>*{display:none}</style>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<a href=javascript:hit()>x</a>",
    "javascript:hit()//",
    "data:text/html,<script>hit()</script>",
    "${hit()}{{constructor.constructor('hit()')()}}",
    "<base href=//evil.test/><meta http-equiv=refresh content=0>",
    "&lt;script&gt;hit()&#x3c;/script&#x3e;",
    "--></textarea><marquee onstart=hit()>",
    "__proto__",
    "W" * 64,
)
# What a site file or a person may write: any character but controls and what reorders text.
WORDS = (
    "<img src=x onerror=hit()>" + "W" * 150,
    "</script><script>hit()</script>\u200b\u00ad" + "\U0001f469\u200d" * 40,
    "Z\u0336\u0337\u0338\u0340\u0341\u0342\u0343" * 12 + "</li></ul><svg onload=hit()>",
    "\u0627\u0644\u0642\u0627\u0639\u062f\u0629 <b onmouseover=hit()>\U0001f6a8",
    'x" onmouseover="hit()" style="position:fixed;inset:0',
)
SITE = """schema = 1
name = {words[0]}
mode = "SIMULATED"
reference = {{ lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }}
[[sensors]]
id = "heard"
name = {words[1]}
kind = "position"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
[[assets]]
id = "asset"
name = {words[2]}
lat_deg = 33.0
lon_deg = 42.0
radius_m = 300.0
[[zones]]
id = "zone"
name = {words[3]}
asset = "asset"
[[map.places]]
name = {words[4]}
lat_deg = 33.02
lon_deg = 42.02
rank = 1
[[map.lines]]
kind = "road"
name = {words[0]}
points = [[33.0, 41.9], [33.0, 42.1]]
[[people]]
name = "watch"
roles = ["operator", "identification_authority"]
password = '{hashed}'
"""
# A callsign is written in capitals, and so would be what it calls.
WATCHED = """window.hits = 0; window.hit = window.HIT = () => { window.hits += 1; };
document.addEventListener("securitypolicyviolation", (event) => {
  (window.violations ??= []).push(event.violatedDirective + " " + event.blockedURI); });"""
# What markup would have left behind, had any of it been taken for markup.
FOREIGN = """() => [...document.querySelectorAll("*")].filter((one) =>
    [...one.attributes].some((at) => /^on/i.test(at.name) || /^\\s*javascript:/i.test(at.value))
    || /^(IFRAME|OBJECT|EMBED|BASE|MARQUEE|FRAME)$/.test(one.tagName)
    || (one.tagName === "DETAILS" && !one.dataset.testid && !one.className)
    || (one.tagName === "SCRIPT" && !one.src.startsWith(location.origin + "/assets/"))
    || (one.tagName === "IMG" && !/^(data:image\\/png|blob:)/.test(one.src))
    || (one.tagName === "STYLE" && /display:none}/.test(one.textContent)))
  .map((one) => one.outerHTML.slice(0, 120))"""
# The page fits its window, its parts lie inside it, the map keeps its room, rows their height.
LAYOUT = """() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth || root.scrollHeight > innerHeight)
    faults.push(`the page is ${root.scrollWidth} x ${root.scrollHeight}`);
  for (const [part, least] of [[".top", 0], [".left", 300], [".map", 300], [".panel", 200]]) {
    const box = document.querySelector(part).getBoundingClientRect();
    if (box.left < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1
      || box.width < least || box.height < 20) faults.push(`${part} ${JSON.stringify(box)}`);
  }
  if (document.querySelector(".top").offsetHeight > 90) faults.push("the top bar grew");
  for (const row of document.querySelectorAll(".grid-body .grid-row"))
    if (row.offsetHeight > 40) faults.push(`a row is ${row.offsetHeight} high`);
  const inner = ".panel *, .queue *, .warning-bar *, [role=dialog] *";
  for (const one of document.querySelectorAll(inner))
    if (one.getBoundingClientRect().right > innerWidth + 1)
      faults.push("sticks out: " + one.outerHTML.slice(0, 90));
  return faults;
}"""


def _reports(begun_s):
    """Say where every claimant is: each flies north on a line of its own."""
    now_s = time.time()
    lines = [
        {
            "t_ns": int(now_s * 1e9),
            "sensor": "heard",
            "lat_deg": 32.9 + 30.0 * (now_s - begun_s) / 111_195,
            "lon_deg": 41.9 + 0.012 * i,
            "hae_m": 400.0,
            "claims": {"callsign" if i % 2 else "remote_id": text},
        }
        for i, text in enumerate(CLAIMS)
    ]
    return "\n".join(json.dumps(line) for line in lines)


async def _speak(url):
    """Report once a second, until cancelled."""
    begun_s = time.time()
    async with httpx.AsyncClient(timeout=PATIENCE_MS / 1000) as client:
        while True:
            answer = await client.post(f"{url}/api/detections", content=_reports(begun_s))
            assert answer.status_code == 202, answer.text
            await asyncio.sleep(1.0)


@contextlib.contextmanager
def running(folder):
    """Run the service with its talkers in a thread of its own; give its address."""
    words = [json.dumps(word, ensure_ascii=False) for word in WORDS]
    text = SITE.format(words=words, hashed=hash_password(PASSWORD))
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        async with Service(text, folder) as service:
            address.append(await service.listen(Place("127.0.0.1", 0)))
            tasks = [
                asyncio.create_task(service.run_live()),
                asyncio.create_task(_speak(address[0].rstrip("/"))),
            ]
            ready.set()
            while not stop.is_set():
                await asyncio.sleep(0.2)
            tasks[1].cancel()
            service.stop()
            await asyncio.gather(*tasks, return_exceptions=True)

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(120.0)
        yield address[0].rstrip("/")
    finally:
        stop.set()
        thread.join(60.0)


@pytest.fixture
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as play:
        expect.set_options(timeout=PATIENCE_MS)
        yield play.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=5_000)


def watched(browser, url):
    """Open the page with everything watched that must not happen."""
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(WATCHED)
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: (wrong.append(dialog.message), dialog.dismiss()))
    page.on(
        "request",
        lambda r: None if r.url.startswith((url, "blob:", "data:image/")) else wrong.append(r.url),
    )
    return page, wrong


def harmless(page, wrong):
    """Nothing ran, was asked for, or stands in the document; nothing moved."""
    assert page.evaluate("window.hits") == 0
    assert page.evaluate("window.violations ?? []") == []
    assert wrong == []
    assert page.evaluate(FOREIGN) == []
    assert page.evaluate(LAYOUT) == []


def log_in(page):
    page.get_by_test_id("login-name").fill("watch")
    page.get_by_test_id("login-password").fill(PASSWORD)
    page.get_by_test_id("login-submit").dispatch_event("click")


def attach(page, folder, text):
    """Attach an exhibit whose name and description are hostile."""
    path = folder / "<img src=x onerror=hit()>\u202egpj.html"
    path.write_text("<script>hit()</script>")
    page.keyboard.press("x")
    page.get_by_test_id("exhibit-file").set_input_files(path)
    page.get_by_test_id("exhibit-description").fill(text)
    page.get_by_test_id("exhibit-submit").dispatch_event("click")


def test_hostile_words_are_text_and_nothing_else(browser, tmp_path):
    with running(tmp_path / "recording") as url:
        page, wrong = watched(browser, url)
        found = "&find=".join(("#layers=<script>hit()</script>", "<svg onload=hit()>"))
        page.goto(url + "/" + found)
        expect(page.get_by_text("No track passes the filter.")).to_be_visible()
        harmless(page, wrong)
        page.locator("#find-track").fill("")
        for i, claim in enumerate(CLAIMS):
            text = claim.upper() if i % 2 else claim
            expect(page.locator(".grid-row .c-track").get_by_text(text, exact=True)).to_have_count(
                1
            )
        harmless(page, wrong)
        page.get_by_text(CLAIMS[0], exact=True).first.click()
        page.keyboard.press("i")
        page.get_by_test_id("identity-SUSPECT").click()
        page.get_by_test_id("reason").fill(CLAIMS[2] + "W" * 200)
        page.get_by_test_id("identify-submit").click()
        log_in(page)
        expect(page.locator(".log").get_by_text(CLAIMS[2]).first).to_be_visible()
        expect(page.get_by_test_id("identify-submit")).to_have_count(0)  # keys are the page's again
        page.keyboard.press('"')
        page.get_by_test_id("note-text").fill(CLAIMS[1] + "W" * 200)
        page.get_by_test_id("note-submit").dispatch_event("click")
        expect(page.get_by_test_id("notes")).to_contain_text(CLAIMS[1])
        harmless(page, wrong)
        attach(page, tmp_path, CLAIMS[0] + "W" * 200)
        page.get_by_role("tab", name="Site").click()
        expect(page.locator(".panel").get_by_text(CLAIMS[0]).first).to_be_visible()
        harmless(page, wrong)
        for width, height in ((1600, 950), (390, 844), (1280, 720)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(500)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        for key in "?pd":
            page.keyboard.press(key)
            page.get_by_role("dialog").wait_for()
            harmless(page, wrong)
            page.keyboard.press("Escape")
        page.screenshot(path=tmp_path / "hostile.png")
        told, wrong_there = watched(browser, url)
        answer = told.request.get(url + "/api/incident.html")
        assert answer.ok
        assert "&lt;" in answer.text()
        told.set_content(answer.text())  # without the header that forbids scripts to run
        told.wait_for_timeout(500)
        assert told.evaluate("window.hits ?? 0") == 0
        assert not wrong_there
