"""Who asks: the session behind a request, and whether it may come through a door."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from vedette.base.errors import RefusedError
from vedette.config.exercise import Inject
from vedette.server.accounts import Accounts, Session, same_secret
from vedette.server.exercise_views import ExerciseScore, ExerciseView, InjectsView
from vedette.server.guard import SAFE_METHODS
from vedette.server.hub import Hub
from vedette.server.permissions import HERE, WHILE_LOCKED, Door, Right, missing, permits
from vedette.server.public import as_public
from vedette.server.strict import decode_json
from vedette.server.views import ReplayView
from vedette.server.whatif_views import WhatIfView, WhatIfWish

CSRF_HEADER = "X-Vedette-CSRF"
LOCKED = 423
STATIC = Path(__file__).parent / "static"


class Player(Protocol):
    """What a replay does for the server."""

    def view(self) -> ReplayView:
        """Say where it stands."""

    def wish(self, playing: bool | None, speed_ratio: float | None, to_ns: int | None) -> None:
        """Play or rest, at a speed, from a moment; None: as it is. Outside the recording's ends
        the nearest of them is meant."""


class Beside(Protocol):
    """What works out a changed world beside a replay."""

    def view(self) -> WhatIfView:
        """Say how far it is."""

    def ask(self, wish: WhatIfWish) -> None:
        """Begin one. Raises RefusedError where the site does not have what is to be changed, and
        VedetteError where one is being worked out already."""

    def cancel(self) -> None:
        """End what is being worked out, and forget what was."""

    def picture(self, t_ns: int) -> bytes | None:
        """Give the changed world at a moment as JSON of a WhatIfPicture; None: there is none."""


class Exercising(Protocol):
    """An exercise that runs beside the live picture."""

    def view(self) -> ExerciseView:
        """Say what everybody may know."""

    def injects(self) -> InjectsView:
        """List what has been placed, for the instructor."""

    def place(self, inject: Inject) -> None:
        """Let something happen, at_s from now. Raises RefusedError where the site cannot have it,
        VedetteError after the end and where there are too many."""

    def end(self) -> None:
        """End it and make the score."""

    def score(self) -> ExerciseScore | None:
        """Give the score; None before the end."""

    def report(self) -> str | None:
        """Give the score as a page; None before the end."""


Handler = Callable[[Request], Coroutine[Any, Any, Response]]
_T = TypeVar("_T")


@dataclass(slots=True, frozen=True)
class Options:
    """How the service is reached.

    host: what it listens on; anything but loopback demands a login for everything. host_names:
    further names it is called by. tls: whether the connection is encrypted. hint: shown beside the
    login (a demo names its own accounts there). static: the built page. player: of a replay;
    beside: works out what would have been otherwise there. exercise: of a site in mode EXERCISE.
    """

    host: str = "127.0.0.1"
    host_names: tuple[str, ...] = ()
    tls: bool = False
    hint: str = ""
    static: Path = field(default=STATIC)
    player: Player | None = None
    beside: Beside | None = None
    exercise: Exercising | None = None


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

    def person(self, connection: HTTPConnection) -> Session:
        """Give the login behind a request that came through a door for people."""
        session = self.session(connection)
        if session is None:  # ended since
            raise HTTPException(401, "log in first")
        return session

    def refusal(self, connection: HTTPConnection, door: Door) -> tuple[int, str] | None:
        """Say with which status and in what words a request is refused, None where it may pass.

        The one place where this is decided, for every route.
        """
        if door.right is Right.PUBLIC or self._from_here(door):
            return None
        session = self.session(connection)
        if session is None:
            if not self.login_required and door.right in HERE:
                return None
            return 401, "log in first" if door.right is not Right.VIEW else "log in to see this"
        if self._acts(connection) and not same_secret(
            connection.headers.get(CSRF_HEADER, ""), session.csrf
        ):
            return 403, f"the header {CSRF_HEADER} is missing or wrong"
        if not permits(session.roles, door.right):
            return 403, missing(door.right)
        locked = self.accounts.is_locked(session)
        if locked and door.right not in WHILE_LOCKED and not door.while_locked:
            return LOCKED, "this console is locked: unlock it with your password"
        if self._acts(connection) and not locked:
            self.accounts.touch(session)
        return None

    def _from_here(self, door: Door) -> bool:
        """Say whether sensors may send as they are: on loopback whoever is at the machine may."""
        return door.right is Right.SEND and not self.login_required

    def _acts(self, connection: HTTPConnection) -> bool:
        """Say whether a request changes something; a browser opens a WebSocket without headers."""
        http = connection.scope["type"] == "http"
        return http and connection.scope["method"] not in SAFE_METHODS


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
