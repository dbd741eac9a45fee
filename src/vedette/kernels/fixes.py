"""The place a message was sent from, out of its times of arrival alone: a robust first fix.

Least squares over contrasts (see `vedette.kernels.arrivals`) by Levenberg and Marquardt's method
from several starts, for hyperbolae may cross twice. What height the geometry does not give stays
as wide as its prior. Torrieri 1984, IEEE TAES 20-2 (the estimate and its covariance).
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.arrivals import ARRIVALS, STATED_HEIGHT, arrival_of, height_over_ground

ARRIVALS_MIN = 4  # three differences for three unknowns
_STEPS_MAX = 40
_STEP_SMALL_M = 0.1
_DIRECTIONS = 8
_RINGS = (0.4, 1.5)  # starts at these parts of the receivers' own spread, and in the middle
_APART_M = 500.0  # two minima nearer than this are one
_RIVAL_COST = 9.0  # a second place this much less likely (three sigmas) is no rival
_DAMPING_FIRST, _DAMPING_MAX = 1e-3, 1e12
# An arrival is left out only where the rest still has two more equations than unknowns: with
# fewer, almost any of them can be blamed and the fix is good for nothing.
_SPARE_ARRIVALS = 6


@njit(cache=True)
def fix_arrivals(
    z: Any, variance: Any, receivers: Any, height_prior: Any, limits: Any, place: Any, cov: Any
) -> bool:
    """Write where one message came from, place (3,) and cov (3, 3), site frame; False: no fix.

    z, variance (8 + R,) and receivers (R, 3): see `arrivals.update_arrivals`; a stated height is
    used instead of height_prior (2,): mean and sigma over the curved earth, m. limits (R + 1,): by
    number of arrivals, the largest sum of squared residuals of a good fix. No fix where fewer than
    four receivers heard it, where the residuals are too large and leaving out one arrival does not
    mend them, or where two places explain it about equally well.
    """
    used = ~np.isnan(z[ARRIVALS:])
    heard = int(np.sum(used))
    if heard < ARRIVALS_MIN:
        return False
    known = height_prior.copy()
    if not math.isnan(z[STATED_HEIGHT]):
        known[0], known[1] = z[STATED_HEIGHT], math.sqrt(variance[STATED_HEIGHT])
    cost, unique = _best(z, variance, receivers, used, known, place, cov)
    if cost <= limits[heard]:
        return bool(unique)
    if heard < _SPARE_ARRIVALS:
        return False
    mended: bool = _without_worst(
        z, variance, receivers, used, known, limits[heard - 1], place, cov
    )
    return mended


@njit(cache=True)
def _without_worst(
    z: Any, variance: Any, receivers: Any, used: Any, known: Any, limit: float, place: Any,
    cov: Any,
) -> bool:  # fmt: skip
    """Try leaving out each arrival in turn; a fix where one alone is to blame."""
    here, here_cov = np.empty(3), np.empty((3, 3))
    least, second, good = math.inf, math.inf, False
    for r in range(used.shape[0]):
        if not used[r]:
            continue
        used[r] = False
        cost, unique = _best(z, variance, receivers, used, known, here, here_cov)
        used[r] = True
        if cost < least:
            least, second, good = cost, least, unique
            place[:], cov[:] = here, here_cov
        else:
            second = min(second, cost)
    return good and least <= limit and second > least + _RIVAL_COST


@njit(cache=True)
def _best(
    z: Any, variance: Any, receivers: Any, used: Any, known: Any, place: Any, cov: Any
) -> Any:
    """Descend from every start; returns the least cost and whether no other place rivals it."""
    centre, reach, heard = np.zeros(3), 0.0, int(np.sum(used))
    for r in range(used.shape[0]):
        if used[r]:
            centre += receivers[r] / heard
    for r in range(used.shape[0]):
        if used[r]:
            reach = max(reach, math.hypot(receivers[r, 0] - centre[0], receivers[r, 1] - centre[1]))
    starts = 1 + len(_RINGS) * _DIRECTIONS
    found, costs, here = np.empty((starts, 3)), np.empty(starts), np.empty((3, 3))
    slope, best = np.empty(3), 0
    for s in range(starts):
        found[s] = centre
        if s:
            angle = 2.0 * math.pi * ((s - 1) % _DIRECTIONS) / _DIRECTIONS
            radius = _RINGS[(s - 1) // _DIRECTIONS] * reach
            found[s, 0] += radius * math.sin(angle)
            found[s, 1] += radius * math.cos(angle)
        found[s, 2] = 0.0
        found[s, 2] = known[0] - height_over_ground(found[s], slope)
        costs[s] = _descend(z, variance, receivers, used, known, found[s], here)
        if costs[s] < costs[best] or s == 0:
            best = s
            cov[:] = here
    place[:] = found[best]
    unique = True
    for s in range(starts):
        apart = math.hypot(found[s, 0] - place[0], found[s, 1] - place[1])
        if costs[s] < costs[best] + _RIVAL_COST and apart > _APART_M + 3.0 * math.sqrt(
            cov[0, 0] + cov[1, 1]
        ):
            unique = False
    return costs[best], unique


@njit(cache=True)
def _descend(
    z: Any, variance: Any, receivers: Any, used: Any, known: Any, place: Any, cov: Any
) -> float:
    """Improve place (3,) to the nearest minimum; writes its covariance, returns its cost."""
    A, b, trial, step = np.empty((3, 3)), np.empty(3), np.empty(3), np.empty(3)
    A_trial, b_trial = np.empty((3, 3)), np.empty(3)
    damping = _DAMPING_FIRST
    cost = _normal_equations(z, variance, receivers, used, known, place, A, b)
    for _ in range(_STEPS_MAX):
        _solve(A, damping, b, step)
        trial[:] = place + step
        fresh = _normal_equations(z, variance, receivers, used, known, trial, A_trial, b_trial)
        if not fresh <= cost:
            damping *= 10.0
            if damping > _DAMPING_MAX:
                break
            continue
        small = abs(step[0]) + abs(step[1]) + abs(step[2]) < _STEP_SMALL_M
        place[:], A[:], b[:] = trial, A_trial, b_trial
        cost, damping = fresh, max(0.1 * damping, 1e-9)
        if small:
            break
    axis = np.empty(3)
    for a in range(3):
        axis[:] = 0.0
        axis[a] = 1.0
        _solve(A, 0.0, axis, step)
        cov[:, a] = step
    return cost


@njit(cache=True)
def _normal_equations(
    z: Any, variance: Any, receivers: Any, used: Any, known: Any, place: Any, A: Any, b: Any
) -> float:
    """Write A = sum g g' / s and b = sum g r / s over contrasts and height; returns sum r^2 / s."""
    slope, mean_slope, g = np.empty(3), np.zeros(3), np.empty(3)
    A[:, :] = 0.0
    b[:] = 0.0
    cost, weight, mean = 0.0, 0.0, 0.0
    for r in range(used.shape[0]):
        if not used[r]:
            continue
        rest = z[ARRIVALS + r] - arrival_of(place, receivers[r], slope)
        precision = 1.0 / variance[ARRIVALS + r]
        if weight > 0.0:
            g[:] = slope - mean_slope
            cost += _add_row(A, b, g, rest - mean, variance[ARRIVALS + r] + 1.0 / weight)
        weight += precision
        mean += (rest - mean) * precision / weight
        mean_slope += (slope - mean_slope) * precision / weight
    above = height_over_ground(place, g)
    return float(cost + _add_row(A, b, g, known[0] - above, known[1] * known[1]))


@njit(cache=True)
def _add_row(A: Any, b: Any, g: Any, rest: float, spread: float) -> float:
    for i in range(3):
        b[i] += g[i] * rest / spread
        for k in range(3):
            A[i, k] += g[i] * g[k] / spread
    return rest * rest / spread


@njit(cache=True)
def _solve(A: Any, damping: float, b: Any, out: Any) -> None:
    """Solve (A + damping diag A) out = b for a positive definite A (3, 3), by Cholesky."""
    L = np.zeros((3, 3))
    for i in range(3):
        for k in range(i + 1):
            rest = A[i, k] * (1.0 + damping) if i == k else A[i, k]
            for m in range(k):
                rest -= L[i, m] * L[k, m]
            # The floor keeps a direction that nothing observes finite: a step of nothing there.
            L[i, k] = math.sqrt(max(rest, 1e-18)) if i == k else rest / L[k, k]
    for i in range(3):
        out[i] = b[i]
        for k in range(i):
            out[i] -= L[i, k] * out[k]
        out[i] /= L[i, i]
    for i in range(2, -1, -1):
        for k in range(i + 1, 3):
            out[i] -= L[k, i] * out[k]
        out[i] /= L[i, i]
