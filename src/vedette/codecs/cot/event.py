"""One Cursor on Target event as a struct: what its XML and its protobuf have in common.

Bounds, and why: a position message has some 500 bytes of XML; 64 KiB holds a drawing of a thousand
corners. Pictures and files travel by other ways than events.
Sources: CoT event schema 2.0 (MITRE MTR 040B0000013); TAK protocol version 1.
"""

import math
from typing import Any

import msgspec

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.times import T_MAX_NS, T_MIN_NS

EVENT_BYTES_MAX = 1 << 16
TEXT_CHARS_MAX = 256  # of a uid, type, callsign and the like
REMARKS_CHARS_MAX = 2000
KIND_CHARS_MAX = 64
UNKNOWN_M = 9_999_999.0  # hae, ce and le: "not known", by the XML's schema
UNKNOWN_FROM_M = 999_999.0  # and by the protobuf's, which has a digit fewer
HAE_MIN_M, HAE_MAX_M = -1_000.0, 100_000.0
SPEED_MAX_MPS = 5_000.0

PING, PONG = "t-x-c-t", "t-x-c-t-r"
DELETED = "t-x-d-d"
VERSIONS_OFFERED, VERSION_REQUEST, VERSION_ANSWER = "t-x-takp-v", "t-x-takp-q", "t-x-takp-r"


class CotEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event. Times are int64 ns UTC; angles at this edge are degrees; missing is None.

    kind: the CoT type ("a-f-A-M-F-Q"). how: where the position is from ("m-g" GPS, "h-e" a
    person's estimate). ce_m, le_m: one sigma, horizontal and vertical. links: uids of its links.
    detail_xml: further elements of the detail, XML as it is to be written; reading leaves it empty.
    versions: TAK protocol versions offered or asked for; answer: what a server says to a request.
    """

    uid: str
    kind: str
    how: str = ""
    time_ns: int
    start_ns: int
    stale_ns: int
    lat_deg: float
    lon_deg: float
    hae_m: float | None = None
    ce_m: float | None = None
    le_m: float | None = None
    access: str = ""
    qos: str = ""
    opex: str = ""
    callsign: str = ""
    endpoint: str = ""
    group: str = ""
    role: str = ""
    course_deg: float | None = None
    speed_mps: float | None = None
    remarks: str = ""
    detail_xml: str = ""
    links: tuple[str, ...] = ()
    versions: tuple[int, ...] = ()
    answer: bool | None = None


def checked(values: dict[str, Any]) -> CotEvent:
    """Make an event of what a reader has found, within bounds; raises RefusedError.

    What only decorates (course, speed, accuracy) is None where it is not a number, as some clients
    write NaN for "not known"; a place or time that is wrong refuses the event.
    """
    for name, low, high in (("lat_deg", -90.0, 90.0), ("lon_deg", -180.0, 180.0)):
        if name not in values:
            raise RefusedError(reasons.MISSING_ITEM, f"no {name.partition('_')[0]}")
        if not low <= values[name] <= high:
            raise RefusedError(reasons.OUT_OF_RANGE, f"{name} {values[name]:g}")
    for name in ("time_ns", "start_ns", "stale_ns"):
        if name not in values:
            raise RefusedError(reasons.MISSING_ITEM, f"no {name.partition('_')[0]}")
        if not T_MIN_NS <= values[name] < T_MAX_NS:
            raise RefusedError(reasons.BAD_TIME, "from outside 1970 to 2099")
    for name in ("uid", "kind"):
        if not values.get(name):
            raise RefusedError(reasons.MISSING_ITEM, f"no {'type' if name == 'kind' else name}")
    _bound_texts(values)
    _bound_numbers(values)
    return CotEvent(**values)


def _bound_texts(values: dict[str, Any]) -> None:
    if not _is_kind(values["kind"]):
        raise RefusedError(reasons.BAD_VALUE, f"type {values['kind'][:40]!a}")
    for name, value in values.items():
        if not isinstance(value, str):
            continue
        most = REMARKS_CHARS_MAX if name == "remarks" else TEXT_CHARS_MAX
        if name in ("uid", "how") and len(value) > most:
            raise RefusedError(reasons.TOO_LONG, f"{name} of {len(value)} characters")
        if not value.isprintable():
            values[name] = " ".join("".join(c if c.isprintable() else " " for c in value).split())
        values[name] = values[name][:most]


def _is_kind(text: str) -> bool:
    """Say whether a text can be a CoT type: words of letters, digits, "." and "_" with hyphens."""
    if len(text) > KIND_CHARS_MAX or not text.isascii():
        return False
    words = text.split("-")
    return all(word.replace(".", "").replace("_", "").replace("*", "").isalnum() for word in words)


def _bound_numbers(values: dict[str, Any]) -> None:
    hae_m = _known(values.get("hae_m"))
    if hae_m is not None and not HAE_MIN_M <= hae_m <= HAE_MAX_M:
        raise RefusedError(reasons.OUT_OF_RANGE, f"hae {hae_m:g}")
    values["hae_m"] = hae_m
    for name in ("ce_m", "le_m"):
        error_m = _known(values.get(name))
        values[name] = error_m if error_m is not None and error_m > 0.0 else None
    speed_mps, course_deg = _known(values.get("speed_mps")), _known(values.get("course_deg"))
    # A negative speed or course is how some clients say "not known".
    is_speed = speed_mps is not None and 0.0 <= speed_mps <= SPEED_MAX_MPS
    is_course = course_deg is not None and 0.0 <= course_deg <= 360.0
    values["speed_mps"] = speed_mps if is_speed else None
    values["course_deg"] = course_deg if is_course else None


def _known(value: float | None) -> float | None:
    """Give a number, None where it says that nothing is known."""
    return None if value is None or not math.isfinite(value) or value >= UNKNOWN_FROM_M else value
