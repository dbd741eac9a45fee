"""The service while it runs: feeds in, steps, pictures out, people's commands between.

Everything happens on one event loop. A step is never interrupted: it takes what has arrived,
records, and only then publishes, warns and answers.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import msgspec

from vedette import codecs, feeds, server, warning, zones
from vedette.base.constants import NS_PER_S
from vedette.base.measures import Measures
from vedette.config.exercise import Inject
from vedette.config.kinds import PIECED_FEEDS
from vedette.config.site import Site, Zone
from vedette.model.acts import Act, ActRow
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.enums import Mode
from vedette.model.events import (
    CommandRefused,
    Event,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
    ZoneRemoved,
    ZoneSet,
)
from vedette.model.picture import AirPicture
from vedette.outputs.channels import Channels
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.webhook import Webhooks
from vedette.service import report, story
from vedette.service.clocks import Clock, SteppedClock, SystemClock
from vedette.service.core import Core
from vedette.service.exercise import Exercise
from vedette.service.lockstep import Lockstep

REFUSALS_MAX = 256  # distinct (source, reason) kept between two steps


@dataclass(slots=True, frozen=True)
class Place:
    """Where the page is served, and what is said beside the login.

    accounts: the accounts file, beside the site file's people.
    """

    host: str = "127.0.0.1"
    port: int = 8420
    hint: str = ""
    accounts: Path | None = None


class Service:
    """One site being watched. Use as `async with`."""

    def __init__(
        self,
        site_toml: str,
        folder: Path,
        clock: Clock | None = None,
        ports: Mapping[str, int] | None = None,
        plan: Sequence[Inject] = (),
    ) -> None:
        """folder: of the recording, begun or taken up. clock: the system's if none is given.

        ports: of feeds, where they are not the site file's (a demo beside another). plan: what
        happens in an exercise.
        """
        self.clock = clock or SystemClock()
        stepped = isinstance(self.clock, SteppedClock)
        self.core = Core(site_toml, folder, self.clock, "lockstep" if stepped else "system")
        self.site = self.core.site
        self.folder = folder
        self._ports = dict(ports or {})
        self.intake = feeds.Intake(self.site, self.clock.now_ns)
        self.hub = server.Hub(self.site, self)
        training = self.site.mode is Mode.EXERCISE
        self.exercise = Exercise(self.site, plan, self.clock.now_ns) if training else None
        told = self._told = self._site_told()
        self.webhooks = Webhooks(told, self.deliver, self.clock.now_ns)
        self.channels = Channels(told, self.deliver, self.clock.now_ns)
        self.feeds: feeds.OpenFeeds | None = None
        self.around = Surroundings(told, self.clock.now_ns, self.intake.put, self._send)
        self.publishing = Publishing(self.around)
        self._deliveries: list[Delivery] = []
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._written_ns = 0
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> "Service":
        """Open the feeds and say again what a crash left unsaid."""
        await self._open.__aenter__()
        await self._open.enter_async_context(self.webhooks)
        await self._open.enter_async_context(self.channels)
        self.feeds = await self._open.enter_async_context(
            feeds.open_feeds(self._site_here(), self.intake, self.clock.now_ns)
        )
        await self._open.enter_async_context(self.publishing)
        self.hub.restore_events(self.core.told)
        if self.core.picture is not None:
            self._tell_of(zones.in_force(self.core.picture.zones))
        self._say_what_was_left_unsaid()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close feeds and page; finish the recording unless the program failed."""
        await self._open.aclose()
        if error is None or not isinstance(error, Exception):
            self.core.close()  # else it stays unfinished, to be taken up and looked into

    def _site_here(self) -> Site:
        """Give the site with the ports its feeds use in this run."""
        here = [
            msgspec.structs.replace(feed, port=self._ports.get(feed.id, feed.port))
            for feed in self.site.feeds
        ]
        return msgspec.structs.replace(self.site, feeds=here)

    def _site_told(self) -> Site:
        """Give the site as it is told outside: in an exercise not at all, unless it says so."""
        if self.site.mode is not Mode.EXERCISE or self.site.exercise.outside:
            return self.site
        return msgspec.structs.replace(self.site, webhooks=[], channels=[], outputs=[])

    async def listen(self, place: Place) -> str:
        """Serve the page and the API; give the URL."""
        own = self.site.service
        tls = (own.tls_certificate, own.tls_key) if own.tls_certificate and own.tls_key else None
        options = server.Options(
            host=place.host,
            host_names=tuple(own.host_names),
            tls=tls is not None,
            hint=place.hint,
            exercise=self.exercise,
        )
        accounts = server.Accounts(self.site.people, place.accounts)
        app = server.make_app(self.hub, self.site, accounts, options)
        listening = await server.serve(app, place.host, place.port, tls=tls)
        self._open.push_async_callback(listening.stop)
        return listening.url

    def stop(self) -> None:
        """End `run_live` after the step in hand."""
        self._stopping.set()
        self._wake.set()

    async def run_live(self) -> None:
        """Step whenever something has arrived, and at least every `idle_step_s`."""
        limits = self.site.service
        loop = asyncio.get_running_loop()
        self.intake.on_arrival(self._wake.set)
        while not self._stopping.is_set():
            begun_s = loop.time()
            self.step(self.clock.now_ns(), self.intake.drain())
            spare_s = limits.step_s - (loop.time() - begun_s)
            await asyncio.sleep(max(spare_s, 0.0))
            self._wake.clear()
            if not self.intake.waiting:
                await self._wait(limits.idle_step_s - limits.step_s)

    async def _wait(self, longest_s: float) -> None:
        try:
            async with asyncio.timeout(max(longest_s, 0.0)):
                await self._wake.wait()
        except TimeoutError:
            return

    def lockstep(self) -> Lockstep:
        """Make the follower of a simulator that drives this service."""
        assert isinstance(self.clock, SteppedClock)
        clock = self.clock

        def follow(t_ns: int, arrivals: list[Arrival]) -> None:
            clock.set(t_ns)
            self.step(t_ns, arrivals)

        streams = frozenset(feed.id for feed in self.site.feeds if feed.kind in PIECED_FEEDS)
        return Lockstep(self.intake, streams, follow, self._settled)

    async def _settled(self) -> None:
        """Wait until every channel has answered for what it was given."""
        await self.webhooks.settled()
        await self.channels.settled()

    def step(
        self, now_ns: int, arrivals: list[Arrival], commands: tuple[Command, ...] = ()
    ) -> list[Event]:
        """Do one step; publish and warn; give its events."""
        deliveries, self._deliveries = self._deliveries, []
        arrivals = [*arrivals, *self._turned_away(now_ns), *self._written(now_ns)]
        if self.exercise is not None:
            arrivals = self.exercise.arrivals(now_ns, arrivals)
        picture = self.core.step(now_ns, arrivals, commands, deliveries)
        if self.exercise is not None:
            self.exercise.note(picture)
        with self.core.timed("publish"):
            self._tell(picture)
        self._answer(now_ns)
        return picture.events

    def _answer(self, now_ns: int) -> None:
        """Send what the step's messages are answered with; what nobody takes is counted."""
        for answer in codecs.answers(self.core.state.decoders):
            if not self._send(answer.feed, answer.data, answer.peer):
                self.refused(answer.feed, "an answer was not taken", 1)

    def _send(self, feed: str, data: bytes, peer: str | None) -> bool:
        """Speak over a feed's own connection; False where nobody is there."""
        return self.feeds is not None and self.feeds.send(feed, data, peer)

    def _turned_away(self, now_ns: int) -> list[Arrival]:
        refusals, self._refusals = self._refusals, Counter()
        return [
            Arrival(
                feed=source, t_recv_ns=now_ns, kind="refused", data=reason.encode(), count=count
            )
            for (source, reason), count in sorted(refusals.items())
        ]

    def _written(self, now_ns: int) -> list[Arrival]:
        """Say what each output has written, once a second: it is recorded as what arrives is."""
        if now_ns - self._written_ns < NS_PER_S:
            return []
        written = sorted(self.around.written.items())
        self.around.written.clear()
        self._written_ns = now_ns
        return [
            Arrival(feed=output, t_recv_ns=now_ns, kind="sent", count=count)
            for output, count in written
        ]

    def _tell(self, picture: AirPicture) -> None:
        if self.core.untold:
            picture.events[:0] = self.core.untold
            self.core.untold = []
        self.hub.publish(picture)
        standing = self._take_zones(picture)
        self.publishing.publish(picture)
        for event in picture.events:
            if isinstance(event, WarningRaised | WarningEscalated | WarningCleared):
                self.webhooks.send(event)
                self.channels.send(event)
        if standing is not None:
            self._tell_of(standing)

    def _take_zones(self, picture: AirPicture) -> list[Zone] | None:
        """Tell from now on of the zones that stand, None where none was set or removed.

        What was removed is still known while this picture is told: its all-clear is among it.
        """
        if not any(isinstance(event, ZoneSet | ZoneRemoved) for event in picture.events):
            return None
        standing = zones.in_force(picture.zones)
        ids = {zone.id for zone in standing}
        self._tell_of([*standing, *(z for z in self.around.site.zones if z.id not in ids)])
        return standing

    def _tell_of(self, standing: list[Zone]) -> None:
        told = msgspec.structs.replace(self._told, zones=standing)
        self.around.site = self.webhooks.site = self.channels.site = told

    def _say_what_was_left_unsaid(self) -> None:
        """Send again, under its old number, what of each warning nobody has answered for: its last
        revision, which may be the all-clear."""
        latest: dict[int, WarningRaised | WarningEscalated | WarningCleared] = {}
        self.channels.remember([*self.core.told, *self.core.untold])
        for event in [*self.core.told, *self.core.untold]:
            if isinstance(event, WarningRaised | WarningEscalated | WarningCleared):
                latest[event.warning_id] = event
        for event in latest.values():
            already = warning.answered(self.core.state.warning, event.warning_id, event.revision)
            if already is not None:
                self.webhooks.send(event, already)
                self.channels.send(event, already)

    # --- what the server asks of the service (server.Service) ---
    def now_ns(self) -> int:
        """Give the time shown to people."""
        return self.clock.now_ns()

    async def submit(self, command: Command) -> list[Event]:
        """Journal a command and do it, in a step of its own; give what followed."""
        self.core.demand_a_sound_record(command)
        events = self.step(self.clock.now_ns(), [], (command,))
        return [event for event in events if _concerns(event, command)]

    def deliver(self, delivery: Delivery) -> None:
        """Take in that a channel has, or has not, taken a warning."""
        self._deliveries.append(delivery)
        self._wake.set()

    def arrive(self, arrival: Arrival) -> None:
        """Take in detections that came through a door of the server."""
        self.intake.put(arrival)

    def admit(self, feed: str, data: bytes) -> tuple[bytes, Sequence[int]]:
        """Leave out the lines of sensors that are above their rate at a door, and count them."""
        return self.intake.admit(feed, data)

    def refused(self, source: str, reason: str, count: int) -> None:
        """Count what a door of the server turned away; it reaches the record with the next step."""
        key = (source, reason)
        if key not in self._refusals and len(self._refusals) >= REFUSALS_MAX:
            key = (source, "other")
        self._refusals[key] += count

    async def incident_html(self) -> str:
        """Tell the incident so far, from the record."""
        return story.as_html(await asyncio.to_thread(story.tell, self.folder))

    async def statement(self) -> str:
        """Draft the statement, from the record."""
        return story.as_statement(await asyncio.to_thread(story.tell, self.folder))

    async def paper(self, statement: str | None) -> bytes:
        """Give the report so far as PDF, or a statement as people left it."""
        return await asyncio.to_thread(report.paper, self.folder, statement)

    def paper_bar(self) -> str:
        """Say why there can be no PDF."""
        return report.pdf_bar()

    async def tracks(self, ending: str) -> bytes:
        """Give the tracks so far, from the record."""
        return await asyncio.to_thread(report.tracks_as, self.folder, ending)

    def exhibits(self) -> Path | None:
        """Say where exhibits are kept."""
        return self.core.recorder.exhibits

    def audit(self, act: Act) -> None:
        """Record what somebody did; on disk when this returns, unless the disk is full."""
        self.core.recorder.audit(act)

    async def acts(self, after: int, limit: int) -> list[ActRow]:
        """Give the audit trail from the record."""
        return await asyncio.to_thread(story.acts, self.folder, after, limit)

    def measures(self) -> Measures:
        """Say what waits, and how long the stages of a step take."""
        queues = {f"feed {feed}": count for feed, count in self.intake.depths().items()}
        queues |= {f"webhook {name}": count for name, count in self.webhooks.depths().items()}
        queues |= {f"channel {name}": count for name, count in self.channels.depths().items()}
        waiting = self.publishing.waiting()
        queues |= {f"output {name}": items for name, (items, _) in waiting.items()}
        octets = {f"output {name}": size for name, (_, size) in waiting.items()}
        deliveries = {**self.webhooks.counts, **self.channels.counts}
        return Measures(queues, octets, deliveries, self.core.stages)


def _concerns(event: Event, command: Command) -> bool:
    """Say whether an event of a command's step is that command's doing.

    A refusal must bear the command's own id; anything else that names the person does.
    """
    if isinstance(event, CommandRefused):
        return event.command_id == command.command_id
    named = (getattr(event, key, None) for key in ("person", "by"))
    return (
        command.person in named
        or command.person in getattr(event, "persons", ())
        or (
            "Engagement" in type(event).__name__
            and getattr(event, "engagement_id", None) == getattr(command, "engagement_id", None)
        )
    )
