"""Stage codecs: bytes to reports and back, pure; one wire format a folder.

In: arrivals (bytes, as a transport handed them over). Out: reports, refusals among them.
What decodes every format is loaded when it is first asked for: who needs one format (`vedette
simulate`, a command) does not wait for the other twelve.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    )
    from vedette.codecs.detections.recorded import kind_of
    from vedette.codecs.formats import RECORDED, endings, named, told
    from vedette.codecs.personal import forgetful, without_operators
    from vedette.codecs.recorded import HEAD_BYTES, Format, MessageCount, Reading, Timed, anywhere
    from vedette.codecs.verdicts import FORMATS, Verdict, check

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
    "told",
    "without_operators",
]

# Where each of them stands, by module.
_HOMES = {
    "decoders": "Decoders FeedDecoder HTTP WEBSOCKET answers decode"
    " detection_reports good_reports open_decoders pass_tasks",
    "detections.recorded": "kind_of",
    "formats": "RECORDED endings named told",
    "personal": "forgetful without_operators",
    "recorded": "Format HEAD_BYTES MessageCount Reading Timed anywhere",
    "verdicts": "FORMATS Verdict check",
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Load what is asked for, once."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name)
    globals()[name] = found
    return found
