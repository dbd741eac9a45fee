"""The doctor's sockets: every feed and output opened by itself, so that one fault hides no other.

Beside the feeds' own ports it listens on those near them: bytes that go to a port nearby are
named. Nothing is sent to anybody; a connection that we would make is made, and closed again.
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import msgspec

from vedette import feeds
from vedette.base.errors import VedetteError
from vedette.config.kinds import FILE_FEED, LISTENING_FEEDS, UDP_FEEDS
from vedette.config.site import Feed, Output, Site, Webhook
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.trying import Tried, look, probe, send_test, send_test_to_webhook
from vedette.service.clocks import SystemClock

NEAR_PORTS = 5  # on either side: what a slip of one digit, or of one line in a table, gives
HEALTH_S = 2.0
HEALTH_BYTES_MAX = 1 << 22


@dataclass(slots=True)
class Nearby:
    """What came to a port near a feed's own: how many datagrams, and the first."""

    count: int = 0
    first: bytes = b""


@dataclass(slots=True)
class Opened:
    """What could be opened, and why the rest could not, by source.

    nearby: by feed, what came to ports near its own. tried: by channel or webhook, what was done.
    """

    faults: dict[str, str] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    nearby: dict[str, dict[int, Nearby]] = field(default_factory=dict)
    tried: dict[str, Tried] = field(default_factory=dict)


@contextlib.asynccontextmanager
async def open_all(
    site: Site, intake: feeds.Intake, clock: SystemClock, test_channels: bool = False
) -> AsyncIterator[Opened]:
    """Open each feed and output of a site; close them on leaving.

    test_channels: channels and webhooks are sent a marked test, not only looked at.
    """
    opened = Opened()
    async with contextlib.AsyncExitStack() as stack:
        for feed in site.feeds:
            await _open_feed(site, feed, intake, clock, stack, opened)
        for output in site.outputs:
            await _open_output(site, output, intake, clock, stack, opened)
        await _try_channels(site, clock, opened, test_channels)
        yield opened


async def _try_channels(
    site: Site, clock: SystemClock, opened: Opened, test_channels: bool
) -> None:
    """Try every channel and webhook at once, so that a dead one costs the others no time."""
    now_ns = clock.now_ns()

    async def hook_tried(hook: Webhook) -> Tried:
        if test_channels:
            return await send_test_to_webhook(site, hook, now_ns)
        return Tried(await probe(*_address(hook)), "it answers")

    names = [hook.id for hook in site.webhooks] + [channel.id for channel in site.channels]
    work = [hook_tried(hook) for hook in site.webhooks]
    work += [
        send_test(site, channel, now_ns) if test_channels else look(site, channel)
        for channel in site.channels
    ]
    opened.tried = dict(zip(names, await asyncio.gather(*work), strict=True))


def no_file(feed: Feed) -> str:
    """Say why the document of a feed cannot be read; nothing where it can."""
    path = Path(feed.path or "")
    if not path.is_file():
        return f"{path}: there is no such file"
    return "" if os.access(path, os.R_OK) else f"{path}: this user may not read it"


async def _open_feed(
    site: Site,
    feed: Feed,
    intake: feeds.Intake,
    clock: SystemClock,
    stack: contextlib.AsyncExitStack,
    opened: Opened,
) -> None:
    alone = msgspec.structs.replace(site, feeds=[feed], outputs=[])
    if feed.kind not in LISTENING_FEEDS:
        why = no_file(feed) if feed.kind == FILE_FEED else await probe(feed.host, feed.port)
        if why:
            opened.faults[feed.id] = why
    try:
        await stack.enter_async_context(feeds.open_feeds(alone, intake, clock.now_ns))
    except VedetteError as error:
        opened.faults[feed.id] = str(error).removeprefix(f"feed {feed.id}: ")
        if _is_taken(error):
            opened.taken.add(feed.id)
    if feed.kind in UDP_FEEDS and feed.group is None:
        opened.nearby[feed.id] = await _listen_nearby(site, feed, stack)


def _is_taken(error: VedetteError) -> bool:
    cause = error.__cause__
    return isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE


def _address(hook: Webhook) -> tuple[str, int]:
    parts = urlsplit(hook.url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


class _Near(asyncio.DatagramProtocol):
    """Counts the datagrams of one port."""

    def __init__(self, found: Nearby) -> None:
        self._found = found

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._found.count += 1
        self._found.first = self._found.first or data


async def _listen_nearby(
    site: Site, feed: Feed, stack: contextlib.AsyncExitStack
) -> dict[int, Nearby]:
    """Listen on the free ports near a feed's own that the site file gives to nobody."""
    named = {other.port for other in site.feeds}
    found: dict[int, Nearby] = {}
    loop = asyncio.get_running_loop()
    for port in range(feed.port - NEAR_PORTS, feed.port + NEAR_PORTS + 1):
        if port in named or not 0 < port < 65_536:
            continue
        near = Nearby()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                partial(_Near, near),
                local_addr=(feed.host, port),
                family=socket.AF_INET,
            )
        except OSError:
            continue  # another program's: what comes there is meant for that
        stack.callback(transport.close)
        found[port] = near
    return found


async def _open_output(
    site: Site,
    output: Output,
    intake: feeds.Intake,
    clock: SystemClock,
    stack: contextlib.AsyncExitStack,
    opened: Opened,
) -> None:
    alone = msgspec.structs.replace(site, outputs=[output])
    around = Surroundings(alone, clock.now_ns, intake.put, lambda feed, data, peer: False)
    try:
        await stack.enter_async_context(Publishing(around))
    except VedetteError as error:
        opened.faults[output.id] = str(error).removeprefix(f"output {output.id}: ")


async def running_service(site: Site) -> tuple[str, dict[str, Any] | None, list[dict[str, Any]]]:
    """Ask whether a service answers on the site's own port: its URL, its health, its sources.

    None where nothing that speaks like one answers; no sources where it wants a login.
    """
    own = site.service
    scheme = "https" if own.tls_certificate else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(own.host, own.host)
    url = f"{scheme}://{host}:{own.port}"
    try:
        async with httpx.AsyncClient(timeout=HEALTH_S, verify=False) as client:
            health = await _json(client, f"{url}/api/health")
            if health is None or not {"picture_age_s", "error"} & health.keys():
                return url, None, []
            picture = await _json(client, f"{url}/api/picture?tracks=0") or {}
    except httpx.HTTPError:
        return url, None, []
    sources = picture.get("sources", [])
    return url, health, sources if isinstance(sources, list) else []


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    answer = await client.get(url)
    if len(answer.content) > HEALTH_BYTES_MAX:
        return None
    try:
        found = msgspec.json.decode(answer.content)
    except msgspec.DecodeError:
        return None
    return found if isinstance(found, dict) else None
