"""Plots to CAT048 records, without a `Cat048` between: what radars and recordings say most.

In: plots of one radar that makes no claims, or plots of a recording that state only what the
category has an item for. Out: the bytes that `encode_cat048_record` gives of them (tests hold them
equal), in a fraction of the time.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from vedette.base.angles import wrap_two_pi
from vedette.base.constants import M_PER_FT, NS_PER_DAY
from vedette.codecs.asterix.cat048 import (
    ANGLE_LSB_RAD,
    FLIGHT_LEVEL_LSB_M,
    HEIGHT_LSB_M,
    RANGE_LSB_M,
)
from vedette.codecs.asterix.encode import encode_cat048_record, pack_blocks, record_bytes
from vedette.codecs.asterix.letters import icao_characters
from vedette.codecs.asterix.sources import (
    NS_PER_TIME_STEP,
    TIME_STEPS_PER_DAY,
    Radar,
    radar_of,
)
from vedette.codecs.asterix.to_reports import (
    amplitude_from_rcs_dbm,
    cat048_from_plot,
    height_from_elevation_m,
)
from vedette.codecs.saying import is_address, is_flight_name, is_octal
from vedette.config.site import Sensor
from vedette.model.reports import Claims, Plot

RANGE_MAX, HEIGHT_MAX, DOPPLER_MAX = 0xFFFF, 0x1FFF, 0x1FF  # largest numbers of 16, 14, 10 bits
RANGE_M, RATE_MPS = RANGE_MAX * RANGE_LSB_M, 511.0  # what a record can say at most
LEVEL_M = (-1_500.0 * M_PER_FT, 150_000.0 * M_PER_FT)  # the range of a flight level
_HEAD = struct.Struct(">2sBHBHH")  # items 010, 140, 020, 040
_WORD, _DOPPLER = struct.Struct(">H"), struct.Struct(">BH")
# Bits of the three octets of the FSPEC.
_ALWAYS, _MODE_A, _LEVEL = 0xF0, 0x08, 0x04
_ADDRESS, _NAME = 0x80, 0x40
_HEIGHT, _SPEED = 0x08, 0x04


def encode_plots(plots: Sequence[Plot], sensor: Sensor, simulated: bool = False) -> list[bytes]:
    """Write plots as CAT048 blocks, each small enough for a datagram of its own.

    sensor: the site's own entry, with sac and sic (0 where it states none).
    """
    radar = radar_of(sensor)
    head = bytes([sensor.sac or 0, sensor.sic or 0])
    kind = bytes([1 << 5 | 0x10 * simulated])
    return pack_blocks(48, (_record(plot, sensor, radar, head, kind, simulated) for plot in plots))


def _record(
    plot: Plot, sensor: Sensor, radar: Radar, head: bytes, kind: bytes, simulated: bool
) -> bytes:
    reach, azimuth = plot.range_m, plot.azimuth_rad
    tells_more = plot.claims is not None or plot.height_baro_m is not None
    if tells_more or reach is None or azimuth is None:
        return encode_cat048_record(cat048_from_plot(plot, sensor, simulated))
    step = round(plot.t_meas_ns % NS_PER_DAY / NS_PER_TIME_STEP) % TIME_STEPS_PER_DAY
    rho = min(max(round(reach / RANGE_LSB_M), 0), RANGE_MAX)
    theta = round(wrap_two_pi(azimuth) / ANGLE_LSB_RAD) & 0xFFFF
    items = {
        "010": head,
        "140": step.to_bytes(3, "big"),
        "020": kind,
        "040": (rho << 16 | theta).to_bytes(4, "big"),
    }
    if plot.rcs_dbsm is not None:
        amplitude = amplitude_from_rcs_dbm(reach, plot.rcs_dbsm, sensor)
        if amplitude is not None:
            items["130"] = bytes([0x08, min(max(amplitude, -128), 127) & 0xFF])
    if plot.elevation_rad is not None:
        height = round(height_from_elevation_m(reach, plot.elevation_rad, radar) / HEIGHT_LSB_M)
        level = min(max(height, -HEIGHT_MAX - 1), HEIGHT_MAX)
        items["110"] = (level & 0x3FFF).to_bytes(2, "big")
    if plot.range_rate_mps is not None:
        speed = min(max(round(plot.range_rate_mps), -DOPPLER_MAX - 1), DOPPLER_MAX)
        items["120"] = (0x800000 | speed & 0x3FF).to_bytes(3, "big")
    return record_bytes(48, items)


class _Claimed(NamedTuple):
    """What claims add: the type of report, bits of the FSPEC, items 070, and 220 with 240."""

    report_type: int
    first: int
    second: int
    mode_a: bytes
    named: bytes


_NOTHING_CLAIMED = _Claimed(1, _ALWAYS, 0, b"", b"")


def plain_record(plot: Plot, codes: bytes, radar: Radar | None, is_simulated: bool) -> bytes | None:
    """Write a plot that CAT048 says whole; None where anything of it has to be looked into.

    codes: SAC and SIC. radar: of a sensor that measures elevation, else None.
    """
    reach, azimuth = plot.range_m, plot.azimuth_rad
    if reach is None or azimuth is None or not (0.0 <= reach <= RANGE_M and _is_plain(plot)):
        return None
    claimed = _NOTHING_CLAIMED if plot.claims is None else _claimed(plot.claims)
    level, tilt, rate = plot.height_baro_m, plot.elevation_rad, plot.range_rate_mps
    if claimed is None or (tilt is not None and radar is None):
        return None
    first, third, tail = claimed.first, 0, b""
    middle = claimed.mode_a
    if level is not None:
        if not LEVEL_M[0] <= level <= LEVEL_M[1]:
            return None
        first |= _LEVEL
        middle += _WORD.pack(round(level / FLIGHT_LEVEL_LSB_M) & 0x3FFF)
    if tilt is not None and radar is not None:
        height = round(height_from_elevation_m(reach, tilt, radar) / HEIGHT_LSB_M)
        third |= _HEIGHT
        tail = _WORD.pack(min(max(height, -HEIGHT_MAX - 1), HEIGHT_MAX) & 0x3FFF)
    if rate is not None:
        if not -RATE_MPS <= rate <= RATE_MPS:
            return None
        third |= _SPEED
        tail += _DOPPLER.pack(0x80, round(rate) & 0x3FF)
    step = round(plot.t_meas_ns % NS_PER_DAY / NS_PER_TIME_STEP) % TIME_STEPS_PER_DAY
    head = _HEAD.pack(
        codes,
        step >> 16,
        step & 0xFFFF,
        claimed.report_type << 5 | 0x10 * is_simulated,
        round(reach / RANGE_LSB_M),
        round(wrap_two_pi(azimuth) / ANGLE_LSB_RAD) & 0xFFFF,
    )
    return _fspec(first, claimed.second, third) + head + middle + claimed.named + tail


def _is_plain(plot: Plot) -> bool:
    """Say whether a plot states nothing that CAT048 has no item for."""
    return (
        plot.class_prob is None
        and plot.rcs_dbsm is None
        and plot.snr_db is None
        and plot.micro_doppler is None
        and plot.confidence is None
        and plot.range_sigma_m is None
        and plot.azimuth_sigma_rad is None
        and plot.elevation_sigma_rad is None
        and plot.range_rate_sigma_mps is None
        and plot.object_ref is None
    )


@lru_cache(maxsize=256)
def _fspec(first: int, second: int, third: int) -> bytes:
    if third:
        return bytes([first | 1, second | 1, third])
    return bytes([first | 1, second]) if second else bytes([first])


@lru_cache(maxsize=8192)  # an aircraft claims the same in every scan
def _claimed(claims: Claims) -> _Claimed | None:
    address, name, squawk = claims.icao24, claims.callsign, claims.squawk
    if claims.remote_id is not None or claims.affiliation is not None:
        return None
    is_said = address is None or is_address(address)
    is_said &= name is None or is_flight_name(name)
    if not is_said or not (squawk is None or is_octal(squawk)):
        return None
    return _Claimed(
        5 if address else 2 if squawk else 1,
        _ALWAYS if squawk is None else _ALWAYS | _MODE_A,
        (0 if address is None else _ADDRESS) | (0 if name is None else _NAME),
        b"" if squawk is None else _WORD.pack(int(squawk, 8)),
        (b"" if address is None else bytes.fromhex(address))
        + (b"" if name is None else icao_characters(name)),
    )
