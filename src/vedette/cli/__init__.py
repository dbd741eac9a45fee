"""The commands. Each module here is one command: `add(parsers)` describes it, `run(args)` does it.

Exit codes: 0 done and as expected; 1 done, but not as expected (an expectation failed, a file is
not valid, a replay differs); 2 not done (wrong words, refused input); 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from vedette import __version__
from vedette.base.errors import VedetteError
from vedette.cli import (
    check,
    demo,
    evaluate,
    incident,
    password,
    replay,
    run,
    simulate,
    track,
    warm_up,
)

COMMANDS = (demo, run, track, simulate, evaluate, replay, incident, check, password, warm_up)
USAGE_ERROR = 2
INTERRUPTED = 130


def make_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = argparse.ArgumentParser(
        prog="vedette",
        description="One air picture from many sensors, and a warning in time.",
        epilog="Start with:  vedette demo",
    )
    parser.add_argument("--version", action="version", version=f"vedette {__version__}")
    parsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add(parsers)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; give the exit code."""
    args = make_parser().parse_args(argv)
    try:
        code: int = args.run(args)
    except VedetteError as error:
        print(f"vedette {args.command}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 0
    return code


def script() -> None:
    """Be the program `vedette`."""
    sys.exit(main())
