"""CoT events in files and captures: XML one after another, TAK stream frames, TAK mesh datagrams.

Events carry their own time; a file is read as if each had arrived when it was sent.
"""

from collections.abc import Callable, Iterator

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.cot.event import EVENT_BYTES_MAX
from vedette.codecs.cot.framing import (
    MAGIC,
    StreamBuffer,
    cut,
    datagram_frames,
    is_mesh,
    read_frame,
)
from vedette.codecs.cot.to_reports import Listener, listener_of, report_of
from vedette.codecs.cot.tracks import site_uid
from vedette.codecs.recorded import Fault, Format, Payload, Reading, Timed, fault
from vedette.config.site import Feed
from vedette.model.enums import Mode
from vedette.model.reports import Refusal, Report

PIECE_BYTES = 1 << 16
UNREADABLE = "event"  # what is refused before its type is known is counted under this


def begins(head: bytes) -> bool:
    """Say whether a file begins with an event, in XML or in a frame of TAK protocol 1."""
    text = bytes(head[:256]).lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<event") or (text.startswith(b"<?xml") and b"<event" in head):
        return True
    if head[:1] != bytes((MAGIC,)):
        return False
    # One message: its event, or its control first; both are messages inside.
    return bytes(head[:3]) == b"\xbf\x01\xbf" or bytes(head[1:5]).find(b"\x12") in (1, 2)


def frames(data: bytes) -> Iterator[tuple[int, bytes | None]]:
    """Walk the frames of a file: (bytes done, frame), None for one above the limit.

    What is left at the end is a frame of its own, to be refused with its reason.
    """
    if len(data) <= EVENT_BYTES_MAX and is_mesh(bytes(data[:16])):
        yield len(data), bytes(data)
        return
    buffer = StreamBuffer()
    for at in range(0, len(data), PIECE_BYTES):
        piece = bytes(data[at : at + PIECE_BYTES])
        for frame in cut(buffer, piece):
            yield at + len(piece) - len(buffer.pending), frame
        if buffer.is_lost:
            return
    if buffer.pending.strip() or buffer.is_skipping or buffer.skip_octets:
        yield len(data), buffer.pending


def faults(data: bytes) -> Iterator[Fault]:
    """Say which events are not valid; a file without any is not valid."""
    count = 0
    for _, frame in frames(data):
        count += 1
        try:
            read_frame(_whole(frame))
        except RefusedError as refused:
            yield fault(f"event {count}", *refused.args)
    if not count:
        yield fault("file", reasons.EMPTY, "no event in it")


def _whole(frame: bytes | None) -> bytes:
    if frame is None:
        raise RefusedError(reasons.TOO_LONG, f"an event above {EVENT_BYTES_MAX} bytes")
    return frame


def listener(reading: Reading) -> Listener:
    """Find under whose name a file's events come in: as a CoT feed of the site would have it."""
    for feed in reading.site.feeds:
        if feed.kind.startswith("cot_"):
            return listener_of(reading.site, feed)
    made = Feed(id="cot", kind="cot_udp", port=0, sensor=reading.sensor or "cot-friends")
    found = listener_of(reading.site, made)
    if not reading.is_anywhere:
        return found
    found.sightings, found.tracks = "cot-sightings", "cot-tracks"
    found.is_live = reading.site.mode is Mode.LIVE
    found.own = site_uid(reading.site)
    return found


def read(data: bytes, reading: Reading) -> Iterator[Timed]:
    """Read a file's events as reports, each received when it was sent."""
    hears, t_ns = listener(reading), 0
    for done, frame in frames(data):
        report, t_ns = _report(frame, hears, reading, t_ns, None)
        yield t_ns, report, done


def _report(
    frame: bytes | None, hears: Listener, reading: Reading, t_ns: int, t_recv_ns: int | None
) -> tuple[Report, int]:
    """Give what a frame says, and when it was received: t_recv_ns, or else when it was sent.

    t_ns: of a frame that nothing can be read of.
    """
    kind = UNREADABLE
    report: Report
    try:
        event = read_frame(_whole(frame))
        kind, t_ns = "-".join(event.kind.split("-")[:3]), event.time_ns
        report = report_of(event, hears, reading.feed, t_ns if t_recv_ns is None else t_recv_ns)
    except RefusedError as refused:
        report = reasons.refuse(
            reading.feed, t_ns if t_recv_ns is None else t_recv_ns, *refused.args
        )
    reading.count(kind, 0 if isinstance(report, Refusal) else 1, [report])
    return report, t_ns


def open_datagrams(reading: Reading) -> Callable[[bytes, int], list[Report]]:
    """Begin to read datagrams of events."""
    hears = listener(reading)

    def take(payload: bytes, t_ns: int) -> list[Report]:
        return [_report(frame, hears, reading, t_ns, t_ns)[0] for frame in datagram_frames(payload)]

    return take


def datagram_faults(data: bytes) -> Iterator[Fault]:
    """Say which events of a datagram are not valid."""
    for number, frame in enumerate(datagram_frames(data), 1):
        try:
            read_frame(_whole(frame))
        except RefusedError as refused:
            yield fault(f"event {number}", *refused.args)


FORMAT = Format(
    name="cot",
    title="Cursor on Target events, XML or TAK protocol 1",
    endings=(".cot", ".tak"),
    begins=begins,
    faults=faults,
    read=read,
)
PAYLOAD = Payload(name="cot", is_one=begins, open=open_datagrams, faults=datagram_faults)
