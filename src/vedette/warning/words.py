"""What a warning says: a line a language for those who take cover, one reason for the watch."""

import math

from vedette.base.languages import LANGUAGES, counted, time_left, winds
from vedette.base.names import class_words, track_name
from vedette.model.enums import Mode, WarningLevel
from vedette.model.kinds import DRONES, family_prob
from vedette.model.picture import IdentityRecord
from vedette.warning.contacts import looks_crewed
from vedette.warning.state import Contact

# Below an even chance a class is not said aloud: a wrong word costs trust, "object" costs nothing.
CLASS_SAID_PROB_MIN = 0.5
_SPOKEN_CLASSES = {
    "helicopter": "helicopter",
    "light_aircraft": "aircraft",
    "aeroplane": "aircraft",
}


def object_noun(identity: IdentityRecord | None) -> str:
    """Say what a track is, aloud, as a noun of `base.languages`; "unknown" when we cannot tell."""
    if identity is None:
        return "unknown"
    chance = identity.class_prob
    if sum(chance.get(kind, 0.0) for kind in DRONES) >= CLASS_SAID_PROB_MIN:
        return "drone"
    if family_prob(chance, identity.object_class) >= CLASS_SAID_PROB_MIN:
        return _SPOKEN_CLASSES.get(identity.object_class, "unknown")
    return "unknown"


def spoken(
    languages: tuple[str, ...],
    mode: Mode,
    level: WarningLevel,
    contacts: list[Contact],
    identities: dict[int, IdentityRecord],
    seconds_left_s: float,
) -> dict[str, str]:
    """Say the warning as it is read out: what, where from, how long, what to do. By language.

    contacts: those that cause it, nearest in time first. Marked in words unless the mode is LIVE.
    """
    nouns = sorted({object_noun(identities.get(contact.track_id)) for contact in contacts})
    noun = nouns[0] if len(nouns) == 1 else "object"
    said = {}
    for language in languages:
        words = LANGUAGES[language].words
        parts = [counted(language, len(contacts), noun)]
        if contacts and math.isfinite(contacts[0].bearing_rad):
            parts.append(winds(language, contacts[0].bearing_rad))
        parts.append(time_left(language, seconds_left_s))
        facts = words["comma"].join(parts)
        line = words["sentence"].format(
            facts=facts[:1].upper() + facts[1:], order=words[f"order.{level.value}"]
        )
        said[language] = words[f"mode.{mode.value.lower()}"] + line
    return said


def spoken_order(languages: tuple[str, ...], mode: Mode) -> dict[str, str]:
    """Say that a human orders cover, as it is read out. By language."""
    words = {language: LANGUAGES[language].words for language in languages}
    return {
        key: each[f"mode.{mode.value.lower()}"] + each["order.human"] for key, each in words.items()
    }


def all_of(said: dict[str, str]) -> str:
    """Put the lines of all languages into one, in the site's order."""
    return " ".join(said.values())


def reason(contact: Contact, identity: IdentityRecord, asset_name: str, others: int) -> str:
    """Say for the watch why a zone is warned: track, identity, chance, who has looked.

    others: how many further tracks threaten the zone now. The time left is not in the sentence: it
    runs, and stands beside it.
    """
    words = (
        f"{track_name(contact.track_id)}, {identity.identity},"
        f" {class_words(identity.object_class)}, would reach {asset_name}"
        f" (probability {contact.reach_prob:.2f})"
    )
    if contact.cause == "unassessed":
        words += "; nobody has assessed it"
        if looks_crewed(identity):
            words += ", and it flies as an aircraft with people aboard"
    if others:
        words += f"; {others} more with it"
    return words
