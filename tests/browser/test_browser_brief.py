"""The hand-over on the page: by its key and by its button, each line leading to its track."""

import pytest
from playwright.sync_api import expect
from tests.browser.test_browser_access import (
    Watch,
    browser,  # noqa: F401  (a fixture)
    open_console,
    served,
)

from vedette.server import Accounts

pytestmark = pytest.mark.browser


def test_the_hand_over_is_told_by_key_and_button_and_leads_to_the_track(browser):  # noqa: F811
    watch, faults = Watch(), []
    with served(watch, Accounts(watch.site.people)) as url:
        page = open_console(browser, url, faults)
        page.keyboard.press("'")
        dialog = page.get_by_test_id("brief-dialog")
        expect(dialog.get_by_test_id("brief-state")).to_contain_text("As of")
        expect(dialog.get_by_role("heading", name="Degraded: none")).to_be_visible()
        asked = dialog.get_by_test_id("brief-open").get_by_role("button")
        expect(asked.first).to_contain_text("T0007")
        asked.first.press("Enter")
        expect(dialog).to_have_count(0)
        expect(page.get_by_test_id("track-row-7")).to_have_attribute("aria-selected", "true")
        page.get_by_test_id("brief").press("Enter")
        expect(dialog).to_be_visible()
        text = page.request.get(f"{url}/api/brief.txt").text()
        assert "Decide T0007" in text
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
    assert faults == []
