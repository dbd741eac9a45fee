"""What a client sees of the picture: tracks in words, from JSON or from the stream's columns.

What is not listed here is passed over, so that a newer service does not break an older client.
Times are integer microseconds UTC; NaN of the stream and null of JSON are both None.
"""

import math
import sys
from array import array
from typing import Any

import msgspec

# The columns of a stream picture that are used here: name, and type code of module `array`.
COLUMNS = {
    "track_id": "i",
    "lat_deg": "d",
    "lon_deg": "d",
    "hae_m": "f",
    "v_east_mps": "f",
    "v_north_mps": "f",
    "v_up_mps": "f",
    "sigma_east_m": "f",
    "sigma_north_m": "f",
    "sigma_up_m": "f",
    "existence_prob": "f",
    "status": "B",
    "identity": "B",
    "object_class": "B",
    "class_prob": "f",
    "age_s": "f",
    "arrival_s": "f",
    "reach_prob": "f",
}
_WORDS = {"status": "statuses", "identity": "identities", "object_class": "classes"}


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """One system track. label: what it claims to be. age_s: since a sensor last saw it.

    arrival_s: until it could be at the asset it reaches first, reach_prob: that it reaches one;
    None where it threatens nothing.
    """

    track_id: int
    lat_deg: float
    lon_deg: float
    hae_m: float
    v_east_mps: float
    v_north_mps: float
    v_up_mps: float
    sigma_east_m: float
    sigma_north_m: float
    sigma_up_m: float
    existence_prob: float
    status: str
    identity: str
    object_class: str
    class_prob: float
    age_s: float
    arrival_s: float | None = None
    reach_prob: float | None = None
    label: str = ""

    @property
    def name(self) -> str:
        """Name it as people do: T0007."""
        return f"T{self.track_id:04d}"

    @property
    def speed_mps(self) -> float:
        """Give its speed over ground."""
        return math.hypot(self.v_east_mps, self.v_north_mps)


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """The air picture at one time; what is no track is as the API gives it (docs/api.md)."""

    t_us: int
    mode: str
    site: str
    tracks: list[Track]
    warnings: list[dict[str, Any]] = []
    queue: list[dict[str, Any]] = []
    sources: list[dict[str, Any]] = []


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the live stream: the tracks, the open warnings, and the events since."""

    t_us: int
    tracks: list[Track]
    warnings: list[dict[str, Any]]
    events: list[dict[str, Any]]


def frame_of(message: dict[str, Any], hello: dict[str, Any]) -> Frame:
    """Turn a stream's picture into a frame, by the words of its hello."""
    return Frame(
        t_us=message["t_us"],
        tracks=_tracks(message["tracks"], hello),
        warnings=message["warnings"],
        events=[numbered["event"] for numbered in message["events"]],
    )


def _tracks(table: dict[str, Any], hello: dict[str, Any]) -> list[Track]:
    columns = {name: _column(table[name], code) for name, code in COLUMNS.items()}
    for name, words in _WORDS.items():
        columns[name] = [hello[words][int(number)] for number in columns[name]]
    names = list(columns)
    return [
        Track(**dict(zip(names, row, strict=True)), label=label)
        for *row, label in zip(*columns.values(), table["labels"], strict=True)
    ]


def _column(data: bytes, code: str) -> list[Any]:
    """Unpack a little-endian column; NaN becomes None."""
    values = array(code)
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    if code in "fd":
        return [None if value != value else value for value in values]
    return values.tolist()
