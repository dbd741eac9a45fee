"""The user application profiles: which item stands where, and its shape.

A profile's number is its category, save those of CAT021, which is read in four layouts.
"""

from vedette.codecs.asterix import cat010, cat020, cat021, cat062, cat065, cat205
from vedette.codecs.asterix.fields import Item
from vedette.kernels.octets.shapes import COMPOUND, EXPLICIT, EXTENDED, REPETITIVE

Shape = int
Profile = tuple[tuple[str, Shape], ...]

REPETITIVE_1, REPETITIVE_2 = REPETITIVE - 1, REPETITIVE - 2
REPETITIVE_6, REPETITIVE_8 = REPETITIVE - 6, REPETITIVE - 8

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

EDITION_2_2, EDITION_2_1, EDITION_0_24, EDITION_0_23 = 21, 21_201, 21_024, 21_023
EDITIONS = {  # of CAT021, as the site file names them
    "2.2": EDITION_2_2,
    "2.1": EDITION_2_1,
    "0.24": EDITION_0_24,
    "0.23": EDITION_0_23,
}

# Categories whose items are described as tables, by the number of the profile.
ITEMS: dict[int, tuple[Item, ...]] = {
    10: cat010.ITEMS,
    20: cat020.ITEMS,
    EDITION_2_2: cat021.ITEMS_2_2,
    EDITION_2_1: cat021.ITEMS_2_1,
    EDITION_0_24: cat021.ITEMS_0_24,
    EDITION_0_23: cat021.ITEMS_0_23,
    62: cat062.ITEMS,
    65: cat065.ITEMS,
    205: cat205.ITEMS,
}

PROFILES: dict[int, Profile] = {
    48: CAT048,
    34: CAT034,
    **{key: tuple((item.name, item.shape) for item in items) for key, items in ITEMS.items()},
}

# Subfields of compound items, most significant bit of the first octet first; None: spare.
SUBFIELDS: dict[tuple[int, str], tuple[Shape | None, ...]] = {
    (48, "130"): (1, 1, 1, 1, 1, 1, 1),
    (48, "120"): (2, REPETITIVE_6, None, None, None, None, None),
    (34, "050"): (1, None, None, 1, 1, 2, None),
    (34, "060"): (1, None, None, 1, 1, 1, None),
    **{
        (key, item.name): tuple(None if part is None else part.shape for part in item.parts)
        for key, items in ITEMS.items()
        for item in items
        if item.parts
    },
}
