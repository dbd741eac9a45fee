"""`vedette evaluate SITE --scenarios ... --runs N`: many runs of scenarios, with intervals."""

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vedette.base.errors import VedetteError
from vedette.cli import numbers
from vedette.cli.words import existing, print_json, writable_file

if TYPE_CHECKING:
    from vedette.evaluation.campaign import Expected, Outcome, Rate, Scene


def add_words(parser: argparse.ArgumentParser) -> None:
    """Describe the words of a campaign."""
    words = parser.add_argument_group("many runs")
    words.add_argument(
        "site", nargs="?", type=Path, metavar="SITE.toml", help="in place of the scenarios' own"
    )
    words.add_argument(
        "--scenarios", nargs="+", type=Path, metavar="FILE", help="what to run, each with each seed"
    )
    words.add_argument(
        "--runs", type=numbers.runs, default=20, metavar="N", help="seeds 1 to N (20)"
    )
    words.add_argument(
        "--first-seed", type=numbers.seed, default=1, metavar="SEED", help="begin there (1)"
    )
    words.add_argument(
        "--console",
        choices=("attended", "unattended", "both"),
        default="attended",
        help="with the scenario's people, with nobody, or both (attended)",
    )
    words.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        default=Path("campaign.jsonl"),
        help="a line a run; the same words again go on from there (campaign.jsonl)",
    )
    words.add_argument("--jobs", type=numbers.jobs, metavar="N", help="processes (one a core)")
    words.add_argument(
        "--over-sockets",
        action="store_true",
        help="through the live service, real sockets and a recording: the same figures, slower",
    )
    words.add_argument(
        "--step-s",
        type=numbers.step_s,
        choices=(0.25, 0.5, 1.0),
        default=0.25,
        help="how often the system steps: less often is faster, and every warning later (0.25)",
    )
    words.add_argument(
        "--dask", metavar="ADDRESS", help="a Dask cluster instead, tcp://host:port; needs its files"
    )


def run(args: argparse.Namespace) -> int:
    """Do the runs and print the rates. Returns 1 where a run did not pass."""
    from tqdm import tqdm

    from vedette.evaluation.campaign import carry_out, plan, rates

    for name in (
        "truth",
        "tracks",
        "report",
        "courageous",
        "write_courageous",
        "requirements",
        "html",
    ):
        if getattr(args, name) is not None:
            raise VedetteError(
                f"--scenarios plays its own runs: leave out --{name.replace('_', '-')}"
            )
    writable_file(args.kept, "--kept")
    site = existing(args.site, "site file") if args.site is not None else None
    files = [existing(path, "scenario").resolve() for path in args.scenarios]
    consoles = {"attended": [True], "unattended": [False], "both": [True, False]}[args.console]
    seeds = range(args.first_seed, args.first_seed + args.runs)
    at_site = site.resolve() if site else None
    tasks = plan(files, at_site, seeds, consoles, args.over_sockets, args.step_s)
    with (
        tqdm(total=len(tasks), unit="run", disable=None) as bar,
        open_executor(args.dask, args.jobs, len(tasks)) as executor,
    ):

        def tell(outcome: "Outcome") -> None:
            bar.update()
            if outcome.error:
                bar.write(f"{outcome.scenario}, seed {outcome.seed}: {outcome.error}")

        scenes = rates(carry_out(tasks, args.kept, executor, tell))
    if args.json:
        print_json(scenes)
    else:
        for scene in scenes:
            _print(scene)
    return 0 if all(scene.passed.times == scene.passed.of for scene in scenes) else 1


def open_executor(
    dask: str | None, jobs: int | None, tasks: int
) -> AbstractContextManager[Executor]:
    """Open what the runs go to. Processes are started anew: a fork would copy open sockets.

    dask: a scheduler's address; None: processes here, `jobs` of them, one a core where None.
    """
    if dask is not None:
        return _dask(dask)
    jobs = jobs or len(os.sched_getaffinity(0))
    return ProcessPoolExecutor(
        max_workers=min(jobs, max(tasks, 1)), mp_context=multiprocessing.get_context("spawn")
    )


@contextmanager
def _dask(address: str) -> Iterator[Executor]:
    """Open a cluster's scheduler as an executor; what a dead worker was at, another does."""
    try:
        from distributed import Client
    except ImportError:
        raise VedetteError("--dask needs Dask: pip install 'vedette[dask]'") from None
    try:
        client: Any = Client(address, timeout="10s")
    except (OSError, TimeoutError, ValueError) as error:
        raise VedetteError(f"no Dask scheduler answers at {address}: {error}") from None
    with client, client.get_executor(pure=False) as executor:
        yield executor


def _print(scene: "Scene") -> None:
    console = "with people" if scene.attended else "with nobody at the console"
    print(f"{Path(scene.scenario).stem}, {console}: passed {_worded(scene.passed)}")
    if scene.failed:
        print(f"  {scene.failed} runs did not come to their end")
    if scene.seeds_not_passed:
        print(f"  seeds not passed: {' '.join(map(str, scene.seeds_not_passed))}")
    for row in scene.expect:
        print(f"  {row.name:32} {_worded(row.met):36} {_spread(row)}")


def _worded(rate: "Rate") -> str:
    return f"{rate.times} of {rate.of} ({rate.low:.1%} to {rate.high:.1%})"


def _spread(row: "Expected") -> str:
    """Write least / median / greatest, and what was demanded."""
    parts = [f"bound {row.bound}"]
    if row.median is not None:
        parts.insert(0, f"{row.least:.4g} / {row.median:.4g} / {row.greatest:.4g}")
    if row.not_found:
        parts.append(f"not found in {row.not_found}")
    return ", ".join(parts)
