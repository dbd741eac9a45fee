"""When a threat arrives, if it does: a distribution, for what comes by turns comes later.

In: a `Threat`. Out: the time by which so many of its kind have come, s. Of those that come, some
fly straight (normal about the earliest time), and some by turns (the same and an exponential part
of it). Both the shares and the spreads are of `kernels.threats`, which says how they were found.
"""

import math

from vedette.kernels.threats import DETOUR_RATIO
from vedette.model.picture import Threat

_HALVINGS = 40  # of 20 s + 20 arrivals: under a millisecond


def arrival_quantile_s(threat: Threat, prob: float) -> float:
    """Say by when a threat has come with this probability, of those that come. s from now, from 0.

    prob: in (0, 1). NaN where the arrival is not known.
    """
    if not math.isfinite(threat.arrival_s) or not math.isfinite(threat.straight_sigma_s):
        return math.nan
    sigma_s = max(threat.straight_sigma_s, 1e-3)
    late_s = max(DETOUR_RATIO * threat.arrival_s, 1e-3)
    low, high = -8.0 * sigma_s, 8.0 * sigma_s + 30.0 * late_s
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if _come_by(middle, sigma_s, late_s, threat.detour_prob) < prob:
            low = middle
        else:
            high = middle
    return max(0.0, threat.arrival_s + 0.5 * (low + high))


def _come_by(after_s: float, sigma_s: float, late_s: float, detour_prob: float) -> float:
    """Give the share that has come this long after the earliest time.

    (1 - d) Phi(x / s) + d (Phi(x / s) - exp(s^2 / 2 l^2 - x / l) Phi(x / s - s / l)): a normal, and
    one with an exponential added (Grushka, 1972, Analytical Chemistry 44-11).
    """
    straight = _normal(after_s / sigma_s)
    ratio = sigma_s / late_s
    exponent = 0.5 * ratio * ratio - after_s / late_s
    if exponent > 500.0:  # Phi beside it is then nothing
        return (1.0 - detour_prob) * straight
    return straight - detour_prob * math.exp(exponent) * _normal(after_s / sigma_s - ratio)


def _normal(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))
