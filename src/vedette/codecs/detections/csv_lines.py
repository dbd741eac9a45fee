"""Plots as lines of CSV, several times faster than cell by cell: most of a recording are such.

The cells are those of `row_of`, the text that of `csv.writer`; a test holds them equal.
"""

import csv
import io
import math
from functools import lru_cache

from vedette.codecs.detections.wire import LABELS, SIGMA_KEYS
from vedette.model.reports import Claims, Plot

_PLACE = "," * 7  # from the range rate to the barometric height
_SPREAD = "," * (4 + len(SIGMA_KEYS))  # to the confidence: no velocity and no sigmas
_CLASSES = "," * (1 + len(LABELS))  # to the claims


def csv_line(plot: Plot) -> str | None:
    """Give a plot's line, without its end; None where it states what is looked into cell by cell.

    That is a sigma, or what its class is.
    """
    if plot.class_prob is not None or plot.range_sigma_m is not None:
        return None
    if plot.azimuth_sigma_rad is not None or plot.elevation_sigma_rad is not None:
        return None
    if plot.range_rate_sigma_mps is not None:
        return None
    t_ns, t_recv_ns, reach, rate = plot.t_meas_ns, plot.t_recv_ns, plot.range_m, plot.range_rate_mps
    azimuth, tilt, height = plot.azimuth_rad, plot.elevation_rad, plot.height_baro_m
    sure, echo, ratio = plot.confidence, plot.rcs_dbsm, plot.snr_db
    moves = plot.micro_doppler
    return (
        f"{t_ns},{'' if t_recv_ns == t_ns else t_recv_ns},{_cell(plot.sensor)},"
        f"{'' if reach is None else reach},{'' if azimuth is None else math.degrees(azimuth)},"
        f"{'' if tilt is None else math.degrees(tilt)},{'' if rate is None else rate}{_PLACE}"
        f"{'' if height is None else height}{_SPREAD}{'' if sure is None else sure}{_CLASSES}"
        f"{',,,' if plot.claims is None else _claims(plot.claims)},"
        f"{'' if echo is None else echo},{'' if ratio is None else ratio},"
        f"{'' if moves is None else moves.value}"
    )


@lru_cache(maxsize=1000)
def _cell(text: str) -> str:
    """Quote a text where CSV demands it."""
    return _joined(["", text])[1:]  # a lone cell would be quoted where it is empty


@lru_cache(maxsize=8192)  # an aircraft claims the same in every scan
def _claims(claims: Claims) -> str:
    return _joined([claims.icao24, claims.remote_id, claims.callsign, claims.squawk])


def _joined(cells: list[str | None]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()
