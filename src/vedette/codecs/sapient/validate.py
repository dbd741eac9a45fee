"""Is a message what BSI Flex 335 v2.0 demands, and if not, which field is at fault.

In: a parsed SapientMessage. Out: what is wrong, each as (reason, "path.of.field: why"). The
mandatory fields, the identifiers and the enumerations come from the standard's own options over
the whole tree (`schema`); what the standard says in words (ranges, versions) stands here.
"""

import math
import re
from collections.abc import Callable
from typing import Any

from vedette.base.errors import RefusedError
from vedette.codecs import reasons
from vedette.codecs.sapient.schema import (
    ICD_VERSION,
    FieldRule,
    MessageRule,
    message_class,
    rules,
)

Faults = list[tuple[str, str]]  # (reason, "path.of.field: why")
FAULTS_MAX = 32  # then the rest of the message is not looked at
FAULTS_TOLD = 4

# Hexadecimal digits and Crockford's letters may come in either case (RFC 9562; the ULID text).
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.I)
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", re.I | re.A)
_IDENTIFIERS = {"uuid": (UUID, "is no version 4 UUID"), "ulid": (ULID, "is no ULID")}
# A zone of UTM, with its band or without; "N" and "S" for the halves of the earth are bands too.
UTM_ZONE = re.compile(r"(?:0?[1-9]|[1-5][0-9]|60)\s?[C-HJ-NP-X]?", re.I | re.A)
_DEGREES, _RADIANS = (1, 3), (2, 4)  # RangeBearingCoordinateSystem; Location: 1 and 2
_TURN = {True: 360.0, False: 2.0 * math.pi}
_TIME_MIN_S, _TIME_MAX_S = -62_135_596_800, 253_402_300_799  # years 1 to 9999, as protobuf's
_SLACK = 1e-6  # what a float32 may add to its bound


def validate(message: Any) -> None:
    """Demand that a SapientMessage obeys the standard.

    Raises RefusedError(reason, detail): of the first fault, and in the detail up to FAULTS_TOLD.
    """
    refuse_for(faults(message))


def refuse_for(found: Faults) -> None:
    """Raise RefusedError where anything was found."""
    if found:
        told = "; ".join(detail for _, detail in found[:FAULTS_TOLD])
        raise RefusedError(found[0][0], told)


def faults(message: Any) -> Faults:
    """Find what is wrong with a SapientMessage, in the order of its fields, at most FAULTS_MAX.

    What the standard does not know is taken out of the message.
    """
    found: Faults = []
    size = message.ByteSize()
    before = message.SerializeToString()
    message.DiscardUnknownFields()
    if message.ByteSize() != size:
        found.append((reasons.UNKNOWN_ITEM, _unknown(before)))
    _check(message, rules()[message.DESCRIPTOR.full_name], "", found)
    return found


def _check(message: Any, rule: MessageRule, path: str, found: Faults) -> None:
    """Check one message of the tree and all inside it."""
    fields, present = rule.fields, set[int]()
    for descriptor, value in message.ListFields():
        number = descriptor.number
        present.add(number)
        each = fields[number]
        if each.form == "plain" or len(found) >= FAULTS_MAX:
            continue
        where = path + each.name
        if each.repeated:
            for index, one in enumerate(value):
                _check_value(one, each, f"{where}[{index}]", found)
                if len(found) >= FAULTS_MAX:
                    break
        else:
            _check_value(value, each, where, found)
    if not rule.mandatory <= present:
        for number in sorted(rule.mandatory - present):
            found.append((reasons.MISSING_ITEM, f"{path}{fields[number].name}: is missing"))
    for name, numbers in rule.choices:
        _check_choice(message, rule, path + name, numbers & present, found)
    words = _WORDS.get(rule.name)
    if words is not None:
        words(message, path, found)


def _check_value(value: Any, rule: FieldRule, path: str, found: Faults) -> None:
    form = rule.form
    if form == "number":
        if not math.isfinite(value):
            found.append((reasons.BAD_VALUE, f"{path}: is not a number"))
    elif form == "message":
        if rule.child in rules():
            _check(value, rules()[rule.child], path + ".", found)
        else:
            _check_time(value, path, found)
    elif form == "enum":
        if value not in rule.values:
            found.append((reasons.BAD_VALUE, f"{path}: {value} is no value of it"))
        elif value == 0 and rule.mandatory:
            found.append((reasons.MISSING_ITEM, f"{path}: is unspecified"))
    elif form in _IDENTIFIERS:
        pattern, fault = _IDENTIFIERS[form]
        if pattern.fullmatch(value) is None:
            found.append((reasons.BAD_VALUE, f"{path}: {value[:40]!r} {fault}"))
    elif rule.mandatory and not value:
        found.append((reasons.MISSING_ITEM, f"{path}: is empty"))


def _check_choice(
    message: Any, rule: MessageRule, path: str, present: frozenset[int] | set[int], found: Faults
) -> None:
    """Demand that one field of a choice is there and, where it is an enumeration, says what."""
    if not present:
        found.append((reasons.MISSING_ITEM, f"{path}: none of its fields is there"))
        return
    chosen = rule.fields[min(present)]
    if chosen.form in ("enum", "text") and not getattr(message, chosen.name):
        found.append((reasons.MISSING_ITEM, f"{path}: {chosen.name} is there and says nothing"))


def _check_time(value: Any, path: str, found: Faults) -> None:
    """Demand a time that protobuf's Timestamp can be: years 1 to 9999, whole nanoseconds."""
    if not (_TIME_MIN_S <= value.seconds <= _TIME_MAX_S and 0 <= value.nanos < 1_000_000_000):
        found.append((reasons.BAD_TIME, f"{path}: is no time"))


def _unknown(data: bytes) -> str:
    """Name the first field of a message that the standard does not have."""
    from google.protobuf.unknown_fields import UnknownFieldSet

    pending = [(message_class().FromString(data), "message")]
    while pending:
        message, path = pending.pop()
        for unknown in UnknownFieldSet(message):
            return f"{path}: field {unknown.field_number} is not of {ICD_VERSION}"
        for descriptor, value in message.ListFields():
            if descriptor.message_type is not None:
                many = descriptor.is_repeated
                pending += [(one, descriptor.name) for one in (value if many else [value])]
    return f"a field is not of {ICD_VERSION}"


# --- what the standard says in words ---
def _within(message: Any, path: str, found: Faults, name: str, low: float, high: float) -> None:
    """Demand that a number, where stated, lies between its bounds."""
    if message.HasField(name):
        value = getattr(message, name)
        if not low - _SLACK <= value <= high + _SLACK:
            detail = f"{path}{name}: {value:g} is not within {low:g}..{high:g}"
            found.append((reasons.OUT_OF_RANGE, detail))


def _not_negative(message: Any, path: str, found: Faults, *names: str) -> None:
    for name in names:
        value = getattr(message, name)  # 0 where it is not there
        if value < 0.0:
            found.append((reasons.OUT_OF_RANGE, f"{path}{name}: {value:g} is negative"))


def _registration(message: Any, path: str, found: Faults) -> None:
    stated = message.icd_version.replace("_", " ")
    if stated != ICD_VERSION:
        detail = f"{path}icd_version: {stated[:40]!r} is not {ICD_VERSION!r}"
        found.append((reasons.BAD_VALUE, detail))


def _location(message: Any, path: str, found: Faults) -> None:
    """Bound latitude and longitude. Eastings and northings are bounded when they are used."""
    if message.coordinate_system in (1, 2):
        turn = _TURN[message.coordinate_system == 1]
        _within(message, path, found, "x", -turn / 2.0, turn / 2.0)
        _within(message, path, found, "y", -turn / 4.0, turn / 4.0)
    zone = message.utm_zone.strip()
    if zone and UTM_ZONE.fullmatch(zone) is None:
        detail = f"{path}utm_zone: {message.utm_zone[:40]!r} is no zone of UTM"
        found.append((reasons.BAD_VALUE, detail))
    _not_negative(message, path, found, "x_error", "y_error", "z_error")


def _range_bearing(message: Any, path: str, found: Faults) -> None:
    turn = _TURN[message.coordinate_system in _DEGREES]
    _within(message, path, found, "azimuth", -turn, turn)
    _within(message, path, found, "elevation", -turn / 4.0, turn / 4.0)
    _not_negative(message, path, found, "range", "range_error", "azimuth_error", "elevation_error")


def _bearing(message: Any, path: str, found: Faults) -> None:
    """Demand of a range and bearing that it states one of them at least."""
    if not any(message.HasField(name) for name in ("range", "azimuth", "elevation")):
        detail = f"{path.removesuffix('.')}: states neither range nor bearing"
        found.append((reasons.MISSING_ITEM, detail))
    _range_bearing(message, path, found)


def _predicted(message: Any, path: str, found: Faults) -> None:
    if not (message.HasField("location") or message.HasField("range_bearing")):
        found.append((reasons.MISSING_ITEM, f"{path.removesuffix('.')}: states no place"))


def _signal(message: Any, path: str, found: Faults) -> None:
    _not_negative(message, path, found, "start_frequency", "centre_frequency", "stop_frequency")
    _not_negative(message, path, found, "pulse_duration")


def _sub_class(message: Any, path: str, found: Faults) -> None:
    _confidence(message, path, found)
    _not_negative(message, path, found, "level")


def _cone(message: Any, path: str, found: Faults) -> None:
    _range_bearing(message, path, found)
    turn = _TURN[message.coordinate_system in _DEGREES]
    _within(message, path, found, "horizontal_extent", 0.0, turn)
    _within(message, path, found, "vertical_extent", 0.0, turn)
    _not_negative(message, path, found, "horizontal_extent_error", "vertical_extent_error")


def _location_type(message: Any, path: str, found: Faults) -> None:
    """Demand that units and datum are of one kind: both of places, or both of bearings."""
    if message.HasField("location_units") != message.HasField("location_datum"):
        detail = f"{path}datum_oneof: is not of the same kind as the units"
        found.append((reasons.BAD_VALUE, detail))


def _duration(message: Any, path: str, found: Faults) -> None:
    _not_negative(message, path, found, "value")


def _detection(message: Any, path: str, found: Faults) -> None:
    _within(message, path, found, "detection_confidence", 0.0, 1.0)


def _confidence(message: Any, path: str, found: Faults) -> None:
    _within(message, path, found, "confidence", 0.0, 1.0)


def _alert(message: Any, path: str, found: Faults) -> None:
    _within(message, path, found, "ranking", 0.0, 1.0)
    _within(message, path, found, "confidence", 0.0, 1.0)


def _power(message: Any, path: str, found: Faults) -> None:
    _within(message, path, found, "level", 0.0, 100.0)


def _velocity(message: Any, path: str, found: Faults) -> None:
    _not_negative(message, path, found, "east_rate_error", "north_rate_error", "up_rate_error")


_WORDS: dict[str, Callable[[Any, str, Faults], None]] = {
    "Registration": _registration,
    "Location": _location,
    "RangeBearing": _bearing,
    "RangeBearingCone": _cone,
    "Registration.LocationType": _location_type,
    "Registration.Duration": _duration,
    "DetectionReport": _detection,
    "DetectionReport.DetectionReportClassification": _confidence,
    "DetectionReport.SubClass": _sub_class,
    "DetectionReport.PredictedLocation": _predicted,
    "DetectionReport.Signal": _signal,
    "DetectionReport.Behaviour": _confidence,
    "Alert": _alert,
    "StatusReport.Power": _power,
    "ENUVelocity": _velocity,
}
