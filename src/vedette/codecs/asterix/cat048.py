"""CAT048, monoradar target reports: what each data item means (part 4, edition 1.32).

Lengths come from `uap.split`; here octets become values in SI and radians, and keep the format's
own resolution: range 1/256 NM, azimuth 360/65536 deg, time 1/128 s, height 25 ft, Doppler 1 m/s.
"""

import math
from collections.abc import Callable, Iterator
from struct import Struct

import msgspec

from vedette.base.angles import TWO_PI
from vedette.base.constants import M_PER_FT, M_PER_NMI, S_OF_LONGEST_DAY
from vedette.codecs.asterix.blocks import Block, BlockFault, records
from vedette.codecs.asterix.letters import callsign_of
from vedette.codecs.asterix.profiles import SUBFIELDS
from vedette.codecs.asterix.uap import fspec_end, subfield_offsets
from vedette.codecs.reasons import BAD_TIME, MISSING_ITEM

CATEGORY = 48

# Resolutions ("LSB") of the items.
RANGE_LSB_M = M_PER_NMI / 256.0
ANGLE_LSB_RAD = TWO_PI / 65536.0
TIME_LSB_S = 1.0 / 128.0
FLIGHT_LEVEL_LSB_M = 25.0 * M_PER_FT
HEIGHT_LSB_M = 25.0 * M_PER_FT
CARTESIAN_LSB_M = M_PER_NMI / 128.0
SPEED_LSB_MPS = M_PER_NMI / 16384.0
RUNLENGTH_LSB_RAD = TWO_PI / 8192.0
PLOT_AZIMUTH_LSB_RAD = TWO_PI / 16384.0

NO_DETECTION = 0  # I048/020 TYP: the track is extrapolated, there is no plot

_TWO_U16 = Struct(">HH").unpack_from
_TWO_I16 = Struct(">hh").unpack_from
_U16 = Struct(">H").unpack_from
_I8 = Struct(">b").unpack_from


class Cat048(msgspec.Struct, kw_only=True):
    """One target report. None: the item was absent.

    mode_3a is four octal digits; *_valid is False where the radar says not validated (V) or, for
    targets that are not Mode S, garbled (G). height_baro_m is the flight level times 100 ft.
    azimuth and heading clockwise from true north. range_rate positive receding. mode_s holds the
    BDS registers as eight octets each, the register's number last. raw_doppler: (speed, ambiguity,
    transmitter MHz). flight_status and capability are I048/230's own numbers. warnings are
    I048/030's codes.
    """

    sac: int
    sic: int
    t_day_s: float | None = None
    report_type: int | None = None
    simulated: bool = False
    special_position: bool = False
    field_monitor: bool = False
    test_target: bool = False
    range_m: float | None = None
    azimuth_rad: float | None = None
    mode_3a: str | None = None
    mode_3a_valid: bool = True
    height_baro_m: float | None = None
    height_baro_valid: bool = True
    ssr_runlength_rad: float | None = None
    ssr_replies: int | None = None
    ssr_amplitude_dbm: int | None = None
    psr_runlength_rad: float | None = None
    psr_amplitude_dbm: int | None = None
    psr_ssr_range_m: float | None = None
    psr_ssr_azimuth_rad: float | None = None
    icao24: str | None = None
    callsign: str | None = None
    mode_s: list[bytes] = []
    track_number: int | None = None
    east_m: float | None = None
    north_m: float | None = None
    speed_mps: float | None = None
    heading_rad: float | None = None
    tentative: bool | None = None
    end_of_track: bool = False
    ghost: bool = False
    warnings: list[int] = []
    height_msl_m: float | None = None
    range_rate_mps: float | None = None
    range_rate_doubtful: bool = False
    raw_doppler: list[tuple[int, int, int]] = []
    flight_status: int | None = None
    capability: int | None = None


def _time(data: bytes, at: int, record: Cat048) -> None:
    record.t_day_s = int.from_bytes(data[at : at + 3], "big") * TIME_LSB_S


def _descriptor(data: bytes, at: int, record: Cat048) -> None:
    octet = data[at]
    record.report_type = octet >> 5
    if octet & 0b0001_0111:
        record.simulated = bool(octet & 0x10)
        record.special_position = bool(octet & 0x04)
        record.field_monitor = bool(octet & 0x02)
        record.test_target = bool(octet & 0x01 and data[at + 1] & 0x80)


def _polar(data: bytes, at: int, record: Cat048) -> None:
    rho, theta = _TWO_U16(data, at)
    record.range_m = rho * RANGE_LSB_M
    record.azimuth_rad = theta * ANGLE_LSB_RAD


def _mode_3a(data: bytes, at: int, record: Cat048) -> None:
    octet = data[at]
    record.mode_3a = f"{(octet & 0x0F) << 8 | data[at + 1]:04o}"
    record.mode_3a_valid = _is_valid(octet, record.report_type)


def _flight_level(data: bytes, at: int, record: Cat048) -> None:
    octet = data[at]
    value = (octet & 0x3F) << 8 | data[at + 1]
    record.height_baro_m = (value - ((value & 0x2000) << 1)) * FLIGHT_LEVEL_LSB_M
    record.height_baro_valid = _is_valid(octet, record.report_type)


def _is_valid(octet: int, report_type: int | None) -> bool:
    # For Mode S replies (types 4 to 7) bit 15 says "error corrected", not "garbled".
    garbled = octet & 0x40 and not (report_type or 0) >= 4
    return not (octet & 0x80 or garbled)


def _plot_characteristics(data: bytes, at: int, record: Cat048) -> None:
    present = data[at]
    at = fspec_end(data, at, len(data))
    if present & 0x80:
        record.ssr_runlength_rad = data[at] * RUNLENGTH_LSB_RAD
        at += 1
    if present & 0x40:
        record.ssr_replies = data[at]
        at += 1
    if present & 0x20:
        record.ssr_amplitude_dbm = _I8(data, at)[0]
        at += 1
    if present & 0x10:
        record.psr_runlength_rad = data[at] * RUNLENGTH_LSB_RAD
        at += 1
    if present & 0x08:
        record.psr_amplitude_dbm = _I8(data, at)[0]
        at += 1
    if present & 0x04:
        record.psr_ssr_range_m = _I8(data, at)[0] * RANGE_LSB_M
        at += 1
    if present & 0x02:
        record.psr_ssr_azimuth_rad = _I8(data, at)[0] * PLOT_AZIMUTH_LSB_RAD


def _address(data: bytes, at: int, record: Cat048) -> None:
    record.icao24 = data[at : at + 3].hex()


def _identification(data: bytes, at: int, record: Cat048) -> None:
    record.callsign = callsign_of(int.from_bytes(data[at : at + 6], "big"))


def _mode_s(data: bytes, at: int, record: Cat048) -> None:
    first, count = at + 1, data[at]
    record.mode_s = [data[k : k + 8] for k in range(first, first + 8 * count, 8)]


def _track_number(data: bytes, at: int, record: Cat048) -> None:
    record.track_number = _U16(data, at)[0] & 0x0FFF


def _cartesian(data: bytes, at: int, record: Cat048) -> None:
    x, y = _TWO_I16(data, at)
    record.east_m = x * CARTESIAN_LSB_M
    record.north_m = y * CARTESIAN_LSB_M


def _velocity(data: bytes, at: int, record: Cat048) -> None:
    speed, heading = _TWO_U16(data, at)
    record.speed_mps = speed * SPEED_LSB_MPS
    record.heading_rad = heading * ANGLE_LSB_RAD


def _track_status(data: bytes, at: int, record: Cat048) -> None:
    record.tentative = bool(data[at] & 0x80)
    if data[at] & 1:
        record.end_of_track = bool(data[at + 1] & 0x80)
        record.ghost = bool(data[at + 1] & 0x40)


def _warnings(data: bytes, at: int, record: Cat048) -> None:
    end = fspec_end(data, at, len(data))
    record.warnings = [octet >> 1 for octet in data[at:end]]


def _height(data: bytes, at: int, record: Cat048) -> None:
    value = _U16(data, at)[0] & 0x3FFF
    record.height_msl_m = (value - ((value & 0x2000) << 1)) * HEIGHT_LSB_M


def _doppler(data: bytes, at: int, record: Cat048) -> None:
    calculated, raw = subfield_offsets(data, at, SUBFIELDS[CATEGORY, "120"])[:2]
    if calculated is not None:
        value = _U16(data, calculated)[0] & 0x03FF
        record.range_rate_mps = float(value - ((value & 0x0200) << 1))
        record.range_rate_doubtful = bool(data[calculated] & 0x80)
    if raw is not None:
        words = Struct(f">{3 * data[raw]}H").unpack_from(data, raw + 1)
        record.raw_doppler = list(zip(words[::3], words[1::3], words[2::3], strict=True))


def _capability(data: bytes, at: int, record: Cat048) -> None:
    record.capability = _U16(data, at)[0]
    record.flight_status = (data[at] >> 2) & 7


# Items without an entry (210, 080, 100, 260, 055, 050, 065, 060, SP, RE) are measured and passed.
_ITEMS: dict[str, Callable[[bytes, int, Cat048], None]] = {
    "140": _time,
    "020": _descriptor,
    "040": _polar,
    "070": _mode_3a,
    "090": _flight_level,
    "130": _plot_characteristics,
    "220": _address,
    "240": _identification,
    "250": _mode_s,
    "161": _track_number,
    "042": _cartesian,
    "200": _velocity,
    "170": _track_status,
    "030": _warnings,
    "110": _height,
    "120": _doppler,
    "230": _capability,
}


def decode_cat048(data: bytes, block: Block) -> Iterator[Cat048 | BlockFault]:
    """Read the target reports of one CAT048 block.

    A record that cannot be measured ends the block with a BlockFault, for nothing says where the
    next begins; a record without I048/010 or with a time past midnight is a BlockFault of its own.
    """
    for starts in records(data, block):
        yield starts if isinstance(starts, BlockFault) else _record(data, starts)


def _record(data: bytes, starts: dict[str, int]) -> Cat048 | BlockFault:
    at = starts.pop("010", None)
    if at is None:
        where = next(iter(starts.values()))
        return BlockFault(where, MISSING_ITEM, "CAT048 without its source, I048/010")
    record = Cat048(sac=data[at], sic=data[at + 1])
    for name, start in starts.items():
        read = _ITEMS.get(name)
        if read is not None:
            read(data, start, record)
    if record.t_day_s is not None and not record.t_day_s < S_OF_LONGEST_DAY:
        return BlockFault(at, BAD_TIME, f"I048/140 says {math.floor(record.t_day_s)} s of the day")
    return record
