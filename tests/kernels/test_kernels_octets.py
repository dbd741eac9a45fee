"""Lengths of ASTERIX items, by hand: each shape whole, cut short, and without end."""

import numpy as np
import pytest

from vedette.kernels.octets.measuring import compound_end, measure_datagrams, simple_end
from vedette.kernels.octets.shapes import (
    CHAINED,
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    EXTENDED_TWICE,
    REPETITIVE,
    UNDEFINED,
)


def octets(text):
    return np.frombuffer(bytes.fromhex(text) + bytes(8), np.uint8)


@pytest.mark.parametrize(
    ("shape", "text", "end"),
    [
        (3, "010203", 3),
        (3, "0102", -1),
        (EXTENDED, "010300", 3),
        (EXTENDED, "0103", -1),
        (EXPLICIT, "030000", 3),
        (EXPLICIT, "00", -1),
        (EXPLICIT, "", -1),
        (REPETITIVE - 2, "02aaaabbbb", 5),
        (REPETITIVE - 2, "02aaaabb", -1),
        (CHAINED - 3, "000001aaaa00", 6),
        (CHAINED - 3, "000001aaaa", -1),
        (EXTENDED_TWICE, "00", 1),
        (EXTENDED_TWICE, "01ff", 2),
        (EXTENDED_TWICE, "01", -1),
        (UNDEFINED, "00", -1),
    ],
)
def test_an_item_ends_where_its_shape_says(shape, text, end):
    assert simple_end(octets(text), 0, len(text) // 2, shape) == end


def test_a_list_of_continuations_without_end_is_refused():
    assert simple_end(octets("01" * 200), 0, 200, EXTENDED) == -1


def test_subfields_of_a_compound_item_are_found():
    parts, wanted = np.array([1, 2, UNDEFINED]), np.array([-1, 0, -1])
    where = np.full((1, 1), -1, np.int32)
    assert compound_end(octets("c0aabbcc"), 0, 4, 0, 3, parts, wanted, where, 0) == 4
    assert where[0, 0] == 2
    assert compound_end(octets("20aa"), 0, 2, 0, 3, parts, wanted, where, 0) == -1
    assert compound_end(octets("10aa"), 0, 2, 0, 3, parts, wanted, where, 0) == -1


def test_an_odd_datagram_has_no_records_and_its_neighbours_keep_theirs():
    items = np.full((1, 2, 4), UNDEFINED)
    items[0, 0] = 1, 0, 0, 0
    items[0, 1] = COMPOUND, -1, 0, 1
    profile_of = np.full(256, -1)
    profile_of[7] = 0
    whole, cut, other = "07000780aa80bb", "07000580", "08000480"
    data = octets(whole + cut + other + whole)
    starts = np.array([0, 7, 11, 15, 22])
    where = np.empty((22, 1), np.int32)
    first_row, odd = np.empty(5, np.int64), np.empty(4, np.bool_)
    count = measure_datagrams(
        data, starts, profile_of, items, np.array([1]), np.array([-1]), where,
        np.empty(22, np.int8), first_row, odd,
    )  # fmt: skip
    assert count == 4
    assert odd.tolist() == [False, True, True, False]
    assert first_row.tolist() == [0, 2, 2, 2, 4]
    assert where[:4, 0].tolist() == [4, 6, 19, 21]
