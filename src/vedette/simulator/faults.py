"""Faults on a schedule: what happens to a sensor's reports before they are bytes.

In: the messages of a step, true. Out: the messages as a sick sensor and a bad line give them, the
same to files and to the live wire. Faults draw from a stream of their own, so that what is not
touched is exactly what it is without them. In this order: lost, biased, wrongly timed, said again,
held back; false reports come beside and are not touched by the other faults.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.codecs.adsb import beast, mode_s
from vedette.config.site import Sensor
from vedette.geo import SiteFrame, enu_from_aer
from vedette.model.reports import (
    Claims,
    Plot,
    PositionReport,
    Refusal,
    Report,
    SourceNote,
    SourceWord,
)
from vedette.simulator.fault_specs import FaultSpec
from vedette.simulator.heard import Message
from vedette.simulator.receivers import BEAST_CLOCK_HZ
from vedette.simulator.sensor_specs import RANGING
from vedette.simulator.sight import TWO_PI
from vedette.simulator.world import STEP_NS

FLOOD_RATE_MPS = 30.0  # false radar plots move as anything might


@dataclass(slots=True)
class FaultyLine:
    """One sensor's faults. frame, start_ns, pressure_offset_m: the site's and the scenario's."""

    sensor: Sensor
    faults: Sequence[FaultSpec]
    rng: np.random.Generator
    frame: SiteFrame
    start_ns: int
    pressure_offset_m: float

    def pass_on(self, said: list[Message], t_ns: int) -> list[Message]:
        """Give what comes of a step's messages; t_ns: the step's end."""
        heard = [later for message in said for later in self._one(message)]
        for fault in self._active(t_ns):
            if fault.kind == "flood":
                heard += self._flood(fault, t_ns)
        return heard

    def _active(self, t_ns: int) -> list[FaultSpec]:
        """Give the faults that hold at a time."""
        elapsed_s = (t_ns - self.start_ns) / NS_PER_S
        return [f for f in self.faults if f.from_s <= elapsed_s < f.to_s]

    def _one(self, message: Message) -> list[Message]:
        """Give what comes of one message: nothing, itself, or more."""
        active = self._active(message.due_ns)
        copies = 1
        for fault in active:
            if fault.kind == "drop_out" and self.rng.uniform() < fault.amount:
                return []
            if fault.kind == "duplication":
                copies += int(fault.amount)
        report = message.report
        if report is not None:
            for fault in active:
                report = self._changed(report, fault, message.due_ns)
        return [
            Message(message.due_ns + self._held_ns(active), report, message.frame)
            for _ in range(copies)
        ]

    def _held_ns(self, active: list[FaultSpec]) -> int:
        """Draw how long a message is held back."""
        held_s = 0.0
        for fault in active:
            if fault.kind == "latency":
                held_s += fault.amount
            elif fault.kind == "reordering":
                held_s += fault.amount * float(self.rng.uniform())
        return int(held_s * NS_PER_S)

    def _changed(self, report: Report, fault: FaultSpec, true_ns: int) -> Report:
        """Give a report as one fault changes it."""
        if fault.kind in ("clock_step", "clock_drift"):
            since_s = (true_ns - self.start_ns) / NS_PER_S - fault.from_s
            off_s = fault.amount * (since_s if fault.kind == "clock_drift" else 1.0)
            return _retimed(report, int(off_s * NS_PER_S))
        if fault.kind.startswith("bias"):
            if isinstance(report, Plot):
                return _biased(report, fault)
            if isinstance(report, PositionReport):
                return _moved(report, fault, self.frame)
        return report

    def _flood(self, fault: FaultSpec, t_ns: int) -> list[Message]:
        """Draw the false reports of a step, each at an instant of it, oldest first."""
        count = int(self.rng.poisson(fault.amount * STEP_NS / NS_PER_S))
        late_ns = np.sort(self.rng.integers(0, STEP_NS, count))[::-1]
        made = [self._false(t_ns - int(late)) for late in late_ns]
        return [message for messages in made for message in messages]

    def _false(self, t_ns: int) -> list[Message]:
        """Make one false report anywhere in the sensor's coverage; ADS-B: the two that place it."""
        coverage = self.sensor.coverage
        width = math.radians(coverage.azimuth_to_deg - coverage.azimuth_from_deg) % TWO_PI
        start = math.radians(coverage.azimuth_from_deg)
        share = self.rng.uniform(size=4).tolist()
        azimuth = (start + (width or TWO_PI) * share[0]) % TWO_PI
        span_m = coverage.range_max_m - coverage.range_min_m
        reach = coverage.range_min_m + span_m * share[1]
        low, high = coverage.elevation_min_deg, coverage.elevation_max_deg
        tilt = math.radians(low + (high - low) * share[2])
        if self.sensor.kind in ("adsb", "position"):
            return self._ghost(t_ns, azimuth, reach, share)
        has_range, points = self.sensor.kind in RANGING, self.sensor.kind != "range"
        flat = self.sensor.kind in ("radar_2d", "bearing", "range")
        plot = Plot(
            sensor=self.sensor.id,
            t_meas_ns=t_ns,
            t_recv_ns=t_ns,
            range_m=reach if has_range else None,
            azimuth_rad=azimuth if points else None,
            elevation_rad=None if flat else tilt,
            range_rate_mps=FLOOD_RATE_MPS * (2.0 * share[3] - 1.0)
            if has_range and points
            else None,
        )
        return [Message(t_ns, plot)]

    def _ghost(
        self, t_ns: int, azimuth_rad: float, range_m: float, share: list[float]
    ) -> list[Message]:
        """Make something that says of itself that it is somewhere, and is not."""
        height_m = 100.0 + 9_900.0 * share[2]
        east, north, _ = enu_from_aer(azimuth_rad, 0.0, range_m)
        lat_rad, lon_rad, hae_m = self.frame.geo_from_enu(east, north, height_m)
        number = int(share[3] * 0xFFFFFF)
        is_adsb = self.sensor.kind == "adsb"
        icao24 = f"{number:06x}"
        claims = Claims(icao24=icao24) if is_adsb else Claims(remote_id=f"FLOOD-{number:08d}")
        report = PositionReport(
            sensor=self.sensor.id,
            t_meas_ns=t_ns,
            t_recv_ns=t_ns,
            lat_rad=float(lat_rad),
            lon_rad=float(lon_rad),
            hae_m=float(hae_m),
            claims=claims,
        )
        if not is_adsb:
            return [Message(t_ns, report)]
        ticks = (t_ns - self.start_ns) * BEAST_CLOCK_HZ // NS_PER_S
        baro_m = float(hae_m) + self.pressure_offset_m
        even, odd = (
            mode_s.airborne_position(icao24, float(lat_rad), float(lon_rad), baro_m, is_odd)
            for is_odd in (False, True)
        )
        frames = [beast.encode([beast.frame_of(m, ticks)]) for m in (even, odd)]
        return [Message(t_ns, None, frames[0]), Message(t_ns, report, frames[1])]


def _retimed(report: Report, off_ns: int) -> Report:
    """Shift the time that a report says it was measured at; when it arrives is another matter."""
    if isinstance(report, Refusal | SourceNote | SourceWord):
        return report
    return msgspec.structs.replace(report, t_meas_ns=report.t_meas_ns + off_ns)


def _biased(plot: Plot, fault: FaultSpec) -> Plot:
    """Add a bias to a plot, where it has what is biased."""
    change: dict[str, Any] = {}
    if fault.kind == "bias_range" and plot.range_m is not None:
        change["range_m"] = max(plot.range_m + fault.amount, 0.0)
    elif fault.kind == "bias_azimuth" and plot.azimuth_rad is not None:
        change["azimuth_rad"] = (plot.azimuth_rad + math.radians(fault.amount)) % TWO_PI
    elif fault.kind == "bias_elevation" and plot.elevation_rad is not None:
        tilt = plot.elevation_rad + math.radians(fault.amount)
        change["elevation_rad"] = min(max(tilt, -0.5 * math.pi), 0.5 * math.pi)
    return msgspec.structs.replace(plot, **change) if change else plot


def _moved(report: PositionReport, fault: FaultSpec, frame: SiteFrame) -> PositionReport:
    """Move a position in the site's frame."""
    height = frame.hae_m if report.hae_m is None else report.hae_m
    place = np.array(frame.enu_from_geo(report.lat_rad, report.lon_rad, height))
    place[("bias_east", "bias_north", "bias_up").index(fault.kind)] += fault.amount
    lat_rad, lon_rad, hae_m = (float(x) for x in frame.geo_from_enu(*place.tolist()))
    told_m = None if report.hae_m is None else hae_m
    return msgspec.structs.replace(report, lat_rad=lat_rad, lon_rad=lon_rad, hae_m=told_m)
