"""What an exercise lets fly, and what the site's radars would say of it.

A straight line at one speed from where it appears to its asset: enough to train people, no claim
about any drone. Each radar of the site sees it once a scan, within its coverage, with its own
detection probability and errors; chance comes from the inject's number, so that an exercise is the
same again. What is made are detections as any sensor sends them, and they are recorded as such.
"""

from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.config.exercise import Inject
from vedette.config.site import Sensor, Site
from vedette.geo import SiteFrame, aer_from_enu

RADARS = ("radar_3d", "radar_2d")
SCANS_MAX = 50  # in one step, after a pause: what was missed is not made up for


@dataclass(slots=True)
class Flyer:
    """One flight. pos_enu_m: where it appears and where it goes, in the site's frame.

    track_ids: tracks that were nearest to it, with the time of the first such moment.
    """

    number: int
    inject: Inject
    appeared_ns: int
    start_enu_m: NDArray[np.float64]
    goal_enu_m: NDArray[np.float64]
    track_ids: dict[int, int] = field(default_factory=dict)

    @property
    def flight_s(self) -> float:
        """How long it flies."""
        way_m = float(np.linalg.norm(self.goal_enu_m - self.start_enu_m))
        return way_m / self.inject.speed_mps

    @property
    def arrival_ns(self) -> int:
        """When it is there."""
        return self.appeared_ns + round(self.flight_s * NS_PER_S)

    def at(self, t_ns: int) -> NDArray[np.float64] | None:
        """Say where it is; None before it appears and once it is there."""
        if not self.appeared_ns <= t_ns < self.arrival_ns:
            return None
        share = (t_ns - self.appeared_ns) / max(self.arrival_ns - self.appeared_ns, 1)
        return self.start_enu_m + share * (self.goal_enu_m - self.start_enu_m)


def flyer(site: Site, frame: SiteFrame, number: int, inject: Inject, now_ns: int) -> Flyer:
    """Let an inject appear now."""
    asset = next(asset for asset in site.assets if asset.id == inject.asset)
    ground_m = asset.ground_hae_m if asset.ground_hae_m is not None else site.reference.hae_m
    goal = np.array(frame.enu_from_geo_deg(asset.lat_deg, asset.lon_deg, ground_m), np.float64)
    bearing = np.deg2rad(inject.bearing_deg)
    away = inject.range_m * np.array([np.sin(bearing), np.cos(bearing), 0.0])
    start = goal + away
    start[2] = inject.height_m
    return Flyer(number, inject, now_ns, start, goal)


class Radars:
    """The site's radars as an exercise needs them: where they stand and when they last looked."""

    def __init__(self, site: Site, frame: SiteFrame) -> None:
        """frame: the site's."""
        self._frame = frame
        self._radars = [(s, SiteFrame(s)) for s in site.sensors if s.kind in RADARS]
        self._looked_ns: dict[tuple[str, int], int] = {}
        self._chance: dict[int, np.random.Generator] = {}

    def see(self, flying: Flyer, now_ns: int, failed: frozenset[str]) -> list[bytes]:
        """Give a line for each scan since the last time in which a radar saw it."""
        lines: list[bytes] = []
        for sensor, own in self._radars:
            period_ns = round(sensor.scan_period_s * NS_PER_S)
            key = (sensor.id, flying.number)
            last_ns = self._looked_ns.get(key, flying.appeared_ns - period_ns)
            due = range(last_ns + period_ns, now_ns + 1, period_ns)[-SCANS_MAX:]
            for t_ns in due:
                self._looked_ns[key] = t_ns
                line = None if sensor.id in failed else self._look(sensor, own, flying, t_ns)
                lines += [line] if line is not None else []
        return lines

    def _look(self, sensor: Sensor, own: SiteFrame, flying: Flyer, t_ns: int) -> bytes | None:
        place = flying.at(t_ns)
        if place is None:
            return None
        geo = self._frame.geo_deg_from_enu(*place.tolist())
        azimuth, elevation, range_m = (float(v) for v in aer_from_enu(*own.enu_from_geo_deg(*geo)))
        azimuth_deg, elevation_deg = np.rad2deg(azimuth), np.rad2deg(elevation)
        chance = self._chance.setdefault(flying.number, np.random.default_rng(flying.number))
        seen, *errors = chance.random(), *chance.standard_normal(3)
        if not _covers(sensor, azimuth_deg, elevation_deg, range_m):
            return None
        if seen >= sensor.detection_prob:
            return None
        told = {
            "t_ns": t_ns,
            "sensor": sensor.id,
            "range_m": float(max(range_m + sensor.range_sigma_m * errors[0], 0.0)),
            "azimuth_deg": float(
                azimuth_deg - sensor.azimuth_offset_deg + sensor.azimuth_sigma_deg * errors[1]
            ),
        }
        if sensor.kind == "radar_3d":
            raised_deg = elevation_deg + sensor.elevation_sigma_deg * errors[2]
            told["elevation_deg"] = float(np.clip(raised_deg, -90.0, 90.0))
        return msgspec.json.encode(told)


def _covers(sensor: Sensor, azimuth_deg: float, elevation_deg: float, range_m: float) -> bool:
    cover = sensor.coverage
    width_deg = (cover.azimuth_to_deg - cover.azimuth_from_deg) % 360.0 or 360.0
    return (
        cover.range_min_m <= range_m <= cover.range_max_m
        and (azimuth_deg - cover.azimuth_from_deg) % 360.0 <= width_deg
        and cover.elevation_min_deg <= elevation_deg <= cover.elevation_max_deg
    )
