"""People who call in what they see: rough bearings, some of them anything, and calls that repeat.

In: the world after a step. Out: bearings. A copy has the bearing of the call it repeats, and its
own, later, time: it confirms nothing. The same call comes from one, then from many.
"""

import heapq
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.model.reports import Plot, Report
from vedette.simulator.cameras import clearness, reach_chance
from vedette.simulator.listeners import BearingModel, fields_of
from vedette.simulator.sensor_specs import CallersSpec, SensorModelSpec, WeatherSpec
from vedette.simulator.sight import TWO_PI, Seen
from vedette.simulator.world import World

F64 = NDArray[np.float64]


@dataclass(slots=True)
class CallerModel(BearingModel):
    """Everyone around who may call. repeats: calls to come again, (ns, order, call), a heap."""

    callers: CallersSpec
    weather: WeatherSpec
    repeats: list[tuple[int, int, Plot]] = field(default_factory=list)
    called: int = 0

    def observe(self, world: World) -> list[Report]:
        """Take the calls of the last step, first and repeated, in their order."""
        first = [self._said(call) for call in BearingModel.observe(self, world)]
        calls: list[tuple[int, int, Report]] = []
        for call in first:
            self._spread(call)
            calls.append((call.t_meas_ns, -1, call))
        while self.repeats and self.repeats[0][0] <= world.t_ns:
            calls.append(heapq.heappop(self.repeats))
        return [call for _, _, call in sorted(calls, key=lambda entry: entry[:2])]

    def _said(self, call: Report) -> Plot:
        """Say what somebody makes of what they saw: sometimes any bearing at all."""
        luck, anywhere = self.rng.uniform(size=2).tolist()
        if not isinstance(call, Plot):
            raise TypeError(f"people report bearings, not {type(call).__name__}")
        if luck < self.callers.wrong_prob:
            return msgspec.structs.replace(call, azimuth_rad=TWO_PI * anywhere)
        return call

    def _spread(self, call: Plot) -> None:
        """Let others repeat a call as their own."""
        for _ in range(int(self.rng.poisson(self.callers.copies))):
            wait_ns = int(self.rng.exponential(self.callers.copy_delay_s) * NS_PER_S)
            when = call.t_meas_ns + wait_ns
            copy = msgspec.structs.replace(call, t_meas_ns=when, t_recv_ns=when)
            self.called += 1
            heapq.heappush(self.repeats, (when, self.called, copy))

    def _notice_prob(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is called in with a bearing that is its own."""
        return self._chance(world, seen, state_enu) * (1.0 - self.callers.wrong_prob)

    def _chance(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is called in."""
        ratio = self.callers.night_range_ratio
        clear = self.detection_prob * clearness(self.weather, seen, state_enu)
        return clear * reach_chance(seen.range_m, self._reach_m(world), self.weather, ratio)


def caller_model(plain: BearingModel, spec: SensorModelSpec, weather: WeatherSpec) -> CallerModel:
    """Make people of a plain bearing sensor."""
    callers = spec.callers or CallersSpec()
    return CallerModel(**fields_of(plain), callers=callers, weather=weather)
