"""Which classes of objects belong together: what a sensor, a format or a person tells no finer.

COARSE gives the class that stands for a finer one where only seven are known. The groups are what
decisions are made by: that something is a drone matters sooner than which.
"""

from vedette.model.enums import ObjectClass

COARSE = {
    ObjectClass.FLOCK: ObjectClass.BIRD,
    ObjectClass.ONE_WAY_UAS: ObjectClass.FIXED_WING_UAS,
    ObjectClass.LIGHT_AIRCRAFT: ObjectClass.AEROPLANE,
}
BIRDS = (ObjectClass.BIRD, ObjectClass.FLOCK)
FIXED_WING = (ObjectClass.FIXED_WING_UAS, ObjectClass.ONE_WAY_UAS)
DRONES = (ObjectClass.MULTIROTOR, *FIXED_WING)
AEROPLANES = (ObjectClass.LIGHT_AIRCRAFT, ObjectClass.AEROPLANE)
CREWED = (ObjectClass.HELICOPTER, *AEROPLANES)
HARMLESS = (*BIRDS, ObjectClass.BALLOON)


def coarse(object_class: ObjectClass) -> ObjectClass:
    """Give the class that stands for this one where seven are known: itself for most."""
    return COARSE.get(object_class, object_class)


def coarse_label(label: str) -> str:
    """Give the word of the class that stands for a word's class; other words stay."""
    return _COARSE_LABELS.get(label, label)


def family_prob(class_prob: dict[str, float], object_class: ObjectClass) -> float:
    """Say how probable a class is together with those that only finer eyes tell from it."""
    wide = coarse_label(str(object_class))
    return sum(prob for label, prob in class_prob.items() if coarse_label(label) == wide)


def coarse_probs(class_prob: dict[str, float]) -> dict[str, float]:
    """Add the probabilities of classes up to those of the seven that every format knows."""
    found: dict[str, float] = {}
    for label, prob in class_prob.items():
        wide = _COARSE_LABELS.get(label, label)
        found[wide] = found.get(wide, 0.0) + prob
    return found


_COARSE_LABELS = {str(fine): str(wide) for fine, wide in COARSE.items()}
