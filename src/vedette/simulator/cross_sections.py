"""How much of a radar's wave each class sends back, seen from where, and how that fluctuates.

Means over all aspects are the fleet's (`limits` by class, or what an object states); here is what
is added to them. Aspect: decibels at 0 (nose), 30, ... 180 degrees (tail) between the flight's
direction and the line to the radar. Open, coarse figures: birds broadside up to 20 dB above nose
and tail (Edwards and Houghton 1959, in Skolnik's tables), aeroplanes 8 to 15 dB with a narrow
broadside flash, small fixed-wing drones some 8 dB, rotorcraft little. A balloon with its reflector
is steady; aeroplanes and drones with one large reflector among small ones are Swerling 3, bodies
of many equal ones (airliners, birds) Swerling 1, and rotors change a helicopter pulse by pulse.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.model.enums import ObjectClass
from vedette.simulator.objects import Fleet
from vedette.simulator.sensor_specs import CrossSection
from vedette.simulator.sight import Seen

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ASPECT_STEP_DEG = 30.0
ROUND = (0.0,) * 7
HOVER_MPS = 1.0  # slower than this nobody can say where its nose points: the mean is taken


@dataclass(slots=True, frozen=True)
class Reflector:
    """One class: how it fluctuates (Swerling 0 to 4), and its aspect (not yet of mean 0 dB)."""

    swerling: int
    aspect_db: tuple[float, ...] = ROUND


BY_CLASS = {
    ObjectClass.BIRD: Reflector(1, (-10.0, -6.0, 0.0, 4.0, 0.0, -6.0, -10.0)),
    ObjectClass.FLOCK: Reflector(1),  # many birds at all angles
    ObjectClass.BALLOON: Reflector(0),
    ObjectClass.MULTIROTOR: Reflector(1),
    ObjectClass.FIXED_WING_UAS: Reflector(3, (-2.0, -4.0, -2.0, 4.0, -2.0, -5.0, -3.0)),
    ObjectClass.ONE_WAY_UAS: Reflector(3, (-2.0, -4.0, -2.0, 4.0, -2.0, -5.0, -3.0)),
    ObjectClass.HELICOPTER: Reflector(2, (-2.0, -1.0, 1.0, 3.0, 1.0, -1.0, -2.0)),
    ObjectClass.LIGHT_AIRCRAFT: Reflector(1, (-3.0, -6.0, -2.0, 6.0, -2.0, -6.0, -4.0)),
    ObjectClass.AEROPLANE: Reflector(1, (-3.0, -6.0, -2.0, 6.0, -2.0, -6.0, -4.0)),
    ObjectClass.OTHER: Reflector(1),
}


@dataclass(slots=True)
class Reflectors:
    """What a fleet sends back: mean_dbsm (N,), swerling (N,), aspect_db (N, 7) of mean 0 dB."""

    mean_dbsm: F64
    swerling: I64
    aspect_db: F64

    def rcs_dbsm(self, seen: Seen, speed_mps: F64) -> F64:
        """Give each object's cross-section (N,) as seen from a sensor, before it fluctuates.

        cos(aspect) = -range rate / speed: coming straight on shows the nose. speed_mps (N,).
        """
        cosine = np.clip(-seen.range_rate_mps / np.maximum(speed_mps, HOVER_MPS), -1.0, 1.0)
        step = np.degrees(np.arccos(cosine)) / ASPECT_STEP_DEG
        left = np.minimum(step.astype(np.int64), self.aspect_db.shape[1] - 2)
        rows, share = np.arange(len(step)), step - left
        near, far = self.aspect_db[rows, left], self.aspect_db[rows, left + 1]
        gain_db = near + share * (far - near)
        return self.mean_dbsm + np.where(speed_mps > HOVER_MPS, gain_db, 0.0)


def reflectors(fleet: Fleet, stated: Sequence[CrossSection] = ()) -> Reflectors:
    """Lay out what the fleet's objects send back, with what the scenario states by class."""
    told = {entry.object_class: entry for entry in stated}
    mean_dbsm, swerling = fleet.rcs_dbsm.copy(), np.empty(fleet.count, np.int64)
    aspect_db = np.empty((fleet.count, len(ROUND)))
    balanced = {name: balance_db(each.aspect_db) for name, each in BY_CLASS.items()}
    for k, spec in enumerate(fleet.specs):
        entry = told.get(spec.object_class)
        swerling[k], aspect_db[k] = (
            BY_CLASS[spec.object_class].swerling,
            balanced[spec.object_class],
        )
        if entry is None:
            continue
        if entry.swerling is not None:
            swerling[k] = entry.swerling
        if entry.aspect_db is not None:
            aspect_db[k] = balance_db(entry.aspect_db)
        if entry.rcs_dbsm is not None and spec.rcs_dbsm is None:
            mean_dbsm[k] = entry.rcs_dbsm
    return Reflectors(mean_dbsm, swerling, aspect_db)


def balance_db(aspect_db: Sequence[float]) -> F64:
    """Shift an aspect pattern so that its power, over all directions in the plane, means 1."""
    pattern = np.asarray(aspect_db, np.float64)
    angle = np.linspace(0.0, len(pattern) - 1.0, 361)
    power = 10.0 ** (np.interp(angle, np.arange(len(pattern)), pattern) / 10.0)
    return np.asarray(pattern - 10.0 * np.log10(np.mean(power)))
