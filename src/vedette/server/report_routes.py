"""What a session leaves for people, over HTTP: the report, the statement, the tracks as files."""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.errors import VedetteError
from vedette.server.access import Access, json_answer, json_body
from vedette.server.gate import note_act
from vedette.server.guard import DOCUMENT_POLICY
from vedette.server.picture_routes import flag
from vedette.server.strict import PLAIN_TEXT
from vedette.server.views import ReportFormats

TRACK_FILES = {
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
    "kml": "application/vnd.google-earth.kml+xml",
}
PDF = "application/pdf"
STATEMENT_CHARS_MAX = 20_000
STATEMENT_MAX_BYTES = 128 * 1024  # the longest statement, in letters of any script
_BUSY = "another file is being made: ask again"


class StatementText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A statement as people left it, to be set on paper."""

    text: Annotated[str, Meta(min_length=1, max_length=STATEMENT_CHARS_MAX, pattern=PLAIN_TEXT)]


class ReportRoutes:
    """The handlers. Files are made anew for each who asks, one at a time."""

    def __init__(self, access: Access) -> None:
        """access: who asks, and the service that keeps the record."""
        self._service = access.hub.service
        self._making = asyncio.Lock()

    def routes(self) -> list[Route]:
        """List them."""
        handlers = {
            "/api/incident.html": self.incident,
            "/api/incident.pdf": self.incident_pdf,
            "/api/incident/formats": self.formats,
            "/api/incident/statement.txt": self.statement,
            "/api/incident/tracks.{ending}": self.tracks,
        }
        routes = [Route(path, handler, methods=["GET"]) for path, handler in handlers.items()]
        return [
            *routes,
            Route("/api/incident/statement.pdf", self.statement_pdf, methods=["POST"]),
        ]

    async def formats(self, request: Request) -> Response:
        """GET /api/incident/formats: whether there can be a PDF here, and why not."""
        bar = self._service.paper_bar()
        return json_answer(ReportFormats(pdf=not bar, pdf_bar=bar))

    async def incident(self, request: Request) -> Response:
        """GET /api/incident.html[?download=1]: the report so far, a document without scripts."""
        html = await _told(self._service.incident_html)
        headers = {"Content-Security-Policy": DOCUMENT_POLICY}
        headers |= _disposition(request, "incident.html")
        return Response(html, headers=headers, media_type="text/html")

    async def incident_pdf(self, request: Request) -> Response:
        """GET /api/incident.pdf: the report so far as PDF, as a download."""
        return _file(await self._made(self._service.paper(None)), "incident.pdf", PDF)

    async def statement(self, request: Request) -> Response:
        """GET /api/incident/statement.txt: the statement's draft, as a download."""
        text = await _told(self._service.statement)
        return _file(text.encode(), "statement.txt", "text/plain; charset=utf-8")

    async def statement_pdf(self, request: Request) -> Response:
        """POST /api/incident/statement.pdf: a statement as people left it, set on paper."""
        asked = await json_body(request, StatementText, STATEMENT_MAX_BYTES)
        note_act(request, f"{len(asked.text)} letters")
        return _file(await self._made(self._service.paper(asked.text)), "statement.pdf", PDF)

    async def tracks(self, request: Request) -> Response:
        """GET /api/incident/tracks.parquet, .geojson, .kml: the tracks so far, as a download."""
        ending = request.path_params["ending"]
        if ending not in TRACK_FILES:
            raise HTTPException(404, f"tracks are had as {', '.join(TRACK_FILES)}")
        made = await self._made(self._service.tracks(ending))
        return _file(made, f"tracks.{ending}", TRACK_FILES[ending])

    async def _made(self, making: Awaitable[bytes]) -> bytes:
        """Wait for a file. A second that is asked for meanwhile is answered 503."""
        if self._making.locked():
            if inspect.iscoroutine(making):
                making.close()
            raise HTTPException(503, _BUSY, {"Retry-After": "5"})
        async with self._making:
            try:
                return await making
            except VedetteError as error:
                raise HTTPException(503, str(error)) from None


async def _told(teller: object) -> str:
    try:
        told = teller()  # type: ignore[operator]
        if inspect.isawaitable(told):
            told = await told
    except VedetteError as error:
        raise HTTPException(503, str(error)) from None
    return str(told)


def _file(data: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(data, headers=headers, media_type=media_type)


def _disposition(request: Request, name: str) -> dict[str, str]:
    if not flag(request, "download", False):
        return {}
    return {"Content-Disposition": f'attachment; filename="{name}"'}
