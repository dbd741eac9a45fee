"""The same word of one sensor over two wires counts once.

In: the reports of one feed's arrival. Out: those that no other feed has just brought of the same
sensor. A site may hear a sensor over several formats at once, for if one fails; each rounds in its
own way, so two reports are one where they lie within TIME_NS and the steps below. Each report is
the copy of one other at most, so that two objects close together stay two over two wires. What a
copy says beyond the first, in the same step, is filled in there: one format tells the class, the
other the callsign. Nothing is matched while a sensor is heard over one feed only, or the site
file gives it no second.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from vedette.base.angles import TWO_PI
from vedette.base.constants import NS_PER_S
from vedette.config.kinds import FEED_KINDS
from vedette.config.site import Sensor, Site
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Detection,
    Plot,
    PositionReport,
    Report,
    SitePositionReport,
)

# The coarsest steps of any format: 1/128 s, 1/256 nautical mile and 0.01 degree of ASTERIX; of
# positions 5 m of compact ADS-B and a vehicle's clock that is known to its least delay.
PLOT_TIME_NS, PLACE_TIME_NS = 12_000_000, 400_000_000
RANGE_M, ANGLE_RAD, PLACE_M = 8.0, math.radians(0.02), 15.0
KEPT_NS = 3 * NS_PER_S  # wires of one sensor differ by less
KEPT_MAX = 4_000  # words of one sensor; beyond it the older half of them goes
CELLS_MAX = 1e15  # no place on earth is so many steps from another; a memory is saved as 64 bits
CELL_MAX = 32  # words of one time and place; a crowd of more is nobody's honest picture
SILENT_NS = 60 * NS_PER_S  # a wire silent for longer is none
EARTH_RADIUS_M = 6_371_000.0
# What is filled in: never a number measured, for one's place and another's speed are neither's.
_EVIDENCE = ("class_prob", "confidence", "rcs_dbsm", "snr_db", "object_ref", "micro_doppler")


@dataclass(slots=True)
class Word:
    """One report as it came first. feeds: that have brought it. coordinates: what is compared.

    t_ns, t_recv_ns: when it was measured by its own word, and when it came.
    """

    t_ns: int
    t_recv_ns: int
    coordinates: tuple[float, ...]
    feeds: list[str]
    step: int
    index: int  # among that step's reports


@dataclass(slots=True)
class Wires:
    """One sensor's wires. feeds: when each was last heard; words: by cell of time and place.

    is_double: the site file gives it more than one feed.
    """

    is_double: bool = False
    feeds: dict[str, int] = field(default_factory=dict)
    words: dict[tuple[int, int], list[Word]] = field(default_factory=dict)
    count: int = 0


@dataclass(slots=True)
class Copies:
    """The wires of all sensors of the site. step: counts calls of `decode`."""

    wires: dict[str, Wires]
    step: int = 0


def open_copies(site: Site) -> Copies:
    """Make the memory of a site's wires."""
    return Copies({s.id: Wires(_feeds_of(site, s) > 1) for s in site.sensors})


def _feeds_of(site: Site, sensor: Sensor) -> int:
    """Count the feeds that the site file gives a sensor."""
    count = 0
    for feed in site.feeds:
        format_ = FEED_KINDS[feed.kind].format
        any_sensor = format_.startswith("detection") and feed.sensor is None
        named = any_sensor or sensor.id in (feed.sensor, feed.sightings_sensor, feed.tracks_sensor)
        coded = format_ == "asterix" and feed.sensor is None and sensor.sac is not None
        count += named or coded or (format_ == "sapient" and sensor.sapient_node is not None)
    return count


def without_copies(
    copies: Copies, feed: str, found: Sequence[Report], out: list[Report]
) -> list[Report]:
    """Give the reports that are no copies; out: the step's so far, in which copies fill gaps."""
    kept: list[Report] = []
    for report in found:
        known = copies.wires.get(report.sensor) if isinstance(report, Detection) else None
        if (
            known is None
            or not isinstance(report, Detection)
            or not _is_double(known, feed, report)
        ):
            kept.append(report)
            continue
        # One's own words are none's copies: while no other feed is heard there is nothing to find.
        word = _copied(known, feed, report) if len(known.feeds) > 1 else None
        if word is None:
            _note(known, feed, report, copies.step, len(out) + len(kept))
            kept.append(report)
            continue
        word.feeds.append(feed)
        if word.step == copies.step and word.index < len(out):
            out[word.index] = _filled(out[word.index], report)
    return kept


def _is_double(known: Wires, feed: str, report: Detection) -> bool:
    """Say whether the sensor may be heard over another feed too; forget wires that are silent."""
    known.feeds[feed] = report.t_recv_ns
    if len(known.feeds) > 1:
        for other in [f for f, t in known.feeds.items() if report.t_recv_ns - t > SILENT_NS]:
            del known.feeds[other]
    return known.is_double or len(known.feeds) > 1


class _Shape(NamedTuple):
    """What makes a report the copy of another.

    patience_ns: how far their times may differ; here: the numbers that are compared; steps: how far
    these may differ; periods: after how much each begins anew (azimuth, longitude), else infinite.
    """

    patience_ns: int
    here: tuple[float, ...]
    steps: tuple[float, ...]
    periods: tuple[float, ...]


def _shape(report: Detection) -> _Shape:
    """Say what of a report is compared, and how closely."""
    if isinstance(report, PositionReport):
        around_m = EARTH_RADIUS_M * max(math.cos(report.lat_rad), ANGLE_RAD)
        here = (EARTH_RADIUS_M * report.lat_rad, report.lon_rad)
        return _Shape(PLACE_TIME_NS, here, (PLACE_M, PLACE_M / around_m), (math.inf, TWO_PI))
    if isinstance(report, SitePositionReport):
        here = (report.north_m, report.east_m)
        return _Shape(PLACE_TIME_NS, here, (PLACE_M, PLACE_M), (math.inf, math.inf))
    if isinstance(report, ArrivalReport):
        first_ns = min(report.arrivals_ns.values(), default=0)
        told = tuple(float(t - first_ns) for _, t in sorted(report.arrivals_ns.items()))
        steps = (0.5, *[1.0] * len(told))
        return _Shape(PLOT_TIME_NS, (float(len(told)), *told), steps, (math.inf,) * len(steps))
    azimuth_rad = -1.0 if report.azimuth_rad is None else report.azimuth_rad
    if report.range_m is None:
        return _Shape(PLOT_TIME_NS, (azimuth_rad,), (ANGLE_RAD,), (TWO_PI,))
    here = (report.range_m, azimuth_rad)
    return _Shape(PLOT_TIME_NS, here, (RANGE_M, ANGLE_RAD), (math.inf, TWO_PI))


def _cell(report: Detection, shape: _Shape) -> tuple[int, int]:
    """Give the cell of time and of the first number compared; what is absurd lies in the last."""
    where = min(max(shape.here[0] / shape.steps[0], -CELLS_MAX), CELLS_MAX)
    return report.t_meas_ns // shape.patience_ns, math.floor(where) % _cells_round(shape)


def _cells_round(shape: _Shape) -> int:
    """Give how many cells the first number has before it begins anew."""
    period, step = shape.periods[0], shape.steps[0]
    return round(period / step) if math.isfinite(period) else 4 * int(CELLS_MAX)


def _is_near(word: Word, shape: _Shape) -> bool:
    """Say whether every number of a word is within its step of the report's."""
    if len(word.coordinates) != len(shape.here):
        return False
    for there, here, step, period in zip(
        word.coordinates, shape.here, shape.steps, shape.periods, strict=True
    ):
        apart = abs(there - here)
        if not (apart <= step or abs(period - apart) <= step):
            return False
    return True


def _copied(known: Wires, feed: str, report: Detection) -> Word | None:
    """Find the nearest word in time that this report repeats and its feed has not brought yet."""
    shape = _shape(report)
    when, where = _cell(report, shape)
    around = _cells_round(shape)
    best: Word | None = None
    for cell in [(when + i, (where + k) % around) for i in (-1, 0, 1) for k in (-1, 0, 1)]:
        for word in known.words.get(cell, ()):
            off_ns = abs(word.t_ns - report.t_meas_ns)
            if feed in word.feeds or off_ns > shape.patience_ns:
                continue
            nearer = best is None or off_ns < abs(best.t_ns - report.t_meas_ns)
            if nearer and _is_near(word, shape):
                best = word
    return best


def _note(known: Wires, feed: str, report: Detection, step: int, index: int) -> None:
    """Remember a word; forget those that came longer ago than wires differ."""
    shape = _shape(report)
    words = known.words.setdefault(_cell(report, shape), [])
    words.append(Word(report.t_meas_ns, report.t_recv_ns, shape.here, [feed], step, index))
    known.count += 1
    if len(words) > CELL_MAX:
        del words[0]
        known.count -= 1
    if known.count > KEPT_MAX or known.count % 256 == 0:
        _forget(known, report.t_recv_ns - KEPT_NS)


def _forget(known: Wires, least_recv_ns: int) -> None:
    """Drop words that came before this, and where they are too many still, the older half."""
    cells = [item for item in known.words.items() if item[1][-1].t_recv_ns >= least_recv_ns]
    if sum(len(words) for _, words in cells) > KEPT_MAX // 2:
        cells = sorted(cells, key=lambda item: item[1][-1].t_recv_ns)[len(cells) // 2 :]
    known.words = dict(cells)
    known.count = sum(len(words) for words in known.words.values())


def _filled(first: Report, copy: Detection) -> Report:
    """Give the first report with what only the copy says."""
    if type(first) is not type(copy):
        return first
    missing: dict[str, Any] = {
        name: getattr(copy, name)
        for name in first.__struct_fields__
        if name in _EVIDENCE and getattr(first, name) is None
    }
    assert isinstance(first, Plot | PositionReport | SitePositionReport | ArrivalReport)
    missing["claims"] = _joined(first.claims, copy.claims)
    return msgspec.structs.replace(first, **missing)


def _joined(first: Claims | None, copy: Claims | None) -> Claims | None:
    if first is None or copy is None:
        return first or copy
    names = {n: getattr(first, n) or getattr(copy, n) for n in first.__struct_fields__}
    return Claims(**names)
