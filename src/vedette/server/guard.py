"""What stands before every request: which host it names, where it comes from, how large it is.

Against DNS rebinding the Host must be one of ours; against forged requests the Origin, where a
browser states one, must be the page's own; against floods the body is counted while it comes in.
"""

import asyncio
import ipaddress
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vedette.server.views import ErrorView

BODY_MAX_BYTES = 1024 * 1024
BODY_S = 60.0
# Who is refused while still sending is heard out this far, so that the answer reaches them: a
# connection closed with bytes unread is reset, and a reset takes the answer with it.
DRAIN_BYTES = 1024 * 1024 * 1024
DRAIN_S = 20.0
PAGE_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; worker-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# A report is a document: nothing in it may run, load or navigate.
DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
FIXED_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_HOST = re.compile(r"^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._\-]{1,253})(?::\d{1,5})?$")
_LENGTH = re.compile(r"^[0-9]{1,15}\Z")
SAFE_METHODS = frozenset({"GET", "HEAD"})


class BodyRefusedError(Exception):
    """A body is too large or takes too long. Carries the HTTP status and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        """status: 413 or 408."""
        super().__init__(reason)
        self.status = status


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine alone."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@dataclass(slots=True, frozen=True)
class Doors:
    """Which names lead here. bind: what the service listens on; names: what the site file adds."""

    bind: str
    names: frozenset[str] = frozenset()
    body_max: dict[str, int] = field(default_factory=dict)  # path -> bytes, where not the usual

    def host_allowed(self, host: str) -> bool:
        """Say whether a Host header names us: rebinding needs a name that is not ours.

        Loopback names always; names of the site file; where we listen to the network also bare
        addresses (nobody can rebind an address) and the machine's own name.
        """
        match = _HOST.match(host)
        if match is None:
            return False
        name = match.group(1).lower()
        if is_loopback(name) or name in self.names or name == self.bind.lower():
            return True
        if is_loopback(self.bind):
            return False
        return _is_address(name) or name == socket.gethostname().lower()

    def origin_allowed(self, headers: Headers, scheme: str) -> bool:
        """Say whether a request that changes something comes from our own page, or no browser."""
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return False
        origin = headers.get("origin")
        if origin is None:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        page = {"ws": "http", "wss": "https"}.get(scheme, scheme)
        return parts.scheme == page and parts.netloc.lower() == headers.get("host", "").lower()


def error_body(text: str) -> bytes:
    """Make the JSON body of a refusal."""
    return msgspec.json.encode(ErrorView(error=text))


class Guard:
    """ASGI middleware: refuses by Host, Origin and size; adds the protecting headers."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        """app: what is behind; doors: which names lead here."""
        self._app = app
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _refuse(scope, send, *refused)
        elif scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._bounded(scope, headers, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._doors.host_allowed(hosts[0]):
            return 421, "this host name is not served here: see service.host_names in the site file"
        changes = scope["type"] == "websocket" or scope["method"] not in SAFE_METHODS
        if changes and not self._doors.origin_allowed(headers, scope["scheme"]):
            return 403, "refused: the request comes from another page"
        return None

    async def _bounded(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        limit = self._doors.body_max.get(scope["path"], BODY_MAX_BYTES)
        length = headers.get("content-length", "0")
        if not _LENGTH.match(length) or int(length) > limit:
            await _refuse(scope, send, 413, f"the body is larger than {limit} bytes", receive)
            return
        started = False

        async def protecting(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _protect(MutableHeaders(scope=message))
            await send(message)

        try:
            await self._app(scope, _counted(receive, limit), protecting)
        except BodyRefusedError as refused:
            if not started:
                rest = receive if refused.status == 413 else None
                await _refuse(scope, send, refused.status, str(refused), rest)


async def _drain(receive: Receive) -> None:
    """Read on for a while, until the sender has heard the answer and stops, or is through."""
    drained = 0
    try:
        async with asyncio.timeout(DRAIN_S):
            while drained < DRAIN_BYTES:
                message = await receive()
                drained += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return


def _counted(receive: Receive, bytes_max: int) -> Receive:
    """Wrap `receive`: a body of more bytes, or one that dribbles in, raises BodyRefusedError."""
    received, complete = 0, False
    end_s = time.monotonic() + BODY_S

    async def counting() -> Message:
        nonlocal received, complete
        if complete:
            return await receive()  # waits for the client to hang up: no hurry
        try:
            async with asyncio.timeout(max(end_s - time.monotonic(), 0.0)):
                message = await receive()
        except TimeoutError:
            raise BodyRefusedError(408, f"the body took longer than {BODY_S:.0f} s") from None
        received += len(message.get("body", b""))
        complete = not message.get("more_body", False)
        if received > bytes_max:
            raise BodyRefusedError(413, f"the body is larger than {bytes_max} bytes")
        return message

    return counting


def _protect(headers: MutableHeaders) -> None:
    for name, value in FIXED_HEADERS.items():
        headers[name] = value
    headers.setdefault("Content-Security-Policy", PAGE_POLICY)
    headers.setdefault("Cache-Control", "no-store")


async def _refuse(
    scope: Scope, send: Send, status: int, text: str, rest: Receive | None = None
) -> None:
    """Answer with a refusal and close; first hear out the rest of a body, where there is one."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    body = error_body(text)
    headers = MutableHeaders({"Content-Type": "application/json", "Content-Length": str(len(body))})
    headers["Connection"] = "close"
    _protect(headers)
    await send({"type": "http.response.start", "status": status, "headers": headers.raw})
    if rest is not None:
        await send({"type": "http.response.body", "body": body, "more_body": True})
        await _drain(rest)
        body = b""
    await send({"type": "http.response.body", "body": body})


def names_of(names: Iterable[str]) -> frozenset[str]:
    """Lower the case of host names."""
    return frozenset(name.lower() for name in names)
