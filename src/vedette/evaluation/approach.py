"""What might come, and how: classes with their cruise speeds, flying straight in at one height.

In: a target, azimuths, a height. Out: states along the way, as the simulator has them. The figures
are open and generic: one-way fixed-wing drones are reported at 42 to 55 m/s, small tactical ones at
30 to 50, multirotors at 5 to 20. Cross-sections are the simulator's by class.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.base.constants import WGS84_SEMI_MAJOR_M
from vedette.geo import SiteFrame
from vedette.model.enums import ObjectClass
from vedette.simulator.objects import ground_drop_m
from vedette.simulator.scenario import ObjectSpec, Waypoint
from vedette.simulator.terrain import Terrain

F64 = NDArray[np.float64]
GROUND_STEP_M = 30.0  # the finer SRTM's points


@dataclass(slots=True, frozen=True)
class Threat:
    """A class of object that may come. name: for people; rcs_dbsm None: the simulator's."""

    key: str
    name: str
    object_class: ObjectClass
    speed_mps: float
    rcs_dbsm: float | None = None
    radio: bool = False

    def spec(self) -> ObjectSpec:
        """Make one object of it."""
        return ObjectSpec(
            id="inbound",
            object_class=self.object_class,
            speed_mps=self.speed_mps,
            rcs_dbsm=self.rcs_dbsm,
            radio=self.radio,
            route=[Waypoint(east_m=0.0, north_m=1.0), Waypoint(east_m=0.0, north_m=0.0)],
        )


THREATS = {
    threat.key: threat
    for threat in (
        Threat("one_way", "one-way fixed-wing drone", ObjectClass.ONE_WAY_UAS, 50.0),
        Threat("fixed_wing", "small fixed-wing drone", ObjectClass.FIXED_WING_UAS, 35.0),
        Threat("multirotor", "multirotor", ObjectClass.MULTIROTOR, 15.0),
        Threat("helicopter", "helicopter", ObjectClass.HELICOPTER, 60.0),
        Threat("light_aircraft", "light aircraft", ObjectClass.LIGHT_AIRCRAFT, 60.0, 2.0),
    )
}


@dataclass(slots=True, frozen=True)
class Approach:
    """Straight ways in to one target. target_enu_m (2,): east and north.

    azimuth_rad (A,): where each comes from, clockwise from true north, as seen from the target.
    height_m (H,): above the ground, the reference's where it is flat. Ways are numbered height by
    height: A * H of them. begin_m: how far out they begin. ground_m (A, P): the ground's height
    over the site's reference every GROUND_STEP_M along the way, from the target outwards.
    """

    target_enu_m: F64
    azimuth_rad: F64
    height_m: F64
    speed_mps: float
    begin_m: float
    ground_m: F64

    @property
    def ways(self) -> int:
        """How many ways in there are."""
        return len(self.azimuth_rad) * len(self.height_m)

    def states(self, out_m: F64) -> F64:
        """Give states (W, K, 6) where each way (W,) is so far from the target: out_m (W, K)."""
        azimuth = np.tile(self.azimuth_rad, len(self.height_m))[:, None]
        height = np.repeat(self.height_m, len(self.azimuth_rad))[:, None]
        out_east, out_north = np.sin(azimuth), np.cos(azimuth)
        state = np.empty((*out_m.shape, 6))
        state[..., 0] = self.target_enu_m[0] + out_m * out_east
        state[..., 1] = self.target_enu_m[1] + out_m * out_north
        east, north = state[..., 0], state[..., 1]
        state[..., 2] = self._below_m(out_m) + height - ground_drop_m(east, north)
        state[..., 3] = -self.speed_mps * out_east
        state[..., 4] = -self.speed_mps * out_north
        outward = east * state[..., 3] + north * state[..., 4]
        state[..., 5] = -outward / WGS84_SEMI_MAJOR_M
        return state

    def _below_m(self, out_m: F64) -> F64:
        """Give the ground's height under places of the ways (W, K), between points linear."""
        if self.ground_m.shape[1] == 1:
            return np.zeros(out_m.shape)
        step = np.clip(out_m / GROUND_STEP_M, 0.0, self.ground_m.shape[1] - 1.001)
        before = step.astype(np.int64)
        row = np.tile(np.arange(len(self.azimuth_rad)), len(self.height_m))[:, None]
        near, far = self.ground_m[row, before], self.ground_m[row, before + 1]
        return np.asarray(near + (step - before) * (far - near))


def straight_in(
    target_enu_m: F64,
    azimuths: int,
    height_m: F64,
    speed_mps: float,
    begin_m: float,
    frame: SiteFrame,
    terrain: Terrain | None,
) -> Approach:
    """Make the ways in from all round, evenly; the first comes from the north."""
    azimuth = 2.0 * np.pi * np.arange(azimuths) / azimuths
    ground = np.zeros((azimuths, 1))
    if terrain is not None:
        # Sound comes in from where the object was: a little farther out than the ways begin.
        out_m = np.arange(0.0, 1.5 * begin_m, GROUND_STEP_M)
        east = target_enu_m[0] + out_m * np.sin(azimuth)[:, None]
        north = target_enu_m[1] + out_m * np.cos(azimuth)[:, None]
        ground = terrain.over_reference_m(frame, east, north)
    return Approach(target_enu_m, azimuth, height_m, speed_mps, begin_m, ground)
