"""What every benchmark shares: rows of figures, the machine they came from, running the program.

A benchmark is a module with NAME, TITLE, TEXT (what is measured and how to read it), COMMAND and
`figures(quick) -> list[Figure]`; NEEDS names the folder under ../shared/data it cannot do without.
"""

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = REPOSITORY.parent / "shared" / "data"
SCENARIO = REPOSITORY / "scenarios" / "ain_al_asad_2022.toml"


class Figure(NamedTuple):
    """One line of a table: what, how much, and what was demanded where something was."""

    what: str
    value: str
    bound: str = ""


class Benchmark(Protocol):
    """What a module of this package must have."""

    NAME: str
    TITLE: str
    TEXT: str
    COMMAND: str
    NEEDS: str

    def figures(self, quick: bool) -> list[Figure]:
        """Measure."""
        ...


def vedette(
    *words: str | Path, may_fail: bool = False, timeout_s: float = 1800.0
) -> subprocess.CompletedProcess[str]:
    """Run one command of the program to its end; raise with its words where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "vedette", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if done.returncode and not may_fail:
        raise RuntimeError(f"vedette {words[0]}: {done.stderr[-2000:]}")
    return done


def machine() -> str:
    """Name the machine: cores this process may use, processor, Python."""
    model = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.is_file():
        names = [
            line.partition(":")[2].strip()
            for line in information.read_text().splitlines()
            if line.startswith("model name")
        ]
        model = names[0] if names else model
    return f"{len(os.sched_getaffinity(0))} x {model}, Python {platform.python_version()}"


def load() -> float:
    """Give the mean number of processes that wanted a core in the last minute."""
    return os.getloadavg()[0]


def spread(values: Sequence[float | None], digits: int = 1, unit: str = "s") -> str:
    """Say least, median and greatest; how many are missing, where some are."""
    known = [value for value in values if value is not None]
    missing = f" ({len(values) - len(known)} of {len(values)} missing)" * (len(known) < len(values))
    if not known:
        return "none"
    three = (min(known), statistics.median(known), max(known))
    return " / ".join(f"{value:.{digits}f}" for value in three) + f" {unit}".rstrip() + missing


def free_port() -> int:
    """Give a TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_module(benchmark: Any) -> None:
    """Measure and print one benchmark from its own command line."""
    parser = argparse.ArgumentParser(description=benchmark.TITLE)
    parser.add_argument("--quick", action="store_true", help="fewer runs, for a first look")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    show(benchmark.figures(args.quick), args.json)


def show(figures: list[Figure], as_json: bool) -> None:
    """Print figures for a person or a machine."""
    if as_json:
        print(json.dumps([figure._asdict() for figure in figures]))
        return
    for figure in figures:
        bound = f"   (bound {figure.bound})" if figure.bound else ""
        print(f"{figure.what:66} {figure.value}{bound}")
