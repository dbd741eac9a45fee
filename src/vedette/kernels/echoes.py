"""Places that answer again and again and never move: masts, hilltops, sea walls. See `echoes` of
tracking.

In: the plots of a look and the places known so far. Out: how dense false plots are about a place,
and the places with the look counted in. A place is a row of a table: mean (K, 4) of range, azimuth,
elevation and range rate, NaN what was never seen; rate_var (K,); plots (K, 2): fading counts of the
plots that no track claims which came from elsewhere, and of those that none claims at all; since,
last (K,): first and last plot, in scans on the sensor's own clock, last < 0: an empty row; since_ns
(K,): time of the first plot.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.compiled import inner

ALL, FREE = 0, 1  # columns of plots
RATE = 3
_GATE2 = 16.0  # a plot within four sigmas of a place in each component is of that place
_TWO_PI = 2.0 * math.pi


@inner
def _apart(component: int, one: float, other: float) -> float:
    """Give the difference of two values of a component, the short way round in azimuth."""
    gap = one - other
    if component == 1:
        gap = (gap + math.pi) % _TWO_PI - math.pi
    return gap


@inner
def _distance2(z: Any, variance: Any, mean: Any) -> float:
    """Give how far a plot lies from a place, in squared sigmas; infinite beyond the gate.

    The place's own doubt is taken to be that of one plot more.
    """
    total = 0.0
    for c in range(RATE):
        if math.isnan(z[c]) or math.isnan(mean[c]):
            continue
        gap = _apart(c, z[c], mean[c])
        own = gap * gap / (2.0 * variance[c])
        if own > _GATE2:
            return math.inf
        total += own
    return total


@njit(cache=True)
def nearest_places(z: Any, variance: Any, mean: Any, last: Any) -> Any:
    """Give for each plot z (J, 8 or more) the place (J,) it is of, -1 for none."""
    answer = np.full(z.shape[0], -1, np.int64)
    for j in range(z.shape[0]):
        least = math.inf
        for k in range(mean.shape[0]):
            if last[k] < 0.0:
                continue
            gap = z[j, 0] - mean[k, 0]
            if gap * gap > 2.0 * _GATE2 * variance[j, 0]:
                continue
            distance2 = _distance2(z[j], variance[j], mean[k])
            if distance2 < least:
                least, answer[j] = distance2, k
    return answer


@inner
def _exposure(age: float, memory: float) -> float:
    """Give over how many scans a fading count of this age has been kept."""
    return memory * (1.0 - math.exp(-age / memory))


@inner
def _rate_of(
    plots: Any, since: float, last: float, clock: float, memory: float, limits: Any
) -> float:
    """Say how often a scan gives a false plot at a place; 0 while it may be an object.

    limits (5,): least age in scans, least plots, the most plots a scan that are still taken for the
    ground's, and the same from the age (last) on from which plots that tracks claim count too.
    """
    age = clock - since
    if age < limits[0]:
        return 0.0
    kept = math.exp(-(clock - last) / memory)
    scans = _exposure(age, memory)
    is_old = age >= limits[4]
    counted = plots[ALL if is_old else FREE] * kept
    if counted < limits[1] or plots[ALL] * kept > limits[3 if is_old else 2] * (scans + 1.0):
        return 0.0
    return float(min((counted - 0.5) / (scans + limits[0]), 1.0))


@njit(cache=True)
def place_density(
    z: Any,
    variance: Any,
    at: Any,
    mean: Any,
    rate_var: Any,
    plots: Any,
    since: Any,
    last: Any,
    clock: float,
    memory: float,
    limits: Any,
    rate_span: float,
) -> Any:
    """Give the density (J,) of false plots that the place at[j] adds at each plot, 0 without one.

    Rate times the normal density of the plot about the place, in the components it has; a component
    that the place has not shown is spread over rate_span.
    """
    density = np.zeros(z.shape[0])
    for j in range(z.shape[0]):
        k = at[j]
        if k < 0:
            continue
        rate = _rate_of(plots[k], since[k], last[k], clock, memory, limits)
        if rate <= 0.0:
            continue
        log = math.log(rate)
        for c in range(RATE + 1):
            if math.isnan(z[j, c]):
                continue
            if math.isnan(mean[k, c]):
                log -= math.log(rate_span)
                continue
            spread = 2.0 * variance[j, c] + (rate_var[k] if c == RATE else 0.0)
            gap = _apart(c, z[j, c], mean[k, c])
            log -= 0.5 * (gap * gap / spread + math.log(_TWO_PI * spread))
        density[j] = math.exp(log)
    return density


@inner
def _weakest(plots: Any, last: Any, clock: float, memory: float) -> int:
    """Find the row to give up: an empty one, else that with the least of its plots left."""
    found, least = 0, math.inf
    for k in range(last.shape[0]):
        if last[k] < 0.0:
            return k
        left = plots[k, ALL] * math.exp(-(clock - last[k]) / memory)
        if left < least:
            found, least = k, left
    return found


@njit(cache=True)
def count_plots(
    z: Any,
    at: Any,
    own: Any,
    free: Any,
    mean: Any,
    rate_var: Any,
    plots: Any,
    since: Any,
    last: Any,
    since_ns: Any,
    t_ns: Any,
    clock: float,
    memory: float,
) -> None:
    """Count the plots of a look in, in place. at (J,): their places; own, free (J,): what each adds
    to the columns of plots; t_ns (J,): when.

    A plot without a place begins one, in the row that has least to lose. Means are those of all
    plots so far, at most `memory` of them.
    """
    for j in range(z.shape[0]):
        k = at[j]
        if k < 0:
            if math.isnan(z[j, 0]) or math.isnan(z[j, 1]):
                continue
            k = _weakest(plots, last, clock, memory)
            for c in range(RATE + 1):
                mean[k, c] = z[j, c]
            rate_var[k] = 0.0
            plots[k, ALL], plots[k, FREE] = own[j], free[j]
            since[k] = last[k] = clock
            since_ns[k] = t_ns[j]
            continue
        kept = math.exp(-(clock - last[k]) / memory)
        plots[k, ALL] = kept * plots[k, ALL] + own[j]
        plots[k, FREE] = kept * plots[k, FREE] + free[j]
        last[k] = clock
        gain = 1.0 / max(plots[k, ALL], 1.0)
        for c in range(RATE + 1):
            if math.isnan(z[j, c]):
                continue
            if math.isnan(mean[k, c]):
                mean[k, c] = z[j, c]
                continue
            gap = _apart(c, z[j, c], mean[k, c])
            mean[k, c] += gain * gap
            if c == RATE:
                rate_var[k] += gain * ((1.0 - gain) * gap * gap - rate_var[k])
        mean[k, 1] = mean[k, 1] % _TWO_PI


@njit(cache=True)
def claimed_plots(
    first: Any,
    column: Any,
    prob: Any,
    track_id: Any,
    started_ns: Any,
    at: Any,
    since_ns: Any,
    apart_ns: int,
) -> Any:
    """Say how much of each plot (J,) confirmed tracks claim, and those that came from elsewhere.

    first (N + 1,), column, prob (K,): the pairs. A track that began apart_ns before the first plot
    of the plot's place was somewhere else then.
    """
    theirs, travelled = np.zeros(at.shape[0]), np.zeros(at.shape[0])
    for i in range(first.shape[0] - 1):
        if track_id[i] <= 0:
            continue
        for p in range(first[i], first[i + 1]):
            j = column[p]
            theirs[j] += prob[p]
            if at[j] < 0 or started_ns[i] < since_ns[at[j]] - apart_ns:
                travelled[j] += prob[p]
    return theirs, travelled
