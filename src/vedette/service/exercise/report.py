"""The score of an exercise as one self-contained page: no scripts, every text escaped."""

import vedette
from vedette.base.rfc3339 import format_rfc3339
from vedette.incident.drawing import text
from vedette.incident.statement import MARKS
from vedette.incident.style import CSS
from vedette.model.enums import Mode
from vedette.server.exercise_views import ExerciseScore, FlyerScore
from vedette.server.public import NS_PER_US

KINDS = {"drone": "drone", "lost_friend": "lost friend"}
HEADS = (
    "what", "tracks", "detected", "assessed", "warned", "delivered", "answered", "arrived",
    "cover before arrival", "wrongly identified",
)  # fmt: skip


def as_html(score: ExerciseScore) -> str:
    """Write the score."""
    facts = (
        (f"{score.detected} of {score.drones}", "drones detected"),
        (f"{score.in_time} of {score.arrived}", "arrived: cover ordered in time"),
        (str(score.missed), "arrived without a warning"),
        (f"{score.false_warnings} of {score.warnings}", "warnings false"),
        (str(score.wrong_identifications), "wrong identifications"),
        (str(score.acts), "acts of the watch"),
    )
    cards = "".join(f'<div class="fact"><b>{a}</b><span>{b}</span></div>' for a, b in facts)
    head = "".join(f"<th>{word}</th>" for word in HEADS)
    rows = "".join(_row(flying) for flying in score.flyers)
    when = f"{_utc(score.started_us)} to {_utc(score.ended_us)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        f"<title>Exercise: {text(score.site)}</title><style>{CSS}main {{ max-width:1200px; }}"
        "th, td { text-align:left; padding:4px 8px; vertical-align:top; }</style></head>"
        f'<body><div class="mark">{text(MARKS[Mode.EXERCISE])}</div><main>'
        f'<header><div class="kind">Exercise</div><h1>{text(score.site)}</h1>'
        f'<div class="when">{when}</div></header><div class="facts">{cards}</div>'
        f'<section><h2>Each flight</h2><p class="soft">Seconds since it appeared.</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></section>"
        f"<footer>Vedette {text(vedette.__version__)}. All that flew was simulated.</footer>"
        "</main></body></html>\n"
    )


def _row(flying: FlyerScore) -> str:
    name = f"{KINDS[flying.kind]} {flying.number}" + (f": {flying.name}" if flying.name else "")
    tracks = ", ".join(f"T{track_id:04d}" for track_id in flying.track_ids) or "none"
    times = (flying.detect_s, flying.assess_s, flying.decide_s, flying.deliver_s, flying.answer_s)
    cells = [name + f" at {flying.asset}", tracks, *(_seconds(t) for t in times)]
    cells += ["not yet" if flying.arrive_s is None else _seconds(flying.arrive_s), _cover(flying)]
    cells.append("; ".join(flying.wrong) or "no")
    return "<tr>" + "".join(f"<td>{text(cell)}</td>" for cell in cells) + "</tr>"


def _cover(flying: FlyerScore) -> str:
    if flying.in_time is None:
        return "-"
    if flying.cover_s is None:
        return "NONE"
    return f"{_seconds(flying.cover_s)}, {'in time' if flying.in_time else 'TOO LATE'}"


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f} s"


def _utc(t_us: int) -> str:
    return format_rfc3339(t_us // 1_000_000 * 1_000_000 * NS_PER_US)
