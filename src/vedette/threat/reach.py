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
COURSE_SIGMA_RAD = np.radians([5.0, 5.0, 1.3, 0.2, 0.13, 0.13, 0.8, 0.8, 0.8, 0.8])
# Share of the class whose arrival would matter at all to people in the asset.
MATTERS = np.array([0.05, 0.05, 0.05, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
# Height above the asset at which half of the class would no longer come down on it, metres.
HEIGHT_HALF_M = np.array(
    [500.0, 500.0, 300.0, 1000.0, 3000.0, 3000.0, 1500.0, 1500.0, 1500.0, 2000.0]
)
# Odds that an object of the class aims at one of the places of a site, against at none, before its
# course is seen. A site with more places is not attacked more often: they share.
AIMS = np.array([0.0, 0.0, 0.0, 0.37, 0.22, 0.22, 0.012, 0.0, 0.0, 0.012])
# What is called SUSPECT or HOSTILE aims as a drone would at least, and so many times as likely.
AIMS_LEAST = 0.22
AIMS_BY_IDENTITY = {Identity.SUSPECT: 1.5, Identity.HOSTILE: 5.0}
_BY_CLASS = np.stack([COURSE_SIGMA_RAD, HEIGHT_HALF_M, AIMS], axis=1)


def traits(class_prob: F64, identities: list[Identity], places: int) -> F64:
    """Average the numbers of the classes over what each track may be.

    class_prob (N, classes). places: how many things of the site a track may aim at. Returns (N, 4):
    course_sigma_rad, matters, height_half_m, odds of aiming at each; all but the second averaged
    over the classes that matter.
    """
    weight = class_prob * MATTERS
    matters = weight.sum(axis=1)
    means = weight @ _BY_CLASS / np.maximum(matters, 1e-9)[:, None]
    factor = np.array([AIMS_BY_IDENTITY.get(identity, 0.0) for identity in identities])
    accused = np.maximum(means[:, 2], AIMS_LEAST) * factor
    answer = np.empty((len(identities), 4))
    answer[:, 0], answer[:, 1], answer[:, 2] = means[:, 0], matters, means[:, 1]
    answer[:, 3] = np.where(factor > 0.0, accused, means[:, 2]) / max(places, 1)
    return answer
