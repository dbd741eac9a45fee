"""Mode S frames: parity, ground velocity, and frames made for a simulated transponder.

Fields are read by rs1090; velocity here, because "no information" and the supersonic
subtype must not become a speed. Source: ICAO Annex 10 volume IV, 3.1.2; RTCA DO-260B, 2.2.3.2.
"""

import math
from functools import lru_cache

from vedette.base.constants import M_PER_FT, MPS_PER_KT
from vedette.codecs.adsb import cpr

POLYNOMIAL = 0xFFF409  # the 24-bit parity generator without its leading one

_CHARACTERS = "#ABCDEFGHIJKLMNOPQRSTUVWXYZ##### ###############0123456789######"


def _parity_table() -> tuple[int, ...]:
    table = []
    for octet in range(256):
        rest = octet << 16
        for _ in range(8):
            rest = (rest << 1) ^ (POLYNOMIAL if rest & 0x800000 else 0)
        table.append(rest & 0xFFFFFF)
    return tuple(table)


_TABLE = _parity_table()


@lru_cache(maxsize=4096)  # pure; a frame is asked for its clock, its worth and its count
def parity_residue(frame: bytes) -> int:
    """Divide a whole frame by the generator: 0 for an intact DF17/18, else the overlaid address."""
    rest = 0
    for octet in frame[:-3]:
        rest = ((rest << 8) & 0xFFFFFF) ^ _TABLE[(rest >> 16) ^ octet]
    return rest ^ int.from_bytes(frame[-3:], "big")


def with_parity(body: bytes) -> bytes:
    """Append the 24 parity bits of a frame without overlay."""
    return body + parity_residue(body + b"\0\0\0").to_bytes(3, "big")


def ground_velocity(frame: bytes) -> tuple[float, float, float | None, float | None] | None:
    """Read type 19 subtype 1 or 2: (east, north, up or None) m/s, HAE minus pressure height m.

    None for airspeed subtypes, and where a component says "no information" (0).
    """
    message = int.from_bytes(frame[4:11], "big")
    subtype = (message >> 48) & 7
    east, north = (message >> 32) & 0x3FF, (message >> 21) & 0x3FF
    if subtype not in (1, 2) or not east or not north:
        return None
    unit_mps = MPS_PER_KT * (4.0 if subtype == 2 else 1.0)
    v_east_mps = (east - 1) * unit_mps * (-1.0 if message >> 42 & 1 else 1.0)
    v_north_mps = (north - 1) * unit_mps * (-1.0 if message >> 31 & 1 else 1.0)
    climb, gap = (message >> 10) & 0x1FF, message & 0x7F
    v_up_mps = gap_m = None
    if climb:
        v_up_mps = (climb - 1) * 64.0 * M_PER_FT / 60.0 * (-1.0 if message >> 19 & 1 else 1.0)
    if gap:
        gap_m = (gap - 1) * 25.0 * M_PER_FT * (-1.0 if message >> 7 & 1 else 1.0)
    return v_east_mps, v_north_mps, v_up_mps, gap_m


def _df17(icao24: str, message: int) -> bytes:
    return with_parity(b"\x8d" + bytes.fromhex(icao24) + message.to_bytes(7, "big"))


def airborne_position(
    icao24: str,
    lat_rad: float,
    lon_rad: float,
    height_m: float | None,
    odd: bool,
    is_hae: bool = False,
    kind: int | None = None,
) -> bytes:
    """Make a DF17 airborne position (type 11, or 21 where height is above the ellipsoid).

    kind: another type, 9 to 18, or 20 to 22 with is_hae: each claims an accuracy of its own.

    height_m: pressure height, 25 ft steps from -1000 to 50,000 ft; None: not available.
    """
    y, x = cpr.encode(math.degrees(lat_rad), math.degrees(lon_rad), odd, cpr.AIRBORNE_SPAN_DEG)
    height = 0
    if height_m is not None:
        step = min(max(round((height_m / M_PER_FT + 1000.0) / 25.0), 0), 2040)
        height = (step & 0x7F0) << 1 | 0x10 | step & 0xF
    if kind is None:
        kind = 21 if is_hae else 11
    return _df17(icao24, kind << 51 | height << 36 | odd << 34 | y << 17 | x)


def surface_position(icao24: str, lat_rad: float, lon_rad: float, odd: bool) -> bytes:
    """Make a DF17 surface position (type 6) without movement or ground track."""
    y, x = cpr.encode(math.degrees(lat_rad), math.degrees(lon_rad), odd, cpr.SURFACE_SPAN_DEG)
    return _df17(icao24, 6 << 51 | odd << 34 | y << 17 | x)


def airborne_velocity(
    icao24: str,
    v_east_mps: float,
    v_north_mps: float,
    v_up_mps: float | None = None,
    hae_minus_baro_m: float | None = None,
) -> bytes:
    """Make a DF17 velocity over ground (type 19 subtype 1): 1 kt, 64 ft/min, 25 ft steps."""
    east, west = _magnitude(v_east_mps / MPS_PER_KT, 1022)
    north, south = _magnitude(v_north_mps / MPS_PER_KT, 1022)
    message = 19 << 51 | 1 << 48 | west << 42 | east << 32 | south << 31 | north << 21
    if v_up_mps is not None:
        climb, down = _magnitude(v_up_mps * 60.0 / M_PER_FT / 64.0, 510)
        message |= down << 19 | climb << 10
    if hae_minus_baro_m is not None:
        gap, below = _magnitude(hae_minus_baro_m / M_PER_FT / 25.0, 126)
        message |= below << 7 | gap
    return _df17(icao24, message)


def _magnitude(value: float, limit: int) -> tuple[int, int]:
    """Give (1 + steps, sign bit), 0 being reserved for "no information"."""
    return min(round(abs(value)), limit) + 1, int(value < 0.0)


@lru_cache(maxsize=1024)  # pure, and a transponder says the same all day
def identification(icao24: str, callsign: str) -> bytes:
    """Make a DF17 identification (type 4, category 0): eight characters, blanks for unknown."""
    message = 4 << 3
    for letter in callsign.upper()[:8].ljust(8):
        code = _CHARACTERS.find(letter) if letter != "#" else -1
        message = message << 6 | (code if code > 0 else 32)
    return _df17(icao24, message)


def identity_reply(icao24: str, squawk: str) -> bytes:
    """Make a DF17 emergency/priority status (type 28 subtype 1), which carries the squawk."""
    return _df17(icao24, 28 << 51 | 1 << 48 | _identity_field(squawk) << 32)


def _identity_field(squawk: str) -> int:
    """Spread four octal digits ABCD over the 13 bits C1 A1 C2 A2 C4 A4 - B1 D1 B2 D2 B4 D4."""
    a, b, c, d = (int(digit, 8) for digit in squawk)
    return _interleave(c, a) << 7 | _interleave(b, d)


def _interleave(first: int, second: int) -> int:
    field = 0
    for bit in (1, 2, 4):
        field = field << 2 | bool(first & bit) << 1 | bool(second & bit)
    return field
