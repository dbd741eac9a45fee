"""Records of CAT010, 020, 021, 062, 065 and 205 to positions, bearings and signs of life.

Multilateration (010, 020) and a neighbour's system tracks (062) are position reports with the
accuracy they state; the neighbour's are marked derived, for they are no measurement of their own.
ADS-B (021) are claims. Direction finders (205) give bearings from where they stand. What a source
itself doubts, predicts or marks as a test is no plot.
"""

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from vedette.base.angles import TWO_PI
from vedette.codecs.asterix.blocks import Block, BlockFault
from vedette.codecs.asterix.cat010 import Cat010
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat065 import DEGRADED, NOT_CONNECTED, Cat065
from vedette.codecs.asterix.cat205 import SENSOR_DATA, SYSTEM_BEARING, Cat205
from vedette.codecs.asterix.profiles import EDITION_2_2, EDITIONS
from vedette.codecs.asterix.sources import (
    FAMILY_OF_CATEGORY,
    Radar,
    code_of,
    is_repeated,
    nearest_day_ns,
    simulated_words,
)
from vedette.codecs.asterix.tables import Record, decode_records, editions_of
from vedette.codecs.reasons import (
    BAD_LENGTH,
    BAD_TIME,
    ECHO,
    EMPTY,
    IMPLAUSIBLE_POSITION,
    MISSING_ITEM,
    OUT_OF_RANGE,
    SIMULATED_TARGET,
    TRUNCATED,
    UNKNOWN_ITEM,
    refuse,
)
from vedette.model.reports import Claims, Plot, PositionReport, Refusal, Report, SensorStatus

EARTH_RADIUS_M = 6_371_000.0
# 95 % horizontal accuracy by NACp (DO-260B table 2-71) and by NUCp of version 0 (DO-260 table
# 2-11); one axis is that over sqrt(-2 ln 0.05). Edition 0.23 does not say which: the
# wider is taken.
_NACP_95_M = {
    11: 3.0, 10: 10.0, 9: 30.0, 8: 92.6, 7: 185.2, 6: 555.6, 5: 926.0, 4: 1852.0, 3: 3704.0,
    2: 7408.0, 1: 18_520.0,
}  # fmt: skip
_NUCP_95_M = {9: 7.5, 8: 10.0, 7: 93.0, 6: 185.0, 5: 463.0, 4: 926.0, 3: 1852.0, 2: 9260.0}
_SIGMA_OF_95 = 1.0 / math.sqrt(-2.0 * math.log(0.05))
# A bearing that begins further from the sensor's place in the site file is another sensor's.
AWAY_MAX_M = 200.0

Place = tuple[float, float, float | None]  # latitude, longitude (rad), height above the ellipsoid


@dataclass(slots=True)
class Taking:
    """For whom a datagram is read. strangers: codes nobody knows, and how many records of each."""

    feed: str
    t_recv_ns: int
    radars: dict[int, Radar]
    is_live: bool
    strangers: dict[int, int]


class Doubt(NamedTuple):
    """Why a record is no report."""

    reason: str
    detail: str


Said = PositionReport | Plot | SensorStatus | Doubt | None


def read_block(data: bytes, block: Block, took: Taking, edition: int | None) -> list[Report]:
    """Read a block of one of these categories; refusals among the reports.

    edition: the profile of CAT021; None: the first that fits.
    """
    profile = block.category
    if block.category == EDITION_2_2:
        profile = edition if edition is not None else _fitting(data, block)
    out: list[Report] = []
    hint: str | None = None  # worked out once: it costs as much as the whole block
    for found in decode_records(data, block, profile):
        if isinstance(found, BlockFault):
            detail = f"offset {found.offset}: {found.detail}"
            report: Report | None = refuse(took.feed, took.t_recv_ns, found.reason, detail)
        else:
            record, first, after = found
            report = _take(record, data[first:after], block.category, took)
        if isinstance(report, Refusal) and report.reason in _OF_ANOTHER_EDITION:
            hint = _hint(data, block, profile) if hint is None else hint
            detail = report.detail + hint
            report = refuse(report.source, report.t_recv_ns, report.reason, detail)
        if report is not None:
            out.append(report)
    return out


# What the bytes of another edition of CAT021 look like.
_OF_ANOTHER_EDITION = frozenset(
    {TRUNCATED, BAD_LENGTH, BAD_TIME, UNKNOWN_ITEM, MISSING_ITEM, EMPTY, OUT_OF_RANGE}
)


def _fitting(data: bytes, block: Block) -> int:
    return next((EDITIONS[name] for name in editions_of(data, block)), EDITION_2_2)


def _hint(data: bytes, block: Block, profile: int) -> str:
    """Say as which other edition a faulty block of CAT021 reads well."""
    if block.category != EDITION_2_2:
        return ""
    others = [name for name in editions_of(data, block) if EDITIONS[name] != profile]
    return f"; it reads as edition {others[0]}: see cat021_edition of the feed" if others else ""


def _take(record: Record, octets: bytes, category: int, took: Taking) -> Report | None:
    code = code_of(FAMILY_OF_CATEGORY[category], record.sac or 0, record.sic or 0)
    radar = took.radars.get(code)
    if radar is None:
        took.strangers[code] = took.strangers.get(code, 0) + 1
        return None
    feed, t_recv_ns = took.feed, took.t_recv_ns
    if radar.is_own:
        return refuse(feed, t_recv_ns, ECHO, f"it has the SAC and SIC of our output {radar.sensor}")
    if getattr(record, "simulated", None) and took.is_live:
        return refuse(feed, t_recv_ns, SIMULATED_TARGET, simulated_words(radar))
    said = _said(record, radar, t_recv_ns)
    if isinstance(said, Doubt):
        return refuse(radar.sensor, t_recv_ns, said.reason, said.detail)
    if said is None or _time_of(record) is None:
        return said
    key = 1 << 60 | zlib.crc32(octets) << 8 | category  # no plot's key is that great
    return None if is_repeated(key, radar, t_recv_ns) else said


def _time_of(record: Record) -> float | None:
    if not isinstance(record, Cat021):
        return record.t_day_s
    times = (record.t_position_day_s, record.t_received_day_s, record.t_day_s, record.t_sent_day_s)
    return next((time for time in times if time is not None), None)


def _instant_ns(record: Record, t_recv_ns: int) -> int:
    t_day_s = _time_of(record)
    return t_recv_ns if t_day_s is None else nearest_day_ns(t_day_s, t_recv_ns)


def _said(record: Record, radar: Radar, t_recv_ns: int) -> Said:
    if isinstance(record, Cat021):
        return from_cat021(record, radar, t_recv_ns)
    if isinstance(record, Cat062):
        return from_cat062(record, radar, t_recv_ns)
    if isinstance(record, Cat065):
        return from_cat065(record, radar, t_recv_ns)
    if isinstance(record, Cat205):
        return from_cat205(record, radar, t_recv_ns)
    if isinstance(record, Cat010) and record.message_type not in (None, 1):
        faults = _faults(record.nogo, record.overloaded, record.time_invalid)
        return _heartbeat(record, radar, t_recv_ns, faults)
    return from_multilateration(record, radar, t_recv_ns)


def from_cat021(record: Cat021, radar: Radar, t_recv_ns: int) -> Said:
    """Make a position report of what an aircraft says of itself."""
    if record.test_target or record.field_monitor:
        return None
    doubt = next((words for name, words in _DOUBTS if getattr(record, name)), None)
    if doubt is not None:
        return Doubt(IMPLAUSIBLE_POSITION, f"{record.icao24 or 'anonymous'}: {doubt}")
    has_fine = record.lat_fine_rad is not None
    lat_rad = record.lat_fine_rad if has_fine else record.lat_rad
    lon_rad = record.lon_fine_rad if has_fine else record.lon_rad
    if lat_rad is None or lon_rad is None:
        return None
    v_east_mps = v_north_mps = None
    if record.speed_mps is not None and record.track_rad is not None and not record.speed_exceeded:
        v_east_mps = record.speed_mps * math.sin(record.track_rad)
        v_north_mps = record.speed_mps * math.cos(record.track_rad)
    climb_mps = None if record.climb_exceeded else record.climb_mps
    if climb_mps is None and not record.climb_baro_exceeded:
        climb_mps = record.climb_baro_mps
    is_icao = record.address_type == (1 if record.t_day_s is not None else 0)
    return _position(
        radar, _instant_ns(record, t_recv_ns), t_recv_ns, (lat_rad, lon_rad, record.hae_m),
        height_baro_m=record.height_baro_m, v_east_mps=v_east_mps, v_north_mps=v_north_mps,
        v_up_mps=climb_mps, horizontal_sigma_m=_claimed_sigma_m(record),
        claims=_claims(record.icao24 if is_icao else None, record.callsign, _squawk(record)),
    )  # fmt: skip


# What the ground station says against a report.
_DOUBTS = (
    ("position_check_failed", "the station's own position check failed"),
    ("cpr_failed", "the station could not validate its compact position"),
    ("position_jump", "the station saw its position jump"),
    ("range_check_failed", "beyond the station's range"),
    ("nogo", "the station is not operational"),
)


def _claimed_sigma_m(record: Cat021) -> float | None:
    if record.position_accuracy is not None:
        widest = _NACP_95_M.get(record.position_accuracy)
    elif record.mops_version == 0:
        widest = _NUCP_95_M.get(record.nic or 0)
    else:
        widest = _NACP_95_M.get(record.nac_p or 0)
    return None if widest is None else widest * _SIGMA_OF_95


def accuracy_category(sigma_m: float | None) -> int | None:
    """Give the category (NACp) that claims no less than this sigma; None where none does."""
    if sigma_m is None:
        return None
    fitting = (code for code, widest_m in _NACP_95_M.items() if widest_m * _SIGMA_OF_95 >= sigma_m)
    return max(fitting, default=None)


def from_cat062(record: Cat062, radar: Radar, t_recv_ns: int) -> Said:
    """Make a derived position report of a neighbour's track; what it predicts is none."""
    if record.coasted or record.last_message or record.tentative:
        return None
    place = _place(record, record.hae_m, radar)
    if place is None or isinstance(place, Doubt):
        return place
    level_m = record.level_m
    if level_m is None and not record.qnh_applied:
        level_m = record.height_baro_m
    sigma_m = _widest(record.x_sigma_m, record.y_sigma_m)
    if sigma_m is None and record.lat_sigma_rad is not None and record.lon_sigma_rad is not None:
        east_rad = record.lon_sigma_rad * math.cos(place[0])
        sigma_m = EARTH_RADIUS_M * max(record.lat_sigma_rad, east_rad)
    callsign = record.callsign if record.callsign is not None else record.callsign_own
    return _position(
        radar, _instant_ns(record, t_recv_ns), t_recv_ns, place, height_baro_m=level_m,
        v_east_mps=record.v_east_mps, v_north_mps=record.v_north_mps, v_up_mps=record.climb_mps,
        horizontal_sigma_m=sigma_m, vertical_sigma_m=record.hae_sigma_m,
        claims=_claims(record.icao24, callsign, _squawk(record)), derived=True,
    )  # fmt: skip


def from_multilateration(record: Cat010 | Cat020, radar: Radar, t_recv_ns: int) -> Said:
    """Make a position report of a target report of CAT010 or CAT020."""
    if record.test_target or record.field_monitor or record.extrapolated:
        return None
    if isinstance(record, Cat020) and record.ghost:
        return None
    hae_m = record.hae_m if isinstance(record, Cat020) else None
    place = _place(record, hae_m, radar)
    if place is None or isinstance(place, Doubt):
        return place
    is_level = not (record.level_invalid or record.level_garbled)
    return _position(
        radar, _instant_ns(record, t_recv_ns), t_recv_ns, place,
        height_baro_m=record.height_baro_m if is_level else None,
        v_east_mps=record.v_east_mps, v_north_mps=record.v_north_mps,
        horizontal_sigma_m=_widest(record.x_sigma_m, record.y_sigma_m),
        vertical_sigma_m=record.hae_sigma_m if isinstance(record, Cat020) else None,
        claims=_claims(record.icao24, record.callsign, _squawk(record)),
    )  # fmt: skip


def from_cat065(record: Cat065, radar: Radar, t_recv_ns: int) -> Said:
    """Make a sign of life of a neighbour's tracking centre.

    The ends of its batches, and what has changed, say nothing of how it is.
    """
    if record.nogo is None:
        return None
    return _heartbeat(
        record, radar, t_recv_ns, _faults(record.nogo, record.overloaded, record.time_invalid)
    )


def from_cat205(record: Cat205, radar: Radar, t_recv_ns: int) -> Said:
    """Make a bearing of a sensor's or a system's bearing report; positions worked out are none."""
    if record.message_type not in (SYSTEM_BEARING, SENSOR_DATA) or record.azimuth_rad is None:
        return None
    if record.azimuth_rad > TWO_PI + 1e-9:
        return Doubt(OUT_OF_RANGE, f"a bearing of {math.degrees(record.azimuth_rad):.0f} degrees")
    if record.lat_rad is not None and record.lon_rad is not None and radar.has_place:
        away_m = _distance_m(record.lat_rad, record.lon_rad, radar)
        if away_m > AWAY_MAX_M:
            return Doubt(IMPLAUSIBLE_POSITION, f"a bearing from {away_m:.0f} m off the sensor")
    return Plot(
        sensor=radar.sensor,
        t_meas_ns=_instant_ns(record, t_recv_ns),
        t_recv_ns=t_recv_ns,
        azimuth_rad=record.azimuth_rad % TWO_PI,
        elevation_rad=record.elevation_rad,
    )


def _distance_m(lat_rad: float, lon_rad: float, radar: Radar) -> float:
    north = lat_rad - math.radians(radar.lat_deg)
    east = (lon_rad - math.radians(radar.lon_deg)) * math.cos(lat_rad)
    return EARTH_RADIUS_M * math.hypot(north, east)


def _place(
    record: Cat010 | Cat020 | Cat062, hae_m: float | None, radar: Radar
) -> Place | Doubt | None:
    """Find where a target is: in WGS-84 where stated, else from the sensor's own place."""
    if record.lat_rad is not None and record.lon_rad is not None:
        if abs(record.lat_rad) > math.pi / 2.0 or abs(record.lon_rad) > math.pi:
            return Doubt(OUT_OF_RANGE, "a place beyond the poles")
        return record.lat_rad, record.lon_rad, hae_m
    east_m, north_m = record.east_m, record.north_m
    if isinstance(record, Cat010) and east_m is None and record.range_m is not None:
        azimuth_rad = record.azimuth_rad or 0.0
        east_m = record.range_m * math.sin(azimuth_rad)
        north_m = record.range_m * math.cos(azimuth_rad)
    if east_m is None or north_m is None:
        return None
    if not radar.has_place:
        return Doubt(MISSING_ITEM, "no place in WGS-84, and where the sensor stands is not known")
    return _from_plane(east_m, north_m, hae_m, radar)


def _from_plane(east_m: float, north_m: float, hae_m: float | None, radar: Radar) -> Place:
    """Turn a place in the plane at the sensor into WGS-84; the plane leaves the ground with d^2/2R.

    Good to metres within 100 km, which no station of surface movement or multilateration exceeds.
    """
    from vedette.geo import SiteFrame  # compiled code: only for those who state no latitude

    up_m = (radar.hae_m if hae_m is None else hae_m) - radar.hae_m
    up_m -= (east_m**2 + north_m**2) / (2.0 * EARTH_RADIUS_M)
    lat_rad, lon_rad, _ = SiteFrame(radar).geo_from_enu(east_m, north_m, up_m)
    return float(lat_rad), float(lon_rad), hae_m


def _position(
    radar: Radar, t_meas_ns: int, t_recv_ns: int, place: Place, **about: object
) -> PositionReport | Doubt:
    lat_rad, lon_rad, hae_m = place
    if abs(lat_rad) > math.pi / 2.0 or abs(lon_rad) > math.pi:
        return Doubt(OUT_OF_RANGE, "a place beyond the poles")
    return PositionReport(
        sensor=radar.sensor,
        t_meas_ns=t_meas_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=lat_rad,
        lon_rad=lon_rad,
        hae_m=hae_m,
        **about,  # type: ignore[arg-type]  # the callers above name fields of the report
    )


def _widest(x_m: float | None, y_m: float | None) -> float | None:
    """Give the larger of two sigmas; one of 0 says nothing."""
    known = [sigma for sigma in (x_m, y_m) if sigma]
    return max(known) if len(known) == 2 else None


def _squawk(record: Cat010 | Cat020 | Cat021 | Cat062) -> str | None:
    return None if record.mode_3a_invalid or record.mode_3a_garbled else record.mode_3a


def _claims(icao24: str | None, callsign: str | None, squawk: str | None) -> Claims | None:
    letters = "".join(letter for letter in callsign or "" if letter.isalnum()) or None
    if icao24 is None and letters is None and squawk is None:
        return None
    return Claims(icao24=icao24, callsign=letters, squawk=squawk)


def _faults(nogo: int | None, overloaded: bool | None, time_invalid: bool | None) -> Iterator[str]:
    if nogo == DEGRADED:
        yield "degraded"
    if nogo == NOT_CONNECTED:
        yield "not operational"
    if overloaded:
        yield "overloaded"
    if time_invalid:
        yield "time source invalid"


def _heartbeat(
    record: Cat010 | Cat065, radar: Radar, t_recv_ns: int, faults: Iterator[str]
) -> SensorStatus:
    return SensorStatus(
        sensor=radar.sensor,
        t_meas_ns=_instant_ns(record, t_recv_ns),
        t_recv_ns=t_recv_ns,
        kind="heartbeat",
        degraded_reason="; ".join(faults) or None,
    )
