"""What a radar cannot tell apart: objects within one cell of each other are one echo.

In: places and mean strengths of what is lit. Out: which object leads each echo, and the echoes
themselves. The strongest takes everything within a cell of it in every resolved quantity, then the
strongest of the rest, and so on; nothing is chained: two that are each within a cell of a third,
but not of each other, are one echo only where the third is the strongest.
"""

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEW = 32  # objects: 500 pairs
PAIRS_MAX = 500_000  # 100 MB of working memory; beyond it, objects are many in few cells
TURN = 2.0 * np.pi
AZIMUTH = 1  # the column that goes round
# The half of the neighbouring bins in range and azimuth from which each pair is met once.
NEXT_BINS = ((0, 1), (1, -1), (1, 0), (1, 1))


def leaders(aer: F64, strength: F64, cell: F64) -> I64:
    """Say for each object (N,) which object's echo it is in; a leader is in its own.

    aer (N, 4): range, azimuth [0, 2 pi), elevation, range rate. strength (N,). cell (4,), inf for
    what is not resolved.
    """
    count = len(aer)
    lead = np.arange(count)
    if count < 2:
        return lead
    pairs = _near_pairs(aer, cell) if count > FEW else _pairs_of_few(aer, cell)
    if pairs is None:
        return _one_by_one(aer, strength, cell)
    one, other = pairs
    if not len(one):
        return lead
    rank = np.empty(count, np.int64)
    rank[np.argsort(-strength, kind="stable")] = np.arange(count)
    swap = rank[one] > rank[other]
    strong, weak = np.where(swap, other, one), np.where(swap, one, other)
    undecided, taken = np.ones(count, np.bool_), np.zeros(count, np.bool_)
    by_rank = np.argsort(rank)
    while len(strong):
        best = np.full(count, count)  # the strongest that may still take it, by rank
        np.minimum.at(best, weak, rank[strong])
        free = undecided & (best == count)
        undecided &= ~free
        chosen = by_rank[np.minimum(best, count - 1)]
        ends = undecided & (best < count) & ~undecided[chosen]
        lead[ends] = chosen[ends]
        undecided &= ~ends
        taken |= ends
        keep = undecided[weak] & ~taken[strong]
        strong, weak = strong[keep], weak[keep]
    return lead


def _one_by_one(aer: F64, strength: F64, cell: F64) -> I64:
    """Let the strongest take its cell, one after the other: where thousands share few cells."""
    lead = np.arange(len(aer))
    left = np.argsort(-strength, kind="stable")
    while len(left):
        near = np.all(np.abs(_difference(aer[left], aer[left[:1]])) < cell, axis=1)
        lead[left[near]] = left[0]
        near[0] = True  # whatever rounding says of it and itself
        left = left[~near]
    return lead


def _pairs_of_few(aer: F64, cell: F64) -> tuple[I64, I64]:
    """List the near pairs by comparing all: for few that is cheaper than sorting them."""
    one, other = np.triu_indices(len(aer), 1)
    near = np.all(np.abs(_difference(aer[one], aer[other])) < cell, axis=1)
    return one[near], other[near]


def _near_pairs(aer: F64, cell: F64) -> tuple[I64, I64] | None:
    """List the pairs that are within a cell of each other in every resolved quantity, once each.

    None: there may be more than PAIRS_MAX.
    """
    bins_round = max(int(TURN / cell[AZIMUTH]), 1)  # bins are a cell wide or a little more
    ring = np.floor(aer[:, 0] / cell[0]).astype(np.int64)
    ray = np.floor(aer[:, AZIMUTH] / (TURN / bins_round)).astype(np.int64) % bins_round
    key = ring * bins_round + ray
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    firsts, manies = [], []
    for rings, rays in ((0, 0), *NEXT_BINS):
        wanted = (ring + rings) * bins_round + (ray + rays) % bins_round
        first = np.searchsorted(ordered, wanted, "left")
        firsts.append(first)
        manies.append(np.searchsorted(ordered, wanted, "right") - first)
    if sum(int(many.sum()) for many in manies) > PAIRS_MAX:
        return None
    ones, others = [], []
    for out, (first, many) in enumerate(zip(firsts, manies, strict=True)):
        one = np.repeat(np.arange(len(aer)), many)
        start = np.cumsum(many) - many
        other = order[np.arange(len(one)) - np.repeat(start - first, many)]
        fresh = one < other if out == 0 else one != other
        ones.append(one[fresh])
        others.append(other[fresh])
    one, other = np.concatenate(ones), np.concatenate(others)
    near = np.all(np.abs(_difference(aer[one], aer[other])) < cell, axis=1)
    one, other = one[near], other[near]
    if bins_round < 3:  # round so few bins some pairs are met twice
        pairs = np.unique(np.stack([np.minimum(one, other), np.maximum(one, other)], 1), axis=0)
        return pairs[:, 0], pairs[:, 1]
    return one, other


def _difference(a: F64, b: F64) -> F64:
    """Subtract places (M, 4); azimuths the short way round."""
    gap = a - b
    gap[:, AZIMUTH] = (gap[:, AZIMUTH] + np.pi) % TURN - np.pi
    return gap


def merged(aer: F64, energy: F64, lead: I64) -> tuple[I64, F64, F64]:
    """Put objects with the same leader together: the leaders (G,), places (G, 4), energies (G,).

    Energies add, as echoes of unknown phase do on the mean; the place is the mean weighted by
    amplitude, the root of the energy.
    """
    heads, group = np.unique(lead, return_inverse=True)
    total: F64 = np.bincount(group, energy, len(heads)).astype(np.float64)
    weight = np.sqrt(energy) + 1e-12
    away = _difference(aer, aer[lead])
    whole = np.bincount(group, weight, len(heads))
    shift = [np.bincount(group, weight * away[:, k], len(heads)) / whole for k in range(4)]
    place = aer[heads] + np.stack(shift, axis=1)
    place[:, AZIMUTH] %= TURN
    return heads, place, total
