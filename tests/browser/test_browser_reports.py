"""Reports from the page: read, edited, saved, and the tracks as files that hold the drone."""

import json
import shutil
import sys
from pathlib import Path

import pyarrow.parquet
import pytest
from playwright.sync_api import expect, sync_playwright
from replayed import record_attack
from replayed_page import FLAGS, PATIENCE_MS, open_page, replaying

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "outputs"))
from pdf_text import pages

pytestmark = pytest.mark.browser
pytest.importorskip("typst")


def saved(page, testid):
    with page.expect_download() as download:
        page.get_by_test_id(testid).click()
    return download.value


def test_report_statement_and_tracks_are_read_edited_and_saved(tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    folder = record_attack(tmp_path / "recording", 40.0)
    faults = []
    expect.set_options(timeout=PATIENCE_MS)
    with replaying(folder) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = open_page(browser, url, faults)
        expect(page.get_by_test_id("mode")).to_contain_text("REPLAY")
        page.keyboard.press("|")
        text = page.get_by_test_id("statement-text")
        expect(text).not_to_have_value("")
        text.fill("Edited: " + text.input_value())
        edited = text.input_value()
        text.fill(edited + "\u202e")
        expect(page.get_by_test_id("statement-hidden")).to_contain_text("cannot be seen (U+202E)")
        expect(page.get_by_test_id("statement-pdf")).to_be_disabled()
        text.fill(edited)
        expect(page.get_by_test_id("statement-pdf")).to_be_enabled()
        page.keyboard.press("Escape")  # what was changed is there again
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.keyboard.press("|")
        expect(text).to_have_value(edited)
        statement = saved(page, "statement-save")
        assert statement.path().read_text().startswith("Edited: ")
        edited_pdf = saved(page, "statement-pdf")
        assert edited_pdf.suggested_filename == "statement.pdf"
        assert "Edited: " in " ".join(pages(edited_pdf.path().read_bytes()))
        report = saved(page, "report-pdf")
        assert report.suggested_filename == "incident.pdf"
        assert "Tents" in " ".join(pages(report.path().read_bytes()))
        page.screenshot(path=tmp_path / "reports.png")
        with page.expect_popup() as popup:
            page.get_by_test_id("report-preview").click()
        expect(popup.value.get_by_text("Tents").first).to_be_visible()
        popup.value.close()
        drawn = json.loads(saved(page, "tracks-geojson").path().read_text())
        assert drawn["features"]
        assert "<gx:coord>" in saved(page, "tracks-kml").path().read_text()
        parquet = tmp_path / "tracks.parquet"
        saved(page, "tracks-parquet").save_as(parquet)
        assert pyarrow.parquet.read_table(parquet).num_rows > 10
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)
