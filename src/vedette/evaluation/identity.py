"""Whether what the picture says of who and what can be believed: calibration and false words.

In: a `Run`. Out: `IdentityScores`. A track is scored on the object it was on most; a track of
nothing says nothing false of anybody, and is counted as spurious elsewhere.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.dti import class_is_right
from vedette.evaluation.exact import clopper_pearson
from vedette.evaluation.run import Run

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]
BINS = 10
UPPER_TAIL_PROB = 0.05  # an upper bound that holds with 95 %
FRIENDLY = ("FRIEND", "ASSUMED_FRIEND", "NEUTRAL")


class Reliability(msgspec.Struct, frozen=True, kw_only=True):
    """Of the times a class was told with a probability in this tenth: how often it was right."""

    from_prob: float
    to_prob: float
    count: int
    told_prob: float
    right_prob: float


class Falsely(msgspec.Struct, frozen=True, kw_only=True):
    """How many of `objects` were ever told so, falsely; high_prob: exact upper 95 % bound."""

    objects: int
    told: int
    high_prob: float | None
    object_ids: list[str]


class IdentityScores(msgspec.Struct, frozen=True, kw_only=True):
    """Identity and class over a run. None: nothing to count.

    class_brier: mean square of the told probability less 1 if the class was right, 0 if not, best
    0. class_calibration_error_prob: how far told and right are apart, tenth by tenth, weighted.
    false_hostile, false_suspect: of the objects that are not hostile and had a track, those told
    so. false_friend: of the hostile ones, those told FRIEND, ASSUMED_FRIEND or NEUTRAL.
    """

    class_instants: int
    class_brier: float | None
    class_calibration_error_prob: float | None
    false_hostile: Falsely
    false_suspect: Falsely
    false_friend: Falsely
    reliability: list[Reliability]


def identity_scores(run: Run) -> IdentityScores:
    """Score class probabilities and identities."""
    told, right = _class_claims(run)
    bins = reliability(told, right)
    off = sum(b.count * abs(b.told_prob - b.right_prob) for b in bins)
    said = _identities_told(run)
    hostile = {k for k, who in enumerate(run.truth.identities) if who == "HOSTILE"}
    innocent, guilty = sorted(set(said) - hostile), sorted(set(said) & hostile)
    return IdentityScores(
        class_instants=len(told),
        class_brier=float(np.mean((told - right) ** 2)) if len(told) else None,
        class_calibration_error_prob=off / len(told) if len(told) else None,
        false_hostile=_falsely(run, said, innocent, ("HOSTILE",)),
        false_suspect=_falsely(run, said, innocent, ("SUSPECT",)),
        false_friend=_falsely(run, said, guilty, FRIENDLY),
        reliability=bins,
    )


def reliability(told: F64, right: Bools) -> list[Reliability]:
    """Group claims by their probability, in tenths. told (N,) in [0, 1], right (N,)."""
    number = np.minimum((told * BINS).astype(np.int64), BINS - 1)
    return [
        Reliability(
            from_prob=k / BINS,
            to_prob=(k + 1) / BINS,
            count=int((number == k).sum()),
            told_prob=float(told[number == k].mean()),
            right_prob=float(right[number == k].mean()),
        )
        for k in np.unique(number).tolist()
    ]


def _class_claims(run: Run) -> tuple[F64, Bools]:
    """List, for each instant an object had a track: the probability told, and was it right."""
    probs = run.tracks.class_prob
    if probs is None:
        return np.zeros(0), np.zeros(0, np.bool_)
    good = np.isfinite(probs[run.near.row])
    rows, objects = run.near.row[good], run.near.object_index[good]
    right = [
        class_is_right(run.truth.classes[k], run.tracks.object_class[row])
        for k, row in zip(objects.tolist(), rows.tolist(), strict=True)
    ]
    return np.clip(probs[rows], 0.0, 1.0), np.array(right, np.bool_)


def _identities_told(run: Run) -> dict[int, set[str]]:
    """Collect, for each object that had a track, every identity it was told to have."""
    objects = run.object_of
    said: dict[int, set[str]] = {}
    rows = zip(run.tracks.track_id.tolist(), run.tracks.identity, strict=True)
    for track, identity in rows:
        if track in objects:
            said.setdefault(objects[track], set()).add(identity)
    for event in run.events or ():
        if event["event"] == "IdentityChanged" and event.get("track_id") in objects:
            said[objects[event["track_id"]]].add(str(event.get("after")))
    return said


def _falsely(
    run: Run, said: dict[int, set[str]], objects: list[int], words: tuple[str, ...]
) -> Falsely:
    """Count the objects that were told to be one of `words`."""
    told = [k for k in objects if said[k] & set(words)]
    high = clopper_pearson(len(told), len(objects), UPPER_TAIL_PROB)[1]
    return Falsely(
        objects=len(objects),
        told=len(told),
        high_prob=high if objects else None,
        object_ids=[run.truth.object_ids[k] for k in told],
    )
