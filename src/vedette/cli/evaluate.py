"""`vedette evaluate`: how well the tracks follow the truth."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, print_json

if TYPE_CHECKING:
    from vedette.evaluation.run import Run


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "evaluate",
        "measure tracks against truth: GOSPA, OSPA(2), SIAP, CLEAR-MOT, NEES and more",
        "vedette evaluate --truth truth.parquet --tracks tracks.parquet --json\n"
        "  vedette evaluate --report out",
    )
    parser.add_argument("--truth", type=Path, help="truth.parquet")
    parser.add_argument("--tracks", type=Path, help="tracks.parquet")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="a folder that `vedette demo --report` left"
    )
    parser.add_argument(
        "--c-m",
        type=numbers.cutoff_m,
        default=100.0,
        help="GOSPA's cut-off distance in metres (100)",
    )
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the scores."""
    from vedette.evaluation.scorecard import flattened, scorecard

    card = scorecard(_run(args))
    if args.json:
        print_json(card)
    else:
        for name, value in flattened(card).items():
            print(f"{name:40} {'-' if value is None else format(value, '.6g')}")
    return 0


def _run(args: argparse.Namespace) -> "Run":
    """Read what is to be scored: a report folder, or a truth and a tracks file."""
    from vedette.evaluation.run import run_of_files, run_of_report

    if args.report is not None:
        if args.truth is not None or args.tracks is not None:
            raise VedetteError("give --report, or --truth and --tracks, not both")
        return run_of_report(existing(args.report, "folder"), args.c_m)
    if args.truth is None or args.tracks is None:
        raise VedetteError("say what to score: --report DIR, or --truth FILE and --tracks FILE")
    return run_of_files(existing(args.truth, "file"), existing(args.tracks, "file"), args.c_m)
