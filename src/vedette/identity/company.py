"""What else flies here tonight: how common birds and balloons are, learnt from the tracks.

A radar alone cannot tell a goose from a small drone. Among a thousand tracks of which nine in ten
are birds, one more that could be either is a bird; in an empty sky nobody knows. So the prior of a
track's being harmless is the site's usual one and what all other tracks look like together (one
step of the expectation-maximisation of a mixture's shares, McLachlan and Peel 2000, Finite Mixture
Models, 2.8): prior = (K usual + sum of the others' probabilities) / (K + others). It only ever
raises these two, and by a factor of ten at most: birds in the air are no proof that nothing else is
among them, and drones or airliners in the air make nobody more suspect or more civil.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from vedette.identity.classes import CLASSES, IS_HARMLESS, LOG_PRIOR, PRIOR
from vedette.model.measurements import F64

USUAL_TRACKS = 30.0  # how many tracks the usual base rate is worth
SHIFT_MAX = math.log(10.0)
COMMON = tuple(IS_HARMLESS)


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
    nobody = np.zeros(len(CLASSES))
    own = np.array([company.shares.get(track_id, nobody) for track_id in track_ids])
    others = len(company.shares) - (own.sum(axis=1) > 0.0)
    prior = USUAL_TRACKS * PRIOR + np.maximum(company.total - own.reshape(-1, len(CLASSES)), 0.0)
    shift = np.log(prior / (USUAL_TRACKS + others)[:, None]) - LOG_PRIOR
    answer: F64 = np.zeros_like(shift)
    answer[:, COMMON] = np.clip(shift[:, COMMON], 0.0, SHIFT_MAX)
    return answer


def others_like(company: Company, track_id: int, label: int) -> tuple[int, float]:
    """Say how many other tracks there are, and what share of them is of a class."""
    own = company.shares.get(track_id)
    count = len(company.shares) - (own is not None)
    alike = float(company.total[label]) - (float(own[label]) if own is not None else 0.0)
    return count, min(max(alike / count, 0.0), 1.0) if count else 0.0
