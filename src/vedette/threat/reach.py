"""How probably a track's path meets an asset, and how soon it can be there: maths on flat arrays.

In: pairs of a track and an asset, one row each. Out: one number a row. Everything here is monotone:
all else equal, more distance, more offset in heading or more height never gives more.

Where it goes: its heading is normal about its present course, with the spread of the filter's own
velocity and of what its class does in flight. The path meets the asset when the heading lies within
the angle the asset fills. Beside that stands the chance that the asset is what it aims at: a drone
that flies 8 degrees past an asset may turn in. A course chosen for the asset is normal about it, a
course chosen without it is anywhere; Bayes' rule weighs the two.
"""

from dataclasses import dataclass

import numpy as np

from vedette.model.enums import Identity, ObjectClass
from vedette.model.measurements import F64, I64

LABELS = tuple(str(c) for c in ObjectClass)
# By class: bird, balloon, multirotor, fixed-wing drone, helicopter, aeroplane, other.
# Spread of the course over the next minutes, degrees: one-way drones hold theirs, birds do not.
COURSE_SIGMA_RAD = np.radians([40.0, 10.0, 12.0, 4.0, 12.0, 8.0, 12.0])
# Share of the class whose arrival would matter at all to people in the asset.
MATTERS = np.array([0.05, 0.10, 1.0, 1.0, 1.0, 1.0, 1.0])
# Height above the asset at which half of the class would no longer come down on it, metres.
HEIGHT_HALF_M = np.array([500.0, 300.0, 1000.0, 3000.0, 1500.0, 1500.0, 2000.0])
# Chance that an object of the class near a defended asset aims at it, before its course is seen.
AIMS = np.array([0.0, 0.0, 0.02, 0.05, 0.01, 0.0, 0.01])
AIMS_BY_IDENTITY = {Identity.SUSPECT: 0.2, Identity.HOSTILE: 0.5}
COURSE_SIGMA_MAX_RAD = 1.8  # a normal this wide is as good as "anywhere" on the circle
SPEED_CHANGE_RATIO = 0.05  # how far a craft's speed drifts from its present one
LOGISTIC = 0.8514  # 0.5 (1 + tanh(0.8514 x)) is the normal distribution to 0.0095 (Tocher, 1963)
SPEED_MIN_MPS = 0.1
ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))


@dataclass(slots=True)
class Movers:
    """What matters of N tracks. Arrays (N,) but vel_mps (N, 3) and pos_m (N, 3), site ENU.

    cov (N, 6, 6). course_sigma_rad, matters, height_half_m, aims: averaged over the track's class
    probabilities (the first, third and fourth over the classes that matter).
    """

    track_id: I64
    pos_m: F64
    vel_mps: F64
    cov: F64
    up_sigma_m: F64
    course_sigma_rad: F64
    matters: F64
    height_half_m: F64
    aims: F64


def blend(class_prob: F64, identities: list[Identity]) -> tuple[F64, F64, F64, F64]:
    """Average the numbers of the classes over what each track may be.

    class_prob (N, classes). Returns course_sigma_rad, matters, height_half_m, aims, each (N,).
    """
    matters = class_prob @ MATTERS
    weight = class_prob * MATTERS
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    aims = weight @ AIMS
    stated = np.array([AIMS_BY_IDENTITY.get(identity, 0.0) for identity in identities])
    return weight @ COURSE_SIGMA_RAD, matters, weight @ HEIGHT_HALF_M, np.maximum(aims, stated)


def normal_cdf(x: F64) -> F64:
    """Approximate the standard normal distribution, monotone, within 0.0095."""
    return np.asarray(0.5 * (1.0 + np.tanh(LOGISTIC * x)))


def meets(low_rad: F64, high_rad: F64, sigma_rad: F64, aims: F64) -> F64:
    """Say how probably a path meets what fills the angles low..high, off its present course.

    All (P,), radians; low <= high. P = Phi(high/s) - Phi(low/s), and beside it, where it would
    not meet by itself, the chance that it aims at it: a N(e) / (a N(e) + (1 - a) / 2 pi), with e
    the angle by which the course misses.
    """
    hit = normal_cdf(high_rad / sigma_rad) - normal_cdf(low_rad / sigma_rad)
    hit = np.minimum(np.maximum(hit, 0.0), 1.0)
    off = np.maximum(np.maximum(low_rad, -high_rad), 0.0) / sigma_rad
    chosen = aims * np.exp(-0.5 * off**2) / (ROOT_TWO_PI * sigma_rad)
    aimed = chosen / (chosen + (1.0 - aims) / (2.0 * np.pi))
    return np.asarray(hit + (1.0 - hit) * aimed)


def comes_down(above_m: F64, height_half_m: F64) -> F64:
    """Say how probably an object this high above an asset comes down on it. (P,), metres."""
    return np.asarray(1.0 / (1.0 + (np.maximum(above_m, 0.0) / height_half_m) ** 2))


def course_sigma_rad(movers: Movers, speed_mps: F64) -> F64:
    """Give the spread of each track's heading, filter and flight together. (N,) radians.

    Across-course variance of the velocity over speed squared, plus that of the class.
    """
    safe = np.maximum(speed_mps, SPEED_MIN_MPS)
    across = movers.vel_mps[:, 1::-1] * [1.0, -1.0] / safe[:, None]
    block = movers.cov[:, 3:5, 3:5]
    variance = np.maximum(np.einsum("ni,nij,nj->n", across, block, across), 0.0)
    total = np.sqrt(variance / safe**2 + movers.course_sigma_rad**2)
    return np.asarray(np.minimum(total, COURSE_SIGMA_MAX_RAD))


def speed_sigma_mps(movers: Movers, speed_mps: F64) -> F64:
    """Give the spread of each track's speed over the ground: filter and flight. (N,) m/s."""
    safe = np.maximum(speed_mps, SPEED_MIN_MPS)
    along = movers.vel_mps[:, :2] / safe[:, None]
    block = movers.cov[:, 3:5, 3:5]
    variance = np.maximum(np.einsum("ni,nij,nj->n", along, block, along), 0.0)
    return np.asarray(np.sqrt(variance + (SPEED_CHANGE_RATIO * speed_mps) ** 2))


def polygon_view(
    offset_m: F64, corners_m: F64, course_rad: F64, count: I64
) -> tuple[F64, F64, F64]:
    """Say how a polygon looks from a track: its distance and the angles it fills.

    offset_m (P, 2): from the track to the polygon's centre. corners_m (P, V, 2) about that centre,
    padded with the last corner; count (P,). course_rad (P,): the track's heading. Returns edge_m
    (P,), 0 inside, and low_rad, high_rad (P,) off its course (-pi, pi inside).
    """
    points = offset_m[:, None] + corners_m
    number = np.arange(corners_m.shape[1])[None]
    after = np.where(number + 1 < count[:, None], number + 1, 0)
    ends = np.take_along_axis(points, after[:, :, None], axis=1)
    along = ends - points
    length2 = np.maximum((along**2).sum(axis=2), 1e-9)
    share = np.minimum(np.maximum(-(points * along).sum(axis=2) / length2, 0.0), 1.0)
    edge_m = np.sqrt(((points + share[..., None] * along) ** 2).sum(axis=2).min(axis=1))
    crosses = (points[..., 1] > 0.0) != (ends[..., 1] > 0.0)
    rise = np.where(along[..., 1] == 0.0, 1.0, along[..., 1])
    at_east = points[..., 0] - points[..., 1] * along[..., 0] / rise
    inside = ((crosses & (at_east > 0.0)).sum(axis=1) % 2) == 1
    middle = np.arctan2(offset_m[:, 0], offset_m[:, 1])
    angles = np.arctan2(points[..., 0], points[..., 1])
    about = _wrap(angles - middle[:, None])
    off = _wrap(middle - course_rad)
    low = np.where(inside, -np.pi, off + about.min(axis=1))
    high = np.where(inside, np.pi, off + about.max(axis=1))
    return np.where(inside, 0.0, edge_m), low, high


def circle_view(range_m: F64, radius_m: F64, off_rad: F64) -> tuple[F64, F64, F64]:
    """Say how a circle looks from a track: edge_m (0 inside), low_rad, high_rad. All (P,).

    range_m: to its centre; off_rad: of the centre from the track's course.
    """
    inside = range_m <= radius_m
    half = np.arcsin(np.minimum(radius_m / np.maximum(range_m, 1e-6), 1.0))
    edge_m = np.maximum(range_m - radius_m, 0.0)
    low = np.where(inside, -np.pi, off_rad - half)
    high = np.where(inside, np.pi, off_rad + half)
    return edge_m, low, high


def _wrap(angle_rad: F64) -> F64:
    return np.asarray((angle_rad + np.pi) % (2.0 * np.pi) - np.pi)
