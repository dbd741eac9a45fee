"""The incident is told from the record alone, escaped, complete, and no further than it goes."""

import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from vedette import incident
from vedette.incident import Incident
from vedette.model import events as past
from vedette.model.enums import EngagementState, Identity, Mode, Outcome, WarningLevel

S = 1_000_000_000


@pytest.fixture
def told(base, events, paths) -> Incident:
    return incident.tell(
        base, events, paths, record="2022-01-04.mcap", version="0.1.0", verified="re-executed"
    )


def test_the_story_runs_from_first_detection_to_the_all_clear(told, events):
    assert told.began_t_ns == next(e.t_ns for e in events if isinstance(e, past.TrackStarted))
    assert told.closed
    assert told.ended_t_ns - told.began_t_ns == 330 * S
    assert [m.t_ns for m in told.moments] == sorted(m.t_ns for m in told.moments)
    assert [t.track_id for t in told.tracks] == [3, 4]
    assert told.others == 1


def test_every_step_has_its_seconds(told):
    spans = {(s.what, s.about): s.duration_s for s in told.spans}
    assert spans["first detection to warning", "Barracks"] == pytest.approx(62.0)
    assert spans["warning to delivery by display", "Barracks"] == pytest.approx(0.21)
    assert spans["warning to all-clear", "Barracks"] == pytest.approx(268.0)
    first = "T0003, engagement 1"
    assert spans["first held as a track to a person's assessment", first] == pytest.approx(40.0)
    assert spans["assessment to first authorisation", first] == pytest.approx(183.0)
    assert spans["first to second authorisation", first] == pytest.approx(8.0)
    assert spans["second authorisation to execution", first] == pytest.approx(1.0)


def test_warnings_and_engagements_keep_who_and_when(told):
    warning = told.warnings[0]
    assert (warning.level, warning.escalations) == (WarningLevel.IMMINENT, 1)
    assert (warning.delivered, warning.cleared_by) == ({"display": 0.21}, "Lund")
    first, second = told.engagements
    assert (first.first_person, first.second_person) == ("Reyes", "Okafor")
    assert first.state == EngagementState.EXECUTED
    assert second.outcome == Outcome.DESTROYED
    near = told.tracks[0]
    assert near.nearest_asset == "Flight line"
    assert near.nearest_m == pytest.approx(15_000.0 - 45.0 * 239.5, rel=0.1)


def test_what_is_not_known_is_said(told):
    limits = " ".join(told.limits)
    assert "attribution is left open" in limits
    assert "That T0003 was destroyed is read from its track alone" in limits
    assert "radar_south was stale from 03:41:35.0 UTC" in limits
    assert "3 inputs of radar_north were refused or dropped." in limits


def test_a_zone_drawn_long_before_is_told_with_who_and_why(base, events, paths):
    drawn = past.ZoneSet(
        t_ns=events[0].t_ns - 7200 * S, zone_id="huts", zone_name="Huts", change="drawn",
        revision=1, asset_id="base", take_cover_s=45.0, person="Reyes", reason="a camp <b>",
    )  # fmt: skip
    told = incident.tell(base, [drawn, *events], paths)
    first = told.moments[0]
    assert (first.text, first.by) == ("zone Huts drawn, 45 s to take cover: a camp <b>", "Reyes")
    assert "a camp &lt;b&gt;" in incident.html(told)


def test_an_open_warning_and_an_unsure_outcome_are_limits(base, events, paths):
    kept = [
        msgspec.structs.replace(e, outcome=Outcome.UNSURE, reason="few looks")
        if isinstance(e, past.OutcomeAssessed)
        else e
        for e in events
        if not isinstance(e, past.WarningCleared | past.WarningDelivered)
    ]
    told = incident.tell(base, kept, paths)
    limits = " ".join(told.limits)
    assert not told.closed
    assert "The record ends before the all-clear" in limits
    assert "What became of T0003 is not known: few looks." in limits
    assert "No delivery of the warning of Barracks is recorded." in limits


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_without_scripts_and_fetches_nothing(told):
    page = incident.html(told)
    seen = Tags()
    seen.feed(page)
    assert seen.open == []
    assert not {"script", "img", "link", "iframe", "object", "embed", "a"} & set(seen.tags)
    names = {name for name, _ in seen.attributes}
    assert not {n for n in names if n.startswith("on")} | ({"src", "href"} & names)
    assert not re.search(r"url\(|@import|https?:", page)
    assert seen.tags.count("svg") == 4


def test_hostile_names_stay_text(told):
    page = incident.html(told)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    assert not {"\u202e", "\x00"} & set(page)
    assert "\u202e" not in incident.statement(told)


def test_hostile_words_everywhere_stay_text(base, events, paths):
    nasty = "\"'><svg onload=alert(1)>\u2066]]>&"

    def poisoned(value):
        if isinstance(value, msgspec.Struct):
            fields = {f: poisoned(getattr(value, f)) for f in value.__struct_fields__}
            return type(value)(**fields)
        if type(value) is str:
            return nasty
        return value

    site = msgspec.structs.replace(
        base,
        name=nasty,
        assets=[msgspec.structs.replace(a, name=nasty) for a in base.assets],
        effectors=[msgspec.structs.replace(e, name=nasty) for e in base.effectors],
    )
    told = incident.tell(site, [poisoned(e) for e in events], paths, record=nasty, verified=nasty)
    page = incident.html(told)
    seen = Tags()
    seen.feed(page)
    assert seen.open == []
    assert seen.tags.count("svg") == 4
    assert not {name for name, _ in seen.attributes if name.startswith("on")}


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (Mode.SIMULATED, "SIMULATED - NOT A REAL EVENT"),
        (Mode.EXERCISE, "EXERCISE - NOT A REAL EVENT"),
        (Mode.REPLAY, "REPLAY"),
    ],
)
def test_what_is_not_live_is_marked_on_page_and_statement(told, mode, words):
    marked = msgspec.structs.replace(told, mode=mode)
    assert incident.statement(marked).startswith(words)
    assert f'class="mark">{words}' in incident.html(marked)
    live = msgspec.structs.replace(told, mode=Mode.LIVE)
    assert incident.statement(live).startswith("DRAFT STATEMENT")
    assert 'class="mark"' not in incident.html(live)


def test_the_statement_names_the_facts_and_nothing_else(told):
    text = " ".join(incident.statement(told).split())
    for fact in (
        "On 2022-01-04 two objects were identified as suspect or hostile",
        "the first held as a track from 03:40:40.0",
        "T0003, most probably a fixed-wing drone, HOSTILE by a person's decision, first held 15 km"
        " from the site's reference point",
        "Barracks was warned at 03:41:42.0, 262 s before the earliest estimated arrival.",
        "The warning rose to TAKE COVER at 03:43:34.0, 149 s before the earliest estimated",
        "delivered by display after 0.2 s",
        "authorised by two persons, at 03:44:23.0 and 03:44:31.0, and executed at 03:44:38.0.",
        "T0003 was assessed destroyed, by its track.",
        "One exhibit is on record.",
        "The all-clear was given at 03:46:10.0.",
        "Attribution is left open.",
    ):
        assert fact in text, fact
    for absent in ("casualt", "injur", "Reyes", "Okafor", "Lund", "responsible", "terror"):
        assert absent not in text


def test_a_record_without_an_incident_still_gives_a_page_and_a_statement(base):
    told = incident.tell(base, [], {})
    assert "no object was identified as suspect or hostile" in incident.statement(told)
    seen = Tags()
    seen.feed(incident.html(told))
    assert seen.open == []


def test_an_engagement_that_lapsed_is_told_as_such(base, events, paths):
    kept = [
        e
        for e in events
        if getattr(e, "engagement_id", 0) != 2 or isinstance(e, past.EngagementFirstAuthorised)
    ]
    kept.append(past.EngagementExpired(t_ns=events[-1].t_ns, engagement_id=2))
    text = " ".join(incident.statement(incident.tell(base, kept, paths)).split())
    assert "A first authorisation against T0004 was given at 03:44:45.0; it expired." in text


def test_the_same_record_gives_the_same_page(told, base, events, paths, tmp_path: Path):
    again = incident.tell(
        base, events, paths, record="2022-01-04.mcap", version="0.1.0", verified="re-executed"
    )
    assert incident.html(told) == incident.html(again)
    (tmp_path / "incident.html").write_text(incident.html(told), encoding="utf-8")


def words_of(paper) -> str:
    """Give all text of a paper's blocks, the drawings' too, in order, on one line."""
    texts: list[str] = []
    for block in paper.blocks:
        cells = [cell for row in block.rows for cell in row.cells]
        for line in (block.runs, *block.heads, *cells, *block.cells):
            texts += [run.text or " " for run in line] + [" "]
        texts += [unescape(words) for words in re.findall(r">([^<]*)</text>", block.svg)]
    return " ".join("".join(texts).replace("\u200b", "").split())


class Texts(HTMLParser):
    """Collects the text of a page's body."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag, attributes):
        self.skip += tag in ("style", "title") or ("class", "mark") in attributes
        self.texts.append(" ")

    def handle_endtag(self, tag):
        self.skip -= self.skip > 0
        self.texts.append(" ")

    def handle_data(self, data):
        if not self.skip:
            self.texts.append(data)


def test_the_paper_says_every_word_of_the_page_in_its_order(told):
    page = incident.html(told)
    read = Texts()
    read.feed(page[page.index("<main>") :])
    paper = incident.report_paper(told, page)
    assert "".join(words_of(paper).split()) == "".join("".join(read.texts).split())
    assert paper.mark == "SIMULATED - NOT A REAL EVENT"
    assert [b.kind for b in paper.blocks].count("drawing") == 4
    assert "HOSTILE by Okafor" in words_of(paper)


def test_drawings_on_paper_carry_their_own_look_and_fetch_nothing(told):
    paper = incident.report_paper(told, incident.html(told))
    for block in paper.blocks:
        if block.kind == "drawing":
            assert block.svg.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760')
            assert "var(" not in block.svg and "href" not in block.svg
            assert block.words


def test_a_statement_on_paper_keeps_what_people_wrote_and_its_mark(told):
    draft = incident.statement_paper(told, incident.statement(told))
    assert draft.blocks[0].kind == "title"
    assert "Barracks was warned at 03:41:42.0, 262 s before" in words_of(draft)
    assert "NOT A REAL EVENT" not in words_of(draft), "the mark is on every page already"
    edited = incident.statement_paper(told, "Ours.\n- one\n- two\n\n#panic()\u202e " + "y" * 60)
    assert edited.mark == "SIMULATED - NOT A REAL EVENT"
    first, second = edited.blocks
    assert [run.text for run in first.runs if run.look != "break"] == ["Ours.", "- one", "- two"]
    assert second.runs[0].text.startswith("#panic()\ufffd yyyyyyyy\u200byyyyyyyy")


def test_what_the_paper_does_not_know_is_a_defect(told):
    with pytest.raises(LookupError, match="iframe"):
        incident.report_paper(told, "<main><iframe></iframe></main>")


def unattended(events):
    """Take away all that people did."""
    kept = []
    for event in events:
        if isinstance(event, past.IdentityChanged):
            changes = {
                "by": "evidence",
                "after": Identity.SUSPECT,
                "reason": "inbound",
            }
            kept.append(msgspec.structs.replace(event, **changes))
        elif not isinstance(
            event,
            past.TrackAssessed
            | past.WarningAcknowledged
            | past.WarningCleared
            | past.ExhibitAttached
            | past.OutcomeAssessed
            | past.DebrisAreaEstimated,
        ) and not hasattr(event, "engagement_id"):
            kept.append(event)
    return kept


def test_where_nobody_was_at_the_console_the_statement_says_so(base, events, paths):
    text = " ".join(incident.statement(incident.tell(base, unattended(events), paths)).split())
    assert "SUSPECT by the evidence alone" in text
    assert "assessed" not in text, "no person assessed anything"
    assert "No person acknowledged a warning." in text
    assert "No engagement was authorised; nothing was engaged." in text
    assert "The warning rose to TAKE COVER at 03:43:34.0" in text


def test_a_first_detection_is_one_thing_throughout(base, events, paths):
    """The first plot of a threat comes before its track is held; the two are never mixed."""
    early = [
        msgspec.structs.replace(e, t_detect_ns=e.t_detect_ns - 3 * S)
        if isinstance(e, past.WarningRaised)
        else e
        for e in events
    ]
    told = incident.tell(base, early, paths)
    page = incident.html(told)
    assert "03:40:37 first detection" in page
    assert "the first held as a track from 03:40:40.0" in " ".join(page.split())
    assert "first detected at" not in page
    froms = {s.from_t_ns for s in told.spans if s.what.startswith("first detection")}
    assert froms == {told.began_t_ns}


def test_the_head_says_the_least_warning_of_all_zones(base, events, paths):
    raised = next(e for e in events if isinstance(e, past.WarningRaised))
    other = {"warning_id": 2, "zone_name": "Flight line", "seconds_left_s": 250.0}
    told = incident.tell(base, [*events, msgspec.structs.replace(raised, **other)], paths)
    page = incident.html(told)
    assert "<b>250 s</b><span>least warning of 2 zones, before the estimated arrival" in page


def test_letters_stand_clear_of_the_titles_of_the_plots(told):
    texts = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)"[^>]*class="(letter|small)">([^<]*)', incident.html(told)
    )
    titles = {
        float(y)
        for _, y, _, words in texts
        if words in ("km to the nearest asset", "m above the site")
    }
    letters = {float(y) for _, y, kind, _ in texts if kind == "letter"}
    assert titles and letters
    assert min(letters) - max(titles) >= 11.0


def test_no_label_reaches_beyond_the_edge_of_a_map(base, events, paths):
    """A generous width for each letter: the fonts of readers differ."""
    site = msgspec.structs.replace(
        base, assets=[msgspec.structs.replace(a, name="Command post WWWW") for a in base.assets]
    )
    page = incident.html(incident.tell(site, events, paths))
    found = re.findall(r'<text x="([\d.]+)" y="[\d.]+" class="halo (?:strong|wreck)">([^<]*)', page)
    assert found
    for x, words in found:
        assert float(x) + 7.2 * len(words) <= 760.0, words


def test_what_came_back_and_what_is_stale_is_said_in_full(base, events, paths):
    back = past.TrackRecalled(t_ns=events[-1].t_ns, track_id=3, reason="likely to reach an asset")
    told = incident.tell(base, [*events, back], paths)
    assert "T0003 is to be looked at again, it is worse than when a person judged it" in (
        incident.html(told)
    )
