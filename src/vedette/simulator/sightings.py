"""What people call in: one look at something, handed on by several who were not there.

In: the scenario's list and the world's time. Out: reports of the sensors that hand them on, as the
sensors' models give theirs. A copy is the same report, measured at the same instant.
"""

import math
from dataclasses import dataclass

from vedette.base.constants import NS_PER_S
from vedette.config.site import Sensor
from vedette.geo import SiteFrame
from vedette.model.reports import Plot, PositionReport, Report
from vedette.simulator.heard import Heard, Message
from vedette.simulator.scenario import LoadedScenario, SightingSpec


@dataclass(slots=True)
class Sightings:
    """What has not been called in yet, in order of time."""

    loaded: LoadedScenario
    waiting: list[SightingSpec]

    def due(self, t_ns: int) -> list[Heard]:
        """Give what is called in until t_ns: each handed on, later by delay_s each time."""
        heard: list[Heard] = []
        while self.waiting and self._measured_ns(self.waiting[0]) <= t_ns:
            spec = self.waiting.pop(0)
            for number, sensor_id in enumerate(spec.sensors):
                sensor = next(s for s in self.loaded.site.sensors if s.id == sensor_id)
                late_ns = int(number * spec.delay_s * NS_PER_S)
                said = Message(self._measured_ns(spec), self._report(spec, sensor))
                heard.append(Heard(sensor, late_ns, [said]))
        return heard

    def _measured_ns(self, spec: SightingSpec) -> int:
        return self.loaded.start_ns + int(spec.t_s * NS_PER_S)

    def _report(self, spec: SightingSpec, sensor: Sensor) -> Report:
        """Say what was seen: a direction, or a place on the ground."""
        t_ns = self._measured_ns(spec)
        kind = {str(spec.object_class): spec.class_prob}
        if spec.azimuth_deg is not None:
            azimuth_rad = math.radians(spec.azimuth_deg)
            return Plot(
                sensor=sensor.id,
                t_meas_ns=t_ns,
                t_recv_ns=t_ns,
                azimuth_rad=azimuth_rad,
                class_prob=kind,
            )
        frame = SiteFrame(self.loaded.site.reference)
        lat_rad, lon_rad, _ = frame.geo_from_enu(spec.east_m or 0.0, spec.north_m or 0.0, 0.0)
        return PositionReport(
            sensor=sensor.id,
            t_meas_ns=t_ns,
            t_recv_ns=t_ns,
            lat_rad=float(lat_rad),
            lon_rad=float(lon_rad),
            horizontal_sigma_m=sensor.horizontal_sigma_m,
            class_prob=kind,
        )


def create_sightings(loaded: LoadedScenario) -> Sightings:
    """Put the scenario's sightings in order of time."""
    return Sightings(loaded, sorted(loaded.scenario.sightings, key=lambda spec: spec.t_s))
