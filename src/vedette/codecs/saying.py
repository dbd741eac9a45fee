"""What of a report a format can say: fields, bounds of their values, and what is left unsaid.

In: a report, and the `Form` of how a format says such reports. Out: the report as the format can
say it, and each thing it cannot, in words. Nothing is bent: a number beyond a field is left out and
named, never held at the field's end.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from vedette.model.reports import Claims, Detection

# What every format says, or says by itself: whose, and when it was measured.
_ALWAYS = frozenset({"sensor", "t_meas_ns", "claims"})
_SAYS_NOTHING = {"derived": False}  # values that mean "nothing to say", beside None

Check = Callable[[Any], bool]
_Judge = tuple[bool, Any, Any]


@dataclass(slots=True, frozen=True, eq=False)
class Form:
    """How a format says one kind of report.

    says: names of fields ("claims.icao24" of what is claimed). needs: those without which it says
    nothing. bounds: least and greatest value. checks: what a text must be like.
    """

    name: str
    says: frozenset[str]
    needs: frozenset[str] = frozenset()
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    checks: Mapping[str, Check] = field(default_factory=dict)
    _judges: dict[type, tuple[_Judge, ...]] = field(default_factory=dict)

    def says_as_is(self, report: Detection) -> bool:
        """Say, quickly, that a report can be said whole; False where that must be looked into.

        Most reports are like that, and thousands a second are asked.
        """
        kind = type(report)
        judges = self._judges.get(kind)
        if judges is None:
            judges = tuple(_judge(self, name) for name in kind.__struct_fields__)
            self._judges[kind] = judges
        values = msgspec.structs.astuple(report)
        for value, (needed, low, high) in zip(values, judges, strict=True):
            if value is None:
                if needed:
                    return False
            elif low is not None and not low <= value <= high:
                return False
        is_received = "t_recv_ns" in self.says or report.t_recv_ns == report.t_meas_ns
        return is_received and self._says_claims(report.claims)

    def _says_claims(self, claims: Claims | None) -> bool:
        if claims is None:
            return not any(name.startswith("claims.") for name in self.needs)
        for name in Claims.__struct_fields__:
            value, full = getattr(claims, name), f"claims.{name}"
            if value is None:
                if full in self.needs:
                    return False
            elif full not in self.says or not self.checks.get(full, _anything)(value):
                return False
        return True


def _anything(value: object) -> bool:
    return True


def _judge(form: Form, name: str) -> _Judge:
    """Say how a field is judged: whether it is needed, and between what it may lie if anything."""
    needed = name in form.needs
    if name in _ALWAYS or name == "t_recv_ns":
        return needed, None, None
    if name not in form.says or name in form.checks:
        nothing = _SAYS_NOTHING.get(name)
        return (needed, nothing, nothing) if nothing is not None else (needed, _NEVER, _NEVER)
    low, high = form.bounds.get(name, (None, None))
    return needed, low, high


class _Never:
    """Lies between nothing: what is stated has to be looked into."""

    def __le__(self, other: object) -> bool:
        return False

    __ge__ = __le__


_NEVER = _Never()


class Fitted(NamedTuple):
    """A report as a format can say it, or why it cannot; unsaid: what of it is left out."""

    report: Detection | None
    why: str
    unsaid: list[str]


def fit(report: Detection, form: Form) -> Fitted:
    """Take away what the format cannot say of a report."""
    if form.says_as_is(report):
        return Fitted(report, "", [])
    unsaid: list[str] = []
    changed: dict[str, Any] = {}
    for name in report.__struct_fields__:
        value = getattr(report, name)
        if value is None or name in _ALWAYS or _SAYS_NOTHING.get(name) is value:
            continue
        if name == "t_recv_ns" and value == report.t_meas_ns:
            continue
        why = _why_not(form, name, value)
        if why:
            unsaid.append(why)
            if name != "t_recv_ns":
                changed[name] = _SAYS_NOTHING.get(name)
    claims = report.claims
    if claims is not None:
        changed["claims"] = _claims(claims, form, unsaid)
    missing = _missing(report, changed, form)
    if missing:
        return Fitted(None, f"{form.name} needs {', '.join(missing)}", unsaid)
    return Fitted(msgspec.structs.replace(report, **changed) if changed else report, "", unsaid)


def _why_not(form: Form, name: str, value: Any) -> str:
    if name not in form.says:
        return f"{name}: no field for it in {form.name}"
    low, high = form.bounds.get(name, (None, None))
    if low is not None and high is not None and not low <= value <= high:
        return f"{name}: outside {low:g} to {high:g}, all that {form.name} can say"
    check = form.checks.get(name)
    return "" if check is None or check(value) else f"{name}: not of the form {form.name} asks for"


def _claims(claims: Claims, form: Form, unsaid: list[str]) -> Claims | None:
    kept: dict[str, str] = {}
    for name in claims.__struct_fields__:
        value = getattr(claims, name)
        if value is None:
            continue
        why = _why_not(form, f"claims.{name}", value)
        if why:
            unsaid.append(why)
        else:
            kept[name] = value
    return Claims(**kept) if kept else None


def _missing(report: Detection, changed: Mapping[str, Any], form: Form) -> list[str]:
    """List what the form needs and the report, as it is left, does not state."""
    claims = changed.get("claims", report.claims)
    missing = []
    for name in sorted(form.needs):
        whole, _, part = name.partition(".")
        value = changed[whole] if whole in changed else getattr(report, whole, None)
        if part:
            value = getattr(claims, part) if claims is not None else None
        if value is None:
            missing.append(name)
    return missing


def is_flight_name(text: str) -> bool:
    """Say whether a callsign fits eight letters and digits, as transponders send it."""
    return 0 < len(text) <= 8 and text.isascii() and text.isalnum() and text == text.upper()


def is_octal(text: str) -> bool:
    """Say whether a code is four octal digits."""
    return len(text) == 4 and set(text) <= set("01234567")


def is_address(text: str) -> bool:
    """Say whether an address is six hexadecimal digits."""
    return len(text) == 6 and set(text) <= set("0123456789abcdef")


def is_nowhere(lat_deg: float, lon_deg: float) -> bool:
    """Say whether a place is 0, 0 to seven decimals, which some formats have for "not known"."""
    return round(lat_deg, 7) == 0.0 == round(lon_deg, 7)
