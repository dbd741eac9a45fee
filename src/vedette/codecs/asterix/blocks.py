"""ASTERIX data blocks: category, length, records (part 1, section 5.1)."""

from collections.abc import Iterator
from typing import NamedTuple

from vedette.base.errors import RefusedError
from vedette.codecs.asterix.profiles import PROFILES
from vedette.codecs.asterix.uap import split
from vedette.codecs.reasons import BAD_LENGTH, TRUNCATED, UNSUPPORTED_CATEGORY

HEADER_BYTES = 3


class Block(NamedTuple):
    """One data block: records lie in data[start:end]."""

    category: int
    start: int
    end: int


class BlockFault(NamedTuple):
    """Where and why bytes are no block, or no record."""

    offset: int
    reason: str
    detail: str


def blocks(data: bytes, at: int = 0) -> Iterator[Block | BlockFault]:
    """Walk the data blocks of a datagram or file; a fault ends the walk, what came before is kept.

    A block of a category that is not read is a fault of its own and the walk goes on.
    """
    size = len(data)
    while at < size:
        if size - at < HEADER_BYTES:
            yield BlockFault(at, TRUNCATED, f"{size - at} bytes are too few for a block header")
            return
        category, length = data[at], (data[at + 1] << 8) | data[at + 2]
        if length < HEADER_BYTES + 1:
            yield BlockFault(at, BAD_LENGTH, f"a block of {length} bytes")
            return
        if at + length > size:
            yield BlockFault(
                at, TRUNCATED, f"CAT{category:03d} says {length} bytes, {size - at} are there"
            )
            return
        if category in PROFILES:
            yield Block(category, at + HEADER_BYTES, at + length)
        else:
            yield BlockFault(at, UNSUPPORTED_CATEGORY, f"CAT{category:03d}")
        at += length


def records(
    data: bytes, block: Block, profile: int | None = None
) -> Iterator[dict[str, int] | BlockFault]:
    """Walk the records of one block as offsets of their items; a fault ends the block."""
    for found in extents(data, block, block.category if profile is None else profile):
        yield found if isinstance(found, BlockFault) else found[0]


def extents(
    data: bytes, block: Block, profile: int
) -> Iterator[tuple[dict[str, int], int, int] | BlockFault]:
    """Walk the records of one block: offsets of items, where the record begins and ends."""
    at = block.start
    while at < block.end:
        try:
            starts, after = split(data, at, block.end, profile)
        except RefusedError as refused:
            reason, detail = refused.args
            yield BlockFault(at, reason, f"CAT{block.category:03d}: {detail}")
            return
        yield starts, at, after
        at = after
