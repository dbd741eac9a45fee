"""`vedette defence`: the probability that nothing gets through, and what each part adds."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vedette.cli import numbers
from vedette.cli.campaign import open_executor
from vedette.cli.words import Parsers, describe, existing, print_json, writable_file

if TYPE_CHECKING:
    from vedette.evaluation.defence import Outcome

RAIDS_MAX = 20


def add(parsers: Parsers) -> None:
    """Describe the command."""
    parser = describe(
        parsers,
        "defence",
        "play raids of several sizes many times: does nothing get through, and what adds to that"
        " (in simulation: effectors are models)",
        "vedette defence scenarios/ain_al_asad_2022.toml --raid 1,2,4,8 --runs 20 --leave-one-out",
    )
    parser.add_argument("scenario", metavar="SCENARIO.toml", type=Path)
    parser.add_argument(
        "--raid",
        type=_raids,
        default=[1, 2, 4, 8],
        metavar="N,N,...",
        help="how many attackers come (1,2,4,8)",
    )
    parser.add_argument(
        "--runs", type=numbers.runs, default=20, metavar="N", help="seeds 1 to N of each size (20)"
    )
    parser.add_argument(
        "--first-seed", type=numbers.seed, default=1, metavar="SEED", help="begin there (1)"
    )
    parser.add_argument(
        "--leave-one-out",
        action="store_true",
        help="the same again without each sensor and each effector model in turn",
    )
    parser.add_argument(
        "--leave-out",
        action="append",
        default=[],
        metavar="ID",
        help="the same again without this one alone; may be given several times",
    )
    parser.add_argument(
        "--spread-s", type=numbers.spread_s, default=60.0, help="attackers begin over so long (60)"
    )
    parser.add_argument(
        "--spread-deg",
        type=numbers.spread_deg,
        default=20.0,
        help="and from directions so far to both sides of the scenario's (20)",
    )
    parser.add_argument(
        "--unattended", action="store_true", help="with nobody at the console: nothing is engaged"
    )
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        default=Path("defence.jsonl"),
        help="a line a run; the same words again go on from there (defence.jsonl)",
    )
    parser.add_argument("--jobs", type=numbers.jobs, metavar="N", help="processes (one a core)")
    parser.add_argument(
        "--dask", metavar="ADDRESS", help="a Dask cluster instead, tcp://host:port; needs its files"
    )
    parser.add_argument("--json", action="store_true", help="for a machine")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="write it as one page, with plots"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Do the runs and print what came of them. Returns 0."""
    from tqdm import tqdm

    from vedette.evaluation.defence import carry_out, plan, summed_up
    from vedette.evaluation.defence_page import html
    from vedette.evaluation.defence_words import lines
    from vedette.evaluation.raid import Spread, parts
    from vedette.simulator.scenario import load_scenario

    writable_file(args.kept, "--kept")
    if args.html is not None:
        writable_file(args.html, "--html")
    path = existing(args.scenario, "scenario").resolve()
    site = load_scenario(path).site
    left_out = parts(site) if args.leave_one_out else list(dict.fromkeys(args.leave_out))
    seeds = range(args.first_seed, args.first_seed + args.runs)
    spread = Spread(args.spread_s, args.spread_deg)
    tasks = plan(path, args.raid, seeds, left_out, spread, not args.unattended)
    with (
        tqdm(total=len(tasks), unit="run", disable=None) as bar,
        open_executor(args.dask, args.jobs, len(tasks)) as executor,
    ):

        def tell(outcome: "Outcome") -> None:
            bar.update()
            if outcome.error:
                bar.write(f"raid of {outcome.raid}, seed {outcome.seed}: {outcome.error}")

        found = summed_up(path, tasks, carry_out(tasks, args.kept, executor, tell))
    if args.html is not None:
        args.html.write_text(html(found, site.mode), "utf-8")
    if args.json:
        print_json(found)
    else:
        print("\n".join(lines(found)))
    return 0


def _raids(text: str) -> list[int]:
    """Read raid sizes from a list with commas."""
    raids = sorted({numbers.raid(part) for part in text.split(",")})
    if len(raids) > RAIDS_MAX:
        raise argparse.ArgumentTypeError(f"{len(raids)} sizes: {RAIDS_MAX} at most")
    return raids
