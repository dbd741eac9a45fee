"""A campaign of mutated inputs against one decoder, each input held to its time and its memory.

VEDETTE_MUTATIONS: how many inputs a campaign has (2,000; `make test-slow` 100,000; `make
test-mutations` 1,000,000). VEDETTE_FILE_MUTATIONS: the same for readers and checks of recorded
files, whose decoders are the feeds' own; as many where it is not set. VEDETTE_FIGURES: a file to
which each campaign adds its figures, as a line of JSON, for docs/results.md.
"""

import gc
import json
import os
import random
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from codecs_mutator import mutate

COUNT = int(os.environ.get("VEDETTE_MUTATIONS", "2000"))
FILE_COUNT = int(os.environ.get("VEDETTE_FILE_MUTATIONS", str(COUNT)))
INPUT_MAX_S = 0.010  # of processor time, an input
INPUT_MAX_BYTES = 16 << 20
GROWTH_BYTES = 12 << 20  # between a third of a campaign and its end; an allocator is never still
AGAIN = 5  # a collection of garbage, or a page not yet there, is no property of an input
BLOCK = 500  # inputs between two looks at memory


@dataclass(slots=True)
class Figures:
    """What one campaign gave."""

    name: str
    inputs: int = 0
    refused: int = 0  # inputs of which something was refused
    slowest_ms: float = 0.0
    mean_us: float = 0.0
    peak_kib: int = 0  # at most, of one input: the most of a block of inputs, or of one alone
    grown_kib: int = 0  # from a third of the campaign to its end


def peak_bytes() -> int:
    """Give the most memory this process has held since the last call; 0 where that is unknown."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
    Path("/proc/self/clear_refs").write_text("5")
    return int(found[1]) * 1024 if found else 0


def campaign(
    name: str,
    corpus: Sequence[bytes],
    read: Callable[[bytes], Any],
    judge: Callable[[bytes, Any], bool],
    change: Callable[[random.Random, Sequence[bytes]], bytes] = mutate,
    count: int = COUNT,
) -> Figures:
    """Read `count` mutated inputs, each timed; `judge` says of each what must be true of it.

    read: is timed, and may raise nothing. judge: of an input and what came of it; says whether
    something was refused.
    """
    _set_aside()
    source, figures, settled = random.Random(name), Figures(name, inputs=count), 0
    spent_s = 0.0
    for begin in range(0, count, BLOCK):
        block = [change(source, corpus) for _ in range(min(BLOCK, count - begin))]
        peak_bytes()
        before = peak_bytes()
        for data in block:
            took_s, outcome = timed(read, data)
            spent_s += took_s
            if took_s > INPUT_MAX_S:
                took_s = min(timed(read, data)[0] for _ in range(AGAIN))
            figures.slowest_ms = max(figures.slowest_ms, took_s * 1e3)
            assert took_s <= INPUT_MAX_S, data
            figures.refused += judge(data, outcome)
        figures.peak_kib = max(figures.peak_kib, held(read, block, before) >> 10)
        if not settled and begin + BLOCK > count // 3:
            gc.collect()
            peak_bytes()
            settled = peak_bytes()
    gc.collect()
    peak_bytes()
    figures.grown_kib = max(peak_bytes() - settled, 0) >> 10
    figures.mean_us = spent_s / count * 1e6
    assert figures.grown_kib << 10 < GROWTH_BYTES
    keep(figures)
    return figures


@cache
def _set_aside() -> None:
    """Keep what is loaded from every later collection of garbage: it is most of the heap."""
    gc.collect()
    gc.freeze()


def timed(read: Callable[[bytes], Any], data: bytes) -> tuple[float, Any]:
    """Read one input; give the processor time and what came of it."""
    begun_s = time.thread_time()
    outcome = read(data)
    return time.thread_time() - begun_s, outcome


def held(read: Callable[[bytes], Any], block: list[bytes], before: int) -> int:
    """Give the memory that no input of a block has passed; where all together did, one by one."""
    most = peak_bytes() - before
    if most <= INPUT_MAX_BYTES:
        return most
    alone = []
    for data in block:
        peak_bytes()
        start = peak_bytes()
        read(data)
        alone.append(peak_bytes() - start)
        assert alone[-1] <= INPUT_MAX_BYTES, data
    return max(alone)


def keep(figures: Figures) -> None:
    """Add the figures to the file that is asked for."""
    path = os.environ.get("VEDETTE_FIGURES")
    if path:
        with Path(path).open("a") as file:
            file.write(json.dumps(asdict(figures)) + "\n")
