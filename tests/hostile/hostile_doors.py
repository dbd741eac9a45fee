"""The web service called without sockets, as its server calls it: ASGI messages in and out."""

import asyncio
import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from server_world import PASSWORD, SmallService
from starlette.applications import Starlette

from vedette.model.acts import Act
from vedette.model.arrivals import Arrival
from vedette.model.commands import Command, Delivery
from vedette.model.events import Event

TOKENS = (
    b"NaN", b"Infinity", b"-1e999", b"1e309", b"9" * 400, b"-9223372036854775809", b"\x00",
    b"18446744073709551616", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 500,
    b'{"a":' * 500, b"null", b"true", b'""', b"\n", b"\r\n", b"..%2f", b"%00", b"{}", b"[]",
    b",", b":", b"\xe2\x80\xae", b"0x10", b"; ", b"=", b"%ff", b"//", b"../", b"?", b"&", b"1e5",
)  # fmt: skip
HUGE = (b"[" * 70_000, b'"' + b"x" * 70_000 + b'"', b'{"a":' * 20_000)


def mutate(data: bytes, source: random.Random) -> bytes:
    """Change a few places: flip, cut, double, insert or replace; now and then something huge."""
    changed = bytearray(data)
    for _ in range(source.choice((1, 1, 1, 2, 4))):
        at = source.randrange(len(changed) + 1)
        kind = source.randrange(5)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << source.randrange(8)
        elif kind == 1:
            del changed[at : at + source.randrange(1, 20)]
        elif kind == 2:
            changed[at:at] = changed[at : at + source.randrange(1, 200)]
        else:
            changed[at : at + kind - 3] = source.choice(TOKENS)
    if source.random() < 0.002:
        changed[at:at] = source.choice(HUGE)
    return bytes(changed)


@dataclass
class LeanService(SmallService):
    """Counts what it is given and keeps the last of it only, so that nothing here grows."""

    taken: int = 0
    taken_acts: int = 0

    async def submit(self, command: Command) -> list[Event]:
        self.taken += 1
        events = await super().submit(command)
        del self.commands[:-1]
        return events

    def deliver(self, delivery: Delivery) -> None:
        self.taken += 1

    def arrive(self, arrival: Arrival) -> None:
        self.arrivals = [arrival]

    def audit(self, act: Act) -> None:
        self.taken_acts += 1
        self.audited = [act]

    def refused(self, source: str, reason: str, count: int) -> None:
        self.refusals = [(source, reason, count)]


@dataclass
class Client:
    """Somebody who talks to the application. headers are sent with every request."""

    app: Starlette
    headers: dict[str, str] = field(default_factory=lambda: {"host": "127.0.0.1:8420"})

    def _scope(self, kind: str, target: bytes, headers: list[tuple[bytes, bytes]]) -> Any:
        path, _, query = target.partition(b"?")
        return {
            "type": kind,
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "scheme": "http" if kind == "http" else "ws",
            "path": unquote(path.decode("latin-1")),
            "raw_path": path,
            "query_string": query,
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 8420),
            "state": {},
        }

    def _headers(self, more: dict[str, str]) -> list[tuple[bytes, bytes]]:
        both = {**self.headers, **more}
        return [(k.encode("latin-1"), v.encode("latin-1", "replace")) for k, v in both.items()]

    async def ask(
        self, method: str, target: bytes, body: bytes = b"", **more: str
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """Send a request; give status, headers and body of the answer."""
        more = {name.replace("_", "-"): value for name, value in more.items()}
        more.setdefault("content-length", str(len(body)))
        scope = self._scope("http", target, self._headers(more)) | {"method": method}
        inbox = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Any] = []

        async def receive() -> Any:
            if inbox:
                return inbox.pop()
            await asyncio.sleep(3600)
            raise AssertionError("a body was awaited that has already come")

        async def send(message: Any) -> None:
            sent.append(message)

        async with asyncio.timeout(20):
            await self.app(scope, receive, send)
        content = b"".join(m.get("body", b"") for m in sent[1:])
        return sent[0]["status"], dict(sent[0]["headers"]), content

    async def talk(self, target: bytes, messages: list[dict[str, Any]]) -> list[Any]:
        """Open a WebSocket, say everything, hang up; give what was answered."""
        scope = self._scope("websocket", target, self._headers({})) | {"subprotocols": []}
        inbox = [{"type": "websocket.connect"}, *messages]
        inbox.append({"type": "websocket.disconnect", "code": 1001})
        inbox.reverse()
        sent: list[Any] = []

        async def receive() -> Any:
            if len(inbox) > 1:
                return inbox.pop()
            return inbox[0]

        async def send(message: Any) -> None:
            sent.append(message)

        async with asyncio.timeout(20):
            await self.app(scope, receive, send)
        return sent

    async def log_in(self, name: str, password: str = PASSWORD) -> None:
        """Log in; carry the cookie and the CSRF header from now on."""
        body = json.dumps({"name": name, "password": password}).encode()
        status, headers, content = await self.ask(
            "POST", b"/api/login", body, content_type="application/json"
        )
        assert status == 200, content
        self.headers["cookie"] = headers[b"set-cookie"].decode().split(";")[0]
        self.headers["x-vedette-csrf"] = json.loads(content)["csrf"]
