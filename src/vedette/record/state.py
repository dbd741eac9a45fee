"""Any state of plain data to bytes and back, exactly: what snapshots are made of.

In: a tree of dataclasses, msgspec structs, dicts, lists, enums, scalars and numpy arrays. Out:
MessagePack; decoding is directed by the type's annotations, so the type is given again. Arrays
travel as an extension with their dtype, shape and order, so NaN payloads and -0.0 survive.
"""

import struct
from typing import Any, TypeVar

import msgspec
import numpy as np

from vedette.base.errors import RefusedError

_T = TypeVar("_T")
_ARRAY = 1  # MessagePack extension type of an array
_HEAD = struct.Struct("<8scB")  # dtype, memory order, dimensions
_KINDS = "biufc"  # booleans, integers, floats, complex: what has no references inside


def encode_state(state: object) -> bytes:
    """Encode a tree of plain data. Raises TypeError for what is not plain data."""
    return _ENCODER.encode(state)


def decode_state(data: bytes, kind: type[_T]) -> _T:
    """Decode what `encode_state` made of a `kind`. Raises RefusedError where it is not that."""
    try:
        return msgspec.msgpack.decode(data, type=kind, ext_hook=_array_from, dec_hook=_accepted)
    except (
        msgspec.DecodeError,
        struct.error,
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
    ) as error:
        raise RefusedError(f"not a saved {kind.__name__}: {error}") from None


def unfaithful(state: object, kind: type) -> str:
    """Say why a state would not come back exactly, or nothing.

    A float field that holds an int comes back as a float and encodes differently; so does any
    other value that its annotation does not name.
    """
    first = encode_state(state)
    second = encode_state(decode_state(first, kind))
    if first == second:
        return ""
    return _difference(msgspec.msgpack.decode(first), msgspec.msgpack.decode(second), kind.__name__)


def _encoded(value: object) -> object:
    """Encode what MessagePack does not know: arrays and numpy's scalars."""
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in _KINDS:
            raise TypeError(f"an array of {value.dtype} is not plain data")
        order = "F" if value.flags.f_contiguous and not value.flags.c_contiguous else "C"
        head = _HEAD.pack(value.dtype.str.encode(), order.encode(), value.ndim)
        shape = struct.pack(f"<{value.ndim}q", *value.shape)
        laid_out = np.ascontiguousarray(value.T if order == "F" else value)
        return msgspec.msgpack.Ext(_ARRAY, b"".join((head, shape, laid_out.data)))
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain data")


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_encoded)


def _array_from(code: int, data: memoryview) -> Any:
    """Rebuild an array that owns its memory."""
    if code != _ARRAY:
        raise ValueError(f"unknown extension {code}")
    name, order, dimensions = _HEAD.unpack_from(data)
    shape = struct.unpack_from(f"<{dimensions}q", data, _HEAD.size)
    dtype = np.dtype(name.rstrip(b"\0").decode("ascii"))
    if dtype.kind not in _KINDS or order not in (b"C", b"F"):
        raise ValueError(f"an array of {dtype} is not plain data")
    body = data[_HEAD.size + 8 * dimensions :]
    flat = np.frombuffer(body, dtype) if len(body) else np.empty(0, dtype)
    return flat.reshape(shape, order="F" if order == b"F" else "C").copy(order="K")


def _accepted(kind: Any, value: Any) -> Any:
    """Accept an array where one is annotated."""
    if isinstance(value, np.ndarray):
        return value
    raise ValueError(f"expected {kind}, got {type(value).__name__}")


def _difference(first: Any, second: Any, path: str) -> str:
    """Find the first place where two decoded trees differ."""
    if isinstance(first, dict) and isinstance(second, dict) and list(first) == list(second):
        pairs = [(first[key], second[key], f"{path}.{key}") for key in first]
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        pairs = [(a, b, f"{path}[{i}]") for i, (a, b) in enumerate(zip(first, second, strict=True))]
    else:
        return f"{path}: {first!r:.60} would come back as {second!r:.60}"
    for a, b, inner in pairs:
        if msgspec.msgpack.encode(a) != msgspec.msgpack.encode(b):
            return _difference(a, b, inner)
    return f"{path}: would come back differently"
