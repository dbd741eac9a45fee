"""A paper as a PDF file, set by the optional compiler `typst` in a process of its own.

What people wrote goes to the compiler as JSON that a fixed template shows: it is never part of the
source. The compiler gets an empty folder as its root and as its store of packages, no network name
of ours, MEMORY_MAX_BYTES and TIME_MAX_S; what takes longer is ended, and what it answers is held
against SIZE_MAX_BYTES and the first bytes of a PDF. docs/decisions/0030 says why this compiler.
"""

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.base.errors import RefusedError, VedetteError

TEMPLATE = Path(__file__).with_name("paper.typ")
MISSING = "PDF needs typst: pip install 'vedette[typst]'"
PAPER_MAX_BYTES = 8 * 2**20  # a night of 20,000 events has 3 MB; beyond it the page is of more use
SIZE_MAX_BYTES = 64 * 2**20
MEMORY_MAX_BYTES = 4 * 2**30  # of address space: an eighth of it is ever touched
TIME_MAX_S = 60.0
WORKERS = "2"  # of the compiler: the rest of the machine goes on watching
NICE = 5  # a paper waits for the picture, never the picture for a paper


def unavailable() -> str:
    """Say why there can be no PDF, in words; "" where there can."""
    return "" if importlib.util.find_spec("typst") is not None else MISSING


def pdf(paper: msgspec.Struct, t_ns: int, time_max_s: float = TIME_MAX_S) -> bytes:
    """Set a paper; gives the PDF file. t_ns: the date in it, so that the same gives the same.

    Raises VedetteError where the compiler is not installed or fails, RefusedError where the paper
    or the file is too large or takes longer than time_max_s.
    """
    if why := unavailable():
        raise VedetteError(why)
    words = msgspec.json.encode(paper)
    if len(words) > PAPER_MAX_BYTES:
        raise RefusedError("the report is too long for a PDF: take it as a page")
    command = [sys.executable, "-m", "vedette.outputs.pdf", str(t_ns // NS_PER_S)]
    with tempfile.TemporaryDirectory(prefix="vedette-paper-") as empty:
        try:
            done = subprocess.run(
                command, input=words, capture_output=True, timeout=time_max_s,
                cwd=empty, env=_surroundings(), check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise RefusedError(f"the PDF was not done in {time_max_s:g} s") from None
    if done.returncode != 0 or not done.stdout.startswith(b"%PDF-"):
        raise VedetteError(f"no PDF: {_last_line(done.stderr)}")
    if len(done.stdout) > SIZE_MAX_BYTES:
        raise RefusedError(f"the PDF is larger than {SIZE_MAX_BYTES} bytes")
    return done.stdout


def _surroundings() -> dict[str, str]:
    """Give the compiler's process what it needs to start, and nothing of ours beside it."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return {**kept, "RAYON_NUM_THREADS": WORKERS, "PYTHONNOUSERSITE": "1"}


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return (lines[-1] if lines else "the compiler ended without a word")[:200]


def compiled(words: bytes, t_s: int, form: Literal["pdf", "png"] = "pdf") -> Any:
    """Compile the template with a paper as JSON, in this process. form: "pdf", or "png" to look at.

    The working directory is the compiler's root and its store of packages.
    """
    import typst

    here = Path.cwd()
    compiler = typst.Compiler(
        TEMPLATE.read_bytes(),
        root=here,
        sys_inputs={"paper": words.decode()},
        package_path=here,
        package_cache_path=here,
    )
    return compiler.compile(format=form, timestamp=t_s)


def main() -> None:
    """Set the paper on standard input; argument: its date in seconds since 1970."""
    os.nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.buffer.write(compiled(sys.stdin.buffer.read(), int(sys.argv[1])))


if __name__ == "__main__":
    main()
