"""Chi-square thresholds for gates that are stated as probabilities.

In: a probability and degrees of freedom. Out: a threshold on the squared Mahalanobis distance.
Plain Python: it runs eight times when a tracker starts, and once more for each receiver.
"""

import functools
import math

import numpy as np
from numpy.typing import NDArray

# No measurement but one of arrival times has more components: four of a plot or three of a
# position, one stated height, three of a stated velocity.
COMPONENTS_MAX = 8
_HALVINGS = 200  # bisection of [0, 1000] down to the last bit of a double needs fewer


def chi_square_cdf(value: float, dof: int) -> float:
    """Give the probability that a chi-square variable with `dof` degrees lies below `value`.

    Regularised lower incomplete gamma P(dof/2, value/2) by its series, which converges for every
    argument used here (value < 1000). Abramowitz and Stegun 6.5.29. value <= 0 gives 0.
    """
    if value <= 0.0:
        return 0.0
    a, x = 0.5 * dof, 0.5 * value
    term = total = 1.0 / a
    k = a
    while term > total * 1e-17:
        k += 1.0
        term *= x / k
        total += term
    return min(1.0, total * math.exp(a * math.log(x) - x - math.lgamma(a)))


@functools.cache
def chi_square_quantile(prob: float, dof: int) -> float:
    """Give the value that a chi-square variable exceeds with probability 1 - prob.

    prob in (0, 1), dof >= 1. By bisection of `chi_square_cdf`.
    """
    low, high = 0.0, 1000.0
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        if chi_square_cdf(middle, dof) < prob:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


def gate_thresholds(prob: float, components: int = COMPONENTS_MAX) -> NDArray[np.float64]:
    """Tabulate the gate for 0..components: (components + 1,), entry 0 is 0.

    prob: chance to keep the target.
    """
    quantiles = [chi_square_quantile(prob, dof) for dof in range(1, components + 1)]
    return np.array([0.0, *quantiles])
