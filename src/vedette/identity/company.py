"""What else flies here tonight: how common birds and balloons are, learnt from the tracks.

A radar alone cannot tell a goose from a small drone. Among a thousand tracks of which nine in ten
are birds, one more that could be either is a bird; in an empty sky nobody knows. So the share of
each class is the site's usual one and what all other tracks look like together (one step of the
expectation-maximisation of a mixture's shares, McLachlan and Peel 2000, Finite Mixture Models,
2.8): share = (K usual + sum of the others' probabilities) / (K + others). It moves the odds of what
is harmless against what flies by a motor, only ever up, and by a factor of ten at most: birds in
the air are no proof that nothing else is among them, and drones or airliners in the air make nobody
more suspect or more civil. What flies like nothing known has no say.

Nor can a tracker always tell the birds of a crowd apart: a track that takes its plots from one bird
after another flies like nothing known. So what does, where nine tracks in ten are birds, may well
be several of them (`several_prob`).
"""

import math
from dataclasses import dataclass, field

import numpy as np

from vedette.identity.classes import BIRD, CLASSES, FLOCK, IS_HARMLESS, OTHER, PRIOR
from vedette.model.measurements import F64

USUAL_TRACKS = 30.0  # how many tracks the usual base rate is worth
SHIFT_MAX = math.log(10.0)
COMMON = tuple(IS_HARMLESS)
_DRIVEN = tuple(i for i in range(len(CLASSES)) if i not in COMMON and i != OTHER)
_BIRDS = (BIRD, FLOCK)
_USUAL_BIRDS = float(PRIOR[list(_BIRDS)].sum() / (1.0 - PRIOR[OTHER]))


@dataclass(slots=True)
class Company:
    """total (classes,): sum of the tracks' class probabilities; shares: each track's, by id."""

    total: F64 = field(default_factory=lambda: np.zeros(len(CLASSES)))
    shares: dict[int, F64] = field(default_factory=dict)


def leave(company: Company, track_id: int) -> None:
    """Forget a track that has ended."""
    share = company.shares.pop(track_id, None)
    if share is not None:
        company.total -= share


def join(company: Company, track_id: int, class_prob: F64) -> None:
    """Take in what a track looks like now. class_prob (classes,)."""
    leave(company, track_id)
    company.shares[track_id] = class_prob
    company.total += class_prob


def shifts(company: Company, track_ids: list[int]) -> F64:
    """Give what the company of each track (N,) adds to the log prior of its class (N, classes)."""
    shares = _shares(company, track_ids)
    odds = shares[:, COMMON] / shares[:, _DRIVEN].sum(axis=1, keepdims=True)
    usual = PRIOR[list(COMMON)] / PRIOR[list(_DRIVEN)].sum()
    answer: F64 = np.zeros_like(shares)
    answer[:, COMMON] = np.clip(np.log(odds / usual), 0.0, SHIFT_MAX)
    return answer


def several_prob(company: Company, track_ids: list[int], class_prob: F64) -> F64:
    """Say how probably each track is plots of several birds, linked. class_prob (N, classes).

    The probability that it flies like nothing known, times `crowd_ratio`. Returns (N,).
    """
    answer: F64 = class_prob[:, OTHER] * crowd_ratio(company, track_ids)
    return answer


def crowd_ratio(company: Company, track_ids: list[int]) -> F64:
    """Say how far the tracks beside each (N,) are birds: 0 as usual, 1 nothing else.

    By how far the birds' share of those others that fly like something exceeds the usual.
    """
    shares = _shares(company, track_ids)
    more = shares[:, _BIRDS].sum(axis=1) / (1.0 - shares[:, OTHER]) - _USUAL_BIRDS
    answer: F64 = np.maximum(more, 0.0) / (1.0 - _USUAL_BIRDS)
    return answer


def _shares(company: Company, track_ids: list[int]) -> F64:
    """Give how common each class is, by all tracks but each of these: (N, classes)."""
    nobody = np.zeros(len(CLASSES))
    own = np.array([company.shares.get(track_id, nobody) for track_id in track_ids])
    others = len(company.shares) - (own.sum(axis=1) > 0.0)
    known = USUAL_TRACKS * PRIOR + np.maximum(company.total - own.reshape(-1, len(CLASSES)), 0.0)
    return np.asarray(known / (USUAL_TRACKS + others)[:, None])


def others_like(company: Company, track_id: int, label: int) -> tuple[int, float]:
    """Say how many other tracks there are, and what share of them is of a class."""
    own = company.shares.get(track_id)
    count = len(company.shares) - (own is not None)
    alike = float(company.total[label]) - (float(own[label]) if own is not None else 0.0)
    return count, min(max(alike / count, 0.0), 1.0) if count else 0.0
