"""Range and height of the tracks involved against time, with the moments that mattered."""

import math
from dataclasses import dataclass

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.base.names import track_name
from vedette.geo import SiteFrame
from vedette.incident.drawing import PLOT_HEIGHT, PLOT_WIDTH, ink, text, thinned
from vedette.incident.story import Incident, InvolvedTrack
from vedette.incident.tell import path_enu
from vedette.incident.words import utc
from vedette.model.measurements import F64

_LEFT, _RIGHT, _TOP, _BOTTOM = 58.0, 12.0, 34.0, 30.0


@dataclass(slots=True, frozen=True)
class Mark:
    """A moment drawn as a vertical line, with its letter and what it was."""

    letter: str
    t_ns: int
    words: str


def marks(incident: Incident) -> list[Mark]:
    """List the moments both plots show, in order, lettered a, b, c; twelve at most."""
    found: list[tuple[int, str]] = []
    for w in incident.warnings:
        found.append((w.raised_t_ns, f"{w.zone_name} warned"))
        if w.acknowledged_t_ns is not None:
            found.append((w.acknowledged_t_ns, f"{w.zone_name}: warning acknowledged"))
    for e in incident.engagements:
        name = track_name(e.track_id)
        found.append((e.first_t_ns, f"{name}: first authorisation"))
        if e.second_t_ns is not None:
            found.append((e.second_t_ns, f"{name}: second authorisation"))
        if e.executed_t_ns is not None:
            found.append((e.executed_t_ns, f"{name}: simulated effector done"))
        if e.outcome_t_ns is not None:
            found.append((e.outcome_t_ns, f"{name}: {e.outcome}"))
    last_ns = _last_ns(incident)
    shown = [pair for pair in sorted(found) if incident.began_t_ns <= pair[0] <= last_ns][:12]
    return [Mark(chr(ord("a") + k), t_ns, words) for k, (t_ns, words) in enumerate(shown)]


def _shown(incident: Incident) -> list[InvolvedTrack]:
    """List the tracks plotted: those with a path that were suspects or warned of, else all."""
    warned = {track_id for w in incident.warnings for track_id in w.track_ids}
    with_path = [t for t in incident.tracks if t.path]
    return [t for t in with_path if t.engageable or t.track_id in warned] or with_path


def _last_ns(incident: Incident) -> int:
    """Find where the plots end: a little after the last recorded place."""
    ends = [t.path[-1].t_ns for t in _shown(incident)] or [incident.ended_t_ns]
    span_ns = max(max(ends) - incident.began_t_ns, 10 * NS_PER_S)
    return incident.began_t_ns + span_ns + span_ns // 12


def range_plot(incident: Incident) -> str:
    """Plot each track's distance over ground to the nearest asset (km) against UTC."""
    frame = SiteFrame(incident.reference)
    assets = [
        frame.enu_from_geo_deg(a.lat_deg, a.lon_deg, frame.hae_m) for a in incident.assets
    ] or [(0.0, 0.0, 0.0)]
    series: list[tuple[InvolvedTrack, F64]] = []
    for track in _shown(incident):
        east, north = path_enu(frame, thinned(track.path))
        away = [np.hypot(east - a_east, north - a_north) for a_east, a_north, _ in assets]
        series.append((track, np.min(np.array(away), axis=0) / 1_000.0))
    return _plot(incident, series, "km to the nearest asset")


def height_plot(incident: Incident) -> str:
    """Plot each track's height above the site's reference point (m) against UTC."""
    reference_m = incident.reference.hae_m
    series = [
        (track, np.array([p.hae_m - reference_m for p in thinned(track.path)]))
        for track in _shown(incident)
    ]
    return _plot(incident, series, "m above the site")


def _plot(incident: Incident, series: list[tuple[InvolvedTrack, F64]], unit: str) -> str:
    began_ns, last_ns = incident.began_t_ns, _last_ns(incident)
    # The ellipsoid is no floor: an estimate may dip under it, and the axis then says so.
    low = min([0.0, *(float(np.min(v)) for _, v in series)])
    high = max([1e-3, *(float(np.max(v)) for _, v in series)])
    step = _round_step((high - low) / 4.0)
    low, high = math.floor(low / step) * step, math.ceil(high / step) * step
    wide, tall = PLOT_WIDTH - _LEFT - _RIGHT, PLOT_HEIGHT - _TOP - _BOTTOM

    def x_of(t_ns: int) -> float:
        return _LEFT + wide * (t_ns - began_ns) / (last_ns - began_ns)

    def y_of(value: float) -> float:
        return _TOP + tall * (high - value) / (high - low)

    parts = [_value_axis(low, high, step, y_of(low) - y_of(low + step), y_of(high))]
    parts.append(_time_axis(began_ns, last_ns, wide))
    for mark in marks(incident):
        x = x_of(mark.t_ns)
        parts.append(
            f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{_TOP + tall}" class="moment"/>'
        )
    parts.append(_letters([(x_of(m.t_ns), m.letter) for m in marks(incident)]))
    for track, values in series:
        colour, dash = ink(incident, track)
        times = [point.t_ns for point in thinned(track.path)]
        places = [
            f"{x_of(t_ns):.1f},{y_of(float(value)):.1f}"
            for t_ns, value in zip(times, values, strict=True)
        ]
        parts.append(
            f'<polyline points="{" ".join(places)}" fill="none" stroke="{colour}"'
            f' stroke-width="1.8" stroke-dasharray="{dash}"/>'
        )
    parts.append(_key(incident, [track for track, _ in series]))
    return (
        f'<svg viewBox="0 0 {PLOT_WIDTH:.0f} {PLOT_HEIGHT:.0f}" role="img"'
        f' aria-label="{text(unit)} against time">'
        f'<text x="{_LEFT}" y="13" class="small">{text(unit)}</text>{"".join(parts)}</svg>'
    )


def _round_step(least: float) -> float:
    """Find the smallest of 1, 2, 5 times a power of ten not under `least`."""
    power = 10.0 ** math.floor(math.log10(max(least, 1e-6)))
    return min(f * power for f in (1.0, 2.0, 5.0, 10.0) if f * power >= least * 0.999)


def _value_axis(low: float, high: float, step: float, step_y: float, y_top: float) -> str:
    lines = []
    for k in range(round((high - low) / step) + 1):
        y = y_top + k * step_y
        lines.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{PLOT_WIDTH - _RIGHT}" y2="{y:.1f}"'
            ' class="grid"/>'
            f'<text x="{_LEFT - 6}" y="{y + 3.5:.1f}" text-anchor="end" class="small">'
            f"{high - k * step:g}</text>"
        )
    return "".join(lines)


def _time_axis(began_ns: int, last_ns: int, wide: float) -> str:
    """Mark round times, at most eight of them."""
    span_s = (last_ns - began_ns) / NS_PER_S
    steps = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400)
    step_ns = next((s for s in steps if span_s / s <= 8.0), 604_800) * NS_PER_S
    y = PLOT_HEIGHT - _BOTTOM
    drawn = []
    t_ns = -(-began_ns // step_ns) * step_ns
    while t_ns <= last_ns:
        x = _LEFT + wide * (t_ns - began_ns) / (last_ns - began_ns)
        drawn.append(
            f'<line x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + 4}" class="tick"/>'
            f'<text x="{x:.1f}" y="{y + 16}" text-anchor="middle" class="small">'
            f"{utc(t_ns)[:8]}</text>"
        )
        t_ns += step_ns
    return "".join(drawn)


def _letters(places: list[tuple[float, str]]) -> str:
    """Write the letters over their lines; those that would touch share one text."""
    groups: list[tuple[float, str]] = []
    for x, letter in places:
        if groups and x - groups[-1][0] < 9.0 + 5.0 * len(groups[-1][1]):
            groups[-1] = (groups[-1][0], groups[-1][1] + letter)
        else:
            groups.append((x, letter))
    return "".join(
        f'<text x="{x:.1f}" y="{_TOP - 3}" text-anchor="start" class="letter">{letters}</text>'
        for x, letters in groups
    )


def _key(incident: Incident, tracks: list[InvolvedTrack]) -> str:
    """Name the lines, at the top right inside the plot."""
    drawn = []
    for k, track in enumerate(tracks[:8]):
        colour, dash = ink(incident, track)
        y = _TOP + 12.0 + 15.0 * k
        drawn.append(
            f'<line x1="{PLOT_WIDTH - 92}" y1="{y:.1f}" x2="{PLOT_WIDTH - 66}" y2="{y:.1f}"'
            f' stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'
            f'<text x="{PLOT_WIDTH - 60}" y="{y + 3.5:.1f}" class="halo small">'
            f"{track_name(track.track_id)}</text>"
        )
    return "".join(drawn)
