"""The options' values, an outcome and an exhibit, by keys: what is on the page is what is so."""

import hashlib
import re

import httpx
import pytest
from playwright.sync_api import expect
from tests.browser.test_browser_access import (
    Watch,
    browser,  # noqa: F401  (a fixture)
    log_in,
    open_console,
    select,
    served,
)

from vedette.model.commands import AttachExhibit
from vedette.model.enums import Outcome
from vedette.model.events import ExhibitAttached
from vedette.model.picture import Note
from vedette.server import Accounts

pytestmark = pytest.mark.browser

WING = b"\x89PNG\r\n\x1a\n" + b"wing" * 500


class Recorded(Watch):
    """A watch whose exhibits are kept in a folder, as the recorder does."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder
        self.exhibit = None

    def exhibits(self):
        return self.folder

    async def submit(self, command):
        if not isinstance(command, AttachExhibit):
            return await super().submit(command)
        self.exhibit = command
        event = ExhibitAttached(
            t_ns=self.scene.now_ns, sha256=command.sha256, file_name=command.file_name,
            media_type=command.media_type, size_bytes=command.size_bytes,
            description=command.description, person=command.person,
            engagement_id=command.engagement_id,
        )  # fmt: skip
        self.publish([event])
        return [event]


def clock(text):
    """Read "1:42" as seconds."""
    minutes, seconds = re.search(r"(\d+):(\d\d)", text).groups()
    return int(minutes) * 60 + int(seconds)


def fact(page, effector, name):
    card = page.get_by_test_id(f"option-{effector}")
    return card.locator(".fact").filter(has_text=name).locator(".num").inner_text()


def test_the_options_stand_side_by_side_with_the_values_the_service_has(browser, tmp_path):  # noqa: F811
    watch, faults = Recorded(tmp_path), []
    with served(watch, Accounts(watch.site.people)) as url:
        page = open_console(browser, url, faults)
        log_in(page, "Reyes")
        select(page, 7)
        page.keyboard.press("e")
        dialog = page.get_by_test_id("engage-dialog")
        expect(dialog.get_by_role("radio")).to_have_count(2)
        boxes = [page.get_by_test_id(f"option-{one}").bounding_box() for one in ("near", "far")]
        assert abs(boxes[0]["y"] - boxes[1]["y"]) < 2 and boxes[0]["x"] != boxes[1]["x"]
        # Both cards have the same lines, so that they can be read across.
        names = [page.get_by_test_id(f"option-{one}").locator(".fact > span:first-child")
                 .all_inner_texts() for one in ("near", "far")]  # fmt: skip
        assert names[0] == names[1] and len(names[0]) == 6
        told = httpx.get(f"{url}/api/tracks/7").json()["options"]
        for option in told:
            one = option["effector_id"]
            assert fact(page, one, "Success") == f"{option['success_prob']:.0%}".replace("%", " %")
            assert abs(clock(fact(page, one, "Reaches it in")) - option["time_to_reach_s"]) < 4
            assert abs(clock(fact(page, one, "Decide within")) - option["latest_decision_s"]) < 4
            radius = fact(page, one, "Debris within")
            assert abs(float(radius.split()[0]) * (1000 if "km" in radius else 1)
                       - option["debris_radius_m"]) < 60  # fmt: skip
            touched = fact(page, one, "Civil or friendly near")
            assert ("none" in touched) == (not option["civil_touched"])
            bars = page.get_by_test_id(f"option-{one}").locator(".option-obstacle")
            expect(bars).to_have_text(option["obstacle"] or "nothing bars it")
            card = page.get_by_test_id(f"option-{one}")
            assert card.is_enabled() == option["available"]
        expect(page.get_by_test_id("confirm-authorise")).to_have_text("Choose an option")
        assert not faults
        page.context.close()


def executed(watch, url, browser, faults):  # noqa: F811
    """Let two people authorise and the simulated effector report; gives the first's page."""
    page = open_console(browser, url, faults)
    log_in(page, "Reyes")
    select(page, 7)
    scene = watch.scene
    watch.pending += [scene.authorise("Reyes"), scene.authorise("Okafor")]
    watch.pending += [scene.effector("executing"), scene.effector("executed")]
    expect(page.get_by_test_id("engagement-1")).to_have_attribute("data-state", "executed")
    return page


def test_an_outcome_is_said_by_key_and_an_exhibit_attached_and_both_are_on_the_record(
    browser,  # noqa: F811
    tmp_path,
):
    watch, faults = Recorded(tmp_path), []
    step = watch.scene.step
    watch.pending = []

    def stepping(*commands, dt=0.5):
        waiting, watch.pending = watch.pending[:1], watch.pending[1:]
        return step(*commands, *waiting, dt=dt)

    watch.scene.run(10.0)
    watch.scene.step = stepping
    with served(watch, Accounts(watch.site.people)) as url:
        page = executed(watch, url, browser, faults)
        page.keyboard.press("%")
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("What became of T0007?")
        page.get_by_test_id("outcome-destroyed").check()
        dialog.get_by_role("button", name="wreckage seen").press("Enter")
        expect(page.get_by_test_id("reason")).to_have_value("wreckage seen")
        page.get_by_test_id("outcome-submit").press("Enter")
        expect(page.get_by_text("Outcome noted: destroyed.")).to_be_visible()
        card = page.get_by_test_id("engagement-1")
        expect(card).to_contain_text("Outcome: destroyed, says Reyes")
        expect(card).to_contain_text("wreckage seen")
        (engagement,) = watch.scene.state.engagements.values()
        assert (engagement.outcome, engagement.outcome_by) == (Outcome.DESTROYED, "Reyes")
        assert engagement.outcome_reason == "wreckage seen"

        page.keyboard.press("x")
        (tmp_path / "wing <b>.png").write_bytes(WING)
        page.get_by_test_id("exhibit-file").set_input_files(tmp_path / "wing <b>.png")
        page.get_by_test_id("exhibit-description").fill("inscription, field 200 m north")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Exhibit in custody.")).to_be_visible()
        sha256 = hashlib.sha256(WING).hexdigest()
        assert (tmp_path / sha256).read_bytes() == WING
        kept = watch.exhibit
        assert (kept.sha256, kept.size_bytes, kept.media_type) == (sha256, len(WING), "image/png")
        assert (kept.person, kept.description) == ("Reyes", "inscription, field 200 m north")
        page.keyboard.press("Escape")
        shown = page.locator(".exhibits")
        expect(shown).to_contain_text("inscription, field 200 m north")
        expect(shown).to_contain_text("Reyes, ")
        expect(shown).to_contain_text(f"SHA-256 {sha256[:16]}")
        fetched = page.request.get(f"{url}/api/exhibits/{sha256}")
        assert fetched.body() == WING
        acts = [act.what for act in watch.audited]
        assert "attach exhibit" in acts and "save exhibit" in acts
        assert not faults
        page.context.close()


def test_without_an_engagement_the_key_says_so_and_a_note_stands_in_the_hand_over(
    browser,  # noqa: F811
    tmp_path,
):
    watch, faults = Recorded(tmp_path), []
    publish = watch.hub.publish

    def with_note(picture):
        picture.notes = [
            Note(note_id=1, text="two rotors <b>", person="Reyes", t_ns=picture.now_ns, track_id=7)
        ]
        publish(picture)

    watch.hub.publish = with_note
    with served(watch, Accounts(watch.site.people)) as url:
        page = open_console(browser, url, faults)
        log_in(page, "Reyes")
        page.keyboard.press("%")
        expect(page.get_by_text("No engagement waits for its outcome.")).to_be_visible()
        page.keyboard.press("'")
        notes = page.get_by_test_id("brief-notes")
        expect(notes).to_contain_text("T0007: two rotors <b>")
        expect(notes).to_contain_text("Reyes, 0 minutes ago")
        notes.get_by_role("button").press("Enter")
        expect(page.get_by_test_id("track-row-7")).to_have_attribute("aria-selected", "true")
        assert not faults
        page.context.close()
