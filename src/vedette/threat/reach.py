"""What it means for a threat that a track is a bird, an airliner or a drone: numbers by class.

In: the class probabilities and identities of tracks. Out: per track the spread of its course, how
far it matters, the height it comes down from, whether it aims. The geometry is a kernel's
(`kernels.threats`).
"""

import numpy as np

from vedette.model.enums import Identity, ObjectClass
from vedette.model.measurements import F64

LABELS = tuple(str(c) for c in ObjectClass)
# By class: bird, flock, balloon, multirotor, small and one-way fixed-wing drone, helicopter, light
# aircraft, aeroplane, other.
# Spread of a course that is held, degrees, beside the filter's: machines hold theirs, birds do not.
COURSE_SIGMA_RAD = np.radians([40.0, 40.0, 10.0, 1.5, 1.0, 1.0, 6.0, 6.0, 6.0, 6.0])
# Share of the class whose arrival would matter at all to people in the asset.
MATTERS = np.array([0.05, 0.05, 0.10, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
# Height above the asset at which half of the class would no longer come down on it, metres.
HEIGHT_HALF_M = np.array(
    [500.0, 500.0, 300.0, 1000.0, 3000.0, 3000.0, 1500.0, 1500.0, 1500.0, 2000.0]
)
# Chance that an object of the class near a defended asset aims at it, before its course is seen.
AIMS = np.array([0.0, 0.0, 0.0, 0.3, 0.18, 0.18, 0.01, 0.0, 0.0, 0.01])
AIMS_BY_IDENTITY = {Identity.SUSPECT: 0.2, Identity.HOSTILE: 0.5}
_BY_CLASS = np.stack([COURSE_SIGMA_RAD, HEIGHT_HALF_M, AIMS], axis=1)


def traits(class_prob: F64, identities: list[Identity]) -> F64:
    """Average the numbers of the classes over what each track may be.

    class_prob (N, classes). Returns (N, 4): course_sigma_rad, matters, height_half_m, aims; all but
    the second averaged over the classes that matter.
    """
    weight = class_prob * MATTERS
    matters = weight.sum(axis=1)
    means = weight @ _BY_CLASS / np.maximum(matters, 1e-9)[:, None]
    stated = [AIMS_BY_IDENTITY.get(identity, 0.0) for identity in identities]
    answer = np.empty((len(identities), 4))
    answer[:, 0], answer[:, 1], answer[:, 2] = means[:, 0], matters, means[:, 1]
    answer[:, 3] = np.maximum(means[:, 2], stated)
    return answer
