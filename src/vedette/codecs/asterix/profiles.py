"""The user application profiles of CAT048 and CAT034: which item stands where, and its shape."""

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

PROFILES: dict[int, Profile] = {48: CAT048, 34: CAT034}

# Subfields of compound items, first octet of the list, most significant bit first; None: spare.
SUBFIELDS: dict[tuple[int, str], tuple[Shape | None, ...]] = {
    (48, "130"): (1, 1, 1, 1, 1, 1, 1),
    (48, "120"): (2, REPETITIVE_6, None, None, None, None, None),
    (34, "050"): (1, None, None, 1, 1, 2, None),
    (34, "060"): (1, None, None, 1, 1, 1, None),
}
