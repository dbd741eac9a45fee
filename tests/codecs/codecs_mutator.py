"""A seeded mutator of bytes: the same seed, the same inputs, on every machine."""

import random
import struct
from collections.abc import Callable, Sequence

INTERESTING = (0x00, 0x01, 0x1A, 0x22, 0x2C, 0x30, 0x7B, 0x7F, 0x80, 0xFE, 0xFF)
TEXTS = (
    b"NaN", b"Infinity", b"-1e999", b"null", b"\x00", b"{" * 40, b"[" * 40, b'"', b"9" * 40,
    b"\xff\xfe", b"\x1a\x1a", b"1970-01-01T00:00:00Z", b"99999-12-31", b"\n", b",",
)  # fmt: skip
SIZE_MAX = 4096


Change = Callable[[random.Random, bytearray, Sequence[bytes]], None]


def mutate(
    source: random.Random, corpus: Sequence[bytes], changes: Sequence[Change] | None = None
) -> bytes:
    """Change one of the corpus in one to four ways; changes: in which, all where not given."""
    data = bytearray(source.choice(corpus))
    changes = changes or _CHANGES
    for _ in range(source.choice((1, 1, 1, 2, 2, 4))):
        changes[source.randrange(len(changes))](source, data, corpus)
    return bytes(data[:SIZE_MAX])


def _flip(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    if data:
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)


def _set(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    if data:
        data[source.randrange(len(data))] = source.choice(INTERESTING)


def _cut(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    first = source.randrange(len(data) + 1)
    del data[first : first + source.randrange(1, 32)]


def _truncate(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    del data[source.randrange(len(data) + 1) :]


def _repeat(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    first = source.randrange(len(data) + 1)
    piece = data[first : first + source.randrange(1, 64)]
    data[first:first] = piece * source.choice((1, 2, 20))


def _insert(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = source.randrange(len(data) + 1)
    data[at:at] = source.randbytes(source.randrange(1, 16))


def _text(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = source.randrange(len(data) + 1)
    data[at : at + source.randrange(8)] = source.choice(TEXTS)


def _number(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    shape = source.choice((">H", "<I", ">I", "<Q"))
    size = struct.calcsize(shape)
    if len(data) >= size:
        at = source.randrange(len(data) - size + 1)
        number = source.choice((0, 1, 2, 255, (1 << 8 * size) - 1, 1 << (8 * size - 1)))
        struct.pack_into(shape, data, at, number)


def _splice(source: random.Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    other = source.choice(corpus)
    data[source.randrange(len(data) + 1) :] = other[source.randrange(len(other) + 1) :]


_CHANGES = (_flip, _flip, _set, _cut, _truncate, _repeat, _insert, _text, _number, _splice)
SMALL = (_flip, _flip, _set, _cut, _truncate, _insert, _text, _number)  # one stays one
