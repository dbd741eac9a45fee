"""Warnings to channels outside: each zone's own, retried, and confirmed or not, one by one.

In: warnings raised and escalated, and their all-clear. Out: one Delivery a channel and revision, by
callback. Nothing here blocks a step: every channel has its own
bounded queue and task, and one that hangs holds up no other.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol

from vedette.config.site import Site
from vedette.model.commands import Delivery
from vedette.model.enums import Mode
from vedette.model.events import WarningCleared, WarningEscalated, WarningRaised

TRIES_MAX = 3
PAUSE_S = (0.5, 1.5)  # between the tries: people have some ninety seconds, the sum stays under ten
QUEUE_MAX = 100  # warnings of one channel not yet sent; then the oldest is given up
OUTCOMES = DELIVERED, FAILED, RETRIED = ("delivered", "failed", "retried")
CLOSE_S = 2.0  # what is in hand when the service stops may still leave

Warned = WarningRaised | WarningEscalated
Change = WarningRaised | WarningEscalated | WarningCleared


class Sender(Protocol):
    """How one channel is spoken to."""

    @property
    def id(self) -> str:
        """The channel's key in the site file."""

    async def send(self, event: Change, site: Site, now_ns: int) -> tuple[str, bool]:
        """Try once: (fault, "" for none; whether another try may help).

        site: with the zones as they stood when it was issued.
        """

    async def close(self) -> None:
        """Let go of what the channel holds."""


@dataclass(slots=True)
class _Channel:
    """One channel: what waits, and the task that sends it."""

    sender: Sender
    waiting: deque[tuple[Change, Site]] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Delivering:
    """All channels of one family. Use as `async with`; `send` never blocks."""

    def __init__(
        self,
        site: Site,
        senders: Sequence[Sender],
        deliver: Callable[[Delivery], None],
        now_ns: Callable[[], int],
    ) -> None:
        """deliver: told of every success and failure. now_ns: the service's time."""
        self._deliver = deliver
        self._now_ns = now_ns
        self.site = site  # with the zones that stand: whoever runs it keeps it so
        self._channels = {sender.id: _Channel(sender) for sender in senders}
        # Each channel has all three from the start: a counter that appears with its first failure
        # has no rise that an alarm could see.
        self.counts: dict[tuple[str, str], int] = {
            (sender.id, outcome): 0 for sender in senders for outcome in OUTCOMES
        }

    async def __aenter__(self) -> "Delivering":
        """Start a task a channel."""
        for channel in self._channels.values():
            channel.idle.set()
            channel.task = asyncio.create_task(self._run(channel))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let what is in hand leave for a moment, then stop. What is left is not confirmed."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self.settled()
        except TimeoutError:
            pass  # unconfirmed: it is sent again when the recording is taken up
        tasks = [c.task for c in self._channels.values() if c.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for channel in self._channels.values():
            await channel.sender.close()

    def send(self, event: Change, already: frozenset[str] = frozenset()) -> None:
        """Queue a warning, or its all-clear, for the channels its zone names; all if it names none.

        already: channels that have taken or refused it before. A full queue gives up its oldest,
        which counts as not delivered.
        """
        own = next((zone.channels for zone in self.site.zones if zone.id == event.zone_id), [])
        named = frozenset(own or self._channels)
        for channel_id in sorted(named & self._channels.keys() - already):
            channel = self._channels[channel_id]
            channel.waiting.append((event, self.site))
            while len(channel.waiting) > QUEUE_MAX:
                self._confirm(channel, channel.waiting.popleft()[0], "the queue is full")
            channel.idle.clear()
            channel.wake.set()

    def depths(self) -> dict[str, int]:
        """Say how many warnings wait for each channel."""
        return {name: len(channel.waiting) for name, channel in self._channels.items()}

    async def settled(self) -> None:
        """Wait until every warning in hand is confirmed or given up."""
        for channel in self._channels.values():
            await channel.idle.wait()

    def _confirm(self, channel: _Channel, event: Change, fault: str) -> None:
        """Say that a warning was delivered, or why not."""
        self.counts[channel.sender.id, FAILED if fault else DELIVERED] += 1
        self._deliver(
            Delivery(
                warning_id=event.warning_id,
                revision=event.revision,
                channel=channel.sender.id,
                delivered=not fault,
                t_recv_ns=self._now_ns(),
                detail=fault,
            )
        )

    async def _run(self, channel: _Channel) -> None:
        while True:
            await channel.wake.wait()
            channel.wake.clear()
            while channel.waiting:
                event, site = channel.waiting.popleft()
                self._confirm(channel, event, await self._try(channel.sender, event, site))
            channel.idle.set()

    async def _try(self, sender: Sender, event: Change, site: Site) -> str:
        """Try to deliver; give the fault, or "" when the receiver took it."""
        fault = ""
        for attempt in range(TRIES_MAX):
            if attempt:
                self.counts[sender.id, RETRIED] += 1
                await asyncio.sleep(PAUSE_S[attempt - 1])
            fault, again = await sender.send(event, site, self._now_ns())
            if not again:
                break
        return fault


def mode_of(site: Site, event: Change) -> Mode:
    """Say what marks a warning: the site's mode, or that its cause was simulated."""
    if site.mode is not Mode.LIVE:
        return site.mode
    is_simulated = not isinstance(event, WarningCleared) and event.simulated
    return Mode.SIMULATED if is_simulated else Mode.LIVE
