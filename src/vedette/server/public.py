"""How structs leave for browsers: every key `_ns` becomes `_us`, enums become their words.

A browser's numbers are exact to 2^53, which nanoseconds since 1970 exceed and microseconds do not.
Each struct type is planned once; the encoding is a loop over that plan.
"""

import math
from enum import Enum
from functools import cache
from typing import Any

import msgspec

NS_PER_US = 1000
_PLAIN = frozenset({str, int, bool, bytes, type(None)})  # what most fields are


def public_name(name: str) -> str:
    """Name a field as browsers see it: `expires_t_ns` becomes `expires_t_us`."""
    return name[:-3] + "_us" if name.endswith("_ns") else name


@cache
def _plan(struct: type[msgspec.Struct]) -> tuple[tuple[str, str, bool], ...]:
    """List (public key, attribute, is it nanoseconds) of a struct type."""
    return tuple(
        (public_name(name), name, name.endswith("_ns")) for name in struct.__struct_fields__
    )


def as_public(value: Any) -> Any:
    """Turn a struct, and everything inside it, into what JSON and MessagePack carry to a browser.

    A struct becomes a dict with its tag first; NaN and infinities become None; bytes stay.
    """
    if type(value) in _PLAIN:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, msgspec.Struct):
        return _struct_as_public(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [as_public(item) for item in value]
    if isinstance(value, dict):
        return {str(key): as_public(item) for key, item in value.items()}
    return value


def _struct_as_public(value: msgspec.Struct) -> dict[str, Any]:
    config = value.__struct_config__
    out: dict[str, Any] = {}
    if config.tag_field is not None:
        out[config.tag_field] = config.tag
    for key, attribute, nanoseconds in _plan(type(value)):
        item = getattr(value, attribute)
        if nanoseconds and item is not None:
            out[key] = item // NS_PER_US
        else:
            out[key] = as_public(item)
    return out
