"""A changed world beside a replay: worked out by another process, one at a time, cancellable.

In: what a person asks to be otherwise. Out: how far it is, what it came to, its picture at any
moment. Who compares the two worlds (`Worker`) is given from above: the service knows no evaluation.
The process may take MEMORY_MAX_BYTES, and its pictures a bounded folder that goes with the replay.
"""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.changing import changed, checked, without
from vedette.config.site import Site
from vedette.server.whatif_views import WhatIfResult, WhatIfView, WhatIfWish
from vedette.service.reenacting import Change, recorded_site
from vedette.service.whatif_pictures import Pictures

MEMORY_MAX_BYTES = 6 * 2**30
_NICENESS = 10  # the replay itself goes first, and its own checking (5)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What the other process says: how far it is, or what it came to, or why it came to nothing."""

    done_ratio: float = 0.0
    result: WhatIfResult | None = None
    error: str = ""


Progress = Callable[[float], None]
# Compares: recording, change, its words, the folder for pictures, progress.
Worker = Callable[[Path, Change, list[str], Path, Progress], WhatIfResult]
_EMPTY = WhatIfView(state="none", number=0, changes=[], done_ratio=0.0, error="", result=None)


def change_of(site: Site, wish: WhatIfWish) -> Change:
    """Make the change that is asked for. Raises RefusedError for what the site does not have."""
    site = changed(site, wish.settings)
    checked(without(site, sorted(set(wish.without))))
    delays = {"as_recorded": 0.0, "nobody": None, "later": wish.delay_s}
    return Change(site, frozenset(wish.without), delays[wish.staffing])


def words_of(wish: WhatIfWish) -> list[str]:
    """Say what is otherwise."""
    words = [f"without {sensor_id}" for sensor_id in wish.without]
    words += [setting.strip() for setting in wish.settings]
    if wish.staffing == "nobody":
        words.append("nobody at the consoles")
    elif wish.staffing == "later" and wish.delay_s:
        words.append(f"people act {wish.delay_s:g} s later")
    return words


class WhatIfBeside:
    """What works out another world beside a replay (server's Beside)."""

    def __init__(self, folder: Path, worker: Worker) -> None:
        """folder: the recording. worker: a function that another process can be told by name."""
        self._folder, self._worker = folder, worker
        self._site = recorded_site(folder)
        self._view = _EMPTY
        self._process: BaseProcess | None = None
        self._heard: Connection | None = None
        self._kept: TemporaryDirectory[str] | None = None

    def view(self) -> WhatIfView:
        """Say how far it is."""
        return self._view

    def ask(self, wish: WhatIfWish) -> None:
        """Begin one; see `server.access.Beside`."""
        if self._process is not None:
            raise VedetteError("another is being worked out: wait for it, or cancel it")
        words = words_of(wish)
        if not words:
            raise RefusedError("say what is to be otherwise: a sensor, a setting, the staffing")
        change_of(self._site, wish)
        self._forget()
        self._view = msgspec.structs.replace(
            _EMPTY, state="working", number=self._view.number + 1, changes=words
        )
        self._kept = TemporaryDirectory(prefix="vedette-whatif-")
        self._start(wish, Path(self._kept.name))

    def _start(self, wish: WhatIfWish, kept: Path) -> None:
        self._heard, told = get_context("spawn").Pipe(duplex=False)
        self._process = get_context("spawn").Process(
            target=work, args=(self._worker, self._folder, wish, kept, told), daemon=True
        )
        self._process.start()
        told.close()
        asyncio.get_running_loop().add_reader(self._heard.fileno(), self._hear)

    def cancel(self) -> None:
        """End what is being worked out, and forget what was."""
        if self._process is not None:
            self._end()
            self._view = msgspec.structs.replace(self._view, state="cancelled")
        else:
            self._view = msgspec.structs.replace(_EMPTY, number=self._view.number)
        self._forget()

    def picture(self, t_ns: int) -> bytes | None:
        """Give the changed world at a moment, once it is whole."""
        if self._kept is None or self._view.state != "done":
            return None
        return Pictures(Path(self._kept.name)).at(t_ns)

    def close(self) -> None:
        """End everything: the replay ends."""
        self._end()
        self._forget()

    def _hear(self) -> None:
        """Take what the other process says; where it ended without a result, say so."""
        assert self._heard is not None
        try:
            told: Told = self._heard.recv()
        except EOFError:
            told = Told(error="it ended before its end: this machine may lack the memory for it")
        if told.error:
            self._end()
            self._forget()
            self._view = msgspec.structs.replace(self._view, state="failed", error=told.error)
        elif told.result is not None:
            self._end()
            self._view = msgspec.structs.replace(
                self._view, state="done", done_ratio=1.0, result=told.result
            )
        else:
            self._view = msgspec.structs.replace(self._view, done_ratio=told.done_ratio)

    def _end(self) -> None:
        if self._heard is not None:
            with contextlib.suppress(RuntimeError):  # no loop runs any more
                asyncio.get_running_loop().remove_reader(self._heard.fileno())
            self._heard.close()
            self._heard = None
        if self._process is not None:
            self._process.terminate()
            self._process.join()
            self._process = None

    def _forget(self) -> None:
        if self._kept is not None:
            self._kept.cleanup()
            self._kept = None


def work(worker: Worker, folder: Path, wish: WhatIfWish, kept: Path, told: Connection) -> None:
    """Work one out in a process of its own; everything it has to say goes by `told`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that started this
    os.nice(_NICENESS)
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    try:
        change = change_of(recorded_site(folder), wish)
        result = worker(
            folder, change, words_of(wish), kept, lambda ratio: told.send(Told(done_ratio=ratio))
        )
        told.send(Told(result=result))
    except MemoryError:
        told.send(Told(error="it needs more memory than it may take"))
    except VedetteError as error:
        told.send(Told(error=str(error)))
