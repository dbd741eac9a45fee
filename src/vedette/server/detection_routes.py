"""The generic door for sensors over HTTP and WebSocket: detections as JSON, one object a line.

A body is judged with the codec that will decode it; one with a line that is no detection is
answered with the line and the reason, and counted against its feed. All others go on as they came:
the pipeline refuses and counts what cannot be used, and the answer says which that will be.
"""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vedette import measurements
from vedette.codecs import reasons
from vedette.model.arrivals import Arrival
from vedette.server.access import Access, json_answer
from vedette.server.answers import DetectionsAnswer, RefusedLine
from vedette.server.guard import BODY_MAX_BYTES, error_body
from vedette.server.judging import TOLD_MAX, Judged, judge
from vedette.server.permissions import DOORS

PATH = "/api/detections"
HTTP_FEED = "http"
WEBSOCKET_FEED = "websocket"
INLINE_BYTES = 8192  # larger bodies are checked off the event loop, so that pictures go on
SEND_S = 10.0
CLOSE_LOGIN = 4401
SHED = "too fast"
FLOOD_PAUSE_S = 1.0  # before a connection that sends far too fast is hung up on
TOO_FAST = "more detections of one sensor a second than limits.door_rate_max_hz"
REFUSED_MAX = 1000  # of one connection: a sensor that only sends rubbish is disconnected


class DetectionRoutes:
    """POST /api/detections, WS /api/detections."""

    def __init__(self, access: Access) -> None:
        """access: who sends, and the hub that takes it."""
        self._access = access
        self._hub = access.hub
        self._models = measurements.sensor_models(access.hub.site)
        self._senders = 0

    def routes(self) -> list[Route | WebSocketRoute]:
        """List them."""
        return [
            Route(PATH, self.post, methods=["POST"]),
            WebSocketRoute(PATH, self.connect),
        ]

    async def post(self, request: Request) -> Response:
        """Take detections: a body with a line that is none is refused whole.

        202 where any can be used, 422 where none can (a sensor that is not there, times hours off),
        429 where all are of sensors that send too fast; of other bodies their lines are left out.
        """
        body, shed = self._hub.service.admit(HTTP_FEED, await request.body())
        if shed and not body:
            raise HTTPException(429, TOO_FAST, headers={"Retry-After": "1"})
        judged = await self._take(HTTP_FEED, body)
        if judged.reason:
            raise HTTPException(400, judged.text)
        lines = [RefusedLine(line=line, reason=SHED, detail=TOO_FAST) for line in shed]
        answer = DetectionsAnswer(
            accepted=judged.accepted,
            refused=judged.refused + len(shed),
            refusals=(*judged.lines, *lines)[:TOLD_MAX],
            error="" if judged.accepted else judged.text,
        )
        return json_answer(answer, 202 if judged.accepted else 422)

    async def _take(self, feed: str, body: bytes) -> Judged:
        """Judge a body and pass it on, unless the whole of it is refused."""
        t_recv_ns = self._hub.service.now_ns()
        judged = await self._judged(body, t_recv_ns)
        if judged.reason:
            self._hub.count("invalid detection", feed, judged.reason)
            return judged
        if not body.endswith(b"\n"):
            body += b"\n"
        self._hub.service.arrive(Arrival(feed=feed, t_recv_ns=t_recv_ns, data=body))
        return judged

    async def _judged(self, body: bytes, t_recv_ns: int) -> Judged:
        if len(body) > BODY_MAX_BYTES:
            return Judged(reasons.TOO_LONG, f"more than {BODY_MAX_BYTES} bytes at once")
        site, models = self._hub.site, self._models
        if len(body) <= INLINE_BYTES:
            return judge(site, models, body, t_recv_ns)
        return await asyncio.to_thread(judge, site, models, body, t_recv_ns)

    async def connect(self, socket: WebSocket) -> None:
        """Take detections, one JSON object a message; only refusals are answered."""
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
        refused, shed, window_s = 0, 0, 0.0
        loop = asyncio.get_running_loop()
        while refused < REFUSED_MAX:
            body = await _message(socket)
            if self._access.refusal(socket, DOORS["WS " + PATH]) is not None:
                async with asyncio.timeout(SEND_S):
                    await socket.close(CLOSE_LOGIN, "the login has ended")
                return
            body, late = self._hub.service.admit(WEBSOCKET_FEED, body)
            if late:
                if loop.time() - window_s >= 1.0:
                    shed, window_s = 0, loop.time()
                shed += len(late)
                if shed > self._hub.site.limits.door_rate_max_hz:
                    await self._hang_up(socket)
                    return
                if not body:
                    continue
            judged = await self._take(WEBSOCKET_FEED, body)
            if judged.text:
                refused += 1
                async with asyncio.timeout(SEND_S):
                    await socket.send_bytes(error_body(judged.text))
        async with asyncio.timeout(SEND_S):
            await socket.close(1008, "too many refused detections")

    async def _hang_up(self, socket: WebSocket) -> None:
        """End a connection that sends twice what it may: what waits in it is old by now.

        Not read meanwhile, and not soon, or it would be back at once.
        """
        await asyncio.sleep(FLOOD_PAUSE_S)
        async with asyncio.timeout(SEND_S):
            await socket.close(1013, TOO_FAST)


async def _message(socket: WebSocket) -> bytes:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    data: bytes = message.get("bytes") or (message.get("text") or "").encode("utf-8")
    return data
