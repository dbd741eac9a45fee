"""The attributes of a single integrated air picture (SIAP), as air defence counts them.

In: truth and tracks on one clock. Out: `Siap`. A track is on the object nearest to it, if that is
nearer than the cut-off; several may be on one. The figures are those of Stone Soup's `SIAPMetrics`
over the associations of its `TrackToTruth` with one confirmation and one miss.
"""

from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from vedette.evaluation.alignment import Aligned
from vedette.evaluation.pairs import Pairs, links
from vedette.outputs.parquet import TrackRows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
S_PER_NS = 1e-9


class Siap(msgspec.Struct, frozen=True, kw_only=True):
    """SIAP attributes over a whole run. None: nothing to count.

    completeness_ratio: share of true objects that have a track, best 1. ambiguity_ratio: tracks an
    object that has one, best 1. spurious_ratio: share of tracks on no object, best 0. Accuracies:
    mean distance and mean difference of velocity over all tracks on objects. track_change_rate_hz:
    changes of track number a second of tracked time. longest_segment_ratio: the longest time one
    track was on an object, as a share of the object's life, best 1.
    """

    completeness_ratio: float | None
    ambiguity_ratio: float | None
    spurious_ratio: float | None
    position_accuracy_m: float | None
    velocity_accuracy_mps: float | None
    track_change_rate_hz: float | None
    longest_segment_ratio: float | None


@dataclass(slots=True)
class Segments:
    """Each unbroken time of a track on an object, (S,) int64 columns.

    first, last: indices of instants, both inclusive.
    """

    track_id: I64
    object_index: I64
    first: I64
    last: I64


def siap(aligned: Aligned, tracks: TrackRows, cutoff_m: float, axes: int = 3) -> Siap:
    """Count the SIAP attributes.

    Objects that no sensor could see (`Aligned.required`) need no track, and their time is not
    counted as life; a track on one is right. axes: 3, or 2 for distances on the ground.
    Votruba et al. (2001), Single Integrated Air Picture Metrics Implementation.
    """
    on = links(aligned, tracks, cutoff_m, axes)
    rows = int((aligned.rows[1] - aligned.rows[0]).sum())
    has_track = np.zeros_like(aligned.present)
    has_track[on.object_index, on.instant] = True
    truth = aligned.truth_enu[on.object_index, on.instant]
    apart_mps = np.linalg.norm(tracks.state_enu[on.row, 3:] - truth[:, 3:], axis=1)
    apart_mps = apart_mps[np.isfinite(apart_mps)]
    spans = segments(aligned, tracks, on)
    changes, tracked_s, longest_s, life_s = _continuity(aligned, spans)
    return Siap(
        completeness_ratio=_ratio((has_track & aligned.required).sum(), aligned.required.sum()),
        ambiguity_ratio=_ratio(len(on.row), has_track.sum()),
        spurious_ratio=_ratio(rows - len(on.row), rows),
        position_accuracy_m=_ratio(on.distance_m.sum(), len(on.row)),
        velocity_accuracy_mps=_ratio(apart_mps.sum(), len(apart_mps)),
        track_change_rate_hz=_ratio(changes, tracked_s),
        longest_segment_ratio=_ratio(longest_s, life_s),
    )


def segments(aligned: Aligned, tracks: TrackRows, on: Pairs) -> Segments:
    """Join a track's rows on one object into segments; any row elsewhere ends one."""
    instant_of_row = np.full(len(tracks.t_ns), -1, np.int64)
    counts = aligned.rows[1] - aligned.rows[0]
    inside = np.concatenate([np.arange(a, b) for a, b in aligned.rows.T] or [np.zeros(0, np.int64)])
    instant_of_row[inside] = np.repeat(np.arange(len(counts)), counts)
    object_of_row = np.full(len(tracks.t_ns), -1, np.int64)
    object_of_row[on.row] = on.object_index
    rows = np.flatnonzero(instant_of_row >= 0)
    rows = rows[np.lexsort((instant_of_row[rows], tracks.track_id[rows]))]
    track, number = tracks.track_id[rows], object_of_row[rows]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = (track[1:] != track[:-1]) | (number[1:] != number[:-1])
    first = np.flatnonzero(begins)
    last = np.append(first[1:], len(rows)) - 1 if len(rows) else first
    on_object = number[first] >= 0
    first, last = first[on_object], last[on_object]
    instants = instant_of_row[rows]
    return Segments(track[first], number[first], instants[first], instants[last])


def _continuity(aligned: Aligned, spans: Segments) -> tuple[int, float, float, float]:
    """Sum over the objects: changes of number, time tracked, longest time on one track, life."""
    t_s = (aligned.instants_ns - aligned.instants_ns[:1]) * S_PER_NS
    step_s = np.diff(t_s)
    alive = aligned.required[:, 1:] & aligned.required[:, :-1]
    life_s = np.zeros(aligned.present.shape)
    life_s[:, 1:] = np.cumsum(alive * step_s, axis=1)
    changes, tracked_s, longest_s = 0, 0.0, 0.0
    for number in range(len(aligned.present)):
        mine = np.flatnonzero(spans.object_index == number)
        if not len(mine):
            continue
        first, last = spans.first[mine], spans.last[mine]
        covered = np.zeros(len(step_s), np.bool_)
        for begin, end in zip(first, last, strict=True):
            covered[begin:end] = True
        tracked_s += float(step_s[covered].sum())
        _, of_track = np.unique(spans.track_id[mine], return_inverse=True)
        lived_s = life_s[number, last] - life_s[number, first]
        longest_s += float(np.bincount(of_track, lived_s).max())
        present = np.flatnonzero(aligned.present[number])
        changes += _tracks_needed(present, of_track, first, last) - 1
    return changes, tracked_s, longest_s, float(life_s[:, -1:].sum())


def _tracks_needed(present: I64, of_track: I64, first: I64, last: I64) -> int:
    """Count the track segments that follow an object from its first to its last instant.

    At each instant not yet followed the track that is on the object longest into the run is taken,
    to the end of its segment. present: the object's instants; the others: its segments.
    """
    ends = np.full(of_track.max() + 1, -1)
    np.maximum.at(ends, of_track, last)
    order = np.lexsort((-last, -ends[of_track]))
    needed, k = 0, 0
    while k < len(present):
        holding = order[(first[order] <= present[k]) & (last[order] >= present[k])]
        if len(holding):
            needed += 1
            k = int(np.searchsorted(present, last[holding[0]], side="right"))
        else:
            k += 1
    return needed


def _ratio(above: float, below: float) -> float | None:
    """Divide, or give None where there is nothing to divide by."""
    return float(above / below) if below else None
