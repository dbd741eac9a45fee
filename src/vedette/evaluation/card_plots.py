"""The plots of a scorecard: error over time, detection against range, calibration, classes, clocks.

In: a `Run` and its `Scorecard`. Out: inline SVG each, empty where there is nothing to show.
"""

import numpy as np
from numpy.typing import NDArray

from vedette.base.names import class_words, track_name
from vedette.evaluation.chart import NS_PER_S, WIDTH, Chart, round_step, svg
from vedette.evaluation.dti import DRONES
from vedette.evaluation.run import Run
from vedette.evaluation.scorecard import Scorecard
from vedette.evaluation.warnings import Clock
from vedette.incident.drawing import ARMED_INKS, DASHES, OTHER_INK, text
from vedette.model.enums import ObjectClass

F64 = NDArray[np.float64]
LABELS = {label.value for label in ObjectClass} - {ObjectClass.OTHER.value}
LINES_MAX = 8  # more drones than this are drawn as their median and their worst
HELD = f'stroke="{OTHER_INK}" stroke-width="2"'
ALARM = f'stroke="{ARMED_INKS[0]}" stroke-width="2" stroke-dasharray="6 3"'


def error_plot(run: Run) -> str:
    """Plot how far the tracks on drones were off over ground, against time of day."""
    names, lines = _errors(run)
    if not len(lines) or not np.isfinite(lines).any():
        return ""
    begin_ns = int(run.aligned.instants_ns[0])
    since_s = np.asarray(run.aligned.instants_ns - begin_ns, np.float64) / NS_PER_S
    # The top is what all but one in two hundred stay under: one gross error would hide the rest.
    high = float(np.nanquantile(lines, 0.995))
    step = round_step(max(high, 1.0), 4)
    chart = Chart(
        0.0,
        max(float(since_s[-1]), 1.0),
        0.0,
        step * np.ceil(max(high, 1.0) / step),
        "error over ground, m",
        "UTC",
    )
    chart.y_axis(step)
    chart.time_axis(begin_ns)
    rows = []
    for k, (name, line) in enumerate(zip(names, lines, strict=True)):
        ink = (*ARMED_INKS, OTHER_INK)[k % (len(ARMED_INKS) + 1)]
        style = f'stroke="{ink}" stroke-width="1.5" stroke-dasharray="{DASHES[k % len(DASHES)]}"'
        chart.line(since_s, line, style)
        rows.append((style, name))
    chart.key(rows)
    return chart.svg("Position error of the tracks on drones against time")


def _errors(run: Run) -> tuple[list[str], F64]:
    """Give names and error over ground (D, T) of each drone, NaN where it had no track."""
    off = np.full(run.aligned.present.shape, np.nan)
    off[run.near.object_index, run.near.instant] = run.near.distance_m
    drones = [k for k, name in enumerate(run.truth.classes) if name in DRONES]
    if len(drones) <= LINES_MAX:
        return [run.truth.object_ids[k] for k in drones], off[drones]
    some = np.isfinite(off[drones]).any(axis=0)
    both = np.full((2, len(some)), np.nan)
    both[:, some] = np.nanquantile(off[drones][:, some], (0.5, 1.0), axis=0)
    return [f"median of {len(drones)}", "worst"], both


def picture_plot(run: Run) -> str:
    """Plot how many objects were there to be seen, and how many had no track, against time."""
    instants = run.aligned.instants_ns
    if len(instants) < 2:
        return ""
    held = np.zeros_like(run.aligned.present)
    held[run.near.object_index, run.near.instant] = True
    paired = np.bincount(run.near.instant, minlength=len(instants))
    series = [
        ("to be seen", run.aligned.required.sum(axis=0), 'stroke="#8b95a1" stroke-width="1.5"'),
        ("without a track", (run.aligned.required & ~held).sum(axis=0), ALARM),
        ("tracks on nothing", run.aligned.rows[1] - run.aligned.rows[0] - paired, HELD),
    ]
    since_s = np.asarray(instants - instants[0], np.float64) / NS_PER_S
    high = max(1, *(int(values.max()) for _, values, _ in series))
    step = max(round_step(high, 4), 1.0)
    chart = Chart(
        0.0,
        float(since_s[-1]),
        0.0,
        step * np.ceil(high / step),
        "objects, tracks",
        "UTC",
        height=190.0,
    )
    chart.y_axis(step)
    chart.time_axis(int(instants[0]))
    for _, values, style in series:
        chart.line(since_s, np.asarray(values, np.float64), style)
    chart.key([(style, name) for name, _, style in series])
    return chart.svg("Objects, objects without a track and tracks on nothing against time")


def range_plot(card: Scorecard) -> str:
    """Plot how often drones were held, and told to be drones, against their range."""
    bins = card.dti.by_range
    if not bins:
        return ""
    far_km = bins[-1].to_m / 1000.0
    chart = Chart(0.0, far_km, 0.0, 1.0, "share of instants", "km over ground", height=210.0)
    chart.y_axis(0.25, "{:.0%}".format)
    chart.x_axis(max(round_step(far_km, 10), 1.0))
    for name, style in (("held_prob", HELD), ("alarm_prob", ALARM)):
        x = np.array([edge / 1000.0 for b in bins for edge in (b.from_m, b.to_m, b.to_m)])
        y = np.array([v for b in bins for v in (getattr(b, name), getattr(b, name), np.nan)])
        joined = [k for k in range(2, len(x) - 1, 3) if x[k] == x[k + 1]]
        y[joined] = y[[k + 1 for k in joined]]
        chart.line(x, y, style)
    chart.key([(HELD, "has a track"), (ALARM, "told to be a drone")])
    return chart.svg("How often drones were held and told, against range")


def calibration_plot(card: Scorecard) -> str:
    """Plot how often a class was right against how sure it was told, a disc for each tenth."""
    bins = card.identity.reliability
    if not bins:
        return ""
    chart = Chart(
        0.0,
        1.0,
        0.0,
        1.0,
        "share of times it was right",
        "probability told",
        width=420.0,
        height=330.0,
    )
    chart.y_axis(0.2, "{:.0%}".format)
    chart.x_axis(0.2, "{:.0%}".format)
    chart.line(
        np.array([0.0, 1.0]), np.array([0.0, 1.0]), 'stroke="#8b95a1" stroke-dasharray="4 3"'
    )
    most = max(b.count for b in bins)
    for b in bins:
        radius = 3.0 + 9.0 * np.sqrt(b.count / most)
        x, y = chart.x(b.told_prob), chart.y(b.right_prob)
        chart.parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{OTHER_INK}"'
            ' fill-opacity="0.45"'
            f' stroke="{OTHER_INK}"><title>{b.count} instants</title></circle>'
        )
    return chart.svg("How often the class was right against the probability it was told with")


def class_plot(card: Scorecard) -> str:
    """Draw true classes against told ones: a square for each, darker the larger its share."""
    table = {true: row for true, row in card.dti.class_table.items() if row}
    told = sorted({word for row in table.values() for word in row})
    if not table:
        return ""
    left, top, tall = 150.0, 40.0, 30.0
    wide = min(130.0, (WIDTH - left - 10.0) / len(told))
    drawn = [f'<text x="{left}" y="12" class="small">told to be</text>']
    for j, word in enumerate(told):
        drawn.append(
            f'<text x="{left + (j + 0.5) * wide:.1f}" y="{top - 8}" text-anchor="middle"'
            f' class="small">{text(_class_words(word))}</text>'
        )
    for i, (true, row) in enumerate(table.items()):
        y, whole = top + i * tall, sum(row.values())
        drawn.append(
            f'<text x="{left - 8}" y="{y + tall / 2 + 3.5:.1f}" text-anchor="end" class="small">'
            f"{text(_class_words(true))}</text>"
        )
        for j, word in enumerate(told):
            drawn.append(
                _square(left + j * wide, y, wide, tall, row.get(word, 0), whole, word == true)
            )
    height = top + tall * len(table) + 6.0
    return svg(WIDTH, height, "True classes against told ones", "".join(drawn))


def _class_words(label: str) -> str:
    """Say a class, or the word that another system has for it."""
    return class_words(label) if label in LABELS else label


def _square(
    x: float, y: float, wide: float, tall: float, count: int, whole: int, right: bool
) -> str:
    """Draw one square of the class table, with its share and count."""
    share = count / whole
    ink = OTHER_INK if right else ARMED_INKS[0]
    told = "under 0.1%" if 0.0 < share < 0.001 else f"{share:.1%}"
    words = f"{told} ({count})" if count else ""
    dark = ' fill="#fff"' if share > 0.55 else ""
    return (
        f'<rect x="{x + 1:.1f}" y="{y + 1:.1f}" width="{wide - 2:.1f}" height="{tall - 2:.1f}"'
        f' fill="{ink}" fill-opacity="{0.06 + 0.86 * share if count else 0.03:.2f}"/>'
        f'<text x="{x + wide / 2:.1f}" y="{y + tall / 2 + 3.5:.1f}" text-anchor="middle"'
        f' class="small"><tspan{dark}>{words}</tspan></text>'
    )


STEPS = (
    ("assess_s", "assessed", "#c26a00"),
    ("decide_s", "zone warned", "#a3161f"),
    ("deliver_s", "delivered", "#2c7a3d"),
    ("acknowledge_s", "answered", "#1f5fa8"),
)


def clock_plot(card: Scorecard) -> str:
    """Draw the clock of each warning: a line from first detection, a mark for each step."""
    if card.warnings is None or not card.warnings.clocks:
        return ""
    clocks = card.warnings.clocks
    names = {zone.zone_id: zone.name for zone in card.warnings.zones}
    shown = clocks[:20]
    high = max(max(_steps(clock)) for clock in shown)
    step = round_step(max(high, 1.0), 8)
    height = 46.0 + 26.0 * len(shown) + 34.0
    chart = Chart(
        0.0,
        step * np.ceil(max(high, 1.0) / step),
        0.0,
        float(len(shown)),
        "",
        "seconds since what caused it was first seen",
        height=height,
        left=210.0,
        top=46.0,
    )
    chart.x_axis(step)
    for k, clock in enumerate(shown):
        _clock_row(chart, clock, names.get(clock.zone_id, ""), chart.y(len(shown) - k - 0.5))
    for k, (_, words, ink) in enumerate(STEPS):
        chart.parts.append(
            f'<circle cx="{chart.left + 6 + 120 * k:.1f}" cy="18" r="5" fill="{ink}"/>'
            f'<text x="{chart.left + 16 + 120 * k:.1f}" y="22" class="small">{words}</text>'
        )
    return chart.svg("The clock of each warning")


def _steps(clock: Clock) -> list[float]:
    return [value for name, _, _ in STEPS if (value := getattr(clock, name)) is not None]


def _clock_row(chart: Chart, clock: Clock, zone: str, y: float) -> None:
    """Draw one warning's line and marks."""
    tracks = ", ".join(track_name(track) for track in clock.track_ids[:3])
    more = f" +{len(clock.track_ids) - 3}" if len(clock.track_ids) > 3 else ""
    chart.note(chart.left - 10.0, y + 3.5, f"{zone}: {tracks}{more}", "end")
    chart.parts.append(
        f'<line x1="{chart.x(0.0):.1f}" y1="{y:.1f}" x2="{chart.x(max(_steps(clock))):.1f}"'
        f' y2="{y:.1f}" class="span"/>'
    )
    for name, words, ink in STEPS:
        value = getattr(clock, name)
        if value is not None:
            chart.parts.append(
                f'<circle cx="{chart.x(value):.1f}" cy="{y:.1f}" r="5" fill="{ink}">'
                f"<title>{words} {value:.1f} s</title></circle>"
            )
