"""Who may log in: local accounts from the site file, argon2id, sessions kept in memory.

A guess costs the same time whether the name exists or not, runs outside the event loop, and is
limited in number. A session is a random token in a cookie; only its hash is kept. The journal
carries another, public, session id.
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from vedette.base.errors import VedetteError
from vedette.config.site import Person
from vedette.model.enums import Role

SESSION_S = 12 * 3600.0  # the longest watch
SESSIONS_MAX = 2000
PASSWORD_MAX = 1024
WINDOW_S = 60.0
# Failed guesses in WINDOW_S. Counted for a name AT an address: counted for the name alone, anybody
# could lock an officer out in the middle of an attack.
FAILURES_PER_NAME = 5
FAILURES_PER_ADDRESS = 30
KEYS_MAX = 10_000
# argon2id takes 64 MiB and a core for some 50 ms: two at once, and a short queue.
VERIFY_PARALLEL = 2
VERIFY_WAITING_MAX = 32
_LAST_FIELDS = re.compile(r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$")
# Verified against when nobody has an account: the parameters are argon2-cffi's own.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43


class TooManyAttemptsError(VedetteError):
    """Too many guesses: wait."""


@dataclass(slots=True)
class Session:
    """One login. id: public, for the journal; csrf: what the browser sends back in a header."""

    id: str
    person: str
    roles: tuple[Role, ...]
    csrf: str
    expires_s: float


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


class Accounts:
    """The site's people and their sessions. clock: monotonic seconds."""

    def __init__(
        self, people: Sequence[Person], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """people: of the site file; each password is an argon2id hash."""
        self._people = {person.name: person for person in people}
        self._clock = clock
        self._sessions: dict[str, Session] = {}
        self._attempts = Attempts()
        self._verify_slots = asyncio.Semaphore(VERIFY_PARALLEL)
        self._waiting = 0
        self._decoy = _decoy(next(iter(people)).password if people else _NOBODY)

    def __len__(self) -> int:
        return len(self._people)

    async def verify(self, name: str, password: str, address: str) -> Person | None:
        """Give the person whose name and password these are, or None.

        address: where the guess comes from. Raises TooManyAttemptsError before any hash is
        computed when this name at this address, or this address, has guessed too often.
        """
        keys = ((f"name {name} {address}", FAILURES_PER_NAME), (address, FAILURES_PER_ADDRESS))
        now_s = self._clock()
        if self._waiting >= VERIFY_WAITING_MAX or any(
            self._attempts.full(key, limit, now_s) for key, limit in keys
        ):
            raise TooManyAttemptsError("too many attempts to log in: wait a minute")
        for key, _ in keys:
            self._attempts.add(key, now_s)
        person = self._people.get(name)
        known = await self._verify_hash(person.password if person else self._decoy, password)
        if person is None or not known:
            return None
        for key, _ in keys:
            self._attempts.forgive(key)
        return person

    async def _verify_hash(self, encoded: str, password: str) -> bool:
        self._waiting += 1
        try:
            async with self._verify_slots:
                return await asyncio.to_thread(matches, encoded, password)
        finally:
            self._waiting -= 1

    def open_session(self, person: Person) -> tuple[str, Session]:
        """Log a person in: the token for the cookie, and the session."""
        token = secrets.token_urlsafe(32)
        session = self.transient_session(person)
        self._sessions[_digest(token)] = session
        while len(self._sessions) > SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        return token, session

    def transient_session(self, person: Person) -> Session:
        """Make a session that no cookie opens: one command of a second person."""
        return Session(
            id=secrets.token_hex(8),
            person=person.name,
            roles=tuple(sorted(set(person.roles))),
            csrf=secrets.token_urlsafe(32),
            expires_s=self._clock() + SESSION_S,
        )

    def session(self, token: str | None) -> Session | None:
        """Give the live session of a cookie's token, or None."""
        if not token or len(token) > 256:
            return None
        session = self._sessions.get(_digest(token))
        if session is not None and session.expires_s < self._clock():
            del self._sessions[_digest(token)]
            return None
        return session

    def close_session(self, token: str | None) -> None:
        """Log out."""
        if token:
            self._sessions.pop(_digest(token), None)


def same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def hash_password(password: str) -> str:
    """Make the argon2id hash that a site file holds (64 MiB, 3 passes: RFC 9106, section 4)."""
    return argon2.PasswordHasher().hash(password)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _decoy(encoded: str) -> str:
    """Make a hash nobody's password has, that costs as much to check as `encoded`."""

    def zeros(match: re.Match[str]) -> str:
        return "$" + "A" * len(match.group(1)) + "$" + "A" * len(match.group(2))

    return _LAST_FIELDS.sub(zeros, encoded)


def matches(encoded: str, password: str) -> bool:
    """Say whether a password is that of an argon2id hash."""
    if len(password) > PASSWORD_MAX:
        return False
    try:
        return argon2.PasswordHasher().verify(encoded, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False
