"""The live stream: MessagePack over WebSocket, at the rate the client asks for."""

import asyncio
import math

import msgspec
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from vedette.base.errors import RefusedError
from vedette.server.access import Access
from vedette.server.broadcast import Client
from vedette.server.permissions import DOORS
from vedette.server.strict import decode_msgpack
from vedette.server.views import Shown

PATH = "/api/stream"
RATE_MIN_HZ, RATE_MAX_HZ, RATE_HZ = 0.1, 20.0, 4.0
STALL_S = 15.0  # a client that takes nothing for this long is gone
MESSAGE_MAX_BYTES = 4096
MESSAGES_MAX_HZ = 50.0  # a display says "shown" a few times an hour
CLOSE_POLICY, CLOSE_BUSY, CLOSE_LOGIN = 1008, 1013, 4401


class StreamRoutes:
    """WS /api/stream."""

    def __init__(self, access: Access) -> None:
        """access: who looks, and the hub that is looked at."""
        self._access = access
        self._hub = access.hub

    def routes(self) -> list[WebSocketRoute]:
        """List them."""
        return [WebSocketRoute(PATH, self.stream)]

    async def stream(self, socket: WebSocket) -> None:
        """Send hello, then pictures; take "shown"."""
        rate_hz = rate_of(socket.query_params.get("rate_hz"))
        if rate_hz is None:
            await socket.close(CLOSE_POLICY, f"rate_hz is {RATE_MIN_HZ} to {RATE_MAX_HZ}")
            return
        if self._hub.broadcast.viewers >= self._hub.site.limits.clients_max:
            await socket.close(CLOSE_BUSY, "too many displays")
            return
        client = self._hub.broadcast.join(rate_hz)
        try:
            await socket.accept()
            await self._converse(socket, client)
        finally:
            self._hub.broadcast.leave(client)

    async def _converse(self, socket: WebSocket, client: Client) -> None:
        """Send and receive until one of both ends."""
        tasks = {
            asyncio.create_task(self._send(socket, client)),
            asyncio.create_task(self._receive(socket)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for task in done:
            error = None if task.cancelled() else task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect | TimeoutError):
                raise error

    async def _send(self, socket: WebSocket, client: Client) -> None:
        await self._send_bytes(socket, msgspec.msgpack.encode(self._hub.hello()))
        while True:
            await client.wake.wait()
            if self._access.refusal(socket, DOORS["WS " + PATH]) is not None:
                await socket.close(CLOSE_LOGIN, "the login has ended")
                return
            message = self._hub.broadcast.take(client)
            if message is not None:
                await self._send_bytes(socket, message)

    async def _send_bytes(self, socket: WebSocket, message: bytes) -> None:
        try:
            async with asyncio.timeout(STALL_S):
                await socket.send_bytes(message)
        except TimeoutError:
            self._hub.count("display stalled")
            raise

    async def _receive(self, socket: WebSocket) -> None:
        """Take what a display says; one that talks nonsense, or too much, is disconnected."""
        loop = asyncio.get_running_loop()
        allowance, heard_s = MESSAGES_MAX_HZ, loop.time()
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            now_s = loop.time()
            allowance = min(MESSAGES_MAX_HZ, allowance + (now_s - heard_s) * MESSAGES_MAX_HZ) - 1
            heard_s = now_s
            if allowance < 0 or not self._heard(message.get("bytes") or b""):
                self._hub.count("display message refused")
                await socket.close(CLOSE_POLICY, 'only {"kind": "shown"} is understood')
                return

    def _heard(self, message: bytes) -> bool:
        if len(message) > MESSAGE_MAX_BYTES:
            return False
        try:
            shown = decode_msgpack(message, Shown)
        except RefusedError:
            return False
        self._hub.shown(shown)  # of a warning cleared meanwhile: nothing to report
        return True


def rate_of(text: str | None) -> float | None:
    """Read ?rate_hz=; None where it is no number or out of range."""
    if text is None:
        return RATE_HZ
    try:
        rate_hz = float(text)
    except ValueError:
        return None
    within = math.isfinite(rate_hz) and RATE_MIN_HZ <= rate_hz <= RATE_MAX_HZ
    return rate_hz if within else None
