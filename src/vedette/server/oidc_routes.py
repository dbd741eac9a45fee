"""The two doors of a login by an outside provider: off to it, and back.

The cookie between them is Lax, for the way back is another site's; the session's own stays Strict.
"""

from html import escape

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from vedette.base.errors import RefusedError, VedetteError
from vedette.server.access import Access, address_of
from vedette.server.attempts import Attempts, neighbourhood
from vedette.server.gate import note_act, note_reason
from vedette.server.guard import DOCUMENT_POLICY
from vedette.server.oidc import FLOW_S, Provider
from vedette.server.outside import Outsiders

LOGIN, CALLBACK = "/api/oidc/login", "/api/oidc/callback"
BEGUN_PER_ADDRESS = 30  # logins a minute
AGAIN = "too many logins from here: wait a minute"


class OidcRoutes:
    """GET /api/oidc/login and GET /api/oidc/callback."""

    def __init__(self, access: Access, provider: Provider | None) -> None:
        """provider: None where the site has none."""
        self._access, self._provider = access, provider
        self._outsiders = None if provider is None else Outsiders(provider.settings)
        self._begun = Attempts()

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route(LOGIN, self.begin, methods=["GET"]),
            Route(CALLBACK, self.back, methods=["GET"]),
        ]

    def _asked(self) -> Provider:
        if self._provider is None:
            raise HTTPException(404, "this site has no outside login")
        return self._provider

    def _cookie(self, request: Request) -> str:
        return self._access.cookie_name(request) + "-oidc"

    async def begin(self, request: Request) -> Response:
        """GET /api/oidc/login: 303 to the provider."""
        provider = self._asked()
        place, now_s = neighbourhood(address_of(request)), self._access.accounts.now_s()
        if self._begun.full(place, BEGUN_PER_ADDRESS, now_s):
            raise HTTPException(429, AGAIN, {"Retry-After": "60"})
        self._begun.add(place, now_s)
        try:
            carried, url = await provider.begin()
        except VedetteError as error:
            return self._told(request, 502, str(error))
        answer = RedirectResponse(url, 303)
        self._set(answer, request, self._cookie(request), carried, int(FLOW_S), "lax")
        return answer

    async def back(self, request: Request) -> Response:
        """GET /api/oidc/callback: a session, and 303 to the page; or in words why not."""
        provider = self._asked()
        assert self._outsiders is not None
        carried = request.cookies.get(self._cookie(request))
        access = self._access
        try:
            claims = await provider.finish(carried, dict(request.query_params))
            holder = self._outsiders.of(claims)
            token, session = access.accounts.open_outside(holder, provider.settings.session_s)
        except RefusedError as refused:
            access.hub.count("login refused")
            return self._told(request, 403, str(refused))
        except VedetteError as error:
            return self._told(request, 502, str(error))
        access.accounts.close_session(access.token(request))
        note_act(request, f"as {holder.name}", session)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(self._cookie(request), path="/")
        name = access.cookie_name(request)
        self._set(answer, request, name, token, int(provider.settings.session_s), "strict")
        return answer

    def _set(
        self, answer: Response, request: Request, name: str, value: str, age_s: int, same: str
    ) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=age_s,
            path="/",
            secure=self._access.options.tls,
            httponly=True,
            samesite=same,  # type: ignore[arg-type]
        )

    def _told(self, request: Request, status: int, why: str) -> Response:
        """Say to a person, in their browser, why they are not logged in."""
        note_reason(request, why)
        page = (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            f"<title>Not logged in</title></head><body><h1>Not logged in</h1><p>{escape(why)}</p>"
            '<p><a href="/">Back to the picture</a></p></body></html>\n'
        )
        headers = {"Content-Security-Policy": DOCUMENT_POLICY}
        answer = Response(page, status, headers, media_type="text/html")
        answer.delete_cookie(self._cookie(request), path="/")
        return answer
