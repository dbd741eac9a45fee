"""The doors of an exercise: what everybody may know, the instructor's injects, the score."""

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.exercise import Inject
from vedette.server.access import Access, Exercising, json_answer, json_body
from vedette.server.gate import note_act
from vedette.server.guard import DOCUMENT_POLICY

PATH = "/api/exercise"
INJECT_MAX_BYTES = 4_096
NOTHING_MAX_BYTES = 16


class Nothing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that says nothing."""


class ExerciseRoutes:
    """GET /api/exercise and what belongs to it."""

    def __init__(self, access: Access, exercise: Exercising | None) -> None:
        """exercise: None where the picture is none."""
        self._access, self._exercise = access, exercise

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(PATH, self.stands, methods=["GET"]),
            Route(f"{PATH}/injects", self.injects, methods=["GET"]),
            Route(f"{PATH}/injects", self.place, methods=["POST"]),
            Route(f"{PATH}/end", self.end, methods=["POST"]),
            Route(f"{PATH}/score", self.score, methods=["GET"]),
            Route(f"{PATH}/report.html", self.report, methods=["GET"]),
        ]

    def _running(self) -> Exercising:
        if self._exercise is None:
            raise HTTPException(404, "this is no exercise: the site file's mode is not EXERCISE")
        return self._exercise

    async def stands(self, request: Request) -> Response:
        """GET /api/exercise."""
        return json_answer(self._running().view())

    async def injects(self, request: Request) -> Response:
        """GET /api/exercise/injects."""
        return json_answer(self._running().injects())

    async def place(self, request: Request) -> Response:
        """POST /api/exercise/injects: 201; 400 with the reason; 409 after the end."""
        exercise = self._running()
        inject = await json_body(request, Inject, INJECT_MAX_BYTES)
        note_act(request, f"{inject.kind} {inject.name}".strip())
        try:
            exercise.place(inject)
        except RefusedError as refused:
            raise HTTPException(400, str(refused)) from None
        except VedetteError as late:
            raise HTTPException(409, str(late)) from None
        return json_answer(exercise.injects(), 201)

    async def end(self, request: Request) -> Response:
        """POST /api/exercise/end: nothing more happens; the score is made."""
        exercise = self._running()
        await json_body(request, Nothing, NOTHING_MAX_BYTES)
        exercise.end()
        return json_answer(exercise.view())

    async def score(self, request: Request) -> Response:
        """GET /api/exercise/score: 409 before the end."""
        found = self._running().score()
        if found is None:
            raise HTTPException(409, "the exercise has not been ended")
        return json_answer(found)

    async def report(self, request: Request) -> Response:
        """GET /api/exercise/report.html: the score as a page, as a download."""
        html = self._running().report()
        if html is None:
            raise HTTPException(409, "the exercise has not been ended")
        headers = {
            "Content-Security-Policy": DOCUMENT_POLICY,
            "Content-Disposition": 'attachment; filename="exercise.html"',
        }
        return Response(html, headers=headers, media_type="text/html")
