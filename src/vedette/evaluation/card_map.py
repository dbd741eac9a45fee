"""The map of a scored run: where everything was, and where the picture said it was.

In: a `Run`. Out: inline SVG, north up, fitted to the drones and the assets. Truth is a broad pale
band, the track a thin line in the colour of the identity it was told with.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.chart import svg
from vedette.evaluation.dti import DRONES
from vedette.evaluation.run import Run
from vedette.geo import SiteFrame
from vedette.incident.drawing import MAP_WIDTH, Labels, Sheet, text

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
POINTS_MAX = 240  # of a path: more are not told apart on paper
POINTS_ALL_MAX = 60_000  # of all paths together: a megabyte of page
EXTENT_MIN_M = 1_500.0
IDENTITY_INKS = {
    "HOSTILE": "#a3161f",
    "SUSPECT": "#c26a00",
    "FRIEND": "#1f5fa8",
    "ASSUMED_FRIEND": "#1f5fa8",
    "NEUTRAL": "#2c7a3d",
    "UNKNOWN": "#94802a",
    "PENDING": "#6b7480",
}
KEY_WIDTH, WORDS_WIDTH = 140.0, 34.0  # of the key, and of "12 km"
KEY = ("HOSTILE", "SUSPECT", "UNKNOWN", "NEUTRAL", "FRIEND", "PENDING")


def run_map(run: Run) -> str:
    """Draw the run: rings, assets, truth, tracks, key, north arrow and scale."""
    frame_m = _framed(run)
    sheet = Sheet(frame_m[:, 0].tolist(), frame_m[:, 1].tolist(), EXTENT_MIN_M)
    labels = Labels(sheet.height)
    bands = [_band(run, sheet, k) for k in range(len(run.truth.object_ids))]
    mostly = run.object_of
    lines = [_track(run, sheet, rows, mostly) for rows in _rows_of_tracks(run)]
    assets = _assets(run, sheet, labels)
    for k in _drones(run):
        path = _path(run, k)
        if len(path):
            labels.add(*sheet.at(*path[0, :2]), run.truth.object_ids[k], "strong", 4)
    inside = "".join(
        [_rings(sheet), assets, *bands, *lines, _ring_words(sheet, _key_top(run, sheet))]
    )
    size = f'width="{MAP_WIDTH:.0f}" height="{sheet.height:.0f}"'
    body = (
        f'<clipPath id="sheet"><rect {size}/></clipPath><rect {size} class="sheet"/>'
        f'<g clip-path="url(#sheet)">{inside}</g>{labels.drawn()}{_furniture(run, sheet)}'
    )
    return svg(MAP_WIDTH, sheet.height, "Map: where objects were and where tracks said", body)


def _drones(run: Run) -> list[int]:
    return [k for k, name in enumerate(run.truth.classes) if name in DRONES]


def _path(run: Run, number: int) -> F64:
    """Give the true path (N, 3) of an object, thinned."""
    rows = np.arange(*np.searchsorted(run.truth.object_index, (number, number + 1)))
    rows = rows[np.isfinite(run.truth.state_enu[rows, :3]).all(axis=1)]
    return run.truth.state_enu[_thinned(rows, len(run.truth.object_ids)), :3]


def _thinned(rows: I64, paths: int) -> I64:
    """Keep so many rows of one path, evenly, that all `paths` together stay drawable."""
    most = int(np.clip(POINTS_ALL_MAX // max(paths, 1), 8, POINTS_MAX))
    if len(rows) <= most:
        return rows
    kept: I64 = rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]
    return kept


def _framed(run: Run) -> F64:
    """List the points the map is fitted to: drones and assets, or everything without them."""
    found = [_path(run, k) for k in _drones(run)]
    found += [np.array([place]) for place in _asset_places(run).values()]
    if not found:
        found = [run.truth.state_enu[:, :3]]
    points = np.concatenate([*found, np.zeros((0, 3))])
    points = points[np.isfinite(points).all(axis=1)]
    return points if len(points) else np.zeros((1, 3))


def _asset_places(run: Run) -> dict[str, tuple[float, float, float]]:
    """Place the recorded site's assets that do not move."""
    if run.site is None:
        return {}
    frame = SiteFrame(run.site.reference)
    return {
        asset.name: frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, frame.hae_m)
        for asset in run.site.assets
        if asset.position_feed is None
    }


def _assets(run: Run, sheet: Sheet, labels: Labels) -> str:
    drawn = []
    for name, (east, north, _) in _asset_places(run).items():
        x, y = sheet.at(east, north)
        drawn.append(
            f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" class="mark-asset"/>'
        )
        labels.add(x, y, name, "strong")
    return "".join(drawn)


def _band(run: Run, sheet: Sheet, number: int) -> str:
    """Draw an object's true path: attackers warm, other drones blue, the rest grey."""
    path = _path(run, number)
    if len(path) < 2:
        return ""
    name = run.truth.object_ids[number]
    kind = "attacker" if name in run.attack.attacks else "other"
    if kind == "other" and run.truth.classes[number] in DRONES:
        kind = "drone"
    band = f'<polyline points="{sheet.line(path[:, 0], path[:, 1])}" class="truth {kind}"/>'
    end = run.attack.ends.get(name)
    if end is None or end.how != "destroyed":
        return band
    x, y = sheet.at(*path[-1, :2])
    return band + (f'<path d="M{x - 6:.1f},{y - 6:.1f} l12,12 m0,-12 l-12,12" class="destroyed"/>')


def _rows_of_tracks(run: Run) -> list[I64]:
    """List the rows of each track, in time."""
    order = np.lexsort((run.tracks.t_ns, run.tracks.track_id))
    order = order[np.isfinite(run.tracks.state_enu[order, :3]).all(axis=1)]
    numbers, first = np.unique(run.tracks.track_id[order], return_index=True)
    return [_thinned(rows, len(numbers)) for rows in np.split(order, first[1:]) if len(rows)]


def _track(run: Run, sheet: Sheet, rows: I64, mostly: dict[int, int]) -> str:
    """Draw a track, in pieces of one identity each; thinner where it was on no drone.

    mostly: the object each track was on most.
    """
    number = mostly.get(int(run.tracks.track_id[rows[0]]))
    kind = "track" if number is not None and run.truth.classes[number] in DRONES else "track minor"
    state, who = run.tracks.state_enu[rows], [run.tracks.identity[k] for k in rows.tolist()]
    drawn, begin = [], 0
    for k in range(1, len(rows) + 1):
        if k == len(rows) or who[k] != who[begin]:
            end = min(k + 1, len(rows))
            ink = IDENTITY_INKS.get(who[begin], IDENTITY_INKS["PENDING"])
            line = sheet.line(state[begin:end, 0], state[begin:end, 1])
            drawn.append(f'<polyline points="{line}" class="{kind}" stroke="{ink}"/>')
            begin = k
    return "".join(drawn)


def _rings(sheet: Sheet) -> str:
    """Draw rings about the reference, at a round distance that fits the sheet."""
    step_m = _round_length(200.0 / sheet.scale)
    x, y = sheet.at(0.0, 0.0)
    drawn = []
    for k in range(1, 7):
        radius = k * step_m * sheet.scale
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="ring"/>')
    return "".join(drawn)


def _ring_words(sheet: Sheet, key_top: float) -> str:
    """Write at the rings how far they are, over the lines, where whole words fit and no key is."""
    step_m = _round_length(200.0 / sheet.scale)
    x, y = sheet.at(0.0, 0.0)
    drawn = []
    for k in range(1, 7):
        radius, words = k * step_m * sheet.scale, f"{k * step_m / 1000.0:g} km"
        for at_x, at_y in ((x + 3, y - radius - 3), (x - radius + 3, y - 3)):
            fits = 2.0 < at_x < MAP_WIDTH - WORDS_WIDTH and 10.0 < at_y < sheet.height - 2.0
            if fits and not (at_x < KEY_WIDTH and at_y > key_top):
                where = f'x="{at_x:.1f}" y="{at_y:.1f}"'
                drawn.append(f'<text {where} class="halo faint">{words}</text>')
    return "".join(drawn)


def _round_length(length_m: float) -> float:
    """Find the largest of 1, 2, 5 times a power of ten not above the length."""
    power = 10.0 ** math.floor(math.log10(max(length_m, 1.0)))
    return max(f * power for f in (1.0, 2.0, 5.0) if f * power <= max(length_m, 1.0))


def _key_top(run: Run, sheet: Sheet) -> float:
    """Give where the key of the identities begins."""
    told = set(run.tracks.identity)
    return sheet.height - 16.0 * (sum(name in told for name in KEY) + 1) - 24.0


def _furniture(run: Run, sheet: Sheet) -> str:
    """Draw the key of the identities that occur, the north arrow and the scale bar."""
    told = set(run.tracks.identity)
    rows = [name for name in KEY if name in told]
    top = sheet.height - 16.0 * (len(rows) + 1) - 8.0
    drawn = [
        f'<rect x="6" y="{top - 12:.1f}" width="128" height="{16 * (len(rows) + 1) + 10}"'
        ' class="plate"/>',
        f'<line x1="14" y1="{top:.1f}" x2="38" y2="{top:.1f}" class="truth attacker"/>'
        f'<text x="44" y="{top + 3.5:.1f}" class="small">truth (bands)</text>',
    ]
    for k, name in enumerate(rows, 1):
        y = top + 16.0 * k
        drawn.append(
            f'<line x1="14" y1="{y:.1f}" x2="38" y2="{y:.1f}" class="track"'
            f' stroke="{IDENTITY_INKS[name]}"/>'
            f'<text x="44" y="{y + 3.5:.1f}" class="small">track {text(name)}</text>'
        )
    length_m = _round_length(150.0 / sheet.scale)
    width, y = length_m * sheet.scale, sheet.height - 18.0
    x = MAP_WIDTH - 24.0 - width
    words = f"{length_m / 1000.0:g} km" if length_m >= 1000.0 else f"{length_m:g} m"
    drawn.append(
        '<rect x="708" y="6" width="40" height="56" class="plate"/>'
        '<g transform="translate(728 34)"><path d="M0,-22 L7,8 L0,3 L-7,8 Z" fill="#1d2733"/>'
        '<text x="0" y="22" text-anchor="middle" class="strong">N</text></g>'
        f'<path d="M{x:.1f},{y - 4:.1f} V{y:.1f} H{x + width:.1f} V{y - 4:.1f}" class="bar"/>'
        f'<text x="{x + width / 2:.1f}" y="{y - 6:.1f}" text-anchor="middle" class="halo small">'
        f"{words}</text>"
    )
    return "".join(drawn)
