"""Remote ID in captures of radio: one payload a link type, since only that says how to read it."""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import refuse
from vedette.codecs.recorded import Fault, Payload, Reading, fault
from vedette.codecs.remote_id.decode import decode, split
from vedette.codecs.remote_id.frames import LINKS, Element, read_frame
from vedette.codecs.remote_id.messages import Location
from vedette.codecs.remote_id.receive import Listener, receive
from vedette.model.reports import Report

_KINDS = ("Basic ID", "Location", "Authentication", "Self ID", "System", "Operator ID")
NOWHERE = "Location without a place"
FRAME = "Remote ID frame"  # what is refused before its messages are known is counted under this
# What a frame with Remote ID holds: vendor element, service data, hash of the NAN service.
_MARKS = (b"\xfa\x0b\xbc\x0d", b"\xfa\xff\x0d", b"\x88\x69\x19\x9d\x92\x09")


def holds_remote_id(frame: bytes) -> bool:
    """Say whether a radio frame may hold Remote ID; other traffic of the air is passed over."""
    return any(mark in frame for mark in _MARKS)


def _open(link: int, reading: Reading) -> Callable[[bytes, int], list[Report]]:
    """Begin to read the frames of one link type of a capture."""
    listener = Listener(listener_of(reading))

    def take(data: bytes, t_ns: int) -> list[Report]:
        try:
            elements = read_frame(link, data)
        except RefusedError as refused:
            found: list[Report] = [refuse(reading.feed, t_ns, *refused.args)]
            reading.count(FRAME, 0, found)
            return found
        reports = receive(listener, elements, None, t_ns, reading.feed)
        for kind, number in _kinds(elements).items():
            reading.count(kind, number)
        reading.count(FRAME, sum(element.intact for element in elements), reports)
        return reports

    return take


def listener_of(reading: Reading) -> str:
    """Name the receiver of a capture: as asked for, the site's first of kind position, or so."""
    if reading.sensor is not None:
        return reading.sensor
    named = (sensor.id for sensor in reading.site.sensors if sensor.kind == "position")
    return next(named, "remote-id")


def _kinds(elements: list[Element]) -> Counter[str]:
    """Count the messages that can be read by kind."""
    kinds = Counter[str]()
    for element in elements:
        if not element.intact:
            continue
        for message in _messages(element):
            kinds[_kind_of(message)] += 1
    return kinds


def _kind_of(message: bytes) -> str:
    """Name a message; a drone that has no fix yet sends locations that give no position."""
    decoded = decode(message)
    is_nowhere = isinstance(decoded, Location) and None in (decoded.lat_deg, decoded.lon_deg)
    return NOWHERE if is_nowhere else _KINDS[message[0] >> 4]


def _messages(element: Element) -> Iterator[bytes]:
    try:
        for message in split(element.data):
            if not _fault_of(message):
                yield message
    except RefusedError:
        return  # `receive` has refused it, with its reason


def _fault_of(message: bytes) -> tuple[str, str] | None:
    try:
        decode(message)
    except RefusedError as refused:
        return refused.args[0], refused.args[1]
    return None


def _faults(link: int, data: bytes) -> Iterator[Fault]:
    """Say what is not valid in a frame; what the air has damaged is no fault of the file."""
    try:
        elements = [element for element in read_frame(link, data) if element.intact]
        for element in elements:
            for number, message in enumerate(split(element.data), 1):
                wrong = _fault_of(message)
                if wrong is not None:
                    yield fault(f"message {number}", *wrong)
    except RefusedError as refused:
        yield fault("frame", *refused.args)


PAYLOADS = tuple(
    Payload(
        name="remote_id",
        is_one=holds_remote_id,
        open=partial(_open, link),
        faults=partial(_faults, link),
        links=frozenset({link}),
    )
    for link in sorted(LINKS)
)
