"""One round map of a layer: probabilities by azimuth and range, north up, as inline SVG.

The probabilities are a small picture inside (PNG, one pixel a place); rings, assets, sensors, the
line where nine of ten are confirmed and the sectors of gaps are drawn over it.
"""

import base64
import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.chart import round_step, svg
from vedette.evaluation.gaps import Gap
from vedette.incident.drawing import text

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
SIZE = 400.0
DISC = 166.0  # radius of what is mapped, in a sheet of SIZE
PIXELS = 332
# From pale to dark, told apart in grey and by colour-blind eyes; each from its bound on.
STEPS = (
    (0, "#fbfaf4"),
    (50, "#e9edcf"),
    (250, "#bfdfc3"),
    (500, "#85c6c6"),
    (750, "#46a0c2"),
    (900, "#2b6ca5"),
    (990, "#1b3a6b"),
)


@dataclass(slots=True, frozen=True)
class Mark:
    """Something on the map. east_m, north_m: from the reference; radius_m: of an asset; need_m:
    how far out an object has to be confirmed there, 0: not asked."""

    name: str
    east_m: float
    north_m: float
    radius_m: float = 0.0
    need_m: float = 0.0


def layer_map(
    label: str,
    permille: list[list[int]],
    reach_m: float,
    sure_range_m: Sequence[float | None],
    gaps: Sequence[Gap],
    assets: Sequence[Mark],
    sensors: Sequence[Mark],
) -> str:
    """Draw one layer. label: what it shows, for those who cannot see it."""
    scale = DISC / reach_m
    parts = [
        f'<circle cx="200" cy="200" r="{DISC}" class="disc"/>',
        f'<image x="{200 - DISC}" y="{200 - DISC}" width="{2 * DISC}" height="{2 * DISC}"'
        f' href="data:image/png;base64,{base64.b64encode(picture(permille)).decode()}"/>',
        _rings(reach_m, scale),
        _sure_line(sure_range_m, scale),
        *[_need(mark, scale) for mark in assets if mark.need_m > 0.0],
        *[_asset(mark, scale) for mark in assets],
        *[_sensor(mark, scale) for mark in sensors],
        *[_gap_arc(gap) for gap in gaps],
        _azimuths(),
    ]
    return svg(SIZE, SIZE, label, "".join(parts))


def picture(permille: list[list[int]]) -> bytes:
    """Make the picture of a layer (A, R): PNG with a palette, clear outside the disc."""
    value = np.array(permille)
    middle = (PIXELS - 1) / 2.0
    across, down = np.meshgrid(np.arange(PIXELS) - middle, np.arange(PIXELS) - middle)
    radius = np.hypot(across, down) / (PIXELS / 2.0)
    turn = np.arctan2(across, -down) / (2.0 * math.pi) * len(value)
    row = np.rint(turn).astype(np.int64) % len(value)
    column = np.minimum((radius * value.shape[1]).astype(np.int64), value.shape[1] - 1)
    bounds = np.array([bound for bound, _ in STEPS])
    index = np.searchsorted(bounds, value[row, column], side="right")
    index[radius > 1.0] = 0
    return png(index.astype(np.uint8), [(0, 0, 0), *(_rgb(colour) for _, colour in STEPS)])


def png(index: NDArray[np.uint8], palette: Sequence[tuple[int, int, int]]) -> bytes:
    """Write an image (H, W) of palette numbers as PNG; number 0 is clear."""
    height, width = index.shape
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = index
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(part for colour in palette for part in colour)),
        (b"tRNS", b"\0"),
        (b"IDAT", zlib.compress(rows.tobytes(), 9)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def key() -> str:
    """Draw what the colours mean."""
    wide = 62.0
    cells = []
    for k, (bound, colour) in enumerate(STEPS):
        x = 2.0 + k * wide
        above = f"{bound / 10:g} %" if bound else "0"
        cells.append(
            f'<rect x="{x:.0f}" y="4" width="{wide:.0f}" height="14" fill="{colour}"'
            f' stroke="#8b95a1" stroke-width=".6"/>'
            f'<text x="{x:.0f}" y="31" class="small">{above}</text>'
        )
    end = 2.0 + len(STEPS) * wide
    cells.append(f'<text x="{end:.0f}" y="31" text-anchor="middle" class="small">100</text>')
    marks = (
        '<path d="M474,11 h24" class="sure"/>'
        '<text x="503" y="15" class="small">0.9 confirmed</text>'
        '<circle cx="592" cy="11" r="7" class="need"/>'
        '<text x="604" y="15" class="small">needed by then</text>'
        '<path d="M696,11 h22" class="gap"/><text x="723" y="15" class="small">gap</text>'
        '<rect x="475" y="25" width="6" height="6" class="mark-asset"/>'
        '<text x="487" y="32" class="small">asset</text>'
        '<path d="M532,31 l4,-8 l4,8 Z" class="sensor"/>'
        '<text x="546" y="32" class="small">sensor</text>'
    )
    return svg(760.0, 38.0, "What colours and marks mean", "".join(cells) + marks)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _at(azimuth_rad: float, out: float) -> tuple[float, float]:
    return 200.0 + out * math.sin(azimuth_rad), 200.0 - out * math.cos(azimuth_rad)


def _rings(reach_m: float, scale: float) -> str:
    """Draw rings at round distances, with their names on the way to the south-east."""
    step_m = round_step(reach_m, 4)
    drawn = []
    for k in range(1, int(reach_m / step_m + 1e-9) + 1):
        radius = k * step_m * scale
        x, y = _at(math.radians(135.0), radius)
        drawn.append(
            f'<circle cx="200" cy="200" r="{radius:.1f}" class="range"/>'
            f'<text x="{x:.1f}" y="{y + 3.5:.1f}" text-anchor="middle" class="halo faint-ink">'
            f"{k * step_m / 1000.0:g}{' km' if k == 1 else ''}</text>"
        )
    return "".join(drawn)


def _azimuths() -> str:
    """Write azimuths round the disc, every 30 degrees."""
    drawn = []
    for azimuth_deg in range(0, 360, 30):
        x, y = _at(math.radians(azimuth_deg), DISC + 21.0)
        words = "N" if azimuth_deg == 0 else f"{azimuth_deg}"
        kind = "strong" if azimuth_deg == 0 else "small"
        drawn.append(
            f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" class="{kind}">{words}</text>'
        )
    return "".join(drawn)


def _sure_line(sure_range_m: Sequence[float | None], scale: float) -> str:
    """Draw where nine of ten are confirmed; nowhere: broken off."""
    count = len(sure_range_m)
    pieces: list[list[str]] = [[]]
    for k in [*range(count), 0]:
        reach_m = sure_range_m[k]
        if reach_m is None:
            pieces.append([])
            continue
        x, y = _at(2.0 * math.pi * k / count, min(reach_m * scale, DISC))
        pieces[-1].append(f"{x:.1f},{y:.1f}")
    drawn = [f'<polyline points="{" ".join(piece)}" class="sure"/>' for piece in pieces if piece]
    return "".join(drawn)


def _asset(mark: Mark, scale: float) -> str:
    x, y = 200.0 + mark.east_m * scale, 200.0 - mark.north_m * scale
    return (
        f'<rect x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6" class="mark-asset">'
        f"<title>{text(mark.name)}</title></rect>"
    )


def _need(mark: Mark, scale: float) -> str:
    x, y = 200.0 + mark.east_m * scale, 200.0 - mark.north_m * scale
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{mark.need_m * scale:.1f}" class="need"/>'


def _sensor(mark: Mark, scale: float) -> str:
    x, y = 200.0 + mark.east_m * scale, 200.0 - mark.north_m * scale
    return (
        f'<path d="M{x - 4:.1f},{y + 4:.1f} l4,-8 l4,8 Z" class="sensor">'
        f"<title>{text(mark.name)}</title></path>"
    )


def _gap_arc(gap: Gap) -> str:
    """Draw the sector of a gap at the rim."""
    radius = DISC + 5.0
    if gap.all_round:
        return f'<circle cx="200" cy="200" r="{radius}" class="gap"/>'
    begin, end = math.radians(gap.azimuth_from_deg), math.radians(gap.azimuth_to_deg)
    (x0, y0), (x1, y1) = _at(begin, radius), _at(end, radius)
    large = int(gap.width_deg > 180.0)
    arc = f"M{x0:.1f},{y0:.1f} A{radius},{radius} 0 {large} 1 {x1:.1f},{y1:.1f}"
    return f'<path d="{arc}" class="gap"/>'
