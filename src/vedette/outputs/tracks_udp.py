"""Output kind tracks_udp: one JSON object a track and datagram, to a host or a multicast group.

UDP tells nobody whether it arrived; what the system refuses to send is counted and shown.
"""

import asyncio
import socket
from types import TracebackType
from typing import TYPE_CHECKING

from vedette.base.errors import VedetteError
from vedette.config.site import Output
from vedette.model.arrivals import Arrival
from vedette.model.picture import AirPicture
from vedette.model.told import ToldTrack
from vedette.outputs.pace import Pace
from vedette.outputs.track_lines import FORMATS

if TYPE_CHECKING:
    from vedette.outputs.publishing import Surroundings

HOPS = 1  # multicast stays within the site's own network unless a router is told otherwise


class TracksUdp:
    """Use as `async with`. Sends each track once in `period_s`."""

    def __init__(self, output: Output, around: "Surroundings") -> None:
        """output: its table of the site file."""
        self._output, self._around = output, around
        self._pace = Pace(output.period_s)
        self._tell, self._end = FORMATS[output.format]
        self._socket: socket.socket | None = None

    async def __aenter__(self) -> "TracksUdp":
        """Open the socket. Raises VedetteError where the host is not known."""
        try:
            self._socket = await asyncio.to_thread(open_sender, self._output)
        except OSError as error:
            where = f"{self._output.group or self._output.host}:{self._output.port}"
            raise VedetteError(
                f"output {self._output.id}: cannot send to UDP {where}: {error.strerror or error}"
            ) from error
        self._note("opened")
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

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Send the tracks that are due."""
        assert self._socket is not None
        unsent = 0
        lines = [self._end(number, picture.now_ns) for number in self._pace.ended(told)]
        lines += [self._tell(track) for track in self._pace.due(told)]
        for line in lines:
            try:
                self._socket.send(line[:-1])
            except OSError:  # full, or refused by the other host: UDP gives no better answer
                unsent += 1
        if unsent:
            self._note("shed", unsent)

    def _note(self, kind: str, count: int = 0) -> None:
        t_ns = self._around.now_ns()
        self._around.note(Arrival(feed=self._output.id, t_recv_ns=t_ns, kind=kind, count=count))


def open_sender(output: Output) -> socket.socket:
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
