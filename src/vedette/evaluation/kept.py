"""Runs kept in a file, a line of JSON each, so that a campaign goes on where it was.

In: tasks, what does one, what knows one again. Out: what came of all, those already kept among
them. A line is written as soon as its run ends; the last may be cut off by a kill.
"""

from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

import msgspec

from vedette.base.errors import VedetteError

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True, frozen=True)
class Kind(Generic[T, R]):
    """A kind of campaign. do: one task, a function of a module, for other processes call it.

    outcome: the struct of a line. key: by which a task and its outcome are known.
    """

    do: Callable[[T], R]
    outcome: type[R]
    key: Callable[[T | R], Hashable]


def carry_out(
    kind: Kind[T, R], tasks: list[T], kept: Path, executor: Executor, on_done: Callable[[R], None]
) -> list[R]:
    """Do what the file `kept` does not hold yet, adding each run to it as it ends; give all.

    executor: where the runs go. on_done: is told of every run, those already kept first.
    """
    done = {kind.key(outcome): outcome for outcome in read(kind, kept)}
    wanted = {kind.key(task): task for task in tasks}
    for key in wanted.keys() & done.keys():
        on_done(done[key])
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.open("ab") as file:
        for outcome in _ended(kind, executor, [t for k, t in wanted.items() if k not in done]):
            _keep(file, outcome)
            done[kind.key(outcome)] = outcome
            on_done(outcome)
    return [done[key] for key in wanted]


def _ended(kind: Kind[T, R], executor: Executor, tasks: list[T]) -> Iterator[R]:
    """Give outcomes as runs end; what has not begun is given up when nobody asks for more."""
    futures = [executor.submit(kind.do, task) for task in tasks]
    try:
        for future in as_completed(futures):
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _keep(file: IO[bytes], outcome: object) -> None:
    file.write(msgspec.json.encode(outcome) + b"\n")
    file.flush()


def read(kind: Kind[T, R], kept: Path) -> list[R]:
    """Read the runs of a campaign's file; the last line may be cut off by a kill.

    Raises VedetteError where another line is no run of this kind.
    """
    if not kept.is_file():
        return []
    decoder, outcomes = msgspec.json.Decoder(kind.outcome), []
    lines = kept.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        try:
            outcomes.append(decoder.decode(line))
        except msgspec.MsgspecError as error:
            raise VedetteError(f"{kept}:{number}: is no run of a campaign: {error}") from None
    if lines[-1]:
        with kept.open("r+b") as file:
            file.truncate(len(b"\n".join(lines[:-1])) + (len(lines) > 1))
    return outcomes
