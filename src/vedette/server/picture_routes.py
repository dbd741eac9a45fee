"""What is read over HTTP: site, picture, tracks, events, health."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.constants import NS_PER_S
from vedette.base.rfc3339 import format_rfc3339
from vedette.config.zones_file import zones_toml
from vedette.decision.brief import Brief, brief, in_words
from vedette.model.enums import Mode
from vedette.server.access import Access, json_answer
from vedette.server.commands import INTEGER_MAX
from vedette.server.courses import course
from vedette.server.detail import detail, operator_of
from vedette.server.gate import note_act
from vedette.server.public import NS_PER_US
from vedette.server.views import BriefView

EVENTS_AT_ONCE = 1000


class PictureRoutes:
    """The handlers, over one service's hub."""

    def __init__(self, access: Access) -> None:
        """access: who asks."""
        self._hub = access.hub

    def routes(self) -> list[Route]:
        """List them."""
        handlers = {
            "/api/site": self.site,
            "/api/picture": self.picture,
            "/api/zones.toml": self.zones,
            "/api/brief": self.brief,
            "/api/brief.txt": self.brief_text,
            "/api/tracks/{track_id}": self.track,
            "/api/tracks/{track_id}/course": self.course,
            "/api/tracks/{track_id}/operator": self.operator,
            "/api/events": self.events,
            "/api/health": self.health,
        }
        return [Route(path, handler, methods=["GET"]) for path, handler in handlers.items()]

    async def site(self, request: Request) -> Response:
        """GET /api/site."""
        return json_answer(self._hub.site_view())

    async def picture(self, request: Request) -> Response:
        """GET /api/picture[?tracks=0]: everything, or everything but the tracks."""
        view = self._hub.picture_view(flag(request, "tracks", True))
        if view is None:
            raise HTTPException(503, "there is no picture yet")
        return json_answer(view)

    async def zones(self, request: Request) -> Response:
        """GET /api/zones.toml: the zones that stand as `[[zones]]` of a site file."""
        if self._hub.picture is None:
            raise HTTPException(503, "there is no picture yet")
        text = zones_toml(self._hub.standing_zones(self._hub.picture))
        named = {"Content-Disposition": 'attachment; filename="zones.toml"'}
        return Response(text, media_type="application/toml", headers=named)

    async def brief(self, request: Request) -> Response:
        """GET /api/brief: what the watch that takes over must know."""
        told = self._brief()
        view = BriefView(
            t_us=told.t_ns // NS_PER_US,
            mode=self._hub.mode,
            made_as=self._hub.site.mode,
            site=self._hub.site.name,
            parts=list(told.parts),
        )
        return json_answer(view)

    async def brief_text(self, request: Request) -> Response:
        """GET /api/brief.txt: the same as plain text, to be read aloud or printed."""
        told = self._brief()
        marked = "" if self._hub.mode is Mode.LIVE else f" ({self._hub.mode})"
        at = format_rfc3339(told.t_ns - told.t_ns % NS_PER_S)
        head = f"{self._hub.site.name}{marked}, hand-over at {at}\n\n"
        return Response(head + in_words(told), media_type="text/plain")

    def _brief(self) -> Brief:
        if self._hub.picture is None:
            raise HTTPException(503, "there is no picture yet")
        return brief(self._hub.picture)

    async def track(self, request: Request) -> Response:
        """GET /api/tracks/{id}: one track with its ledger, threats, sources and path."""
        found = detail(self._hub, whole_number(request.path_params["track_id"], "the track id"))
        if found is None:
            raise HTTPException(404, "there is no such track")
        return json_answer(found)

    async def course(self, request: Request) -> Response:
        """GET /api/tracks/{id}/course: its height, range and threats over time."""
        found = course(self._hub, whole_number(request.path_params["track_id"], "the track id"))
        if found is None:
            raise HTTPException(404, "there is no such track")
        return json_answer(found)

    async def operator(self, request: Request) -> Response:
        """GET /api/tracks/{id}/operator: where it says its operator is; for the watch alone."""
        track_id = whole_number(request.path_params["track_id"], "the track id")
        note_act(request, f"of track {track_id}")
        found = operator_of(self._hub, track_id)
        if found is None:
            raise HTTPException(404, "this track says nothing of an operator")
        self._hub.count("operator_shown")
        return json_answer(found)

    async def events(self, request: Request) -> Response:
        """GET /api/events?after=SEQ: what happened since."""
        log = self._hub.events
        after = whole_number(request.query_params.get("after", "0"), "after")
        listed = log.after(after, EVENTS_AT_ONCE)
        last = listed[-1].seq if listed else log.last
        answer = {
            "events": [event.public() for event in listed],
            "first": log.first,
            "last": last,
            "newest": log.last,
        }
        return json_answer(answer)

    async def health(self, request: Request) -> Response:
        """GET /api/health: 200 while pictures come, else 503."""
        view = self._hub.health_view()
        return json_answer(view, 200 if view.ok else 503)


def whole_number(text: str, what: str) -> int:
    """Read a whole number of a query or a path. Raises HTTPException 400."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 16) or int(text) > INTEGER_MAX:
        raise HTTPException(400, f"{what} is a whole number")
    return int(text)


def flag(request: Request, name: str, default: bool) -> bool:
    """Read a yes (1) or no (0) of a query. Raises HTTPException 400."""
    value = request.query_params.get(name, "1" if default else "0")
    if value not in ("0", "1"):
        raise HTTPException(400, f"{name} is 0 or 1")
    return value == "1"
