"""The folder of a recording: its files, its description, and the lock that keeps it to one writer.

```
session.json     what was recorded, when, by what, and whether it was finished
site.toml        the site file as it was
raw-0001.mcap    every input and every step, in order; a new segment after every start
journal.sqlite   every event, command and act, on disk before anyone is told
snapshots/       the core's state every few seconds; the last three
exhibits/        what people attached, by hash
recording.lock   held by the process that records
```
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import BinaryIO

import msgspec

from vedette.base.errors import RefusedError, VedetteError

FORMAT = 1
FILE_MAX_BYTES = 1 << 20


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording says of itself. chain: last hashes of a finished journal, hexadecimal."""

    format: int
    version: str
    site: str
    site_sha256: str
    mode: str
    started_ns: int
    clock: str = "system"
    clock_offset_ns: int = 0
    finished: bool = False
    last_step: int = 0
    last_ns: int = 0
    last_seq: int = 0
    chain_events: str = ""
    chain_commands: str = ""
    chain_acts: str = ""


def site_sha256(site_toml: str) -> str:
    """Hash a site file's text, as recorded in session and events."""
    return hashlib.sha256(site_toml.encode()).hexdigest()


def is_recording(folder: Path) -> bool:
    """Say whether a folder holds a recording."""
    return (folder / "session.json").is_file()


def session(folder: Path) -> Session:
    """Read a recording's description. Raises RefusedError where it is none, or a newer format."""
    path = folder / "session.json"
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(FILE_MAX_BYTES), type=Session)
    except FileNotFoundError:
        raise RefusedError(f"{folder}: not a recording: it holds no session.json") from None
    except OSError as error:
        raise RefusedError(f"{folder}: not a recording: {error.strerror}") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise RefusedError(f"{folder}: not a recording: {error}") from None
    if found.format != FORMAT:
        raise RefusedError(f"{path}: format {found.format} is not {FORMAT}: use a newer vedette")
    return found


def site_text(folder: Path) -> str:
    """Read the recorded site file. Raises RefusedError where it is not the one recorded with."""
    try:
        with (folder / "site.toml").open("rb") as file:
            text = file.read(FILE_MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RefusedError(f"{folder / 'site.toml'}: {error}") from None
    if site_sha256(text) != session(folder).site_sha256:
        raise RefusedError(f"{folder / 'site.toml'}: is not the file the recording was made with")
    return text


def write_session(folder: Path, described: Session) -> None:
    """Write session.json, whole or not at all."""
    data = msgspec.json.format(msgspec.json.encode(described), indent=1)
    write_atomically(folder / "session.json", data)


def write_atomically(path: Path, data: bytes) -> None:
    """Put a file in place so that a reader sees the old or the new, even after a power cut."""
    temporary = path.with_name(path.name + ".part")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_being_recorded(folder: Path) -> bool:
    """Say whether a running vedette records in a folder."""
    try:
        lock(folder).close()
    except VedetteError:
        return True
    return False


def lock(folder: Path) -> BinaryIO:
    """Keep a recording to one writer; the lock goes with the process, however it ends."""
    file = (folder / "recording.lock").open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise VedetteError(f"{folder}: another vedette is recording here: stop it first") from None
    return file
