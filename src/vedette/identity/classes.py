"""What an object is: the likelihood of what was seen of it, under each class.

In: one row of means per track (speed, drift, climb, turn, height, cross-section) with how well each
mean is known. Out: log-likelihoods per feature and class. The model has two levels, which is what
keeps a fast feed from piling up proof: an object has its own typical speed or cross-section, drawn
from its class (spread `sd`), and each look scatters around that. However many looks, the means can
only become exact; the spread within the class remains.

The numbers are physics and published figures (one-way drones 42-55 m/s, small tactical fixed-wing
30-50 m/s, multirotors 5-20 m/s and -8 to -19 dBsm, birds 8-20 m/s with comparable cross-section,
balloons drift with the wind). The broad spreads, and the tempering of height, climb and turn, admit
that they were not fitted to a campaign.
"""

from dataclasses import dataclass

import numpy as np

from vedette.model.enums import ObjectClass
from vedette.model.measurements import F64, I64, Bools

CLASSES = tuple(ObjectClass)
LABELS = tuple(str(c) for c in CLASSES)
BIRD, BALLOON, MULTIROTOR, FIXED_WING, HELICOPTER, AEROPLANE, OTHER = range(len(CLASSES))

# How often each is met near a defended site, before anything is measured.
PRIOR = np.array([0.33, 0.04, 0.10, 0.12, 0.06, 0.27, 0.08])
LOG_PRIOR = np.log(PRIOR)

# (weight, mean, sd) in m/s; the bird's is speed through the air, the others' over the ground.
SPEED_MPS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((0.85, 12.0, 3.5), (0.15, 17.0, 3.0)),
    ((1.0, 0.0, 3.0),),  # unused: a balloon is judged by its drift
    ((0.70, 9.0, 5.0), (0.20, 1.0, 1.5), (0.10, 18.0, 4.0)),
    ((0.70, 42.0, 9.0), (0.20, 28.0, 6.0), (0.10, 60.0, 10.0)),
    ((0.80, 55.0, 15.0), (0.20, 5.0, 8.0)),
    ((0.40, 60.0, 12.0), (0.25, 100.0, 25.0), (0.35, 215.0, 35.0)),
    ((1.0, 30.0, 60.0),),
)
# (weight, mean, sd) in dBsm of the object's own mean; looks scatter by RCS_LOOK_DB around it.
RCS_DBSM: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((1.0, -21.0, 6.0),),
    ((1.0, -12.0, 8.0),),
    ((1.0, -14.0, 4.0),),
    ((1.0, -10.0, 4.0),),
    ((1.0, 7.0, 5.0),),
    ((0.5, 4.0, 5.0), (0.5, 17.0, 7.0)),
    ((1.0, -5.0, 12.0),),
)
RCS_LOOK_DB = 5.6  # standard deviation of an exponential (Swerling 1) power in dB, and
RCS_LOOK_BIAS_DB = 2.5  # how far the mean of its decibels lies below the decibels of its mean
# Height above the reference, as the logarithm of metres: (median_m, sd).
HEIGHT_MEDIAN_M = np.array([150.0, 800.0, 80.0, 220.0, 350.0, 1800.0, 500.0])
HEIGHT_LOG_SD = np.array([1.0, 1.5, 0.8, 0.7, 0.8, 1.3, 1.5])
CLIMB_MEAN_MPS = np.array([0.0, 2.0, 0.0, 0.0, 0.0, 0.0, 0.0])
CLIMB_SD_MPS = np.array([1.5, 2.0, 3.0, 3.0, 4.0, 5.0, 6.0])
# Mean turn to either side over a quarter of a minute: (weight, 0, sd). What is steered by a machine
# flies straight and turns now and then; a bird leans all the time. Of a lesser black-backed gull
# with a logger (R package RNCEP, fixes 3 s apart, 313 quarters of a minute in flight) the mean is
# 0.07 rad/s, in one of twenty under 0.025; birds on passage are straighter.
TURN_RADPS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((0.75, 0.0, 0.13), (0.25, 0.0, 0.03)),
    ((0.80, 0.0, 0.03), (0.20, 0.0, 0.30)),
    ((0.75, 0.0, 0.02), (0.25, 0.0, 0.30)),
    ((0.80, 0.0, 0.02), (0.20, 0.0, 0.15)),
    ((0.75, 0.0, 0.03), (0.25, 0.0, 0.12)),
    ((0.80, 0.0, 0.02), (0.20, 0.0, 0.05)),
    ((0.50, 0.0, 0.03), (0.50, 0.0, 0.25)),
)
TURN_NOISE_RADPS = 0.01  # of a drone flown straight our filter says under 0.02, 19 times in 20
# By feature. Where and how something is flown says little of what it is: half the weight.
TEMPER = np.array([1.0, 0.5, 0.5, 0.5, 1.0])[:, None, None]
BALLOON_DRIFT_SD_MPS = 1.5  # of a balloon against the air around it
LIKELIHOOD_FLOOR = 1e-5  # no single feature may rule a class out: models are wrong in their tails
HEIGHT_MIN_M = 10.0
SPEED_MIN_MPS = 1.0

PARTS_MAX = 3  # of a mixture
FEATURES = ("speed", "climb", "turn", "height", "rcs")


def _parts(table: tuple[tuple[tuple[float, float, float], ...], ...]) -> tuple[F64, F64, F64]:
    """Lay a table of mixtures out as weights, means and variances, each (PARTS_MAX, 1, classes).

    Classes of fewer parts are filled up with parts of weight 0.
    """
    filled = [(*parts, *[(0.0, 0.0, 1.0)] * (PARTS_MAX - len(parts))) for parts in table]
    weight, mean, sd = np.array(filled).transpose(2, 1, 0)[:, :, None]
    return weight, mean, sd * sd


SPEED_PARTS, RCS_PARTS, TURN_PARTS = _parts(SPEED_MPS), _parts(RCS_DBSM), _parts(TURN_RADPS)
# Climb and log height are one normal each: means and variances (2, 1, classes).
FLIGHT_MEAN = np.stack([CLIMB_MEAN_MPS, np.log(HEIGHT_MEDIAN_M)])[:, None]
FLIGHT_VARIANCE = np.stack([CLIMB_SD_MPS**2, HEIGHT_LOG_SD**2])[:, None]


@dataclass(slots=True)
class Looks:
    """Means of what was seen of N tracks. All (N,) float64; NaN where never seen.

    speed_mps mean speed over the ground, air_mps through the air, climb_mps upwards; speed_var,
    climb_var: variance of these means, (m/s)^2; height_m above the reference with height_sd_m;
    turn_radps; rcs_dbsm mean of rcs_looks looks.
    """

    speed_mps: F64
    air_mps: F64
    climb_mps: F64
    speed_var: F64
    climb_var: F64
    height_m: F64
    height_sd_m: F64
    turn_radps: F64
    rcs_dbsm: F64
    rcs_looks: F64


def log_likelihoods(looks: Looks, wind_sigma_mps: float) -> F64:
    """Say how well each class explains each feature of each track.

    wind_sigma_mps: how well the wind is known. Returns (len(FEATURES), N, classes) float64;
    0 where a feature was not seen.
    """
    density = np.empty((len(FEATURES), len(looks.speed_mps), len(CLASSES)))
    seen = np.ones(density.shape[:2], np.bool_)
    density[0] = _speed(looks, wind_sigma_mps)
    density[1:4], seen[1:4] = _flight(looks)
    density[4], seen[4] = _rcs(looks)
    logs = TEMPER * np.log(np.maximum(density, LIKELIHOOD_FLOOR))
    return np.where(seen[:, :, None], logs, 0.0)


def normalise(log_weights: F64) -> F64:
    """Turn log weights (N, classes) into probabilities that sum to 1 in each row."""
    shifted = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def support(log_likelihood: F64, top: I64) -> F64:
    """Say what each feature adds for each track's class `top` against the rest, in log-odds.

    log_likelihood (F, N, classes), top (N,). Returns (F, N): log p(seen | top) less the log of the
    prior-weighted mean of p(seen | c) over the other classes c. 0 where a feature was not seen.
    """
    rows = np.arange(len(top))
    own = log_likelihood[:, rows, top]
    mixed = np.exp(log_likelihood) @ PRIOR - np.exp(own) * PRIOR[top]
    others = 1.0 - PRIOR[top]
    return np.asarray(own - np.log(np.maximum(mixed, LIKELIHOOD_FLOOR**2) / others))


def _normal(x: F64, mean: F64, variance: F64) -> F64:
    return np.asarray(np.exp(-0.5 * (x - mean) ** 2 / variance) / np.sqrt(2.0 * np.pi * variance))


def _mixture(x: F64, parts: tuple[F64, F64, F64], variance: F64) -> F64:
    """Give each class's density at x; x, variance (N, classes) or (N, 1). Returns (N, classes)."""
    weight, mean, own_variance = parts
    density = weight * _normal(x, mean, own_variance + variance)
    return np.asarray(density[0] + density[1] + density[2])


def _speed(looks: Looks, wind_sigma_mps: float) -> F64:
    """Judge speed over the ground, a bird's through the air, a balloon's drift with the wind.

    The balloon's density is over the plane of velocities; times 2 pi speed it is one over speed.
    Returns densities (N, classes).
    """
    air_var = looks.speed_var + wind_sigma_mps**2
    speed, variance = np.empty((2, len(air_var), len(CLASSES)))
    speed[:], variance[:] = looks.speed_mps[:, None], looks.speed_var[:, None]
    speed[:, BIRD], variance[:, BIRD] = looks.air_mps, air_var
    density = _mixture(speed, SPEED_PARTS, variance)
    balloon_var = air_var + BALLOON_DRIFT_SD_MPS**2
    plane = np.exp(-0.5 * looks.air_mps**2 / balloon_var) / (2.0 * np.pi * balloon_var)
    density[:, BALLOON] = plane * 2.0 * np.pi * np.maximum(looks.speed_mps, SPEED_MIN_MPS)
    return density


def _flight(looks: Looks) -> tuple[F64, Bools]:
    """Judge climb, turn and height, in this order: densities (3, N, classes), and which were seen.

    Climb is only known where height is.
    """
    height_m = np.maximum(looks.height_m, HEIGHT_MIN_M)
    climb_mps = np.where(np.isnan(looks.height_m), np.nan, looks.climb_mps)
    seen = np.stack([climb_mps, np.log(height_m)])
    variance = np.stack([looks.climb_var, (looks.height_sd_m / height_m) ** 2])
    density = np.empty((3, len(height_m), len(CLASSES)))
    density[[0, 2]] = _normal(seen[:, :, None], FLIGHT_MEAN, FLIGHT_VARIANCE + variance[:, :, None])
    turn = looks.turn_radps[:, None]
    density[1] = _mixture(turn, TURN_PARTS, np.full_like(turn, TURN_NOISE_RADPS**2))
    return density, ~np.isnan(np.stack([seen[0], looks.turn_radps, seen[1]]))


def _rcs(looks: Looks) -> tuple[F64, Bools]:
    """Judge the cross-section: densities (N, classes), and whether any was seen (N,)."""
    seen = looks.rcs_looks > 0.0
    mean_dbsm = np.where(seen, looks.rcs_dbsm + RCS_LOOK_BIAS_DB, 0.0)
    variance = RCS_LOOK_DB**2 / np.maximum(looks.rcs_looks, 1e-3)
    return _mixture(mean_dbsm[:, None], RCS_PARTS, variance[:, None]), seen
