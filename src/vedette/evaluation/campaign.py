"""Many runs of scenarios: what a site can be trusted to do, with intervals.

In: scenario files, seeds, perhaps another site. Out: one line of JSON a run, written as soon as the
run ends, and rates from all lines. A campaign that was killed goes on where it was: a run is known
by its scenario, its seed, and a digest of everything else that it depends on, so that a changed
scenario or site begins afresh. The rates are made from the lines in order of scenario and seed, not
in order of arrival: the same numbers, however the work was split.
"""

import hashlib
import itertools
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

import vedette
from vedette.base.errors import VedetteError
from vedette.evaluation.direct import play_directly
from vedette.evaluation.direct_evidence import judge_played
from vedette.evaluation.exact import clopper_pearson
from vedette.evaluation.expect import Verdict
from vedette.evaluation.headless import run_into
from vedette.evaluation.kept import Kind
from vedette.evaluation.kept import carry_out as carry_out_kept
from vedette.evaluation.kept import read as read_kept
from vedette.simulator.scenario import load_scenario
from vedette.simulator.world import STEP_S

RUNS_MAX = 1_000_000


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One run to do. scenario, site: paths as text (site "": the scenario's own).

    over_sockets: through the live service and real sockets, else directly (`direct`), and then
    step_s: how often the core steps.
    """

    scenario: str
    site: str
    seed: int
    attended: bool
    digest: str
    over_sockets: bool = False
    step_s: float = STEP_S


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run; error: why it did not come to its end, "" where it did."""

    scenario: str
    seed: int
    attended: bool
    digest: str
    passed: bool
    expect: list[Verdict] = []
    error: str = ""
    took_s: float = 0.0


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """How often something was so: `of` runs, `times` of them, and the exact 95 % interval."""

    times: int
    of: int
    low: float
    high: float


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """One expectation over all runs: how often it was met, and least, median, greatest value."""

    name: str
    met: Rate
    bound: bool | int | float | None
    least: float | None = None
    median: float | None = None
    greatest: float | None = None
    not_found: int = 0  # runs in which there was nothing to measure


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario, with people at the console or without."""

    scenario: str
    attended: bool
    passed: Rate
    failed: int  # runs that did not come to their end: counted as not passed
    seeds_not_passed: list[int]
    expect: list[Expected]


def plan(
    scenarios: Iterable[Path],
    site: Path | None,
    seeds: Iterable[int],
    attended: Iterable[bool],
    over_sockets: bool = False,
    step_s: float = STEP_S,
) -> list[Task]:
    """List the runs, every scenario with every seed. Raises RefusedError for a wrong file."""
    if over_sockets and step_s != STEP_S:
        raise VedetteError(f"--step-s {step_s:g}: over sockets every step is {STEP_S:g} s")
    tasks = []
    for path in scenarios:
        loaded = load_scenario(path, site)
        text = path.read_text("utf-8") + "\0" + loaded.site_path.read_text("utf-8")
        way = "\0over sockets" if over_sockets else ""
        way += f"\0{step_s:g} s" if step_s != STEP_S else ""
        digest = hashlib.sha256(f"{vedette.__version__}\0{text}{way}".encode()).hexdigest()[:16]
        tasks += [
            Task(
                scenario=str(path),
                site=str(site or ""),
                seed=seed,
                attended=with_people,
                digest=digest,
                over_sockets=over_sockets,
                step_s=step_s,
            )
            for seed, with_people in itertools.product(seeds, attended)
        ]
    if len(tasks) > RUNS_MAX:
        raise VedetteError(f"{len(tasks):,} runs are more than {RUNS_MAX:,}: ask for fewer")
    return tasks


def do(task: Task) -> Outcome:
    """Do one run through the real chain, in this process."""
    begun_s = time.perf_counter()
    known = {name: getattr(task, name) for name in ("scenario", "seed", "attended", "digest")}
    try:
        expect = _judged(task)
    except (VedetteError, OSError, TimeoutError) as error:
        took_s = time.perf_counter() - begun_s
        return Outcome(**known, passed=False, error=str(error), took_s=took_s)
    return Outcome(
        **known,
        passed=bool(expect) and all(verdict.passed for verdict in expect),
        expect=expect,
        took_s=time.perf_counter() - begun_s,
    )


def _judged(task: Task) -> list[Verdict]:
    """Play a scenario to its end and judge it."""
    loaded = load_scenario(Path(task.scenario), Path(task.site) if task.site else None)
    if not task.over_sockets:
        played = play_directly(loaded, task.seed, task.attended, step_s=task.step_s)
        return judge_played(played, task.attended)
    with tempfile.TemporaryDirectory() as folder:
        summary = run_into(loaded, task.seed, Path(folder), True, task.attended, quiet=True)
    return summary.expect


def carry_out(
    tasks: list[Task], kept: Path, executor: Executor, on_done: Callable[[Outcome], None]
) -> list[Outcome]:
    """Do what the file `kept` does not hold yet, adding each run to it as it ends; give all."""
    return carry_out_kept(Kind(do, Outcome, _key), tasks, kept, executor, on_done)


def read(kept: Path) -> list[Outcome]:
    """Read the runs of a campaign's file. Raises VedetteError where a line is no run."""
    return read_kept(Kind(do, Outcome, _key), kept)


def _key(run: Task | Outcome) -> tuple[str, int, bool, str]:
    return (run.scenario, run.seed, run.attended, run.digest)


def rates(outcomes: Iterable[Outcome]) -> list[Scene]:
    """Make the rates of a campaign, by scenario, with people and without."""
    ordered = sorted(outcomes, key=_key)
    scenes = []
    for (scenario, attended), group in itertools.groupby(
        sorted(ordered, key=lambda o: (o.scenario, not o.attended)),
        lambda o: (o.scenario, o.attended),
    ):
        runs = list(group)
        scenes.append(
            Scene(
                scenario=scenario,
                attended=attended,
                passed=rate([run.passed for run in runs]),
                failed=sum(bool(run.error) for run in runs),
                seeds_not_passed=[run.seed for run in runs if not run.passed],
                expect=[_expected(name, runs) for name in _names(runs)],
            )
        )
    return scenes


def _names(runs: list[Outcome]) -> list[str]:
    return list(dict.fromkeys(verdict.name for run in runs for verdict in run.expect))


def _expected(name: str, runs: list[Outcome]) -> Expected:
    found = [v for run in runs for v in run.expect if v.name == name]
    numbers = [v.value for v in found if v.value is not None]
    values = [] if any(isinstance(v, bool) for v in numbers) else [float(v) for v in numbers]
    spread: dict[str, Any] = {}
    if values:
        least, median, greatest = np.quantile(values, [0.0, 0.5, 1.0]).tolist()
        spread = {"least": least, "median": median, "greatest": greatest}
    return Expected(
        name=name,
        met=rate([v.passed for v in found]),
        bound=found[0].bound,
        not_found=sum(v.value is None for v in found),
        **spread,
    )


def rate(yes: list[bool]) -> Rate:
    """Count how often it was so, with the exact 95 % interval."""
    low, high = clopper_pearson(sum(yes), len(yes))
    return Rate(times=sum(yes), of=len(yes), low=low, high=high)
