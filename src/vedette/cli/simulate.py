"""`vedette simulate`: a scenario's sensor output and its truth, as files."""

import argparse
from pathlib import Path

from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, say, writable_folder


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "simulate",
        "write what a scenario's sensors say (detections, wire bytes) and the truth",
        "vedette simulate scenarios/ain_al_asad_2022.toml --output out --seed 1",
    )
    parser.add_argument("scenario", metavar="SCENARIO.toml", type=Path)
    parser.add_argument("--output", metavar="DIR", type=Path, required=True)
    parser.add_argument(
        "--seed", metavar="N", type=numbers.seed, default=1, help="one seed, one world (1)"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write detections.jsonl, the radars' .ast, the ADS-B receiver's .beast and truth.parquet."""
    from vedette.simulator.files import simulate
    from vedette.simulator.scenario import load_scenario

    scenario = load_scenario(existing(args.scenario, "scenario"))
    folder = writable_folder(args.output, "--output")
    for path in simulate(scenario, args.seed, folder):
        say(f"{path}  {path.stat().st_size:,} bytes")
    return 0
