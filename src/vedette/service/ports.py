"""Ports for a run beside others."""

import socket
from contextlib import ExitStack

from vedette.config.site import Feed, Site


def free_ports(site: Site) -> dict[str, int]:
    """Give each feed of a site a free port on loopback, by feed id."""
    with ExitStack() as stack:
        return {feed.id: _bound(feed, 0, stack) for feed in site.feeds}


def available_ports(site: Site) -> dict[str, int]:
    """Give each feed its own port, or where another program has that, a free one; by feed id."""
    with ExitStack() as stack:
        ports: dict[str, int] = {}
        for feed in site.feeds:
            try:
                ports[feed.id] = _bound(feed, feed.port, stack)
            except OSError:
                ports[feed.id] = _bound(feed, 0, stack)
        return ports


def _bound(feed: Feed, port: int, stack: ExitStack) -> int:
    """Bind a port while the others are chosen; give its number."""
    kind = socket.SOCK_STREAM if feed.kind.endswith("_tcp") else socket.SOCK_DGRAM
    probe = stack.enter_context(socket.socket(type=kind))
    if kind is socket.SOCK_STREAM:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind((feed.host, port))
    number: int = probe.getsockname()[1]
    return number
