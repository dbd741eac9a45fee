"""GET /api/map.pmtiles: pieces of the site's own map, as the page asks for them."""

import asyncio
import os
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from vedette.base.errors import RefusedError
from vedette.config.site import Site
from vedette.model.enums import Mode
from vedette.server.access import Access
from vedette.server.ground_file import URL, Ground, read_ground, stamp_of
from vedette.server.hub import Hub

PIECE_MAX_BYTES = 4 * 2**20  # a directory of 100,000 tiles has 0.3 MB, a large tile 1 MB
READERS_MAX = 8  # pieces read from the disk at a time
# Named by the file's state: another file has another address.
KEEP = "private, max-age=86400"
_RANGE = re.compile(r"^bytes=(\d{1,15})-(\d{1,15})\Z")


def ground_of(site: Site, mode: Mode) -> Ground | None:
    """Look at the site's own map; None where it has none.

    Raises RefusedError where it cannot be drawn. A replay elsewhere goes without it.
    """
    if site.map.pmtiles is None:
        return None
    try:
        return read_ground(Path(site.map.pmtiles))
    except RefusedError:
        if mode is Mode.REPLAY:
            return None
        raise


class GroundRoutes:
    """The file, in pieces."""

    def __init__(self, access: Access) -> None:
        """access: who asks."""
        self._hub: Hub = access.hub
        self._reading = asyncio.Semaphore(READERS_MAX)

    def routes(self) -> list[Route]:
        """List them."""
        return [Route(URL, self.piece, methods=["GET"])]

    async def piece(self, request: Request) -> Response:
        """GET /api/map.pmtiles with one Range: 206 with these bytes."""
        ground = self._hub.ground
        if ground is None:
            raise HTTPException(404, "this site has no map of its own")
        first, last = _asked(request, ground)
        async with self._reading:
            data = await asyncio.to_thread(_read, ground, first, last)
        headers = {
            "Content-Range": f"bytes {first}-{first + len(data) - 1}/{ground.size_bytes}",
            "Accept-Ranges": "bytes",
            "ETag": f'"{ground.stamp}"',
            "Cache-Control": KEEP,
        }
        return Response(data, 206, headers, media_type="application/octet-stream")


def _asked(request: Request, ground: Ground) -> tuple[int, int]:
    """Read the range: its first and last byte, within the file. Raises HTTPException 416."""
    found = _RANGE.match(request.headers.get("range", ""))
    size = ground.size_bytes
    refusal = {"Content-Range": f"bytes */{size}"}
    if found is None:
        raise HTTPException(416, "ask for one range: bytes=FIRST-LAST", refusal)
    first, last = int(found.group(1)), min(int(found.group(2)), size - 1)
    if first > last:
        raise HTTPException(416, f"the file has {size} bytes", refusal)
    if last - first >= PIECE_MAX_BYTES:
        raise HTTPException(416, f"at most {PIECE_MAX_BYTES} bytes at a time", refusal)
    return first, last


def _read(ground: Ground, first: int, last: int) -> bytes:
    try:
        with ground.path.open("rb") as file:
            told = os.fstat(file.fileno())
            changed = stamp_of(told) != ground.stamp
            data = b"" if changed else os.pread(file.fileno(), last - first + 1, first)
    except OSError as error:
        raise HTTPException(503, f"the map cannot be read: {error.strerror}") from None
    if changed or not data:
        raise HTTPException(503, "the map has been changed: start the service again")
    return data
