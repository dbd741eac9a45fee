"""Radars by the radar equation: from objects in view to what passes the threshold, with its noise.

In: objects as the radar would see them. Out: `Echoes`, arrays of plots to be. The signal to noise
of a pulse is S = (R0 / R)^4 * rcs, R0 being the range at which 1 m2 has 0 dB; what fluctuates and
what is found is `detectability`'s. Noise of a measurement is cell / sqrt(2 E), E the energy that
came (Cramer-Rao for one cell; Barton, Radar Equations, 2013); not below a twentieth of the cell,
where instruments and propagation are, nor above an even spread over it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Sensor
from vedette.simulator.cross_sections import BY_CLASS as FLUCTUATION
from vedette.simulator.cross_sections import Reflectors, reflectors
from vedette.simulator.detectability import draw_energy, draw_sum, snr_for, threshold_ratio
from vedette.simulator.limits import BY_CLASS as LIMITS
from vedette.simulator.objects import Fleet
from vedette.simulator.sensor_specs import CrossSection, RadarSpec, radar_cell
from vedette.simulator.sight import Seen
from vedette.simulator.world import World

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

FLOOR_RATIO = 0.05  # of a cell
SPREAD_RATIO = 1.0 / math.sqrt(12.0)  # of a cell: even over it
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


@dataclass(slots=True)
class Equation:
    """A radar's figures. cell (4,): range (m), azimuth, elevation (rad), range rate (m/s).

    range_0db_m: where a pulse from 1 m2 is as strong as the noise. threshold: on the sum of pulses.
    """

    range_0db_m: float
    threshold: float
    pulses: int
    cell: F64
    states_sigma: bool
    stated: Sequence[CrossSection] = ()
    _fleet: Fleet | None = field(default=None, repr=False)
    _reflectors: Reflectors | None = field(default=None, repr=False)

    def reflectors(self, fleet: Fleet) -> Reflectors:
        """Give what the fleet sends back, laid out once."""
        if self._reflectors is None or self._fleet is not fleet:
            self._fleet, self._reflectors = fleet, reflectors(fleet, self.stated)
        return self._reflectors

    def snr(self, range_m: F64, rcs_dbsm: F64) -> F64:
        """Give the mean signal to noise power of one pulse, linear."""
        return np.asarray((self.range_0db_m / range_m) ** 4 * 10.0 ** (rcs_dbsm / 10.0))

    def sigma(self, energy: F64) -> F64:
        """Give the noise of range, azimuth, elevation and range rate (M, 4) of echoes (M,)."""
        share = 1.0 / np.sqrt(2.0 * np.maximum(energy, 1e-9))
        return np.clip(share, FLOOR_RATIO, SPREAD_RATIO)[:, None] * self.cell

    def reckoned(self, received: F64, range_m: F64) -> tuple[F64, F64]:
        """Reckon signal to noise (dB) and cross-section (dBsm) from the sums received (M,)."""
        snr = np.maximum(received / self.pulses - 1.0, 1e-3)
        snr_db = 10.0 * np.log10(snr)
        return snr_db, snr_db + 40.0 * np.log10(np.maximum(range_m, 1.0) / self.range_0db_m)

    def echoes(
        self, rng: np.random.Generator, world: World, seen: Seen, possible: Bools, t_ns: I64
    ) -> Echoes:
        """Draw the echoes of what is possible (N,), and measure those above the threshold."""
        rows = np.flatnonzero(possible)
        sends = self.reflectors(world.fleet)
        velocity = world.velocity_mps
        rcs_dbsm = sends.rcs_dbsm(seen, np.sqrt(np.sum(velocity * velocity, axis=1)))[rows]
        snr = self.snr(seen.range_m[rows], rcs_dbsm)
        energy = draw_energy(rng, snr, sends.swerling[rows], self.pulses)
        received = draw_sum(rng, energy, self.pulses)
        found = received > self.threshold
        true = (seen.range_m, seen.azimuth_rad, seen.elevation_rad, seen.range_rate_mps)
        aer = np.stack([column[rows[found]] for column in true], axis=1)
        return self.measured(rng, t_ns[rows[found]], aer, energy[found], received[found])

    def measured(
        self, rng: np.random.Generator, t_ns: I64, aer: F64, energy: F64, received: F64
    ) -> Echoes:
        """Measure echoes at true places (M, 4) with the noise of their energies."""
        sigma = self.sigma(energy)
        aer = aer + sigma * rng.standard_normal(aer.shape)
        snr_db, rcs_dbsm = self.reckoned(received, aer[:, 0])
        return Echoes(t_ns, aer, sigma, snr_db, rcs_dbsm)

    def alarms(
        self, rng: np.random.Generator, sensor: Sensor, azimuth_rad: F64, t_ns: I64
    ) -> Echoes:
        """Let noise pass the threshold in these directions (M,), anywhere else in the coverage.

        Above the threshold the sum of noise powers falls off as exp(-z), or nearly so.
        """
        count, coverage = len(azimuth_rad), sensor.coverage
        tilt_deg = rng.uniform(coverage.elevation_min_deg, coverage.elevation_max_deg, count)
        aer = np.stack(
            [
                rng.uniform(coverage.range_min_m, coverage.range_max_m, count),
                azimuth_rad,
                np.radians(tilt_deg),
                rng.uniform(-NOISE_RATE_MPS, NOISE_RATE_MPS, count),
            ],
            axis=1,
        )
        received = self.threshold + rng.standard_exponential(count)
        snr_db, rcs_dbsm = self.reckoned(received, aer[:, 0])
        sigma = self.sigma(np.maximum(received - self.pulses, 1.0))
        return Echoes(t_ns, aer, sigma, snr_db, rcs_dbsm)


def equation(radar: RadarSpec, sensor: Sensor, stated: Sequence[CrossSection] = ()) -> Equation:
    """Make a radar's figures from the scenario's table and the site's entry."""
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
    return Equation(
        range_0db_m=reach_m * 10.0 ** ((snr_db - rcs_dbsm) / 40.0),
        threshold=threshold,
        pulses=radar.pulses,
        cell=np.array(radar_cell(radar, sensor)),
        states_sigma=radar.states_sigma,
        stated=stated,
    )
