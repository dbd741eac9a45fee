"""Reports as ASTERIX records: what a recording of any sensor is turned into.

Plots with range and azimuth are CAT048, bearings CAT205, signs of a turning antenna CAT034. Places
are CAT021 where an aircraft says its own address, CAT062 where another system has worked them out,
and CAT020 else. A sensor has the codes the site file gives it, or those its name states
("sac-25-sic-13"); others are given area 0, which is "local", and a number in the order they come.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from vedette.base.constants import M_PER_FT, NS_PER_DAY
from vedette.codecs.asterix.cat010 import Cat010
from vedette.codecs.asterix.cat020 import Cat020
from vedette.codecs.asterix.cat021 import Cat021
from vedette.codecs.asterix.cat034 import NORTH_MARK, SECTOR_CROSSING, Cat034
from vedette.codecs.asterix.cat048 import Cat048
from vedette.codecs.asterix.cat062 import Cat062
from vedette.codecs.asterix.cat205 import SENSOR_DATA, Cat205
from vedette.codecs.asterix.encode import encode_cat034_record, encode_cat048_record
from vedette.codecs.asterix.plain import LEVEL_M, RANGE_M, RATE_MPS, plain_record
from vedette.codecs.asterix.sources import (
    NS_PER_TIME_STEP,
    TIME_STEPS_PER_DAY,
    Radar,
    radar_of,
)
from vedette.codecs.asterix.tables import Record, record_octets
from vedette.codecs.asterix.to_positions import accuracy_category
from vedette.codecs.asterix.to_reports import height_from_elevation_m
from vedette.codecs.saying import Form, fit, is_address, is_flight_name, is_octal
from vedette.config.site import Sensor
from vedette.model.enums import Mode
from vedette.model.reports import Claims, Detection, Plot, PositionReport, SensorStatus

_NAMED = re.compile(r"sac-(\d{1,3})-sic-(\d{1,3})")
CODES_MAX = 255  # of sensors without codes of their own: one octet, 0 left out
TRACKS_MAX = 0xFFFF
SERVICE = 1
TARGET_REPORT, MODE_S_MULTILATERATION = 1, 1  # I010/000, I010/020 TYP
_HAE_M = (-1_500.0 * M_PER_FT, 150_000.0 * M_PER_FT)  # of a geometric height
_LEVEL = {"height_baro_m": LEVEL_M}
_CLAIMS = frozenset({"claims.icao24", "claims.callsign", "claims.squawk"})
_CHECKS = {
    "claims.icao24": is_address,
    "claims.callsign": is_flight_name,
    "claims.squawk": is_octal,
}
_form = partial(Form, checks=_CHECKS)
_PLACE = frozenset({"lat_rad", "lon_rad"})
_RECEIVED = frozenset({"t_recv_ns"})  # a capture says it; whoever writes none says that
_FLAT = frozenset({"v_east_mps", "v_north_mps"})
_MOVING = _RECEIVED | _PLACE | _FLAT | _CLAIMS | {"hae_m", "height_baro_m", "horizontal_sigma_m"}
_SEEN = frozenset({"range_m", "azimuth_rad", "range_rate_mps", "height_baro_m"})
_FAR = {"range_m": (0.0, RANGE_M), "range_rate_mps": (-RATE_MPS, RATE_MPS), **_LEVEL}

PLOT = _form("CAT048", _RECEIVED | _SEEN | _CLAIMS, frozenset({"range_m", "azimuth_rad"}), _FAR)
PLOT_3D = _form("CAT048", PLOT.says | {"elevation_rad"}, PLOT.needs, _FAR)
BEARING = _form(
    "CAT205",
    _RECEIVED | {"azimuth_rad", "elevation_rad"},
    frozenset({"azimuth_rad"}),
    {"azimuth_rad": (0.0, 2.0 * math.pi)},
)
ADSB = _form(
    "CAT021",
    _RECEIVED
    | _PLACE
    | _FLAT
    | _CLAIMS
    | {"hae_m", "height_baro_m", "v_up_mps", "horizontal_sigma_m"},
    _PLACE | {"claims.icao24"},
    {
        **_LEVEL,
        "hae_m": _HAE_M,
        "v_east_mps": (-2_600.0, 2_600.0),  # so that the speed stays within 15 bits of 2^-14 NM/s
        "v_north_mps": (-2_600.0, 2_600.0),
        "v_up_mps": (-519.0, 519.0),
        "horizontal_sigma_m": (0.0, 7_560.0),  # category 1: within 18,520 m in 95 %
    },
)
MULTILATERATION = _form(
    "CAT020",
    _RECEIVED
    | _PLACE
    | _FLAT
    | _CLAIMS
    | {"hae_m", "height_baro_m", "horizontal_sigma_m", "vertical_sigma_m"},
    _PLACE,
    {
        **_LEVEL,
        "hae_m": _HAE_M,
        "v_east_mps": (-8_191.0, 8_191.0),
        "v_north_mps": (-8_191.0, 8_191.0),
        "horizontal_sigma_m": (0.125, 16_383.0),
        "vertical_sigma_m": (0.25, 32_767.0),
    },
)
SYSTEM_TRACK = _form(
    "CAT062",
    MULTILATERATION.says | {"v_up_mps", "derived"},
    _PLACE,
    {
        **MULTILATERATION.bounds,
        "v_up_mps": (-1_040.0, 1_040.0),
        "horizontal_sigma_m": (0.25, 32_767.0),
        "vertical_sigma_m": (1.0, 485.0),
    },
)

SURFACE = _form(
    "CAT010", MULTILATERATION.says - {"hae_m", "vertical_sigma_m"}, _PLACE, MULTILATERATION.bounds
)
_FORMS = {10: SURFACE, 20: MULTILATERATION, 21: ADSB, 62: SYSTEM_TRACK}


class Said(NamedTuple):
    """A record of a category, or why there is none; unsaid: what of the report is left out."""

    category: int
    octets: bytes
    why: str
    unsaid: list[str]


@dataclass(slots=True)
class Speaker:
    """What is remembered while reports are said.

    sensors: of the site, by id. is_simulated: what is said is marked so. given: codes of sensors
    that have none. tracks: numbers of another system's tracks, by what tells them apart.
    """

    sensors: Mapping[str, Sensor]
    is_simulated: bool = False
    given: dict[str, tuple[int, int]] = field(default_factory=dict)
    tracks: dict[str, int] = field(default_factory=dict)
    radars: dict[str, Radar] = field(default_factory=dict)


def speaker(sensors: Mapping[str, Sensor], mode: Mode | None) -> Speaker:
    """Begin to speak. mode: of the site; None: none is known, and nothing is marked simulated."""
    return Speaker(sensors, is_simulated=mode is not None and mode is not Mode.LIVE)


def say(known: Speaker, report: Detection | SensorStatus, category: int | None = None) -> Said:
    """Say one report as one record. category: of a position; None: as the module says."""
    codes = _codes(known, report.sensor)
    if codes is None:
        return Said(0, b"", f"more than {CODES_MAX} sensors without SAC and SIC", [])
    if isinstance(report, SensorStatus):
        return _status(report, codes)
    if isinstance(report, Plot):
        return _plot(known, report, codes)
    if isinstance(report, PositionReport):
        return _position(known, report, codes, category)
    return Said(0, b"", "ASTERIX has no category for it", [])


def _codes(known: Speaker, sensor: str) -> tuple[int, int] | None:
    """Give SAC and SIC of a sensor; None where no number is left."""
    if sensor in known.given:
        return known.given[sensor]
    entry, named = known.sensors.get(sensor), _NAMED.fullmatch(sensor)
    if entry is not None and entry.sac is not None and entry.sic is not None:
        codes = (entry.sac, entry.sic)
    elif named is not None and max(int(named[1]), int(named[2])) <= 255:
        codes = (int(named[1]), int(named[2]))
    else:
        used = {sic for sac, sic in known.given.values() if sac == 0}
        used |= {s.sic for s in known.sensors.values() if s.sac == 0 and s.sic is not None}
        free = next((sic for sic in range(1, CODES_MAX + 1) if sic not in used), None)
        if free is None:
            return None
        codes = (0, free)
    known.given[sensor] = codes
    return codes


def _day_s(t_ns: int) -> float:
    return (round(t_ns % NS_PER_DAY / NS_PER_TIME_STEP) % TIME_STEPS_PER_DAY) / 128.0


def _status(status: SensorStatus, codes: tuple[int, int]) -> Said:
    kinds = {"north": NORTH_MARK, "sector": SECTOR_CROSSING}
    if status.kind not in kinds:
        return Said(0, b"", "CAT034 says north marks and sectors, no other sign of life", [])
    unsaid = [] if status.view is None else ["view: no field for it in CAT034"]
    if status.degraded_reason is not None:
        unsaid.append("degraded_reason: CAT034 says that, not why")
    sector_rad = None
    if status.kind == "sector" and status.azimuth_rad is not None:
        sector_rad = status.azimuth_rad % (2.0 * math.pi)
    record = Cat034(
        sac=codes[0],
        sic=codes[1],
        message_type=kinds[status.kind],
        t_day_s=_day_s(status.t_meas_ns),
        sector_rad=sector_rad,
        rotation_period_s=status.scan_period_s,
        common_status=0x80 if status.degraded_reason else 0,
    )
    return Said(34, encode_cat034_record(record), "", unsaid)


def _plot(known: Speaker, plot: Plot, codes: tuple[int, int]) -> Said:
    if plot.range_m is None:
        return _bearing(plot, codes)
    radar = _radar(known, plot.sensor)
    octets = plain_record(plot, bytes(codes), radar, known.is_simulated)
    if octets is not None:
        return Said(48, octets, "", [])
    fitted = fit(plot, PLOT if radar is None else PLOT_3D)
    said = fitted.report
    if not isinstance(said, Plot):
        return Said(0, b"", fitted.why, fitted.unsaid)
    claims, height_m = said.claims or Claims(), None
    if radar is not None and said.elevation_rad is not None and said.range_m is not None:
        height_m = height_from_elevation_m(said.range_m, said.elevation_rad, radar)
    record = Cat048(
        sac=codes[0],
        sic=codes[1],
        t_day_s=_day_s(said.t_meas_ns),
        report_type=5 if claims.icao24 else (2 if claims.squawk else 1),
        simulated=known.is_simulated,
        range_m=said.range_m,
        azimuth_rad=said.azimuth_rad,
        mode_3a=claims.squawk,
        height_baro_m=said.height_baro_m,
        icao24=claims.icao24,
        callsign=claims.callsign,
        height_msl_m=height_m,
        range_rate_mps=said.range_rate_mps,
    )
    return Said(48, encode_cat048_record(record), "", fitted.unsaid)


def _radar(known: Speaker, sensor: str) -> Radar | None:
    """Describe a radar that measures elevation; its height says it, by where the radar stands."""
    entry = known.sensors.get(sensor)
    if entry is None or entry.kind != "radar_3d":
        return None
    if sensor not in known.radars:
        known.radars[sensor] = radar_of(entry)
    return known.radars[sensor]


def _bearing(plot: Plot, codes: tuple[int, int]) -> Said:
    fitted = fit(plot, BEARING)
    if not isinstance(fitted.report, Plot):
        return Said(0, b"", fitted.why, fitted.unsaid)
    record = Cat205(
        sac=codes[0],
        sic=codes[1],
        service=SERVICE,
        message_type=SENSOR_DATA,
        t_day_s=_day_s(plot.t_meas_ns),
        azimuth_rad=plot.azimuth_rad,
        elevation_rad=plot.elevation_rad,
    )
    return Said(205, record_octets(record), "", fitted.unsaid)


def _position(
    known: Speaker, report: PositionReport, codes: tuple[int, int], category: int | None
) -> Said:
    category = category or _category(report)
    fitted = fit(report, _FORMS[category])
    said = fitted.report
    if not isinstance(said, PositionReport):
        return Said(0, b"", fitted.why, fitted.unsaid)
    about = {"sac": codes[0], "sic": codes[1], "simulated": known.is_simulated or None}
    record: Record
    if category == 10:
        record = _cat010(said, about)
    elif category == 21:
        record = _cat021(said, about)
    elif category == 62:
        record = _cat062(said, about, _number(known, report))
    else:
        record = _cat020(said, about)
    return Said(category, record_octets(record), "", fitted.unsaid)


def _category(report: PositionReport) -> int:
    """Say in which category a position goes where nothing else is demanded."""
    if report.derived:
        return 62
    address = report.claims.icao24 if report.claims is not None else None
    return 21 if address is not None and is_address(address) else 20


def _number(known: Speaker, report: PositionReport) -> int:
    """Number another system's track: the same while it is called the same; 0 where it is not."""
    claims = report.claims or Claims()
    name = report.object_ref or claims.icao24 or claims.callsign
    if name is None:
        return 0
    name = f"{report.sensor} {name}"
    return known.tracks.setdefault(name, len(known.tracks) % TRACKS_MAX + 1)


def _cat021(report: PositionReport, about: Mapping[str, object]) -> Cat021:
    east, north, claims = report.v_east_mps, report.v_north_mps, report.claims or Claims()
    has_speed = east is not None and north is not None
    return Cat021(
        **about,  # type: ignore[arg-type]  # codes, and whether it is simulated
        address_type=0,
        t_position_day_s=_day_s(report.t_meas_ns),
        lat_fine_rad=report.lat_rad,
        lon_fine_rad=report.lon_rad,
        icao24=claims.icao24,
        callsign=claims.callsign,
        mode_3a=claims.squawk,
        hae_m=report.hae_m,
        height_baro_m=report.height_baro_m,
        climb_mps=report.v_up_mps,
        speed_mps=math.hypot(east or 0.0, north or 0.0) if has_speed else None,
        track_rad=math.atan2(east or 0.0, north or 0.0) if has_speed else None,
        mops_version=2,
        nac_p=accuracy_category(report.horizontal_sigma_m),
    )


def _target(report: PositionReport) -> dict[str, object]:
    """Give what categories 010, 020 and 062 say of a target in the same items."""
    claims, sigma_m = report.claims or Claims(), report.horizontal_sigma_m
    return {
        "t_day_s": _day_s(report.t_meas_ns),
        "lat_rad": report.lat_rad,
        "lon_rad": report.lon_rad,
        "v_east_mps": report.v_east_mps,
        "v_north_mps": report.v_north_mps,
        "mode_3a": claims.squawk,
        "icao24": claims.icao24,
        "callsign_kind": 0 if claims.callsign else None,
        "callsign": claims.callsign,
        "x_sigma_m": sigma_m,
        "y_sigma_m": sigma_m,
    }


def _cat010(report: PositionReport, about: Mapping[str, object]) -> Cat010:
    return Cat010(
        **about,  # type: ignore[arg-type]  # codes, and whether it is simulated
        **_target(report),  # type: ignore[arg-type]
        message_type=TARGET_REPORT,
        report_type=MODE_S_MULTILATERATION,
        height_baro_m=report.height_baro_m,
    )


def _cat020(report: PositionReport, about: Mapping[str, object]) -> Cat020:
    return Cat020(
        **about,  # type: ignore[arg-type]  # codes, and whether it is simulated
        **_target(report),  # type: ignore[arg-type]
        no_other=True,
        height_baro_m=report.height_baro_m,
        hae_m=report.hae_m,
        hae_sigma_m=report.vertical_sigma_m,
    )


def _cat062(report: PositionReport, about: Mapping[str, object], number: int) -> Cat062:
    return Cat062(
        **about,  # type: ignore[arg-type]  # codes, and whether it is simulated
        **_target(report),  # type: ignore[arg-type]
        service=SERVICE,
        track_number=number,
        monosensor=False,
        level_m=report.height_baro_m,
        hae_m=report.hae_m,
        climb_mps=report.v_up_mps,
        hae_sigma_m=report.vertical_sigma_m,
    )
