"""Charts as inline SVG in the look of the incident report: axes, lines, steps, points, keys.

Numbers only go into coordinates; every text is escaped. No script, nothing fetched.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.incident.drawing import text
from vedette.incident.words import utc

F64 = NDArray[np.float64]
WIDTH = 760.0
POINTS_MAX = 600  # more are not told apart on paper
TIME_STEPS_S = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14_400,
    43_200,
    86_400,
)
NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class Chart:
    """A plot: x from x_low to x_high, y from y_low to y_high, in a sheet of given size.

    unit: written above the y axis, x_unit below the x axis. Add parts, then `svg`.
    """

    x_low: float
    x_high: float
    y_low: float
    y_high: float
    unit: str
    x_unit: str = ""
    width: float = WIDTH
    height: float = 250.0
    left: float = 58.0
    right: float = 14.0
    top: float = 24.0
    bottom: float = 34.0
    parts: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Place a value on the sheet, across."""
        share = (value - self.x_low) / (self.x_high - self.x_low)
        return self.left + share * (self.width - self.left - self.right)

    def y(self, value: float) -> float:
        """Place a value on the sheet, down."""
        share = (self.y_high - value) / (self.y_high - self.y_low)
        return self.top + share * (self.height - self.top - self.bottom)

    def y_axis(self, step: float, words: Callable[[float], str] = "{:g}".format) -> None:
        """Draw the grid lines across, every `step`."""
        for value in ticks(self.y_low, self.y_high, step):
            y = self.y(value)
            self.parts.append(
                f'<line x1="{self.left}" y1="{y:.1f}" x2="{self.width - self.right}" y2="{y:.1f}"'
                f' class="grid"/><text x="{self.left - 6}" y="{y + 3.5:.1f}" text-anchor="end"'
                f' class="small">{text(words(value))}</text>'
            )

    def x_axis(self, step: float, words: Callable[[float], str] = "{:g}".format) -> None:
        """Draw the ticks along, every `step`."""
        base = self.height - self.bottom
        for value in ticks(self.x_low, self.x_high, step):
            x = self.x(value)
            self.parts.append(
                f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 4}" class="tick"/>'
                f'<text x="{x:.1f}" y="{base + 15}" text-anchor="middle" class="small">'
                f"{text(words(value))}</text>"
            )

    def time_axis(self, begin_ns: int) -> None:
        """Draw times of day along, x being seconds since `begin_ns`; at most eight of them."""
        span_s = self.x_high - self.x_low
        step_s = next((s for s in TIME_STEPS_S if span_s / s <= 8.0), 604_800)
        first_s = (-begin_ns % (step_s * NS_PER_S)) / NS_PER_S
        base = self.height - self.bottom
        for value in ticks(first_s, self.x_high, step_s, first_s):
            x = self.x(value)
            self.parts.append(
                f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 4}" class="tick"/>'
                f'<text x="{x:.1f}" y="{base + 15}" text-anchor="middle" class="small">'
                f"{utc(begin_ns + round(value * NS_PER_S))[:8]}</text>"
            )

    def line(self, x: F64, y: F64, style: str) -> None:
        """Draw a line, broken where y is NaN and cut at the frame. style: SVG attributes."""
        if not len(x):
            return
        keep = np.unique(np.linspace(0, len(x) - 1, POINTS_MAX).round().astype(np.int64))
        for piece in _pieces(x[keep], np.clip(y[keep], self.y_low, self.y_high)):
            places = " ".join(f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in piece)
            self.parts.append(f'<polyline points="{places}" fill="none" {style}/>')

    def moment(self, x: float, letter: str) -> None:
        """Draw a vertical line with a letter over it."""
        at = self.x(x)
        self.parts.append(
            f'<line x1="{at:.1f}" y1="{self.top}" x2="{at:.1f}" y2="{self.height - self.bottom}"'
            f' class="moment"/><text x="{at:.1f}" y="{self.top - 4}" text-anchor="middle"'
            f' class="letter">{text(letter)}</text>'
        )

    def note(self, x: float, y: float, words: str, anchor: str = "start") -> None:
        """Write at a place of the sheet (not of the axes)."""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="halo small">'
            f"{text(words)}</text>"
        )

    def key(self, rows: list[tuple[str, str]]) -> None:
        """Name lines (style and words of each): above the frame if they fit there, else inside."""
        wide = [44.0 + 6.0 * len(words) for _, words in rows]
        above = sum(wide) < 0.66 * (self.width - self.left - self.right)
        x, y = self.width - self.right - (sum(wide) if above else max(wide, default=0.0)), 12.0
        for k, (style, words) in enumerate(rows):
            at_y = y if above else self.top + 11.0 + 15.0 * k
            self.parts.append(
                f'<line x1="{x:.1f}" y1="{at_y - 3:.1f}" x2="{x + 24:.1f}" y2="{at_y - 3:.1f}"'
                f' {style}/><text x="{x + 29:.1f}" y="{at_y + 0.5:.1f}" class="halo small">'
                f"{text(words)}</text>"
            )
            x += wide[k] if above else 0.0

    def svg(self, label: str) -> str:
        """Give the whole drawing. label: what it shows, for those who cannot see it."""
        units = f'<text x="{self.left}" y="13" class="small">{text(self.unit)}</text>'
        if self.x_unit:
            units += (
                f'<text x="{self.width - self.right}" y="{self.height - 4}" text-anchor="end"'
                f' class="small">{text(self.x_unit)}</text>'
            )
        return svg(self.width, self.height, label, units + "".join(self.parts))


def svg(wide: float, tall: float, label: str, body: str) -> str:
    """Wrap drawn parts."""
    return (
        f'<svg viewBox="0 0 {wide:.0f} {tall:.0f}" role="img" aria-label="{text(label)}">'
        f"{body}</svg>"
    )


def ticks(low: float, high: float, step: float, origin: float = 0.0) -> list[float]:
    """List the multiples of `step` from `origin` between two values, rounding errors aside."""
    first = math.ceil((low - origin) / step - 1e-9)
    last = math.floor((high - origin) / step + 1e-9)
    return [origin + k * step for k in range(first, last + 1)]


def round_step(span: float, parts: int) -> float:
    """Find the smallest of 1, 2, 5 times a power of ten of which `parts` cover `span`."""
    least = max(span / parts, 1e-9)
    power = 10.0 ** math.floor(math.log10(least))
    return min(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= least * 0.999)


def _pieces(x: F64, y: F64) -> list[list[tuple[float, float]]]:
    """Split a line where it is not known; a point alone is left out."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(x.tolist(), y.tolist(), strict=True):
        if math.isfinite(b):
            pieces[-1].append((a, b))
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if len(piece) > 1]
