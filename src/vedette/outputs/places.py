"""Where on the map a single detection lies, as far as it says so itself.

In: reports and the site whose sensors saw them. Out: longitude, latitude (degrees) and height.
"""

import math
from typing import NamedTuple

from vedette.config.site import Sensor, Site
from vedette.geo import SiteFrame
from vedette.model.reports import Detection, Plot, PositionReport, SitePositionReport


class Place(NamedTuple):
    """A point on WGS-84, degrees; hae_m None where no height was observed."""

    lat_deg: float
    lon_deg: float
    hae_m: float | None


class Places:
    """Places by a site's frame and its sensors'. Without a site, only what states its own place."""

    def __init__(self, site: Site | None) -> None:
        """site: of the detections, or None where no site is known."""
        self._frame = None if site is None else SiteFrame(site.reference)
        self._sensors = {} if site is None else {sensor.id: sensor for sensor in site.sensors}
        self._frames: dict[str, SiteFrame] = {}

    def of(self, report: Detection) -> Place | None:
        """Say where a detection lies; None for bearings, ranges, arrivals and unknown sensors.

        A plot without elevation is put on its sensor's horizontal plane, its height unknown.
        """
        if isinstance(report, PositionReport):
            return Place(math.degrees(report.lat_rad), math.degrees(report.lon_rad), report.hae_m)
        if isinstance(report, SitePositionReport) and self._frame is not None:
            up_m = 0.0 if report.up_m is None else report.up_m
            place = Place(*self._frame.geo_deg_from_enu(report.east_m, report.north_m, up_m))
            return place if report.up_m is not None else place._replace(hae_m=None)
        if isinstance(report, Plot) and report.sensor in self._sensors:
            return self._of_plot(report, self._sensors[report.sensor])
        return None

    def _of_plot(self, plot: Plot, sensor: Sensor) -> Place | None:
        if plot.range_m is None or plot.azimuth_rad is None:
            return None
        azimuth_rad = plot.azimuth_rad + math.radians(sensor.azimuth_offset_deg)
        elevation_rad = plot.elevation_rad or 0.0
        ground_m = plot.range_m * math.cos(elevation_rad)
        place = Place(
            *self._frame_of(sensor).geo_deg_from_enu(
                ground_m * math.sin(azimuth_rad),
                ground_m * math.cos(azimuth_rad),
                plot.range_m * math.sin(elevation_rad),
            )
        )
        return place if plot.elevation_rad is not None else place._replace(hae_m=None)

    def _frame_of(self, sensor: Sensor) -> SiteFrame:
        if sensor.id not in self._frames:
            self._frames[sensor.id] = SiteFrame(sensor)
        return self._frames[sensor.id]
