"""Doing a recording again: to prove it, or to show it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

import vedette
from vedette import pipeline, record, server
from vedette.base.constants import NS_PER_S
from vedette.base.errors import VedetteError
from vedette.base.measures import Measures
from vedette.config.load import parse_site
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.enums import Mode
from vedette.model.events import Event
from vedette.service import story
from vedette.service.live import Place

SPEED_MIN, SPEED_MAX = 0.1, 1000.0


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a recording, done again, gives what it gave.

    identical: every step's picture and events are the recorded ones to the bit, and nothing in
    the record is damaged. first_difference: the step number, or None.
    """

    identical: bool
    steps: int
    differing_steps: int
    first_difference: int | None
    events: int
    damage: list[str]
    recorded_with: str
    replayed_with: str

    def in_words(self) -> str:
        """Say it to a person."""
        if self.identical:
            return f"bit-identical: {self.steps} steps, {self.events} events"
        differ = f"{self.differing_steps} of {self.steps} steps that could be done again differ"
        reasons = [*self.damage, differ] if self.steps or not self.damage else self.damage
        lines = [f"NOT identical: {reasons[0]}", *reasons[1:]]
        if self.first_difference is not None:
            lines.append(f"first at step {self.first_difference}")
        if self.recorded_with != self.replayed_with:
            lines.append(f"recorded with {self.recorded_with}, replayed with {self.replayed_with}")
        return "\n".join(lines)


def verify(folder: Path) -> Verdict:
    """Re-execute every step of a recording and compare with what it put out."""
    session = record.session(folder)
    again = pipeline.assemble(parse_site(record.site_text(folder), "site.toml"))
    state = pipeline.start(again)
    damage = record.changes(folder)
    differing: list[int] = []
    steps = events = 0
    for step in record.read(folder):
        inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
        state, picture = pipeline.step(again, state, inputs, step.now_ns)
        steps += 1
        events += len(picture.events)
        if record.digest(picture) != step.digest:
            differing.append(step.number)
    return Verdict(
        identical=not differing and not damage and steps > 0,
        steps=steps,
        differing_steps=len(differing),
        first_difference=differing[0] if differing else None,
        events=events,
        damage=damage,
        recorded_with=session.version,
        replayed_with=vedette.__version__,
    )


class Replay:
    """A recording as a service that shows and takes no commands (server.Service)."""

    def __init__(self, folder: Path) -> None:
        """Read the recording's site and start before its first step."""
        self.folder = folder
        self.site = parse_site(record.site_text(folder), "site.toml")
        self._pipeline = pipeline.assemble(self.site)
        self._state = pipeline.start(self._pipeline)
        self._now_ns = record.session(folder).started_ns
        self.hub = server.Hub(self.site, self, Mode.REPLAY)

    async def run(self, speed_ratio: float) -> None:
        """Do every step at its time; speed_ratio times as fast as it was."""
        loop = asyncio.get_running_loop()
        begun_s, first_ns = loop.time(), None
        for step in record.read(self.folder):
            first_ns = step.now_ns if first_ns is None else first_ns
            due_s = begun_s + (step.now_ns - first_ns) / NS_PER_S / speed_ratio
            await asyncio.sleep(max(due_s - loop.time(), 0.0))
            inputs = pipeline.Inputs(step.arrivals, step.commands, step.deliveries)
            self._now_ns = step.now_ns
            self._state, picture = pipeline.step(self._pipeline, self._state, inputs, step.now_ns)
            self.hub.publish(picture)

    def now_ns(self) -> int:
        """Give the recording's time."""
        return self._now_ns

    async def submit(self, command: Command) -> list[Event]:
        """Refuse: what was, was."""
        raise VedetteError("this is a replay: nothing can be changed")

    def deliver(self, delivery: Delivery) -> None:
        """Ignore that a replayed warning was shown: its own delivery is in the record."""

    def arrive(self, arrival: Arrival) -> None:
        """Ignore new detections: the replay has its own."""

    def is_flooded(self, feed: str, data: bytes) -> bool:
        """Turn nothing away: what comes is ignored."""
        return False

    def refused(self, source: str, reason: str, count: int) -> None:
        """Ignore what a door refused: the replay has its own."""

    async def incident_html(self) -> str:
        """Tell the whole recording's incident."""
        return story.as_html(await asyncio.to_thread(story.tell, self.folder))

    async def statement(self) -> str:
        """Draft the whole recording's statement."""
        return story.as_statement(await asyncio.to_thread(story.tell, self.folder))

    def exhibits(self) -> Path | None:
        """Take none."""
        return None

    def audit(self, act: Act) -> None:
        """Ignore what is done at a replay: its record is closed."""

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Give the recording's audit trail."""
        return await asyncio.to_thread(story.acts, self.folder, after, limit)

    def measures(self) -> Measures:
        """Nothing waits in a replay."""
        return Measures()


async def show(folder: Path, port: int, speed_ratio: float, say: Callable[[str], None]) -> None:
    """Serve a recording on the display until it has ended, then keep its last picture.

    Raises VedetteError for a speed outside 0.1 to 1000.
    """
    if not SPEED_MIN <= speed_ratio <= SPEED_MAX:
        raise VedetteError(f"--speed {speed_ratio}: choose {SPEED_MIN} to {SPEED_MAX:.0f}")
    replay = Replay(folder)
    place = Place(port=port, hint="This is a replay: look, nothing can be changed.")
    options = server.Options(host=place.host, hint=place.hint)
    app = server.make_app(replay.hub, replay.site, server.Accounts([]), options)
    listening = await server.serve(app, place.host, place.port)
    say(f"REPLAY of {folder}: {listening.url}   (stop with Ctrl-C)")
    try:
        await replay.run(speed_ratio)
        say("the recording has ended; its last picture stays until Ctrl-C")
        await asyncio.Event().wait()
    finally:
        await listening.stop()
