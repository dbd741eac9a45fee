"""How captured frames travel to us by UDP: one frame a datagram, behind sixteen octets.

"VRID", version 1, a zero, the link type of the frame (two octets), when it was captured (eight,
nanoseconds UTC since 1970; 0: not stated), big-endian; then the frame as captured. Link type 0: a
receiver has taken Remote ID out of the frame itself, and sends six octets of radio address, one of
counter, and the message or pack.
"""

from struct import Struct

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_HEADER, BAD_TIME, TRUNCATED, UNSUPPORTED_LINK, refuse
from vedette.codecs.remote_id.frames import ADDRESSED, LINKS, read_frame
from vedette.codecs.remote_id.receive import Listener, receive
from vedette.codecs.times import T_MAX_NS
from vedette.model.reports import Report

_HEAD = Struct(">4sBBHQ")
HEAD_BYTES = _HEAD.size
_MAGIC, _VERSION = b"VRID", 1


def wrap(link: int, frame: bytes, t_heard_ns: int | None = None) -> bytes:
    """Make the datagram of one captured frame."""
    return _HEAD.pack(_MAGIC, _VERSION, 0, link, t_heard_ns or 0) + frame


def unwrap(data: bytes) -> tuple[int, bytes, int | None]:
    """Take a datagram apart: link type, frame, time of capture. Raises RefusedError."""
    if len(data) < _HEAD.size:
        raise RefusedError(TRUNCATED, f"a datagram of {len(data)} bytes")
    magic, version, _, link, t_heard_ns = _HEAD.unpack_from(data)
    if magic != _MAGIC or version != _VERSION:
        raise RefusedError(BAD_HEADER, "does not begin with VRID, version 1")
    if link not in LINKS and link != ADDRESSED:
        raise RefusedError(UNSUPPORTED_LINK, f"link type {link}")
    if t_heard_ns >= T_MAX_NS:
        raise RefusedError(BAD_TIME, "captured after 2099")
    return link, data[_HEAD.size :], t_heard_ns or None


def read_datagram(listener: Listener, data: bytes, t_recv_ns: int, feed: str) -> list[Report]:
    """Read one datagram of captured radio; what cannot be read is refused."""
    try:
        link, frame, t_heard_ns = unwrap(data)
        elements = read_frame(link, frame)
    except RefusedError as refused:
        return [refuse(feed, t_recv_ns, *refused.args)]
    return receive(listener, elements, t_heard_ns, t_recv_ns, feed)
