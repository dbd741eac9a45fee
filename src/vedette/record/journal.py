"""The journal: every event, command and act, on disk before anyone is told, each row chained.

SQLite, WAL, `synchronous=FULL`: a commit survives a power cut. Rows that a full disk refuses stay
in memory, in order, and are written when there is room; `fault` says so meanwhile. The chain is
SHA-256 over the hash before and the row, so that a changed, added or missing row shows.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

import msgspec

from vedette.base.errors import RefusedError
from vedette.model.acts import Act, ActRow
from vedette.model.commands import Command
from vedette.model.events import Event

RETRY_S = 1.0
ROW_MAX_BYTES = 16 * 2**20  # of one row read back; the largest honest one has some kilobytes
_JSON = msgspec.json.Encoder()
_EVENT = msgspec.json.Decoder(Event)
_ROW = msgspec.msgpack.Encoder()
_TABLES = """
create table if not exists events (
    seq integer primary key, step integer not null, t_ns integer not null,
    event text not null, json blob not null, chain blob not null);
create table if not exists commands (
    seq integer primary key, step integer not null, t_ns integer not null,
    command_id text not null, person text not null, json blob not null, chain blob not null);
create table if not exists acts (
    seq integer primary key, step integer not null, t_ns integer not null,
    person text not null, json blob not null, chain blob not null);
"""
_INSERT_EVENT = "insert into events values (?, ?, ?, ?, ?, ?)"
_INSERT_COMMAND = "insert into commands values (?, ?, ?, ?, ?, ?, ?)"
_INSERT_ACT = "insert into acts values (?, ?, ?, ?, ?, ?)"
TABLES = ("events", "commands", "acts")
_KINDS = ("table", "index")
_FAULTS = (sqlite3.OperationalError, sqlite3.DatabaseError, OSError)


class EventRow(msgspec.Struct, frozen=True, kw_only=True):
    """One event of the journal, with its number and the step in which it happened."""

    seq: int
    step: int
    event: Event


def genesis(site_sha256: str, started_ns: int) -> bytes:
    """Make the hash before the first row: it binds a journal to its session."""
    return hashlib.sha256(f"vedette journal 1 {site_sha256} {started_ns}".encode()).digest()


def link(before: bytes, *row: object) -> bytes:
    """Chain a row to the hash before it."""
    return hashlib.sha256(before + _ROW.encode(row)).digest()


class Journal:
    """Writes the journal of one recording."""

    def __init__(self, path: Path, first: bytes) -> None:
        """Open or make the journal. first: `genesis`. Raises RefusedError where it is damaged."""
        self.fault: str | None = None
        self._waiting: list[tuple[str, tuple[object, ...]]] = []
        self._tried_s = monotonic() - RETRY_S
        try:
            self._file = _opened(path)
            self.seq, self.last_step, self.chain = _head(self._file, "events", first)
            self._command_seq, step, self._command_chain = _head(self._file, "commands", first)
            self._act_seq, _, self._act_chain = _head(self._file, "acts", first)
        except sqlite3.Error as error:
            raise RefusedError(f"{path}: {error}") from None
        self.last_step = max(self.last_step, step)

    def add(self, step: int, events: Sequence[Event], commands: Sequence[Command]) -> list[int]:
        """Number and chain the rows of one step; `commit` makes them durable.

        Returns the number of each event.
        """
        for command in commands:
            self._add_command(step, command)
        return [self._add_event(step, event) for event in events]

    def _add_event(self, step: int, event: Event) -> int:
        self.seq += 1
        row = (self.seq, step, event.t_ns, type(event).__name__, _JSON.encode(event))
        self.chain = link(self.chain, *row)
        self._waiting.append((_INSERT_EVENT, (*row, self.chain)))
        return self.seq

    def _add_command(self, step: int, command: Command) -> None:
        self._command_seq += 1
        about = (command.t_recv_ns, command.command_id, command.person)
        row = (self._command_seq, step, *about, _JSON.encode(command))
        self._command_chain = link(self._command_chain, *row)
        self._waiting.append((_INSERT_COMMAND, (*row, self._command_chain)))

    def add_act(self, step: int, act: Act) -> None:
        """Number and chain what somebody did; `commit` makes it durable."""
        self._act_seq += 1
        row = (self._act_seq, step, act.t_ns, act.person, _JSON.encode(act))
        self._act_chain = link(self._act_chain, *row)
        self._waiting.append((_INSERT_ACT, (*row, self._act_chain)))

    @property
    def act_chain(self) -> bytes:
        """Return the hash of the last act."""
        return self._act_chain

    @property
    def command_chain(self) -> bytes:
        """Return the hash of the last command."""
        return self._command_chain

    @property
    def pending(self) -> bool:
        """Say whether rows wait to be written."""
        return bool(self._waiting)

    def commit(self) -> bool:
        """Write what waits, all or nothing. Returns whether nothing waits any more."""
        if self.fault and monotonic() - self._tried_s < RETRY_S:
            return False
        self._tried_s = monotonic()
        try:
            self._write()
        except _FAULTS as error:
            self.fault = f"journal: {error}"
            return False
        self.fault = None
        return True

    def _write(self) -> None:
        if not self._waiting:
            return
        self._file.execute("begin immediate")
        try:
            for statement, row in self._waiting:
                self._file.execute(statement, row)
            self._file.execute("commit")
        except _FAULTS:
            if self._file.in_transaction:
                self._file.execute("rollback")
            raise
        self._waiting.clear()

    def close(self) -> bool:
        """Write what waits and leave one file. Returns whether nothing was lost."""
        self._tried_s = monotonic() - RETRY_S
        whole = self.commit()
        try:
            if whole:
                self._file.execute("pragma journal_mode=delete")
        except _FAULTS as error:
            self.fault = f"journal: {error}"
        finally:
            self._file.close()
        return whole


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, isolation_level=None, timeout=2.0, check_same_thread=False)
    file.execute("pragma journal_mode=wal")
    file.execute("pragma synchronous=full")
    file.executescript(_TABLES)
    return file


def _head(file: sqlite3.Connection, table: str, first: bytes) -> tuple[int, int, bytes]:
    """Return the last number, step and hash of a table."""
    query = f"select seq, step, chain from {table} order by seq desc limit 1"
    row = file.execute(query).fetchone()
    return (0, 0, first) if row is None else (row[0], row[1], row[2])


def journal_path(folder: Path) -> Path:
    """Name the journal of a recording."""
    return folder / "journal.sqlite"


def _rows(folder: Path, query: str, values: tuple[int, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Read rows without ever writing. Raises RefusedError where the file is damaged."""
    path = journal_path(folder)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as file:
            file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, ROW_MAX_BYTES)
            # What looks like a table may be a query without an end in a file that somebody made.
            if file.execute(
                "select 1 from sqlite_master where type not in (?, ?)", _KINDS
            ).fetchone():
                raise RefusedError(f"{path}: not a journal: it holds more than tables")
            yield from file.execute(query, values)
    except sqlite3.Error as error:
        raise RefusedError(f"{path}: {error}") from None


def events(folder: Path, *, after: int = 0) -> Iterator[EventRow]:
    """Read a recording's events in order, those with a number above `after`.

    Raises RefusedError where the journal is damaged.
    """
    query = "select seq, step, json from events where seq > ? order by seq"
    for seq, step, data in _rows(folder, query, (after,)):
        try:
            yield EventRow(seq=int(seq), step=int(step), event=_EVENT.decode(data))
        except (msgspec.DecodeError, TypeError, ValueError) as error:
            raise RefusedError(f"{journal_path(folder)}: event {seq}: {error}") from None


def commands(folder: Path) -> Iterator[tuple[int, Command]]:
    """Read a recording's commands in order, each with its number."""
    decoder = msgspec.json.Decoder(Command)
    for seq, data in _rows(folder, "select seq, json from commands order by seq"):
        try:
            yield int(seq), decoder.decode(data)
        except (msgspec.DecodeError, TypeError, ValueError) as error:
            raise RefusedError(f"{journal_path(folder)}: command {seq}: {error}") from None


def acts(folder: Path, *, after: int = 0, limit: int = -1) -> Iterator[ActRow]:
    """Read the audit trail in order, at most `limit` acts numbered above `after` (-1: all).

    Empty for a recording of before there was one. Raises RefusedError where it is damaged.
    """
    if "acts" not in _tables(folder):
        return
    decoder = msgspec.json.Decoder(Act)
    query = "select seq, json from acts where seq > ? order by seq limit ?"
    for seq, data in _rows(folder, query, (after, limit)):
        try:
            yield ActRow(seq=int(seq), act=decoder.decode(data))
        except (msgspec.DecodeError, TypeError, ValueError) as error:
            raise RefusedError(f"{journal_path(folder)}: act {seq}: {error}") from None


def _tables(folder: Path) -> set[str]:
    return {str(name) for (name,) in _rows(folder, "select name from sqlite_master")}


class ChainHeads(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chains of a journal end, and by event number the hashes asked for."""

    events: bytes
    commands: bytes
    acts: bytes
    last_seq: int
    faults: list[str]
    at: dict[int, bytes]


def follow_chains(folder: Path, first: bytes, wanted: set[int]) -> ChainHeads:
    """Compute the chains anew and compare with what is written.

    wanted: event numbers whose hash the caller wants to compare elsewhere (0: before the first).
    """
    faults: list[str] = []
    at = {0: first}
    heads = dict.fromkeys(TABLES, first)
    last = dict.fromkeys(TABLES, 0)
    there = _tables(folder)  # a recording of before there was an audit trail has no acts
    for table in (table for table in TABLES if table in there or table != "acts"):
        chain = first
        for *row, written in _rows(folder, f"select * from {table} order by seq"):
            if row[0] != last[table] + 1:
                faults.append(f"journal, {table}: number {last[table] + 1} is missing")
            last[table] = int(row[0])
            chain = link(chain, *row)
            if chain != written:
                faults.append(f"journal, {table}: row {row[0]} was changed")
                break
            if table == "events" and row[0] in wanted:
                at[last[table]] = chain
        heads[table] = chain
    return ChainHeads(
        events=heads["events"],
        commands=heads["commands"],
        acts=heads["acts"],
        last_seq=last["events"],
        faults=faults,
        at=at,
    )
