"""Stage codecs: bytes to reports and back, pure; one wire format a folder.

In: arrivals (bytes, as a transport handed them over). Out: reports, refusals among them.
"""

from vedette.codecs.check import FORMATS, Verdict, check
from vedette.codecs.decoders import (
    HTTP,
    WEBSOCKET,
    Decoders,
    FeedDecoder,
    decode,
    detection_reports,
    good_reports,
    open_decoders,
    receiver_of,
)

__all__ = [
    "FORMATS",
    "HTTP",
    "WEBSOCKET",
    "Decoders",
    "FeedDecoder",
    "Verdict",
    "check",
    "decode",
    "detection_reports",
    "good_reports",
    "open_decoders",
    "receiver_of",
]
