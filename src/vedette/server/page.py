"""The built page, or a page that says how to build it."""

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

# Vite names what it builds by content, under assets/; everything else may change at any time.
FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
NOT_BUILT = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Vedette: the page is not built</title>
<h1>The page has not been built</h1>
<p>The service runs; its display is missing. In the checkout, run <code>make page</code>
(it needs Node 20 or newer) and reload.</p>
<p>The picture as data: <a href="/api/picture">/api/picture</a></p>
</html>
"""


class Page(StaticFiles):
    """Static files with cache rules; paths outside the folder do not exist."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; a WebSocket has nothing to find here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "no such stream"})
        elif "\x00" in scope["path"]:
            raise HTTPException(404, "there is no such page")
        else:
            await super().__call__(scope, receive, send)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer one path."""
        answer = await super().get_response(path, scope)
        built = path.replace("\\", "/").startswith("assets/")
        answer.headers["Cache-Control"] = FOREVER if built else ASK_AGAIN
        return answer


async def _not_built(request: Request) -> Response:
    return HTMLResponse(NOT_BUILT, 503, {"Cache-Control": "no-store"})


def page_routes(static: Path) -> list[BaseRoute]:
    """Make the routes of the page in `static`, or of the page that says that it is missing."""
    if not (static / "index.html").is_file():
        return [Route("/", _not_built, methods=["GET"])]
    return [Mount("/", Page(directory=static, html=True))]
