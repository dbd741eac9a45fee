"""Is a file valid in a wire or file format, and if not, why: strict, any refused part counts."""

import msgspec

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.formats import ALSO, FAMILIES, RECORDED, named


class Verdict(msgspec.Struct, frozen=True):
    """accepted, or the first reason why not, with its place (line, row or offset)."""

    accepted: bool
    reason: str = ""


FORMATS = tuple(sorted((*FAMILIES, *ALSO, *(known.name for known in RECORDED))))


def check(name: str, data: bytes) -> Verdict:
    """Judge a whole file held in memory. name: one of FORMATS; another raises RefusedError.

    "asterix" takes raw data blocks or a capture of them. A file with nothing in it is not valid.
    """
    if name not in FORMATS:
        raise RefusedError(f"unknown format {name!r}: choose from {', '.join(FORMATS)}")
    judge = FAMILIES[name] if name in FAMILIES else named(name).faults
    if not data:
        return Verdict(False, reasons.EMPTY)
    fault = next(judge(data), None)
    return Verdict(fault is None, fault or "")
