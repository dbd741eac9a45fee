"""Warnings by HTTP POST: each warned zone's channels, signed, retried, and confirmed or not.

In: WarningRaised and WarningEscalated events. Out: one Delivery a channel and revision, by
callback. Nothing here blocks a step: every channel has its own bounded queue and task. What a
receiver gets is the site's own words; what it answers is never read beyond the status.
"""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.config.site import Site, Webhook
from vedette.model.commands import Delivery
from vedette.model.enums import Mode
from vedette.model.events import WarningEscalated, WarningRaised

if TYPE_CHECKING:
    import httpx

SCHEMA = 1
TRIES_MAX = 3
PAUSE_S = (0.5, 1.5)  # between the tries: people have some ninety seconds, the sum stays under ten
QUEUE_MAX = 100  # warnings of one channel not yet sent; then the oldest is given up
CLOSE_S = 2.0  # what is in hand when the service stops may still leave
NS_PER_US = 1000
# Statuses worth another try; any other answer that is not 2xx will not change by asking again.
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})

Warned = WarningRaised | WarningEscalated


@dataclass(slots=True)
class _Channel:
    """One webhook: what waits, and the task that sends it."""

    webhook: Webhook
    waiting: deque[Warned] = field(default_factory=deque)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None


class Webhooks:
    """All webhooks of a site. Use as `async with`; `send` never blocks."""

    def __init__(
        self, site: Site, deliver: Callable[[Delivery], None], now_ns: Callable[[], int]
    ) -> None:
        """deliver: told of every success and failure. now_ns: the service's time."""
        self._site = site
        self._deliver = deliver
        self._now_ns = now_ns
        self._zone_channels = {zone.id: frozenset(zone.channels) for zone in site.zones}
        self._channels = {webhook.id: _Channel(webhook) for webhook in site.webhooks}

    async def __aenter__(self) -> "Webhooks":
        """Start a task a webhook."""
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

    def depths(self) -> dict[str, int]:
        """Say how many warnings wait for each webhook."""
        return {name: len(channel.waiting) for name, channel in self._channels.items()}

    def send(self, event: Warned, already: frozenset[str] = frozenset()) -> None:
        """Queue a warning for its zone's webhooks: those the zone names, all if it names none.

        already: channels that have taken or refused it before. A full queue gives up its oldest,
        which counts as not delivered.
        """
        named = self._zone_channels.get(event.zone_id) or frozenset(self._channels)
        for channel_id in sorted(named & self._channels.keys() - already):
            channel = self._channels[channel_id]
            channel.waiting.append(event)
            while len(channel.waiting) > QUEUE_MAX:
                self._confirm(channel, channel.waiting.popleft(), "the queue is full")
            channel.idle.clear()
            channel.wake.set()

    async def settled(self) -> None:
        """Wait until every warning in hand is confirmed or given up."""
        for channel in self._channels.values():
            await channel.idle.wait()

    def _confirm(self, channel: _Channel, event: Warned, fault: str) -> None:
        """Say that a warning was delivered, or why not."""
        self._deliver(
            Delivery(
                warning_id=event.warning_id,
                revision=event.revision,
                channel=channel.webhook.id,
                delivered=not fault,
                t_recv_ns=self._now_ns(),
                detail=fault,
            )
        )

    async def _run(self, channel: _Channel) -> None:
        await channel.wake.wait()
        import httpx  # a tenth of a second, which the first picture need not wait for

        async with httpx.AsyncClient(
            follow_redirects=False, trust_env=False, timeout=channel.webhook.timeout_s
        ) as client:
            while True:
                await channel.wake.wait()
                channel.wake.clear()
                while channel.waiting:
                    event = channel.waiting.popleft()
                    self._confirm(channel, event, await self._post(client, channel, event))
                channel.idle.set()

    async def _post(self, client: "httpx.AsyncClient", channel: _Channel, event: Warned) -> str:
        """Try to deliver; give the fault, or "" when the receiver took it."""
        fault = ""
        for attempt in range(TRIES_MAX):
            if attempt:
                await asyncio.sleep(PAUSE_S[attempt - 1])
            body = msgspec.json.encode(message(self._site, event, self._now_ns()))
            fault, again = await _try_once(client, channel.webhook, event, body, self._now_ns())
            if not again:
                break
        return fault


async def _try_once(
    client: "httpx.AsyncClient", webhook: Webhook, event: Warned, body: bytes, now_ns: int
) -> tuple[str, bool]:
    """POST once; give the fault ("" for none) and whether another try may help."""
    import httpx

    headers = _headers(webhook, event, body, now_ns)
    try:
        async with asyncio.timeout(webhook.timeout_s):
            async with client.stream("POST", webhook.url, content=body, headers=headers) as answer:
                status = answer.status_code
    except TimeoutError:
        return f"no answer within {webhook.timeout_s:g} s", True
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return f"{type(error).__name__}: {error}"[:200], True
    if 200 <= status < 300:
        return "", False
    return f"answered {status}", status in TRY_AGAIN


def _headers(webhook: Webhook, event: Warned, body: bytes, now_ns: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vedette",
        # The same for every try of one revision: a receiver tells repeats by it.
        "X-Vedette-Delivery": f"{event.warning_id}-{event.revision}-{webhook.id}",
    }
    if webhook.secret is not None:
        t_s = now_ns // NS_PER_S
        headers["X-Vedette-Signature"] = f"t={t_s},v1={signature(webhook.secret, t_s, body)}"
    return headers


def signature(secret: str, t_s: int, body: bytes) -> str:
    """Sign a body: HMAC-SHA256 (RFC 2104) over "t_s.body", in hexadecimal.

    t_s: Unix seconds, part of what is signed, so that an old message cannot be sent again as new.
    """
    return hmac.new(secret.encode(), f"{t_s}.".encode() + body, hashlib.sha256).hexdigest()


def message(site: Site, event: Warned, now_ns: int) -> dict[str, Any]:
    """Make what a receiver gets: who must do what, how long they have, and whether it is real.

    seconds_left_s counts from `t_us`; `seconds_left_now_s` is what is left of it at `sent_us`.
    Whatever is not live is marked in `mode` and at the head of the text to be spoken.
    """
    mode = _mode(site, event)
    passed_s = max(0.0, (now_ns - event.t_ns) / NS_PER_S)
    spoken = event.spoken
    if mode is not Mode.LIVE and mode.value not in spoken:
        spoken = f"{mode.value}. {spoken}"
    return {
        "schema": SCHEMA,
        "kind": "warning",
        "mode": mode.value,
        "simulated": mode is not Mode.LIVE,
        "site": site.name,
        "warning_id": event.warning_id,
        "revision": event.revision,
        "level": event.level.value,
        "zone_id": event.zone_id,
        "zone_name": event.zone_name,
        "spoken": spoken,
        "reason": event.reason,
        "cause": event.cause,
        "track_ids": list(event.track_ids),
        "seconds_left_s": event.seconds_left_s,
        "seconds_left_now_s": max(0.0, event.seconds_left_s - passed_s),
        "t_us": event.t_ns // NS_PER_US,
        "t_detect_us": event.t_detect_ns // NS_PER_US,
        "sent_us": now_ns // NS_PER_US,
    }


def _mode(site: Site, event: Warned) -> Mode:
    if site.mode is not Mode.LIVE:
        return site.mode
    return Mode.SIMULATED if event.simulated else Mode.LIVE
