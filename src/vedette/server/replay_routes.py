"""A replay's own doors: where it stands, play, speed, another moment; and no door to act by.

What was, was: every path by which a person or a sensor changes a live picture answers 403 in a
replay, whoever asks.
"""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from vedette.server import exhibits
from vedette.server.access import Player, json_answer, json_body
from vedette.server.commands import INTEGER_MAX
from vedette.server.public import NS_PER_US

PATH = "/api/replay"
SPEED_MIN, SPEED_MAX = 0.1, 1000.0
WISH_MAX_BYTES = 1024
NOTHING = "this is a replay: nothing can be changed"
ACTS = (
    "/api/commands",
    "/api/second-authorisation",
    exhibits.PATH,
    "/api/detections",
    "/api/exercise/injects",
    "/api/exercise/end",
    "/api/login",
    "/api/logout",
    "/api/activity",
    "/api/lock",
    "/api/unlock",
)
CLOSE_POLICY = 1008


class ReplayWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person wants of a replay; what is left out stays as it is."""

    playing: bool | None = None
    speed_ratio: Annotated[float, Meta(ge=SPEED_MIN, le=SPEED_MAX)] | None = None
    to_us: Annotated[int, Meta(ge=0, le=INTEGER_MAX)] | None = None


class ReplayRoutes:
    """GET and POST /api/replay."""

    def __init__(self, player: Player | None) -> None:
        """player: what plays the recording; None where the picture is live."""
        self._player = player

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(PATH, self.stands, methods=["GET"]),
            Route(PATH, self.wish, methods=["POST"]),
        ]

    def _playing(self) -> Player:
        if self._player is None:
            raise HTTPException(404, "this picture is live: there is no replay")
        return self._player

    async def stands(self, request: Request) -> Response:
        """GET /api/replay."""
        return json_answer(self._playing().view())

    async def wish(self, request: Request) -> Response:
        """POST /api/replay: play, rest, another speed, another moment."""
        player = self._playing()
        wish = await json_body(request, ReplayWish, WISH_MAX_BYTES)
        to_ns = None if wish.to_us is None else wish.to_us * NS_PER_US
        player.wish(wish.playing, wish.speed_ratio, to_ns)
        return json_answer(player.view())


def refusals() -> list[BaseRoute]:
    """List the doors of a live picture that a replay has not: they come before all others."""
    shut: list[BaseRoute] = [Route(path, _refuse, methods=["POST"]) for path in ACTS]
    return [*shut, WebSocketRoute("/api/detections", _refuse_stream)]


async def _refuse(request: Request) -> Response:
    raise HTTPException(403, NOTHING)


async def _refuse_stream(socket: WebSocket) -> None:
    await socket.close(CLOSE_POLICY, NOTHING)
