"""Reports as Cursor on Target events: where somebody says it is, and what a sensor has seen.

Who claims to be a friend or neutral gets that type, as its own word (how "m-g"). What people have
put on the map goes out as that ("h-e"). All else is unknown ("a-u"): what it claims is no identity.
A type says the class that is more probable than not, never how probable.
"""

import math
from collections.abc import Container

from vedette.base.constants import NS_PER_S
from vedette.codecs.cot.event import HAE_MAX_M, HAE_MIN_M, SPEED_MAX_MPS, UNKNOWN_FROM_M, CotEvent
from vedette.codecs.cot.symbols import kind_of
from vedette.codecs.cot.to_reports import CALLSIGN_CHARS_MAX
from vedette.codecs.saying import Form, fit, is_address, is_nowhere
from vedette.model.enums import Identity, ObjectClass
from vedette.model.reports import Claims, PositionReport

STALE_S = 30
NOWHERE = "latitude and longitude 0 without an error mean a place that is not known"
GPS, MACHINE, PERSON = "m-g", "m-r", "h-e"
_IDENTITIES = {
    "friend": Identity.FRIEND,
    "assumed friend": Identity.ASSUMED_FRIEND,
    "neutral": Identity.NEUTRAL,
}


def _is_name(text: str) -> bool:
    is_plain = text.isprintable() and text == text.strip()
    return 0 < len(text) <= CALLSIGN_CHARS_MAX and is_plain


EVENT = Form(
    "CoT",
    frozenset(
        {
            *("t_recv_ns", "lat_rad", "lon_rad", "hae_m", "v_east_mps", "v_north_mps"),
            *("horizontal_sigma_m", "vertical_sigma_m"),
            *("claims.callsign", "claims.icao24", "claims.affiliation"),
        }
    ),
    frozenset({"lat_rad", "lon_rad"}),
    {
        "hae_m": (HAE_MIN_M, HAE_MAX_M),
        "v_east_mps": (-SPEED_MAX_MPS / 2.0, SPEED_MAX_MPS / 2.0),
        "v_north_mps": (-SPEED_MAX_MPS / 2.0, SPEED_MAX_MPS / 2.0),
        "horizontal_sigma_m": (0.01, UNKNOWN_FROM_M - 1.0),
        "vertical_sigma_m": (0.01, UNKNOWN_FROM_M - 1.0),
    },
    {
        "claims.callsign": _is_name,
        "claims.icao24": is_address,
        "claims.affiliation": lambda word: word in _IDENTITIES,
    },
)


def event_of(
    report: PositionReport, people: Container[str], number: int, opex: str = ""
) -> tuple[CotEvent | None, str, list[str]]:
    """Give a report as an event, or why there is none; and what of it the event does not say.

    people: sensors whose reports are what people have seen. number: tells nameless reports apart.
    """
    fitted = fit(report, EVENT)
    said = fitted.report
    if not isinstance(said, PositionReport):
        return None, fitted.why, fitted.unsaid
    lat_deg, lon_deg = math.degrees(said.lat_rad), math.degrees(said.lon_rad)
    if is_nowhere(lat_deg, lon_deg) and said.horizontal_sigma_m is None:
        return None, NOWHERE, fitted.unsaid
    claims = said.claims or Claims()
    identity = _IDENTITIES.get(claims.affiliation or "", Identity.UNKNOWN)
    how = GPS if said.claims is not None else MACHINE
    how = PERSON if said.sensor in people else how
    speed_mps = course_deg = None
    if said.v_east_mps is not None and said.v_north_mps is not None:
        speed_mps = math.hypot(said.v_east_mps, said.v_north_mps)
        course_deg = math.degrees(math.atan2(said.v_east_mps, said.v_north_mps)) % 360.0
    event = CotEvent(
        uid=_uid(said, claims, number),
        kind=_kind(report, identity),
        how=how,
        opex=opex,
        time_ns=said.t_meas_ns,
        start_ns=said.t_meas_ns,
        stale_ns=said.t_meas_ns + STALE_S * NS_PER_S,
        lat_deg=lat_deg,
        lon_deg=lon_deg,
        hae_m=said.hae_m,
        ce_m=said.horizontal_sigma_m,
        le_m=said.vertical_sigma_m,
        callsign=claims.callsign or "",
        course_deg=course_deg,
        speed_mps=speed_mps,
    )
    return event, "", fitted.unsaid


def _uid(report: PositionReport, claims: Claims, number: int) -> str:
    if claims.icao24 is not None:
        return f"ICAO-{claims.icao24}"
    name = claims.callsign or f"{report.t_meas_ns}-{number}"
    return f"{report.sensor}-{name}"


def _kind(report: PositionReport, identity: Identity) -> str:
    probs = report.class_prob or {}
    likeliest = max(probs, key=lambda name: probs[name], default=ObjectClass.OTHER.value)
    return kind_of(identity, ObjectClass(likeliest), probs.get(likeliest, 0.0))
