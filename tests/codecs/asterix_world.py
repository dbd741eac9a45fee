"""Records of every category that is described as tables: drawn, and as bytes."""

import random

from vedette.codecs.asterix.fields import (
    ADDRESS,
    FLAG,
    OCTAL,
    SIGNED,
    TEXT,
    TIME,
    Field,
    named_fields,
)
from vedette.codecs.asterix.profiles import ITEMS
from vedette.codecs.asterix.tables import RECORDS, Record, encode_record_blocks
from vedette.codecs.asterix.uap import category_of

PROFILES = tuple(ITEMS)


def drawn(source: random.Random, field: Field) -> object:
    """Draw a value that the field can say exactly."""
    if field.kind == FLAG:
        return source.random() < 0.5
    if field.kind == OCTAL:
        return f"{source.randrange(4096):04o}"
    if field.kind == TEXT:
        return "".join(source.choices("ABCXYZ0189", k=source.randrange(1, 9)))
    if field.kind == ADDRESS:
        return f"{source.randrange(1 << 24):06x}"
    if field.kind == TIME:
        raw = source.randrange(86_400 * 128)
    elif field.kind == SIGNED:
        raw = source.randrange(-(1 << (field.bits - 1)), 1 << (field.bits - 1))
    else:
        raw = source.randrange(1 << field.bits)
    return raw * field.lsb if field.lsb else raw


def record_of(source: random.Random, profile: int) -> Record:
    """Draw a record: each item is there or not, and then whole."""
    record = RECORDS[category_of(profile)]()
    for item in ITEMS[profile]:
        for part in item.parts or (item,):
            if part is not None and (item.name == "010" or source.random() < 0.6):
                for field in named_fields((part,)):
                    setattr(record, field.name, drawn(source, field))
    return record


def from_source(profile: int, counts: tuple[int, ...]) -> list[bytes]:
    """Give blocks of so many drawn records each, all of one source, 25/1."""
    source, made = random.Random(profile), list[bytes]()
    for count in counts:
        records = [record_of(source, profile) for _ in range(count)]
        for record in records:
            record.sac, record.sic = 25, 1
        made += encode_record_blocks(records, profile)
    return made


def every_category() -> list[bytes]:
    """Give a datagram of each category from one source, 25/1, for a site that names it."""
    made = []
    for profile in PROFILES:
        source = random.Random(profile)
        record = record_of(source, profile)
        record.sac, record.sic = 25, 1
        made.append(encode_record_blocks([record], profile)[0])
    return made


def datagrams(profile: int, count: int = 6) -> list[bytes]:
    """Give datagrams of drawn records of one profile, one to four in each."""
    source = random.Random(profile)
    return [
        encode_record_blocks([record_of(source, profile) for _ in range(1 + k % 4)], profile)[0]
        for k in range(count)
    ]
