"""Cameras that must be pointed, and what they look through: cloud, haze, night.

In: the world after a step, and where other sensors have reported something. Out: bearings of what
lies in the field of view. The camera turns about the vertical alone; its view reaches from the
bottom to the top of its coverage. Nothing here aims anything but a camera of the simulated site.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vedette.config.site import Coverage
from vedette.model.reports import Report
from vedette.simulator.listeners import BearingModel, fields_of
from vedette.simulator.objects import ground_drop_m
from vedette.simulator.sensor_specs import CameraSpec, SensorModelSpec, WeatherSpec
from vedette.simulator.sight import TWO_PI, Seen, Station
from vedette.simulator.world import STEP_S, World

F64 = NDArray[np.float64]


@dataclass(slots=True)
class Gaze:
    """Where a camera points: azimuth_rad, turning at most slew_radps, within its sector.

    width_rad: of the sector from from_rad clockwise; 0: all round. onward: +1 clockwise, -1 back.
    """

    azimuth_rad: float
    slew_radps: float
    from_rad: float
    width_rad: float
    onward: float = 1.0

    def turn(self, span_s: float, target_rad: float | None) -> None:
        """Turn for span_s, towards a target, or on with the scan."""
        step = self.slew_radps * span_s
        if target_rad is not None:
            self._towards(target_rad, step)
        elif self.width_rad <= 0.0:
            self.azimuth_rad = (self.azimuth_rad + self.onward * step) % TWO_PI
        else:
            self._to_and_fro(step)

    def _within(self, azimuth_rad: float) -> float:
        """Give how far into the sector an azimuth is; what is outside is at the nearer edge."""
        inward = (azimuth_rad - self.from_rad) % TWO_PI
        if inward <= self.width_rad:
            return inward
        return self.width_rad if inward < 0.5 * self.width_rad + math.pi else 0.0

    def _towards(self, target_rad: float, step_rad: float) -> None:
        """Turn the short way, but not out of the sector."""
        if self.width_rad > 0.0:
            away = self._within(target_rad) - self._within(self.azimuth_rad)
        else:
            away = (target_rad - self.azimuth_rad + math.pi) % TWO_PI - math.pi
        turn = min(max(away, -step_rad), step_rad)
        self.azimuth_rad = (self.azimuth_rad + turn) % TWO_PI

    def _to_and_fro(self, step_rad: float) -> None:
        """Go on to the edge and come back from it."""
        there = self._within(self.azimuth_rad) + self.onward * step_rad
        if there > self.width_rad or there < 0.0:
            self.onward = -self.onward
            there = -there if there < 0.0 else 2.0 * self.width_rad - there
        there = min(max(there, 0.0), self.width_rad)
        self.azimuth_rad = (self.from_rad + there) % TWO_PI


@dataclass(slots=True)
class CameraModel(BearingModel):
    """A camera with a field of view. cues_enu_m (M, 3): where others report something now."""

    gaze: Gaze
    camera: CameraSpec
    weather: WeatherSpec
    cues_enu_m: F64

    def observe(self, world: World) -> list[Report]:
        """Turn, then look."""
        target = nearest_azimuth_rad(self.station, self.cues_enu_m)
        self.gaze.turn(STEP_S, target if self.camera.policy == "cue" else None)
        return BearingModel.observe(self, world)

    def _chance(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is noticed: nothing outside the field of view."""
        chance = self._notice_prob(world, seen, state_enu)
        return np.where(self.pointed_at(seen.azimuth_rad, self.gaze.azimuth_rad), chance, 0.0)

    def _notice_prob(self, world: World, seen: Seen, state_enu: F64) -> F64:
        """Say how probably each object is noticed, were it in the field of view."""
        ratio = self.camera.night_range_ratio
        chance = self.detection_prob * clearness(self.weather, seen, state_enu)
        chance *= reach_chance(seen.range_m, self._reach_m(world), self.weather, ratio)
        return np.asarray(chance)

    def pointed_at(self, azimuth_rad: F64, gaze_rad: F64 | float) -> NDArray[np.bool_]:
        """Say which azimuths are in the field of view of a gaze."""
        away = (azimuth_rad - gaze_rad + math.pi) % TWO_PI - math.pi
        half = 0.5 * math.radians(self.camera.field_of_view_deg)
        return np.asarray(np.abs(away) <= half)


def reach_chance(range_m: F64, reach_m: F64, weather: WeatherSpec, night_ratio: float) -> F64:
    """Give the chance by range, 0.9 at its reach, which is shorter by night; blind: 0."""
    ratio = night_ratio if weather.night else 1.0
    if ratio <= 0.0:
        return np.zeros(len(range_m))
    return np.asarray(0.9 ** ((range_m / (reach_m * ratio)) ** 2))


def clearness(weather: WeatherSpec, seen: Seen, state_enu: F64) -> F64:
    """Give the share of looks that haze and cloud let through (N,).

    Haze: contrast falls as exp(-3.912 r / V) and is lost at 0.02 (Koschmieder), so the share of
    its logarithm that is left is 1 - r / V.
    """
    clear = np.ones(len(seen.range_m))
    if weather.visibility_m is not None:
        clear = np.clip(1.0 - seen.range_m / weather.visibility_m, 0.0, 1.0)
    if weather.cloud_base_m is not None:
        height = state_enu[:, 2] + ground_drop_m(state_enu[:, 0], state_enu[:, 1])
        clear = clear * np.where(
            height > weather.cloud_base_m, 1.0 - weather.cloud_cover_ratio, 1.0
        )
    return np.asarray(clear)


def nearest_azimuth_rad(at: Station, places_enu_m: F64) -> float | None:
    """Give the azimuth of the nearest of some places (M, 3) in the coverage; None: no such."""
    offset = places_enu_m - at.position_enu_m
    reach = np.sqrt(np.einsum("ij,ij->i", offset, offset))
    coverage = at.sensor.coverage
    near = reach <= coverage.range_max_m
    offset, reach = offset[near] @ at.sensor_from_enu.T, reach[near]
    azimuth = np.arctan2(offset[:, 0], offset[:, 1]) % TWO_PI
    start_rad, width_rad = sector(coverage)
    if width_rad > 0.0:
        inside = (azimuth - start_rad) % TWO_PI <= width_rad
        azimuth, reach = azimuth[inside], reach[inside]
    return float(azimuth[np.argmin(reach)]) if len(reach) else None


def sector(coverage: Coverage) -> tuple[float, float]:
    """Give where a coverage begins and how wide it is, radians; 0: all round."""
    width_deg = coverage.azimuth_to_deg - coverage.azimuth_from_deg
    return math.radians(coverage.azimuth_from_deg), math.radians(width_deg) % TWO_PI


def camera_model(plain: BearingModel, spec: SensorModelSpec, weather: WeatherSpec) -> CameraModel:
    """Make a camera that must be pointed of a plain one; it begins in the middle of its sector."""
    camera = spec.camera or CameraSpec()
    start_rad, width_rad = sector(plain.sensor.coverage)
    gaze = Gaze(
        azimuth_rad=(start_rad + 0.5 * width_rad) % TWO_PI,
        slew_radps=math.radians(camera.slew_degps),
        from_rad=start_rad,
        width_rad=width_rad,
    )
    nothing = np.zeros((0, 3))
    return CameraModel(
        **fields_of(plain), gaze=gaze, camera=camera, weather=weather, cues_enu_m=nothing
    )
