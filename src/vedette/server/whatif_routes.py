"""The doors of a what if beside a replay: ask for one, see how far it is, cancel it, look into it.

They change nothing that was recorded: a second world is worked out beside the first, by another
process, one at a time.
"""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.errors import RefusedError, VedetteError
from vedette.server.access import Beside, json_answer, json_body
from vedette.server.commands import INTEGER_MAX
from vedette.server.public import NS_PER_US
from vedette.server.whatif_views import WhatIfWish

PATH = "/api/replay/whatif"
WISH_MAX_BYTES = 160_000  # 32 settings of 4,000 characters, and their quotes
NOTHING_MAX_BYTES = 16


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that says nothing."""


class WhatIfRoutes:
    """GET and POST /api/replay/whatif, and what belongs to it."""

    def __init__(self, beside: Beside | None) -> None:
        """beside: None where the picture is live, or nothing can work it out."""
        self._beside = beside

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(PATH, self.stands, methods=["GET"]),
            Route(PATH, self.ask, methods=["POST"]),
            Route(f"{PATH}/cancel", self.cancel, methods=["POST"]),
            Route(f"{PATH}/picture", self.picture, methods=["GET"]),
        ]

    def _working(self) -> Beside:
        if self._beside is None:
            raise HTTPException(404, "only a replay can show what would have been otherwise")
        return self._beside

    async def stands(self, request: Request) -> Response:
        """GET /api/replay/whatif."""
        return json_answer(self._working().view())

    async def ask(self, request: Request) -> Response:
        """POST /api/replay/whatif: 202, and it is worked out; 409 while another is."""
        beside = self._working()
        wish = await json_body(request, WhatIfWish, WISH_MAX_BYTES)
        try:
            beside.ask(wish)
        except RefusedError as refused:
            raise HTTPException(400, str(refused)) from None
        except VedetteError as busy:
            raise HTTPException(409, str(busy)) from None
        return json_answer(beside.view(), 202)

    async def cancel(self, request: Request) -> Response:
        """POST /api/replay/whatif/cancel."""
        beside = self._working()
        await json_body(request, Nothing, NOTHING_MAX_BYTES)
        beside.cancel()
        return json_answer(beside.view())

    async def picture(self, request: Request) -> Response:
        """GET /api/replay/whatif/picture?t_us=: the changed world at a moment."""
        beside = self._working()
        text = request.query_params.get("t_us", "")
        if not (text.isascii() and text.isdecimal() and len(text) <= 16) or int(text) > INTEGER_MAX:
            raise HTTPException(400, "t_us is a whole number of microseconds")
        found = beside.picture(int(text) * NS_PER_US)
        if found is None:
            raise HTTPException(404, "there is no such moment of a changed world")
        return Response(found, media_type="application/json")
