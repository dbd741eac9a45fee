"""What is written quickly is written as it would be readably: cells, lines of CSV, CAT048."""

import csv
import io
import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vedette.codecs.asterix import from_reports
from vedette.codecs.detections import ROW, flat_detection, row_of
from vedette.codecs.detections.csv_lines import csv_line
from vedette.codecs.detections.wire import LABELS
from vedette.config.site import Sensor
from vedette.model.enums import MicroDoppler, Mode
from vedette.model.reports import Claims, Plot, PositionReport

T_NS = 1_641_254_400_123_456_789
RADAR = Sensor(id="radar", kind="radar_3d", lat_deg=33.0, lon_deg=42.0, hae_m=100.0, sac=25, sic=7)


def perhaps(strategy):
    return st.none() | strategy


def numbers(low, high):
    return perhaps(st.floats(low, high, allow_nan=False) | st.sampled_from([low, high, 0.0]))


CLAIMS = st.builds(
    Claims,
    icao24=perhaps(st.sampled_from(["4b1234", "00000a", "4B1234", "4b123"])),
    remote_id=perhaps(st.just("1581F4,REAL")),
    callsign=perhaps(st.sampled_from(["VED123", "ABCDEFGH", 'A "B", C', "", "ved1", "NINELONGS"])),
    squawk=perhaps(st.sampled_from(["7700", "0001", "9999"])),
    affiliation=perhaps(st.just("friend")),
)
SHARED = {
    "sensor": st.sampled_from(["radar", "sac-25-sic-13", "other", "a,b"]),
    "t_meas_ns": st.integers(T_NS, T_NS + 10**14),
    "t_recv_ns": st.just(T_NS),
    "confidence": perhaps(st.just(0.5)),
    "class_prob": perhaps(st.dictionaries(st.sampled_from(LABELS), st.just(0.25), max_size=2)),
    "claims": perhaps(CLAIMS),
    "rcs_dbsm": numbers(-50.0, 50.0),
    "snr_db": numbers(0.0, 90.0),
    "object_ref": perhaps(st.just("x")),
}
SIGMAS = {
    name: perhaps(st.just(0.125))
    for name in (
        "range_sigma_m",
        "azimuth_sigma_rad",
        "elevation_sigma_rad",
        "range_rate_sigma_mps",
    )
}
VALUES = {
    "range_m": numbers(-1.0, 480_000.0),
    "azimuth_rad": numbers(0.0, 2.0 * math.pi),
    "elevation_rad": numbers(-0.2, 1.5),
    "range_rate_mps": numbers(-600.0, 600.0),
    "height_baro_m": numbers(-500.0, 50_000.0),
}
MOVES = st.sampled_from([None] * 4 + [MicroDoppler.ROTOR])
PLOTS = st.builds(Plot, **SHARED, **SIGMAS, **VALUES, micro_doppler=MOVES)
PLAIN = st.builds(
    Plot,
    sensor=SHARED["sensor"],
    t_meas_ns=SHARED["t_meas_ns"],
    t_recv_ns=st.just(T_NS),
    claims=SHARED["claims"],
    **VALUES,
)
PLACES = st.builds(
    PositionReport,
    **SHARED,
    lat_rad=st.floats(-math.pi / 2, math.pi / 2) | st.just(math.pi / 2),
    lon_rad=st.floats(-math.pi, math.pi),
    hae_m=numbers(-100.0, 9_000.0),
    height_baro_m=numbers(-100.0, 9_000.0),
    v_east_mps=numbers(-90.0, 90.0),
    v_north_mps=numbers(-90.0, 90.0),
    v_up_mps=numbers(-9.0, 9.0),
    horizontal_sigma_m=perhaps(st.just(12.5)),
    vertical_sigma_m=perhaps(st.just(25.0)),
)


@given(PLOTS | PLAIN | PLACES)
def test_cells_are_those_of_the_detection(report):
    flat = flat_detection(report)
    assert row_of(report) == [flat.pop(name, None) for name in ROW]
    assert not flat


@given(PLOTS | PLAIN)
@example(Plot(sensor="radar", t_meas_ns=T_NS, t_recv_ns=T_NS))
def test_a_line_of_csv_is_that_of_the_cells(plot):
    line = csv_line(plot)
    states_more = plot.class_prob is not None or any(getattr(plot, name) for name in SIGMAS)
    assert (line is None) == states_more
    told = io.StringIO(newline="")
    csv.writer(told, lineterminator="\n").writerow(row_of(plot))
    assert line is None or f"{line}\n" == told.getvalue()


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.EXERCISE])
def test_a_plot_is_said_in_asterix_as_by_way_of_its_record(mode, monkeypatch):
    quick = []

    @given(PLAIN | PLOTS)
    @example(Plot(sensor="radar", t_meas_ns=T_NS, t_recv_ns=T_NS, range_m=1.0, azimuth_rad=7.0))
    def alike(plot):
        with monkeypatch.context() as patch:
            said = from_reports.say(from_reports.speaker({"radar": RADAR}, mode), plot)
            plain = from_reports.plain_record(plot, b"\x19\x07", None, False)
            patch.setattr(from_reports, "plain_record", lambda *_: None)
            assert said == from_reports.say(from_reports.speaker({"radar": RADAR}, mode), plot)
        quick.append(plain is not None)

    alike()
    assert sum(quick) > len(quick) // 20
