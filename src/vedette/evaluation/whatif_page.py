"""A comparison as one self-contained page: no scripts, nothing fetched, every text escaped."""

import vedette
from vedette.base.constants import NS_PER_S
from vedette.base.rfc3339 import format_rfc3339
from vedette.evaluation.chart import Chart
from vedette.evaluation.whatif import LevelDifference, WhatIf
from vedette.evaluation.whatif_words import in_words
from vedette.incident.drawing import text
from vedette.incident.statement import MARKS
from vedette.incident.style import CSS
from vedette.incident.words import utc
from vedette.model.enums import Mode

STYLE = CSS + "pre { white-space:pre-wrap; font:13px/1.5 inherit; } td.num { text-align:right; }"
BEFORE, AFTER = 'stroke="#8b95a1" stroke-width="7"', 'stroke="#1b5fa8" stroke-width="7"'
ROW = 26.0  # height of one zone in the chart


def html(found: WhatIf, mode: Mode) -> str:
    """Write a comparison as one HTML page. mode: of the recorded site, marked above."""
    mark = MARKS[mode]
    band = f'<div class="mark">{text(mark)}</div>' if mark else ""
    lines = "\n".join(in_words(found))
    title = text("; ".join(found.changes) or "nothing changed")
    body = (
        f'<header><div class="kind">What if</div><h1>{title}</h1>'
        f'<div class="when">{text(found.recording)}, {format_rfc3339(found.started_ns)[:10]},'
        f" {utc(found.started_ns)[:8]} UTC, {found.duration_s:.0f} s</div></header>"
        f"<section><h2>Warnings</h2>{_table(found)}{_chart(found)}</section>"
        f"<section><h2>In words</h2><pre>{text(lines)}</pre></section>"
        f"<footer>Vedette {text(vedette.__version__)}</footer>"
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>What if: {text(found.recording)}</title><style>{STYLE}</style></head>"
        f"<body>{band}<main>{body}</main></body></html>\n"
    )


def _table(found: WhatIf) -> str:
    rows = "".join(
        f"<tr><td>{text(zone.name)}</td><td>{level.level}</td>"
        f"<td>{_at(found, level.before_s)}</td><td>{_at(found, level.after_s)}</td>"
        f'<td class="num">{_gain(level)}</td></tr>'
        for zone in found.zones
        for level in zone.levels
    )
    return (
        "<table><thead><tr><th>zone</th><th>level</th><th>before, UTC</th>"
        "<th>with the change</th><th>earlier by</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _at(found: WhatIf, seconds: float | None) -> str:
    return "never" if seconds is None else utc(found.started_ns + round(seconds * NS_PER_S))


def _gain(level: LevelDifference) -> str:
    return "-" if level.earlier_s is None else f"{level.earlier_s:+.1f} s"


def _chart(found: WhatIf) -> str:
    """Draw for each zone when it was first warned: before above, with the change below."""
    warned = [z for z in found.zones if any(r.before_s is not None or r.after_s is not None
                                            for r in z.levels)]  # fmt: skip
    if not warned:
        return ""
    chart = Chart(
        0.0,
        max(found.duration_s, 1.0),
        0.0,
        float(len(warned)),
        "",
        height=60 + ROW * len(warned) * 1.6,
        left=120.0,
    )
    chart.time_axis(found.started_ns)
    for k, zone in enumerate(warned):
        base = len(warned) - k - 0.5
        chart.note(4.0, chart.y(base) + 4.0, zone.name[:18])
        for level in zone.levels:
            for at_s, style, shift in (
                (level.before_s, BEFORE, 0.16),
                (level.after_s, AFTER, -0.16),
            ):
                if at_s is not None:
                    x, y = chart.x(at_s), chart.y(base + shift)
                    ends = f'x1="{x:.1f}" y1="{y - 4:.1f}" x2="{x:.1f}" y2="{y + 4:.1f}"'
                    chart.parts.append(f"<line {ends} {style}/>")
                    chart.note(x + 7.0, y + 4.0, level.level)
    chart.key([(BEFORE, "before"), (AFTER, "with the change")])
    return chart.svg("When each zone was first warned, before and with the change")
