"""What the declared rate counts in an arrival, and the newest part of one that is too much.

Told from the octets alone, before any codec has read them: detections one by one by their line
ends, frames of a stream by their mark, messages of SAPIENT, else datagrams.
"""

from vedette.codecs import sapient
from vedette.config.kinds import FeedKind

_LINE_END = b"\n"


def frames_in(kind: FeedKind, data: bytes) -> int:
    """Count the frames an arrival holds; at least 1."""
    if kind.is_framed:
        return max(len(sapient.split(data).messages), 1)
    if kind.format == "detections":
        return max(data.count(_LINE_END) + (data[-1:] != _LINE_END), 1)
    return max(data.count(kind.mark), 1) if kind.mark else 1


def newest(kind: FeedKind, data: bytes, leave_out: int) -> bytes:
    """Leave out the first frames of an arrival that holds more than leave_out of them.

    Detections and SAPIENT stay whole. Of other streams the end of the line before stays with it:
    after a loss their decoders look for that, or for the mark that begins a frame.
    """
    if leave_out <= 0:
        return data
    if kind.is_framed:
        gone = sapient.split(data).messages[:leave_out]
        return data[sum(sapient.HEAD_BYTES + len(message) for message in gone) :]
    if kind.format.startswith("detection"):
        return data.split(_LINE_END, leave_out)[-1]
    if kind.mark is None:
        return data
    is_line = kind.mark == _LINE_END
    parts = data.split(kind.mark, leave_out if is_line else leave_out + 1)
    return data[len(data) - len(parts[-1]) - 1 :]
