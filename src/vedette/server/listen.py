"""Listening: uvicorn inside the service's own event loop.

HTTP is parsed by h11, because its head is bounded (the C parser's is not, and speed does not
matter here); a connection that sends no whole head in HEAD_S is dropped. WebSocket messages are
bounded and not compressed: the columns hardly shrink, and deflate costs memory per client.
"""

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from vedette.base.errors import VedetteError
from vedette.config.site import Site
from vedette.server.guard import BODY_MAX_BYTES

HEAD_MAX_BYTES = 16 * 1024
HEAD_S = 15.0
KEEP_ALIVE_S = 30
STOP_S = 1
BACKLOG = 128
PORT_MAX = 65_535
STALLED_MS = 30_000  # bytes unacknowledged, or a closed window, for this long: the kernel gives up


class _PunctualH11(H11Protocol):
    """Drops a connection whose next request does not arrive in time."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.loop.call_later(HEAD_S, self._expect_head, None)

    def _expect_head(self, cycle_before: object) -> None:
        """Look every HEAD_S: still without a request that began since the last look?"""
        if self.transport.is_closing() or self not in self.connections:
            return  # closed, or handed over to a WebSocket
        idle = self.conn.their_state is h11.IDLE
        if idle and self.cycle is cycle_before:
            self.transport.close()
            return
        self.loop.call_later(HEAD_S, self._expect_head, self.cycle)


class _Server(uvicorn.Server):
    """Leaves the signals to the service; ticks once a second and stops at once."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End the main loop."""
        self.should_exit = True
        self._stop.set()

    async def main_loop(self) -> None:
        """Keep the Date header fresh until stopped; uvicorn counts ten ticks a second."""
        counter = 0
        while not await self.on_tick(counter):
            counter += 10
            try:
                async with asyncio.timeout(1.0):
                    await self._stop.wait()
            except TimeoutError:
                continue

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Do nothing: Ctrl-C is the service's to handle."""
        yield


@dataclass(slots=True)
class Listening:
    """A web service that listens. url: where a browser on this machine finds it."""

    host: str
    port: int
    url: str
    _server: _Server
    _task: asyncio.Task[None]

    async def stop(self) -> None:
        """Close every connection and wait until it is done."""
        self._server.stop()
        await self._task

    async def wait(self) -> None:
        """Wait until the server ends."""
        await self._task


def tls_files(site: Site) -> tuple[str, str] | None:
    """Give the site's certificate and key, None without. Raises VedetteError for half of them."""
    place = site.service
    if (place.tls_certificate is None) != (place.tls_key is None):
        raise VedetteError("service: tls_certificate and tls_key go together: give both, or none")
    if place.tls_certificate is None or place.tls_key is None:
        return None
    return place.tls_certificate, place.tls_key


async def serve(
    app: ASGIApp,
    host: str,
    port: int,
    *,
    tls: tuple[str, str] | None = None,
    connections_max: int = 1000,
) -> Listening:
    """Serve `app` in the running loop; return when it listens.

    port 0: any free one. tls: paths of certificate and key. connections_max: beyond it, 503.
    Raises VedetteError where the address is taken or the certificate is unfit.
    """
    bound = _bind(host, port)
    try:
        config = _config(app, tls, connections_max)
    except (OSError, ssl.SSLError) as error:
        bound.close()
        raise VedetteError(f"the TLS certificate or key cannot be used: {error}") from None
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        if task.done():
            await task
        await asyncio.sleep(0.005)
    actual = int(bound.getsockname()[1])
    return Listening(host, actual, _url(host, actual, tls is not None), server, task)


def refuse_taken(host: str, port: int) -> None:
    """Raise VedetteError where `serve` could not listen, before anything else is begun."""
    _bind(host, port).close()


def _config(app: ASGIApp, tls: tuple[str, str] | None, connections_max: int) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        http=_PunctualH11,
        ws="websockets-sansio",
        ws_max_size=BODY_MAX_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=20.0,
        ws_ping_timeout=20.0,
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=connections_max,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_S,
        h11_max_incomplete_event_size=HEAD_MAX_BYTES,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    config.load()
    return config


def _bind(host: str, port: int) -> socket.socket:
    """Open the listening socket. Raises VedetteError with what to do."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise VedetteError(f"cannot listen on {host}: {error.strerror}") from None
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALLED_MS)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise VedetteError(f"cannot listen on {host}:{port}: {_advice(error, port)}") from None
    return listener


def _advice(error: OSError, port: int) -> str:
    """Say why an address cannot be listened on, and what to do about it."""
    if error.errno == errno.EADDRINUSE:
        other = port + 1 if port < PORT_MAX else port - 1
        return f"another program listens there; choose another port, such as --port {other}"
    if error.errno == errno.EACCES:
        return "ports below 1024 are not for everyone; choose another, such as --port 8420"
    return f"{error.strerror}; choose an address of this machine"


def _url(host: str, port: int, tls: bool) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"{'https' if tls else 'http'}://{shown}:{port}/"
