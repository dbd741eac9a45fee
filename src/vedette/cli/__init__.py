"""The commands. Each module here is one command: `add(parsers)` describes it, `run(args)` does it.

Exit codes: 0 done and as expected; 1 done, but not as expected (an expectation failed, a file is
not valid, a replay differs); 2 not done (wrong words, refused input); 130 interrupted.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from vedette import __version__
from vedette.base.errors import VedetteError
from vedette.cli import (
    account,
    audit,
    brief,
    check,
    convert,
    coverage,
    defence,
    demo,
    doctor,
    evaluate,
    incident,
    password,
    replay,
    run,
    simulate,
    track,
    warm_up,
    whatif,
)
from vedette.cli.words import OneLineParser

COMMANDS = (
    demo,
    run,
    track,
    simulate,
    evaluate,
    coverage,
    defence,
    replay,
    whatif,
    incident,
    brief,
    audit,
    check,
    convert,
    doctor,
    account,
    password,
    warm_up,
)
USAGE_ERROR = 2
INTERRUPTED = 130


def make_parser() -> argparse.ArgumentParser:
    """Describe every command."""
    parser = OneLineParser(
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
    except BaseExceptionGroup as group:  # of tasks that end together
        return _told(args.command, group)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return 0
    return code


def _told(command: str, group: BaseExceptionGroup[BaseException]) -> int:
    """Say what a user can mend; a programmer's error among the rest is raised."""
    mendable, rest = group.split(VedetteError)
    if mendable is None or rest is not None:
        raise group
    for error in _leaves(mendable):
        print(f"vedette {command}: {error}", file=sys.stderr)
    return USAGE_ERROR


def _leaves(group: BaseExceptionGroup[VedetteError]) -> Iterator[VedetteError]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _leaves(error)
        else:
            yield error


def script() -> None:
    """Be the program `vedette`."""
    sys.exit(main())
