"""Plots as the tracker takes them in: eight components with variances, each once, cut into looks.

In: the columns of a measurement batch. Out: z and variance (M, 8) as `measure.update` reads them,
the rows that repeat no earlier one, and where one look ends and the next begins.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.gating import BY_AZIMUTH, BY_NOTHING, BY_PLANE, BY_RANGE
from vedette.kernels.measure import COMPONENTS, ENU, HEIGHT

# 31 bits at a time, so that no product overflows: 64-bit overflow would be a warning when these
# loops run interpreted. The factor is a prime that spreads bits (as Python's own hash of tuples).
_FACTOR, _BITS, _MASK = 1_000_003, 31, (1 << 31) - 1


@njit(cache=True)
def eight_components(
    z: Any, sigma: Any, height_m: Any, height_sigma_m: Any, v_mps: Any, v_sigma_mps: Any
) -> Any:
    """Lay z, sigma (M, 4), a stated height (M,) and velocity (M, 3) side by side: two (M, 8).

    Returns z and variance. What is not finite, or has no positive sigma, is NaN: not observed.
    """
    total = z.shape[0]
    values, variance = np.empty((total, COMPONENTS)), np.empty((total, COMPONENTS))
    for i in range(total):
        for c in range(COMPONENTS):
            if c < HEIGHT:
                value, spread = z[i, c], sigma[i, c]
            elif c == HEIGHT:
                value, spread = height_m[i], height_sigma_m[i]
            else:
                value, spread = v_mps[i, c - HEIGHT - 1], v_sigma_mps[i]
            if not (math.isfinite(value) and math.isfinite(spread) and spread > 0.0):
                value = math.nan
            values[i, c], variance[i, c] = value, spread * spread
    return values, variance


@njit(cache=True)
def _mixed(so_far: int, value: int) -> int:
    """Fold 64 bits into a hash of 31."""
    low = (so_far * _FACTOR) & _MASK ^ (value & _MASK)
    high = (low * _FACTOR) & _MASK ^ ((value >> _BITS) & _MASK)
    return high ^ (high >> 15)


@njit(cache=True)
def unrepeated(t_ns: Any, bits: Any) -> Any:
    """List the rows that do not repeat an earlier one to the bit, in order.

    t_ns (M,), bits (M, W): the measurements' numbers seen as int64. An open hash table of row
    numbers, so the cost grows with M.
    """
    total, size = t_ns.shape[0], 4
    while size < 2 * total:
        size *= 2
    table = np.full(size, -1, np.int32)
    kept, n = np.empty(total, np.int64), 0
    for i in range(total):
        at = _mixed(0, t_ns[i])
        for c in range(bits.shape[1]):
            at = _mixed(at, bits[i, c])
        at &= size - 1
        new = True
        while table[at] >= 0 and new:
            k = table[at]
            same = t_ns[k] == t_ns[i]
            for c in range(bits.shape[1]):
                same = same and bits[k, c] == bits[i, c]
            new = not same
            at = (at + 1) & (size - 1)
        if new:
            table[at], kept[n] = i, i
            n += 1
    return kept[:n].copy()


@njit(cache=True)
def cuts(t_ns: Any, key: Any, kept: Any, span_ns: int, addressed: bool) -> Any:
    """Say where looks end among the kept rows (K,): when the span is too long, or, where plots are
    addressed, when an address speaks twice. Returns ends (L,), the last of them K.
    """
    total, size = kept.shape[0], 4
    while size < 2 * total:
        size *= 2
    spoken, look = np.zeros(size, np.int64), np.full(size, -1, np.int64)
    ends, n, first_ns = np.empty(total + 1, np.int64), 0, np.int64(0)
    for k in range(total):
        i = kept[k]
        again, at = False, 0
        if addressed and key[i] != 0:
            at = _mixed(0, key[i]) & (size - 1)
            while look[at] >= 0 and spoken[at] != key[i]:
                at = (at + 1) & (size - 1)
            again = look[at] == n
        if k > 0 and (t_ns[i] - first_ns > span_ns or again):
            ends[n] = k
            n += 1
            first_ns = t_ns[i]
        if k == 0:
            first_ns = t_ns[i]
        if addressed and key[i] != 0:
            spoken[at], look[at] = key[i], n
    ends[n] = total
    return ends[: n + 1].copy()


@njit(cache=True)
def widest(z: Any, variance: Any) -> Any:
    """Give the most components any plot has, and the largest variance (3,) of the first three."""
    most, worst = 0, np.zeros(3)
    for i in range(z.shape[0]):
        observed = 0
        for c in range(z.shape[1]):
            if math.isnan(z[i, c]):
                continue
            observed += 1
            if c < 3:
                worst[c] = max(worst[c], variance[i, c])
        most = max(most, observed)
    return most, worst


@njit(cache=True)
def strip_of(kind: int, z: Any) -> Any:
    """Choose how to search a look: its strip, the coordinate along it (J,), the plane (J, 2).

    The plane where all plots have two coordinates over the ground: east and north, or range and
    azimuth as range times the azimuth's direction. Else along the one that all have, if any.
    """
    total = z.shape[0]
    lack = np.zeros(2, np.int64)
    for i in range(total):
        for c in range(2):
            lack[c] += math.isnan(z[i, c])
    along, plane = np.zeros(total), np.zeros((0, 2))
    if lack[0] == 0 and lack[1] == 0:
        plane = np.empty((total, 2))
        for i in range(total):
            plane[i, 0], plane[i, 1] = z[i, 0], z[i, 1]
            if kind != ENU:
                plane[i, 0] = z[i, 0] * math.sin(z[i, 1])
                plane[i, 1] = z[i, 0] * math.cos(z[i, 1])
        return BY_PLANE, np.zeros(0), plane
    if kind == ENU or (lack[0] > 0 and lack[1] > 0):
        return BY_NOTHING, along, plane
    chosen = 0 if lack[0] == 0 else 1
    along[:] = z[:, chosen]
    return (BY_RANGE if chosen == 0 else BY_AZIMUTH), along, plane


@njit(cache=True)
def spread_over(z: Any, span: Any, false_plots: float) -> Any:
    """Give the density (J,) of false plots spread evenly over the spans (8,) of what is observed"""
    density = np.empty(z.shape[0])
    for i in range(z.shape[0]):
        volume = 1.0
        for c in range(z.shape[1]):
            if not math.isnan(z[i, c]):
                volume *= span[c]
        density[i] = false_plots / volume
    return density
