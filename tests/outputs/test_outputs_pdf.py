"""A report on paper: what people wrote is shown and never run, and the making of it is bounded."""

import re
import threading
import time

import msgspec
import pytest
from pdf_text import objects, pages

from vedette.base.errors import RefusedError, VedetteError
from vedette.incident.paper import Block, Paper, Row, Run, breakable
from vedette.outputs import pdf

typst = pytest.importorskip("typst")

PAYLOADS = (
    '#import "@preview/cetz:0.3.1": *',
    '#read("/etc/passwd")',
    '#image("/etc/passwd")',
    '#include "secret.typ"',
    "#sys.inputs.paper",
    "#panic()",
    "#let x = 1; #x",
    "#while true {}",
    '#eval("1 + 1")',
    "$ x^2 $ and $ unclosed",
    "*bold* _soft_ `raw` = head",
    "\\u{41} \\n \\",
    "]]) #[ } {",
    "\"quoted\" 'quoted' // none /* of */ it",
    "<label> @reference",
    "--- ... ~ -? 1/2",
    "<script>alert(1)</script>",
    '<svg onload="alert(1)"><image href="file:///etc/passwd"/></svg>',
    "&lt;not&gt; &amp; twice",
    "({[%PDF-1.7 endobj stream",
)


def a_paper(*texts: str, **changes: object) -> Paper:
    blocks = [Block(kind="para", runs=[Run(text=text)]) for text in texts]
    return msgspec.structs.replace(
        Paper(title="Tried", mark="SIMULATED - NOT A REAL EVENT", t_ns=0, blocks=blocks), **changes
    )


def said(data: bytes) -> str:
    """Give all that a PDF says, on one line, without the empty places where words may break."""
    return re.sub(r"\s+", " ", " ".join(pages(data)).replace("\u200b", ""))


def test_what_people_wrote_is_shown_letter_by_letter_and_never_run():
    shown = said(pdf.pdf(a_paper(*PAYLOADS), 0))
    for payload in PAYLOADS:
        assert " ".join(payload.split()) in shown, payload
    assert "root:" not in shown


def test_every_place_of_a_paper_takes_hostile_words_as_words():
    for kind in ("over", "title", "when", "heading", "soft", "quote", "caption", "alarm", "item",
                 "letter", "footer"):  # fmt: skip
        words = '#read("/etc/passwd") $x'
        block = Block(kind=kind, runs=[Run(text="a", look="strong"), Run(text=words)])
        shown = said(pdf.pdf(a_paper(blocks=[block], title=words, mark=words), 0))
        wanted = words.upper() if kind == "over" else words
        assert shown.count(words) >= 2 and wanted in shown, kind
    cell = [Run(text="#panic()")]
    table = Block(kind="table", heads=[cell, cell], rows=[Row(cells=[cell, cell])], right=[1])
    facts = Block(kind="facts", cells=[[Run(text="#panic()", look="strong"), *cell]])
    shown = said(pdf.pdf(a_paper(blocks=[table, facts]), 0))
    assert shown.count("#panic()") == 4 and shown.count("#PANIC()") == 2


def test_cyrillic_and_arabic_are_there():
    shown = said(pdf.pdf(a_paper("Дрон над табором, Київ", "Ґанок їжака"), 0))
    assert "Дрон над табором, Київ" in shown and "Ґанок їжака" in shown
    arabic = pages(pdf.pdf(a_paper("مرحبا"), 0))
    assert set("مرحبا") <= set("".join(arabic))


@pytest.mark.parametrize(
    "where", ["/etc/hostname", "file:///etc/passwd", "../../etc/passwd", "http://127.0.0.1:9/x.png"]
)
def test_a_drawing_that_names_a_file_or_an_address_gets_nothing(where):
    """Our own drawings escape every text; one that did not could still name no file."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
        f'<image href="{where}" width="9" height="9"/></svg>'
    )
    with pytest.raises(VedetteError, match=r"no PDF: .*(not allowed|not found|linked image)"):
        pdf.pdf(a_paper(blocks=[Block(kind="drawing", svg=svg, words="a drawing")]), 0)


def test_the_compiler_opens_no_connection_and_no_file_of_ours():
    """Its source asks for none of it, and what it is given as its root is empty."""
    source = pdf.TEMPLATE.read_text()
    code = "\n".join(line.partition("//")[0] for line in source.splitlines())
    for word in ("import", "include", "read(", "eval", "plugin", "@preview", "csv(", "yaml("):
        assert word not in code, word
    assert re.findall(r"json\(([^)]*)\)", code) == ["bytes(sys.inputs.paper"]


@pytest.mark.parametrize("asked", ["/etc/passwd", "../../../../../../etc/passwd"])
def test_a_source_that_did_ask_could_read_no_file(asked, tmp_path):
    with pytest.raises(RuntimeError, match=r"not found|escape the project root"):
        typst.Compiler(f'#read("{asked}")'.encode(), root=tmp_path).compile(format="pdf")


def test_words_without_a_space_stay_on_the_paper():
    long_word = "x" * 5_000
    assert breakable("short words only") == "short words only"
    assert breakable(long_word).replace("\u200b", "") == long_word
    made = pdf.pdf(a_paper(breakable(long_word)), 0)
    lines = [line for line in "\n".join(pages(made)).splitlines() if set(line) >= {"x"}]
    assert sum(line.count("x") for line in lines) == 5_000
    assert max(len(line) for line in lines) < 200


def test_the_same_paper_gives_the_same_file_and_bears_the_records_date():
    first = pdf.pdf(a_paper("one"), 1_641_254_400_000_000_000)
    assert first == pdf.pdf(a_paper("one"), 1_641_254_400_000_000_000)
    assert b"D:20220104000000" in b"".join(objects(first).values()) + first


def test_what_is_too_long_or_takes_too_long_is_refused_in_words(monkeypatch):
    with pytest.raises(RefusedError, match="too long for a PDF"):
        pdf.pdf(a_paper("y" * (pdf.PAPER_MAX_BYTES + 1)), 0)
    begun_s = time.monotonic()
    with pytest.raises(RefusedError, match=r"not done in 0.05 s"):
        pdf.pdf(a_paper("one"), 0, time_max_s=0.05)
    assert time.monotonic() - begun_s < 5.0
    monkeypatch.setattr(pdf, "SIZE_MAX_BYTES", 100)
    with pytest.raises(RefusedError, match="larger than 100 bytes"):
        pdf.pdf(a_paper("one"), 0)


def test_a_long_night_is_set_within_its_time():
    rows = [
        Row(cells=[[Run(text=text)] for text in (f"03:{k // 60:02d}", "track", "T0001 seen " * 8)])
        for k in range(1_500)
    ]
    heads = [[Run(text=text)] for text in ("UTC", "", "What happened")]
    begun_s = time.monotonic()
    made = pdf.pdf(a_paper(blocks=[Block(kind="table", heads=heads, rows=rows)]), 0)
    assert time.monotonic() - begun_s < pdf.TIME_MAX_S
    assert len(pages(made)) > 15 and len(made) < pdf.SIZE_MAX_BYTES


def test_a_compiler_that_fails_says_so_in_one_line():
    with pytest.raises(VedetteError, match=r"^no PDF: .*SVG") as failed:
        pdf.pdf(a_paper(blocks=[Block(kind="drawing", svg="no drawing")]), 0)
    assert "\n" not in str(failed.value)


def test_without_the_extra_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(pdf.importlib.util, "find_spec", lambda name: None)
    assert pdf.unavailable() == "PDF needs typst: pip install 'vedette[typst]'"
    with pytest.raises(VedetteError, match=r"vedette\[typst\]"):
        pdf.pdf(a_paper("one"), 0)


def test_two_papers_at_once_do_not_mix():
    made: dict[str, bytes] = {}

    def make(word: str) -> None:
        made[word] = pdf.pdf(a_paper(word), 0)

    threads = [threading.Thread(target=make, args=(word,)) for word in ("alpha", "omega")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "alpha" in said(made["alpha"]) and "omega" not in said(made["alpha"])
