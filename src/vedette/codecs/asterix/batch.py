"""Many datagrams at once: measured by a kernel, valued by columns, reported one by one.

In: datagrams of CAT048 and CAT034. Out: for each, exactly the reports that `read_datagram` gives;
that one stays the readable truth and takes every datagram in which anything is not plain: a fault,
another category, a record without its source, a time past midnight.
Recordings are read this way; a live datagram holds too few records for it to pay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np

from vedette.base.constants import S_PER_DAY
from vedette.codecs.asterix import cat034 as c34
from vedette.codecs.asterix import cat048 as c48
from vedette.codecs.asterix.letters import callsign_of
from vedette.codecs.asterix.profiles import EDITION_2_2, PROFILES, SUBFIELDS
from vedette.codecs.asterix.sources import (
    Radar,
    is_repeated,
    nearest_step_ns,
    simulated_words,
    strange,
)
from vedette.codecs.asterix.to_reports import (
    KINDS_OF_STATUS,
    elevation_from_height_rad,
    rcs_from_amplitude_dbsm,
    read_datagram,
)
from vedette.codecs.reasons import SIMULATED_TARGET, refuse
from vedette.kernels.octets.shapes import COMPOUND, UNDEFINED
from vedette.model.reports import Claims, Plot, Report, SensorStatus

BATCH_BYTES = 1 << 15  # of datagrams measured together: their rows and columns take 6 MB
LEAST_BYTES = 3 << 8  # of fewer, some sixteen records, measuring takes longer than reading them
_Table = np.ndarray[Any, np.dtype[np.int64]]

# The columns of the offsets, and which item each is in CAT048 and in CAT034.
_SOURCE, _TIME, _KIND, _PLACE, _MODE_A, _LEVEL, _ADDRESS, _NAME, _HEIGHT, _DOPPLER = range(10)
_PERIOD, _STATUS, _AMPLITUDE, _COLUMNS = 10, 11, 12, 13
_WANTED = {
    48: {"010": 0, "140": 1, "020": 2, "040": 3, "070": 4, "090": 5, "220": 6, "240": 7, "110": 8},
    34: {"010": 0, "030": 1, "000": 2, "020": 3, "041": _PERIOD, "050": _STATUS},
}
_WANTED_PARTS = {(48, "120"): (_DOPPLER,), (48, "130"): (-1, -1, -1, -1, _AMPLITUDE)}
_ROWS = (48, 34)


Row = tuple[Any, ...]  # of one record: see `_rows`


@dataclass(slots=True)
class Batch:
    """Measured datagrams. first_row (D + 1): the first record of each; odd (D): read it readably.

    rows: what the report of each record needs.
    """

    datagrams: Sequence[bytes]
    joined: bytes
    first_row: list[int]
    odd: list[bool]
    rows: list[Row]


@cache
def _tables() -> tuple[_Table, _Table, _Table, _Table]:
    """Lay out the profiles for the kernel: profile_of, items, parts and wanted (see there)."""
    profile_of = np.full(256, -1)
    items = np.full((len(_ROWS), max(len(PROFILES[c]) for c in _ROWS), 4), UNDEFINED)
    parts: list[int] = []
    wanted: list[int] = []
    for row, category in enumerate(_ROWS):
        profile_of[category] = row
        for frn, (name, shape) in enumerate(PROFILES[category]):
            subfields = SUBFIELDS.get((category, name), ()) if shape == COMPOUND else ()
            column = _WANTED[category].get(name, -1)
            items[row, frn] = shape, column, len(parts), len(subfields)
            chosen = _WANTED_PARTS.get((category, name), ())
            parts += [UNDEFINED if part is None else part for part in subfields]
            wanted += [*chosen, *([-1] * (len(subfields) - len(chosen)))]
    return profile_of, items, np.array(parts), np.array(wanted)


def measure(datagrams: Sequence[bytes], least_bytes: int = LEAST_BYTES) -> Batch:
    """Measure datagrams, of BATCH_BYTES together or little more, and work out their values.

    Those of fewer than least_bytes together are left to be read readably.
    """
    joined = b"".join(datagrams)
    if len(joined) < least_bytes:
        return Batch(datagrams, joined, [0] * (len(datagrams) + 1), [True] * len(datagrams), [])
    from vedette.kernels.octets.measuring import (
        measure_datagrams,
    )  # numba: only where there is work for it

    starts = np.zeros(len(datagrams) + 1, np.int64)
    np.cumsum([len(each) for each in datagrams], out=starts[1:])
    data = np.frombuffer(joined + bytes(8), np.uint8)  # columns read beyond a last short item
    where = np.empty((len(joined) // 2 + 1, _COLUMNS), np.int32)
    profiles = np.empty(len(where), np.int8)
    first_row = np.empty(len(starts), np.int64)
    odd = np.empty(len(datagrams), np.bool_)
    count = measure_datagrams(data, starts, *_tables(), where, profiles, first_row, odd)
    columns = _Columns(data, np.ascontiguousarray(where[:count].T))
    rows, plain = _rows(columns, profiles[:count] == 0)
    for row in np.flatnonzero(~plain):
        odd[np.searchsorted(first_row, row, side="right") - 1] = True
    return Batch(datagrams, joined, first_row.tolist(), odd.tolist(), rows)


class _Columns(NamedTuple):
    """The octets (B,) and where each column's item begins in them, (C, R), -1 where absent."""

    data: Any
    where: Any

    def has(self, column: int) -> Any:
        """Say for which records the item is there, (R,)."""
        return self.where[column] >= 0

    def number(self, column: int, octets: int, skip: int = 0) -> Any:
        """Read the item, `skip` octets in, as an unsigned number (R,); nonsense where absent."""
        at = self.where[column] + skip
        value = self.data[at].astype(np.int64)
        for k in range(1, octets):
            value = value << 8 | self.data[at + k]
        return value

    def signed(self, column: int, bits: int) -> Any:
        """Read the last bits of an item of two octets as a signed number (R,)."""
        value = self.number(column, 2) & ((1 << bits) - 1)
        return value - ((value & (1 << (bits - 1))) << 1)


def _optional(values: Any, present: Any) -> list[Any]:
    """Give a list with None where a value is absent."""
    column = values.astype(object)
    column[~present] = None
    return column.tolist()  # type: ignore[no-any-return]


def _rows(c: _Columns, is_target: Any) -> tuple[list[Row], Any]:
    """Work out each record's values, and say which records are plain, (R,)."""
    time = np.where(c.has(_TIME), c.number(_TIME, 3), -1)
    kind = np.where(c.has(_KIND), c.number(_KIND, 1), 0)
    rho, theta = c.number(_PLACE, 2), c.number(_PLACE, 2, skip=2)
    sector = c.number(_PLACE, 1)
    far, turned = np.where(is_target, rho, kind), np.where(is_target, theta, sector << 8)
    turned = np.where(c.has(_PLACE), turned, 0)
    key = ((time << 1 | is_target) << 16 | far) << 16 | turned
    has_key = (time >= 0) & (c.has(_PLACE) | ~is_target)
    is_garbled = ((kind >> 5) < 4) & is_target
    squawk = _reply(c, _MODE_A, is_garbled)
    level = _reply(c, _LEVEL, is_garbled) >= 0
    is_test = ((kind & 1) > 0) & (c.number(_KIND, 1, skip=1) >= 0x80)
    is_plot = c.has(_PLACE) & ~is_test & ((kind & 2) == 0)
    is_plot &= ~c.has(_KIND) | ((kind >> 5) != c48.NO_DETECTION)
    doppler = c.has(_DOPPLER) & (c.number(_DOPPLER, 1) < 0x80)
    place_m = np.where(is_target, rho * c48.RANGE_LSB_M, 0.0)
    angle = np.where(is_target, theta * c48.ANGLE_LSB_RAD, sector * c34.SECTOR_LSB_RAD)
    columns = (
        c.number(_SOURCE, 2).tolist(),
        np.where(has_key, key, -1).tolist(),
        time.tolist(),
        is_target.tolist(),
        kind.tolist(),
        is_plot.tolist(),
        place_m.tolist(),
        _optional(angle, c.has(_PLACE)),
        _optional(c.signed(_DOPPLER, 10) * 1.0, doppler),
        _optional(c.signed(_LEVEL, 14) * c48.FLIGHT_LEVEL_LSB_M, level),
        _optional(c.signed(_HEIGHT, 14) * c48.HEIGHT_LSB_M, c.has(_HEIGHT)),
        np.where(c.has(_ADDRESS), c.number(_ADDRESS, 3), -1).tolist(),
        np.where(c.has(_NAME), c.number(_NAME, 6), -1).tolist(),
        squawk.tolist(),
        _optional(c.number(_PERIOD, 2) * c34.TIME_LSB_S, c.has(_PERIOD)),
        c.where[_STATUS].tolist(),
        _optional(_octet(c.number(_AMPLITUDE, 1)), c.has(_AMPLITUDE)),
    )
    plain = c.has(_SOURCE) & (time < S_PER_DAY * 128)
    return list(zip(*columns, strict=True)), plain


def _octet(values: Any) -> Any:
    """Take octets as signed numbers."""
    return np.where(values < 0x80, values, values - 0x100) * 1.0


def _reply(c: _Columns, column: int, is_garbled: Any) -> Any:
    """Read twelve bits of a transponder's reply; -1 where absent, not validated or garbled."""
    value = c.number(column, 2)
    is_bad = ((value & 0x8000) > 0) | (is_garbled & ((value & 0x4000) > 0))
    return np.where(c.has(column) & ~is_bad, value & 0x0FFF, -1)


@lru_cache(maxsize=8192)  # pure; an aircraft claims the same in every scan
def _claims(address: int, name: int, squawk: int) -> Claims | None:
    icao24 = None if address < 0 else f"{address:06x}"
    callsign = None if name < 0 else callsign_of(name) or None
    if icao24 is None and callsign is None and squawk < 0:
        return None
    squawk_octal = None if squawk < 0 else f"{squawk:04o}"
    return Claims(icao24=icao24, callsign=callsign, squawk=squawk_octal)


def reports_of(
    batch: Batch,
    index: int,
    feed: str,
    t_recv_ns: int,
    radars: dict[int, Radar],
    is_live: bool,
    edition: int | None = EDITION_2_2,
) -> list[Report]:
    """Give the reports of one measured datagram: what `read_datagram` gives, to the last bit."""
    if batch.odd[index]:
        data = batch.datagrams[index]
        return read_datagram(data, feed, t_recv_ns, radars, is_live, edition=edition)
    out: list[Report] = []
    strangers: dict[int, int] = {}
    for row in batch.rows[batch.first_row[index] : batch.first_row[index + 1]]:
        code, key, is_target, kind = row[0], row[1], row[3], row[4]
        radar = radars.get(code)
        if radar is None:
            strangers[code] = strangers.get(code, 0) + 1
        elif key >= 0 and is_repeated(key, radar, t_recv_ns):
            continue
        elif not is_target:
            out.append(_status(row, batch.joined, radar, t_recv_ns))
        elif is_live and kind & 0x10:
            out.append(refuse(feed, t_recv_ns, SIMULATED_TARGET, simulated_words(radar)))
        elif row[5]:
            out.append(_plot(row, radar, t_recv_ns))
    out += [strange(code, count, feed, t_recv_ns) for code, count in strangers.items()]
    return out


def _plot(row: Row, radar: Radar, t_recv_ns: int) -> Plot:
    _, _, time, _, _, _, range_m, azimuth_rad, range_rate_mps, baro_m, msl_m, *claimed = row
    amplitude_dbm = claimed[-1]
    elevation_rad = None
    if msl_m is not None:
        if radar.measures_elevation:
            elevation_rad = elevation_from_height_rad(range_m, msl_m, radar)
        elif baro_m is None:
            baro_m = msl_m
    return Plot(
        sensor=radar.sensor,
        t_meas_ns=t_recv_ns if time < 0 else nearest_step_ns(time, t_recv_ns),
        t_recv_ns=t_recv_ns,
        range_m=range_m,
        azimuth_rad=azimuth_rad,
        elevation_rad=elevation_rad,
        range_rate_mps=range_rate_mps,
        height_baro_m=baro_m,
        claims=_claims(*claimed[:3]),
        rcs_dbsm=None
        if amplitude_dbm is None
        else rcs_from_amplitude_dbsm(range_m, amplitude_dbm, radar),
    )


def _status(row: Row, joined: bytes, radar: Radar, t_recv_ns: int) -> SensorStatus:
    kind = KINDS_OF_STATUS.get(row[4], "heartbeat")
    faults = c34.faults_at(joined, row[15])[1] if row[15] >= 0 else []
    return SensorStatus(
        sensor=radar.sensor,
        t_meas_ns=t_recv_ns if row[2] < 0 else nearest_step_ns(row[2], t_recv_ns),
        t_recv_ns=t_recv_ns,
        kind=kind,
        azimuth_rad=0.0 if kind == "north" else row[7],
        scan_period_s=row[14] or None,
        degraded_reason="; ".join(faults) or None,
    )
