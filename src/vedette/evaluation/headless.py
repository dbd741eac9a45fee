"""A scenario run to its end with nobody looking, and judged by what it leaves behind."""

import asyncio
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numba
import numpy as np
from tqdm import tqdm

import vedette
from vedette import record
from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.base.rfc3339 import format_rfc3339
from vedette.evaluation.expect import Verdict, judge
from vedette.service.clocks import Clock, SteppedClock, SystemClock
from vedette.service.live import Place, Service
from vedette.service.ports import free_ports
from vedette.service.report import write_report
from vedette.simulator import drive
from vedette.simulator.channels import Channels, failing
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.transports import Transports

TELL_S = 5.0  # off a terminal, between two lines of progress


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """summary.json: what was run, and how it did against what the scenario expects."""

    scenario: str
    seed: int
    attended: bool
    start: str
    end: str
    passed: bool
    expect: list[Verdict]
    versions: dict[str, str]
    truth: dict[str, Any]


def run_headless(
    path: Path,
    seed: int,
    report: Path | None,
    fast: bool,
    attended: bool,
    site_path: Path | None = None,
) -> int:
    """Run a scenario to its end; leave everything in `report`; say what was met and what not.

    site_path: of another site than the scenario's own.

    Returns 0 only if every expectation was met. Raises VedetteError where `report` already holds a
    recording.
    """
    loaded = load_scenario(path, site_path)
    if report is not None:
        return _told(run_into(loaded, seed, report, fast, attended))
    with tempfile.TemporaryDirectory() as folder:
        return _told(run_into(loaded, seed, Path(folder), fast, attended))


def _told(summary: Summary) -> int:
    for verdict in summary.expect:
        mark = "met    " if verdict.passed else "NOT MET"
        _say(f"{mark} {verdict.name}: {verdict.value} (bound {verdict.bound})")
    return 0 if summary.passed else 1


def run_into(
    loaded: LoadedScenario, seed: int, folder: Path, fast: bool, attended: bool, quiet: bool = False
) -> Summary:
    """Run a scenario to its end into a folder and judge it. quiet: without a progress bar.

    Raises VedetteError where the folder holds a recording.
    """
    recording = folder / "recording"
    if record.is_recording(recording):
        raise VedetteError(f"{recording}: holds a recording: choose another --report folder")
    folder.mkdir(parents=True, exist_ok=True)
    notes = asyncio.run(_run(loaded, seed, folder, fast, attended, quiet))
    write_report(recording, folder)
    verdicts = judge(loaded, folder, attended)
    summary = _summary(loaded, seed, recording, attended, verdicts, notes)
    data = msgspec.json.format(msgspec.json.encode(summary), indent=1)
    (folder / "summary.json").write_bytes(data)
    return summary


async def _run(
    loaded: LoadedScenario, seed: int, folder: Path, fast: bool, attended: bool, quiet: bool
) -> dict[str, Any]:
    """Run service and simulator, each with its own ends of the sockets between them."""
    ports = free_ports(loaded.site)
    clock: Clock = (
        SteppedClock(loaded.start_ns)
        if fast
        else SystemClock(loaded.start_ns - SystemClock().now_ns())
    )
    site_toml = loaded.site_path.read_text("utf-8")
    async with (
        Channels(loaded.site, failing=failing(loaded.scenario)) as channels,
        Transports(loaded.site, ports) as transports,
        Service(channels.readdressed(site_toml), folder / "recording", clock, ports) as service,
    ):
        with _progress(loaded.scenario.duration_s, quiet) as show:
            drive_it = _lockstep if fast else _paced
            return await drive_it(
                service,
                loaded=loaded,
                seed=seed,
                url=await service.listen(Place(port=0)),
                transports=transports,
                attended=attended,
                truth_path=folder / "truth.parquet",
                on_progress=show,
                on_missing=None if quiet else _say,
            )


@contextmanager
def _progress(duration_s: float, quiet: bool) -> Iterator[drive.Progress]:
    """Give what tells how far a run has come: a bar at a terminal, else lines now and then."""
    with tqdm(total=int(duration_s), unit="s", disable=quiet or None) as bar:
        told_s = time.monotonic()

        def show(done_s: float, total_s: float) -> None:
            nonlocal told_s
            bar.update(int(done_s) - bar.n)
            if bar.disable and not quiet and time.monotonic() - told_s >= TELL_S:
                told_s = time.monotonic()
                _say(f"  {done_s:.0f} of {total_s:.0f} s")

        yield show


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _lockstep(service: Service, **words: Any) -> dict[str, Any]:
    lockstep = service.lockstep()
    server, port = await lockstep.listen()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(lockstep.run())
            return await drive.run(**words, control=("127.0.0.1", port))
    finally:
        server.close()


async def _paced(service: Service, **words: Any) -> dict[str, Any]:
    assert isinstance(service.clock, SystemClock)
    async with asyncio.TaskGroup() as group:
        group.create_task(service.run_live())
        notes = await drive.run(**words, offset_ns=service.clock.offset_ns)
        service.stop()
    return notes


def _summary(
    loaded: LoadedScenario,
    seed: int,
    recording: Path,
    attended: bool,
    verdicts: list[Verdict],
    notes: dict[str, Any],
) -> Summary:
    session = record.session(recording)
    end_ns = loaded.start_ns + int(loaded.scenario.duration_s * NS_PER_S)
    return Summary(
        scenario=loaded.scenario.name,
        seed=seed,
        attended=attended,
        start=format_rfc3339(session.started_ns),
        end=format_rfc3339(session.last_ns or end_ns),
        passed=bool(verdicts) and all(verdict.passed for verdict in verdicts),
        expect=verdicts,
        versions={
            "vedette": vedette.__version__,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "numba": numba.__version__,
        },
        truth=notes,
    )
