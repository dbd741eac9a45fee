"""The report as one self-contained page: no scripts, nothing fetched, every text escaped."""

from vedette.base.names import class_words, distance_words, track_name
from vedette.base.rfc3339 import format_rfc3339
from vedette.incident.drawing import site_map, text, wreckage_map
from vedette.incident.plots import height_plot, marks, range_plot
from vedette.incident.statement import CHANGED, MARKS, paragraphs
from vedette.incident.story import EngagementStory, Incident, InvolvedTrack, WarningStory
from vedette.incident.style import CSS
from vedette.incident.words import utc, utc_date
from vedette.model.enums import Outcome

_NONE = '<span class="soft">not recorded</span>'


def html(incident: Incident) -> str:
    """Write the report of an incident as one HTML page for reading, printing and handing in."""
    mark = MARKS[incident.mode]
    band = f'<div class="mark">{text(mark)}</div>' if mark else ""
    body = "".join(
        part(incident)
        for part in (
            _header,
            _changes,
            _facts,
            _brief,
            _drawings,
            _timeline,
            _spans,
            _tracks,
            _warnings,
            _engagements,
            _debris,
            _exhibits,
            _sources,
            _limits,
            _footer,
        )
    )
    title = f"Incident report, {incident.site_name}, {utc_date(incident.began_t_ns)}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text(title)}</title><style>{CSS}</style></head>"
        f"<body>{band}<main>{body}</main></body></html>\n"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{text(title)}</h2>{body}</section>" if body else ""


def _table(heads: list[str], rows: list[str], numbers: tuple[int, ...] = ()) -> str:
    """Make a table; `rows` are finished <tr> elements, `numbers` the right-aligned columns."""
    if not rows:
        return ""
    cells = "".join(
        f'<th class="n">{text(head)}</th>' if i in numbers else f"<th>{text(head)}</th>"
        for i, head in enumerate(heads)
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _header(incident: Incident) -> str:
    end = utc(incident.ended_t_ns)[:8]
    how = "all-clear" if incident.closed else "end of the record, no all-clear"
    return (
        f'<header><div class="kind">Incident report</div><h1>{text(incident.site_name)}</h1>'
        f'<div class="when">{utc_date(incident.began_t_ns)}, {utc(incident.began_t_ns)[:8]} first'
        f" detection to {end} {how} &middot; all times UTC</div></header>"
    )


def _changes(incident: Incident) -> str:
    """Warn the reader where the record is not what was written."""
    if not incident.changes:
        return ""
    places = "".join(f"<li>{text(where)}</li>" for where in incident.changes)
    return f'<div class="changed"><b>{CHANGED}</b><ul>{places}</ul></div>'


def _facts(incident: Incident) -> str:
    armed = [t for t in incident.tracks if t.engageable]
    raised = [w for w in incident.warnings if w.cause != "human"]
    lead_s = min((w.seconds_left_s for w in raised), default=None)
    took_s = min(
        ((w.raised_t_ns - w.detect_t_ns) / 1e9 for w in raised if w.raised_t_ns >= w.detect_t_ns),
        default=None,
    )
    gone = {e.track_id for e in incident.engagements if e.outcome == Outcome.DESTROYED}
    near = [t for t in armed if t.nearest_m is not None]
    closest = min(near, key=lambda t: t.nearest_m or 0.0) if near else None
    facts = [
        (
            str(len(armed)),
            "objects identified as suspect or hostile"
            if len(armed) != 1
            else "object identified as suspect or hostile",
        ),
        (
            f"{lead_s:.0f} s" if lead_s is not None else "none",
            f"least warning of {len(raised)} zones, before the estimated arrival"
            if len(raised) > 1
            else "warning before the estimated arrival",
        ),
        (f"{took_s:.0f} s" if took_s is not None else "none", "first detection to first warning"),
        (
            f"{len(gone)} of {len(armed)}",
            "assessed destroyed"
            + (f"; closest recorded {distance_words(closest.nearest_m or 0.0)}" if closest else ""),
        ),
    ]
    cells = "".join(
        f'<div class="fact"><b>{text(value)}</b><span>{text(words)}</span></div>'
        for value, words in facts
    )
    one = incident.others == 1
    others = (
        f"{incident.others} further {'track was' if one else 'tracks were'} in the picture and"
        " not involved."
    )
    return f'<div class="facts">{cells}</div><p class="soft">{text(others)}</p>'


def _brief(incident: Incident) -> str:
    return _section("In brief", "".join(f"<p>{text(said)}</p>" for said in paragraphs(incident)))


def _drawings(incident: Incident) -> str:
    if not any(track.path for track in incident.tracks):
        return ""
    letters = "".join(
        f'<li><b>{m.letter}</b><span class="when">{utc(m.t_ns)}</span> {text(m.words)}</li>'
        for m in marks(incident)
    )
    caption = (
        "Recorded tracks from the open circle (first place, with its time) to the arrowhead (last"
        " place). Blue: defended assets. Dashed ellipses: where wreckage is expected. Rings about"
        " the site's reference point. North up."
    )
    return _section(
        "Map and profiles",
        f"<figure>{site_map(incident)}<figcaption>{text(caption)}</figcaption></figure>"
        f"<figure>{range_plot(incident)}</figure><figure>{height_plot(incident)}</figure>"
        f'<ul class="letters">{letters}</ul>',
    )


def _timeline(incident: Incident) -> str:
    rows = [
        f'<tr class="{text(m.kind)}"><td class="t">{utc(m.t_ns)}</td>'
        f'<td class="tag">{text(m.kind)}</td><td>{text(m.text)}</td><td>{text(m.by)}</td></tr>'
        for m in incident.moments
    ]
    return _section("Timeline", _table(["UTC", "", "What happened", "Who"], rows))


def _spans(incident: Incident) -> str:
    rows = [
        f'<tr><td>{text(s.what)}</td><td>{text(s.about)}</td><td class="t">{utc(s.from_t_ns)}</td>'
        f'<td class="n">{s.duration_s:.1f} s</td></tr>'
        for s in incident.spans
    ]
    note = (
        '<p class="soft">First detection: the first plot of what people were warned of. A track is'
        " held a little later, when several plots agree that something is there.</p>"
    )
    table = _table(["Step", "Of", "From", "Took"], rows, (3,))
    return _section("How long it took", note + table if rows else "")


def _tracks(incident: Incident) -> str:
    rows = [_track_row(track) for track in incident.tracks]
    heads = ["Track", "Held", "First held", "Class", "Identity", "Closest recorded", "End"]
    return _section("Tracks involved", _table(heads, rows))


def _track_row(track: InvolvedTrack) -> str:
    chance = f" ({track.class_prob:.2f})" if track.class_prob is not None else ""
    by = "" if track.identity_by == "evidence" else f" by {track.identity_by}"
    where = _NONE
    if track.first_range_m is not None and track.first_bearing_deg is not None:
        where = f"{distance_words(track.first_range_m)}, {track.first_bearing_deg:03.0f}&deg;"
    near = _NONE
    if track.nearest_m is not None:
        near = f"{distance_words(track.nearest_m)}, {text(track.nearest_asset)}"
    return (
        f"<tr><td><b>{track_name(track.track_id)}</b></td>"
        f'<td class="t">{utc(track.first_t_ns)[:8]}<br>{utc(track.last_t_ns)[:8]}</td>'
        f"<td>{where}</td><td>{text(class_words(track.object_class))}{chance}</td>"
        f"<td>{text(track.identity)}{text(by)}</td><td>{near}</td>"
        f"<td>{text(track.end) or _NONE}</td></tr>"
    )


def _warnings(incident: Incident) -> str:
    return _section("Warnings", "".join(_warning(w) for w in incident.warnings))


def _warning(warning: WarningStory) -> str:
    why = {
        "threat": "an assessed threat",
        "unassessed": "an inbound track that nobody had assessed",
        "human": "an order of the watch",
    }.get(warning.cause, warning.cause)
    delivered = [f"{c} after {s:.2f} s" for c, s in sorted(warning.delivered.items())]
    delivered += [f"NOT by {c}: {d}" for c, d in sorted(warning.failed.items())]
    lines = [
        f"<p><b>{text(warning.zone_name)}</b>, warned {utc(warning.raised_t_ns)}"
        f" ({warning.seconds_left_s:.0f} s left) because of {text(why)}; highest level"
        f" {text(warning.level.upper())}"
        + (
            f", imminent from {utc(warning.imminent_t_ns)}"
            if warning.imminent_t_ns is not None
            else ""
        )
        + f"; issued {_times(1 + warning.escalations)}.</p>",
        f"<blockquote>{text(warning.spoken)}</blockquote>",
        f"<p>Delivered: {text('; '.join(delivered)) if delivered else _NONE}. Acknowledged:"
        f" {_by(warning.acknowledged_by, warning.acknowledged_t_ns)}. All-clear:"
        f" {_by(warning.cleared_by, warning.cleared_t_ns)}"
        f"{f' ({text(warning.cleared_reason)})' if warning.cleared_reason else ''}.</p>",
    ]
    return "".join(lines)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times in all"


def _by(person: str, t_ns: int | None) -> str:
    return _NONE if t_ns is None else f"{text(person)} at {utc(t_ns)}"


def _engagements(incident: Incident) -> str:
    rows = [_engagement_row(e) for e in incident.engagements]
    heads = ["No.", "Track", "Effector", "First person", "Second person", "End", "Outcome"]
    note = (
        '<p class="soft">Effectors are simulated models. Each engagement needs two different'
        " people; the system releases nothing.</p>"
    )
    return _section("Persons and decisions", note + _table(heads, rows) if rows else "")


def _engagement_row(e: EngagementStory) -> str:
    end = f"{e.state.replace('_', ' ')}"
    when = e.executed_t_ns if e.executed_t_ns is not None else e.ended_t_ns
    if when is not None:
        end += f" {utc(when)}"
    if e.end_reason:
        end += f": {e.end_reason}"
    outcome = ""
    if e.outcome_t_ns is not None:
        by = "from its track" if e.outcome_by == "track" else f"by {e.outcome_by}"
        outcome = f"{e.outcome.upper()} {utc(e.outcome_t_ns)}, {by}: {e.outcome_reason}"
    return (
        f"<tr><td>{e.engagement_id}</td><td><b>{track_name(e.track_id)}</b></td>"
        f"<td>{text(e.effector_name)}</td><td>{_by(e.first_person, e.first_t_ns)}</td>"
        f"<td>{_by(e.second_person, e.second_t_ns)}</td><td>{text(end)}</td>"
        f"<td>{text(outcome) or _NONE}</td></tr>"
    )


def _debris(incident: Incident) -> str:
    said = "".join(
        f"<p><b>{track_name(a.track_id)}</b>: centre {a.lat_deg:.5f}, {a.lon_deg:.5f};"
        f" {a.semi_major_m:.0f} m by {a.semi_minor_m:.0f} m (half axes), long axis"
        f" {a.orientation_deg:03.0f}&deg;; holds the wreckage with probability {a.prob:.2f}.<br>"
        f'<span class="soft">{text(a.method)}</span></p>'
        for a in incident.debris
    )
    drawn = f"<figure>{wreckage_map(incident)}</figure>" if incident.debris else ""
    return _section("Wreckage", said + drawn)


def _exhibits(incident: Incident) -> str:
    rows = []
    for e in incident.exhibits:
        taken = format_rfc3339(e.taken_t_ns) if e.taken_t_ns is not None else "time not stated"
        place = (
            f"{e.lat_deg:.5f}, {e.lon_deg:.5f}"
            if e.lat_deg is not None and e.lon_deg is not None
            else "place not stated"
        )
        rows.append(
            f"<tr><td>{text(e.description)}<br><span class='soft'>{text(e.file_name)},"
            f" {text(e.media_type)}, {e.size_bytes:,} bytes</span></td>"
            f"<td>taken {text(taken)}<br>{text(place)}</td>"
            f"<td>into custody {utc(e.t_ns)} by {text(e.person)}<br>"
            f'<span class="hash">SHA-256 {text(e.sha256)}</span></td></tr>'
        )
    return _section("Exhibits", _table(["Exhibit", "Taken", "Custody"], rows))


def _sources(incident: Incident) -> str:
    rows = [
        f'<tr><td class="t">{utc(s.t_ns)}</td><td>{text(s.source)}</td>'
        f"<td>{text(s.health.replace('_', ' '))}</td><td>{text(s.reason)}</td></tr>"
        for s in incident.sources
    ]
    return _section("State of the sources", _table(["UTC", "Source", "Became", "Why"], rows))


def _limits(incident: Incident) -> str:
    items = "".join(f"<li>{text(limit)}</li>" for limit in incident.limits)
    return _section("What is not known", f"<ul>{items}</ul>")


def _footer(incident: Incident) -> str:
    return (
        f"<footer>Told from the record alone: {text(incident.record) or 'unnamed record'},"
        f" {text(incident.verified)}. Vedette {text(incident.version)}. Mode"
        f" {text(incident.mode)}.</footer>"
    )
