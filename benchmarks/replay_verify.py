"""A recorded demo done again and proved bit for bit: how long that takes.

python -m benchmarks.replay_verify [--quick] [--json]
"""

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import SCENARIO, Figure, run_module, spread, vedette

NAME = "replay_verify"
TITLE = "Replay, verified"
TEXT = """`vedette replay --verify` on the recording of a headless demo: every recorded input goes
through the pipeline again, every picture and event is compared with what was put out then."""
COMMAND = "python -m benchmarks.replay_verify"
NEEDS = ""

RUNS, RUNS_QUICK = 3, 1


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        words = ("--headless", "--fast", "--seed", "1", "--report", folder)
        vedette("demo", SCENARIO, *words, may_fail=True)
        recording = folder / "recording"
        size = sum(path.stat().st_size for path in recording.rglob("*") if path.is_file())
        notes: dict[str, Any] = json.loads((folder / "summary.json").read_text())["truth"]
        recorded_s = (notes["end_ns"] - notes["start_ns"]) * 1e-9
        runs = [verify_once(recording) for _ in range(RUNS_QUICK if quick else RUNS)]
    seconds = [took_s for took_s, _ in runs]
    verdict = runs[0][1]
    identical = sum(run[1]["identical"] for run in runs)
    return [
        Figure("bit-identical", f"{identical} of {len(runs)} times", f"{len(runs)}"),
        Figure("steps, events", f"{verdict['steps']:,}, {verdict['events']:,}"),
        Figure("recorded", f"{recorded_s:.0f} s, {size / 1e6:.1f} MB"),
        Figure("time to verify, the whole command", spread(seconds)),
        Figure("times real time", f"{recorded_s / min(seconds):.1f}"),
    ]


def verify_once(recording: Path) -> tuple[float, dict[str, Any]]:
    """Verify a recording; give the seconds it took and the verdict."""
    begun_s = time.perf_counter()
    done = vedette("replay", recording, "--verify", "--json", may_fail=True)
    return time.perf_counter() - begun_s, json.loads(done.stdout)


if __name__ == "__main__":
    run_module(sys.modules[__name__])
