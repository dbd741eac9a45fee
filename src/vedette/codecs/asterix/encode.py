"""Records to ASTERIX bytes: the inverse of the decoders, to each item's own resolution.

Values are rounded to the nearest step and held inside the item's range: a simulated radar, like a
real one, says the largest value it can.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from vedette.base.angles import wrap_two_pi
from vedette.codecs.asterix import cat034 as c34
from vedette.codecs.asterix import cat048 as c48
from vedette.codecs.asterix.cat034 import Cat034
from vedette.codecs.asterix.cat048 import Cat048
from vedette.codecs.asterix.letters import icao_characters
from vedette.codecs.asterix.profiles import PROFILES

BLOCK_BYTES_MAX = 1400  # one block a datagram stays below an Ethernet frame's 1500 bytes

_FRN = {
    category: {name: frn for frn, (name, _) in enumerate(profile)}
    for category, profile in PROFILES.items()
}


def _unsigned(value: float, lsb: float, size: int) -> bytes:
    return min(max(round(value / lsb), 0), (1 << (8 * size)) - 1).to_bytes(size, "big")


def _signed(value: float, lsb: float, size: int, bits: int | None = None) -> bytes:
    limit = 1 << ((bits or 8 * size) - 1)
    number = min(max(round(value / lsb), -limit), limit - 1)
    return (number & ((1 << (bits or 8 * size)) - 1)).to_bytes(size, "big")


def _angle(value_rad: float) -> bytes:
    return (round(wrap_two_pi(value_rad) / c48.ANGLE_LSB_RAD) & 0xFFFF).to_bytes(2, "big")


def record_bytes(category: int, items: dict[str, bytes]) -> bytes:
    """Join items into one record: FSPEC, then the items in the profile's order."""
    fspec, names = _laid_out(category, tuple(items))
    return fspec + b"".join([items[name] for name in names])


@lru_cache(maxsize=1000)
def _laid_out(category: int, names: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    """Give the FSPEC of items and their order; a radar says the same ones again and again."""
    frns = sorted((_FRN[category][name], name) for name in names)
    fspec = bytearray(frns[-1][0] // 7 + 1)
    for frn, _ in frns:
        fspec[frn // 7] |= 0x80 >> (frn % 7)
    for octet in range(len(fspec) - 1):
        fspec[octet] |= 1
    return bytes(fspec), tuple(name for _, name in frns)


def pack_blocks(category: int, encoded: Iterable[bytes]) -> list[bytes]:
    """Put encoded records into as few blocks as hold at most BLOCK_BYTES_MAX bytes each."""
    full: list[bytes] = []
    body = b""
    for record in encoded:
        if body and len(body) + len(record) + 3 > BLOCK_BYTES_MAX:
            full.append(bytes([category]) + (len(body) + 3).to_bytes(2, "big") + body)
            body = b""
        body += record
    if body:
        full.append(bytes([category]) + (len(body) + 3).to_bytes(2, "big") + body)
    return full


def encode_cat048_blocks(records: Sequence[Cat048]) -> list[bytes]:
    """Write target reports as CAT048 blocks, each small enough for a datagram of its own."""
    return pack_blocks(48, (encode_cat048_record(record) for record in records))


def encode_cat048_record(record: Cat048) -> bytes:
    """Write one target report, without the block about it."""
    return record_bytes(48, _items_048(record))


def encode_cat048(records: Sequence[Cat048]) -> bytes:
    """Write target reports as CAT048 blocks, one after the other."""
    return b"".join(encode_cat048_blocks(records))


def encode_cat034(records: Sequence[Cat034]) -> bytes:
    """Write service messages as CAT034 blocks, one after the other."""
    return b"".join(pack_blocks(34, (encode_cat034_record(record) for record in records)))


def encode_cat034_record(record: Cat034) -> bytes:
    """Write one service message, without the block about it."""
    return record_bytes(34, _items_034(record))


def _items_048(r: Cat048) -> dict[str, bytes]:
    items = {"010": bytes([r.sac, r.sic])}
    if r.t_day_s is not None:
        items["140"] = _unsigned(r.t_day_s, c48.TIME_LSB_S, 3)
    if r.report_type is not None:
        items["020"] = _descriptor(r)
    if r.range_m is not None and r.azimuth_rad is not None:
        items["040"] = _unsigned(r.range_m, c48.RANGE_LSB_M, 2) + _angle(r.azimuth_rad)
    if r.mode_3a is not None:
        invalid = 0 if r.mode_3a_valid else 0x8000
        items["070"] = (int(r.mode_3a, 8) | invalid).to_bytes(2, "big")
    if r.height_baro_m is not None:
        level = _signed(r.height_baro_m, c48.FLIGHT_LEVEL_LSB_M, 2, bits=14)
        items["090"] = level if r.height_baro_valid else bytes([level[0] | 0x80, level[1]])
    characteristics = _plot_characteristics(r)
    if len(characteristics) > 1:
        items["130"] = characteristics
    _mode_s_items(r, items)
    _track_items(r, items)
    return items


def _mode_s_items(r: Cat048, items: dict[str, bytes]) -> None:
    if r.icao24 is not None:
        items["220"] = bytes.fromhex(r.icao24)
    if r.callsign is not None:
        items["240"] = icao_characters(r.callsign)
    if r.mode_s:
        items["250"] = bytes([len(r.mode_s)]) + b"".join(r.mode_s)
    if r.capability is not None:
        items["230"] = r.capability.to_bytes(2, "big")


def _track_items(r: Cat048, items: dict[str, bytes]) -> None:
    if r.track_number is not None:
        items["161"] = r.track_number.to_bytes(2, "big")
    if r.east_m is not None and r.north_m is not None:
        x, y = (_signed(value, c48.CARTESIAN_LSB_M, 2) for value in (r.east_m, r.north_m))
        items["042"] = x + y
    if r.speed_mps is not None and r.heading_rad is not None:
        items["200"] = _unsigned(r.speed_mps, c48.SPEED_LSB_MPS, 2) + _angle(r.heading_rad)
    if r.tentative is not None:
        first = 0x80 * r.tentative
        second = 0x80 * r.end_of_track | 0x40 * r.ghost
        items["170"] = bytes([first | 1, second]) if second else bytes([first])
    if r.warnings:
        more = [code << 1 | 1 for code in r.warnings]
        items["030"] = bytes([*more[:-1], more[-1] & 0xFE])
    if r.height_msl_m is not None:
        items["110"] = _signed(r.height_msl_m, c48.HEIGHT_LSB_M, 2, bits=14)
    doppler = _doppler(r)
    if len(doppler) > 1:
        items["120"] = doppler


def _descriptor(r: Cat048) -> bytes:
    first = (r.report_type or 0) << 5 | 0x10 * r.simulated
    first |= 0x04 * r.special_position | 0x02 * r.field_monitor
    return bytes([first | 1, 0x80]) if r.test_target else bytes([first])


def _plot_characteristics(r: Cat048) -> bytes:
    parts = (
        (0x80, r.ssr_runlength_rad, c48.RUNLENGTH_LSB_RAD, False),
        (0x40, r.ssr_replies, 1.0, False),
        (0x20, r.ssr_amplitude_dbm, 1.0, True),
        (0x10, r.psr_runlength_rad, c48.RUNLENGTH_LSB_RAD, False),
        (0x08, r.psr_amplitude_dbm, 1.0, True),
        (0x04, r.psr_ssr_range_m, c48.RANGE_LSB_M, True),
        (0x02, r.psr_ssr_azimuth_rad, c48.PLOT_AZIMUTH_LSB_RAD, True),
    )
    present, body = 0, b""
    for bit, value, lsb, signed in parts:
        if value is not None:
            present |= bit
            body += _signed(value, lsb, 1) if signed else _unsigned(value, lsb, 1)
    return bytes([present]) + body


def _doppler(r: Cat048) -> bytes:
    present, body = 0, b""
    if r.range_rate_mps is not None:
        present |= 0x80
        speed = _signed(r.range_rate_mps, 1.0, 2, bits=10)
        body = bytes([speed[0] | 0x80 * r.range_rate_doubtful, speed[1]])
    if r.raw_doppler:
        present |= 0x40
        words = [word.to_bytes(2, "big") for triple in r.raw_doppler for word in triple]
        body += bytes([len(r.raw_doppler)]) + b"".join(words)
    return bytes([present]) + body


def _items_034(r: Cat034) -> dict[str, bytes]:
    items = {"010": bytes([r.sac, r.sic])}
    if r.message_type is not None:
        items["000"] = bytes([r.message_type])
    if r.t_day_s is not None:
        items["030"] = _unsigned(r.t_day_s, c34.TIME_LSB_S, 3)
    if r.sector_rad is not None:
        items["020"] = bytes([round(r.sector_rad / c34.SECTOR_LSB_RAD) & 0xFF])
    if r.rotation_period_s is not None:
        items["041"] = _unsigned(r.rotation_period_s, c34.TIME_LSB_S, 2)
    if r.common_status is not None:
        items["050"] = bytes([0x80, r.common_status])
    if r.counts:
        words = [(kind << 11 | min(count, 0x07FF)).to_bytes(2, "big") for kind, count in r.counts]
        items["070"] = bytes([len(words)]) + b"".join(words)
    if r.collimation_range_m is not None and r.collimation_azimuth_rad is not None:
        gap = _signed(r.collimation_range_m, c34.COLLIMATION_RANGE_LSB_M, 1)
        items["090"] = gap + _signed(r.collimation_azimuth_rad, c34.COLLIMATION_AZIMUTH_LSB_RAD, 1)
    if r.position is not None:
        degrees = 180.0 / (1 << 23)
        latitude, longitude, height_m = r.position
        items["120"] = (
            _signed(height_m, 1.0, 2)
            + _signed(latitude, degrees, 3)
            + _signed(longitude, degrees, 3)
        )
    return items
