"""Snapshots: the core's whole state every few seconds, so that a restart re-executes seconds only.

A file is trusted only with its checksum, for the same site file and program version; the last
three are kept. Encoding happens at once, compression and the disk in a thread, so that the picture
does not wait for the disk.
"""

import hashlib
import struct
import threading
from pathlib import Path
from time import monotonic
from typing import TypeVar

import msgspec
import zstandard

from vedette.base.errors import RefusedError
from vedette.record.session import write_atomically
from vedette.record.state import decode_state, encode_state

PERIOD_S = 1.0  # a restart does again at most this much, which is some 0.1 s of work
KEPT = 3
STATE_MAX_BYTES = 1 << 30
_MAGIC = b"VEDSNAP1"
_SIZES = struct.Struct("<32sI")  # checksum of all that follows it, bytes of the head
_COMPRESSION_LEVEL = 1  # a state is mostly zeros: more effort gains little

_T = TypeVar("_T")


class SnapshotHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the record a state belongs: after step `step`, `offset` bytes into `segment`."""

    step: int
    now_ns: int
    segment: int
    offset: int
    seq: int
    kind: str
    version: str
    site_sha256: str


class SnapshotWriter:
    """Writes snapshots beside the running picture."""

    def __init__(self, folder: Path) -> None:
        """Prepare to write into `folder`, which exists."""
        self.folder = folder
        self.fault: str | None = None
        self._thread: threading.Thread | None = None
        self._last_s = monotonic()

    @property
    def due(self) -> bool:
        """Say whether it is time for another, and the last one is done."""
        busy = self._thread is not None and self._thread.is_alive()
        return not busy and monotonic() - self._last_s >= PERIOD_S

    def hasten(self) -> None:
        """Make the next one due now."""
        self._last_s = monotonic() - PERIOD_S

    def write(self, head: SnapshotHead, state: object) -> None:
        """Save a state; the file appears a little later, whole or not at all."""
        self.wait()
        self._last_s = monotonic()
        encoded = encode_state(state)
        self._thread = threading.Thread(target=self._store, args=(head, encoded), daemon=True)
        self._thread.start()

    def _store(self, head: SnapshotHead, encoded: bytes) -> None:
        try:
            path = self.folder / f"step-{head.step:012d}.snapshot"
            write_atomically(path, packed(head, encoded))
            for old in paths(self.folder)[KEPT:]:
                old.unlink()
        except OSError as error:
            self.fault = f"snapshot: {error.strerror}"
        else:
            self.fault = None

    def wait(self) -> None:
        """Wait until the last one is on disk."""
        if self._thread is not None:
            self._thread.join()


def paths(folder: Path) -> list[Path]:
    """List the snapshots, newest first."""
    return sorted(folder.glob("step-*.snapshot"), reverse=True)


def packed(head: SnapshotHead, encoded: bytes) -> bytes:
    """Make a snapshot file's bytes."""
    head_bytes = msgspec.msgpack.encode(head)
    body = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).compress(encoded)
    sizes = struct.pack("<I", len(head_bytes))
    checksum = hashlib.blake2b(sizes + head_bytes + body, digest_size=32).digest()
    return _MAGIC + checksum + sizes + head_bytes + body


def unpacked(data: bytes, kind: type[_T]) -> tuple[SnapshotHead, _T]:
    """Read a snapshot file's bytes. Raises RefusedError where they are damaged."""
    if not data.startswith(_MAGIC) or len(data) < len(_MAGIC) + _SIZES.size:
        raise RefusedError("not a snapshot")
    checksum, head_bytes = _SIZES.unpack_from(data, len(_MAGIC))
    if hashlib.blake2b(data[len(_MAGIC) + 32 :], digest_size=32).digest() != checksum:
        raise RefusedError("damaged: its checksum differs")
    body = len(_MAGIC) + _SIZES.size + head_bytes
    try:
        head = msgspec.msgpack.decode(data[len(_MAGIC) + _SIZES.size : body], type=SnapshotHead)
        encoded = zstandard.decompress(data[body:], max_output_size=STATE_MAX_BYTES)
    except (msgspec.DecodeError, zstandard.ZstdError) as error:
        raise RefusedError(f"damaged: {error}") from None
    return head, decode_state(encoded, kind)


def newest(
    folder: Path, kind: type[_T], version: str, site_sha256: str, damage: list[str]
) -> tuple[SnapshotHead, _T] | None:
    """Find the newest snapshot that can be trusted; why others cannot goes into `damage`."""
    for path in paths(folder):
        try:
            head, state = unpacked(path.read_bytes(), kind)
        except (OSError, RefusedError) as error:
            damage.append(f"{path.name}: {error}")
            continue
        if head.version == version and head.site_sha256 == site_sha256:
            return head, state
        damage.append(f"{path.name}: made by version {head.version} or for another site file")
    return None
