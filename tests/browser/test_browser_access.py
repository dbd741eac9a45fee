"""Two people at two browsers, a lock, an auditor: who may do what, as it is on the page.

The decisions are the real stage's; the picture under it is set down by hand, so that this takes
seconds. Without a map: what is tried here is the panel, by keyboard.
"""

import asyncio
import contextlib
import shutil
import threading

import argon2
import msgspec
import pytest
from playwright.sync_api import expect, sync_playwright
from tests.decision.decision_scene import Scene, base

from vedette.config.site import Person
from vedette.model.acts import ActRow
from vedette.model.enums import Identity, Role
from vedette.model.picture import AirPicture
from vedette.server import Accounts, Hub, Options, make_app, serve

pytestmark = pytest.mark.browser

PASSWORD = "correct horse battery"
HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-software-rasterizer"]
FLAGS += ["--disable-dev-shm-usage", "--no-first-run"]
PATIENCE_MS = 60_000
PEOPLE = {
    "Reyes": [Role.OPERATOR, Role.ENGAGEMENT_AUTHORITY],
    "Okafor": [Role.ENGAGEMENT_AUTHORITY],
    "guest": [Role.VIEWER],
    "Lund": [Role.AUDITOR],
}


class Watch:
    """A service over a scene of the decision stage: what is commanded there really happens."""

    def __init__(self):
        people = [Person(name=n, roles=roles, password=HASH) for n, roles in PEOPLE.items()]
        self.site = msgspec.structs.replace(base(), people=people)
        self.scene = Scene(self.site)
        self.scene.put(7)
        self.scene.put(8, east_m=2_500.0)
        self.hub = Hub(self.site, self)
        self.audited = []

    def publish(self, events):
        scene, state = self.scene, self.scene.state
        picture = AirPicture(
            now_ns=scene.now_ns, tracks=scene.table(), identities=scene.identities,
            threats=[scene.threats[k] for k in sorted(scene.threats)], warnings=[],
            options=list(state.options), engagements=list(state.engagements.values()),
            posture=state.posture, queue=scene.queue(), sources=[], events=events,
        )  # fmt: skip
        self.hub.publish(picture)

    def now_ns(self):
        return self.scene.now_ns

    async def submit(self, command):
        events = self.scene.step(command, dt=0.0)
        self.publish(events)
        return events

    def audit(self, act):
        self.audited.append(act)

    async def acts(self, after, limit):
        rows = [ActRow(seq=i, act=act) for i, act in enumerate(self.audited, 1)]
        return rows[after : after + limit]


@contextlib.contextmanager
def served(watch, accounts):
    """Serve it from a thread of its own; give the address."""
    address, ready, stop = [], threading.Event(), threading.Event()

    async def work():
        app = make_app(watch.hub, watch.site, accounts, Options())
        listening = await serve(app, "127.0.0.1", 0)
        address.append(f"http://127.0.0.1:{listening.port}")
        ready.set()
        while not stop.is_set():
            watch.publish(watch.scene.step(dt=0.1))
            await asyncio.sleep(0.2)
        await listening.stop()

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    try:
        assert ready.wait(60.0)
        yield address[0]
    finally:
        stop.set()
        thread.join(60.0)


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=chromium, args=FLAGS)
        expect.set_options(timeout=PATIENCE_MS)
        yield launched
        expect.set_options(timeout=5_000)
        launched.close()


def open_console(browser, url, faults):
    """Open a browser of somebody's own: nothing is shared with another."""
    page = browser.new_context(viewport={"width": 1280, "height": 720}).new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(url)
    expect(page.get_by_test_id("track-row-7")).to_be_visible()
    return page


def log_in(page, name, password=PASSWORD):
    page.get_by_test_id("log-in").press("Enter")
    page.keyboard.type(name)  # the focus is in the first field
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("me")).to_contain_text(name)


def select(page, track):
    page.get_by_test_id(f"track-row-{track}").dispatch_event("click")
    expect(page.get_by_test_id("authorise")).to_be_visible()


ALONE = """async () => {
  const me = await (await fetch("/api/session")).json();
  const track = (await (await fetch("/api/tracks/7")).json()).options.find((o) => o.available);
  const answer = await fetch("/api/commands", {
    method: "POST",
    headers: {"content-type": "application/json", "X-Vedette-CSRF": me.csrf},
    body: JSON.stringify({command: "authorise_engagement", command_id: "again", track_id: 7,
      effector_id: track.effector_id, track_digest: track.track_digest}),
  });
  return [answer.status, (await answer.json()).error];
}"""


def test_it_takes_two_people_at_two_browsers_and_the_auditor_reads_of_both(browser, tmp_path):
    watch, faults = Watch(), []
    with served(watch, Accounts(watch.site.people)) as url:
        reyes, okafor = (open_console(browser, url, faults) for _ in range(2))
        log_in(reyes, "Reyes")
        expect(reyes.get_by_test_id("me")).to_contain_text("engagement authority")
        select(reyes, 7)
        reyes.keyboard.press("e")
        reyes.locator('[data-testid^="option-"]:not([disabled])').first.press("Enter")
        reyes.get_by_test_id("confirm-authorise").press("Enter")

        # The first cannot be the second: not on the page, not past it, not in the form.
        expect(reyes.get_by_test_id("not-twice")).to_be_visible()
        expect(reyes.get_by_test_id("agree")).to_have_count(0)
        assert reyes.evaluate(ALONE) == [409, "a second, different person must authorise"]
        reyes.get_by_test_id("second-name").fill("Reyes")
        reyes.get_by_test_id("second-password").fill(PASSWORD)
        reyes.get_by_test_id("second-submit").press("Enter")
        expect(reyes.get_by_role("alert").filter(has_text="different person")).to_be_visible()

        log_in(okafor, "Okafor")
        select(okafor, 7)
        okafor.keyboard.press("e")
        expect(okafor.get_by_test_id("not-twice")).to_have_count(0)
        okafor.get_by_test_id("agree").press("Enter")
        expect(reyes.get_by_test_id("engage-dialog")).to_contain_text(
            "Authorised by Reyes and Okafor"
        )
        (engagement,) = watch.scene.state.engagements.values()
        assert (engagement.first_person, engagement.second_person) == ("Reyes", "Okafor")

        # Half an authorisation goes with the identity it was given for.
        reyes.keyboard.press("Escape")
        select(reyes, 8)
        reyes.keyboard.press("e")
        reyes.locator('[data-testid^="option-"]:not([disabled])').first.press("Enter")
        reyes.get_by_test_id("confirm-authorise").press("Enter")
        expect(reyes.get_by_test_id("not-twice")).to_be_visible()
        watch.scene.put(8, east_m=2_500.0, identity=Identity.UNKNOWN)
        reyes.keyboard.press("Escape")
        expect(reyes.get_by_test_id("engagement-2")).to_have_attribute("data-state", "cancelled")

        lund = open_console(browser, url, faults)
        log_in(lund, "Lund")
        lund.keyboard.press("u")
        rows = lund.get_by_test_id("audit-rows")
        expect(rows).to_contain_text("second authorisation")
        lund.keyboard.type("okafor")
        expect(rows.locator("tr").filter(has_text="authorise_engagement track_id=7")).to_have_count(
            1
        )
        with lund.expect_download() as saving:
            lund.get_by_test_id("audit-save").press("Enter")
        saving.value.save_as(tmp_path / "audit.csv")
        text = (tmp_path / "audit.csv").read_text()
        assert "Okafor" in text and PASSWORD not in text
        assert not faults
        for page in (reyes, okafor, lund):
            page.context.close()


def test_a_locked_console_shows_and_does_nothing_and_a_viewer_is_told_why_not(browser):
    watch, faults = Watch(), []
    with served(watch, Accounts(watch.site.people)) as url:
        page = open_console(browser, url, faults)
        log_in(page, "Reyes")
        page.keyboard.press("k")
        lock = page.get_by_test_id("lock-dialog")
        expect(lock).to_be_visible()
        expect(page.get_by_test_id("unlock-password")).to_be_focused()
        expect(page.get_by_test_id("track-row-7")).to_be_visible()
        page.keyboard.press("Escape")
        page.get_by_test_id("hold").dispatch_event("click")
        expect(page.get_by_text("This console is locked: unlock it first.")).to_be_visible()
        page.reload()
        page.get_by_test_id("unlock-password").fill("wrong")
        page.keyboard.press("Enter")
        expect(lock).to_contain_text("the name or the password is wrong")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        expect(lock).to_have_count(0)
        assert watch.scene.state.posture.hold is False
        other = page.context.new_page()  # another tab of the same person has another token
        other.goto(url)
        expect(other.get_by_test_id("me")).to_contain_text("Reyes")
        page.keyboard.press("k")
        page.get_by_test_id("unlock-password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(lock).to_have_count(0)
        other.keyboard.press("h")
        expect(other.get_by_test_id("hold")).to_contain_text("HOLD IS ON")
        other.close()
        expect(page.get_by_test_id("hold")).to_contain_text("HOLD IS ON")

        page.get_by_test_id("me").press("Enter")
        expect(page.get_by_test_id("me-dialog")).to_contain_text("may not identify tracks")
        page.get_by_test_id("logout").press("Enter")
        log_in(page, "guest")
        select(page, 7)
        identify = page.get_by_test_id("identify")
        expect(identify).to_have_attribute("aria-disabled", "true")
        page.keyboard.press("i")
        said = "guest may not identify tracks: that takes identification authority."
        expect(page.get_by_text(said)).to_be_visible()
        expect(page.get_by_test_id("identify-submit")).to_have_count(0)
        page.keyboard.press("h")
        page.keyboard.press("u")
        expect(page.get_by_text("guest may not read the audit trail")).to_be_visible()
        assert watch.scene.state.posture.hold is True
        assert not faults
        page.context.close()


def test_a_site_without_accounts_says_that_nobody_can_act(browser):
    watch, faults = Watch(), []
    with served(watch, Accounts([])) as url:
        page = open_console(browser, url, faults)
        button = page.get_by_test_id("log-in")
        expect(button).to_have_text("No accounts: look only")
        button.press("Enter")
        expect(page.get_by_test_id("no-accounts")).to_contain_text("vedette account add")
        assert not faults
        page.context.close()
