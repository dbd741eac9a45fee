"""Logging in and out, the lock of an idle console, and the second person at one console."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.server.access import Access, address_of, json_answer, json_body
from vedette.server.accounts import (
    PASSWORD_MAX,
    SESSION_S,
    Holder,
    Session,
    TooManyAttemptsError,
)
from vedette.server.command_routes import Desk
from vedette.server.commands import BODY_MAX_BYTES
from vedette.server.gate import note_act
from vedette.server.outside import Outsider
from vedette.server.permissions import Right, missing, permits, rights_of
from vedette.server.views import SessionView

BROWSER_S = 30 * 24 * 3600  # how long a browser is known from its last login
STRANGE = "an unknown name"  # what is no name may be a password typed in the wrong field

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(min_length=1, max_length=PASSWORD_MAX)]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /api/login."""

    name: Name
    password: Password


class Unlock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /api/unlock."""

    password: Password


class SecondAuthorisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /api/second-authorisation."""

    name: Name
    password: Password
    command: msgspec.Raw


class LoginRoutes:
    """The handlers, over one service's accounts."""

    def __init__(self, access: Access, desk: Desk) -> None:
        """access: whose accounts; desk: where commands are given."""
        self._access = access
        self._desk = desk

    def routes(self) -> list[Route]:
        """List them."""
        return [
            Route("/api/login", self.login, methods=["POST"]),
            Route("/api/logout", self.logout, methods=["POST"]),
            Route("/api/session", self.session, methods=["GET"]),
            Route("/api/activity", self.activity, methods=["POST"]),
            Route("/api/lock", self.lock, methods=["POST"]),
            Route("/api/unlock", self.unlock, methods=["POST"]),
            Route("/api/second-authorisation", self.second, methods=["POST"]),
        ]

    async def _verified(self, request: Request, name: str, password: str) -> Holder:
        """Give the account of a name and password. Raises HTTPException 401 or 429."""
        accounts = self._access.accounts
        browser = request.cookies.get(self._browser_cookie(request))
        try:
            holder = await accounts.verify(name, password, address_of(request), browser)
        except TooManyAttemptsError as error:
            raise HTTPException(429, str(error), {"Retry-After": "60"}) from None
        if holder is None:
            self._access.hub.count("login refused")
            raise HTTPException(401, "the name or the password is wrong")
        return holder

    def _note(self, request: Request, name: str) -> None:
        note_act(request, f"as {name}" if self._access.accounts.exists(name) else f"as {STRANGE}")

    async def login(self, request: Request) -> Response:
        """POST /api/login: set the session's cookie, answer who that is.

        A session that the browser had is ended, whoever planted it; the new one has a new token.
        """
        body = await json_body(request, Login, BODY_MAX_BYTES)
        self._note(request, body.name)
        holder = await self._verified(request, body.name, body.password)
        accounts = self._access.accounts
        accounts.close_session(self._access.token(request))
        token, session = accounts.open_session(holder)
        note_act(request, f"as {holder.name}", session)
        known = accounts.remember(request.cookies.get(self._browser_cookie(request)), holder.name)
        answer = json_answer(self.view(session))
        self._set(answer, self._browser_cookie(request), known, BROWSER_S)
        self._set(answer, self._access.cookie_name(request), token, int(SESSION_S))
        return answer

    def _browser_cookie(self, request: Request) -> str:
        return self._access.cookie_name(request) + "-browser"

    def _set(self, answer: Response, name: str, value: str, max_age_s: int) -> None:
        answer.set_cookie(
            name,
            value,
            max_age=max_age_s,
            path="/",
            secure=self._access.options.tls,
            httponly=True,
            samesite="strict",
        )

    async def logout(self, request: Request) -> Response:
        """POST /api/logout: end the session."""
        self._access.accounts.close_session(self._access.token(request))
        answer = json_answer(self.view(None))
        answer.delete_cookie(
            self._access.cookie_name(request),
            path="/",
            secure=self._access.options.tls,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def session(self, request: Request) -> Response:
        """GET /api/session: who is logged in here, and whether anybody must be."""
        return json_answer(self.view(self._access.session(request)))

    async def activity(self, request: Request) -> Response:
        """POST /api/activity: the person is there, and only looks."""
        return json_answer(self.view(self._access.person(request)))

    async def lock(self, request: Request) -> Response:
        """POST /api/lock: nothing may be done here until the password is given again."""
        session = self._access.person(request)
        self._access.accounts.lock(session)
        return json_answer(self.view(session))

    async def unlock(self, request: Request) -> Response:
        """POST /api/unlock: the same person is back."""
        session = self._access.person(request)
        body = await json_body(request, Unlock, BODY_MAX_BYTES)
        if isinstance(session.holder, Outsider):
            raise HTTPException(403, "you have no password here: log in by the provider again")
        await self._verified(request, session.person, body.password)
        self._access.accounts.unlock(session)
        return json_answer(self.view(session))

    def view(self, session: Session | None) -> SessionView:
        """Say who is logged in, what they may do, and how."""
        access = self._access
        oidc = access.hub.site.oidc
        return SessionView(
            name=session.person if session else None,
            roles=session.roles if session else (),
            rights=rights_of(session.roles) if session else (),
            csrf=session.csrf if session else None,
            locked=session is not None and access.accounts.is_locked(session),
            idle_lock_s=access.accounts.idle_lock_s,
            login_required=access.login_required,
            accounts=len(access.accounts) > 0,
            encrypted=access.options.tls,
            hint=access.options.hint,
            provider=oidc.label if oidc and access.accounts.has_provider else "",
            outside=session is not None and isinstance(session.holder, Outsider),
        )

    async def second(self, request: Request) -> Response:
        """POST /api/second-authorisation: another person authorises at the first one's console.

        Their name and password make a session of one command; the first stays logged in.
        """
        first = self._access.person(request)
        body = await json_body(request, SecondAuthorisation, BODY_MAX_BYTES)
        self._note(request, body.name)
        holder = await self._verified(request, body.name, body.password)
        if holder.name == first.person:
            raise HTTPException(403, "a second, different person must authorise")
        if not permits(tuple(holder.roles), Right.AUTHORISE):
            raise HTTPException(403, f"{holder.name}: {missing(Right.AUTHORISE)}")
        session = self._access.accounts.transient_session(holder)
        note_act(request, f"beside {first.person}", session)
        return await self._desk.authorise_second(request, bytes(body.command), session)
