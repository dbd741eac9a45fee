"""What an object is: the likelihood of what was seen of it, under each class.

In: how each track flew (`flight`), and means of what else was seen of it: drift against the wind,
height, cross-section and how it flickers, whether it emits. Out: log-likelihoods per feature and
class. How something flies was fitted to recordings; the rest is physics and published figures
(multirotors -8 to -19 dBsm, birds comparable, balloons go with the wind). Those models have two
levels, which is what keeps a fast feed from piling up proof: an object has its own typical
cross-section, drawn from its class (spread `sd`), and each look scatters around that. However many
looks, the means can only become exact; the spread within the class remains.
"""

from dataclasses import dataclass

import numpy as np

from vedette.identity import flight
from vedette.identity.flight import Network, log_flight, temper
from vedette.model.enums import MicroDoppler, ObjectClass
from vedette.model.kinds import BIRDS, CREWED, FIXED_WING, HARMLESS
from vedette.model.measurements import F64, I64, Bools

CLASSES = tuple(ObjectClass)
LABELS = tuple(str(c) for c in CLASSES)
BIRD, FLOCK, BALLOON, MULTIROTOR, SMALL_FIXED_WING, ONE_WAY = range(6)
HELICOPTER, LIGHT_AIRCRAFT, AEROPLANE, OTHER = range(6, len(CLASSES))
IS_FIXED_WING, IS_CREWED, IS_HARMLESS = (
    [CLASSES.index(kind) for kind in kinds] for kinds in (FIXED_WING, CREWED, HARMLESS)
)

# How often each is met near a defended site, before anything is measured.
PRIOR = np.array([0.28, 0.05, 0.04, 0.10, 0.07, 0.05, 0.06, 0.09, 0.18, 0.08])
LOG_PRIOR = np.log(PRIOR)

# Of the object's own mean, dBsm; looks scatter by RCS_LOOK_DB around it.
RCS_MEAN_DBSM = np.array([-21.0, -11.0, -12.0, -14.0, -12.0, -9.0, 7.0, 5.0, 17.0, -5.0])
RCS_SD_DB = np.array([6.0, 6.0, 8.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 12.0])
RCS_LOOK_DB = 5.6  # standard deviation of an exponential (Swerling 1) power in dB, and
RCS_LOOK_BIAS_DB = 2.5  # how far the mean of its decibels lies below the decibels of its mean
# How the looks scatter, dB: Swerling 1 5.6, Swerling 3 and 4 3.9; spheres hold still but for the
# radar's own 2 dB; wings that beat add to it. As a logarithm, for a class is not one spread.
FLICKER_DB = np.array([6.0, 5.0, 3.0, 5.6, 4.6, 4.6, 4.8, 5.6, 5.6, 5.0])
FLICKER_LOG_SD = 0.35
FLICKER_LOOKS_MIN = 6.0
# Height above the reference, as the logarithm of metres: (median_m, sd).
HEIGHT_MEDIAN_M = np.array([150.0, 300.0, 800.0, 80.0, 180.0, 300.0, 350.0, 700.0, 3000.0, 500.0])
HEIGHT_LOG_SD = np.array([1.0, 1.1, 1.5, 0.8, 0.8, 0.9, 0.8, 1.0, 1.2, 1.5])
# A bearing or an arrival without an address: which of them send something, control links and
# pictures of drones, radios and transponders of aircraft. A finder may have met another on the
# same bearing, so that nothing is ruled out.
EMITS_PROB = np.array([0.15, 0.15, 0.3, 0.7, 0.6, 0.35, 0.8, 0.8, 0.9, 0.4])
# What a radar's processing finds to move on each, of looks that it judges. Blades of rotors flash
# and wings beat; a propeller seen from behind its wing is not seen; most often there is nothing.
MICRO_DOPPLER_PROB = {
    MicroDoppler.ROTOR: np.array([0.02, 0.02, 0.01, 0.7, 0.08, 0.08, 0.6, 0.1, 0.04, 0.1]),
    MicroDoppler.PROPELLER: np.array([0.02, 0.02, 0.01, 0.12, 0.45, 0.45, 0.1, 0.55, 0.25, 0.15]),
    MicroDoppler.WINGS: np.array([0.55, 0.6, 0.01, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.1]),
    MicroDoppler.JET: np.array([0.01, 0.01, 0.01, 0.01, 0.02, 0.08, 0.04, 0.03, 0.45, 0.1]),
    MicroDoppler.NONE: np.array([0.4, 0.35, 0.96, 0.15, 0.43, 0.37, 0.24, 0.3, 0.24, 0.55]),
}
MICRO_DOPPLER_LOG = {
    found: np.log(chance / np.mean(chance)) for found, chance in MICRO_DOPPLER_PROB.items()
}
# By feature: how something flies is tempered by its looks (`flight.temper`); where it is flown says
# little of what it is.
TEMPER = np.array([*(1.0,) * 4, 1.0, 0.5, 1.0, 0.5, 0.5])[:, None, None]
BALLOON_DRIFT_SD_MPS = 1.5  # of a balloon against the air around it
BALLOON_ANY_SD_MPS = 7.0  # of a balloon's speed on either axis, the wind not being known
LIKELIHOOD_FLOOR = 1e-5  # no single feature may rule a class out: models are wrong in their tails
HEIGHT_MIN_M = 10.0

# The line between these was drawn by flights made by rule alone; by flight it is no better than so.
RULED, MADE_LAPSE = [ONE_WAY, LIGHT_AIRCRAFT], 0.25

FEATURES = (*flight.PARTS, "drift", "height", "rcs", "flicker", "emission")
# Flocks fly as birds do.
_FLIES_LIKE = [flight.KNOWN.index(BIRDS[0] if c in BIRDS else c) for c in CLASSES]


@dataclass(slots=True)
class Looks:
    """Means of what was seen of N tracks. All (N,) float64 but flown; NaN where never seen.

    flown (N, inputs) of `flight.flown`, which rests on flown_looks looks; drift_mps speed through
    the air, ground_mps over the ground, speed_var the variance of either, (m/s)^2; height_m above
    the reference with height_sd_m; rcs_dbsm mean of rcs_looks looks, which scatter by rcs_sd_db;
    emits 1 where a finder of emitters has it.
    """

    flown: F64
    flown_looks: F64
    drift_mps: F64
    ground_mps: F64
    speed_var: F64
    height_m: F64
    height_sd_m: F64
    rcs_dbsm: F64
    rcs_looks: F64
    rcs_sd_db: F64
    emits: F64


def log_likelihoods(looks: Looks, wind_sigma_mps: float, network: Network) -> F64:
    """Say how well each class explains each feature of each track.

    wind_sigma_mps: how well the wind is known. Returns (len(FEATURES), N, classes) float64;
    0 where a feature was not seen.
    """
    answer = np.zeros((len(FEATURES), len(looks.height_m), len(CLASSES)))
    climb_seen = (~np.isnan(looks.height_m)).astype(np.float64)
    parts = log_flight(looks.flown, looks.flown_looks, climb_seen, network)
    answer[:4] = parts[:, :, _FLIES_LIKE] * temper(looks.flown_looks, network)[:, None]
    answer[4] = _drift(looks, wind_sigma_mps)
    for feature, judged in ((5, _height), (6, _rcs), (7, _flicker)):
        density, seen = judged(looks)
        logs = np.log(np.maximum(density, LIKELIHOOD_FLOOR))
        answer[feature] = np.where(seen[:, None], logs, 0.0)
    answer[8] = np.where((looks.emits > 0.0)[:, None], np.log(EMITS_PROB), 0.0)
    return TEMPER * answer


def doubted(by_flight: F64, network: Network) -> F64:
    """Leave room for what the network knows nothing of: no way of flying rules a class out.

    by_flight (N, classes): log-likelihoods of all parts of it. Returns log((1 - lapse) p + lapse /
    classes), p the same as probabilities; of RULED, which no recording has, MADE_LAPSE is shared.
    """
    p = normalise(by_flight)
    ruled = p[:, RULED].mean(axis=1, keepdims=True)
    p[:, RULED] = (1.0 - MADE_LAPSE) * p[:, RULED] + MADE_LAPSE * ruled
    return np.asarray(np.log((1.0 - network.lapse) * p + network.lapse / p.shape[1]))


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
    seen = np.ptp(log_likelihood, axis=2) > 0.0
    log_likelihood = log_likelihood - log_likelihood.max(axis=2, keepdims=True)
    own = log_likelihood[:, rows, top]
    mixed = np.exp(log_likelihood) @ PRIOR - np.exp(own) * PRIOR[top]
    others = 1.0 - PRIOR[top]
    added = own - np.log(np.maximum(mixed, LIKELIHOOD_FLOOR**2) / others)
    return np.where(seen, added, 0.0)


def _normal(x: F64, mean: F64, variance: F64) -> F64:
    return np.asarray(np.exp(-0.5 * (x - mean) ** 2 / variance) / np.sqrt(2.0 * np.pi * variance))


def _drift(looks: Looks, wind_sigma_mps: float) -> F64:
    """Judge the drift: a balloon's velocity is the wind's, of the others it says nothing.

    log N(v - wind) - log N(v), both of the plane: what knowing the wind adds to what the network
    already knows of a balloon's speed, in any wind. Returns logs (N, classes).
    """
    known = looks.speed_var + wind_sigma_mps**2 + BALLOON_DRIFT_SD_MPS**2
    anyhow = looks.speed_var + BALLOON_ANY_SD_MPS**2
    log = 0.5 * (looks.ground_mps**2 / anyhow - looks.drift_mps**2 / known) - np.log(known / anyhow)
    answer = np.zeros((len(log), len(CLASSES)))
    answer[:, BALLOON] = np.clip(np.nan_to_num(log), np.log(LIKELIHOOD_FLOOR), 3.0)
    return answer


def _height(looks: Looks) -> tuple[F64, Bools]:
    """Judge the height: densities (N, classes), and whether any was seen (N,)."""
    height_m = np.maximum(looks.height_m, HEIGHT_MIN_M)
    variance = HEIGHT_LOG_SD**2 + ((looks.height_sd_m / height_m) ** 2)[:, None]
    density = _normal(np.log(height_m)[:, None], np.log(HEIGHT_MEDIAN_M), variance)
    return density, ~np.isnan(looks.height_m)


def _rcs(looks: Looks) -> tuple[F64, Bools]:
    """Judge the cross-section: densities (N, classes), and whether any was seen (N,)."""
    seen = looks.rcs_looks > 0.0
    mean_dbsm = np.where(seen, looks.rcs_dbsm + RCS_LOOK_BIAS_DB, 0.0)
    variance = RCS_LOOK_DB**2 / np.maximum(looks.rcs_looks, 1e-3)
    return _normal(mean_dbsm[:, None], RCS_MEAN_DBSM, RCS_SD_DB**2 + variance[:, None]), seen


def _flicker(looks: Looks) -> tuple[F64, Bools]:
    """Judge how the cross-section scatters: of n normal looks a log of a spread has 1 / 2(n-1)."""
    seen = looks.rcs_looks >= FLICKER_LOOKS_MIN
    spread = np.log(np.maximum(np.where(seen, looks.rcs_sd_db, 5.0), 0.5))
    variance = FLICKER_LOG_SD**2 + 0.5 / np.maximum(looks.rcs_looks - 1.0, 1.0)
    return _normal(spread[:, None], np.log(FLICKER_DB), variance[:, None]), seen
