"""What octets of an item mean, as tables: each field's bits, unit and sign, read and written alike.

An item of a category's table is fixed, extended or compound and names the attributes of the record
its fields become; what is opaque is measured and passed over. Reading gives each value the format's
own step; writing rounds to the nearest step and holds a value at the item's end.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from vedette.base.angles import TWO_PI
from vedette.base.constants import S_OF_LONGEST_DAY, S_PER_DAY
from vedette.base.errors import RefusedError
from vedette.codecs.asterix.letters import callsign_of, icao_characters
from vedette.codecs.reasons import BAD_TIME
from vedette.kernels.octets.shapes import COMPOUND, EXTENDED, UNDEFINED

SPARE, NUMBER, SIGNED, FLAG, OCTAL, TEXT, ADDRESS, TURN, TIME = range(9)
TIME_LSB_S = 1.0 / 128.0


class Field(NamedTuple):
    """Some bits: the attribute they become, how, and the value of one step (0: a whole number)."""

    name: str
    bits: int
    kind: int = NUMBER
    lsb: float = 0.0


class Item(NamedTuple):
    """One place of a profile: its name ("105"; "": nothing), shape, fields, or subfields."""

    name: str
    shape: int
    fields: tuple[Field, ...] = ()
    parts: tuple["Item | None", ...] = ()


NOTHING = Item("", UNDEFINED)


def spare(bits: int) -> Field:
    """Pass over bits."""
    return Field("", bits, SPARE)


def number(name: str, bits: int, lsb: float = 0.0) -> Field:
    """Read an unsigned number."""
    return Field(name, bits, NUMBER, lsb)


def signed(name: str, bits: int, lsb: float = 0.0) -> Field:
    """Read a two's complement number."""
    return Field(name, bits, SIGNED, lsb)


def turn(name: str, bits: int = 16) -> Field:
    """Read an angle that goes once round."""
    return Field(name, bits, TURN, TWO_PI / (1 << bits))


def flag(name: str) -> Field:
    """Read one bit."""
    return Field(name, 1, FLAG)


def flags(*names: str) -> tuple[Field, ...]:
    """Read bits one after the other."""
    return tuple(flag(name) for name in names)


def octal(name: str) -> Field:
    """Read four octal digits."""
    return Field(name, 12, OCTAL)


def text(name: str) -> Field:
    """Read eight characters of six bits."""
    return Field(name, 48, TEXT)


def address(name: str) -> Field:
    """Read a 24-bit address as six hexadecimal digits."""
    return Field(name, 24, ADDRESS)


def time_of_day(name: str) -> Field:
    """Read seconds after midnight UTC in 128ths."""
    return Field(name, 24, TIME, TIME_LSB_S)


def fixed(name: str, *fields: Field) -> Item:
    """Describe an item of whole octets."""
    return Item(name, sum(field.bits for field in fields) // 8, fields)


def extended(name: str, *fields: Field) -> Item:
    """Describe an item of seven bits an octet, as many as there are."""
    return Item(name, EXTENDED, fields)


def compound(name: str, *parts: Item | None) -> Item:
    """Describe an item of subfields that may be there or not."""
    return Item(name, COMPOUND, (), parts)


def opaque(name: str, shape: int) -> Item:
    """Describe an item that is measured and passed over."""
    return Item(name, shape)


def read_item(item: Item, data: bytes, at: int, record: Any) -> None:
    """Put what an item says into the record; it lies whole in data.

    Raises RefusedError(reason, detail) for a time past midnight.
    """
    if item.shape == COMPOUND:
        raise AssertionError("subfields are read one by one")
    if item.shape == EXTENDED:
        value, bits = _seven_by_seven(data, at)
    else:
        value, bits = int.from_bytes(data[at : at + item.shape], "big"), 8 * item.shape
    for field in item.fields:
        bits -= field.bits
        if bits < 0:
            return
        if field.kind != SPARE:
            raw = value >> bits & ((1 << field.bits) - 1)
            setattr(record, field.name, _value(field, raw, item.name))


def _seven_by_seven(data: bytes, at: int) -> tuple[int, int]:
    value, bits = data[at] >> 1, 7
    while data[at] & 1:
        at += 1
        value, bits = value << 7 | data[at] >> 1, bits + 7
    return value, bits


def _value(field: Field, raw: int, item: str) -> Any:
    kind = field.kind
    if kind == FLAG:
        return bool(raw)
    if kind == OCTAL:
        return f"{raw:04o}"
    if kind == TEXT:
        return callsign_of(raw)
    if kind == ADDRESS:
        return f"{raw:06x}"
    if kind == SIGNED:
        raw -= (raw & 1 << field.bits - 1) << 1
    elif kind == TIME and raw >= S_OF_LONGEST_DAY * 128:
        raise RefusedError(BAD_TIME, f"item {item} says {raw // 128} s of the day")
    return raw * field.lsb if field.lsb else raw


def item_bytes(item: Item, record: Any) -> bytes | None:
    """Write an item of a record; None where nothing that it says is known."""
    if item.shape == COMPOUND:
        return _compound_bytes(item, record)
    raw = [_raw(field, record) for field in item.fields]
    known = [k for k, one in enumerate(raw) if one is not None]
    if not known:
        return None
    pairs = zip(item.fields, raw, strict=True)
    if item.shape == EXTENDED:
        return _extended_bytes(list(pairs)[: known[-1] + 1])
    value = 0
    for field, one in pairs:
        value = value << field.bits | (one or 0)
    return value.to_bytes(item.shape, "big")


def _raw(field: Field, record: Any) -> int | None:
    value = getattr(record, field.name) if field.name else None
    if value is None:
        return None
    if field.kind == OCTAL:
        return int(value, 8) & 0xFFF
    if field.kind == TEXT:
        return int.from_bytes(icao_characters(value), "big")
    if field.kind == ADDRESS:
        return int(value, 16)
    steps = round(value / field.lsb) if field.lsb else int(value)
    if field.kind == TURN:
        return steps & ((1 << field.bits) - 1)
    if field.kind == TIME:
        return steps % (S_PER_DAY * 128)
    if field.kind == SIGNED:
        half = 1 << (field.bits - 1)
        return min(max(steps, -half), half - 1) & ((1 << field.bits) - 1)
    return min(max(steps, 0), (1 << field.bits) - 1)


def _extended_bytes(pairs: list[tuple[Field, int | None]]) -> bytes:
    value = bits = 0
    for field, raw in pairs:
        value, bits = value << field.bits | (raw or 0), bits + field.bits
    octets = -(-bits // 7)
    value <<= 7 * octets - bits
    sevens = [value >> 7 * k & 0x7F for k in reversed(range(octets))]
    return bytes([*(seven << 1 | 1 for seven in sevens[:-1]), sevens[-1] << 1])


def _compound_bytes(item: Item, record: Any) -> bytes | None:
    said = [None if part is None else item_bytes(part, record) for part in item.parts]
    known = [k for k, one in enumerate(said) if one is not None]
    if not known:
        return None
    present = bytearray(known[-1] // 7 + 1)
    for k in known:
        present[k // 7] |= 0x80 >> k % 7
    for octet in range(len(present) - 1):
        present[octet] |= 1
    return bytes(present) + b"".join(one for one in said if one is not None)


def named_fields(items: tuple[Item, ...]) -> Iterator[Field]:
    """Walk every field of a table that becomes an attribute."""
    for item in items:
        yield from (field for field in item.fields if field.name)
        yield from named_fields(tuple(part for part in item.parts if part is not None))
