"""Ports for a run beside others."""

import asyncio
import fcntl
import os
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from vedette import feeds, server
from vedette.config.check_wires import LISTENING_OUTPUTS
from vedette.config.kinds import MQTT_FEEDS, UDP_FEEDS
from vedette.config.site import Feed, Site
from vedette.outputs.publishing import Publishing
from vedette.outputs.surroundings import Surroundings


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Keep other demos of this user from choosing ports until ours are listened on.

    A port is found free before it is taken: two that start together would both find the same.
    """
    with _lock_path().open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_path() -> Path:
    return Path(tempfile.gettempdir()) / f"vedette-ports-{os.getuid()}.lock"


async def refuse_taken(site: Site, host: str, port: int) -> None:
    """Raise VedetteError where page, feeds or outputs cannot listen, before a recording begins.

    A recording that a failed start leaves behind would be taken up as if by a crash.
    """
    server.refuse_taken(host, port)
    intake = feeds.Intake(site, time.time_ns)
    listening = [output for output in site.outputs if output.kind in LISTENING_OUTPUTS]
    around = Surroundings(
        msgspec.structs.replace(site, outputs=listening),
        time.time_ns,
        intake.put,
        lambda feed, data, peer: False,
    )
    async with feeds.open_feeds(site, intake, time.time_ns), Publishing(around):
        pass
    await asyncio.sleep(0)  # the loop closes what it was told to close when it comes round


def free_ports(site: Site) -> dict[str, int]:
    """Give each feed of a site a free port on loopback, by feed id; a broker stays where it is."""
    with ExitStack() as stack:
        return {
            feed.id: feed.port if feed.kind in MQTT_FEEDS else _bound(feed, 0, stack)
            for feed in site.feeds
        }


def available_ports(site: Site) -> dict[str, int]:
    """Give each feed its own port, or where another program has that, a free one; by feed id.

    A broker is another program, and stays where it is.
    """
    with ExitStack() as stack:
        ports: dict[str, int] = {}
        for feed in site.feeds:
            if feed.kind in MQTT_FEEDS:
                ports[feed.id] = feed.port
                continue
            try:
                ports[feed.id] = _bound(feed, feed.port, stack)
            except OSError:
                ports[feed.id] = _bound(feed, 0, stack)
        return ports


def _bound(feed: Feed, port: int, stack: ExitStack) -> int:
    """Bind a port while the others are chosen; give its number."""
    kind = socket.SOCK_DGRAM if feed.kind in UDP_FEEDS else socket.SOCK_STREAM
    probe = stack.enter_context(socket.socket(type=kind))
    if kind is socket.SOCK_STREAM:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind((feed.host, port))
    number: int = probe.getsockname()[1]
    return number
