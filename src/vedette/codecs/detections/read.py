"""Detection lines to reports: bounded before parsing, strict in parsing, one group in the end."""

import math
import re
from collections.abc import Mapping

import msgspec

from vedette.base.angles import wrap_two_pi
from vedette.base.errors import RefusedError
from vedette.base.rfc3339 import parse_rfc3339
from vedette.codecs import reasons
from vedette.codecs.detections.wire import Sigmas, Wire
from vedette.codecs.times import T_MAX_NS, T_MIN_NS
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Detection,
    Plot,
    PositionReport,
    SitePositionReport,
)

LINE_BYTES_MAX = 4096  # the longest sensible detection is about 900 bytes
ARRIVALS_MIN = 3  # two receivers give one difference: a surface, no place
BRACKETS_MAX = 8  # a detection nests three objects; no array has a place in it
M_PER_DEG = 111_194.93  # a degree of a great circle on a sphere of 6371 km: sigmas only

_DECODER = msgspec.json.Decoder(Wire)
_FIELD = re.compile(r"`([^`]*)`")
_NO_SIGMAS = Sigmas()


def read_line(line: bytes, t_recv_ns: int | None) -> Detection:
    """Read one JSON line. t_recv_ns None: recorded, received when it says, or when measured.

    Raises RefusedError(reason, detail).
    """
    if len(line) > LINE_BYTES_MAX:
        raise RefusedError(reasons.TOO_LONG, f"a line above {LINE_BYTES_MAX} bytes")
    if b"\0" in line:
        raise RefusedError(reasons.BAD_TEXT, "NUL in the line")
    if line.count(b"{") + line.count(b"[") > BRACKETS_MAX:
        raise RefusedError(reasons.TOO_DEEP, f"more than {BRACKETS_MAX} brackets")
    try:
        wire = _DECODER.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _explained(error) from error
    return report_of(wire, t_recv_ns)


def read_row(row: Mapping[str, object], t_recv_ns: int | None) -> Detection:
    """Read one row of a table whose nested keys are already dictionaries.

    Raises RefusedError(reason, detail).
    """
    _check_finite(row)
    try:
        wire = msgspec.convert(row, Wire)
    except msgspec.ValidationError as error:
        raise _explained(error) from error
    return report_of(wire, t_recv_ns)


def _check_finite(row: Mapping[str, object]) -> None:
    for key, value in row.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise RefusedError(reasons.BAD_VALUE, f"{key} is {value}")
        if isinstance(value, Mapping):
            _check_finite(value)


def _explained(error: msgspec.DecodeError | UnicodeDecodeError) -> RefusedError:
    """Give the closed-vocabulary reason for msgspec's sentence."""
    text = str(error)
    field = _FIELD.search(text)
    if isinstance(error, UnicodeDecodeError):
        return RefusedError(reasons.BAD_TEXT, "not UTF-8")
    if not isinstance(error, msgspec.ValidationError):
        reason = reasons.OUT_OF_RANGE if "out of range" in text else reasons.BAD_JSON
        return RefusedError(reason, text)
    if "unknown field" in text and field:
        return RefusedError(reasons.UNKNOWN_KEY, f"{field[1]!a}{_place(text)}")
    if "missing required field" in text and field:
        return RefusedError(reasons.MISSING_KEY, ascii(field[1]))
    if "regex" in text:
        text = f"not of the documented form{_place(text)}"
    is_range = any(sign in text for sign in (">=", "<=", "`float` >", "`int` <", "out of range"))
    return RefusedError(reasons.OUT_OF_RANGE if is_range else reasons.BAD_VALUE, ascii(text)[1:-1])


def _place(text: str) -> str:
    where = text.rpartition(" - at `$.")[2]
    return f" in {where.rstrip('`')}" if " - at `$." in text else ""


def report_of(wire: Wire, t_recv_ns: int | None) -> Detection:
    """Turn a checked wire detection into a report; raises RefusedError for mixed groups."""
    t_ns = _time_ns(wire)
    if t_recv_ns is None:
        t_recv_ns = t_ns if wire.t_recv_ns is None else wire.t_recv_ns
    has_polar = wire.range_m is not None or wire.azimuth_deg is not None
    has_polar = has_polar or wire.elevation_deg is not None or wire.range_rate_mps is not None
    has_geo = not (wire.lat_deg is wire.lon_deg is wire.hae_m is None)
    has_site = not (wire.east_m is wire.north_m is wire.up_m is None)
    has_arrivals = wire.arrivals_ns is not None
    groups = has_polar + has_geo + has_site + has_arrivals
    if groups != 1:
        count = "no" if groups == 0 else "more than one"
        raise RefusedError(reasons.WRONG_GROUP, f"{count} position group")
    if has_geo:
        _need(
            (wire.v_east_mps is None) == (wire.v_north_mps is None),
            "v_east_mps and v_north_mps belong together",
        )
    elif not (wire.v_east_mps is wire.v_north_mps is wire.v_up_mps is None):
        raise RefusedError(reasons.WRONG_GROUP, "a velocity without lat_deg and lon_deg")
    if has_polar:
        return _plot(wire, t_ns, t_recv_ns)
    if has_geo:
        return _position(wire, t_ns, t_recv_ns)
    if has_arrivals:
        return _arrivals(wire, t_ns, t_recv_ns)
    return _site_position(wire, t_ns, t_recv_ns)


def _time_ns(wire: Wire) -> int:
    if (wire.time is None) == (wire.t_ns is None):
        raise RefusedError(reasons.BAD_TIME, "exactly one of time and t_ns is needed")
    if wire.time is None:
        return wire.t_ns or 0
    try:
        t_ns = parse_rfc3339(wire.time)
    except RefusedError as refused:
        raise RefusedError(reasons.BAD_TIME, str(refused)) from refused
    if not T_MIN_NS <= t_ns < T_MAX_NS:
        raise RefusedError(reasons.BAD_TIME, "time is outside 1970 to 2099")
    return t_ns


def _need(is_whole: bool, what: str) -> None:
    if not is_whole:
        raise RefusedError(reasons.WRONG_GROUP, what)


def _check_sigmas(wire: Wire, sigmas: Sigmas) -> None:
    for key in Sigmas.__struct_fields__:
        if getattr(sigmas, key) is not None and getattr(wire, key) is None:
            raise RefusedError(reasons.WRONG_GROUP, f"sigma of {key}, which is not stated")


def _plot(wire: Wire, t_ns: int, t_recv_ns: int) -> Plot:
    azimuth_deg, elevation_deg = wire.azimuth_deg, wire.elevation_deg
    _need(azimuth_deg is not None or elevation_deg is None, "elevation_deg without azimuth_deg")
    if wire.range_rate_mps is not None:
        is_whole = wire.range_m is not None and azimuth_deg is not None
        _need(is_whole, "range_rate_mps without range_m and azimuth_deg")
    sigmas = wire.sigma or _NO_SIGMAS
    if wire.sigma is not None:
        _check_sigmas(wire, wire.sigma)
    return Plot(
        sensor=wire.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        range_m=wire.range_m,
        azimuth_rad=None if azimuth_deg is None else wrap_two_pi(math.radians(azimuth_deg)),
        elevation_rad=_radians(elevation_deg),
        range_rate_mps=wire.range_rate_mps,
        range_sigma_m=sigmas.range_m,
        azimuth_sigma_rad=_radians(sigmas.azimuth_deg),
        elevation_sigma_rad=_radians(sigmas.elevation_deg),
        range_rate_sigma_mps=sigmas.range_rate_mps,
        height_baro_m=wire.baro_m,
        confidence=wire.confidence,
        class_prob=_classes(wire),
        claims=_claims(wire),
        rcs_dbsm=wire.rcs_dbsm,
        snr_db=wire.snr_db,
        micro_doppler=wire.micro_doppler,
    )


def _position(wire: Wire, t_ns: int, t_recv_ns: int) -> PositionReport:
    _need(wire.micro_doppler is None, "micro_doppler without range or bearing")
    lat_deg, lon_deg = wire.lat_deg, wire.lon_deg
    if lat_deg is None or lon_deg is None:
        raise RefusedError(reasons.WRONG_GROUP, "lat_deg and lon_deg belong together")
    sigmas = wire.sigma or _NO_SIGMAS
    if wire.sigma is not None:
        _check_sigmas(wire, wire.sigma)
    return PositionReport(
        sensor=wire.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        lat_rad=math.radians(lat_deg),
        lon_rad=math.radians(lon_deg),
        hae_m=wire.hae_m,
        height_baro_m=wire.baro_m,
        v_east_mps=wire.v_east_mps,
        v_north_mps=wire.v_north_mps,
        v_up_mps=wire.v_up_mps,
        horizontal_sigma_m=_horizontal_sigma_m(sigmas, math.radians(lat_deg)),
        vertical_sigma_m=sigmas.hae_m,
        confidence=wire.confidence,
        class_prob=_classes(wire),
        claims=_claims(wire),
        rcs_dbsm=wire.rcs_dbsm,
        snr_db=wire.snr_db,
    )


def _horizontal_sigma_m(sigmas: Sigmas, lat_rad: float) -> float | None:
    """Give one axis's sigma: the root mean square of north and east, whichever are stated."""
    parts_m = []
    if sigmas.lat_deg is not None:
        parts_m.append(sigmas.lat_deg * M_PER_DEG)
    if sigmas.lon_deg is not None:
        parts_m.append(sigmas.lon_deg * M_PER_DEG * math.cos(lat_rad))
    if not parts_m:
        return None
    return math.sqrt(sum(part_m**2 for part_m in parts_m) / len(parts_m))


def _site_position(wire: Wire, t_ns: int, t_recv_ns: int) -> SitePositionReport:
    _need(wire.micro_doppler is None, "micro_doppler without range or bearing")
    _need(wire.baro_m is None, "baro_m in the site frame")
    if wire.east_m is None or wire.north_m is None:
        raise RefusedError(reasons.WRONG_GROUP, "east_m and north_m belong together")
    sigmas = wire.sigma or _NO_SIGMAS
    if wire.sigma is not None:
        _check_sigmas(wire, wire.sigma)
    return SitePositionReport(
        sensor=wire.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        east_m=wire.east_m,
        north_m=wire.north_m,
        up_m=wire.up_m,
        east_sigma_m=sigmas.east_m,
        north_sigma_m=sigmas.north_m,
        up_sigma_m=sigmas.up_m,
        confidence=wire.confidence,
        class_prob=_classes(wire),
        claims=_claims(wire),
        rcs_dbsm=wire.rcs_dbsm,
        snr_db=wire.snr_db,
    )


def _arrivals(wire: Wire, t_ns: int, t_recv_ns: int) -> ArrivalReport:
    _need(wire.micro_doppler is None, "micro_doppler without range or bearing")
    arrivals_ns = wire.arrivals_ns or {}
    _need(len(arrivals_ns) >= ARRIVALS_MIN, f"fewer than {ARRIVALS_MIN} arrivals")
    sigmas = wire.sigma or _NO_SIGMAS
    if wire.sigma is not None:
        _check_sigmas(wire, wire.sigma)
    return ArrivalReport(
        sensor=wire.sensor,
        t_meas_ns=t_ns,
        t_recv_ns=t_recv_ns,
        arrivals_ns=arrivals_ns,
        arrivals_sigma_ns=sigmas.arrivals_ns,
        height_baro_m=wire.baro_m,
        confidence=wire.confidence,
        class_prob=_classes(wire),
        claims=_claims(wire),
        rcs_dbsm=wire.rcs_dbsm,
        snr_db=wire.snr_db,
    )


def _radians(angle_deg: float | None) -> float | None:
    return None if angle_deg is None else math.radians(angle_deg)


def _classes(wire: Wire) -> dict[str, float] | None:
    if wire.class_prob is None:
        return None
    if sum(wire.class_prob.values()) > 1.0 + 1e-6:
        raise RefusedError(reasons.OUT_OF_RANGE, "class probabilities add up to more than 1")
    return {str(label): prob for label, prob in wire.class_prob.items()}


def _claims(wire: Wire) -> Claims | None:
    claims = wire.claims
    if claims is None:
        return None
    return Claims(
        icao24=claims.icao24.lower() if claims.icao24 else None,
        remote_id=claims.remote_id,
        callsign=claims.callsign,
        squawk=claims.squawk,
    )
