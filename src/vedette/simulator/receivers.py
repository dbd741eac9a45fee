"""The ADS-B receiver: which squitters it hears, as frames and as position reports.

In: the world after a step. Out: Beast frames (the wire) and the reports they mean (for files).
Messages are sent at the end of a step, so that a frame, which carries no date, is as old as its
arrival says.
"""

import math
from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.codecs.adsb import beast, mode_s
from vedette.config.site import Sensor
from vedette.model.reports import Claims, PositionReport, Report
from vedette.simulator.objects import Fleet
from vedette.simulator.scenario import Transponder
from vedette.simulator.sensor_specs import SensorModelSpec
from vedette.simulator.sight import Station, look
from vedette.simulator.world import STEP_NS, World

I64 = NDArray[np.int64]

BEAST_CLOCK_HZ = 12_000_000
DETECTION_BEST = 0.95
IDENTIFICATION_STEPS = 20  # every 5 s, as DO-260B has it; position and velocity each every 0.5 s


@dataclass(slots=True)
class AdsbModel:
    """An ADS-B receiver. frames: what it heard in the last step, as Beast bytes.

    frame_of: for each report of the last step, which of the frames says it.
    """

    station: Station
    rng: np.random.Generator
    detection_prob: float
    pressure_offset_m: float
    fails_s: float
    frames: list[bytes] = field(default_factory=list)
    frame_of: list[int] = field(default_factory=list)

    @property
    def sensor(self) -> Sensor:
        """The site's entry."""
        return self.station.sensor

    def observe(self, world: World) -> list[Report]:
        """Hear the squitters of the last step; `frames` then holds them as bytes."""
        self.frames, self.frame_of = [], []
        specs, rows = world.fleet.specs, squitterers(world.fleet)
        if not len(rows) or world.elapsed_s > self.fails_s:
            return []
        state = world.state_enu()[rows]
        heard = look(self.station, state).inside & world.visible[rows]
        luck = self.rng.uniform(size=(len(rows), 2))
        turn = (world.t_ns - world.start_ns) // STEP_NS + rows
        tells = heard & (turn % 2 == 0) & (luck[:, 0] < self.detection_prob)
        told = world.frame.geo_deg_from_enu(*state[tells, :3].T)
        places = iter(np.stack(told, axis=1).tolist())
        reports: list[Report] = []
        speeds, chances = state[:, 3:].tolist(), luck.tolist()
        for i in np.flatnonzero(heard).tolist():
            transponder = specs[rows[i]].transponder
            if transponder is not None:
                place = next(places) if tells[i] else None
                said = self._hear(world, int(turn[i]), transponder, place, speeds[i], chances[i])
                reports += said
        return reports

    def _hear(
        self,
        world: World,
        step: int,
        transponder: Transponder,
        place: list[float] | None,
        velocity_mps: list[float],
        luck: list[float],
    ) -> list[Report]:
        """Hear what one aircraft sends in this step: place or velocity, at times its name.

        step: its own count. place: latitude, longitude (degrees), height over WGS-84, where it is
        told in this step.
        """
        icao24 = transponder.icao24
        messages = []
        reports: list[Report] = []
        if luck[0] < self.detection_prob:
            if place is not None:
                lat_rad, lon_rad, hae_m = math.radians(place[0]), math.radians(place[1]), place[2]
                baro_m, odd = hae_m + self.pressure_offset_m, bool(step // 2 % 2)
                messages.append(mode_s.airborne_position(icao24, lat_rad, lon_rad, baro_m, odd))
                there = (lat_rad, lon_rad, hae_m)
                reports.append(self._report(world, transponder, velocity_mps, there))
                self.frame_of.append(len(self.frames))
            else:
                gap_m = -self.pressure_offset_m
                east, north, up = velocity_mps
                messages.append(mode_s.airborne_velocity(icao24, east, north, up, gap_m))
        if step % IDENTIFICATION_STEPS == 0 and luck[1] < self.detection_prob:
            messages.append(mode_s.identification(icao24, transponder.callsign))
        ticks = (world.t_ns - world.start_ns) * BEAST_CLOCK_HZ // NS_PER_S
        self.frames += [beast.encode([beast.frame_of(m, ticks)]) for m in messages]
        return reports

    def _report(
        self,
        world: World,
        transponder: Transponder,
        velocity_mps: list[float],
        place: tuple[float, float, float],
    ) -> PositionReport:
        """Say as a report what the position message says."""
        return PositionReport(
            sensor=self.sensor.id,
            t_meas_ns=world.t_ns,
            t_recv_ns=world.t_ns,
            lat_rad=place[0],
            lon_rad=place[1],
            hae_m=place[2],
            v_east_mps=velocity_mps[0],
            v_north_mps=velocity_mps[1],
            v_up_mps=velocity_mps[2],
            claims=_claims(transponder),
        )


@lru_cache(maxsize=4)
def squitterers(fleet: Fleet) -> I64:
    """List the rows of the objects that have a transponder."""
    rows = [k for k, spec in enumerate(fleet.specs) if spec.transponder is not None]
    return np.array(rows, np.int64)


@cache
def _claims(transponder: Transponder) -> Claims:
    """Give what an aircraft says of itself; it never changes."""
    return Claims(icao24=transponder.icao24, callsign=transponder.callsign.strip())


def adsb_model(
    at: Station, spec: SensorModelSpec, rng: np.random.Generator, pressure_offset_m: float
) -> AdsbModel:
    """Make a receiver's model."""
    best = DETECTION_BEST if spec.detection_prob is None else spec.detection_prob
    fails_s = math.inf if spec.fails_s is None else spec.fails_s
    return AdsbModel(at, rng, best, pressure_offset_m, fails_s)
