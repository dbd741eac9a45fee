"""Warnings and their all-clear by HTTP POST: signed JSON.

What a receiver gets is the site's own words; what it answers is never read beyond the status.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from vedette.base.constants import NS_PER_S
from vedette.base.languages import all_clear
from vedette.config.site import Site, Webhook
from vedette.model.commands import Delivery
from vedette.model.enums import Mode
from vedette.model.events import WarningCleared
from vedette.outputs.delivering import Change, Delivering, Warned, mode_of
from vedette.outputs.words import words, zone_name

if TYPE_CHECKING:
    import httpx

SCHEMA = 1
NS_PER_US = 1000
# Statuses worth another try; any other answer that is not 2xx will not change by asking again.
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})


class Poster:
    """An HTTP client made when it is first needed: a tenth of a second the start need not wait."""

    def __init__(self, timeout_s: float) -> None:
        """timeout_s: of one request, from begin to end."""
        self._timeout_s = timeout_s
        self._client: httpx.AsyncClient | None = None

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[str, bool]:
        """POST once; give the fault ("" for none) and whether another try may help."""
        import httpx

        if self._client is None:
            self._client = httpx.AsyncClient(
                follow_redirects=False, trust_env=False, timeout=self._timeout_s
            )
        try:
            async with asyncio.timeout(self._timeout_s):
                asked = self._client.stream("POST", url, content=body, headers=headers)
                async with asked as answer:
                    status = answer.status_code
        except TimeoutError:
            return f"no answer within {self._timeout_s:g} s", True
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            return f"{type(error).__name__}: {error}"[:200], True
        if 200 <= status < 300:
            return "", False
        return f"answered {status}", status in TRY_AGAIN

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.aclose()


class _Hook:
    """One webhook."""

    def __init__(self, webhook: Webhook) -> None:
        self._webhook = webhook
        self._poster = Poster(webhook.timeout_s)

    @property
    def id(self) -> str:
        return self._webhook.id

    async def send(self, event: Change, site: Site, now_ns: int) -> tuple[str, bool]:
        body = told_json(site, event, now_ns)
        headers = _headers(self._webhook, event, body, now_ns)
        return await self._poster.post(self._webhook.url, body, headers)

    async def close(self) -> None:
        await self._poster.close()


class Webhooks(Delivering):
    """All webhooks of a site."""

    def __init__(
        self, site: Site, deliver: Callable[[Delivery], None], now_ns: Callable[[], int]
    ) -> None:
        """deliver: told of every success and failure. now_ns: the service's time."""
        super().__init__(site, [_Hook(hook) for hook in site.webhooks], deliver, now_ns)


def _headers(webhook: Webhook, event: Change, body: bytes, now_ns: int) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vedette",
        # The same for every try of one revision: a receiver tells repeats by it.
        "X-Vedette-Delivery": f"{event.warning_id}-{event.revision}-{webhook.id}",
    }
    if webhook.secret is not None:
        t_s = now_ns // NS_PER_S
        headers["X-Vedette-Signature"] = f"t={t_s},v1={signature(webhook.secret, t_s, body)}"
    return headers


def test_headers(webhook: Webhook, body: bytes, now_ns: int) -> dict[str, str]:
    """Give the headers of a test: signed as a warning is, and called what it is."""
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "vedette",
        "X-Vedette-Delivery": f"test-{now_ns // NS_PER_US}-{webhook.id}",
    }
    if webhook.secret is not None:
        t_s = now_ns // NS_PER_S
        headers["X-Vedette-Signature"] = f"t={t_s},v1={signature(webhook.secret, t_s, body)}"
    return headers


def signature(secret: str, t_s: int, body: bytes) -> str:
    """Sign a body: HMAC-SHA256 (RFC 2104) over "t_s.body", in hexadecimal.

    t_s: Unix seconds, part of what is signed, so that an old message cannot be sent again as new.
    """
    return hmac.new(secret.encode(), f"{t_s}.".encode() + body, hashlib.sha256).hexdigest()


def told_json(site: Site, event: Change, now_ns: int) -> bytes:
    """Write a warning, or its all-clear (kind "all_clear"), as webhooks get it."""
    if not isinstance(event, WarningCleared):
        return msgspec.json.encode(message(site, event, now_ns))
    mode = mode_of(site, event)
    title, text = words(site, event)
    return msgspec.json.encode(
        {
            "schema": SCHEMA,
            "kind": "all_clear",
            "mode": mode.value,
            "simulated": mode is not Mode.LIVE,
            "site": site.name,
            "warning_id": event.warning_id,
            "revision": event.revision,
            "zone_id": event.zone_id,
            "spoken": text,
            "said": all_clear(site.languages, zone_name(site, event)),
            "reason": title,
            "t_us": event.t_ns // NS_PER_US,
            "sent_us": now_ns // NS_PER_US,
        }
    )


def message(site: Site, event: Warned, now_ns: int) -> dict[str, Any]:
    """Make what a receiver gets: who must do what, how long they have, and whether it is real.

    seconds_left_s counts from `t_us`; `seconds_left_now_s` is what is left of it at `sent_us`.
    Whatever is not live is marked in `mode` and at the head of the text to be spoken.
    """
    mode = mode_of(site, event)
    passed_s = max(0.0, (now_ns - event.t_ns) / NS_PER_S)
    spoken = event.spoken
    if mode is not Mode.LIVE and mode.value not in spoken:
        spoken = f"{mode.value}. {spoken}"
    return {
        "schema": SCHEMA,
        "kind": "warning",
        "mode": mode.value,
        "simulated": mode is not Mode.LIVE,
        "site": site.name,
        "warning_id": event.warning_id,
        "revision": event.revision,
        "level": event.level.value,
        "zone_id": event.zone_id,
        "zone_name": event.zone_name,
        "spoken": spoken,
        "said": event.said,
        "reason": event.reason,
        "cause": event.cause,
        "track_ids": list(event.track_ids),
        "seconds_left_s": event.seconds_left_s,
        "seconds_left_now_s": max(0.0, event.seconds_left_s - passed_s),
        "t_us": event.t_ns // NS_PER_US,
        "t_detect_us": event.t_detect_ns // NS_PER_US,
        "sent_us": now_ns // NS_PER_US,
    }
