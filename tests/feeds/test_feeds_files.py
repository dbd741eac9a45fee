"""Recorded files: format by content or ending, order of time, several at once, progress."""

import math

import pytest

from vedette.base.errors import RefusedError
from vedette.codecs.adsb import beast, mode_s
from vedette.codecs.asterix import Cat048, encode_cat048
from vedette.codecs.detections import encode_detection_line
from vedette.config.site import Reference, Sensor, Site
from vedette.feeds import format_of, read_file, read_files
from vedette.model.enums import Mode
from vedette.model.reports import Plot, PositionReport, Refusal, SensorStatus

SECOND_NS = 10**9
T0_NS = 1_641_254_400 * SECOND_NS
HOME = {"lat_deg": 33.8, "lon_deg": 42.44, "hae_m": 190.0}


@pytest.fixture
def site():
    sensors = [
        Sensor(id="radar", kind="radar_2d", sac=25, sic=13, **HOME),
        Sensor(id="adsb", kind="adsb", **HOME),
    ]
    reference = Reference(**HOME)
    return Site(schema=1, name="x", mode=Mode.SIMULATED, reference=reference, sensors=sensors)


def plot(t_ns, sensor="radar"):
    return Plot(sensor=sensor, t_meas_ns=t_ns, t_recv_ns=t_ns, range_m=1000.0, azimuth_rad=1.0)


def write_lines(path, reports):
    path.write_bytes(b"".join(encode_detection_line(report) for report in reports))
    return path


def all_reports(parts):
    return [report for part in parts for report in part.reports]


def test_detections_come_out_in_order_of_time_and_progress_reaches_the_end(tmp_path, site):
    times = [T0_NS + k * 40_000_000 for k in range(100)]
    swapped = times[::2] + times[1::2]
    path = write_lines(tmp_path / "d.jsonl", [plot(t_ns) for t_ns in swapped])
    parts = list(read_file(path, site))
    assert [r.t_meas_ns for r in all_reports(parts)] == times
    assert [part.t_ns for part in parts] == sorted({part.t_ns for part in parts})
    assert all(r.t_meas_ns <= part.t_ns for part in parts for r in part.reports)
    assert parts[-1].done_bytes == parts[-1].total_bytes == path.stat().st_size


def test_a_bad_line_is_named_and_the_rest_is_read(tmp_path, site):
    path = tmp_path / "d.jsonl"
    path.write_bytes(b"nonsense\n" + encode_detection_line(plot(T0_NS)) + b"x" * 9000)
    reports = all_reports(read_file(path, site))
    refused = [r for r in reports if isinstance(r, Refusal)]
    assert [(r.reason, r.detail[:6]) for r in refused] == [
        ("bad json", "line 1"),
        ("too long", "line 3"),
    ]
    assert sum(isinstance(r, Plot) for r in reports) == 1


def test_raw_asterix_is_followed_over_midnight(tmp_path, site):
    blocks = [
        encode_cat048([Cat048(sac=25, sic=13, t_day_s=s % 86400, range_m=1e4, azimuth_rad=1.0)])
        for s in range(86_390, 86_410)
    ]
    path = tmp_path / "r.ast"
    path.write_bytes(b"".join(blocks) + b"\x30")
    reports = all_reports(read_file(path, site, start_ns=T0_NS - 9 * SECOND_NS))
    times = [r.t_meas_ns - T0_NS for r in reports if isinstance(r, Plot)]
    assert times == [k * SECOND_NS for k in range(-10, 10)]
    assert [r.reason for r in reports if isinstance(r, Refusal)] == ["truncated"]


def test_beast_is_timed_by_its_counter(tmp_path, site):
    place = (math.radians(33.9), math.radians(42.5), 900.0)
    frames = [
        beast.frame_of(
            mode_s.airborne_position("4b1234", *place, k % 2 == 1), 6_000_000 * k + 9**13
        )
        for k in range(20)
    ]
    path = tmp_path / "a.beast"
    path.write_bytes(beast.encode(frames))
    reports = all_reports(read_file(path, site, start_ns=T0_NS))
    assert [r.t_meas_ns for r in reports] == [T0_NS + k * SECOND_NS // 2 for k in range(1, 20)]
    assert all(isinstance(r, PositionReport) and r.sensor == "adsb" for r in reports)


def test_several_files_run_as_one(tmp_path, site):
    paths = [
        write_lines(tmp_path / f"{k}.jsonl", [plot(T0_NS + (3 * n + k) * 10**8) for n in range(9)])
        for k in range(3)
    ]
    parts = list(read_files(paths, site))
    times = [part.t_ns for part in parts]
    assert times == sorted(set(times))
    assert len(all_reports(parts)) == 27
    assert parts[-1].done_bytes == parts[-1].total_bytes == sum(p.stat().st_size for p in paths)


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("x.bin", b"\xd4\xc3\xb2\xa1", "pcap"),
        ("x.pcap", b"\x0a\x0d\x0d\x0a", "pcapng"),
        ("x", b"PAR1", "parquet"),
        ("x", b"MSG,3,", "sbs"),
        ("x", b'{"sensor"', "detections"),
        ("x", b"\x1a\x33abc", "beast"),
        ("x", b"\x30\x00\x10", "ast"),
        ("x.csv", b"sensor,t_ns", "csv"),
        ("x.BEAST", b"", "beast"),
    ],
)
def test_the_format_is_told_by_content_or_ending(tmp_path, name, head, kind):
    (tmp_path / name).write_bytes(head)
    assert format_of(tmp_path / name).name == kind


def test_an_unknown_format_says_what_would_be_known(tmp_path):
    (tmp_path / "x.mp4").write_bytes(b"ftyp")
    with pytest.raises(RefusedError, match=r"x.mp4: no format that is known.*\.beast"):
        format_of(tmp_path / "x.mp4")


def test_parquet_and_csv_are_read_like_lines(tmp_path, site):
    import pyarrow as pa
    from pyarrow import parquet

    columns = {"t_ns": [T0_NS, T0_NS + 1], "sensor": ["radar"] * 2, "range_m": [1.0, 2.0]}
    parquet.write_table(pa.table(columns), tmp_path / "d.parquet")
    text = f"t_ns,sensor,range_m\n{T0_NS},radar,1.0\n{T0_NS + 1},radar,2.0\n"
    (tmp_path / "d.csv").write_text(text)
    found = [all_reports(read_file(tmp_path / f"d.{kind}", site)) for kind in ("csv", "parquet")]
    assert found[0] == found[1] and [r.range_m for r in found[0]] == [1.0, 2.0]


def test_the_real_radar_capture_is_read(shared_data, site):
    path = shared_data / "asterix" / "croatia_cat034_048.pcap"
    reports = all_reports(read_file(path, site))
    plots = [r for r in reports if isinstance(r, Plot)]
    refused = [r for r in reports if isinstance(r, Refusal)]
    # Two networks, each with all of it: one plot, not two.
    assert len(plots) == 7 and sum(isinstance(r, SensorStatus) for r in reports) == 4
    assert {r.reason for r in refused} == {"unknown sensor"}
