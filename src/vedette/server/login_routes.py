"""Logging in and out, and the second person at one console."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.config.site import Person
from vedette.model.enums import Role
from vedette.server.access import Access, address_of, json_answer, json_body
from vedette.server.accounts import PASSWORD_MAX, SESSION_S, Session, TooManyAttemptsError
from vedette.server.command_routes import Desk
from vedette.server.commands import BODY_MAX_BYTES
from vedette.server.views import SessionView

Name = Annotated[str, Meta(min_length=1, max_length=200)]
Password = Annotated[str, Meta(min_length=1, max_length=PASSWORD_MAX)]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /api/login."""

    name: Name
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
            Route("/api/second-authorisation", self.second, methods=["POST"]),
        ]

    async def _verified(self, request: Request, name: str, password: str) -> Person:
        accounts = self._access.accounts
        try:
            person = await accounts.verify(name, password, address_of(request))
        except TooManyAttemptsError as error:
            raise HTTPException(429, str(error), {"Retry-After": "60"}) from None
        if person is None:
            self._access.hub.count("login refused")
            raise HTTPException(401, "the name or the password is wrong")
        return person

    async def login(self, request: Request) -> Response:
        """POST /api/login: set the session's cookie, answer {name, roles, csrf}."""
        body = await json_body(request, Login, BODY_MAX_BYTES)
        person = await self._verified(request, body.name, body.password)
        self._access.accounts.close_session(self._access.token(request))
        token, session = self._access.accounts.open_session(person)
        answer = json_answer(self._view(session))
        answer.set_cookie(
            self._access.cookie_name(request),
            token,
            max_age=int(SESSION_S),
            path="/",
            secure=self._access.options.tls,
            httponly=True,
            samesite="strict",
        )
        return answer

    async def logout(self, request: Request) -> Response:
        """POST /api/logout: end the session."""
        self._access.person(request)
        self._access.accounts.close_session(self._access.token(request))
        answer = json_answer(self._view(None))
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
        return json_answer(self._view(self._access.session(request)))

    def _view(self, session: Session | None) -> SessionView:
        return SessionView(
            name=session.person if session else None,
            roles=session.roles if session else (),
            csrf=session.csrf if session else None,
            login_required=self._access.login_required,
            hint=self._access.options.hint,
        )

    async def second(self, request: Request) -> Response:
        """POST /api/second-authorisation: another person authorises at the first one's console.

        Their name and password make a session of one command; the first stays logged in.
        """
        first = self._access.person(request)
        body = await json_body(request, SecondAuthorisation, BODY_MAX_BYTES)
        person = await self._verified(request, body.name, body.password)
        if person.name == first.person:
            raise HTTPException(403, "a second, different person must authorise")
        if Role.ENGAGEMENT_AUTHORITY not in person.roles:
            raise HTTPException(403, f"{person.name} may not authorise")
        session = self._access.accounts.transient_session(person)
        return await self._desk.authorise_second(bytes(body.command), session)
