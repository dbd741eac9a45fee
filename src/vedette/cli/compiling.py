"""The first start after an installation: kernels are compiled before any sensor is heard.

Compiled in the midst of a live picture they would hold it up for minutes, and every plot of these
minutes would be refused as too old. It is done in a process of its own, which says nothing, while
this one tells how far it is; a mark beside the compiled code says that it has been done.
"""

import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numba

from vedette.base.errors import VedetteError
from vedette.cli.words import say

MARK = ".compiled"  # the Makefile's too
TELL_S = 5.0
LOOK_S = 0.1


def compile_once() -> None:
    """Compile the kernels if that has not been done for this version; say so, with progress.

    Raises VedetteError where they cannot be compiled.
    """
    folder = kept_in()
    if folder is not None and not is_marked(folder):
        with _asked_to_end() as asked:
            _compile(folder, asked)


def _compile(folder: Path, asked: list[int]) -> None:
    say("first start: compiling the kernels once, which takes some minutes; they are kept")
    begun_s = told_s = time.perf_counter()
    with _warming_up() as process:
        while process.poll() is None:
            if asked:
                raise KeyboardInterrupt
            time.sleep(LOOK_S)
            now_s = time.perf_counter()
            if now_s - told_s >= TELL_S:
                told_s = now_s
                say(f"  {_compiled(folder)} functions compiled after {now_s - begun_s:.0f} s")
        said = process.stderr.read() if process.stderr is not None else ""
    if process.returncode != 0:
        last = (said.strip().splitlines() or ["no reason given"])[-1]
        raise VedetteError(f"the kernels cannot be compiled: {last}")
    say(f"  kernels ready after {time.perf_counter() - begun_s:.0f} s")


@contextmanager
def _asked_to_end() -> Iterator[list[int]]:
    """Note a request to end, so that what was started here is ended first."""
    asked: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: asked.append(number))
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _warming_up() -> Iterator["subprocess.Popen[str]"]:
    """Run `vedette warm-up` beside us; on leaving, it has ended."""
    words = [sys.executable, "-m", "vedette", "warm-up"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait()


def kept_in() -> Path | None:
    """Find the folder in which numba keeps what it compiles; None where it compiles nothing."""
    from vedette.kernels.motion import predict_modes

    stats = getattr(predict_modes, "stats", None)
    return None if stats is None else Path(stats.cache_path)


def is_marked(folder: Path) -> bool:
    """Say whether the kernels of this version are compiled."""
    mark = folder / MARK
    return mark.is_file() and mark.read_text("ascii") == _key()


def mark_compiled() -> None:
    """Note that the kernels of this version are compiled."""
    folder = kept_in()
    if folder is not None:
        (folder / MARK).write_text(_key(), "ascii")


def _key() -> str:
    """Tell one state of the sources, of numba and of Python from another."""
    import vedette.kernels

    sources = sorted(Path(vedette.kernels.__file__).parent.glob("*.py"))
    about = f"{numba.__version__} {sys.version}".encode()
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources) + about).hexdigest()


def _compiled(folder: Path) -> int:
    """Count the functions whose code is kept by now."""
    return sum(1 for _ in folder.glob("*.nbi"))
