"""What a warning says: one spoken line for people taking cover, one reason for the watch."""

import math

from vedette.base.names import (
    bearing_words,
    class_words,
    number_words,
    seconds_words,
    spoken_class,
    track_name,
)
from vedette.model.enums import Mode, WarningLevel
from vedette.model.kinds import DRONES, family_prob
from vedette.model.picture import IdentityRecord
from vedette.warning.state import Contact

# Below an even chance a class is not said aloud: a wrong word costs trust, "object" costs nothing.
CLASS_SAID_PROB_MIN = 0.5
_MODE_WORDS = {
    Mode.LIVE: "",
    Mode.SIMULATED: "Simulation. ",
    Mode.EXERCISE: "Exercise. ",
    Mode.REPLAY: "Replay. ",
}


def object_words(identity: IdentityRecord | None) -> str:
    """Say what a track is, aloud: "drone", "aircraft", "unknown object" when we cannot tell."""
    if identity is None:
        return "unknown object"
    chance = identity.class_prob
    if sum(chance.get(kind, 0.0) for kind in DRONES) >= CLASS_SAID_PROB_MIN:
        return "drone"
    if family_prob(chance, identity.object_class) >= CLASS_SAID_PROB_MIN:
        return spoken_class(identity.object_class)
    return "unknown object"


def spoken(
    mode: Mode,
    level: WarningLevel,
    contacts: list[Contact],
    identities: dict[int, IdentityRecord],
    seconds_left_s: float,
) -> str:
    """Say the warning as it is read out: what, where from, how long, what to do.

    contacts: those that cause it, nearest in time first. Marked in words unless the mode is LIVE.
    """
    order = "Take cover." if level == WarningLevel.IMMINENT else "Be ready to take cover."
    what = _objects(contacts, identities)
    parts = [what[:1].upper() + what[1:]]
    if contacts and math.isfinite(contacts[0].bearing_rad):
        parts.append(bearing_words(contacts[0].bearing_rad))
    parts.append(seconds_words(seconds_left_s))
    return f"{_MODE_WORDS[mode]}{', '.join(parts)}. {order}"


def spoken_order(mode: Mode) -> str:
    """Say that a human orders cover, as it is read out."""
    return f"{_MODE_WORDS[mode]}Take cover now, by order of the watch."


def _objects(contacts: list[Contact], identities: dict[int, IdentityRecord]) -> str:
    kinds = sorted({object_words(identities.get(contact.track_id)) for contact in contacts})
    if len(contacts) == 1:
        return kinds[0]
    kind = kinds[0] if len(kinds) == 1 else "object"
    plural = kind if kind == "aircraft" else f"{kind}s"
    return f"{number_words(len(contacts))} {plural}"


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
    if others:
        words += f"; {others} more with it"
    return words
