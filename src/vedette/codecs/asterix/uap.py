"""The user application profiles of CAT048 and CAT034, and how long each data item is.

A profile lists its items by field reference number (FRN). A record begins with the FSPEC, whose
set bits say which items follow; an item is one of five shapes (part 1, section 5.2): fixed,
extended (octets until the FX bit is 0), repetitive (a count, then so many octets each), compound
(an FX-extended list of subfields, then those present) and explicit (its own length comes first).
`split` turns bytes into the offset of each item and never reads beyond `end`.
"""

from functools import lru_cache

from vedette.base.errors import RefusedError
from vedette.codecs.reasons import BAD_LENGTH, EMPTY, TRUNCATED, UNKNOWN_ITEM

# An FSPEC has four octets at most, I048/030 one octet for each of 127 warnings: a longer list is
# an attack on whoever remembers or walks it.
EXTENDED_OCTETS_MAX = 128

# The shape of an item: a positive number is a fixed length in octets.
EXTENDED = 0
EXPLICIT = -1
COMPOUND = -2
REPETITIVE_1, REPETITIVE_2, REPETITIVE_6, REPETITIVE_8 = -11, -12, -16, -18  # -(10 + octets each)

Shape = int
Profile = tuple[tuple[str, Shape], ...]

CAT048: Profile = (
    ("010", 2), ("140", 3), ("020", EXTENDED), ("040", 4), ("070", 2), ("090", 2),
    ("130", COMPOUND), ("220", 3), ("240", 6), ("250", REPETITIVE_8), ("161", 2), ("042", 4),
    ("200", 4), ("170", EXTENDED), ("210", 4), ("030", EXTENDED), ("080", 2), ("100", 4),
    ("110", 2), ("120", COMPOUND), ("230", 2), ("260", 7), ("055", 1), ("050", 2), ("065", 1),
    ("060", 2), ("SP", EXPLICIT), ("RE", EXPLICIT),
)  # fmt: skip

CAT034: Profile = (
    ("010", 2), ("000", 1), ("030", 3), ("020", 1), ("041", 2), ("050", COMPOUND),
    ("060", COMPOUND), ("070", REPETITIVE_2), ("100", 8), ("110", 1), ("120", 8), ("090", 2),
    ("RE", EXPLICIT), ("SP", EXPLICIT),
)  # fmt: skip

PROFILES: dict[int, Profile] = {48: CAT048, 34: CAT034}

# Subfields of compound items, first octet of the list, most significant bit first; None: spare.
SUBFIELDS: dict[tuple[int, str], tuple[Shape | None, ...]] = {
    (48, "130"): (1, 1, 1, 1, 1, 1, 1),
    (48, "120"): (2, REPETITIVE_6, None, None, None, None, None),
    (34, "050"): (1, None, None, 1, 1, 2, None),
    (34, "060"): (1, None, None, 1, 1, 1, None),
}

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
                raise RefusedError(UNKNOWN_ITEM, f"FRN {frn + 1} is not in CAT{category:03d}")
            name, shape = profile[frn]
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
    return at + 1 + data[at] * (-shape - 10)


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
    return body


def subfield_offsets(data: bytes, at: int, subfields: tuple[Shape | None, ...]) -> list[int | None]:
    """Give the offset of each subfield of a compound item that `split` has already measured."""
    end = len(data)
    body = fspec_end(data, at, end)
    offsets: list[int | None] = [None] * len(subfields)
    for index, shape in enumerate(subfields):
        if shape is None or not data[at] & (0x80 >> index):
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
