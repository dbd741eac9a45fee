"""A socket of datagrams read many at a time: asyncio's own reader takes one each round of the loop.

Under a flood that round, with its look at every socket, costs more than the datagram, and all other
feeds wait. Here up to AT_ONCE are taken each time; then the others have their turn. What the
system drops while nobody reads is counted by it, socket by socket, and asked for each time.
"""

import asyncio
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass

DATAGRAM_BYTES_MAX = 65_535
AT_ONCE = 64  # about a third of a millisecond

# Linux: the ninth number that SO_MEMINFO gives of a socket is how many datagrams found no room.
_SO_MEMINFO, _MEMINFO, _DROPS = 55, struct.Struct("=9I"), 8
_DROPS_WRAP = 1 << 32

Take = Callable[[bytes], None]
Lose = Callable[[int], None]


class _Protocol(asyncio.DatagramProtocol):
    """For event loops that cannot watch a socket (Windows)."""

    def __init__(self, take: Take) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._take(data)

    def error_received(self, exc: Exception) -> None:
        """Pass over ICMP errors: a listener has sent nothing they could be about."""


@dataclass(slots=True)
class _Reader:
    """One socket being read. lost: what the system had dropped by the last look."""

    opened: socket.socket
    take: Take
    lose: Lose
    lost: int = 0

    def read(self) -> None:
        """Hand over what waits, at most AT_ONCE; first say what did not find room to wait."""
        lost = dropped(self.opened)
        if lost != self.lost:
            self.lose((lost - self.lost) % _DROPS_WRAP)
            self.lost = lost
        for _ in range(AT_ONCE):
            try:
                data = self.opened.recv(DATAGRAM_BYTES_MAX)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:  # an ICMP error, as above
                continue
            self.take(data)


def dropped(opened: socket.socket) -> int:
    """Say how many datagrams the system has dropped for want of room in a socket's buffer.

    Modulo 2^32; 0 where the system does not tell (other than Linux from 4.12 on).
    """
    if sys.platform != "linux":
        return 0
    try:
        told = opened.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMINFO.size)
    except OSError:
        return 0
    return int(_MEMINFO.unpack(told)[_DROPS]) if len(told) == _MEMINFO.size else 0


async def listen(opened: socket.socket, take: Take, lose: Lose) -> Callable[[], None]:
    """Hand each datagram of a bound, non-blocking socket over; give what closes it.

    lose is told how many the system has dropped since the last time, where there are any.
    """
    loop = asyncio.get_running_loop()
    try:
        loop.add_reader(opened, _Reader(opened, take, lose).read)
    except NotImplementedError:
        transport, _ = await loop.create_datagram_endpoint(lambda: _Protocol(take), sock=opened)
        return transport.close

    def close() -> None:
        loop.remove_reader(opened)
        opened.close()

    return close
