"""Many tracks shared between the cores: the same answer, bit for bit, however many there are.

Kernels that treat each row for itself release the interpreter, so that plain threads do; where rows
are few one core is sooner done than another has woken. No sum runs over a border between parts.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np

from vedette.kernels.gating import gate
from vedette.model.measurements import F64, I64

T = TypeVar("T")

_ROWS_MIN = 5_000  # fewer rows take one core less time than another needs to wake
_STRETCHES = 4  # a core: where tracks lie close together they take longer, so parts are not equal


def in_parts(rows: int, threads: int, work: Callable[[int, int], T]) -> list[T]:
    """Call work(low, high) for stretches that cover 0 .. rows, on up to `threads` cores (0: all).

    The calls may run at once: each must write to its own rows alone. Returns what they return, in
    order of rows. Raises what any of them raises after all have ended.
    """
    if rows < 2 * _ROWS_MIN or threads == 1:
        return [work(0, rows)]
    threads = min(threads or cores(), rows // _ROWS_MIN)
    if threads < 2:
        return [work(0, rows)]
    borders = np.linspace(0, rows, _STRETCHES * threads + 1).astype(int).tolist()
    calls = [_pool(threads).submit(work, *ends) for ends in pairwise(borders)]
    wait(calls)
    return [call.result() for call in calls]


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
) -> tuple[I64, I64, F64, I64]:
    """Do `kernels.gating.gate` for rows 0 .. count, on several cores where tracks are many.

    tracks: t_ns .. height_seen; motion: motion, bounds; look: kind .. late_max_s. Returns first
    (count + 1,), where each track's pairs begin, column, score (K,) and t_ref_ns (count,).
    """

    def part(low: int, high: int) -> Any:
        return gate(low, high, *tracks, *motion, *look)

    found = in_parts(count, threads, part)
    counts, column, score, t_ref = found[0]
    if len(found) > 1:
        counts, column, score, t_ref = (np.concatenate(parts) for parts in zip(*found, strict=True))
    first = np.zeros(count + 1, np.int64)
    np.cumsum(counts, out=first[1:])
    return first, column, score, t_ref
