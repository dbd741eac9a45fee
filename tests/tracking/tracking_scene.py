"""A small world for the tracker's tests: targets, sensors that see them, clutter. Seeded."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Limits
from vedette.geo import SiteFrame
from vedette.model.measurements import MeasurementBatch, MeasurementKind, SensorModel
from vedette.tracking import TrackerState, start_tracker

NS = 1_000_000_000
T0_NS = 1_641_254_400 * NS
F64 = NDArray[np.float64]
ICAO_BIT = 1 << 61


@dataclass
class Target:
    name: str
    start: F64
    velocity: F64
    turn_radps: float = 0.0
    icao: int = 0
    emits: bool = False
    ends_s: float = math.inf

    def at(self, t_s: float) -> F64:
        """State (6,) at a time: a circle at constant speed, or a line."""
        v, w = self.velocity, self.turn_radps
        if w == 0.0:
            return np.concatenate([self.start + v * t_s, v])
        s, c = math.sin(w * t_s), math.cos(w * t_s)
        shift = np.array([v[0] * s - v[1] * (1 - c), v[0] * (1 - c) + v[1] * s]) / w
        now = np.array([v[0] * c - v[1] * s, v[0] * s + v[1] * c, v[2]])
        return np.concatenate([self.start + np.array([*shift, v[2] * t_s]), now])


@dataclass
class Sensor:
    """One sensor of the test world. sigma: range, azimuth, elevation, range rate."""

    model: SensorModel
    sigma: tuple[float, float, float, float]
    next_s: float = 0.0
    beam_rad: float = 0.0
    silent: list[tuple[float, float]] = field(default_factory=list)


def make_model(name: str, kind: str, place: list[float], **changes: object) -> SensorModel:
    values: dict[str, object] = {
        "index": 0,
        "sensor_id": name,
        "kind": kind,
        "position_enu_m": np.array(place, dtype=float),
        "enu_from_sensor": np.eye(3),
        "range_min_m": 100.0,
        "range_max_m": 20_000.0,
        "azimuth_from_rad": 0.0,
        "azimuth_to_rad": 0.0,
        "elevation_min_rad": math.radians(-5),
        "elevation_max_rad": math.radians(60),
        "detection_prob": 0.9,
        "clutter_per_scan": 8.0,
        "scan_period_s": 1.0,
        "rotating": False,
        "cooperative": kind in ("adsb", "bearing"),
        "observes_range": kind.startswith("radar"),
        "observes_azimuth": kind != "adsb",
        "observes_elevation": kind in ("radar_3d", "bearing_elevation"),
        "starts_tracks": kind.startswith("radar") or kind == "adsb",
    }
    values.update(changes)
    return SensorModel(**values)  # type: ignore[arg-type]


class World:
    """Plays sensors over targets; `batches(until)` gives what was measured since the last call."""

    def __init__(self, targets: list[Target], sensors: list[Sensor], seed: int) -> None:
        self.targets, self.sensors = targets, sensors
        self.rng = np.random.default_rng(seed)
        self.now_s = 0.0
        for i, sensor in enumerate(sensors):
            sensor.model.index = i

    @property
    def models(self) -> list[SensorModel]:
        return [s.model for s in self.sensors]

    def batches(self, until_s: float) -> list[MeasurementBatch]:
        out = []
        for sensor in self.sensors:
            rows = self._rows(sensor, until_s)
            if rows:
                out.append(_batch(sensor, rows))
        self.now_s = until_s
        return out

    def _rows(self, sensor: Sensor, until_s: float) -> list[tuple[float, F64, F64, int]]:
        if sensor.model.rotating:
            rows = self._sweep(sensor, until_s)
        else:
            rows = []
            while sensor.next_s <= until_s:
                rows += self._frame(sensor, sensor.next_s)
                sensor.next_s += sensor.model.scan_period_s
        return [r for r in rows if not any(a <= r[0] < b for a, b in sensor.silent)]

    def _sweep(self, sensor: Sensor, until_s: float) -> list[tuple[float, F64, F64, int]]:
        period, rows = sensor.model.scan_period_s, []
        width = 2 * math.pi * (until_s - self.now_s) / period
        start = 2 * math.pi * (self.now_s / period % 1.0)
        for target in self.targets:
            polar = self._polar(sensor, target, until_s)
            ahead = (polar[1] - start) % (2 * math.pi)
            if ahead < width:
                t_s = self.now_s + ahead / (2 * math.pi) * period
                rows += self._detect(sensor, target, t_s)
        clutter = sensor.model.clutter_per_scan * width / (2 * math.pi)
        for _ in range(self.rng.poisson(clutter)):
            part = self.rng.uniform(0, 1)
            t_s = self.now_s + part * (until_s - self.now_s)
            rows.append(self._clutter(sensor, t_s, (start + part * width) % (2 * math.pi)))
        return sorted(rows, key=lambda r: r[0])

    def _frame(self, sensor: Sensor, t_s: float) -> list[tuple[float, F64, F64, int]]:
        rows = [r for target in self.targets for r in self._detect(sensor, target, t_s)]
        if sensor.model.kind != "adsb":
            for _ in range(self.rng.poisson(sensor.model.clutter_per_scan)):
                rows.append(self._clutter(sensor, t_s, self.rng.uniform(0, 2 * math.pi)))
        return rows

    def _polar(self, sensor: Sensor, target: Target, t_s: float) -> F64:
        state = target.at(t_s)
        d = state[:3] - sensor.model.position_enu_m
        rho = math.sqrt(float(d @ d))
        azimuth = math.atan2(d[0], d[1]) % (2 * math.pi)
        elevation = math.atan2(d[2], math.hypot(d[0], d[1]))
        return np.array([rho, azimuth, elevation, float(d @ state[3:]) / rho])

    def _detect(
        self, sensor: Sensor, target: Target, t_s: float
    ) -> list[tuple[float, F64, F64, int]]:
        model = sensor.model
        if t_s > target.ends_s:
            return []
        if model.kind == "adsb":
            if not target.icao:
                return []
            state = target.at(t_s)
            z = np.concatenate([state[:3] + self.rng.normal(0, 15, 3), [np.nan]])
            v = state[3:] + self.rng.normal(0, 1, 3)
            return [(t_s, z, v, ICAO_BIT | target.icao)]
        polar = self._polar(sensor, target, t_s)
        seen = model.range_min_m < polar[0] < model.range_max_m
        seen = seen and model.elevation_min_rad < polar[2] < model.elevation_max_rad
        if model.kind == "bearing":
            seen = seen and target.emits
        if not seen or self.rng.random() > model.detection_prob:
            return []
        z = polar + self.rng.normal(0, 1, 4) * np.array(sensor.sigma)
        return [(t_s, self._observed(model, z), np.full(3, np.nan), 0)]

    def _clutter(self, sensor: Sensor, t_s: float, azimuth: float) -> tuple[float, F64, F64, int]:
        model = sensor.model
        z = np.array(
            [
                self.rng.uniform(model.range_min_m, model.range_max_m),
                azimuth,
                self.rng.uniform(model.elevation_min_rad, model.elevation_max_rad),
                self.rng.uniform(-60, 60),
            ]
        )
        return t_s, self._observed(model, z), np.full(3, np.nan), 0

    def _observed(self, model: SensorModel, z: F64) -> F64:
        z[1] %= 2 * math.pi
        if not model.observes_range:
            z[0] = z[3] = np.nan
        if not model.observes_elevation:
            z[2] = np.nan
        return z


def _batch(sensor: Sensor, rows: list[tuple[float, F64, F64, int]]) -> MeasurementBatch:
    z = np.array([r[1] for r in rows])
    adsb = sensor.model.kind == "adsb"
    spread = np.array([15.0, 15.0, 15.0, 1.0]) if adsb else np.array(sensor.sigma)
    sigma = np.where(np.isnan(z), np.nan, spread)
    empty = np.full(len(rows), np.nan)
    return MeasurementBatch(
        sensor_index=sensor.model.index,
        kind=MeasurementKind.ENU if adsb else MeasurementKind.POLAR,
        t_meas_ns=np.array([T0_NS + round(r[0] * NS) for r in rows], dtype=np.int64),
        z=z,
        sigma=sigma,
        height_m=empty.copy(),
        height_sigma_m=empty.copy(),
        velocity_enu_mps=np.array([r[2] for r in rows]),
        velocity_sigma_mps=np.where(np.isnan([r[2][0] for r in rows]), np.nan, 1.0),
        snr_db=empty.copy(),
        confidence=empty.copy(),
        identity_key=np.array([r[3] for r in rows], dtype=np.int64),
        report_index=np.arange(len(rows), dtype=np.int64),
    )


def al_asad(seed: int) -> World:
    """Two drones 600 m apart among civil aircraft, birds and clutter; two radars, RF, camera."""
    rng = np.random.default_rng(seed + 1000)
    drones = [
        Target(f"drone{k}", np.array([600.0 * k, 13_000.0, 250.0 + 20 * k]),
               np.array([-2.0, -45.0, 0.0]), emits=True)
        for k in range(2)
    ]  # fmt: skip
    civil = []
    for k in range(9):
        place, way = rng.uniform(-18_000, 18_000, 2), rng.uniform(0, 2 * math.pi)
        civil.append(
            Target(f"civil{k}", np.array([*place, rng.uniform(1_000, 6_000)]),
                   rng.uniform(80, 220) * np.array([math.sin(way), math.cos(way), 0.0]),
                   turn_radps=rng.choice([0.0, 0.02]), icao=0 if k == 8 else 0xA00000 + k)
        )  # fmt: skip
    birds = []
    for k in range(30):
        place, way = rng.uniform(-6_000, 6_000, 2), rng.uniform(0, 2 * math.pi)
        birds.append(
            Target(f"bird{k}", np.array([*place, rng.uniform(30, 300)]),
                   rng.uniform(8, 18) * np.array([math.sin(way), math.cos(way), 0.0]),
                   turn_radps=rng.uniform(-0.15, 0.15))
        )  # fmt: skip
    friend = Target("friend", np.array([1_500.0, -900.0, 80.0]), np.array([-9.0, 5.0, 0.0]),
                    turn_radps=0.05, emits=True)  # fmt: skip
    deg = math.radians
    sensors = [
        Sensor(make_model("radar1", "radar_3d", [0, 0, 10], rotating=True, scan_period_s=2.0,
                          clutter_per_scan=10.0),
               (25.0, deg(0.3), deg(0.5), 1.0)),
        Sensor(make_model("radar2", "radar_3d", [2_000, 1_500, 10], range_max_m=12_000.0,
                          scan_period_s=1.0, detection_prob=0.85, clutter_per_scan=6.0),
               (25.0, deg(0.4), deg(0.6), 1.0)),
        Sensor(make_model("rf", "bearing", [500, -500, 10], clutter_per_scan=0.2),
               (1.0, deg(1.5), 1.0, 1.0)),
        Sensor(make_model("camera", "bearing_elevation", [-300, 200, 10], scan_period_s=0.2,
                          range_max_m=4_000.0, detection_prob=0.8, clutter_per_scan=0.3),
               (1.0, deg(0.1), deg(0.1), 1.0)),
        Sensor(make_model("adsb", "adsb", [0, 0, 10], range_max_m=200_000.0, clutter_per_scan=0.1),
               (1.0, 1.0, 1.0, 1.0)),
    ]  # fmt: skip
    return World([*drones, *civil, *birds, friend], sensors, seed)


@dataclass
class Place:
    lat_deg: float = 33.79
    lon_deg: float = 42.44
    hae_m: float = 188.0


def tracker_of(world: World) -> TrackerState:
    return start_tracker(world.models, SiteFrame(Place()), Limits())
