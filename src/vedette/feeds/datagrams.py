"""A socket of datagrams read many at a time: asyncio's own reader takes one each round of the loop.

Under a flood that round, with its look at every socket, costs more than the datagram, and all other
feeds wait. Here up to AT_ONCE are taken each time; then the others have their turn.
"""

import asyncio
import socket
from collections.abc import Callable

DATAGRAM_BYTES_MAX = 65_535
AT_ONCE = 64  # about a third of a millisecond

Take = Callable[[bytes], None]


class _Protocol(asyncio.DatagramProtocol):
    """For event loops that cannot watch a socket (Windows)."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        """Pass over ICMP errors: a listener has sent nothing they could be about."""


async def listen(opened: socket.socket, take: Take) -> Callable[[], None]:
    """Hand each datagram of a bound, non-blocking socket over; give what closes it."""
    loop = asyncio.get_running_loop()
    try:
        loop.add_reader(opened, _read, opened, take)
    except NotImplementedError:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(take), sock=opened)
        return transport.close

    def close() -> None:
        loop.remove_reader(opened)
        opened.close()

    return close


def _read(opened: socket.socket, take: Take) -> None:
    for _ in range(AT_ONCE):
        try:
            data = opened.recv(DATAGRAM_BYTES_MAX)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:  # an ICMP error, as above
            continue
        take(data)
