"""The commonest measurement done without detours: a position, at the very time of the state.

Component for component what `measure.update` does (Anderson and Moore 1979, 6.4), but the gradient
of a coordinate is a one among zeros, so a column of P is all that is needed and no room for work.
"""

import math
from typing import Any

from vedette.kernels.compiled import inner

_LOG_TWO_PI = math.log(2.0 * math.pi)


@inner
def is_position(z: Any) -> bool:
    """Say whether z (8,) is east, north, up and nothing else."""
    plain = True
    for c in range(z.shape[0]):
        plain = plain and math.isnan(z[c]) == (c > 2)
    return plain


@inner
def update_position(x: Any, P: Any, z: Any, variance: Any, stop: float) -> Any:
    """Update state x (6,) and P (6, 6) in place with a position; see `measure.update`."""
    log_likelihood, distance2 = 0.0, 0.0
    for c in range(3):
        innovation, S = z[c] - x[c], P[c, c] + variance[c]
        distance2 += innovation * innovation / S
        if not distance2 <= stop:
            return -math.inf, math.inf, 0
        PH = (P[0, c], P[1, c], P[2, c], P[3, c], P[4, c], P[5, c])
        for a in range(6):
            gain = PH[a] / S
            x[a] += gain * innovation
            for b in range(a + 1):
                P[a, b] -= gain * PH[b]
                P[b, a] = P[a, b]
        log_likelihood -= 0.5 * (innovation * innovation / S + math.log(S) + _LOG_TWO_PI)
    return log_likelihood, distance2, 3


@inner
def position_likelihood(x: Any, P: Any, z: Any, variance: Any) -> Any:
    """Give log likelihood and squared Mahalanobis distance of a position, x and P left alone.

    S = P's first block + variance, taken apart as L D L' (Golub and Van Loan 2013, 4.1.2).
    """
    d0 = P[0, 0] + variance[0]
    l1, l2 = P[1, 0] / d0, P[2, 0] / d0
    d1 = P[1, 1] + variance[1] - l1 * P[1, 0]
    rest = P[2, 1] - l2 * P[1, 0]
    m2 = rest / d1
    d2 = P[2, 2] + variance[2] - l2 * P[2, 0] - m2 * rest
    e0 = z[0] - x[0]
    e1 = z[1] - x[1] - l1 * e0
    e2 = z[2] - x[2] - l2 * e0 - m2 * e1
    distance2 = e0 * e0 / d0 + e1 * e1 / d1 + e2 * e2 / d2
    return -0.5 * (distance2 + math.log(d0 * d1 * d2) + 3.0 * _LOG_TWO_PI), distance2
