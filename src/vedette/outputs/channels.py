"""Warnings and their all-clear by apprise, by MQTT, and as CAP 1.2: one sender a kind.

Libraries are loaded with the first channel that needs them, never before.
"""

import asyncio
import os
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from vedette.base.errors import VedetteError
from vedette.codecs import cap
from vedette.codecs.cot import site_uid
from vedette.config.site import Channel, Site
from vedette.config.tls import client_context
from vedette.model.commands import Delivery
from vedette.model.events import Event, WarningCleared, WarningEscalated, WarningRaised
from vedette.outputs.delivering import Change, Delivering, mode_of
from vedette.outputs.webhook import Poster, told_json
from vedette.outputs.words import words

CHAINS_MAX = 64  # warnings whose CAP messages are still known, as many as the stage remembers


class Channels(Delivering):
    """All channels of a site."""

    def __init__(
        self, site: Site, deliver: Callable[[Delivery], None], now_ns: Callable[[], int]
    ) -> None:
        """Raises VedetteError where a channel's library is absent, or its files or URL no good."""
        self._senders = [_KINDS[channel.kind](site, channel) for channel in site.channels]
        super().__init__(site, self._senders, deliver, now_ns)

    def remember(self, events: Iterable[Event]) -> None:
        """Take note of what was told before a restart, oldest first: later alerts refer to it."""
        for event in events:
            if isinstance(event, WarningRaised | WarningEscalated | WarningCleared):
                for sender in self._senders:
                    if isinstance(sender, _Cap):
                        sender.chain(event)


class _Apprise:
    """One apprise URL. Its plugins block, so they run in two threads of their own."""

    def __init__(self, site: Site, channel: Channel) -> None:
        try:
            import apprise
        except ImportError:
            raise VedetteError(
                f"channel {channel.id}: apprise is not installed: pip install 'vedette[notify]'"
            ) from None
        self._channel = channel
        self._target = apprise.Apprise()
        if not self._target.add(channel.url or ""):
            raise VedetteError(f"channel {channel.id}: apprise does not know this kind of url")
        self._threads = ThreadPoolExecutor(2, thread_name_prefix=f"channel {channel.id}")
        self._busy = 0

    @property
    def id(self) -> str:
        return self._channel.id

    async def send(self, event: Change, site: Site, now_ns: int) -> tuple[str, bool]:
        if self._busy >= 2:
            return "earlier messages have not left yet", True
        title, body = words(site, event)
        call = asyncio.get_running_loop().run_in_executor(self._threads, self._notify, title, body)
        self._busy += 1
        call.add_done_callback(self._done)
        try:
            async with asyncio.timeout(self._channel.timeout_s):
                taken = await asyncio.shield(call)
        except TimeoutError:
            return f"no answer within {self._channel.timeout_s:g} s", True
        except OSError as error:
            return f"{type(error).__name__}: {error}"[:200], True
        return ("", False) if taken else ("apprise could not deliver it", True)

    def _notify(self, title: str, body: str) -> bool:
        return bool(self._target.notify(title=title, body=body))

    def _done(self, call: "asyncio.Future[bool]") -> None:
        self._busy -= 1
        if not call.cancelled():
            call.exception()  # it has been told, or the try that waited for it is over

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


class _Mqtt:
    """One broker: a message a change, confirmed by the broker (QoS 1), and kept by it (retained)
    so that a siren that joins later knows what holds."""

    def __init__(self, site: Site, channel: Channel) -> None:
        self._channel = channel
        self._tls: ssl.SSLContext | None = client_context(
            f"channel {channel.id}", channel.tls_ca, channel.tls_certificate, channel.tls_key
        )

    @property
    def id(self) -> str:
        return self._channel.id

    async def send(self, event: Change, site: Site, now_ns: int) -> tuple[str, bool]:
        import aiomqtt

        channel = self._channel
        topic = channel.topic or f"vedette/{channel.id}/warnings/{event.zone_id}"
        try:
            async with (
                asyncio.timeout(channel.timeout_s),
                aiomqtt.Client(
                    channel.host,
                    channel.port,
                    username=channel.user,
                    password=channel.password,
                    tls_context=self._tls,
                    timeout=channel.timeout_s,
                ) as client,
            ):
                await client.publish(topic, self._payload(event, site, now_ns), qos=1, retain=True)
        except TimeoutError:
            return f"no answer within {channel.timeout_s:g} s", True
        except (aiomqtt.MqttError, OSError) as error:
            return f"{type(error).__name__}: {error}"[:200], True
        return "", False

    def _payload(self, event: Change, site: Site, now_ns: int) -> bytes:
        """Give what the relay understands, or the JSON of a webhook."""
        is_over = isinstance(event, WarningCleared)
        plain = self._channel.payload_all_clear if is_over else self._channel.payload_warning
        return plain.encode() if plain is not None else told_json(site, event, now_ns)

    async def close(self) -> None:
        """Nothing is kept open between two messages."""


class _Cap:
    """CAP 1.2 alerts: files in a folder, or HTTP POST."""

    def __init__(self, site: Site, channel: Channel) -> None:
        self._channel = channel
        self._uid = site_uid(site)
        self._chains: dict[int, list[cap.Sent]] = {}
        self._poster = Poster(channel.timeout_s)
        if channel.folder is not None and not Path(channel.folder).is_dir():
            raise VedetteError(f"channel {channel.id}: {channel.folder}: there is no such folder")

    @property
    def id(self) -> str:
        return self._channel.id

    def chain(self, event: Change) -> tuple[cap.Sent, list[cap.Sent]]:
        """Give the message of a change and those before it, and remember it."""
        own = cap.sent_of(event, self._uid)
        chain = self._chains.setdefault(event.warning_id, [])
        before = chain[: chain.index(own)] if own in chain else list(chain)
        if own not in chain:
            chain.append(own)
        while len(self._chains) > CHAINS_MAX:
            del self._chains[next(iter(self._chains))]
        return own, before

    async def send(self, event: Change, site: Site, now_ns: int) -> tuple[str, bool]:
        own, before = self.chain(event)
        alert = cap.write_alert(
            site,
            event,
            own,
            before,
            self._channel.sender or "",
            self._channel.languages or ["en"],
            mode_of(site, event),
        )
        if self._channel.folder is not None:
            path = Path(self._channel.folder) / f"{own.identifier}.xml"
            return await asyncio.to_thread(_written, path, alert)
        assert self._channel.url is not None
        return await self._poster.post(
            self._channel.url,
            alert,
            {"Content-Type": cap.MEDIA_TYPE, "User-Agent": "vedette"},
        )

    async def close(self) -> None:
        await self._poster.close()


def _written(path: Path, data: bytes) -> tuple[str, bool]:
    """Write a file whole or not at all: (fault, whether another try may help)."""
    part = path.with_suffix(".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        return f"{path}: {error.strerror or error}"[:200], True
    return "", False


_KINDS: dict[str, Callable[[Site, Channel], Any]] = {
    "apprise": _Apprise,
    "mqtt": _Mqtt,
    "cap": _Cap,
}
