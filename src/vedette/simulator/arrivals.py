"""Receivers that compare when they hear a message: time differences of arrival.

In: the world after a step. Out: for each message that three receivers or more have heard, when
each of them did, on a clock that they share but for each one's own error.
A message goes out at the sensor's instants from all that transmits. A receiver hears it over its
own line of sight, with a probability that falls with distance as a direction finder's does. What it
times is the way at the speed of light in air, the error of its clock (the same for all that it
hears then, wandering: an average over messages does not take it out), noise of its own, and now and
then an echo instead, which is late. Nothing false is matched by all: a false message's times are
anywhere within what the receivers' distances allow.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import AIR_M_PER_NS, NS_PER_S
from vedette.config.site import Coverage, Sensor
from vedette.geo import SiteFrame
from vedette.model.reports import ArrivalReport, Claims, Report
from vedette.simulator.listeners import BearingModel, fields_of
from vedette.simulator.rain import RainPath
from vedette.simulator.sensor_specs import SensorModelSpec, TdoaSpec
from vedette.simulator.sight import Station, in_sector, look, station
from vedette.simulator.terrain import Terrain
from vedette.simulator.world import World

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

TOLD_MIN = 3  # receivers that must have heard a message: fewer say nothing
FIXED_MIN = 4  # that give a place by themselves


@dataclass(slots=True)
class ArrivalModel(BearingModel):
    """Receivers on a common clock. ears: where each stands and sees; ears_rain: rain about each.

    clock_ns (R,): each one's error at clock_t_ns.
    """

    tdoa: TdoaSpec
    ears: Sequence[Station]
    ears_rain: Sequence[RainPath | None]
    clock_ns: F64
    clock_t_ns: int

    def _frame(self, world: World, t_ns: int) -> list[Report]:
        """Time one message of everything that transmits at one instant."""
        state = world.state_enu()
        state[:, :3] -= state[:, 3:] * ((world.t_ns - t_ns) / NS_PER_S)
        self._wander(t_ns)
        heard_prob, way_m = self.heard_prob(world, state)
        shape = way_m.shape
        heard = self.rng.uniform(size=shape) < heard_prob
        late_ns = self.clock_ns + self._noise_ns() * self.rng.standard_normal(shape)
        echoes = self.rng.uniform(size=shape) < self.tdoa.echo_prob
        late_ns += np.where(echoes, self.rng.exponential(self.tdoa.echo_ns, shape), 0.0)
        times_ns = np.rint(way_m / AIR_M_PER_NS + late_ns).astype(np.int64) + t_ns
        told = np.flatnonzero(heard.sum(axis=1) >= TOLD_MIN)
        reports = [self._told(world, t_ns, int(k), heard[k], times_ns[k]) for k in told]
        return [*reports, *self._false(t_ns)]

    def heard_prob(self, world: World, state_enu: F64) -> tuple[F64, F64]:
        """Say how probably each receiver hears each object (N, R), and how far it is away (m)."""
        about = look(self.station, state_enu)
        sends = self._sends(world)
        sends &= in_sector(self.sensor, about.azimuth_rad, about.elevation_rad, about.range_m)
        prob, way_m = np.zeros((2, len(state_enu), len(self.ears)))
        for r, (ear, rain) in enumerate(zip(self.ears, self.ears_rain, strict=True)):
            seen = look(ear, state_enu)
            reach = seen.range_m / self.range_90_m
            if rain is not None:
                way = (seen.azimuth_rad, seen.elevation_rad, seen.range_m)
                reach = reach * 10.0 ** (rain.one_way_db(*way, world.elapsed_s) / 20.0)
            way_m[:, r] = seen.range_m
            prob[:, r] = np.where(sends & seen.inside, self.detection_prob * 0.9 ** (reach**2), 0.0)
        return prob, way_m

    def look_prob(self, world: World, state_enu: F64) -> F64:
        """Say how probably as many receivers hear each object as give a place."""
        prob, _ = self.heard_prob(world, state_enu)
        fewer = np.zeros((len(prob), FIXED_MIN))  # that so many have heard, fewer than FIXED_MIN
        fewer[:, 0] = 1.0
        for each in prob.T:
            more = np.roll(fewer, 1, axis=1) * each[:, None]
            more[:, 0] = 0.0
            fewer = fewer * (1.0 - each[:, None]) + more
        return np.asarray(np.clip(1.0 - fewer.sum(axis=1), 0.0, 1.0))

    def _sends(self, world: World) -> Bools:
        """Say what transmits that these receivers listen for."""
        fleet = world.fleet
        if self.tdoa.hears == "radio":
            return np.asarray(fleet.radio & fleet.there & world.visible)
        squitters = np.array([spec.transponder is not None for spec in fleet.specs], np.bool_)
        return np.asarray(squitters & fleet.there & world.visible)

    def _noise_ns(self) -> float:
        """Give the noise of one time, as the site states it."""
        return self.sensor.range_sigma_m / AIR_M_PER_NS

    def _wander(self, t_ns: int) -> None:
        """Let the clocks wander until a time: a random walk that is pulled back."""
        keep = math.exp(-(t_ns - self.clock_t_ns) / NS_PER_S / self.tdoa.clock_s)
        drive = self.tdoa.clock_sigma_ns * math.sqrt(max(1.0 - keep * keep, 0.0))
        self.clock_ns = keep * self.clock_ns + drive * self.rng.standard_normal(len(self.ears))
        self.clock_t_ns = t_ns

    def _told(
        self, world: World, t_ns: int, k: int, heard: Bools, times_ns: NDArray[np.int64]
    ) -> ArrivalReport:
        """Make the report of object k's message: who heard it when, and what it says of itself."""
        transponder = world.fleet.specs[k].transponder
        claims = None
        if self.tdoa.hears == "transponder" and transponder is not None:
            claims = Claims(icao24=transponder.icao24)
        times = {self.sensor.receivers[r].id: int(times_ns[r]) for r in np.flatnonzero(heard)}
        return self._report(t_ns, times, claims)

    def _report(
        self, t_ns: int, times: dict[str, int], claims: Claims | None = None
    ) -> ArrivalReport:
        name = self.sensor.id
        return ArrivalReport(
            sensor=name, t_meas_ns=t_ns, t_recv_ns=t_ns, arrivals_ns=times, claims=claims
        )

    def _false(self, t_ns: int) -> list[Report]:
        """Draw messages that were matched wrongly: each receiver's time by itself."""
        count = int(self.rng.poisson(self.clutter_per_scan))
        places = np.array([ear.position_enu_m for ear in self.ears])
        span_ns = float(np.sqrt(np.sum(np.ptp(places, axis=0) ** 2))) / AIR_M_PER_NS
        late = self.rng.uniform(0.0, span_ns, (count, len(places))).astype(np.int64)
        names = [receiver.id for receiver in self.sensor.receivers]
        return [
            self._report(t_ns, dict(zip(names, (t_ns + row).tolist(), strict=True))) for row in late
        ]


def ears_of(sensor: Sensor, frame: SiteFrame, terrain: Terrain | None) -> list[Station]:
    """Place a sensor's receivers, each with its own line of sight, all round."""
    reach_m = 2.0 * sensor.coverage.range_max_m  # from the far side of the receivers' middle
    around = Coverage(range_max_m=reach_m, elevation_min_deg=-90.0, elevation_max_deg=90.0)
    return [
        station(
            msgspec.structs.replace(
                sensor, lat_deg=r.lat_deg, lon_deg=r.lon_deg, hae_m=r.hae_m, coverage=around
            ),
            frame,
            terrain,
        )
        for r in sensor.receivers
    ]


def arrival_model(
    plain: BearingModel,
    spec: SensorModelSpec,
    ears: Sequence[Station],
    ears_rain: Sequence[RainPath | None],
    start_ns: int,
) -> ArrivalModel:
    """Make receivers of a plain listener; their clocks begin anywhere within their errors."""
    tdoa = spec.tdoa or TdoaSpec()
    clock_ns = tdoa.clock_sigma_ns * plain.rng.standard_normal(len(ears))
    return ArrivalModel(
        **fields_of(plain),
        tdoa=tdoa,
        ears=ears,
        ears_rain=ears_rain,
        clock_ns=clock_ns,
        clock_t_ns=start_ns,
    )
