"""CAT034, monoradar service messages: north marks, sector crossings, status (edition 1.29)."""

from collections.abc import Iterator

import msgspec

from vedette.base.angles import TWO_PI
from vedette.base.constants import M_PER_NMI, S_OF_LONGEST_DAY
from vedette.codecs.asterix.blocks import Block, BlockFault, records
from vedette.codecs.asterix.profiles import SUBFIELDS
from vedette.codecs.asterix.uap import subfield_offsets
from vedette.codecs.reasons import BAD_TIME, MISSING_ITEM

CATEGORY = 34

TIME_LSB_S = 1.0 / 128.0
SECTOR_LSB_RAD = TWO_PI / 256.0
COLLIMATION_RANGE_LSB_M = M_PER_NMI / 128.0
COLLIMATION_AZIMUTH_LSB_RAD = TWO_PI / 16384.0

NORTH_MARK, SECTOR_CROSSING = 1, 2

# I034/050 common part, bit by bit: what each says when set. Bit 7 (which chain) and bit 6
# (restart) are no fault.
_FAULTS = (
    (0x80, "not released for operational use"),
    (0x10, "data processor overloaded"),
    (0x08, "transmission overloaded"),
    (0x04, "monitoring system disconnected"),
    (0x02, "time source invalid"),
)


class Cat034(msgspec.Struct, kw_only=True):
    """One service message. None: the item was absent.

    message_type 1 north mark, 2 sector crossing, 3 to 7 filters and jamming strobes. faults are
    what I034/050 reports, in words. counts: (kind of report, number) of the last revolution.
    position: (latitude and longitude in degrees WGS-84, height above WGS-84 in metres).
    """

    sac: int
    sic: int
    message_type: int | None = None
    t_day_s: float | None = None
    sector_rad: float | None = None
    rotation_period_s: float | None = None
    common_status: int | None = None
    faults: list[str] = []
    counts: list[tuple[int, int]] = []
    collimation_range_m: float | None = None
    collimation_azimuth_rad: float | None = None
    position: tuple[float, float, float] | None = None


def decode_cat034(data: bytes, block: Block) -> Iterator[Cat034 | BlockFault]:
    """Read the service messages of one CAT034 block; faults as in CAT048."""
    for starts in records(data, block):
        yield starts if isinstance(starts, BlockFault) else _record(data, starts)


def _record(data: bytes, starts: dict[str, int]) -> Cat034 | BlockFault:
    at = starts.get("010")
    if at is None:
        where = next(iter(starts.values()))
        return BlockFault(where, MISSING_ITEM, "CAT034 without its source, I034/010")
    record = Cat034(sac=data[at], sic=data[at + 1])
    _read_mark(data, starts, record)
    _read_status(data, starts, record)
    if record.t_day_s is not None and not record.t_day_s < S_OF_LONGEST_DAY:
        return BlockFault(at, BAD_TIME, f"I034/030 says {record.t_day_s:.0f} s of the day")
    return record


def _read_mark(data: bytes, starts: dict[str, int], record: Cat034) -> None:
    if (at := starts.get("000")) is not None:
        record.message_type = data[at]
    if (at := starts.get("030")) is not None:
        record.t_day_s = int.from_bytes(data[at : at + 3], "big") * TIME_LSB_S
    if (at := starts.get("020")) is not None:
        record.sector_rad = data[at] * SECTOR_LSB_RAD
    if (at := starts.get("041")) is not None:
        record.rotation_period_s = int.from_bytes(data[at : at + 2], "big") * TIME_LSB_S


def faults_at(data: bytes, at: int) -> tuple[int | None, list[str]]:
    """Read I034/050: the octet of its common part, if there, and what is wrong, in words."""
    common, _, _, psr, ssr, mode_s, _ = subfield_offsets(data, at, SUBFIELDS[34, "050"])
    faults = []
    if common is not None:
        faults = [text for bit, text in _FAULTS if data[common] & bit]
    for offset, name in ((psr, "PSR"), (ssr, "SSR"), (mode_s, "Mode S")):
        if offset is not None and data[offset] & 0x10:
            faults.append(f"{name} overloaded")
    return None if common is None else data[common], faults


def _read_status(data: bytes, starts: dict[str, int], record: Cat034) -> None:
    if (at := starts.get("050")) is not None:
        record.common_status, record.faults = faults_at(data, at)
    if (at := starts.get("070")) is not None:
        words = (int.from_bytes(data[at + k : at + k + 2], "big") for k in _pairs(data[at]))
        record.counts = [(word >> 11, word & 0x07FF) for word in words]
    if (at := starts.get("090")) is not None:
        record.collimation_range_m = _signed(data, at, 1) * COLLIMATION_RANGE_LSB_M
        record.collimation_azimuth_rad = _signed(data, at + 1, 1) * COLLIMATION_AZIMUTH_LSB_RAD
    if (at := starts.get("120")) is not None:
        degrees = 180.0 / (1 << 23)
        latitude, longitude = _signed(data, at + 2, 3), _signed(data, at + 5, 3)
        record.position = (latitude * degrees, longitude * degrees, float(_signed(data, at, 2)))


def _pairs(count: int) -> range:
    return range(1, 1 + 2 * count, 2)


def _signed(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big", signed=True)
