"""A scenario through the real core, with no socket, no disk and no event loop between.

In: a scenario and a seed. Out: a `Played`: truth, events and pictures, in memory. The bytes are
those that go over the wires, put through the same intake, in the order and with the times of
receipt of lockstep; people and effector models have the consoles of `consoles`. What is left out is
what carries: sockets, HTTP, the recording. Channels are models, which confirm or fail as the
scenario says. That all else is what lockstep over real sockets gives, to the bit, is a test.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import vedette
from vedette import pipeline, record
from vedette.base.constants import NS_PER_S
from vedette.config.kinds import PIECED_FEEDS
from vedette.config.site import Site
from vedette.evaluation.consoles import Desk, finish, take_consoles
from vedette.feeds import Intake
from vedette.kernels.loading import load_compiler
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.compact import RecordedPicture, compact
from vedette.model.events import (
    Event,
    ServiceStarted,
    WarningCleared,
    WarningEscalated,
    WarningRaised,
)
from vedette.model.picture import AirPicture
from vedette.service.clocks import SteppedClock
from vedette.service.lockstep import ordered
from vedette.simulator.play import LOOK_STEPS, Play, make_play
from vedette.simulator.scenario import ChannelSpec, LoadedScenario
from vedette.simulator.truth import TruthSteps
from vedette.simulator.world import STEP_S

PICTURE_PERIOD_NS = int(record.PICTURE_PERIOD_S * NS_PER_S)
# How often the core may step: at every step of the world, as in lockstep, or less often, but before
# people and models look, once a second.
STEPS_S = (STEP_S, 2.0 * STEP_S, LOOK_STEPS * STEP_S)
Told = WarningRaised | WarningEscalated | WarningCleared
Watch = Callable[[pipeline.Inputs, AirPicture], None]


@dataclass(slots=True)
class ChannelModels:
    """MODELS of the channels that warnings go out by. waiting: what they have not answered yet.

    ids: webhooks, then the other channels. named: those of each zone that names any. specs: how
    those of the scenario behave.
    """

    ids: list[str]
    named: dict[str, list[str]]
    specs: dict[str, ChannelSpec]
    waiting: list[Delivery] = field(default_factory=list)

    def send(self, event: Told) -> None:
        """Take what goes out for each of its zone's channels; all where the zone names none."""
        named = self.named.get(event.zone_id) or self.ids
        self.waiting += [self._answer(event, name) for name in self.ids if name in named]

    def _answer(self, event: Told, channel: str) -> Delivery:
        spec = self.specs.get(channel, ChannelSpec(id=channel))
        return Delivery(
            warning_id=event.warning_id,
            revision=event.revision,
            channel=channel,
            delivered=not spec.fails,
            t_recv_ns=event.t_ns + int(spec.latency_s * NS_PER_S),
            detail=spec.fault,
        )

    def due(self, now_ns: int) -> list[Delivery]:
        """Give what has been answered by now, in order of the sending."""
        if not self.waiting:
            return []
        due = [delivery for delivery in self.waiting if delivery.t_recv_ns <= now_ns]
        self.waiting = [delivery for delivery in self.waiting if delivery.t_recv_ns > now_ns]
        return due


@dataclass(slots=True)
class Chain:
    """The real core of one site, stepped from memory.

    pictures: as a recording would hold them. watch: is told of every step's inputs and picture.
    """

    site: Site
    clock: SteppedClock
    intake: Intake
    streams: frozenset[str]
    assembled: pipeline.Pipeline
    state: pipeline.State
    channels: ChannelModels
    arrived: list[Arrival] = field(default_factory=list)
    picture: AirPicture | None = None
    events: list[Event] = field(default_factory=list)
    pictures: list[RecordedPicture] = field(default_factory=list)
    watch: Watch | None = None

    def now_ns(self) -> int:
        """Give the time shown to people."""
        return self.clock.now_ns()

    def take(self, t_ns: int, packets: Sequence[tuple[str, bytes]]) -> None:
        """Go on to t_ns and take in what sensors sent before it: (feed id, bytes)."""
        sent_ns = self.clock.now_ns()
        for feed, data in packets:
            self.intake.put(Arrival(feed=feed, t_recv_ns=sent_ns, data=data))
        self.clock.set(t_ns)
        self.arrived += ordered(self.intake.drain(), self.streams, t_ns)

    def follow(self) -> None:
        """Do a step with all that has been taken in since the last."""
        arrivals, self.arrived = self.arrived, []
        self.step(arrivals)

    def step(
        self, arrivals: Sequence[Arrival] = (), commands: Sequence[Command] = ()
    ) -> list[Event]:
        """Do one step at the clock's time; give its events."""
        now_ns = self.clock.now_ns()
        inputs = pipeline.Inputs(arrivals, commands, self.channels.due(now_ns))
        self.state, picture = pipeline.step(self.assembled, self.state, inputs, now_ns)
        self.picture = picture
        if self.watch is not None:
            self.watch(inputs, picture)
        self.events += picture.events
        if not self.pictures or now_ns - self.pictures[-1].t_ns >= PICTURE_PERIOD_NS:
            self.pictures.append(_kept(compact(picture)))
        for event in picture.events:
            if isinstance(event, Told):
                self.channels.send(event)
        return picture.events


def _kept(picture: RecordedPicture) -> RecordedPicture:
    """Take a compact picture out of the live tables, which the next step changes."""
    for name in RecordedPicture.__slots__:
        value = getattr(picture, name)
        if hasattr(value, "copy"):
            setattr(picture, name, value.copy())
    return picture


@dataclass(slots=True)
class Played:
    """A run that has come to its end."""

    play: Play
    chain: Chain
    truth: TruthSteps


def play_directly(
    loaded: LoadedScenario,
    seed: int,
    attended: bool = True,
    watch: Watch | None = None,
    step_s: float = STEP_S,
) -> Played:
    """Play a scenario to its end through the real core. Raises VedetteError for a wrong login.

    step_s: how often the core steps: one of STEPS_S; the world always goes by STEP_S.
    """
    every = round(step_s / STEP_S)
    load_compiler()
    play, chain, truth = make_play(loaded, seed), make_chain(loaded), TruthSteps()
    chain.watch = watch
    take_consoles(play, Desk(chain), attended)
    steps = 0
    while not play.is_over:
        packets = play.step()
        truth.record(play.world)
        chain.take(play.world.t_ns, packets)
        steps += 1
        if steps % every == 0 or play.is_over:
            chain.follow()
        if steps % LOOK_STEPS == 0:
            finish(play.look())
    return Played(play, chain, truth)


def make_chain(loaded: LoadedScenario) -> Chain:
    """Set up the core of a scenario's site at the scenario's start, its streams connected."""
    site, clock = loaded.site, SteppedClock(loaded.start_ns)
    intake = Intake(site, clock.now_ns)
    streams = frozenset(feed.id for feed in site.feeds if feed.kind in PIECED_FEEDS)
    for feed in streams:
        intake.put(Arrival(feed=feed, t_recv_ns=loaded.start_ns, kind="opened"))
    assembled = pipeline.assemble(site)
    return Chain(
        site=site,
        clock=clock,
        intake=intake,
        streams=streams,
        assembled=assembled,
        state=pipeline.start(assembled),
        channels=ChannelModels(
            ids=[
                *sorted(webhook.id for webhook in site.webhooks),
                *sorted(channel.id for channel in site.channels),
            ],
            named={zone.id: zone.channels for zone in site.zones if zone.channels},
            specs={spec.id: spec for spec in loaded.scenario.channels},
        ),
        events=[_started(loaded)],
    )


def _started(loaded: LoadedScenario) -> ServiceStarted:
    """Say what the service says first."""
    return ServiceStarted(
        t_ns=loaded.start_ns,
        version=vedette.__version__,
        site=loaded.site.name,
        site_sha256=record.site_sha256(loaded.site_path.read_text("utf-8")),
    )
