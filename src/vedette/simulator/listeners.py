"""What looks or listens without sending: direction finders, cameras, own drones' position feed.

In: the world after a step. Out: bearings and positions with the instant of measurement.
"""

import math
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor
from vedette.model.enums import ObjectClass
from vedette.model.reports import Claims, Plot, PositionReport, Report
from vedette.simulator.objects import Fleet
from vedette.simulator.rain import RainPath
from vedette.simulator.sensor_specs import SensorModelSpec
from vedette.simulator.sight import TWO_PI, Seen, Station, look
from vedette.simulator.world import STEP_NS, World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

DETECTION_BEST = 0.95
FEED_PERIOD_S = 1.0
# How large an object looks to a camera, as a factor on its range, a 3 m drone being 1.
SIZE_RATIO = {
    ObjectClass.BIRD: 0.25,
    ObjectClass.FLOCK: 1.0,
    ObjectClass.BALLOON: 0.6,
    ObjectClass.MULTIROTOR: 0.4,
    ObjectClass.FIXED_WING_UAS: 1.0,
    ObjectClass.ONE_WAY_UAS: 1.0,
    ObjectClass.HELICOPTER: 4.0,
    ObjectClass.LIGHT_AIRCRAFT: 4.0,
    ObjectClass.AEROPLANE: 10.0,
    ObjectClass.OTHER: 1.0,
}
# What a camera's classifier takes a class for when it is wrong.
MISTAKEN_FOR = {
    ObjectClass.BIRD: ObjectClass.MULTIROTOR,
    ObjectClass.FLOCK: ObjectClass.FIXED_WING_UAS,
    ObjectClass.BALLOON: ObjectClass.BIRD,
    ObjectClass.MULTIROTOR: ObjectClass.BIRD,
    ObjectClass.FIXED_WING_UAS: ObjectClass.AEROPLANE,
    ObjectClass.ONE_WAY_UAS: ObjectClass.AEROPLANE,
    ObjectClass.HELICOPTER: ObjectClass.AEROPLANE,
    ObjectClass.LIGHT_AIRCRAFT: ObjectClass.FIXED_WING_UAS,
    ObjectClass.AEROPLANE: ObjectClass.FIXED_WING_UAS,
    ObjectClass.OTHER: ObjectClass.BIRD,
}


def frame_ns(world: World, period_s: float) -> list[int]:
    """List the instants, a period apart since the start, that fell into the last step."""
    period = max(int(period_s * NS_PER_S), 1)
    since = world.t_ns - world.start_ns
    first, last = (since - STEP_NS) // period + 1, since // period
    return [world.start_ns + k * period for k in range(max(first, 0), last + 1)]


@lru_cache(maxsize=4)
def size_ratios(fleet: Fleet) -> F64:
    """Say how large each object (N,) of a fleet looks to a camera."""
    return np.array([SIZE_RATIO[spec.object_class] for spec in fleet.specs])


@lru_cache(maxsize=64)
def senders(fleet: Fleet, sensor_id: str) -> list[int]:
    """List the rows of the objects that send their position to a sensor."""
    return [
        k
        for k, spec in enumerate(fleet.specs)
        if spec.position_feed is not None and spec.position_feed.sensor == sensor_id
    ]


@dataclass(slots=True)
class BearingModel:
    """A direction finder (hears what transmits) or a camera (sees what is near and large).

    rain: what takes from the waves that a direction finder hears.
    """

    station: Station
    rng: np.random.Generator
    range_90_m: float
    detection_prob: float
    class_prob: float | None
    clutter_per_scan: float
    fails_s: float
    rain: RainPath | None

    @property
    def sensor(self) -> Sensor:
        """The site's entry."""
        return self.station.sensor

    @property
    def hears_only_radio(self) -> bool:
        """Whether this is a direction finder: by the site's word, else by its kind."""
        stated = self.sensor.cooperative
        return self.sensor.kind == "bearing" if stated is None else stated

    def observe(self, world: World) -> list[Report]:
        """Measure bearings at each frame of the last step."""
        if world.elapsed_s > self.fails_s:
            return []
        reports: list[Report] = []
        for t_ns in frame_ns(world, self.sensor.scan_period_s):
            reports += self._frame(world, t_ns)
        return reports

    def _frame(self, world: World, t_ns: int) -> list[Report]:
        """Measure everything heard or seen at one instant."""
        state = world.state_enu()
        state[:, :3] -= state[:, 3:] * ((world.t_ns - t_ns) / NS_PER_S)
        seen = look(self.station, state)
        count = len(state)
        luck, noise = self.rng.uniform(size=count), self.rng.standard_normal((count, 2))
        guess = self.rng.uniform(size=count)
        chance = self._chance(world, seen, state)
        rows = np.flatnonzero(self._possible(world, seen) & (luck < chance))
        labels = [self._label(world, int(k), float(guess[k])) for k in rows]
        return self._plots(t_ns, self._noisy(seen, noise, rows), labels) + self._clutter(t_ns)

    def _possible(self, world: World, seen: Seen) -> NDArray[np.bool_]:
        """Say which objects this sensor could notice at all."""
        possible = world.visible & seen.inside & world.fleet.there
        if self.hears_only_radio:
            possible &= world.fleet.radio
        return possible

    def look_prob(self, world: World, state_enu: F64) -> F64:
        """Say how probably one look notices each object of these states (N, 6).

        Of a camera that must be pointed: were it pointed there (`pointed_at` says when it is).
        """
        seen = look(self.station, state_enu)
        chance = self._notice_prob(world, seen, state_enu)
        return np.where(self._possible(world, seen), chance, 0.0)

    def _notice_prob(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is noticed by one look that is turned to it."""
        return self._chance(world, seen, state_enu)

    def _chance(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is noticed, were it possible. state_enu (N, 6): as seen."""
        share = seen.range_m / self._reach_m(world)
        if self.rain is not None and self.hears_only_radio:
            way = (seen.azimuth_rad, seen.elevation_rad, seen.range_m)
            share = share * 10.0 ** (self.rain.one_way_db(*way, world.elapsed_s) / 20.0)
        return np.asarray(self.detection_prob * 0.9 ** (share**2))

    def _reach_m(self, world: World) -> F64:
        """Give the range at which each object is noticed with 0.9 of the best probability."""
        if self.hears_only_radio:
            return np.full(world.fleet.count, self.range_90_m)
        return self.range_90_m * size_ratios(world.fleet)

    def _noisy(self, seen: Seen, noise: F64, rows: I64) -> F64:
        """Add noise, take the mounting off: columns azimuth, elevation."""
        sensor = self.sensor
        azimuth = seen.azimuth_rad[rows] + math.radians(sensor.azimuth_sigma_deg) * noise[rows, 0]
        elevation = (
            seen.elevation_rad[rows] + math.radians(sensor.elevation_sigma_deg) * noise[rows, 1]
        )
        offset = math.radians(sensor.azimuth_offset_deg)
        return np.stack([(azimuth - offset) % TWO_PI, elevation], axis=1)

    def _label(self, world: World, k: int, guess: float) -> dict[str, float] | None:
        """Say what the camera takes object k for, right with class_prob."""
        if self.class_prob is None:
            return None
        true = world.fleet.specs[k].object_class
        name = true if guess < self.class_prob else MISTAKEN_FOR[true]
        return {str(name): round(self.class_prob, 3)}

    def _clutter(self, t_ns: int) -> list[Report]:
        """Draw false bearings, evenly over the coverage."""
        count = int(self.rng.poisson(self.clutter_per_scan))
        if not count:
            return []
        coverage = self.sensor.coverage
        width = math.radians(coverage.azimuth_to_deg - coverage.azimuth_from_deg) % TWO_PI
        start = math.radians(coverage.azimuth_from_deg)
        azimuth = (start + self.rng.uniform(size=count) * (width or TWO_PI)) % TWO_PI
        low, high = coverage.elevation_min_deg, coverage.elevation_max_deg
        elevation = np.radians(self.rng.uniform(low, high, count))
        return self._plots(t_ns, np.stack([azimuth, elevation], axis=1), [None] * count)

    def _plots(self, t_ns: int, angles: F64, labels: list[dict[str, float] | None]) -> list[Report]:
        """Make plots of columns azimuth, elevation; a plain direction finder has no elevation."""
        tilts = self.sensor.kind == "bearing_elevation"
        return [
            Plot(
                sensor=self.sensor.id,
                t_meas_ns=t_ns,
                t_recv_ns=t_ns,
                azimuth_rad=azimuth,
                elevation_rad=elevation if tilts else None,
                class_prob=label,
            )
            for (azimuth, elevation), label in zip(angles.tolist(), labels, strict=True)
        ]


@dataclass(slots=True)
class PositionModel:
    """Own drones that say where they are, once a second, with GNSS noise."""

    station: Station
    rng: np.random.Generator
    detection_prob: float
    fails_s: float

    @property
    def sensor(self) -> Sensor:
        """The site's entry."""
        return self.station.sensor

    def observe(self, world: World) -> list[Report]:
        """Take the position reports of the last step."""
        if world.elapsed_s > self.fails_s:
            return []
        reports: list[Report] = []
        for t_ns in frame_ns(world, FEED_PERIOD_S):
            reports += self._frame(world, t_ns)
        return reports

    def _frame(self, world: World, t_ns: int) -> list[Report]:
        """Take one report of each object that sends to this sensor."""
        state = world.state_enu()
        state[:, :3] -= state[:, 3:] * ((world.t_ns - t_ns) / NS_PER_S)
        rows = senders(world.fleet, self.sensor.id)
        luck = self.rng.uniform(size=len(rows))
        noise = self.rng.standard_normal((len(rows), 3))
        inside = look(self.station, state).inside & world.visible
        return [
            self._report(world, t_ns, state[k], noise[i], k)
            for i, k in enumerate(rows)
            if inside[k] and luck[i] < self.detection_prob
        ]

    def _report(self, world: World, t_ns: int, state: F64, noise: F64, k: int) -> PositionReport:
        """Make the report of object k. The noise is half of what the site states at most."""
        feed = world.fleet.specs[k].position_feed
        sensor = self.sensor
        spread = np.array([sensor.horizontal_sigma_m] * 2 + [sensor.vertical_sigma_m]) * 0.5
        east, north, up = (state[:3] + spread * noise).tolist()
        lat_rad, lon_rad, hae_m = world.frame.geo_from_enu(east, north, up)
        return PositionReport(
            sensor=sensor.id,
            t_meas_ns=t_ns,
            t_recv_ns=t_ns,
            lat_rad=lat_rad,
            lon_rad=lon_rad,
            hae_m=hae_m,
            claims=Claims(
                remote_id=feed.remote_id if feed else None, callsign=feed.callsign if feed else None
            ),
        )


def bearing_model(
    at: Station, spec: SensorModelSpec, rng: np.random.Generator, rain: RainPath | None = None
) -> BearingModel:
    """Make a direction finder's or camera's model from the site's entry and the scenario's."""
    sensor = at.sensor
    clutter = sensor.clutter_per_scan if spec.clutter_per_scan is None else spec.clutter_per_scan
    return BearingModel(
        station=at,
        rng=rng,
        range_90_m=spec.range_90_m or 0.7 * sensor.coverage.range_max_m,
        detection_prob=DETECTION_BEST if spec.detection_prob is None else spec.detection_prob,
        class_prob=spec.class_prob,
        clutter_per_scan=clutter,
        fails_s=math.inf if spec.fails_s is None else spec.fails_s,
        rain=rain,
    )


def fields_of(plain: BearingModel) -> dict[str, Any]:
    """Give a plain model's fields by name, to make a finer one of it."""
    return {each.name: getattr(plain, each.name) for each in fields(plain)}


def position_model(at: Station, spec: SensorModelSpec, rng: np.random.Generator) -> PositionModel:
    """Make a position feed's model."""
    best = DETECTION_BEST if spec.detection_prob is None else spec.detection_prob
    return PositionModel(at, rng, best, math.inf if spec.fails_s is None else spec.fails_s)
