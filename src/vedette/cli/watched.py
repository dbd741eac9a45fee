"""A demo that people watch: real pace, the page open, taken up again after a crash."""

import argparse
import asyncio
import contextlib
import math
import signal
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path

from vedette import record, server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.cli.starting import end_start
from vedette.cli.words import say
from vedette.service.clocks import SystemClock
from vedette.service.live import Place, Service
from vedette.service.ports import available_ports, one_at_a_time
from vedette.service.recordings import latest_or_new, takes_up
from vedette.simulator.channels import Channels, failing
from vedette.simulator.scenario import LoadedScenario, load_scenario
from vedette.simulator.transports import Transports

HINT = "Demo accounts: amal and basim, password vedette-demo"


def run_watched(path: Path, args: argparse.Namespace) -> int:
    """Show the scenario on the page until Ctrl-C."""
    loaded = load_scenario(path, args.site)
    if args.from_s >= loaded.scenario.duration_s:
        last_s = math.floor(loaded.scenario.duration_s) - 1
        raise VedetteError(
            f"--from-s {args.from_s:g}: the scenario lasts {loaded.scenario.duration_s:g} s;"
            f" choose {last_s} or less"
        )
    with contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_watch(loaded, args))
    return 0


async def _watch(loaded: LoadedScenario, args: argparse.Namespace) -> None:
    site_toml = loaded.site_path.read_text("utf-8")
    place = Place(port=args.port, hint=HINT)
    server.refuse_taken(place.host, place.port)
    folder = _folder(loaded, args, site_toml)
    clock = SystemClock(_offset_ns(loaded, args.from_s))
    this_task = asyncio.current_task()
    assert this_task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, this_task.cancel)
    async with AsyncExitStack() as stack:
        with one_at_a_time():
            fail = failing(loaded.scenario)
            await stack.enter_async_context(Channels(loaded.site, as_stated=True, failing=fail))
            ports = available_ports(loaded.site)
            transports = await stack.enter_async_context(Transports(loaded.site, ports))
            service = await stack.enter_async_context(Service(site_toml, folder, clock, ports))
        url = await service.listen(place)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        say(f"{loaded.scenario.name} (SIMULATED): {url}   (stop with Ctrl-C)")
        say(HINT)
        if not args.no_open:
            webbrowser.open(url)
        group.create_task(service.run_live())
        await asyncio.sleep(0)  # the first picture, before the simulator is even loaded
        end_start()
        from vedette.simulator import drive

        offset_ns = clock.offset_ns
        await drive.run(
            loaded,
            args.seed,
            url=url,
            transports=transports,
            attended=False,
            offset_ns=offset_ns,
            on_missing=say,
        )
        say("the scenario has ended; the picture stays live until Ctrl-C")


def _folder(loaded: LoadedScenario, args: argparse.Namespace, site_toml: str) -> Path:
    """Choose the recording: one cut off by a crash while its scenario still runs, or a new one."""
    root = args.state / f"{loaded.path.stem}-seed{args.seed}"
    folder = latest_or_new(root, site_toml)
    if takes_up(folder, site_toml) and _is_over(loaded, folder):
        session = record.session(folder)
        say(f"{folder}: cut off at {session.last_ns}, its scenario is over; a new one begins")
        return latest_or_new(root, "")
    return folder


def _is_over(loaded: LoadedScenario, folder: Path) -> bool:
    now_ns = SystemClock(record.session(folder).clock_offset_ns).now_ns()
    return now_ns > loaded.start_ns + int(loaded.scenario.duration_s * NS_PER_S)


def _offset_ns(loaded: LoadedScenario, from_s: float) -> int:
    """Say how far the scenario's time is ahead of the system's."""
    return loaded.start_ns + int(from_s * NS_PER_S) - SystemClock().now_ns()
