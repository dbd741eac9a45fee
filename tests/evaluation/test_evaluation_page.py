"""The page: whole for any run, needs no network, and shows words from outside as words."""

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from running import vedette
from scoring import S, tracks_of, truth_of, written

from vedette.config.load import load_site
from vedette.evaluation.card_page import html
from vedette.evaluation.chart import Chart, round_step, ticks
from vedette.evaluation.requirements import judge, load_requirements
from vedette.evaluation.run import Run
from vedette.evaluation.scorecard import flattened, scorecard

BAD = '<script>alert("x")</script>\u202e'
TITLES = (
    "The run",
    "Error over time",
    "Detection, tracking, identification",
    "What and who: can it be believed",
    "Tracks",
    "What these figures do not say",
)


def page_of(run: Run) -> str:
    return html(run, scorecard(run))


def some_run(**keys) -> Run:
    truth = truth_of({BAD: [(t, 50.0 * t) for t in range(60)], "b": [(t, 9e3) for t in range(60)]})
    truth.classes[1] = "bird"
    rows = [(t, n, e) for t in range(5, 60) for n, e in ((1, 50.0 * t + 4), (2, 9e3 - 3))]
    tracks = tracks_of(rows, sigma_m=5.0)
    tracks.object_class = [BAD, "bird"] * 55
    tracks.class_prob = np.linspace(0.1, 0.9, 110)
    return Run(truth, tracks, 100.0, **keys)


def drawings(page: str) -> list[ElementTree.Element]:
    return [
        ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ]


def test_every_part_is_there_and_every_drawing_is_well_formed_with_finite_numbers():
    page = page_of(some_run())
    assert all(f"<h2>{title}</h2>" in page for title in TITLES)
    assert len(drawings(page)) == 6
    for drawing in drawings(page):
        values = " ".join(v for node in drawing.iter() for v in node.attrib.values())
        assert not re.search(r"\b(nan|inf)\b", values)


def test_the_page_fetches_nothing_and_runs_nothing():
    page = page_of(some_run())
    assert "default-src 'none'" in page
    assert not re.search(r"<script|<link|<img|https?:|src=|@import|url\((?!#)", page)


def test_words_from_outside_are_shown_as_words():
    page = page_of(some_run())
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page


def test_a_run_of_nothing_has_a_page_too():
    for run in (
        Run(truth_of({}), tracks_of([]), 100.0),
        Run(truth_of({"a": [(0, 0.0)]}), tracks_of([]), 100.0),
        Run(truth_of({"a": [(t, 0.0) for t in range(9)]}), tracks_of([]), 100.0),
        Run(truth_of({"a": [(0, float("nan"))]}), tracks_of([(0, 1, float("nan"))]), 100.0),
    ):
        assert "</html>" in page_of(run)


@settings(max_examples=60)
@given(st.integers(0, 2**31))
def test_any_run_has_a_score_and_a_page_however_broken_its_rows_are(seed):
    rng = np.random.default_rng(seed)
    seconds = sorted(set(rng.integers(0, 12, 9).tolist()))
    names = [f"o{k}" for k in range(int(rng.integers(0, 4)))]
    truth = truth_of({name: [(t, rng.normal(0, 300)) for t in seconds] for name in names})
    truth.classes = [str(rng.choice(["multirotor", "bird", "?"])) for _ in names]
    keys = sorted({(int(rng.integers(-3, 15)), int(rng.integers(1, 4))) for _ in range(20)})
    tracks = tracks_of([(*key, rng.normal(0, 300)) for key in keys], sigma_m=5.0)
    tracks.class_prob = rng.choice([0.0, 1.0, 0.5, np.nan, 2.0, -1.0], len(keys))
    for states in (truth.state_enu, tracks.state_enu):
        if len(states):
            at = rng.integers(0, len(states)), rng.integers(0, 6)
            states[at] = rng.choice([0.0, np.nan, np.inf, 1e300])
    run = Run(truth, tracks, 100.0)
    card = scorecard(run)
    figures = [v for v in flattened(card).values() if isinstance(v, float)]
    assert np.isfinite(figures).all()
    assert not re.search(r'="[^"]*\b(nan|inf)\b', html(run, card))


def test_many_drones_are_drawn_as_median_and_worst():
    paths = {f"d{k:02}": [(t, 1e3 * k) for t in range(20)] for k in range(30)}
    tracks = tracks_of([(t, k, 1e3 * k + k) for k in range(30) for t in range(20)])
    page = page_of(Run(truth_of(paths), tracks, 100.0))
    assert "median of 30" in page
    assert "worst" in page


def test_clocks_and_verdicts_are_shown_with_what_failed(repository: Path, tmp_path: Path):
    site = load_site(repository / "scenarios" / "sites" / "ain_al_asad.toml")
    issue = {
        "event": "WarningRaised",
        "t_ns": 20 * S,
        "warning_id": 1,
        "revision": 1,
        "zone_id": "barracks",
        "track_ids": [1],
        "seconds_left_s": 40.0,
        "cause": "threat",
        "t_detect_ns": 5 * S,
    }
    run = some_run(site=site, events=[issue])
    card = scorecard(run)
    (tmp_path / "r.toml").write_text(
        'name = "t"\n[[requirements]]\nmetric = "mot.misses"\ncomparison = "<"\nthreshold = 0\n'
    )
    page = html(run, card, judge(load_requirements(tmp_path / "r.toml"), card))
    assert "The clock of each warning" in page
    assert "0 of 1 requirements met: FAIL" in page
    assert len(drawings(page)) == 7


@pytest.mark.parametrize(
    ("span", "parts", "step"), [(10, 5, 2), (11, 5, 5), (0.3, 4, 0.1), (0, 4, 0)]
)
def test_steps_are_round(span, parts, step):
    assert round_step(span, parts) == pytest.approx(step, abs=1e-8)


def test_ticks_do_not_lose_their_last_to_rounding():
    assert ticks(0.0, 0.3, 0.1) == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert ticks(2.0, 9.0, 3.0, origin=1.0) == [4.0, 7.0]


def test_a_line_is_broken_where_it_is_not_known():
    chart = Chart(0.0, 4.0, 0.0, 1.0, "m")
    chart.line(np.arange(5.0), np.array([0.0, 1.0, np.nan, 1.0, 0.5]), "")
    assert len(chart.parts) == 2


def test_evaluate_writes_the_page_and_says_where_it_cannot(tmp_path):
    truth, tracks = written(tmp_path)
    page = tmp_path / "card.html"
    done = vedette("evaluate", "--truth", truth, "--tracks", tracks, "--html", page)
    assert done.returncode == 0, done.stderr
    assert "<h1>truth and tracks</h1>" in page.read_text()
    missing = tmp_path / "no" / "card.html"
    failed = vedette("evaluate", "--truth", truth, "--tracks", tracks, "--html", missing)
    assert failed.returncode == 2
    assert str(missing) in failed.stderr
