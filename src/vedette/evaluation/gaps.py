"""Where people would be warned too late: sectors and heights with less time than they need.

In: for every way in to an asset how probably it is confirmed by each distance. Out: `Gap`s in plain
words with numbers, each with what the sensors lack there.
A warning is counted from when so many of a hundred are confirmed, not from when the luckiest is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Zone
from vedette.evaluation.approach import Approach
from vedette.simulator.probe import Looking, Probe
from vedette.simulator.sight import in_sector, look

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
SAME_SECTOR_RATIO = 0.75  # sectors of neighbouring heights that share so much are told as one
SEEN_PROB, FAINT_PROB = 0.3, 0.01  # a look: well seen; not at all


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """One sector, at one height or several, from which a zone is warned too late.

    warning_s: from when nine of ten are confirmed to the asset's edge, at the worst azimuth and
    height; None: fewer than nine of ten ever are. in_time_prob: how many are confirmed needed_s
    before, there. all_round: the sector is everything. why: what the sensors lack where it should
    be confirmed.
    """

    zone_id: str
    zone: str
    needed_s: float
    height_low_m: float
    height_high_m: float
    azimuth_from_deg: float
    azimuth_to_deg: float
    all_round: bool
    worst_azimuth_deg: float
    worst_height_m: float
    warning_s: float | None
    in_time_prob: float
    needed_range_m: float
    why: str

    @property
    def width_deg(self) -> float:
        """How wide the sector is."""
        return 360.0 if self.all_round else (self.azimuth_to_deg - self.azimuth_from_deg) % 360.0

    @property
    def order(self) -> tuple[float, ...]:
        """What to sort by, worst first: never, then least in time, then widest."""
        left_s = -1.0 if self.warning_s is None else self.warning_s
        return (left_s - self.needed_s, self.in_time_prob, -self.width_deg, self.worst_height_m)


@dataclass(slots=True, frozen=True)
class Ways:
    """The ways in to one asset: confirmed_prob (W, R) by ring_m (R,); edge_m: the asset's radius.

    models, probe: to say why.
    """

    approach: Approach
    ring_m: F64
    confirmed_prob: F64
    models: Sequence[Looking]
    probe: Probe
    edge_m: float

    def warning_s(self, least_prob: float) -> F64:
        """Give the seconds left at the edge once `least_prob` are confirmed (W,); NaN: never.

        Between two rings linear.
        """
        prob, ring = self.confirmed_prob, self.ring_m
        at = np.full(len(prob), np.nan)
        reached = prob >= least_prob
        for way in np.flatnonzero(reached.any(axis=1)).tolist():
            inner = int(np.flatnonzero(reached[way])[-1])
            at[way] = ring[inner]
            if inner + 1 < len(ring):
                low, high = prob[way, inner + 1], prob[way, inner]
                share = (high - least_prob) / max(high - low, 1e-12)
                at[way] += share * (ring[inner + 1] - ring[inner])
        return np.maximum(at - self.edge_m, 0.0) / self.approach.speed_mps

    def in_time_prob(self, needed_s: float) -> F64:
        """Give how probably each way (W,) is confirmed needed_s before the edge."""
        needed_m = self.needed_m(needed_s)
        rows = [np.interp(needed_m, self.ring_m, row) for row in self.confirmed_prob]
        return np.array(rows)

    def needed_m(self, needed_s: float) -> float:
        """Give how far out it is, needed_s before the edge."""
        return self.edge_m + self.approach.speed_mps * needed_s


def gaps_of_zone(ways: Ways, zone: Zone, least_prob: float) -> list[Gap]:
    """List the sectors and heights from which a zone has less than its take_cover_s."""
    shape = (len(ways.approach.height_m), len(ways.approach.azimuth_rad))
    warning_s = ways.warning_s(least_prob).reshape(shape)
    late = ~(warning_s >= zone.take_cover_s)  # NaN too
    found: list[tuple[list[int], Bools]] = []
    for k in range(shape[0]):
        for sector in sectors(late[k]):
            for heights, known in found:
                if heights[-1] == k - 1 and _shared_ratio(known, sector) >= SAME_SECTOR_RATIO:
                    heights.append(k)
                    known |= sector
                    break
            else:
                found.append(([k], sector))
    return [_gap(ways, zone, warning_s, heights, sector) for heights, sector in found]


def sectors(late: Bools) -> list[Bools]:
    """Part the azimuths (A,) that are late into sectors without a break, each as (A,)."""
    count = len(late)
    if late.all() or not late.any():
        return [late.copy()] if late.any() else []
    first = int(np.flatnonzero(~late)[0])
    turned = np.roll(late, -first)  # begins with one that is not late
    edges = np.flatnonzero(np.diff(np.concatenate([turned, [False]]).astype(np.int8)))
    found = []
    for begin, end in edges.reshape(-1, 2).tolist():
        sector = np.zeros(count, np.bool_)
        sector[(np.arange(begin + 1, end + 1) + first) % count] = True
        found.append(sector)
    return found


def _shared_ratio(one: Bools, other: Bools) -> float:
    return float((one & other).sum() / (one | other).sum())


def _gap(ways: Ways, zone: Zone, warning_s: F64, heights: list[int], sector: Bools) -> Gap:
    """Describe one gap by its worst way."""
    approach, count = ways.approach, len(sector)
    in_time = ways.in_time_prob(zone.take_cover_s).reshape(warning_s.shape)
    rows = [(k, a) for k in heights for a in np.flatnonzero(sector).tolist()]

    def badness(row: tuple[int, int]) -> tuple[float, float]:
        left_s = float(warning_s[row])
        return (left_s if np.isfinite(left_s) else -1.0, float(in_time[row]))

    worst = min(rows, key=badness)
    left_s = float(warning_s[worst])
    begin, end = _ends_deg(sector)
    way = worst[0] * count + worst[1]
    return Gap(
        zone_id=zone.id,
        zone=zone.name,
        needed_s=zone.take_cover_s,
        height_low_m=float(approach.height_m[heights[0]]),
        height_high_m=float(approach.height_m[heights[-1]]),
        azimuth_from_deg=begin,
        azimuth_to_deg=end,
        all_round=bool(sector.all()),
        worst_azimuth_deg=round(float(np.degrees(approach.azimuth_rad[worst[1]])), 1),
        worst_height_m=float(approach.height_m[worst[0]]),
        warning_s=round(left_s, 1) if np.isfinite(left_s) else None,
        in_time_prob=round(float(in_time[worst]), 4),
        needed_range_m=round(ways.needed_m(zone.take_cover_s), 1),
        why=_why(ways, way, ways.needed_m(zone.take_cover_s)),
    )


def _ends_deg(sector: Bools) -> tuple[float, float]:
    """Give where a sector begins and ends, clockwise: half a step beyond its azimuths."""
    count = len(sector)
    step = 360.0 / count
    if sector.all():
        return 0.0, 360.0
    begin = int(np.flatnonzero(sector & ~np.roll(sector, 1))[0])
    wide = int(sector.sum())
    return ((begin - 0.5) * step) % 360.0, ((begin + wide - 0.5) * step) % 360.0


def _why(ways: Ways, way: int, ground_m: float) -> str:
    """Say what each sensor lacks where the object should be confirmed."""
    ground = np.full((ways.approach.ways, 1), ground_m)
    state = ways.approach.states(ground)[way]
    groups: dict[str, list[str]] = {}
    for model in ways.models:
        groups.setdefault(_lack(model, ways.probe, state), []).append(model.sensor.name)
    if not groups:
        return "there is no sensor that could see it"
    return "; ".join(f"{', '.join(names)}: {lack}" for lack, names in groups.items())


def _lack(model: Looking, probe: Probe, state: F64) -> str:
    """Say what one sensor lacks to see an object in this state (1, 6)."""
    seen = look(model.station, state)
    prob = float(probe.look_prob(model, state)[0])
    if seen.range_m[0] > model.sensor.coverage.range_max_m:
        return "out of range"
    if not in_sector(model.sensor, seen.azimuth_rad, seen.elevation_rad, seen.range_m)[0]:
        return "outside its sector"
    if not seen.inside[0]:
        return "hidden by the ground" if model.station.horizon else "below the horizon"
    if getattr(model, "hears_only_radio", False) and prob == 0.0:
        return "hears only what transmits"
    if prob < FAINT_PROB:
        return "in view, too faint"
    share = f"in view, found by {100.0 * prob:.0f} % of the looks"
    return f"{share}, too late" if prob >= SEEN_PROB else share
