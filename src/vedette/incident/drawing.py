"""The drawings of the report as inline SVG: a map, ranges and heights against time.

Numbers only go into coordinates; every text is escaped. Made for white paper: a track is told from
another by its dash and its label, not by colour alone.
"""

import math
from html import escape

import numpy as np

from vedette.base.names import track_name
from vedette.geo import SiteFrame
from vedette.incident.story import Incident, InvolvedTrack, TrackPoint
from vedette.incident.tell import path_enu
from vedette.incident.words import clean, utc
from vedette.model.measurements import F64

POINTS_MAX = 400
LETTER_WIDTH = 7.4  # of bold capitals in the widest of the fonts a reader may have
MAP_WIDTH, MAP_HEIGHT_MIN, MAP_HEIGHT_MAX = 760.0, 340.0, 560.0
PLOT_WIDTH, PLOT_HEIGHT = 760.0, 262.0
ARMED_INKS = ("#a3161f", "#6a1b9a", "#b3560b", "#0b6e6e", "#7a0f52", "#5b4a00")
OTHER_INK = "#2f5d8a"
DASHES = ("", "7 3", "2 3", "9 3 2 3")


def text(value: str) -> str:
    """Make a text from anywhere safe inside the page: no markup, no control characters."""
    return escape(clean(value), quote=True)


def ink(incident: Incident, track: InvolvedTrack) -> tuple[str, str]:
    """Choose colour and dash of a track: suspects warm, others blue, each with its own dash."""
    armed = [t.track_id for t in incident.tracks if t.engageable]
    if track.track_id not in armed:
        return OTHER_INK, DASHES[2]
    order = armed.index(track.track_id)
    return ARMED_INKS[order % len(ARMED_INKS)], DASHES[order % len(DASHES)]


def thinned(path: list[TrackPoint]) -> list[TrackPoint]:
    """Keep at most POINTS_MAX points of a path, evenly, first and last among them."""
    if len(path) <= POINTS_MAX:
        return path
    kept = np.linspace(0, len(path) - 1, POINTS_MAX).round().astype(int)
    return [path[int(i)] for i in kept]


class Sheet:
    """A map projection: site metres to sheet units, north up, the same scale both ways."""

    def __init__(self, east: list[float], north: list[float], least_m: float) -> None:
        """Fit the points (m) into the sheet with a margin; least_m: the least extent shown."""
        mid_e, mid_n = (min(east) + max(east)) / 2.0, (min(north) + max(north)) / 2.0
        span_e = max(max(east) - min(east), least_m) * 1.22
        span_n = max(max(north) - min(north), least_m) * 1.22
        self.scale = min(MAP_WIDTH / span_e, MAP_HEIGHT_MAX / span_n)
        self.height = min(MAP_HEIGHT_MAX, max(MAP_HEIGHT_MIN, span_n * self.scale))
        self.east_m, self.north_m = mid_e, mid_n

    def at(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Give the sheet's x and y of a place."""
        x = MAP_WIDTH / 2.0 + (east_m - self.east_m) * self.scale
        return x, self.height / 2.0 - (north_m - self.north_m) * self.scale

    def line(self, east: F64, north: F64) -> str:
        """Give the points attribute of a polyline."""
        places = [self.at(float(e), float(n)) for e, n in zip(east, north, strict=True)]
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def site_map(incident: Incident) -> str:
    """Draw assets, tracks involved, wreckage, a north arrow and a scale bar: the whole site."""
    frame = SiteFrame(incident.reference)
    paths = _paths(incident, frame)
    framed = [paths[key] for key in _framed(incident) if key in paths] or list(paths.values())
    spots = [(asset.lat_deg, asset.lon_deg) for asset in incident.assets]
    spots += [(area.lat_deg, area.lon_deg) for area in incident.debris]
    places = [frame.enu_from_geo_deg(lat, lon, frame.hae_m) for lat, lon in spots]
    sheet = Sheet(
        [float(x) for e, _ in framed for x in e] + [place[0] for place in places] or [0.0],
        [float(x) for _, n in framed for x in n] + [place[1] for place in places] or [0.0],
        1_500.0,
    )
    label = f"Map of {clean(incident.site_name)}: assets, tracks, wreckage"
    return _map(incident, frame, sheet, paths, label)


def wreckage_map(incident: Incident) -> str:
    """Draw the surroundings of the wreckage areas, large enough to search by."""
    frame = SiteFrame(incident.reference)
    east, north = [], []
    for area in incident.debris:
        e, n, _ = frame.enu_from_geo_deg(area.lat_deg, area.lon_deg, frame.hae_m)
        reach_m = 1.6 * area.semi_major_m
        east += [e - reach_m, e + reach_m]
        north += [n - reach_m, n + reach_m]
    sheet = Sheet(east or [0.0], north or [0.0], 400.0)
    return _map(incident, frame, sheet, _paths(incident, frame), "Map of the wreckage areas")


def _paths(incident: Incident, frame: SiteFrame) -> dict[int, tuple[F64, F64]]:
    return {t.track_id: path_enu(frame, thinned(t.path)) for t in incident.tracks if t.path}


def _map(
    incident: Incident,
    frame: SiteFrame,
    sheet: Sheet,
    paths: dict[int, tuple[F64, F64]],
    label: str,
) -> str:
    labels = Labels(sheet.height)
    parts = [_rings(sheet), *_lines(incident, frame, sheet)]
    for asset in incident.assets:
        east_m, north_m, _ = frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, frame.hae_m)
        parts.append(_asset(sheet, asset, frame, east_m, north_m))
        labels.add(*sheet.at(east_m, north_m), asset.name, "strong")
    for area in incident.debris:
        east_m, north_m, _ = frame.enu_from_geo_deg(area.lat_deg, area.lon_deg, frame.hae_m)
        x, y = sheet.at(east_m, north_m)
        parts.append(
            f'<ellipse cx="0" cy="0" rx="{max(area.semi_minor_m * sheet.scale, 3):.1f}"'
            f' ry="{max(area.semi_major_m * sheet.scale, 3):.1f}" class="debris"'
            f' transform="translate({x:.1f} {y:.1f}) rotate({area.orientation_deg:.1f})"/>'
        )
        labels.add(x, y, f"wreckage {track_name(area.track_id)}", "wreck")
    for track in incident.tracks:
        if track.track_id not in paths:
            continue
        east, north = paths[track.track_id]
        parts.append(_path(incident, sheet, track, east, north))
        behind = 4 if east[-1] >= east[0] else 0
        place = sheet.at(float(east[0]), float(north[0]))
        labels.add(*place, _named(track), "strong", behind)
    body = "".join(parts) + labels.drawn() + _furniture(sheet)
    return _svg(MAP_WIDTH, sheet.height, label, body)


def _framed(incident: Incident) -> list[int]:
    """List the tracks the map is fitted to: suspects and those people were warned of."""
    warned = {track_id for warning in incident.warnings for track_id in warning.track_ids}
    return [t.track_id for t in incident.tracks if t.engageable or t.track_id in warned]


def _named(track: InvolvedTrack) -> str:
    return f"{track_name(track.track_id)} {utc(track.path[0].t_ns)[:8]}"


class Labels:
    """Texts that keep clear of one another: each takes the nearest free place around its point."""

    def __init__(self, tall: float) -> None:
        """Start with an empty sheet of that height; the north arrow's corner is taken."""
        self.height = tall
        self.taken: list[tuple[float, float, float, float]] = [(700.0, 0.0, 60.0, 64.0)]
        self.parts: list[str] = []

    def add(self, x: float, y: float, words: str, kind: str, first: int = 0) -> None:
        """Place a text near (x, y), with a leader line if it has to go far; off sheet, none.

        first: the direction tried first, in eighths of a turn clockwise from the right.
        """
        if not (0.0 <= x <= MAP_WIDTH and 0.0 <= y <= self.height):
            return
        width, height = LETTER_WIDTH * len(clean(words)) + 4.0, 13.0
        for reach in (9.0, 18.0, 30.0, 44.0, 60.0, 80.0):
            for turn in range(first, first + 8):
                side, down = math.cos(turn * math.pi / 4.0), math.sin(turn * math.pi / 4.0)
                left = (
                    x + reach * side - (width if side < -0.1 else 0.0 if side > 0.1 else width / 2)
                )
                box = (left, y + reach * down - height / 2.0, width, height)
                if self._free(box):
                    self._put(x, y, box, words, kind, reach)
                    return

    def _free(self, box: tuple[float, float, float, float]) -> bool:
        left, top, width, height = box
        if left < 2 or top < 2 or left + width > MAP_WIDTH - 2 or top + height > self.height - 34:
            return False
        return not any(
            left < o_left + o_width
            and o_left < left + width
            and top < o_top + o_height
            and o_top < top + height
            for o_left, o_top, o_width, o_height in self.taken
        )

    def _put(
        self,
        x: float,
        y: float,
        box: tuple[float, float, float, float],
        words: str,
        kind: str,
        reach: float,
    ) -> None:
        self.taken.append(box)
        left, top, width, height = box
        if reach > 12.0:
            end_x = min(max(x, left), left + width)
            end_y = min(max(y, top), top + height)
            self.parts.append(
                f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}"'
                ' class="leader"/>'
            )
        self.parts.append(
            f'<text x="{left + 2:.1f}" y="{top + 10:.1f}" class="halo {kind}">{text(words)}</text>'
        )

    def drawn(self) -> str:
        """Give all placed texts."""
        return "".join(self.parts)


def _svg(wide: float, tall: float, label: str, body: str) -> str:
    return (
        f'<svg viewBox="0 0 {wide:.0f} {tall:.0f}" role="img" aria-label="{text(label)}">'
        f'<rect width="{wide:.0f}" height="{tall:.0f}" class="sheet"/>{body}</svg>'
    )


def _rings(sheet: Sheet) -> str:
    """Draw rings about the reference, at a round distance that fits the sheet."""
    step_m = _round_length(200.0 / sheet.scale)
    x, y = sheet.at(0.0, 0.0)
    rings = []
    for k in range(1, 7):
        radius = k * step_m * sheet.scale
        rings.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="ring"/>')
        if 12 < y - radius < sheet.height - 8 and 20 < x < MAP_WIDTH - 40:
            name = f"{k * step_m / 1000.0:g} km"
            rings.append(
                f'<text x="{x + 3:.1f}" y="{y - radius - 3:.1f}" class="faint">{name}</text>'
            )
    return "".join(rings)


def _round_length(length_m: float) -> float:
    """Find the largest of 1, 2, 5 times a power of ten not above the length."""
    power = 10.0 ** math.floor(math.log10(max(length_m, 1.0)))
    return max(f * power for f in (1.0, 2.0, 5.0) if f * power <= max(length_m, 1.0))


def _lines(incident: Incident, frame: SiteFrame, sheet: Sheet) -> list[str]:
    drawn = []
    for line in incident.lines:
        if len(line.points) < 2:
            continue
        columns = np.array(line.points, dtype=np.float64)
        east, north, _ = frame.enu_from_geo_deg(columns[:, 0], columns[:, 1], frame.hae_m)
        drawn.append(f'<polyline points="{sheet.line(east, north)}" class="ground {line.kind}"/>')
    for place in incident.places:
        east_m, north_m, _ = frame.enu_from_geo_deg(place.lat_deg, place.lon_deg, frame.hae_m)
        x, y = sheet.at(east_m, north_m)
        if 0 < x < MAP_WIDTH - 30 and 10 < y < sheet.height:
            drawn.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.6" class="town"/>'
                f'<text x="{x + 5:.1f}" y="{y + 3:.1f}" class="faint">{text(place.name)}</text>'
            )
    return drawn


def _asset(sheet: Sheet, asset: object, frame: SiteFrame, east_m: float, north_m: float) -> str:
    polygon, radius_m = getattr(asset, "polygon", None), float(getattr(asset, "radius_m", 0.0))
    x, y = sheet.at(east_m, north_m)
    if polygon:
        columns = np.array(polygon, dtype=np.float64)
        east, north, _ = frame.enu_from_geo_deg(columns[:, 0], columns[:, 1], frame.hae_m)
        shape = f'<polygon points="{sheet.line(east, north)}" class="asset"/>'
    else:
        radius = max(radius_m * sheet.scale, 3.0)
        shape = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="asset"/>'
    square = f'<rect x="{x - 2.5:.1f}" y="{y - 2.5:.1f}" width="5" height="5" class="mark-asset"/>'
    return shape + square


def _path(incident: Incident, sheet: Sheet, track: InvolvedTrack, east: F64, north: F64) -> str:
    """Draw one track: its line, where it began, where it ended with its heading, its name."""
    colour, dash = ink(incident, track)
    start, end = (
        sheet.at(float(east[0]), float(north[0])),
        sheet.at(float(east[-1]), float(north[-1])),
    )
    last = track.path[-1]
    heading_deg = math.degrees(math.atan2(last.v_east_mps, last.v_north_mps))
    return (
        f'<polyline points="{sheet.line(east, north)}" fill="none" stroke="{colour}"'
        f' stroke-width="1.8" stroke-dasharray="{dash}"/>'
        f'<circle cx="{start[0]:.1f}" cy="{start[1]:.1f}" r="3.2" fill="#fff" stroke="{colour}"'
        ' stroke-width="1.6"/>'
        f'<path d="M0,-7 L4.5,5 L0,2.4 L-4.5,5 Z" fill="{colour}" transform="translate('
        f'{end[0]:.1f} {end[1]:.1f}) rotate({heading_deg:.1f})"/>'
    )


def _furniture(sheet: Sheet) -> str:
    """Draw the north arrow and the scale bar."""
    length_m = _round_length(150.0 / sheet.scale)
    width = length_m * sheet.scale
    name = f"{length_m / 1000.0:g} km" if length_m >= 1000.0 else f"{length_m:g} m"
    x, y = 24.0, sheet.height - 22.0
    return (
        '<g transform="translate(728 34)"><path d="M0,-22 L7,8 L0,3 L-7,8 Z" fill="#1d2733"/>'
        '<text x="0" y="22" text-anchor="middle" class="strong">N</text></g>'
        f'<rect x="{x - 8:.1f}" y="{y - 20:.1f}" width="{width + 16:.1f}" height="30"'
        ' class="plate"/>'
        f'<path d="M{x:.1f},{y - 4:.1f} V{y:.1f} H{x + width:.1f} V{y - 4:.1f}" class="bar"/>'
        f'<text x="{x + width / 2:.1f}" y="{y - 6:.1f}" text-anchor="middle" class="small">'
        f"{name}</text>"
    )
