"""What a 1090 MHz transponder sends: DF17 extended squitters with position, velocity, call sign.

In: a place, a velocity, a name. Out: 14-byte messages and their Beast frames. Encodings follow
ICAO Doc 9871 (2nd ed.), appendix B.2, and RTCA DO-260B: compact position reporting with NZ = 15,
altitude in 25 ft steps, velocity subtype 1.
"""

import math

from vedette.base.constants import M_PER_FT, MPS_PER_KT

CRC_POLYNOMIAL = 0x1FFF409  # ICAO Annex 10 vol IV, 3.1.2.3.3.1.2
CPR_STEPS = 1 << 17
CALLSIGN_LETTERS = "?ABCDEFGHIJKLMNOPQRSTUVWXYZ????? ???????????????0123456789??????"
BEAST_CLOCK_HZ = 12_000_000
ESCAPE = 0x1A
SIGNAL_LEVEL = 0x60


def crc24(data: bytes) -> int:
    """Compute the 24-bit parity of a Mode S message without its last three bytes."""
    remainder = 0
    for octet in data:
        remainder ^= octet << 16
        for _ in range(8):
            remainder <<= 1
            if remainder & 0x1000000:
                remainder ^= CRC_POLYNOMIAL
    return remainder & 0xFFFFFF


_CRC_TABLE = [crc24(bytes([octet])) for octet in range(256)]


def _parity(data: bytes) -> int:
    """Compute `crc24` a byte at a time."""
    remainder = 0
    for octet in data:
        remainder = ((remainder << 8) & 0xFFFFFF) ^ _CRC_TABLE[(remainder >> 16) ^ octet]
    return remainder


def extended_squitter(icao24: str, message: int) -> bytes:
    """Wrap a 56-bit message into DF17 with capability 5 and parity: 14 bytes."""
    head = bytes([(17 << 3) | 5]) + bytes.fromhex(icao24) + message.to_bytes(7, "big")
    return head + _parity(head).to_bytes(3, "big")


def longitude_zones(lat_deg: float) -> int:
    """Count the longitude zones NL at a latitude, from 59 at the equator to 1 at the poles."""
    if abs(lat_deg) >= 87.0:
        return 2 if abs(lat_deg) == 87.0 else 1
    numerator = 1.0 - math.cos(math.pi / 30.0)
    inner = 1.0 - numerator / math.cos(math.radians(lat_deg)) ** 2
    return int(2.0 * math.pi / math.acos(inner))


def compact_position(lat_deg: float, lon_deg: float, odd: bool) -> tuple[int, int]:
    """Encode a position for airborne CPR: 17-bit latitude and longitude, even or odd."""
    i = int(odd)
    zone_lat = 360.0 / (60 - i)
    y = math.floor(CPR_STEPS * (lat_deg % zone_lat) / zone_lat + 0.5)
    lat_back = zone_lat * (y / CPR_STEPS + math.floor(lat_deg / zone_lat))
    zone_lon = 360.0 / max(longitude_zones(lat_back) - i, 1)
    x = math.floor(CPR_STEPS * (lon_deg % zone_lon) / zone_lon + 0.5)
    return y % CPR_STEPS, x % CPR_STEPS


def position_message(lat_deg: float, lon_deg: float, height_baro_m: float, odd: bool) -> int:
    """Make an airborne position message, type 11 (NIC 8), with pressure altitude."""
    steps = max(0, min(2047, round((height_baro_m / M_PER_FT + 1000.0) / 25.0)))
    altitude = (steps >> 4) << 5 | 1 << 4 | steps & 0xF
    y, x = compact_position(lat_deg, lon_deg, odd)
    return 11 << 51 | altitude << 36 | int(odd) << 34 | y << 17 | x


def velocity_message(
    v_east_mps: float, v_north_mps: float, v_up_mps: float, above_baro_m: float
) -> int:
    """Make a ground velocity message, type 19 subtype 1.

    above_baro_m: geometric height minus pressure height, sent in 25 ft steps.
    """
    east, north = round(v_east_mps / MPS_PER_KT), round(v_north_mps / MPS_PER_KT)
    climb = round(v_up_mps / M_PER_FT * 60.0 / 64.0)
    above = round(above_baro_m / M_PER_FT / 25.0)
    word = 19 << 51 | 1 << 48 | 2 << 43  # NACv 2: better than 3 m/s
    word |= int(east < 0) << 42 | min(abs(east) + 1, 1023) << 32
    word |= int(north < 0) << 31 | min(abs(north) + 1, 1023) << 21
    word |= int(climb < 0) << 19 | min(abs(climb) + 1, 511) << 10
    return word | int(above < 0) << 7 | min(abs(above) + 1, 127)


def identification_message(callsign: str) -> int:
    """Make an identification message, type 4 without category: eight 6-bit characters."""
    word = 4 << 51
    for k, letter in enumerate(callsign.ljust(8)[:8]):
        word |= CALLSIGN_LETTERS.index(letter) << (42 - 6 * k)
    return word


def beast_frame(message: bytes, since_start_s: float) -> bytes:
    """Frame a 14-byte message as Beast type 3, with the receiver's 12 MHz counter."""
    ticks = int(since_start_s * BEAST_CLOCK_HZ) & 0xFFFFFFFFFFFF
    body = ticks.to_bytes(6, "big") + bytes([SIGNAL_LEVEL]) + message
    return bytes([ESCAPE, 0x33]) + body.replace(b"\x1a", b"\x1a\x1a")
