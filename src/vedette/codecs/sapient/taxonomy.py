"""Words of SAPIENT and ours: classes of objects, and what track and object information is called.

BSI Flex 335 names classes in a tree ("Air Vehicle", "UAV Fixed Wing", "Military"); ours are the
few that fly. Information about a track or an object has a free type: those read here are what
sensors need to say beyond the standard's fields, and what Vedette's own messages use.
"""

import math
from functools import lru_cache
from typing import Any

from vedette.model.kinds import coarse_label
from vedette.model.reports import Claims

# (class, sub-class) in lower case -> ours; "" for the class alone.
_CLASSES = {
    ("air vehicle", "uav rotary wing"): "multirotor",
    ("air vehicle", "uav fixed wing"): "fixed_wing_uas",
    ("air vehicle", "manned rotary wing"): "helicopter",
    ("air vehicle", "manned fixed wing"): "aeroplane",
    ("air vehicle", "balloon"): "balloon",
    ("animal", "bird"): "bird",
    ("animal", ""): "other",
    ("human", ""): "other",
    ("land vehicle", ""): "other",
    ("sea vessel", ""): "other",
    ("fixed object", ""): "other",
    ("equipment", ""): "other",
}
CLASS_OF = {ours: theirs for theirs, ours in _CLASSES.items() if ours != "other"}
UNSURE_PROB = 0.5  # of a class named without a confidence
KMH, SQUARE_METRE, FOOT_M = 1.0 / 3.6, ("m2", "m^2", "sqm"), 0.3048


def class_probabilities(classifications: Any) -> dict[str, float] | None:
    """Turn a report's classes into probabilities of ours; None where it names none of them.

    A sub-class is believed no more than its class; what a class leaves over, and "Unknown", is
    left over. Above 1 in sum they are scaled down.
    """
    found: dict[str, float] = {}
    for each in classifications:
        name, prob = each.type.strip().lower(), _confidence(each)
        named = [(_CLASSES.get((name, sub.type.strip().lower())), sub) for sub in each.sub_class]
        known = [(ours, min(_confidence(sub), prob)) for ours, sub in named if ours is not None]
        whole = _CLASSES.get((name, ""))
        if not known and whole is not None:
            known = [(whole, prob)]
        for ours, share in known:
            found[ours] = found.get(ours, 0.0) + share
    total = sum(found.values())
    if total > 1.0:
        found = {ours: share / total for ours, share in found.items()}
    return found or None


def add_class(said: Any, ours: str, prob: float) -> None:
    """Say one of our classes in a detection report: a sub-class within the standard's class."""
    name, sub_name = CLASS_OF.get(coarse_label(ours), ("equipment", ""))
    whole = next((c for c in said.classification if c.type == name.title()), None)
    if whole is None:
        whole = said.classification.add(type=name.title(), confidence=0.0)
    whole.confidence = min(whole.confidence + prob, 1.0)
    if sub_name:
        whole.sub_class.add(type=_title(sub_name), confidence=min(prob, 1.0), level=1)


def _title(name: str) -> str:
    return " ".join("UAV" if word == "uav" else word.title() for word in name.split())


def _confidence(said: Any) -> float:
    return float(said.confidence) if said.HasField("confidence") else UNSURE_PROB


@lru_cache(maxsize=512)  # a sensor has a dozen; what is invented is forgotten again
def plain_type(name: str) -> str:
    """Give the type of an information as it is compared: letters and digits, lower case."""
    return "".join(c for c in name.lower() if c.isalnum())


def information(report: Any) -> dict[str, tuple[str, float | None]]:
    """Collect a report's track and object information: plain type -> (value, error)."""
    return {
        plain_type(each.type): (each.value, each.error if each.HasField("error") else None)
        for each in (*report.track_info, *report.object_info)
    }


def number(
    said: dict[str, tuple[str, float | None]], units: dict[str, str], *names: str
) -> tuple[float | None, float | None]:
    """Give the first of the named numbers and its error, in SI; None for what is no number."""
    for name in names:
        if name in said:
            text, error = said[name]
            try:
                value = float(text)
            except ValueError:
                return None, None
            if not math.isfinite(value):
                return None, None
            return _in_si(value, error, units.get(name, "").strip().lower())
    return None, None


def _in_si(value: float, error: float | None, unit: str) -> tuple[float | None, float | None]:
    if unit in ("km/h", "kph", "kmh"):
        return value * KMH, None if error is None else error * KMH
    if unit in ("ft", "feet"):
        return value * FOOT_M, None if error is None else error * FOOT_M
    if unit in SQUARE_METRE:
        return (10.0 * math.log10(value), None) if value > 0.0 else (None, None)
    return value, error


def claims_of(report: Any, said: dict[str, tuple[str, float | None]]) -> Claims | None:
    """Read what the target says of itself; what is not of the form of its kind is left out."""
    texts = {name: said[name][0].strip() for name in said}
    icao24 = texts.get("icao24", "").lower()
    squawk = texts.get("squawk", "")
    claims = Claims(
        icao24=icao24 if len(icao24) == 6 and _is_hexadecimal(icao24) else None,
        remote_id=_printable(texts.get("remoteid", "")),
        callsign=_printable(texts.get("callsign", "") or report.id.strip()),
        squawk=squawk if len(squawk) == 4 and set(squawk) <= set("01234567") else None,
    )
    return claims if claims != Claims() else None


def _is_hexadecimal(text: str) -> bool:
    return set(text) <= set("0123456789abcdef")


def _printable(text: str) -> str | None:
    """Give a text of at most 64 characters of printable ASCII, None for any other."""
    return text if 0 < len(text) <= 64 and text.isascii() and text.isprintable() else None
