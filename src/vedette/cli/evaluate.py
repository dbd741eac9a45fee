"""`vedette evaluate`: how well the tracks follow the truth."""

import argparse
from pathlib import Path

from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, print_json


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "evaluate",
        "measure tracks against truth: GOSPA and its parts, completeness, switches, errors",
        "vedette evaluate --truth truth.parquet --tracks tracks.parquet --json",
    )
    parser.add_argument("--truth", type=Path, required=True, help="truth.parquet")
    parser.add_argument("--tracks", type=Path, required=True, help="tracks.parquet")
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
    from vedette.evaluation import evaluate

    scores = evaluate(existing(args.truth, "file"), existing(args.tracks, "file"), c_m=args.c_m)
    if args.json:
        print_json(scores)
    else:
        for name in scores.__struct_fields__:
            value = getattr(scores, name)
            if not isinstance(value, dict):
                print(f"{name:28} {'-' if value is None else format(value, '.6g')}")
    return 0
