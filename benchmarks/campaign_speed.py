"""How many runs of the demonstration's scenario a campaign does in ten minutes on two cores.

python -m benchmarks.campaign_speed [--quick] [--json]
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from benchmarks.figures import SCENARIO, Figure, run_module, spread
from vedette.evaluation.campaign import Outcome, Task, do, plan

NAME = "campaign_speed"
TITLE = "Monte Carlo"
TEXT = """`vedette evaluate --scenarios scenarios/ain_al_asad_2022.toml`, two processes, ten minutes
from their start: runs that came to their end, each 480 s of scenario from the first byte to the
verdict. Nothing is extrapolated: what was not run is not counted. Processor time is that of the
process that did the run; where other programs are at work it is longer, too. Beside it the same
seeds over sockets (`--over-sockets`), in turn with direct ones."""
COMMAND = "python -m benchmarks.campaign_speed"
NEEDS = ""

PROCESSES = 2
MINUTES, MINUTES_QUICK = 10.0, 1.0
PAIRS, PAIRS_QUICK = 3, 1
SEEDS = 10_000  # more than any machine does
WANTED = 1000


def figures(quick: bool) -> list[Figure]:
    """Measure."""
    minutes = MINUTES_QUICK if quick else MINUTES
    ended = list(runs_within(60.0 * minutes))
    used = [used_s for _, used_s in ended]
    pairs = PAIRS_QUICK if quick else PAIRS
    found = [
        Figure(f"runs in {minutes:g} minutes on two cores", f"{len(ended):,}", wanted(minutes)),
        Figure("runs a minute", f"{len(ended) / minutes:.1f}"),
        Figure("runs that passed", f"{sum(outcome.passed for outcome, _ in ended)}"),
        Figure("processor time a run", spread(used, 2)),
        Figure("times real time, by processor time", spread([480.0 / s for s in used], 0, "x")),
    ]
    direct, over = by_turns(pairs)
    ratio = [b / a for a, b in zip(direct, over, strict=True)]
    return [
        *found,
        Figure("in turn: processor time a run, direct", spread(direct, 2)),
        Figure("in turn: processor time a run, over sockets", spread(over, 2)),
        Figure("in turn: over sockets in direct", spread(ratio, 2, "x")),
    ]


def wanted(minutes: float) -> str:
    """Say what is demanded of so many minutes."""
    return f"{WANTED * minutes / MINUTES:,.0f}"


def runs_within(seconds: float) -> Iterator[tuple[Outcome, float]]:
    """Give the runs that end within a time, two at once, with the processor time of each."""
    tasks = iter(plan([SCENARIO], None, range(1, SEEDS + 1), [True]))
    end_s = time.perf_counter() + seconds
    with pool() as executor:
        waiting: set[Future[tuple[Outcome, float]]] = set()
        while (left_s := end_s - time.perf_counter()) > 0.0:
            while len(waiting) < PROCESSES:
                waiting.add(executor.submit(timed, next(tasks)))
            done, waiting = wait(waiting, left_s, FIRST_COMPLETED)
            yield from (future.result() for future in done)


def by_turns(pairs: int) -> tuple[list[float], list[float]]:
    """Give the processor time of runs played directly and over sockets, one after the other."""
    direct = plan([SCENARIO], None, range(1, pairs + 2), [True])
    over = plan([SCENARIO], None, range(1, pairs + 2), [True], over_sockets=True)
    spent: tuple[list[float], list[float]] = ([], [])
    with pool(1) as executor:
        for number, both in enumerate(zip(direct, over, strict=True)):
            for kind, task in enumerate(both):
                outcome, used_s = executor.submit(timed, task).result()
                if outcome.error:
                    raise RuntimeError(outcome.error)
                if number:  # the first of each loads the program
                    spent[kind].append(used_s)
    return spent


def timed(task: Task) -> tuple[Outcome, float]:
    """Do one run; give what came of it, and its processor time."""
    begun_s = time.process_time()
    return do(task), time.process_time() - begun_s


def pool(processes: int = PROCESSES) -> ProcessPoolExecutor:
    """Open processes as a campaign does, on two cores where there are more."""
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=stay_on_two)


def stay_on_two() -> None:
    """Keep a process to the first two cores it may use."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:PROCESSES])


if __name__ == "__main__":
    sys.exit(run_module(sys.modules[__name__]))
