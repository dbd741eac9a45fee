"""UDP out, to a host or a multicast group: what every output of datagrams is built on.

UDP tells nobody whether it arrived; what the system refuses to send is counted.
"""

import asyncio
import socket
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from vedette.base.errors import VedetteError
from vedette.config.site import Output
from vedette.outputs.surroundings import Surroundings

HOPS = 1  # multicast stays within the site's own network unless a router is told otherwise


class Datagrams:
    """One socket of one output. Use as `async with`."""

    def __init__(self, output: Output, around: Surroundings) -> None:
        """output: its table of the site file."""
        self._output, self._around = output, around
        self._socket: socket.socket | None = None

    async def __aenter__(self) -> Self:
        """Open the socket. Raises VedetteError where the host is not known."""
        output = self._output
        try:
            self._socket = await asyncio.to_thread(_open_sender, output)
        except OSError as error:
            where = f"{output.group or output.host}:{output.port}"
            raise VedetteError(
                f"output {output.id}: cannot send to UDP {where}: {error.strerror or error}"
            ) from error
        self._around.tell(output, "opened")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the socket."""
        assert self._socket is not None
        self._socket.close()

    def waiting(self) -> tuple[int, int]:
        """Nothing waits: what the system does not take at once is dropped and counted."""
        return 0, 0

    def send(self, datagrams: Iterable[bytes]) -> int:
        """Send each; give how many the system refused (full, or refused by the other host)."""
        assert self._socket is not None
        sent = unsent = 0
        for data in datagrams:
            try:
                self._socket.send(data)
                sent += 1
            except OSError:  # UDP gives no better answer
                unsent += 1
        self._around.wrote(self._output, sent)
        return unsent

    def send_or_say(self, datagrams: Iterable[bytes]) -> None:
        """Send each, and say what the system refused."""
        unsent = self.send(datagrams)
        if unsent:
            self._around.tell(self._output, "shed", unsent)


def _open_sender(output: Output) -> socket.socket:
    """Open a UDP socket that sends to an output's host, or its group by the interface `host`."""
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sender.setblocking(False)
        if output.group is not None:
            interface = socket.inet_aton(socket.gethostbyname(output.host))
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, HOPS)
        sender.connect((output.group or output.host, output.port))
    except OSError:
        sender.close()
        raise
    return sender
