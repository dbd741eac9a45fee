"""Conversion between recorded formats: nothing is lost that the format can hold."""

import json
import math
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vedette import codecs
from vedette.base.errors import RefusedError
from vedette.codecs.detections import encode_detection_line
from vedette.model.enums import MicroDoppler
from vedette.model.reports import (
    ArrivalReport,
    Claims,
    Detection,
    Plot,
    PositionReport,
    SitePositionReport,
)
from vedette.service.converting import Job, convert

T0_NS = 1_641_254_400_123_456_789
KML = "{http://www.opengis.net/kml/2.2}"
GX = "{http://www.google.com/kml/ext/2.2}"


def some(low, high):
    return st.floats(low, high, allow_nan=False).map(lambda x: x + 0.0)


def perhaps(strategy):
    return st.none() | strategy


SIGMA = st.floats(1e-6, 1e5, allow_nan=False)
TIMES = st.integers(0, 4_000_000_000_000_000_000)
SENSORS = st.sampled_from(["radar", "rf-1", "sac-25-sic-1", "0_x"])
CLAIMS = st.builds(
    Claims,
    icao24=perhaps(st.sampled_from(["4b1234", "00000a"])),
    callsign=perhaps(st.sampled_from(["VED123", 'A "quoted", one', "x;y"])),
    squawk=perhaps(st.sampled_from(["7700", "0001"])),
    remote_id=perhaps(st.sampled_from(["1596F3", "12"])),
).filter(lambda claims: claims != Claims())
COMMON = {
    "confidence": perhaps(some(0.0, 1.0)),
    "class_prob": perhaps(st.just({"bird": 0.25, "other": 1 / 3})),
    "claims": perhaps(CLAIMS),
    "rcs_dbsm": perhaps(some(-50.0, 60.0)),
    "snr_db": perhaps(some(-10.0, 90.0)),
}


@st.composite
def detections(draw):
    kind = draw(st.sampled_from([Plot, PositionReport, SitePositionReport, ArrivalReport]))
    t_ns, late_ns = draw(TIMES), draw(st.just(0) | st.integers(-(10**9), 10**10))
    rest = {name: draw(value) for name, value in COMMON.items()}
    head = {"sensor": draw(SENSORS), "t_meas_ns": t_ns, "t_recv_ns": max(t_ns + late_ns, 0), **rest}
    if kind is Plot:
        own = {"azimuth_rad": some(0.0, 6.28), "range_m": some(0.0, 1e6),
               "elevation_rad": perhaps(some(-1.5, 1.5)),
               "range_rate_mps": perhaps(some(-5e3, 5e3)),
               "range_sigma_m": perhaps(SIGMA), "azimuth_sigma_rad": perhaps(some(1e-4, 1.0)),
               "height_baro_m": perhaps(some(-900.0, 2e4)),
               "micro_doppler": perhaps(st.sampled_from(MicroDoppler))}  # fmt: skip
    elif kind is PositionReport:
        own = {"lat_rad": some(-1.5, 1.5), "lon_rad": some(-3.14, 3.14),
               "hae_m": perhaps(some(-900.0, 2e4)), "height_baro_m": perhaps(some(-900.0, 2e4)),
               "horizontal_sigma_m": perhaps(some(0.1, 1e4))}  # fmt: skip
        if draw(st.booleans()):
            own |= {"v_east_mps": some(-900, 900), "v_north_mps": some(-900, 900),
                    "v_up_mps": perhaps(some(-99, 99))}  # fmt: skip
    elif kind is SitePositionReport:
        own = {"east_m": some(-1e6, 1e6), "north_m": some(-1e6, 1e6),
               "up_m": perhaps(some(-1e5, 1e5)), "east_sigma_m": perhaps(SIGMA)}  # fmt: skip
    else:
        heard = st.dictionaries(st.sampled_from(["n", "s", "e", "w-1", "x"]), TIMES, min_size=3)
        own = {"arrivals_ns": heard, "arrivals_sigma_ns": perhaps(SIGMA)}
    return kind(**head, **{name: draw(value) for name, value in own.items()})


def alike(a: Detection, b: Detection) -> bool:
    """Same in all texts and whole numbers; in others to the last bits of a turn into degrees."""
    if type(a) is not type(b):
        return False
    for name in a.__struct_fields__:
        x, y = getattr(a, name), getattr(b, name)
        if isinstance(x, float) and isinstance(y, float):
            if not math.isclose(x, y, rel_tol=1e-12, abs_tol=1e-15):
                return False
        elif x != y:
            return False
    return True


def read(path: Path) -> list[object]:
    from vedette import feeds

    told = codecs.anywhere("file")
    return [r for _, r, _ in feeds.read_reports(path, feeds.format_of(path), told)]


def made(folder: Path, reports: list[Detection]) -> Path:
    path = folder / "in.jsonl"
    path.write_bytes(b"".join(encode_detection_line(report, stated=True) for report in reports))
    return path


@settings(max_examples=25)
@given(reports=st.lists(detections(), min_size=1, max_size=12))
def test_a_round_trip_loses_no_more_than_a_turn_into_degrees(tmp_path_factory, reports):
    folder = tmp_path_factory.mktemp("round")
    here = made(folder, reports)
    for step, ending in enumerate(("csv", "parquet", "jsonl", "parquet", "csv", "jsonl")):
        there = folder / f"{step}.{ending}"
        done = convert(Job(here, there, quiet=True))
        assert (done.written, done.refused, done.left_out) == (len(reports), 0, {})
        here = there
    found = read(here)
    assert len(found) == len(reports)
    assert all(alike(a, b) for a, b in zip(reports, found, strict=True))


PLOTS = [
    Plot(sensor="radar", t_meas_ns=T0_NS, t_recv_ns=T0_NS, range_m=5000.0, azimuth_rad=0.5,
         elevation_rad=0.1),
    Plot(sensor="radar", t_meas_ns=T0_NS, t_recv_ns=T0_NS, azimuth_rad=2.0),
    PositionReport(sensor="adsb", t_meas_ns=T0_NS, t_recv_ns=T0_NS, lat_rad=0.59, lon_rad=0.74,
                   claims=Claims(callsign="<A&B>")),
]  # fmt: skip
SITE = """schema = 1
name = "x"
reference = { lat_deg = 33.0, lon_deg = 42.0, hae_m = 100.0 }
[[sensors]]
id = "radar"
kind = "radar_3d"
lat_deg = 33.0
lon_deg = 42.0
hae_m = 100.0
"""


def test_points_on_a_map_need_a_place_and_what_has_none_is_counted(tmp_path):
    path = made(tmp_path, PLOTS)
    site = tmp_path / "site.toml"
    site.write_text(SITE)
    without = convert(Job(path, tmp_path / "a.geojson", quiet=True))
    assert without.written == 1 and sum(without.left_out.values()) == 2
    assert any("--site" in note for note in without.notes)
    done = convert(Job(path, tmp_path / "b.geojson", site=site, quiet=True))
    assert done.written == 2 and sum(done.left_out.values()) == 1
    features = json.loads((tmp_path / "b.geojson").read_text())["features"]
    lon, lat, hae = features[0]["geometry"]["coordinates"]
    # By hand: 5000 m at elevation 0.1 is 4975 m away and 499 m up, 0.5 rad east of north.
    assert (lat - 33.0) * 110_910 == pytest.approx(4975 * math.cos(0.5), rel=2e-3)
    assert (lon - 42.0) * 93_450 == pytest.approx(4975 * math.sin(0.5), rel=2e-3)
    assert hae == pytest.approx(100 + 499.2 + 4975**2 / 2 / 6.371e6, abs=1.0)
    assert features[1]["properties"]["claims.callsign"] == "<A&B>"
    convert(Job(path, tmp_path / "b.kml", site=site, quiet=True))
    marks = ElementTree.parse(tmp_path / "b.kml").findall(f".//{KML}Placemark")
    assert [m.find(f"{KML}name").text for m in marks] == ["radar", "adsb"]


def test_nothing_is_left_where_the_input_is_refused_and_the_input_is_never_overwritten(tmp_path):
    path = made(tmp_path, PLOTS)
    with pytest.raises(RefusedError, match="no format that is known"):
        (tmp_path / "x.bin").write_bytes(b"????")
        convert(Job(tmp_path / "x.bin", tmp_path / "out.csv", quiet=True))
    with pytest.raises(RefusedError, match="is the input itself"):
        convert(Job(path, path, quiet=True))
    with pytest.raises(RefusedError, match="holds no tracks"):
        convert(Job(path, tmp_path / "out.csv", tracks=True, quiet=True))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.jsonl", "x.bin"]


def test_what_is_refused_is_said_by_kind_and_the_rest_is_converted(tmp_path):
    path = made(tmp_path, PLOTS)
    path.write_bytes(path.read_bytes() + b'{"sensor":"radar","t_ns":1,"foo":1}\nnonsense\n')
    done = convert(Job(path, tmp_path / "out.csv", quiet=True))
    assert (done.written, done.refused) == (3, 2)
    assert done.messages["line"].refused == {"unknown key": 1, "bad json": 1}
    assert "refused 1: unknown key" in done.in_words()
    assert any("line 4: 'foo'" in detail for detail in done.details)


def test_a_large_file_takes_little_memory(tmp_path):
    line = encode_detection_line(PLOTS[0])
    path = tmp_path / "in.jsonl"
    path.write_bytes(line * (24_000_000 // len(line)))
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from vedette.service.converting import Job, convert\n"
        "import vedette.outputs.detection_files\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "here, there = map(Path, sys.argv[1:3])\n"
        "small = here.with_name('small.jsonl'); small.write_bytes(here.read_bytes()[:0])\n"
        "small.write_bytes(here.open('rb').read(2_000_000).rpartition(b'\\n')[0])\n"
        "convert(Job(small, there, quiet=True)); before = peak()\n"
        "assert convert(Job(here, there, quiet=True)).written > 100_000\n"
        "print(peak() - before)"
    )
    command = [sys.executable, "-c", script, str(path), str(tmp_path / "out.parquet")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    # The map of the file itself counts while it is looked at; the rest must not grow with it.
    assert int(done.stdout) * 1024 < path.stat().st_size + 40_000_000
