"""Records of the categories that are described as tables: bytes to records and back."""

from collections.abc import Iterator, Sequence
from functools import cache

from vedette.base.errors import RefusedError
from vedette.codecs.asterix.blocks import Block, BlockFault, extents
from vedette.codecs.asterix.cat010 import Cat010
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import Cat065
from vedette.codecs.asterix.cat205 import Cat205
from vedette.codecs.asterix.fields import Item, item_bytes, read_item
from vedette.codecs.asterix.profiles import EDITION_2_2, EDITIONS, ITEMS, SUBFIELDS
from vedette.codecs.asterix.uap import category_of, subfield_offsets
from vedette.codecs.reasons import MISSING_ITEM
from vedette.kernels.octets.shapes import COMPOUND

Record = Cat010 | Cat020 | Cat021 | Cat062 | Cat065 | Cat205
RECORDS: dict[int, type[Record]] = {
    10: Cat010,
    20: Cat020,
    21: Cat021,
    62: Cat062,
    65: Cat065,
    205: Cat205,
}
PROFILE_OF = {
    Cat010: 10,
    Cat020: 20,
    Cat021: EDITION_2_2,
    Cat062: 62,
    Cat065: 65,
    Cat205: 205,
}


@cache
def _by_name(profile: int) -> dict[str, Item]:
    """Give the items of a profile that say anything."""
    return {item.name: item for item in ITEMS[profile] if item.fields or item.parts}


def decode_records(
    data: bytes, block: Block, profile: int | None = None
) -> Iterator[tuple[Record, int, int] | BlockFault]:
    """Read the records of one block, each with where it begins and ends; faults as in CAT048.

    profile: which layout, for CAT021; None: the category's own, edition 2.2.
    """
    profile = block.category if profile is None else profile
    for found in extents(data, block, profile):
        if isinstance(found, BlockFault):
            yield found
            continue
        starts, at, after = found
        record = _record(data, starts, block.category, profile)
        yield record if isinstance(record, BlockFault) else (record, at, after)


def _record(
    data: bytes, starts: dict[str, int], category: int, profile: int
) -> Record | BlockFault:
    record = RECORDS[category]()
    items = _by_name(profile)
    try:
        for name, at in starts.items():
            item = items.get(name)
            if item is None:
                continue
            if item.shape != COMPOUND:
                read_item(item, data, at, record)
                continue
            inside = subfield_offsets(data, at, SUBFIELDS[profile, name])
            for part, offset in zip(item.parts, inside, strict=True):
                if part is not None and part.fields and offset is not None:
                    read_item(part, data, offset, record)
    except RefusedError as refused:
        reason, detail = refused.args
        return BlockFault(next(iter(starts.values())), reason, f"CAT{category:03d}: {detail}")
    if record.sac is None:
        where = next(iter(starts.values()))
        return BlockFault(where, MISSING_ITEM, f"CAT{category:03d} without its source, item 010")
    return record


def record_octets(record: Record, profile: int | None = None) -> bytes:
    """Write one record: FSPEC, then its items."""
    items = ITEMS[PROFILE_OF[type(record)] if profile is None else profile]
    said = [item_bytes(item, record) for item in items]
    known = [frn for frn, one in enumerate(said) if one is not None]
    fspec = bytearray(known[-1] // 7 + 1)
    for frn in known:
        fspec[frn // 7] |= 0x80 >> frn % 7
    for octet in range(len(fspec) - 1):
        fspec[octet] |= 1
    return bytes(fspec) + b"".join(one for one in said if one is not None)


def encode_record_blocks(
    records: Sequence[Record], profile: int | None = None, most_bytes: int = 1400
) -> list[bytes]:
    """Write records of one category as blocks, each small enough for a datagram of its own."""
    full: list[bytes] = []
    body = b""
    for record in records:
        octets = record_octets(record, profile)
        if body and len(body) + len(octets) + 3 > most_bytes:
            full.append(body)
            body = b""
        body += octets
    full += [body] if body else []
    category = category_of(PROFILE_OF[type(records[0])]) if records else 0
    return [bytes([category]) + (len(one) + 3).to_bytes(2, "big") + one for one in full]


def editions_of(data: bytes, block: Block) -> list[str]:
    """Say as which editions of CAT021 a block reads whole and with values that can be."""
    fitting = []
    for name, profile in EDITIONS.items():
        found = list(decode_records(data, block, profile))
        if not any(isinstance(one, BlockFault) or _is_absurd(one[0]) for one in found):
            fitting.append(name)
    return fitting


def _is_absurd(record: Record) -> bool:
    places = (record.lat_rad, record.lat_fine_rad) if isinstance(record, Cat021) else ()
    return any(place is not None and abs(place) > 1.5708 for place in places)
