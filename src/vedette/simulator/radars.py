"""Radars: fluctuating echoes against a threshold, scanned or in frames, with noise and clutter.

In: the world after a step. Out: plots and service messages with the instant of measurement. The
echo of a Swerling 1 target has an exponential power: with a mean signal-to-noise ratio S and a
threshold T the probability of detection is exp(-T / S). S falls with the fourth power of range.
With a table `radar` in the scenario, echoes and false alarms are those of `echoes` instead.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor
from vedette.model.reports import Plot, Report, SensorStatus
from vedette.simulator.clutter import ClutterMap
from vedette.simulator.echoes import Echoes, Equation, noise_places
from vedette.simulator.sensor_specs import SensorModelSpec, false_alarms_per_scan
from vedette.simulator.sight import TWO_PI, Seen, Station, azimuth, look
from vedette.simulator.world import STEP_NS, STEP_S, World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
When = Callable[[F64], tuple[NDArray[np.bool_], I64]]

THRESHOLD_RATIO = 10.0  # 10 dB: false alarms are then rare and are drawn as clutter instead
SNR_AT_90 = THRESHOLD_RATIO / -math.log(0.9)  # Swerling 1: 0.9 = exp(-T / S)
RANGE_90_SHARE = 1.0  # of the coverage: a radar's coverage is drawn where 1 m2 is seen with 0.9
DETECTION_BEST = 0.97  # even a near target is lost in a lobe or a blind speed now and then
CLUTTER_RATE_MPS = 8.0  # moving clutter: vehicles, rotating blades, rain
NO_SIGMA = (None,) * 4  # the site file's holds
SECTORS = 8  # sector messages of a rotating antenna


@dataclass(slots=True)
class RadarModel:
    """One radar of the site as it really is. phase_rad: where its antenna points at the start."""

    station: Station
    rng: np.random.Generator
    range_90_m: float
    detection_prob: float
    clutter_per_scan: float
    fails_s: float
    phase_rad: float
    equation: Equation | None = None
    clutter_map: ClutterMap | None = None

    @property
    def sensor(self) -> Sensor:
        """The site's entry."""
        return self.station.sensor

    def observe(self, world: World) -> list[Report]:
        """Measure what was met during the last step, oldest first."""
        if world.elapsed_s > self.fails_s:
            return []
        plots: list[Report] = []
        statuses: list[Report] = []
        if self.sensor.scan == "rotating":
            begin_rad, sweep_rad = self._sweep(world)
            statuses = self._marks(world, begin_rad, sweep_rad)
            plots = self._scan(world, begin_rad, sweep_rad)
        else:
            frame_ns = self._frame_ns(world)
            if frame_ns is not None:
                plots = self._frame(world, frame_ns)
                statuses = [self._status(frame_ns, "heartbeat", None)]
        return sorted([*statuses, *plots], key=_measured_ns)

    def _sweep(self, world: World) -> tuple[float, float]:
        """Say where the antenna pointed at the step's beginning and how far it turned."""
        period = self.sensor.scan_period_s
        turns = (world.elapsed_s - STEP_S) / period
        return (self.phase_rad + TWO_PI * turns) % TWO_PI, TWO_PI * min(STEP_S / period, 1.0)

    def _frame_ns(self, world: World) -> int | None:
        """Give the instant of the frame that fell into the last step, if one did."""
        period_ns = int(self.sensor.scan_period_s * NS_PER_S)
        since = world.t_ns - world.start_ns
        frame = since // period_ns * period_ns
        return world.start_ns + frame if since - frame < STEP_NS else None

    def _scan(self, world: World, begin_rad: float, sweep_rad: float) -> list[Report]:
        """Measure what the beam swept over, each at the instant it did.

        By the radar equation also what is a cell beside the sweep is looked at, as it may be one
        echo with what is inside.
        """
        state = world.state_enu()
        azimuth_rad = azimuth(self.station, state)
        beside = 0.0 if self.equation is None else min(self.equation.cell[1] / sweep_rad, 0.5)
        share = (azimuth_rad - begin_rad + beside * sweep_rad) % TWO_PI / sweep_rad - beside
        near = (share < 1.0 + beside) & world.visible
        if self.equation is None and not near.any():
            self._chances(len(state))
            return self._swept_clutter(world, begin_rad, sweep_rad)
        back_s = np.where(near, (1.0 - share) * STEP_S, 0.0)
        state[:, :3] -= state[:, 3:] * back_s[:, None]
        seen = look(self.station, state)
        t_ns = world.t_ns - (back_s * NS_PER_S).astype(np.int64)
        within = (share >= 0.0) & (share < 1.0)
        real = self._echoes(world, seen, near & seen.inside, t_ns, within)
        false = self._swept_clutter(world, begin_rad, sweep_rad)
        if self.equation is None:
            return real + false

        def when(azimuth_rad: F64) -> tuple[NDArray[np.bool_], I64]:
            part = (azimuth_rad - begin_rad) % TWO_PI / sweep_rad
            met = part < 1.0
            return met, world.t_ns - (np.where(met, 1.0 - part, 0.0) * STEP_NS).astype(np.int64)

        return real + false + self._beside(world, look(self.station, world.state_enu()), when)

    def _swept_clutter(self, world: World, begin_rad: float, sweep_rad: float) -> list[Report]:
        """Draw the false plots of a sweep, each at the instant the beam was there."""
        angle = begin_rad + sweep_rad * self.rng.uniform(size=self._clutter_count(STEP_S))
        late_ns = ((1.0 - (angle - begin_rad) / sweep_rad) * STEP_NS).astype(np.int64)
        return self._clutter(angle % TWO_PI, world.t_ns - late_ns)

    def _frame(self, world: World, frame_ns: int) -> list[Report]:
        """Measure everything in view at one instant."""
        state = world.state_enu()
        state[:, :3] -= state[:, 3:] * ((world.t_ns - frame_ns) / NS_PER_S)
        seen = look(self.station, state)
        times = np.full(len(state), frame_ns, np.int64)
        real = self._echoes(world, seen, world.visible & seen.inside, times)
        count = self._clutter_count(self.sensor.scan_period_s)
        coverage = self.sensor.coverage
        width = math.radians(coverage.azimuth_to_deg - coverage.azimuth_from_deg) % TWO_PI
        angle = math.radians(coverage.azimuth_from_deg) + self.rng.uniform(size=count) * (
            width or TWO_PI
        )
        false = self._clutter(angle % TWO_PI, np.full(count, frame_ns, np.int64))
        if self.equation is None:
            return real + false

        def when(azimuth_rad: F64) -> tuple[NDArray[np.bool_], I64]:
            return np.ones(len(azimuth_rad), np.bool_), np.full(len(azimuth_rad), frame_ns)

        return real + false + self._beside(world, seen, when)

    def _beside(self, world: World, seen: Seen, when: When) -> list[Report]:
        """Tell what the radar equation adds: side lobes, the ground, rain."""
        if self.equation is None:
            return []
        told: list[Report] = []
        if self.equation.lobe_ratio > 0.0:
            told += self._reports(self.equation.lobe_echoes(self.rng, world, seen, when))
        if self.clutter_map is not None and self.clutter_map.is_there:
            aer = self.clutter_map.scan(self.rng, self._scan_number(world), world.elapsed_s)
            met, t_ns = when(aer[:, 1])
            false = self.equation.alarms(self.rng, t_ns[met], aer[met], is_noise=False)
            told += self._reports(false)
        return told

    def _scan_number(self, world: World) -> int:
        """Count the scans, by the one that the step's beginning belongs to."""
        back_s = STEP_S if self.sensor.scan == "rotating" else 0.0
        return int(max(world.elapsed_s - back_s, 0.0) / self.sensor.scan_period_s)

    def _clutter_count(self, span_s: float) -> int:
        """Draw how many false plots there are in a span of time."""
        return int(self.rng.poisson(self.clutter_per_scan * span_s / self.sensor.scan_period_s))

    def _echoes(
        self,
        world: World,
        seen: Seen,
        possible: NDArray[np.bool_],
        t_ns: I64,
        within: NDArray[np.bool_] | None = None,
    ) -> list[Report]:
        """Draw echoes, keep those above the threshold, and measure them with noise."""
        if self.equation is not None:
            possible = possible & self._attentive(len(possible))
            real = self.equation.echoes(self.rng, world, seen, possible, t_ns, within)
            return self._reports(real)
        fluctuation, luck, noise = self._chances(len(seen.range_m))
        mean_db = world.fleet.rcs_dbsm - 40.0 * np.log10(seen.range_m / self.range_90_m)
        mean = SNR_AT_90 * 10.0 ** (mean_db / 10.0)
        found = possible & (mean * fluctuation > THRESHOLD_RATIO) & (luck < self.detection_prob)
        rows = np.flatnonzero(found)
        aer = self._noisy(seen, noise, rows)
        snr_db = 10.0 * np.log10(mean[rows] * fluctuation[rows])
        rcs_dbsm = world.fleet.rcs_dbsm[rows] + 10.0 * np.log10(fluctuation[rows])
        return self._plots(t_ns[rows], aer, snr_db, rcs_dbsm)

    def _chances(self, count: int) -> tuple[F64, F64, F64]:
        """Draw every object's own: fluctuation and luck (N,), noise (N, 4), seen or not."""
        fluctuation = self.rng.standard_exponential(count)
        luck = self.rng.uniform(size=count)
        return fluctuation, luck, self.rng.standard_normal((count, 4))

    def look_prob(self, world: World, state_enu: F64) -> F64:
        """Say how probably one look finds each object of these states (N, 6), alone in its cell.

        By its main lobe; what it draws echoes by, summed up instead of drawn.
        """
        seen = look(self.station, state_enu)
        if self.equation is not None:
            prob = self.equation.look_prob(world, seen, state_enu)
        else:
            mean_db = world.fleet.rcs_dbsm - 40.0 * np.log10(seen.range_m / self.range_90_m)
            prob = np.exp(-THRESHOLD_RATIO / (SNR_AT_90 * 10.0 ** (mean_db / 10.0)))
        return np.asarray(np.where(seen.inside, self.detection_prob * prob, 0.0))

    def _attentive(self, count: int) -> NDArray[np.bool_]:
        """Draw which objects are not lost for reasons outside the radar equation."""
        if self.detection_prob >= 1.0:
            return np.ones(count, np.bool_)
        return np.asarray(self.rng.uniform(size=count) < self.detection_prob)

    def _noisy(self, seen: Seen, noise: F64, rows: I64) -> F64:
        """Add the sensor's noise and take its mounting off: columns as in `_plots`."""
        sensor = self.sensor
        sigma = (
            sensor.range_sigma_m,
            math.radians(sensor.azimuth_sigma_deg),
            math.radians(sensor.elevation_sigma_deg),
            sensor.range_rate_sigma_mps,
        )
        true = (seen.range_m, seen.azimuth_rad, seen.elevation_rad, seen.range_rate_mps)
        aer = noise[rows]
        for k, (column, spread) in enumerate(zip(true, sigma, strict=True)):
            aer[:, k] = column[rows] + spread * aer[:, k]
        return aer

    def _clutter(self, azimuth_rad: F64, t_ns: I64) -> list[Report]:
        """Draw false plots, evenly over range and elevation, just above the threshold."""
        if not len(azimuth_rad):
            return []
        if self.equation is not None:
            aer = noise_places(self.rng, self.sensor, azimuth_rad)
            return self._reports(self.equation.alarms(self.rng, t_ns, aer, is_noise=True))
        count, coverage = len(azimuth_rad), self.sensor.coverage
        low, high = coverage.elevation_min_deg, coverage.elevation_max_deg
        reach = self.rng.uniform(coverage.range_min_m, coverage.range_max_m, count)
        aer = np.stack(
            [
                reach,
                azimuth_rad,
                np.radians(self.rng.uniform(low, high, count)),
                self.rng.normal(0.0, CLUTTER_RATE_MPS, count),
            ],
            axis=1,
        )
        snr = THRESHOLD_RATIO * (1.0 + 0.5 * self.rng.standard_exponential(count))
        rcs_dbsm = 10.0 * np.log10(snr / SNR_AT_90) + 40.0 * np.log10(reach / self.range_90_m)
        return self._plots(t_ns, aer, 10.0 * np.log10(snr), rcs_dbsm)

    def _reports(self, echoes: Echoes) -> list[Report]:
        """Make plots of echoes, with how sure they are where this radar says it."""
        stated = self.equation is not None and self.equation.states_sigma
        sigma = echoes.sigma if stated else None
        return self._plots(echoes.t_ns, echoes.aer, echoes.snr_db, echoes.rcs_dbsm, sigma)

    def _plots(
        self, t_ns: I64, aer: F64, snr_db: F64, rcs_dbsm: F64, sigma: F64 | None = None
    ) -> list[Report]:
        """Make plots of columns range, azimuth, elevation, range rate.

        A 2-D radar has no elevation, and what tells ranges alone nothing else.
        """
        if not len(aer):
            return []
        offset = math.radians(self.sensor.azimuth_offset_deg)
        sensor_id, solid = self.sensor.id, self.sensor.kind == "radar_3d"
        points = self.sensor.kind != "range"
        reach_m = np.maximum(aer[:, 0], 0.0).tolist()
        azimuth_rad: list[Any] = [None] * len(aer)
        rate_mps: list[Any] = [None] * len(aer)
        if points:
            azimuth_rad = ((aer[:, 1] - offset) % TWO_PI).tolist()
            rate_mps = aer[:, 3].tolist()
        tilt_rad: list[Any] = aer[:, 2].tolist() if solid else [None] * len(aer)
        spreads: list[Any] = [NO_SIGMA] * len(aer) if sigma is None else sigma.tolist()
        rows = zip(
            t_ns.tolist(),
            reach_m,
            azimuth_rad,
            tilt_rad,
            rate_mps,
            snr_db.tolist(),
            rcs_dbsm.tolist(),
            spreads,
            strict=True,
        )
        return [
            Plot(
                sensor=sensor_id,
                t_meas_ns=t,
                t_recv_ns=t,
                range_m=reach,
                azimuth_rad=azimuth,
                elevation_rad=tilt,
                range_rate_mps=rate,
                snr_db=round(snr, 2),
                rcs_dbsm=round(rcs, 2),
                range_sigma_m=spread[0],
                azimuth_sigma_rad=spread[1] if points else None,
                elevation_sigma_rad=spread[2] if solid else None,
                range_rate_sigma_mps=spread[3] if points else None,
            )
            for t, reach, azimuth, tilt, rate, snr, rcs, spread in rows
        ]

    def _marks(self, world: World, begin_rad: float, sweep_rad: float) -> list[Report]:
        """Say which sector edges the antenna crossed; the one at north is the north mark."""
        marks: list[Report] = []
        for k in range(SECTORS):
            edge = TWO_PI * k / SECTORS
            share = (edge - begin_rad) % TWO_PI / sweep_rad
            if share < 1.0:
                t_ns = world.t_ns - int((1.0 - share) * STEP_NS)
                marks.append(self._status(t_ns, "north" if k == 0 else "sector", edge))
        return marks

    def _status(self, t_ns: int, kind: str, azimuth_rad: float | None) -> SensorStatus:
        """Make a service message."""
        return SensorStatus(
            sensor=self.sensor.id,
            t_meas_ns=t_ns,
            t_recv_ns=t_ns,
            kind=kind,
            azimuth_rad=azimuth_rad,
            scan_period_s=self.sensor.scan_period_s,
        )


def _measured_ns(report: Report) -> int:
    """Give the instant of measurement, to sort by."""
    return getattr(report, "t_meas_ns", 0)


def radar_model(
    at: Station,
    spec: SensorModelSpec,
    rng: np.random.Generator,
    equation: Equation | None = None,
    clutter_map: ClutterMap | None = None,
) -> RadarModel:
    """Make a radar's model from the site's entry and the scenario's."""
    sensor = at.sensor
    clutter, best = sensor.clutter_per_scan, DETECTION_BEST
    if spec.radar is not None:
        clutter, best = false_alarms_per_scan(spec.radar, sensor), 1.0
    return RadarModel(
        station=at,
        rng=rng,
        range_90_m=spec.range_90_m or RANGE_90_SHARE * sensor.coverage.range_max_m,
        detection_prob=best if spec.detection_prob is None else spec.detection_prob,
        clutter_per_scan=clutter if spec.clutter_per_scan is None else spec.clutter_per_scan,
        fails_s=math.inf if spec.fails_s is None else spec.fails_s,
        phase_rad=float(rng.uniform(0.0, TWO_PI)),
        equation=equation,
        clutter_map=clutter_map,
    )
