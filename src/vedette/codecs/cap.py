"""CAP 1.2: warnings for the public, as alert, updates and cancellation of one chain.

In: what happened to a warning (raised, escalated, cleared) and what was sent of it before. Out: XML
that is valid against the OASIS schema. Nothing here has a clock: an alert is sent when the event
was. Source: OASIS Common Alerting Protocol 1.2, sections 3.2 and 3.3.
"""

from collections.abc import Sequence
from typing import NamedTuple

from vedette.base.constants import NS_PER_S
from vedette.base.rfc3339 import format_rfc3339
from vedette.codecs.xml_text import escaped
from vedette.config.site import Asset, Site
from vedette.config.zones import area_of
from vedette.model.enums import Mode, WarningLevel
from vedette.model.events import WarningCleared, WarningEscalated, WarningRaised

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
MEDIA_TYPE = "application/cap+xml"
# A warning is open until a person gives the all-clear. Who misses that drops it after this.
EXPIRES_S = 3 * 3600
_STATUS = {
    Mode.LIVE: "Actual",
    Mode.EXERCISE: "Exercise",
    Mode.SIMULATED: "Test",
    Mode.REPLAY: "Test",
}
IMMINENT, POSSIBLE, CLEARED = "imminent", "possible", "cleared"
# response, urgency, severity, certainty
_GRADES = {
    IMMINENT: ("Shelter", "Immediate", "Extreme", "Likely"),
    POSSIBLE: ("Prepare", "Expected", "Severe", "Possible"),
    CLEARED: ("AllClear", "Past", "Minor", "Unlikely"),
}

Change = WarningRaised | WarningEscalated | WarningCleared


class Words(NamedTuple):
    """What is said in one language; the reason of a warning is said in English alone."""

    event: str
    imminent: str
    possible: str
    cleared: str
    simulated: str
    exercise: str


WORDS = {
    "en": Words(
        "Air threat",
        "Take cover now.",
        "Be ready to take cover.",
        "All clear.",
        "SIMULATION",
        "EXERCISE",
    ),
    "de": Words(
        "Gefahr aus der Luft",
        "Gehen Sie sofort in Deckung.",
        "Halten Sie sich bereit, in Deckung zu gehen.",
        "Entwarnung.",
        "SIMULATION",
        "ÜBUNG",
    ),
    "es": Words(
        "Amenaza aérea",
        "Póngase a cubierto inmediatamente.",
        "Prepárese para ponerse a cubierto.",
        "Fin de la alerta.",
        "SIMULACIÓN",
        "EJERCICIO",
    ),
    "fr": Words(
        "Menace aérienne",
        "Mettez-vous à l'abri immédiatement.",
        "Tenez-vous prêt à vous mettre à l'abri.",
        "Fin de l'alerte.",
        "SIMULATION",
        "EXERCICE",
    ),
    "pl": Words(
        "Zagrożenie z powietrza",
        "Natychmiast udaj się do schronienia.",
        "Przygotuj się do ukrycia.",
        "Odwołanie alarmu.",
        "SYMULACJA",
        "ĆWICZENIA",
    ),
    "uk": Words(
        "Повітряна загроза",
        "Негайно пройдіть в укриття.",
        "Будьте готові пройти в укриття.",
        "Відбій тривоги.",
        "СИМУЛЯЦІЯ",
        "НАВЧАННЯ",
    ),
}


class Sent(NamedTuple):
    """One message of a chain, as later ones refer to it."""

    identifier: str
    sent: str


def sent_of(change: Change, uid: str) -> Sent:
    """Name the message of a change. uid: what names the site for ever; the same after a restart."""
    t_s = change.t_ns // NS_PER_S
    identifier = f"{uid}-W{change.warning_id}-{change.revision}-{t_s:x}"
    return Sent(identifier, time_text(change.t_ns))


def time_text(t_ns: int) -> str:
    """Write a time as CAP demands: whole seconds, with -00:00 for UTC and never "Z"."""
    return format_rfc3339(t_ns - t_ns % NS_PER_S).removesuffix("Z") + "-00:00"


def write_alert(
    site: Site,
    change: Change,
    own: Sent,
    before: Sequence[Sent],
    sender: str,
    languages: Sequence[str],
    mode: Mode,
) -> bytes:
    """Write the message of a change. before: the chain so far, oldest first; none: an Alert.

    sender: who answers for it, without blanks, commas, "<" and "&". languages: keys of WORDS; each
    is an info block. mode: LIVE, or what marks it.
    """
    cleared = isinstance(change, WarningCleared)
    kind = "Cancel" if cleared else "Update" if before else "Alert"
    grade = CLEARED if isinstance(change, WarningCleared) else _grade(change.level)
    parts = [
        _element("identifier", own.identifier),
        _element("sender", sender),
        _element("sent", own.sent),
        _element("status", _STATUS[mode]),
        _element("msgType", kind),
        _element("source", "Vedette"),
        _element("scope", "Public"),
    ]
    if mode is not Mode.LIVE:
        parts.append(_element("note", f"{mode.value}: this is no real warning."))
    if before:
        references = " ".join(f"{sender},{s.identifier},{s.sent}" for s in before)
        parts.append(_element("references", references))
    parts += [_info(site, change, own, grade, language, mode) for language in languages]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<alert xmlns="{NAMESPACE}">'
    return f"{head}{''.join(parts)}</alert>\n".encode()


def _grade(level: WarningLevel) -> str:
    return IMMINENT if level is WarningLevel.IMMINENT else POSSIBLE


def _element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"


def _info(site: Site, change: Change, own: Sent, grade: str, language: str, mode: Mode) -> str:
    words = WORDS[language]
    response, urgency, severity, certainty = _GRADES[grade]
    zone = next((zone for zone in site.zones if zone.id == change.zone_id), None)
    name = zone.name if zone is not None else change.zone_id
    instruction = getattr(words, grade)
    mark = {Mode.SIMULATED: words.simulated, Mode.EXERCISE: words.exercise, Mode.LIVE: ""}
    marked = f"{mark.get(mode, mode.value)}. " if mode is not Mode.LIVE else ""
    parts = [
        _element("language", language),
        _element("category", "Security"),
        _element("category", "Safety"),
        _element("event", words.event),
        _element("responseType", response),
        _element("urgency", urgency),
        _element("severity", severity),
        _element("certainty", certainty),
        _element("effective", own.sent),
    ]
    if not isinstance(change, WarningCleared):
        onset_ns = change.t_ns + int(max(change.seconds_left_s, 0.0) * NS_PER_S)
        parts.append(_element("onset", time_text(onset_ns)))
        parts.append(_element("expires", time_text(change.t_ns + EXPIRES_S * NS_PER_S)))
    parts.append(_element("senderName", site.name))
    parts.append(_element("headline", f"{marked}{name}: {instruction}"))
    if language == "en" and not isinstance(change, WarningCleared):
        parts.append(_element("description", f"{marked}{change.reason}"))
    parts.append(_element("instruction", f"{marked}{instruction}"))
    parts.append(_area(name, None if zone is None else area_of(site, zone)))
    return f"<info>{''.join(parts)}</info>"


def _area(name: str, asset: Asset | None) -> str:
    """Describe where: the asset's polygon, closed, or its circle (radius in kilometres)."""
    where = ""
    if asset is not None and asset.position_feed is not None:
        pass  # it is not where the site file has it
    elif asset is not None and asset.polygon:
        corners = [*asset.polygon, asset.polygon[0]]
        text = " ".join(f"{lat_deg:.6f},{lon_deg:.6f}" for lat_deg, lon_deg in corners)
        where = _element("polygon", text)
    elif asset is not None:
        circle = f"{asset.lat_deg:.6f},{asset.lon_deg:.6f} {asset.radius_m / 1000.0:.3f}"
        where = _element("circle", circle)
    return f"<area>{_element('areaDesc', name)}{where}</area>"
