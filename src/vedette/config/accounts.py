"""The accounts file: who may log in at a site, kept beside its recordings and never in them.

In: what `vedette account` says. Out: `accounts.json`, mode 0600, of the user the service runs as;
one that others may read is refused. It holds argon2id hashes, never a password. Changes are whole
or not at all, and one at a time.
"""

import fcntl
import getpass
import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from vedette.base.errors import RefusedError, VedetteError
from vedette.config.site import Table, Text
from vedette.model.enums import Role

FILE_NAME = "accounts.json"
FILE_MAX_BYTES = 1 << 20
ACCOUNTS_MAX = 1000
NAME_CHARS_MAX = 64
HASH_START = "$argon2id$"
# Who keeps the accounts must not be able to make the second of two people out of nothing.
NEVER_TOGETHER = frozenset({Role.ADMINISTRATOR, Role.ENGAGEMENT_AUTHORITY})
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class Account(Table, frozen=True, kw_only=True):
    """One person, or one program. changed, changed_by: when, and by which user of the machine."""

    name: Text
    roles: list[Role]
    password: Text
    disabled: bool = False
    changed: Text
    changed_by: Text


class _File(Table, frozen=True, kw_only=True):
    format: Literal[1]
    accounts: Annotated[list[Account], Meta(max_length=ACCOUNTS_MAX)]


def accounts_path(state: Path) -> Path:
    """Name the accounts file of a site. state: the folder that holds its recordings."""
    return state / FILE_NAME


def role_fault(roles: Iterable[Role]) -> str:
    """Say what is wrong with a person's roles, "" where nothing is."""
    given = set(roles)
    if not given:
        return "must name at least one role"
    if given >= NEVER_TOGETHER:
        return "must not be administrator and engagement_authority together: make two accounts"
    return ""


def name_fault(name: str) -> str:
    """Say what is wrong with a name, "" where nothing is: it must read as what it is."""
    if not 0 < len(name) <= NAME_CHARS_MAX:
        return f"a name has 1 to {NAME_CHARS_MAX} characters"
    if (
        not name.isprintable()
        or name != name.strip()
        or unicodedata.normalize("NFKC", name) != name
    ):
        return "a name has plain printable characters and no blanks around it"
    return ""


def read_accounts(path: Path) -> list[Account]:
    """Read the accounts, none where there is no file.

    Raises RefusedError where it is damaged, or others may read or write it.
    """
    try:
        # A pipe must not be waited for, a link not followed.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RefusedError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        _demand_private(path, os.fstat(descriptor))
    except RefusedError:
        os.close(descriptor)
        raise
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(FILE_MAX_BYTES + 1)
    if len(data) > FILE_MAX_BYTES:
        raise RefusedError(f"{path}: is larger than {FILE_MAX_BYTES} bytes")
    try:
        found = msgspec.json.decode(data, type=_File).accounts
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RefusedError(f"{path}: {error}") from None
    _demand_sound(path, found)
    return found


def _demand_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise RefusedError(f"{path}: is not a file")
    if status.st_mode & _OTHERS:
        raise RefusedError(f"{path}: others may read or write it: chmod 600 {path}")
    if status.st_uid not in (os.geteuid(), 0):
        raise RefusedError(f"{path}: belongs to another user of this machine")


def _demand_sound(path: Path, accounts: list[Account]) -> None:
    seen: set[str] = set()
    for account in accounts:
        fault = name_fault(account.name) or role_fault(account.roles)
        if not account.password.startswith(HASH_START):
            fault = "the password must be an argon2id hash"
        if account.name.casefold() in seen:
            fault = "is there twice"
        if fault:
            raise RefusedError(f"{path}: account {account.name!r}: {fault}")
        seen.add(account.name.casefold())


class Editing:
    """The accounts while they are changed."""

    def __init__(self, path: Path, accounts: list[Account]) -> None:
        """accounts: as they are."""
        self.path = path
        self.accounts = {account.name: account for account in accounts}

    def find(self, name: str) -> Account:
        """Give an account. Raises VedetteError where there is none."""
        if name not in self.accounts:
            raise VedetteError(f"there is no account {name!r} in {self.path}")
        return self.accounts[name]

    def add(self, name: str, roles: list[Role], password: str) -> None:
        """Add an account. password: a hash. Raises VedetteError for what it may not be."""
        if any(name.casefold() == other.casefold() for other in self.accounts):
            raise VedetteError(f"there is an account {name!r} already")
        self._put(Account(name=name, roles=roles, password=password, changed="-", changed_by="-"))

    def change(self, name: str, **changes: object) -> None:
        """Change an account: roles, password (a hash), disabled."""
        self._put(msgspec.structs.replace(self.find(name), **changes))

    def remove(self, name: str) -> None:
        """Take an account away."""
        self.find(name)
        del self.accounts[name]

    def _put(self, account: Account) -> None:
        fault = name_fault(account.name) or role_fault(account.roles)
        if fault:
            raise VedetteError(f"{account.name}: {fault}")
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.accounts[account.name] = msgspec.structs.replace(
            account, changed=now, changed_by=_user()
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user without a name
        return f"uid {os.geteuid()}"


@contextmanager
def editing(path: Path) -> Iterator[Editing]:
    """Change the accounts; they are written when the block ends without an error.

    Raises VedetteError where the folder cannot be written, RefusedError where the file is damaged.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise VedetteError(f"{path.parent}: cannot write there ({error.strerror})") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        book = Editing(path, read_accounts(path))
        yield book
        _write(path, list(book.accounts.values()))
    finally:
        os.close(lock)


def _write(path: Path, accounts: list[Account]) -> None:
    if len(accounts) > ACCOUNTS_MAX:
        raise VedetteError(f"more than {ACCOUNTS_MAX} accounts")
    data = msgspec.json.format(msgspec.json.encode(_File(format=1, accounts=accounts)), indent=1)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
    try:
        temporary.unlink(missing_ok=True)  # of a process of this number that was killed
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(path.parent)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise VedetteError(f"{path}: cannot be written: {error.strerror}") from None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
