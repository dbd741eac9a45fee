"""Where the items of ASTERIX records lie: lengths alone, no meaning.

In: the bytes of many datagrams joined, and tables that say how long each item of a category's
profile is. Out: where each item that is asked for begins, a row a record. A datagram that is not
whole and plain to its last octet is marked odd: it is for the reader that explains faults.
"""

from typing import Any

from numba import njit

from vedette.kernels.octets.shapes import (
    CHAINED,
    COMPOUND,
    EXPLICIT,
    EXTENDED,
    EXTENDED_OCTETS_MAX,
    EXTENDED_TWICE,
    HEADER_OCTETS,
    REPETITIVE,
    UNDEFINED,
)


@njit(cache=True)
def extended_end(data: Any, at: int, end: int) -> int:
    """Find where extended octets from `at` end; -1: they run past `end` or are too many."""
    last = min(end, at + EXTENDED_OCTETS_MAX)
    while at < last:
        at += 1
        if not data[at - 1] & 1:
            return at
    return -1


@njit(cache=True)
def chained_end(data: Any, at: int, end: int, octets: int) -> int:
    """Find where groups of octets end whose lowest bit says whether another follows, or -1."""
    last = min(end, at + octets * EXTENDED_OCTETS_MAX)
    while at + octets <= last:
        at += octets
        if not data[at - 1] & 1:
            return at
    return -1


@njit(cache=True)
def simple_end(data: Any, at: int, end: int, shape: int) -> int:
    """Find where an item that is not compound ends; -1 where it is not whole before `end`."""
    if shape > 0:
        at += shape
    elif shape == EXTENDED:
        return extended_end(data, at, end)
    elif shape == UNDEFINED or at >= end:
        return -1
    elif shape == EXPLICIT:
        at = at + int(data[at]) if data[at] > 0 else -1
    elif shape == EXTENDED_TWICE:
        at += 1 + int(data[at] & 1)
    elif shape > CHAINED:
        at += 1 + int(data[at]) * (REPETITIVE - shape)
    else:
        return chained_end(data, at, end, CHAINED - shape)
    return at if at <= end else -1


@njit(cache=True)
def compound_end(
    data: Any,
    at: int,
    end: int,
    first: int,
    count: int,
    parts: Any,
    wanted: Any,
    where: Any,
    row: int,
) -> int:
    """Find where a compound item ends, or -1; note where its wanted subfields begin.

    parts, wanted: shape and column (or -1) of every subfield; this item's are `count` from `first`.
    """
    body = extended_end(data, at, end)
    if body < 0:
        return -1
    for index in range((body - at) * 7):
        if not data[at + index // 7] & (0x80 >> index % 7):
            continue
        if index >= count:
            return -1
        if wanted[first + index] >= 0:
            where[row, wanted[first + index]] = body
        body = simple_end(data, body, end, parts[first + index])
        if body < 0:
            return -1
    return body


@njit(cache=True)
def record_end(
    data: Any,
    at: int,
    end: int,
    profile: int,
    items: Any,
    parts: Any,
    wanted: Any,
    where: Any,
    row: int,
) -> int:
    """Find where a record ends that begins at `at`, and fill its row; -1: it is not whole.

    items (P, F, 4): shape, column or -1, first subfield and their number, of each place of each
    profile.
    """
    for column in range(where.shape[1]):
        where[row, column] = -1
    body = extended_end(data, at, end)
    is_empty = True
    for frn in range((body - at) * 7):
        if not data[at + frn // 7] & (0x80 >> frn % 7):
            continue
        if frn >= items.shape[1]:
            return -1
        is_empty = False
        shape, column = items[profile, frn, 0], items[profile, frn, 1]
        if column >= 0:
            where[row, column] = body
        if shape == COMPOUND:
            first, count = items[profile, frn, 2], items[profile, frn, 3]
            body = compound_end(data, body, end, first, count, parts, wanted, where, row)
        else:
            body = simple_end(data, body, end, shape)
        if body < 0:
            return -1
    return -1 if is_empty else body


@njit(cache=True)
def measure_datagrams(
    data: Any,
    starts: Any,
    profile_of: Any,
    items: Any,
    parts: Any,
    wanted: Any,
    where: Any,
    profiles: Any,
    first_row: Any,
    odd: Any,
) -> int:
    """Measure every record of datagrams that lie one after the other in `data`, (B,) uint8.

    starts (D + 1,): where each begins, and the last ends. profile_of (256,): the profile P of each
    category, or -1. items (P, F, 4), parts and wanted (S,) as in `record_end`. Fills where (R, C):
    the offset of each wanted item, -1 where absent; profiles (R,): each record's profile; first_row
    (D + 1,): the first record of each datagram; odd (D,): this datagram is not whole and has no
    records here. R must be at least half of B. Returns the number of records.
    """
    count = 0
    for piece in range(starts.shape[0] - 1):
        first_row[piece] = count
        odd[piece] = False
        at, end = starts[piece], starts[piece + 1]
        while 0 <= at < end:
            if at + HEADER_OCTETS > end or profile_of[data[at]] < 0:
                at = -1
                break
            profile = profile_of[data[at]]
            block_end = at + (int(data[at + 1]) << 8 | int(data[at + 2]))
            if block_end <= at + HEADER_OCTETS or block_end > end:
                at = -1
                break
            at += HEADER_OCTETS
            while 0 <= at < block_end:
                profiles[count] = profile
                at = record_end(data, at, block_end, profile, items, parts, wanted, where, count)
                count += 1
        if at < 0:
            count = first_row[piece]
            odd[piece] = True
    first_row[starts.shape[0] - 1] = count
    return count
