"""Data frames in files that R wrote with `save` (.rda): the columns of numbers, times and words.

The format is R's own serialisation, version 2 or 3, as big-endian XDR (R Internals, 1.8): each item
is a word of flags and then its value. Only what data frames are made of is read; the rest raises.
"""

import bz2
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any

import numpy as np

_NIL, _NIL_VALUE, _SYMBOL, _PAIRS, _CHARS, _LOGICAL, _INTEGER = 0, 254, 1, 2, 9, 10, 13
_REAL, _STRINGS, _LIST, _REFERENCE = 14, 16, 19, 255
_ATTRIBUTES, _TAG = 0x200, 0x400
_NA_INTEGER = -(2**31)
_OPENERS = {
    b"\xfd7zXZ": lzma.decompress,
    b"BZh": bz2.decompress,
    b"\x1f\x8b": gzip.decompress,
}


class Frame(dict[str, Any]):
    """One list of R: its members by name."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.symbols: list[Any] = []

    def words(self, form: str, count: int) -> Any:
        found = np.frombuffer(self.data, form, count, self.at)
        self.at += found.nbytes
        return found

    def word(self) -> int:
        return int(self.words(">i4", 1)[0])

    def item(self) -> Any:
        flags = self.word()
        kind = flags & 0xFF
        if kind in (_NIL, _NIL_VALUE):
            return None
        if kind == _REFERENCE:
            return self.symbols[(flags >> 8) - 1]
        if kind == _SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == _PAIRS:
            return self.pairs(flags)
        value = self.value(kind)
        return _named(value, self.item()) if flags & _ATTRIBUTES else value

    def pairs(self, flags: int) -> dict[str, Any]:
        """Read a list of tagged values: the variables of the file, or attributes."""
        found: dict[str, Any] = {}
        while True:
            if flags & _ATTRIBUTES:
                self.item()
            tag = self.item() if flags & _TAG else str(len(found))
            found[tag] = self.item()
            flags = self.word()
            if flags & 0xFF in (_NIL, _NIL_VALUE):
                return found

    def value(self, kind: int) -> Any:
        count = self.word()
        if kind == _CHARS:
            self.at += max(count, 0)
            return None if count < 0 else self.data[self.at - count : self.at].decode("latin-1")
        if kind in (_STRINGS, _LIST):
            return [self.item() for _ in range(count)]
        if kind == _REAL:
            return self.words(">f8", count).astype(float)
        if kind in (_INTEGER, _LOGICAL):
            whole = self.words(">i4", count)
            return np.where(whole == _NA_INTEGER, np.nan, whole.astype(float))
        raise ValueError(f"an R file with items of kind {kind}: only data frames are read")


def _named(value: Any, attributes: dict[str, Any]) -> Any:
    names = (attributes or {}).get("names")
    if isinstance(value, list) and names is not None and len(names) == len(value):
        return Frame(zip(names, value, strict=True))
    return value


def read_frames(path: Path) -> dict[str, Frame]:
    """Read the data frames of a file, by the names of their variables.

    Numbers come as float64 arrays, NaN where R has NA; words as lists; POSIXlt times as a Frame.
    Raises ValueError for what is no such file.
    """
    data = path.read_bytes()
    for mark, opened in _OPENERS.items():
        if data.startswith(mark):
            data = opened(data)
    if data[:7] not in (b"RDX2\nX\n", b"RDX3\nX\n"):
        raise ValueError(f"{path}: no file of R's save() in XDR")
    reader = _Reader(data[7:])
    version = reader.word()
    reader.at += 8
    if version >= 3:
        reader.at += struct.unpack_from(">i", reader.data, reader.at)[0] + 4
    found = reader.item()
    return {name: value for name, value in found.items() if isinstance(value, Frame)}


def seconds(value: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Give times of R as seconds since 1970: POSIXct (numbers) or POSIXlt (a Frame of parts)."""
    if not isinstance(value, Frame):
        return np.asarray(value, dtype=float)
    year, month, day = (np.asarray(value[k], dtype=float) for k in ("year", "mon", "mday"))
    months = ((year - 70.0) * 12.0 + month).astype(np.int64).astype("datetime64[M]")
    days = months.astype("datetime64[D]").astype(float) + day - 1.0
    return np.asarray(days * 86_400.0 + value["hour"] * 3600.0 + value["min"] * 60.0 + value["sec"])
