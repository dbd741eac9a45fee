"""Ports for a run beside others."""

import socket
from contextlib import ExitStack

from vedette.config.site import Site


def free_ports(site: Site) -> dict[str, int]:
    """Give each feed of a site a free port on loopback, by feed id."""
    ports: dict[str, int] = {}
    with ExitStack() as stack:
        for feed in site.feeds:
            kind = socket.SOCK_STREAM if feed.kind.endswith("_tcp") else socket.SOCK_DGRAM
            probe = stack.enter_context(socket.socket(type=kind))
            probe.bind(("127.0.0.1", 0))
            ports[feed.id] = probe.getsockname()[1]
    return ports
