"""How often somebody may guess a password, so that no stranger locks an officer out.

Failed guesses are counted for a name AT an address, for the address, and for the name wherever
they come from. Who logged in from a browser before carries a token of that browser: its guesses
have a count of their own, and are taken however busy strangers are (OWASP, "device cookies").
"""

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass, field

WINDOW_S = 60.0
FAILURES_PER_NAME_AT_ADDRESS = 5
FAILURES_PER_ADDRESS = 30
FAILURES_PER_NAME = 20
FAILURES_PER_BROWSER = 10
KEYS_MAX = 10_000
BROWSERS_MAX = 2000
TOKEN_CHARS_MAX = 256


@dataclass(slots=True)
class Attempts:
    """Failed attempts of the last WINDOW_S, by key; bounded."""

    times: dict[str, list[float]] = field(default_factory=dict)

    def full(self, key: str, limit: int, now_s: float) -> bool:
        """Say whether `key` has used up its attempts."""
        recent = [t for t in self.times.get(key, ()) if now_s - t < WINDOW_S]
        return len(recent) >= limit

    def add(self, key: str, now_s: float) -> None:
        """Count an attempt of `key`."""
        recent = [t for t in self.times.pop(key, ()) if now_s - t < WINDOW_S]
        self.times[key] = [*recent, now_s]
        while len(self.times) > KEYS_MAX:
            del self.times[next(iter(self.times))]

    def forgive(self, key: str) -> None:
        """Take back the latest attempt of `key`: it succeeded."""
        if self.times.get(key):
            self.times[key].pop()


@dataclass(slots=True)
class Browsers:
    """From which browsers people have logged in: hash of the browser's token -> names; bounded."""

    names: dict[str, set[str]] = field(default_factory=dict)

    def remember(self, token: str | None, name: str) -> str:
        """Note that `name` logged in from a browser; give the token it is to keep."""
        known = token if token is not None and digest(token) in self.names else None
        kept = known or secrets.token_urlsafe(32)
        key = digest(kept)
        names = self.names.pop(key, set())
        names.add(name)
        self.names[key] = names
        while len(self.names) > BROWSERS_MAX:
            del self.names[next(iter(self.names))]
        return kept

    def knows(self, token: str | None, name: str) -> bool:
        """Say whether `name` has logged in from the browser with this token."""
        if not token or len(token) > TOKEN_CHARS_MAX:
            return False
        return name in self.names.get(digest(token), ())


def digest(token: str) -> str:
    """Hash a token: what is kept opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def neighbourhood(address: str) -> str:
    """Give what one stranger cannot change at will: an IPv4 address, or the first half of an IPv6.

    A host gets 2^64 IPv6 addresses of its own.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def limits(name: str, address: str, browser: str | None) -> tuple[tuple[str, int], ...]:
    """List what a guess counts against: (key, failures allowed in WINDOW_S).

    browser: the token of a browser that this name has logged in from, else None.
    """
    if browser is not None:
        return ((f"browser {digest(browser)} {name}", FAILURES_PER_BROWSER),)
    place = neighbourhood(address)
    return (
        (f"name {name} at {place}", FAILURES_PER_NAME_AT_ADDRESS),
        (f"address {place}", FAILURES_PER_ADDRESS),
        (f"name {name}", FAILURES_PER_NAME),
    )
