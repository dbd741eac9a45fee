"""Whether anything gets through, by how many come, and what each part of the site adds.

In: a scenario, raid sizes, seeds. Out: one line of JSON a run, and from all lines `Defence`: the
probability that nothing reaches an asset, with its exact interval, and for every part left out the
difference on the same seeds. Every run is the whole chain: simulated sensors, the real core, people
as modelled, effector MODELS. Nothing here can drive anything.
"""

import hashlib
import itertools
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import msgspec

import vedette
from vedette.base.errors import VedetteError
from vedette.evaluation.campaign import RUNS_MAX, Rate, rate
from vedette.evaluation.direct import play_directly
from vedette.evaluation.direct_evidence import evidence
from vedette.evaluation.exact import median_bounds, paired_difference
from vedette.evaluation.expect import warning_lead_s
from vedette.evaluation.kept import Kind
from vedette.evaluation.kept import carry_out as carry_out_kept
from vedette.evaluation.raid import Spread, parts, raid, without
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.world import ENDED, World


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One run to do. left_out: "" or a part of the site. digest: of all else it depends on."""

    scenario: str
    raid: int
    seed: int
    left_out: str
    attended: bool
    begin_s: float
    turn_deg: float
    digest: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a run. through: attackers that reached their asset, or still flew at the end.

    undecided: those that still flew. warning_s: from the first warning of an attacked zone to when
    the first attacker arrived or would have; 0: none before. error: why it did not come to its end.
    """

    raid: int
    seed: int
    left_out: str
    digest: str
    through: int = 0
    undecided: int = 0
    destroyed: int = 0
    warning_s: float = 0.0
    error: str = ""
    took_s: float = 0.0

    @property
    def held(self) -> bool:
        """Whether nothing got through; a run without an end is not taken for a success."""
        return not self.error and self.through == 0


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """A median of seconds with its exact 95 % bounds; None: too few runs to give any."""

    median_s: float
    low_s: float | None
    high_s: float | None


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """One raid size, with everything or with one part left out."""

    raid: int
    held: Rate
    through_mean: float
    undecided: int  # attackers in the air at the end, all runs: counted as through
    failed: int  # runs that did not come to their end: counted as not held
    unwarned: int  # runs without a warning before the first arrival
    warning: Figure


class Added(msgspec.Struct, frozen=True, kw_only=True):
    """What one part adds at one raid size: with it, less without it, on the same seeds.

    better: runs that only the whole site held; worse: that only the site without it held. The
    bounds hold with 95 % at least.
    """

    part: str
    name: str
    kind: str
    raid: int
    without: Size
    better: int
    worse: int
    held_prob: float
    low_prob: float
    high_prob: float
    warning: Figure


class Defence(msgspec.Struct, frozen=True, kw_only=True):
    """What a site could stop, in simulation."""

    scenario: str
    site: str
    attended: bool
    seeds: list[int]
    begin_s: float
    turn_deg: float
    sizes: list[Size]
    added: list[Added]


def plan(
    scenario: Path,
    raids: Sequence[int],
    seeds: Iterable[int],
    left_out: Sequence[str] = (),
    spread: Spread | None = None,
    attended: bool = True,
) -> list[Task]:
    """List the runs: every raid size and seed, with everything and with each part left out.

    Raises RefusedError for a wrong file, VedetteError for a part that the site does not have.
    """
    loaded, spread = load_scenario(scenario), spread or Spread()
    raid(loaded, 1, 0, spread)
    for part in left_out:
        without(loaded, part)
    text = scenario.read_text("utf-8") + "\0" + loaded.site_path.read_text("utf-8")
    known = f"{vedette.__version__}\0{text}\0{spread}\0{attended}"
    digest = hashlib.sha256(known.encode()).hexdigest()[:16]
    tasks = [
        Task(
            scenario=str(scenario),
            raid=count,
            seed=seed,
            left_out=part,
            attended=attended,
            begin_s=spread.begin_s,
            turn_deg=spread.turn_deg,
            digest=digest,
        )
        for seed, count, part in itertools.product(seeds, raids, ["", *left_out])
    ]
    if len(tasks) > RUNS_MAX:
        raise VedetteError(f"{len(tasks):,} runs are more than {RUNS_MAX:,}: ask for fewer")
    return tasks


def do(task: Task) -> Outcome:
    """Do one run through the whole chain, in this process."""
    begun_s = time.perf_counter()
    known: dict[str, Any] = {
        "raid": task.raid,
        "seed": task.seed,
        "left_out": task.left_out,
        "digest": task.digest,
    }
    try:
        loaded = load_scenario(Path(task.scenario))
        varied = without(loaded, task.left_out)
        spread = Spread(task.begin_s, task.turn_deg)
        found = facts(raid(varied, task.raid, task.seed, spread), task.seed, task.attended)
    except (VedetteError, OSError) as error:
        return Outcome(**known, error=str(error), took_s=time.perf_counter() - begun_s)
    return Outcome(**known, **found, took_s=round(time.perf_counter() - begun_s, 3))


def facts(loaded: LoadedScenario, seed: int, attended: bool) -> dict[str, Any]:
    """Play a scenario to its end and say what came of its attackers: fields of an Outcome."""
    played = play_directly(loaded, seed, attended)
    lead_s = warning_lead_s(evidence(played))
    counted = fates(played.play.world)
    return {**counted, "warning_s": max(float(lead_s), 0.0) if lead_s is not None else 0.0}


def fates(world: World) -> dict[str, int]:
    """Count the attackers that got through, that still flew at the end, and that were destroyed.

    Who was destroyed only after it had arrived has got through.
    """
    through = undecided = destroyed = 0
    for k, attacks in enumerate(world.fleet.attacks):
        if attacks is None:
            continue
        end, arrived_ns = world.ends.get(world.fleet.ids[k], {}), int(world.would_arrive_ns[k])
        stopped = end.get("how") == "destroyed" and not 0 < arrived_ns <= end["t_ns"]
        flies = bool(not end and not arrived_ns and world.phase[k] != ENDED)
        destroyed += stopped
        undecided += flies
        through += not stopped and (arrived_ns > 0 or flies)
    return {"through": through, "undecided": undecided, "destroyed": destroyed}


def carry_out(
    tasks: list[Task], kept: Path, executor: Executor, on_done: Callable[[Outcome], None]
) -> list[Outcome]:
    """Do what the file `kept` does not hold yet, adding each run to it as it ends; give all."""
    return carry_out_kept(Kind(do, Outcome, _key), tasks, kept, executor, on_done)


def _key(run: Task | Outcome) -> tuple[int, int, str, str]:
    return (run.raid, run.seed, run.left_out, run.digest)


def summed_up(scenario: Path, tasks: Sequence[Task], outcomes: Sequence[Outcome]) -> Defence:
    """Make the figures of all runs, in the order of raid and seed, not in that of arrival."""
    loaded = load_scenario(scenario)
    ordered = sorted(outcomes, key=lambda run: (run.raid, run.left_out, run.seed))
    runs = {
        key: list(group)
        for key, group in itertools.groupby(ordered, lambda run: (run.raid, run.left_out))
    }
    raids = sorted({run.raid for run in outcomes})
    chosen = {run.left_out for run in outcomes} - {""}
    return Defence(
        scenario=loaded.scenario.name,
        site=loaded.site.name,
        attended=tasks[0].attended,
        seeds=sorted({task.seed for task in tasks}),
        begin_s=tasks[0].begin_s,
        turn_deg=tasks[0].turn_deg,
        sizes=[_size(count, runs[count, ""]) for count in raids],
        added=[
            _added(loaded, part, count, runs[count, ""], runs[count, part])
            for count in raids
            for part in parts(loaded.site)
            if part in chosen
        ],
    )


def _size(count: int, runs: list[Outcome]) -> Size:
    """Sum up the runs of one raid size."""
    return Size(
        raid=count,
        held=rate([run.held for run in runs]),
        through_mean=round(statistics.fmean(run.through for run in runs), 4),
        undecided=sum(run.undecided for run in runs),
        failed=sum(bool(run.error) for run in runs),
        unwarned=sum(run.warning_s <= 0.0 for run in runs),
        warning=_figure([run.warning_s for run in runs]),
    )


def _figure(seconds: list[float]) -> Figure:
    bounds = median_bounds(seconds)
    low, high = (None, None) if bounds is None else bounds
    return Figure(median_s=round(statistics.median(seconds), 3), low_s=low, high_s=high)


def _added(
    loaded: LoadedScenario, part: str, count: int, whole: list[Outcome], less: list[Outcome]
) -> Added:
    """Compare runs with a part and without it, seed by seed."""
    pairs = list(zip(whole, less, strict=True))
    better = sum(one.held and not other.held for one, other in pairs)
    worse = sum(other.held and not one.held for one, other in pairs)
    difference, low, high = paired_difference(better, worse, len(pairs))
    sensors = {sensor.id: sensor.name for sensor in loaded.site.sensors}
    models = {effector.id: effector.name for effector in loaded.site.effectors}
    return Added(
        part=part,
        name=sensors.get(part) or models[part],
        kind="sensor" if part in sensors else "effector model",
        raid=count,
        without=_size(count, less),
        better=better,
        worse=worse,
        held_prob=round(difference, 6),
        low_prob=round(low, 6),
        high_prob=round(high, 6),
        warning=_figure([round(one.warning_s - other.warning_s, 3) for one, other in pairs]),
    )
