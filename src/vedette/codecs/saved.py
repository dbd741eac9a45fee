"""Messages of wires that have no file format of their own, saved as they came: are they sound?

A receiver's `aircraft.json`, what a DroneScout publishes over MQTT (JSON or LZMA), MAVLink packets
one after the other. In: the octets. Out: each fault, as `vedette check` tells it. Times are not
judged: nothing says when such a file was made.
"""

from collections.abc import Callable, Iterable, Iterator

from vedette.codecs import adsb, mavlink, reasons, remote_id
from vedette.codecs.recorded import Fault, fault
from vedette.model.reports import Refusal, Report

NAME = "file"


def _told(reports: Iterable[Report]) -> Iterator[Fault]:
    for report in reports:
        if isinstance(report, Refusal) and report.reason != reasons.BAD_TIME:
            yield fault(NAME, report.reason, report.detail)


def _aircraft_json(data: bytes) -> Iterator[Fault]:
    receiver = adsb.receiver_at(None, NAME)
    return _told(adsb.aircraft_json.read_document(receiver, data, 0, NAME))


def _dronescout(data: bytes) -> Iterator[Fault]:
    reports = remote_id.read_payload(remote_id.Listener(NAME), data, 0, NAME)
    if not reports and not remote_id.is_scouts(data):
        return iter([fault(NAME, reasons.EMPTY, "neither a drone nor a receiver's status in it")])
    return _told(reports)


def _mavlink(data: bytes) -> Iterator[Fault]:
    hangar = mavlink.Hangar(NAME, is_live=False)
    return _told(mavlink.read_datagram(hangar, data, 0, NAME))


SAVED: dict[str, Callable[[bytes], Iterator[Fault]]] = {
    "aircraft.json": _aircraft_json,
    "dronescout": _dronescout,
    "mavlink": _mavlink,
}
