"""Who may log in: accounts of the site file and of the accounts file, argon2id, sessions in memory.

A guess costs the same time whether the name exists or not, runs outside the event loop, and is
limited in number. A session is a random token in a cookie; only its hash is kept. The journal
carries another, public, session id. The accounts file is looked at once a second: who is disabled,
or changed, is logged out.
"""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import argon2
from argon2.exceptions import InvalidHashError, VerificationError

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.accounts import Account, read_accounts
from vedette.config.site import Person
from vedette.model.enums import Role
from vedette.server.attempts import TOKEN_CHARS_MAX, Attempts, Browsers, digest, limits
from vedette.server.outside import Outsider
from vedette.server.permissions import MACHINES

SESSION_S = 12 * 3600.0  # the longest watch
IDLE_LOCK_S = 900.0
SESSIONS_MAX = 2000
SESSIONS_PER_PERSON = 20
PASSWORD_MAX = 1024
LOOK_S = 1.0
# argon2id takes 64 MiB and a core for some 50 ms: two at once for strangers, one for those whose
# browser is known, and short queues.
VERIFY_PARALLEL = 2
VERIFY_WAITING_MAX = 32
_LAST_FIELDS = re.compile(r"\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$")
# Verified against when nobody has an account: the parameters are argon2-cffi's own.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$" + "A" * 22 + "$" + "A" * 43

Local = Person | Account
Holder = Local | Outsider


class TooManyAttemptsError(VedetteError):
    """Too many guesses: wait."""


@dataclass(slots=True)
class Session:
    """One login. id: public, for the journal; csrf: what the browser sends back in a header.

    holder: the account as it was at login. active_s: when the person last did something.
    """

    id: str
    person: str
    roles: tuple[Role, ...]
    csrf: str
    expires_s: float
    holder: Holder
    active_s: float
    locked: bool = False


Told = Callable[[str, str, Session | None], None]


def _untold(what: str, about: str, session: Session | None) -> None:
    """Tell nobody: there is no record yet."""


class Accounts:
    """The site's people and their sessions. clock: monotonic seconds."""

    def __init__(
        self,
        people: Sequence[Person],
        file: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """people: of the site file; each password is an argon2id hash. file: the accounts file.

        Raises RefusedError where the file is damaged, VedetteError where a name is in both.
        """
        self.idle_lock_s = IDLE_LOCK_S
        self.told: Told = _untold
        self._site = {person.name: person for person in people}
        self._file = file
        self._signature = _signature(file)
        self._holders = self._read()
        self._looked_s = clock()
        self._clock = clock
        self.has_provider = False  # an outside provider may log people in too
        self._sessions: dict[str, Session] = {}
        self._attempts = Attempts()
        self._browsers = Browsers()
        self._slots = asyncio.Semaphore(VERIFY_PARALLEL)
        self._known_slots = asyncio.Semaphore(1)
        self._waiting = 0
        first = next(iter(self._holders.values()), None)
        self._decoy = _decoy(first.password if first is not None else _NOBODY)

    def __len__(self) -> int:
        local = sum(not _disabled(holder) for holder in self._holders.values())
        return local + self.has_provider

    def words(self) -> str:
        """List who may log in, with their roles."""
        return "; ".join(_words(holder) for holder in self._holders.values())

    # --- the accounts file ---
    def _read(self) -> dict[str, Local]:
        kept = read_accounts(self._file) if self._file is not None else []
        taken = {name.casefold() for name in self._site}
        both = [account.name for account in kept if account.name.casefold() in taken]
        if both:
            raise VedetteError(
                f"{both[0]!r} is in the site file and in {self._file}: take one of them out"
            )
        return {**self._site, **{account.name: account for account in kept}}

    def _look(self) -> None:
        """Take in a changed accounts file; what cannot be read changes nothing, and is told."""
        now_s = self._clock()
        if self._file is None or now_s - self._looked_s < LOOK_S:
            return
        self._looked_s = now_s
        signature = _signature(self._file)
        if signature == self._signature:
            return
        self._signature = signature
        try:
            holders = self._read()
        except VedetteError as error:
            self.told("accounts file refused", str(error), None)
            return
        before, self._holders = self._holders, holders
        self._end(
            [
                key
                for key, s in self._sessions.items()
                if not isinstance(s.holder, Outsider) and holders.get(s.person) != s.holder
            ]
        )
        self.told("accounts changed", _difference(before, holders), None)

    def _end(self, keys: list[str]) -> None:
        for key in keys:
            del self._sessions[key]

    # --- guesses ---
    async def verify(
        self, name: str, password: str, address: str, browser: str | None = None
    ) -> Local | None:
        """Give the account whose name and password these are, or None.

        address: where the guess comes from; browser: the token that browser carries. Raises
        TooManyAttemptsError before any hash is computed where there were too many guesses.
        """
        self._look()
        known = self._browsers.knows(browser, name)
        counted = limits(name, address, browser if known else None)
        now_s = self._clock()
        crowded = self._waiting >= VERIFY_WAITING_MAX and not known
        if crowded or any(self._attempts.full(key, limit, now_s) for key, limit in counted):
            raise TooManyAttemptsError("too many attempts to log in: wait a minute")
        for key, _ in counted:
            self._attempts.add(key, now_s)
        holder = self._holders.get(name)
        encoded = holder.password if holder is not None else self._decoy
        right = await self._verify_hash(encoded, password, known)
        if holder is None or not right or _disabled(holder):
            return None
        for key, _ in counted:
            self._attempts.forgive(key)
        return holder

    async def _verify_hash(self, encoded: str, password: str, known: bool) -> bool:
        self._waiting += not known
        try:
            async with self._known_slots if known else self._slots:
                return await asyncio.to_thread(matches, encoded, password)
        finally:
            self._waiting -= not known

    def remember(self, browser: str | None, name: str) -> str:
        """Note from which browser a person logged in; give the token it is to keep."""
        return self._browsers.remember(browser, name)

    def exists(self, name: str) -> bool:
        """Say whether a name is somebody's: what is no name may be a password typed there."""
        return name in self._holders

    # --- sessions ---
    def open_session(self, holder: Holder) -> tuple[str, Session]:
        """Log a person in: the token for the cookie, and the session."""
        token = secrets.token_urlsafe(32)
        session = self.transient_session(holder)
        own = [key for key, s in self._sessions.items() if s.person == holder.name]
        self._end(own[: max(0, len(own) + 1 - SESSIONS_PER_PERSON)])
        self._sessions[digest(token)] = session
        while len(self._sessions) > SESSIONS_MAX:
            del self._sessions[next(iter(self._sessions))]
        return token, session

    def open_outside(self, holder: Outsider, session_s: float) -> tuple[str, Session]:
        """Log in whom the provider vouches for, for session_s at most.

        Raises RefusedError where the name is that of a local account: it is somebody else's.
        """
        self._look()
        local = {name.casefold() for name in self._holders}
        if holder.name.casefold() in local:
            raise RefusedError("a local account has that name: one of the two must have another")
        token, session = self.open_session(holder)
        session.expires_s = min(session.expires_s, self._clock() + session_s)
        return token, session

    def transient_session(self, holder: Holder) -> Session:
        """Make a session that no cookie opens: one command of a second person."""
        now_s = self._clock()
        return Session(
            id=secrets.token_hex(8),
            person=holder.name,
            roles=tuple(sorted(set(holder.roles))),
            csrf=secrets.token_urlsafe(32),
            expires_s=now_s + SESSION_S,
            holder=holder,
            active_s=now_s,
        )

    def session(self, token: str | None) -> Session | None:
        """Give the live session of a cookie's token, or None."""
        self._look()
        if not token or len(token) > TOKEN_CHARS_MAX:
            return None
        session = self._sessions.get(digest(token))
        if session is not None and session.expires_s < self._clock():
            del self._sessions[digest(token)]
            return None
        return session

    def close_session(self, token: str | None) -> None:
        """Log out."""
        if token:
            self._sessions.pop(digest(token), None)

    def now_s(self) -> float:
        """Give the time by which guesses and idleness are counted."""
        return self._clock()

    def touch(self, session: Session) -> None:
        """Note that the person is there."""
        session.active_s = self._clock()

    def is_locked(self, session: Session) -> bool:
        """Say whether the person must give the password again: locked, or idle for too long."""
        if set(session.roles) <= MACHINES:
            return False
        if not session.locked and self._clock() - session.active_s > self.idle_lock_s:
            session.locked = True
            self.told("lock", "idle", session)
        return session.locked

    def lock(self, session: Session) -> None:
        """Let the person do nothing until the password is given again."""
        session.locked = True

    def unlock(self, session: Session) -> None:
        """Let the person act again, under a new CSRF token."""
        session.locked = False
        session.csrf = secrets.token_urlsafe(32)
        self.touch(session)


def _signature(file: Path | None) -> tuple[int, int, int] | None:
    """Say what tells one state of the accounts file from another; None where there is none."""
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_ino, found.st_mtime_ns, found.st_size)


def _disabled(holder: Local) -> bool:
    return isinstance(holder, Account) and holder.disabled


def _words(holder: Local) -> str:
    state = ", disabled" if _disabled(holder) else ""
    return f"{holder.name} ({', '.join(sorted(holder.roles))}{state})"


def _by(holder: Local) -> str:
    return f" by {holder.changed_by}" if isinstance(holder, Account) else ""


def _difference(before: dict[str, Local], after: dict[str, Local]) -> str:
    """Say who came, went or changed; never what a password is."""
    said = [f"added {_words(after[name])}{_by(after[name])}" for name in after.keys() - before]
    said += [f"removed {name}" for name in before.keys() - after]
    for name in after.keys() & before:
        old, new = before[name], after[name]
        if old.password != new.password:
            said.append(f"another password for {name}{_by(new)}")
        if _words(old) != _words(new):
            said.append(f"now {_words(new)}{_by(new)}")
    return "; ".join(sorted(said)) or "nothing that matters"


def same_secret(given: str, expected: str) -> bool:
    """Compare two secrets in a time that does not tell where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def hash_password(password: str) -> str:
    """Make the argon2id hash that an account holds (64 MiB, 3 passes: RFC 9106, section 4)."""
    return argon2.PasswordHasher().hash(password)


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
