"""CLEAR-MOT and the consistency of what tracks say of themselves (NEES), over a whole run.

In: truth and tracks on one clock, and the pairs that were followed. Out: `ClearMot`, `Nees`.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import Aligned
from vedette.evaluation.pairs import Pairs
from vedette.outputs.parquet import TrackRows

F64 = NDArray[np.float64]
CHI2_3_95 = 7.814727903251179  # what a consistent three-dimensional NEES keeps under, 95 % of times


class ClearMot(msgspec.Struct, frozen=True, kw_only=True):
    """Accuracy and precision of tracking. None: nothing to count.

    mota_ratio: 1 - (misses + false_positives + mismatches) / objects, best 1, may be negative.
    motp_m: mean distance of the pairs. mismatches: an object whose track number is another one than
    an instant before.
    """

    mota_ratio: float | None
    motp_m: float | None
    misses: int
    false_positives: int
    mismatches: int


class Nees(msgspec.Struct, frozen=True, kw_only=True):
    """Whether position errors are as large as the tracks say. None: the file does not say.

    mean: of the squared error over its variance, three axes together, best 3; above: the tracks
    promise too much. horizontal_mean: east and north, best 2. within_95_ratio: share of pairs
    inside their own 95 % ellipsoid, best 0.95. A file keeps one sigma an axis and no correlations:
    where errors are correlated the figures are those of the axes taken one by one.
    """

    pairs: int
    mean: float | None
    horizontal_mean: float | None
    within_95_ratio: float | None


def clear_mot(aligned: Aligned, tracks: TrackRows, pairs: Pairs) -> ClearMot:
    """Count CLEAR-MOT from the pairs of `follow`.

    Objects that no sensor could see (`Aligned.required`) are missed by nobody.
    K. Bernardin, R. Stiefelhagen (2008), Evaluating Multiple Object Tracking Performance, eq. 1, 2.
    """
    number_of = np.full(aligned.present.shape, -1, np.int64)
    number_of[pairs.object_index, pairs.instant] = tracks.track_id[pairs.row]
    misses = int((aligned.required & (number_of < 0)).sum())
    false_positives = int((aligned.rows[1] - aligned.rows[0]).sum()) - len(pairs.row)
    both = (number_of[:, 1:] >= 0) & (number_of[:, :-1] >= 0)
    mismatches = int((both & (number_of[:, 1:] != number_of[:, :-1])).sum())
    objects = int(aligned.required.sum())
    faults = misses + false_positives + mismatches
    return ClearMot(
        mota_ratio=1.0 - faults / objects if objects else None,
        motp_m=float(pairs.distance_m.mean()) if len(pairs.row) else None,
        misses=misses,
        false_positives=false_positives,
        mismatches=mismatches,
    )


def nees(aligned: Aligned, tracks: TrackRows, pairs: Pairs) -> Nees:
    """Measure the normalised estimation error squared of the position over the pairs.

    e' P^-1 e with the diagonal P that a tracks file has. Rows without a positive sigma are left
    out. Y. Bar-Shalom, X.-R. Li, T. Kirubarajan (2001), Estimation with Applications, section 5.4.
    """
    if tracks.sigma_enu_m is None:
        return Nees(pairs=0, mean=None, horizontal_mean=None, within_95_ratio=None)
    truth = aligned.truth_enu[pairs.object_index, pairs.instant]
    error_m = tracks.state_enu[pairs.row, :3] - truth[:, :3]
    sigma_m = tracks.sigma_enu_m[pairs.row]
    good = np.isfinite(error_m).all(axis=1) & (sigma_m > 0.0).all(axis=1)
    square: F64 = (error_m[good] / sigma_m[good]) ** 2
    count = len(square)
    if count == 0:
        return Nees(pairs=0, mean=None, horizontal_mean=None, within_95_ratio=None)
    whole = square.sum(axis=1)
    return Nees(
        pairs=count,
        mean=float(whole.mean()),
        horizontal_mean=float(square[:, :2].sum(axis=1).mean()),
        within_95_ratio=float((whole <= CHI2_3_95).mean()),
    )
