"""The generic door for sensors over HTTP and WebSocket: detections as JSON, one object a line.

A body is checked with the codec that will decode it; only an accepted one goes on, as it came.
What is refused is answered with the line and the reason, and counted against its feed.
"""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.model.arrivals import Arrival
from vedette.server.access import Access, json_answer
from vedette.server.guard import BODY_MAX_BYTES, error_body
from vedette.server.strict import check_depth, one_line
from vedette.server.views import DetectionsAnswer

PATH = "/api/detections"
HTTP_FEED = "http"
WEBSOCKET_FEED = "websocket"
INLINE_BYTES = 8192  # larger bodies are checked off the event loop, so that pictures go on
SEND_S = 10.0
REFUSED_MAX = 1000  # of one connection: a sensor that only sends rubbish is disconnected


class DetectionRoutes:
    """POST /api/detections, WS /api/detections."""

    def __init__(self, access: Access) -> None:
        """access: who sends, and the hub that takes it."""
        self._access = access
        self._hub = access.hub
        self._senders = 0

    def routes(self) -> list[Route | WebSocketRoute]:
        """List them."""
        return [
            Route(PATH, self.post, methods=["POST"]),
            WebSocketRoute(PATH, self.connect),
        ]

    async def post(self, request: Request) -> Response:
        """Take detections; all lines are good, or none is taken."""
        self._access.sender(request)
        body = await request.body()
        try:
            accepted = await self._take(HTTP_FEED, body)
        except RefusedError as refused:
            raise HTTPException(400, str(refused)) from None
        return json_answer(DetectionsAnswer(accepted=accepted), 202)

    async def _take(self, feed: str, body: bytes) -> int:
        """Pass an accepted body on and count its detections. Raises RefusedError with the line."""
        try:
            accepted = await _checked(body)
        except RefusedError:
            self._hub.count("invalid detection", feed)
            raise
        if not body.endswith(b"\n"):
            body += b"\n"
        t_recv_ns = self._hub.service.now_ns()
        self._hub.service.arrive(Arrival(feed=feed, t_recv_ns=t_recv_ns, data=body))
        return accepted

    async def connect(self, socket: WebSocket) -> None:
        """Take detections, one JSON object a message; only refusals are answered."""
        if not self._access.may_send(socket):
            await socket.close(1008, "log in with the role sensor")
            return
        if self._senders >= self._hub.site.limits.clients_max:
            await socket.close(1013, "too many senders")
            return
        self._senders += 1
        try:
            await socket.accept()
            await self._converse(socket)
        except (WebSocketDisconnect, TimeoutError):
            pass
        finally:
            self._senders -= 1

    async def _converse(self, socket: WebSocket) -> None:
        for _ in range(REFUSED_MAX):
            try:
                while True:
                    await self._take(WEBSOCKET_FEED, await _message(socket))
            except RefusedError as refused:
                async with asyncio.timeout(SEND_S):
                    await socket.send_bytes(error_body(str(refused)))
        async with asyncio.timeout(SEND_S):
            await socket.close(1008, "too many refused detections")


async def _message(socket: WebSocket) -> bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    data: bytes = message.get("bytes") or (message.get("text") or "").encode("utf-8")
    return data


async def _checked(body: bytes) -> int:
    if len(body) > BODY_MAX_BYTES:
        raise RefusedError(f"more than {BODY_MAX_BYTES} bytes at once")
    if len(body) <= INLINE_BYTES:
        return _check(body)
    return await asyncio.to_thread(_check, body)


def _check(body: bytes) -> int:
    """Count the detections of a body. Raises RefusedError with the line and the reason."""
    check_depth(body)
    count = sum(1 for line in body.split(b"\n") if line.strip())
    if count == 0:
        raise RefusedError("there is no detection in the body")
    verdict = codecs.check("detections", body)
    if not verdict.accepted:
        raise RefusedError(one_line(verdict.reason))
    return count
