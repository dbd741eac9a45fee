"""`vedette demo`: the live service and the simulator, joined only by real protocols on loopback."""

import argparse
from pathlib import Path

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.scenarios import packaged
from vedette.cli.starting import begin_start
from vedette.cli.words import Parsers, describe, existing, writable_folder

DEFAULT_SCENARIO = "ain_al_asad_2022"


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "demo",
        "re-enact a scenario: the live service, and a simulator that speaks the real protocols",
        "vedette demo scenarios/ain_al_asad_2022.toml --headless --fast --seed 1 --report out",
    )
    parser.add_argument(
        "scenario",
        metavar="SCENARIO",
        nargs="?",
        default=DEFAULT_SCENARIO,
        help=f"a scenario file, or the name of a shipped one ({DEFAULT_SCENARIO})",
    )
    parser.add_argument(
        "--site", metavar="FILE", type=Path, help="another site file in place of the scenario's"
    )
    parser.add_argument(
        "--seed", metavar="N", type=numbers.seed, default=1, help="one seed, one world (1)"
    )
    parser.add_argument("--headless", action="store_true", help="no page; end with the scenario")
    parser.add_argument("--fast", action="store_true", help="as fast as it can (with --headless)")
    parser.add_argument("--report", metavar="DIR", type=Path, help="leave summary and report here")
    parser.add_argument("--unattended", action="store_true", help="nobody at the console")
    parser.add_argument("--port", type=numbers.port, default=8420, help="port of the page (8420)")
    parser.add_argument("--no-open", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--from-s", metavar="S", type=numbers.seconds_in, default=0.0, help="begin S seconds in (0)"
    )
    parser.add_argument(
        "--state",
        metavar="DIR",
        type=Path,
        default=Path(".vedette/demo"),
        help="where recordings are kept; one cut off by a crash is taken up (.vedette/demo)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Run the demo; exit code 1 where an expectation of the scenario is not met."""
    if args.fast and not args.headless:
        raise VedetteError("--fast needs --headless: a picture that runs away helps nobody")
    if args.report is not None and not args.headless:
        raise VedetteError("--report needs --headless: a watched demo ends when you end it")
    if args.from_s and args.headless:
        raise VedetteError("--from-s is for a watched demo: leave it out, or leave out --headless")
    path = _scenario(args.scenario)
    site = existing(args.site, "site") if args.site is not None else None
    if args.headless:
        if args.report is not None:
            writable_folder(args.report, "--report")
        from vedette.cli.compiling import compile_once
        from vedette.evaluation.headless import run_headless

        compile_once()
        return run_headless(
            path, args.seed, args.report, args.fast, not args.unattended, site_path=site
        )
    writable_folder(args.state, "--state")
    begin_start()
    from vedette.cli.compiling import compile_once
    from vedette.cli.watched import run_watched

    compile_once()
    return run_watched(path, args)


def _scenario(named: str) -> Path:
    path = Path(named)
    if path.suffix == ".toml" or path.exists():
        return existing(path, "scenario")
    return packaged(named)
