"""All outputs of a site, opened together: each picture goes to every one of them.

Nothing here blocks a step: an output takes a picture, keeps what it cannot send yet in a bounded
queue of its own, and says what it had to drop. What becomes of its connection is an arrival like a
feed's ("opened", "closed", "shed", "refused"), so that it is recorded and shown.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Protocol

from vedette.config.site import Output
from vedette.geo import SiteFrame
from vedette.model.picture import AirPicture
from vedette.model.told import ToldTrack
from vedette.outputs.asterix import AsterixUdp
from vedette.outputs.cot import CotTcp, CotUdp
from vedette.outputs.sapient import SapientOutput
from vedette.outputs.surroundings import Surroundings
from vedette.outputs.told import tell_tracks
from vedette.outputs.tracks_served import TracksTcp, TracksWebSocket
from vedette.outputs.tracks_udp import TracksUdp


class Publisher(Protocol):
    """One output while it is open. `publish` never blocks and keeps nothing of the picture."""

    def publish(self, picture: AirPicture, told: list[ToldTrack]) -> None:
        """Take in a picture, and its tracks as they are told."""

    def waiting(self) -> tuple[int, int]:
        """Say how many items, and how many octets, have not left yet."""


Opener = Callable[[Output, Surroundings], AbstractAsyncContextManager[Publisher]]
OPENERS: dict[str, Opener] = {  # by kind
    "tracks_udp": TracksUdp,
    "tracks_tcp": TracksTcp,
    "tracks_websocket": TracksWebSocket,
    "cot_udp": CotUdp,
    "cot_tcp": CotTcp,
    "sapient": SapientOutput,
    "asterix_udp": AsterixUdp,
}


class Publishing:
    """Every output of a site. Use as `async with`."""

    def __init__(self, around: Surroundings) -> None:
        """around: the service's site, time and doors."""
        self._around = around
        self._frame = SiteFrame(around.site.reference)
        self._outputs: dict[str, Publisher] = {}
        self._open = AsyncExitStack()

    async def __aenter__(self) -> "Publishing":
        """Open them all. Raises VedetteError where one can never be."""
        await self._open.__aenter__()
        for output in self._around.site.outputs:
            opened = OPENERS[output.kind](output, self._around)
            self._outputs[output.id] = await self._open.enter_async_context(opened)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close them, last first."""
        await self._open.aclose()

    def publish(self, picture: AirPicture) -> None:
        """Hand a picture to every output."""
        if not self._outputs:
            return
        told = tell_tracks(picture, self._around.site, self._frame)
        for output in self._outputs.values():
            output.publish(picture, told)

    def waiting(self) -> dict[str, tuple[int, int]]:
        """Say for each output how many items and octets have not left yet."""
        return {name: output.waiting() for name, output in self._outputs.items()}
