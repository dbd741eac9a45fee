"""Transports aircraft_json_*: a receiver's document, asked for again and again.

By HTTP, or from the file that a receiver on this machine writes. A receiver that is away is asked
again for ever, with growing pauses; a document that has not changed is no arrival.
"""

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from vedette.codecs.adsb.aircraft_json import DOCUMENT_BYTES_MAX
from vedette.config.site import Feed
from vedette.feeds.intake import Intake
from vedette.model.arrivals import Arrival

TIMEOUT_S = 5.0
PAUSE_MAX_S = 30.0

Clock = Callable[[], int]
Ask = Callable[[], Awaitable[bytes]]


async def keep_asking(feed: Feed, intake: Intake, clock: Clock) -> None:
    """Ask for the document every `period_s`, for ever."""
    if feed.kind == "aircraft_json_file":
        path = Path(feed.path or "")
        await _poll(feed, lambda: asyncio.to_thread(_read, path), intake, clock)
        return
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
        url = f"http://{feed.host}:{feed.port}{feed.path or '/data/aircraft.json'}"
        await _poll(feed, lambda: _fetch(client, url), intake, clock)


async def _poll(feed: Feed, ask: Ask, intake: Intake, clock: Clock) -> None:
    is_open, last, pause_s = False, 0, feed.period_s

    def put(kind: str, data: bytes = b"") -> None:
        count = int(kind == "refused")
        intake.put(Arrival(feed=feed.id, t_recv_ns=clock(), kind=kind, data=data, count=count))

    try:
        while True:
            try:
                data = await ask()
            except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
                if isinstance(error, httpx.HTTPStatusError):
                    put("refused", f"HTTP status {error.response.status_code}".encode())
                if is_open:
                    is_open = False
                    put("closed")
                pause_s = min(2.0 * pause_s, max(PAUSE_MAX_S, feed.period_s))
            else:
                pause_s = feed.period_s
                if not is_open:
                    is_open = True
                    put("opened")
                digest = zlib.crc32(data)
                if digest != last:
                    last = digest
                    put("data", data)
            await asyncio.sleep(pause_s)
    finally:
        if is_open:
            put("closed")


def _read(path: Path) -> bytes:
    """Read a document, and a little more of one that is too long: the codec says so."""
    with path.open("rb") as file:
        return file.read(DOCUMENT_BYTES_MAX + 1)


async def _fetch(client: httpx.AsyncClient, url: str) -> bytes:
    parts, size = list[bytes](), 0
    async with asyncio.timeout(2.0 * TIMEOUT_S), client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for part in answer.aiter_bytes():
            parts.append(part)
            size += len(part)
            if size > DOCUMENT_BYTES_MAX:
                break
    return b"".join(parts)
