"""A site's own map on the page: drawn by night and day, and nothing is fetched from elsewhere."""

import re
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import numpy as np
import pytest
from pixels import decode
from playwright.sync_api import expect, sync_playwright
from test_browser_operator import FLAGS, picture_of, served

from vedette.config.load import load_site

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "server"))
import small_pmtiles

pytestmark = pytest.mark.browser

SQUARE = [(0, 0), (4096, 0), (4096, 4096), (0, 4096)]
ACROSS = [(0, 2048), (4096, 2048)]
# Of map/own-ground.ts: water and the sea's colour of a vector map.
WATER = {"night": (0x0D, 0x1C, 0x28), "day": (0xC3, 0xD8, 0xE3)}


def vector(path):
    told = {"vector_layers": [{"id": "water"}, {"id": "roads"}], "attribution": "Own <b>survey</b>"}
    tiles = {(0, 0, 0): small_pmtiles.mvt({"water": SQUARE})}
    return small_pmtiles.write(path, tiles, small_pmtiles.MVT, told)


def raster(path):
    return small_pmtiles.world(path, 3, 60, 200, 90)


def ground_of(page, blank):
    """Give the commonest colour of the map, and how much of it has that."""
    holder = page.locator(".map-holder canvas")
    picture = decode(blank, holder.screenshot()).reshape(-1, 3)
    colours, counts = np.unique(picture, axis=0, return_counts=True)
    return tuple(int(c) for c in colours[counts.argmax()]), counts.max() / len(picture)


def until_ground(page, blank, wanted):
    """Wait until the map's commonest colour is as wanted; gives it."""
    for _ in range(60):
        colour, share = ground_of(page, blank)
        if wanted(colour) and share > 0.3:
            return colour
        page.wait_for_timeout(250)
    raise AssertionError(f"the map is {colour} on {share:.0%}")


def near(a, b, most=3):
    return max(abs(x - y) for x, y in zip(a, b, strict=True)) <= most


def greenish(colour):
    return colour[1] > colour[0] + 8 and colour[1] > colour[2] + 5


def wanted(make, theme):
    """Say which colours the ground may have: the page's own of water, or some green of a raster."""
    if make is vector:
        return lambda colour: near(colour, WATER[theme])
    return lambda colour: greenish(colour) and (sum(colour) > 300) == (theme == "day")


@pytest.mark.parametrize("make", [vector, raster], ids=["vector", "raster"])
def test_the_sites_own_map_is_drawn_by_night_and_day_and_can_be_hidden(make, repository, tmp_path):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    site = load_site(repository / "scenarios" / "sites" / "remote_id.toml")
    path = make(tmp_path / "own.pmtiles")
    site = msgspec.structs.replace(site, map=msgspec.structs.replace(site.map, pmtiles=str(path)))
    expect.set_options(timeout=40_000)
    with served(site, picture_of(site)) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        blank = browser.new_page()
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(40_000)
        faults, asked = [], []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda line: line.type == "error" and faults.append(line.text))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        night = until_ground(page, blank, wanted(make, "night"))
        page.screenshot(path=tmp_path / f"{make.__name__}-night.png")
        page.keyboard.press("l")
        day = until_ground(page, blank, wanted(make, "day"))
        page.screenshot(path=tmp_path / f"{make.__name__}-day.png")
        assert sum(day) > 2 * sum(night), "a map made for paper glares at night"
        page.keyboard.press("#")
        until_ground(page, blank, lambda c: not near(c, day, 12))
        expect(page).to_have_url(re.compile(r"layers=(?!.*ground)"))
        page.get_by_role("button", name="Layers").click()
        expect(page.get_by_label("The site's own map")).not_to_be_checked()
        expect(page.get_by_text("Own survey")).to_be_visible()
        page.get_by_label("The site's own map").check()
        until_ground(page, blank, lambda c: near(c, day, 12))
        own = urlsplit(url).netloc
        assert {urlsplit(one).netloc for one in asked if not one.startswith("blob:")} == {own}
        pieces = [one for one in asked if "/api/map.pmtiles" in one]
        assert pieces and len(pieces) < 80
        assert not faults
        browser.close()
    expect.set_options(timeout=5_000)


def test_a_site_without_one_offers_no_switch_and_no_key(repository):
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium: apt-get install chromium")
    site = load_site(repository / "scenarios" / "sites" / "remote_id.toml")
    with served(site, picture_of(site)) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(40_000)
        page.goto(url)
        page.get_by_role("button", name="Layers").click()
        expect(page.get_by_label("Range rings")).to_be_visible()
        expect(page.get_by_label("The site's own map")).to_have_count(0)
        page.keyboard.press("?")
        expect(page.get_by_text("corridors on or off")).to_be_visible()
        expect(page.get_by_text("the site's own map on or off")).to_have_count(0)
        browser.close()
