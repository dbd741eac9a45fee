"""Killed in the middle: how long until the picture is back. And how long a start takes.

python -m benchmarks.restart [--quick] [--json]
"""

import signal
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.figures import Figure, run_module, spread
from benchmarks.live_demo import LiveDemo

NAME = "restart"
TITLE = "Start, and start again after kill -9"
TEXT = """A live demo is killed with SIGKILL while it holds tracks and a warning, and started again
with the same words. Back means that `GET /api/picture` returns tracks it returned before; how many
of them is the figure below. A start is timed the same way. Warm: programs and compiled kernels are
in the file cache. Cold: no compiled kernel is found, as before `make setup`. A first track takes
two scans of a radar at least."""
COMMAND = "python -m benchmarks.restart"
NEEDS = ""

KILLS, KILLS_QUICK = 5, 1
STARTS, STARTS_QUICK = 5, 2
FROM_S = "120"  # of the scenario: both drones are tracked, the first warning stands
HELD_S = 4.0  # until a snapshot and more lie behind


class Kill(NamedTuple):
    """One kill and restart."""

    back_s: float
    tracks: int
    kept: int
    records_lost: int
    warnings_lost: int
    warnings_repeated: int


def journalled(state: Path) -> list[tuple[int, str]]:
    """Read what the journal holds, by sequence number."""
    database = next(state.rglob("journal.sqlite"))
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT seq, json FROM events ORDER BY seq").fetchall()


def track_ids(picture: dict[str, Any]) -> set[int]:
    """List the tracks of a picture."""
    return {track["track_id"] for track in picture["tracks"]}


def warning_ids(picture: dict[str, Any]) -> list[int]:
    """List the warnings of a picture."""
    return [warning["warning_id"] for warning in picture["warnings"]]


def kill_once(folder: Path) -> Kill:
    """Kill a demo that warns, start it again and compare."""
    state = folder / "state"
    with LiveDemo(state, "--from-s", FROM_S) as demo:
        demo.wait_for(lambda picture: bool(picture["warnings"]))
        time.sleep(HELD_S)
        before = demo.ask("/api/picture")
        demo.stop(signal.SIGKILL)
    rows, tracks = journalled(state), track_ids(before)
    with LiveDemo(state, "--from-s", FROM_S, port=demo.port) as again:
        back_s = again.wait_for(lambda picture: bool(tracks & track_ids(picture)))
        picture = again.ask("/api/picture")
        after = warning_ids(picture)
    kept = set(journalled(state))
    return Kill(
        back_s=back_s,
        tracks=len(tracks),
        kept=len(tracks & track_ids(picture)),
        records_lost=sum(row not in kept for row in rows),
        warnings_lost=len(set(warning_ids(before)) - set(after)),
        warnings_repeated=len(after) - len(set(after)),
    )


def start_once(folder: Path) -> float:
    """Start a demo with nothing to take up; give the seconds until its first picture."""
    with LiveDemo(folder / "state") as demo:
        return demo.wait_for(lambda picture: True)


def start_cold(folder: Path) -> float:
    """Start a demo that finds no compiled kernels; give the seconds until its first tracks."""
    empty = {"NUMBA_CACHE_DIR": str(folder / "kernels")}
    with LiveDemo(folder / "state", "--from-s", FROM_S, environment=empty) as demo:
        return demo.wait_for(lambda picture: bool(picture["tracks"]), timeout_s=600.0)


def start_to_tracks(folder: Path) -> float:
    """Start a demo with compiled kernels; give the seconds until its first tracks."""
    with LiveDemo(folder / "state", "--from-s", FROM_S) as demo:
        return demo.wait_for(lambda picture: bool(picture["tracks"]))


def repeated(times: int, what: Any) -> list[Any]:
    """Do something in a fresh folder, several times."""
    found = []
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            found.append(what(Path(name)))
    return found


def figures(quick: bool) -> list[Figure]:
    """Measure and put into words."""
    times = STARTS_QUICK if quick else STARTS
    starts = repeated(1 + times, start_once)[1:]
    tracked, cold = repeated(times, start_to_tracks), repeated(1, start_cold)
    kills: list[Kill] = repeated(KILLS_QUICK if quick else KILLS, kill_once)
    return [
        Figure(f"warm start to the first picture, {len(starts)} times", spread(starts, 2), "2 s"),
        Figure("warm start to the first track", spread(tracked, 2)),
        Figure("cold start to the first track, kernels compiled on the way", f"{cold[0]:.0f} s"),
        Figure(
            f"killed to the picture back, {len(kills)} times",
            spread([kill.back_s for kill in kills], 2),
            "2 s",
        ),
        Figure("tracks before", spread([kill.tracks for kill in kills], 0, "")),
        Figure("of them in the first picture", spread([kill.kept for kill in kills], 0, "")),
        Figure("journalled records lost", str(sum(kill.records_lost for kill in kills)), "0"),
        Figure("warnings lost", str(sum(kill.warnings_lost for kill in kills)), "0"),
        Figure("warnings repeated", str(sum(kill.warnings_repeated for kill in kills)), "0"),
    ]


if __name__ == "__main__":
    run_module(sys.modules[__name__])
