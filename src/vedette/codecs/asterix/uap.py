"""How long each data item is, and so where each begins.

A profile lists its items by field reference number (FRN). A record begins with the FSPEC, whose
set bits say which items follow; an item is one of a few shapes (part 1, section 5.2): fixed,
extended (octets until the FX bit is 0), repetitive (a count, then so many octets each), compound
(an FX-extended list of subfields, then those present) and explicit (its own length comes first).
`split` turns bytes into the offset of each item and never reads beyond `end`; the compiled
`vedette.kernels.octets` does the same for many datagrams, and leaves what is faulty to this one.
"""

from functools import lru_cache

from vedette.base.errors import RefusedError
from vedette.codecs.asterix.profiles import PROFILES, SUBFIELDS, Shape
from vedette.codecs.reasons import BAD_LENGTH, EMPTY, TRUNCATED, UNKNOWN_ITEM
from vedette.kernels.octets.shapes import (
    CHAINED,
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    EXTENDED_OCTETS_MAX,
    EXTENDED_TWICE,
    REPETITIVE,
    UNDEFINED,
)

# One step of a layout: item name, its shape, its subfields if compound.
Step = tuple[str, Shape, tuple[Shape | None, ...]]


@lru_cache(maxsize=4096)  # a pure function; radars use a few dozen FSPECs, hostile bytes many
def layout(category: int, fspec: bytes) -> tuple[Step, ...]:
    """List the items that an FSPEC announces, in order.

    Raises RefusedError for an FRN the profile does not define, and for an empty FSPEC.
    """
    profile = PROFILES[category]
    steps: list[Step] = []
    for octet_index, octet in enumerate(fspec):
        for bit in range(7):
            if not octet & (0x80 >> bit):
                continue
            frn = octet_index * 7 + bit
            if frn >= len(profile):
                raise RefusedError(
                    UNKNOWN_ITEM, f"FRN {frn + 1} is not in CAT{category_of(category):03d}"
                )
            name, shape = profile[frn]
            if shape == UNDEFINED:
                raise RefusedError(
                    UNKNOWN_ITEM, f"FRN {frn + 1} is not in CAT{category_of(category):03d}"
                )
            steps.append((name, shape, SUBFIELDS.get((category, name), ())))
    if not steps:
        raise RefusedError(EMPTY, "a record without items")
    return tuple(steps)


def fspec_end(data: bytes, at: int, end: int) -> int:
    """Find where the FX-extended octets that start at `at` end; refuse if beyond `end`."""
    last = min(end, at + EXTENDED_OCTETS_MAX)
    while at < last:
        at += 1
        if not data[at - 1] & 1:
            return at
    if at < end:
        raise RefusedError(BAD_LENGTH, f"an extended field above {EXTENDED_OCTETS_MAX} octets")
    raise RefusedError(TRUNCATED, "an extended field runs past the block")


def item_end(data: bytes, at: int, end: int, step: Step) -> int:
    """Find where an item of variable length ends. It may lie beyond `end`: the caller checks."""
    name, shape, subfields = step
    if shape == EXTENDED:
        return fspec_end(data, at, end)
    if shape == COMPOUND:
        return _compound_end(data, at, end, name, subfields)
    if at >= end:
        raise RefusedError(TRUNCATED, f"item {name} runs past the block")
    if shape == EXPLICIT:
        if not data[at]:
            raise RefusedError(BAD_LENGTH, f"item {name} of length 0")
        return at + data[at]
    if shape == EXTENDED_TWICE:
        return at + 1 + (data[at] & 1)
    if shape < CHAINED:
        return _chained_end(data, at, end, name, CHAINED - shape)
    return at + 1 + data[at] * (REPETITIVE - shape)


def category_of(profile: int) -> int:
    """Say which category a profile is of."""
    return profile if profile < 256 else profile // 1000


def _chained_end(data: bytes, at: int, end: int, name: str, octets: int) -> int:
    last = min(end, at + octets * EXTENDED_OCTETS_MAX)
    while at + octets <= last:
        at += octets
        if not data[at - 1] & 1:
            return at
    if at + octets <= end:
        raise RefusedError(BAD_LENGTH, f"item {name} has more than {EXTENDED_OCTETS_MAX} groups")
    raise RefusedError(TRUNCATED, f"item {name} runs past the block")


def _compound_end(
    data: bytes, at: int, end: int, name: str, subfields: tuple[Shape | None, ...]
) -> int:
    body = fspec_end(data, at, end)
    for index in range((body - at) * 7):
        octet, bit = divmod(index, 7)
        if not data[at + octet] & (0x80 >> bit):
            continue
        shape = subfields[index] if index < len(subfields) else None
        if shape is None:
            raise RefusedError(UNKNOWN_ITEM, f"item {name} has an undefined subfield")
        body = body + shape if shape > 0 else item_end(data, body, end, (name, shape, ()))
        if body > end:
            break
    return body


def subfield_offsets(data: bytes, at: int, subfields: tuple[Shape | None, ...]) -> list[int | None]:
    """Give the offset of each subfield of a compound item that `split` has already measured."""
    end = len(data)
    body = fspec_end(data, at, end)
    offsets: list[int | None] = [None] * len(subfields)
    octets = body - at
    for index, shape in enumerate(subfields[: 7 * octets]):
        if shape is None or not data[at + index // 7] & (0x80 >> index % 7):
            continue
        offsets[index] = body
        body = body + shape if shape > 0 else item_end(data, body, end, ("", shape, ()))
    return offsets


def split(data: bytes, at: int, end: int, category: int) -> tuple[dict[str, int], int]:
    """Measure one record that starts at `at`: where each item starts, and where the record ends.

    Raises RefusedError(reason, detail) if an item is undefined or runs past `end`.
    """
    first = at
    at = fspec_end(data, at, end)
    starts: dict[str, int] = {}
    for step in layout(category, data[first:at]):
        starts[step[0]] = at
        shape = step[1]
        at = at + shape if shape > 0 else item_end(data, at, end, step)
    if at > end:
        raise RefusedError(TRUNCATED, "the last item runs past the block")
    return starts, at
