"""Drives a scenario against a running service, joined with it only by real protocols on loopback.

Two modes. Paced: the world follows the wall clock plus an offset; where it starts late (a restart
after a crash) it first makes up, with the engagements already executed done again. Lockstep: the
world goes ahead as fast as the service follows, step by step, over the control port.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.simulator.effectors import Effectors, effector_models
from vedette.simulator.endings import end_notes
from vedette.simulator.interface import Interface
from vedette.simulator.operators import Operator
from vedette.simulator.play import LOOK_STEPS, Play, make_play
from vedette.simulator.scenario import LoadedScenario
from vedette.simulator.transports import CONNECT_S, Transports
from vedette.simulator.world import STEP_NS, World

if TYPE_CHECKING:
    from vedette.simulator.truth import TruthRecorder

PATIENCE_S = 5.0  # with a feed on which the service has not come, where the world does not wait
LATE_NS = NS_PER_S  # a world that starts later than this makes up first

Progress = Callable[[float, float], None]


@dataclass(slots=True)
class Run:
    """One run of a scenario over transports. truth: where it is written down, if anywhere."""

    play: Play
    transports: Transports
    truth: "TruthRecorder | None" = None
    on_progress: Progress | None = None

    @property
    def world(self) -> World:
        """The world that is played."""
        return self.play.world

    @property
    def is_over(self) -> bool:
        """Whether the scenario's time is up."""
        return self.play.is_over

    async def step(self) -> None:
        """Move the world by one step and send what its sensors say."""
        answers = self.play.hear(self.transports.heard())
        await self.transports.send(answers + self.play.step())
        if self.truth is not None:
            self.truth.record(self.world)

    async def look(self) -> None:
        """Let effector models and people look at the picture and act, one after another."""
        await self.play.look()

    def tell_progress(self) -> None:
        """Say how far the scenario has come."""
        if self.on_progress is not None:
            self.on_progress(self.world.elapsed_s, self.play.loaded.scenario.duration_s)


async def run(
    loaded: LoadedScenario,
    seed: int,
    *,
    url: str,
    transports: Transports,
    attended: bool = True,
    control: tuple[str, int] | None = None,
    offset_ns: int = 0,
    truth_path: Path | None = None,
    on_progress: Progress | None = None,
    on_missing: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run a scenario to its end against the service at `url`; give the notes of its truth.

    transports: opened (`async with Transports(site)`) before the service starts, so that it finds
    our ADS-B receiver. attended: with the scenario's scripted operators, else nobody at the
    console (effector models are there all the same, and wait). control: the service's control
    port, for lockstep; None: paced by the wall clock, whose time plus offset_ns is the service's.
    truth_path: where to write `truth.parquet`. on_progress(seconds done, seconds in all).
    on_missing: is told, in words, of a feed on which the service has not come in time; the run goes
    on without it until it comes. In lockstep, where all must arrive, VedetteError says so.
    """
    this = Run(make_play(loaded, seed), transports, on_progress=on_progress)
    world, play = this.world, this.play
    async with AsyncExitStack() as stack:
        await meet(transports, is_lockstep=control is not None, on_missing=on_missing)
        play.effectors = await _log_in_effectors(play, url, stack)
        if attended:
            play.operators = await _log_in_operators(play, url, stack)
        if truth_path is not None:
            from vedette.simulator.truth import TruthRecorder  # pyarrow: not for a watched demo

            this.truth = TruthRecorder(world, truth_path)
        try:
            if control is not None:
                await _lockstep(this, control)
            else:
                await _paced(this, offset_ns)
        finally:
            if this.truth is not None:
                this.truth.close(world, {"scenario": loaded.scenario.name, "seed": seed})
    return end_notes(world)


async def meet(
    transports: Transports, *, is_lockstep: bool, on_missing: Callable[[str], None] | None
) -> None:
    """Meet the service on all feeds; tell on which it has not come.

    Raises VedetteError, which names them, in lockstep, where each must carry all.
    """
    late = await transports.connect(CONNECT_S if is_lockstep else PATIENCE_S)
    if late and is_lockstep:
        raise VedetteError("; ".join(late))
    if on_missing is not None:
        for words in late:
            on_missing(f"{words}; going on without it until it does")


async def _log_in_effectors(this: Play, url: str, stack: AsyncExitStack) -> Effectors | None:
    """Log the effector models in, where the scenario gives them an account."""
    account = this.loaded.scenario.effector_account
    if account is None:
        return None
    session = Interface(url, account.name, account.password, glance=this.glance)
    interface = await stack.enter_async_context(session)
    return effector_models(this.loaded, this.seed, interface)


async def _log_in_operators(this: Play, url: str, stack: AsyncExitStack) -> list[Operator]:
    """Log each scripted person in, with a session of their own."""
    operators = []
    for spec in this.loaded.scenario.operators:
        interface = Interface(url, spec.name, spec.password, glance=this.glance)
        operators.append(Operator(spec, await stack.enter_async_context(interface)))
    return operators


async def _lockstep(this: Run, control: tuple[str, int]) -> None:
    """Lead the service through the scenario, one step at a time."""
    reader, writer = await asyncio.open_connection(*control)

    async def say(message: Mapping[str, Any]) -> None:
        writer.write(json.dumps(message).encode() + b"\n")
        await writer.drain()
        answer = await reader.readline()
        if not answer or not json.loads(answer).get("ok"):
            raise VedetteError(f"the service does not follow: {answer.decode() or 'it is gone'}")

    try:
        steps = 0
        while not this.is_over:
            await this.step()
            steps += 1
            await say({"t_ns": this.world.t_ns, "sent": this.transports.sent()})
            if steps % LOOK_STEPS == 0:
                await this.look()
                this.tell_progress()
        await say({"finish": True})
    finally:
        writer.close()


async def _paced(this: Run, offset_ns: int) -> None:
    """Follow the wall clock, with people and models looking once a second beside it."""
    late_ns = time.time_ns() + offset_ns - this.world.t_ns
    if late_ns > LATE_NS:
        await _make_up(this, this.world.t_ns + late_ns)
    async with asyncio.TaskGroup() as group:
        watch = group.create_task(_every_second(this.look))
        while not this.is_over:
            ahead_ns = this.world.t_ns + STEP_NS - (time.time_ns() + offset_ns)
            if ahead_ns > 0:
                await asyncio.sleep(ahead_ns / NS_PER_S)
            await this.step()
            this.tell_progress()
        watch.cancel()


async def _make_up(this: Run, now_ns: int) -> None:
    """Bring the world to now without its sensors being heard."""
    if this.play.effectors is not None:
        await this.play.effectors.repeat_executed(this.world, now_ns // 1000)
    while this.world.t_ns < now_ns:
        this.world.step()


async def _every_second(look: Callable[[], Awaitable[None]]) -> None:
    """Look at the picture once a second until cancelled; a service that restarts is waited for."""
    while True:
        with suppress(httpx.TransportError):
            await look()
        await asyncio.sleep(1.0)
