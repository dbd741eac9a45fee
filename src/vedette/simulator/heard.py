"""What one sensor says of one step, before it is bytes: shared by sensors, faults and the wire."""

from dataclasses import dataclass
from typing import NamedTuple

from vedette.config.site import Sensor
from vedette.model.reports import Refusal, Report, SourceNote, SourceWord

UNMEASURED = (Refusal, SourceNote, SourceWord)


class Message(NamedTuple):
    """One thing said: a report, a Beast frame, or a frame with the report it means.

    due_ns: when it would arrive were there no latency: when it was measured, or later where a
    fault holds it back.
    """

    due_ns: int
    report: Report | None
    frame: bytes | None = None


@dataclass(slots=True, frozen=True)
class Heard:
    """What one sensor says of one step."""

    sensor: Sensor
    latency_ns: int
    messages: list[Message]

    @property
    def reports(self) -> list[Report]:
        """The reports alone."""
        return [m.report for m in self.messages if m.report is not None]

    @property
    def frames(self) -> list[bytes]:
        """The Beast frames alone, for an ADS-B receiver."""
        return [m.frame for m in self.messages if m.frame is not None]


def measured_ns(report: Report) -> int:
    """Give when a report was measured (a note of a source: when it arrived), int64 ns UTC."""
    if isinstance(report, UNMEASURED):
        return report.t_recv_ns
    return report.t_meas_ns
