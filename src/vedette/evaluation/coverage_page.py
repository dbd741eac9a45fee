"""Coverage as one self-contained page: a map for each height, and the gaps; nothing is fetched.

In: the scenario and its `Coverage` by class. Out: HTML in the look of the incident report.
"""

from collections.abc import Sequence

import vedette
from vedette.evaluation.coverage import Coverage, Layer, SensorReach, watching, zones_at
from vedette.evaluation.coverage_map import Mark, key, layer_map
from vedette.evaluation.gap_words import height_words, sector_words, why_words
from vedette.evaluation.gaps import Gap
from vedette.incident.drawing import text
from vedette.incident.statement import MARKS
from vedette.incident.style import CSS
from vedette.simulator.scenario import LoadedScenario
from vedette.threat.assets import start as threat_assets

STYLE = (
    CSS
    + """
.facts { grid-template-columns:repeat(4,1fr); } h3 { font-size:14px; margin:22px 0 2px; }
.pair { display:grid; grid-template-columns:1fr 1fr; gap:14px; break-inside:avoid; }
.disc { fill:#fbfaf4; stroke:#8b95a1; } image { image-rendering:auto; }
.range { fill:none; stroke:#1d2733; stroke-opacity:.28; stroke-width:.7; }
.faint-ink { font-size:9.5px; fill:#1d2733; }
.sure { fill:none; stroke:#111; stroke-width:1.5; }
.need { fill:none; stroke:var(--alarm); stroke-width:1.1; stroke-dasharray:4 3; }
.gap { fill:none; stroke:var(--alarm); stroke-width:5; }
.sensor { fill:#d98a00; stroke:#fff; stroke-width:.8; }
.none { color:#1d6b34; font-weight:600; } .short { color:var(--alarm); font-weight:700; }
.why { font-size:12px; color:var(--soft); }
@media (max-width:640px) { .pair { grid-template-columns:1fr; } }
"""
)
GAPS_MAX = 60


def html(loaded: LoadedScenario, found: Sequence[Coverage]) -> str:
    """Write the coverage of a site as one HTML page, class after class."""
    mark = MARKS[loaded.site.mode]
    band = f'<div class="mark">{text(mark)}</div>' if mark else ""
    body = _header(loaded, found) + "".join(_class(loaded, each) for each in found)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
        " style-src 'unsafe-inline'; img-src data:\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text('Coverage, ' + loaded.site.name)}</title><style>{STYLE}</style></head>"
        f"<body>{band}<main>{body}{_limits(found)}{_footer()}</main></body></html>\n"
    )


def _header(loaded: LoadedScenario, found: Sequence[Coverage]) -> str:
    sensors = watching(loaded, found[0].without if found else ())
    ground = "over the scenario's terrain" if loaded.terrain is not None else "over flat ground"
    gone = f" &middot; without {text(', '.join(found[0].without))}" if found[0].without else ""
    return (
        f'<header><div class="kind">Coverage</div><h1>{text(loaded.site.name)}</h1>'
        f'<div class="when">sensors as in {text(loaded.scenario.name)} &middot;'
        f" {len(sensors)} that need nobody's help &middot; {ground}{gone}</div></header>"
    )


def _class(loaded: LoadedScenario, found: Coverage) -> str:
    """Write everything of one class."""
    name = found.threat_name[0].upper() + found.threat_name[1:]
    silent = "it transmits" if found.radio else "it transmits nothing"
    layers = "".join(_layer(loaded, found, layer) for layer in found.layers)
    return (
        f"<section><h2>{text(name)} at {found.speed_mps:g} m/s, straight in; {silent}</h2>"
        f"{_facts(found)}{_gaps(found)}{_warned(found)}"
        f"<h3>By height</h3><figure>{key()}</figure>{layers}"
        f"{_reaches(loaded, found.reaches)}</section>"
    )


def _facts(found: Coverage) -> str:
    least = min(
        found.warnings, key=lambda w: -1.0 if w.least_s is None else w.least_s, default=None
    )
    lowest = found.layers[0]
    known = [reach for reach in lowest.sure_range_m if reach is not None]
    share = 100.0 * len(known) / max(len(lowest.sure_range_m), 1)
    facts = [
        (str(len(found.gaps)), "gaps: sectors with less warning than people need"),
        ("-" if least is None else _seconds(least.least_s), "the least warning any zone gets"),
        (_km(min(known, default=None)), f"least range of confirmation, at {lowest.height_m:g} m"),
        (f"{share:.0f} %", f"of the azimuths in which it is confirmed, at {lowest.height_m:g} m"),
    ]
    cells = "".join(
        f'<div class="fact"><b>{text(a)}</b><span>{text(b)}</span></div>' for a, b in facts
    )
    return f'<div class="facts">{cells}</div>'


def _seconds(value: float | None) -> str:
    return "never" if value is None else f"{value:.0f} s"


def _warned(found: Coverage) -> str:
    """Write how long before arrival each zone could be warned, by height."""
    rows = "".join(
        f'<tr><td>{text(w.zone)}</td><td class="n">{w.height_m:g} m</td>'
        f'<td class="n">{w.needed_s:g} s</td><td class="n">{_seconds(w.least_s)}</td>'
        f'<td class="n">{_seconds(w.median_s)}</td>'
        f'<td class="n">{100.0 * w.azimuths_in_time_ratio:.0f} %</td></tr>'
        for w in found.warnings
    )
    heads = ("Zone", "Height", "To take cover", "Least warning", "Median", "Azimuths in time")
    head = "".join(
        f'<th class="{"" if k == 0 else "n"}">{text(word)}</th>' for k, word in enumerate(heads)
    )
    return f"<h3>Warning before arrival, nine of ten</h3><table><tr>{head}</tr>{rows}</table>"


def _gaps(found: Coverage) -> str:
    """Write the table of gaps, worst first."""
    if not found.gaps:
        return (
            '<p class="none">No gaps: from every azimuth and at every height shown, every zone has'
            " the time it needs.</p>"
        )
    heads = ("Zone", "From", "Height", "Warning", "Needed", "In time, worst", "Why")
    rows = "".join(_gap_row(gap) for gap in found.gaps[:GAPS_MAX])
    more = len(found.gaps) - GAPS_MAX
    rest = f'<p class="soft">And {more} more; --json has them all.</p>' if more > 0 else ""
    head = "".join(f"<th>{text(word)}</th>" for word in heads)
    return f"<h3>Gaps, worst first</h3><table><tr>{head}</tr>{rows}</table>{rest}"


def _gap_row(gap: Gap) -> str:
    warned = "never" if gap.warning_s is None else f"{gap.warning_s:.1f} s"
    worst = f"{100.0 * gap.in_time_prob:.0f} % at {gap.worst_azimuth_deg:.0f}\N{DEGREE SIGN}"
    where = sector_words(gap).removeprefix("from ").replace(" degrees", "\N{DEGREE SIGN}")
    return (
        f'<tr><td>{text(gap.zone)}</td><td class="t">{text(where)}</td>'
        f'<td class="t">{text(height_words(gap).removeprefix("at "))}</td>'
        f'<td class="t short">{text(warned)}</td><td class="t">{gap.needed_s:g} s</td>'
        f'<td class="t">{text(worst)}</td><td class="why">{text(why_words(gap))}.</td></tr>'
    )


def _layer(loaded: LoadedScenario, found: Coverage, layer: Layer) -> str:
    """Draw the two maps of a height."""
    gaps = [g for g in found.gaps if g.height_low_m <= layer.height_m <= g.height_high_m]
    reach_m = found.range_m[-1] + 0.5 * (found.range_m[1] - found.range_m[0])
    assets, sensors = _assets(loaded, found), _sensors(loaded, found)
    maps = []
    for words, permille in (
        ("one look of the best sensor finds it", layer.look_permille),
        ("found and confirmed by then", layer.confirmed_permille),
    ):
        label = f"{found.threat_name} at {layer.height_m:g} m: {words}"
        drawn = layer_map(label, permille, reach_m, layer.sure_range_m, gaps, assets, sensors)
        told = text(words[0].upper() + words[1:])
        maps.append(f"<figure>{drawn}<figcaption>{told}.</figcaption></figure>")
    return f'<h3>{layer.height_m:g} m above the ground</h3><div class="pair">{"".join(maps)}</div>'


def _assets(loaded: LoadedScenario, found: Coverage) -> list[Mark]:
    """Place the assets, each with the distance at which the slowest of its zones must know."""
    state = threat_assets(loaded.site)
    marks = []
    for k, asset_id in enumerate(state.asset_ids):
        zones = zones_at(loaded.site, asset_id, state.zone_ids[k])
        needs = [zone.take_cover_s for zone in zones]
        edge_m = float(state.radius_m[k])
        need_m = edge_m + found.speed_mps * max(needs) if needs else 0.0
        east_m, north_m = state.centre_m[k, :2].tolist()
        marks.append(Mark(state.names[k], east_m, north_m, edge_m, need_m))
    return marks


def _sensors(loaded: LoadedScenario, found: Coverage) -> list[Mark]:
    return [
        Mark(m.sensor.name, *m.station.position_enu_m[:2].tolist())
        for m in watching(loaded, found.without)
    ]


def _reaches(loaded: LoadedScenario, reaches: Sequence[SensorReach]) -> str:
    """Write how far each sensor sees, by height."""
    names = {sensor.id: sensor.name for sensor in loaded.site.sensors}
    rows = "".join(
        f'<tr><td>{text(names[r.sensor])}</td><td class="n">{r.height_m:g} m</td>'
        f'<td class="n">{100.0 * r.azimuths_ratio:.0f} %</td>'
        f'<td class="n">{_km(r.half_least_m)}</td><td class="n">{_km(r.half_median_m)}</td>'
        f'<td class="n">{_km(r.half_greatest_m)}</td><td class="n">{_km(r.sure_median_m)}</td></tr>'
        for r in reaches
    )
    heads = (
        "Sensor",
        "Height",
        "Azimuths",
        "0.5 a look, least",
        "median",
        "greatest",
        "0.9, median",
    )
    head = "".join(
        f'<th class="{"" if k == 0 else "n"}">{text(word)}</th>' for k, word in enumerate(heads)
    )
    return (
        "<h3>What each sensor adds</h3>"
        f"<table><tr>{head}</tr>{rows}</table>"
        '<p class="soft">Farthest from the reference at which one look finds it so probably, and'
        " the share of azimuths in which it does at all. Of a camera: while it is in view.</p>"
    )


def _km(reach_m: float | None) -> str:
    return "-" if reach_m is None else f"{reach_m / 1000.0:.1f} km"


def _limits(found: Sequence[Coverage]) -> str:
    """Say what the figures stand on."""
    rule = found[0].rule
    items = (
        "Modelled, not measured: the simulator's sensors, by the scenario's figures. A site survey"
        " is no substitute for flying a drone there.",
        f"Confirmed: {rule} of one radar, or of two sensors that give bearings and whose lines"
        " cross at 10 degrees or more. Sensors do not help each other otherwise; the tracker"
        " does better where two radars each see a little.",
        "A warning is counted from when nine of ten are confirmed to when the object is at the"
        " asset's edge. What the watch and the channels take comes off it.",
        "Straight in at one height above the ground and one speed. Who turns, hovers, or dives at"
        " the end may be seen otherwise.",
        "Sensors are healthy: the scenario's faults are left out. Nothing that only hears what"
        " cooperates (ADS-B, position feeds) counts.",
    )
    return (
        "<section><h2>What these maps do not say</h2><ul>"
        + "".join(f"<li>{text(item)}</li>" for item in items)
        + "</ul></section>"
    )


def _footer() -> str:
    return (
        f"<footer>Made by vedette coverage, version {text(vedette.__version__)}. How it is worked"
        " out: docs/coverage-and-defence.md.</footer>"
    )
