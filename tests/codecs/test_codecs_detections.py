"""Detections: the generic door, strict in every key, as lines, CSV and Parquet."""

import io
import math

import msgspec
import pytest
from codecs_world import REPORTS, T0_NS, csv_text, detection_text, parquet_bytes
from hypothesis import given
from hypothesis import strategies as st

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs.detections import (
    TableFault,
    encode_detection,
    encode_detection_line,
    read_csv,
    read_line,
    read_parquet,
)
from vedette.model.arrivals import Arrival
from vedette.model.enums import MicroDoppler
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Plot,
    PositionReport,
    Refusal,
    SitePositionReport,
)


def line(**values):
    return msgspec.json.encode({"sensor": "radar3", "t_ns": T0_NS, **values})


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"range_m": 5.0, "azimuth_deg": 350.0}, Plot),
        ({"range_m": 5, "azimuth_deg": 1, "elevation_deg": 2, "range_rate_mps": -3}, Plot),
        ({"azimuth_deg": 1.0}, Plot),
        ({"azimuth_deg": 1.0, "elevation_deg": 5.0}, Plot),
        ({"range_m": 100.0}, Plot),
        ({"lat_deg": 1.0, "lon_deg": 2.0}, PositionReport),
        ({"lat_deg": 1.0, "lon_deg": 2.0, "hae_m": 3.0}, PositionReport),
        ({"east_m": 1.0, "north_m": 2.0}, SitePositionReport),
        ({"east_m": 1.0, "north_m": 2.0, "up_m": -3.0}, SitePositionReport),
        ({"arrivals_ns": {"a": 1, "b": 2, "c": 3}}, ArrivalReport),
        ({"arrivals_ns": {"a": 1, "b": 2, "c": 3}, "sigma": {"arrivals_ns": 50}}, ArrivalReport),
    ],
)
def test_each_group_alone_is_a_detection(values, kind):
    assert isinstance(read_line(line(**values), None), kind)


def test_a_key_that_stands_twice_counts_as_it_stands_last():
    twice = line(range_m=5.0, azimuth_deg=1.0)[:-1] + b',"range_m":7.0}'
    assert read_line(twice, T0_NS).range_m == 7.0


def test_time_may_be_text_with_nanoseconds():
    text = b'{"time":"2022-01-04T03:00:00.000000001+03:00","sensor":"r","range_m":1}'
    assert read_line(text, 5).t_meas_ns == T0_NS + 1
    assert read_line(text, 5).t_recv_ns == 5


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "bad json"),
        (b"[]", "bad value"),
        (b'{"sensor":"r"', "bad json"),
        (b'{"t_ns":1,"range_m":1}', "missing key"),
        (line(range_m=1, foo=2), "unknown key"),
        (line(range_m=1, sigma={"foo": 2}), "unknown key"),
        (line(range_m=1, claims={"friend": True}), "unknown key"),
        (line(), "wrong group"),
        (line(range_m=1, lat_deg=1, lon_deg=1), "wrong group"),
        (line(elevation_deg=1), "wrong group"),
        (line(range_rate_mps=1, range_m=1), "wrong group"),
        (line(lat_deg=1), "wrong group"),
        (line(east_m=1, up_m=1), "wrong group"),
        (line(range_m=1, sigma={"azimuth_deg": 1}), "wrong group"),
        (line(arrivals_ns={"a": 1, "b": 2}), "wrong group"),
        (line(arrivals_ns={"a": 1, "b": 2, "c": 3}, range_m=1), "wrong group"),
        (line(arrivals_ns={"a": 1, "b": 2, "c": -3}), "out of range"),
        (line(arrivals_ns={"a": 1, "b": 2, "c": 2.5}), "bad value"),
        (line(arrivals_ns={"a": 1, "b": 2, "C 3": 3}), "bad value"),
        (line(range_m=1, sigma={"arrivals_ns": 1}), "wrong group"),
        (line(range_m=-1), "out of range"),
        (line(range_m=2e6), "out of range"),
        (line(azimuth_deg=361), "out of range"),
        (line(lat_deg=91, lon_deg=0), "out of range"),
        (line(range_m=1, sigma={"range_m": 0}), "out of range"),
        (line(range_m=1, confidence=1.1), "out of range"),
        (line(range_m=1, **{"class": {"bird": 0.6, "other": 0.6}}), "out of range"),
        (line(range_m=1, **{"class": {"ufo": 0.6}}), "bad value"),
        (line(range_m=True), "bad value"),
        (line(range_m="1"), "bad value"),
        (line(range_m=1, claims={"squawk": "1289"}), "bad value"),
        (line(range_m=1, claims={"callsign": "A\0B"}), "bad value"),
        (b'{"sensor":"r","t_ns":1,"range_m":NaN}', "bad json"),
        (b'{"sensor":"r","t_ns":1,"range_m":Infinity}', "bad json"),
        (b'{"sensor":"r","t_ns":1,"range_m":1e999}', "out of range"),
        (b'{"sensor":"r","t_ns":1,"range_m":' + b"9" * 400 + b"}", "out of range"),
        (b'{"sensor":"r","t_ns":' + b"9" * 40 + b',"range_m":1}', "out of range"),
        (b'{"sensor":"r","t_ns":-1,"range_m":1}', "out of range"),
        (b'{"sensor":"r","time":"9999-01-01T00:00:00Z","range_m":1}', "bad time"),
        (b'{"sensor":"r","time":"yesterday","range_m":1}', "bad time"),
        (b'{"sensor":"r","range_m":1}', "bad time"),
        (b'{"sensor":"r","t_ns":1,"time":"2022-01-04T00:00:00Z","range_m":1}', "bad time"),
        (b'{"sensor":"R 1","t_ns":1,"range_m":1}', "bad value"),
        (b'{"sensor":"r\\n","t_ns":1,"range_m":1}', "bad value"),
        (b'{"sensor":"\xff","t_ns":1,"range_m":1}', "bad text"),
        (line(range_m=1) + b"\0", "bad text"),
        (b'{"a":' * 50_000, "too long"),
        (b'{"a":' * 500, "too deep"),
        (b'{"sensor":"' + b"r" * 5000 + b'"}', "too long"),
    ],
)
def test_what_is_wrong_is_refused_by_name(text, reason):
    with pytest.raises(RefusedError) as refused:
        read_line(text, None)
    assert refused.value.args[0] == reason


finite = st.floats
plots = st.builds(
    Plot,
    sensor=st.just("radar3"),
    t_meas_ns=st.integers(0, 4_000_000_000 * 10**9),
    t_recv_ns=st.just(7),
    range_m=finite(0, 1e6),
    azimuth_rad=finite(0, math.tau, exclude_max=True),
    elevation_rad=st.none() | finite(-1.57, 1.57),
    range_rate_mps=st.none() | finite(-5000, 5000),
    range_sigma_m=st.none() | finite(1e-3, 1e3),
    elevation_sigma_rad=st.none() | finite(1e-4, 0.1),
    class_prob=st.none() | st.just({}) | st.just({"bird": 0.5}),
    claims=st.none() | st.builds(Claims, squawk=st.none() | st.just("7000")),
    confidence=st.none() | finite(0, 1),
    snr_db=st.none() | finite(-100, 100),
    micro_doppler=st.none() | st.sampled_from(MicroDoppler),
)


@given(plots)
def test_a_plot_comes_back_from_its_line(plot):
    again = read_line(encode_detection_line(plot), 7)
    assert again.t_meas_ns == plot.t_meas_ns and again.range_m == plot.range_m
    turn = abs(again.azimuth_rad - plot.azimuth_rad)
    assert min(turn, math.tau - turn) < 1e-14
    assert again.elevation_rad == pytest.approx(plot.elevation_rad, abs=1e-15)
    same = ("range_rate_mps", "range_sigma_m", "confidence", "snr_db", "micro_doppler")
    assert [getattr(again, k) for k in same] == [getattr(plot, k) for k in same]


@given(plots)
def test_a_line_says_what_the_object_says_in_its_order(plot):
    for report in (plot, *REPORTS):
        said = msgspec.json.encode(encode_detection(report)) + b"\n"
        assert encode_detection_line(report) == said


def test_positions_come_back_from_their_lines():
    for report in REPORTS[2:]:
        again = read_line(encode_detection_line(report), report.t_recv_ns)
        assert type(again) is type(report) and again.claims == report.claims
    position = read_line(encode_detection_line(REPORTS[2]), None)
    assert position.horizontal_sigma_m == pytest.approx(10.0)
    assert position.lat_rad == pytest.approx(0.59, abs=1e-15)


def test_lines_csv_and_parquet_say_the_same():
    lines = [read_line(text, None) for text in detection_text().splitlines()]
    table = [row for _, row in read_csv(csv_text().splitlines())]
    columns = [row for _, row in read_parquet(parquet_bytes())]
    assert lines == table == columns


def test_parquet_may_nest_what_csv_dots():
    import pyarrow as pa
    from pyarrow import parquet

    rows = [encode_detection(report) for report in REPORTS]
    names = sorted({name for row in rows for name in row})
    sink = io.BytesIO()
    parquet.write_table(pa.table({n: [row.get(n) for row in rows] for n in names}), sink)
    found = [row for _, row in read_parquet(sink.getvalue())]
    assert found == [read_line(text, None) for text in detection_text().splitlines()]


def test_a_bad_row_names_itself_and_a_bad_header_ends_it():
    bad_row = b"sensor,t_ns,range_m\nr,1,5\nr,1,nan\nr,1,6,7\n"
    found = [row for _, row in read_csv(bad_row.splitlines())]
    assert [getattr(row, "reason", "") for row in found] == ["", "bad value", "bad frame"]
    assert found[1].number == 3
    ((_, fault),) = list(read_csv([b"sensor,friendly", b"r,1"]))
    assert isinstance(fault, TableFault) and fault.reason == "unknown key"


def test_a_datagram_of_lines_keeps_its_good_ones(site):
    decoders = codecs.open_decoders(site)
    data = line(range_m=1) + b"\n" + line(foo=1) + b"\n\n" + line(azimuth_deg=1)
    found = codecs.decode(decoders, [Arrival(feed="f-udp", t_recv_ns=9, data=data)])
    assert [type(r) for r in found] == [Plot, Refusal, Plot]
    assert "line 2" in found[1].detail and "'foo'" in found[1].detail


def test_a_time_of_receipt_is_believed_of_a_file_and_never_at_a_live_door():
    line = b'{"t_ns":5000000000,"t_recv_ns":7000000000,"sensor":"radar","range_m":1.0}'
    assert read_line(line, None).t_recv_ns == 7_000_000_000
    assert read_line(line, 6_000_000_000).t_recv_ns == 6_000_000_000
    bare = b'{"t_ns":5000000000,"sensor":"radar","range_m":1.0}'
    assert read_line(bare, None).t_recv_ns == 5_000_000_000
