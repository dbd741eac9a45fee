"""What writers of files share: what they know of the site, and how octets come to the disk.

A writer of detections has `write(report)`, which gives "" or why this report does not fit;
`unsaid`, what of the last one the format could not say, in words; `notes`, what a person must know
of the file; and `close()`. A writer of tracks has `append(columns)` and `close()`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs import capture_write
from vedette.config.site import Site
from vedette.model.enums import Mode
from vedette.model.reports import Detection, Plot, PositionReport, SensorStatus
from vedette.outputs.places import Places

BUFFER_BYTES = 1 << 18
NO_PLACE = "no place: a bearing, a range or arrivals alone, or its sensor is not known"
NO_SIGN = "a sign of life, no detection"
NO_RATE = "range_rate_mps: a place has none"


@dataclass(slots=True, frozen=True)
class Around:
    """What a writer may need to know: the site, if one is known, and what the file is called.

    receivers: whose arrivals have columns in a table.
    """

    site: Site | None
    title: str
    receivers: list[str]

    @property
    def mode(self) -> Mode | None:
        """The site's mode, where one is known."""
        return None if self.site is None else self.site.mode


@dataclass(slots=True, frozen=True)
class Capture:
    """How a capture is framed. link: of its packets; is_ng: pcapng, else pcap."""

    link: int
    is_ng: bool = False


class DetectionWriter(Protocol):
    """Takes detections one by one."""

    unsaid: list[str]

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one; "" or why it does not fit."""

    @property
    def notes(self) -> list[str]:
        """What a person must know of the file."""

    def close(self) -> None:
        """Write what is pending and close the file."""


class TrackWriter(Protocol):
    """Takes tracks, some rows at a time."""

    def append(self, columns: Mapping[str, Any]) -> None:
        """Write some rows of `tracks.parquet`."""

    def close(self) -> None:
        """Write what is pending and close the file."""


class Sink:
    """A file of octets, and what its writer knows of the site."""

    def __init__(self, path: Path, around: Around, capture: Capture | None = None) -> None:
        """Open `path`. capture: how its packets are framed; None: it is none."""
        self._file = path.open("wb", buffering=BUFFER_BYTES)
        self._capture, self._begin_ns = capture, None
        self.unsaid: list[str] = []
        self.mode, self.places = around.mode, Places(around.site)
        sensors = around.site.sensors if around.site is not None else []
        self.sensors = {sensor.id: sensor for sensor in sensors}
        if capture is not None:
            begin = capture_write.pcapng_head if capture.is_ng else capture_write.pcap_head
            self.put(begin(capture.link))

    @property
    def is_capture(self) -> bool:
        """Whether packets are written, each with its time."""
        return self._capture is not None

    def put(self, data: bytes) -> None:
        """Write octets."""
        self._file.write(data)

    def packet(self, data: bytes, t_ns: int) -> None:
        """Write one packet of a capture."""
        is_ng = self._capture is not None and self._capture.is_ng
        frame = capture_write.pcapng_packet if is_ng else capture_write.pcap_packet
        self.put(frame(data, t_ns))

    def place(self, report: Detection) -> PositionReport | None:
        """Give a detection as a position on the earth, None where it has none; begin `unsaid`."""
        self.unsaid = []
        if isinstance(report, PositionReport):
            return report
        place = self.places.of(report)
        if place is None:
            return None
        if isinstance(report, Plot) and report.range_rate_mps is not None:
            self.unsaid.append(NO_RATE)
        return PositionReport(
            sensor=report.sensor,
            t_meas_ns=report.t_meas_ns,
            t_recv_ns=report.t_recv_ns,
            lat_rad=math.radians(place.lat_deg),
            lon_rad=math.radians(place.lon_deg),
            hae_m=place.hae_m,
            height_baro_m=getattr(report, "height_baro_m", None),
            confidence=report.confidence,
            class_prob=report.class_prob,
            claims=report.claims,
            rcs_dbsm=report.rcs_dbsm,
            snr_db=report.snr_db,
        )

    def unmarked(self, name: str) -> list[str]:
        """Warn where what is written ought to be marked and the format has no mark."""
        if self.mode is None or self.mode is Mode.LIVE:
            return []
        return [f"{name} cannot say that this is {self.mode.value}: tell whoever gets the file"]

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def dated(name: str, t_ns: int | None) -> list[str]:
    """Say how a file without dates is read again."""
    if t_ns is None:
        return []
    return [f"{name} carries no date: read it again with --start {format_rfc3339(t_ns)}"]
