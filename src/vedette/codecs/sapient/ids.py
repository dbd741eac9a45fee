"""Identifiers that SAPIENT demands, made without chance: the same inputs give the same names.

A ULID is 48 bits of milliseconds and 80 bits that tell apart what the millisecond does not; here
the 80 bits are a digest of what is named.
"""

import hashlib
import uuid

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
NS_PER_MS = 1_000_000


def ulid(t_ns: int, *named: object) -> str:
    """Name something by its time and what tells it apart. t_ns: int64 ns UTC."""
    digest = hashlib.sha256("\0".join(str(each) for each in named).encode()).digest()
    value = (t_ns // NS_PER_MS & (1 << 48) - 1) << 80 | int.from_bytes(digest[:10], "big")
    return "".join(_LETTERS[value >> shift & 31] for shift in range(125, -1, -5))


def node_id(*named: object) -> str:
    """Name a node: a UUID with the bits of version 4, from a digest of what is named."""
    digest = hashlib.sha256("\0".join(str(each) for each in named).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def is_ulid(text: str) -> bool:
    """Say whether a text is a ULID: 26 letters of base 32, the first below 8."""
    return len(text) == 26 and set(text) <= set(_LETTERS) and text[0] < "8"
