"""The scorecard as one self-contained page: no scripts, nothing fetched, every text escaped.

In: a `Run`, its `Scorecard`, the verdicts of a set of requirements. Out: HTML in the look of the
incident report, for reading, printing and handing in.
"""

import vedette
from vedette.base.names import distance_words
from vedette.base.rfc3339 import format_rfc3339
from vedette.evaluation.alarms import AlarmLoad
from vedette.evaluation.card_map import run_map
from vedette.evaluation.card_plots import (
    calibration_plot,
    class_plot,
    clock_plot,
    error_plot,
    picture_plot,
    range_plot,
)
from vedette.evaluation.dti import Spread
from vedette.evaluation.identity import Falsely
from vedette.evaluation.requirements import Met, Verdicts
from vedette.evaluation.run import Run
from vedette.evaluation.scorecard import Scorecard
from vedette.evaluation.warnings import WarningScores, ZoneScore
from vedette.incident.drawing import text
from vedette.incident.statement import MARKS
from vedette.incident.style import CSS
from vedette.incident.words import utc
from vedette.model.alarms import MEAN_MAX, PEAK_MAX
from vedette.model.enums import Mode

STYLE = (
    CSS
    + """
.facts { grid-template-columns:repeat(5,1fr); } h3 { font-size:13px; margin:18px 0 4px; }
.truth { fill:none; stroke-linecap:round; } .truth.other { stroke:#c9d0d8; stroke-width:2.2; }
.truth.attacker { stroke:#e58e93; stroke-width:7; stroke-opacity:.55; }
.truth.drone { stroke:#9dc0e6; stroke-width:7; stroke-opacity:.6; }
.track { fill:none; stroke-width:1.4; } .track.minor { stroke-width:.7; stroke-opacity:.6; }
.destroyed { stroke:var(--ink); stroke-width:2; fill:none; }
.span { stroke:#8b95a1; stroke-width:2; }
.pair { display:grid; grid-template-columns:1fr 1fr; gap:18px; align-items:center; }
.met { color:#1d6b34; font-weight:600; } .failed { color:var(--alarm); font-weight:700; }
.verdict { border-left:4px solid; padding:6px 12px; background:var(--pale); }
@media print { .pair { break-inside:avoid; } }
@media (max-width:640px) { .pair { grid-template-columns:1fr; } }
"""
)


def html(run: Run, card: Scorecard, verdicts: Verdicts | None = None) -> str:
    """Write the scorecard of a run as one HTML page."""
    mark = MARKS[_mode(run)]
    band = f'<div class="mark">{text(mark)}</div>' if mark else ""
    body = "".join(
        (
            _header(run),
            _facts(card),
            _requirements(verdicts),
            _figure("The run", run_map(run), MAP_WORDS),
            _over_time(run),
            _detection(card),
            _classes(card),
            _warnings(card),
            _tracks(card),
            _limits(run, card),
            _footer(),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text('Scorecard, ' + _name(run))}</title><style>{STYLE}</style></head>"
        f"<body>{band}<main>{body}</main></body></html>\n"
    )


MAP_WORDS = (
    "Bands: where objects truly were (attackers red, other drones blue, the rest grey). Lines:"
    " tracks, in the colour of the identity they were told with. Squares: assets. Crosses:"
    " destroyed."
)


def _mode(run: Run) -> Mode:
    """Give the mode to mark the page with; a truth that a scenario wrote is simulated."""
    if run.site is not None:
        return run.site.mode
    return Mode.SIMULATED if "scenario" in run.truth.notes else Mode.LIVE


def _name(run: Run) -> str:
    named = run.truth.notes.get("scenario")
    if isinstance(named, str) and named:
        return named
    return run.site.name if run.site is not None else "truth and tracks"


def _header(run: Run) -> str:
    instants = run.aligned.instants_ns
    when = ""
    if len(instants):
        first, last = int(instants[0]), int(instants[-1])
        when = f"{format_rfc3339(first)[:10]}, {utc(first)[:8]} to {utc(last)[:8]} UTC &middot; "
    seed = run.truth.notes.get("seed")
    drawn = f" &middot; seed {int(seed)}" if isinstance(seed, int) else ""
    what = f"{len(run.truth.object_ids)} objects, {len(set(run.tracks.track_id.tolist()))} tracks"
    return (
        f'<header><div class="kind">Scorecard</div><h1>{text(_name(run))}</h1>'
        f'<div class="when">{when}{what}{drawn}</div></header>'
    )


def _facts(card: Scorecard) -> str:
    dti = card.dti
    facts = [
        (f"{dti.alarmed} of {dti.drones}", "drones raised an alarm"),
        (_distance(dti.first_alarm_range_m.q50), "range of the first alarm, median"),
        (_seconds(dti.time_to_detect_s.q50), "to detect a drone, median"),
        (_metres(dti.error_2d_m.q95), "95 % of the errors over ground, on drones"),
    ]
    if card.warnings is not None and card.warnings.lead_min_s is not None:
        facts.insert(0, (_seconds(card.warnings.lead_min_s), "from warning to arrival, at least"))
    else:
        facts.append((_figure_of(dti.false_alarms_per_h), "false alarms an hour"))
    cells = "".join(
        f'<div class="fact"><b>{text(value)}</b><span>{text(words)}</span></div>'
        for value, words in facts
    )
    return f'<div class="facts">{cells}</div>'


def _section(title: str, body: str) -> str:
    return f"<section><h2>{text(title)}</h2>{body}</section>" if body else ""


def _figure(title: str, drawn: str, words: str = "") -> str:
    caption = f"<figcaption>{text(words)}</figcaption>" if words else ""
    return _section(title, f"<figure>{drawn}{caption}</figure>") if drawn else ""


def _table(heads: list[str], rows: list[list[str]], numbers: tuple[int, ...] = ()) -> str:
    """Make a table of finished cells; `numbers` are the right-aligned columns."""
    if not rows:
        return ""

    def cells(row: list[str], tag: str) -> str:
        return "".join(
            f'<{tag} class="n">{cell}</{tag}>' if k in numbers else f"<{tag}>{cell}</{tag}>"
            for k, cell in enumerate(row)
        )

    head = cells([text(word) for word in heads], "th")
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _requirements(verdicts: Verdicts | None) -> str:
    if verdicts is None:
        return ""
    met = sum(row.passed for row in verdicts.verdicts)
    kind = "met" if verdicts.passed else "failed"
    word = "PASS" if verdicts.passed else "FAIL"
    whole = f"{met} of {len(verdicts.verdicts)} requirements met: {word}"
    rows = [_requirement_row(row) for row in verdicts.verdicts]
    return _section(
        f"Requirements: {verdicts.name}",
        f'<p class="verdict {kind}">{text(whole)}</p>'
        + _table(["", "Figure", "Found", "Wanted"], rows, (2, 3)),
    )


def _requirement_row(row: Met) -> list[str]:
    kind, word = ("met", "met") if row.passed else ("failed", "NOT MET")
    why = f'<br><span class="soft">{text(row.why)}</span>' if row.why else ""
    return [
        f'<span class="{kind}">{word}</span>',
        text(row.metric) + why,
        text(_figure_of(row.value)),
        text(f"{row.comparison} {_figure_of(row.threshold)}"),
    ]


def _over_time(run: Run) -> str:
    words = (
        "Above: how far the track on each drone was off over ground, gross errors cut at the top."
        " Below: how many objects were there to be seen, how many of them had no track, and how"
        " many tracks were on nothing."
    )
    drawn = error_plot(run) + picture_plot(run)
    return _figure("Error over time", drawn, words)


def _detection(card: Scorecard) -> str:
    dti = card.dti
    if not dti.drones:
        return ""
    rows = [
        [
            text(drone.object_id),
            _seconds(drone.detect_s),
            _seconds(drone.track_s),
            _seconds(drone.identify_s),
            _seconds(drone.alarm_s),
            text(_distance(drone.first_alarm_range_m)),
            str(drone.tracks),
        ]
        for drone in dti.by_drone[:60]
    ]
    heads = ["Drone", "Detected", "Tracked", "Identified", "Alarm", "At range", "Tracks"]
    interval = f"{_share(dti.alarm_low_prob)} to {_share(dti.alarm_high_prob)}"
    said = (
        f"<p>An alarm was raised for {dti.alarmed} of {dti.drones} drones (exact 95 % interval of"
        f" the probability: {interval}). {_counted(dti.false_alarms, 'false alarm')},"
        f" {_figure_of(dti.false_alarms_per_h)} an hour. Errors on drones, at 50 and 95 %:"
        f" {_spread(dti.error_2d_m)} m over ground, {_spread(dti.error_3d_m)} m in space. The"
        f" picture is {_spread(dti.latency_s, 2)} s late. Times from when each drone could first be"
        " seen.</p>"
    )
    return _section(
        "Detection, tracking, identification",
        f"<figure>{range_plot(card)}</figure>{said}{_table(heads, rows, (1, 2, 3, 4, 5, 6))}",
    )


def _classes(card: Scorecard) -> str:
    found, dti = card.identity, card.dti
    calibration = calibration_plot(card)
    brier = (
        f"Brier score {_figure_of(found.class_brier)}, probabilities off by"
        f" {_share(found.class_calibration_error_prob)} on average over {found.class_instants}"
        " instants. Below the diagonal the picture promises too much, above it too little; a larger"
        " disc stands for more instants."
    )
    rows = [
        _false_row("told HOSTILE, and not hostile", found.false_hostile),
        _false_row("told SUSPECT, and not hostile", found.false_suspect),
        _false_row("told friend or neutral, and hostile", found.false_friend),
    ]
    heads = ["", "Objects", "Told so", "Upper 95 % bound", "Which"]
    pair = (
        f'<div class="pair"><figure>{calibration}</figure><p class="soft">{text(brier)}</p></div>'
        if calibration
        else ""
    )
    table = class_plot(card)
    words = f"Class right in {_share(dti.class_right_ratio)} of the instants (rows: true class)."
    confusion = f"<figure>{table}<figcaption>{text(words)}</figcaption></figure>" if table else ""
    return _section(
        "What and who: can it be believed", pair + confusion + _table(heads, rows, (1, 2, 3))
    )


def _false_row(words: str, found: Falsely) -> list[str]:
    names = ", ".join(found.object_ids[:6]) + (" ..." if len(found.object_ids) > 6 else "")
    high = "none to count" if found.high_prob is None else _share(found.high_prob)
    return [text(words), str(found.objects), str(found.told), text(high), text(names)]


def _warnings(card: Scorecard) -> str:
    found = card.warnings
    if found is None:
        return ""
    rows = [_zone_row(zone) for zone in found.zones]
    heads = ["Zone", "", "", "Gained", "From delivery", "To take cover", ""]
    said = (
        f"<p>{found.issues} warnings and escalations, {found.false_issues} of them about no"
        f" attacker. {_arrival_words(found)} {_load_words(found.load)}</p>"
    )
    clock = clock_plot(card)
    drawn = f"<h3>The clock of each warning</h3><figure>{clock}</figure>" if clock else ""
    return _section("Warnings", _table(heads, rows, (3, 4, 5)) + said + drawn)


def _load_words(load: AlarmLoad) -> str:
    """Say how many alarms there were, against what a person can carry."""
    said = f"{_counted(load.alarms, 'alarm')}, {load.per_10_min_peak} at the peak in ten minutes"
    said += f" ({'within' if load.per_10_min_peak < PEAK_MAX else 'above'} the limit of EEMUA 191"
    said += " and ISA-18.2, under 10)."
    quiet = _duration_words(load.quiet_s)
    if load.quiet_per_10_min is None:
        return f"{said} Quiet for {quiet}: too short to judge the average of quiet times."
    kept = "within" if load.quiet_per_10_min < MEAN_MAX else "above"
    each = _figure_of(load.quiet_per_10_min)
    return f"{said} In {quiet} without an attack {each} in ten minutes: {kept} the limit, under 1."


def _duration_words(span_s: float) -> str:
    """Say a span of time as people do."""
    return f"{span_s:.0f} s" if span_s < 120.0 else f"{span_s / 60.0:.0f} min"


def _counted(count: int, word: str) -> str:
    """Say how many of something there are."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _zone_row(zone: ZoneScore) -> list[str]:
    in_time = ""
    if zone.in_time is not None:
        kind, word = ("met", "in time") if zone.in_time else ("failed", "NOT in time")
        in_time = f'<span class="{kind}">{word}</span>'
    return [
        text(zone.name),
        "attacked" if zone.attacked else "not attacked",
        "warned" if zone.warned else "not warned",
        _seconds(zone.lead_s),
        _seconds(zone.delivered_lead_s),
        _seconds(zone.needed_s),
        in_time,
    ]


def _arrival_words(found: WarningScores) -> str:
    """Say how right the seconds were that warnings said were left."""
    size, signed = found.arrival_error_size_s, found.arrival_error_s
    if size.q50 is None or signed.q50 is None:
        return "No warning said how long was left to an arrival that is known."
    way = "too few" if signed.q50 < 0 else "too many"
    return (
        f"The seconds told to be left were wrong by {_spread(size)} s at 50 and 95 %,"
        f" {way} in the median, over {size.count} warnings."
    )


def _tracks(card: Scorecard) -> str:
    siap, mot, nees = card.siap, card.mot, card.nees
    rows = [
        ("GOSPA, mean", card.gospa_mean_m, "m", f"cut-off {card.cutoff_m:g} m"),
        ("OSPA(2)", card.ospa2_m, "m", "whole run, order 1"),
        ("Completeness", siap.completeness_ratio, "", "SIAP, best 1"),
        ("Ambiguity", siap.ambiguity_ratio, "", "SIAP, best 1"),
        ("Spuriousness", siap.spurious_ratio, "", "SIAP, best 0"),
        ("Position accuracy", siap.position_accuracy_m, "m", "SIAP, mean"),
        ("Velocity accuracy", siap.velocity_accuracy_mps, "m/s", "SIAP, mean"),
        ("Changes of track number", siap.track_change_rate_hz, "1/s", "SIAP"),
        ("Longest track segment", siap.longest_segment_ratio, "", "SIAP, best 1"),
        ("MOTA", mot.mota_ratio, "", "CLEAR-MOT, best 1"),
        ("MOTP", mot.motp_m, "m", "CLEAR-MOT, mean distance"),
        ("NEES of the position", nees.mean, "", "best 3; above, tracks promise too much"),
        ("Errors inside their 95 % ellipsoid", nees.within_95_ratio, "", "best 0.95"),
    ]
    cells = [
        [text(name), text(f"{_figure_of(value)} {unit}".strip()), text(words)]
        for name, value, unit, words in rows
    ]
    return _section("Tracks", _table(["Measure", "Found", ""], cells, (1,)))


def _limits(run: Run, card: Scorecard) -> str:
    limits = [
        "One run: another seed, another day gives other figures. Intervals are over its objects."
    ]
    if "scenario" in run.truth.notes:
        limits.append(
            "Sensors and objects were simulated; nothing here is a claim about a real attack."
        )
    if run.site is None:
        limits.append("No site file was given: objects count as missed wherever they were.")
    else:
        limits.append(
            "Objects that no radar of the site could see need no track and are not missed."
        )
    if card.nees.mean is not None:
        limits.append(
            "Tracks files keep one sigma an axis and no correlations; NEES is made with these."
        )
    if card.warnings is not None and not card.warnings.detect_to_deliver_s.count:
        limits.append("No channel confirmed a delivery in this run, so its seconds are not known.")
    items = "".join(f"<li>{text(limit)}</li>" for limit in limits)
    return _section("What these figures do not say", f"<ul>{items}</ul>")


def _footer() -> str:
    return (
        f"<footer>Made by vedette evaluate, version {text(vedette.__version__)}. What each figure"
        " means: docs/scorecard.md.</footer>"
    )


def _figure_of(value: float | bool | None) -> str:
    """Write a figure with three digits that matter."""
    if value is None:
        return "not measured"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e6 else f"{value:.3g}"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} s" if value < 100 else f"{value:.0f} s"


def _distance(value: float | None) -> str:
    return "-" if value is None else distance_words(value)


def _metres(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} m" if value >= 10 else f"{value:.1f} m"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.1f} %"


def _spread(found: Spread, digits: int = 1) -> str:
    if found.q50 is None or found.q95 is None:
        return "not measured"
    return f"{found.q50:.{digits}f} and {found.q95:.{digits}f}"
