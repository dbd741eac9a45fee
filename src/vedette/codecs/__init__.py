"""Stage codecs: bytes to reports and back, pure; one wire format a folder.

In: arrivals (bytes, as a transport handed them over). Out: reports, refusals among them.
"""

from vedette.codecs.check import FORMATS, Verdict, check
from vedette.codecs.decoders import (
    HTTP,
    WEBSOCKET,
    Decoders,
    FeedDecoder,
    answers,
    decode,
    detection_reports,
    good_reports,
    open_decoders,
    pass_tasks,
    receiver_of,
)
from vedette.codecs.detections.recorded import kind_of
from vedette.codecs.formats import RECORDED, endings, named, told
from vedette.codecs.personal import forgetful, without_operators
from vedette.codecs.recorded import HEAD_BYTES, Format, MessageCount, Reading, Timed, anywhere

__all__ = [
    "FORMATS",
    "HEAD_BYTES",
    "HTTP",
    "RECORDED",
    "WEBSOCKET",
    "Decoders",
    "FeedDecoder",
    "Format",
    "MessageCount",
    "Reading",
    "Timed",
    "Verdict",
    "answers",
    "anywhere",
    "check",
    "decode",
    "detection_reports",
    "endings",
    "forgetful",
    "good_reports",
    "kind_of",
    "named",
    "open_decoders",
    "pass_tasks",
    "receiver_of",
    "told",
    "without_operators",
]
