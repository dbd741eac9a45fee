"""How the kernel finds out that a peer is gone that hung up without a word: power cut, cable out.

Of itself it asks after two hours; until then a dead receiver looks like a quiet sky.
"""

import asyncio
import socket

PROBE_AFTER_S, PROBE_EVERY_S, PROBES = 10, 5, 3  # of a silent peer, by the kernel
UNACKNOWLEDGED_MS = 25_000  # what was sent and not acknowledged for so long: the peer is gone


def watch_over(writer: asyncio.StreamWriter) -> None:
    """Have the kernel find out within half a minute that a peer is gone, silent or spoken to."""
    connection = writer.get_extra_info("socket")
    if connection is None:
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    wanted = (
        ("TCP_KEEPIDLE", PROBE_AFTER_S),
        ("TCP_KEEPINTVL", PROBE_EVERY_S),
        ("TCP_KEEPCNT", PROBES),
        ("TCP_USER_TIMEOUT", UNACKNOWLEDGED_MS),
    )
    for name, value in wanted:
        option = getattr(socket, name, None)  # not every system has each
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)
