"""HTTP Basic (RFC 7617): how a program without cookies, such as a collector of metrics, logs in."""

import base64
import binascii

from starlette.requests import Request

from vedette.server.access import Access, address_of
from vedette.server.accounts import TooManyAttemptsError
from vedette.server.permissions import Door, missing, permits

BASIC_CHARS_MAX = 2048
_ASKS = [(b"www-authenticate", b'Basic realm="vedette", charset="UTF-8"')]

Refusal = tuple[int, str] | None
Headers = list[tuple[bytes, bytes]]


async def basic_refusal(access: Access, request: Request, door: Door) -> tuple[Refusal, Headers]:
    """Say how a request that says name and password is refused, None where it may pass."""
    name, password = _credentials(request.headers.get("authorization", ""))
    if not name:
        return (401, "log in to see this"), _ASKS
    try:
        holder = await access.accounts.verify(name, password, address_of(request))
    except TooManyAttemptsError as error:
        return (429, str(error)), [(b"retry-after", b"60")]
    if holder is None:
        access.hub.count("login refused")
        return (401, "the name or the password is wrong"), _ASKS
    if not permits(tuple(holder.roles), door.right):
        return (403, missing(door.right)), []
    return None, []


def _credentials(header: str) -> tuple[str, str]:
    """Read an Authorization header of kind Basic; two empty texts for anything else."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > BASIC_CHARS_MAX:
        return "", ""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, password
