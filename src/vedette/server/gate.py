"""What stands before every route: the door's right is asked for, and the act is recorded.

A refusal never reaches the handler. An act is in the record before its answer leaves, whoever did
it and however it ended; the handler may add what it was about.
"""

from starlette.requests import HTTPConnection, Request
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.model.acts import Act
from vedette.server.access import Access, address_of
from vedette.server.accounts import Session
from vedette.server.attempts import Attempts, neighbourhood
from vedette.server.basic import basic_refusal
from vedette.server.guard import error_body
from vedette.server.permissions import DOORS, Door

CLOSE_POLICY = 1008
UNKNOWN, NO_ANSWER = 401, 500
ABOUT_CHARS_MAX = 500
# Of people who are not logged in, in WINDOW_S, from one address and from everywhere: the rest is
# counted, not written.
STRANGERS_ACTS_MAX, ALL_STRANGERS_ACTS_MAX = 60, 600
_EVERYWHERE = "everywhere"
_ABOUT, _REASON, _SESSION = "vedette.about", "vedette.reason", "vedette.session"


def note_act(request: HTTPConnection, about: str, session: Session | None = None) -> None:
    """Say what a request is about, and who makes it where a cookie does not say that."""
    request.scope[_ABOUT] = one_line_of(about)
    if session is not None:
        request.scope[_SESSION] = session


def note_reason(request: HTTPConnection, reason: str) -> None:
    """Say why a request is refused."""
    request.scope[_REASON] = reason


def one_line_of(text: str) -> str:
    """Make a text fit for the audit trail: printable, of one line, bounded."""
    return "".join(c if c.isprintable() else " " for c in text)[:ABOUT_CHARS_MAX]


class Gate:
    """ASGI application: one route behind its door."""

    def __init__(self, access: Access, door: Door, app: ASGIApp, strangers: Attempts) -> None:
        """app: the route's own; strangers: how much of strangers was recorded lately."""
        self._access = access
        self._door = door
        self._app = app
        self._strangers = strangers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        elif self._door.act:
            await self._recorded(scope, receive, send)
        else:
            await self._passed(scope, receive, send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        refused = self._access.refusal(HTTPConnection(scope), self._door)
        if refused is None:
            await self._app(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": CLOSE_POLICY, "reason": refused[1]})

    async def _passed(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        refused = self._access.refusal(connection, self._door)
        headers: list[tuple[bytes, bytes]] = []
        if refused is not None and refused[0] == UNKNOWN and self._door.basic:
            refused, headers = await basic_refusal(self._access, Request(scope), self._door)
        if refused is None:
            await self._app(scope, receive, send)
            return
        note_reason(connection, refused[1])
        await _answer(send, *refused, headers)

    async def _recorded(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request, its act on disk before the first byte of its answer."""
        connection = HTTPConnection(scope)
        before = self._access.session(connection)
        answered = False

        async def recording(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                self._record(connection, before, message["status"])
            await send(message)

        try:
            await self._passed(scope, receive, recording)
        finally:
            if not answered:  # a fault of the program, or a client that hung up
                self._record(connection, before, NO_ANSWER)

    def _record(self, connection: HTTPConnection, before: Session | None, status: int) -> None:
        scope, hub = connection.scope, self._access.hub
        session: Session | None = scope.get(_SESSION, before)
        address = address_of(connection)
        if session is None and not self._may_record(neighbourhood(address)):
            hub.count("acts of strangers not recorded")
            return
        hub.service.audit(
            Act(
                t_ns=hub.service.now_ns(),
                what=self._door.act,
                status=status,
                person=session.person if session else "",
                roles=session.roles if session else (),
                session=session.id if session else "",
                address=address,
                about=scope.get(_ABOUT, ""),
                reason=scope.get(_REASON, ""),
            )
        )

    def _may_record(self, place: str) -> bool:
        now_s, strangers = self._access.accounts.now_s(), self._strangers
        for key, most in ((place, STRANGERS_ACTS_MAX), (_EVERYWHERE, ALL_STRANGERS_ACTS_MAX)):
            if strangers.full(key, most, now_s):
                return False
        strangers.add(place, now_s)
        strangers.add(_EVERYWHERE, now_s)
        return True


async def _answer(send: Send, status: int, reason: str, headers: list[tuple[bytes, bytes]]) -> None:
    body = error_body(reason)
    fixed = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    start = {"type": "http.response.start", "status": status, "headers": [*fixed, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def keep_told(access: Access) -> None:
    """Record who may log in, and what becomes of accounts and sessions by itself."""

    def told(what: str, about: str, session: Session | None) -> None:
        service = access.hub.service
        service.audit(
            Act(
                t_ns=service.now_ns(),
                what=what,
                status=200,
                person=session.person if session else "",
                roles=session.roles if session else (),
                session=session.id if session else "",
                address="this machine",
                about=one_line_of(about),
            )
        )

    access.accounts.told = told
    if len(access.accounts) > 0:
        told("accounts", access.accounts.words(), None)


def behind_doors(access: Access, routes: list[Route | WebSocketRoute]) -> list[BaseRoute]:
    """Put each route behind its door. Raises LookupError for one that has none."""
    strangers = Attempts()
    for route in routes:
        methods = {"WS"} if isinstance(route, WebSocketRoute) else (route.methods or set())
        for method in methods - {"HEAD"}:
            name = f"{method} {route.path}"
            if name not in DOORS:
                raise LookupError(f"{name} is in no table of permissions: it cannot be served")
            route.app = Gate(access, DOORS[name], route.app, strangers)
    return list(routes)
