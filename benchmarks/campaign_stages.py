"""Where the processor time of a run goes, by stage: a clock around each, played directly.

python -m benchmarks.campaign_stages [--quick] [--json] [--seeds N ...]
"""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import vedette.evaluation.campaign as campaign
from benchmarks.figures import SCENARIO, Figure, run_module
from vedette import codecs, decision, health, identity, measurements, pipeline, threat, tracking
from vedette import warning as warnings
from vedette.evaluation import direct
from vedette.evaluation.campaign import do, plan
from vedette.feeds import Intake
from vedette.simulator import sensors, sightings, wire, world
from vedette.simulator.play import Play
from vedette.simulator.truth import TruthSteps

NAME = "campaign_stages"
TITLE = "Where the seconds of a run go"
TEXT = """The demonstration's scenario played directly, as a campaign does; processor time of each
stage, the clock's own cost included (a few hundredths). `the rest` is all that no clock is around.
Medians over seeds, after one run that loads the program."""
COMMAND = "python -m benchmarks.campaign_stages"
NEEDS = ""

SEEDS, SEEDS_QUICK = (1, 2, 3), (1,)
STAGES: tuple[tuple[str, Any, str], ...] = (
    ("simulator: world", world.World, "step"),
    ("simulator: sensors", sensors.SensorSet, "observe"),
    ("simulator: sightings", sightings.Sightings, "due"),
    ("simulator: bytes", wire.Wire, "push"),
    ("simulator: bytes", wire.Wire, "due"),
    ("people and models at their consoles", Play, "look"),
    ("truth kept", TruthSteps, "record"),
    ("intake", Intake, "put"),
    ("intake", Intake, "drain"),
    ("intake", direct, "ordered"),
    ("picture kept", direct, "compact"),
    ("codecs", codecs, "decode"),
    ("codecs", codecs, "good_reports"),
    ("codecs", codecs, "pass_tasks"),
    ("measurements", measurements, "form"),
    ("health", health, "take_measurements"),
    ("health", health, "advance"),
    ("health", health, "take_tracks"),
    ("health", health, "take_bias"),
    ("tracking", tracking, "advance"),
    ("tracking: origins", tracking, "take_origins"),
    ("tracking: verdicts", tracking, "verdicts"),
    ("identity", identity, "advance"),
    ("threat", threat, "advance"),
    ("warning", warnings, "advance"),
    ("decision", decision, "advance"),
    ("decision: queue", decision, "queue"),
    ("verdicts from truth and tracks", campaign, "judge_played"),
    ("steps", pipeline, "step"),
    ("scenario read", campaign, "load_scenario"),
)


def figures(quick: bool) -> list[Figure]:
    """Measure."""
    runs = [spent(seed) for seed in (SEEDS_QUICK[0], *(SEEDS_QUICK if quick else SEEDS))][1:]
    names = list(dict.fromkeys(name for name, _, _ in STAGES))
    whole = statistics.median(run["whole"] for run in runs)
    found = [Figure("a run, processor time", f"{whole:.2f} s")]
    for name in [*names, "the rest"]:
        used = statistics.median(run[name] for run in runs)
        found.append(Figure(name, f"{used:.2f} s ({used / whole:.0%})"))
    return found


def spent(seed: int) -> dict[str, float]:
    """Do one run; give the processor time of each stage, of all, and of what is left, in s."""
    with clocks() as used:
        begun_s = time.process_time()
        outcome = do(plan([SCENARIO], None, [seed], [True])[0])
        whole = time.process_time() - begun_s
    if outcome.error:
        raise RuntimeError(outcome.error)
    alone = sum(s for s in used.values())
    return defaultdict(float, used) | {"whole": whole, "the rest": whole - alone}


@contextmanager
def clocks() -> Iterator[dict[str, float]]:
    """Put a clock around each stage; give the dictionary it adds to. A stage's time is its own:
    what a stage within it takes is not counted twice.
    """
    used: dict[str, float] = defaultdict(float)
    running: list[float] = []
    before = [(place, name, getattr(place, name)) for _, place, name in STAGES]
    for stage, place, name in STAGES:
        setattr(place, name, clocked(getattr(place, name), stage, used, running))
    try:
        yield used
    finally:
        for place, name, function in before:
            setattr(place, name, function)


def clocked(
    function: Callable[..., Any], stage: str, used: dict[str, float], running: list[float]
) -> Callable[..., Any]:
    """Wrap a stage. running: for each stage that is being timed, what others within it took."""

    def timed(*args: Any, **words: Any) -> Any:
        running.append(0.0)
        begun_s = time.process_time()
        try:
            return function(*args, **words)
        finally:
            took_s = time.process_time() - begun_s
            used[stage] += took_s - running.pop()
            if running:
                running[-1] += took_s

    return timed


if __name__ == "__main__":
    sys.exit(run_module(sys.modules[__name__]))
