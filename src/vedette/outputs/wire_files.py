"""Detections as the formats sensors speak: ASTERIX, Mode S, BaseStation, CoT, SAPIENT, Remote ID.

In: reports, one by one. Out: a file that is written as they come. What every writer is:
`outputs/writing.py`.
"""

from pathlib import Path

from vedette.codecs import capture_write
from vedette.codecs.adsb import avr, beast
from vedette.codecs.adsb import from_reports as adsb
from vedette.codecs.asterix import from_reports as asterix
from vedette.codecs.asterix.encode import BLOCK_BYTES_MAX
from vedette.codecs.cot import from_reports as cot
from vedette.codecs.cot import write_event
from vedette.codecs.cot.tracks import opex_of
from vedette.codecs.cot.xml_write import write_xml
from vedette.codecs.remote_id import from_reports as remote_id
from vedette.codecs.sapient import from_reports as sapient
from vedette.codecs.sapient import write as sapient_write
from vedette.codecs.sapient.text import to_json
from vedette.model.reports import Detection, SensorStatus, SitePositionReport
from vedette.outputs.writing import NO_PLACE, NO_SIGN, Around, Capture, Sink, dated

ASTERIX_PORT, COT_PORT = 8600, 6969
RADIO = remote_id.BEACON_LINK
SENT = "t_recv_ns: an event says when it was sent"
RECEIVED = "t_recv_ns: data blocks have no time of receipt"


class Asterix(Sink):
    """ASTERIX data blocks: in a file of their own, or as datagrams of a capture.

    Records of one category that follow each other share a block; in a capture only those that were
    received together.
    """

    def __init__(self, path: Path, around: Around, capture: Capture | None = None) -> None:
        """Open `path`."""
        super().__init__(path, around, capture)
        self._known = asterix.speaker(self.sensors, around.mode)
        self._key, self._body, self._t_ns = (0, 0), b"", 0
        self._first_ns: int | None = None

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why ASTERIX cannot."""
        if isinstance(report, SitePositionReport):
            report = self.place(report) or report
        said = asterix.say(self._known, report)
        self.unsaid = said.unsaid
        if said.why:
            return said.why
        if self._first_ns is None:
            self._first_ns = report.t_meas_ns
        if report.t_recv_ns != report.t_meas_ns and not self.is_capture:
            self.unsaid.append(RECEIVED)
        key = (said.category, report.t_recv_ns if self.is_capture else 0)
        if key != self._key or len(self._body) + len(said.octets) + 3 > BLOCK_BYTES_MAX:
            self._flush()
            self._key, self._t_ns = key, report.t_recv_ns
        self._body += said.octets
        return ""

    def _flush(self) -> None:
        if not self._body:
            return
        size = len(self._body) + 3
        block = bytes([self._key[0]]) + size.to_bytes(2, "big") + self._body
        self._body = b""
        if self.is_capture:
            self.packet(capture_write.udp_packet(block, ASTERIX_PORT), self._t_ns)
        else:
            self.put(block)

    def close(self) -> None:
        """Write the last block and close the file."""
        self._flush()
        super().close()

    @property
    def notes(self) -> list[str]:
        """Say which codes were given, and from when the file is."""
        given = [
            f"{sensor} is written as SAC {sac} SIC {sic}"
            for sensor, (sac, sic) in self._known.given.items()
            if sensor != f"sac-{sac}-sic-{sic}"
        ]
        return given if self.is_capture else [*given, *dated("ASTERIX", self._first_ns)]


class ModeS(Sink):
    """Mode S frames: Beast, or AVR text."""

    def __init__(self, path: Path, around: Around, is_text: bool) -> None:
        """Open `path`."""
        super().__init__(path, around)
        self._air, self._encode = adsb.Air(), avr.encode if is_text else beast.encode
        self._name = "AVR" if is_text else "Beast"

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why Mode S cannot."""
        position = None if isinstance(report, SensorStatus) else self.place(report)
        if position is None:
            return NO_SIGN if isinstance(report, SensorStatus) else NO_PLACE
        frames, why, unsaid = adsb.frames_of(self._air, position)
        self.unsaid += unsaid
        self.put(self._encode(frames))
        return why

    @property
    def notes(self) -> list[str]:
        """Say from when the file is, and what it cannot say."""
        return [*dated(self._name, self._air.begin_ns), *self.unmarked(self._name)]


class Sbs(Sink):
    """BaseStation lines."""

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why BaseStation cannot."""
        position = None if isinstance(report, SensorStatus) else self.place(report)
        if position is None:
            return NO_SIGN if isinstance(report, SensorStatus) else NO_PLACE
        lines, why, unsaid = adsb.lines_of(position)
        self.unsaid += unsaid
        self.put(lines)
        return why

    @property
    def notes(self) -> list[str]:
        """Say what the lines cannot."""
        return self.unmarked("SBS-1")


class Cot(Sink):
    """CoT events: XML, one a line, or as datagrams of a capture."""

    def __init__(self, path: Path, around: Around, capture: Capture | None = None) -> None:
        """Open `path`; whose reports are what people have seen, the site's feeds say."""
        super().__init__(path, around, capture)
        feeds = around.site.feeds if around.site is not None else []
        seen = {feed.sightings_sensor for feed in feeds if feed.sightings_sensor is not None}
        self._people = seen | {"cot-sightings"}
        self._opex = "" if around.mode is None else opex_of(around.mode)
        self._count = 0

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why CoT cannot."""
        position = None if isinstance(report, SensorStatus) else self.place(report)
        if position is None:
            return NO_SIGN if isinstance(report, SensorStatus) else NO_PLACE
        self._count += 1
        event, why, unsaid = cot.event_of(position, self._people, self._count, self._opex)
        self.unsaid += unsaid
        if report.t_recv_ns != report.t_meas_ns and not self.is_capture:
            self.unsaid.append(SENT)
        if event is None:
            return why
        if self.is_capture:
            payload = write_event(event, "xml")
            self.packet(capture_write.udp_packet(payload, COT_PORT), report.t_recv_ns)
        else:
            self.put(write_xml(event).encode() + b"\n")
        return ""

    @property
    def notes(self) -> list[str]:
        """Nothing: CoT says of itself what it is."""
        return []


class Sapient(Sink):
    """SAPIENT messages: as on the wire, or a JSON object a line."""

    def __init__(self, path: Path, around: Around, is_text: bool) -> None:
        """Open `path`; nobody has registered yet."""
        super().__init__(path, around)
        self._nodes = sapient.Nodes(self.sensors)
        self._encode = to_json if is_text else sapient_write.wire

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why SAPIENT cannot."""
        if isinstance(report, SitePositionReport):
            report = self.place(report) or report
        messages, why, self.unsaid = sapient.say(self._nodes, report)
        for message in messages:
            self.put(self._encode(message))
        return why

    @property
    def notes(self) -> list[str]:
        """Say what the messages cannot."""
        return self.unmarked("SAPIENT")


class RemoteId(Sink):
    """Remote ID beacons in a capture of 802.11."""

    def write(self, report: Detection | SensorStatus) -> str:
        """Write one, or say why Remote ID cannot."""
        position = None if isinstance(report, SensorStatus) else self.place(report)
        if position is None:
            return NO_SIGN if isinstance(report, SensorStatus) else NO_PLACE
        data, t_ns, why, unsaid = remote_id.beacon_of(position)
        self.unsaid += unsaid
        if not why:
            self.packet(data, t_ns)
        return why

    @property
    def notes(self) -> list[str]:
        """Say what beacons cannot."""
        return self.unmarked("Remote ID")
