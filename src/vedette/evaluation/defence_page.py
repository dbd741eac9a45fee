"""Defence as one self-contained page: the probability by raid size, and what each part adds.

In: a `Defence`, the site's mode. Out: HTML in the look of the incident report; nothing is fetched.
"""

import math
from collections.abc import Sequence

import vedette
from vedette.evaluation.chart import Chart, svg
from vedette.evaluation.defence import Added, Defence, Size
from vedette.evaluation.defence_words import (
    difference_words,
    figure_words,
    rate_words,
    signed_words,
)
from vedette.incident.drawing import text
from vedette.incident.statement import MARKS
from vedette.incident.style import CSS
from vedette.model.enums import Mode

STYLE = (
    CSS
    + """
.facts { grid-template-columns:repeat(4,1fr); } h3 { font-size:14px; margin:22px 0 4px; }
.bar-of { stroke:#1f4e7a; stroke-width:2; } .dot { fill:#1f4e7a; stroke:#fff; }
.dot.open { fill:#fff; stroke:#1f4e7a; stroke-width:1.6; } .zero { stroke:#1d2733; }
td.n { white-space:nowrap; }
"""
)
ROW = 24.0


def html(found: Defence, mode: Mode) -> str:
    """Write what a site could stop as one HTML page."""
    mark = MARKS[Mode.SIMULATED if mode == Mode.LIVE else mode]
    body = "".join((_header(found), _facts(found), _sizes(found), _parts(found), _limits(found)))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text('Defence, ' + found.site)}</title><style>{STYLE}</style></head>"
        f'<body><div class="mark">{text(mark)}</div><main>{body}{_footer()}</main></body></html>\n'
    )


def _header(found: Defence) -> str:
    people = "people at the console" if found.attended else "nobody at the console"
    return (
        f'<header><div class="kind">Defence, by simulation</div><h1>{text(found.site)}</h1>'
        f'<div class="when">attackers as in {text(found.scenario)} &middot; {text(people)} &middot;'
        f" seeds {found.seeds[0]} to {found.seeds[-1]} &middot; spread over {found.begin_s:g} s and"
        f" {found.turn_deg:g}&deg; to both sides</div></header>"
    )


def _facts(found: Defence) -> str:
    """Show the smallest and the greatest raid."""
    ends = [found.sizes[0], found.sizes[-1]] if len(found.sizes) > 1 else found.sizes
    facts = []
    for size in ends:
        share = 100.0 * size.held.times / size.held.of
        facts.append((f"{share:.0f} %", f"of raids of {size.raid}: nothing gets through"))
        facts.append((f"{size.warning.median_s:.0f} s", f"warned before a raid of {size.raid}"))
    cells = "".join(
        f'<div class="fact"><b>{text(a)}</b><span>{text(b)}</span></div>' for a, b in facts
    )
    return f'<div class="facts">{cells}</div>'


def _sizes(found: Defence) -> str:
    """Draw and list the probability by raid size."""
    heads = ("Raid", "Nothing gets through", "95 % interval", "Through, mean", "Warned before")
    rows = [
        [
            str(size.raid),
            f"{size.held.times} of {size.held.of}",
            f"{size.held.low:.1%} to {size.held.high:.1%}",
            f"{size.through_mean:.2f}",
            figure_words(size.warning) + _notes(size),
        ]
        for size in found.sizes
    ]
    return (
        "<section><h2>Does nothing get through?</h2>"
        f"<figure>{_chart(found.sizes)}<figcaption>Share of runs in which no attacker reached its"
        " asset, with the exact (Clopper-Pearson) 95 % interval.</figcaption></figure>"
        f"{_table(heads, rows)}</section>"
    )


def _notes(size: Size) -> str:
    """Say what must be known of a row."""
    notes = []
    if size.unwarned:
        notes.append(f"none in {size.unwarned}")
    if size.undecided:
        notes.append(f"{size.undecided} in the air at the end")
    if size.failed:
        notes.append(f"{size.failed} runs without an end")
    return f"; {', '.join(notes)}" if notes else ""


def _chart(sizes: Sequence[Size]) -> str:
    """Draw the probability by raid size; sizes side by side, not to scale."""
    chart = Chart(0.0, float(len(sizes)), 0.0, 1.0, "probability that nothing gets through")
    chart.y_axis(0.2, lambda value: f"{100.0 * value:.0f} %")
    base = chart.height - chart.bottom
    for k, size in enumerate(sizes):
        x = chart.x(k + 0.5)
        low, high = chart.y(size.held.low), chart.y(size.held.high)
        middle = chart.y(size.held.times / size.held.of)
        chart.parts.append(
            f'<path d="M{x:.1f},{low:.1f} V{high:.1f} M{x - 7:.1f},{low:.1f} h14'
            f' M{x - 7:.1f},{high:.1f} h14" class="bar-of" fill="none"/>'
            f'<circle cx="{x:.1f}" cy="{middle:.1f}" r="5" class="dot"/>'
            f'<text x="{x:.1f}" y="{base + 16}" text-anchor="middle">{size.raid}</text>'
        )
    chart.x_unit = "attackers in the raid"
    return chart.svg("Probability that nothing gets through, by raid size")


def _parts(found: Defence) -> str:
    """Draw and list what each part adds, raid by raid."""
    drawn = []
    for count in dict.fromkeys(added.raid for added in found.added):
        rows = [added for added in found.added if added.raid == count]
        heads = ("Part", "Adds to the probability", "Adds to the warning", "Held without it")
        cells = [
            [a.name, difference_words(a), signed_words(a.warning), rate_words(a.without.held)]
            for a in rows
        ]
        drawn.append(
            f"<h3>Raid of {count}</h3><figure>{_forest(rows)}</figure>{_table(heads, cells)}"
        )
    if not drawn:
        return ""
    return (
        "<section><h2>What each part adds</h2><p>Each part left out in turn, on the same seeds: the"
        " share of runs held with it, less the share held without it. An interval that holds zero"
        " means that these runs cannot tell. The shares do not add up: two that see the same each"
        f" add little.</p>{''.join(drawn)}</section>"
    )


def _forest(rows: Sequence[Added]) -> str:
    """Draw differences with their intervals, a line each."""
    left, right, wide = 250.0, 24.0, 760.0
    tall = 34.0 + ROW * len(rows)

    def x(value: float) -> float:
        return left + (value + 1.0) / 2.0 * (wide - left - right)

    parts = []
    for value in (-1.0, -0.5, 0.0, 0.5, 1.0):
        kind = "zero" if value == 0.0 else "grid"
        parts.append(
            f'<line x1="{x(value):.1f}" y1="4" x2="{x(value):.1f}" y2="{tall - 22:.1f}"'
            f' class="{kind}"/><text x="{x(value):.1f}" y="{tall - 7:.1f}" text-anchor="middle"'
            f' class="small">{value:+g}</text>'
        )
    for k, added in enumerate(rows):
        y = 18.0 + ROW * k
        tells = added.low_prob > 0.0 or added.high_prob < 0.0
        parts.append(
            f'<text x="{left - 12}" y="{y + 4:.1f}" text-anchor="end">{text(_short(added.name))}'
            f'</text><line x1="{x(added.low_prob):.1f}" y1="{y:.1f}" x2="{x(added.high_prob):.1f}"'
            f' y2="{y:.1f}" class="bar-of"/><circle cx="{x(added.held_prob):.1f}" cy="{y:.1f}"'
            f' r="5" class="dot{"" if tells else " open"}"/>'
        )
    return svg(wide, tall, "What each part adds to the probability", "".join(parts))


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33] + "\N{HORIZONTAL ELLIPSIS}"


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th class="{"n" if k else ""}">{text(h)}</th>' for k, h in enumerate(heads))
    body = "".join(
        "<tr>"
        + "".join(f'<td class="{"n" if k else ""}">{text(c)}</td>' for k, c in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"


def _limits(found: Defence) -> str:
    """Say what the figures stand on."""
    least = 1.0 - math.exp(math.log(0.05) / max(len(found.seeds), 1))
    items = (
        "Effectors are models: coverage, reaction, time to reach, a probability, a magazine. No"
        " figure here is a claim about any real one.",
        "People are models too: they look once a second, act after their reaction time, and do not"
        " tire.",
        f"{len(found.seeds)} seeds: what happens in fewer than {least:.0%} of raids may not have"
        " happened at all.",
        "Attackers are copies of the scenario's: each begins at a time and from a direction of its"
        " own, and all fly as they do.",
        "A sensor left out is silent from the beginning; an effector model left out has an empty"
        " magazine.",
    )
    listed = "".join(f"<li>{text(item)}</li>" for item in items)
    return f"<section><h2>What these figures do not say</h2><ul>{listed}</ul></section>"


def _footer() -> str:
    return (
        f"<footer>Made by vedette defence, version {text(vedette.__version__)}. How:"
        " docs/coverage-and-defence.md.</footer>"
    )
