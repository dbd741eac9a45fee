"""Who asks: the session behind a request, and what it is allowed."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from vedette.base.errors import RefusedError
from vedette.model.enums import Role
from vedette.server.accounts import Accounts, Session, same_secret
from vedette.server.hub import Hub
from vedette.server.public import as_public
from vedette.server.strict import decode_json

CSRF_HEADER = "X-Vedette-CSRF"
SENDERS = frozenset({Role.SENSOR, Role.OPERATOR, Role.ADMINISTRATOR})
# Who may see where a drone's operator stands: those who would send somebody there.
WATCH = frozenset({Role.OPERATOR, Role.IDENTIFICATION_AUTHORITY})
STATIC = Path(__file__).parent / "static"

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_T = TypeVar("_T")


@dataclass(slots=True, frozen=True)
class Options:
    """How the service is reached.

    host: what it listens on; anything but loopback demands a login for everything. host_names:
    further names it is called by. tls: whether the connection is encrypted. hint: shown beside the
    login (a demo names its own accounts there). static: the built page.
    """

    host: str = "127.0.0.1"
    host_names: tuple[str, ...] = ()
    tls: bool = False
    hint: str = ""
    static: Path = field(default=STATIC)


class Access:
    """The site's accounts and the rules of this service, applied to requests."""

    def __init__(self, hub: Hub, accounts: Accounts, options: Options, login_required: bool):
        """login_required: everything but the page itself needs a login."""
        self.hub = hub
        self.accounts = accounts
        self.options = options
        self.login_required = login_required

    def cookie_name(self, connection: HTTPConnection) -> str:
        """Name the cookie: cookies know no ports, and two services may share a loopback."""
        server = connection.scope.get("server") or ("", 0)
        return f"__Host-vedette-{server[1]}" if self.options.tls else f"vedette-{server[1]}"

    def token(self, connection: HTTPConnection) -> str | None:
        """Give what the browser's cookie says."""
        return connection.cookies.get(self.cookie_name(connection))

    def session(self, connection: HTTPConnection) -> Session | None:
        """Give the login behind a request, or None."""
        return self.accounts.session(self.token(connection))

    def may_view(self, connection: HTTPConnection) -> bool:
        """Say whether a request may see the picture: on loopback anybody on this machine may."""
        session = self.session(connection)
        if session is None:
            return not self.login_required
        return set(session.roles) != {Role.SENSOR}

    def viewer(self, connection: HTTPConnection) -> None:
        """Refuse with 401 or 403 who may not see the picture."""
        if not self.may_view(connection):
            status = 401 if self.session(connection) is None else 403
            raise HTTPException(status, "log in to see the picture")

    def person(self, request: Request) -> Session:
        """Give the login behind a request that changes something, its CSRF header checked."""
        session = self.session(request)
        if session is None:
            raise HTTPException(401, "log in first")
        if not same_secret(request.headers.get(CSRF_HEADER, ""), session.csrf):
            raise HTTPException(403, f"the header {CSRF_HEADER} is missing or wrong")
        return session

    def watch(self, connection: HTTPConnection) -> None:
        """Refuse with 401 or 403 whose role is not to act on personal data, on loopback too."""
        session = self.session(connection)
        if session is None:
            raise HTTPException(401, "log in first: this is personal data")
        if not WATCH.intersection(session.roles):
            raise HTTPException(
                403, "your login does not have the role for this: it takes operator"
            )

    def may_send(self, connection: HTTPConnection) -> bool:
        """Say whether detections may come this way: from this machine, or from a sensor's login."""
        session = self.session(connection)
        if not self.login_required:
            return True
        return session is not None and bool(SENDERS.intersection(session.roles))

    def sender(self, request: Request) -> None:
        """Refuse with 401 or 403 who may not send detections."""
        if self.login_required and not SENDERS.intersection(self.person(request).roles):
            raise HTTPException(403, "your login does not have the role for this: it takes sensor")


def viewing(access: Access, handler: Handler) -> Handler:
    """Let only those who may see the picture reach a handler."""

    async def guarded(request: Request) -> Response:
        access.viewer(request)
        return await handler(request)

    return guarded


def json_answer(value: Any, status: int = 200) -> Response:
    """Answer with a view, or with what `as_public` made already."""
    body = value if isinstance(value, dict) else as_public(value)
    return Response(msgspec.json.encode(body), status, media_type="application/json")


async def json_body(request: Request, kind: type[_T], bytes_max: int) -> _T:
    """Decode a request's JSON body. Raises HTTPException 400 with the reason, or 415."""
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise HTTPException(415, "send application/json")
    try:
        decoded: _T = decode_json(await request.body(), kind, bytes_max)
    except RefusedError as refused:
        raise HTTPException(400, str(refused)) from None
    return decoded


def address_of(connection: HTTPConnection) -> str:
    """Say from where a request comes."""
    return connection.client.host if connection.client is not None else "unknown"
