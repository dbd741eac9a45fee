"""`vedette warm-up`: compile the kernels once, so that the first picture does not wait."""

import argparse
import time

from vedette.cli.words import Parsers, describe, say


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "warm-up",
        "compile the kernels and keep them on disk (done by `make setup`)",
        "vedette warm-up",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Compile everything, saying what is being done."""
    from vedette.service.warm_up import compile_kernels

    start_s = time.perf_counter()
    compile_kernels(say)
    say(f"[4/4] kernels ready after {time.perf_counter() - start_s:.1f} s")
    return 0
