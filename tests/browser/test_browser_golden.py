"""The display looks as it did: every state against its golden picture, with a tolerance.

What differs is written beside the golden picture's name into the test's folder: the picture as it
is now, and the same faded with what differs in red. `make golden` makes the golden ones anew.
"""

import json
import shutil

import numpy as np
import pytest
from golden_states import FLAGS, GOLDEN, MADE_WITH, STATES, made_with, photograph
from pixels import decode, differing, encode, marked
from playwright.sync_api import sync_playwright

pytestmark = pytest.mark.browser

# Of all pixels: a moved panel or another colour is more, a digit that counts on is less.
DIFFERING_MAX_RATIO = 0.012
GOLDEN_MAX_BYTES = 2_000_000


@pytest.fixture(scope="module")
def browser():
    if shutil.which("chromium") is None:
        pytest.skip("no chromium: apt-get install chromium")
    then, now = json.loads(MADE_WITH.read_text()), made_with()
    if then != now:
        pytest.skip(f"the golden pictures were made with {then}, this is {now}: make golden")
    with sync_playwright() as play:
        launched = play.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield launched
        launched.close()


@pytest.mark.parametrize("state", STATES, ids=[state.name for state in STATES])
def test_the_display_looks_as_its_golden_picture(browser, state, tmp_path):
    blank = browser.new_page()
    golden = decode(blank, (GOLDEN / f"{state.name}.png").read_bytes())
    now = decode(blank, photograph(browser, state, tmp_path))
    assert now.shape == golden.shape
    differs = differing(now, golden)
    if differs.mean() > DIFFERING_MAX_RATIO:
        (tmp_path / f"{state.name}-now.png").write_bytes(encode(now))
        (tmp_path / f"{state.name}-differs.png").write_bytes(encode(marked(now, differs)))
        rows, columns = np.nonzero(differs)
        pytest.fail(
            f"{differs.mean():.1%} of the picture differs, between ({columns.min()}, {rows.min()})"
            f" and ({columns.max()}, {rows.max()}): see {tmp_path}; if it should, make golden"
        )


def test_every_golden_picture_is_small_and_belongs_to_a_state():
    files = sorted(GOLDEN.glob("*.png"))
    assert {file.stem for file in files} == {state.name for state in STATES}
    assert sum(file.stat().st_size for file in files) < GOLDEN_MAX_BYTES


def test_another_colour_is_seen_and_a_softer_edge_is_not():
    calm = np.full((10, 10, 3), 40, np.uint8)
    soft, red = calm.copy(), calm.copy()
    soft[0, 0], red[2:4, 5] = (70, 70, 70), (200, 40, 40)
    assert not differing(calm, soft).any()
    assert np.argwhere(differing(calm, red)).tolist() == [[2, 5], [3, 5]]
    assert marked(red, differing(calm, red))[2, 5].tolist() == [220, 0, 0]
