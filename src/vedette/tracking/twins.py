"""Two tracks on one object: found by sameness over time, refuted by any scan that saw both.

Doubles arise where two sensors begin a track each before either knows of the other's, or where one
object was lost and found. Two objects in close formation look the same in place and velocity, but a
sensor that resolves them shows two plots in one scan: then they are two for good.
"""

import numpy as np

from vedette.base.constants import NS_PER_S
from vedette.kernels.sameness import same_rows
from vedette.kernels.statistics import chi_square_quantile
from vedette.model.events import Event, TracksMerged
from vedette.model.measurements import F64, I64, Bools
from vedette.tracking.associate import parameters
from vedette.tracking.barred import without_kept_apart
from vedette.tracking.state import TrackerState, keep_rows

_SAME_QUANTILE = chi_square_quantile(0.9, 6)  # one object in ten takes a scan longer to be merged
_POSSIBLY_SAME = chi_square_quantile(0.999, 6)
_EXISTENCE_MIN = 0.5
_HITS_MIN = 2
_MEMORY_S = 30.0  # a scan that saw both is remembered this long
_TOGETHER_RATIO = 0.5


def may_be_known(state: TrackerState, rows: I64, now_ns: int) -> Bools:
    """Say which tentative tracks, rows (K,), may be ones that already have a number: (K,) bool.

    Such a one waits: it is merged, or proves itself by a plot of its own beside the other's.
    """
    known = np.flatnonzero(state.bank.track_id[: state.bank.count] > 0)
    pairs = _alike(state, rows, known, now_ns, _POSSIBLY_SAME, once=False)
    return np.isin(rows, pairs[:, 0])


def merge_twins(state: TrackerState, now_ns: int) -> list[Event]:
    """Merge tracks that have been one object for a while; returns an event for each number lost.

    Runs once every merge_every_s. The older number lives on with the better of the two states.
    """
    s, bank = state.settings, state.bank
    if now_ns - state.merged_ns < int(s.merge_every_s * NS_PER_S):
        return []
    state.merged_ns = now_ns
    n = bank.count
    rows = np.flatnonzero((bank.existence[:n] > _EXISTENCE_MIN) & (bank.hits[:n] >= _HITS_MIN))
    pairs = _alike(state, rows, rows, now_ns, _SAME_QUANTILE, once=True)
    if len(pairs) == 0:
        bank.twin_serial[:n] = 0
        return []
    suspected = np.zeros(n, np.bool_)
    absorbed = np.zeros(n, np.bool_)
    events: list[Event] = []
    for older, younger in sorted(_by_seniority(state, int(a), int(b)) for a, b in pairs):
        if absorbed[older] or absorbed[younger]:
            continue
        suspected[younger] = True
        if _suspected_long(state, older, younger, now_ns):
            events += _absorb(state, older, younger, now_ns)
            absorbed[younger] = True
    bank.twin_serial[:n][~suspected] = 0
    keep_rows(bank, ~absorbed)
    return events


def _alike(
    state: TrackerState, rows: I64, others: I64, now_ns: int, threshold: float, *, once: bool
) -> I64:
    """List pairs of a row and another that could be one object, and are not proved to be two.

    Proofs are different addresses, two plots in one scan, and a person's word that what one is made
    of is not the other.
    """
    bank, s = state.bank, state.settings
    motion, bounds = parameters(state)
    pairs: I64 = same_rows(
        rows, others, now_ns, bank.t_ns, bank.x, bank.P, bank.mode_prob, bank.height_seen, motion,
        bounds, bank.key, bank.hit_ns, now_ns - int(_MEMORY_S * NS_PER_S),
        _TOGETHER_RATIO * state.period_s * NS_PER_S, s.merge_distance_m, threshold, once,
    )  # fmt: skip
    return without_kept_apart(state, pairs)


def _by_seniority(state: TrackerState, a: int, b: int) -> tuple[int, int]:
    """Order two rows: the one whose number is older first, confirmed before tentative."""
    ids, serials = state.bank.track_id, state.bank.serial
    rank_a = (ids[a] == 0, ids[a], serials[a])
    return (a, b) if rank_a < (ids[b] == 0, ids[b], serials[b]) else (b, a)


def _suspected_long(state: TrackerState, older: int, younger: int, now_ns: int) -> bool:
    bank = state.bank
    if bank.twin_serial[younger] != bank.serial[older]:
        bank.twin_serial[younger], bank.twin_ns[younger] = bank.serial[older], now_ns
    since_ns = now_ns - int(bank.twin_ns[younger])
    return since_ns >= int(state.settings.merge_after_s * NS_PER_S)


def _position_trace(P: F64) -> float:
    return float(P[:, 0, 0].max() + P[:, 1, 1].max() + P[:, 2, 2].max())


def _absorb(state: TrackerState, older: int, younger: int, now_ns: int) -> list[Event]:
    """Give the older row what the younger knows better."""
    bank = state.bank
    if _position_trace(bank.P[younger]) < _position_trace(bank.P[older]):
        bank.t_ns[older] = bank.t_ns[younger]
        bank.x[older], bank.P[older] = bank.x[younger], bank.P[younger]
        bank.mode_prob[older] = bank.mode_prob[younger]
    both = [older, younger]
    bank.existence[older] = bank.existence[both].max()
    bank.hits[older] = bank.hits[both].max()
    bank.updated_ns[older] = bank.updated_ns[both].max()
    bank.height_seen[older] = bank.height_seen[both].max()
    bank.looked_ns[older] = bank.looked_ns[both].max(axis=0)
    bank.hit_ns[older] = bank.hit_ns[both].max(axis=0)
    bank.key[older] = bank.key[older] or bank.key[younger]
    bank.crossing[older] &= bank.crossing[younger]
    kept, gone = int(bank.track_id[older]), int(bank.track_id[younger])
    if gone == 0:
        return []
    return [TracksMerged(t_ns=now_ns, track_id=kept, absorbed_track_id=gone)]
