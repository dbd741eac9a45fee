"""Passes over the bank of tracks: what a look says of each, and what has become of it.

Plain loops, one pass each, so that a step costs a few calls for ten tracks and little a track for a
million. Rules and their reasons are in `vedette.tracking`; here are only the loops.
"""

import math
from typing import Any

import numpy as np
from numba import njit

from vedette.kernels.measure import HEIGHT

NOTHING, CONFIRM, COAST, REGAIN, LOSE, DROP = 0, 1, 2, 3, 4, 5
_WEIGHT_LOG_MAX = 40.0  # beyond e^40 a candidate is certain, and sums would lose the others
_EXISTENCE_MIN = 1e-12
_KEY_CERTAIN = 0.99


@njit(cache=True)
def undetected_by(
    count: int,
    track_id: Any,
    crossing: Any,
    hit_ns: Any,
    sensor: int,
    stranger_ns: int,
    factor_tentative: float,
    factor_confirmed: float,
    stranger_ratio: float,
    visible: Any,
) -> Any:
    """Give for each track (count,) the factor by which a miss lowers its odds.

    hit_ns (C, S): when this sensor last saw it; before stranger_ns (or never) a miss weighs less.
    visible (count,): how far it can be seen at all, 0 to 1.
    """
    answer = np.empty(count)
    for i in range(count):
        factor = factor_confirmed if track_id[i] > 0 else factor_tentative
        ratio = 1.0
        last_ns = hit_ns[i, sensor]
        if crossing[i] == 0 and (last_ns < stranger_ns or last_ns == 0):
            ratio = stranger_ratio
        answer[i] = 1.0 - visible[i] * ratio * (1.0 - factor)
    return answer


@njit(cache=True)
def looked_already(absent: Any, looked_ns: Any, sensor: int, again_ns: int) -> None:
    """Set absent (N,) to 1, in place, for tracks the sensor already looked at in this scan.

    looked_ns (C, S). Whole tables come in, and the sensor's number: a column of one is of another
    layout where there is one sensor, or one row, and the kernel would be compiled for it anew.
    """
    for i in range(absent.shape[0]):
        if looked_ns[i, sensor] > again_ns:
            absent[i] = 1.0


@njit(cache=True)
def weigh(
    first: Any,
    column: Any,
    score: Any,
    existence: Any,
    absent: Any,
    density: Any,
    detection_prob: float,
    visible: Any,
    track_key: Any,
    key: Any,
    kind_bits: int,
    match_log: Any,
    differs_log: float,
) -> Any:
    """Give the association weights (K,) of the gated pairs.

    w = r pD visible l / (density (1 - r + r absent)), times what claimed identities say: a match
    speaks for a pair (match_log (J,)), two keys of one kind that differ against it.
    """
    weight = np.empty(column.shape[0])
    for i in range(first.shape[0] - 1):
        if first[i] == first[i + 1]:
            continue
        r = max(existence[i], _EXISTENCE_MIN)
        seen = detection_prob * max(visible[i], _EXISTENCE_MIN)
        base = math.log(seen * r) - math.log(1.0 - r + r * absent[i])
        for p in range(first[i], first[i + 1]):
            j = column[p]
            total = base + score[p] - math.log(density[j])
            if track_key[i] != 0 and key[j] != 0:
                if track_key[i] == key[j]:
                    total += match_log[j]
                elif (track_key[i] & kind_bits) == (key[j] & kind_bits):
                    total += differs_log
            weight[p] = math.exp(min(max(total, -_WEIGHT_LOG_MAX), _WEIGHT_LOG_MAX))
    return weight


@njit(cache=True)
def note_hits(
    first: Any,
    column: Any,
    prob: Any,
    missed: Any,
    t_ref: Any,
    t_meas_ns: Any,
    z: Any,
    key: Any,
    scan_ns: int,
    starts_tracks: bool,
    told_var: float,
    P: Any,
    looked_ns: Any,
    hit_ns: Any,
    sensor: int,
    hits: Any,
    updated_ns: Any,
    height_seen: Any,
    crossing: Any,
    track_key: Any,
) -> None:
    """Write down, in place, who was looked at, who was seen, and what came with the plot.

    looked_ns, hit_ns (C, S): by sensor. A hit sooner than scan_ns after the one before belongs to
    the same scan, and moves neither hits nor hit_ns: else a sensor that looks more often than it is
    said to would never have seen anything twice. told_var: below this variance of up (m2) the
    height counts as seen, however it came about.
    """
    for i in range(first.shape[0] - 1):
        if first[i] == first[i + 1]:
            continue
        looked_ns[i, sensor] = t_ref[i]
        if missed[i] >= 0.5:
            continue
        best = first[i]
        for p in range(first[i], first[i + 1]):
            if prob[p] >= prob[best]:
                best = p
        j = column[best]
        if t_ref[i] - hit_ns[i, sensor] > scan_ns:
            hits[i] += crossing[i] == 1 or starts_tracks
            hit_ns[i, sensor] = t_ref[i]
        updated_ns[i] = max(updated_ns[i], t_meas_ns[j])
        told = not (math.isnan(z[j, 2]) and math.isnan(z[j, HEIGHT]))
        if told or P[i, 0, 2, 2] < told_var:
            height_seen[i] = 1
        if starts_tracks:
            crossing[i] = 0
        if key[j] != 0 and (track_key[i] == 0 or prob[best] > _KEY_CERTAIN):
            track_key[i] = key[j]


@njit(cache=True)
def likeliest(first: Any, column: Any, prob: Any, missed: Any) -> Any:
    """List the tracks (L,) that were rather seen than not, and each one's likeliest plot (L,)."""
    rows, plots, n = np.empty(missed.shape[0], np.int64), np.empty(missed.shape[0], np.int64), 0
    for i in range(missed.shape[0]):
        if first[i] == first[i + 1] or missed[i] >= 0.5:
            continue
        best = first[i]
        for p in range(first[i], first[i + 1]):
            if prob[p] >= prob[best]:
                best = p
        rows[n], plots[n] = i, column[best]
        n += 1
    return rows[:n], plots[:n]


@njit(cache=True)
def links_of(
    first: Any, column: Any, prob: Any, serial: Any, report_index: Any, prob_min: float
) -> Any:
    """List links of at least prob_min: serial, report_index and probability (L,) each."""
    size = 0
    for p in range(prob.shape[0]):
        size += prob[p] >= prob_min
    whose, what, how = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    n = 0
    for i in range(first.shape[0] - 1):
        for p in range(first[i], first[i + 1]):
            if prob[p] >= prob_min:
                whose[n], what[n], how[n] = serial[i], report_index[column[p]], prob[p]
                n += 1
    return whose, what, how


@njit(cache=True)
def tracks_of(known: Any, rows: Any, track_id: Any, whose: Any) -> Any:
    """Find the links (K,) to serials that are known, and the tracks' numbers (K,).

    known (N,): serials of the tracks in rows (N,), in order; whose (L,): serials of the links.
    """
    kept, ids, n = np.empty(whose.shape[0], np.int64), np.empty(whose.shape[0], np.int64), 0
    last = known[known.shape[0] - 1]
    for k in range(whose.shape[0]):
        if whose[k] > last:  # most plots began something new
            continue
        low, high = 0, known.shape[0] - 1
        while low < high:
            middle = (low + high) // 2
            if known[middle] < whose[k]:
                low = middle + 1
            else:
                high = middle
        if known[low] == whose[k]:
            kept[n], ids[n] = k, track_id[rows[low]]
            n += 1
    return kept[:n], ids[:n]


@njit(cache=True)
def by_report(report: Any, track_id: Any) -> Any:
    """Give the order (K,) of links by report and, of one report, by track number.

    Reports of a step are numbered from 0 on (-1: of none), so they are counted, not compared.
    """
    total, most = report.shape[0], 0
    for k in range(total):
        most = max(most, report[k])
    begin = np.zeros(most + 3, np.int64)
    for k in range(total):
        begin[report[k] + 2] += 1
    for r in range(most + 2):
        begin[r + 1] += begin[r]
    order, at = np.empty(total, np.int64), begin.copy()
    for k in range(total):
        r = report[k] + 1
        place = at[r]
        at[r] += 1
        while place > begin[r] and track_id[order[place - 1]] > track_id[k]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = k
    return order


@njit(cache=True)
def review(
    count: int,
    now_ns: int,
    track_id: Any,
    existence: Any,
    hits: Any,
    started_ns: Any,
    updated_ns: Any,
    status: Any,
    key: Any,
    crossing: Any,
    hit_ns: Any,
    period_ns: Any,
    claims: Any,
    source_ns: int,
    confirm: Any,
    lost: Any,
    drop: Any,
    coast: Any,
    coasting: int,
) -> Any:
    """Judge every track: verdict (count,) of NOTHING..DROP and the time unseen (count,), ns.

    A track's scan is the shortest period among the sensors that saw it within source_ns, 1 s where
    none did. claims (S,): 1 for sensors whose plots are what targets say of themselves. confirm:
    existence, age (ns), hits, hits of a crossing, hits of claims alone. lost, drop: existence, ns
    unseen, scans unseen. coast: ns, scans. coasting: the status so called.
    """
    verdict, unseen = np.zeros(count, np.int8), np.empty(count, np.int64)
    for i in range(count):
        unseen[i] = now_ns - updated_ns[i]
        scan, seen = np.inf, False
        for s in range(period_ns.shape[0]):
            seen = seen or (hit_ns[i, s] > 0 and claims[s] == 0)
            if hit_ns[i, s] > now_ns - source_ns:
                scan = min(scan, period_ns[s])
        if scan == np.inf:
            scan = 1e9
        if track_id[i] == 0:
            if existence[i] < drop[0] or unseen[i] > max(drop[1], drop[2] * scan):
                verdict[i] = DROP
            elif existence[i] >= confirm[0]:
                grown = now_ns - started_ns[i] >= confirm[1] or key[i] != 0
                needed = confirm[2] if seen else confirm[4]
                if crossing[i] == 1:
                    needed = confirm[3]
                if grown and hits[i] >= needed:
                    verdict[i] = CONFIRM
        elif existence[i] < lost[0] or unseen[i] > max(lost[1], lost[2] * scan):
            verdict[i] = LOSE
        elif (unseen[i] > max(coast[0], coast[1] * scan)) != (status[i] == coasting):
            verdict[i] = REGAIN if status[i] == coasting else COAST
    return verdict, unseen
