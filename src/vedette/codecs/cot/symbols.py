"""CoT types of the air: identity and class to a type, and a type to what it says of a class.

A type of CoT 2.0 is "a" (atom: a thing that is), the affiliation, the dimension ("A": air), and the
function of MIL-STD-2525. A function is told only where the class is more probable than not, and
"military" only of what its identity makes a matter of the military: an airliner nobody has listed
is an aeroplane of the civil tree, and a bird is no aircraft at all, so it has no function; its
remarks say "bird". The two drone codes stand in the military tree and are what every display draws
as a drone; civil fixed-wing drones have a code of their own ("C-F-q").
"""

from vedette.model.enums import Identity, ObjectClass
from vedette.model.kinds import coarse

CLASS_PROB_MIN = 0.5
# A person on the ground takes stars, aircraft and birds for drones: a word, not a measurement.
SIGHTED_CLASS_PROB = 0.6

AFFILIATIONS = {
    Identity.PENDING: "p",
    Identity.UNKNOWN: "u",
    Identity.ASSUMED_FRIEND: "a",
    Identity.FRIEND: "f",
    Identity.NEUTRAL: "n",
    Identity.SUSPECT: "s",
    Identity.HOSTILE: "h",
}
_MILITARY = frozenset(
    {Identity.ASSUMED_FRIEND, Identity.FRIEND, Identity.SUSPECT, Identity.HOSTILE}
)
# class -> function (military, civil); nothing where 2525 has none
_FUNCTIONS = {
    ObjectClass.BALLOON: ("-M-L", "-C-L"),
    ObjectClass.MULTIROTOR: ("-M-H-Q", "-M-H-Q"),
    ObjectClass.FIXED_WING_UAS: ("-M-F-Q", "-C-F-q"),
    ObjectClass.HELICOPTER: ("-M-H", "-C-H"),
    ObjectClass.AEROPLANE: ("-M-F", "-C-F"),
}
# function of a type, longest first -> the class it says
_CLASSES = (
    ("M-F-Q", ObjectClass.FIXED_WING_UAS),
    ("C-F-q", ObjectClass.FIXED_WING_UAS),
    ("M-H-Q", ObjectClass.MULTIROTOR),
    ("M-L", ObjectClass.BALLOON),
    ("C-L", ObjectClass.BALLOON),
    ("M-H", ObjectClass.HELICOPTER),
    ("C-H", ObjectClass.HELICOPTER),
    ("M-F", ObjectClass.AEROPLANE),
    ("C-F", ObjectClass.AEROPLANE),
)


def kind_of(identity: Identity, object_class: ObjectClass, class_prob: float) -> str:
    """Give the CoT type of a track: "a-h" for the identity HOSTILE alone, "a-u" for UNKNOWN."""
    military, civil = _FUNCTIONS.get(coarse(object_class), ("", ""))
    if identity in (Identity.UNKNOWN, Identity.PENDING) and civil == "-C-F-q":
        civil = military  # whose drone it is, nobody knows: the code that every display draws
    function = military if identity in _MILITARY else civil
    if class_prob < CLASS_PROB_MIN:
        function = ""
    return f"a-{AFFILIATIONS[identity]}-A{function}"


def is_air(kind: str) -> bool:
    """Say whether a type is a thing in the air, of whatever affiliation."""
    words = kind.split("-", 3)
    return len(words) >= 3 and words[0] == "a" and words[2] == "A"


def affiliation_of(kind: str) -> str:
    """Give the affiliation letter of an atom, "" of anything else."""
    words = kind.split("-", 2)
    return words[1] if len(words) >= 2 and words[0] == "a" else ""


def class_of(kind: str) -> ObjectClass | None:
    """Say which class the function of an air type names, None where it names none of ours."""
    function = kind.split("-", 3)[3] if kind.count("-") >= 3 else ""
    for prefix, object_class in _CLASSES:
        if function == prefix or function.startswith(prefix + "-"):
            return object_class
    return None
