"""A seeded mutator of bytes: the same seed, the same inputs, on every machine."""

import random
import struct
from collections.abc import Callable, Sequence
from typing import Any

INTERESTING = (0x00, 0x01, 0x1A, 0x22, 0x2C, 0x30, 0x7B, 0x7F, 0x80, 0xFE, 0xFF)
TEXTS = (
    b"NaN", b"Infinity", b"-1e999", b"null", b"\x00", b"{" * 40, b"[" * 40, b'"', b"9" * 40,
    b"\xff\xfe", b"\x1a\x1a", b"1970-01-01T00:00:00Z", b"99999-12-31", b"\n", b",",
)  # fmt: skip
SIZE_MAX = 4096

Bits = Callable[[int], int]  # Random.getrandbits
Change = Callable[[Bits, bytearray, Sequence[bytes]], None]


def mutate(
    source: random.Random, corpus: Sequence[bytes], changes: Sequence[Change] | None = None
) -> bytes:
    """Change one of the corpus in one to four ways; changes: in which, all where not given."""
    bits = source.getrandbits
    data = bytearray(_one(bits, corpus))
    changes = changes or _CHANGES
    for _ in range(_one(bits, (1, 1, 1, 2, 2, 4))):
        _one(bits, changes)(bits, data, corpus)
    return bytes(data[:SIZE_MAX])


def _below(bits: Bits, end: int) -> int:
    """Draw as Random.randrange(end) does, to the bit, without its many looks at the arguments."""
    size = end.bit_length()
    drawn = bits(size)
    while drawn >= end:
        drawn = bits(size)
    return drawn


def _one(bits: Bits, things: Sequence[Any]) -> Any:
    return things[_below(bits, len(things))]


def _flip(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    if data:
        data[_below(bits, len(data))] ^= 1 << _below(bits, 8)


def _set(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    if data:
        data[_below(bits, len(data))] = _one(bits, INTERESTING)


def _cut(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    first = _below(bits, len(data) + 1)
    del data[first : first + 1 + _below(bits, 31)]


def _truncate(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    del data[_below(bits, len(data) + 1) :]


def _repeat(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    first = _below(bits, len(data) + 1)
    piece = data[first : first + 1 + _below(bits, 63)]
    data[first:first] = piece * _one(bits, (1, 2, 20))


def _insert(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = _below(bits, len(data) + 1)
    size = 1 + _below(bits, 15)
    data[at:at] = bits(8 * size).to_bytes(size, "little")


def _text(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    at = _below(bits, len(data) + 1)
    data[at : at + _below(bits, 8)] = _one(bits, TEXTS)


def _number(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    shape = _one(bits, (">H", "<I", ">I", "<Q"))
    size = struct.calcsize(shape)
    if len(data) >= size:
        at = _below(bits, len(data) - size + 1)
        number = _one(bits, (0, 1, 2, 255, (1 << 8 * size) - 1, 1 << (8 * size - 1)))
        struct.pack_into(shape, data, at, number)


def _splice(bits: Bits, data: bytearray, corpus: Sequence[bytes]) -> None:
    other = _one(bits, corpus)
    data[_below(bits, len(data) + 1) :] = other[_below(bits, len(other) + 1) :]


_CHANGES = (_flip, _flip, _set, _cut, _truncate, _repeat, _insert, _text, _number, _splice)
SMALL = (_flip, _flip, _set, _cut, _truncate, _insert, _text, _number)  # one stays one
