"""Many tracks shared between the cores: the same answer, bit for bit, however many there are.

Kernels that treat each row for itself release the interpreter, so that plain threads do; where rows
are few one core is sooner done than another has woken. No sum runs over a border between parts.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from vedette.kernels.gating import count_near, gate, inside, score_near

_ROWS_MIN = 5_000  # fewer rows take one core less time than another needs to wake
_STRETCHES = 4  # a core: where tracks lie close together they take longer, so parts are not equal


def in_parts(rows: int, threads: int, work: Callable[[int, int], None]) -> None:
    """Call work(low, high) for stretches that cover 0 .. rows, on up to `threads` cores (0: all).

    The calls may run at once: each must write to its own rows alone. Raises what any of them raises
    after all have ended.
    """
    threads = min(threads or cores(), rows // _ROWS_MIN)
    if threads < 2:
        work(0, rows)
        return
    borders = np.linspace(0, rows, _STRETCHES * threads + 1).astype(int).tolist()
    calls = [_pool(threads).submit(work, *ends) for ends in pairwise(borders)]
    wait(calls)
    for call in calls:
        call.result()


def cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="tracks")


def gate_in_parts(
    threads: int,
    count: int,
    tracks: tuple[Any, ...],
    motion: tuple[Any, ...],
    look: tuple[Any, ...],
) -> Any:
    """Do `kernels.gating.gate` on several cores where tracks are many; its arguments in groups.

    tracks: t_ns .. height_seen; motion: motion, bounds; look: kind .. late_max_s.
    """
    if count < 2 * _ROWS_MIN:
        return gate(count, *tracks, *motion, *look)
    t_ns, x, P, mode_prob, _ = tracks
    kind, t_meas_ns, z, _, *where_and_layout, _, reach_sigmas, _ = look
    searched: tuple[Any, ...] = (
        t_ns, x, P, mode_prob, motion[0], kind, t_meas_ns, z, *where_and_layout, reach_sigmas
    )  # fmt: skip
    begin, t_ref = np.zeros(count + 1, np.int64), t_ns[:count].copy()

    def count_part(low: int, high: int) -> None:
        part: Any = (low, high, *searched, begin[1:])
        count_near(*part)

    in_parts(count, threads, count_part)
    np.cumsum(begin, out=begin)
    column, score = np.empty(begin[-1], np.int64), np.empty(begin[-1])

    scored: tuple[Any, ...] = (*tracks, *motion, *look)

    def score_part(low: int, high: int) -> None:
        part: Any = (low, high, *scored, begin, column, score, t_ref)
        score_near(*part)

    in_parts(count, threads, score_part)
    first, column, score = inside(begin, column, score)
    return first, column, score, t_ref
