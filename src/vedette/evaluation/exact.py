"""Exact intervals of a share: what few trials can and cannot say (no normal approximation)."""

import math
from collections.abc import Callable, Sequence


def clopper_pearson(hits: int, trials: int, tail_prob: float = 0.025) -> tuple[float, float]:
    """Give the exact bounds of a probability of which `hits` of `trials` were seen.

    Each bound leaves `tail_prob` outside: 0.025 makes a two-sided 95 % interval, 0.05 an upper (or
    lower) bound that holds with 95 %. No trials: (0, 1). C. Clopper, E. Pearson (1934),
    Biometrika 26, 404-413.
    """
    if trials == 0:
        return 0.0, 1.0
    low = 0.0 if hits == 0 else _root(lambda p: 1.0 - _at_most(hits - 1, trials, p), tail_prob)
    if hits == trials:
        return low, 1.0
    return low, _root(lambda p: 1.0 - _at_most(hits, trials, p), 1.0 - tail_prob)


def paired_difference(better: int, worse: int, trials: int) -> tuple[float, float, float]:
    """Give the difference of two probabilities seen on the same trials, and its 95 % bounds.

    better: trials in which only the first was so; worse: only the second. Each of these two shares
    is bounded exactly with half of what may be outside, so the difference is inside with 95 % at
    least, however few the trials; with none (0, -1, 1).
    """
    if trials == 0:
        return 0.0, -1.0, 1.0
    better_low, better_high = clopper_pearson(better, trials, 0.0125)
    worse_low, worse_high = clopper_pearson(worse, trials, 0.0125)
    return (better - worse) / trials, better_low - worse_high, better_high - worse_low


def median_bounds(values: Sequence[float], tail_prob: float = 0.025) -> tuple[float, float] | None:
    """Give the exact bounds of a median from independent values: two of them, by their rank.

    Whatever the distribution: as many lie below the median as heads fall. None: too few values for
    so small a tail (fewer than six for 95 %).
    """
    count, ordered = len(values), sorted(values)
    ranks = [k for k in range(count // 2) if _at_most(k, count, 0.5) <= tail_prob]
    if not ranks:
        return None
    return ordered[ranks[-1]], ordered[count - 1 - ranks[-1]]


def _at_most(hits: int, trials: int, prob: float) -> float:
    """Sum the binomial probabilities of 0 to `hits` hits."""
    if prob <= 0.0 or prob >= 1.0:
        return 1.0 if prob <= 0.0 or hits >= trials else 0.0
    log_p, log_q = math.log(prob), math.log1p(-prob)
    whole = math.lgamma(trials + 1)
    terms = (
        whole - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * log_p + (trials - k) * log_q
        for k in range(hits + 1)
    )
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _root(rising: Callable[[float], float], level: float) -> float:
    """Find where a function that rises from 0 to 1 on [0, 1] passes `level`, by halving."""
    low, high = 0.0, 1.0
    for _ in range(60):  # to the last bit of a double
        middle = (low + high) / 2.0
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return (low + high) / 2.0
