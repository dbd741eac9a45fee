"""A state of plain data survives the way to bytes and back, bit for bit."""

import math
import struct
from dataclasses import dataclass, field
from enum import IntEnum

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from vedette.base.errors import RefusedError
from vedette.model.enums import Identity
from vedette.model.measurements import F64, I64
from vedette.model.picture import Evidence, IdentityRecord
from vedette.model.tracks import TrackTable, empty_tracks
from vedette.record import decode_state, encode_state, unfaithful


class Colour(IntEnum):
    RED = 3


class Inner(msgspec.Struct, kw_only=True):
    values: F64
    text: str | None = None


@dataclass(slots=True)
class Whole:
    table: TrackTable
    records: dict[int, IdentityRecord]
    nested: dict[int, dict[str, F64]]
    inner: Inner
    pair: tuple[int, float]
    colour: Colour
    raw: bytes
    number: float
    maybe: F64 | None = None
    rows: list[I64] = field(default_factory=list)


def whole() -> Whole:
    table = empty_tracks(3, 2)
    table.count = 1
    table.state_enu[0] = [math.nan, -0.0, math.inf, -math.inf, 5e-324, 1.7e308]
    evidence = Evidence(
        kind="k", source="s", about="a", weight_log_odds=-0.0, health_ratio=1.0, t_ns=1, text="t"
    )
    record = IdentityRecord(track_id=7, identity=Identity.SUSPECT, ledger=[evidence])
    return Whole(
        table=table,
        records={9: IdentityRecord(track_id=9), 7: record},
        nested={1: {"b": np.zeros((0, 3)), "a": np.ones((2, 3))}},
        inner=Inner(values=np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        pair=(2**62, -0.0),
        colour=Colour.RED,
        raw=b"\x00\xff",
        number=math.nan,
        rows=[np.arange(3), np.arange(10)[::3]],
    )


def test_a_whole_state_comes_back_bit_for_bit():
    before = whole()
    after = decode_state(encode_state(before), Whole)
    assert encode_state(after) == encode_state(before)
    assert after.table.state_enu.tobytes() == before.table.state_enu.tobytes()
    assert after.table.status.dtype == np.int8
    assert after.nested[1]["b"].shape == (0, 3)
    assert after.inner.values.flags.f_contiguous
    assert after.colour is Colour.RED
    assert after.records[7].identity is Identity.SUSPECT
    assert list(after.records) == [9, 7]
    assert math.copysign(1.0, after.pair[1]) == -1.0
    assert after.maybe is None
    assert after.rows[1].tolist() == [0, 3, 6, 9]


def test_a_restored_array_can_be_written_and_shares_nothing():
    before = whole()
    after = decode_state(encode_state(before), Whole)
    after.table.state_enu[0, 0] = 1.0
    assert math.isnan(before.table.state_enu[0, 0])


def test_the_payload_of_a_nan_survives():
    odd = np.frombuffer(struct.pack("<Q", 0x7FF0_0000_0000_0ABC), np.float64).copy()
    after = decode_state(encode_state(Inner(values=odd)), Inner)
    assert after.values.tobytes() == odd.tobytes()


@given(hnp.arrays(hnp.scalar_dtypes().filter(lambda d: d.kind in "biufc"), hnp.array_shapes()))
def test_any_array_of_numbers_comes_back(values):
    after = decode_state(encode_state(Inner(values=values)), Inner)
    assert after.values.tobytes() == values.tobytes()
    assert (after.values.dtype, after.values.shape) == (values.dtype, values.shape)


@given(st.floats(), st.integers(-(2**63), 2**64 - 1))
def test_any_scalar_comes_back(number, integer):
    after = decode_state(encode_state((number, integer)), tuple[float, int])
    assert struct.pack("<d", after[0]) == struct.pack("<d", number)
    assert after[1] == integer


def test_an_integer_in_a_float_field_is_named():
    state = whole()
    state.number = 3
    assert unfaithful(whole(), Whole) == ""
    assert unfaithful(state, Whole).startswith("Whole.number: 3 would come back as 3.0")


def test_what_is_not_plain_data_is_refused_when_saving():
    with pytest.raises(TypeError):
        encode_state(Inner(values=np.array([object()])))
    with pytest.raises(TypeError):
        encode_state([object()])


@given(st.binary(max_size=200))
def test_bytes_that_are_no_state_are_refused(data):
    with pytest.raises(RefusedError):
        decode_state(data, Whole)


def test_a_damaged_state_is_refused_or_differs_but_never_crashes():
    good = encode_state(whole())
    for position in range(0, len(good), 3):
        for value in (0, 0x7F, 0xC7, 0xC9, 0xFF):
            bad = good[:position] + bytes([value]) + good[position + 1 :]
            try:
                decode_state(bad, Whole)
            except RefusedError:
                continue
