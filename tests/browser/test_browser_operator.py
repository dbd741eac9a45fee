"""Where a drone's operator stands, on the page: asked for by the watch, refused to a viewer."""

import asyncio
import contextlib
import shutil
import threading
from dataclasses import replace

import msgspec
import pytest
from playwright.sync_api import expect, sync_playwright

from vedette import pipeline
from vedette.codecs import remote_id
from vedette.config.load import load_site
from vedette.config.site import Person
from vedette.model.arrivals import Arrival
from vedette.model.enums import Role
from vedette.server import Accounts, Hub, Options, hash_password, make_app, serve

pytestmark = pytest.mark.browser

NS = 1_000_000_000
T0_NS = 1_641_254_400 * NS
PASSWORD = "correct horse battery"
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--ignore-gpu-blocklist"]
FLAGS += ["--enable-unsafe-swiftshader", "--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 90_000


class Silent:
    """A service that is only looked at."""

    def now_ns(self):
        return T0_NS

    def audit(self, act):
        """Nothing is recorded here."""

    def refused(self, source, reason, count):
        """Nothing is counted here."""


def picture_of(site):
    """Fly a drone that tells its operator's place for five seconds."""
    line = pipeline.assemble(site)
    state = pipeline.start(line)
    for second in range(6):
        messages = (
            remote_id.BasicId(id_type=1, ua_type=2, uas_id=b"1581F4PAGE"),
            remote_id.Location(
                status=2, direction_deg=90, speed_mps=10.0, climb_mps=0.0, lat_deg=52.405,
                lon_deg=5.2 + second * 1.47e-4, hae_m=120.0, tenths=second * 10,
            ),
            remote_id.System(place=1, operator_lat_deg=52.39173, operator_lon_deg=5.21739),
        )  # fmt: skip
        pack = remote_id.encode_pack([remote_id.encode(message) for message in messages])
        data = remote_id.wrap(105, remote_id.beacon(b"\x02abcde", second, pack))
        now_ns = T0_NS + second * NS
        arrival = Arrival(feed="remote_id_feed", t_recv_ns=now_ns, data=data)
        state, picture = pipeline.step(line, state, pipeline.Inputs([arrival]), now_ns)
    return picture


@contextlib.contextmanager
def served(site, picture):
    """Serve one picture from a thread of its own; give the address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        hub = Hub(site, Silent())
        listening = await serve(
            make_app(hub, site, Accounts(site.people), Options()), "127.0.0.1", 0
        )
        address.append(f"http://127.0.0.1:{listening.port}")
        ready.set()
        now_ns = picture.now_ns
        while not stop.is_set():
            hub.publish(replace(picture, now_ns=now_ns))  # time goes on: the picture is not stale
            now_ns += NS // 4
            await asyncio.sleep(0.25)
        await listening.stop()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(60.0)
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)


def test_the_watch_sees_where_an_operator_is_and_a_viewer_is_told_why_not(repository):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    hashed = hash_password(PASSWORD)
    people = [
        Person(name="watch", roles=[Role.OPERATOR], password=hashed),
        Person(name="guest", roles=[Role.VIEWER], password=hashed),
    ]
    site = load_site(repository / "scenarios" / "sites" / "remote_id.toml")
    site = msgspec.structs.replace(site, people=people)
    picture = picture_of(site)
    (track_id,) = picture.identities
    with served(site, picture) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        for name in ("guest", "watch"):
            page = browser.new_page(viewport={"width": 1280, "height": 720})
            page.set_default_timeout(PATIENCE_MS)
            faults = []
            page.on("pageerror", lambda error, faults=faults: faults.append(str(error)))
            page.goto(url)
            page.get_by_test_id(f"track-row-{track_id}").click()
            page.get_by_test_id("ask-operator").click()
            page.get_by_test_id("login-name").fill(name)
            page.get_by_test_id("login-password").fill(PASSWORD)
            page.get_by_test_id("login-submit").click()
            if name == "guest":
                expect(page.get_by_text("it takes the role operator")).to_be_visible()
                expect(page.get_by_test_id("operator")).to_have_count(0)
            else:
                expect(page.get_by_test_id("operator")).to_contain_text("52.3917")
                expect(page.get_by_test_id("operator")).to_contain_text("live")
            assert not faults
            page.context.clear_cookies()
            page.close()
        browser.close()
