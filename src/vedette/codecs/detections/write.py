"""Reports to Detection objects: what a simulated sensor sends, what a recording is turned into.

A simulated sensor says what such a sensor measures; pressure height and velocity, which only a
transponder states, are told where `stated` asks for them, as a conversion does.
"""

import math

import msgspec

from vedette.codecs.detections.read import M_PER_DEG
from vedette.codecs.detections.tables import flat_row
from vedette.codecs.detections.wire import ARRIVALS_KEY, CLAIM_KEYS, COLUMNS, LABELS
from vedette.model.enums import MicroDoppler
from vedette.model.reports import ArrivalReport, Claims, Detection, Plot, PositionReport


def encode_detection(report: Detection, stated: bool = False) -> dict[str, object]:
    """Give a report as a Detection object, with t_ns, degrees, and only the keys it states.

    stated: with what a transponder says of itself too (baro_m, v_east_mps, ...), and when it was
    received, where that is not when it was measured.
    """
    if isinstance(report, Plot):
        values, sigmas = _polar(report)
    elif isinstance(report, PositionReport):
        values, sigmas = _geographic(report)
    elif isinstance(report, ArrivalReport):
        values, sigmas = {}, {ARRIVALS_KEY: report.arrivals_sigma_ns}
    else:
        values = {"east_m": report.east_m, "north_m": report.north_m, "up_m": report.up_m}
        sigmas = {
            "east_m": report.east_sigma_m,
            "north_m": report.north_sigma_m,
            "up_m": report.up_sigma_m,
        }
    found: dict[str, object] = {"t_ns": report.t_meas_ns, "sensor": report.sensor}
    found |= _stated(values)
    if stated and report.t_recv_ns != report.t_meas_ns:
        found["t_recv_ns"] = report.t_recv_ns
    if stated:
        found |= _stated({key: getattr(report, name, None) for key, name in _STATED})
    if isinstance(report, ArrivalReport):
        found[ARRIVALS_KEY] = dict(report.arrivals_ns)
    stated_sigmas = {k: v for k, v in _stated(sigmas).items() if k in found}
    if stated_sigmas:
        found["sigma"] = stated_sigmas
    if report.class_prob:
        found["class"] = dict(report.class_prob)
    if report.claims is not None and (claims := _claims(report.claims)):
        found["claims"] = claims
    rest = {
        "confidence": report.confidence,
        "rcs_dbsm": report.rcs_dbsm,
        "snr_db": report.snr_db,
        "micro_doppler": getattr(report, "micro_doppler", None),
    }
    return found | _stated(rest)


_STATED = (
    ("baro_m", "height_baro_m"),
    ("v_east_mps", "v_east_mps"),
    ("v_north_mps", "v_north_mps"),
    ("v_up_mps", "v_up_mps"),
)


class _Sigma(msgspec.Struct, frozen=True, omit_defaults=True):
    """The sigmas of a polar line."""

    range_m: float | None = None
    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    range_rate_mps: float | None = None


class _ClaimsLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a polar line says of what its target claims."""

    icao24: str | None = None
    remote_id: str | None = None
    callsign: str | None = None
    squawk: str | None = None


class _PolarLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """What `encode_detection` gives of a plot, in its order, made several times faster."""

    t_ns: int
    sensor: str
    range_m: float | None = None
    azimuth_deg: float | None = None
    elevation_deg: float | None = None
    range_rate_mps: float | None = None
    sigma: _Sigma | None = None
    classes: dict[str, float] | None = msgspec.field(name="class", default=None)
    claims: _ClaimsLine | None = None
    confidence: float | None = None
    rcs_dbsm: float | None = None
    snr_db: float | None = None
    micro_doppler: MicroDoppler | None = None
    baro_m: float | None = None
    t_recv_ns: int | None = None


def encode_detection_line(report: Detection, stated: bool = False) -> bytes:
    """Give a report as one JSON line, its end included. stated: as of `encode_detection`."""
    if isinstance(report, Plot):
        return _ENCODER.encode(_polar_line(report, stated)) + b"\n"
    return msgspec.json.encode(encode_detection(report, stated)) + b"\n"


_ENCODER = msgspec.json.Encoder()
_NO_SIGMA = _Sigma()
_NO_WORD = (None, None, None, None)


def _polar_line(plot: Plot, stated: bool) -> _PolarLine:
    degrees = math.degrees
    reach, azimuth, tilt = plot.range_m, plot.azimuth_rad, plot.elevation_rad
    rate = plot.range_rate_mps
    sigma = None
    spreads = (plot.range_sigma_m, plot.azimuth_sigma_rad, plot.elevation_sigma_rad)
    if spreads != (None, None, None) or plot.range_rate_sigma_mps is not None:
        sigma = _Sigma(
            None if reach is None else spreads[0],
            None if azimuth is None else _degrees(spreads[1]),
            None if tilt is None else _degrees(spreads[2]),
            None if rate is None else plot.range_rate_sigma_mps,
        )
    words = _NO_WORD if plot.claims is None else _claim_cells(plot.claims)
    return _PolarLine(
        plot.t_meas_ns,
        plot.sensor,
        reach,
        None if azimuth is None else degrees(azimuth),
        None if tilt is None else degrees(tilt),
        rate,
        None if sigma == _NO_SIGMA else sigma,
        plot.class_prob or None,
        None if words == _NO_WORD else _ClaimsLine(*words),
        plot.confidence,
        plot.rcs_dbsm,
        plot.snr_db,
        plot.micro_doppler,
        plot.height_baro_m if stated else None,
        plot.t_recv_ns if stated and plot.t_recv_ns != plot.t_meas_ns else None,
    )


def flat_detection(report: Detection) -> dict[str, object]:
    """Give a report as columns of a table, what a transponder states included."""
    if isinstance(report, Plot):
        line = msgspec.to_builtins(_polar_line(report, stated=True))
        return flat_row(line)
    return flat_row(encode_detection(report, stated=True))


ROW = tuple(name for name in COLUMNS if name != "time")  # t_ns says it exactly
_NO_CLASS, _NO_CLAIMS = (None,) * len(LABELS), (None,) * len(CLAIM_KEYS)
_NO_PLOT_SIGMAS = (None,) * 4


def row_of(report: Detection) -> list[object]:
    """Give a report's cells by ROW, None where it states nothing.

    What `flat_detection` gives, made several times faster for plots and positions.
    """
    if isinstance(report, Plot):
        return _plot_row(report)
    if isinstance(report, PositionReport):
        return _position_row(report)
    flat = flat_detection(report)
    return [flat.get(name) for name in ROW]


def _plot_row(plot: Plot) -> list[object]:
    degrees, t_ns, claims = math.degrees, plot.t_meas_ns, plot.claims
    reach, azimuth, tilt = plot.range_m, plot.azimuth_rad, plot.elevation_rad
    rate, classes = plot.range_rate_mps, plot.class_prob
    spreads = (plot.range_sigma_m, plot.azimuth_sigma_rad, plot.elevation_sigma_rad)
    sigmas: tuple[float | None, ...] = _NO_PLOT_SIGMAS
    if spreads != (None, None, None) or plot.range_rate_sigma_mps is not None:
        sigmas = (
            None if reach is None else spreads[0],
            None if azimuth is None else _degrees(spreads[1]),
            None if tilt is None else _degrees(spreads[2]),
            None if rate is None else plot.range_rate_sigma_mps,
        )
    # fmt: off
    return [
        t_ns, None if plot.t_recv_ns == t_ns else plot.t_recv_ns, plot.sensor,
        reach, None if azimuth is None else degrees(azimuth),
        None if tilt is None else degrees(tilt), rate,
        None, None, None, None, None, None,  # a place
        plot.height_baro_m, None, None, None,
        *sigmas, None, None, None, None, None, None, None,
        plot.confidence,
        *(_NO_CLASS if not classes else map(classes.get, LABELS)),
        *(_NO_CLAIMS if claims is None else _claim_cells(claims)),
        plot.rcs_dbsm, plot.snr_db, plot.micro_doppler,
    ]
    # fmt: on


def _position_row(report: PositionReport) -> list[object]:
    t_ns, claims, classes = report.t_meas_ns, report.claims, report.class_prob
    values, sigmas = _geographic(report)
    # fmt: off
    return [
        t_ns, None if report.t_recv_ns == t_ns else report.t_recv_ns, report.sensor,
        None, None, None, None,
        *values.values(), None, None, None,
        report.height_baro_m, report.v_east_mps, report.v_north_mps, report.v_up_mps,
        None, None, None, None,
        sigmas.get("lat_deg"), sigmas.get("lon_deg"),
        None if report.hae_m is None else sigmas["hae_m"], None, None, None, None,
        report.confidence,
        *(_NO_CLASS if not classes else map(classes.get, LABELS)),
        *(_NO_CLAIMS if claims is None else _claim_cells(claims)),
        report.rcs_dbsm, report.snr_db, None,
    ]
    # fmt: on


def _claim_cells(claims: Claims) -> tuple[str | None, ...]:
    return claims.icao24, claims.remote_id, claims.callsign, claims.squawk


def _stated(values: dict[str, float | None]) -> dict[str, float]:
    return {key: value for key, value in values.items() if value is not None}


def _degrees(angle_rad: float | None) -> float | None:
    return None if angle_rad is None else math.degrees(angle_rad)


def _polar(plot: Plot) -> tuple[dict[str, float | None], dict[str, float | None]]:
    values = {
        "range_m": plot.range_m,
        "azimuth_deg": _degrees(plot.azimuth_rad),
        "elevation_deg": _degrees(plot.elevation_rad),
        "range_rate_mps": plot.range_rate_mps,
    }
    sigmas = {
        "range_m": plot.range_sigma_m,
        "azimuth_deg": _degrees(plot.azimuth_sigma_rad),
        "elevation_deg": _degrees(plot.elevation_sigma_rad),
        "range_rate_mps": plot.range_rate_sigma_mps,
    }
    return values, sigmas


def _geographic(
    report: PositionReport,
) -> tuple[dict[str, float | None], dict[str, float | None]]:
    values = {
        "lat_deg": math.degrees(report.lat_rad),
        "lon_deg": math.degrees(report.lon_rad),
        "hae_m": report.hae_m,
    }
    sigmas: dict[str, float | None] = {"hae_m": report.vertical_sigma_m}
    if report.horizontal_sigma_m is not None:
        sigmas["lat_deg"] = report.horizontal_sigma_m / M_PER_DEG
        cosine = math.cos(report.lat_rad)
        if cosine > 1e-3:  # at the pole a degree of longitude is no length
            sigmas["lon_deg"] = report.horizontal_sigma_m / (M_PER_DEG * cosine)
    return values, sigmas


def _claims(claims: Claims) -> dict[str, str]:
    names = ("icao24", "remote_id", "callsign", "squawk")
    return {name: value for name in names if (value := getattr(claims, name)) is not None}
