"""A whole quiet day, 24 hours: how often anybody was disturbed for nothing.

python -m benchmarks.quiet_day [--json]

It takes half an hour of one core. VEDETTE_QUIET_DAY=DIR reads what a run that is over left in DIR
(`vedette demo scenarios/quiet_day.toml --headless --fast --unattended --report DIR`).
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.figures import REPOSITORY, Figure, run_module, vedette

NAME = "quiet_day"
TITLE = "A quiet day"
TEXT = """Twenty-four hours at a small airfield with nobody at the console: an airliner high up each
hour, light aircraft in the circuit by day, the field's own drone every three hours, birds always.
The real service over real sockets in lockstep, seed 1. Nothing may be warned of."""
COMMAND = "python -m benchmarks.quiet_day"
NEEDS = ""

SCENARIO, SCENARIO_QUICK = "quiet_day", "quiet_stretch"
WARNED = ("WarningRaised", "WarningEscalated")
HEALTHY = ("ok", "never_heard")


def figures(quick: bool) -> list[Figure]:
    """Measure, or read what was measured, and put into words."""
    done = os.environ.get("VEDETTE_QUIET_DAY")
    if done is not None:
        return told(Path(done))
    path = REPOSITORY / "scenarios" / f"{SCENARIO_QUICK if quick else SCENARIO}.toml"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        words = ("--headless", "--fast", "--unattended", "--report", folder)
        vedette("demo", path, *words, may_fail=True)
        return told(folder)


def told(folder: Path) -> list[Figure]:
    """Put a run's report into words."""
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text())
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    hours = (summary["truth"]["end_ns"] - summary["truth"]["start_ns"]) / 3.6e12
    found = {verdict["name"]: verdict["value"] for verdict in summary["expect"]}
    met = sum(verdict["passed"] for verdict in summary["expect"])
    worse = [e for e in events if e["event"] == "SourceHealthChanged" and e["after"] not in HEALTHY]
    warned = sum(e["event"] in WARNED for e in events)
    tracks = sum(e["event"] == "TrackStarted" for e in events)
    return [
        Figure("hours", f"{hours:.1f}"),
        Figure("expectations met", f"{met} of {len(summary['expect'])}", f"{len(found)}"),
        Figure("zones warned", f"{found['zones_warned_max']}", "0"),
        Figure("warnings raised and escalated", str(warned), "0"),
        Figure("civil or friendly ever SUSPECT or HOSTILE",
               f"{found['civil_or_friend_suspect_max']}", "0"),
        Figure("birds ever SUSPECT or HOSTILE", f"{found['birds_suspect_max']}", "0"),
        Figure("tracks", str(tracks)),
        Figure("times a healthy sensor was called sick", f"{len(worse)}"),
    ]  # fmt: skip


if __name__ == "__main__":
    run_module(sys.modules[__name__])
