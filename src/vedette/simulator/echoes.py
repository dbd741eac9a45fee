"""Radars by the radar equation: from objects in view to what passes the threshold, with its noise.

In: objects as the radar would see them. Out: `Echoes`, arrays of plots to be. The signal to noise
of a pulse is S = (R0 / R)^4 * rcs, R0 being the range at which 1 m2 has 0 dB; what fluctuates and
what is found is `detectability`'s. Noise of a measurement is cell / sqrt(2 E), E the energy that
came (Cramer-Rao for one cell; Barton, Radar Equations, 2013); not below a twentieth of the cell,
where instruments and propagation are, nor above an even spread over it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Sensor
from vedette.simulator.cross_sections import BY_CLASS as FLUCTUATION
from vedette.simulator.cross_sections import Reflectors, reflectors
from vedette.simulator.detectability import (
    detection_prob,
    draw_energy,
    draw_sum,
    snr_for,
    threshold_ratio,
)
from vedette.simulator.limits import BY_CLASS as LIMITS
from vedette.simulator.objects import Fleet
from vedette.simulator.rain import RainPath
from vedette.simulator.resolution import leaders, merged
from vedette.simulator.sensor_specs import CrossSection, RadarSpec, radar_cell
from vedette.simulator.sight import TWO_PI, Seen
from vedette.simulator.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

FLOOR_RATIO = 0.05  # of a cell
SPREAD_RATIO = 1.0 / math.sqrt(12.0)  # of a cell: even over it
SIDE_LOBES = 8  # directions in which an antenna sees beside its main beam; it has many more
NO_LOBE_RATIO = 10.0 ** (-2.5)  # -25 dB one way, an ordinary reflector, for noise from outside
FAINT_RATIO = 0.03  # of the threshold: weaker echoes pass it once in a million at most
DECIBELS_MAX = 150.0  # no receiver tells more, and no format of ours takes it
CURVE_DB, CURVE_STEP_DB = (-30.0, 60.0), 0.1  # where every curve goes from nothing to all
NOISE_RATE_MPS = 75.0  # noise has any range rate: +-75 m/s are unambiguous at X band and 10 kHz


@dataclass(slots=True)
class Echoes:
    """Plots to be: t_ns (M,), aer (M, 4): range, azimuth, elevation, range rate; sigma (M, 4).

    snr_db, rcs_dbsm (M,): as the radar itself would reckon them from what it received.
    """

    t_ns: I64
    aer: F64
    sigma: F64
    snr_db: F64
    rcs_dbsm: F64


@dataclass(slots=True, frozen=True)
class Strobe:
    """Noise from a direction: jnr is its power over the receiver's own, in the main beam."""

    from_s: float
    to_s: float
    azimuth_rad: float
    jnr: float


@dataclass(slots=True)
class Equation:
    """A radar's figures. cell (4,): range (m), azimuth, elevation (rad), range rate (m/s).

    range_0db_m: where a pulse from 1 m2 is as strong as the noise. threshold: on the sum of pulses.
    resolved (4,): the cell where it parts objects, inf where it does not. blind_rate_mps,
    blind_interval_mps: what is as slow as that, or as near to a multiple, is not seen.
    ambiguity_mps: range rates are told modulo this. lobes_rad (L,): where the antenna has side
    lobes, from its main one; lobe_ratio: their power both ways. rain: what takes from its waves.
    """

    range_0db_m: float
    threshold: float
    pulses: int
    cell: F64
    resolved: F64
    blind_rate_mps: float
    blind_interval_mps: float
    ambiguity_mps: float
    lobes_rad: F64
    lobe_ratio: float
    states_sigma: bool
    stated: Sequence[CrossSection] = ()
    strobes: Sequence[Strobe] = ()
    rain: RainPath | None = None
    _fleet: Fleet | None = field(default=None, repr=False)
    _reflectors: Reflectors | None = field(default=None, repr=False)
    _curves: dict[int, F64] = field(default_factory=dict, repr=False)

    def reflectors(self, fleet: Fleet) -> Reflectors:
        """Give what the fleet sends back, laid out once."""
        if self._reflectors is None or self._fleet is not fleet:
            self._fleet, self._reflectors = fleet, reflectors(fleet, self.stated)
        return self._reflectors

    def snr(self, range_m: F64, rcs_dbsm: F64) -> F64:
        """Give the mean signal to noise power of one pulse, linear."""
        return np.asarray((self.range_0db_m / range_m) ** 4 * 10.0 ** (rcs_dbsm / 10.0))

    def through_rain(self, aer: F64, elapsed_s: float) -> F64 | float:
        """Give the share of an echo's power that rain lets through, there and back, (M,)."""
        if self.rain is None:
            return 1.0
        loss_db = self.rain.one_way_db(aer[:, 1], aer[:, 2], aer[:, 0], elapsed_s)
        return np.asarray(10.0 ** (-0.2 * loss_db))

    def noise_ratio(self, azimuth_rad: F64, elapsed_s: float) -> F64:
        """Give the noise power, in the receiver's own, where the antenna points at these azimuths.

        A main beam of Gaussian shape, as wide at half power as the azimuth cell; elsewhere the
        one-way level of the side lobes.
        """
        ratio = np.ones_like(azimuth_rad)
        side = math.sqrt(self.lobe_ratio) if self.lobe_ratio > 0.0 else NO_LOBE_RATIO
        for strobe in self.strobes:
            if strobe.from_s <= elapsed_s < strobe.to_s:
                away = (azimuth_rad - strobe.azimuth_rad + math.pi) % TWO_PI - math.pi
                main = 0.5 ** ((2.0 * away / self.cell[1]) ** 2)
                ratio += strobe.jnr * np.maximum(main, side)
        return ratio

    def is_blind(self, range_rate_mps: F64) -> Bools:
        """Say which range rates the radar takes for those of the ground."""
        if self.blind_rate_mps <= 0.0:
            return np.zeros(len(range_rate_mps), np.bool_)
        rate = np.abs(fold(range_rate_mps, self.blind_interval_mps))
        return np.asarray(rate < self.blind_rate_mps)

    def sigma(self, energy: F64) -> F64:
        """Give the noise of range, azimuth, elevation and range rate (M, 4) of echoes (M,)."""
        share = 1.0 / np.sqrt(2.0 * np.maximum(energy, 1e-9))
        return np.clip(share, FLOOR_RATIO, SPREAD_RATIO)[:, None] * self.cell

    def echoes(
        self,
        rng: np.random.Generator,
        world: World,
        seen: Seen,
        lit: Bools,
        t_ns: I64,
        within: Bools | None = None,
    ) -> Echoes:
        """Draw the echoes of what is lit (N,), and measure those above the threshold.

        within (N,): only echoes led by these are told; the others are lit beside them, and may be
        what the echo is of. None: all. The strongest on the mean leads, so that a rotating antenna
        decides the same on both sides of a step.
        """
        rows = np.flatnonzero(lit & ~self.is_blind(seen.range_rate_mps))
        aer = places(seen, rows)
        noise = self.noise_ratio(aer[:, 1], world.elapsed_s)
        sends = self.reflectors(world.fleet)
        snr = self.snr(aer[:, 0], self._rcs_dbsm(world, seen)[rows]) / noise
        snr *= self.through_rain(aer, world.elapsed_s)
        energy = draw_energy(rng, snr, sends.swerling[rows], self.pulses)
        lead = leaders(aer, snr, self.resolved)
        heads, aer, energy = merged(aer, energy, lead)
        if within is not None:
            told = within[rows[heads]]
            heads, aer, energy = heads[told], aer[told], energy[told]
        return self.found(rng, t_ns[rows[heads]], aer, energy, noise[heads])

    def look_prob(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object (N,) passes the threshold, were it alone and in the beam.

        The curves are exact at every CURVE_STEP_DB and drawn straight between: off by 2e-4 at most.
        """
        sends = self.reflectors(world.fleet)
        speed = np.sqrt(np.sum(state_enu[:, 3:] ** 2, axis=1))
        noise = self.noise_ratio(seen.azimuth_rad, world.elapsed_s)
        snr = self.snr(seen.range_m, sends.rcs_dbsm(seen, speed)) / noise
        snr *= self.through_rain(places(seen, np.arange(len(snr))), world.elapsed_s)
        snr_db = np.clip(10.0 * np.log10(np.maximum(snr, 1e-12)), *CURVE_DB)
        grid_db = np.arange(CURVE_DB[0], CURVE_DB[1] + CURVE_STEP_DB, CURVE_STEP_DB)
        prob = np.zeros(len(snr))
        for swerling in np.unique(sends.swerling):
            curve = self._curve(grid_db, int(swerling))
            rows = sends.swerling == swerling
            prob[rows] = np.interp(snr_db[rows], grid_db, curve)
        return np.where(self.is_blind(seen.range_rate_mps), 0.0, prob)

    def _curve(self, snr_db: F64, swerling: int) -> F64:
        """Give the probability of detection by signal to noise, worked out once."""
        if swerling not in self._curves:
            snr = 10.0 ** (snr_db / 10.0)
            self._curves[swerling] = detection_prob(snr, self.threshold, self.pulses, swerling)
        return self._curves[swerling]

    def lobe_echoes(
        self,
        rng: np.random.Generator,
        world: World,
        seen: Seen,
        t_ns_at: Callable[[F64], tuple[Bools, I64]],
    ) -> Echoes:
        """Draw what comes in by the side lobes: right in range, wrong in azimuth.

        seen: at the step's end. t_ns_at(azimuth) says which directions the antenna looked at, and
        when.
        """
        snr = self.snr(seen.range_m, self._rcs_dbsm(world, seen)) * self.lobe_ratio
        strong = snr * self.pulses > FAINT_RATIO * self.threshold
        strong &= world.visible & seen.inside & ~self.is_blind(seen.range_rate_mps)
        rows = np.repeat(np.flatnonzero(strong), len(self.lobes_rad))
        lobes = np.tile(self.lobes_rad, len(rows) // len(self.lobes_rad))
        met, t_ns = t_ns_at((seen.azimuth_rad[rows] + lobes) % TWO_PI)
        rows = rows[met]
        aer = places(seen, rows)
        let = self.through_rain(aer, world.elapsed_s)  # the wave goes straight to the object
        aer[:, 1] = (aer[:, 1] + lobes[met]) % TWO_PI
        noise = self.noise_ratio(aer[:, 1], world.elapsed_s)
        swerling = self.reflectors(world.fleet).swerling[rows]
        energy = draw_energy(rng, snr[rows] * let / noise, swerling, self.pulses)
        return self.found(rng, t_ns[met], aer, energy, noise)

    def _rcs_dbsm(self, world: World, seen: Seen) -> F64:
        """Give each object's mean cross-section as it is seen now."""
        velocity = world.velocity_mps
        speed = np.sqrt(np.sum(velocity * velocity, axis=1))
        return self.reflectors(world.fleet).rcs_dbsm(seen, speed)

    def found(
        self, rng: np.random.Generator, t_ns: I64, aer: F64, energy: F64, noise_ratio: F64
    ) -> Echoes:
        """Find echoes of these energies at true places (M, 4), and measure those found."""
        received = draw_sum(rng, energy, self.pulses)
        found = received > self.threshold
        sigma = self.sigma(energy[found])
        aer = aer[found] + sigma * rng.standard_normal((len(sigma), 4))
        return self._told(t_ns[found], aer, sigma, received[found], noise_ratio[found])

    def alarms(self, rng: np.random.Generator, t_ns: I64, aer: F64, is_noise: bool) -> Echoes:
        """Tell false plots at these places (M, 4): noise is just above the threshold.

        Above it the sum of noise powers falls off as exp(-z), or nearly so; clutter reaches half
        the threshold higher on the mean.
        """
        scale = 1.0 if is_noise else 0.5 * self.threshold
        received = self.threshold + scale * rng.standard_exponential(len(aer))
        sigma = self.sigma(np.maximum(received - self.pulses, 1.0))
        return self._told(t_ns, aer, sigma, received, np.ones(len(aer)))

    def _told(self, t_ns: I64, aer: F64, sigma: F64, received: F64, noise_ratio: F64) -> Echoes:
        """Reckon strength and cross-section as the radar itself would, which knows its noise."""
        snr_db = 10.0 * np.log10(np.maximum(received / self.pulses - 1.0, 1e-3))
        reach_db = 40.0 * np.log10(np.maximum(aer[:, 0], 1.0) / self.range_0db_m)
        aer[:, 3] = fold(aer[:, 3], self.ambiguity_mps)
        rcs_dbsm = snr_db + reach_db + 10.0 * np.log10(noise_ratio)
        bounds = (-DECIBELS_MAX, DECIBELS_MAX)
        return Echoes(t_ns, aer, sigma, np.clip(snr_db, *bounds), np.clip(rcs_dbsm, *bounds))


def fold(range_rate_mps: F64, interval_mps: float) -> F64:
    """Bring range rates into [-interval / 2, interval / 2); an infinite interval keeps them."""
    if not math.isfinite(interval_mps):
        return range_rate_mps
    half = 0.5 * interval_mps
    return np.asarray((range_rate_mps + half) % interval_mps - half)


def places(seen: Seen, rows: I64) -> F64:
    """Lay out what is seen of these objects (M, 4): range, azimuth, elevation, range rate."""
    aer = np.empty((len(rows), 4))
    columns = (seen.range_m, seen.azimuth_rad, seen.elevation_rad, seen.range_rate_mps)
    for k, column in enumerate(columns):
        aer[:, k] = column[rows]
    return aer


def noise_places(rng: np.random.Generator, sensor: Sensor, azimuth_rad: F64) -> F64:
    """Put noise anywhere in the coverage (M, 4), in these directions."""
    count, coverage = len(azimuth_rad), sensor.coverage
    tilt_deg = rng.uniform(coverage.elevation_min_deg, coverage.elevation_max_deg, count)
    reach_m = rng.uniform(coverage.range_min_m, coverage.range_max_m, count)
    rate_mps = rng.uniform(-NOISE_RATE_MPS, NOISE_RATE_MPS, count)
    return np.stack([reach_m, azimuth_rad, np.radians(tilt_deg), rate_mps], axis=1)


def equation(
    radar: RadarSpec,
    sensor: Sensor,
    rng: np.random.Generator,
    stated: Sequence[CrossSection] = (),
    strobes: Sequence[Strobe] = (),
    rain: RainPath | None = None,
) -> Equation:
    """Make a radar's figures from the scenario's tables and the site's entry.

    rng: draws where its side lobes are.
    """
    threshold = threshold_ratio(radar.false_alarm_prob, radar.pulses)
    if radar.detection_class is not None:
        told = {entry.object_class: entry for entry in stated}.get(radar.detection_class)
        rcs_dbsm = None if told is None else told.rcs_dbsm
        swerling = None if told is None else told.swerling
        if rcs_dbsm is None:
            rcs_dbsm = LIMITS[radar.detection_class].rcs_dbsm
        if swerling is None:
            swerling = FLUCTUATION[radar.detection_class].swerling
        needed = snr_for(radar.detection_prob, threshold, radar.pulses, swerling)
        snr_db, reach_m = 10.0 * math.log10(needed), radar.detection_range_m or 0.0
    else:
        rcs_dbsm, snr_db = radar.reference_rcs_dbsm, radar.reference_snr_db
        reach_m = radar.reference_range_m or 0.0
    cell = np.array(radar_cell(radar, sensor))
    points, solid = sensor.kind != "range", sensor.kind == "radar_3d"
    parts = (True, points, solid, radar.range_rate_cell_mps is not None)
    blind_mps = radar.blind_rate_mps
    return Equation(
        range_0db_m=reach_m * 10.0 ** ((snr_db - rcs_dbsm) / 40.0),
        threshold=threshold,
        pulses=radar.pulses,
        cell=cell,
        resolved=np.where(parts, cell, np.inf),
        blind_rate_mps=sensor.blind_speed_mps if blind_mps is None else blind_mps,
        blind_interval_mps=radar.blind_interval_mps or math.inf,
        ambiguity_mps=sensor.range_rate_ambiguity_mps or math.inf,
        lobes_rad=rng.uniform(2.0 * cell[1], TWO_PI - 2.0 * cell[1], SIDE_LOBES),
        lobe_ratio=0.0 if radar.side_lobe_db is None else 10.0 ** (radar.side_lobe_db / 10.0),
        states_sigma=radar.states_sigma,
        stated=stated,
        strobes=strobes,
        rain=rain,
    )
