"""Microphone arrays: they hear late, so a bearing points where the object was.

In: the world after a step. Out: bearings at the instant the sound came in. Sound left the object
when its way to the array takes as long as has gone by since; the world's own past is kept for that.
How far an object is heard follows from its loudness (spherical spreading, 6 dB for twice the way),
the wind's noise in the microphones and the wind along the path. Loudness by class: coarse open
figures against a small multirotor; piston drones 6 to 10 dB more, helicopters and aeroplanes 25 to
30; gliding birds and balloons make none.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import NS_PER_S
from vedette.model.enums import ObjectClass
from vedette.model.reports import Report
from vedette.simulator.listeners import BearingModel, fields_of
from vedette.simulator.objects import ground_drop_m
from vedette.simulator.sensor_specs import AcousticSpec, SensorModelSpec
from vedette.simulator.sight import Seen, look
from vedette.simulator.world import STEP_S, World, wind_at

F64 = NDArray[np.float64]

SILENT_DB = -200.0
LOUDNESS_DB = {
    ObjectClass.BIRD: SILENT_DB,
    ObjectClass.FLOCK: SILENT_DB,
    ObjectClass.BALLOON: SILENT_DB,
    ObjectClass.MULTIROTOR: 0.0,
    ObjectClass.FIXED_WING_UAS: 8.0,
    ObjectClass.ONE_WAY_UAS: 8.0,
    ObjectClass.HELICOPTER: 28.0,
    ObjectClass.LIGHT_AIRCRAFT: 22.0,
    ObjectClass.AEROPLANE: 25.0,
    ObjectClass.OTHER: 0.0,
}
PATH_DB_MAX = 15.0  # a sound shadow upwind is not deeper: turbulence scatters into it
PAST_S = 90.0  # 30 km of sound: nothing is heard farther
SETTLED_S = 1e-4
ROUNDS = 40  # the time converges as (v / c)^n: 1e-6 at an airliner's 0.7


@dataclass(slots=True)
class AcousticModel(BearingModel):
    """A microphone array. past: as much of the world as sound takes to cross its coverage.

    A step each: states (N, 6), visible (N,). wind_m (K, 4): by height, as the world's.
    """

    acoustic: AcousticSpec
    wind_m: F64
    past: deque[tuple[F64, NDArray[np.bool_]]]

    def observe(self, world: World) -> list[Report]:
        """Keep the step, then listen."""
        self.past.append((world.state_enu(), world.visible.copy()))
        return BearingModel.observe(self, world)

    def _frame(self, world: World, t_ns: int) -> list[Report]:
        """Hear what comes in at one instant."""
        state, sounding = self.heard(world, t_ns)
        seen = look(self.station, state)
        count = len(state)
        luck, noise = self.rng.uniform(size=count), self.rng.standard_normal((count, 2))
        guess = self.rng.uniform(size=count)
        chance = self._chance(world, seen, state)
        rows = np.flatnonzero(sounding & seen.inside & (luck < chance))
        labels = [self._label(world, int(k), float(guess[k])) for k in rows]
        return self._plots(t_ns, self._noisy(seen, noise, rows), labels) + self._clutter(t_ns)

    def _chance(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is heard, from where it made the sound."""
        reach_m = self.reach_m(world, state_enu)
        return np.asarray(self.detection_prob * 0.9 ** ((seen.range_m / reach_m) ** 2))

    def heard(self, world: World, t_ns: int) -> tuple[F64, NDArray[np.bool_]]:
        """Give each object's state (N, 6) when it made the sound that comes in now, and whether.

        Solves distance(t - wait) = c * wait by repetition. What is farther than the past reaches,
        or was not there then, is not heard.
        """
        state, sounding = self.past[-1][0].copy(), np.zeros(world.fleet.count, np.bool_)
        rows = np.flatnonzero(self.loudness_db(world) > SILENT_DB)
        states = np.stack([kept[rows] for kept, _ in self.past])
        visible = np.stack([kept[rows] for _, kept in self.past])
        columns, last = np.arange(len(rows)), len(states) - 1
        late_s = (world.t_ns - t_ns) / NS_PER_S
        wait_s = np.zeros(len(rows))
        for _ in range(ROUNDS):
            step = np.clip(last - (wait_s + late_s) / STEP_S, 0.0, float(last))
            before = step.astype(np.int64)
            after = np.minimum(before + 1, last)
            share = (step - before)[:, None]
            then = states[before, columns] * (1.0 - share) + states[after, columns] * share
            offset = then[:, :3] - self.station.position_enu_m
            wait, wait_s = wait_s, np.sqrt(np.sum(offset * offset, axis=1))
            wait_s /= self.acoustic.sound_speed_mps
            if np.max(np.abs(wait_s - wait), initial=0.0) < SETTLED_S:
                break
        state[rows] = then
        known = (wait_s + late_s) / STEP_S <= last
        sounding[rows] = known & visible[before, columns]
        return state, sounding

    def loudness_db(self, world: World) -> F64:
        """Give how loud each object (N,) is."""
        return np.array([LOUDNESS_DB[spec.object_class] for spec in world.fleet.specs])

    def reach_m(self, world: World, state_enu: F64) -> F64:
        """Give how far each object (N,) is heard, from where it is.

        The wind along the path is its mean over the heights between (Simpson's rule); that in the
        microphones is the one at the array.
        """
        towards = self.station.position_enu_m - state_enu[:, :3]
        length = np.maximum(np.sqrt(np.sum(towards * towards, axis=1)), 1.0)
        height = state_enu[:, 2] + ground_drop_m(state_enu[:, 0], state_enu[:, 1])
        own_m = self.station.height_m
        here = wind_at(self.wind_m, own_m)
        between = wind_at(self.wind_m, 0.5 * (height + own_m))
        path = (here + 4.0 * between + wind_at(self.wind_m, height)) / 6.0
        along = np.sum(towards * path, axis=1) / length
        path_db = np.clip(self.acoustic.wind_path_db_per_mps * along, -PATH_DB_MAX, PATH_DB_MAX)
        noise_db = self.acoustic.wind_noise_db_per_mps * float(np.hypot(*here[:2]))
        return np.asarray(
            self.range_90_m * 10.0 ** ((self.loudness_db(world) + path_db - noise_db) / 20.0)
        )


def acoustic_model(plain: BearingModel, spec: SensorModelSpec, wind_m: F64) -> AcousticModel:
    """Make a microphone array of a plain bearing sensor; wind_m (K, 4): the wind by height."""
    acoustic = spec.acoustic or AcousticSpec()
    cross_s = plain.sensor.coverage.range_max_m / acoustic.sound_speed_mps
    steps = int(min(cross_s, PAST_S) / STEP_S) + 3  # the present, and what lies between two steps
    past: deque[tuple[F64, NDArray[np.bool_]]] = deque(maxlen=steps)
    return AcousticModel(**fields_of(plain), acoustic=acoustic, wind_m=wind_m, past=past)
