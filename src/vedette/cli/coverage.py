"""`vedette coverage`: what a site would see of an attack, before there is one."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.words import Parsers, describe, existing, print_json, writable_file

if TYPE_CHECKING:
    from vedette.evaluation.approach import Threat

HEIGHTS_M = (30.0, 100.0, 300.0, 1000.0)
HEIGHTS_MAX = 12
GAPS_SHOWN = 20


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "coverage",
        "map what a site's sensors would find of an attack, by height, and list the gaps",
        "vedette coverage scenarios/ain_al_asad_2022.toml --class one_way --html coverage.html",
    )
    parser.add_argument("scenario", metavar="SCENARIO.toml", type=Path)
    parser.add_argument(
        "--class",
        dest="classes",
        action="append",
        metavar="CLASS",
        help="one_way (the default), fixed_wing, multirotor, helicopter, light_aircraft; may be"
        " given several times",
    )
    parser.add_argument(
        "--heights",
        type=_heights,
        default=list(HEIGHTS_M),
        metavar="M,M,...",
        help="metres above the ground (30,100,300,1000)",
    )
    parser.add_argument(
        "--radius-km", type=numbers.radius_km, help="how far out it begins (the sensors' reach)"
    )
    parser.add_argument(
        "--speed-mps", type=numbers.speed_mps, help="in place of the class's cruise speed"
    )
    parser.add_argument(
        "--rcs-dbsm", type=numbers.rcs_dbsm, help="in place of the class's radar cross-section"
    )
    parser.add_argument("--radio", action="store_true", help="it transmits: direction finders hear")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="SENSOR",
        help="as if this sensor were not there; may be given several times",
    )
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write the maps as one page")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print what is seen and the gaps. Returns 1 where there are gaps."""
    from vedette.evaluation.coverage import survey
    from vedette.evaluation.coverage_page import html
    from vedette.evaluation.gap_words import summary_lines
    from vedette.simulator.scenario import load_scenario

    threats = [_threat(args, name) for name in args.classes or ["one_way"]]
    if args.html is not None:
        writable_file(args.html, "--html")
    loaded = load_scenario(existing(args.scenario, "scenario"))
    begin_m = None if args.radius_km is None else 1000.0 * args.radius_km
    found = [survey(loaded, t, args.heights, begin_m, args.without) for t in threats]
    if args.html is not None:
        args.html.write_text(html(loaded, found), "utf-8")
    if args.json:
        print_json(found)
    else:
        for coverage in found:
            print("\n".join(summary_lines(coverage, GAPS_SHOWN)))
    return 1 if any(coverage.gaps for coverage in found) else 0


def _threat(args: argparse.Namespace, name: str) -> "Threat":
    """Find a class and change what the words say."""
    from vedette.evaluation.approach import THREATS

    if name not in THREATS:
        raise VedetteError(f"--class {name}: there are {', '.join(THREATS)}")
    threat = replace(THREATS[name], radio=args.radio)
    if args.speed_mps is not None:
        threat = replace(threat, speed_mps=args.speed_mps)
    if args.rcs_dbsm is not None:
        threat = replace(threat, rcs_dbsm=args.rcs_dbsm)
    return threat


def _heights(text: str) -> list[float]:
    """Read heights from a list with commas."""
    heights = [numbers.height_m(part) for part in text.split(",")]
    if len(heights) > HEIGHTS_MAX:
        raise argparse.ArgumentTypeError(f"{len(heights)} heights: {HEIGHTS_MAX} at most")
    return heights
